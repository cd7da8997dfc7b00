package look

import (
	"sync"
	"time"

	"github.com/rs/zerolog"
)

// trouble is a condition that lasts: one line when it begins or its reason changes, one a minute with a count, and one
// when it ends.
type trouble struct {
	what string // the log line's verb

	mu     sync.Mutex
	reason string
	count  int
	told   time.Time
}

func (t *trouble) failed(log *zerolog.Logger, stream string, err error, now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.count++
	if reason := err.Error(); reason != t.reason && (t.reason == "" || now.Sub(t.told) >= time.Second) || now.Sub(t.told) >= time.Minute {
		log.Warn().Str("stream", stream).Int("count", t.count).Str("error", reason).Msg("[analytics] " + t.what)
		t.reason, t.told, t.count = reason, now, 0
	}
}

func (t *trouble) ended(log *zerolog.Logger, stream string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.reason != "" {
		log.Info().Str("stream", stream).Msg("[analytics] " + t.what + ", over")
		t.reason, t.count = "", 0
	}
}
