package store

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestGone: a row that is taken out leaves by the outbox as a deletion, after what came before it of the same row, and
// comes back as a row when there is one again.
func TestGone(t *testing.T) {
	db := open(t)
	boxes := outboxes(t, db, 1000, supabase, Outlet{Name: "webhook"})
	at, row := At(noon), seat("A", "empty")
	commit(t, db, Change{
		Seats: []SeatRow{row}, Memories: []Memory{{"s", "A", []byte("{}")}},
		Cameras: []CameraRow{{StoreID: "s", Stream: "cam1", UpdatedAt: at}}, Events: []EventRow{event(t, "A")},
	})
	first := pending(t, boxes[0], SeatStatus, 100)
	require.Len(t, first.Seats, 1)

	// while the row is on its way it goes
	gone := Gone{Table: SeatStatus, StoreID: "s", Key: "A", At: at}
	commit(t, db, Change{Gone: []Gone{gone, {Table: CameraStatus, StoreID: "s", Key: "cam1", At: at}, {Table: SeatStatus, StoreID: "s", Key: "never seen", At: at}}})
	require.NoError(t, boxes[0].Ack(t.Context(), first))
	b := pending(t, boxes[0], SeatStatus, 100)
	require.Empty(t, b.Seats)
	require.Len(t, b.Gone, 2)
	require.Equal(t, gone, b.Gone[0])
	require.Equal(t, "A", b.Key(0))
	require.Equal(t, "never seen", b.Slice(1, 2).Key(0))
	camera := pending(t, boxes[0], CameraStatus, 100)
	require.Equal(t, "cam1", camera.Key(0))
	require.NoError(t, boxes[0].Ack(t.Context(), camera))
	require.Zero(t, pending(t, boxes[0], CameraStatus, 100).Len())
	memories := got(t, db.Memories)
	require.Empty(t, memories)
	events := eventsOf(t, db)
	require.Len(t, events, 1, "events stay")

	// it comes back before that was sent: a row, which takes the deletion's place
	commit(t, db, Change{Seats: []SeatRow{row}})
	require.NoError(t, boxes[0].Ack(t.Context(), b), "of what was read before")
	again := pending(t, boxes[0], SeatStatus, 100)
	require.Len(t, again.Seats, 1)
	require.NoError(t, boxes[0].Reject(t.Context(), again, "refused", time.Now()))
	commit(t, db, Change{Gone: []Gone{gone}})
	b = pending(t, boxes[0], SeatStatus, 100)
	require.Len(t, b.Gone, 1)
	stats, err := boxes[0].Stats(t.Context())
	require.NoError(t, err)
	require.Equal(t, 1, stats.Seats)
	require.NoError(t, boxes[0].Ack(t.Context(), b))
	n, err := boxes[0].Retry(t.Context())
	require.NoError(t, err)
	require.Equal(t, 1, n)
	require.Len(t, pending(t, boxes[0], SeatStatus, 100).Gone, 1, "what was set aside is no more")
	require.Equal(t, 1, pending(t, boxes[1], DetectionEvents, 10).Len(), "who wants events only hears of events only")
}

// TestCommitWith: what is done together with a change is done when it can be committed, and otherwise nothing is.
func TestCommitWith(t *testing.T) {
	db := open(t)
	change := &Change{Seats: []SeatRow{seat("A", "empty")}}
	failure := errors.New("disk full")
	require.Equal(t, failure, db.CommitWith(t.Context(), change, func() error { return failure }))
	rows := got(t, db.Seats)
	require.Empty(t, rows)

	bad := &Change{Seats: []SeatRow{seat("A", "gone fishing")}}
	require.Error(t, db.CommitWith(t.Context(), bad, func() error { t.Fatal("cannot be committed"); return nil }))
	require.NoError(t, db.CommitWith(t.Context(), change, func() error { return nil }))
	rows = got(t, db.Seats)
	require.Len(t, rows, 1)
	require.NoError(t, db.Close())
	require.Error(t, db.CommitWith(t.Context(), change, func() error { t.Fatal("no database"); return nil }))
}
