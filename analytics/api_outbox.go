package analytics

import (
	"net/http"

	"github.com/AlexxIT/go2rtc/internal/api"
	"github.com/AlexxIT/go2rtc/pkg/creds"
	"github.com/AlexxIT/go2rtc/seats/analytics/ledger"
	"github.com/AlexxIT/go2rtc/seats/analytics/sink"
	"github.com/AlexxIT/go2rtc/seats/analytics/store"
)

// maxRejectedShown is how many rows that were set aside a reply has, the newest ones.
const maxRejectedShown = 100

// outboxView is one sink in the reply of GET api/seats/outbox.
type outboxView struct {
	Sink     string           `json:"sink"`
	Pending  map[string]int   `json:"pending"` // rows, by table
	OldestAt *store.Time      `json:"oldest_at"`
	Bound    int              `json:"bound"`   // of pending events
	Dropped  int              `json:"dropped"` // events that left a full outbox unsent
	Rejected int              `json:"rejected_total"`
	Rows     []store.Rejected `json:"rejected"`
	sink.Status
}

// apiOutbox shows how the sinks stand. POST puts the rows that one set aside into its outbox again.
func (a *Analytics) apiOutbox(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodPost {
		if fromHere(w, r) {
			a.retryRejected(w, r)
		}
		return
	}
	if !reads(w, r) {
		return
	}
	if len(a.ledger.Outlets) > 0 {
		if err := a.ledger.Open(); err != nil {
			unavailable(w, err)
			return
		}
	}
	views := []outboxView{}
	for _, relay := range a.ledger.Relays() {
		stats, err := relay.Outbox.Stats(r.Context())
		var rows []store.Rejected
		if err == nil {
			rows, err = relay.Outbox.Rejected(r.Context(), maxRejectedShown)
		}
		if err != nil {
			unavailable(w, err)
			return
		}
		views = append(views, outboxView{
			Sink: relay.Sink.Name(), Pending: ledger.Pending(&stats), OldestAt: stats.OldestAt, Bound: stats.Bound,
			Dropped: stats.Dropped, Rejected: stats.Rejected, Rows: rows, Status: relay.Status(),
		})
	}
	api.ResponseJSON(creds.SecretResponse(w), map[string]any{"sinks": views})
}

func (a *Analytics) retryRejected(w http.ResponseWriter, r *http.Request) {
	name := r.URL.Query().Get("retry")
	for _, relay := range a.ledger.Relays() {
		if relay.Sink.Name() != name {
			continue
		}
		n, err := relay.Outbox.Retry(r.Context())
		if err != nil {
			unavailable(w, err)
			return
		}
		relay.Wake()
		api.ResponseJSON(w, map[string]int{"retried": n})
		return
	}
	badRequest(w, "retry: no sink %q is configured", name)
}
