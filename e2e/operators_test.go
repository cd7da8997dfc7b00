package e2e

import (
	"strings"
	"testing"
	"time"

	"github.com/AlexxIT/go2rtc/seats/e2e/lab"
	"github.com/stretchr/testify/require"
)

// operators is the configuration that the stores' operators were given, as it stands.
const operators = `webrtc:
  candidates:
    - stun:stun.l.google.com:19302    # 무료
    - stun:stun1.l.google.com:19302
  ice_servers:
    - urls: [stun:stun.l.google.com:19302]
    - urls: [turn:turn.metered.ca:443?transport=tcp]
      username: your-username
      credential: your-password
`

// TestOperatorsServersAreAsked: with that configuration, in a lab where these names are coturn's, the box asks the STUN
// servers for its address and offers it with its port, and the browser is given the servers, too.
func TestOperatorsServersAreAsked(t *testing.T) {
	s := &site{Lab: lab.New(t), t: t}
	s.StartTURN(lab.TURN{Address: "203.0.113.3", Port: 19302, Username: "nobody", Password: "nothing"})
	metered := s.StartTURN(lab.TURN{Address: "203.0.113.4", Port: 443, Username: "your-username", Password: "your-password"})
	s.SetNames(map[string]string{"stun.l.google.com": "203.0.113.2", "stun1.l.google.com": "203.0.113.3", "turn.metered.ca": "203.0.113.4"})
	s.startCamera()
	s.startBox("-config", s.config(operators), "-config", `{streams: {cam: "rtsp://`+lab.CamHost+`:8554/cam"}}`)
	s.Tunnel()
	s.StartProxy()
	// one that is away is no reason not to ask the next
	s.box.Until(t, 10*time.Second, "the box asks stun.l.google.com", func() bool { return s.Asked(lab.BoxPublic, "203.0.113.2", 19302) })
	s.box.Until(t, 10*time.Second, "the box asks stun1.l.google.com", func() bool { return s.Asked(lab.BoxPublic, "203.0.113.3", 19302) })
	s.StartTURN(lab.TURN{Address: "203.0.113.2", Port: 19302, Username: "nobody", Password: "nothing"})

	v := watch(t, s.Web, publicURL)
	v.plays(20*time.Second, "webrtc", "stun")
	require.True(t, s.Asked(lab.WebPublic, "203.0.113.2", 19302), "the browser asks stun.l.google.com")
	answer := run[string](v.tab, `(async () => {
		const pc = new RTCPeerConnection();
		pc.addTransceiver('video', {direction: 'recvonly'});
		const offer = await pc.createOffer();
		pc.close();
		return (await fetch('api/webrtc?src=cam', {method: 'POST', headers: {'Content-Type': 'application/sdp'}, body: offer.sdp})).text();
	})()`)
	var own []string
	for line := range strings.Lines(answer) {
		if strings.HasPrefix(line, "a=candidate:") && strings.Contains(line, " "+lab.BoxPublic+" 8555 ") {
			own = append(own, strings.TrimSpace(line))
		}
	}
	require.NotEmpty(t, own, "the box offers its public address:\n%s", answer)
	t.Logf("offered: %q", own)

	// and where only TURN is left, the operators' TURN server is what carries it
	s.SetNAT(s.WebNAT, lab.NAT{OnlyTCP: lab.ProxyAddress + ", 203.0.113.4 . 443"})
	v = watch(t, s.Web, publicURL)
	v.plays(20*time.Second, "webrtc", "turn/tcp")
	require.Contains(t, metered.Output(), "username=<your-username>")
}
