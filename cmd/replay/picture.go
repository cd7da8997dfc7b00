package main

import (
	"fmt"
	"html"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/AlexxIT/go2rtc/seats/analytics/score"
	"github.com/AlexxIT/go2rtc/seats/analytics/seat"
)

// isFile tells whether -picture names one file, and not a folder.
func isFile(path string) bool { return strings.EqualFold(filepath.Ext(path), ".svg") }

// drawTo draws a clip into the file, or into a file of its own, which has the clip's name, in the folder.
func drawTo(path string, p *played, settings string, threshold float32) error {
	if !isFile(path) {
		path = filepath.Join(path, p.Clip.Name+".svg")
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
	}
	return os.WriteFile(path, []byte(draw(p, settings, threshold)), 0o644) //nolint:gosec // a picture is for all to see
}

// The measures of a picture, in pixels. From the top: the title, two lines; a block a seat; the time axis; the legend.
const (
	left, right  = 110, 30 // beside the time
	head         = 64
	band         = 22 // of truth, and of answer
	bandGap      = 12 // between both: lines lead from the true event to the told one
	strip        = 24 // of evidence
	seatHead     = 26
	seatBlock    = seatHead + 2*band + bandGap + 2*strip + 34
	axis         = 34
	legend       = 62
	column       = 2 // of evidence: the best of the looks in it
	leastWidth   = 1060
	mostWidth    = 6000
	perSecond    = 6 // of time, between these two
	labelsColumn = left - 8
)

// The colours are those of Okabe and Ito (2008), which no kind of colour blindness confuses; the statuses differ in
// lightness, too, and are written into their bands.
var fills = map[seat.Status]string{seat.Empty: "#e4e4e4", seat.Occupied: "#0072b2", seat.Abandoned: "#e69f00"}

var inks = map[seat.Status]string{seat.Empty: "#555", seat.Occupied: "#fff", seat.Abandoned: "#000"}

const (
	wrongInk    = "#c44200" // vermilion, a little darker for thin lines
	personFill  = "#56b4e9"
	thingsFill  = "#cc79a7"
	rightTick   = "#000"
	ignoredFill = "url(#ignored)"
)

const style = `text{font:12px system-ui,sans-serif;fill:#222;paint-order:stroke;stroke:#fff;stroke-width:3px}.b{font-size:11px;stroke:none;pointer-events:none}.s{font-size:11px;fill:#555}.h{font-size:15px;font-weight:600}` +
	`.e{text-anchor:end}.m{text-anchor:middle}.w{font-size:11px;font-weight:600;fill:` + wrongInk + `}`

// picture is an SVG that is being drawn.
type picture struct {
	strings.Builder
	p     *played
	end   time.Duration // of the time axis
	width float64       // of the time axis

	missed, wrong float64 // where there is room for the seat's next word
}

