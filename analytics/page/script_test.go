package page

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os/exec"
	"strings"
	"testing"

	"github.com/AlexxIT/go2rtc/seats/analytics/edit"
	"github.com/AlexxIT/go2rtc/seats/analytics/seat"
	"github.com/stretchr/testify/require"
)

// TestScripts: what the editor makes of polygons, drafts and steps back.
func TestScripts(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), "node", "--test", "testdata/shaping.test.js").CombinedOutput()
	require.NoError(t, err, "%s", out)
}

// question is one of testdata/oracle.js.
type question struct {
	Polygon [][2]float64 `json:"polygon,omitempty"`
	Point   [2]float64   `json:"point"`
	Box     [4]float64   `json:"box"`
	Seat    *drawn       `json:"seat,omitempty"`
}

type drawn struct {
	SeatID   string       `json:"seat_id"`
	Stream   string       `json:"stream"`
	Name     string       `json:"name"`
	ROI      [][2]float64 `json:"roi"`
	ItemsROI [][2]float64 `json:"items_roi,omitempty"`
	Anchor   string       `json:"anchor,omitempty"`
}

type answer struct {
	Fault    string
	Contains bool
	Share    float64
	Fits     []float64 // by anchor: fit, foot, center, overlap
	YAML     string
	Faults   []string
}

func ask(t *testing.T, questions []question) (answers []answer) {
	t.Helper()
	b, err := json.Marshal(questions)
	require.NoError(t, err)
	cmd := exec.CommandContext(t.Context(), "node", "testdata/oracle.js")
	cmd.Stdin = bytes.NewReader(b)
	out, err := cmd.Output()
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(out, &answers))
	require.Len(t, answers, len(questions))
	return answers
}

// faultOf is the page's word for what is wrong with a polygon.
func faultOf(r seat.ROI) string {
	err := r.Validate()
	if err == nil {
		return ""
	}
	for text, key := range map[string]string{
		"outside": "pointOutside", "are the same": "pointsSame", "cross": "edgesCross", "next to nothing": "areaSmall",
	} {
		if strings.Contains(err.Error(), text) {
			return key
		}
	}
	if len(r) < seat.MinPoints {
		return "pointsFew"
	}
	return "pointsMany"
}

// TestGeometry: the page refuses the polygons that the server refuses, for the same reason, and sees in them what it sees.
func TestGeometry(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	var questions []question
	for i := range 4000 {
		// on a coarse grid points and edges meet; with 4 decimals they are as they are drawn
		grid := []float64{10, 20, 1e4}[i%3]
		coordinate := func() float64 { return math.Round(r.Float64()*grid) / grid }
		var q question
		for range r.IntN(9) {
			q.Polygon = append(q.Polygon, [2]float64{coordinate(), coordinate()})
		}
		if i%500 == 0 {
			q.Polygon = make([][2]float64, 65)
		}
		q.Point = [2]float64{coordinate(), coordinate()}
		x, y := r.Float64()*0.8, r.Float64()*0.8
		q.Box = [4]float64{x, y, x + 0.2*r.Float64(), y + 0.2*r.Float64()}
		if len(q.Polygon) > 0 {
			questions = append(questions, q)
		}
	}
	kinds := map[string]int{}
	for i, a := range ask(t, questions) {
		q := questions[i]
		var roi seat.ROI
		for _, p := range q.Polygon {
			roi = append(roi, seat.Point{X: float32(p[0]), Y: float32(p[1])})
		}
		want := faultOf(roi)
		kinds[want]++
		require.Equal(t, want, a.Fault, "%v", q.Polygon)
		if want != "" {
			continue
		}
		require.Equal(t, roi.Contains(seat.Point{X: float32(q.Point[0]), Y: float32(q.Point[1])}), a.Contains, "%v %v", q.Polygon, q.Point)
		box := seat.Box{X0: float32(q.Box[0]), Y0: float32(q.Box[1]), X1: float32(q.Box[2]), Y1: float32(q.Box[3])}
		share := roi.Share(box)
		require.InDelta(t, share, a.Share, 1e-3, "%v %v", q.Polygon, q.Box)
		lower := roi.Share(seat.Box{X0: box.X0, Y0: (box.Y0 + box.Y1) / 2, X1: box.X1, Y1: box.Y1})
		if math.Abs(share-seat.OverlapShare) < 1e-3 || math.Abs(lower-.3) < 1e-3 {
			continue // rounding decides
		}
		for i, anchor := range []seat.Anchor{seat.AnchorFit, seat.AnchorFoot, seat.AnchorCenter, seat.AnchorOverlap} {
			s := seat.Seat{ROI: roi, Anchor: anchor}
			require.InDelta(t, s.Fit(box), a.Fits[i], 2e-3, "%s %v %v", anchor, q.Polygon, q.Box)
		}
	}
	for _, kind := range []string{"", "pointsFew", "pointsMany", "pointsSame", "edgesCross", "areaSmall"} {
		require.Positive(t, kinds[kind], "%q was not tried: %v", kind, kinds)
	}
}

