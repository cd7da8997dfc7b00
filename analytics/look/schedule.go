package look

import (
	"time"

	"github.com/AlexxIT/go2rtc/seats/analytics/video"
)

// Schedule says when a stream is looked at: at the points of a grid, one interval apart, and between them where a seat
// calls for a closer look. Closer looks do not move the grid, so that no two looks are further apart than the interval.
type Schedule struct {
	Interval time.Duration

	grid time.Time // the next point
}

// Begin puts the first point of the grid.
func (s *Schedule) Begin(sampler *video.Sampler, at time.Time) {
	s.grid = at
	sampler.SetDue(s.grid, s.Interval)
}

// Ready tells, after an access unit was pushed, whether a look is due, and sets the next one.
func (s *Schedule) Ready(sampler *video.Sampler, now time.Time) bool {
	if !sampler.Ready(now) {
		return false
	}
	// a keyframe may count a little before its time
	if missed := now.Add(s.Interval / 8).Sub(s.grid); missed >= 0 {
		s.grid = s.grid.Add(missed - missed%s.Interval + s.Interval)
	}
	sampler.SetDue(s.grid, s.Interval)
	return true
}

// Looked brings the next look forward where one is due sooner after this one, and tells so to the sampler, which then
// decodes between keyframes if it must.
func (s *Schedule) Looked(sampler *video.Sampler, at time.Time, next time.Duration) {
	if next >= s.Interval {
		return
	}
	due := at.Add(next)
	if s.grid.Before(due) {
		due = s.grid
	}
	sampler.SetDue(due, next)
}
