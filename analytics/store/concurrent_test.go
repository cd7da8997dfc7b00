package store

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestReadersDoNotWaitForTheWriter(t *testing.T) {
	db := open(t)
	commit(t, db, Change{Seats: []SeatRow{seat("A", "empty")}})
	tx, err := db.writer.Begin()
	require.NoError(t, err)
	_, err = tx.Exec("update seat_status set status = 'occupied'")
	require.NoError(t, err)
	rows := got(t, db.Seats)
	require.Equal(t, "empty", rows[0].Status)
	require.NoError(t, tx.Rollback())
}

func TestTheWriterDoesNotWaitForReaders(t *testing.T) {
	db := open(t)
	commitEvents(t, db, 2)
	rows, err := db.readers.Query("select id from detection_events")
	require.NoError(t, err)
	defer func() { require.NoError(t, rows.Close()) }()
	require.True(t, rows.Next()) // and stays in the middle
	commit(t, db, Change{Events: []EventRow{event(t, "A")}})
	require.True(t, rows.Next())
	require.False(t, rows.Next(), "a reader sees what was there when it began")
	require.NoError(t, rows.Err())
}

// Commits of several cameras, and more readers than connections: each reader sees commits whole.
func TestReadersSeeCommitsWhole(t *testing.T) {
	db := open(t)
	var commits, reads sync.WaitGroup
	done := make(chan struct{})
	for range 2 * readers {
		reads.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				rows, err := db.Seats(t.Context(), "s")
				if err != nil || len(rows) == 2 && rows[0].Status != rows[1].Status || len(rows) == 1 {
					t.Error(rows, err)
					return
				}
				if _, err = db.Events(t.Context(), EventQuery{StoreID: "s", Limit: 5}); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	const cameras, looks = 3, 60
	for range cameras {
		commits.Go(func() {
			for i := range looks {
				status := []string{"empty", "occupied", "abandoned"}[i%3]
				c := Change{Seats: []SeatRow{seat("A", status), seat("B", status)}, Events: []EventRow{event(t, "A")}}
				if err := db.Commit(t.Context(), &c); err != nil {
					t.Error(err)
				}
			}
		})
	}
	commits.Wait()
	close(done)
	reads.Wait()
	events := eventsOf(t, db)
	require.Len(t, events, cameras*looks)
}
