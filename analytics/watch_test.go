package analytics

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/AlexxIT/go2rtc/seats/analytics/config"
	"github.com/AlexxIT/go2rtc/seats/analytics/seat"
	"github.com/AlexxIT/go2rtc/seats/analytics/store"
	"github.com/stretchr/testify/require"
)

var (
	left   = seat.ROI{{X: 0, Y: .5}, {X: .5, Y: .5}, {X: .5, Y: 1}, {X: 0, Y: 1}}
	right  = seat.ROI{{X: .5, Y: .5}, {X: 1, Y: .5}, {X: 1, Y: 1}, {X: .5, Y: 1}}
	person = seat.Detection{Class: seat.Person, Confidence: .8651, Box: seat.Box{X0: .2, Y0: .2, X1: .3, Y1: .9}}
	book   = seat.Detection{Class: "book", Confidence: .5, Box: seat.Box{X0: .6, Y0: .6, X1: .7, Y1: .7}}
)

func testConfig() config.Config {
	c := config.Default()
	c.StoreID, c.Interval, c.AbandonedAfter = "test", time.Second, 10*time.Second
	c.Seats = []config.Seat{{ID: "A", Stream: "cam1", ROI: left}, {ID: "B", Stream: "cam1", ROI: right}}
	return c
}

// during looks once a second and becomes what is decided.
func during(t testing.TB, w *watch, at time.Time, seconds int, found ...seat.Detection) (time.Time, store.Change) {
	t.Helper()
	var all store.Change
	for range seconds {
		d, err := w.decide(at, at.Add(20*time.Millisecond), found)
		require.NoError(t, err)
		w.become(d)
		all.Seats = append(all.Seats, d.change.Seats...)
		all.Events = append(all.Events, d.change.Events...)
		all.Memories = append(all.Memories, d.change.Memories...)
		at = at.Add(time.Second)
	}
	return at, all
}

func TestWatchRows(t *testing.T) {
	c := testConfig()
	w := newWatch(&c, "cam1")
	start := time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)

	at, change := during(t, w, start, 1)
	require.Len(t, change.Seats, 2, "the first look shows every seat")
	require.Empty(t, change.Events)
	require.Equal(t, "empty", change.Seats[0].Status)

	at, change = during(t, w, at, 5, person)
	require.Len(t, change.Events, 1)
	e := change.Events[0]
	require.Equal(t, "A", *e.SeatID)
	require.Equal(t, "person_enter", e.EventType)
	require.Equal(t, []string{"occupied", "empty"}, []string{*e.Status, *e.PreviousStatus})
	require.Equal(t, 0.865, e.DetectionConfidence)
	require.Equal(t, start.Add(time.Second), time.Time(e.CapturedAt))
	require.Len(t, change.Seats, 1)
	require.Equal(t, store.SeatRow{
		StoreID: "test", SeatID: "A", Stream: "cam1", Status: "occupied", PersonDetected: true, DetectionConfidence: .865,
		Since: e.CapturedAt, UpdatedAt: change.Seats[0].UpdatedAt,
	}, change.Seats[0])

	_, change = during(t, w, at, 30, person, book)
	require.Len(t, change.Events, 1)
	require.Equal(t, "B", *change.Events[0].SeatID)
	require.Equal(t, "abandoned_detected", change.Events[0].EventType)
	require.LessOrEqual(t, len(change.Memories), timerSteps+3, "a timer is not written at each look")
}

func TestWatchRestores(t *testing.T) {
	c := testConfig()
	w := newWatch(&c, "cam1")
	start := time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	at, change := during(t, w, start, 9, book)
	memories := map[string][]byte{}
	for _, m := range change.Memories {
		memories[m.SeatID] = m.State
	}

	// killed: what was saved is at most a step of the timer behind
	again := newWatch(&c, "cam1")
	require.NoError(t, again.restore(memories))
	require.InDelta(t, w.states[1].Alone.Seconds(), again.states[1].Alone.Seconds(), 1)

	_, change = during(t, again, at.Add(time.Hour), 5, book)
	require.Len(t, change.Events, 1)
	require.Equal(t, "abandoned_detected", change.Events[0].EventType)

	require.ErrorContains(t, again.restore(map[string][]byte{"A": []byte("{")}), "state of seat A")
}

func TestReplayLine(t *testing.T) {
	id, status, previous := "table-1", "occupied", "empty"
	b, err := json.Marshal(lineOf(&store.EventRow{
		SeatID: &id, EventType: "person_enter", Status: &status, PreviousStatus: &previous,
		DetectionConfidence: .86, CapturedAt: store.At(replayEpoch.Add(7500 * time.Millisecond)),
	}))
	require.NoError(t, err)
	require.JSONEq(t, `{"t": 7.5, "seat_id": "table-1", "event_type": "person_enter", "status": "occupied",
		"previous_status": "empty", "detection_confidence": 0.86}`, string(b))
}

func BenchmarkDecide(b *testing.B) {
	c := testConfig()
	w := newWatch(&c, "cam1")
	at := time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	found := []seat.Detection{person, book}
	at, _ = during(b, w, at, 30, found...)
	b.ReportAllocs()
	for b.Loop() {
		at = at.Add(time.Second)
		d, err := w.decide(at, at, found)
		if err != nil {
			b.Fatal(err)
		}
		w.become(d)
	}
}

// TestRestartKeepsTheLastFrame: after a restart while the camera is away, API and database say the same of it.
func TestRestartKeepsTheLastFrame(t *testing.T) {
	d := newDesk(t, deskText)
	at := store.At(time.Now().Add(-time.Minute))
	require.NoError(t, d.commit(&store.Change{Cameras: []store.CameraRow{{StoreID: "shop", Stream: "cam1", Online: true, LastFrameAt: &at, UpdatedAt: at}}}))
	d.close()
	d.Analytics = newAnalytics(d.config)
	d.start()
	reason := "no frame for 10s"
	require.NoError(t, d.commit(&store.Change{Cameras: []store.CameraRow{{StoreID: "shop", Stream: "cam1", Error: &reason, UpdatedAt: at}}}))
	rows, err := d.db.Cameras(t.Context(), "shop")
	require.NoError(t, err)
	require.Equal(t, &at, rows[0].LastFrameAt)
	require.Equal(t, rows, d.snapshot().Cameras)
}
