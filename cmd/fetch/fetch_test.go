package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func sum(s string) string {
	h := sha256.Sum256([]byte(s))
	return hex.EncodeToString(h[:])
}

func file(name, content string) place {
	return place{File: name, SHA256: sum(content), Bytes: int64(len(content))}
}

func link(url, content string) place {
	return place{URL: url, SHA256: sum(content), Bytes: int64(len(content))}
}

func TestFetch(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/good":
			_, _ = w.Write([]byte("official"))
		case "/redirect":
			http.Redirect(w, r, "/good", http.StatusFound)
		case "/bad":
			_, _ = w.Write([]byte("a login page"))
		case "/short":
			w.Header().Set("Content-Length", "8")
			_, _ = w.Write([]byte("offi"))
		default:
			http.NotFound(w, r)
		}
	}))
	defer server.Close()
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()

	cases := []struct {
		name    string
		files   map[string]string
		copies  []place
		content string // at the end, "" for no file
		err     string
	}{
		{
			name:  "there already",
			files: map[string]string{"models/m": "official"}, copies: []place{file("x", "shared"), link(gone.URL, "official")},
			content: "official",
		},
		{
			name:  "another file is there",
			files: map[string]string{"models/m": "mine", "x": "shared"}, copies: []place{file("x", "shared")},
			content: "mine", err: "models/m: sha256 is " + sum("mine") + ", expected " + sum("shared") + "; remove it",
		},
		{
			name:  "from shared",
			files: map[string]string{"x": "shared"}, copies: []place{file("x", "shared"), link(gone.URL, "official")},
			content: "shared",
		},
		{
			name:   "from the internet where shared is not there",
			copies: []place{file("x", "shared"), link(server.URL+"/redirect", "official")}, content: "official",
		},
		{
			name:  "from the internet where shared is another",
			files: map[string]string{"x": "else"}, copies: []place{file("x", "shared"), link(server.URL+"/good", "official")},
			content: "official",
		},
		{name: "a login page", copies: []place{link(server.URL+"/bad", "official")}, err: "expected " + sum("official")},
		{name: "cut short", copies: []place{link(server.URL+"/short", "official")}, err: "unexpected EOF"},
		{name: "not found", copies: []place{link(server.URL+"/none", "official")}, err: "the server answers 404 Not Found"},
		{name: "no internet", copies: []place{file("x", "shared"), link(gone.URL, "official")}, err: "connection refused"},
		{name: "only in shared", copies: []place{file("x", "shared")}, err: "models/m is missing (a model, run): x: no such file"},
	}
	for _, ca := range cases {
		t.Run(ca.name, func(t *testing.T) {
			root := t.TempDir()
			require.NoError(t, os.MkdirAll(filepath.Join(root, "models"), 0o755))
			for name, content := range ca.files {
				require.NoError(t, os.WriteFile(filepath.Join(root, name), []byte(content), 0o600))
			}
			f := fetcher{root: root, client: newClient()}
			defer f.client.CloseIdleConnections()

			_, err := f.fetch(context.Background(), &item{Path: "models/m", Name: "a model", Use: "run", Source: "us", Copies: ca.copies})
			if ca.err == "" {
				require.NoError(t, err)
			} else {
				require.ErrorContains(t, err, ca.err)
				require.NotContains(t, err.Error(), "\n")
			}
			b, err := os.ReadFile(filepath.Join(root, "models/m"))
			if ca.content == "" {
				require.ErrorIs(t, err, os.ErrNotExist)
			}
			require.Equal(t, ca.content, string(b))
			rest, err := filepath.Glob(filepath.Join(root, "models/*.tmp"))
			require.NoError(t, err)
			require.Empty(t, rest)
		})
	}
}

func TestExitStatus(t *testing.T) {
	root := t.TempDir()
	missing := item{Path: "a", Use: "run", Copies: []place{file("none", "x")}}
	require.True(t, run(t.Context(), []item{missing}, root, true))
	require.False(t, run(t.Context(), []item{missing}, root, false))

	require.NoError(t, os.WriteFile(filepath.Join(root, "a"), []byte("else"), 0o600))
	require.False(t, run(t.Context(), []item{missing}, root, true), "a wrong file is never all right")
}

func TestPick(t *testing.T) {
	all := []item{{Path: "a"}, {Path: "b"}, {Path: "c"}}
	picked, err := pick(all, nil)
	require.NoError(t, err)
	require.Equal(t, all, picked)
	picked, err = pick(all, []string{"c", "a"})
	require.NoError(t, err)
	require.Equal(t, []item{{Path: "c"}, {Path: "a"}}, picked)
	_, err = pick(all, []string{"a", "models/b"})
	require.EqualError(t, err, "models/b is not in the manifest")
}

func TestManifest(t *testing.T) {
	items, err := readManifest("../../models/manifest.json")
	require.NoError(t, err)
	var paths []string
	for _, it := range items {
		paths = append(paths, it.Path)
	}
	require.Equal(t, []string{
		"models/yolox_nano.onnx",
		"models/video/one-by-one-person-detection.mp4",
		"models/video/bottle-detection.mp4",
		"models/video/standing-table-bottle-left.mp4",
	}, paths)

	for name, bad := range map[string]string{
		"above the root": `[{"path": "../x", "use": "run", "licence": "MIT", "copies": [{"file": "y", "sha256": "00", "bytes": 1}]}]`,
		"AGPL":           `[{"path": "x", "use": "run", "licence": "AGPL-3.0", "copies": [{"file": "y", "sha256": "00", "bytes": 1}]}]`,
		"no hash":        `[{"path": "x", "use": "run", "licence": "MIT", "copies": [{"file": "y", "bytes": 1}]}]`,
		"unknown key":    `[{"path": "x", "sha": ""}]`,
		"another use":    `[{"path": "x", "use": "demo", "licence": "MIT", "copies": [{"file": "y", "sha256": "00", "bytes": 1}]}]`,
		"no copies":      `[{"path": "x", "use": "run", "licence": "MIT"}]`,
		"two places":     `[{"path": "x", "use": "run", "licence": "MIT", "copies": [{"file": "y", "url": "z"}]}]`,
	} {
		path := filepath.Join(t.TempDir(), "manifest.json")
		require.NoError(t, os.WriteFile(path, []byte(bad), 0o600))
		_, err = readManifest(path)
		require.Error(t, err, name)
	}
}
