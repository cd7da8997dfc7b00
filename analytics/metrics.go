package analytics

import (
	"errors"
	"net/http"
	"time"

	"github.com/AlexxIT/go2rtc/seats/analytics/look"
	"github.com/AlexxIT/go2rtc/seats/analytics/store"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// metrics is what GET api/metrics shows. It is the Meter of the looks.
type metrics struct {
	registry *prometheus.Registry
	looks    *prometheus.CounterVec
	failures *prometheus.CounterVec
	drops    *prometheus.CounterVec
	broken   *prometheus.CounterVec
	cpu      *prometheus.CounterVec
	events   *prometheus.CounterVec
	wrong    *prometheus.CounterVec
	kinds    *prometheus.CounterVec
	stages   *prometheus.CounterVec
	model    prometheus.Gauge
}

func newMetrics() *metrics {
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: "go2rtc_analytics_" + name, Help: help}, labels)
	}
	m := &metrics{
		registry: prometheus.NewRegistry(),
		looks:    counter("looks_total", "Looks that were made.", "stream"),
		failures: counter("look_failures_total", "Looks that failed, by the stage that did.", "stream", "stage"),
		drops:    counter("looks_dropped_total", "Looks that were due while the one before still waited.", "stream"),
		broken:   counter("damaged_units_total", "Access units that could not be read.", "stream"),
		cpu:      counter("look_cpu_seconds_total", "Processor time of looks, by stage.", "stage"),
		events:   counter("events_total", "Events that were committed.", "event_type"),
		wrong:    counter("corrections_total", "Statuses that an admin corrected.", "previous_status", "status"),
		kinds:    counter("looks_by_kind_total", "Whole pictures and cut-outs that the model looked at.", "kind"),
		stages:   counter("database_failures_total", "Times that the database could not be opened.", "stage"),
		model: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "go2rtc_analytics_model_loaded", Help: "1 when there is a model to look with.",
		}),
	}
	m.model.Set(1)
	m.registry.MustRegister(m.looks, m.failures, m.drops, m.broken, m.cpu, m.events, m.wrong, m.kinds, m.stages, m.model)
	return m
}

// appear shows the counters of a camera, which stand at nothing.
func (m *metrics) appear(stream string) {
	for _, counter := range []*prometheus.CounterVec{m.looks, m.drops, m.broken} {
		counter.WithLabelValues(stream)
	}
}

// vanish forgets a camera that an edit took away.
func (m *metrics) vanish(stream string) {
	for _, counter := range []*prometheus.CounterVec{m.looks, m.failures, m.drops, m.broken} {
		counter.DeletePartialMatch(prometheus.Labels{"stream": stream})
	}
}

// ageCollector makes a gauge of each camera that there is when it is asked.
type ageCollector struct{ a *Analytics }

var frameAge = prometheus.NewDesc("go2rtc_analytics_last_frame_age_seconds", "Since an access unit was received.", []string{"stream"}, nil)

// Describe implements prometheus.Collector.
func (c *ageCollector) Describe(to chan<- *prometheus.Desc) { to <- frameAge }

// Collect implements prometheus.Collector.
func (c *ageCollector) Collect(to chan<- prometheus.Metric) {
	for _, cam := range c.a.plan.Load().cameras {
		age := time.Since(cam.LastUnit(c.a.started)).Seconds()
		to <- prometheus.MustNewConstMetric(frameAge, prometheus.GaugeValue, age, cam.Name())
	}
}

// Looked implements look.Meter.
func (m *metrics) Looked(stream string, spent look.Stages, err error) {
	for stage, took := range map[string]time.Duration{
		"decode": spent.Decode, "scale": spent.Scale, "infer": spent.Infer, "outputs": spent.Outputs, "closer": spent.Closer,
		"seats": spent.Seats, "store": spent.Store,
	} {
		m.cpu.WithLabelValues(stage).Add(took.Seconds())
	}
	for kind, n := range spent.Cuts {
		m.kinds.WithLabelValues(look.Kind(kind).String()).Add(float64(n))
	}
	if failed, ok := errors.AsType[*look.Error](err); ok {
		m.failures.WithLabelValues(stream, failed.Stage).Inc()
	} else if err == nil {
		m.looks.WithLabelValues(stream).Inc()
	}
}

// Dropped implements look.Meter.
func (m *metrics) Dropped(stream string) { m.drops.WithLabelValues(stream).Inc() }

// Damaged implements look.Meter.
func (m *metrics) Damaged(stream string) { m.broken.WithLabelValues(stream).Inc() }

func (m *metrics) happened(e *store.EventRow) { m.events.WithLabelValues(e.EventType).Inc() }
func (m *metrics) corrected(previous, status string) {
	m.wrong.WithLabelValues(previous, status).Inc()
}
func (m *metrics) storeFailed() { m.stages.WithLabelValues("store").Inc() }

func (m *metrics) handler() http.HandlerFunc {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{}).ServeHTTP
}
