package e2e

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/stretchr/testify/require"
)

// TestEditorHostileTexts: names are texts, and what is too long is said in words. About 10 s.
func TestEditorHostileTexts(t *testing.T) {
	t.Parallel()
	s, b := editing(t)
	name := func(text string) {
		b.rename(text)
		// what is said of it is drawn by the next frame of the screen
		b.until(secs(5), fmt.Sprintf(`document.querySelector('seat-editor h2').title.length === %d`, len(utf16.Encode([]rune(text)))))
	}
	before := s.text()
	name(strings.Repeat("x", 10_000))
	b.until(secs(5), `document.querySelector('seat-editor .fault:not(:empty)')?.textContent === '10000 characters, at most 200 are possible.'`)
	b.clickOn(button("Save"))
	b.until(secs(2), `document.activeElement?.name === 'name'`)
	require.Equal(t, before, s.text())
	b.fits("a long name")
	b.shot("editor-long")

	for _, text := range hostileNames {
		name(text)
		b.clickOn(button("Save"))
		b.until(secs(10), `document.querySelector('.seat-list button') !== null`)
		require.Equal(t, text, run[string](b, `document.querySelector('.seat-list .name').textContent`))
		require.Equal(t, text, run[string](b, `document.querySelector('.seat-list button').title`))
		require.Equal(t, text, s.nameOf("A1"))
		b.clickOn(`document.querySelector('.seat-list button')`)
		b.until(secs(5), `document.querySelector('seat-editor').draft !== null`)
	}
	require.NotEqual(t, "hacked", run[string](b, `document.title`))
	require.Contains(t, s.text(), "A1: # the first")
	require.Empty(t, b.said())
	require.Empty(t, b.uncaught())
}

func (b *tab) rename(text string) {
	b.t.Helper()
	run[any](b, `document.querySelector('seat-editor input[name=name]').select()`)
	b.write(text)
}

func (s *server) nameOf(id string) string {
	s.t.Helper()
	var view struct {
		Seats []struct {
			ID   string `json:"seat_id"`
			Name string
		}
	}
	s.get("api/seats", &view)
	for _, seat := range view.Seats {
		if seat.ID == id {
			return seat.Name
		}
	}
	return "gone"
}

// problem saves, and gives what is said of it.
func (b *tab) problem() string {
	b.t.Helper()
	b.clickOn(button("Save"))
	b.until(secs(10), `document.querySelector('seat-editor .problem p') !== null && !document.querySelector('seat-editor').busy`)
	return run[string](b, `document.querySelector('seat-editor .problem p').textContent`)
}

// TestEditorConflict: two editors lose nothing: the second is shown both, and decides. About 10 s.
func TestEditorConflict(t *testing.T) {
	t.Parallel()
	s, b := editing(t)
	put := func(name string) {
		status, said := request(t, http.MethodPut, s.api+"api/seats?id=A1", `{"stream": "cam1", "name": "`+name+`", "roi": [[0.2, 0.2], [0.4, 0.2], [0.4, 0.4]]}`)
		require.Less(t, status, 300, said)
	}
	b.rename("Mine")
	put("Theirs")
	b.until(secs(5), `document.querySelector('seat-editor .notice').textContent.startsWith('Somebody else has changed')`)
	b.clickOn(button("Save"))
	b.until(secs(5), `document.querySelector('dialog[open] .sides') !== null`)
	require.Equal(t, "Theirs", s.nameOf("A1"), "nothing was saved")
	require.Equal(t, []string{"Theirs", "Mine"}, run[[]string](b, `[...document.querySelectorAll('dialog dd:first-of-type span')].map(e => e.textContent)`))
	b.shot("editor-conflict")
	b.axe("editor, conflict")
	b.clickOn(button("Overwrite with mine"))
	s.wait(secs(5), "it is mine", func() bool { return s.nameOf("A1") == "Mine" })

	b.clickOn(`document.querySelector('.seat-list button')`)
	b.rename("Mine again")
	put("Theirs again")
	b.clickOn(button("Save"))
	b.clickOn(button("Take theirs"))
	b.until(secs(5), `document.querySelector('seat-editor input[name=name]')?.value === 'Theirs again'`)
	require.Equal(t, "Theirs again", s.nameOf("A1"))
	b.corners([][2]float64{{0.2, 0.2}, {0.4, 0.2}, {0.4, 0.4}}, 1e-6)

	b.rename("Mine at last")
	status, _ := request(t, http.MethodDelete, s.api+"api/seats?id=A1", "")
	require.Equal(t, http.StatusNoContent, status)
	b.until(secs(5), `document.querySelector('seat-editor .notice').textContent.startsWith('Somebody else has deleted')`)
	b.clickOn(button("Save"))
	b.clickOn(button("Save as a new seat"))
	s.wait(secs(5), "it is there again", func() bool { return s.nameOf("A1") == "Mine at last" })

	// an id that is taken meanwhile
	b.clickOn(button("New seat"))
	b.drag(b.at(0.6, 0.6), b.at(0.8, 0.8))
	id := run[string](b, `document.querySelector('seat-editor').draft.id`)
	status, _ = request(t, http.MethodPut, s.api+"api/seats?id="+id, `{"stream": "cam2", "name": "Quicker", "roi": [[0.2, 0.2], [0.4, 0.2], [0.4, 0.4]]}`)
	require.Equal(t, http.StatusCreated, status)
	b.clickOn(button("Save"))
	b.clickOn(button("Take another ID"))
	b.until(secs(2), `document.activeElement?.name === 'id' && document.activeElement.value !== '`+id+`'`)
	b.clickOn(button("Save"))
	b.until(secs(5), `document.querySelectorAll('.seat-list button').length === 2`)
	require.Equal(t, "Quicker", s.nameOf(id))
	require.Empty(t, b.uncaught())
}

