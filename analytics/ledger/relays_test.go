package ledger

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/AlexxIT/go2rtc/seats/analytics/sink/sinktest"
	"github.com/AlexxIT/go2rtc/seats/analytics/store"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"
)

func TestFullOutboxIsSaid(t *testing.T) {
	var said bytes.Buffer
	db, err := store.Open(filepath.Join(t.TempDir(), "seats.db"))
	require.NoError(t, err)
	defer func() { require.NoError(t, db.Close()) }()
	boxes, err := db.OpenOutboxes(t.Context(), 100, store.Outlet{Name: "supabase"})
	require.NoError(t, err)
	l := newLevel("supabase", boxes[0], zerolog.New(&said))
	now := time.Now()
	lines := func(text string) int { return strings.Count(said.String(), text) }
	add := func(n int) {
		require.NoError(t, db.Commit(t.Context(), &store.Change{Events: sinktest.Events(n)}))
		l.look(now)
	}

	add(89)
	require.Empty(t, said.String())
	for range 5 {
		add(1)
	}
	require.Equal(t, 1, lines("nearly full"))
	add(10)
	add(10)
	require.Equal(t, 1, lines("outbox full"), "once a minute")
	now = now.Add(time.Minute)
	add(10)
	require.Equal(t, 2, lines("outbox full"))
	_, _, dropped := boxes[0].Level()
	require.Equal(t, 24, dropped)

	b, err := boxes[0].Pending(t.Context(), store.DetectionEvents, 60)
	require.NoError(t, err)
	require.NoError(t, boxes[0].Ack(t.Context(), b))
	l.look(now)
	require.Equal(t, 1, lines("over"))
}
