package analytics

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/AlexxIT/go2rtc/internal/app"
	"github.com/AlexxIT/go2rtc/pkg/creds"
	"github.com/AlexxIT/go2rtc/seats/analytics/reader"
)

// validateReader tells what is wrong with the section `reader:`.
func (c *Config) validateReader() error {
	const key = "analytics.reader.key"
	switch k := c.Reader.Key; {
	case k == "":
		return c.errorf("analytics.reader", "key is required: what pages pass as their publishable key")
	case strings.Contains(k, "${"):
		return c.errorf(key, "nothing is set for %s, neither in the environment nor as a secret", unset.FindString(k))
	case strings.ContainsFunc(k, func(r rune) bool { return r <= ' ' || r > '~' }):
		return c.errorf(key, "has a character that no header can carry: wants letters, digits and signs of ASCII without spaces")
	}
	for _, origin := range c.Reader.Origins {
		if err := reader.ValidOrigin(origin); err != nil {
			return c.errorf("analytics.reader.origins", "%v", err)
		}
	}
	return nil
}

// unset is what upstream leaves as it stands when nothing of that name is set; what stands around it may be secret.
var unset = regexp.MustCompile(`\$\{[^}]*\}?`)

// openReader puts rest/v1 and realtime/v1 beside api/, with go2rtc's base path and allow list. They are not registered
// by api.HandleFunc, since it takes the handler's type, by which go2rtc's API knows that a key is asked for.
func (a *Analytics) openReader() {
	if a.config.Reader.Key == "" {
		return
	}
	var cfg struct {
		Mod struct {
			BasePath   string   `yaml:"base_path"`
			AllowPaths []string `yaml:"allow_paths"`
		} `yaml:"api"`
	}
	app.LoadConfig(&cfg)

	creds.AddSecret(a.config.Reader.Key)
	creds.AddSecret(url.QueryEscape(a.config.Reader.Key)) // as `log: api: trace` shows it, within a URL
	a.reader = reader.New(reader.Options{
		Key: a.config.Reader.Key, Origins: a.config.Reader.Origins, Database: a.database, Board: &a.board, Log: log,
	})
	rest, realtime := cfg.Mod.BasePath+"/rest/v1/", cfg.Mod.BasePath+"/realtime/v1/websocket"
	for path, handler := range map[string]http.Handler{rest: a.reader.Rest(rest), realtime: a.reader.Realtime()} {
		if cfg.Mod.AllowPaths == nil || slices.Contains(cfg.Mod.AllowPaths, path) {
			http.Handle(path, handler)
		}
	}
}
