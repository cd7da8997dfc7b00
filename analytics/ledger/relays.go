package ledger

import (
	"context"
	"sync"
	"time"

	"github.com/AlexxIT/go2rtc/seats/analytics/sink"
	"github.com/AlexxIT/go2rtc/seats/analytics/store"
	"github.com/rs/zerolog"
)

// Outlet is a sink and what its outbox is to be like.
type Outlet struct {
	Sink interface {
		sink.Sink
		Close()
	}
	store.Outlet
	Batch int // rows of one request
}

// relays take the outboxes to their sinks.
type relays struct {
	mu     sync.Mutex // guards what begins when the database is open
	list   []*sink.Relay
	levels []*level
}

// open opens the outboxes before the first commit, and starts the relays.
func (r *relays) open(ctx context.Context, l *Ledger, db *store.DB) error {
	outlets := make([]store.Outlet, len(l.Outlets))
	for i := range l.Outlets {
		outlets[i] = l.Outlets[i].Outlet
	}
	boxes, err := db.OpenOutboxes(ctx, l.Bound, outlets...)
	if err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for i := range l.Outlets {
		relay := sink.NewRelay(l.Outlets[i].Sink, boxes[i], l.Outlets[i].Batch, l.Log)
		r.list = append(r.list, relay)
		r.levels = append(r.levels, newLevel(l.Outlets[i].Name, boxes[i], l.Log))
		l.done.Go(func() { relay.Run(l.ctx) })
	}
	return nil
}

// wake notifies the relays that something was committed.
func (r *relays) wake() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for i, relay := range r.list {
		relay.Wake()
		r.levels[i].look(time.Now())
	}
}

// level says when an outbox is nearly full, when it is full, and when it is neither any more.
type level struct {
	name    string
	box     *store.Outbox
	log     zerolog.Logger
	near    bool
	dropped int // as was logged
	toldAt  time.Time
}

func newLevel(name string, box *store.Outbox, log zerolog.Logger) *level {
	_, _, dropped := box.Level()
	return &level{name: name, box: box, log: log, dropped: dropped}
}

func (l *level) look(now time.Time) {
	events, bound, dropped := l.box.Level()
	switch {
	case dropped > l.dropped && now.Sub(l.toldAt) >= time.Minute:
		l.log.Error().Str("sink", l.name).Int("count", dropped-l.dropped).Int("bound", bound).
			Msg("[analytics] outbox full, its oldest events stay in the embedded database only")
		l.dropped, l.toldAt, l.near = dropped, now, true
	case !l.near && events >= bound/10*9:
		l.log.Warn().Str("sink", l.name).Int("pending", events).Int("bound", bound).Msg("[analytics] outbox nearly full")
		l.near = true
	case l.near && events < bound/2:
		l.log.Info().Str("sink", l.name).Int("pending", events).Msg("[analytics] outbox nearly full, over")
		l.near = false
	}
}
