package score

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/AlexxIT/go2rtc/seats/analytics/seat"
	"github.com/stretchr/testify/require"
)

// all has each form that a truth may have.
const all = `{
	"desk.mp4": {
		"about": "a desk", "kind": "desk", "half": "tune", "duration": 90.5, "tries": ["empty"], "empty_at": 2, "abandoned_after": "20s",
		"seats": [
			{"seat_id": "A", "about": "the left one", "roi": [[0, 0], [0.5, 0], [0.5, 1]], "items_roi": [[0, 0], [0.25, 0], [0.25, 0.5]], "anchor": "center",
			 "states": [[0, "empty"], [7.5, "occupied"], [40, "abandoned"], [50.25, "empty"]], "ignore": [[1, 2], [60, 90.5]]},
			{"seat_id": "B", "roi": [[0.5, 0], [1, 0], [1, 1]], "states": []}
		]
	},
	"visits.mp4": {"seats": [{"seat_id": "A", "roi": [[0, 0], [0.5, 0], [0.5, 1]], "occupied": [[7.5, 18.6], [24, 43.9]]}]},
	"bottles.mp4": {
		"seats": [
			{"seat_id": "left", "roi": [[0, 0], [0.5, 0], [0.5, 1]], "items": [[0, 7.5]]},
			{"seat_id": "none", "roi": [[0, 0], [0.5, 0], [0.5, 1]]}
		],
		"with_abandoned_after": "4s",
		"events": {"left": [["person_enter", 1], ["abandoned_detected", 4], ["item_removed", 7.5]], "none": []},
		"not_judged": "left after 36.5 s: the clip ends"
	}
}`

func TestDecode(t *testing.T) {
	truth, err := Decode("truth.json", []byte(all))
	require.NoError(t, err)
	left := seat.ROI{{X: 0, Y: 0}, {X: .5, Y: 0}, {X: .5, Y: 1}}
	require.Equal(t, &Truth{Clips: []Clip{
		{
			Name: "desk.mp4", Kind: "desk", Half: Tune, EmptyAt: 2 * time.Second, Duration: s(90.5), AbandonedAfter: 20 * time.Second,
			Seats: []Seat{
				{
					Seat:    seat.Seat{ID: "A", ROI: left, ItemsROI: seat.ROI{{X: 0, Y: 0}, {X: .25, Y: 0}, {X: .25, Y: .5}}, Anchor: seat.AnchorCenter},
					Changes: Timeline{{0, seat.Empty}, {s(7.5), seat.Occupied}, {s(40), seat.Abandoned}, {s(50.25), seat.Empty}},
					Ignore:  []Span{{s(1), s(2)}, {s(60), s(90.5)}},
				},
				{Seat: seat.Seat{ID: "B", ROI: seat.ROI{{X: .5, Y: 0}, {X: 1, Y: 0}, {X: 1, Y: 1}}}},
			},
		},
		{Name: "visits.mp4", Seats: []Seat{{
			Seat:    seat.Seat{ID: "A", ROI: left},
			Changes: Timeline{{s(7.5), seat.Occupied}, {s(18.6), seat.Empty}, {s(24), seat.Occupied}, {s(43.9), seat.Empty}},
		}}},
		{Name: "bottles.mp4", AbandonedAfter: 4 * time.Second, Seats: []Seat{
			{
				Seat:    seat.Seat{ID: "left", ROI: left},
				Changes: Timeline{{s(1), seat.Occupied}, {s(4), seat.Abandoned}, {s(7.5), seat.Empty}},
				Ignore:  []Span{{s(36.5), forever}},
			},
			{Seat: seat.Seat{ID: "none", ROI: left}},
		}},
	}}, truth)
	require.Equal(t, s(50.25), truth.Clip("desk.mp4").Last())
	require.Nil(t, truth.Clip("none.mp4"))
	require.Equal(t, []Event{{s(7.5), enter}, {s(40), abandoned}, {s(50.25), removed}}, truth.Clips[0].Seats[0].Changes.Events())
	require.Equal(t, seat.Abandoned, truth.Clips[0].Seats[0].Changes.At(s(40)))
}

