package score

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/AlexxIT/go2rtc/seats/analytics/seat"
)

// Decode reads a truth: an object that has each clip by its name. Nothing in it is passed over; an error is one sentence
// that begins with the file and names clip, seat and key.
func Decode(file string, text []byte) (*Truth, error) {
	truth := &Truth{}
	err := object(text, func(name string, raw json.RawMessage) error {
		c := Clip{Name: name}
		if err := c.decode(raw); err != nil {
			return fmt.Errorf("clip %q: %w", name, err)
		}
		truth.Clips = append(truth.Clips, c)
		return nil
	})
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &syntax):
		line := 1 + bytes.Count(text[:min(int(syntax.Offset), len(text))], []byte("\n"))
		return nil, fmt.Errorf("%s:%d: is no JSON: %w", file, line, err)
	case err != nil:
		return nil, fmt.Errorf("%s: %w", file, err)
	case len(truth.Clips) == 0:
		return nil, fmt.Errorf("%s: names no clip", file)
	}
	return truth, nil
}

// clipKeys and seatKeys are all keys that there are.
var (
	clipKeys = []string{
		"about", "kind", "half", "duration", "tries", "empty_at", "abandoned_after", "with_abandoned_after", "seats", "events",
		"not_judged",
	}
	seatKeys = []string{"seat_id", "about", "roi", "items_roi", "anchor", "states", "occupied", "items", "ignore"}
)

func (c *Clip) decode(raw json.RawMessage) error {
	keys, err := members(raw, clipKeys)
	if err != nil {
		return err
	}
	var about string
	for _, err := range []error{
		keys.text("about", &about),
		keys.text("kind", &c.Kind),
		keys.oneOf("half", &c.Half, Tune, Final),
		keys.seconds("duration", &c.Duration),
		keys.seconds("empty_at", &c.EmptyAt),
		keys.duration("abandoned_after", &c.AbandonedAfter),
		keys.duration("with_abandoned_after", &c.AbandonedAfter),
	} {
		if err != nil {
			return err
		}
	}
	if keys.has("tries") {
		var ideas []string
		if err = keys.value("tries", &ideas, "a list of texts"); err != nil {
			return err
		}
	}
	if keys.has("abandoned_after") && keys.has("with_abandoned_after") {
		return errors.New("with_abandoned_after: abandoned_after says it already")
	}
	events, err := keys.events("events")
	if err != nil {
		return err
	}
	if err = c.seats(keys, events); err != nil {
		return err
	}
	for id := range events {
		if c.seat(id) == nil {
			return fmt.Errorf("events: there is no seat %q", id)
		}
	}
	return c.notJudged(keys)
}

func (c *Clip) seats(keys fields, events map[string][]Event) error {
	var list []json.RawMessage
	if err := keys.value("seats", &list, "a list of seats"); err != nil {
		return err
	}
	if len(list) == 0 {
		return errors.New("seats: wants at least one seat")
	}
	for i, raw := range list {
		s, err := decodeSeat(raw, events)
		if s.ID == "" {
			if err == nil {
				err = errors.New("seat_id is required")
			}
			return fmt.Errorf("seat %d: %w", i+1, err)
		}
		if err == nil && c.seat(s.ID) != nil {
			err = errors.New("seat_id: stands twice")
		}
		if err == nil && c.Duration > 0 {
			err = s.within(c.Duration)
		}
		if err != nil {
			return fmt.Errorf("seat %q: %w", s.ID, err)
		}
		c.Seats = append(c.Seats, s)
	}
	return nil
}

// decodeSeat gives a seat with its id even where something else is wrong with it.
func decodeSeat(raw json.RawMessage, events map[string][]Event) (s Seat, err error) {
	keys, err := members(raw, seatKeys)
	var about, anchor string
	// the id first: errors are told with it
	if errID := keys.text("seat_id", &s.ID); err == nil {
		err = errID
	}
	for _, decode := range []func() error{
		func() error { return keys.text("about", &about) },
		func() error { return keys.roi("roi", &s.ROI) },
		func() error { return keys.roi("items_roi", &s.ItemsROI) },
		func() error {
			return keys.oneOf("anchor", &anchor, string(seat.AnchorFoot), string(seat.AnchorCenter), string(seat.AnchorOverlap))
		},
		func() error { return keys.spans("ignore", &s.Ignore) },
	} {
		if err == nil {
			err = decode()
		}
	}
	if err == nil && len(s.ROI) == 0 {
		err = errors.New("roi is required")
	}
	if err == nil {
		s.Anchor = seat.Anchor(anchor)
		s.Changes, err = keys.timeline(events[s.ID], events[s.ID] != nil)
	}
	return s, err
}

