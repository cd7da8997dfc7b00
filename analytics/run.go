package analytics

import (
	"context"
	"time"

	"github.com/AlexxIT/go2rtc/seats/analytics/store"
)

// runStep is how often it is noted that somebody looks: a history knows to a minute when the box was off.
const runStep = time.Minute

// beginRun notes in a database that was opened that looks are made from now on.
func (a *Analytics) beginRun(db *store.DB, now time.Time) {
	ctx, cancel := context.WithTimeout(context.Background(), commitTimeout)
	defer cancel()
	id, err := db.BeginRun(ctx, now)
	if err != nil {
		log.Error().Err(err).Msg("[analytics] note the start")
		return
	}
	a.runID.Store(id)
	a.runAt.Store(now.UnixNano())
}

// extendRun is called often, and notes once a step that looks are made still.
func (a *Analytics) extendRun(now time.Time, step time.Duration) {
	before := a.runAt.Load()
	if id := a.runID.Load(); id == 0 || now.UnixNano()-before < int64(step) || !a.runAt.CompareAndSwap(before, now.UnixNano()) {
		return
	}
	a.dbMu.Lock()
	db := a.db
	a.dbMu.Unlock()
	if db == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), commitTimeout)
	defer cancel()
	if err := db.ExtendRun(ctx, a.runID.Load(), now); err != nil {
		a.metrics.stage("store") // looks that cannot be committed say more about it
	}
}
