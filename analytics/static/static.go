// Package static serves the pages that modules embed, beside upstream's: under go2rtc's auth and base path, always the
// files of one version, and an operator's own file of the same name before ours.
package static

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"mime"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"github.com/AlexxIT/go2rtc/internal/api"
	"github.com/AlexxIT/go2rtc/internal/app"
)

// Register adds each file at the top of a module's embedded folder www under its name, which wins over upstream's static
// files since it is the longer pattern, and each folder as a whole.
func Register(files fs.FS) {
	entries, _ := fs.ReadDir(files, "www") // what is embedded is there
	for _, entry := range entries {
		HandleFunc(entry.Name(), entry.IsDir(), serve(files, entry.Name()))
	}
}

// HandleFunc registers a file or folder that is made and not embedded. What the operator serves from api.static_dir
// under the name stays the operator's.
func HandleFunc(name string, folder bool, handler http.HandlerFunc) {
	var cfg struct {
		Mod struct {
			StaticDir string `yaml:"static_dir"`
		} `yaml:"api"`
	}
	app.LoadConfig(&cfg)
	if cfg.Mod.StaticDir != "" {
		if _, err := os.Stat(filepath.Join(cfg.Mod.StaticDir, name)); err == nil {
			return
		}
	}
	if folder {
		name += "/"
	}
	api.HandleFunc(name, handler)
}

// serve answers with a file that is registered, or one in the folder that is: what stands before it in the path is the
// base path.
func serve(files fs.FS, name string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		file := r.URL.Path[strings.LastIndex(r.URL.Path, "/"+name)+1:]
		b, err := fs.ReadFile(files, "www/"+file)
		if err != nil {
			http.NotFound(w, r)
			return
		}
		Send(w, r, file, b)
	}
}

// Send answers with a file. Browsers ask each time whether it is still the same: a page of one version with the modules
// of another would not work.
func Send(w http.ResponseWriter, r *http.Request, name string, b []byte) {
	hash := sha256.Sum256(b)
	w.Header().Set("Content-Type", contentType(name))
	w.Header().Set("Cache-Control", "no-cache")
	w.Header().Set("ETag", `"`+hex.EncodeToString(hash[:8])+`"`)
	http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(b))
}

// contentType does not ask the system for scripts and styles: a Windows registry may know another type for them, which
// browsers refuse for modules.
func contentType(name string) string {
	ext := path.Ext(name)
	if text := map[string]string{".js": "javascript", ".css": "css", ".html": "html"}[ext]; text != "" {
		return "text/" + text + "; charset=utf-8"
	}
	return mime.TypeByExtension(ext)
}
