package testcard_test

import (
	"testing"
	"time"

	"github.com/AlexxIT/go2rtc/seats/models/testcard"
	"github.com/stretchr/testify/require"
)

func seconds(from, to float64) testcard.Interval {
	return testcard.Interval{Start: time.Duration(from * 1e9), End: time.Duration(to * 1e9)}
}

func TestTimetable(t *testing.T) {
	room := testcard.Room{Width: 640, Height: 480, Rate: 25}
	require.Equal(t, []testcard.Times{
		{
			SeatID:     "A",
			Occupied:   []testcard.Interval{seconds(4, 16), seconds(34, 44)},
			Belongings: []testcard.Interval{seconds(8, 40)},
			Alone:      []testcard.Interval{seconds(16, 34)},
		},
		{
			SeatID:     "B",
			Occupied:   []testcard.Interval{seconds(10, 22)},
			Belongings: []testcard.Interval{seconds(14, 42)},
			Alone:      []testcard.Interval{seconds(22, 42)},
		},
	}, room.Timetable())
}

func TestEvents(t *testing.T) {
	at := func(s float64) time.Duration { return time.Duration(s * 1e9) }
	for _, tt := range []struct {
		name           string
		period         time.Duration
		abandonedAfter time.Duration
		want           []testcard.Event
	}{
		{"belongings are abandoned", 0, 10 * time.Second, []testcard.Event{
			{At: at(4), SeatID: "A", Type: "person_enter"},
			{At: at(10), SeatID: "B", Type: "person_enter"},
			{At: at(26), SeatID: "A", Type: "abandoned_detected"},
			{At: at(32), SeatID: "B", Type: "abandoned_detected"},
			{At: at(34), SeatID: "A", Type: "person_enter"},
			{At: at(42), SeatID: "B", Type: "item_removed"},
			{At: at(44), SeatID: "A", Type: "person_leave"},
		}},
		{"belongings keep the seat", 0, time.Minute, []testcard.Event{
			{At: at(4), SeatID: "A", Type: "person_enter"},
			{At: at(10), SeatID: "B", Type: "person_enter"},
			{At: at(42), SeatID: "B", Type: "person_leave"},
			{At: at(44), SeatID: "A", Type: "person_leave"},
		}},
		{"twice as fast", 30 * time.Second, 5 * time.Second, []testcard.Event{
			{At: at(2), SeatID: "A", Type: "person_enter"},
			{At: at(5), SeatID: "B", Type: "person_enter"},
			{At: at(13), SeatID: "A", Type: "abandoned_detected"},
			{At: at(16), SeatID: "B", Type: "abandoned_detected"},
			{At: at(17), SeatID: "A", Type: "person_enter"},
			{At: at(21), SeatID: "B", Type: "item_removed"},
			{At: at(22), SeatID: "A", Type: "person_leave"},
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			room := testcard.Room{Width: 640, Height: 480, Rate: 25, Period: tt.period}
			require.Equal(t, tt.want, room.Events(tt.abandonedAfter))
		})
	}
}

// TestAt holds the frames to the timetable, at every rate and period that gives
// a time no whole number of frames, and from a start in the middle.
func TestAt(t *testing.T) {
	for _, room := range []testcard.Room{
		{Width: 640, Height: 480, Rate: 25},
		{Width: 640, Height: 480, Rate: 5, Period: 12 * time.Second},
		{Width: 1280, Height: 720, Rate: 29, Period: 31 * time.Second, Start: 17 * time.Second},
	} {
		require.NoError(t, room.Validate())
		passing := map[string]int{}
		for n := range room.PeriodFrames() {
			at := time.Duration(n)*time.Second/time.Duration(room.Rate) + room.Start
			at %= time.Duration(room.PeriodFrames()) * time.Second / time.Duration(room.Rate)
			seen := map[string]int{}
			for _, thing := range room.At(n) {
				require.True(t, thing.X0 >= 0 && thing.Y0 >= 0 && thing.X1 <= 1 && thing.Y1 <= 1, "frame %d: %v", n, thing)
				if thing.PassingBy {
					passing[thing.Seat]++
				} else if thing.Seat != "" {
					seen[thing.Seat] |= 1 << thing.Class
				}
			}
			for _, times := range room.Timetable() {
				person, item := within(times.Occupied, at), within(times.Belongings, at)
				require.Equal(t, person, seen[times.SeatID]&(1<<testcard.ClassPerson) != 0, "%v at %s", room, at)
				require.Equal(t, item, seen[times.SeatID]&(1<<testcard.ClassBackpack) != 0, "%v at %s", room, at)
				require.Equal(t, item && !person, within(times.Alone, at), "%v at %s", room, at)
			}
			require.Equal(t, room.At(n), room.At(n+room.PeriodFrames()))
		}
		for _, s := range testcard.Seats() { // less than half a second in either seat
			require.Positive(t, passing[s.ID])
			require.Less(t, passing[s.ID]*2, room.Rate)
		}
	}
}

func within(intervals []testcard.Interval, at time.Duration) bool {
	for _, in := range intervals {
		if at >= in.Start && at < in.End {
			return true
		}
	}
	return false
}
