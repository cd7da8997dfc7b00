package e2e

import (
	"fmt"
	"strings"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/stretchr/testify/require"
)

// The modifiers of keys and of the mouse, as the DevTools protocol has them.
const (
	ctrl  = 2
	shift = 8
)

// mouse is one event of a mouse, in CSS pixels of the window; held: with its button down.
func (b *tab) mouse(kind input.DispatchMouseEventType, at [2]float64, held bool, clicks int64) {
	b.t.Helper()
	p := input.DispatchMouseEventParams{Type: kind, X: at[0], Y: at[1], ClickCount: clicks}
	if held {
		p.Buttons = 1
	}
	if held || clicks > 0 {
		p.Button = input.MouseButtonLeft
	}
	tell(b, input.DispatchMouseEvent, p)
}

func (b *tab) click(at [2]float64, times int) {
	b.t.Helper()
	b.mouse(input.DispatchMouseEventTypeMouseMoved, at, false, 0)
	for i := range times {
		b.mouse(input.DispatchMouseEventTypeMousePressed, at, true, int64(i+1))
		b.mouse(input.DispatchMouseEventTypeMouseReleased, at, false, int64(i+1))
	}
}

// press moves the mouse somewhere with the button held; release lets it go.
func (b *tab) press(from, to [2]float64) {
	b.t.Helper()
	b.mouse(input.DispatchMouseEventTypeMouseMoved, from, false, 0)
	b.mouse(input.DispatchMouseEventTypeMousePressed, from, true, 1)
	for _, at := range way(from, to) {
		b.mouse(input.DispatchMouseEventTypeMouseMoved, at, true, 0)
	}
}

// way is how a hand moves: in four steps.
func way(from, to [2]float64) (points [][2]float64) {
	for i := range 4 {
		part := float64(i+1) / 4
		points = append(points, [2]float64{from[0] + (to[0]-from[0])*part, from[1] + (to[1]-from[1])*part})
	}
	return points
}

func (b *tab) release(at [2]float64) {
	b.t.Helper()
	b.mouse(input.DispatchMouseEventTypeMouseReleased, at, false, 1)
}

func (b *tab) drag(from, to [2]float64) {
	b.t.Helper()
	b.press(from, to)
	b.release(to)
}

// clickOn clicks the middle of what an expression gives, once it is there.
func (b *tab) clickOn(element string) {
	b.t.Helper()
	b.until(10*time.Second, element+`?.getClientRects().length > 0`)
	b.click(b.within(element, 0.5, 0.5), 1)
}

// at is where a point of the picture, 0..1, is in the window.
func (b *tab) at(x, y float64) [2]float64 {
	b.t.Helper()
	return b.within(`document.querySelector('.drawing')`, x, y)
}

// within is where a point of an element, 0..1, is in the window.
func (b *tab) within(element string, x, y float64) [2]float64 {
	b.t.Helper()
	r := run[[]float64](b, `(e => {
		e.scrollIntoView({block: 'nearest'});
		const r = e.getBoundingClientRect();
		return [r.x, r.y, r.width, r.height];
	})(`+element+`)`)
	require.Positive(b.t, r[2])
	return [2]float64{r[0] + x*r[2], r[1] + y*r[3]}
}

// fingers gives the window a touch screen.
func (b *tab) fingers() {
	b.t.Helper()
	tell(b, emulation.SetTouchEmulationEnabled, emulation.SetTouchEmulationEnabledParams{Enabled: true, MaxTouchPoints: 1})
}

// swipe puts a finger down and lifts it elsewhere.
func (b *tab) swipe(from, to [2]float64) {
	b.t.Helper()
	touch := func(kind input.DispatchTouchEventType, points ...[2]float64) {
		p := input.DispatchTouchEventParams{Type: kind, TouchPoints: []*input.TouchPoint{}}
		for _, at := range points {
			p.TouchPoints = append(p.TouchPoints, &input.TouchPoint{X: at[0], Y: at[1]})
		}
		tell(b, input.DispatchTouchEvent, p)
	}
	touch(input.DispatchTouchEventTypeTouchStart, from)
	if from != to {
		for _, at := range way(from, to) {
			touch(input.DispatchTouchEventTypeTouchMove, at)
		}
	}
	touch(input.DispatchTouchEventTypeTouchEnd)
}

func (b *tab) tap(at [2]float64) {
	b.t.Helper()
	b.swipe(at, at)
}

var virtualKeys = map[string]int64{
	"Tab": 9, "Enter": 13, "Escape": 27, " ": 32, "ArrowLeft": 37, "ArrowUp": 38, "ArrowRight": 39, "ArrowDown": 40, "Insert": 45, "Delete": 46,
}

func (b *tab) key(name string, modifiers int64, times int) {
	b.t.Helper()
	p := input.DispatchKeyEventParams{Key: name, Code: name, Modifiers: modifiers, WindowsVirtualKeyCode: virtualKeys[name]}
	switch {
	case name == "Enter":
		p.Text = "\r"
	case name == " ":
		p.Code, p.Text = "Space", " "
	case len(name) == 1:
		p.Code, p.WindowsVirtualKeyCode = "Key"+strings.ToUpper(name), int64(strings.ToUpper(name)[0])
	}
	for range times {
		for _, p.Type = range []input.DispatchKeyEventType{input.DispatchKeyEventTypeKeyDown, input.DispatchKeyEventTypeKeyUp} {
			tell(b, input.DispatchKeyEvent, p)
		}
	}
}

func (b *tab) write(text string) {
	b.t.Helper()
	tell(b, input.InsertText, input.InsertTextParams{Text: text})
}

// tabTo presses Tab until the expression is true of what has the focus, `e`.
func (b *tab) tabTo(condition string) {
	b.t.Helper()
	for range 80 {
		if run[bool](b, `(e => !!(`+condition+`))(document.activeElement)`) {
			return
		}
		b.key("Tab", 0, 1)
	}
	require.Fail(b.t, "no such stop", "Tab does not lead to %s", condition)
}

// button is one of the page by what stands on it.
func button(text string) string {
	return fmt.Sprintf(`[...document.querySelectorAll('#seats button')].find(b => b.textContent === %q && b.getClientRects().length)`, text)
}
