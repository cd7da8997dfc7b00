// Package address tells whether the addresses and keys that an operator writes can be used: Supabase's, the webhook's,
// and the origins of pages.
//
// It promises: functions are pure and open no connection, and no error repeats a key or a secret.
package address

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
)

// Error is a setting that cannot be used.
type Error struct {
	Setting string // url, key or secret
	Reason  string
}

func (e *Error) Error() string { return e.Setting + ": " + e.Reason }

// Supabase checks a project's URL and key and gives the URL without the slashes at its end. Errors are an *Error.
func Supabase(rawURL, key string) (address string, err error) {
	u, err := parseURL(rawURL)
	if err != nil {
		return "", err
	}
	switch {
	case strings.HasSuffix(u.Path, "/rest/v1") || strings.HasSuffix(u.Path, "/rest"):
		return "", &Error{"url", fmt.Sprintf("wants the project's URL, such as https://abc.supabase.co, without /rest/v1, has %q", rawURL)}
	case u.RawQuery != "" || u.Fragment != "":
		return "", &Error{"url", "wants the project's URL, such as https://abc.supabase.co, without ? and #"}
	}
	if reason := keyTrouble(key); reason != "" {
		return "", &Error{"key", reason}
	}
	return u.String(), nil
}

// Webhook checks a webhook's URL and secret and gives the bytes to sign with: a secret that begins with whsec_ is base64,
// any other is taken as it is. Errors are an *Error.
func Webhook(rawURL, secret string) (key []byte, err error) {
	if _, err = parseURL(rawURL); err != nil {
		return nil, err
	}
	if secret == "" {
		return nil, &Error{"secret", "is required"}
	}
	encoded, ok := strings.CutPrefix(secret, "whsec_")
	if !ok {
		return []byte(secret), nil
	}
	if key, err = base64.StdEncoding.DecodeString(encoded); err != nil {
		return nil, &Error{"secret", "begins with whsec_, so base64 is expected to follow"}
	}
	return key, nil
}

// Origin checks an origin of pages; * stands for all.
func Origin(text string) error {
	if text == "*" {
		return nil
	}
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || text != u.Scheme+"://"+u.Host {
		return fmt.Errorf("wants an origin such as https://admin.example.com, without a path, has %q", text)
	}
	return nil
}

// parseURL requires https, or http on this machine: everything else shows the key to every host on the way.
func parseURL(rawURL string) (*url.URL, error) {
	trouble := func(format string, args ...any) error {
		return &Error{"url", fmt.Sprintf(format, args...)}
	}
	if rawURL == "" {
		return nil, trouble("is required")
	}
	u, err := url.Parse(rawURL)
	if parseErr, ok := errors.AsType[*url.Error](err); ok { // the only one that there is
		return nil, trouble("does not parse: %v", parseErr.Err) // without the URL, which may hold a password
	}
	switch {
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
