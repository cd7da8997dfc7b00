package analytics

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

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
	d.want(http.StatusOK, "PUT", "/api/seats?id=A", string(shown))
	require.Equal(t, want, d.text())

	// null takes out
	d.want(http.StatusOK, "PUT", "/api/seats?id=A", `{"items_roi": null, "name": null, "anchor": null}`)
	require.NotContains(t, d.text(), "Door")
	require.NotContains(t, d.text(), "anchor")
	require.Equal(t, "A", d.seatView("A").Name)

	// new ones, with names that would be something else in YAML, in HTML and in the environment
	before := d.text()
	id := "창가/1 <script>#: 'x'"
	name := "${HOME} \"<b>\" 🪑👩‍💻 - # [}"
	body, err := json.Marshal(map[string]any{"stream": "cam2", "name": name, "roi": [][2]float64{{0, 0}, {1, 0}, {1, 1}}})
	require.NoError(t, err)
	d.want(http.StatusCreated, "PUT", "/api/seats?id="+url.QueryEscape(id), string(body), "If-None-Match", "*")
	require.Equal(t, name, d.seatView(id).Name)
	require.Equal(t, "empty", d.seatView(id).Status)
	require.True(t, strings.HasPrefix(d.text(), before))
	require.Len(t, d.snapshot().Cameras, 2, "its camera has begun")

	require.Len(t, d.snapshot().Seats, 3)
	d.isSaved()

	d.want(http.StatusNoContent, "DELETE", "/api/seats?id="+url.QueryEscape(id), "")
	require.Equal(t, before, d.text())
	require.Nil(t, d.seatView(id))
	require.Len(t, d.snapshot().Cameras, 1, "its camera has ended")
}

// TestFirstSeat: on a box without a file.
func TestFirstSeat(t *testing.T) {
	d := newDesk(t, "")
	text := d.want(http.StatusBadRequest, "PUT", "/api/seats?id=A", `{"stream": "cam1", "roi": `+triangle+`}`)
	require.Equal(t, "store_id: is required once a seat is configured", text)
	require.NoFileExists(t, d.path)
	d.want(http.StatusCreated, "PUT", "/api/seats?id=A", `{"stream": "cam1", "roi": `+triangle+`, "store_id": "shop"}`)
	require.Equal(t, "analytics:\n  store_id: shop\n  seats:\n    A:\n      stream: cam1\n      roi: [[0.1, 0.2], [0.3, 0.2], [0.3, 0.4]]\n", d.text())
	require.Equal(t, "shop", d.snapshot().StoreID)
	require.Equal(t, "shop", d.seatView("A").StoreID)
	d.looks("cam1", time.Now(), 10, person)
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
		{"anchor", "PUT", "A", `{"anchor": "head"}`, 400, `anchor: wants one of fit, foot, center, overlap, has "head"`},
		{"another store", "PUT", "A", `{"store_id": "other"}`, 400, `store_id: is "shop", and is not changed here`},
		{"nobody", "DELETE", "C", "", 404, `there is no seat "C"`},
		{"no id to delete", "DELETE", "", "", 400, "id: is required"},
		{"another method", "POST", "A", "", 405, "POST is not allowed here"},
	}
	was := d.plan.Load()
	for _, ca := range cases {
		t.Run(ca.name, func(t *testing.T) {
			require.Equal(t, ca.want, d.want(ca.status, ca.method, "/api/seats?id="+url.QueryEscape(ca.id), ca.body))
		})
	}
	require.Equal(t, deskText, d.text())
	require.Same(t, was, d.plan.Load())

	// as long as may be
	long := strings.Repeat("창", 200)
	d.want(http.StatusCreated, "PUT", "/api/seats?id="+url.QueryEscape(strings.Repeat("창", 64)), `{"stream": "cam1", "name": "`+long+`", "roi": `+triangle+`}`)
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
			text := d.want(ca.status, "PUT", "/api/seats?id=A", `{}`, ca.headers...)
			if ca.status == http.StatusForbidden {
				require.Equal(t, "a page of another origin may not change anything here", text)
				d.want(ca.status, "DELETE", "/api/seats?id=A", "", ca.headers...)
				d.want(ca.status, "POST", "/api/seats/outbox?retry=supabase", "", ca.headers...)
			}
		})
	}
	require.Equal(t, deskText, d.text())
}
