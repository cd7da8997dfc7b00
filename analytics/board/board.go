// Package board has the newest row of each seat and camera, and tells of changes.
//
// It promises: API, browsers and Realtime have one answer to what the newest row is. Rows that are published are on
// disk and complete: what Commit keeps of the row before stands in them already, so nothing is filled in here. Each
// change is published once, in the order of Publish. No listener or subscriber is waited for: a subscriber that does
// not keep up loses its subscription, and takes a whole snapshot with the next one.
//
// The board's lock is taken before a listener's own, never after it. Begin with Publish.
package board

import (
	"slices"
	"sync"
	"time"

	"github.com/AlexxIT/go2rtc/seats/analytics/store"
)

// Board is the one owner of the newest rows of a store. Safe for concurrent use; the zero Board is ready.
type Board struct {
	mu            sync.Mutex
	rows          Rows
	listeners     []Listener
	subscriptions []*Subscription
}

// Rows are the newest rows, by seat and by stream.
type Rows struct {
	Seats   map[string]store.SeatRow
	Cameras map[string]store.CameraRow
}

// Listener is notified under the board's lock. It must neither wait nor call the board.
type Listener interface{ Told(u Update) }

// Update is a change before the board takes it over. Rows that go are an update of their own, before the others: a row
// that goes and comes in one change is a new one. All in it is only borrowed.
type Update struct {
	store.Change
	At     time.Time // of the commit
	Before Rows
}

// Load replaces all rows by those of a database that was just opened. Listeners are not notified, since nothing
// happened; subscriptions end.
func (b *Board) Load(seats []store.SeatRow, cameras []store.CameraRow) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.rows = Rows{}
	b.take(&store.Change{Seats: seats, Cameras: cameras})
	b.end(func(*Subscription) bool { return true })
}

// Publish takes over a committed change, and sends it on. The change must not be altered afterwards.
func (b *Board) Publish(c *store.Change, at time.Time) {
	if len(c.Seats)+len(c.Events)+len(c.Cameras)+len(c.Gone) == 0 {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.tell(c, at)
	b.end(func(s *Subscription) bool {
		select {
		case s.changes <- *c:
			return false
		default:
			return true
		}
	})
}

// Renew is Publish for an edit of the seats: subscriptions end, because an edit changes more of a snapshot than rows.
func (b *Board) Renew(c *store.Change, at time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.tell(c, at)
	b.end(func(*Subscription) bool { return true })
}

// Listen adds a listener, which is notified of each later change.
func (b *Board) Listen(l Listener) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.listeners = append(b.listeners, l)
}

// Read calls f with the rows, which are only borrowed. f must not call the board.
func (b *Board) Read(f func(Rows)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	f(b.rows)
}

// Seat is the newest row of a seat.
func (b *Board) Seat(id string) (row store.SeatRow, ok bool) {
	b.Read(func(rows Rows) { row, ok = rows.Seats[id] })
	return row, ok
}

// Camera is the newest row of a camera.
func (b *Board) Camera(stream string) (row store.CameraRow, ok bool) {
	b.Read(func(rows Rows) { row, ok = rows.Cameras[stream] })
	return row, ok
}

// tell must hold b.mu.
func (b *Board) tell(c *store.Change, at time.Time) {
	for _, part := range [...]store.Change{{Gone: c.Gone}, {Seats: c.Seats, Events: c.Events, Cameras: c.Cameras}} {
		for _, l := range b.listeners {
			l.Told(Update{Change: part, At: at, Before: b.rows})
		}
		b.take(&part)
	}
}

// take must hold b.mu.
func (b *Board) take(c *store.Change) {
	if b.rows.Seats == nil {
		b.rows = Rows{Seats: map[string]store.SeatRow{}, Cameras: map[string]store.CameraRow{}}
	}
	for _, g := range c.Gone {
		if g.Table == store.CameraStatus {
			delete(b.rows.Cameras, g.Key)
		} else {
			delete(b.rows.Seats, g.Key)
		}
	}
	for _, row := range c.Seats {
		b.rows.Seats[row.SeatID] = row
	}
	for _, row := range c.Cameras {
		b.rows.Cameras[row.Stream] = row
	}
}

// subscriptionQueue is how many changes may wait for one subscriber.
const subscriptionQueue = 64

// Subscription is one reader's end of the board.
type Subscription struct {
	board   *Board
	changes chan store.Change
}

// Subscribe begins a subscription. It calls first, as Read does, with what all its changes build upon.
func (b *Board) Subscribe(first func(Rows)) *Subscription {
	b.mu.Lock()
	defer b.mu.Unlock()
	s := &Subscription{board: b, changes: make(chan store.Change, subscriptionQueue)}
	b.subscriptions = append(b.subscriptions, s)
	first(b.rows)
	return s
}

// Changes are the changes since the subscription began. They are closed by Close, and when the reader has to subscribe
// again because some were lost or incomplete: after overflow, Renew and Load.
func (s *Subscription) Changes() <-chan store.Change { return s.changes }

// Close ends the subscription. It may have ended already.
func (s *Subscription) Close() {
	s.board.mu.Lock()
	defer s.board.mu.Unlock()
	s.board.end(func(other *Subscription) bool { return other == s })
}

// end ends the subscriptions for which over says so. It must hold b.mu.
func (b *Board) end(over func(*Subscription) bool) {
	b.subscriptions = slices.DeleteFunc(b.subscriptions, func(s *Subscription) bool {
		if !over(s) {
			return false
		}
		close(s.changes)
		return true
	})
}
