package analytics

import (
	"sync"

	"github.com/AlexxIT/go2rtc/internal/api/ws"
	"github.com/AlexxIT/go2rtc/seats/analytics/store"
)

// wsSeats answers with the snapshot and then sends each change, from a goroutine of its own: a write to a browser that
// sleeps may take five seconds. Upstream calls it on such a goroutine already.
func (a *Analytics) wsSeats(tr *ws.Transport, _ *ws.Message) error {
	closed := make(chan struct{})
	var once sync.Once
	tr.OnClose(func() { once.Do(func() { close(closed) }) })

	for {
		var first snapshot
		r := a.hub.subscribe(func() { first = a.snapshotLocked() })
		tr.Write(&ws.Message{Type: "seats", Value: first})
		if !forward(tr, r, closed) {
			a.hub.unsubscribe(r)
			return nil
		}
	}
}

// forward passes changes on until the end, or tells that some were lost and a new snapshot is wanted.
func forward(tr *ws.Transport, r *listener, closed <-chan struct{}) (lost bool) {
	for {
		select {
		case <-closed:
			return false
		case change, ok := <-r.changes:
			if !ok {
				return true
			}
			writeChange(tr, change)
		}
	}
}

func writeChange(tr *ws.Transport, change store.Change) {
	for _, row := range change.Seats {
		tr.Write(&ws.Message{Type: "seats/status", Value: row})
	}
	for _, row := range change.Events {
		tr.Write(&ws.Message{Type: "seats/event", Value: row})
	}
	for _, row := range change.Cameras {
		tr.Write(&ws.Message{Type: "seats/camera", Value: row})
	}
}
