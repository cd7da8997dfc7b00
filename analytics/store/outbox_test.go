package store

import (
	"testing"

	"github.com/stretchr/testify/require"
)

var supabase = Outlet{Name: "supabase", Statuses: true, History: true, Place: "https://a"}

func outboxes(t testing.TB, db *DB, bound int, outlets ...Outlet) []*Outbox {
	t.Helper()
	boxes, err := db.OpenOutboxes(t.Context(), bound, outlets...)
	require.NoError(t, err)
	return boxes
}

func outbox(t testing.TB, db *DB, bound int, outlet Outlet) *Outbox {
	t.Helper()
	return outboxes(t, db, bound, outlet)[0]
}

func pending(t testing.TB, o *Outbox, table Table, limit int) *Batch {
	t.Helper()
	b, err := o.Pending(t.Context(), table, limit)
	require.NoError(t, err)
	return b
}

func keys(b *Batch) (all []string) {
	for i := range b.Len() {
		all = append(all, b.Key(i))
	}
	return all
}

func commitEvents(t testing.TB, db *DB, n int) (ids []string) {
	t.Helper()
	var c Change
	for range n {
		c.Events = append(c.Events, event(t, "A"))
		ids = append(ids, c.Events[len(c.Events)-1].ID)
	}
	require.NoError(t, db.Commit(t.Context(), &c))
	return ids
}

func TestOutboxKeepsTheOrderOfCommits(t *testing.T) {
	db := open(t)
	o := outbox(t, db, 100, supabase)
	first, second := event(t, "A"), event(t, "B")
	// the camera that made its id first was the slower one to commit
	commit(t, db, Change{Events: []EventRow{second}})
	commit(t, db, Change{Events: []EventRow{first}})
	b := pending(t, o, DetectionEvents, 10)
	require.Equal(t, []string{second.ID, first.ID}, keys(b))
	require.Equal(t, []EventRow{second, first}, b.Events)

	require.NoError(t, o.Ack(t.Context(), b.Slice(0, 1)))
	require.Equal(t, []string{first.ID}, keys(pending(t, o, DetectionEvents, 10)))
	// the same change again is no new event
	commit(t, db, Change{Events: []EventRow{second}})
	require.Equal(t, []string{first.ID}, keys(pending(t, o, DetectionEvents, 10)))
	events, _, _ := o.Level()
	require.Equal(t, 1, events)
}

func TestOutboxOfAFailedCommitIsEmpty(t *testing.T) {
	db := open(t)
	o := outbox(t, db, 100, supabase)
	bad := event(t, "A")
	bad.EventType = "dance"
	require.Error(t, db.Commit(t.Context(), &Change{Seats: []SeatRow{seat("A", "occupied")}, Events: []EventRow{event(t, "A"), bad}}))
	for _, table := range o.Tables() {
		require.Zero(t, pending(t, o, table, 10).Len(), table)
	}
	stats, err := o.Stats(t.Context())
	require.NoError(t, err)
	require.Equal(t, OutboxStats{Bound: 100}, stats)
}

func TestThousandChangesOfASeatAreOneRow(t *testing.T) {
	db := open(t)
	o := outbox(t, db, 100, supabase)
	camera := CameraRow{StoreID: "s", Stream: "cam1", UpdatedAt: At(noon)}
	for i := range 1000 {
		status := []string{"empty", "occupied"}[i%2]
		commit(t, db, Change{Seats: []SeatRow{seat("A", status)}, Cameras: []CameraRow{camera}})
	}
	seats := pending(t, o, SeatStatus, 10)
	require.Equal(t, []SeatRow{seat("A", "occupied")}, seats.Seats)
	require.Equal(t, []CameraRow{camera}, pending(t, o, CameraStatus, 10).Cameras)

	// a change while the row is on its way is not acknowledged with it
	commit(t, db, Change{Seats: []SeatRow{seat("A", "abandoned")}})
	require.NoError(t, o.Ack(t.Context(), seats))
	seats = pending(t, o, SeatStatus, 10)
	require.Equal(t, "abandoned", seats.Seats[0].Status)
	require.NoError(t, o.Ack(t.Context(), seats))
	require.Zero(t, pending(t, o, SeatStatus, 10).Len())
}

