package testcard_test

import (
	"slices"
	"testing"
	"time"

	"github.com/AlexxIT/go2rtc/seats/models/testcard"
	"github.com/stretchr/testify/require"
)

// TestAt holds the frames to the README's timetable, at every rate and period that
// gives a time no whole number of frames, and from a start in the middle.
func TestAt(t *testing.T) {
	type span struct{ from, to int } // seconds of a period of a minute
	timetable := map[string]map[int][]span{
		"A": {testcard.ClassPerson: {{4, 16}, {34, 44}}, testcard.ClassBackpack: {{8, 40}}},
		"B": {testcard.ClassPerson: {{10, 22}}, testcard.ClassBackpack: {{14, 42}}},
	}
	for _, room := range []testcard.Room{
		{Width: 640, Height: 480, Rate: 25},
		{Width: 640, Height: 480, Rate: 5, Period: 12 * time.Second},
		{Width: 1280, Height: 720, Rate: 29, Period: 31 * time.Second, Start: 17 * time.Second},
	} {
		require.NoError(t, room.Validate())
		period := room.PeriodFrames()
		frame := func(second int) int { return (second*period + 30) / 60 }
		passing := map[string]int{}
		for n := range period {
			at := (n + int(room.Start.Seconds())*room.Rate) % period
			seen := map[string][]int{}
			for _, thing := range room.At(n) {
				require.True(t, thing.X0 >= 0 && thing.Y0 >= 0 && thing.X1 <= 1 && thing.Y1 <= 1, "frame %d: %v", n, thing)
				if thing.PassingBy {
					passing[thing.Seat]++
				} else {
					seen[thing.Seat] = append(seen[thing.Seat], thing.Class)
				}
			}
			for seat, classes := range timetable {
				for class, spans := range classes {
					there := slices.ContainsFunc(spans, func(s span) bool { return at >= frame(s.from) && at < frame(s.to) })
					require.Equal(t, there, slices.Contains(seen[seat], class), "%v, frame %d: %d in seat %s", room, at, class, seat)
				}
			}
			require.Equal(t, room.At(n), room.At(n+period))
		}
		for _, s := range testcard.Seats() { // less than half a second in either seat
			require.Positive(t, passing[s.ID])
			require.Less(t, passing[s.ID]*2, room.Rate)
		}
	}
}
