package sinktest

import (
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/AlexxIT/go2rtc/seats/analytics/sink"
	"github.com/AlexxIT/go2rtc/seats/analytics/store"
	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
)

// Timeout is what New gives a sink for one request.
const Timeout = 400 * time.Millisecond

// Suite is a kind of sink under test.
type Suite struct {
	New      func(t testing.TB, url string) sink.Sink // with Timeout
	Keep     Keep
	Secret   string // which the sink was made with
	Statuses bool   // the sink takes rows of seat_status, too, and when they are no more
	Poison   string // what the real place answers to a row that it refuses for good
}

type fault struct {
	name    string
	do      func(*Place, http.ResponseWriter, *http.Request, []string)
	kind    sink.Kind
	status  int
	away    bool
	wait    time.Duration
	arrived bool // although it looks like a failure
}

func faults(elsewhere string) []fault {
	moved := http.Header{"Location": {elsewhere}}
	return []fault{
		{name: "reset in mid-reply", do: reset, kind: sink.Transient, away: true, arrived: true},
		{name: "reply swallowed", do: swallow, kind: sink.Transient, away: true, arrived: true},
		{name: "no reply", do: hang, kind: sink.Transient, away: true},
		{name: "slow drip", do: drip, kind: sink.Transient, away: true, arrived: true},
		{name: "429", do: says(429, http.Header{"Retry-After": {"7"}}, `{"message": "%v"}`), kind: sink.Transient, status: 429, wait: 7 * time.Second},
		{name: "html 502", do: says(502, nil, "<html>%v</html>"), kind: sink.Transient, status: 502, away: true},
		{name: "empty 503", do: says(503, nil, "%.0s"), kind: sink.Transient, status: 503, away: true},
		{name: "gigabyte of error", do: gigabyte, kind: sink.Transient, status: 500},
		{name: "login page", do: says(200, nil, "<!doctype html><p>Welcome to the hotel %v"), kind: sink.Waiting, status: 200},
		{name: "301", do: says(301, moved, "%v"), kind: sink.Waiting, status: 301},
		{name: "302", do: says(302, moved, "%v"), kind: sink.Waiting, status: 302},
		{name: "307", do: says(307, moved, "%v"), kind: sink.Waiting, status: 307},
		{name: "308", do: says(308, moved, "%v"), kind: sink.Waiting, status: 308},
		{name: "401", do: says(401, nil, `{"message": "Invalid key %v"}`), kind: sink.Waiting, status: 401},
		{name: "403 page", do: says(403, nil, "<p>blocked %v"), kind: sink.Waiting, status: 403},
		{name: "404", do: says(404, nil, "no route %v"), kind: sink.Waiting, status: 404},
	}
}

// Run runs the suite.
func Run(t *testing.T, s Suite) {
	t.Helper()
	rows := pending(t, &store.Change{Events: Events(4)}, store.DetectionEvents)
	var want []string
	for i := range rows.Events {
		want = append(want, rows.Events[i].ID)
	}
	var strays atomic.Int32
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { strays.Add(1) }))
	defer elsewhere.Close()

	for _, ca := range faults(elsewhere.URL) {
		t.Run(ca.name, func(t *testing.T) {
			place, to, e := s.fails(t, ca, rows)
			require.Equal(t, ca.status, e.Status, e)
			require.Equal(t, ca.away, e.Away, e)
			require.Equal(t, ca.wait, e.RetryAfter)
			require.Equal(t, ca.kind == sink.Waiting, e.Advice != "", e.Advice)
			ids, written, _ := place.has()
			require.Less(t, written, int64(64<<20), "the rest of the answer was not wanted")
			if ca.arrived {
				require.Equal(t, want, ids)
			}
			place.set(nil)
			require.NoError(t, to.Probe(t.Context()))
			require.NoError(t, to.Send(t.Context(), rows))
			ids, _, problem := place.has()
			require.Equal(t, want, ids)
			require.NoError(t, problem)
		})
	}
	require.Zero(t, strays.Load(), "redirects must not be followed, nobody else may see the key")

	if s.Statuses {
		s.gone(t, elsewhere.URL)
	}
	t.Run("refused", func(t *testing.T) {
		place, server := newPlace(t, s.Keep)
		server.Close()
		to := s.New(t, place.URL)
		e := s.failure(t, to.Send(t.Context(), rows))
		require.Equal(t, sink.Transient, e.Kind)
		require.True(t, e.Away)
		require.Error(t, to.Probe(t.Context()))
	})
	t.Run("wrong certificate", func(t *testing.T) {
		place := &Place{keep: s.Keep, seen: map[string]bool{}}
		server := httptest.NewUnstartedServer(place)
		server.Config.ErrorLog = log.New(io.Discard, "", 0) // of handshakes, which fail as they should
		server.StartTLS()
		defer server.Close()
		e := s.failure(t, s.New(t, server.URL).Send(t.Context(), rows))
		require.Equal(t, sink.Waiting, e.Kind)
		require.Contains(t, e.Advice, "certificate")
		ids, _, _ := place.has()
		require.Empty(t, ids)
	})
	t.Run("poisoned row", func(t *testing.T) {
		place, _ := newPlace(t, s.Keep)
		to := s.New(t, place.URL)
		place.set(func(p *Place, w http.ResponseWriter, _ *http.Request, ids []string) {
			if slices.Contains(ids, want[2]) {
				http.Error(w, s.Poison, http.StatusBadRequest)
				return
			}
			p.accept(ids)
		})
		require.Equal(t, sink.Rejected, s.failure(t, to.Send(t.Context(), rows)).Kind)
		require.NoError(t, to.Send(t.Context(), rows.Slice(0, 2)))
		require.NoError(t, to.Send(t.Context(), rows.Slice(3, 4)))
		ids, _, _ := place.has()
		require.Equal(t, []string{want[0], want[1], want[3]}, ids)
	})
}

