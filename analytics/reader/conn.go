package reader

import (
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// The bounds of what one client may take.
const (
	maxFrame    = 64 << 10 // bytes
	maxChannels = 100      // a connection, as in a Supabase project that was left as it is
	maxBindings = 64       // a channel: bits of a mask
	maxConns    = 500
	queueSize   = 256 // messages that may wait for a client
)

// conn is one client's WebSocket: its handler reads, a goroutine of its own writes.
type conn struct {
	server   *Server
	ws       *websocket.Conn
	version  version
	channels map[string]*channel // by topic; guarded by the feed's lock

	out     chan message
	room    chan struct{} // notified when the writer took something
	done    chan struct{} // closed when the connection is given up
	once    sync.Once
	lastID  int    // of bindings
	lagging string // why it was cut off; set before done is closed
}

// channel is one topic that a client has joined.
type channel struct {
	topic    []byte // JSON
	joinRef  []byte // JSON
	bindings []binding
}

// message is what waits for the writer: a frame as it goes out, or a change for a channel.
type message struct {
	frame   []byte
	channel *channel
	mask    uint64 // which bindings of the channel the change is for
	change  *change
}

func (s *Server) realtime(w http.ResponseWriter, r *http.Request) {
	if s.cors(w, r) || !s.admit(w, r) {
		return
	}
	c := &conn{
		server: s, version: 2, channels: map[string]*channel{},
		out: make(chan message, queueSize), room: make(chan struct{}, 1), done: make(chan struct{}),
	}
	switch r.URL.Query().Get("vsn") {
	case "", "1.0.0": // as Phoenix takes it
		c.version = 1
	case "2.0.0":
	default:
		(&Error{Status: http.StatusBadRequest, Code: "PGRST100", Message: "vsn is neither 1.0.0 nor 2.0.0"}).write(w, r)
		return
	}
	f := &s.feed
	if !f.add(c) {
		(&Error{Status: http.StatusServiceUnavailable, Code: "PGRST001", Message: "too many connections"}).write(w, r)
		return
	}
	defer f.remove(c)

	up := websocket.Upgrader{CheckOrigin: s.origins.allow, HandshakeTimeout: writePatience}
	ws, err := up.Upgrade(w, r, nil)
	if err != nil {
		return // it has answered
	}
	defer func() { _ = ws.Close() }()
	ws.SetReadLimit(maxFrame)
	f.mu.Lock()
	c.ws = ws
	f.mu.Unlock()

	written := make(chan struct{})
	go func() {
		defer close(written)
		c.write()
	}()
	reason := c.read()
	c.cut()
	<-written
	if c.lagging != "" {
		s.options.Log.Warn().Str("remote_addr", r.RemoteAddr).Str("error", c.lagging).Msg("[analytics] reader cut off")
	} else if reason != "" {
		deadline := time.Now().Add(time.Second)
		_ = ws.NetConn().SetDeadline(deadline)
		_ = ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(websocket.ClosePolicyViolation, reason), deadline)
	}
}

// add takes a connection in. It may be cut from then on.
func (f *feed) add(c *conn) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed || len(f.conns) >= maxConns {
		return false
	}
	f.conns[c] = struct{}{}
	f.done.Add(1)
	return true
}

func (f *feed) remove(c *conn) {
	f.mu.Lock()
	delete(f.conns, c)
	f.mu.Unlock()
	f.done.Done()
}

// read takes frames until the end, and tells why it ends where the client should know.
func (c *conn) read() (reason string) {
	for {
		// deadline first, then done: cut does it the other way round, so that one of them sees the other
		_ = c.ws.SetReadDeadline(time.Now().Add(c.server.silence))
		select {
		case <-c.done:
			return ""
		default:
		}
		kind, b, err := c.ws.ReadMessage()
		if err != nil {
			return ""
		}
		if kind != websocket.TextMessage {
			continue // broadcasts only
		}
		f, err := c.version.parse(b)
		if err != nil {
			return "the frame is not one of Phoenix"
		}
		// a client that asks more than it reads is made to wait, before it fills its queue itself
		for len(c.out) > queueSize/2 {
			select {
			case <-c.room:
			case <-c.done:
				return ""
			}
		}
		c.handle(&f)
	}
}

// write sends what waits, until the connection is given up.
func (c *conn) write() {
	var b []byte
	for {
		select {
		case <-c.done:
			return
		case m := <-c.out:
			select {
			case c.room <- struct{}{}:
			default:
			}
			b = c.encode(b[:0], &m)
			_ = c.ws.SetWriteDeadline(time.Now().Add(writePatience))
			select {
			case <-c.done:
				return
			default:
			}
			if err := c.ws.WriteMessage(websocket.TextMessage, b); err != nil {
				c.cut()
				return
			}
		}
	}
}

func (c *conn) encode(b []byte, m *message) []byte {
	if m.change == nil {
		return append(b, m.frame...)
	}
	b = c.version.begin(b, null, null, m.channel.topic, "postgres_changes")
	b = append(b, `{"ids":[`...)
	for i := range m.channel.bindings {
		if m.mask&(1<<i) == 0 {
			continue
		}
		if b[len(b)-1] != '[' {
			b = append(b, ',')
		}
		b = strconv.AppendInt(b, int64(m.channel.bindings[i].id), 10)
	}
	b = append(b, `],"data":`...)
	b = append(b, m.change.data...)
	b = append(b, '}')
	return c.version.end(b)
}

// push queues a message, or cuts off a client that does not keep up. It never waits. The caller must hold feed.mu.
func (c *conn) push(m message) {
	select {
	case c.out <- m:
	default:
		c.once.Do(func() {
			c.lagging = strconv.Itoa(queueSize) + " messages wait"
			c.end()
		})
	}
}

func (c *conn) cut() { c.once.Do(c.end) }

func (c *conn) end() {
	close(c.done)
	if c.ws != nil {
		_ = c.ws.NetConn().SetDeadline(time.Unix(1, 0)) // ends a read and a write under way; Close might wait, with TLS
	}
}
