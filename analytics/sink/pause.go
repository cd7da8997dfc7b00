package sink

import (
	"time"

	"github.com/cenkalti/backoff/v5"
)

type pause struct {
	until   time.Time
	probing bool // whether a probe may end it before that

	lied   bool // the last probe said that the place is back
	quick  *backoff.ExponentialBackOff
	slowly *backoff.ExponentialBackOff
}

// newPause retries within a second at first, and after what waits for the operator within ten; both reach a minute, of
// which a third to all is waited, so that many boxes do not come back to a server at once.
func newPause() pause {
	curve := func(initial time.Duration) *backoff.ExponentialBackOff {
		return &backoff.ExponentialBackOff{InitialInterval: initial, Multiplier: 2, RandomizationFactor: .5, MaxInterval: 40 * time.Second}
	}
	return pause{quick: curve(300 * time.Millisecond), slowly: curve(5 * time.Second)}
}

func (p *pause) left(now time.Time) time.Duration { return p.until.Sub(now) }

// after begins a pause after an error.
func (p *pause) after(e *Error, now time.Time) {
	wait := p.quick
	if e.Kind == Waiting {
		wait = p.slowly
	}
	p.until = now.Add(max(wait.NextBackOff(), e.RetryAfter))
	p.probing = e.Away && e.RetryAfter == 0 && !p.lied
	p.lied = false
}

// probed ends the pause because a probe said so.
func (p *pause) probed() { p.until, p.lied = time.Time{}, true }

func (p *pause) reset() {
	p.until, p.probing, p.lied = time.Time{}, false, false
	p.quick.Reset()
	p.slowly.Reset()
}