// timeline is what the seat's states, else the clip's events, else its occupied spans say.
func (f fields) timeline(events []Event, listed bool) (tl Timeline, err error) {
	var occupied, items []Span
	if err = f.spans("occupied", &occupied); err != nil {
		return nil, err
	}
	if err = f.spans("items", &items); err != nil {
		return nil, err
	}
	switch {
	case f.has("states"):
		for _, other := range []string{"occupied", "items"} {
			if f.has(other) {
				return nil, fmt.Errorf("%s: states say it already", other)
			}
		}
		if listed {
			return nil, errors.New("states: the clip's events say it already")
		}
		return f.states("states")
	case listed:
		return follow(events)
	case f.has("items"):
		return nil, errors.New("items: say what follows from them, in states or in the clip's events")
	case f.has("occupied"):
		for _, span := range occupied {
			tl = append(tl, Change{span.From, seat.Occupied}, Change{span.To, seat.Empty})
		}
		return tl, nil
	}
	return nil, errors.New("wants states, or occupied, or events of the clip")
}

// follow is the timeline of events, each of which must be possible after the one before it.
func follow(events []Event) (tl Timeline, err error) {
	status := seat.Empty
	for i, e := range events {
		next := after[e.Type]
		if between[[2]seat.Status{status, next}] != e.Type {
			return nil, fmt.Errorf("events: event %d: no %s can follow while the seat is %s", i+1, e.Type, status)
		}
		status = next
		tl = append(tl, Change{e.At, status})
	}
	return tl, nil
}

// within tells what of a seat lies behind the end of its clip.
func (s *Seat) within(end time.Duration) error {
	for _, c := range s.Changes {
		if c.At > end {
			return fmt.Errorf("%s at %s s, and the clip's duration is %s s", c.Status, number(c.At), number(end))
		}
	}
	return nil
}

func (c *Clip) seat(id string) *Seat {
	if i := slices.IndexFunc(c.Seats, func(s Seat) bool { return s.ID == id }); i >= 0 {
		return &c.Seats[i]
	}
	return nil
}

// unjudged is the form of not_judged: one seat, and since when.
var unjudged = regexp.MustCompile(`^(\S+) after (\d+(?:\.\d+)?) s(?:: .*)?$`)

// notJudged reads `"not_judged": "right after 36 s: why"`, which older truths have in place of the seat's ignore.
func (c *Clip) notJudged(keys fields) error {
	var said string
	if err := keys.text("not_judged", &said); err != nil || said == "" {
		return err
	}
	m := unjudged.FindStringSubmatch(said)
	if m == nil {
		return errors.New(`not_judged: wants "SEAT after SECONDS s: why"; spans stand in the seat's ignore`)
	}
	s := c.seat(m[1])
	if s == nil {
		return fmt.Errorf("not_judged: there is no seat %q", m[1])
	}
	from, err := parseSeconds(json.Number(m[2]))
	if err != nil {
		return fmt.Errorf("not_judged: %w", err)
	}
	if n := len(s.Ignore); n > 0 && s.Ignore[n-1].To > from {
		return fmt.Errorf("not_judged: the ignore of seat %q says it already", s.ID)
	}
	s.Ignore = append(s.Ignore, Span{from, forever})
	return nil
}

// object reads an object, and calls each for its members in the order of the text.
func object(text []byte, each func(key string, raw json.RawMessage) error) error {
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	// checked as a whole first, so that the offset of a syntax error is the text's
	var all json.RawMessage
	if err := json.Unmarshal(text, &all); err != nil {
		return err
	}
	if token, err := dec.Token(); err != nil || token != json.Delim('{') {
		return fmt.Errorf("wants an object, has %s", shortened(text))
	}
	seen := map[string]bool{}
	for dec.More() {
		token, err := dec.Token()
		if err != nil {
			return err
		}
		key := token.(string) // the text is valid: here stand keys
		var raw json.RawMessage
		if err = dec.Decode(&raw); err != nil {
			return err
		}
		if seen[key] {
			return fmt.Errorf("%q stands twice", key)
		}
		seen[key] = true
		if err = each(key, raw); err != nil {
			return err
		}
	}
	if _, err := dec.Token(); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	return nil
}

// members are the members of an object that may have these keys. They are valid as far as an error lets them.
func members(raw json.RawMessage, known []string) (fields, error) {
	f := fields{}
	var unknown error
	err := object(raw, func(key string, value json.RawMessage) error {
		if !slices.Contains(known, key) {
			if unknown == nil {
				unknown = fmt.Errorf("unknown key %q, there are %s", key, strings.Join(known, ", "))
			}
			return nil
		}
		f[key] = value
		return nil
	})
	if err == nil {
		err = unknown
	}
	return f, err
}

// shortened is the beginning of a JSON text, for an error.
func shortened(text []byte) string {
	var b bytes.Buffer
	if json.Compact(&b, text) != nil {
		b.Reset()
		b.Write(bytes.TrimSpace(text))
	}
	if r := []rune(b.String()); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return b.String()
}
