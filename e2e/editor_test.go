package e2e

import (
	"fmt"
	"net/http"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/AlexxIT/go2rtc/seats/models/testcard"
	"github.com/stretchr/testify/require"
)

// preview are the lines of a seat that the editor shows before it saves them, after the screen's next frame.
func (b *tab) preview() string {
	b.t.Helper()
	return run[string](b, `new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))
		.then(() => document.querySelector('seat-editor .yaml code').textContent)`)
}

// indented are lines as they stand below analytics: seats:.
func indented(text string) string {
	return regexp.MustCompile(`(?m)^(.)`).ReplaceAllString(text, "    $1")
}

// corners holds a polygon of the editor's to what was meant.
func (b *tab) corners(want [][2]float64, tolerance float64) {
	b.t.Helper()
	got := run[[][2]float64](b, `document.querySelector('seat-editor').draft.polygon`)
	require.Len(b.t, got, len(want))
	for i := range want {
		require.InDelta(b.t, want[i][0], got[i][0], tolerance, "%d of %v", i, got)
		require.InDelta(b.t, want[i][1], got[i][1], tolerance, "%d of %v", i, got)
	}
}

// draw opens a camera's editor and waits until the camera plays.
func (b *tab) draw(s *server, stream string) {
	b.t.Helper()
	b.open(s.api + "seats.html?draw#camera=" + stream + "&edit")
	b.until(secs(30), `!!(document.querySelector('video-stream')?.playing && document.querySelector('seat-editor .sheet *'))`)
}

// TestEditorByMouse: over a real clip an admin draws a seat with the mouse and saves it; the file has it, and its
// comments; people come and go on its tile; after a restart it is there. About 60 s.
func TestEditorByMouse(t *testing.T) {
	t.Parallel()
	model := asset(t, "models", "yolox_nano.onnx")
	source := camera(t, playing(asset(t, "video", people)))
	source.start()
	s := newServer(t, fmt.Sprintf(`# the shop's
streams:
  cam1: "rtsp://127.0.0.1:%d/clip" # by the door
analytics:
  store_id: test   # ours
  interval: 1s
  model: {path: %s} # small
`, source.rtsp, model))
	original := s.text()
	s.start()
	b := newTab(t, 1280, 900)
	b.draw(s, "cam1")
	b.clickOn(button("New seat"))

	// the corners in the wrong order cross, and are not saved
	roi := truthOf(t, people).Seats[0].ROI
	for _, i := range []int{0, 2, 1, 3} {
		b.click(b.at(roi[i][0], roi[i][1]), 1)
	}
	b.until(secs(2), `document.querySelector('seat-editor .fault:not(:empty)')?.textContent.includes('cross')`)
	b.clickOn(button("Save"))
	b.until(secs(2), `document.querySelector('seat-editor [role=status].hidden').textContent.startsWith('Not saved')`)
	require.Equal(t, original, s.text())
	b.shot("editor-crossing")

	b.key("z", ctrl, 3)
	b.until(secs(2), `document.querySelector('seat-editor').draft.polygon.length === 1`)
	for _, i := range []int{1, 2, 3} {
		b.click(b.at(roi[i][0], roi[i][1]), 1)
	}
	b.corners(roi, 0.004)
	b.clickOn(`document.querySelector('seat-editor input[name=name]')`)
	b.write(`창가 "1" <b>`)
	preview := b.preview()
	b.clickOn(button("Save"))
	b.until(secs(10), `document.querySelector('seat-editor .seat-list button')?.textContent.startsWith('창가 "1" <b>')`)
	require.Equal(t, original+"  seats:\n"+indented(preview), s.text())
	b.shot("editor-saved")

	run[any](b, `location.hash = '#room'`)
	b.until(secs(70), tile+`('창가 "1" <b>').includes('Taken')`)
	b.until(secs(40), tile+`('창가 "1" <b>').includes('Free')`)
	require.NotEmpty(t, s.events("seat_id=cam1-1&event_type=person_leave"))

	s.stop()
	s.start()
	b.draw(s, "cam1&seat=cam1-1")
	b.until(secs(10), `document.querySelector('seat-editor h2').textContent === 'Seat 창가 "1" <b>'`)
	b.corners(roi, 0.004)
	b.clickOn(button("Delete"))
	b.until(secs(5), `document.querySelector('dialog[open]') !== null`)
	b.shot("editor-delete")
	b.clickOn(`[...document.querySelectorAll('dialog button')].at(-1)`)
	b.until(secs(5), `document.querySelector('seat-editor .seat-list')?.children.length === 0`)
	require.Equal(t, original, s.text())
	require.Empty(t, b.uncaught())
}

