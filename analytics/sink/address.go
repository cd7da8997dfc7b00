package sink

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
)

// AddressError is a setting that cannot be used. Its text repeats neither key nor secret.
type AddressError struct {
	Setting string // url, key or secret
	Reason  string
}

func (e *AddressError) Error() string { return e.Setting + ": " + e.Reason }

// ParseSupabase checks a project's URL and key and gives the URL without the slashes at its end. Errors are an
// *AddressError.
func ParseSupabase(rawURL, key string) (address string, err error) {
	u, err := parseURL(rawURL)
	if err != nil {
		return "", err
	}
	switch {
	case strings.HasSuffix(u.Path, "/rest/v1") || strings.HasSuffix(u.Path, "/rest"):
		return "", &AddressError{"url", fmt.Sprintf("wants the project's URL, such as https://abc.supabase.co, without /rest/v1, has %q", rawURL)}
	case u.RawQuery != "" || u.Fragment != "":
		return "", &AddressError{"url", "wants the project's URL, such as https://abc.supabase.co, without ? and #"}
	}
	if reason := keyTrouble(key); reason != "" {
		return "", &AddressError{"key", reason}
	}
	return u.String(), nil
}

// parseURL wants https, or http on this machine: everything else shows the key to whoever listens.
func parseURL(rawURL string) (*url.URL, error) {
	trouble := func(format string, args ...any) error {
		return &AddressError{"url", fmt.Sprintf(format, args...)}
	}
	if rawURL == "" {
		return nil, trouble("is required")
	}
	u, err := url.Parse(rawURL)
	var parseErr *url.Error
	switch {
	case errors.As(err, &parseErr):
		return nil, trouble("does not parse: %v", parseErr.Err)
	case err != nil:
		return nil, trouble("does not parse")
	case u.Scheme != "https" && u.Scheme != "http":
		return nil, trouble("wants https:// at its beginning")
	case u.Hostname() == "":
		return nil, trouble("has no host")
	case u.User != nil:
		return nil, trouble("must not hold a user or password")
	case u.Scheme == "http" && !loopback(u.Hostname()):
		return nil, trouble("is http: and leads off this machine, so everybody on the way could read the key: wants https:")
	}
	u.Path = strings.TrimRight(u.Path, "/")
	u.RawPath = strings.TrimRight(u.RawPath, "/")
	return u, nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// keyTrouble tells why a key cannot be the secret one; "" where it can.
func keyTrouble(key string) string {
	const wanted = "wants the project's secret key, sb_secret_… or the service_role JWT"
	switch {
	case key == "":
		return "is required"
	case strings.ContainsAny(key, "\r\n"):
		return "holds a line break, wants one line"
	case strings.ContainsFunc(key, func(c rune) bool { return c <= ' ' || c > '~' }):
		return "holds a space or another character that no key has"
	case strings.HasPrefix(key, "sb_publishable_"):
		return "is a publishable key, which must not write: " + wanted
	}
	if role, ok := jwtRole(key); ok && role != "service_role" {
		return fmt.Sprintf("is a JWT of role %q, which must not write: %s", role, wanted)
	}
	return ""
}

// jwtRole is the claim role of a JWT, which Supabase's legacy keys are.
func jwtRole(key string) (role string, ok bool) {
	parts := strings.Split(key, ".")
	if len(parts) != 3 {
		return "", false
	}
	b, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(parts[1], "="))
	var claims struct {
		Role string `json:"role"`
	}
	if err != nil || json.Unmarshal(b, &claims) != nil {
		return "", false
	}
	return claims.Role, true
}
