package analytics

import "time"

// tally is how the looks at one camera went. Rates and means are of the last minute.
type tally struct {
	seconds         [60]tallied // by the second of the minute
	last            stages
	lookedAt        time.Time
	dropped, failed int // since the start
}

type tallied struct {
	second        int64 // since 1970; another minute's count no more
	looks         int
	decode, infer time.Duration
}

func (t *tally) looked(now time.Time, spent *stages) {
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
