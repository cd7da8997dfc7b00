package reader

import (
	"testing"

	"github.com/AlexxIT/go2rtc/seats/analytics/board"
	"github.com/AlexxIT/go2rtc/seats/analytics/store"
	"github.com/stretchr/testify/require"
)

// subscribers are connections without a network: their queues are emptied, and each change is put into a frame.
func subscribers(n int, filter string) (*board.Board, func()) {
	f := &feed{conns: map[*conn]struct{}{}}
	b := &board.Board{}
	b.Listen(f)
	table := "seat_status"
	w := wish{ID: 1, Event: "*", Schema: "public", Table: &table, Filter: &filter}
	binding1, err := w.bind()
	if err != nil {
		panic(err)
	}
	for range n {
		c := &conn{version: 2, out: make(chan message, queueSize), done: make(chan struct{})}
		c.channels = map[string]*channel{"realtime:seats": {topic: []byte(`"realtime:seats"`), bindings: []binding{binding1}}}
		f.conns[c] = struct{}{}
	}
	var frame []byte
	return b, func() {
		for c := range f.conns {
			for len(c.out) > 0 {
				m := <-c.out
				frame = c.encode(frame[:0], &m)
			}
		}
	}
}

// BenchmarkPublish is a change of a seat on its way into the frames of its subscribers. What it allocates does not
// depend on how many there are.
func BenchmarkPublish(b *testing.B) {
	for _, ca := range []struct {
		name, filter string
		n            int
	}{
		{"1 subscriber", "store_id=eq.s", 1}, {"100 subscribers", "store_id=eq.s", 100}, {"100 of other seats", "seat_id=eq.B", 100},
	} {
		b.Run(ca.name, func(b *testing.B) {
			published, drain := subscribers(ca.n, ca.filter)
			c := &store.Change{Seats: []store.SeatRow{seatRow("A", "occupied")}}
			b.ReportAllocs()
			for b.Loop() {
				published.Publish(c, noon)
				drain()
			}
		})
	}
}

func TestSubscribersCostNoAllocations(t *testing.T) {
	allocations := func(n int) float64 {
		b, drain := subscribers(n, "store_id=eq.s")
		c := &store.Change{Seats: []store.SeatRow{seatRow("A", "occupied")}}
		b.Publish(c, noon)
		drain()
		return testing.AllocsPerRun(100, func() {
			b.Publish(c, noon)
			drain()
		})
	}
	require.Equal(t, allocations(1), allocations(100))
}
