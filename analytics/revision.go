package analytics

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

// revision tells two versions of a seat's configuration apart. It follows from what the configuration says, so that it
// outlives restarts and is the same for the file and for what is in force.
func (c *SeatConfig) revision() string {
	b, err := json.Marshal([]any{c.ID, c.Stream, c.Name, pairs(c.ROI), pairs(c.ItemsROI), c.anchor()})
	if err != nil {
		panic(err) // finite numbers and texts always can be
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:8])
}

// revisionOf is that of a seat that may not be there.
func revisionOf(c *SeatConfig) string {
	if c == nil {
		return ""
	}
	return c.revision()
}

// condition is what must be so for an edit to be made (RFC 9110 section 13.1).
type condition struct {
	revision string // the seat is this one; "*" any; "" nothing is asked
	isNew    bool   // there is no such seat
}

// conditionOf reads If-Match, If-None-Match and `revision`, which may stand in the query or in the body.
func conditionOf(r *http.Request, inBody string) (c condition, err error) {
	c.revision = strings.Trim(r.Header.Get("If-Match"), `"`)
	for _, also := range []string{r.URL.Query().Get("revision"), inBody} {
		if c.revision == "" {
			c.revision = also
		}
	}
	switch none := r.Header.Get("If-None-Match"); none {
	case "":
	case "*":
		c.isNew = true
	default:
		return c, fmt.Errorf("If-None-Match: wants *, has %q", shortened(none))
	}
	return c, nil
}

// refuses tells in one sentence why an edit of a seat cannot be made: what stands in the file is not what the editor has
// seen. file and memory are the seat as it stands in the file and as it is in force; nil where it is not.
func (c condition) refuses(id string, file, memory *SeatConfig) string {
	switch {
	case c.isNew && file != nil:
		return fmt.Sprintf("there is a seat %q already", id)
	case c.isNew:
		return ""
	case c.revision != "" && c.revision != "*":
		if file == nil {
			return fmt.Sprintf("seat %q is not there any more", id)
		}
		if file.revision() != c.revision {
			return fmt.Sprintf("seat %q was changed by somebody else meanwhile", id)
		}
		return ""
	case c.revision == "*" && file == nil:
		return fmt.Sprintf("there is no seat %q", id)
	case revisionOf(file) != revisionOf(memory):
		return fmt.Sprintf("seat %q was changed in the configuration file since it was read: say which revision is meant", id)
	}
	return ""
}

// shortened keeps an answer from being as long as what somebody sent.
func shortened(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}
