package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/AlexxIT/go2rtc/pkg/creds"
	"github.com/stretchr/testify/require"
)

const fileText = `streams: {cam1: "rtsp://${SEATS_TEST_USER:admin}@127.0.0.1:1/1"}
analytics:
  store_id: shop
  seats:
    A: {stream: cam1, roi: [[0, 0], [0.5, 0], [0.5, 0.5]]}
`

func openFile(t testing.TB, text string) (f *File, now *Config) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "go2rtc.yaml")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	c, err := Load(path, creds.ReplaceVars)
	require.NoError(t, err)
	return Open(path, creds.ReplaceVars, creds.SecretString, map[string]any{"cam1": nil, "elsewhere": nil}), &c
}

func anyStream(string) bool { return true }

func put(t testing.TB, f *File, id, body string, now *Config) (*Edit, error) {
	t.Helper()
	q, err := DecodeRequest([]byte(body))
	require.NoError(t, err)
	return f.Put(id, q, Condition{}, now, anyStream)
}

// TestEditDecodesOnce: what is known of the file is not found out again, and what was written by hand is.
func TestEditDecodesOnce(t *testing.T) {
	f, now := openFile(t, fileText)
	require.Equal(t, 1, f.decoded)
	write := func(body string) {
		t.Helper()
		e, err := put(t, f, "A", body, now)
		require.NoError(t, err)
		require.NoError(t, e.Write())
		now = &e.Config
	}
	write(`{"name": "one"}`)
	require.Equal(t, 2, f.decoded, "the edited text")
	write(`{"name": "two"}`)
	require.Equal(t, 3, f.decoded)
	write(`{"name": "two"}`)
	require.Equal(t, 3, f.decoded, "nothing has changed")

	text, err := os.ReadFile(f.path)
	require.NoError(t, err)
	require.Equal(t, strings.Replace(fileText, "cam1, roi", "cam1, name: two, roi", 1), string(text))
	require.NoError(t, os.WriteFile(f.path, append(text, "# by hand\n"...), 0o600))
	write(`{"name": "three"}`)
	require.Equal(t, 5, f.decoded)
	t.Setenv("SEATS_TEST_USER", "other")
	write(`{"name": "four"}`)
	require.Equal(t, 7, f.decoded, "a name stands for something else")
}

// TestEditIsUndone: the text and what is known of the file are as they were before.
func TestEditIsUndone(t *testing.T) {
	f, now := openFile(t, fileText)
	e, err := put(t, f, "B", `{"stream": "cam1", "roi": `+triangle+`}`, now)
	require.NoError(t, err)
	require.True(t, e.Created)
	require.NoError(t, e.Write())
	require.True(t, f.own["B"])
	require.NoError(t, e.Undo())
	require.False(t, f.own["B"])
	b, err := os.ReadFile(f.path)
	require.NoError(t, err)
	require.Equal(t, fileText, string(b))

	require.NoError(t, os.Remove(f.path))
	f = Open(f.path, creds.ReplaceVars, creds.SecretString, map[string]any{"cam1": nil})
	first := Default()
	e, err = put(t, f, "A", `{"stream": "cam1", "roi": `+triangle+`, "store_id": "shop"}`, &first)
	require.NoError(t, err)
	require.Equal(t, "shop", e.Config.StoreID)
	require.NoError(t, e.Write())
	require.FileExists(t, f.path)
	require.NoError(t, e.Undo())
	require.NoFileExists(t, f.path)
}

// TestEditTooLate: a file that was written after it was read is left alone.
func TestEditTooLate(t *testing.T) {
	f, now := openFile(t, fileText)
	e, err := put(t, f, "A", `{"name": "mine"}`, now)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(f.path, []byte(fileText+"# yours\n"), 0o600))
	require.Equal(t, &Refusal{Kind: Conflict, Text: "go2rtc.yaml: was written by somebody else just now, try again: nothing was saved"}, e.Write())
}

func TestEditsRefused(t *testing.T) {
	f, now := openFile(t, fileText)
	_, err := put(t, f, "B", `{"stream": "elsewhere", "roi": `+triangle+`}`, now)
	require.NoError(t, err, "a stream of another -config")
	_, err = put(t, f, "B", `{"stream": "passing", "roi": `+triangle+`}`, now)
	require.Equal(t, &Refusal{Kind: Invalid, Text: `stream: "passing" is known to this run only, save it under streams: first`}, err)
	_, err = f.Delete("B", Condition{}, now)
	require.Equal(t, &Refusal{Kind: NotFound, Text: `there is no seat "B"`}, err)
	_, err = f.Delete("A", Condition{Revision: "old"}, now)
	require.Equal(t, &Refusal{Kind: Conflict, Text: `seat "A" was changed by somebody else meanwhile`, Changed: true, Seat: f.last.config.Seat("A")}, err)
	require.NoError(t, os.Chmod(f.path, 0o400))
	e, err := f.Delete("A", Condition{Revision: "*"}, now)
	require.NoError(t, err)
	require.Equal(t, &Refusal{Kind: Unwritable, Text: "go2rtc.yaml cannot be written: permission denied: nothing was saved"}, e.Write())
	_, err = Open("", creds.ReplaceVars, creds.SecretString, nil).Delete("A", Condition{}, now)
	require.Equal(t, &Refusal{Kind: NoFile, Text: "the program runs without a configuration file, so nothing can be saved"}, err)
}
