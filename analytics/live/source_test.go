package live

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/AlexxIT/go2rtc/internal/streams"
	"github.com/AlexxIT/go2rtc/seats/analytics/tap"
	"github.com/stretchr/testify/require"
)

func at(t testing.TB, text string) time.Time {
	t.Helper()
	parsed, err := time.Parse(timeFormat, text)
	require.NoError(t, err)
	return parsed
}

// TestSilentSource: a source that answers and sends nothing is offline, is given up and dialled anew, and left when the
// last watcher goes. What moves is in e2e: upstream's receivers are not safe for the race detector once packets come.
func TestSilentSource(t *testing.T) {
	cam := newWebcam(t)
	cam.start(t)
	name := stream(t, "http://"+cam.address+"/video.mjpeg")
	_, asked := cam.counts()
	require.Zero(t, asked, "nobody has asked yet")

	began := time.Now()
	s := subscribe(t, name)
	s.ask() // a socket that asks twice is notified once
	require.NoError(t, <-s.ended)
	second := subscribe(t, name)
	state := s.until(tap.Quiet+3*time.Second, false)
	require.GreaterOrEqual(t, time.Since(began), tap.Quiet)
	require.WithinDuration(t, began, at(t, state.Since), tap.Quiet+time.Second)
	require.Equal(t, "no packet for 5s", state.Error)
	require.Eventually(t, func() bool { _, asked = cam.counts(); return asked == 2 }, 5*time.Second, 10*time.Millisecond)
	viewers, _ := cam.counts()
	require.Equal(t, 1, viewers)
	s.close()
	second.close()
	unwatched(t, 2*time.Second)
	require.Eventually(t, func() bool { viewers, _ = cam.counts(); return viewers == 0 }, 5*time.Second, 10*time.Millisecond)
}

// TestSinceBefore: what is known from before the first watcher counts.
func TestSinceBefore(t *testing.T) {
	noon := time.Date(2026, 11, 25, 3, 3, 0, 0, time.UTC)
	cam := newWebcam(t)
	name := stream(t, "http://"+cam.address+"/video.mjpeg")
	tap.Seen(name, noon)
	s := subscribe(t, name)
	require.Equal(t, "2026-11-25T03:03:00.000Z", s.until(5*time.Second, false).Since)
	s.close()
	unwatched(t, 2*time.Second)

	// a later socket gets the same, though the first one is closed
	s = subscribe(t, name)
	require.Equal(t, "2026-11-25T03:03:00.000Z", s.until(5*time.Second, false).Since)
	s.close()
	unwatched(t, 2*time.Second)
}

func TestBadQuestions(t *testing.T) {
	code, _, text := get(t, "nobody")
	require.Equal(t, http.StatusNotFound, code)
	require.Equal(t, "stream not found\n", text)
	code, _, _ = get(t, "")
	require.Equal(t, http.StatusNotFound, code)
	res, err := http.Post(server.URL+"/api/source?src=nobody", "", nil)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	require.Equal(t, http.StatusMethodNotAllowed, res.StatusCode)

	require.EqualError(t, <-subscribe(t, "nobody").ended, "stream not found")

	// no password leaves with the reason
	cam := newWebcam(t)
	name := stream(t, "http://admin:hunter2@"+cam.address+"/video.mjpeg")
	code, state, text := get(t, name)
	require.Equal(t, http.StatusOK, code)
	require.False(t, state.Online)
	require.NotContains(t, text, "hunter2")
	require.Contains(t, state.Error, "connection refused")
	unwatched(t, pollLinger+2*time.Second)
}

// TestPages: each page and module is there under its own name, and nothing beside.
func TestPages(t *testing.T) {
	for path, want := range map[string]string{
		"/stream.html": "text/html; charset=utf-8", "/video-rtc.js": "text/javascript; charset=utf-8",
		"/video-stream.js": "text/javascript; charset=utf-8", "/player/ladder.js": "text/javascript; charset=utf-8",
		"/player/": "", "/player/nothing.js": "", "/player/../live.go": "",
	} {
		res, err := http.Get(server.URL + path)
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		if want == "" {
			require.Equal(t, http.StatusNotFound, res.StatusCode, path)
			continue
		}
		require.Equal(t, http.StatusOK, res.StatusCode, path)
		require.Equal(t, want, res.Header.Get("Content-Type"), path)
	}
}

// TestStreamOfURL: a socket that is given a URL asks for the stream that is made of it, as the handlers of media do.
func TestStreamOfURL(t *testing.T) {
	name, err := streamName(url.Values{"src": {"http://127.0.0.1:1/video.mjpeg"}, "name": {"given"}})
	require.NoError(t, err)
	require.Equal(t, "given", name)
	streams.Delete(name)
}
