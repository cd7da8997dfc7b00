package ledger

import (
	"context"
	"time"

	"github.com/AlexxIT/go2rtc/seats/analytics/sink"
	"github.com/AlexxIT/go2rtc/seats/analytics/store"
	"github.com/prometheus/client_golang/prometheus"
)

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

// Describe implements prometheus.Collector: go2rtc_analytics_outbox_*.
func (l *Ledger) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{outboxPending, outboxAge, outboxSent, outboxRejected, outboxFailures, outboxDropped} {
		to <- d
	}
}

// Collect implements prometheus.Collector, of what relays and outboxes know when they are asked.
func (l *Ledger) Collect(to chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	for _, relay := range l.Relays() {
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
		for table, n := range Pending(&stats) {
			to <- prometheus.MustNewConstMetric(outboxPending, prometheus.GaugeValue, float64(n), name, table)
		}
	}
}

// Pending is how many rows of each table have not left yet.
func Pending(s *store.OutboxStats) map[string]int {
	return map[string]int{
		string(store.DetectionEvents): s.Events, string(store.SeatStatus): s.Seats, string(store.CameraStatus): s.Cameras,
	}
}
