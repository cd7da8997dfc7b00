package board

import (
	"slices"

	"github.com/AlexxIT/go2rtc/seats/analytics/store"
)

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
// again because some were lost or did not tell all: after overflow, Renew and Load.
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
