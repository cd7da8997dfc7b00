// Package edit changes one seat in the text of a go2rtc.yaml, and leaves every other byte as it was: comments, order,
// quoting, indentation, line breaks, ${NAME} literals.
//
// It promises: functions are pure, bytes in and bytes out, and a Document never changes. A field whose value is to stay
// is not passed and is not touched. What was written is read again before it is given out: when anything else than the
// seat would read differently, as where an alias leads to the seat, the edit is refused with a *Refusal and nothing is
// given. Points are written on one line. Begin with Parse and Document.Put.
package edit

import (
	"fmt"
	"slices"
)

// Field is one key of a seat and what it is to be: a text, points, or gone.
type Field struct {
	Key    string
	Text   string
	Points [][2]float64 // 0..1, written with at most 4 decimals; of a polygon
	Gone   bool         // the key is taken out
}

// order is that of a new seat's keys. A key that is added to a seat stands behind the nearest of those before it.
var order = []string{"stream", "name", "roi", "items_roi", "anchor"}

// Refusal is why a file cannot be edited safely.
type Refusal struct {
	Line   int // 1 is the first; 0 where unknown
	Reason string
}

func (e *Refusal) Error() string {
	if e.Line > 0 {
		return fmt.Sprintf("line %d: %s", e.Line, e.Reason)
	}
	return e.Reason
}

// Put sets fields of the seat with this id, or adds the seat behind the others. storeID, unless empty, is written as
// analytics.store_id where the file has none. Errors are a *Refusal.
func (d *Document) Put(id string, fields []Field, storeID string) (*Document, error) {
	return d.edit(id, storeID, func(d *Document, at place) error {
		if at.seat != nil {
			return d.change(at.seat, fields)
		}
		return d.add(at, id, fields, storeID)
	})
}

// Delete takes the seat with this id out, and with the last one the empty key `seats`. A file without the seat stays as
// it is. Errors are a *Refusal.
func (d *Document) Delete(id string) (*Document, error) {
	return d.edit(id, "", func(d *Document, at place) error {
		if at.seat == nil {
			return nil
		}
		return d.remove(at.seat)
	})
}

// edit collects an edit's cuts on a copy of the document, and parses what comes of them.
func (d *Document) edit(id, storeID string, cut func(*Document, place) error) (*Document, error) {
	draft := *d
	at, err := draft.find(id)
	if err != nil {
		return nil, err
	}
	if err = cut(&draft, at); err != nil {
		return nil, err
	}
	if len(draft.cuts) == 0 {
		return d, nil
	}
	return draft.finish(id, storeID)
}

// place is where the seats of a file stand, as far as they do.
type place struct {
	root                   *mapping // nil: the file is empty
	section                *mapping // of analytics; nil: nothing stands in it
	analytics, seats, seat *entry   // nil: not there
}

func (d *Document) find(id string) (p place, err error) {
	if p.root, err = d.rootMapping(); err != nil || p.root == nil {
		return p, err
	}
	if p.analytics, err = p.root.entry("analytics"); err != nil || p.analytics == nil {
		return p, err
	}
	if p.section, err = p.analytics.mapping("analytics"); err != nil || p.section == nil {
		return p, err
	}
	if p.seats, err = p.section.entry("seats"); err != nil || p.seats == nil {
		return p, err
	}
	within, err := p.seats.mapping("analytics.seats")
	if err != nil || within == nil {
		return p, err
	}
	p.seat, err = within.entry(id)
	return p, err
}

// add writes a new seat, and the keys above it that are missing.
func (d *Document) add(at place, id string, fields []Field, storeID string) error {
	item := branch{key: id}
	for _, key := range order {
		for _, f := range fields {
			if f.Key == key && !f.Gone {
				item.children = append(item.children, branch{key: key, field: &f})
			}
		}
	}
	if at.seats != nil {
		return d.insert(at.root, at.seats, item)
	}
	branches := []branch{{key: "seats", children: []branch{item}}}
	if storeID != "" {
		var has *entry
		if at.section != nil {
			var err error
			if has, err = at.section.entry("store_id"); err != nil {
				return err
			}
		}
		if has == nil {
			branches = slices.Insert(branches, 0, branch{key: "store_id", field: &Field{Text: storeID}})
		}
	}
	if at.analytics != nil {
		return d.insert(at.root, at.analytics, branches...)
	}
	return d.insert(at.root, nil, branch{key: "analytics", children: branches})
}
