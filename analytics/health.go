package analytics

import (
	"fmt"
	"net/http"
	"time"

	"github.com/AlexxIT/go2rtc/seats/analytics/healthcheck"
)

// lookPatience is how long a camera that sends pictures may go without a look: the first one waits for a keyframe, and
// some GOPs last 20 s. Three intervals where those are longer.
const lookPatience = 25 * time.Second

// Problems are why the module does not do what it is there for, a sentence each: looks are made for every camera that is
// online, and writes succeed. A camera that is merely offline is none, and without seats there is nothing to do.
func Problems() []string {
	if module == nil {
		return []string{}
	}
	return module.problems(time.Now())
}

func (a *Analytics) problems(now time.Time) []string {
	list := []string{}
	p := a.plan.Load()
	if len(p.cameras) == 0 {
		return list
	}
	if p.model == nil {
		list = append(list, "no model, so no looks are made")
	}
	for _, c := range p.cameras {
		since, blind := c.Blind(now)
		if lasts := now.Sub(since); blind && p.model != nil && lasts > max(lookPatience, 3*a.config.Interval) {
			list = append(list, fmt.Sprintf("%s: pictures come, and no look for %s", c.Name(), lasts.Round(time.Second)))
		}
	}
	if err := a.ledger.Probe(now); err != nil {
		list = append(list, err.Error())
	}
	return list
}

// apiHealth answers 200 where healthy, 503 where not.
func (a *Analytics) apiHealth(w http.ResponseWriter, r *http.Request) {
	if !reads(w, r) {
		return
	}
	h := healthcheck.Health{Problems: a.problems(time.Now())}
	h.Healthy = len(h.Problems) == 0
	status := http.StatusOK
	if !h.Healthy {
		status = http.StatusServiceUnavailable
	}
	replyJSON(w, status, h)
}
