package e2e

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

func secs(n int) time.Duration { return time.Duration(n) * time.Second }

// hostileNames are names that a page must show as they are.
var hostileNames = []string{
	`<script>document.title = "hacked"</script><img src=x onerror='document.title = "hacked"'>`,
	`"quoted" 'and' &amp; \ </option>`,
	`창가 자리 🪑👩‍💻`,
}

// room is a server that watches the test card's room, with seats A and B as it has them, and two with hostile names;
// cam2 is away.
func room(t testing.TB) *server {
	t.Helper()
	name := func(s string) string {
		b, err := json.Marshal(s) // JSON's strings are YAML's, too
		require.NoError(t, err)
		return string(b)
	}
	config := "streams:\n  cam1: " + cardCamera(t).clip() + "\n  cam2: rtsp://127.0.0.1:1/none\n" +
		strings.Replace(card("cam1"), "  seats:", "  database: page.db\n  seats:", 1)
	for i, n := range hostileNames {
		config += fmt.Sprintf("    H%d: {stream: cam2, name: %s, roi: [[0.1, 0.1], [0.2, 0.1], [0.2, 0.3]]}\n", i, name(n))
	}
	s := newServer(t, config)
	s.start()
	return s
}

// tile is the text of a seat's tile, by its name.
const tile = `(name => [...document.querySelectorAll('seats-room .tile')].find(t => t.querySelector('strong').textContent === name)?.innerText ?? '')`

// TestPageRoom: the room shows what happens, says when its state is stale, and goes on afterwards; hostile
// names are names. About 60 s.
func TestPageRoom(t *testing.T) {
	t.Parallel()
	s := room(t)
	b := newTab(t, 1280, 800)
	b.open(s.api)
	b.until(secs(5), `document.querySelector('nav a[href="seats.html"]') !== null`)
	run[any](b, `document.querySelector('nav a[href="seats.html"]').click()`)
	b.until(secs(10), `document.querySelectorAll('seats-room .tile').length === 4`)
	require.Equal(t, hostileNames, run[[]string](b, `[...document.querySelectorAll('seats-room .tile strong')].map(e => e.textContent).slice(1)`))
	require.Equal(t, hostileNames, run[[]string](b, `[...document.querySelectorAll('seats-room .tile strong')].map(e => e.title).slice(1)`))
	require.NotEqual(t, "hacked", run[string](b, `document.title`))
	b.until(secs(25), `document.querySelectorAll('seats-room [data-online=false]').length === 3`)
	require.Contains(t, run[string](b, tile+`('창가 자리 🪑👩‍💻')`), "Camera off")

	b.until(secs(40), tile+`('A').includes('Taken')`)
	require.Equal(t, "1", run[string](b, `document.querySelector('.count.occupied b').textContent`))
	b.until(secs(3), `/\d s/.test(`+tile+`('A'))`)
	b.shot("page-room")
	b.axe("room")

	// picking shows the others no more
	run[any](b, `document.querySelector('.count.occupied').click()`)
	require.Equal(t, 1, run[int](b, `[...document.querySelectorAll('seats-room li')].filter(li => li.offsetHeight).length`))
	run[any](b, `document.querySelector('.count.occupied').click()`)

	// the box is gone: what is shown is old, and how old
	before := run[float64](b, `document.querySelector('.tiles').getBoundingClientRect().top`)
	s.stop()
	b.until(secs(10), `document.querySelector('.link').dataset.state === 'old'`)
	require.Equal(t, "Connection lost: what is shown is old.", run[string](b, `document.querySelector('.link [role=status]').textContent`))
	b.until(secs(10), `parseInt(document.querySelector('.link .age').textContent) >= 3`)
	b.shot("page-room-old")
	b.axe("room that is old")
	require.Equal(t, before, run[float64](b, `document.querySelector('.tiles').getBoundingClientRect().top`), "nothing moves")
	s.start()
	b.until(secs(20), `document.querySelector('.link').dataset.state === 'live'`)
	require.Empty(t, b.uncaught())
}

// TestPageViews: every view in each dress. About 60 s.
func TestPageViews(t *testing.T) {
	t.Parallel()
	s := room(t)
	s.wait(secs(45), "somebody sat down", func() bool { return len(s.events("event_type=person_enter")) > 0 })
	newTab(t, 1280, 800).views(t, s, "page-")
	b := newTab(t, 1280, 800, korean()...)
	b.views(t, s, "page-ko-")
	require.Equal(t, "ko", run[string](b, `document.documentElement.lang`))
	b.open(s.api + "seats.html?again#room")
	b.until(secs(10), `!!document.querySelector('.count.empty')?.innerText.includes('비어 있음')`)
	require.Contains(t, run[string](b, tile+`('창가 자리 🪑👩‍💻')`), "카메라 꺼짐")

	// each key of the address leads back, and the focus follows
	run[any](b, `document.querySelector('#seats nav a[href="#health"]').click()`)
	b.until(secs(5), `document.activeElement === document.querySelector('seats-health h2')`)
	run[any](b, `history.back()`)
	b.until(secs(5), `document.querySelector('seats-room') !== null && document.querySelector('seats-health') === null`)
	require.Empty(t, b.uncaught())
}

