package analytics

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/AlexxIT/go2rtc/internal/app"
	"github.com/AlexxIT/go2rtc/internal/streams"
	"github.com/AlexxIT/go2rtc/seats/analytics/seat"
	"github.com/AlexxIT/go2rtc/seats/analytics/store"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"
)

// desk is a module on a configuration file, with streams that nobody sends, and without a model.
type desk struct {
	*Analytics
	t    testing.TB
	path string
}

const deskText = `# the shop
streams: {cam1: "rtsp://${SEATS_TEST_USER:admin}@127.0.0.1:1/1", cam2: rtsp://127.0.0.1:1/2}
analytics:
  store_id: shop   # ours
  model: {path: none.onnx}
  seats:
    # by the window
    A:
      stream: cam1
      name: Window 1 # old
      roi: [[0, 0.5], [0.5, 0.5], [0.5, 1], [0, 1]]
      anchor: foot
    B: {stream: cam1, roi: [[0.5, 0.5], [1, 0.5], [1, 1], [0.5, 1]]}
`

func newDesk(t testing.TB, text string) *desk {
	t.Helper()
	log = zerolog.Nop()
	d := &desk{t: t, path: filepath.Join(t.TempDir(), "go2rtc.yaml")}
	if text != "" {
		require.NoError(t, os.WriteFile(d.path, []byte(text), 0o600))
	}
	was := app.ConfigPath
	app.ConfigPath = d.path
	for _, name := range []string{"cam1", "cam2", "passing"} {
		_, err := streams.New(name)
		require.NoError(t, err)
	}
	config := defaultConfig()
	config.Model.Path = "none.onnx"
	if text != "" {
		var err error
		config, err = loadFile(d.path)
		require.NoError(t, err)
	}
	d.Analytics = newAnalytics(config)
	require.NoError(t, d.begin(map[string]any{"cam1": nil}))
	d.start()
	t.Cleanup(func() {
		d.close()
		app.ConfigPath = was
	})
	return d
}

// ask sends a request with headers, and gives the answer.
func (d *desk) ask(method, path, body string, headers ...string) (status int, text string, header http.Header) {
	d.t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	switch r.URL.Path {
	case "/api/seats":
		d.apiSeats(w, r)
	case "/api/seats/history":
		d.apiHistory(w, r)
	case "/api/seats/cameras":
		d.apiCameras(w, r)
	case "/api/seats/boxes":
		d.apiBoxes(w, r)
	case "/api/seats/proposals":
		d.apiProposals(w, r)
	}
	return w.Code, strings.TrimSpace(w.Body.String()), w.Header()
}

func (d *desk) text() string {
	d.t.Helper()
	b, err := os.ReadFile(d.path)
	require.NoError(d.t, err)
	return string(b)
}

func (d *desk) seatView(id string) *seatView {
	d.t.Helper()
	for _, s := range d.snapshot().Seats {
		if s.SeatID == id {
			return &s
		}
	}
	return nil
}

// looks decides and commits as look does, with what was found made up.
func (d *desk) looks(stream string, at time.Time, n int, found ...seat.Detection) time.Time {
	d.t.Helper()
	for range n {
		c := d.layout.Load().camera(stream)
		require.NoError(d.t, d.remember())
		c.looking.Lock()
		decision, err := c.watch.decide(at, at, found)
		if err == nil {
			err = d.commit(&decision.change)
		}
		if err == nil {
			c.watch.become(decision)
		}
		c.looking.Unlock()
		require.NoError(d.t, err)
		at = at.Add(time.Second)
	}
	return at
}

const triangle = `[[0.1, 0.2], [0.30004, 0.2], [0.3, 0.4]]`