// gone takes rows out of a place that fails, and then of one that is well: each leaves, and sending twice is harmless.
func (s *Suite) gone(t *testing.T, elsewhere string) {
	t.Helper()
	want := []string{"A1", "창가/2 & #?\"'", "C,(3)"}
	var change store.Change
	for _, id := range want {
		change.Gone = append(change.Gone, store.Gone{Table: store.SeatStatus, StoreID: "s", Key: id, At: store.At(time.Now())})
	}
	rows := pending(t, &change, store.SeatStatus)
	for _, ca := range faults(elsewhere) {
		t.Run("gone, "+ca.name, func(t *testing.T) {
			place, to, _ := s.fails(t, ca, rows)
			place.set(nil)
			require.NoError(t, to.Send(t.Context(), rows))
			require.NoError(t, to.Send(t.Context(), rows))
			ids, _, problem := place.has()
			require.ElementsMatch(t, want, ids)
			require.NoError(t, problem)
		})
	}
}

// fails sends rows to a place that fails, which must end in time with the right kind of error.
func (s *Suite) fails(t *testing.T, ca fault, rows *store.Batch) (*Place, sink.Sink, *sink.Error) {
	t.Helper()
	place, _ := newPlace(t, s.Keep)
	to := s.New(t, place.URL)
	place.set(ca.do)
	began := time.Now()
	e := s.failure(t, to.Send(t.Context(), rows))
	require.Less(t, time.Since(began), 10*Timeout)
	require.Equal(t, ca.kind, e.Kind, e)
	return place, to, e
}

// failure is the error, which must be one that tells what to do and no secret.
func (s *Suite) failure(t testing.TB, err error) *sink.Error {
	t.Helper()
	var e *sink.Error
	require.ErrorAs(t, err, &e)
	require.NotContains(t, fmt.Sprintf("%v %+v", e, *e), s.Secret)
	require.False(t, strings.ContainsAny(e.Error(), "\r\n"), "one line: %q", e.Error())
	require.Less(t, len(e.Error()), 400)
	return e
}

// pending is what the outbox of a real database holds of a table after a change.
func pending(t testing.TB, change *store.Change, table store.Table) *store.Batch {
	t.Helper()
	db, err := store.Open(filepath.Join(t.TempDir(), "seats.db"))
	require.NoError(t, err)
	defer func() { require.NoError(t, db.Close()) }()
	boxes, err := db.OpenOutboxes(t.Context(), 10000, store.Outlet{Name: "test", Statuses: true})
	require.NoError(t, err)
	require.NoError(t, db.Commit(t.Context(), change))
	b, err := boxes[0].Pending(t.Context(), table, 10)
	require.NoError(t, err)
	return b
}

// Events are n events of seats A0 to A9, as the module makes them.
func Events(n int) (rows []store.EventRow) {
	for i := range n {
		seat, status, previous := fmt.Sprintf("A%d", i%10), "occupied", "empty"
		now := store.At(time.Now())
		rows = append(rows, store.EventRow{
			ID: uuid.Must(uuid.NewV7()).String(), StoreID: "s", SeatID: &seat, Stream: "cam1", EventType: "person_enter",
			Status: &status, PreviousStatus: &previous, DetectionConfidence: .86, CapturedAt: now, CreatedAt: now,
		})
	}
	return rows
}
