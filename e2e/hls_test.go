package e2e

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/AlexxIT/go2rtc/seats/e2e/process"
	"github.com/stretchr/testify/require"
)

// hlsCamera is an RTSP camera of its own: a moving picture that ffmpeg draws, with a keyframe a second.
func hlsCamera(t testing.TB, arguments string) *server {
	t.Helper()
	return camera(t, "\"exec:ffmpeg -v error -nostdin -re "+arguments+" -f rtsp {output}\"")
}

const (
	hlsPictures = "-f lavfi -i testsrc2=size=640x360:rate=25"
	hlsTone     = "-f lavfi -i sine=f=440:r=48000"
	hlsH264     = "-c:v libx264 -preset ultrafast -tune zerolatency -g 25 -pix_fmt yuv420p"
	hlsH265     = "-c:v libx265 -preset ultrafast -x265-params log-level=0:keyint=25:min-keyint=25 -pix_fmt yuv420p"
	hlsSound    = "-c:a aac -b:a 64k"
)

func hlsServer(t testing.TB, source *server) *server {
	t.Helper()
	return newServer(t, source.asCam1())
}

// TestHLSManyViewers: twenty viewers of one stream, with filters that differ, are one consumer and never see a 404;
// when they have gone the consumer goes.
func TestHLSManyViewers(t *testing.T) {
	t.Parallel()
	source := hlsCamera(t, hlsPictures+" "+hlsTone+" "+hlsH264+" "+hlsSound)
	source.start()
	s := hlsServer(t, source)
	s.start()
	var viewers []*hlsViewer
	for i := range 20 {
		query := []string{"", "&mp4", "&mp4=flac", "&video=h264&audio=aac"}[i%4]
		viewers = append(viewers, hlsView(t, s.api+"api/stream.m3u8?src=cam1"+query))
	}
	begin := time.Now()
	s.wait(30*time.Second, "everybody has seen 20 s", func() bool {
		for _, v := range viewers {
			if video, audio, _ := v.seen(); video < 500 || audio < 900 {
				return false
			}
		}
		return true
	})
	t.Logf("twenty viewers had 20 s of video after %s", time.Since(begin).Round(time.Millisecond))
	require.Equal(t, []string{"hls/fmp4"}, s.consumers("cam1"))
	for _, v := range viewers {
		require.Empty(t, v.refusals())
		v.client.Close()
	}
	s.wait(40*time.Second, "the muxer ended", func() bool { return len(s.consumers("cam1")) == 0 })
	s.stop()
}

// TestHLSFFmpeg: players that know nothing of parts, for each codec.
func TestHLSFFmpeg(t *testing.T) {
	t.Parallel()
	cases := []struct{ name, camera, query, want string }{
		{"h264 aac", hlsPictures + " " + hlsTone + " " + hlsH264 + " " + hlsSound, "", "h264 aac"},
		{"h265", hlsPictures + " " + hlsH265, "&mp4", "hevc"},
		{"b-frames", hlsPictures + " -c:v libx264 -preset veryfast -bf 2 -g 25 -pix_fmt yuv420p", "&mp4", "h264"},
		{"opus", hlsPictures + " " + hlsTone + " " + hlsH264 + " -c:a libopus", "&mp4=all", "h264 opus"},
		{"g711", hlsPictures + " " + hlsTone + " " + hlsH264 + " -c:a pcm_mulaw -ar 8000 -ac 1", "&mp4=flac", "h264 flac"},
		{"g711 that HLS was not asked for", hlsPictures + " " + hlsTone + " " + hlsH264 + " -c:a pcm_mulaw -ar 8000 -ac 1", "&mp4", "h264"},
		{"audio alone", hlsTone + " " + hlsSound, "", "aac"},
	}
	for _, ca := range cases {
		t.Run(ca.name, func(t *testing.T) {
			t.Parallel()
			source := hlsCamera(t, ca.camera)
			source.start()
			s := hlsServer(t, source)
			s.start()
			out := process.Run(t, exec.Command("ffprobe", "-v", "error", "-read_intervals", "%+3", "-show_entries",
				"packet=codec_type,dts_time,pts_time:stream=codec_name", "-of", "compact", s.api+"api/stream.m3u8?src=cam1"+ca.query))
			var names []string
			last := map[string]float64{}
			for line := range strings.SplitSeq(string(out), "\n") {
				fields := map[string]string{}
				for f := range strings.SplitSeq(line, "|") {
					k, v, _ := strings.Cut(f, "=")
					fields[k] = v
				}
				if name := fields["codec_name"]; name != "" && !slices.Contains(names, name) {
					names = append(names, name)
				}
				if kind := fields["codec_type"]; kind != "" {
					var dts, pts float64
					_, _ = fmt.Sscan(fields["dts_time"], &dts)
					_, _ = fmt.Sscan(fields["pts_time"], &pts)
					if before, ok := last[kind]; ok {
						require.Greater(t, dts, before, kind)
						require.Less(t, dts-before, 0.3, kind)
					}
					require.GreaterOrEqual(t, pts, dts, kind)
					last[kind] = dts
				}
			}
			require.Equal(t, ca.want, strings.Join(names, " "))
			require.Len(t, last, strings.Count(ca.want, " ")+1)
			s.stop()
		})
	}
}

