package hls

import "time"

// timeline makes a source's timestamps, 32 bits that wrap, into times that can be subtracted, and says where they broke:
// a camera that was restarted or set its clock, another source in its place.
type timeline struct {
	clock int64 // ticks a second

	begun bool
	last  uint32
	at    time.Time
	time  int64
	step  int64 // between the last two that grew
}

// next is the time of a timestamp that came at now, in ticks from anywhere. It is not ok when it does not follow the one
// before; the timeline then goes on from it.
func (l *timeline) next(timestamp uint32, now time.Time) (int64, bool) {
	delta, passed := int64(int32(timestamp-l.last)), now.Sub(l.at)
	ok := l.begun && l.follows(delta, passed)
	if l.begun && !ok {
		l.step = 0
	} else if l.begun {
		l.time += delta
		if delta > 0 {
			l.step = delta
		}
	}
	first := !l.begun
	l.begun, l.last, l.at = true, timestamp, now
	return l.time, ok || first
}

func (l *timeline) follows(delta int64, passed time.Duration) bool {
	// pictures that are shown later than those behind them (B-frames) go back a little
	if delta < -l.clock {
		return false
	}
	// a jump ahead in no time is no gap in the pictures
	if delta > l.clock && ticks(passed, l.clock) < delta/2 {
		return false
	}
	limit := 10 * l.clock
	if l.step > 0 {
		limit = max(3*l.clock, 4*l.step)
	}
	return delta <= limit
}

// ticks and span turn a duration into a clock's ticks and back, for any that fit into an int64 themselves.
func ticks(d time.Duration, clock int64) int64 {
	return int64(d/time.Second)*clock + int64(d%time.Second)*clock/int64(time.Second)
}

func span(ticks, clock int64) time.Duration {
	return time.Duration(ticks/clock)*time.Second + time.Duration(ticks%clock)*time.Second/time.Duration(clock)
}
