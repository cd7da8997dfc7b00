package sink

import (
	"maps"
	"sync"
	"time"

	"github.com/AlexxIT/go2rtc/seats/analytics/store"
)

// Failure is a condition that keeps rows from leaving.
type Failure struct {
	Kind    Kind       `json:"kind"`
	Since   store.Time `json:"since"`
	Error   string     `json:"error"`
	Advice  string     `json:"advice,omitempty"`
	Tries   int        `json:"tries"` // that failed since then
	RetryAt store.Time `json:"retry_at"`
}

// Status is how a relay stands.
type Status struct {
	Sent     map[store.Table]int `json:"sent"`         // rows that arrived since the start
	Rejected int                 `json:"rejected_run"` // rows set aside since the start
	Failures map[Kind]int        `json:"-"`            // tries that failed since the start
	Failing  *Failure            `json:"failing"`      // nil while all is well
	Check    []string            `json:"check"`        // what the place lacks, as it said at the start
}

// journal tells log, metrics and API how it goes: one line when a condition begins or becomes another one, one a minute
// while it passes by itself, and one when it is over.
type journal struct {
	mu       sync.Mutex
	sent     map[store.Table]int
	rejected int
	failures map[Kind]int
	failing  *Failure
	findings []string
	told     bool // of failing, in the log
	loggedAt time.Time
}

// Status is safe to be asked at any time.
func (r *Relay) Status() Status {
	j := &r.told
	j.mu.Lock()
	defer j.mu.Unlock()
	s := Status{Sent: maps.Clone(j.sent), Rejected: j.rejected, Failures: maps.Clone(j.failures), Check: append([]string{}, j.findings...)}
	if j.failing != nil {
		f := *j.failing
		s.Failing = &f
	}
	return s
}

// note changes what Status tells.
func (j *journal) note(change func()) {
	j.mu.Lock()
	defer j.mu.Unlock()
	change()
}

func (j *journal) failed(r *Relay, e *Error, now, retryAt time.Time) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.failures[e.Kind]++
	before := j.failing
	f := &Failure{Kind: e.Kind, Since: store.At(now), Error: e.Error(), Advice: e.Advice, Tries: 1, RetryAt: store.At(retryAt)}
	if before != nil {
		f.Since, f.Tries = before.Since, before.Tries+1
	}
	j.failing = f
	switch {
	case e.Kind == Waiting && (before == nil || before.Kind != e.Kind || before.Advice != e.Advice): // begins
	case e.Kind == Transient && f.Tries > 1 && (!j.told || before.Kind != e.Kind): // one failure alone is not worth a line
	case e.Kind == Transient && j.told && now.Sub(j.loggedAt) >= time.Minute: // lasts
	default:
		return
	}
	j.told, j.loggedAt = true, now
	pending, _, _ := r.Outbox.Level()
	if e.Kind == Waiting {
		r.Log.Error().Str("sink", r.Sink.Name()).Int("pending", pending).Str("error", f.Error).Str("advice", e.Advice).
			Msg("[analytics] outbox waits for somebody")
		return
	}
	r.Log.Warn().Str("sink", r.Sink.Name()).Int("pending", pending).Int("count", f.Tries).Str("error", f.Error).
		Msg("[analytics] outbox retries")
}

func (j *journal) over(r *Relay) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.failing == nil {
		return
	}
	if j.told {
		r.Log.Info().Str("sink", r.Sink.Name()).Int("count", j.failing.Tries).Dur("after", time.Since(time.Time(j.failing.Since))).
			Msg("[analytics] outbox retries, over")
	}
	j.failing, j.told = nil, false
}
