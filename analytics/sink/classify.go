package sink

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"

	"github.com/AlexxIT/go2rtc/seats/analytics/store"
)

const schemaAdvice = "run what api/seats/schema.sql gives in Supabase's SQL editor"

// rule says what an SQLSTATE, or a code of PostgREST, means. The longest prefix that fits is the one that counts.
type rule struct {
	code   string
	kind   Kind
	advice string
	table  bool // concerns the table at hand only
	away   bool // no server was there to answer it
}

// rules are PostgREST's answers (Error.hs, mapSQLtoHTTP) by what is to be done about them. HTTP 500 is both: 40001
// passes, 21000 never does, so the code counts where there is one.
var rules = []rule{
	{code: "08", kind: Transient, away: true}, // connection
	{code: "40", kind: Transient},             // serialization, deadlock
	{code: "53", kind: Transient},             // resources
	{code: "55P03", kind: Transient},
	{code: "57", kind: Transient, away: true}, // shutdown
	{code: "57014", kind: Transient},          // statement timeout
	{code: "58", kind: Transient},             // I/O
	{code: "PGRST000", kind: Transient, away: true},
	{code: "PGRST001", kind: Transient, away: true},
	{code: "PGRST002", kind: Transient, away: true},
	{code: "PGRST003", kind: Transient, away: true},

	{code: "21", kind: Rejected},
	{code: "22", kind: Rejected},    // data
	{code: "23", kind: Rejected},    // constraints
	{code: "54", kind: Rejected},    // too large for an index
	{code: "P0001", kind: Rejected}, // a trigger of the operator's
	{code: "PGRST102", kind: Rejected},

	// all our rows have the same columns, so a column that is unknown is never the fault of one row
	{code: "PGRST204", kind: Waiting, table: true, advice: "a column is missing: " + schemaAdvice},
	{code: "42703", kind: Waiting, table: true, advice: "a column is missing: " + schemaAdvice},
	{code: "42P01", kind: Waiting, table: true, advice: "the table is missing: " + schemaAdvice},
	{code: "PGRST205", kind: Waiting, table: true, advice: "the table is missing: " + schemaAdvice},
	{code: "42P10", kind: Waiting, table: true, advice: "its primary key is another one: alter table {table} drop constraint {table}_pkey, add primary key ({key})"},
	{code: "42501", kind: Waiting, table: true, advice: "the key may not: grant select, insert, update, delete on {table} to service_role; and see that the key is a service_role or sb_secret_ one"},
	{code: "42", kind: Waiting, table: true, advice: "the table is not as it should be: " + schemaAdvice},
	{code: "25006", kind: Waiting, advice: "the database takes no writes, as Supabase does when its disk is full: see the project's dashboard"},
	{code: "3", kind: Waiting, advice: schemaAdvice},
	{code: "28", kind: Waiting, advice: keyAdvice},
	{code: "PGRST1", kind: Waiting, table: true, advice: "is there Supabase behind analytics.supabase.url?"},
	{code: "PGRST3", kind: Waiting, advice: keyAdvice},
}

const keyAdvice = "look at analytics.supabase.key: it must be the sb_secret_ or service_role key of this project"

// classify tells what is to be done about an error of a request for a table of Supabase.
func classify(err error, table store.Table) *Error {
	var r *refusal
	if !errors.As(err, &r) {
		return noAnswer(err, "analytics.supabase.url")
	}
	e := &Error{Status: r.status, Reason: r.message, RetryAfter: r.retryAfter}
	if r.code != "" {
		e.Reason = r.code + " " + r.message
	}
	if known := ruleOf(r.code); known != nil && r.status/100 != 2 {
		e.Kind, e.Away = known.kind, known.away
		e.Advice = strings.NewReplacer("{table}", string(table), "{key}", primaryKey(table)).Replace(known.advice)
		if known.table {
			e.Table = table
		}
		return e
	}
	byStatus(e, &r.answer, "analytics.supabase.url", keyAdvice)
	return e
}

func ruleOf(code string) (best *rule) {
	for i := range rules {
		if r := &rules[i]; code != "" && strings.HasPrefix(code, r.code) && (best == nil || len(r.code) > len(best.code)) {
			best = r
		}
	}
	return best
}

// byStatus judges an answer whose body says nothing that is known.
func byStatus(e *Error, a *answer, setting, keyAdvice string) {
	e.Kind = Waiting
	switch {
	case a.status/100 == 2:
		e.Advice = "this is no answer of what should be there; is there a login page between, or another server behind " + setting + "?"
		e.Reason = "success without a meaning: " + e.Reason
	case a.status/100 == 3:
		e.Reason = "redirected to " + host(a.header.Get("Location"))
		e.Advice = "redirects are not followed, the key would go along: is " + setting + " right, with https, and is there a login page between?"
	case a.status == http.StatusUnauthorized:
		e.Advice = keyAdvice
	case a.status == http.StatusPaymentRequired || a.status == 540: // 540: Supabase's "project paused"
		e.Advice = "the project is paused or over its quota: see its dashboard"
	case a.status == http.StatusRequestTimeout || a.status == http.StatusTooEarly || a.status == http.StatusTooManyRequests:
		e.Kind = Transient
	case a.status == http.StatusRequestEntityTooLarge:
		e.Kind = Rejected // fewer rows fit
	case a.status/100 == 4:
		e.Advice = "is " + setting + " right, and does what is there accept this key?"
	default:
		e.Kind, e.Away = Transient, a.status >= 502 && a.status <= 504 || a.status >= 520
	}
}

// noAnswer judges an error that came in place of an answer. Its text names the host and no more of the URL: a webhook's
// path is a secret.
func noAnswer(err error, setting string) *Error {
	if urlErr, ok := errors.AsType[*url.Error](err); ok {
		err = fmt.Errorf("%s: %w", host(urlErr.URL), urlErr.Err)
	}
	e := &Error{Kind: Transient, Reason: err.Error(), Away: true}
	var certificate *tls.CertificateVerificationError // which crypto/tls makes of anything wrong with one
	var netErr net.Error
	switch {
	case errors.As(err, &certificate):
		e.Kind, e.Away = Waiting, false
		e.Advice = "its certificate cannot be trusted: is the clock of this machine right, is " + setting + " right, and is there something between?"
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &netErr) && netErr.Timeout():
		e.Reason = "no answer in time: " + e.Reason
	}
	return e
}

func host(text string) string {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" {
		return "elsewhere"
	}
	return u.Scheme + "://" + u.Host
}
