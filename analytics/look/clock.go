package look

import (
	"time"

	"golang.org/x/sys/unix"
)

// Clock measures processor time of the calling thread, which must be locked to its goroutine.
type Clock struct{ last time.Duration }

// StartClock is a clock whose first lap begins now.
func StartClock() Clock { return Clock{threadTime()} }

// Lap is the processor time since the last lap.
func (c *Clock) Lap() time.Duration {
	now := threadTime()
	d := now - c.last
	c.last = now
	return d
}

func threadTime() time.Duration {
	var ts unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &ts); err != nil {
		return 0
	}
	return time.Duration(ts.Nano())
}
