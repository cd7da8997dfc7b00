package board

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/AlexxIT/go2rtc/seats/analytics/store"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var noon = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

func change(status string) *store.Change {
	return &store.Change{Seats: []store.SeatRow{{SeatID: "A", Status: status}}}
}

func nothing(Rows) {}

func TestEachChangeIsToldOnce(t *testing.T) {
	var b Board
	b.Publish(change("empty"), noon)
	var first string
	s := b.Subscribe(func(rows Rows) { first = rows.Seats["A"].Status })
	require.Equal(t, "empty", first)

	b.Publish(&store.Change{}, noon) // nothing to publish
	b.Publish(change("occupied"), noon)
	require.Equal(t, "occupied", (<-s.Changes()).Seats[0].Status)
	require.Empty(t, s.Changes())

	s.Close()
	s.Close()
	_, open := <-s.Changes()
	require.False(t, open)
	b.Publish(change("empty"), noon)
}

func TestNoSubscriberIsWaitedFor(t *testing.T) {
	var b Board
	slow := b.Subscribe(nothing)
	quick := b.Subscribe(nothing)
	for range subscriptionQueue + 1 {
		b.Publish(change("occupied"), noon)
		<-quick.Changes()
	}
	// the slow one has what fitted and then its end, upon which it asks for a snapshot
	n := 0
	for range slow.Changes() {
		n++
	}
	require.Equal(t, subscriptionQueue, n)
	require.Len(t, b.subscriptions, 1)
}

// history is a listener that keeps what it was sent, in words.
type history []string

func (h *history) Told(u Update) {
	for i := range u.Gone {
		*h = append(*h, "gone "+u.Gone[i].Key)
	}
	for i := range u.Seats {
		old, known := u.Before.Seats[u.Seats[i].SeatID]
		*h = append(*h, fmt.Sprintf("%s %q %v > %s", u.Seats[i].SeatID, old.Status, known, u.Seats[i].Status))
	}
	for i := range u.Cameras {
		old, known := u.Before.Cameras[u.Cameras[i].Stream]
		*h = append(*h, fmt.Sprintf("%s %v %v > %v", u.Cameras[i].Stream, old.Online, known, u.Cameras[i].Online))
	}
}

// TestRowsComeAndGo: which former rows listeners get, and which subscriptions have to begin again.
func TestRowsComeAndGo(t *testing.T) {
	online := []store.CameraRow{{Stream: "cam1", Online: true}}
	gone := []store.Gone{{Table: store.SeatStatus, Key: "A"}, {Table: store.CameraStatus, Key: "cam1"}}
	var b Board
	var h history
	b.Listen(&h)
	for _, ca := range []struct {
		name string
		ends bool
		do   func()
		told history // "row before, was it known > row after"
	}{
		{"new", false, func() { b.Publish(&store.Change{Seats: change("empty").Seats, Cameras: online}, noon) }, history{`A "" false > empty`, "cam1 false false > true"}},
		{"changed", false, func() { b.Publish(change("occupied"), noon) }, history{`A "empty" true > occupied`}},
		{"edited", true, func() { b.Renew(change("empty"), noon) }, history{`A "occupied" true > empty`}},
		{"loaded", true, func() { b.Load(change("abandoned").Seats, nil) }, nil},
		{"after it", false, func() { b.Publish(&store.Change{Seats: change("empty").Seats, Cameras: online}, noon) }, history{`A "abandoned" true > empty`, "cam1 false false > true"}},
		{"gone and new in one", false, func() { b.Publish(&store.Change{Gone: gone, Seats: change("occupied").Seats}, noon) }, history{"gone A", "gone cam1", `A "" false > occupied`}},
		{"taken out", true, func() { b.Renew(&store.Change{Gone: gone}, noon) }, history{"gone A", "gone cam1"}},
		{"new again", false, func() { b.Publish(change("empty"), noon) }, history{`A "" false > empty`}},
	} {
		h = nil
		s := b.Subscribe(nothing)
		ca.do()
		require.Equal(t, ca.told, h, ca.name)
		require.Equal(t, ca.ends, len(b.subscriptions) == 0, ca.name)
		s.Close()
	}
	_, known := b.Camera("cam1")
	require.False(t, known)
	row, known := b.Seat("A")
	require.True(t, known)
	require.Equal(t, "empty", row.Status)
}

// TestSnapshotAndChangesMeet: a subscriber that begins amid changes misses none and sees none twice.
func TestSnapshotAndChangesMeet(t *testing.T) {
	var b Board
	const n = 2000
	var readers sync.WaitGroup
	for range 4 {
		readers.Go(func() {
			at := -1.0
			for at < n {
				s := b.Subscribe(func(rows Rows) { at = rows.Seats["A"].DetectionConfidence })
				for at < n {
					c, open := <-s.Changes()
					if !open {
						break // fell behind
					}
					if got := c.Seats[0].DetectionConfidence; got != at+1 {
						t.Errorf("%v after %v", got, at)
					}
					at++
				}
				s.Close()
			}
		})
	}
	for i := range n {
		b.Publish(&store.Change{Seats: []store.SeatRow{{SeatID: "A", DetectionConfidence: float64(i + 1)}}}, noon)
	}
	readers.Wait()
}

func TestPublishAllocatesNothing(t *testing.T) {
	var b Board
	c := &store.Change{Seats: change("empty").Seats, Cameras: []store.CameraRow{{Stream: "cam1"}}}
	b.Publish(c, noon)
	require.Zero(t, testing.AllocsPerRun(100, func() { b.Publish(c, noon) }))
}
