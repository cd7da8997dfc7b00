package page

import (
	"bytes"
	"errors"
	"io/fs"
	"path"
	"regexp"
	"strings"
	"testing"

	upstream "github.com/AlexxIT/go2rtc/www"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"
)

// TestLink: upstream's bar is as it was, with one link more, after the one to the index.
func TestLink(t *testing.T) {
	theirs, err := upstream.Static.ReadFile("main.js")
	require.NoError(t, err)
	ours, ok := withLink(theirs, nil)
	require.True(t, ok)
	const link = "\n        " + seatsLink
	require.Equal(t, string(theirs), strings.Replace(string(ours), link, "", 1))
	require.Contains(t, string(ours), indexLink+link+"\n")
}

// TestLinkOfAnotherBar: a bar that we do not know stays as it is, and one line says so.
func TestLinkOfAnotherBar(t *testing.T) {
	defer func(l zerolog.Logger) { log = l }(log)
	for _, ca := range []struct {
		script string
		err    error
	}{{"document.body.innerHTML = ''", nil}, {"", errors.New("no such file")}} {
		var said bytes.Buffer
		log = zerolog.New(&said)
		_, ok := withLink([]byte(ca.script), ca.err)
		require.False(t, ok)
		require.Equal(t, 1, strings.Count(said.String(), `"level":"warn"`))
	}
}

// TestModules: each module is there, no address leads elsewhere, and no module makes markup of texts.
func TestModules(t *testing.T) {
	imported := regexp.MustCompile(`(?:\bfrom\s+|\bimport\s+|\bimport\()'([^']+)'`)
	foreign := regexp.MustCompile(`https?://[^\s'"]+`)
	require.NoError(t, fs.WalkDir(www, "www", func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := www.ReadFile(file)
		require.NoError(t, err)
		for _, address := range foreign.FindAllString(string(b), -1) {
			require.Equal(t, "http://www.w3.org/2000/svg", address, file)
		}
		require.NotRegexp(t, `innerHTML|insertAdjacentHTML|outerHTML|document\.write`, string(b), file)
		for _, m := range imported.FindAllStringSubmatch(string(b), -1) {
			if m[1] == "../video-stream.js" {
				continue // the player of package live
			}
			require.Regexp(t, `^\.\.?/`, m[1], file)
			_, err = www.ReadFile(path.Join(path.Dir(file), m[1]))
			require.NoError(t, err, file)
		}
		return nil
	}))
}
