package sink

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/AlexxIT/go2rtc/seats/analytics/store"
	"github.com/rs/zerolog"
)

const (
	probeEvery   = 3 * time.Second
	probeTimeout = 5 * time.Second

	// maxRefused is how many rows in a row are set aside at once. When a place refuses everything, its table is at
	// fault, not the rows: they are kept, and tried one at a time.
	maxRefused = 10
)

// Relay takes the outbox of one sink outside: statuses first, then events, oldest first, in batches.
//
// What passes by itself is retried with jitter, up to a minute apart, for ever, and Retry-After is kept. Where no
// server answered, the place is probed every few seconds meanwhile, and a probe that lied is not believed again before
// the next retry: a server that is back is noticed at once, one that is half alive is left alone. What waits for the
// operator is retried slowly. A row that is refused for good is found by halving its batch, and set aside.
type Relay struct {
	Sink      Sink
	Outbox    *store.Outbox
	BatchSize int // rows of one request, at least 1
	Log       zerolog.Logger

	wake  chan struct{}
	told  journal
	lanes []*lane
	pause pause // of all lanes

	refused  int  // rows in a row
	accepted bool // some of the batch at hand
	checked  bool
}

// lane is one table on its way outside.
type lane struct {
	table store.Table
	pause pause
	again *store.Batch // what failed as a whole is sent again as it was, so that its receiver can tell a repeat
}

// NewRelay makes a relay. Run starts it.
func NewRelay(s Sink, o *store.Outbox, batchSize int, log zerolog.Logger) *Relay {
	r := &Relay{Sink: s, Outbox: o, BatchSize: batchSize, Log: log, wake: make(chan struct{}, 1)}
	r.pause = newPause()
	r.told.sent, r.told.failures = map[store.Table]int{}, map[Kind]int{}
	for _, table := range o.Tables() {
		r.lanes = append(r.lanes, &lane{table: table, pause: newPause()})
	}
	return r
}

// Wake tells that there may be something to send. It never blocks.
func (r *Relay) Wake() {
	select {
	case r.wake <- struct{}{}:
	default: // it is known already
	}
}

// Run sends until ctx ends.
func (r *Relay) Run(ctx context.Context) {
	for ctx.Err() == nil {
		wait := r.turn(ctx)
		if r.pause.left(time.Now()) > 0 {
			r.sitOut(ctx)
			continue
		}
		r.rest(ctx, wait)
	}
}

// rest waits until there may be something to send; the wait is for ever where it is 0.
func (r *Relay) rest(ctx context.Context, wait time.Duration) {
	var due <-chan time.Time
	if wait > 0 {
		timer := time.NewTimer(wait)
		defer timer.Stop()
		due = timer.C
	}
	select {
	case <-ctx.Done():
	case <-r.wake:
	case <-due:
	}
}

// sitOut waits until the next retry, or until a probe finds the place back.
func (r *Relay) sitOut(ctx context.Context) {
	due := time.NewTimer(r.pause.left(time.Now()))
	defer due.Stop()
	var probe <-chan time.Time
	if r.pause.probing {
		ticker := time.NewTicker(probeEvery)
		defer ticker.Stop()
		probe = ticker.C
	}
	for {
		select {
		case <-ctx.Done():
			return
		case <-due.C:
			return
		case <-probe:
			asked, cancel := context.WithTimeout(ctx, probeTimeout)
			err := r.Sink.Probe(asked)
			cancel()
			if err == nil {
				r.pause.probed()
				return
			}
		}
	}
}

// turn sends all that is pending, until nothing is left or something fails, and tells how long to wait for what is
// neither: 0 where only Wake can tell.
func (r *Relay) turn(ctx context.Context) (wait time.Duration) {
	for again := true; again && ctx.Err() == nil; {
		again, wait = false, 0
		if !r.check(ctx) {
			return 0
		}
		for _, l := range r.lanes {
			if left := l.pause.left(time.Now()); left > 0 {
				wait = sooner(wait, left)
				continue
			}
			n, hold, err := r.send(ctx, l)
			if err != nil {
				if ctx.Err() != nil || !r.failed(l, asError(err)) {
					return 0
				}
				wait = sooner(wait, l.pause.left(time.Now()))
				continue
			}
			again = again || n > 0
			wait = sooner(wait, hold)
		}
	}
	return wait
}

