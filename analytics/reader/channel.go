package reader

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

func (c *conn) handle(f *frame) {
	c.server.feed.mu.Lock()
	defer c.server.feed.mu.Unlock()
	switch {
	case f.Topic == "phoenix" && f.Event == "heartbeat":
		c.reply(f, "ok", struct{}{})
	case f.Event == "phx_join":
		c.join(f)
	case c.channels[f.Topic] == nil:
		c.refuse(f, "unmatched topic")
	case f.Event == "phx_leave":
		ch := c.channels[f.Topic]
		delete(c.channels, f.Topic)
		c.reply(f, "ok", struct{}{})
		c.send(ch.joinRef, ch.joinRef, f.Topic, "phx_close", struct{}{})
	case f.Event == "access_token": // no reply: the key of the handshake counts
	default:
		c.refuse(f, "read only: "+short(f.Event)+" is not served here")
	}
}

// join is what a client says to begin a channel.
type join struct {
	Config struct {
		PostgresChanges []wish `json:"postgres_changes"`
		Private         bool   `json:"private"`
	} `json:"config"`
}

// join begins a channel. Reply and channel come into being together: each change after the reply is sent.
func (c *conn) join(f *frame) {
	name, ok := strings.CutPrefix(f.Topic, "realtime:")
	if !ok || name == "" {
		c.refuse(f, "unmatched topic")
		return
	}
	var j join
	if err := json.Unmarshal(f.Payload, &j); err != nil {
		c.refuse(f, "the payload of the join is not as supabase-js sends it")
		return
	}
	wishes := j.Config.PostgresChanges
	old := c.channels[f.Topic]
	switch {
	case j.Config.Private:
		c.refuse(f, "Unauthorized: private channels are not served here, only postgres_changes")
		return
	case old == nil && len(c.channels) >= maxChannels:
		c.refuse(f, "ChannelRateLimitReached: Too many channels")
		return
	case len(wishes) > maxBindings:
		c.refuse(f, fmt.Sprintf("a channel has at most %d postgres_changes", maxBindings))
		return
	}
	if old != nil { // Phoenix ends the one before, too
		c.send(old.joinRef, old.joinRef, f.Topic, "phx_close", struct{}{})
	}
	ch := &channel{topic: mustJSON(f.Topic), joinRef: bytes.Clone(f.JoinRef)}
	if string(ch.joinRef) == "null" {
		ch.joinRef = bytes.Clone(f.Ref)
	}
	var wrong error
	for i := range wishes {
		c.lastID++
		wishes[i].ID = c.lastID
		b, err := wishes[i].bind()
		if err != nil {
			if wrong == nil {
				wrong = err
			}
			b.event = "" // is for no change, and keeps its place
		}
		ch.bindings = append(ch.bindings, b)
	}
	c.channels[f.Topic] = ch
	if wishes == nil {
		wishes = []wish{}
	}
	c.reply(f, "ok", map[string]any{"postgres_changes": wishes})
	if len(wishes) == 0 {
		return
	}
	system := map[string]string{"extension": "postgres_changes", "status": "ok", "message": "Subscribed to PostgreSQL", "channel": name}
	if wrong != nil {
		system["status"] = "error"
		system["message"] = "Unable to subscribe to changes with given parameters: " + wrong.Error()
	}
	c.send(ch.joinRef, null, f.Topic, "system", system)
}

func (c *conn) refuse(f *frame, reason string) {
	c.reply(f, "error", map[string]string{"reason": reason})
}

func (c *conn) reply(f *frame, status string, response any) {
	c.send(f.JoinRef, f.Ref, f.Topic, "phx_reply", map[string]any{"status": status, "response": response})
}

func (c *conn) send(joinRef, ref json.RawMessage, topic, event string, payload any) {
	b := c.version.begin(nil, joinRef, ref, mustJSON(topic), event)
	b = append(b, mustJSON(payload)...)
	c.push(message{frame: c.version.end(b)})
}

// mustJSON is for what always can be JSON.
func mustJSON(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return b
}
