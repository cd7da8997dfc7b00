package live

import (
	"embed"
	"io/fs"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/AlexxIT/go2rtc/internal/api"
)

//go:embed www
var static embed.FS

// initStatic registers each page under its name, which wins over upstream's static files since it is the longer
// pattern, and each folder as a whole. A file that the operator serves from api.static_dir stays the operator's.
func initStatic(staticDir string) {
	entries, err := static.ReadDir("www")
	if err != nil {
		log.Error().Err(err).Caller().Send()
		return
	}
	for _, entry := range entries {
		name := entry.Name()
		if staticDir != "" {
			if _, err = os.Stat(filepath.Join(staticDir, name)); err == nil {
				continue
			}
		}
		if entry.IsDir() {
			api.HandleFunc(name+"/", serveFile(name))
		} else {
			api.HandleFunc(name, serveFile(""))
		}
	}
}

var contentTypes = map[string]string{
	".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8",
}

// serveFile answers with the file of the path's last element. Browsers ask each time whether it is still the same: a
// page of one version with the modules of another would not work.
func serveFile(folder string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		name := path.Join("www", folder, path.Base(r.URL.Path))
		b, err := fs.ReadFile(static, name)
		if err != nil || strings.HasSuffix(r.URL.Path, "/") {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Cache-Control", "no-cache")
		api.Response(w, b, contentTypes[path.Ext(name)])
	}
}
