package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// truth is what events.json says of one clip.
type truth struct {
	Seats []struct {
		SeatID   string       `json:"seat_id"`
		ROI      [][2]float64 `json:"roi"`
		ItemsROI [][2]float64 `json:"items_roi"`
		Occupied [][2]float64 `json:"occupied"`
	} `json:"seats"`
	Events map[string][][2]any `json:"events"`
}

// told is one event of one seat, from the truth, replay or the database.
type told struct {
	T         float64 `json:"t"`
	SeatID    string  `json:"seat_id"`
	EventType string  `json:"event_type"`
}

func truthOf(t testing.TB, clip string) truth {
	t.Helper()
	b, err := os.ReadFile(asset(t, "video", "events.json"))
	require.NoError(t, err)
	var all map[string]truth
	require.NoError(t, json.Unmarshal(b, &all))
	require.Contains(t, all, clip)
	return all[clip]
}

// want is the truth's events of one seat.
func (tr truth) want(seat string) (list []told) {
	for _, e := range tr.Events[seat] {
		list = append(list, told{e[1].(float64), seat, e[0].(string)})
	}
	if list != nil {
		return list // they are all
	}
	for _, s := range tr.Seats {
		if s.SeatID == seat {
			for _, span := range s.Occupied {
				list = append(list, told{span[0], seat, "person_enter"}, told{span[1], seat, "person_leave"})
			}
		}
	}
	return list
}

// config is an analytics section with the clip's seats on cam1.
func (tr truth) config(interval, abandoned, model string, mirrored bool) string {
	points := func(roi [][2]float64) string {
		var list []string
		for _, p := range roi {
			if mirrored {
				p[0] = 1 - p[0]
			}
			list = append(list, fmt.Sprintf("[%.4f, %.4f]", p[0], p[1]))
		}
		return "[" + strings.Join(list, ", ") + "]"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "analytics:\n  store_id: test\n  interval: %s\n  abandoned_after: %s\n  model: {path: %s}\n  seats:\n", interval, abandoned, model)
	for _, s := range tr.Seats {
		fmt.Fprintf(&b, "    %s:\n      stream: cam1\n      roi: %s\n", s.SeatID, points(s.ROI))
		if s.ItemsROI != nil {
			fmt.Fprintf(&b, "      items_roi: %s\n", points(s.ItemsROI))
		}
	}
	return b.String()
}

// compare holds the events of each seat to the truth, in order, each within a tolerance in seconds.
func (tr truth) compare(t testing.TB, got []told, tolerance float64) {
	t.Helper()
	bySeat := map[string][]told{}
	for _, e := range got {
		bySeat[e.SeatID] = append(bySeat[e.SeatID], e)
	}
	for _, s := range tr.Seats {
		want, have := tr.want(s.SeatID), bySeat[s.SeatID]
		require.Len(t, have, len(want), "%s: %v", s.SeatID, have)
		for i := range want {
			require.Equal(t, want[i].EventType, have[i].EventType, "%s: %v", s.SeatID, have)
			require.InDelta(t, want[i].T, have[i].T, tolerance+1e-9, "%s: %v", s.SeatID, have[i])
		}
	}
}
