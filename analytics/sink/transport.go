package sink

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode"
)

const (
	dialTimeout = 10 * time.Second
	maxAnswer   = 64 << 10 // bytes of an answer that are read
	maxQuote    = 200      // bytes of an answer that an error tells
)

// newTransport is an http.Transport of our own, to be closed by us: the shared one keeps connections for ever, and
// supabase-go's way of closing them does nothing.
func newTransport() *http.Transport {
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            (&net.Dialer{Timeout: dialTimeout, KeepAlive: 15 * time.Second}).DialContext,
		TLSHandshakeTimeout:    dialTimeout,
		ForceAttemptHTTP2:      true,
		MaxIdleConnsPerHost:    2,
		IdleConnTimeout:        90 * time.Second,
		MaxResponseHeaderBytes: 64 << 10,
	}
}

// noRedirect keeps http.Client from following: a redirected POST becomes a GET that reports success, and the key would
// go to another host.
func noRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// answer is what came back, read up to a limit.
type answer struct {
	status     int
	header     http.Header
	body       []byte
	retryAfter time.Duration
}

// refusal is an answer that is no success, as an error.
type refusal struct {
	answer
	code    string // PostgREST's, or SQLSTATE; empty where the body has none
	message string // PostgREST's, or the first bytes of the body in one line
}

func (r *refusal) Error() string {
	return fmt.Sprintf("%d %s %s", r.status, r.code, r.message)
}

// read takes an answer in and closes it. What is beyond the limit is left unread, and the connection is given up.
func read(res *http.Response, limit int64, now time.Time) (answer, error) {
	body, err := io.ReadAll(io.LimitReader(res.Body, limit))
	_ = res.Body.Close()
	return answer{res.StatusCode, res.Header, body, retryAfter(res.Header.Get("Retry-After"), now)}, err
}

// isHTML tells a page for people from an answer: a hotel's login page is a 200.
func (a *answer) isHTML() bool {
	return bytes.HasPrefix(bytes.TrimSpace(a.body), []byte("<"))
}

func (a answer) refuse() *refusal {
	r := &refusal{answer: a}
	var said struct {
		Code    any    `json:"code"` // a gateway's may be a number
		Message string `json:"message"`
		Msg     string `json:"msg"`
		Error   any    `json:"error"`
		Details any    `json:"details"`
		Hint    any    `json:"hint"`
	}
	if json.Unmarshal(a.body, &said) != nil {
		r.message = quote(a.body)
		return r
	}
	r.code, _ = said.Code.(string)
	r.message = cmp.Or(said.Message, said.Msg)
	for _, more := range []any{said.Error, said.Details, said.Hint} {
		if s, ok := more.(string); ok && s != "" && s != r.message {
			r.message = strings.TrimPrefix(r.message+"; "+s, "; ")
		}
	}
	r.message = quote([]byte(cmp.Or(r.message, string(a.body))))
	return r
}

// quote is the beginning of a text in one line that can be printed.
func quote(b []byte) string {
	s := strings.Map(func(c rune) rune {
		if unicode.IsSpace(c) {
			return ' '
		}
		if !unicode.IsPrint(c) {
			return -1
		}
		return c
	}, strings.ToValidUTF8(string(b[:min(len(b), 2*maxQuote)]), ""))
	s = strings.Join(strings.Fields(s), " ")
	if len(s) > maxQuote {
		s = strings.ToValidUTF8(s[:maxQuote], "") + " …"
	}
	if s == "" {
		return "an empty answer"
	}
	return s
}

// maxRetryAfter bounds what is believed of a Retry-After.
const maxRetryAfter = time.Hour

// retryAfter reads seconds or a date; 0 where there is neither.
func retryAfter(text string, now time.Time) time.Duration {
	var d time.Duration
	if seconds, err := strconv.Atoi(strings.TrimSpace(text)); err == nil {
		d = time.Duration(min(max(seconds, 0), int(maxRetryAfter/time.Second))) * time.Second
	} else if at, err := http.ParseTime(text); err == nil {
		d = at.Sub(now)
	}
	return min(max(d, 0), maxRetryAfter)
}

// options is what supabase-go has no words for; they travel in the request's context.
type options struct {
	prefer     string            // the header Prefer
	onConflict string            // columns
	limit      string            // of rows
	where      map[string]string // columns and the values that they have
	maxAnswer  int64             // bytes
	root       bool              // asks for the description of all tables in place of one
}

type optionsKey struct{}

func withOptions(ctx context.Context, o options) context.Context {
	return context.WithValue(ctx, optionsKey{}, o)
}

// supabaseTransport mends what supabase-go does to requests and to answers, below its http.Client: that one follows
// redirects, takes any 2xx for success and forgets the status of a refusal.
type supabaseTransport struct{ base http.RoundTripper }

// RoundTrip implements http.RoundTripper. An answer that is no success is a *refusal.
func (t *supabaseTransport) RoundTrip(req *http.Request) (*http.Response, error) {
	o, _ := req.Context().Value(optionsKey{}).(options)
	req = req.Clone(req.Context())
	query := req.URL.Query()
	if o.onConflict != "" {
		query.Set("on_conflict", o.onConflict)
	}
	if o.limit != "" {
		query.Set("limit", o.limit)
	}
	if req.Method == http.MethodDelete && len(o.where) == 0 {
		return nil, errors.New("a DELETE without a condition would empty the table")
	}
	for column, value := range o.where {
		query.Set(column, "eq."+value)
	}
	if o.root {
		query = nil
		req.URL.Path = req.URL.Path[:strings.LastIndexByte(req.URL.Path, '/')+1]
		req.Header.Set("Accept", "application/openapi+json")
	}
	req.URL.RawQuery = query.Encode() // supabase-go sends values raw
	if o.prefer != "" {
		req.Header.Set("Prefer", o.prefer)
	}
	// an sb_ key is no JWT: repeated as Bearer it would be refused as a bad one
	if key := req.Header.Get("Apikey"); strings.HasPrefix(key, "sb_") && req.Header.Get("Authorization") == "Bearer "+key {
		req.Header.Del("Authorization")
	}
	if req.Method == http.MethodGet || req.Method == http.MethodHead || req.Method == http.MethodDelete {
		req.Body, req.GetBody, req.ContentLength = http.NoBody, nil, 0 // "null", which some proxies refuse
		req.Header.Del("Content-Type")
	}

	res, err := t.base.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	a, err := read(res, max(o.maxAnswer, maxAnswer), time.Now())
	if res.StatusCode/100 != 2 {
		return nil, a.refuse() // also where the end of a refusal is lost: its status says enough
	}
	if err != nil {
		return nil, fmt.Errorf("answer broken off: %w", err)
	}
	// judged by reading, since an empty body may be chunked and without a type
	if body := bytes.TrimSpace(a.body); len(body) > 0 && !json.Valid(body) {
		return nil, a.refuse()
	}
	res.Body = io.NopCloser(bytes.NewReader(a.body))
	return res, nil
}