// TestPutSeat: what is put is in the file, in force, and what the next start reads; all else is as it was.
func TestPutSeat(t *testing.T) {
	d := newDesk(t, deskText)
	a := d.seatView("A")
	status, text, header := d.ask("PUT", "/api/seats?id=A", `{"name": "Door", "roi": `+triangle+`, "items_roi": `+triangle+`}`, "If-Match", `"`+a.Revision+`"`)
	require.Equal(t, http.StatusOK, status, text)
	want := strings.Replace(deskText, "Window 1 # old", "Door # old", 1)
	want = strings.Replace(want, "      roi: [[0, 0.5], [0.5, 0.5], [0.5, 1], [0, 1]]\n", "      roi: [[0.1, 0.2], [0.3, 0.2], [0.3, 0.4]]\n      items_roi: [[0.1, 0.2], [0.3, 0.2], [0.3, 0.4]]\n", 1)
	require.Equal(t, want, d.text())
	a = d.seatView("A")
	require.Equal(t, "Door", a.Name)
	require.Equal(t, [][2]float32{{0.1, 0.2}, {0.3, 0.2}, {0.3, 0.4}}, a.ROI)
	require.Equal(t, `"`+a.Revision+`"`, header.Get("ETag"))

	// what is shown can be sent again and changes nothing
	shown, err := json.Marshal(map[string]any{"stream": a.Stream, "name": a.Name, "roi": a.ROI, "items_roi": a.ItemsROI, "anchor": a.Anchor, "revision": a.Revision})
	require.NoError(t, err)
	status, text, _ = d.ask("PUT", "/api/seats?id=A", string(shown))
	require.Equal(t, http.StatusOK, status, text)
	require.Equal(t, want, d.text())

	// null takes out
	status, text, _ = d.ask("PUT", "/api/seats?id=A", `{"items_roi": null, "name": null, "anchor": null}`)
	require.Equal(t, http.StatusOK, status, text)
	require.NotContains(t, d.text(), "Door")
	require.NotContains(t, d.text(), "anchor")
	require.Equal(t, "A", d.seatView("A").Name)

	// new ones, with names that would be something else in YAML, in HTML and in the environment
	before := d.text()
	id := "창가/1 <script>#: 'x'"
	name := "${HOME} \"<b>\" 🪑👩‍💻 - # [}"
	body, err := json.Marshal(map[string]any{"stream": "cam2", "name": name, "roi": [][2]float64{{0, 0}, {1, 0}, {1, 1}}})
	require.NoError(t, err)
	status, text, _ = d.ask("PUT", "/api/seats?id="+url.QueryEscape(id), string(body), "If-None-Match", "*")
	require.Equal(t, http.StatusCreated, status, text)
	require.Equal(t, name, d.seatView(id).Name)
	require.Equal(t, "empty", d.seatView(id).Status)
	require.True(t, strings.HasPrefix(d.text(), before))
	require.Len(t, d.snapshot().Cameras, 2, "its camera has begun")

	read, err := loadFile(d.path)
	require.NoError(t, err)
	require.Len(t, read.Seats, 3)
	for i := range read.Seats {
		require.Equal(t, d.seatView(read.Seats[i].ID).Revision, read.Seats[i].revision())
	}

	status, text, _ = d.ask("DELETE", "/api/seats?id="+url.QueryEscape(id), "")
	require.Equal(t, http.StatusNoContent, status, text)
	require.Equal(t, before, d.text())
	require.Nil(t, d.seatView(id))
	require.Len(t, d.snapshot().Cameras, 1, "its camera has ended")
}

// TestFirstSeat: on a box without a file.
func TestFirstSeat(t *testing.T) {
	d := newDesk(t, "")
	status, text, _ := d.ask("PUT", "/api/seats?id=A", `{"stream": "cam1", "roi": `+triangle+`}`)
	require.Equal(t, http.StatusBadRequest, status)
	require.Equal(t, "store_id: is required once a seat is configured", text)
	require.NoFileExists(t, d.path)
	status, text, _ = d.ask("PUT", "/api/seats?id=A", `{"stream": "cam1", "roi": `+triangle+`, "store_id": "shop"}`)
	require.Equal(t, http.StatusCreated, status, text)
	require.Equal(t, "analytics:\n  store_id: shop\n  seats:\n    A:\n      stream: cam1\n      roi: [[0.1, 0.2], [0.3, 0.2], [0.3, 0.4]]\n", d.text())
	require.Equal(t, "shop", d.snapshot().StoreID)
	require.Equal(t, "shop", d.seatView("A").StoreID)
	d.looks("cam1", time.Now(), 5, person)
}

