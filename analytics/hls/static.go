package hls

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/AlexxIT/go2rtc/seats/analytics/static"
)

// www is the folder and not its files, so that a tree without hls.js, which set-up fetches, builds too.
//
//go:embed www
var www embed.FS

// handlerPage is upstream's page of the same name, with hls.js from here.
func handlerPage(w http.ResponseWriter, r *http.Request) {
	b, _ := www.ReadFile("www/hls.html")
	static.Send(w, r, "hls.html", b)
}

// script is hls.js as it is, packed, and its ETag; the zero value where set-up did not fetch it.
type script struct {
	plain, packed []byte
	etag          string
}

var loadScript = sync.OnceValue(func() (s script) {
	var err error
	if s.plain, err = www.ReadFile("www/hls.min.js"); err != nil {
		return script{}
	}
	hash := sha256.Sum256(s.plain)
	s.etag = hex.EncodeToString(hash[:8])
	var b bytes.Buffer
	z, _ := gzip.NewWriterLevel(&b, gzip.BestCompression)
	_, _ = z.Write(s.plain)
	_ = z.Close()
	s.packed = b.Bytes()
	return s
})

// handlerScript serves hls.js. Browsers keep it for a day, and then ask whether it has changed.
func handlerScript(w http.ResponseWriter, r *http.Request) {
	s := loadScript()
	if s.plain == nil {
		http.Error(w, "hls.js is not in this binary: run `make setup`, then build again", http.StatusServiceUnavailable)
		return
	}
	body, etag := s.plain, s.etag
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		body, etag = s.packed, etag+"-gzip"
		w.Header().Set("Content-Encoding", "gzip")
	}
	w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
	w.Header().Set("Cache-Control", "public, max-age=86400")
	w.Header().Set("Vary", "Accept-Encoding")
	w.Header().Set("ETag", `"`+etag+`"`)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body))
}
