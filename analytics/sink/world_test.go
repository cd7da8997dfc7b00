package sink

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/AlexxIT/go2rtc/seats/analytics/store"
	"github.com/google/uuid"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"
)

// world is a relay with a real database, a real sink and a real HTTP server in a bubble, where hours take no time:
// the network between them is a pipe.
type world struct {
	t      *testing.T
	db     *store.DB
	relay  *Relay
	log    bytes.Buffer
	end    func()
	hangUp func() // closes the connections that are at rest

	mu     sync.Mutex
	away   bool
	answer func(r *http.Request, ids []string) (status int, header http.Header, body string) // nil: accepted
	asked  []time.Time                                                                       // requests that send, or tries to connect for one
	got    []string                                                                          // rows, in the order in which they were accepted
}

// listener hands out connections of its own process.
type listener struct {
	conns chan net.Conn
	done  chan struct{}
}

func (l *listener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}
func (l *listener) Close() error   { return nil }
func (l *listener) Addr() net.Addr { return &net.TCPAddr{} }

func (w *world) dial(l *listener) func(context.Context, string, string) (net.Conn, error) {
	return func(context.Context, string, string) (net.Conn, error) {
		w.mu.Lock()
		defer w.mu.Unlock()
		if w.away {
			w.asked = append(w.asked, time.Now())
			return nil, syscall.ECONNREFUSED
		}
		client, server := net.Pipe()
		l.conns <- server
		return client, nil
	}
}

func (w *world) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	if r.Method != http.MethodPost {
		_, _ = io.WriteString(rw, "[]")
		return
	}
	var rows []map[string]any
	if json.Unmarshal(body, &rows) != nil {
		var n notice
		_ = json.Unmarshal(body, &n)
		for _, e := range n.Data.Events {
			rows = append(rows, map[string]any{"id": e.ID})
		}
	}
	var ids []string
	for _, row := range rows {
		for _, key := range []string{"id", "seat_id", "stream"} {
			if id, ok := row[key].(string); ok {
				ids = append(ids, id)
				break
			}
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.asked = append(w.asked, time.Now())
	if w.answer != nil {
		if status, header, text := w.answer(r, ids); status != 0 {
			maps.Copy(rw.Header(), header)
			rw.WriteHeader(status)
			_, _ = io.WriteString(rw, text)
			return
		}
	}
	for _, id := range ids {
		if !slices.Contains(w.got, id) {
			w.got = append(w.got, id)
		}
	}
	rw.WriteHeader(http.StatusCreated)
}

func newWorld(t *testing.T, webhook bool) *world {
	t.Helper()
	w := &world{t: t}
	l := &listener{conns: make(chan net.Conn, 10), done: make(chan struct{})}
	server := &http.Server{Handler: w}
	var s Sink
	var transport *http.Transport
	outlet := store.Outlet{Name: "supabase", Statuses: true, History: true}
	if webhook {
		hook, err := NewWebhook("http://127.0.0.1:1/x", "secret")
		require.NoError(t, err)
		s, transport, outlet = hook, hook.base, store.Outlet{Name: "webhook"}
	} else {
		supabase, err := NewSupabase("http://127.0.0.1:1", "sb_secret_x")
		require.NoError(t, err)
		s, transport = supabase, supabase.base
	}
	transport.DialContext = w.dial(l)
	w.hangUp = transport.CloseIdleConnections
	var err error
	w.db, err = store.Open(filepath.Join(t.TempDir(), "seats.db"))
	require.NoError(t, err)
	boxes, err := w.db.OpenOutboxes(t.Context(), 100000, outlet)
	require.NoError(t, err)
	w.relay = NewRelay(s, boxes[0], 500, zerolog.New(&w.log))

	ctx, cancel := context.WithCancel(t.Context())
	var all sync.WaitGroup
	all.Go(func() { _ = server.Serve(l) })
	all.Go(func() { w.relay.Run(ctx) })
	w.end = func() {
		cancel()
		transport.CloseIdleConnections()
		close(l.done)
		_ = server.Close()
		all.Wait()
		require.NoError(t, w.db.Close())
	}
	return w
}

// bubble runs a test where time is made up.
func bubble(t *testing.T, webhook bool, test func(t *testing.T, w *world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, webhook)
		defer w.end()
		synctest.Wait() // the relay has checked the place, and found nothing to send
		test(t, w)
	})
}

func (w *world) commit(c store.Change) (ids []string) {
	w.t.Helper()
	require.NoError(w.t, w.db.Commit(w.t.Context(), &c))
	w.relay.Wake()
	for i := range c.Events {
		ids = append(ids, c.Events[i].ID)
	}
	return ids
}

func (w *world) events(n int) []string {
	return w.commit(store.Change{Events: events(n, "person_enter")})
}

func events(n int, kind string) (rows []store.EventRow) {
	for i := range n {
		e := store.EventRow{
			ID: uuid.Must(uuid.NewV7()).String(), StoreID: "s", Stream: fmt.Sprintf("cam%d", i+1), EventType: kind,
			CapturedAt: store.At(time.Now()), CreatedAt: store.At(time.Now()),
		}
		if !strings.HasPrefix(kind, "camera") {
			seat := "A1"
			e.SeatID = &seat
		}
		rows = append(rows, e)
	}
	return rows
}

func (w *world) set(away bool, answer func(*http.Request, []string) (int, http.Header, string)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.away, w.answer, w.asked = away, answer, nil
	if away {
		w.hangUp() // the relay's check has left a connection open
	}
}

func (w *world) tries() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.asked)
}

func (w *world) lines(text string) int { return strings.Count(w.log.String(), text) }

// after waits for so long, and then until all goroutines are blocked.
func after(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

func says(status int, header http.Header, body string) func(*http.Request, []string) (int, http.Header, string) {
	return func(*http.Request, []string) (int, http.Header, string) { return status, header, body }
}