// TestSeatRefused: one sentence, and neither file nor memory has changed.
func TestSeatRefused(t *testing.T) {
	d := newDesk(t, deskText)
	million := "[" + strings.Repeat("[0.5,0.5],", 1_000_000) + "[0.5,0.5]]"
	cases := []struct {
		name, method, id, body string
		status                 int
		want                   string
	}{
		{"no id", "PUT", "", `{}`, 400, "id: is required"},
		{"no JSON", "PUT", "A", `stream: cam1`, 400, `the body wants to be a JSON object such as {"stream": "cam1", "roi": [[0.1, 0.2], [0.3, 0.2], [0.3, 0.4]]}`},
		{"a list", "PUT", "A", `[]`, 400, `the body wants to be a JSON object such as {"stream": "cam1", "roi": [[0.1, 0.2], [0.3, 0.2], [0.3, 0.4]]}`},
		{"null", "PUT", "A", `null`, 400, `the body wants to be a JSON object such as {"stream": "cam1", "roi": [[0.1, 0.2], [0.3, 0.2], [0.3, 0.4]]}`},
		{"two objects", "PUT", "A", `{}{}`, 400, `the body wants to be a JSON object such as {"stream": "cam1", "roi": [[0.1, 0.2], [0.3, 0.2], [0.3, 0.4]]}`},
		{"unknown key", "PUT", "A", `{"rio": []}`, 400, `unknown key "rio", did you mean "roi"?`},
		{"a long unknown key", "PUT", "A", `{"` + strings.Repeat("x", 10000) + `": []}`, 400, `unknown key "` + strings.Repeat("x", 40) + `…"`},
		{"a long name", "PUT", "A", `{"name": "` + strings.Repeat("창", 10000) + `"}`, 400, "name: has 10000 characters, wants at most 200"},
		{"a line break", "PUT", "A", `{"name": "a\nb"}`, 400, "name: has a line break or another control character"},
		{"another line break", "PUT", "A", `{"name": "a\u2028b"}`, 400, "name: has a line break or another control character"},
		{"a zero byte in the id", "PUT", "a\x00", `{"stream": "cam1", "roi": ` + triangle + `}`, 400, "id: has a line break or another control character"},
		{"a long id", "PUT", strings.Repeat("x", 65), `{"stream": "cam1", "roi": ` + triangle + `}`, 400, "id: has 65 characters, wants at most 64"},
		{"a space at the end", "PUT", "C ", `{"stream": "cam1", "roi": ` + triangle + `}`, 400, "id: begins or ends with a space"},
		{"a name that is none", "PUT", "A", `{"name": 1}`, 400, "name: wants a text"},
		{"one point", "PUT", "A", `{"roi": [[0.5, 0.5]]}`, 400, "roi: has 1 points, wants 3 to 64"},
		{"a million points", "PUT", "A", `{"roi": ` + million + `}`, 413, "the body is larger than 64 KiB"},
		{"no points", "PUT", "A", `{"roi": []}`, 400, "roi: has 0 points, wants 3 to 64"},
		{"no polygon", "PUT", "A", `{"roi": null}`, 400, "roi: is required"},
		{"crossing", "PUT", "A", `{"items_roi": [[0, 0], [1, 1], [1, 0], [0, 1]]}`, 400, "items_roi: edges 1 and 3 cross"},
		{"outside", "PUT", "A", `{"roi": [[0, 0], [1, 0], [1, 1.00001]]}`, 400, "roi: point 3 is outside 0..1"},
		{"a point of three", "PUT", "A", `{"roi": [[0, 0], [1, 0], [1, 1, 1]]}`, 400, "roi: point 3 wants two numbers, [x, y]"},
		{"no number", "PUT", "A", `{"roi": [[0, 0], [1, 0], [1, "1"]]}`, 400, "roi: wants points such as [[0.1, 0.2], [0.3, 0.2], [0.3, 0.4]]"},
		{"too large a number", "PUT", "A", `{"roi": [[0, 0], [1, 0], [1, 1e999]]}`, 400, "roi: wants points such as [[0.1, 0.2], [0.3, 0.2], [0.3, 0.4]]"},
		{"rounded to nothing", "PUT", "A", `{"roi": [[0, 0], [0.00004, 0], [1, 1], [0, 1]]}`, 400, "roi: points 1 and 2 are the same"},
		{"unknown stream", "PUT", "A", `{"stream": "cam9"}`, 400, `stream: no stream "cam9" under streams:`},
		{"a stream of this run only", "PUT", "A", `{"stream": "passing"}`, 400, `stream: "passing" is known to this run only, save it under streams: first`},
		{"no stream", "PUT", "C", `{"roi": ` + triangle + `}`, 400, "stream: is required"},
		{"empty stream", "PUT", "A", `{"stream": ""}`, 400, "stream: is required"},
		{"no roi", "PUT", "C", `{"stream": "cam1"}`, 400, "roi: is required"},
		{"anchor", "PUT", "A", `{"anchor": "head"}`, 400, `anchor: wants one of foot, center, overlap, has "head"`},
		{"another store", "PUT", "A", `{"store_id": "other"}`, 400, `store_id: is "shop", and is not changed here`},
		{"nobody", "DELETE", "C", "", 404, `there is no seat "C"`},
		{"no id to delete", "DELETE", "", "", 400, "id: is required"},
		{"another method", "POST", "A", "", 405, "POST is not allowed here"},
	}
	was := d.layout.Load()
	for _, ca := range cases {
		t.Run(ca.name, func(t *testing.T) {
			status, text, _ := d.ask(ca.method, "/api/seats?id="+url.QueryEscape(ca.id), ca.body)
			require.Equal(t, ca.status, status, text)
			require.Equal(t, ca.want, text)
		})
	}
	require.Equal(t, deskText, d.text())
	require.Same(t, was, d.layout.Load())

	// as long as may be
	long := strings.Repeat("창", 200)
	status, text, _ := d.ask("PUT", "/api/seats?id="+url.QueryEscape(strings.Repeat("창", 64)), `{"stream": "cam1", "name": "`+long+`", "roi": `+triangle+`}`)
	require.Equal(t, http.StatusCreated, status, text)
}