func TestDecodeMistakes(t *testing.T) {
	const roi = `"roi": [[0, 0], [0.5, 0], [0.5, 1]]`
	clip := func(rest string) string { return `{"a.mp4": {` + rest + `}}` }
	one := func(rest string) string { return clip(`"seats": [{"seat_id": "A", ` + rest + `}]`) }
	good := `"seats": [{"seat_id": "A", ` + roi + `, "occupied": [[1, 2]]}]`
	const a, sa = `t.json: clip "a.mp4": `, `t.json: clip "a.mp4": seat "A": `
	cases := []struct{ name, text, err string }{
		{"no JSON", "{\n\"a.mp4\": {,}}", "t.json:2: is no JSON: invalid character ',' looking for beginning of object key string"},
		{"cut off", "{", "t.json:1: is no JSON: unexpected end of JSON input"},
		{"a list", "[]", "t.json: wants an object, has []"},
		{"no clip", "{}", "t.json: names no clip"},
		{"a clip twice", `{"a.mp4": {` + good + `}, "a.mp4": {` + good + `}}`, `t.json: "a.mp4" stands twice`},
		{"a clip that is none", `{"a.mp4": 3}`, a + "wants an object, has 3"},
		{"unknown key of a clip", clip(`"seat": []`), a + `unknown key "seat", there are about, kind, half, duration, tries, empty_at, abandoned_after, with_abandoned_after, seats, events, not_judged`},
		{"no seats", clip(``), a + "seats: wants at least one seat"},
		{"seats that are none", clip(`"seats": {}`), a + "seats: wants a list of seats, has {}"},
		{"kind", clip(`"kind": 3, ` + good), a + "kind: wants a text, has 3"},
		{"empty kind", clip(`"kind": " ", ` + good), a + "kind: is empty"},
		{"half", clip(`"half": "other", ` + good), a + `half: wants one of tune, final, has "other"`},
		{"duration", clip(`"duration": "9s", ` + good), a + `duration: wants a number of seconds, has "9s"`},
		{"duration of nothing", clip(`"duration": 0, ` + good), a + `duration: wants more than 0 seconds`},
		{"duration too short", clip(`"duration": 1.5, ` + good), sa + `empty at 2 s, and the clip's duration is 1.5 s`},
		{"abandoned_after", clip(`"abandoned_after": 20, ` + good), a + `abandoned_after: wants a duration such as "20s" or "10m", has 20`},
		{"abandoned_after twice", clip(`"abandoned_after": "4s", "with_abandoned_after": "4s", ` + good), a + `with_abandoned_after: abandoned_after says it already`},
		{"no id", clip(`"seats": [{` + roi + `}]`), a + "seat 1: wants states, or occupied, or events of the clip"},
		{"no id but states", clip(`"seats": [{` + roi + `, "states": []}]`), a + "seat 1: seat_id is required"},
		{"id twice", clip(strings.TrimSuffix(good, "]") + `, {"seat_id": "A", ` + roi + `, "occupied": []}]`), sa + "seat_id: stands twice"},
		{"unknown key of a seat", one(`"rio": []`), sa + `unknown key "rio", there are seat_id, about, roi, items_roi, anchor, states, occupied, items, ignore`},
		{"no roi", one(`"occupied": []`), sa + "roi is required"},
		{"no point", one(`"roi": [[0, 0], [1, 0], [1]]`), sa + "roi: point 3 wants two numbers, [x, y]"},
		{"outside", one(`"roi": [[0, 0], [1, 0], [1, 2]]`), sa + "roi: point 3 is outside 0..1"},
		{"items_roi", one(roi + `, "items_roi": "left"`), sa + `items_roi: wants points such as [[0.1, 0.2], [0.3, 0.2], [0.3, 0.4]], has "left"`},
		{"anchor", one(roi + `, "anchor": "head"`), sa + `anchor: wants one of foot, center, overlap, has "head"`},
		{"null", one(roi + `, "occupied": null`), sa + `occupied: wants spans such as [[1.5, 9], [12, 20]], has null`},
		{"nothing is said", one(roi), sa + "wants states, or occupied, or events of the clip"},
		{"only items", one(roi + `, "items": [[1, 2]]`), sa + "items: say what follows from them, in states or in the clip's events"},
		{"no span", one(roi + `, "occupied": [[1]]`), sa + "occupied: span 1 wants two times, [from, to]"},
		{"a span backwards", one(roi + `, "occupied": [[1, 2], [9, 8.5]]`), sa + "occupied: span 2 ends at 8.5 and begins at 9"},
		{"spans out of order", one(roi + `, "occupied": [[4, 5], [1, 2]]`), sa + "occupied: span 2 begins at 1, before or where span 1 ends"},
		{"spans that touch", one(roi + `, "ignore": [[1, 2], [2, 3]], "occupied": []`), sa + "ignore: span 2 begins at 2, before or where span 1 ends"},
		{"before the beginning", one(roi + `, "occupied": [[-1, 2]]`), sa + "occupied: span 1: wants seconds from 0 to 3600000, has -1"},
		{"states and spans", one(roi + `, "states": [], "occupied": []`), sa + "occupied: states say it already"},
		{"states and events", clip(`"events": {"A": []}, "seats": [{"seat_id": "A", ` + roi + `, "states": []}]`), sa + "states: the clip's events say it already"},
		{"no state", one(roi + `, "states": [["empty", 0]]`), sa + "states: state 1: wants a time in seconds and a name"},
		{"unknown state", one(roi + `, "states": [[0, "taken"]]`), sa + `states: state 1: unknown state "taken", there are empty, occupied and abandoned`},
		{"states out of order", one(roi + `, "states": [[5, "occupied"], [5, "empty"]]`), sa + "states: state 2: is not later than the one before it"},
		{"the same state", one(roi + `, "states": [[5, "occupied"], [6, "occupied"]]`), sa + "states: state 2: is occupied, as the one before it"},
		{"events of no seat", clip(`"events": {"B": []}, ` + good), a + `events: there is no seat "B"`},
		{"unknown event", clip(`"events": {"A": [["camera_online", 1]]}, ` + good), a + `events: seat "A": event 1: a seat has no event "camera_online"`},
		{"events out of order", clip(`"events": {"A": [["person_enter", 2], ["person_leave", 1]]}, ` + good), a + `events: seat "A": event 2: is not later than the one before it`},
		{"impossible event", clip(`"events": {"A": [["person_enter", 2], ["item_removed", 3]]}, ` + good), sa + `events: event 2: no item_removed can follow while the seat is occupied`},
		{"not_judged", clip(`"not_judged": "the end", ` + good), a + `not_judged: wants "SEAT after SECONDS s: why"; spans stand in the seat's ignore`},
		{"not_judged of no seat", clip(`"not_judged": "B after 3 s", ` + good), a + `not_judged: there is no seat "B"`},
	}
	for _, ca := range cases {
		t.Run(ca.name, func(t *testing.T) {
			_, err := Decode("t.json", []byte(ca.text))
			require.EqualError(t, err, ca.err)
		})
	}
}

