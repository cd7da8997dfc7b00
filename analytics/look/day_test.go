package look

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/AlexxIT/go2rtc/seats/analytics/seat"
	"github.com/AlexxIT/go2rtc/seats/analytics/store"
	"github.com/AlexxIT/go2rtc/seats/analytics/video"
	"github.com/stretchr/testify/require"
)

// TestDayOfRecordedEvidence: what the real model and the pictures say in some seconds of a clip, over and over for 24
// hours, at the pace that the seat asks for: an empty seat, somebody who stands there, belongings alone, and the same
// belongings where an admin said that they are furniture.
func TestDayOfRecordedEvidence(t *testing.T) {
	const people, left = "one-by-one-person-detection.mp4", "standing-table-bottle-left.mp4"
	for _, ca := range []struct {
		name, clip string
		from, to   time.Duration
		furniture  bool
		status     seat.Status // at the end of the clip's seconds, and of the day where nothing is to happen
		want       []seat.EventType
	}{
		{"empty", people, 45 * time.Second, 50 * time.Second, false, seat.Empty, nil},
		{"somebody", people, 98 * time.Second, 116 * time.Second, false, seat.Occupied, nil},
		{"belongings", left, 28 * time.Second, 70 * time.Second, false, seat.Occupied, []seat.EventType{seat.AbandonedDetected}},
		{"furniture", left, 28 * time.Second, 70 * time.Second, true, seat.Empty, nil},
	} {
		t.Run(ca.name, func(t *testing.T) {
			s, evidence := recorded(t, filepath.Join(assets, "video", ca.clip), ca.from, ca.to, ca.furniture)
			require.Greater(t, len(evidence), 4)
			state, at := s.states[0], evidence[len(evidence)-1].At
			require.Equal(t, ca.status, state.Status)
			begin, i := at, 0
			var events []seat.EventType
			for ; at.Before(begin.Add(24 * time.Hour)); i++ {
				at = at.Add(state.NextLook(s.rules, 3*time.Second))
				o := evidence[i%len(evidence)]
				o.At = at
				var e *seat.Event
				if state, e = state.Next(o, s.rules); e != nil {
					events = append(events, e.Type)
					require.WithinDuration(t, time.Unix(0, 0).Add(24*time.Second+s.rules.AbandonedAfter), e.At, 3*time.Second)
				}
			}
			require.Equal(t, ca.want, events)
			require.Greater(t, i, 20000, "looks")
		})
	}
}

// recorded looks at each keyframe of a clip, and gives what is known at a moment of it, and the evidence from another
// moment on. furniture has the seat corrected to empty at that one.
func recorded(t *testing.T, clip string, from, to time.Duration, furniture bool) (*Seats, []seat.Observation) {
	t.Helper()
	e := realEyes(t)
	file, err := video.OpenFile(clip)
	require.NoError(t, err)
	defer file.Close()
	shapes := []seat.Seat{{
		ID:       "table-1",
		ROI:      seat.ROI{{X: .495, Y: .8}, {X: .72, Y: .8}, {X: .72, Y: .97}, {X: .495, Y: .97}},
		ItemsROI: seat.ROI{{X: .47, Y: .08}, {X: .7, Y: .08}, {X: .7, Y: .36}, {X: .47, Y: .36}},
	}}
	rules := newTestSeats().rules
	rules.AbandonedAfter, rules.MaxGap = 10*time.Minute, 8*time.Second
	s := NewSeats("test", "cam1", shapes, rules, func(class string) bool { return class == "bottle" })
	src := &benchSource{sampler: video.NewSampler(file.Codec(), maxGOP)}
	var evidence []seat.Observation
	for {
		unit, err := file.Next()
		require.NoError(t, err)
		if unit.PTS > to {
			return s, evidence
		}
		if !unit.Key {
			continue
		}
		src.now = time.Unix(0, 0).Add(unit.PTS)
		require.NoError(t, src.sampler.Push(video.AccessUnit{Data: unit.Data, At: src.now, Key: true}))
		src.sampler.SetDue(src.now, time.Second)
		picture, found, err := e.See(src, rules.Floor())
		require.NoError(t, err)
		found, err = s.See(e, picture, found)
		require.NoError(t, err)
		require.NoError(t, s.Observe(picture.At(), src.now, found, func(*store.Change) error { return nil }))
		picture.Close()
		switch {
		case unit.PTS < from:
		case furniture:
			s.states[0] = s.states[0].Corrected(seat.Empty, src.now, rules)
			s.sight.places[0].corrected(seat.Empty)
			furniture = false
		default:
			evidence = append(evidence, s.obs[0])
		}
	}
}