// TestTwoEditors: the second is told, and shown what there is.
func TestTwoEditors(t *testing.T) {
	d := newDesk(t, deskText)
	old := d.seatView("A").Revision
	status, text, _ := d.ask("PUT", "/api/seats?id=A&revision="+old, `{"name": "first"}`)
	require.Equal(t, http.StatusOK, status, text)
	after := d.text()
	conflict := func(want, name string) func(status int, text string, _ http.Header) string {
		return func(status int, text string, _ http.Header) string {
			t.Helper()
			require.Equal(t, http.StatusConflict, status, text)
			var reply conflictView
			require.NoError(t, json.Unmarshal([]byte(text), &reply), text)
			require.Equal(t, want, reply.Error)
			if name == "" {
				require.Nil(t, reply.Seat)
				return ""
			}
			require.Equal(t, name, reply.Seat.Name)
			require.Equal(t, after, d.text())
			return reply.Seat.Revision
		}
	}
	changed := `seat "A" was changed by somebody else meanwhile`
	conflict(changed, "first")(d.ask("PUT", "/api/seats?id=A", `{"name": "second"}`, "If-Match", `"`+old+`"`))
	conflict(changed, "first")(d.ask("PUT", "/api/seats?id=A", `{"name": "second", "revision": "`+old+`"}`))
	conflict(changed, "first")(d.ask("DELETE", "/api/seats?id=A&revision="+old, ""))
	conflict(`there is a seat "A" already`, "first")(d.ask("PUT", "/api/seats?id=A", `{"stream": "cam1", "roi": `+triangle+`}`, "If-None-Match", "*"))
	conflict(`seat "C" is not there any more`, "")(d.ask("PUT", "/api/seats?id=C", `{"stream": "cam1", "roi": `+triangle+`, "revision": "`+old+`"}`))

	// by hand, with an editor or upstream's page
	byHand := func(text string) {
		t.Helper()
		require.NoError(t, os.WriteFile(d.path, []byte(text), 0o600))
		after = text
	}
	byHand(strings.Replace(after, "name: first", "name: by hand", 1))
	hand := `seat "A" was changed in the configuration file since it was read: say which revision is meant`
	conflict(hand, "by hand")(d.ask("PUT", "/api/seats?id=A", `{"name": "page"}`))
	revision := conflict(changed, "by hand")(d.ask("PUT", "/api/seats?id=A&revision="+d.seatView("A").Revision, `{"name": "page"}`))
	status, text, _ = d.ask("PUT", "/api/seats?id=B", `{"name": "b"}`)
	require.Equal(t, http.StatusOK, status, text)
	require.Contains(t, d.text(), "name: by hand", "another seat is left as it is")
	require.Equal(t, "first", d.seatView("A").Name, "and is not in force unseen")
	status, text, _ = d.ask("PUT", "/api/seats?id=A&revision="+revision, `{"name": "page"}`)
	require.Equal(t, http.StatusOK, status, text)

	byHand(d.text() + "    C: {stream: cam1, name: c, roi: [[0, 0], [0.2, 0], [0.2, 0.2]]}\n")
	conflict(`seat "C" was changed in the configuration file since it was read: say which revision is meant`, "c")(d.ask("PUT", "/api/seats?id=C", `{"stream": "cam1", "roi": `+triangle+`}`))
	revision = conflict(`there is a seat "C" already`, "c")(d.ask("PUT", "/api/seats?id=C", `{"stream": "cam1", "roi": `+triangle+`}`, "If-None-Match", "*"))
	status, text, _ = d.ask("PUT", "/api/seats?id=C", `{"roi": `+triangle+`}`, "If-Match", `"`+revision+`"`)
	require.Equal(t, http.StatusOK, status, text)
	require.Equal(t, "c", d.seatView("C").Name)

	// taken out by hand
	byHand(deskText)
	conflict(`seat "C" was changed in the configuration file since it was read: say which revision is meant`, "")(d.ask("PUT", "/api/seats?id=C", `{"roi": `+triangle+`}`))
	status, text, _ = d.ask("DELETE", "/api/seats?id=C", "")
	require.Equal(t, http.StatusNoContent, status, text)
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
		status, text, _ = d.ask("PUT", "/api/seats?id=B", `{"name": "b"}`)
		require.Equal(t, http.StatusConflict, status)
		require.Equal(t, want, text)
		require.Equal(t, broken, d.text())
	}
}

