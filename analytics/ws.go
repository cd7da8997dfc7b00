package analytics

import (
	"context"

	"github.com/AlexxIT/go2rtc/internal/api/ws"
	"github.com/AlexxIT/go2rtc/seats/analytics/board"
	"github.com/AlexxIT/go2rtc/seats/analytics/socket"
	"github.com/AlexxIT/go2rtc/seats/analytics/store"
)

// wsSeats answers with the snapshot and then sends each change, from a goroutine of its own: a write to a browser that
// sleeps may take five seconds. Upstream calls it on such a goroutine already. A subscription that ends before the
// socket closes has lost changes, or had incomplete ones: a new one begins with a new snapshot.
func (a *Analytics) wsSeats(tr *ws.Transport, _ *ws.Message) error {
	ctx := socket.Context(tr)
	for ctx.Err() == nil {
		var first snapshot
		s := a.board.Subscribe(func(rows board.Rows) { first = a.snapshotOf(rows) })
		stop := context.AfterFunc(ctx, s.Close)
		tr.Write(&ws.Message{Type: "seats", Value: first})
		for change := range s.Changes() {
			writeChange(tr, change)
		}
		stop()
	}
	return nil
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
