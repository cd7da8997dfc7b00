package edit

// remove takes an entry out, and the mapping that it was the last one of where that is `seats` and nothing else is lost
// with it.
func (d *Document) remove(e *entry) error {
	m := e.in
	if m.len() == 1 && m.depth() == 2 && m.above.bare(e) {
		return d.remove(m.above)
	}
	if !m.flow() {
		d.cutLines(e.key.Line-1, e.last())
		return nil
	}
	from := d.offset(e.key)
	if e.isBlock() {
		return e.byHand()
	}
	_, to, err := e.span()
	if err != nil {
		return err
	}
	if e.i == 0 || e.i+1 < m.len() {
		// with the comma behind it, and with its line where that has nothing else
		if at, ok := d.comma(to); ok {
			for to = at + 1; to < len(d.masked) && d.masked[to] == ' '; {
				to++
			}
		}
		if n := lineBreak(d.masked[to:]); n > 0 && e.begins() {
			from, to = d.lines[e.key.Line-1], to+n
		}
		d.cut(from, to, "")
		return nil
	}
	before := m.at(e.i - 1)
	if before.isBlock() {
		return before.byHand()
	}
	_, behind, err := before.span()
	if err != nil {
		return err
	}
	at, ok := d.comma(behind)
	if !ok {
		return e.byHand()
	}
	d.cut(at, at+1, "")
	for from > at+1 && d.masked[from-1] == ' ' {
		from--
	}
	d.cut(from, to, "")
	return nil
}

// bare tells whether nothing but this child stands in a mapping: no comment, no brace that was there before it.
func (e *entry) bare(child *entry) bool {
	if e.in.flow() {
		return child.in.flow()
	}
	if child.in.flow() {
		return false
	}
	d := e.in.d
	at, err := e.afterColon()
	return err == nil && at == d.lineEnd(e.key.Line-1) && e.value.Anchor == "" &&
		child.key.Line == e.key.Line+1 && e.last() == child.last() && e.in.len() > 1
}

// comma is where the next one is, with nothing but spaces and comments before it.
func (d *Document) comma(at int) (int, bool) {
	for ; at < len(d.masked); at++ {
		switch c := d.masked[at]; {
		case c == ',':
			return at, true
		case c == '#':
			for at+1 < len(d.masked) && lineBreak(d.masked[at+1:]) == 0 {
				at++
			}
		case !isSpace(c):
			return 0, false
		}
	}
	return 0, false
}