// TestEditorRefused: a stream that is deleted and a password that is changed while a seat is edited are said in one
// sentence; what was drawn is still there. About 15 s.
func TestEditorRefused(t *testing.T) {
	t.Parallel()
	s, b := editing(t)
	b.drag(b.at(0.4, 0.4), b.at(0.5, 0.5))
	problem := func() string {
		said := b.problem()
		b.corners([][2]float64{{0.2, 0.2}, {0.4, 0.2}, {0.5, 0.5}, {0.2, 0.4}}, 0.003)
		return said
	}
	before := s.text()
	status, said := request(t, http.MethodDelete, s.api+"api/streams?src=cam1", "")
	require.Equal(t, http.StatusOK, status, said)
	after := s.text()
	require.NotEqual(t, before, after)
	require.Equal(t, "The camera cam1 has been deleted: nothing was saved.", problem())
	require.Equal(t, after, s.text())
	b.shot("editor-stream-deleted")

	s.stop()
	require.Equal(t, "The server does not answer. What you have drawn is still here; save again in a moment.", problem())
	s.write(before)
	s.rewrite("api: {", "api: {username: admin, password: secret, local_auth: true, ")
	before = s.text()
	b.closesPasswordDialogs()
	s.launch()
	s.wait(secs(10), "it asks for the password", func() bool { return s.status("api/seats") == http.StatusUnauthorized })
	require.Equal(t, "The password has changed: nothing was saved. Log in in another tab, then save again.", problem())
	require.Equal(t, before, s.text())
	require.Empty(t, b.uncaught())
}

// TestEditorCannotWrite: behind a proxy that hides the page's address, and with a file that only people can edit
// without breaking it, one sentence says why nothing was saved. About 10 s.
func TestEditorCannotWrite(t *testing.T) {
	t.Parallel()
	s := drawn(t)
	b := newTab(t, 1280, 900)
	problem := func() string {
		b.drag(b.at(0.4, 0.4), b.at(0.5, 0.5))
		return b.problem()
	}
	hiding := httptest.NewServer(s.passing(func(r *httputil.ProxyRequest) {
		r.Out.Header.Del("Sec-Fetch-Site") // browsers send it to loopback and by HTTPS only
	}))
	defer hiding.Close()
	before := s.text()
	b.edit(&server{api: hiding.URL + "/"}, "A1")
	require.Equal(t, "This page was opened from another address than the server’s: nothing was saved.", problem())
	require.Equal(t, before, s.text())

	s.rewrite("analytics:", "analytics: &all")
	s.write(s.text() + "other: *all\n")
	before = s.text()
	b.edit(s, "A1")
	require.Equal(t, "The file has to be edited by hand: nothing was saved.", problem())
	require.Equal(t, before, s.text())
	require.Empty(t, b.uncaught())
}

// TestEditorFirstSeat: the first seat of a box brings along the store's name, which is asked for. About 5 s.
func TestEditorFirstSeat(t *testing.T) {
	t.Parallel()
	s := newServer(t, fmt.Sprintf("streams: {cam1: \"rtsp://127.0.0.1:1/none\"}\nanalytics:\n  model: {path: %s}\n", filepath.Join(root, "models", "testcard.onnx")))
	s.start()
	b := newTab(t, 1280, 900)
	b.open(s.api + "seats.html#camera=cam1&edit")
	b.clickOn(button("New seat"))
	b.drag(b.at(0.2, 0.2), b.at(0.4, 0.4))
	b.clickOn(button("Save"))
	b.until(secs(2), `document.activeElement?.name === 'store' && document.querySelector('.fault:not(:empty)').textContent === 'A store ID is wanted with the first seat.'`)
	b.write("shop")
	b.key("Enter", 0, 1)
	b.until(secs(10), `document.querySelectorAll('.seat-list button').length === 1`)
	require.Contains(t, s.text(), "  store_id: shop\n")
	require.Contains(t, s.text(), "    cam1-1:\n")
	require.Empty(t, b.uncaught())
}
