package ledger

import (
	"context"
	"sync"
	"time"
)

const (
	probeEvery   = 5 * time.Second // the least time between two probes of the database
	probeTimeout = 3 * time.Second
)

// probe remembers the last trial of the database, so that asking often writes seldom.
type probe struct {
	mu  sync.Mutex
	at  time.Time
	err error
}

// Probe writes what changes nothing. Looks that see nothing new write nothing, so a full disk would be found at the next
// event only.
func (l *Ledger) Probe(now time.Time) error {
	p := &l.probe
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.at.IsZero() && now.Sub(p.at) < probeEvery {
		return p.err
	}
	db, err := l.DB()
	if err == nil {
		ctx, cancel := context.WithTimeout(context.Background(), probeTimeout)
		defer cancel()
		err = db.Probe(ctx)
	}
	p.at, p.err = now, err
	return err
}
