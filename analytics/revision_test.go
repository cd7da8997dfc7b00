package analytics

import (
	"encoding/json"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/AlexxIT/go2rtc/pkg/creds"
	"github.com/AlexxIT/go2rtc/seats/analytics/config"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v4"
)

// TestTwoEditors: the second gets a conflict, with the present state.
func TestTwoEditors(t *testing.T) {
	d := newDesk(t, deskText)
	old := d.seatView("A").Revision
	d.want(http.StatusOK, "PUT", "/api/seats?id=A&revision="+old, `{"name": "first"}`)
	after := d.text()
	conflict := func(want, name, method, path, body string, headers ...string) (revision string) {
		t.Helper()
		var reply conflictView
		require.NoError(t, json.Unmarshal([]byte(d.want(http.StatusConflict, method, path, body, headers...)), &reply))
		require.Equal(t, want, reply.Error)
		if name == "" {
			require.Nil(t, reply.Seat)
			return ""
		}
		require.Equal(t, name, reply.Seat.Name)
		require.Equal(t, after, d.text())
		return reply.Seat.Revision
	}
	changed := `seat "A" was changed by somebody else meanwhile`
	conflict(changed, "first", "PUT", "/api/seats?id=A", `{"name": "second"}`, "If-Match", `"`+old+`"`)
	conflict(changed, "first", "PUT", "/api/seats?id=A", `{"name": "second", "revision": "`+old+`"}`)
	conflict(changed, "first", "DELETE", "/api/seats?id=A&revision="+old, "")
	conflict(`there is a seat "A" already`, "first", "PUT", "/api/seats?id=A", `{"stream": "cam1", "roi": `+triangle+`}`, "If-None-Match", "*")
	conflict(`seat "C" is not there any more`, "", "PUT", "/api/seats?id=C", `{"stream": "cam1", "roi": `+triangle+`, "revision": "`+old+`"}`)

	// by hand, with an editor or upstream's page
	byHand := func(text string) {
		t.Helper()
		require.NoError(t, os.WriteFile(d.path, []byte(text), 0o600))
		after = text
	}
	byHand(strings.Replace(after, "name: first", "name: by hand", 1))
	hand := `seat "A" was changed in the configuration file since it was read: say which revision is meant`
	conflict(hand, "by hand", "PUT", "/api/seats?id=A", `{"name": "page"}`)
	revision := conflict(changed, "by hand", "PUT", "/api/seats?id=A&revision="+d.seatView("A").Revision, `{"name": "page"}`)
	d.want(http.StatusOK, "PUT", "/api/seats?id=B", `{"name": "b"}`)
	require.Contains(t, d.text(), "name: by hand", "another seat is left as it is")
	require.Equal(t, "first", d.seatView("A").Name, "and is not in force unseen")
	d.want(http.StatusOK, "PUT", "/api/seats?id=A&revision="+revision, `{"name": "page"}`)

	byHand(d.text() + "    C: {stream: cam1, name: c, roi: [[0, 0], [0.2, 0], [0.2, 0.2]]}\n")
	conflict(`seat "C" was changed in the configuration file since it was read: say which revision is meant`, "c", "PUT", "/api/seats?id=C", `{"stream": "cam1", "roi": `+triangle+`}`)
	revision = conflict(`there is a seat "C" already`, "c", "PUT", "/api/seats?id=C", `{"stream": "cam1", "roi": `+triangle+`}`, "If-None-Match", "*")
	d.want(http.StatusOK, "PUT", "/api/seats?id=C", `{"roi": `+triangle+`}`, "If-Match", `"`+revision+`"`)
	require.Equal(t, "c", d.seatView("C").Name)

	// taken out by hand
	byHand(deskText)
	conflict(`seat "C" was changed in the configuration file since it was read: say which revision is meant`, "", "PUT", "/api/seats?id=C", `{"roi": `+triangle+`}`)
	d.want(http.StatusNoContent, "DELETE", "/api/seats?id=C", "")
	require.Nil(t, d.seatView("C"))
	require.Equal(t, deskText, d.text())

	// broken by hand
	for broken, want := range map[string]string{
		deskText + "    C: [\n":          "go2rtc.yaml:15: did not find expected node content: nothing was saved",
		deskText + "    C: {rio: 1}\n":   `go2rtc.yaml:14: analytics.seats.C: unknown key "rio", did you mean "roi"?: nothing was saved`,
		deskText + "---\nstreams: {}\n":  "go2rtc.yaml:15: a second document begins, only one is allowed: nothing was saved",
		deskText + "    B: {name: bb}\n": `go2rtc.yaml:14: mapping key "B" already defined at line 13: nothing was saved`,
	} {
		byHand(broken)
		require.Equal(t, want, d.want(http.StatusConflict, "PUT", "/api/seats?id=B", `{"name": "b"}`))
		require.Equal(t, broken, d.text())
	}
}

// TestSeatOfAnotherConfig: what the next start would override again is not edited here.
func TestSeatOfAnotherConfig(t *testing.T) {
	d := newDesk(t, deskText)
	l := *d.plan.Load()
	var another struct {
		Mod *config.Config `yaml:"analytics"`
	}
	another.Mod = &l.config
	require.NoError(t, yaml.Unmarshal([]byte("analytics: {seats: {B: {name: b}, inline: {stream: cam1, roi: "+triangle+"}}}"), &another))
	d.plan.Store(&l)
	for _, id := range []string{"inline", "B"} {
		for _, method := range []string{"PUT", "DELETE"} {
			text := d.want(http.StatusConflict, method, "/api/seats?id="+id, `{"name": "b"}`)
			require.Equal(t, `seat "`+id+`" is set by another -config than the file: edit it there`, text)
		}
	}
	require.Equal(t, deskText, d.text())
	d.file = config.Open("", creds.ReplaceVars, creds.SecretString, nil)
	text := d.want(http.StatusGone, "PUT", "/api/seats?id=A", `{"name": "b"}`)
	require.Equal(t, "the program runs without a configuration file, so nothing can be saved", text)
}
