// Package page is what people look at: seats.html, the room with its seats, the cameras with the seats drawn over them,
// the history and the health of it all, and the link to it in go2rtc's navigation bar.
//
// It serves files and nothing else: all that they show comes from the API, so the page works on another machine's box
// through any proxy that passes the API on. Nothing is loaded from elsewhere. It works without an analytics section, and
// says then what to do. Begin reading at www/seats/app.js, at www/seats/state.js for where the data come from,
// and www/seats/editor/editor.js for how seats are drawn.
package page

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"mime"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"github.com/AlexxIT/go2rtc/internal/api"
	"github.com/AlexxIT/go2rtc/internal/app"
	upstream "github.com/AlexxIT/go2rtc/www"
	"github.com/rs/zerolog"
)

// Init registers the page, its modules and the navigation bar. It comes before the modules that may stop the start.
func Init() {
	var cfg struct {
		Mod struct {
			StaticDir string `yaml:"static_dir"`
		} `yaml:"api"`
	}
	app.LoadConfig(&cfg)
	log = app.GetLogger("page")

	// a file that the operator serves from api.static_dir stays the operator's
	own := func(name string) bool {
		if cfg.Mod.StaticDir == "" {
			return false
		}
		_, err := os.Stat(filepath.Join(cfg.Mod.StaticDir, name))
		return err == nil
	}
	if !own("seats.html") {
		api.HandleFunc("seats.html", serve)
	}
	if !own("seats") {
		api.HandleFunc("seats/", serve)
	}
	if bar, ok := withLink(upstream.Static.ReadFile("main.js")); ok && !own("main.js") {
		api.HandleFunc("main.js", func(w http.ResponseWriter, r *http.Request) { send(w, r, "main.js", bar) })
	}
}

var log zerolog.Logger

//go:embed www
var www embed.FS

// serve answers with the file that stands in the address after the base path: seats.html, or one in its folder seats/.
func serve(w http.ResponseWriter, r *http.Request) {
	name := r.URL.Path[strings.LastIndex(r.URL.Path, "/seats")+1:]
	b, err := www.ReadFile("www/" + name)
	if err != nil {
		http.NotFound(w, r)
		return
	}
	send(w, r, name, b)
}

// send has browsers ask each time whether a file is still the same: a page of one version with the modules of another
// would not work.
func send(w http.ResponseWriter, r *http.Request, name string, b []byte) {
	hash := sha256.Sum256(b)
	w.Header().Set("Content-Type", contentType(name))
	w.Header().Set("Cache-Control", "no-cache")
	w.Header().Set("ETag", `"`+hex.EncodeToString(hash[:8])+`"`)
	http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(b))
}

// contentType does not ask the system for scripts and styles: a Windows registry may know another type for them, which
// browsers refuse for modules.
func contentType(name string) string {
	switch ext := path.Ext(name); ext {
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".html":
		return "text/html; charset=utf-8"
	default:
		return mime.TypeByExtension(ext)
	}
}
