package hls

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/AlexxIT/go2rtc/internal/streams"
	"github.com/AlexxIT/go2rtc/pkg/core"
	"github.com/AlexxIT/go2rtc/seats/analytics/nal"
	"github.com/AlexxIT/go2rtc/seats/analytics/tap"
	"github.com/AlexxIT/go2rtc/seats/analytics/video"
	"github.com/bluenviron/mediacommon/v2/pkg/formats/fmp4"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// clip encodes a moving picture with ffmpeg, or what its input is.
func clip(t testing.TB, input, options string) []video.Unit {
	t.Helper()
	path := filepath.Join(t.TempDir(), "clip.mp4")
	arguments := strings.Fields("-v error -y " + input + " -an " + options)
	out, err := exec.Command("ffmpeg", append(arguments, path)...).CombinedOutput()
	require.NoError(t, err, string(out))
	file, err := video.OpenFile(path)
	require.NoError(t, err)
	defer file.Close()
	var list []video.Unit
	for {
		unit, errNext := file.Next()
		if errors.Is(errNext, io.EOF) {
			return list
		}
		require.NoError(t, errNext)
		list = append(list, unit)
	}
}

const (
	pictures = "-f lavfi -i testsrc2=size=160x90:rate=25"
	x264     = "-c:v libx264 -preset ultrafast -pix_fmt yuv420p "
)

// rig is a muxer that a test writes into, at times of its own.
type rig struct {
	*muxer
	video, audio *track
	now          time.Time
	entry        nal.Entry
}

// write writes as a tap does.
func (r *rig) write(c *consumer, t *track, data []byte, timestamp, shown uint32, now time.Time) {
	key := true
	if t.units != nil {
		r.entry.Codec = t.units.coding
		read, _ := r.entry.Read(data, false, now) //nolint:errcheck // the muxer refuses the same
		key = read.Key
	}
	r.muxer.write(c, t, tap.Unit{Data: data, At: now, Timestamp: timestamp, Shown: shown, Key: key})
}

func newRig(t testing.TB, codecs ...*core.Codec) *rig {
	t.Helper()
	name := t.Name()
	stream, err := streams.New(name) // without a source: the test is its producer
	require.NoError(t, err)
	t.Cleanup(func() { streams.Delete(name) })
	r := &rig{now: time.Unix(1e9, 0)}
	muxers.mu.Lock()
	r.muxer = muxers.add(newKey(stream, filter(nil)), name)
	muxers.byID[r.id] = r.muxer
	r.askedAt = time.Now().Add(time.Hour) // the test may take its time
	muxers.mu.Unlock()
	t.Cleanup(func() { muxers.end(r.muxer) })
	c := &consumer{muxer: r.muxer, join: &tap.Join{}} // that no tap made: the test writes
	for _, codec := range codecs {
		_, err = c.add(codec)
		require.NoError(t, err)
	}
	for _, track := range c.tracks {
		if track.units != nil {
			r.video = track
		} else {
			r.audio = track
		}
	}
	r.admit(c)
	require.Equal(t, c, r.consumer)
	return r
}

func h264Codec() *core.Codec {
	return &core.Codec{Name: core.CodecH264, ClockRate: 90000, PayloadType: 96}
}

func aacCodec() *core.Codec {
	return &core.Codec{Name: core.CodecAAC, ClockRate: 48000, Channels: 2, PayloadType: 97, FmtpLine: "config=1190"}
}

// play writes access units as RTP has them: base is the timestamp of the first, and they come when they are decoded.
func (r *rig) play(units []video.Unit, base uint32) {
	first, begin := units[0], r.now
	for _, u := range units {
		r.now = begin.Add(u.DTS - first.DTS)
		r.write(r.consumer, r.video, u.Data, base+uint32(ticks(u.PTS-first.PTS, 90000)), 0, r.now)
	}
	r.now = r.now.Add(40 * time.Millisecond)
}

// read asks a handler as a player would.
func read(t testing.TB, method string, handler http.HandlerFunc, url string) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	handler(w, httptest.NewRequestWithContext(t.Context(), method, url, nil))
	return w
}

func (r *rig) text(t testing.TB) string {
	t.Helper()
	w := read(t, http.MethodGet, handlerPlaylist, "/api/hls/playlist.m3u8?id="+r.id)
	require.Equal(t, http.StatusOK, w.Code, w.Body)
	return w.Body.String()
}

// tracks of a movie fragment or some of them.
func parse(t testing.TB, data []byte) fmp4.Parts {
	t.Helper()
	var parts fmp4.Parts
	require.NoError(t, parts.Unmarshal(data))
	return parts
}

// whole decodes what a player would have got, as ffmpeg reads it, and gives the number of pictures.
func whole(t testing.TB, init []byte, segments []*segment) int {
	t.Helper()
	b := bytes.Clone(init)
	for _, s := range segments {
		for _, p := range s.parts {
			b = append(b, p.data...)
		}
	}
	cmd := exec.Command("ffmpeg", "-v", "error", "-xerror", "-i", "-", "-map", "0:v", "-f", "framecrc", "-")
	cmd.Stdin = bytes.NewReader(b)
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, string(out))
	n := 0
	for line := range strings.Lines(string(out)) {
		if !strings.HasPrefix(line, "#") {
			n++
		}
	}
	return n
}

func (m *muxer) ended() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.closed
}

// none requires the registry to be empty.
func none(t testing.TB) {
	t.Helper()
	muxers.mu.Lock()
	defer muxers.mu.Unlock()
	require.Empty(t, muxers.byID)
	require.Empty(t, muxers.byKey)
}
