package supabase

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	code := m.Run()
	Close()
	if err := goleak.Find(); err != nil && code == 0 {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// client follows no redirects, as ours must not, and gives up soon.
func client(t testing.TB) *http.Client {
	t.Helper()
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{
		Transport: transport, Timeout: 5 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// post writes the camera of a name, with a key alone or with a key and a token.
func post(t testing.TB, c *http.Client, url, key, token, name string) (status int, body string, err error) {
	t.Helper()
	row, err := json.Marshal(map[string]any{"store_id": "test", "stream": name, "online": true, "updated_at": "2026-11-25T00:00:00.000Z"})
	require.NoError(t, err)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url+"/rest/v1/camera_status", bytes.NewReader(row))
	require.NoError(t, err)
	req.Header.Set("apikey", key)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Prefer", "return=minimal")
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	res, err := c.Do(req)
	if err != nil {
		return 0, "", err
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(io.LimitReader(res.Body, 1<<16))
	return res.StatusCode, string(b), err
}

func cameras(t testing.TB, db *Database) (names []string) {
	t.Helper()
	rows, err := db.Connect(t).Query(context.Background(), "select stream from camera_status order by stream")
	require.NoError(t, err)
	defer rows.Close()
	for rows.Next() {
		var name string
		require.NoError(t, rows.Scan(&name))
		names = append(names, name)
	}
	require.NoError(t, rows.Err())
	return names
}

func TestKeys(t *testing.T) {
	cases := []struct {
		name string
		keys Keys
	}{{"sb", NewKeys()}, {"legacy", LegacyKeys()}}
	for _, ca := range cases {
		t.Run(ca.name, func(t *testing.T) {
			s := Start(t, ca.keys)
			c := client(t)
			bearer := func(key string) string {
				if ca.keys.legacy {
					return key
				}
				return ""
			}
			status, body, err := post(t, c, s.Proxy.URL, ca.keys.Secret, bearer(ca.keys.Secret), "box")
			require.NoError(t, err)
			require.Equal(t, http.StatusCreated, status, body)
			require.Empty(t, body)

			status, body, err = post(t, c, s.Proxy.URL, ca.keys.Publishable, bearer(ca.keys.Publishable), "page")
			require.NoError(t, err)
			require.Contains(t, []int{http.StatusUnauthorized, http.StatusForbidden}, status, body)
			status, body, err = post(t, c, s.Proxy.URL, ca.keys.Publishable, ca.keys.User("test"), "person")
			require.NoError(t, err)
			require.Equal(t, http.StatusForbidden, status, body)
			status, body, err = post(t, c, s.Proxy.URL, "sb_secret_wrong", "wrong.wrong.wrong", "thief")
			require.NoError(t, err)
			require.Equal(t, http.StatusUnauthorized, status, body)
			require.Equal(t, []string{"box"}, cameras(t, s.Database))
		})
	}
}

// TestComesBack: after lite's death and PostgreSQL's, the same addresses serve the same rows.
func TestComesBack(t *testing.T) {
	keys := NewKeys()
	s := StartOn(t, NewCluster(t), keys)
	c := client(t)
	write := func(name string) (int, error) {
		status, _, err := post(t, c, s.Proxy.URL, keys.Secret, "", name)
		return status, err
	}
	eventually := func(name string) {
		var said []string
		ok := func() bool {
			status, body, err := post(t, c, s.Proxy.URL, keys.Secret, "", name)
			said = append(said, fmt.Sprint(status, body, err))
			// a conflict is a row whose first reply was lost
			return err == nil && (status == http.StatusCreated || status == http.StatusConflict)
		}
		for end := time.Now().Add(20 * time.Second); !ok(); {
			require.True(t, time.Now().Before(end), "%q", said)
		}
	}
	eventually("a")
	s.Lite.Kill(t)
	_, err := write("while lite is dead")
	require.Error(t, err)
	s.Lite.Start(t)
	eventually("b")
	s.Lite.Stop(t)
	s.Lite.Start(t)
	eventually("c")

	s.Cluster.Stop(t, true)
	status, err := write("while PostgreSQL is dead")
	require.True(t, err != nil || status >= 500, "%d", status)
	s.Cluster.Start(t)
	eventually("d")
	require.Equal(t, []string{"a", "b", "c", "d"}, cameras(t, s.Database))
}
