package score

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/AlexxIT/go2rtc/seats/analytics/seat"
)

// fields are the members of an object by their key. Each method leaves its target as it is where the key is left out.
type fields map[string]json.RawMessage

// forever is the end of what does not end; longest is the latest time that a truth may name.
const (
	forever = time.Duration(math.MaxInt64)
	longest = 1000 * time.Hour
)

func (f fields) has(key string) bool { return f[key] != nil }

func (f fields) value(key string, to any, wanted string) error {
	raw, ok := f[key]
	if !ok {
		return nil
	}
	if string(raw) == "null" || json.Unmarshal(raw, to) != nil {
		return fmt.Errorf("%s: wants %s, has %s", key, wanted, shortened(raw))
	}
	return nil
}

func (f fields) text(key string, to *string) error {
	if err := f.value(key, to, "a text"); err != nil {
		return err
	}
	if f.has(key) && strings.TrimSpace(*to) == "" {
		return fmt.Errorf("%s: is empty", key)
	}
	return nil
}

func (f fields) oneOf(key string, to *string, values ...string) error {
	wanted := "one of " + strings.Join(values, ", ")
	if err := f.value(key, to, wanted); err != nil {
		return err
	}
	if f.has(key) && !slices.Contains(values, *to) {
		return fmt.Errorf("%s: wants %s, has %s", key, wanted, shortened(f[key]))
	}
	return nil
}

func (f fields) seconds(key string, to *time.Duration) error {
	var n json.Number
	if !f.has(key) {
		return nil
	}
	err := f.value(key, &n, "a number of seconds")
	if err == nil {
		*to, err = parseSeconds(n)
		if err == nil && *to == 0 {
			err = fmt.Errorf("wants more than 0 seconds")
		}
		if err != nil {
			err = fmt.Errorf("%s: %w", key, err)
		}
	}
	return err
}

func (f fields) duration(key string, to *time.Duration) error {
	const wanted = "a duration such as \"20s\" or \"10m\""
	var text string
	if err := f.value(key, &text, wanted); err != nil || !f.has(key) {
		return err
	}
	d, err := time.ParseDuration(text)
	if err != nil || d <= 0 {
		return fmt.Errorf("%s: wants %s, has %s", key, wanted, shortened(f[key]))
	}
	*to = d
	return nil
}

func (f fields) roi(key string, to *seat.ROI) error {
	const wanted = "points such as [[0.1, 0.2], [0.3, 0.2], [0.3, 0.4]]"
	var points [][]float32
	if err := f.value(key, &points, wanted); err != nil || !f.has(key) {
		return err
	}
	for i, p := range points {
		if len(p) != 2 {
			return fmt.Errorf("%s: point %d wants two numbers, [x, y]", key, i+1)
		}
		*to = append(*to, seat.Point{X: p[0], Y: p[1]})
	}
	if err := to.Validate(); err != nil {
		return fmt.Errorf("%s: %w", key, err)
	}
	return nil
}

func (f fields) spans(key string, to *[]Span) error {
	var list [][]json.Number
	if err := f.value(key, &list, "spans such as [[1.5, 9], [12, 20]]"); err != nil {
		return err
	}
	last := time.Duration(-1)
	for i, pair := range list {
		if len(pair) != 2 {
			return fmt.Errorf("%s: span %d wants two times, [from, to]", key, i+1)
		}
		from, err := parseSeconds(pair[0])
		if err != nil {
			return fmt.Errorf("%s: span %d: %w", key, i+1, err)
		}
		until, err := parseSeconds(pair[1])
		switch {
		case err != nil:
			return fmt.Errorf("%s: span %d: %w", key, i+1, err)
		case until <= from:
			return fmt.Errorf("%s: span %d ends at %s and begins at %s", key, i+1, pair[1], pair[0])
		case from <= last:
			return fmt.Errorf("%s: span %d begins at %s, before or where span %d ends", key, i+1, pair[0], i)
		}
		last = until
		*to = append(*to, Span{from, until})
	}
	return nil
}

func (f fields) states(key string) (tl Timeline, err error) {
	const wanted = `states such as [[0, "empty"], [7.5, "occupied"]]`
	var list [][]json.RawMessage
	if err = f.value(key, &list, wanted); err != nil {
		return nil, err
	}
	for i, pair := range list {
		at, name, err := timed(pair, 0)
		status := seat.Status(name)
		switch {
		case err != nil:
			return nil, fmt.Errorf("%s: state %d: %w", key, i+1, err)
		case !slices.Contains(Statuses, status):
			return nil, fmt.Errorf("%s: state %d: unknown state %q, there are empty, occupied and abandoned", key, i+1, name)
		case i > 0 && at <= tl[i-1].At:
			return nil, fmt.Errorf("%s: state %d: is not later than the one before it", key, i+1)
		case i > 0 && status == tl[i-1].Status:
			return nil, fmt.Errorf("%s: state %d: is %s, as the one before it", key, i+1, status)
		}
		tl = append(tl, Change{at, status})
	}
	return tl, nil
}

// events are the clip's lists of events by seat, each in the order of time.
func (f fields) events(key string) (map[string][]Event, error) {
	if !f.has(key) {
		return nil, nil
	}
	all := map[string][]Event{}
	err := object(f[key], func(id string, raw json.RawMessage) error {
		var list [][]json.RawMessage
		if err := (fields{id: raw}).value(id, &list, `events such as [["person_enter", 4]]`); err != nil {
			return err
		}
		events := []Event{}
		for i, pair := range list {
			at, name, err := timed(pair, 1)
			switch {
			case err != nil:
				return fmt.Errorf("seat %q: event %d: %w", id, i+1, err)
			case !slices.Contains(Types, seat.EventType(name)):
				return fmt.Errorf("seat %q: event %d: a seat has no event %q", id, i+1, name)
			case i > 0 && at <= events[i-1].At:
				return fmt.Errorf("seat %q: event %d: is not later than the one before it", id, i+1)
			}
			events = append(events, Event{at, seat.EventType(name)})
		}
		all[id] = events
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", key, err)
	}
	return all, nil
}

// timed reads a pair of a time, at that index, and a name.
func timed(pair []json.RawMessage, index int) (at time.Duration, name string, err error) {
	var n json.Number
	if len(pair) != 2 || json.Unmarshal(pair[1-index], &name) != nil || json.Unmarshal(pair[index], &n) != nil {
		return 0, "", fmt.Errorf("wants a time in seconds and a name")
	}
	at, err = parseSeconds(n)
	return at, name, err
}

func parseSeconds(n json.Number) (time.Duration, error) {
	f, err := strconv.ParseFloat(n.String(), 64)
	if err != nil || !(f >= 0 && f <= longest.Seconds()) {
		return 0, fmt.Errorf("wants seconds from 0 to %.0f, has %s", longest.Seconds(), n)
	}
	return time.Duration(math.Round(f * 1e9)), nil
}

// number is a time in seconds as a truth has it.
func number(d time.Duration) string { return strconv.FormatFloat(d.Seconds(), 'f', -1, 64) }
