package analytics

import (
	"net/http"
	"net/url"
	"slices"

	"github.com/AlexxIT/go2rtc/internal/app"
	"github.com/AlexxIT/go2rtc/pkg/creds"
	"github.com/AlexxIT/go2rtc/seats/analytics/reader"
)

// handleReader puts rest/v1 and realtime/v1 beside api/, with go2rtc's base path and allow list. They are not registered
// by api.HandleFunc, since it takes the handler's type, by which go2rtc's API knows that a key is asked for.
func (a *Analytics) handleReader() {
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
		Key: a.config.Reader.Key, Origins: a.config.Reader.Origins, Database: a.ledger.DB, Board: &a.board, Log: log,
	})
	rest, realtime := cfg.Mod.BasePath+"/rest/v1/", cfg.Mod.BasePath+"/realtime/v1/websocket"
	for path, handler := range map[string]http.Handler{rest: a.reader.Rest(rest), realtime: a.reader.Realtime()} {
		if cfg.Mod.AllowPaths == nil || slices.Contains(cfg.Mod.AllowPaths, path) {
			http.Handle(path, handler)
		}
	}
}