// TestREADME: the truth that both READMEs show is one.
func TestREADME(t *testing.T) {
	for _, name := range []string{"README.md", "README.ko.md"} {
		b, err := os.ReadFile(filepath.Join("..", "..", name))
		require.NoError(t, err)
		_, text, found := strings.Cut(string(b), "```json\n")
		require.True(t, found)
		text, _, _ = strings.Cut(text, "```")
		truth, err := Decode(name, []byte(text))
		require.NoError(t, err)
		require.Len(t, truth.Clips[0].Seats[0].Changes.Events(), 3)
	}
}

// FuzzDecode: any text is a truth, or is refused in one sentence; a truth's own events are right.
func FuzzDecode(f *testing.F) {
	f.Add(all)
	f.Add(`{"a": {"seats": [{"seat_id": "A", "roi": [[0,0],[1,0],[1,1]], "occupied": [[0, 1e300]]}]}}`)
	f.Fuzz(func(t *testing.T, text string) {
		truth, err := Decode("t.json", []byte(text))
		if err != nil {
			require.NotContains(t, err.Error(), "\n")
			return
		}
		for i := range truth.Clips {
			a := &Answer{Media: truth.Clips[i].Last() + 1}
			for _, s := range truth.Clips[i].Seats {
				for _, e := range s.Changes.Events() {
					a.Events = append(a.Events, Told{s.ID, e.Type, e.At, e.At})
				}
			}
			got := Judge(&truth.Clips[i], a, 0).Sum.Score()
			require.InDelta(t, 1, got.Events.F1, 0)
			require.InDelta(t, 1, got.State.Right, 0)
		}
	})
}
