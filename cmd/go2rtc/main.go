// Command go2rtc is upstream's go2rtc with seat analytics: every flag, module, port, route and page of
// upstream, in its order, and our modules as the last ones. The module hls is ours, with upstream's routes.
// e2e/upstream_test.go holds the list to upstream's.
package main

import (
	"fmt"
	"os"
	"os/signal"
	"slices"
	"syscall"

	"github.com/AlexxIT/go2rtc/internal/api"
	"github.com/AlexxIT/go2rtc/internal/api/ws"
	"github.com/AlexxIT/go2rtc/internal/app"
	"github.com/AlexxIT/go2rtc/internal/bubble"
	"github.com/AlexxIT/go2rtc/internal/debug"
	"github.com/AlexxIT/go2rtc/internal/doorbird"
	"github.com/AlexxIT/go2rtc/internal/dvrip"
	"github.com/AlexxIT/go2rtc/internal/echo"
	"github.com/AlexxIT/go2rtc/internal/eseecloud"
	"github.com/AlexxIT/go2rtc/internal/exec"
	"github.com/AlexxIT/go2rtc/internal/expr"
	"github.com/AlexxIT/go2rtc/internal/ffmpeg"
	"github.com/AlexxIT/go2rtc/internal/flussonic"
	"github.com/AlexxIT/go2rtc/internal/gopro"
	"github.com/AlexxIT/go2rtc/internal/hass"
	"github.com/AlexxIT/go2rtc/internal/homekit"
	"github.com/AlexxIT/go2rtc/internal/http"
	"github.com/AlexxIT/go2rtc/internal/isapi"
	"github.com/AlexxIT/go2rtc/internal/ivideon"
	"github.com/AlexxIT/go2rtc/internal/mjpeg"
	"github.com/AlexxIT/go2rtc/internal/mp4"
	"github.com/AlexxIT/go2rtc/internal/mpegts"
	"github.com/AlexxIT/go2rtc/internal/multitrans"
	"github.com/AlexxIT/go2rtc/internal/nest"
	"github.com/AlexxIT/go2rtc/internal/ngrok"
	"github.com/AlexxIT/go2rtc/internal/onvif"
	"github.com/AlexxIT/go2rtc/internal/pinggy"
	"github.com/AlexxIT/go2rtc/internal/ring"
	"github.com/AlexxIT/go2rtc/internal/roborock"
	"github.com/AlexxIT/go2rtc/internal/rtmp"
	"github.com/AlexxIT/go2rtc/internal/rtsp"
	"github.com/AlexxIT/go2rtc/internal/srtp"
	"github.com/AlexxIT/go2rtc/internal/streams"
	"github.com/AlexxIT/go2rtc/internal/tapo"
	"github.com/AlexxIT/go2rtc/internal/tuya"
	"github.com/AlexxIT/go2rtc/internal/webrtc"
	"github.com/AlexxIT/go2rtc/internal/webtorrent"
	"github.com/AlexxIT/go2rtc/internal/wyoming"
	"github.com/AlexxIT/go2rtc/internal/wyze"
	"github.com/AlexxIT/go2rtc/internal/xiaomi"
	"github.com/AlexxIT/go2rtc/internal/yandex"
	"github.com/AlexxIT/go2rtc/pkg/yaml"
	"github.com/AlexxIT/go2rtc/seats/analytics"
	"github.com/AlexxIT/go2rtc/seats/analytics/healthcheck"
	"github.com/AlexxIT/go2rtc/seats/analytics/hls"
	"github.com/AlexxIT/go2rtc/seats/analytics/icecheck"
	"github.com/AlexxIT/go2rtc/seats/analytics/live"
	"github.com/AlexxIT/go2rtc/seats/analytics/page"
)

