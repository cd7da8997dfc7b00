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

// after waits for so long, and then for everybody to be at rest.
func after(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

func says(status int, header http.Header, body string) func(*http.Request, []string) (int, http.Header, string) {
	return func(*http.Request, []string) (int, http.Header, string) { return status, header, body }
}

func TestRelaySendsAtOnce(t *testing.T) {
	bubble(t, false, func(t *testing.T, w *world) {
		want := w.events(3)
		synctest.Wait()
		require.Equal(t, want, w.got)
		want = append(want, w.events(1)...)
		synctest.Wait()
		require.Equal(t, want, w.got)
		require.Equal(t, 4, w.relay.Status().Sent[store.DetectionEvents])
	})
}

func TestRecoveryIsNoticedWithinSeconds(t *testing.T) {
	for _, outage := range []time.Duration{time.Second, time.Minute, 10 * time.Hour} {
		bubble(t, false, func(t *testing.T, w *world) {
			w.set(true, nil)
			want := w.events(1200)
			after(outage)
			require.Empty(t, w.got)
			lines := w.lines("outbox retries")
			require.LessOrEqual(t, lines, 1+int(outage/time.Minute), "one line when it begins, one a minute")
			require.LessOrEqual(t, w.tries(), 10+int(outage/probeEvery)+int(outage/(10*time.Second)))
			require.Equal(t, Transient, w.relay.Status().Failing.Kind)
			w.set(false, nil)
			after(probeEvery)
			require.Equal(t, want, w.got)
			require.Nil(t, w.relay.Status().Failing)
			require.Equal(t, 1, w.lines("retries, over"))
		})
	}
}

// A server that answers probes and fails at writing is left alone for up to a minute.
func TestHalfAliveIsLeftAlone(t *testing.T) {
	bubble(t, false, func(t *testing.T, w *world) {
		w.set(false, says(503, nil, ""))
		w.events(1)
		after(10 * time.Minute)
		w.set(false, says(503, nil, ""))
		after(time.Hour)
		require.Less(t, w.tries(), 250)
		require.Greater(t, w.tries(), 60)
		for i := 2; i < len(w.asked); i++ {
			require.LessOrEqual(t, w.asked[i].Sub(w.asked[i-2]), 2*time.Minute, "for ever, and up to a minute apart")
		}
	})
}

func TestRetryAfterIsKept(t *testing.T) {
	bubble(t, false, func(t *testing.T, w *world) {
		w.set(false, says(503, http.Header{"Retry-After": {"120"}}, ""))
		want := w.events(1)
		after(time.Second)
		w.set(false, nil)
		for range 118 {
			w.relay.Wake()
			after(time.Second)
		}
		require.Zero(t, w.tries())
		after(5 * time.Second)
		require.Equal(t, want, w.got)
	})
}

func TestWaitingIsSaidOnceAndRetriedSlowly(t *testing.T) {
	bubble(t, false, func(t *testing.T, w *world) {
		w.set(false, says(401, nil, `{"message": "Invalid API key"}`))
		want := w.events(1)
		after(2 * time.Second)
		require.Equal(t, 1, w.tries())
		after(time.Hour)
		require.Less(t, w.tries(), 140)
		require.Equal(t, 1, w.lines("outbox waits for somebody"))
		require.Contains(t, w.log.String(), "analytics.supabase.key")
		w.set(false, nil)
		after(time.Minute)
		require.Equal(t, want, w.got)
		require.Equal(t, 1, w.lines("over"))
	})
}

func TestPoisonedRowsAreSetAside(t *testing.T) {
	bubble(t, false, func(t *testing.T, w *world) {
		w.set(true, nil)
		ids := w.events(1000)
		poisoned := []string{ids[3], ids[700], ids[999]}
		w.set(false, func(_ *http.Request, ids []string) (int, http.Header, string) {
			for _, id := range poisoned {
				if slices.Contains(ids, id) {
					return 400, nil, `{"code": "22P05", "message": "not for us"}`
				}
			}
			return 0, nil, ""
		})
		after(time.Minute)
		want := slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return slices.Contains(poisoned, id) })
		require.Equal(t, want, w.got, "the rest goes on, in order")
		require.Less(t, w.tries(), 70)
		rejected, err := w.relay.Outbox.Rejected(t.Context(), 10)
		require.NoError(t, err)
		require.Len(t, rejected, 3)
		for _, r := range rejected {
			require.Contains(t, poisoned, r.Key)
			require.Equal(t, "400 Bad Request: 22P05 not for us", r.Reason)
		}
		require.Equal(t, 3, w.relay.Status().Rejected)
		require.Equal(t, 3, w.lines("row set aside"))

		// somebody mends the table, and has them sent again
		w.set(false, nil)
		_, err = w.relay.Outbox.Retry(t.Context())
		require.NoError(t, err)
		w.relay.Wake()
		synctest.Wait()
		require.ElementsMatch(t, ids, w.got)
	})
}

