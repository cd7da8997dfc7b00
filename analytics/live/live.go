// Package live is what people watch: the player (video-rtc.js, video-stream.js, stream.html) that plays by WebRTC, MSE,
// HLS or MJPEG, whichever moves, and the state of a stream's source that the player shows.
//
// It works without an analytics section and takes nothing from upstream's modules but their routes. A source is dialled
// only while its state is asked for, and is left when the last client goes; a slow browser delays no other, since each
// has a goroutine of its own and gets the newest state only. Begin reading at www/player/ladder.js for the player, at
// watcher.go for the source.
package live

import (
	"embed"

	"github.com/AlexxIT/go2rtc/internal/api"
	"github.com/AlexxIT/go2rtc/internal/api/ws"
	"github.com/AlexxIT/go2rtc/internal/app"
	"github.com/AlexxIT/go2rtc/seats/analytics/static"
	"github.com/rs/zerolog"
)

// Init registers pages, routes and messages. It comes before the modules that may stop the start, and needs none.
func Init() {
	log = app.GetLogger("live")

	static.Register(www)
	sources = &watchers{byName: map[string]*watcher{}, ended: make(chan struct{})}
	api.HandleFunc("api/source", sources.apiSource)
	ws.HandleFunc("source", sources.wsSource)
}

var log zerolog.Logger

//go:embed www
var www embed.FS

var sources *watchers

// Close ends the goroutines of the module. Nothing depends on it.
func Close() {
	if sources != nil {
		sources.close()
	}
}
