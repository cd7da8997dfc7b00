package e2e

import (
	"errors"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/AlexxIT/go2rtc/seats/e2e/process"
	"github.com/bluenviron/gohlslib/v2"
	"github.com/bluenviron/gohlslib/v2/pkg/codecs"
	"github.com/stretchr/testify/require"
)

// hlsAnswers counts what a viewer's requests were answered with.
type hlsAnswers struct {
	mu    sync.Mutex
	codes map[int]int
	odd   []string
}

func (a *hlsAnswers) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	a.mu.Lock()
	a.codes[res.StatusCode]++
	if res.StatusCode != http.StatusOK {
		a.odd = append(a.odd, fmt.Sprint(res.StatusCode, " ", r.URL))
	}
	a.mu.Unlock()
	return res, nil
}

// hlsViewer follows the playlists with gohlslib's client, and counts access units and audio packets.
type hlsViewer struct {
	hlsAnswers
	client       *gohlslib.Client
	video, audio int // guarded by mu
	last         time.Time
}

func hlsView(t testing.TB, address string) *hlsViewer {
	t.Helper()
	v := &hlsViewer{hlsAnswers: hlsAnswers{codes: map[int]int{}}}
	count := func(n *int) {
		v.mu.Lock()
		*n++
		v.last = time.Now()
		v.mu.Unlock()
	}
	v.client = &gohlslib.Client{
		URI:           address,
		HTTPClient:    &http.Client{Transport: &v.hlsAnswers},
		OnDecodeError: func(error) {},

		OnDownloadPrimaryPlaylist: func(string) {},
		OnDownloadStreamPlaylist:  func(string) {},
		OnDownloadSegment:         func(string) {},
		OnDownloadPart:            func(string) {},
	}
	v.client.OnTracks = func(tracks []*gohlslib.Track) error {
		for _, track := range tracks {
			switch track.Codec.(type) {
			case *codecs.H264, *codecs.H265:
				v.client.OnDataH26x(track, func(_, _ int64, _ [][]byte) { count(&v.video) })
			case *codecs.MPEG4Audio:
				v.client.OnDataMPEG4Audio(track, func(_ int64, _ [][]byte) { count(&v.audio) })
			default:
				return errors.New("unexpected codec")
			}
		}
		return nil
	}
	require.NoError(t, v.client.Start())
	t.Cleanup(v.client.Close)
	return v
}

// seen is what has come, and when it last did.
func (v *hlsViewer) seen() (video, audio int, last time.Time) {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.video, v.audio, v.last
}

func (v *hlsViewer) pictures() int {
	video, _, _ := v.seen()
	return video
}

// shows waits until more pictures have come than a number.
func (v *hlsViewer) shows(t testing.TB, limit time.Duration, pictures int) {
	t.Helper()
	process.Until(t, limit, fmt.Sprint("it has shown ", pictures), func() bool { return v.pictures() > pictures })
}

// rests waits until nothing has come for so long.
func (v *hlsViewer) rests(t testing.TB, limit, so time.Duration) {
	t.Helper()
	process.Until(t, limit, "nothing more comes", func() bool { _, _, last := v.seen(); return time.Since(last) > so })
}

// refusals are the answers that were not 200.
func (v *hlsViewer) refusals() []string {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.odd
}