// TestSeatOfAnotherConfig: what the next start would override again is not edited here.
func TestSeatOfAnotherConfig(t *testing.T) {
	d := newDesk(t, deskText)
	l := *d.layout.Load()
	l.config.Seats = append(l.config.Seats, SeatConfig{ID: "inline", Stream: "cam1", ROI: left, documents: 1})
	l.config.Seats[1].documents = 2
	d.layout.Store(&l)
	for _, id := range []string{"inline", "B"} {
		for _, method := range []string{"PUT", "DELETE"} {
			status, text, _ := d.ask(method, "/api/seats?id="+id, `{"name": "b"}`)
			require.Equal(t, http.StatusConflict, status)
			require.Equal(t, `seat "`+id+`" is set by another -config than the file: edit it there`, text)
		}
	}
	require.Equal(t, deskText, d.text())
	d.file.path = ""
	status, text, _ := d.ask("PUT", "/api/seats?id=A", `{"name": "b"}`)
	require.Equal(t, http.StatusGone, status)
	require.Equal(t, "the program runs without a configuration file, so nothing can be saved", text)
}

func TestOrigins(t *testing.T) {
	d := newDesk(t, deskText)
	cases := []struct {
		name    string
		headers []string
		status  int
	}{
		{"no browser", nil, 200},
		{"the page itself", []string{"Sec-Fetch-Site", "same-origin", "Origin", "http://example.com"}, 200},
		{"an old browser", []string{"Origin", "http://example.com"}, 200},
		{"behind a proxy", []string{"Origin", "https://shop.example", "X-Forwarded-Host", "shop.example"}, 200},
		{"behind a proxy, a new browser", []string{"Origin", "https://shop.example", "Sec-Fetch-Site", "same-origin"}, 200},
		{"another page", []string{"Sec-Fetch-Site", "cross-site", "Origin", "http://evil.example"}, 403},
		{"a neighbour", []string{"Sec-Fetch-Site", "same-site", "Origin", "http://other.example.com"}, 403},
		{"another page in an old browser", []string{"Origin", "http://evil.example"}, 403},
		{"another port", []string{"Origin", "http://example.com:81"}, 403},
		{"a file", []string{"Origin", "null"}, 403},
		{"another page that says it is forwarded", []string{"Sec-Fetch-Site", "cross-site", "Origin", "http://evil.example", "X-Forwarded-Host", "evil.example"}, 403},
	}
	for _, ca := range cases {
		t.Run(ca.name, func(t *testing.T) {
			status, text, _ := d.ask("PUT", "/api/seats?id=A", `{}`, ca.headers...)
			require.Equal(t, ca.status, status, text)
			if status == http.StatusForbidden {
				require.Equal(t, "a page of another origin may not change anything here", text)
				status, _, _ = d.ask("DELETE", "/api/seats?id=A", "", ca.headers...)
				require.Equal(t, ca.status, status)
			}
		})
	}
	require.Equal(t, deskText, d.text())
}

