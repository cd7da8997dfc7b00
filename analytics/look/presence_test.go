package look

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"github.com/AlexxIT/go2rtc/seats/analytics/store"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"
)

// page is a Ledger that keeps what is committed, or refuses it.
type page struct {
	changes []store.Change
	err     error
}

func (p *page) Open() error { return p.err }

func (p *page) Commit(c *store.Change) error {
	if p.err == nil {
		p.changes = append(p.changes, *c)
	}
	return p.err
}

// TestPresence: a change is reported once, also where the first commits fail; a preview has no rows; a row that has
// gone is written anew, without an event; and a restart reports no change that did not happen.
func TestPresence(t *testing.T) {
	p, said := &page{}, &bytes.Buffer{}
	l := New(Options{Interval: time.Second, Ledger: p, Log: zerolog.New(said)})
	defer l.Close(time.Second)
	at := time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)

	preview := l.NewCamera("cam2", NewSeats("test", "cam2", nil, newTestSeats().rules, nil))
	preview.cameOnline(at, at)
	require.Empty(t, p.changes)

	c := l.NewCamera("cam1", newTestSeats())
	c.cameOnline(at, at)
	require.Len(t, p.changes, 1)
	require.Empty(t, p.changes[0].Events, "it was never away")
	p.err = errors.New("disk full")
	c.wentOffline(at.Add(10*time.Second), at, "gone")
	p.err = nil
	for range 3 {
		c.wentOffline(at.Add(11*time.Second), at, "gone")
	}
	require.Len(t, p.changes, 2)
	row, event := p.changes[1].Cameras[0], p.changes[1].Events[0]
	require.False(t, row.Online)
	require.Equal(t, "gone", *row.Error)
	require.Equal(t, at, time.Time(*row.LastFrameAt))
	require.Equal(t, "camera_offline", event.EventType)
	require.Equal(t, at.Add(11*time.Second), time.Time(event.CapturedAt))
	require.Contains(t, said.String(), "camera_offline")

	again := l.NewCamera("cam1", newTestSeats())
	require.NoError(t, again.Restore(nil, &row))
	again.wentOffline(at.Add(time.Hour), time.Time{}, "gone")
	require.Len(t, p.changes, 2, "it was away before the restart")
	back := at.Add(2 * time.Hour)
	again.cameOnline(back, back)
	require.Equal(t, "camera_online", p.changes[2].Events[0].EventType)
	require.True(t, p.changes[2].Cameras[0].Online)

	again.Forget()
	again.cameOnline(back, back)
	require.Len(t, p.changes, 4)
	require.Empty(t, p.changes[3].Events)
	again.Hold()
	again.Drop()
	again.Release()
	again.wentOffline(back.Add(time.Minute), back, "gone")
	require.Len(t, p.changes, 4, "an edit took it away")
}
