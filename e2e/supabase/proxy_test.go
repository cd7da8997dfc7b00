package supabase

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestFaults: each fault is what it says on the wire, and does or does not reach PostgreSQL.
func TestFaults(t *testing.T) {
	keys := NewKeys()
	s := Start(t, keys)
	p := NewProxy(t, s.Lite.URL, ProxyOptions{RetryAfter: 7 * time.Second, DripEvery: time.Millisecond})
	cases := []struct {
		fault  Fault
		status int // 0: no reply
		body   string
		failed error
		done   bool // PostgreSQL has the row
	}{
		{fault: None, status: http.StatusCreated, done: true},
		{fault: Refused, failed: syscall.ECONNREFUSED},
		{fault: Reset, failed: io.ErrUnexpectedEOF, done: true},
		{fault: Swallowed, failed: errors.New("EOF"), done: true},
		{fault: Hang, failed: os.ErrDeadlineExceeded},
		{fault: Dripping, status: http.StatusCreated, done: true},
		{fault: TooMany, status: http.StatusTooManyRequests, body: `{"message"`},
		{fault: HTML502, status: http.StatusBadGateway, body: "<html>"},
		{fault: Empty503, status: http.StatusServiceUnavailable},
		{fault: Portal, status: http.StatusOK, body: "<!doctype html>"},
		{fault: MovedHTTPS, status: http.StatusMovedPermanently},
		{fault: Redirected, status: http.StatusTemporaryRedirect},
		{fault: HugeError, status: http.StatusInternalServerError, body: "\x00"},
	}
	require.Len(t, cases, int(faults))
	c := client(t)
	c.Timeout = time.Second
	for _, ca := range cases {
		t.Run(ca.fault.String(), func(t *testing.T) {
			p.Set(ca.fault)
			before := p.Count(ca.fault)
			if ca.fault == Refused {
				before-- // it began with Set
			}
			status, body, err := post(t, c, p.URL, keys.Secret, "", ca.fault.String())
			require.Equal(t, before+1, p.Count(ca.fault))
			p.Set(None)
			require.Equal(t, ca.status, status, body)
			switch {
			case ca.failed == nil:
				require.NoError(t, err)
				require.True(t, strings.HasPrefix(body, ca.body), "%.100q", body)
				require.Equal(t, ca.body == "", body == "")
			case ca.fault == Hang:
				require.True(t, os.IsTimeout(err), "%v", err)
			case ca.fault == Reset: // a reset, or a head cut short: it depends on what the kernel had delivered
				require.True(t, errors.Is(err, syscall.ECONNRESET) || errors.Is(err, ca.failed), "%v", err)
			case ca.fault == Swallowed:
				require.ErrorContains(t, err, "EOF")
			default:
				require.ErrorIs(t, err, ca.failed)
			}
			require.Equal(t, ca.done, slices.Contains(cameras(t, s.Database), ca.fault.String()))
			_, _, err = post(t, c, p.URL, keys.Secret, "", "after "+ca.fault.String())
			require.NoError(t, err)
		})
	}
	require.Empty(t, p.Strays())
	require.Less(t, p.HugeBytes.Load(), int64(100<<20), "the client left early")
}

// TestRedirects: a client that follows them is seen at the other host, with the key that it should not have sent.
func TestRedirects(t *testing.T) {
	p := NewProxy(t, "http://127.0.0.1:1", ProxyOptions{})
	c := client(t)
	c.CheckRedirect = nil
	p.Set(Redirected)
	status, _, err := post(t, c, p.URL, "sb_secret_told", "", "x")
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, status)
	require.Len(t, p.Strays(), 1)
	require.Equal(t, "sb_secret_told", p.Strays()[0].Header.Get("Apikey"))

	p.Set(MovedHTTPS)
	_, _, err = post(t, c, p.URL, "sb_secret_told", "", "x")
	var unknown *tls.CertificateVerificationError
	require.ErrorAs(t, err, &unknown)
	require.Len(t, p.Strays(), 1)
}

func TestRandom(t *testing.T) {
	p := NewProxy(t, "http://127.0.0.1:1", ProxyOptions{})
	among := []Fault{HTML502, Empty503, TooMany, Portal}
	run := func(seed uint64) (statuses []int) {
		c := client(t)
		p.Random(seed, 1, among...)
		for range 20 {
			status, _, err := post(t, c, p.URL, "k", "", "x")
			require.NoError(t, err)
			statuses = append(statuses, status)
		}
		return statuses
	}
	first := run(1)
	require.Equal(t, first, run(1))
	require.NotEqual(t, first, run(2))

	// an outage by chance begins with the request that drew it, and ends by itself
	c := client(t)
	p.Random(1, 1, Refused)
	_, _, err := post(t, c, p.URL, "k", "", "x")
	require.Error(t, err)
	_, _, err = post(t, c, p.URL, "k", "", "x")
	require.ErrorIs(t, err, syscall.ECONNREFUSED)
	p.mu.Lock()
	p.among = []Fault{Portal}
	p.mu.Unlock()
	require.Eventually(t, func() bool {
		status, _, err := post(t, c, p.URL, "k", "", "x")
		return err == nil && status == http.StatusOK
	}, 5*time.Second, 20*time.Millisecond)
	require.Equal(t, 1, p.Count(Refused))
}

// TestHangEnds when the fault does, or the patience.
func TestHangEnds(t *testing.T) {
	p := NewProxy(t, "http://127.0.0.1:1", ProxyOptions{Patience: 50 * time.Millisecond})
	c := client(t)
	p.Set(Hang)
	_, _, err := post(t, c, p.URL, "k", "", "x")
	require.ErrorContains(t, err, "EOF")
	require.NotErrorIs(t, err, context.DeadlineExceeded)
}
