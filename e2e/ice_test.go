package e2e

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/AlexxIT/go2rtc/seats/e2e/coturn"
	"github.com/AlexxIT/go2rtc/seats/e2e/freeport"
	"github.com/gorilla/websocket"
	"github.com/pion/stun/v3"
	"github.com/pion/turn/v4"
	"github.com/pion/webrtc/v4"
	"github.com/stretchr/testify/require"
)

// newICEServer has a webrtc section of its own, which listens on the port that is returned.
func newICEServer(t testing.TB, section, config string) (s *server, port int) {
	t.Helper()
	s, port = newServer(t, config), freeport.Take(t)
	s.rewrite("webrtc: {listen: \"\"}\n", fmt.Sprintf("webrtc:\n  listen: \"127.0.0.1:%d\"\n%s", port, section))
	return s, port
}

// stunServer answers each client with the address ip, or not at all where ip is empty.
func stunServer(t testing.TB, ip string) (address string) {
	t.Helper()
	conn, err := net.ListenPacket("udp4", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	go func() {
		b := make([]byte, 1500)
		for {
			n, from, err := conn.ReadFrom(b)
			if err != nil {
				return
			}
			req := &stun.Message{Raw: b[:n]}
			if ip == "" || req.Decode() != nil {
				continue
			}
			if res, err := stun.Build(req, stun.BindingSuccess, &stun.XORMappedAddress{IP: net.ParseIP(ip), Port: 1}); err == nil {
				_, _ = conn.WriteTo(res.Raw, from)
			}
		}
	}()
	return conn.LocalAddr().String()
}

// offer is what a browser that sends or receives one picture offers.
func offer(t testing.TB, direction webrtc.RTPTransceiverDirection) string {
	t.Helper()
	pc, err := webrtc.NewPeerConnection(webrtc.Configuration{})
	require.NoError(t, err)
	t.Cleanup(func() { _ = pc.Close() })
	_, err = pc.AddTransceiverFromKind(webrtc.RTPCodecTypeVideo, webrtc.RTPTransceiverInit{Direction: direction})
	require.NoError(t, err)
	desc, err := pc.CreateOffer(nil)
	require.NoError(t, err)
	return desc.SDP
}

// whip is the answer to a publisher, with all candidates in it.
func (s *server) whip() string {
	s.t.Helper()
	res, answer := do(s.t, http.MethodPost, s.api+"api/webrtc?dst=cam1", offer(s.t, webrtc.RTPTransceiverDirectionSendonly), "Content-Type", "application/sdp")
	require.Equal(s.t, http.StatusCreated, res.StatusCode, answer)
	return answer
}

// TestStunCandidate is the operators' configuration with servers on loopback: the first of them is silent, no viewer
// waits for it, and the second reports the address.
func TestStunCandidate(t *testing.T) {
	t.Parallel()
	silent, good := stunServer(t, ""), stunServer(t, "203.0.113.7")
	s, port := newICEServer(t, fmt.Sprintf(`  candidates:
    - stun:%s    # 무료
    - stun:%s
  ice_servers:
    - urls: [stun:%[2]s]
    - urls: [turn:%[2]s?transport=tcp]
      username: your-username
      credential: your-password
`, silent, good), "streams: {cam1: \"\"}\n")
	s.start()
	s.wait(10*time.Second, "the address is learnt", func() bool {
		return strings.Contains(s.Output(), "[webrtc] ice public address=203.0.113.7 stun="+good)
	})
	answer := s.whip()
	require.Regexp(t, fmt.Sprintf(`a=candidate:\d+ 1 udp \d+ 203\.0\.113\.7 %d typ host\r\n`, port), answer)
	require.Regexp(t, fmt.Sprintf(`a=candidate:\d+ 1 tcp \d+ 203\.0\.113\.7 %d typ host tcptype passive\r\n`, port), answer)
	require.Equal(t, 2, strings.Count(answer, "203.0.113.7 "+strconv.Itoa(port)))
	s.stop()
}

// TestSilentStunServers: no viewer waits for them, and the log says once what is wrong with each.
func TestSilentStunServers(t *testing.T) {
	t.Parallel()
	first, second := stunServer(t, ""), stunServer(t, "")
	s, _ := newICEServer(t, fmt.Sprintf("  candidates: [stun:9000, \"192.0.2.1:9001\", \"[2001:db8::1]:9002\", \"home.example.com:9003\"]\n  ice_servers: [{urls: [\"stun:%s\", \"stun:%s\"]}]\n", first, second),
		"streams: {cam1: \"\"}\n")
	s.start()
	// the WebSocket has what is configured before pion's own candidates, which take as long as its servers do
	conn := s.socket("?dst=cam1")
	begin := time.Now()
	require.NoError(t, conn.WriteJSON(map[string]string{"type": "webrtc/offer", "value": offer(t, webrtc.RTPTransceiverDirectionSendonly)}))
	var hosts []string
	for len(hosts) < 3 {
		var msg struct{ Type, Value string }
		require.NoError(t, conn.ReadJSON(&msg))
		for _, host := range []string{"192.0.2.1 9001", "2001:db8::1 9002", "home.example.com 9003"} {
			if msg.Type == "webrtc/candidate" && strings.Contains(msg.Value, " udp ") && strings.Contains(msg.Value, host) {
				hosts = append(hosts, host)
			}
		}
	}
	require.Less(t, time.Since(begin), 2*time.Second)
	s.wait(15*time.Second, "the log tells", func() bool { return strings.Contains(s.Output(), "no stun server answers") })
	require.Contains(t, s.Output(), first+": no answer, "+second+": no answer")
	require.Equal(t, 1, strings.Count(s.Output(), "no stun server answers"))
	s.stop()
}

// refused runs the binary on a webrtc section.
func refused(t *testing.T, section, want string) {
	t.Helper()
	stdout, stderr := refusal(t, "webrtc:\n"+section+"api: {listen: \"\"}\nrtsp: {listen: \"\"}\n")
	require.Equal(t, "go2rtc.yaml:"+want+"\n", stderr)
	require.NotContains(t, stdout+stderr, "hunter2")
}

// TestCandidateRefused: what upstream drops without a word.
func TestCandidateRefused(t *testing.T) {
	refused(t, "  candidates:\n    - stun:8555\n    - hunter2\n", "4: webrtc.candidates[1]: host:port, [ipv6]:port, stun:port or stun:host:port is expected")
	refused(t, "  candidates: [\"turn:hunter2:3478\"]\n", "2: webrtc.candidates[0]: turn: is for ice_servers, here is stun:host:port known")
}

// TestServersRefused: what upstream takes, and then ends each session with.
func TestServersRefused(t *testing.T) {
	refused(t, "  ice_servers:\n    - urls: [stun:a]\n    - urls: [turn:a]\n      credential: hunter2\n", "4: webrtc.ice_servers[1]: a turn: url needs username and credential, or secret")
	refused(t, "  ice_servers:\n    - urls:\n        - stun:a\n        - https://hunter2\n", "5: webrtc.ice_servers.urls: stun:, stuns:, turn: or turns: is expected")
}

// allocate asks the TURN server for a relayed address.
func allocate(t testing.TB, address, username, credential string) error {
	t.Helper()
	conn, err := net.ListenPacket("udp4", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { _ = conn.Close() }()
	client, err := turn.NewClient(&turn.ClientConfig{TURNServerAddr: address, STUNServerAddr: address, Conn: conn, Username: username, Password: credential, Realm: coturn.Realm})
	require.NoError(t, err)
	defer client.Close()
	require.NoError(t, client.Listen())
	relay, err := client.Allocate()
	if err == nil {
		require.NoError(t, relay.Close())
	}
	return err
}

// TestShortLivedCredentials: a real TURN server takes what the API gives, the box's own sessions have a relayed
// candidate, an expired user is refused, and the secret is nowhere to be seen.
func TestShortLivedCredentials(t *testing.T) {
	t.Parallel()
	const secret = "north-wind-4711"
	address := fmt.Sprintf("127.0.0.1:%d", coturn.Start(t, "--use-auth-secret", "--static-auth-secret="+secret, "--no-tls"))
	s, _ := newICEServer(t, fmt.Sprintf("  ice_servers:\n    - urls: turn:%s?transport=udp\n      username: box\n      secret: ${TURN_SECRET:%s}\n", address, secret),
		"log: {level: trace}\nstreams: {cam1: \"\"}\n")
	s.start()

	res, text := do(t, http.MethodGet, s.api+"api/ice", "")
	require.Equal(t, "no-store", res.Header.Get("Cache-Control"))
	var conf struct {
		ICEServers []struct {
			URLs                 []string
			Username, Credential string
		}
	}
	require.NoError(t, json.Unmarshal([]byte(text), &conf))
	require.Len(t, conf.ICEServers, 1)
	got := conf.ICEServers[0]
	require.Equal(t, []string{"turn:" + address + "?transport=udp"}, got.URLs)
	expiry, user, _ := strings.Cut(got.Username, ":")
	require.Equal(t, "box", user)
	seconds, err := strconv.ParseInt(expiry, 10, 64)
	require.NoError(t, err)
	require.WithinDuration(t, time.Now().Add(24*time.Hour), time.Unix(seconds, 0), time.Minute)

	require.NoError(t, allocate(t, address, got.Username, got.Credential))
	require.ErrorContains(t, allocate(t, address, got.Username, "guess"), "401")
	expired := fmt.Sprintf("%d:box", time.Now().Add(-time.Minute).Unix())
	mac := hmac.New(sha1.New, []byte(secret))
	_, _ = io.WriteString(mac, expired)
	require.ErrorContains(t, allocate(t, address, expired, base64.StdEncoding.EncodeToString(mac.Sum(nil))), "401")

	require.Contains(t, s.whip(), "typ relay")

	_, streams := request(t, http.MethodGet, s.api+"api/streams", "")
	_, log := request(t, http.MethodGet, s.api+"api/log", "")
	for _, said := range []string{text, streams, log, s.Output()} {
		require.NotContains(t, said, secret)
	}
	s.stop()
}

// TestServersInWHEP: in the answer and before it, readable for pages of other origins.
func TestServersInWHEP(t *testing.T) {
	t.Parallel()
	address := stunServer(t, "203.0.113.7") // an answer has all candidates, so it comes when the servers have answered
	section := fmt.Sprintf(`  ice_servers:
    - urls: [stun:%s]
    - urls: ["turn:%[1]s?transport=tcp"]
      username: us"er
      credential: pass
`, address)
	s, _ := newICEServer(t, section, "streams: {cam1: \"\"}\n")
	s.rewrite("api: {", "api: {origin: \"*\", ")
	s.start()
	publish(t, fmt.Sprintf("127.0.0.1:%d", s.rtsp), "cam1")
	want := []string{
		`<stun:` + address + `>; rel="ice-server"`,
		`<turn:` + address + `?transport=tcp>; rel="ice-server"; username="us\"er"; credential="pass"; credential-type="password"`,
	}
	for method, status := range map[string]int{http.MethodOptions: http.StatusNoContent, http.MethodPost: http.StatusCreated} {
		res, text := do(t, method, s.api+"api/webrtc?src=cam1", offer(t, webrtc.RTPTransceiverDirectionRecvonly), "Content-Type", "application/sdp")
		require.Equal(t, status, res.StatusCode, text)
		require.Equal(t, want, res.Header.Values("Link"), method)
		require.Equal(t, "Link, Location", res.Header.Get("Access-Control-Expose-Headers"))
	}
	s.stop()
}

// TestEditorKnowsTheSecret: the web editor offers what its schema has.
func TestEditorKnowsTheSecret(t *testing.T) {
	t.Parallel()
	s := newServer(t, "")
	s.start()
	type schema struct {
		Properties map[string]json.RawMessage
		Items      json.RawMessage
	}
	_, text := do(t, http.MethodGet, s.api+"schema.json", "")
	part := json.RawMessage(text)
	for _, key := range []string{"webrtc", "ice_servers", "", "secret"} {
		var level schema
		require.NoError(t, json.Unmarshal(part, &level))
		if part = level.Properties[key]; key == "" {
			part = level.Items
		}
		require.NotEmpty(t, part, key)
	}
	require.Contains(t, text, `"stun:stun.l.google.com:19302","home.duckdns.org:8555"`)
	s.stop()
}

// TestServersBehindThePassword: the credentials are asked for through a proxy on the same machine.
func TestServersBehindThePassword(t *testing.T) {
	t.Parallel()
	s := newServer(t, "")
	s.rewrite("api: {", "api: {username: admin, password: secret, ")
	s.start()
	res, text := do(t, http.MethodGet, s.api+"api/ice", "", "X-Forwarded-For", "127.0.0.1")
	require.Equal(t, http.StatusUnauthorized, res.StatusCode)
	require.NotContains(t, text, "iceServers")
	res, _ = do(t, http.MethodOptions, s.api+"api/webrtc", "", "X-Forwarded-For", "127.0.0.1")
	require.Equal(t, http.StatusUnauthorized, res.StatusCode)
	require.Empty(t, res.Header.Values("Link"))
	res, text = do(t, http.MethodGet, s.api+"api/ice", "", append(asAdmin("secret"), "X-Forwarded-For", "127.0.0.1")...)
	require.Equal(t, http.StatusOK, res.StatusCode)
	// the default where none is configured
	require.JSONEq(t, `{"iceServers":[{"urls":["stun:stun.cloudflare.com:3478","stun:stun.l.google.com:19302"]}]}`, text)
	s.stop()
}

// TestWebSocketBehindAProxy: one that sends a Host of its own, and the browser's in X-Forwarded-Host.
func TestWebSocketBehindAProxy(t *testing.T) {
	t.Parallel()
	s := newServer(t, "")
	s.start()
	proxy := httptest.NewTLSServer(s.passing((*httputil.ProxyRequest).SetXForwarded))
	defer proxy.Close()
	dialer := websocket.Dialer{TLSClientConfig: proxy.Client().Transport.(*http.Transport).TLSClientConfig}
	dial := func(origin string) (*websocket.Conn, *http.Response, error) {
		return dialer.DialContext(t.Context(), strings.Replace(proxy.URL, "http", "ws", 1)+"/api/ws", http.Header{"Origin": {origin}})
	}

	conn, _, err := dial(proxy.URL)
	require.NoError(t, err)
	require.NoError(t, conn.WriteJSON(map[string]string{"type": "seats"}))
	var msg struct{ Type string }
	require.NoError(t, conn.ReadJSON(&msg))
	require.Equal(t, "seats", msg.Type)
	require.NoError(t, conn.Close())

	_, res, err := dial("https://other.example.com")
	require.Error(t, err)
	require.Equal(t, http.StatusForbidden, res.StatusCode)
	s.wait(5*time.Second, "the log tells", func() bool { return strings.Contains(s.Output(), "[api] ws refused") })
	require.Equal(t, 1, strings.Count(s.Output(), "[api] ws refused"))
	require.Regexp(t, `WRN \[api\] ws refused, .* forwarded=127\.0\.0\.1:\d+ host=127\.0\.0\.1:\d+ origin=https://other\.example\.com`, s.Output())
	s.stop()
}
