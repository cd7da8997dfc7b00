package e2e

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/AlexxIT/go2rtc/seats/e2e/freeport"
	"github.com/pion/webrtc/v4"
	"github.com/stretchr/testify/require"
)

// viewing is a server with the test card that answers WebRTC on loopback, and asks no server of the Internet.
func viewing(t testing.TB) *server {
	t.Helper()
	s := newServer(t, fmt.Sprintf("streams: {cam1: %s}\nlog: {format: text}\n", cardSource(t)))
	s.rewrite(`webrtc: {listen: ""}`, fmt.Sprintf(`webrtc: {listen: "127.0.0.1:%d", ice_servers: [], filters: {loopback: true, networks: [udp4, tcp4]}}`, freeport.Take(t)))
	s.start()
	return s
}

func viewerOffer(t testing.TB) (*webrtc.PeerConnection, string) {
	t.Helper()
	settings := webrtc.SettingEngine{}
	settings.SetIncludeLoopbackCandidate(true)
	settings.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4})
	pc, err := webrtc.NewAPI(webrtc.WithSettingEngine(settings)).NewPeerConnection(webrtc.Configuration{})
	require.NoError(t, err)
	t.Cleanup(func() { _ = pc.Close() })
	_, err = pc.AddTransceiverFromKind(webrtc.RTPCodecTypeVideo, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionRecvonly})
	require.NoError(t, err)
	sdp, err := pc.CreateOffer(nil)
	require.NoError(t, err)
	gathered := webrtc.GatheringCompletePromise(pc)
	require.NoError(t, pc.SetLocalDescription(sdp))
	<-gathered
	return pc, pc.LocalDescription().SDP
}

func (s *server) whep(sdp string) (code int, location, text string) {
	s.t.Helper()
	res, text := do(s.t, http.MethodPost, s.api+"api/webrtc?src=cam1", sdp, "Content-Type", "application/sdp", "User-Agent", "e2e viewer")
	return res.StatusCode, res.Header.Get("Location"), text
}

// receiver receives RTP and knows the longest time without any.
type receiver struct {
	pc       *webrtc.PeerConnection
	location string
	packets  atomic.Int64
	longest  atomic.Int64 // nanoseconds
}

func (s *server) watch() *receiver {
	s.t.Helper()
	w := &receiver{}
	var sdp string
	w.pc, sdp = viewerOffer(s.t)
	w.pc.OnTrack(func(track *webrtc.TrackRemote, _ *webrtc.RTPReceiver) {
		for last := time.Now(); ; {
			if _, _, err := track.ReadRTP(); err != nil {
				return
			}
			now := time.Now()
			w.longest.Store(max(w.longest.Load(), int64(now.Sub(last))))
			w.packets.Add(1)
			last = now
		}
	})
	code, location, text := s.whep(sdp)
	require.Equal(s.t, http.StatusCreated, code, text)
	w.location = location
	require.NoError(s.t, w.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: text}))
	s.wait(15*time.Second, "the viewer receives", func() bool { return w.packets.Load() > 20 })
	return w
}

// rss is the resident memory in MB, fds the number of open files.
func (s *server) rss() int {
	s.t.Helper()
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.Pid()))
	require.NoError(s.t, err)
	kb, err := strconv.Atoi(regexp.MustCompile(`VmRSS:\s+(\d+) kB`).FindStringSubmatch(string(b))[1])
	require.NoError(s.t, err)
	return kb / 1024
}

func (s *server) fds() int {
	s.t.Helper()
	list, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", s.Pid()))
	require.NoError(s.t, err)
	return len(list)
}

// TestStoryInTheLog: `grep -i ice` finds a session, from its candidates to its end.
func TestStoryInTheLog(t *testing.T) {
	t.Parallel()
	s := viewing(t)
	w := s.watch()
	s.wait(5*time.Second, "the log tells", func() bool { return strings.Contains(s.Output(), "[webrtc] ice connected") })
	var told []string
	for line := range strings.Lines(s.Output()) {
		// another pair may win later
		if strings.Contains(line, "[webrtc] ice") && !strings.Contains(line, "ice changed") {
			told = append(told, line)
			require.Contains(t, line, "INF")
			require.Contains(t, line, "stream=cam1")
			require.Contains(t, line, `user_agent="e2e viewer"`)
		}
	}
	require.Len(t, told, 3, "%s", told)
	require.Regexp(t, `ice local.* candidates=.*host udp 127\.0\.0\.1:\d+`, told[0])
	require.Regexp(t, `ice remote.* candidates=.*host udp 127\.0\.0\.1:\d+`, told[1])
	require.Regexp(t, `ice connected.* local="host udp 127.* remote="(host|prflx) udp .* route=direct .*took=`, told[2])

	// RFC 9725 and WHEP: the session has a URL, and DELETE ends it
	require.Regexp(t, `^webrtc\?id=[0-9a-z]{32}$`, w.location)
	for _, want := range []int{http.StatusOK, http.StatusNotFound} {
		code, _ := request(t, http.MethodDelete, s.api+"api/"+w.location, "")
		require.Equal(t, want, code)
	}
	s.wait(5*time.Second, "the end is told", func() bool {
		return strings.Contains(s.Output(), "[webrtc] ice ended") && strings.Contains(s.Output(), "reason=closed")
	})
}