// An outlet that was just configured gets the rows there are, or begins with the next, as its settings say.
func TestOutboxHistory(t *testing.T) {
	db := open(t)
	ids := commitEvents(t, db, 5) // no outlet is configured
	require.NoError(t, db.Commit(t.Context(), &Change{
		Seats: []SeatRow{seat("A", "empty")}, Cameras: []CameraRow{{StoreID: "s", Stream: "cam1", UpdatedAt: At(noon)}},
	}))
	webhook := Outlet{Name: "webhook"}
	boxes := outboxes(t, db, 100, supabase, webhook)
	require.Equal(t, ids, keys(pending(t, boxes[0], DetectionEvents, 10)))
	require.Equal(t, 1, pending(t, boxes[0], SeatStatus, 10).Len())
	require.Equal(t, 1, pending(t, boxes[0], CameraStatus, 10).Len())
	require.Zero(t, pending(t, boxes[1], DetectionEvents, 10).Len())
	require.Equal(t, []Table{DetectionEvents}, boxes[1].Tables())

	ids = append(ids, commitEvents(t, db, 1)...)
	require.Equal(t, ids[5:], keys(pending(t, boxes[1], DetectionEvents, 10)))
	require.NoError(t, boxes[0].Ack(t.Context(), pending(t, boxes[0], DetectionEvents, 4)))
	require.NoError(t, boxes[0].Ack(t.Context(), pending(t, boxes[0], SeatStatus, 4)))
	require.NoError(t, db.Close())

	// a restart changes nothing
	db = openAt(t, db.path)
	boxes = outboxes(t, db, 100, supabase, webhook)
	require.Equal(t, ids[4:], keys(pending(t, boxes[0], DetectionEvents, 10)))
	require.Zero(t, pending(t, boxes[0], SeatStatus, 10).Len())
	events, _, _ := boxes[0].Level()
	require.Equal(t, 2, events)

	// another project has nothing of it, and a bound holds here, too
	moved := supabase
	moved.Place = "https://b"
	o := outbox(t, db, 3, moved)
	require.Equal(t, ids[3:], keys(pending(t, o, DetectionEvents, 10)))
	require.Equal(t, 1, pending(t, o, SeatStatus, 10).Len())
	var rows int
	require.NoError(t, db.readers.QueryRow("select count(*) from outbox_events").Scan(&rows))
	require.Equal(t, 3, rows, "the webhook, which is no longer there, is forgotten")
	outboxes(t, db, 3)
	commitEvents(t, db, 1)
	require.NoError(t, db.readers.QueryRow("select count(*) from outbox_events").Scan(&rows))
	require.Zero(t, rows)
}

func TestFullOutboxLetsTheOldestGo(t *testing.T) {
	db := open(t)
	o := outbox(t, db, 10, supabase)
	ids := commitEvents(t, db, 8)
	ids = append(ids, commitEvents(t, db, 5)...)
	require.Equal(t, ids[3:], keys(pending(t, o, DetectionEvents, 20)))
	for range 2 {
		events, bound, dropped := o.Level()
		require.Equal(t, []int{10, 10, 3}, []int{events, bound, dropped})
		require.NoError(t, db.Close())
		db = openAt(t, db.path)
		o = outbox(t, db, 10, supabase)
	}
	all := eventsOf(t, db)
	require.Len(t, all, 13, "they are in the table still")

	// acknowledged rows make room, also those that left in the meantime
	b := pending(t, o, DetectionEvents, 4)
	commitEvents(t, db, 2)
	require.NoError(t, o.Ack(t.Context(), b))
	events, _, dropped := o.Level()
	require.Equal(t, []int{8, 5}, []int{events, dropped})
	require.Equal(t, 8, pending(t, o, DetectionEvents, 20).Len())
}

func TestRefusedRowIsRejected(t *testing.T) {
	db := open(t)
	o := outbox(t, db, 100, supabase)
	ids := commitEvents(t, db, 3)
	commit(t, db, Change{Seats: []SeatRow{seat("A", "empty")}})
	b := pending(t, o, DetectionEvents, 10)
	require.NoError(t, o.Ack(t.Context(), b.Slice(0, 1)))
	require.NoError(t, o.Reject(t.Context(), b.Slice(1, 2), "no such store", noon))
	require.NoError(t, o.Reject(t.Context(), pending(t, o, SeatStatus, 1), "no such seat", noon))
	require.Equal(t, ids[2:], keys(pending(t, o, DetectionEvents, 10)))
	rejected, err := o.Rejected(t.Context(), 10)
	require.NoError(t, err)
	require.ElementsMatch(t, []Rejected{
		{DetectionEvents, "s", ids[1], "no such store", At(noon)}, {SeatStatus, "s", "A", "no such seat", At(noon)},
	}, rejected)
	stats, err := o.Stats(t.Context())
	require.NoError(t, err)
	oldest := At(noon)
	require.Equal(t, OutboxStats{Events: 1, OldestAt: &oldest, Bound: 100, Rejected: 2}, stats)

	n, err := o.Retry(t.Context())
	require.NoError(t, err)
	require.Equal(t, 2, n)
	require.Equal(t, []string{ids[2], ids[1]}, keys(pending(t, o, DetectionEvents, 10)))
	require.Equal(t, 1, pending(t, o, SeatStatus, 10).Len())
	events, _, _ := o.Level()
	require.Equal(t, 2, events)
}
