package analytics

import (
	"context"
	"sync"
	"time"

	"github.com/AlexxIT/go2rtc/pkg/creds"
	"github.com/AlexxIT/go2rtc/seats/analytics/address"
	"github.com/AlexxIT/go2rtc/seats/analytics/config"
	"github.com/AlexxIT/go2rtc/seats/analytics/sink"
	"github.com/AlexxIT/go2rtc/seats/analytics/store"
)

// The rows of one request: as many as Supabase takes well, and as many events as a notice can show.
const (
	supabaseBatch = 500
	webhookBatch  = 100
)

// outside is everybody who is to be told, each with an outbox and a relay of its own.
type outside struct {
	sinks []outlet
	bound int

	mu     sync.Mutex // guards what begins when the database is open
	relays []*sink.Relay
	levels []*level
}

// outlet is a sink and what its outbox is to be like.
type outlet struct {
	sink interface {
		sink.Sink
		Close()
	}
	store.Outlet
	batch int
}

// init makes the sinks of a valid configuration.
func (o *outside) init(c *config.Config) {
	o.bound = c.Outbox
	if c.Supabase.URL != "" {
		place, _ := address.Supabase(c.Supabase.URL, c.Supabase.Key) // NewSupabase tells
		if s, err := sink.NewSupabase(place, c.Supabase.Key); err == nil {
			hide(c.Supabase.Key)
			// what happened before there was an account is wanted there, too
			o.sinks = append(o.sinks, outlet{s, store.Outlet{Name: s.Name(), Statuses: true, History: true, Place: place}, supabaseBatch})
		}
	}
	if c.Webhook.URL != "" {
		if w, err := sink.NewWebhook(c.Webhook.URL, c.Webhook.Secret); err == nil {
			hide(c.Webhook.Secret)
			// nobody wants a thousand notices of last month on a phone
			o.sinks = append(o.sinks, outlet{w, store.Outlet{Name: w.Name()}, webhookBatch})
		}
	}
}

// hide has upstream mask a secret in what it logs and replies. A short one is left alone: every text would be full of
// it, and nothing here tells it.
func hide(secret string) {
	if len(secret) >= 8 {
		creds.AddSecret(secret)
	}
}

// open opens the outboxes before the first commit, and starts the relays.
func (o *outside) open(a *Analytics, db *store.DB) error {
	ctx, cancel := context.WithTimeout(a.ctx, commitTimeout)
	defer cancel()
	outlets := make([]store.Outlet, len(o.sinks))
	for i := range o.sinks {
		outlets[i] = o.sinks[i].Outlet
	}
	boxes, err := db.OpenOutboxes(ctx, o.bound, outlets...)
	if err != nil {
		return err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.relays, o.levels = nil, nil
	for i := range o.sinks {
		relay := sink.NewRelay(o.sinks[i].sink, boxes[i], o.sinks[i].batch, log)
		o.relays = append(o.relays, relay)
		o.levels = append(o.levels, newLevel(o.sinks[i].Name, boxes[i]))
		a.done.Go(func() { relay.Run(a.ctx) })
	}
	return nil
}

// wake tells the relays that something was committed.
func (o *outside) wake() {
	o.mu.Lock()
	defer o.mu.Unlock()
	for i, r := range o.relays {
		r.Wake()
		o.levels[i].look(time.Now())
	}
}

// all are the relays, once the database is open.
func (o *outside) all() []*sink.Relay {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.relays
}

func (o *outside) close() {
	for i := range o.sinks {
		o.sinks[i].sink.Close()
	}
}

// level says when an outbox is nearly full, when it is full, and when it is neither any more.
type level struct {
	name    string
	box     *store.Outbox
	near    bool
	dropped int // as was told
	toldAt  time.Time
}

func newLevel(name string, box *store.Outbox) *level {
	_, _, dropped := box.Level()
	return &level{name: name, box: box, dropped: dropped}
}

func (l *level) look(now time.Time) {
	events, bound, dropped := l.box.Level()
	switch {
	case dropped > l.dropped && now.Sub(l.toldAt) >= time.Minute:
		log.Error().Str("sink", l.name).Int("count", dropped-l.dropped).Int("bound", bound).
			Msg("[analytics] outbox full, its oldest events stay in the embedded database only")
		l.dropped, l.toldAt, l.near = dropped, now, true
	case !l.near && events >= bound/10*9:
		log.Warn().Str("sink", l.name).Int("pending", events).Int("bound", bound).Msg("[analytics] outbox nearly full")
		l.near = true
	case l.near && events < bound/2:
		log.Info().Str("sink", l.name).Int("pending", events).Msg("[analytics] outbox nearly full, over")
		l.near = false
	}
}