// TestEditorByKeyboard: the same without a mouse, from the first Tab on, over the test card. About 60 s.
func TestEditorByKeyboard(t *testing.T) {
	t.Parallel()
	source := cardCamera(t)
	s := newServer(t, fmt.Sprintf("streams:\n  cam1: rtsp://127.0.0.1:%d/clip # the door\nanalytics:\n  store_id: test # ours\n  interval: 500ms\n  model: {path: %s}\n",
		source.rtsp, filepath.Join(root, "models", "testcard.onnx")))
	original := s.text()
	s.start()
	b := newTab(t, 1280, 900)
	b.open(s.api + "seats.html")
	b.until(secs(10), `document.querySelector('.link')?.dataset.state === 'live'`)
	b.tabTo(`e.textContent === 'Camera' && e.tagName === 'A'`)
	b.key("Enter", 0, 1)
	b.until(secs(20), `!!document.querySelector('video-stream')?.playing`)
	b.tabTo(`e.classList.contains('edit')`)
	b.key("Enter", 0, 1)
	b.until(secs(10), `document.activeElement?.textContent === 'Draw seats' && document.activeElement.tagName === 'H2'`)
	b.tabTo(`e.textContent === 'New seat'`)
	b.key("Enter", 0, 1)
	b.until(secs(5), `document.activeElement?.dataset.part === 'crosshair'`)

	// from the middle of the picture to the seat's corners
	b.key("ArrowLeft", shift, 5)
	b.key("ArrowLeft", 0, 2)
	b.key("ArrowDown", shift, 4)
	b.key("ArrowDown", 0, 4)
	b.key("Enter", 0, 1)
	b.key("ArrowRight", shift, 2)
	b.key("ArrowRight", 0, 2)
	b.key("Enter", 0, 1)
	b.key("ArrowDown", shift, 4)
	b.key("ArrowDown", 0, 4)
	b.key("Enter", 0, 1)
	b.key("ArrowLeft", shift, 2)
	b.key("ArrowLeft", 0, 2)
	b.key("Enter", 0, 1)
	b.corners([][2]float64{{0.23, 0.74}, {0.35, 0.74}, {0.35, 0.98}, {0.23, 0.98}}, 1e-9)
	require.Contains(t, run[string](b, `document.activeElement.getAttribute('aria-label')`), "Crosshair, 23 % from the left, 98 % from the top")
	b.key("ArrowUp", shift, 4)
	b.key("ArrowUp", 0, 4)
	b.key("Enter", 0, 1) // on the first point: it is drawn
	b.until(secs(2), `document.activeElement?.dataset.part === 'body'`)

	// a point is taken out, put back, nudged
	b.tabTo(`e.dataset.part === 'point' && e.dataset.index === '2'`)
	require.Equal(t, "Point 3 of 4, 35 % from the left, 98 % from the top", run[string](b, `document.activeElement.getAttribute('aria-label')`))
	b.key("Delete", 0, 1)
	b.until(secs(2), `document.querySelector('seat-editor').draft.polygon.length === 3 && document.activeElement.dataset.part === 'point'`)
	b.key("z", ctrl, 1)
	b.until(secs(2), `document.querySelector('seat-editor').draft.polygon.length === 4`)
	b.key("ArrowLeft", 0, 4)
	b.corners([][2]float64{{0.23, 0.74}, {0.35, 0.74}, {0.34, 0.98}, {0.23, 0.98}}, 1e-9)
	b.until(secs(2), `document.activeElement.getAttribute('aria-label').startsWith('Point 3 of 4, 34 %')`)
	b.until(secs(2), `document.querySelector('seat-editor [role=status].hidden').textContent.startsWith('Point 3 of 4, 34 %')`)
	b.key("z", ctrl, 1) // the four steps at once
	b.key("z", ctrl|shift, 1)
	b.corners([][2]float64{{0.23, 0.74}, {0.35, 0.74}, {0.34, 0.98}, {0.23, 0.98}}, 1e-9)
	b.shot("editor-keyboard")
	b.axe("editor, drawing")

	b.tabTo(`e.name === 'name'`)
	b.write("By keys")
	b.tabTo(`e.type === 'submit'`)
	b.key("Enter", 0, 1)
	b.until(secs(10), `document.activeElement?.dataset.id === 'cam1-1'`)
	require.Equal(t, original+"  seats:\n    cam1-1:\n      stream: cam1\n      name: By keys\n      roi: [[0.23, 0.74], [0.35, 0.74], [0.34, 0.98], [0.23, 0.98]]\n", s.text())
	b.axe("editor, list")

	b.tabTo(`e.textContent === 'Done'`)
	b.key("Enter", 0, 1)
	b.until(secs(5), `document.activeElement?.classList.contains('edit') && document.querySelector('.drawing') === null`)
	run[any](b, `location.hash = '#room'`)
	b.until(secs(45), tile+`('By keys').includes('Taken')`)
	b.until(secs(45), tile+`('By keys').includes('Free')`)
	s.stop()
	s.start()
	b.until(secs(20), `document.querySelector('.link').dataset.state === 'live'`)
	require.NotEmpty(t, run[string](b, tile+`('By keys')`))
	require.Empty(t, b.uncaught())
}