func sooner(a, b time.Duration) time.Duration {
	if a == 0 || b > 0 && b < a {
		return b
	}
	return a
}

// check asks the place once what it lacks. It is no reason not to send.
func (r *Relay) check(ctx context.Context) bool {
	c, ok := r.Sink.(Checker)
	if r.checked || !ok {
		return true
	}
	findings, err := c.Check(ctx)
	if err != nil {
		if ctx.Err() == nil {
			r.failed(nil, asError(err))
		}
		return false
	}
	r.checked = true
	r.told.note(func() { r.told.findings = findings })
	for _, f := range findings {
		r.Log.Error().Str("sink", r.Sink.Name()).Str("missing", f).Msg("[analytics] outbox check")
	}
	return true
}

// send takes one batch of a lane outside, and tells how many rows it was, or how long the events are to be held.
func (r *Relay) send(ctx context.Context, l *lane) (n int, hold time.Duration, err error) {
	b := l.again
	if b == nil {
		if b, err = r.Outbox.Pending(ctx, l.table, r.BatchSize); err != nil {
			return 0, 0, err
		}
		if g, ok := r.Sink.(Gatherer); ok && b.Len() > 0 && l.table == store.DetectionEvents {
			var ready int
			if ready, hold = g.Ready(b.Events, time.Now()); ready < b.Len() {
				b = b.Slice(0, ready)
			}
		}
		if b.Len() == 0 {
			return 0, hold, nil
		}
	}
	l.again, r.accepted = nil, false
	taken, err := r.deliver(ctx, b)
	if err == nil || r.accepted {
		r.recovered(l)
	}
	if err != nil && taken == 0 && l.table == store.DetectionEvents {
		l.again = b
	}
	return b.Len(), 0, err
}

// deliver sends a batch, halved until every row is accepted or set aside. taken rows have left the outbox.
func (r *Relay) deliver(ctx context.Context, b *store.Batch) (taken int, err error) {
	err = r.Sink.Send(ctx, b)
	var e *Error
	switch {
	case err == nil:
		if err = r.Outbox.Ack(ctx, b); err != nil {
			return 0, err
		}
		r.refused, r.accepted = 0, true
		r.told.note(func() { r.told.sent[b.Table] += b.Len() })
		return b.Len(), nil
	case !errors.As(err, &e) || e.Kind != Rejected:
		return 0, err
	case b.Len() > 1:
		half := b.Len() / 2
		if taken, err = r.deliver(ctx, b.Slice(0, half)); err != nil {
			return taken, err
		}
		var more int
		more, err = r.deliver(ctx, b.Slice(half, b.Len()))
		return taken + more, err
	}
	if r.refused++; r.refused == maxRefused {
		return 0, &Error{
			Kind: Waiting, Status: e.Status, Table: b.Table,
			Reason: fmt.Sprintf("%d rows of %s one after another refused, the last: %s", maxRefused, b.Table, e.Reason),
			Advice: "its table is probably not as it should be: " + schemaAdvice,
		}
	}
	if err = r.Outbox.Reject(ctx, b, e.Error(), time.Now()); err != nil {
		return 0, err
	}
	r.told.note(func() { r.told.rejected++ })
	r.Log.Warn().Str("sink", r.Sink.Name()).Str("table", string(b.Table)).Str("row", b.Key(0)).Str("error", e.Error()).
		Msg("[analytics] outbox row set aside")
	if r.refused > maxRefused {
		return 1, &Error{Kind: Waiting, Status: e.Status, Table: b.Table, Reason: "every row is refused, the last: " + e.Reason, Advice: schemaAdvice}
	}
	return 1, nil
}

// failed decides when to try again, and tells whether the other lanes go on meanwhile.
func (r *Relay) failed(l *lane, e *Error) (others bool) {
	p, now := &r.pause, time.Now()
	if e.Table != "" && e.Kind == Waiting && l != nil {
		p, others = &l.pause, true
	}
	p.after(e, now)
	r.told.failed(r, e, now, p.until)
	return others
}

// recovered ends a failure that was reported.
func (r *Relay) recovered(l *lane) {
	r.pause.reset()
	l.pause.reset()
	for _, other := range r.lanes {
		if other.pause.left(time.Now()) > 0 {
			return // not all of it is over
		}
	}
	r.told.over(r)
}