// TestEditDisturbsNobody: others keep statuses, timers and doubts; a seat that is reshaped or moved keeps its own; a new
// one is empty; one that is deleted leaves rows, browsers and subscribers, and its events stay.
func TestEditDisturbsNobody(t *testing.T) {
	d := newDesk(t, deskText)
	at := d.looks("cam1", time.Now().Add(-time.Hour), 6, person, book)
	at = d.looks("cam1", at, 1) // a doubt about both
	require.Equal(t, "occupied", d.seatView("A").Status)
	cam1 := d.layout.Load().camera("cam1")
	states := append([]seat.State{}, cam1.watch.states...)
	require.False(t, states[0].Settled())
	reader := d.hub.subscribe(func() {})

	status, text, _ := d.ask("PUT", "/api/seats?id=A", `{"roi": [[0, 0.4], [0.5, 0.4], [0.5, 1]]}`)
	require.Equal(t, http.StatusOK, status, text)
	status, text, _ = d.ask("PUT", "/api/seats?id=C", `{"stream": "cam1", "roi": `+triangle+`}`)
	require.Equal(t, http.StatusCreated, status, text)
	require.Same(t, cam1, d.layout.Load().camera("cam1"), "the stream stays joined")
	require.Equal(t, append(states, seat.State{}), cam1.watch.states)
	_, open := <-reader.changes
	require.False(t, open, "browsers are sent the whole again")

	status, text, _ = d.ask("PUT", "/api/seats?id=A", `{"stream": "cam2"}`)
	require.Equal(t, http.StatusOK, status, text)
	require.Equal(t, states[1:2], cam1.watch.states[:1])
	cam2 := d.layout.Load().camera("cam2")
	require.Equal(t, states[:1], cam2.watch.states)
	rows, err := d.db.Seats(t.Context(), "shop")
	require.NoError(t, err)
	require.Equal(t, "cam2", rows[0].Stream, "the row tells at once where the seat is seen")

	reader = d.hub.subscribe(func() {})
	status, text, _ = d.ask("DELETE", "/api/seats?id=A", "")
	require.Equal(t, http.StatusNoContent, status, text)
	_, open = <-reader.changes
	require.False(t, open)
	require.True(t, cam2.gone)
	rows, err = d.db.Seats(t.Context(), "shop")
	require.NoError(t, err)
	require.Len(t, rows, 1)
	memories, err := d.db.Memories(t.Context(), "shop")
	require.NoError(t, err)
	require.NotContains(t, memories, "A")
	events, err := d.db.Events(t.Context(), store.EventQuery{StoreID: "shop", SeatID: "A", Limit: 10})
	require.NoError(t, err)
	require.Len(t, events, 1)

	status, text, _ = d.ask("PUT", "/api/seats?id=A", `{"stream": "cam1", "roi": `+triangle+`}`)
	require.Equal(t, http.StatusCreated, status, text)
	require.Equal(t, "empty", d.seatView("A").Status)
	d.looks("cam1", at.Add(time.Minute), 4)
}