// TestPreview: the lines that the editor shows are those that the server writes.
func TestPreview(t *testing.T) {
	texts := []string{
		"Window 1", "창가 1", "yes", "No", "null", "y", "12", "1e3", "~", "a: b", "a #b", "- a", "a,b", `say "hi"`, `back\slash`, "it's", "${HOME}", "$${X}",
		"<script>alert(1)</script>", "&amp;", "🪑👩‍💻", "é", "a  b", "a-b_c./d", "\u0085", "\u007f", "\ufeffx", "\ufffe", "yeſ", "{}", "[x]", "!tag", "*a", "&a", "%", "@x", "`x`", "|", ">",
	}
	var questions []question
	for i, text := range texts {
		d := drawn{SeatID: text, Stream: "cam1", Name: texts[(i+1)%len(texts)], ROI: [][2]float64{{0.1, 0.25}, {0.3333, 0.2}, {1, 0.9999}, {0, 1}}}
		if i%2 == 0 {
			d.ItemsROI, d.Anchor = [][2]float64{{0, 0}, {0.5, 0}, {0.5, 0.5}}, "overlap"
		}
		questions = append(questions, question{Seat: &d})
	}
	for i, a := range ask(t, questions) {
		d := questions[i].Seat
		fields := []edit.Field{{Key: "stream", Text: d.Stream}, {Key: "name", Text: d.Name}, {Key: "roi", Points: d.ROI}}
		if d.ItemsROI != nil {
			fields = append(fields, edit.Field{Key: "items_roi", Points: d.ItemsROI}, edit.Field{Key: "anchor", Text: d.Anchor})
		}
		const head = "analytics:\n  store_id: test\n  seats:\n    first:\n      stream: cam1\n"
		file, err := edit.Parse([]byte(head), nil)
		require.NoError(t, err)
		file, err = file.Put(d.SeatID, fields, "")
		require.NoError(t, err, d.SeatID)
		require.Equal(t, strings.TrimPrefix(string(file.Text()), head), indented(a.YAML), "%q %q", d.SeatID, d.Name)
	}
}

func indented(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		fmt.Fprint(&b, "    ", line)
	}
	return b.String()
}

// TestTexts: names that the server refuses are refused by the page, too.
func TestTexts(t *testing.T) {
	cases := []struct {
		id, name string
		faults   []string
	}{
		{"A1", "", nil},
		{"A1", strings.Repeat("🪑", 200), nil},
		{"A1", strings.Repeat("x", 201), []string{"name"}},
		{strings.Repeat("x", 65), "", []string{"id"}},
		{"", "", []string{"id"}},
		{"A1", "two\nlines", []string{"name"}},
		{"A1", " spaces ", []string{"name"}},
		{"A\u2028", "\x07", []string{"id", "name"}},
	}
	var questions []question
	for _, ca := range cases {
		questions = append(questions, question{Seat: &drawn{SeatID: ca.id, Stream: "cam1", Name: ca.name, ROI: [][2]float64{{0, 0}, {1, 0}, {1, 1}}}})
	}
	for i, a := range ask(t, questions) {
		require.ElementsMatch(t, cases[i].faults, a.Faults, "%q %q", cases[i].id, cases[i].name)
	}
}
