package measure

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/AlexxIT/go2rtc/seats/e2e/process"
	"github.com/pion/webrtc/v4"
	"github.com/stretchr/testify/require"
)

// viewers are WebRTC peers of one stream that answer as browsers do, by reports and requests for lost packets, and take
// the pictures without looking at them.
type viewers struct {
	peers   []*webrtc.PeerConnection
	packets []atomic.Int64 // of each
	bytes   atomic.Int64
	readers sync.WaitGroup
}

// view connects n viewers by WHEP (RFC 9725), and comes back when each has got something.
func view(t testing.TB, s *server, stream string, n int) *viewers {
	t.Helper()
	var engine webrtc.SettingEngine
	engine.SetIncludeLoopbackCandidate(true)
	engine.SetInterfaceFilter(func(name string) bool { return name == "lo" })
	engine.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4})
	api := webrtc.NewAPI(webrtc.WithSettingEngine(engine))
	v := &viewers{packets: make([]atomic.Int64, n)}
	t.Cleanup(v.close)
	for i := range n {
		peer, err := api.NewPeerConnection(webrtc.Configuration{})
		require.NoError(t, err)
		v.peers = append(v.peers, peer)
		_, err = peer.AddTransceiverFromKind(webrtc.RTPCodecTypeVideo, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionRecvonly})
		require.NoError(t, err)
		peer.OnTrack(func(track *webrtc.TrackRemote, _ *webrtc.RTPReceiver) { v.read(track, &v.packets[i]) })
		offer, err := peer.CreateOffer(nil)
		require.NoError(t, err)
		gathered := webrtc.GatheringCompletePromise(peer)
		require.NoError(t, peer.SetLocalDescription(offer))
		<-gathered
		res, err := http.Post(s.api+"api/webrtc?src="+stream, "application/sdp", strings.NewReader(peer.LocalDescription().SDP))
		require.NoError(t, err)
		answer, err := io.ReadAll(res.Body)
		_ = res.Body.Close()
		require.NoError(t, err)
		require.Equal(t, http.StatusCreated, res.StatusCode, string(answer))
		require.NoError(t, peer.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: string(answer)}))
	}
	process.Until(t, 30*time.Second, fmt.Sprintf("%d viewers of %s have pictures", n, s.name), func() bool {
		for i := range v.packets {
			if v.packets[i].Load() < 10 {
				return false
			}
		}
		return true
	})
	return v
}

func (v *viewers) read(track *webrtc.TrackRemote, packets *atomic.Int64) {
	v.readers.Add(1)
	defer v.readers.Done()
	b := make([]byte, 1500)
	for {
		n, _, err := track.Read(b)
		if err != nil {
			return
		}
		packets.Add(1)
		v.bytes.Add(int64(n))
	}
}

// close may be called again.
func (v *viewers) close() {
	for _, peer := range v.peers {
		_ = peer.Close()
	}
	v.peers = nil
	v.readers.Wait()
}