// A table that refuses everything is at fault itself: its rows are kept.
func TestRefusedTableKeepsItsRows(t *testing.T) {
	bubble(t, false, func(t *testing.T, w *world) {
		w.set(false, says(400, nil, `{"code": "23514", "message": "violates check constraint"}`))
		ids := w.events(500)
		after(10 * time.Minute)
		rejected, err := w.relay.Outbox.Rejected(t.Context(), 1000)
		require.NoError(t, err)
		require.Less(t, len(rejected), 40)
		require.GreaterOrEqual(t, w.lines("waits for somebody"), 1)
		w.set(false, nil)
		after(time.Minute)
		require.Len(t, w.got, len(ids)-len(rejected))
	})
}

func TestOneMissingTableHoldsUpNoOther(t *testing.T) {
	bubble(t, false, func(t *testing.T, w *world) {
		w.set(false, func(r *http.Request, _ []string) (int, http.Header, string) {
			if strings.HasSuffix(r.URL.Path, "/camera_status") {
				return 404, nil, `{"code": "PGRST205", "message": "Could not find the table"}`
			}
			return 0, nil, ""
		})
		ids := w.commit(store.Change{
			Cameras: []store.CameraRow{{StoreID: "s", Stream: "cam1"}}, Events: events(2, "person_enter"),
			Seats: []store.SeatRow{{StoreID: "s", SeatID: "A", Stream: "cam1", Status: "empty"}},
		})
		synctest.Wait()
		require.Equal(t, append([]string{"A"}, ids...), w.got)
		require.Equal(t, 1, w.lines("waits for somebody"))
		require.Contains(t, w.log.String(), "schema.sql")
		w.set(false, nil)
		after(time.Minute)
		require.Contains(t, w.got, "cam1")
	})
}

// An NVR drops out: its cameras are missed one after another within seconds.
func TestCamerasLostAtOnceAreOneNotice(t *testing.T) {
	bubble(t, true, func(t *testing.T, w *world) {
		var text, id string
		w.set(false, func(r *http.Request, _ []string) (int, http.Header, string) {
			id = r.Header.Get("Webhook-Id")
			return 0, nil, ""
		})
		for _, e := range events(16, "camera_offline") {
			e.CreatedAt = store.At(time.Now())
			w.commit(store.Change{Events: []store.EventRow{e}})
			text += e.ID
			after(300 * time.Millisecond)
		}
		require.Zero(t, w.tries())
		after(gatherFor)
		require.Equal(t, 1, w.tries())
		require.Len(t, w.got, 16)
		require.NotEmpty(t, id)

		w.events(1)
		synctest.Wait()
		require.Equal(t, 2, w.tries(), "seats do not wait")
	})
}

// On a slow disk the sixteen are found missing at once, and committed one after another.
func TestSlowCommitsAreOneNotice(t *testing.T) {
	bubble(t, true, func(t *testing.T, w *world) {
		missed := store.At(time.Now())
		for _, e := range events(16, "camera_offline") {
			after(500 * time.Millisecond)
			e.CreatedAt = missed
			w.commit(store.Change{Events: []store.EventRow{e}})
		}
		require.Zero(t, w.tries())
		after(gatherFor)
		require.Equal(t, 1, w.tries())
		require.Len(t, w.got, 16)

		for _, e := range events(100, "camera_offline") {
			e.CreatedAt = store.At(time.Now())
			w.commit(store.Change{Events: []store.EventRow{e}})
			after(time.Second)
		}
		require.GreaterOrEqual(t, w.tries(), 1+100/16, "but they do not wait for ever")
	})
}

