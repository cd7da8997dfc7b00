package analytics

import (
	"time"

	"github.com/AlexxIT/go2rtc/seats/analytics/video"
)

// schedule says when a camera is looked at: at the points of a grid, one interval apart, and between them where a seat
// wants a closer look. Closer looks do not move the grid, so that no two looks are further apart than the interval.
type schedule struct {
	interval time.Duration
	grid     time.Time // the next point
}

// begin puts the first point of the grid.
func (s *schedule) begin(sampler *video.Sampler, at time.Time) {
	s.grid = at
	sampler.SetDue(s.grid, s.interval)
}

// ready tells, after an access unit was pushed, whether a look is due, and sets the next one.
func (s *schedule) ready(sampler *video.Sampler, now time.Time) bool {
	if !sampler.Ready(now) {
		return false
	}
	// a keyframe may count a little before its time
	if missed := now.Add(s.interval / 8).Sub(s.grid); missed >= 0 {
		s.grid = s.grid.Add(missed - missed%s.interval + s.interval)
	}
	sampler.SetDue(s.grid, s.interval)
	return true
}

// looked brings the next look forward when one is wanted sooner after this one, and tells so to the sampler, which then
// decodes between keyframes if it must.
func (s *schedule) looked(sampler *video.Sampler, at time.Time, next time.Duration) {
	if next >= s.interval {
		return
	}
	due := at.Add(next)
	if s.grid.Before(due) {
		due = s.grid
	}
	sampler.SetDue(due, next)
}