// TestHLSCameraComesBack: a source that is away at the first request is answered with its own error; one that goes in
// mid-play leaves its playlist, and viewers go on, behind a discontinuity, when it is back.
func TestHLSCameraComesBack(t *testing.T) {
	t.Parallel()
	source := hlsCamera(t, hlsPictures+" "+hlsH264)
	s := newServer(t, fmt.Sprintf("streams: {cam1: \"rtsp://admin:hunter2@127.0.0.1:%d/clip\"}\n", source.rtsp))
	s.start()
	code, text := request(t, http.MethodGet, s.api+"api/stream.m3u8?src=cam1", "")
	require.Equal(t, http.StatusBadGateway, code)
	require.Contains(t, text, "connection refused")
	require.NotContains(t, text, "hunter2")

	source.start()
	v := hlsView(t, s.api+"api/stream.m3u8?src=cam1&mp4")
	v.shows(t, 15*time.Second, 25)
	code, text = request(t, http.MethodGet, s.api+"api/stream.m3u8?src=cam1&mp4", "")
	require.Equal(t, http.StatusOK, code)
	playlist := s.api + "api/" + strings.TrimSpace(text[strings.LastIndex(strings.TrimSpace(text), "\n")+1:])

	source.stop()
	v.rests(t, 15*time.Second, 4*time.Second)
	code, text = request(t, http.MethodGet, playlist, "")
	require.Equal(t, http.StatusOK, code)
	require.Contains(t, text, "#EXTINF")
	before := v.pictures()
	s.wait(20*time.Second, "who comes now is told", func() bool {
		code, text = request(t, http.MethodGet, s.api+"api/stream.m3u8?src=cam1&mp4", "")
		return code == http.StatusServiceUnavailable
	})
	require.Regexp(t, `^hls: nothing of cam1 for \d+s: .`, text)
	require.NotContains(t, text, "hunter2")

	source.start()
	v.shows(t, 30*time.Second, before+50)
	code, text = request(t, http.MethodGet, playlist, "")
	require.Equal(t, http.StatusOK, code)
	require.Contains(t, text, "#EXT-X-DISCONTINUITY\n")
	require.Empty(t, v.refusals())
	s.stop()
}