// A receiver tells a repeat by its id, so a notice that may have arrived is sent again as it was.
func TestRepeatedNoticeHasItsID(t *testing.T) {
	bubble(t, true, func(t *testing.T, w *world) {
		var ids []string
		w.set(false, func(r *http.Request, _ []string) (int, http.Header, string) {
			ids = append(ids, r.Header.Get("Webhook-Id"))
			if len(ids) < 3 {
				return 502, nil, "<html>"
			}
			return 0, nil, ""
		})
		first := w.events(2)
		synctest.Wait()
		all := slices.Concat(first, w.events(1))
		after(time.Minute)
		require.Equal(t, all, w.got)
		require.Len(t, ids, 4)
		require.Equal(t, []string{ids[0], ids[0]}, ids[1:3])
		require.NotEqual(t, ids[0], ids[3])
	})
}

func TestNoticeText(t *testing.T) {
	require.Equal(t, "s: 7 cameras offline: cam1, cam2, cam3, cam4, cam5 and 2 more; A1 person leave",
		text(append(events(1, "person_leave"), events(7, "camera_offline")...)))
	require.Equal(t, "s: camera online: cam1", text(events(1, "camera_online")))
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	cases := []struct {
		text string
		want time.Duration
	}{
		{"", 0},
		{"7", 7 * time.Second},
		{" 7 ", 7 * time.Second},
		{"-1", 0},
		{"soon", 0},
		{"99999999", time.Hour},
		{"Wed, 25 Nov 2026 12:00:30 GMT", 30 * time.Second},
		{"Wed, 25 Nov 2026 11:00:00 GMT", 0},
	}
	for _, ca := range cases {
		require.Equal(t, ca.want, retryAfter(ca.text, now), ca.text)
	}
}

func TestClassify(t *testing.T) {
	cases := []struct {
		status int
		code   string
		want   Kind
	}{
		{500, "40001", Transient},
		{500, "40P01", Transient},
		{500, "57014", Transient},
		{503, "53300", Transient},
		{503, "57P01", Transient},
		{503, "08006", Transient},
		{500, "55P03", Transient},
		{503, "PGRST002", Transient},
		{504, "PGRST003", Transient},
		{500, "SUP", Transient},
		{429, "", Transient},
		{408, "", Transient},
		{502, "", Transient},
		{400, "22P05", Rejected},
		{409, "23505", Rejected},
		{400, "23514", Rejected},
		{500, "21000", Rejected},
		{400, "PGRST102", Rejected},
		{413, "", Rejected},
		{401, "", Waiting},
		{403, "42501", Waiting},
		{404, "42P01", Waiting},
		{400, "42703", Waiting},
		{400, "PGRST204", Waiting},
		{404, "PGRST205", Waiting},
		{401, "PGRST301", Waiting},
		{401, "PGRST303", Waiting},
		{404, "", Waiting},
		{400, "42P10", Waiting},
		{405, "25006", Waiting},
		{540, "", Waiting},
		{402, "", Waiting},
	}
	for _, ca := range cases {
		body := fmt.Sprintf(`{"code": %q, "message": "m"}`, ca.code)
		if ca.code == "" {
			body = `{"message": "m"}`
		}
		e := classify(answer{status: ca.status, body: []byte(body)}.refuse(), store.DetectionEvents)
		require.Equal(t, ca.want, e.Kind, "%d %s", ca.status, ca.code)
		require.Equal(t, ca.want == Waiting, e.Advice != "", "%d %s", ca.status, ca.code)
	}
	e := classify(answer{status: 400, body: []byte(`{"code": "42P10", "message": "m"}`)}.refuse(), store.SeatStatus)
	require.Contains(t, e.Advice, "alter table seat_status drop constraint seat_status_pkey, add primary key (store_id,seat_id)")
}
