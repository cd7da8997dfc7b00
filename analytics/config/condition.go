package config

import "fmt"

// Condition is what must hold for an edit to be made (RFC 9110 section 13.1).
type Condition struct {
	Revision string // the seat has this one; "*" any; "" is no condition
	New      bool   // there is no such seat
}

// refuses tells in one sentence why an edit of a seat cannot be made: what stands in the file is not what the editor has
// seen. file and memory are the seat as it stands in the file and as it is in force; nil where it is not.
func (c Condition) refuses(id string, file, memory *Seat) string {
	switch {
	case c.New && file != nil:
		return fmt.Sprintf("there is a seat %q already", id)
	case c.New:
		return ""
	case c.Revision != "" && c.Revision != "*":
		if file == nil {
			return fmt.Sprintf("seat %q is not there any more", id)
		}
		if file.Revision() != c.Revision {
			return fmt.Sprintf("seat %q was changed by somebody else meanwhile", id)
		}
		return ""
	case c.Revision == "*" && file == nil:
		return fmt.Sprintf("there is no seat %q", id)
	case file.Revision() != memory.Revision():
		return fmt.Sprintf("seat %q was changed in the configuration file since it was read: say which revision is meant", id)
	}
	return ""
}
