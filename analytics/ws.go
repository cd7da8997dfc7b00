package analytics

import (
	"context"

	"github.com/AlexxIT/go2rtc/internal/api/ws"
	"github.com/AlexxIT/go2rtc/seats/analytics/board"
	"github.com/AlexxIT/go2rtc/seats/analytics/socket"
	"github.com/AlexxIT/go2rtc/seats/analytics/store"
)

// wsSeats answers with the snapshot and then sends each change, from a goroutine of its own: a write to a browser that
// sleeps may take five seconds. Upstream calls it on such a goroutine already.
func (a *Analytics) wsSeats(tr *ws.Transport, _ *ws.Message) error {
	ctx := socket.Context(tr)
	for {
		var first snapshot
		s := a.board.Subscribe(func(rows board.Rows) { first = a.snapshotOf(rows) })
		tr.Write(&ws.Message{Type: "seats", Value: first})
		if !forward(ctx, tr, s) {
			s.Close()
			return nil
		}
	}
}

// forward passes changes on until the socket closes, or gives true where some were lost and a new snapshot is due.
func forward(ctx context.Context, tr *ws.Transport, s *board.Subscription) (lost bool) {
	for {
		select {
		case <-ctx.Done():
			return false
		case change, ok := <-s.Changes():
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
