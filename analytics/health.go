package analytics

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/AlexxIT/go2rtc/internal/api"
)

// Health is the reply of GET api/seats/health: 200 where healthy, 503 where not.
type Health struct {
	Healthy  bool     `json:"healthy"`
	Problems []string `json:"problems"` // a sentence each; a camera that is merely offline is none
}

const (
	// lookPatience is how long a camera that sends pictures may go without a look: the first one waits for a keyframe, and
	// some GOPs last 20 s. Three intervals where those are longer.
	lookPatience = 25 * time.Second

	probeEvery   = 5 * time.Second // the least time between two probes of the database
	probeTimeout = 3 * time.Second
)

// probe remembers the last trial of the database, so that asking often writes seldom.
type probe struct {
	mu  sync.Mutex
	at  time.Time
	err error
}

// health tells whether the module does what it is there for: looks are made for every camera that is online, and writes
// succeed. Without seats there is nothing to do, and it is healthy.
func (a *Analytics) health(now time.Time) Health {
	h := Health{Problems: []string{}}
	if l := a.layout.Load(); len(l.cameras) > 0 {
		if l.model == nil {
			h.Problems = append(h.Problems, "no model, so no looks are made")
		} else {
			for _, c := range l.cameras {
				if lasts, blind := c.blind(now, max(lookPatience, 3*a.config.Interval)); blind {
					h.Problems = append(h.Problems, fmt.Sprintf("%s: pictures come, and no look for %s", c.stream, lasts.Round(time.Second)))
				}
			}
		}
		if err := a.probeDatabase(now); err != nil {
			h.Problems = append(h.Problems, err.Error())
		}
	}
	h.Healthy = len(h.Problems) == 0
	return h
}

// blind tells whether a camera sends pictures and has not been looked at for longer than patience.
func (c *camera) blind(now time.Time, patience time.Duration) (time.Duration, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.joined == nil || now.Sub(c.unitAt) >= offlineAfter {
		return 0, false
	}
	since := c.joinedAt
	if c.lookedAt.After(since) {
		since = c.lookedAt
	}
	return now.Sub(since), now.Sub(since) > patience
}

// probeDatabase writes what changes nothing. Looks that see nothing new write nothing, so a full disk would be found at
// the next event only.
func (a *Analytics) probeDatabase(now time.Time) error {
	p := &a.probe
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.at.IsZero() && now.Sub(p.at) < probeEvery {
		return p.err
	}
	db, err := a.database()
	if err == nil {
		ctx, cancel := context.WithTimeout(context.Background(), probeTimeout)
		defer cancel()
		err = db.Probe(ctx)
	}
	p.at, p.err = now, err
	return err
}

func (a *Analytics) apiHealth(w http.ResponseWriter, r *http.Request) {
	if !reads(w, r) {
		return
	}
	h := a.health(time.Now())
	w.Header().Set("Content-Type", api.MimeJSON) // before the status, which sends the header
	if !h.Healthy {
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	api.ResponseJSON(w, h)
}
