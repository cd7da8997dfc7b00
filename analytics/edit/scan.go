package edit

import "bytes"

// end is where the flow collection, the quoted or plain text or the alias ends that begins at from; false where it does
// not end. A plain text in a block ends with its line: one of several lines gives false.
func end(b []byte, from int, flow bool) (int, bool) {
	if from >= len(b) {
		return 0, false
	}
	switch b[from] {
	case '[', '{':
		return endOfFlow(b, from)
	case '"', '\'':
		return endOfQuoted(b, from)
	}
	to := endOfPlain(b, from, flow)
	return to, to > from
}

func endOfFlow(b []byte, from int) (int, bool) {
	depth := 0
	for i := from; i < len(b); {
		switch c := b[i]; {
		case c == '[' || c == '{':
			depth++
			i++
		case c == ']' || c == '}':
			i++
			if depth--; depth == 0 {
				return i, true
			}
		case c == '"' || c == '\'':
			to, ok := endOfQuoted(b, i)
			if !ok {
				return 0, false
			}
			i = to
		case c == '#' && isSpace(b[i-1]):
			for i < len(b) && lineBreak(b[i:]) == 0 {
				i++
			}
		case c == ',' || c == ':' || isSpace(c):
			i++
		default:
			i = endOfPlain(b, i, true)
		}
	}
	return 0, false
}

func endOfQuoted(b []byte, from int) (int, bool) {
	quote := b[from]
	for i := from + 1; i < len(b); i++ {
		switch {
		case b[i] == '\\' && quote == '"':
			i++
		case b[i] == quote && quote == '\'' && i+1 < len(b) && b[i+1] == quote:
			i++
		case b[i] == quote:
			return i + 1, true
		}
	}
	return 0, false
}

// endOfPlain goes up to a colon or a comment (YAML 1.2 section 7.3.3), and takes at least one byte.
func endOfPlain(b []byte, from int, flow bool) int {
	i := from + 1
	for ; i < len(b); i++ {
		c := b[i]
		if lineBreak(b[i:]) > 0 || c == '#' && isSpace(b[i-1]) ||
			c == ':' && (i+1 == len(b) || isSpace(b[i+1]) || flow && bytes.IndexByte([]byte(",[]{}"), b[i+1]) >= 0) ||
			flow && bytes.IndexByte([]byte(",[]{}"), c) >= 0 {
			break
		}
	}
	return from + len(bytes.TrimRight(b[from:i], " \t"))
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

// skipProperties goes over an anchor and a tag, to the value that they are of.
func skipProperties(b []byte, from int) int {
	for from < len(b) && (b[from] == '&' || b[from] == '!') {
		for from < len(b) && !isSpace(b[from]) {
			from++
		}
		for from < len(b) && isSpace(b[from]) {
			from++
		}
	}
	return from
}
