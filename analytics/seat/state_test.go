package seat

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var (
	epoch = time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	rules = Rules{AbandonedAfter: 30 * time.Second, Threshold: 0.35, Keep: 0.21, Item: 0.35, KeepItem: 0.21, MaxGap: 6 * time.Second}
)

// step is one stretch of looks that all say the same.
type step struct {
	until  float64 // seconds from the start, not included
	person float32
	item   float32
}

// play looks at the steps as a camera does: every interval, and sooner where the state asks for it.
func play(s State, interval time.Duration, from float64, steps ...step) (State, []Event) {
	var events []Event
	at := from
	for _, st := range steps {
		for at < st.until-1e-9 {
			var e *Event
			s, e = s.Next(Observation{At: epoch.Add(time.Duration(at * float64(time.Second))), Person: st.person, Item: st.item, Closely: true}, rules)
			if e != nil {
				events = append(events, *e)
			}
			at += s.NextLook(rules, interval).Seconds()
		}
	}
	return s, events
}

func kinds(events []Event) (out []EventType) {
	for _, e := range events {
		out = append(out, e.Type)
	}
	return out
}

func TestTransitions(t *testing.T) {
	cases := []struct {
		name   string
		steps  []step
		events []EventType
		status Status
	}{
		{"nothing happens", []step{{60, 0, 0}}, nil, Empty},
		{"comes and goes", []step{{5, 0, 0}, {20, .8, 0}, {50, 0, 0}}, []EventType{PersonEnter, PersonLeave}, Empty},
		{"leaves a thing for a while", []step{{20, .8, 0}, {27, 0, .6}, {40, .8, .6}}, []EventType{PersonEnter}, Occupied},
		{"leaves a thing for good", []step{{20, .8, 0}, {80, 0, .6}}, []EventType{PersonEnter, AbandonedDetected}, Abandoned},
		{"comes back to it", []step{{20, .8, .5}, {80, 0, .6}, {99, .8, .6}}, []EventType{PersonEnter, AbandonedDetected, PersonEnter}, Occupied},
		{"is cleared away", []step{{20, .8, .5}, {80, 0, .6}, {110, 0, 0}}, []EventType{PersonEnter, AbandonedDetected, ItemRemoved}, Empty},
		{"a thing put down by nobody seen", []step{{5, 0, 0}, {50, 0, .6}}, []EventType{AbandonedDetected}, Abandoned},
		{"goes and takes the thing", []step{{20, .8, .5}, {50, 0, 0}}, []EventType{PersonEnter, PersonLeave}, Empty},
		{"thing taken while away", []step{{20, .8, .5}, {40, 0, .6}, {80, 0, 0}}, []EventType{PersonEnter, PersonLeave}, Empty},
		{"half hidden", []step{{20, .8, 0}, {60, .25, 0}}, []EventType{PersonEnter}, Occupied},
		{"never sure enough", []step{{60, .3, .3}}, nil, Empty},
	}
	for _, interval := range []time.Duration{time.Second, 3 * time.Second} {
		for _, ca := range cases {
			t.Run(interval.String()+"/"+ca.name, func(t *testing.T) {
				s, events := play(State{}, interval, 0, ca.steps...)
				require.Equal(t, ca.events, kinds(events))
				require.Equal(t, ca.status, s.Status)
			})
		}
	}
}

func TestEventsCarryTheFirstFrame(t *testing.T) {
	s, events := play(State{}, 3*time.Second, 0, step{6, 0, 0}, step{18, .8, 0}, step{50, 0, 0})
	require.Len(t, events, 2)
	require.Equal(t, epoch.Add(4500*time.Millisecond), events[0].At, "the middle between the looks on its two sides")
	require.InDelta(t, .8, events[0].Confidence, 1e-6)
	require.WithinDuration(t, epoch.Add(18*time.Second), events[1].At, 3*time.Second)
	require.Equal(t, Occupied, events[1].Previous)
	require.Equal(t, events[1].At, s.Since)
}

func TestWalkPastIsNobody(t *testing.T) {
	// a second in the polygon, looked at as closely as can be
	for _, interval := range []time.Duration{200 * time.Millisecond, 500 * time.Millisecond, time.Second} {
		_, events := play(State{}, interval, 0, step{5, 0, 0}, step{6, .9, 0}, step{30, 0, 0})
		require.Empty(t, events, interval)
	}
}

func TestAbsenceKeepsTheSeatTheirs(t *testing.T) {
	s, _ := play(State{}, time.Second, 0, step{20, .8, .6}, step{44, 0, .6})
	require.Equal(t, Occupied, s.Status)
	require.False(t, s.Person.On)
	require.True(t, s.Item.On)
}

func TestBlindTimeMovesNoTimer(t *testing.T) {
	s, _ := play(State{}, time.Second, 0, step{10, .8, .6}, step{34, 0, .6})
	alone := s.Alone
	require.Greater(t, alone, 4*time.Second)

	// an hour without a look: the seat is what it was, and the timer goes on where it was
	s, events := play(s, time.Second, 3600, step{3601, 0, .6})
	require.Empty(t, events)
	require.Equal(t, alone, s.Alone)
	_, events = play(s, time.Second, 3601, step{3620, 0, .6})
	require.Equal(t, []EventType{AbandonedDetected}, kinds(events))
}

func TestDoubtsDoNotOutliveBlindTime(t *testing.T) {
	s, _ := play(State{}, time.Second, 0, step{10, .8, 0})
	s, _ = s.Next(Observation{At: epoch.Add(11 * time.Second)}, rules)
	s, _ = s.Next(Observation{At: epoch.Add(12 * time.Second)}, rules)
	s, _ = s.Next(Observation{At: epoch.Add(13 * time.Second)}, rules)
	s, e := s.Next(Observation{At: epoch.Add(time.Hour)}, rules)
	require.Nil(t, e)
	require.Equal(t, Occupied, s.Status)
}

func TestStateSurvivesJSON(t *testing.T) {
	s, _ := play(State{}, time.Second, 0, step{20, .8, .6}, step{44, 0, .6})
	s, _ = s.Next(Observation{At: epoch.Add(27 * time.Second), Person: .9}, rules)
	b, err := json.Marshal(s)
	require.NoError(t, err)
	var back State
	require.NoError(t, json.Unmarshal(b, &back))
	require.Equal(t, s, back)
}

func TestOldObservationIsPassedOver(t *testing.T) {
	s, _ := play(State{}, time.Second, 0, step{10, .8, 0})
	again, e := s.Next(Observation{At: epoch}, rules)
	require.Nil(t, e)
	require.Equal(t, s, again)
}

func BenchmarkNext(b *testing.B) {
	b.ReportAllocs()
	s, at := State{}, epoch
	for b.Loop() {
		at = at.Add(time.Second)
		s, _ = s.Next(Observation{At: at, Person: .8}, rules)
	}
}