// TestEditIsWholeOrNot: where the file cannot be written nothing is in force, and the database has nothing of it.
func TestEditIsWholeOrNot(t *testing.T) {
	d := newDesk(t, deskText)
	at := d.looks("cam1", time.Now().Add(-time.Hour), 6, person)
	require.NoError(t, os.Chmod(d.path, 0o400))
	was := d.layout.Load()
	for _, method := range []string{"PUT", "DELETE"} {
		status, text, _ := d.ask(method, "/api/seats?id=A", `{"name": "b"}`)
		require.Equal(t, http.StatusInsufficientStorage, status)
		require.Equal(t, "go2rtc.yaml cannot be written: permission denied: nothing was saved", text)
		require.Same(t, was, d.layout.Load())
		require.Equal(t, deskText, d.text())
		require.Equal(t, "occupied", d.seatView("A").Status)
		rows, err := d.db.Seats(t.Context(), "shop")
		require.NoError(t, err)
		require.Len(t, rows, 2)
	}
	require.NoError(t, os.Chmod(d.path, 0o600))

	// and where the database cannot, the file stays
	require.NoError(t, d.db.Close())
	status, text, _ := d.ask("DELETE", "/api/seats?id=A", "")
	require.Equal(t, http.StatusServiceUnavailable, status)
	require.True(t, strings.HasSuffix(text, "nothing was saved"), text)
	require.Equal(t, deskText, d.text())
	db, err := store.Open(d.databasePath())
	require.NoError(t, err)
	d.dbMu.Lock()
	d.db = db
	d.dbMu.Unlock()
	d.looks("cam1", at, 4)
	require.Equal(t, "empty", d.seatView("A").Status)
}

// TestStrangersAreForgotten: a seat that somebody has taken out by hand is no row of anybody's after the next start.
func TestStrangersAreForgotten(t *testing.T) {
	d := newDesk(t, deskText)
	d.looks("cam1", time.Now(), 2)
	d.close()
	config, err := loadFile(d.path)
	require.NoError(t, err)
	config.Seats = config.Seats[1:]
	a := newAnalytics(config)
	require.NoError(t, a.remember())
	defer a.close()
	rows, err := a.db.Seats(t.Context(), "shop")
	require.NoError(t, err)
	require.Len(t, rows, 1)
	require.Equal(t, "B", rows[0].SeatID)
}

// TestEditsAtOnce: many editors, looks and readers at the same time. For -race, and for what is in file and force.
func TestEditsAtOnce(t *testing.T) {
	d := newDesk(t, deskText)
	const editors, each = 4, 12
	stop := make(chan struct{})
	var others, writers sync.WaitGroup
	others.Go(func() {
		for at := time.Now().Add(-time.Hour); ; {
			select {
			case <-stop:
				return
			default:
				at = d.looks("cam1", at, 3, person)
			}
		}
	})
	for _, path := range []string{"/api/seats", "/api/seats/cameras", "/api/seats/history"} {
		others.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
					d.ask("GET", path, "")
					r := d.hub.subscribe(func() {})
					d.hub.unsubscribe(r)
				}
			}
		})
	}
	for e := range editors {
		writers.Go(func() {
			for i := range each {
				id, stream := fmt.Sprintf("S%d", e), fmt.Sprintf("cam%d", 1+i%2)
				path := "/api/seats?id=" + id
				status, text, _ := d.ask("PUT", path, fmt.Sprintf(`{"stream": %q, "name": "n %d", "roi": %s}`, stream, i, triangle))
				if status >= 300 {
					t.Errorf("%d %s", status, text)
				}
				if i%4 == 3 {
					if status, text, _ = d.ask("DELETE", path, ""); status >= 300 {
						t.Errorf("%d %s", status, text)
					}
				}
				// all want this one; whoever was slower tries again
				for {
					s := d.seatView("B")
					n := 0
					_, _ = fmt.Sscanf(s.Name, "count %d", &n)
					status, text, _ = d.ask("PUT", "/api/seats?id=B", fmt.Sprintf(`{"name": "count %d"}`, n+1), "If-Match", `"`+s.Revision+`"`)
					if status == http.StatusOK {
						break
					}
					if status != http.StatusConflict {
						t.Errorf("%d %s", status, text)
						return
					}
				}
			}
		})
	}
	writers.Wait()
	close(stop)
	others.Wait()
	require.Equal(t, fmt.Sprintf("count %d", editors*each), d.seatView("B").Name, "no edit was lost")
	read, err := loadFile(d.path)
	require.NoError(t, err)
	var inFile, inForce []string
	for i := range read.Seats {
		inFile = append(inFile, read.Seats[i].revision())
	}
	for _, s := range d.snapshot().Seats {
		inForce = append(inForce, s.Revision)
	}
	require.ElementsMatch(t, inFile, inForce)
	require.Contains(t, d.text(), "# by the window")
}
