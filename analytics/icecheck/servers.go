package icecheck

import (
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // what the convention of TURN servers asks for
	"encoding/base64"
	"fmt"
	"slices"
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

// credentialLife is how long a credential made for a check is good.
const credentialLife = 10 * time.Minute

// settings is what is read here of `webrtc:`. Upstream's own module, which comes first, refuses what it cannot use.
type settings struct {
	Candidates []string `yaml:"candidates"`
	ICEServers []entry  `yaml:"ice_servers"`
}

// entry is one of ice_servers.
type entry struct {
	URLs       any    `yaml:"urls"` // a list, or one string as browsers allow
	Username   string `yaml:"username"`
	Credential string `yaml:"credential"`
	Secret     string `yaml:"secret"`

	isDefault bool
}

func defaultSettings() settings {
	return settings{ICEServers: []entry{{URLs: []any{"stun:stun.cloudflare.com:3478", "stun:stun.l.google.com:19302"}, isDefault: true}}}
}

func loadServers() []server {
	var cfg struct {
		Mod settings `yaml:"webrtc"`
	}
	cfg.Mod = defaultSettings()
	app.LoadConfig(&cfg)
	return cfg.Mod.servers()
}

// servers are those under ice_servers (upstream's where there is no such key), then what candidates name besides.
func (s *settings) servers() (list []server) {
	for _, e := range s.ICEServers {
		source := "ice_servers"
		if e.isDefault {
			source = "default"
		}
		for _, url := range texts(e.URLs) {
			list = append(list, server{url: url, source: source, secret: e.Secret, username: e.Username, password: e.Credential})
		}
	}
	for _, candidate := range s.Candidates {
		host, ok := strings.CutPrefix(candidate, "stun:")
		_, noPort := strconv.ParseUint(host, 10, 16) // stun:8555 is upstream's: the port to offer, not a server
		if ok && noPort != nil && !slices.ContainsFunc(list, func(s server) bool { return s.url == candidate }) {
			list = append(list, server{url: candidate, source: "candidates"})
		}
	}
	return list
}

func texts(v any) (list []string) {
	switch v := v.(type) {
	case nil:
	case []any:
		for _, item := range v {
			list = append(list, fmt.Sprint(item))
		}
	default:
		list = append(list, fmt.Sprint(v))
	}
	return list
}

// credential is what to sign in with at the time: as configured, or made from the secret, as coturn's use-auth-secret
// requires (draft-uberti-behave-turn-rest-00, section 2.2).
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