// TestHLSOpenGOP: a camera whose only IDR is its first, which was long ago, and whose parameter sets stand in the SDP
// alone.
func TestHLSOpenGOP(t *testing.T) {
	t.Parallel()
	source := hlsCamera(t, hlsPictures+" -c:v libx264 -preset veryfast -pix_fmt yuv420p -x264-params open-gop=1:bframes=1:keyint=15")
	source.start()
	res, err := http.Get(source.api + "api/stream.mp4?src=clip")
	require.NoError(t, err)
	defer func() { _ = res.Body.Close() }()
	_, err = io.CopyN(io.Discard, res.Body, 200000)
	require.NoError(t, err)

	s := hlsServer(t, source)
	s.start()
	v := hlsView(t, s.api+"api/stream.m3u8?src=cam1&mp4")
	v.shows(t, 20*time.Second, 75)
	require.Empty(t, v.refusals())
	s.stop()
}

// TestHLSPublisherComesBack: a publisher that reconnects is another producer, of which the muxer is not notified.
func TestHLSPublisherComesBack(t *testing.T) {
	t.Parallel()
	s := newServer(t, "streams: {cam1: \"\"}\n")
	s.start()
	publish := func() *process.Process {
		arguments := strings.Fields("-v error -nostdin -re " + hlsPictures + " " + hlsH264 + " -rtsp_transport tcp -f rtsp " + fmt.Sprintf("rtsp://127.0.0.1:%d/cam1", s.rtsp))
		return process.Start(t, exec.Command("ffmpeg", arguments...))
	}
	first := publish()
	s.wait(15*time.Second, "it is there", func() bool {
		code, _ := request(t, http.MethodGet, s.api+"api/stream.m3u8?src=cam1&mp4", "")
		return code == http.StatusOK
	})
	v := hlsView(t, s.api+"api/stream.m3u8?src=cam1&mp4")
	v.shows(t, 15*time.Second, 25)
	first.Kill()
	v.rests(t, 15*time.Second, 2*time.Second)
	before := v.pictures()
	publish()
	v.shows(t, 30*time.Second, before+50)
	require.Empty(t, v.refusals())
	s.stop()
}

