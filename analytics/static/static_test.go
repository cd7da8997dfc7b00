package static

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
)

// TestServe: files come with the type that browsers require of modules, are asked for again, and nothing else comes.
func TestServe(t *testing.T) {
	files := fstest.MapFS{
		"www/seats.html":             {Data: []byte("page")},
		"www/seats/app.js":           {Data: []byte("app")},
		"www/seats/editor/editor.js": {Data: []byte("editor")},
		"www/other.js":               {Data: []byte("of another name")},
		"static.go":                  {Data: []byte("no page")},
	}
	get := func(name, path, etag string) *http.Response {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
		r.Header.Set("If-None-Match", etag)
		w := httptest.NewRecorder()
		serve(files, name)(w, r)
		return w.Result()
	}
	res := get("seats", "/base/seats/app.js", "")
	require.Equal(t, http.StatusOK, res.StatusCode)
	require.Equal(t, "text/javascript; charset=utf-8", res.Header.Get("Content-Type"))
	require.Equal(t, "no-cache", res.Header.Get("Cache-Control"))
	again := get("seats", "/base/seats/app.js", res.Header.Get("ETag"))
	require.Equal(t, http.StatusNotModified, again.StatusCode)
	for _, path := range []string{"/seats.html", "/seats/seats.html", "/base/seats.html"} {
		require.Equal(t, http.StatusOK, get("seats.html", path, "").StatusCode, path)
	}
	for _, path := range []string{"/seats/seats/app.js", "/base/seats/editor/editor.js"} {
		require.Equal(t, http.StatusOK, get("seats", path, "").StatusCode, path)
	}
	for _, path := range []string{"/seats/", "/seats/editor", "/seats/nothing.js", "/seats/..", "/seats/%2e%2e%2f%2e%2e%2fstatic.go", "/other.js"} {
		require.Equal(t, http.StatusNotFound, get("seats", path, "").StatusCode, path)
	}
}
