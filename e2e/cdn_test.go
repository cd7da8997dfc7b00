package e2e

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// cdnPath is a file of an npm package as upstream's pages name it.
var cdnPath = regexp.MustCompile(`^/npm/([^@/]+)@([\d.]+)/(.+)$`)

// cdn serves what upstream's pages load from their CDN, out of npm's packages in the same versions: tests reach no
// other host. The options lead a browser there, and nowhere else but to loopback.
func cdn(t testing.TB) []chromedp.ExecAllocatorOption {
	t.Helper()
	modules := filepath.Join(root, "e2e", "cdn", "node_modules")
	require.DirExists(t, modules, "run .make/setup.sh")
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		m := cdnPath.FindStringSubmatch(r.URL.Path)
		if m == nil || strings.Contains(m[3], "..") {
			http.NotFound(w, r)
			return
		}
		var p struct{ Version string }
		b, err := os.ReadFile(filepath.Join(modules, m[1], "package.json"))
		if err != nil || json.Unmarshal(b, &p) != nil || p.Version != m[2] {
			http.Error(w, "another version stands in e2e/cdn/package.json", http.StatusNotFound)
			return
		}
		w.Header().Set("Access-Control-Allow-Origin", "*")
		http.ServeFile(w, r, filepath.Join(modules, m[1], filepath.FromSlash(m[3])))
	}))
	t.Cleanup(s.Close)
	return []chromedp.ExecAllocatorOption{
		chromedp.Flag("host-resolver-rules", "MAP cdn.jsdelivr.net "+s.Listener.Addr().String()+", MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost"),
		chromedp.Flag("ignore-certificate-errors", true),
	}
}
