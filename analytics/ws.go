package analytics

import (
	"context"

	"github.com/AlexxIT/go2rtc/internal/api/ws"
	"github.com/AlexxIT/go2rtc/seats/analytics/board"
	"github.com/AlexxIT/go2rtc/seats/analytics/store"
)

// wsSeats answers with the snapshot and then sends each change; with the snapshot again when its subscription ends. It
// runs on a goroutine of its own, by upstream: a write to a browser that sleeps may take five seconds.
func (a *Analytics) wsSeats(tr *ws.Transport, _ *ws.Message) error {
	ctx, cancel := context.WithCancel(context.Background())
	tr.OnClose(cancel)
	for ctx.Err() == nil {
		var first snapshot
		s := a.board.Subscribe(func(rows board.Rows) { first = a.snapshotOf(rows) })
		release := context.AfterFunc(ctx, s.Close)
		tr.Write(&ws.Message{Type: "seats", Value: first})
		for change := range s.Changes() {
			writeChange(tr, change)
		}
		release()
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
