package analytics

import (
	"encoding/json"
	"io"
	"math"
	"math/rand/v2"
	"path/filepath"
	"testing"
	"time"

	"github.com/AlexxIT/go2rtc/seats/analytics/store"
	"github.com/stretchr/testify/require"
)

// TestCrash kills the server a hundred times at any moment: what the API has shown is there ever after, and each
// seat's row says what its last event says.
func TestCrash(t *testing.T) {
	dir := busyFolder(t, "")
	acknowledged := map[string]bool{}
	for life := range 100 {
		address, kill := startBusy(t, dir, math.Inf(1), io.Discard)
		until := time.Now().Add(time.Duration(5+rand.IntN(60)) * time.Millisecond)
		// the first life lasts until there is something to lose
		for patience := until.Add(20 * time.Second); time.Now().Before(until) || len(acknowledged) == 0 && time.Now().Before(patience); {
			var events []store.EventRow
			require.NoError(t, json.Unmarshal([]byte(get(t, address, "/api/seats/events?limit=100")), &events))
			for _, e := range events {
				acknowledged[e.ID] = true
			}
		}
		kill()
		require.NotEmpty(t, acknowledged, "life %d", life)
	}

	db, err := store.Open(filepath.Join(dir, "seats.db"))
	require.NoError(t, err)
	defer func() { require.NoError(t, db.Close()) }()
	stored, last := map[string]bool{}, map[string]string{}
	for _, e := range allEvents(t, db) {
		stored[e.ID] = true
		if e.SeatID != nil {
			last[*e.SeatID] = *e.Status
		}
	}
	for id := range acknowledged {
		require.True(t, stored[id], "event %s was shown and is gone", id)
	}
	rows, err := db.Seats(t.Context(), "s")
	require.NoError(t, err)
	for _, row := range rows {
		if status, ok := last[row.SeatID]; ok {
			require.Equal(t, status, row.Status, row.SeatID)
		}
	}
	t.Logf("100 kills, %d events stored, %d of them had been shown", len(stored), len(acknowledged))
}
