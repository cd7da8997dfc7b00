package icecheck

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/pion/stun/v3"
)

// Report is one check of all servers.
type Report struct {
	CheckedAt time.Time `json:"checked_at"` // when it ended, UTC
	Servers   []Verdict `json:"servers"`    // in the order of the configuration
}

// Verdict says of one server whether it does what it is configured for.
type Verdict struct {
	URL     string   `json:"url"`
	Source  string   `json:"source"` // ice_servers, candidates, or default
	OK      bool     `json:"ok"`
	RTT     *float64 `json:"rtt_ms"`  // from a request to its first answer; null: none came
	Address string   `json:"address"` // STUN: the box as the server sees it; TURN: the address it relays by
	Problem Problem  `json:"problem"` // empty: none
	Code    int      `json:"code,omitempty"`
	Hint    string   `json:"hint"` // what is wrong and what to do, in a sentence or two
}

// Problem is a word for what is wrong with a server. The page has sentences for them in each language.
type Problem string

// The problems.
const (
	BadURL          Problem = "bad_url"
	NoCredential    Problem = "no_credential"
	NoSuchHost      Problem = "no_such_host"
	Unreachable     Problem = "unreachable"
	Refused         Problem = "refused"
	TCPOnly         Problem = "tcp_only"
	Garbage         Problem = "garbage"
	Certificate     Problem = "certificate"
	NotTLS          Problem = "not_tls"
	WrongCredential Problem = "wrong_credential"
	NoAuth          Problem = "no_auth"
	Quota           Problem = "quota"
	Error           Problem = "error" // any other answer with an error code of RFC 8489 or 8656
	NoRelay         Problem = "no_relay"
)

func (v *Verdict) fail(problem Problem, format string, args ...any) {
	v.OK, v.Problem, v.Hint = false, problem, fmt.Sprintf(format, args...)
}

// userinfo is where operators who take a TURN URL for an HTTP one put a password.
var userinfo = regexp.MustCompile(`^([a-z]+:(?://)?)[^?]*@`)

// shown is a URL without what must not be seen.
func shown(url string) string {
	return userinfo.ReplaceAllString(url, "$1***@")
}

// answered words an error code. 401 is the answer to a credential: before one is sent it only asks for it.
func (v *Verdict) answered(e stun.ErrorCodeAttribute, s *server, username string, now time.Time) {
	v.Code = int(e.Code)
	switch v.Code {
	case 401, 441:
		if at := expired(username, now); !at.IsZero() {
			v.fail(WrongCredential, "the credential ran out at %s: give `secret` in its place, and a new one is made each time",
				at.UTC().Format(time.RFC3339))
			return
		}
		if s.secret != "" {
			v.fail(WrongCredential, "the server refuses the credential: secret must be the server's static-auth-secret, and both clocks right")
			return
		}
		v.fail(WrongCredential, "the server refuses the credential: compare username and credential with the server's")
	case 403:
		v.fail(Error, "the server forbids it (403 %s): ask its operator", clean(e.Reason))
	case 437:
		v.fail(Error, "the server still has an allocation of an earlier check (437): try again in a minute")
	case 438:
		v.fail(Error, "the server's nonce went stale at once (438): its clock or its stale-nonce setting is wrong")
	case 486:
		v.fail(Quota, "the account has as many allocations as it may (486): raise user-quota, or see who uses them")
	case 508:
		v.fail(Quota, "the server has no relay port left (508): widen min-port to max-port, or raise total-quota")
	default:
		v.fail(Error, "the server answers %d %s", v.Code, clean(e.Reason))
	}
}

// clean makes a server's text fit for a line of the log.
func clean[T string | []byte](text T) string {
	const most = 100
	b := []rune(string(text))
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, string(b[:min(len(b), most)]))
}
