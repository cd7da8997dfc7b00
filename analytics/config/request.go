package config

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/AlexxIT/go2rtc/seats/analytics/edit"
	"github.com/AlexxIT/go2rtc/seats/analytics/seat"
)

// MaxRequest is how many bytes a request may have.
const MaxRequest = 64 << 10

// The bounds of texts, in characters.
const (
	maxSeatID   = 64
	maxSeatName = 200
)

// Request is how a seat is to be changed: keys that are left out stay as they are, null takes them out.
type Request struct {
	Revision string // see Condition; "" where left out

	stream, name, anchor, storeID *string
	roi, itemsROI                 [][2]float64 // nil: left out; empty: taken out
}

// DecodeRequest decodes the JSON body of PUT api/seats. Errors are one sentence.
func DecodeRequest(body []byte) (*Request, error) {
	if !utf8.Valid(body) {
		return nil, errors.New("the body is not UTF-8")
	}
	var keys map[string]json.RawMessage
	if err := json.Unmarshal(body, &keys); err != nil || keys == nil {
		return nil, errors.New(`the body wants to be a JSON object such as {"stream": "cam1", "roi": [[0.1, 0.2], [0.3, 0.2], [0.3, 0.4]]}`)
	}
	q := &Request{}
	var revision *string
	texts := map[string]**string{"stream": &q.stream, "name": &q.name, "anchor": &q.anchor, "store_id": &q.storeID, "revision": &revision}
	points := map[string]*[][2]float64{"roi": &q.roi, "items_roi": &q.itemsROI}
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		var err error
		if to, ok := texts[key]; ok {
			err = decodeText(keys[key], to)
		} else if to, ok := points[key]; ok {
			err = decodePoints(keys[key], to)
		} else {
			known := slices.AppendSeq(slices.Collect(maps.Keys(texts)), maps.Keys(points))
			return nil, fmt.Errorf("unknown key %q%s", Shortened(key), hint(Shortened(key), known))
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", key, err)
		}
	}
	if revision != nil {
		q.Revision = *revision
	}
	return q, q.check()
}

func decodeText(raw json.RawMessage, to **string) error {
	var text *string
	if err := json.Unmarshal(raw, &text); err != nil {
		return errors.New("wants a text")
	}
	if text == nil {
		text = new(string)
	}
	*to = text
	return nil
}

func decodePoints(raw json.RawMessage, to *[][2]float64) error {
	var list [][]float64
	wanted := errors.New("wants points such as [[0.1, 0.2], [0.3, 0.2], [0.3, 0.4]]")
	if err := json.Unmarshal(raw, &list); err != nil {
		return wanted
	}
	*to = [][2]float64{}
	if bytes.Equal(bytes.TrimSpace(raw), []byte("null")) {
		return nil
	}
	roi := make(seat.ROI, len(list))
	for i, p := range list {
		if len(p) != 2 {
			return fmt.Errorf("point %d wants two numbers, [x, y]", i+1)
		}
		*to = append(*to, [2]float64{p[0], p[1]})
		roi[i] = seat.Point{X: float32(p[0]), Y: float32(p[1])}
	}
	if err := roi.Validate(); err != nil {
		return err
	}
	// what is drawn may be a polygon, and what is written not
	return roiOf(*to).Validate()
}

// roiOf is a polygon as it will stand in the file.
func roiOf(points [][2]float64) seat.ROI {
	var roi seat.ROI
	for _, p := range points {
		roi = append(roi, seat.Point{X: float32(edit.Round(p[0])), Y: float32(edit.Round(p[1]))})
	}
	return roi
}

func (q *Request) check() error {
	if q.name != nil {
		if err := checkText(*q.name, maxSeatName); err != nil {
			return fmt.Errorf("name: %w", err)
		}
	}
	if q.storeID != nil {
		if err := checkText(*q.storeID, maxSeatID); err != nil {
			return fmt.Errorf("store_id: %w", err)
		}
	}
	if q.anchor != nil && *q.anchor != "" && !slices.Contains(anchors, *q.anchor) {
		return fmt.Errorf("anchor: wants one of %s, has %q", strings.Join(anchors, ", "), Shortened(*q.anchor))
	}
	if q.stream != nil && *q.stream == "" {
		return errors.New("stream: is required")
	}
	if q.roi != nil && len(q.roi) == 0 {
		return errors.New("roi: is required")
	}
	return nil
}

// checkText requires what people can read on one line.
func checkText(text string, most int) error {
	n := utf8.RuneCountInString(text)
	switch {
	case n > most:
		return fmt.Errorf("has %d characters, wants at most %d", n, most)
	case strings.ContainsFunc(text, func(r rune) bool { return unicode.IsControl(r) || unicode.In(r, unicode.Zl, unicode.Zp) }):
		return errors.New("has a line break or another control character")
	case text != strings.TrimSpace(text):
		return errors.New("begins or ends with a space")
	}
	return nil
}

// apply gives the seat after the edit of base, which is the file's, and the keys of the file that change. The base of a
// new seat has its id only.
func (q *Request) apply(base Seat) (wanted Seat, changes []edit.Field) {
	wanted = base
	text := func(key string, to *string, value *string) {
		if value == nil || *value == *to {
			return
		}
		*to = *value
		changes = append(changes, edit.Field{Key: key, Text: *value, Gone: *value == ""})
	}
	polygon := func(key string, to *seat.ROI, points [][2]float64) {
		if points == nil || sameROI(*to, points) {
			return
		}
		*to = roiOf(points)
		changes = append(changes, edit.Field{Key: key, Points: points, Gone: len(points) == 0})
	}
	text("stream", &wanted.Stream, q.stream)
	if q.name != nil && (*q.name != base.ID || base.Name != "") { // a seat without a name is called by its id
		text("name", &wanted.Name, q.name)
	}
	polygon("roi", &wanted.ROI, q.roi)
	polygon("items_roi", &wanted.ItemsROI, q.itemsROI)
	anchor, was := string(wanted.Anchor), wanted.AnchorOrDefault()
	if q.anchor != nil && (*q.anchor == "" || seat.Anchor(*q.anchor) != was) {
		text("anchor", &anchor, q.anchor)
		wanted.Anchor = seat.Anchor(anchor)
	}
	wanted.Anchor = wanted.AnchorOrDefault()
	return wanted, changes
}

// sameROI tells whether a client sends the polygon that it was shown: then its digits stay as they are.
func sameROI(roi seat.ROI, points [][2]float64) bool {
	return slices.EqualFunc(roi, points, func(a seat.Point, b [2]float64) bool {
		return a == seat.Point{X: float32(b[0]), Y: float32(b[1])}
	})
}

// store is the store's name after the edit: the first seat of a box that has none may bring it along.
func (q *Request) store(configured string) (string, error) {
	switch {
	case configured == "" && (q.storeID == nil || *q.storeID == ""):
		return "", refuse(Invalid, "store_id: is required once a seat is configured")
	case configured == "":
		return *q.storeID, nil
	case q.storeID != nil && *q.storeID != "" && *q.storeID != configured:
		return "", refuse(Invalid, "store_id: is %q, and is not changed here", configured)
	}
	return configured, nil
}
