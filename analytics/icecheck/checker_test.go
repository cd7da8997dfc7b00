package icecheck

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/AlexxIT/go2rtc/pkg/yaml"
	"github.com/stretchr/testify/require"
)

// counting is a silent STUN server that counts checks: each question comes from a socket of its own.
func counting(t testing.TB) (port int, askers func() int) {
	t.Helper()
	var mu sync.Mutex
	seen := map[string]bool{}
	port = udp(t, func(_ []byte, from net.Addr) []byte {
		mu.Lock()
		defer mu.Unlock()
		seen[from.String()] = true
		return nil
	})
	return port, func() int {
		mu.Lock()
		defer mu.Unlock()
		return len(seen)
	}
}

// TestOneCheckForAll: a request during a check, or soon after, gets that check's report.
func TestOneCheckForAll(t *testing.T) {
	port, askers := counting(t)
	c := &checker{servers: []server{{url: fmt.Sprintf("stun:127.0.0.1:%d", port)}}}
	var all sync.WaitGroup
	var answers atomic.Int32
	for range 50 {
		all.Go(func() {
			w := httptest.NewRecorder()
			c.apiCheck(w, httptest.NewRequest(http.MethodGet, "/api/ice/check", nil))
			if w.Code == http.StatusOK && strings.Contains(w.Body.String(), `"problem":"unreachable"`) {
				answers.Add(1)
			}
		})
	}
	all.Wait()
	require.EqualValues(t, 50, answers.Load())
	report, err := c.check(t.Context())
	require.NoError(t, err)
	require.Equal(t, Unreachable, report.Servers[0].Problem)
	require.Equal(t, 1, askers())

	// an old report is not given again
	c.mu.Lock()
	c.last.CheckedAt = time.Now().Add(-fresh)
	c.mu.Unlock()
	_, err = c.check(t.Context())
	require.NoError(t, err)
	require.Equal(t, 2, askers())
}

// TestCheckEndsWithLastRequest: the last request that is cancelled ends the check; the next one starts another.
func TestCheckEndsWithLastRequest(t *testing.T) {
	port, askers := counting(t)
	c := &checker{servers: []server{{url: fmt.Sprintf("stun:127.0.0.1:%d", port)}}}
	ctx, leave := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		_, err := c.check(ctx)
		ended <- err
	}()
	require.Eventually(t, func() bool { return askers() == 1 }, time.Second, time.Millisecond)
	c.mu.Lock()
	r := c.run
	c.mu.Unlock()
	began := time.Now()
	leave()
	require.ErrorIs(t, <-ended, context.Canceled)
	<-r.done
	require.Less(t, time.Since(began), patience/2)
	c.mu.Lock()
	defer c.mu.Unlock()
	require.Nil(t, c.last)
	require.Nil(t, c.run)
}

func TestOnlyGET(t *testing.T) {
	w := httptest.NewRecorder()
	new(checker).apiCheck(w, httptest.NewRequest(http.MethodPost, "/api/ice/check", strings.NewReader(`{"url":"stun:127.0.0.1:9"}`)))
	require.Equal(t, http.StatusMethodNotAllowed, w.Code)
	require.Equal(t, "only GET is answered here\n", w.Body.String())
}

// TestServers: which servers are asked, by the section webrtc.
func TestServers(t *testing.T) {
	cases := []struct{ name, text, want string }{
		{"nothing", ``, "default stun:stun.cloudflare.com:3478; default stun:stun.l.google.com:19302"},
		{"none", `ice_servers: []`, ""},
		{"no value", `ice_servers:`, ""},
		{
			"a list and a string", "ice_servers:\n  - urls: [stun:a, 'turn:b?transport=tcp']\n    username: u\n    credential: p\n  - urls: stuns:c\n",
			"ice_servers stun:a u p; ice_servers turn:b?transport=tcp u p; ice_servers stuns:c",
		},
		{"numbers", "ice_servers: [{urls: [turn:a], username: 7, credential: 0123}]", "ice_servers turn:a 7 0123"},
		{"no urls", "ice_servers: [{username: u}]", ""},
		{
			"candidates", "candidates: [stun:8555, 'stun:a:3478', 'stun:a:3478', '192.168.1.1:8555', 'home.example.com:8555', stun:b]\nice_servers: [{urls: [stun:b]}]",
			"ice_servers stun:b; candidates stun:a:3478",
		},
	}
	for _, ca := range cases {
		t.Run(ca.name, func(t *testing.T) {
			s := defaultSettings()
			require.NoError(t, yaml.Unmarshal([]byte(ca.text), &s))
			var list []string
			for _, server := range s.servers() {
				list = append(list, strings.TrimSpace(strings.Join([]string{server.source, server.url, server.username, server.password}, " ")))
			}
			require.Equal(t, ca.want, strings.Join(list, "; "))
		})
	}
}

// TestCredential: the pair stands in draft-uberti-behave-turn-rest-00's form; the tag was made by
// printf 1767226200:cam | openssl dgst -sha1 -hmac north-wind -binary | base64
func TestCredential(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	s := &server{secret: "north-wind", username: "cam"}
	username, password := s.credential(now)
	require.Equal(t, "1767226200:cam", username)
	require.Equal(t, "QrFWJxuOwS44DZU+GQrvQbiro34=", password)
	require.True(t, expired(username, now).IsZero())
	require.False(t, expired(username, now.Add(credentialLife+time.Second)).IsZero())
	require.True(t, expired("viewer", now).IsZero())
	require.True(t, expired("42", now).IsZero())
}

func TestShown(t *testing.T) {
	for url, want := range map[string]string{
		"turn:a:3478?transport=tcp": "turn:a:3478?transport=tcp",
		"turn:user:p4ss@a:3478":     "turn:***@a:3478",
		"turn://user:p4ss@a":        "turn://***@a",
		"turn:u:p@ss@a":             "turn:***@a",
	} {
		require.Equal(t, want, shown(url))
	}
}

// FuzzTake: each packet of a server is noted or handed on, and nothing else happens.
func FuzzTake(f *testing.F) {
	f.Add([]byte("HTTP/1.1 400 Bad Request\r\n\r\n"))
	f.Add([]byte("\x01\x01\x00\x00\x21\x12\xa4\x42aaaaaaaaaaaa"))
	f.Add([]byte("\x01\x13\x00\x08\x21\x12\xa4\x42aaaaaaaaaaaa\x00\x09\x00\x04\x00\x00\x04\x01"))
	f.Fuzz(func(t *testing.T, b []byte) {
		w := &wire{first: time.Now()}
		if !w.take(b) {
			require.True(t, w.said().garbage)
		}
	})
}
