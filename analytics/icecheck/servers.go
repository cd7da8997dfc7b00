package icecheck

import (
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // what the convention of TURN servers asks for
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/AlexxIT/go2rtc/internal/app"
)

// server is one URL of the configuration.
type server struct {
	url                string
	source             string // ice_servers, candidates or default: where it stands
	username, password string
	secret             string // in the password's place: the server's static-auth-secret
}

// defaultServers are upstream's, for those who configure none.
var defaultServers = []string{"stun:stun.cloudflare.com:3478", "stun:stun.l.google.com:19302"}

// credentialLife is how long a credential made for a check is good.
const credentialLife = 10 * time.Minute

// settings is what is read here of `webrtc:`. Upstream's own module refuses what has the wrong type.
type settings struct {
	Candidates []string `yaml:"candidates"`
	ICEServers []struct {
		URLs       any    `yaml:"urls"` // a list, or one string as browsers allow
		Username   any    `yaml:"username"`
		Credential any    `yaml:"credential"`
		Secret     string `yaml:"secret"`
	} `yaml:"ice_servers"`
}

func loadServers() []server {
	var cfg struct {
		Mod settings `yaml:"webrtc"`
	}
	app.LoadConfig(&cfg)
	return cfg.Mod.servers()
}

// servers are those under ice_servers (upstream's where there is no such key), then what candidates name besides.
func (s *settings) servers() (list []server) {
	if s.ICEServers == nil {
		for _, url := range defaultServers {
			list = append(list, server{url: url, source: "default"})
		}
	}
	for _, entry := range s.ICEServers {
		for _, url := range texts(entry.URLs) {
			list = append(list, server{
				url: url, source: "ice_servers", secret: entry.Secret,
				username: text(entry.Username), password: text(entry.Credential),
			})
		}
	}
	seen := map[string]bool{}
	for i := range list {
		seen[list[i].url] = true
	}
	for _, candidate := range s.Candidates {
		// stun:8555 is upstream's: the port to offer, not a server
		host, ok := strings.CutPrefix(candidate, "stun:")
		if !ok || !strings.Contains(host, ":") && isPort(host) || seen[candidate] {
			continue
		}
		seen[candidate] = true
		list = append(list, server{url: candidate, source: "candidates"})
	}
	return list
}

func isPort(s string) bool {
	_, err := strconv.ParseUint(s, 10, 16)
	return err == nil
}

func texts(v any) (list []string) {
	switch v := v.(type) {
	case nil:
	case []any:
		for _, item := range v {
			list = append(list, text(item))
		}
	default:
		list = append(list, text(v))
	}
	return list
}

func text(v any) string {
	if v == nil {
		return ""
	}
	return fmt.Sprint(v)
}

// credential is what to sign in with at the time: as configured, or made from the secret, as coturn's use-auth-secret
// wants it (draft-uberti-behave-turn-rest-00, section 2.2).
func (s *server) credential(now time.Time) (username, password string) {
	if s.secret == "" {
		return s.username, s.password
	}
	username = strconv.FormatInt(now.Add(credentialLife).Unix(), 10)
	if s.username != "" {
		username += ":" + s.username
	}
	mac := hmac.New(sha1.New, []byte(s.secret))
	mac.Write([]byte(username))
	return username, base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// expired tells when a username of that convention has run out. The zero time: it has not, or is none.
func expired(username string, now time.Time) (at time.Time) {
	first, _, _ := strings.Cut(username, ":")
	if seconds, err := strconv.ParseInt(first, 10, 64); err == nil && len(first) == len("1234567890") {
		if at = time.Unix(seconds, 0); at.Before(now) {
			return at
		}
	}
	return time.Time{}
}