// drawn is a server with a camera that is away and two seats; nothing is looked at.
func drawn(t testing.TB) *server {
	t.Helper()
	s := newServer(t, fmt.Sprintf(`streams:
  cam1: rtsp://127.0.0.1:1/none
  cam2: rtsp://127.0.0.1:1/other
analytics:
  store_id: test
  model: {path: %s}
  seats:
    A1: # the first
      stream: cam1
      roi: [[0.2, 0.2], [0.4, 0.2], [0.4, 0.4], [0.2, 0.4]]
    A2:
      stream: cam2
      roi: [[0.2, 0.2], [0.4, 0.2], [0.4, 0.4], [0.2, 0.4]]
`, filepath.Join(root, "models", "testcard.onnx")))
	s.start()
	return s
}

// editing is a tab that has one of its seats in the editor.
func editing(t testing.TB) (*server, *tab) {
	t.Helper()
	s, b := drawn(t), newTab(t, 1280, 900)
	b.edit(s, "A1")
	return s, b
}

func (b *tab) edit(s *server, seat string) {
	b.t.Helper()
	b.open(s.api + "seats.html?" + seat + "#camera=cam1&edit&seat=" + seat)
	b.until(secs(20), `document.querySelector('seat-editor')?.draft?.id === '`+seat+`' && document.querySelector('.drawing')?.getBoundingClientRect().width > 100`)
}