// draw draws the timelines of a clip: for each seat truth over answer, and what the looks have seen below.
func draw(p *played, settings string, threshold float32) string {
	end := max(p.End, p.Answer.Media, time.Second)
	d := &picture{p: p, end: end, width: min(max(end.Seconds()*perSecond, leastWidth), mostWidth)}
	width, height := left+d.width+right, head+seatBlock*len(p.Clip.Seats)+axis+legend
	d.put(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.0f %d" width="%.0f" height="%d" role="img" aria-labelledby="t">`, width, height, width, height)
	d.put(`<title id="t">%s: truth and answer</title><style>%s</style>`, html.EscapeString(p.Clip.Name), style)
	d.put(`<defs><pattern id="ignored" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">` +
		`<rect width="7" height="7" fill="#fff" fill-opacity=".7"/><path d="M0 0V7" stroke="#888" stroke-width="2"/></pattern></defs>`)
	d.put(`<rect width="100%%" height="100%%" fill="#fff"/>`)
	total := p.Sum.Score()
	d.put(`<text class="h" x="12" y="24">%s</text>`, html.EscapeString(p.Clip.Name))
	d.put(`<text x="12" y="44">F1 %.3f: %d right, %d missed, %d false; right state %.1f %%, dated back %.1f %%; %s</text>`,
		total.Events.F1, total.Events.Right, total.Events.Missed, total.Events.False,
		100*total.State.Right, 100*total.StateDated.Right, html.EscapeString(settings))
	bottom := head + seatBlock*len(p.Clip.Seats)
	d.axis(bottom)
	for i := range p.Clip.Seats {
		d.seat(i, head+seatBlock*i, threshold)
	}
	d.legend(bottom + axis + 14)
	d.put(`</svg>`)
	return d.String()
}

func (d *picture) put(format string, args ...any) {
	fmt.Fprintf(d, format, args...)
	d.WriteByte('\n')
}

func (d *picture) x(t time.Duration) float64 {
	return left + d.width*min(max(t.Seconds()/d.end.Seconds(), 0), 1)
}

// steps are those of the time axis, in seconds.
var steps = []int{1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400}

// axis draws the grid, and the time below it, at the finest step that leaves room for the text.
func (d *picture) axis(bottom int) {
	step := steps[len(steps)-1]
	for _, s := range steps {
		if float64(s)*d.width/d.end.Seconds() >= 52 {
			step = s
			break
		}
	}
	for t := 0; time.Duration(t)*time.Second <= d.end; t += step {
		x := d.x(time.Duration(t) * time.Second)
		d.put(`<path d="M%.1f %dV%d" stroke="#ccc"/><text class="s m" x="%.1f" y="%d">%d:%02d</text>`, x, head, bottom+4, x, bottom+18, t/60, t%60)
	}
}

// seat draws one seat's block.
func (d *picture) seat(i, top int, threshold float32) {
	d.missed, d.wrong = 0, 0
	s := &d.p.Clip.Seats[i]
	sum := d.p.Seats[i].Score()
	d.put(`<text y="%d"><tspan x="12" font-weight="600">%s</tspan><tspan dx="12" class="s">F1 %.3f, right state %.1f %%</tspan></text>`,
		top+14, html.EscapeString(s.ID), sum.Events.F1, 100*sum.State.Right)
	truth := top + seatHead
	answer := truth + band + bandGap
	d.label("truth", truth+band/2)
	d.band(s.Changes, truth)
	d.label("answer, as told", answer+band/2)
	d.band(d.p.Answer.Shown(s.ID), answer)
	for _, span := range s.Ignore {
		from, to := d.x(span.From), d.x(span.To)
		d.put(`<rect x="%.1f" y="%d" width="%.1f" height="%d" fill="%s"><title>not judged</title></rect>`, from, truth, to-from, 2*band+bandGap, ignoredFill)
	}
	for k := range d.p.Events {
		if e := &d.p.Events[k]; e.SeatID == s.ID {
			d.event(e, truth, answer)
		}
	}
	person := answer + band + 10
	d.evidence("person", person, threshold, personFill, func(e *evidence) float32 { return e.seats[i].Person })
	d.evidence("belongings", person+strip+6, threshold, thingsFill, func(e *evidence) float32 { return e.seats[i].Item })
}

func (d *picture) label(text string, middle int) {
	d.put(`<text class="s e" x="%d" y="%d">%s</text>`, labelsColumn, middle+4, text)
}

// band draws a timeline.
func (d *picture) band(tl score.Timeline, top int) {
	from, status := time.Duration(0), seat.Empty
	part := func(to time.Duration) {
		x, width := d.x(from), d.x(to)-d.x(from)
		if width <= 0 {
			return
		}
		d.put(`<rect x="%.1f" y="%d" width="%.1f" height="%d" fill="%s"><title>%s %s to %s</title></rect>`,
			x, top, width, band, fills[status], status, clockOf(from), clockOf(to))
		if width > 66 {
			d.put(`<text class="b" style="fill:%s" x="%.1f" y="%d">%s</text>`, inks[status], x+6, top+15, status)
		}
	}
	for _, c := range tl {
		part(min(c.At, d.end))
		from, status = min(c.At, d.end), c.Status
	}
	part(d.end)
}

// event draws a tick where an event is true, one where it was dated to, and a line between both. What is wrong is marked by
// a shape and a word.
func (d *picture) event(e *score.Judged, truth, answer int) {
	said := string(e.Type) + ", " + string(e.Verdict)
	if e.IsTrue {
		said += ", true at " + clockOf(e.True)
	}
	if e.IsTold {
		said += ", dated " + clockOf(e.Told.Captured) + ", told at " + clockOf(e.Told.At)
	}
	ink := rightTick
	if e.Verdict == score.Missed || e.Verdict == score.False {
		ink = wrongInk
	}
	var way string
	if e.IsTrue {
		way = fmt.Sprintf("M%.1f %dV%d", d.x(e.True), truth-4, truth+band+2)
	}
	if e.IsTold {
		joint := "M"
		if e.IsTrue {
			joint = "L"
		}
		way += fmt.Sprintf("%s%.1f %dV%d", joint, d.x(e.Told.Captured), answer-2, answer+band+4)
	}
	d.put(`<g fill="none"><title>%s</title><path d="%s" stroke="#fff" stroke-width="4.4"/><path d="%s" stroke="%s" stroke-width="1.6"/>`, said, way, way, ink)
	switch e.Verdict {
	case score.Missed:
		x, y := d.x(e.True), truth-9
		d.put(`<circle cx="%.1f" cy="%d" r="4.5" fill="#fff" stroke="%s" stroke-width="1.6"/></g>`, x, y, ink)
		d.word(&d.missed, x+8, y+4, "missed "+string(e.Type))
	case score.False:
		x, y := d.x(e.Told.Captured), answer+band+8
		d.put(`<path d="M%.1f %dl8 8m0 -8l-8 8" stroke="%s" stroke-width="2.4"/></g>`, x-4, y-4, ink)
		d.word(&d.wrong, x+8, y+5, "false "+string(e.Type))
	default:
		d.put(`</g>`)
	}
}

// word says what a mark is, where the word before it in the row, which ends at free, leaves room.
func (d *picture) word(free *float64, x float64, y int, text string) {
	if x < *free {
		return
	}
	*free = x + float64(7*len(text)) + 14
	d.put(`<text class="w" x="%.1f" y="%d">%s</text>`, x, y, text)
}

// evidence draws what each look has seen: a bar as high as its confidence. Where looks are closer than a column of pixels
// the best of them is drawn.
func (d *picture) evidence(name string, top int, threshold float32, fill string, of func(*evidence) float32) {
	d.label(name, top+strip/2)
	best := make([]float32, int(d.width)/column+1)
	var looks []int
	for i := range d.p.looks {
		at := int(d.x(d.p.looks[i].at)-left) / column
		best[at] = max(best[at], of(&d.p.looks[i]))
		looks = append(looks, at)
	}
	bottom := top + strip
	d.put(`<path d="M%d %dH%.1f" stroke="#999"/>`, left, bottom, left+d.width)
	d.put(`<g fill="%s">`, fill)
	for at, confidence := range best {
		if confidence > 0 {
			high := float32(strip) * confidence
			d.put(`<rect x="%d" y="%.1f" width="%d" height="%.1f"><title>%.2f</title></rect>`, left+at*column-1, float32(bottom)-high, column+1, high, confidence)
		}
	}
	d.put(`</g>`)
	var ticks strings.Builder
	for _, at := range slices.Compact(looks) {
		fmt.Fprintf(&ticks, "M%d %dv3", left+at*column, bottom)
	}
	d.put(`<path d="%s" stroke="#999"/>`, ticks.String())
	y := float32(bottom) - strip*threshold
	d.put(`<path d="M%d %.1fH%.1f" stroke="#555" stroke-dasharray="2 4"><title>threshold %.2f</title></path>`, left, y, left+d.width, threshold)
}

// legend says what all this is.
func (d *picture) legend(top int) {
	x := 12
	item := func(width int, mark, text string) {
		d.put(`<g transform="translate(%d %d)">%s<text class="s" x="26" y="11">%s</text></g>`, x, top, mark, text)
		x += width
	}
	box := func(fill string) string {
		return fmt.Sprintf(`<rect width="20" height="14" fill="%s" stroke="#888" stroke-width=".5"/>`, fill)
	}
	item(74, box(fills[seat.Empty]), "empty")
	item(92, box(fills[seat.Occupied]), "occupied")
	item(104, box(fills[seat.Abandoned]), "abandoned")
	item(102, box(ignoredFill), "not judged")
	item(260, `<path d="M6 0V6L12 10V16" stroke="#000" stroke-width="1.6" fill="none"/>`, "event: true, and as captured_at dates it")
	item(80, `<circle cx="10" cy="7" r="4.5" fill="#fff" stroke="`+wrongInk+`" stroke-width="1.6"/>`, "missed")
	item(66, `<path d="M6 3l8 8m0 -8l-8 8" stroke="`+wrongInk+`" stroke-width="2.4"/>`, "false")
	x, top = 12, top+24
	item(212, box(personFill), "confidence of the best person")
	item(160, box(thingsFill), "of the best belongings")
	item(220, `<path d="M0 7H20" stroke="#555" stroke-dasharray="2 4"/>`, "threshold that begins something")
	item(160, `<path d="M4 5v5M12 5v5" stroke="#999"/>`, "a look")
}
