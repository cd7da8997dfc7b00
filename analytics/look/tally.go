package look

import (
	"time"

	"github.com/AlexxIT/go2rtc/seats/analytics/store"
)

// tally is how the looks at one camera went. Rates and means are of the last minute.
type tally struct {
	seconds         [60]tallied // by the second of the minute
	last            Stages
	lookedAt        time.Time
	dropped, failed int // since the start
}

type tallied struct {
	second        int64 // since 1970; another minute's count no more
	looks         int
	decode, infer time.Duration
}

func (t *tally) looked(now time.Time, spent *Stages) {
	s := &t.seconds[now.Unix()%60]
	if s.second != now.Unix() {
		*s = tallied{second: now.Unix()}
	}
	s.looks++
	s.decode += spent.Decode
	s.infer += spent.Infer
	t.last, t.lookedAt = *spent, now
}

// minute is the sum of the last minute.
func (t *tally) minute(now time.Time) (sum tallied) {
	for i := range t.seconds {
		if s := &t.seconds[i]; now.Unix()-s.second < 60 {
			sum.looks += s.looks
			sum.decode += s.decode
			sum.infer += s.infer
		}
	}
	return sum
}

// Report is how the looks at one camera go. Times of stages are processor time in milliseconds; means and rates are of
// the last minute, totals since the start.
type Report struct {
	LooksPerMinute int         `json:"looks_per_minute"`
	LastFrameAge   *float64    `json:"last_frame_age"` // seconds; null before the first one
	LastLookAt     *store.Time `json:"last_look_at"`
	Decode         StageReport `json:"decode_ms"`
	Infer          StageReport `json:"infer_ms"`
	DroppedTotal   int         `json:"dropped_total"` // looks that were due while the one before still waited
	FailedTotal    int         `json:"failed_total"`
}

// StageReport is the time of one stage, in milliseconds.
type StageReport struct {
	Last float64 `json:"last"`
	Mean float64 `json:"mean"`
}

// Report is what the camera knows of itself.
func (c *Camera) Report(now time.Time) Report {
	c.mu.Lock()
	defer c.mu.Unlock()
	r := Report{DroppedTotal: c.tally.dropped, FailedTotal: c.tally.failed}
	if !c.unitAt.IsZero() {
		age := max(0, now.Sub(c.unitAt).Round(time.Millisecond).Seconds())
		r.LastFrameAge = &age
	}
	if t := &c.tally; !t.lookedAt.IsZero() {
		at := store.At(t.lookedAt)
		r.LastLookAt = &at
		r.Decode.Last, r.Infer.Last = milliseconds(t.last.Decode), milliseconds(t.last.Infer)
		if sum := t.minute(now); sum.looks > 0 {
			r.LooksPerMinute = sum.looks
			r.Decode.Mean = milliseconds(sum.decode / time.Duration(sum.looks))
			r.Infer.Mean = milliseconds(sum.infer / time.Duration(sum.looks))
		}
	}
	return r
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
