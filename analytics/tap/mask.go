package tap

import (
	"net/url"
	"regexp"
	"strings"

	"github.com/AlexxIT/go2rtc/pkg/core"
	"github.com/AlexxIT/go2rtc/pkg/creds"
)

// piece is how much of a password must not be seen. Shorter ones say nothing, and would take ordinary words with them.
const piece = 3

// secretValue is what stands behind a name that says that it is secret, in a query or in a path such as Xiongmai has.
var secretValue = regexp.MustCompile(`(?i)((?:pass|pwd|psw|token|secret|key|auth)[a-z]*=)([^&#\s"]+)`)

// Mask is a text for people outside, without any piece of three characters or more of a password that the sources, or
// URLs in the text itself, have: not in userinfo, not in a query, and not where an error quotes the one escape in it that
// cannot be read. Hosts stay, also where they look like a password.
func Mask(text string, sources ...string) string {
	hide := make([]bool, len(text))
	quoted := strings.FieldsFunc(text, func(r rune) bool { return r == '"' || r == ' ' || r == '\n' })
	// the sources last: what looks like a host in a piece of the text may be a piece of their password
	for _, urls := range [][]string{quoted, sources} {
		var secrets, hosts []string
		for _, source := range urls {
			s, h := secretsOf(source)
			secrets, hosts = append(secrets, s...), append(hosts, h...)
		}
		for _, secret := range secrets {
			for i := range len(secret) - piece + 1 {
				mark(hide, text, secret[i:i+piece], true)
			}
		}
		for _, host := range hosts {
			mark(hide, text, host, false)
		}
	}
	var b strings.Builder
	for i := range len(text) {
		if !hide[i] {
			b.WriteByte(text[i])
		} else if i == 0 || !hide[i-1] {
			b.WriteString("***")
		}
	}
	text = strings.ToValidUTF8(b.String(), "")
	text = secretValue.ReplaceAllString(text, "$1***")
	return core.StripUserinfo(creds.SecretString(text))
}

// mark says of each place where part stands in the text whether it is hidden.
func mark(hide []bool, text, part string, hidden bool) {
	for from := 0; part != ""; {
		i := strings.Index(text[from:], part)
		if i < 0 {
			return
		}
		for n := range part {
			hide[from+i+n] = hidden
		}
		from += i + 1
	}
}

// secretsOf are the passwords in a source as it is written, in all forms in which an error may show them, and its hosts.
func secretsOf(source string) (secrets, hosts []string) {
	add := func(raw string) {
		secrets = append(secrets, raw, url.PathEscape(raw), url.QueryEscape(raw))
		for _, decode := range []func(string) (string, error){url.PathUnescape, url.QueryUnescape} {
			if text, err := decode(raw); err == nil && text != raw {
				secrets = append(secrets, text, url.PathEscape(text), url.QueryEscape(text), url.UserPassword("", text).String())
			}
		}
	}
	for _, match := range secretValue.FindAllStringSubmatch(source, -1) {
		add(match[2])
	}
	for _, text := range strings.Split(source, "://")[1:] {
		userinfo, host, ok := cutUserinfo(text)
		if ok {
			if _, password, both := strings.Cut(userinfo, ":"); both {
				userinfo = password
			}
			add(userinfo)
		}
		hosts = append(hosts, host)
	}
	return secrets, hosts
}

// cutUserinfo finds what stands before the host in a URL without its scheme. A password may have in it what should have
// been escaped, so it reaches up to the last @ that has something behind it that can be a host.
func cutUserinfo(text string) (userinfo, host string, ok bool) {
	for end := len(text); ; {
		at := strings.LastIndexByte(text[:end], '@')
		if at < 0 {
			host = text
			break
		}
		host = text[at+1:]
		if host != "" && !strings.ContainsRune("/?#&", rune(host[0])) {
			userinfo, ok = text[:at], true
			break
		}
		end = at
	}
	if i := strings.IndexAny(host, "/?# \t\"'"); i >= 0 {
		host = host[:i]
	}
	return userinfo, host, ok
}
