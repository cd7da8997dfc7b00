package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/AlexxIT/go2rtc/seats/e2e/lab"
	"github.com/AlexxIT/go2rtc/seats/e2e/process"
	"github.com/stretchr/testify/require"
)

const (
	siteUser, sitePassword = "admin", "secret of the API"

	lanURL    = "http://" + lab.BoxHost + ":1984/" // the box as seen in its own network
	publicURL = "http://" + lab.Server + "/"       // the box as seen through the tunnel
)

// site is a shop in a lab: a camera, and a box that is reached from outside by its tunnel only.
type site struct {
	*lab.Lab
	t      testing.TB
	cfg    lab.TURN
	box    *process.Process
	proxy  *lab.Proxy
	turn   *process.Process
	camera []*process.Process
}

// newSite starts all of it. The box's configuration is that of an operator with one STUN and TURN server.
func newSite(t testing.TB, turn lab.TURN) *site {
	t.Helper()
	s := &site{Lab: lab.New(t), t: t, cfg: turn}
	s.startTURN()
	s.startCamera()
	credentials := fmt.Sprintf("      username: %s\n      credential: %s\n", turn.Username, turn.Password)
	if turn.Secret != "" {
		credentials = "      secret: " + turn.Secret + "\n"
	}
	s.startBox("-config", s.config(fmt.Sprintf("api: {username: %s, password: %s}\n", siteUser, sitePassword)+`webrtc:
  candidates:
    - stun:203.0.113.1:3478
  ice_servers:
    - urls: [stun:203.0.113.1:3478]
    - urls: [turn:203.0.113.1:3478, turn:203.0.113.1:3478?transport=tcp]
`+credentials+"streams: {cam: \"rtsp://"+lab.CamHost+":8554/cam\"}\nlog: {webrtc: debug}\n"))
	s.Tunnel()
	s.proxy = s.StartProxy()
	return s
}

func (s *site) config(text string) string {
	path := filepath.Join(s.t.TempDir(), "go2rtc.yaml")
	require.NoError(s.t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

func (s *site) startTURN() { s.turn = s.StartTURN(s.cfg) }

// startBox starts our go2rtc and waits for its last module.
func (s *site) startBox(args ...string) {
	s.t.Helper()
	cmd := s.Box.Command(filepath.Join(bin, "go2rtc"), args...)
	cmd.Env = environment()
	s.box = process.Start(s.t, cmd)
	s.box.Until(s.t, 10*time.Second, "the API answers", func() bool { return s.status(s.Box, "http://127.0.0.1:1984/api/seats") == http.StatusOK })
}

// startCamera starts a camera as shops have it: an RTSP server that has pictures with or without a client.
func (s *site) startCamera() {
	s.t.Helper()
	server := process.Start(s.t, s.Camera.Command(filepath.Join(bin, "go2rtc"), "-config",
		`{app: {modules: [rtsp, api]}, api: {listen: "127.0.0.1:1984"}, streams: {cam: ""}}`))
	server.Until(s.t, 10*time.Second, "the camera listens", func() bool { return s.status(s.Camera, "http://127.0.0.1:1984/api") == http.StatusOK })
	ffmpeg := process.Start(s.t, s.Camera.Command("ffmpeg", "-v", "error", "-nostdin", "-re", "-f", "lavfi", "-i", "testsrc2=size=640x360:rate=25",
		"-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-profile:v", "baseline", "-pix_fmt", "yuv420p", "-g", "25", "-threads", "1",
		"-rtsp_transport", "tcp", "-f", "rtsp", "rtsp://127.0.0.1:8554/cam"))
	s.camera = []*process.Process{server, ffmpeg}
	ffmpeg.Until(s.t, 10*time.Second, "it has pictures", func() bool {
		return s.status(s.Camera, "http://127.0.0.1:1984/api/streams?src=cam") == http.StatusOK
	})
}

func (s *site) stopCamera() {
	for _, p := range s.camera {
		p.Kill()
	}
}

// status asks from a namespace; 0 stands for no answer.
func (s *site) status(from *lab.Namespace, url string, header ...string) int {
	s.t.Helper()
	req, err := http.NewRequestWithContext(s.t.Context(), http.MethodGet, url, nil)
	require.NoError(s.t, err)
	if header != nil {
		req.Header.Set(header[0], header[1])
	}
	res, err := from.Client().Do(req)
	if err != nil {
		return 0
	}
	_ = res.Body.Close()
	return res.StatusCode
}

// sessions is how many viewers the box sends WebRTC to.
func (s *site) sessions() (n int) {
	s.t.Helper()
	res, err := s.Box.Client().Get("http://127.0.0.1:1984/api/streams?src=cam")
	require.NoError(s.t, err)
	defer func() { _ = res.Body.Close() }()
	var stream struct {
		Consumers []struct {
			FormatName string `json:"format_name"`
		} `json:"consumers"`
	}
	require.NoError(s.t, json.NewDecoder(res.Body).Decode(&stream))
	for _, consumer := range stream.Consumers {
		if strings.Contains(consumer.FormatName, "webrtc") {
			n++
		}
	}
	return n
}