// TestEditorHands: what the mouse does to points and polygons, and how it is taken back. About 10 s.
func TestEditorHands(t *testing.T) {
	t.Parallel()
	s, b := editing(t)
	square := [][2]float64{{0.2, 0.2}, {0.4, 0.2}, {0.4, 0.4}, {0.2, 0.4}}
	b.corners(square, 1e-6)

	b.drag(b.at(0.2, 0.2), b.at(0.1, 0.15))
	b.corners([][2]float64{{0.1, 0.15}, {0.4, 0.2}, {0.4, 0.4}, {0.2, 0.4}}, 0.003)
	b.drag(b.at(0.1, 0.15), b.at(0.004, 0.15)) // near the edge of the frame is on it
	require.Zero(t, run[float64](b, `document.querySelector('seat-editor').draft.polygon[0][0]`))
	b.key("z", ctrl, 2)
	b.corners(square, 1e-6)

	b.drag(b.at(0.3, 0.3), b.at(0.5, 0.6))
	b.corners([][2]float64{{0.4, 0.5}, {0.6, 0.5}, {0.6, 0.7}, {0.4, 0.7}}, 0.003)
	b.drag(b.at(0.5, 0.6), b.at(1.2, 0.6)) // keeps its shape
	b.corners([][2]float64{{0.8, 0.5}, {1, 0.5}, {1, 0.7}, {0.8, 0.7}}, 0.003)
	b.key("z", ctrl, 2)

	b.click(b.at(0.3, 0.2), 1) // on an edge
	b.corners([][2]float64{{0.2, 0.2}, {0.3, 0.2}, {0.4, 0.2}, {0.4, 0.4}, {0.2, 0.4}}, 0.003)
	b.click(b.at(0.3, 0.2), 2)
	b.corners(square, 1e-6)
	b.click(b.at(0.8, 0.8), 2) // beside it nothing happens to what is drawn
	b.corners(square, 1e-6)

	// Escape takes a drag back first; then it asks
	b.press(b.at(0.4, 0.4), b.at(0.7, 0.7))
	b.key("Escape", 0, 1)
	b.corners(square, 1e-6)
	b.release(b.at(0.7, 0.7))
	b.corners(square, 1e-6)
	b.drag(b.at(0.4, 0.4), b.at(0.5, 0.5))
	b.key("Escape", 0, 1)
	b.until(secs(2), `document.querySelector('dialog[open] h2')?.textContent === 'Discard the changes?'`)
	b.axe("editor, question")
	b.clickOn(button("Go on editing"))
	b.until(secs(2), `document.querySelector('dialog') === null && document.querySelector('seat-editor').draft.isChanged`)

	// back at the camera, the draft is still there
	run[any](b, `location.hash = '#room'`)
	b.until(secs(5), `document.querySelector('seat-editor') === null`)
	run[any](b, `location.hash = '#camera=cam1&edit'`)
	b.until(secs(10), `document.querySelector('seat-editor')?.draft?.isChanged`)
	b.corners([][2]float64{{0.2, 0.2}, {0.4, 0.2}, {0.5, 0.5}, {0.2, 0.4}}, 0.003)
	b.key("Escape", 0, 1)
	b.clickOn(button("Discard"))
	b.until(secs(2), `document.activeElement?.dataset.id === 'A1'`)

	// a copy, with an area for belongings that is dragged open
	b.clickOn(`document.querySelector('.seat-list button')`)
	b.clickOn(button("Copy"))
	b.until(secs(2), `document.querySelector('seat-editor').draft?.id === 'A3'`) // A2 is another camera's
	b.corners([][2]float64{{0.41, 0.2}, {0.61, 0.2}, {0.61, 0.4}, {0.41, 0.4}}, 1e-6)
	b.clickOn(`document.querySelector('seat-editor input[value=items_roi]')`)
	b.drag(b.at(0.4, 0.05), b.at(0.6, 0.15))
	b.corners([][2]float64{{0.4, 0.05}, {0.6, 0.05}, {0.6, 0.15}, {0.4, 0.15}}, 0.003)
	b.shot("editor-copy")
	preview := b.preview()
	require.Contains(t, preview, "items_roi: [[0.")
	before := s.text()
	b.clickOn(button("Save"))
	b.until(secs(10), `document.querySelectorAll('.seat-list button').length === 2`)
	require.Equal(t, before+indented(preview), s.text())
	require.Empty(t, b.uncaught())
}

