package analytics

import (
	"github.com/AlexxIT/go2rtc/pkg/creds"
	"github.com/AlexxIT/go2rtc/seats/analytics/address"
	"github.com/AlexxIT/go2rtc/seats/analytics/config"
	"github.com/AlexxIT/go2rtc/seats/analytics/ledger"
	"github.com/AlexxIT/go2rtc/seats/analytics/sink"
	"github.com/AlexxIT/go2rtc/seats/analytics/store"
)

// The rows of one request: as many as Supabase takes well, and as many events as a notice can show.
const (
	supabaseBatch = 500
	webhookBatch  = 100
)

// outletsOf makes the sinks of a valid configuration.
func outletsOf(c *config.Config) (outlets []ledger.Outlet) {
	if c.Supabase.URL != "" {
		place, _ := address.Supabase(c.Supabase.URL, c.Supabase.Key) // NewSupabase tells
		if s, err := sink.NewSupabase(place, c.Supabase.Key); err == nil {
			hide(c.Supabase.Key)
			// what happened before there was an account is to be there, too
			outlet := store.Outlet{Name: s.Name(), Statuses: true, History: true, Place: place}
			outlets = append(outlets, ledger.Outlet{Sink: s, Outlet: outlet, Batch: supabaseBatch})
		}
	}
	if c.Webhook.URL != "" {
		if w, err := sink.NewWebhook(c.Webhook.URL, c.Webhook.Secret); err == nil {
			hide(c.Webhook.Secret)
			// without history: a thousand notices of last month help no one
			outlets = append(outlets, ledger.Outlet{Sink: w, Outlet: store.Outlet{Name: w.Name()}, Batch: webhookBatch})
		}
	}
	return outlets
}

// hide has upstream mask a secret in what it logs and replies. A short one is left alone: every text would be full of
// it, and nothing here reveals it.
func hide(secret string) {
	if len(secret) >= 8 {
		creds.AddSecret(secret)
	}
}
