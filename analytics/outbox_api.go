package analytics

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/AlexxIT/go2rtc/internal/api"
	"github.com/AlexxIT/go2rtc/pkg/creds"
	"github.com/AlexxIT/go2rtc/seats/analytics/sink"
	"github.com/AlexxIT/go2rtc/seats/analytics/store"
	"github.com/prometheus/client_golang/prometheus"
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
	if len(a.outside.sinks) > 0 {
		if err := a.remember(); err != nil {
			http.Error(w, err.Error(), http.StatusServiceUnavailable)
			return
		}
	}
	views := []outboxView{}
	for _, relay := range a.outside.all() {
		stats, err := relay.Outbox.Stats(r.Context())
		var rows []store.Rejected
		if err == nil {
			rows, err = relay.Outbox.Rejected(r.Context(), maxRejectedShown)
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusServiceUnavailable)
			return
		}
		views = append(views, outboxView{
			Sink: relay.Sink.Name(), Pending: pendingOf(&stats), OldestAt: stats.OldestAt, Bound: stats.Bound,
			Dropped: stats.Dropped, Rejected: stats.Rejected, Rows: rows, Status: relay.Status(),
		})
	}
	api.ResponseJSON(creds.SecretResponse(w), map[string]any{"sinks": views})
}

func pendingOf(s *store.OutboxStats) map[string]int {
	return map[string]int{
		string(store.DetectionEvents): s.Events, string(store.SeatStatus): s.Seats, string(store.CameraStatus): s.Cameras,
	}
}

func (a *Analytics) retryRejected(w http.ResponseWriter, r *http.Request) {
	name := r.URL.Query().Get("retry")
	for _, relay := range a.outside.all() {
		if relay.Sink.Name() != name {
			continue
		}
		n, err := relay.Outbox.Retry(r.Context())
		if err != nil {
			http.Error(w, err.Error(), http.StatusServiceUnavailable)
			return
		}
		relay.Wake()
		api.ResponseJSON(w, map[string]int{"retried": n})
		return
	}
	http.Error(w, fmt.Sprintf("retry: no sink %q is configured", name), http.StatusBadRequest)
}

// outboxCollector makes go2rtc_analytics_outbox_* of what relays and outboxes know when they are asked.
type outboxCollector struct{ outside *outside }

func outboxDesc(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("go2rtc_analytics_outbox_"+name, help, append([]string{"sink"}, labels...), nil)
}

var (
	outboxPending  = outboxDesc("pending", "Rows that have not left yet.", "table")
	outboxAge      = outboxDesc("age_seconds", "Since the oldest pending row came in; 0 where there is none.")
	outboxSent     = outboxDesc("sent_total", "Rows that arrived.", "table")
	outboxRejected = outboxDesc("rejected_total", "Rows that were refused for good and set aside.")
	outboxFailures = outboxDesc("failures_total", "Tries that failed, by what is to be done about it.", "kind")
	outboxDropped  = outboxDesc("dropped_total", "Events that left a full outbox unsent, ever.")
)

// Describe implements prometheus.Collector.
func (c *outboxCollector) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{outboxPending, outboxAge, outboxSent, outboxRejected, outboxFailures, outboxDropped} {
		to <- d
	}
}

// Collect implements prometheus.Collector.
func (c *outboxCollector) Collect(to chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	for _, relay := range c.outside.all() {
		name, status := relay.Sink.Name(), relay.Status()
		counter := func(d *prometheus.Desc, n int, labels ...string) {
			to <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, float64(n), append([]string{name}, labels...)...)
		}
		for _, table := range relay.Outbox.Tables() {
			counter(outboxSent, status.Sent[table], string(table))
		}
		for _, kind := range []sink.Kind{sink.Transient, sink.Waiting} {
			counter(outboxFailures, status.Failures[kind], string(kind))
		}
		counter(outboxRejected, status.Rejected)
		stats, err := relay.Outbox.Stats(ctx)
		if err != nil {
			to <- prometheus.NewInvalidMetric(outboxPending, err)
			continue
		}
		counter(outboxDropped, stats.Dropped)
		var age float64
		if stats.OldestAt != nil {
			age = max(0, time.Since(time.Time(*stats.OldestAt)).Seconds())
		}
		to <- prometheus.MustNewConstMetric(outboxAge, prometheus.GaugeValue, age, name)
		for table, n := range pendingOf(&stats) {
			to <- prometheus.MustNewConstMetric(outboxPending, prometheus.GaugeValue, float64(n), name, table)
		}
	}
}
