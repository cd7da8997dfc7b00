package hls

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestScript: hls.js of the pinned version, compressed for clients that accept it, and not sent again to clients that
// have it.
func TestScript(t *testing.T) {
	plain := read(t, http.MethodGet, handlerScript, "/hls.js")
	require.Equal(t, http.StatusOK, plain.Code, "run `make setup`: %s", plain.Body)
	require.Contains(t, plain.Body.String(), `"1.7.4"`)
	require.Contains(t, plain.Header().Get("Content-Type"), "javascript")

	ask := func(name, value string) *httptest.ResponseRecorder {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/hls.js", nil)
		r.Header.Set("Accept-Encoding", "gzip, br")
		r.Header.Set(name, value)
		w := httptest.NewRecorder()
		handlerScript(w, r)
		return w
	}
	packed := ask("X-Nothing", "")
	require.Equal(t, "gzip", packed.Header().Get("Content-Encoding"))
	require.Less(t, packed.Body.Len(), plain.Body.Len()/2)
	z, err := gzip.NewReader(packed.Body)
	require.NoError(t, err)
	b, err := io.ReadAll(z)
	require.NoError(t, err)
	require.Equal(t, plain.Body.String(), string(b))
	require.Equal(t, http.StatusNotModified, ask("If-None-Match", packed.Header().Get("ETag")).Code)
}

// TestPage: nothing comes from elsewhere, and every URL is relative.
func TestPage(t *testing.T) {
	w := read(t, http.MethodGet, handlerPage, "/hls.html")
	require.Equal(t, http.StatusOK, w.Code)
	page := strings.ReplaceAll(w.Body.String(), "// http://192.168.1.123:1984/hls.html", "")
	require.NotContains(t, page, "//cdn")
	require.NotContains(t, page, "http://")
	require.NotContains(t, page, "https://")
	require.NotContains(t, page, `src="/`)
}
