// Package icecheck asks each STUN and TURN server of `webrtc:` whether it does what WebRTC needs of it, and says in a
// sentence what is wrong with those that do not: GET api/ice/check from the box, the page ice.html from box and browser.
//
// Only servers of the configuration are asked, all at once, for 5 seconds at most and once in 3 seconds, however many
// ask for it. A TURN server must relay, not only allocate. No credential is in an answer or in the log. Begin reading at
// ask in ask.go.
package icecheck

import (
	"embed"
	"net/http"

	"github.com/AlexxIT/go2rtc/internal/api"
	"github.com/AlexxIT/go2rtc/internal/app"
	"github.com/AlexxIT/go2rtc/seats/analytics/static"
	"github.com/rs/zerolog"
)

// Init adds the page and its route.
func Init() {
	c := &checker{servers: loadServers()}

	log = app.GetLogger("ice")

	api.HandleFunc("api/ice/check", c.apiCheck)
	static.Register(www)
}

var log zerolog.Logger

//go:embed www
var www embed.FS

// apiCheck answers {"checked_at", "servers": [Verdict]}, in the order of the configuration.
func (c *checker) apiCheck(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet {
		w.Header().Set("Allow", http.MethodGet)
		http.Error(w, "only GET is answered here", http.StatusMethodNotAllowed)
		return
	}
	report, err := c.check(r.Context())
	if err != nil {
		return // the client has gone
	}
	w.Header().Set("Cache-Control", "no-store")
	api.ResponseJSON(w, report)
}