// TestEditorProposals: places where people stayed are accepted and dropped one by one. The room's two people stay 24 s
// each, the second one till 38 s after the start. About 45 s.
func TestEditorProposals(t *testing.T) {
	t.Parallel()
	source := camera(t, roomSource(t, testcard.Room{Width: 640, Height: 360, Rate: 10, Period: 120 * time.Second, Start: 6 * time.Second, Realtime: true}))
	source.start()
	s := newServer(t, fmt.Sprintf("streams: {cam1: \"rtsp://127.0.0.1:%d/clip\"}\nanalytics:\n  store_id: test\n  interval: 500ms\n  model: {path: %s}\n",
		source.rtsp, filepath.Join(root, "models", "testcard.onnx")))
	s.start()
	var reply struct {
		Proposals []struct{ Name string }
	}
	s.wait(secs(80), "two places are proposed", func() bool {
		return s.get("api/seats/proposals?src=cam1", &reply) == http.StatusOK && len(reply.Proposals) == 2
	})
	b := newTab(t, 1280, 900)
	b.draw(s, "cam1")
	b.clickOn(button("Propose seats"))
	b.until(secs(10), `document.querySelectorAll('.proposals li').length === 2`)
	require.Contains(t, run[string](b, `document.querySelector('.proposals p').textContent`), "People stayed here 1 time, ")
	b.shot("editor-proposals")
	b.axe("editor, proposals")

	b.clickOn(button("Accept"))
	b.until(secs(10), `document.querySelectorAll('.proposals li').length === 1 && document.activeElement?.textContent === 'Accept'`)
	require.Contains(t, s.text(), "  seats:\n    cam1-1:\n      stream: cam1\n      roi: [[0.")
	b.clickOn(button("Change"))
	b.until(secs(5), `document.querySelector('seat-editor').draft?.polygon.length === 4`)
	b.clickOn(button("Cancel"))
	b.clickOn(button("Propose seats"))
	b.clickOn(button("Drop"))
	b.until(secs(5), `document.querySelectorAll('.proposals li').length === 0 && document.activeElement?.textContent === 'Look again'`)
	b.key("Enter", 0, 1)
	b.until(secs(5), `document.querySelector('seat-editor .guide').textContent.startsWith('Nothing seen since')`)
	require.NotContains(t, s.text(), "cam1-2")
	require.Empty(t, b.uncaught())
}

// TestEditorByFinger: taps add points, a finger drags them, two taps take one out. About 5 s.
func TestEditorByFinger(t *testing.T) {
	t.Parallel()
	s := drawn(t)
	b := newTab(t, 1280, 900)
	b.emulate(390, 844, "light")
	b.fingers()
	b.edit(s, "A1")
	b.swipe(b.at(0.4, 0.4), b.at(0.6, 0.7))
	b.corners([][2]float64{{0.2, 0.2}, {0.4, 0.2}, {0.6, 0.7}, {0.2, 0.4}}, 0.006)
	b.tap(b.at(0.6, 0.7))
	b.tap(b.at(0.6, 0.7))
	b.until(secs(2), `document.querySelector('seat-editor').draft.polygon.length === 3`)
	b.shot("editor-finger")
	b.clickOn(button("Cancel"))
	b.clickOn(button("Discard"))
	b.clickOn(button("New seat"))
	for _, p := range [][2]float64{{0.5, 0.3}, {0.9, 0.3}, {0.9, 0.8}} {
		b.tap(b.at(p[0], p[1]))
	}
	b.corners([][2]float64{{0.5, 0.3}, {0.9, 0.3}, {0.9, 0.8}}, 0.006)
	b.tap(b.at(0.5, 0.3))
	b.until(secs(2), `document.querySelector('seat-editor').draft.isOpen === false`)
	b.clickOn(button("Save"))
	b.until(secs(10), `document.querySelectorAll('.seat-list button').length === 2`)
	require.Empty(t, b.uncaught())
}

// TestEditorDress: the editor in both schemes and languages and on a phone breaks no rule and is no wider than the
// screen. About 15 s.
func TestEditorDress(t *testing.T) {
	t.Parallel()
	s := drawn(t)
	for prefix, b := range map[string]*tab{"editor": newTab(t, 1280, 900), "editor-ko": newTab(t, 1280, 900, korean()...)} {
		b.edit(s, "A1")
		b.dresses(prefix, "true")
		words := run[string](b, `document.querySelector('seat-editor').innerText`)
		require.Equal(t, strings.HasPrefix(prefix, "editor-ko"), strings.Contains(words, "저장"), words)
		require.Empty(t, b.uncaught())
	}
}
