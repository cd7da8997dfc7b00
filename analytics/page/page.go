// Package page is what people look at: seats.html, the room with its seats, the cameras with the seats drawn over them,
// the history and the health of it all, and the link to it in go2rtc's navigation bar.
//
// It serves files and nothing else: all that they show comes from the API, so the page works on another machine's box
// through any proxy that passes the API on. Nothing is loaded from elsewhere. It works without an analytics section, and
// says then what to do. Begin reading at www/seats/app.js, at www/seats/state.js for where the data come from,
// and www/seats/editor/editor.js for how seats are drawn.
package page

import (
	"embed"
	"net/http"

	"github.com/AlexxIT/go2rtc/internal/app"
	"github.com/AlexxIT/go2rtc/seats/analytics/static"
	upstream "github.com/AlexxIT/go2rtc/www"
	"github.com/rs/zerolog"
)

// Init registers the page, its modules and the navigation bar. It comes before the modules that may stop the start.
func Init() {
	log = app.GetLogger("page")

	static.Register(www)
	if bar, ok := withLink(upstream.Static.ReadFile("main.js")); ok {
		static.HandleFunc("main.js", false, func(w http.ResponseWriter, r *http.Request) { static.Send(w, r, "main.js", bar) })
	}
}

var log zerolog.Logger

//go:embed www
var www embed.FS
