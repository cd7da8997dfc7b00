package ledger

import (
	"context"
	"time"

	"github.com/AlexxIT/go2rtc/seats/analytics/store"
)

// runStep is how often the end of an uptime interval is recorded: a history knows to a minute when the box was off.
const runStep = time.Minute

// run is the uptime interval of this process. Only Open and Tick use it, and Close after them.
type run struct {
	id int64     // in the database; 0 before it is open
	at time.Time // its end, as recorded last
}

// begin records the start of an uptime interval.
func (r *run) begin(ctx context.Context, l *Ledger, db *store.DB, now time.Time) {
	id, err := db.BeginRun(ctx, now)
	if err != nil {
		l.Log.Error().Err(err).Msg("[analytics] record the start")
		return
	}
	r.id, r.at = id, now
}

// extend records that the interval goes on, once a step.
func (r *run) extend(l *Ledger, now time.Time, step time.Duration) {
	db := l.db.Load()
	if db == nil || r.id == 0 || now.Sub(r.at) < step {
		return
	}
	r.at = now
	ctx, cancel := context.WithTimeout(context.Background(), commitTimeout)
	defer cancel()
	if err := db.ExtendRun(ctx, r.id, now); err != nil {
		l.Failed() // looks that cannot be committed say more about it
	}
}

// Tick records once a minute that the box runs. It is to be called at least as often, by one goroutine.
func (l *Ledger) Tick(now time.Time) { l.run.extend(l, now, runStep) }
