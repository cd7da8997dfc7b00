package analytics

import (
	"time"

	"golang.org/x/sys/unix"
)

// clock measures processor time of the calling thread, which must be locked to its goroutine.
type clock struct{ last time.Duration }

func startClock() clock { return clock{threadTime()} }

// lap is the time since the last lap.
func (c *clock) lap() time.Duration {
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