// TestHLSHostile: what is gone, forged, malformed or many gets one sentence, and viewers go on playing.
func TestHLSHostile(t *testing.T) {
	t.Parallel()
	source := hlsCamera(t, hlsPictures+" "+hlsH264)
	source.start()
	s := hlsServer(t, source)
	s.start()
	v := hlsView(t, s.api+"api/stream.m3u8?src=cam1&mp4")
	v.shows(t, 15*time.Second, 25)
	_, text := request(t, http.MethodGet, s.api+"api/stream.m3u8?src=cam1&mp4", "")
	lines := strings.Fields(text)
	u, err := url.Parse(lines[len(lines)-1])
	require.NoError(t, err)
	id := u.Query().Get("id")
	for _, ca := range []struct {
		method, path string
		code         int
		want         string
	}{
		{http.MethodGet, "api/stream.m3u8?src=nowhere", 404, "stream not found"},
		{http.MethodGet, "api/stream.m3u8", 404, "stream not found"},
		{http.MethodPost, "api/stream.m3u8?src=cam1", 405, "only GET"},
		{http.MethodOptions, "api/stream.m3u8?src=cam1", 200, ""},
		{http.MethodHead, "api/stream.m3u8?src=cam1&mp4", 200, ""},
		{http.MethodGet, "api/stream.m3u8?src=cam1&video=vp9", 502, "codecs not matched"},
		{http.MethodGet, "api/hls/playlist.m3u8", 404, "has ended"},
		{http.MethodGet, "api/hls/playlist.m3u8?id=../../go2rtc.yaml", 404, "has ended"},
		{http.MethodGet, "api/hls/playlist.m3u8?id=" + id + "&_HLS_msn=x", 400, "not a number"},
		{http.MethodGet, "api/hls/playlist.m3u8?id=" + id + "&_HLS_msn=-1", 400, "not a number"},
		{http.MethodGet, "api/hls/playlist.m3u8?id=" + id + "&_HLS_part=1", 400, "_HLS_msn is missing"},
		{http.MethodGet, "api/hls/playlist.m3u8?id=" + id + "&_HLS_msn=9000000000000000000", 400, "ahead"},
		{http.MethodGet, "api/hls/playlist.m3u8?id=" + id + "&_HLS_msn=0&_HLS_part=0", 200, "#EXTM3U"},
		{http.MethodGet, "api/hls/segment.m4s?id=" + id, 404, "not a number"},
		{http.MethodGet, "api/hls/segment.m4s?id=" + id + "&n=100000", 404, "segment 100000 is gone, or not yet there"},
		{http.MethodGet, "api/hls/segment.m4s?id=" + id + "&p=100000", 404, "part 100000 is gone, or not yet there"},
		{http.MethodGet, "api/hls/segment.m4s?id=" + id + "&p=99999999999999999999", 404, "not a number"},
		{http.MethodGet, "api/hls/init.mp4?id=" + id + "&n=7", 404, "init segment 7"},
		{http.MethodGet, "api/hls/init.mp4?id=" + id + "&n=0", 200, "avcC"},
		{http.MethodGet, "api/hls/segment.ts?id=" + id, 404, "fMP4"},
	} {
		code, body := request(t, ca.method, s.api+ca.path, "")
		require.Equal(t, ca.code, code, "%s %s: %s", ca.method, ca.path, body)
		require.Contains(t, body, ca.want, ca.path)
	}

	// upstream's message: the same playlist, whose URI begins with hls/
	socket := s.socket("?src=cam1")
	require.NoError(t, socket.WriteJSON(map[string]string{"type": "hls", "value": "avc1.640029,mp4a.40.2"}))
	var message struct{ Type, Value string }
	require.NoError(t, socket.ReadJSON(&message))
	require.NoError(t, socket.Close())
	require.Equal(t, "hls", message.Type)
	require.Contains(t, message.Value, "\nhls/playlist.m3u8?id="+id+"\n")

	// ten thousand that ask for nothing, and twenty that do not read what they asked for
	for range 20 {
		unread, errGet := http.Get(s.api + "api/hls/segment.m4s?id=" + id + "&n=1")
		require.NoError(t, errGet)
		t.Cleanup(func() { _ = unread.Body.Close() })
	}
	before := v.pictures()
	begin := time.Now()
	var group sync.WaitGroup
	for i := range 10 {
		group.Go(func() {
			for n := range 1000 {
				res, errGet := http.Get(fmt.Sprintf("%sapi/hls/segment.m4s?id=%d-%d&n=1", s.api, i, n))
				if errGet == nil {
					_, _ = io.Copy(io.Discard, res.Body)
					_ = res.Body.Close()
				}
			}
		})
	}
	group.Wait()
	t.Logf("ten thousand requests for nothing in %s", time.Since(begin).Round(time.Millisecond))
	v.shows(t, 15*time.Second, before+75)
	require.Empty(t, v.refusals())

	for i := range 20 {
		code, body := request(t, http.MethodGet, fmt.Sprintf("%sapi/stream.m3u8?src=cam1&video=h264&audio=codec%d", s.api, i), "")
		if code != http.StatusOK {
			require.Equal(t, http.StatusServiceUnavailable, code)
			require.Contains(t, body, "too many differing filters")
			require.Greater(t, i, 10)
			break
		}
		require.Less(t, i, 18)
	}
	require.Len(t, s.consumers("cam1"), 1, "all of them are the same track")

	// the first segment goes; the stream too, and its muxer with it
	s.wait(60*time.Second, "segment 0 is gone", func() bool {
		gone, body := request(t, http.MethodGet, s.api+"api/hls/segment.m4s?id="+id+"&n=0", "")
		return gone == http.StatusNotFound && strings.Contains(body, "segment 0 is gone")
	})
	v.client.Close()
	code, _ := request(t, http.MethodDelete, s.api+"api/streams?src=cam1", "")
	require.Equal(t, http.StatusOK, code)
	code, text = request(t, http.MethodGet, s.api+"api/hls/playlist.m3u8?id="+id, "")
	require.Equal(t, http.StatusNotFound, code)
	require.Contains(t, text, "has ended")
	s.stop()
}