// TestPageCamera: boxes and events come, a click shows the seat, the last look is the picture of its boxes. About 45 s.
func TestPageCamera(t *testing.T) {
	t.Parallel()
	s := room(t)
	b := newTab(t, 1280, 800)
	b.open(s.api + "seats.html#camera=cam1")
	b.until(secs(20), `!!document.querySelector('video-stream')?.playing`)
	b.until(secs(45), `document.querySelector('.event[data-seat=A]') !== null`)
	b.until(secs(10), `[...document.querySelectorAll('.label.box.person')].some(e => /^person \d+ %$/.test(e.textContent) && e.style.display !== 'none')`)
	b.shot("page-camera")
	run[any](b, `document.querySelector('.event[data-seat=A]').click()`)
	b.until(secs(2), `document.querySelector('.layer g.seat.selected') !== null && location.hash === '#camera=cam1&seat=A'`)
	require.Equal(t, "true", run[string](b, `document.querySelector('.place').getAttribute('aria-pressed')`))
	run[any](b, `document.dispatchEvent(new KeyboardEvent('keydown', {key: 'Escape'}))`)
	b.until(secs(2), `document.querySelector('.layer g.seat.selected') === null`)

	run[any](b, `document.querySelectorAll('.modes button')[1].click()`)
	b.until(secs(10), `document.querySelector('img.picture')?.naturalWidth === 640`)
	b.until(secs(10), `(view => view.last.capturedAt === view.model.look.captured_at)(document.querySelector('seats-camera'))`)
	b.shot("page-camera-last")
	b.axe("camera, last look")

	// one that is not there, or not any more
	run[any](b, `document.querySelectorAll('.modes button')[0].click()`)
	run[any](b, `location.hash = '#camera=nobody'`)
	b.until(secs(10), `document.querySelector('seats-camera .caption [role=status]')?.textContent === 'There is no such stream any more.'`)
	require.Empty(t, b.uncaught())
}

// TestPagePassword: a password that changed in mid-session is said in one sentence, and asked once. About 15 s.
func TestPagePassword(t *testing.T) {
	t.Parallel()
	s := newServer(t, "")
	s.start()
	b := newTab(t, 800, 600)
	b.open(s.api + "seats.html")
	b.until(secs(10), `document.querySelector('.link')?.dataset.state === 'live'`)
	b.until(secs(5), `document.querySelector('seats-room .hint')?.innerText.startsWith('No seat is drawn yet.')`)
	b.closesPasswordDialogs()
	s.stop()
	s.rewrite("api: {", "api: {username: admin, password: secret, local_auth: true, ")
	s.launch()
	b.until(secs(20), `document.querySelector('.link').dataset.state === 'denied'`)
	require.Equal(t, "The password is not accepted any more.", run[string](b, `document.querySelector('.link [role=status]').textContent`))
	b.until(secs(2), `document.querySelector('.link button').offsetHeight > 0`)
	b.shot("page-denied")
	require.Empty(t, b.uncaught())
}

// closesPasswordDialogs cancels, as a user without the password does.
func (b *tab) closesPasswordDialogs() {
	b.t.Helper()
	paused, asked := chromedp.Events(b.ctx, fetch.RequestPaused), chromedp.Events(b.ctx, fetch.AuthRequired)
	yes := true
	tell(b, fetch.Enable, fetch.EnableParams{HandleAuthRequests: &yes})
	go func() {
		for event, err := range paused {
			if err != nil {
				return
			}
			_, _ = chromedp.Call(b.ctx, fetch.ContinueRequest, fetch.ContinueRequestParams{RequestID: event.RequestID})
		}
	}()
	go func() {
		for event, err := range asked {
			if err != nil {
				return
			}
			_, _ = chromedp.Call(b.ctx, fetch.ContinueWithAuth, fetch.ContinueWithAuthParams{
				RequestID:             event.RequestID,
				AuthChallengeResponse: &fetch.AuthChallengeResponse{Response: fetch.AuthChallengeResponseResponseCancelAuth},
			})
		}
	}()
}
