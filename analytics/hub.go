package analytics

import (
	"sync"

	"github.com/AlexxIT/go2rtc/seats/analytics/store"
)

// hub has the newest rows in memory and tells browsers of changes. It never waits for a reader: one whose queue is
// full has lost changes, and is sent the whole snapshot instead.
type hub struct {
	mu      sync.Mutex
	seats   map[string]store.SeatRow
	cameras map[string]store.CameraRow
	readers map[*listener]struct{}
}

// readerQueue is how many changes may wait for one browser.
const readerQueue = 64

// listener is one browser's end of the hub. After overflow its changes are closed.
type listener struct{ changes chan store.Change }

// keep takes a committed change over. It wants the lock held.
func (h *hub) keep(change *store.Change) {
	if h.seats == nil {
		h.seats, h.cameras = map[string]store.SeatRow{}, map[string]store.CameraRow{}
	}
	for _, g := range change.Gone {
		if g.Table == store.CameraStatus {
			delete(h.cameras, g.Key)
		} else {
			delete(h.seats, g.Key)
		}
	}
	for _, row := range change.Seats {
		h.seats[row.SeatID] = row
	}
	for _, row := range change.Cameras {
		h.cameras[row.Stream] = row
	}
}

// edited takes over what an edit of the seats has committed, and has every browser sent the whole snapshot again.
func (h *hub) edited(change *store.Change) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.keep(change)
	for r := range h.readers {
		delete(h.readers, r)
		close(r.changes)
	}
}

// apply takes a committed change over and passes it on.
func (h *hub) apply(change *store.Change) {
	if len(change.Seats) == 0 && len(change.Events) == 0 && len(change.Cameras) == 0 {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.keep(change)
	for r := range h.readers {
		select {
		case r.changes <- *change:
		default:
			delete(h.readers, r)
			close(r.changes)
		}
	}
}

// subscribe starts a reader and calls with what all changes from then on build upon.
func (h *hub) subscribe(snapshot func()) *listener {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.readers == nil {
		h.readers = map[*listener]struct{}{}
	}
	r := &listener{changes: make(chan store.Change, readerQueue)}
	h.readers[r] = struct{}{}
	snapshot()
	return r
}

func (h *hub) unsubscribe(r *listener) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if _, ok := h.readers[r]; ok {
		delete(h.readers, r)
		close(r.changes)
	}
}
