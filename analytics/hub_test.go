package analytics

import (
	"testing"

	"github.com/AlexxIT/go2rtc/seats/analytics/store"
	"github.com/stretchr/testify/require"
)

func change(status string) *store.Change {
	return &store.Change{Seats: []store.SeatRow{{SeatID: "A", Status: status}}}
}

func TestHubTellsEachChangeOnce(t *testing.T) {
	var h hub
	h.apply(change("empty"))
	var first string
	r := h.subscribe(func() { first = h.seats["A"].Status })
	require.Equal(t, "empty", first)

	h.apply(&store.Change{}) // nothing to tell
	h.apply(change("occupied"))
	require.Equal(t, "occupied", (<-r.changes).Seats[0].Status)
	require.Empty(t, r.changes)

	h.unsubscribe(r)
	h.unsubscribe(r)
	_, open := <-r.changes
	require.False(t, open)
	h.apply(change("empty"))
}

func TestHubNeverWaitsForAReader(t *testing.T) {
	var h hub
	slow := h.subscribe(func() {})
	quick := h.subscribe(func() {})
	for range readerQueue + 1 {
		h.apply(change("occupied"))
		<-quick.changes
	}
	// the slow one has what fitted and then its end, upon which it asks for a snapshot
	n := 0
	for range slow.changes {
		n++
	}
	require.Equal(t, readerQueue, n)
	require.Len(t, h.readers, 1)
}

func TestQueueHoldsEachCameraOnce(t *testing.T) {
	q := newQueue()
	one, two := &camera{stream: "1"}, &camera{stream: "2"}
	require.True(t, q.add(one))
	require.True(t, q.add(two))
	require.False(t, q.add(one), "waits already: the newer picture replaces the older")
	require.Same(t, one, q.next())
	require.False(t, q.add(one), "is being looked at")
	q.done(one)
	require.True(t, q.add(one))
	require.Same(t, two, q.next())
	require.Same(t, one, q.next())
	q.close()
	require.Nil(t, q.next())
	require.False(t, q.add(two))
}
