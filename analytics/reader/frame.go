package reader

import (
	"encoding/json"
	"errors"
	"fmt"
)

// frame is a message of Phoenix, the protocol of Supabase Realtime. Refs are kept as they came: a string or null.
type frame struct {
	JoinRef json.RawMessage `json:"join_ref"`
	Ref     json.RawMessage `json:"ref"`
	Topic   string          `json:"topic"`
	Event   string          `json:"event"`
	Payload json.RawMessage `json:"payload"`
}

// version is that of the serializer, the parameter vsn.
type version int

var errFrame = errors.New("is no frame of Phoenix")

// parse reads a text frame: v2 is [join_ref, ref, topic, event, payload], v1 an object of these names.
func (v version) parse(b []byte) (f frame, err error) {
	if v == 1 {
		err = json.Unmarshal(b, &f)
	} else {
		var parts []json.RawMessage
		if err = json.Unmarshal(b, &parts); err == nil && len(parts) != 5 {
			err = fmt.Errorf("has %d parts, wants 5", len(parts))
		}
		if err == nil {
			f.JoinRef, f.Ref, f.Payload = parts[0], parts[1], parts[4]
			err = errors.Join(json.Unmarshal(parts[2], &f.Topic), json.Unmarshal(parts[3], &f.Event))
		}
	}
	switch {
	case err != nil:
		return f, fmt.Errorf("%w: %w", errFrame, err)
	case f.Topic == "" || f.Event == "":
		return f, fmt.Errorf("%w: has no topic or no event", errFrame)
	}
	for _, ref := range []*json.RawMessage{&f.JoinRef, &f.Ref} {
		if len(*ref) == 0 {
			*ref = null
		}
		if c := (*ref)[0]; c != '"' && c != 'n' {
			return f, fmt.Errorf("%w: a ref is neither a text nor null", errFrame)
		}
	}
	return f, nil
}

var null = json.RawMessage("null")

// begin writes a frame up to its payload, and end what comes after it. topic is JSON.
func (v version) begin(b []byte, joinRef, ref json.RawMessage, topic []byte, event string) []byte {
	if v == 1 {
		b = append(b, `{"ref":`...)
		b = append(b, ref...)
		b = append(b, `,"join_ref":`...)
		b = append(b, joinRef...)
		b = append(b, `,"topic":`...)
		b = append(b, topic...)
		b = append(b, `,"event":"`...)
		b = append(b, event...)
		return append(b, `","payload":`...)
	}
	b = append(b, '[')
	b = append(b, joinRef...)
	b = append(b, ',')
	b = append(b, ref...)
	b = append(b, ',')
	b = append(b, topic...)
	b = append(b, `,"`...)
	b = append(b, event...)
	return append(b, `",`...)
}

func (v version) end(b []byte) []byte {
	if v == 1 {
		return append(b, '}')
	}
	return append(b, ']')
}