// TestHostileOffers: one sentence for each, by HTTP and by WebSocket, and a server that plays on.
func TestHostileOffers(t *testing.T) {
	t.Parallel()
	s := viewing(t)
	w := s.watch()
	const head = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n"
	_, good := viewerOffer(t)
	cases := []struct {
		name, sdp string
		code      int
	}{
		{"nothing", "", 400},
		{"garbage", "<html>", 400},
		{"no media", head, 400},
		{"no video", head + "m=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=recvonly\r\na=mid:0\r\n", 400},
		{"no ICE", head + "m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=rtpmap:96 H264/90000\r\na=recvonly\r\na=mid:0\r\n", 400},
		{"no clock rate", head + "m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=rtpmap:96 H264\r\na=recvonly\r\na=mid:0\r\n", 400},
		{"many medias", head + strings.Repeat("m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=recvonly\r\n", 1000), 400},
		{"a megabyte", good + "a=" + strings.Repeat("x", 1<<20), 413},
	}
	for _, ca := range cases {
		code, _, text := s.whep(ca.sdp)
		require.Equal(t, ca.code, code, "%s: %s", ca.name, text)
		require.Less(t, len(text), 300, ca.name)
		code, text = request(t, http.MethodPost, s.api+"api/webrtc?dst=cam1", ca.sdp)
		require.Contains(t, []int{201, 400, 413}, code, "%s: %s", ca.name, text)

		conn := s.socket("?src=cam1")
		require.NoError(t, conn.SetReadDeadline(time.Now().Add(5*time.Second)))
		err := conn.WriteJSON(map[string]any{"type": "webrtc/offer", "value": ca.sdp})
		var answer struct{ Type, Value string }
		if err == nil {
			err = conn.ReadJSON(&answer)
		}
		if ca.code == http.StatusRequestEntityTooLarge {
			require.Error(t, err, "closed with 1009")
		} else {
			require.NoError(t, err, ca.name)
			require.Equal(t, "error", answer.Type, ca.name)
		}
		_ = conn.Close()
	}
	code, text := request(t, http.MethodPost, s.api+"api/webrtc?src=cam1", "null")
	require.Equal(t, http.StatusBadRequest, code, text)
	require.NotContains(t, s.Output(), "panic")

	before := w.packets.Load()
	s.wait(5*time.Second, "the viewer plays on", func() bool { return w.packets.Load() > before+20 })
}

// TestHalfOpenSessions: ten thousand offers of peers that never connect. The viewer plays on, memory stays bounded, and
// half a minute later nothing is left of them. Takes 40 s.
func TestHalfOpenSessions(t *testing.T) {
	t.Parallel()
	s := viewing(t)
	w := s.watch()
	rss, fds := s.rss(), s.fds()
	w.longest.Store(0)

	sdp := offer(t, webrtc.RTPTransceiverDirectionRecvonly) // without candidates
	var taken, busy, peak atomic.Int64
	var wg sync.WaitGroup
	start := time.Now()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 8}}
	for range 8 {
		wg.Go(func() {
			for i := range 1250 {
				res, err := client.Post(s.api+"api/webrtc?src=cam1", "application/sdp", strings.NewReader(sdp))
				if err != nil {
					return
				}
				_, _ = io.Copy(io.Discard, res.Body)
				_ = res.Body.Close()
				switch res.StatusCode {
				case http.StatusCreated:
					taken.Add(1)
				case http.StatusServiceUnavailable:
					busy.Add(1)
				}
				if i%50 == 0 {
					peak.Store(max(peak.Load(), int64(s.rss())))
				}
			}
		})
	}
	wg.Wait()
	client.CloseIdleConnections()
	t.Logf("%d taken, %d refused in %s; memory %d MB, at most %d MB; longest gap of the viewer %s",
		taken.Load(), busy.Load(), time.Since(start), rss, peak.Load(), time.Duration(w.longest.Load()))
	require.EqualValues(t, 10_000, taken.Load()+busy.Load())
	require.GreaterOrEqual(t, taken.Load(), int64(128))
	require.Less(t, int(peak.Load()), rss+120)
	require.Less(t, time.Duration(w.longest.Load()), 3*time.Second)
	require.Less(t, strings.Count(s.Output(), "too many sessions are connecting"), 30, "repeats are counted")

	var sum, left int
	s.wait(45*time.Second, "the half-open sessions are gone", func() bool {
		sum, left = s.rss(), s.fds()
		return left <= fds+8
	})
	t.Logf("after %s: memory %d MB, %d files open, %d before", time.Since(start), sum, left, fds)
	require.Less(t, sum, rss+120)
	require.Less(t, time.Duration(w.longest.Load()), 3*time.Second)
	before := w.packets.Load()
	s.wait(5*time.Second, "the viewer plays on", func() bool { return w.packets.Load() > before+20 })
	s.watch()
}