func main() {
	// what the image's health check runs beside the server
	if len(os.Args) == 2 && os.Args[1] == "health" {
		os.Exit(healthcheck.Check(os.Stdout))
	}

	// before the modules: a stop while they begin is a stop like any other
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGINT, syscall.SIGTERM)

	built := readBuild()
	if built.isAsked(os.Args[1:]) {
		fmt.Print(built)
		return
	}
	app.Version = built.upstream // app.Init adds the revision
	app.Info["seats"] = built    // in GET api

	type module struct {
		name string
		init func()
	}

	modules := []module{
		{"", app.Init},    // init config and logs
		{"api", api.Init}, // init API before all others
		{"ws", ws.Init},   // init WS API endpoint
		{"", streams.Init},
		// Main sources and servers
		{"http", http.Init},     // rtsp source, HTTP server
		{"rtsp", rtsp.Init},     // rtsp source, RTSP server
		{"webrtc", webrtc.Init}, // webrtc source, WebRTC server
		// Main API
		{"mp4", mp4.Init},     // MP4 API
		{"hls", hls.Init},     // HLS API
		{"mjpeg", mjpeg.Init}, // MJPEG API
		// Other sources and servers
		{"hass", hass.Init},             // hass source, Hass API server
		{"homekit", homekit.Init},       // homekit source, HomeKit server
		{"onvif", onvif.Init},           // onvif source, ONVIF API server
		{"rtmp", rtmp.Init},             // rtmp source, RTMP server
		{"webtorrent", webtorrent.Init}, // webtorrent source, WebTorrent module
		{"wyoming", wyoming.Init},
		// Exec and script sources
		{"echo", echo.Init},
		{"exec", exec.Init},
		{"expr", expr.Init},
		{"ffmpeg", ffmpeg.Init},
		// Hardware sources
		{"alsa", alsa.Init},
		{"v4l2", v4l2.Init},
		// Other sources
		{"bubble", bubble.Init},
		{"doorbird", doorbird.Init},
		{"dvrip", dvrip.Init},
		{"eseecloud", eseecloud.Init},
		{"flussonic", flussonic.Init},
		{"gopro", gopro.Init},
		{"isapi", isapi.Init},
		{"ivideon", ivideon.Init},
		{"mpegts", mpegts.Init},
		{"multitrans", multitrans.Init},
		{"nest", nest.Init},
		{"ring", ring.Init},
		{"roborock", roborock.Init},
		{"tapo", tapo.Init},
		{"tuya", tuya.Init},
		{"wyze", wyze.Init},
		{"xiaomi", xiaomi.Init},
		{"yandex", yandex.Init},
		// Helper modules
		{"debug", debug.Init},
		{"ngrok", ngrok.Init},
		{"pinggy", pinggy.Init},
		{"srtp", srtp.Init},
		// Seat analytics
		{"page", page.Init},    // seats.html, the navigation bar
		{"ice", icecheck.Init}, // ice.html
		{"live", live.Init},    // the player
		{"analytics", analytics.Init},
	}

	for _, m := range modules {
		if app.Modules == nil || m.name == "" || slices.Contains(app.Modules, m.name) || isNamedByAnalytics(m.name) {
			m.init()
		}
	}

	if !patched() {
		app.Logger.Warn().Msg("[app] built without patches/: a config that does not parse is ignored; use make build")
	}
	if !hardware {
		app.Logger.Warn().Msg("[app] built without the tag patched: no alsa and v4l2 sources; use make build")
	}

	healthcheck.Serve(analytics.Problems)

	println("exit with signal:", (<-stop).String()) // as upstream says it

	// in reverse
	analytics.Close()
	live.Close()
}

// isNamedByAnalytics: in `app: modules:` the name analytics stands for the modules that its pages need, too.
func isNamedByAnalytics(module string) bool {
	return slices.Contains([]string{"page", "ice", "live"}, module) && slices.Contains(app.Modules, "analytics")
}

// hardwareModule gives alsa and v4l2 the look of packages, so that the list above reads as upstream's.
type hardwareModule struct{ Init func() }

// patched tells upstream as released from the tree of patches/apply.sh by what it does: the first parses
// YAML with yaml.v3, which refuses a question mark in a flow value. No symbol of a patch may be used here.
func patched() bool {
	var v any
	return yaml.Unmarshal([]byte(`{a: [b?c=d]}`), &v) == nil
}
