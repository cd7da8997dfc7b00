package reader

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/AlexxIT/go2rtc/seats/analytics/store"
	"github.com/stretchr/testify/require"
)

func TestRows(t *testing.T) {
	b := newBox(t, nil)
	require.JSONEq(t, `[{"store_id":"s","seat_id":"A1","stream":"cam1","status":"occupied","person_detected":true,
		"items_detected":false,"detection_confidence":0.86,"since":"2026-11-23T12:17:11.27+00:00","updated_at":"2026-11-23T12:17:12.27+00:00"}]`,
		b.ask("GET", "/rest/v1/seat_status?seat_id=eq.A1").body)
	require.JSONEq(t, `[{"store_id":"s","stream":"cam1","online":false,"last_frame_at":null,"error":"no \"frame\" <5s>","updated_at":"2026-11-23T12:17:11.27+00:00"}]`,
		b.ask("GET", "/rest/v1/camera_status?select=*").body)

	cases := []struct{ query, want string }{
		{"", "A1 A2 B,1"},
		{"seat_id=neq.A1", "A2 B,1"},
		{"seat_id=gt.A1", "A2 B,1"},
		{"seat_id=gte.A2", "A2 B,1"},
		{"seat_id=lt.A2", "A1"},
		{"seat_id=lte.A2", "A1 A2"},
		{"seat_id=in.(A1,%22B,1%22)", "A1 B,1"},
		{`seat_id=in.(%22A\1%22)`, "A1"},
		{"seat_id=in.()", ""},
		{"seat_id=not.in.(A1)", "A2 B,1"},
		{"seat_id=not.eq.A1", "A2 B,1"},
		{"seat_id=eq.A1' or '1'='1", ""},
		{"store_id=eq.other", ""},
		{"store_id=eq.s&status=eq.empty", "A2"},
		{"person_detected=is.true", "A1"},
		{"person_detected=not.is.true", "A2 B,1"},
		{"person_detected=is.unknown", ""},
		{"person_detected=eq.f", "A2 B,1"},
		{"person_detected=lt.true", "A2 B,1"},
		{"detection_confidence=gt.0.85", "A1 A2 B,1"},
		{"detection_confidence=gte.NaN", ""},
		{"detection_confidence=lt.1e-3", ""},
		{"since=is.null", ""},
		{"since=is.not_null", "A1 A2 B,1"},
		{"since=eq.2026-11-23T21:17:11.27%2B09:00", "A1 A2 B,1"},
		{"since=eq.2026-11-23 12:17:11.2700001%2B00", ""},
		{"since=neq.2026-11-23 12:17:11.2700001%2B00", "A1 A2 B,1"},
		{"since=gt.2026-11-23 12:17:11.2699", "A1 A2 B,1"},
		{"since=lte.2026-11-23 12:17:11.2699", ""},
		{"since=gte.2026-11-23 12:17:11.2700001", ""},
		{"since=lt.2026-11-23 12:17:11.2700001", "A1 A2 B,1"},
		{"since=gte.2026-11-23&since=lt.2026-11-24", "A1 A2 B,1"},
		{"since=lt.infinity", "A1 A2 B,1"},
		{"order=seat_id.desc", "B,1 A2 A1"},
		{"order=person_detected.desc,seat_id.desc", "A1 B,1 A2"},
		{"limit=1&offset=1", "A2"},
		{"limit=0", ""},
		{"offset=7", ""},
		{"apikey=x&seat_id=eq.A2", "A2"},
	}
	for _, ca := range cases {
		t.Run(ca.query, func(t *testing.T) {
			a := b.ask("GET", "/rest/v1/seat_status?select=x:seat_id&"+strings.ReplaceAll(ca.query, " ", "%20"))
			require.Equal(t, http.StatusOK, a.status, a.body)
			require.Equal(t, jsonUTF8, a.header.Get("Content-Type"))
			var rows []map[string]string
			require.NoError(t, json.Unmarshal([]byte(a.body), &rows))
			var ids []string
			for _, r := range rows {
				require.Len(t, r, 1)
				ids = append(ids, r["x"])
			}
			require.Equal(t, ca.want, strings.Join(ids, " "))
		})
	}
}

func TestNullsAreLargest(t *testing.T) {
	b := newBox(t, nil)
	for query, want := range map[string]string{
		"order=seat_id":                                    id1 + id3 + id2,
		"order=seat_id.desc":                               id2 + id3 + id1,
		"order=seat_id.desc.nullslast":                     id3 + id1 + id2,
		"order=seat_id.asc.nullsfirst":                     id2 + id1 + id3,
		"order=created_at.desc&limit=1":                    id3,
		"seat_id=neq.A1":                                   id3,
		"seat_id=not.eq.A1":                                id3,
		"id=in.(" + id2 + "," + strings.ToUpper(id3) + ")": id2 + id3,
	} {
		var rows []store.EventRow
		a := b.ask("GET", "/rest/v1/detection_events?select=id&"+query)
		require.NoError(t, json.Unmarshal([]byte(a.body), &rows), a.body)
		got := ""
		for _, r := range rows {
			got += r.ID
		}
		require.Equal(t, want, got, query)
	}
}

func TestRangesAndCounts(t *testing.T) {
	b := newBox(t, nil)
	cases := []struct {
		name, method, query string
		headers             []string
		status              int
		contentRange        string
	}{
		{"all", "GET", "", nil, 200, "0-2/*"},
		{"none", "GET", "seat_id=eq.x", nil, 200, "*/*"},
		{"counted", "GET", "", []string{"Prefer", "count=exact"}, 200, "0-2/3"},
		{"counted, a part", "GET", "limit=2&offset=1", []string{"Prefer", "count=exact"}, 206, "1-2/3"},
		{"counted, none", "GET", "seat_id=eq.x", []string{"Prefer", "count=exact"}, 200, "*/0"},
		{"counted, no rows wanted", "HEAD", "", []string{"Prefer", "count=exact"}, 200, "0-2/3"},
		{"planned", "GET", "limit=1", []string{"Prefer", "handling=lenient, count=planned"}, 206, "0-0/3"},
		{"range", "GET", "", []string{"Range", "1-1"}, 200, "1-1/*"},
		{"range, open", "GET", "", []string{"Range", "2-", "Prefer", "count=exact"}, 206, "2-2/3"},
		{"range, unreadable", "GET", "", []string{"Range", "x"}, 200, "0-2/*"},
		{"past the end", "GET", "offset=9", []string{"Prefer", "count=exact"}, 416, ""},
		{"at the end", "GET", "offset=3", []string{"Prefer", "count=exact"}, 206, "*/3"},
		{"reversed", "GET", "", []string{"Range", "3-1"}, 416, ""},
	}
	for _, ca := range cases {
		t.Run(ca.name, func(t *testing.T) {
			a := b.ask(ca.method, "/rest/v1/seat_status?"+ca.query, ca.headers...)
			require.Equal(t, ca.status, a.status, a.body)
			require.Equal(t, ca.contentRange, a.header.Get("Content-Range"))
			if ca.method == "HEAD" {
				require.Empty(t, a.body)
			}
		})
	}
}

func TestSingle(t *testing.T) {
	b := newBox(t, nil)
	a := b.ask("GET", "/rest/v1/seat_status?select=seat_id,status&seat_id=eq.A2", "Accept", objectType)
	require.Equal(t, objectType+"; charset=utf-8", a.header.Get("Content-Type"))
	require.JSONEq(t, `{"seat_id":"A2","status":"empty"}`, a.body)
	for query, n := range map[string]string{"": "3", "seat_id=eq.x": "0"} {
		a = b.ask("GET", "/rest/v1/seat_status?"+query, "Accept", objectType)
		require.Equal(t, 406, a.status)
		require.JSONEq(t, `{"code":"PGRST116","details":"The result contains `+n+` rows","hint":null,"message":"Cannot coerce the result to a single JSON object"}`, a.body)
	}
}

func TestRefusals(t *testing.T) {
	b := newBox(t, nil)
	long := strings.Repeat("x", 5000)
	cases := []struct {
		name, method, path string
		headers            []string
		status             int
		code               string
	}{
		{"unknown table", "GET", "seat_memory", nil, 404, "PGRST205"},
		{"unknown column in a filter", "GET", "seat_status?state=eq.x", nil, 400, "42703"},
		{"unknown column in select", "GET", "seat_status?select=state", nil, 400, "42703"},
		{"unknown column in order", "GET", "seat_status?order=state", nil, 400, "42703"},
		{"SQL as a column", "GET", "seat_status?select=1%3Bdrop%20table%20seat_status", nil, 400, "42703"},
		{"unknown operator", "GET", "seat_status?seat_id=same.x", nil, 400, "PGRST100"},
		{"like", "GET", "seat_status?seat_id=like.A*", nil, 400, "PGRST100"},
		{"no operator", "GET", "seat_status?seat_id=A1", nil, 400, "PGRST100"},
		{"or", "GET", "seat_status?or=(seat_id.eq.A1,seat_id.eq.A2)", nil, 400, "PGRST100"},
		{"cast", "GET", "seat_status?select=since::text", nil, 400, "PGRST100"},
		{"JSON path", "GET", "seat_status?select=since-%3Ea", nil, 400, "PGRST100"},
		{"embedding", "GET", "seat_status?select=*,detection_events(*)", nil, 400, "PGRST200"},
		{"aggregate", "GET", "seat_status?select=count()", nil, 400, "PGRST123"},
		{"list without parentheses", "GET", "seat_status?seat_id=in.A1", nil, 400, "PGRST100"},
		{"list with an open quote", "GET", "seat_status?seat_id=in.(%22A1)", nil, 400, "PGRST100"},
		{"limit", "GET", "seat_status?limit=x", nil, 400, "PGRST100"},
		{"limit below zero", "GET", "seat_status?limit=-1", nil, 416, "PGRST103"},
		{"order", "GET", "seat_status?order=since.down", nil, 400, "PGRST100"},
		{"bool", "GET", "seat_status?person_detected=eq.maybe", nil, 400, "22P02"},
		{"number", "GET", "seat_status?detection_confidence=gt.high", nil, 400, "22P02"},
		{"uuid", "GET", "detection_events?id=eq.1", nil, 400, "22P02"},
		{"time", "GET", "seat_status?since=gt.yesterdayish", nil, 400, "22007"},
		{"is of a text", "GET", "seat_status?seat_id=is.true", nil, 400, "42804"},
		{"is something", "GET", "seat_status?seat_id=is.five", nil, 400, "PGRST100"},
		{"insert", "POST", "seat_status", nil, 403, "42501"},
		{"update", "PATCH", "seat_status?seat_id=eq.A1", nil, 403, "42501"},
		{"delete", "DELETE", "seat_status?seat_id=eq.A1", nil, 403, "42501"},
		{"function", "POST", "rpc/now", nil, 404, "PGRST202"},
		{"deeper path", "GET", "seat_status/A1", nil, 404, "PGRST125"},
		{"root", "GET", "", nil, 404, "PGRST126"},
		{"method", "LINK", "seat_status", nil, 405, "PGRST117"},
		{"schema", "GET", "seat_status", []string{"Accept-Profile", "auth"}, 406, "PGRST106"},
		{"csv", "GET", "seat_status", []string{"Accept", "text/csv"}, 406, "PGRST107"},
		{"plan", "GET", "seat_status", []string{"Accept", "application/vnd.pgrst.plan+json"}, 406, "PGRST107"},
		{"nulls stripped", "GET", "seat_status", []string{"Accept", "application/vnd.pgrst.array+json;nulls=stripped"}, 406, "PGRST107"},
		{"long", "GET", "seat_status?" + long + "=eq.x", nil, 400, "42703"},
	}
	before := b.ask("GET", "/rest/v1/seat_status").body
	for _, ca := range cases {
		t.Run(ca.name, func(t *testing.T) {
			a := b.ask(ca.method, "/rest/v1/"+ca.path, ca.headers...)
			require.Equal(t, ca.status, a.status, a.body)
			var e map[string]any
			require.NoError(t, json.Unmarshal([]byte(a.body), &e), a.body)
			require.Equal(t, ca.code, e["code"])
			require.NotEmpty(t, e["message"])
			require.Len(t, e, 4)
			require.Less(t, len(a.body), 500)
		})
	}
	require.Equal(t, before, b.ask("GET", "/rest/v1/seat_status").body)
}

func TestDatabaseAway(t *testing.T) {
	b := newBox(t, func(o *Options, _ *Server) {
		o.Database = func() (*store.DB, error) { return nil, errors.New("database is not open") }
	})
	a := b.ask("GET", "/rest/v1/seat_status")
	require.Equal(t, 503, a.status)
	require.Equal(t, "1", a.header.Get("Retry-After"))
	require.Contains(t, a.body, "PGRST001")
}

func TestKey(t *testing.T) {
	b := newBox(t, nil)
	cases := []struct {
		name, path string
		headers    []string
		status     int
		want       string
	}{
		{"header", "", nil, 200, ""},
		{"parameter", "?apikey=" + testKey, []string{"apikey", ""}, 200, ""},
		{"bearer", "", []string{"apikey", "", "Authorization", "Bearer " + testKey}, 200, ""},
		{"somebody's token beside it", "", []string{"Authorization", "Bearer x.y.z"}, 200, ""},
		{"none", "", []string{"apikey", ""}, 401, `{"message":"No API key found in request","hint":"No ` + "`apikey`" + ` request header or url param was found."}`},
		{"wrong", "", []string{"apikey", "x"}, 401, `{"message":"Invalid API key","hint":"Give createClient the value of reader.key in go2rtc.yaml."}`},
		{"wrong beside the right bearer", "", []string{"apikey", "x", "Authorization", "Bearer " + testKey}, 401, ""},
		{"a part of it", "", []string{"apikey", testKey[:5]}, 401, ""},
		{"basic", "", []string{"apikey", "", "Authorization", "Basic " + testKey}, 401, ""},
	}
	for _, ca := range cases {
		t.Run(ca.name, func(t *testing.T) {
			for _, path := range []string{"/rest/v1/seat_status", "/realtime/v1/websocket"} {
				a := b.ask("GET", path+ca.path, ca.headers...)
				if ca.status == 200 {
					require.NotEqual(t, 401, a.status, path)
					continue
				}
				require.Equal(t, ca.status, a.status, path)
				if ca.want != "" {
					require.JSONEq(t, ca.want, a.body)
				}
				require.NotContains(t, a.body, testKey)
			}
		})
	}
}

func TestOrigins(t *testing.T) {
	b := newBox(t, nil)
	ask := []string{"Access-Control-Request-Method", "GET", "Access-Control-Request-Headers", "apikey,authorization,x-client-info", "apikey", ""}
	a := b.ask("OPTIONS", "/rest/v1/seat_status", append(ask, "Origin", "https://admin.example.com")...)
	require.Equal(t, 204, a.status)
	require.Equal(t, "https://admin.example.com", a.header.Get("Access-Control-Allow-Origin"))
	for _, h := range []string{"apikey", "authorization", "x-client-info", "accept-profile", "prefer", "range", "content-type"} {
		require.Contains(t, a.header.Get("Access-Control-Allow-Headers"), h)
	}
	a = b.ask("OPTIONS", "/rest/v1/seat_status", append(ask, "Origin", "https://evil.example.com")...)
	require.Equal(t, 403, a.status)
	require.Empty(t, a.header.Get("Access-Control-Allow-Origin"))

	a = b.ask("GET", "/rest/v1/seat_status", "Origin", "https://admin.example.com")
	require.Equal(t, "https://admin.example.com", a.header.Get("Access-Control-Allow-Origin"))
	require.Contains(t, a.header.Get("Access-Control-Expose-Headers"), "Content-Range")
	require.Equal(t, "Origin", a.header.Get("Vary"))
	require.Empty(t, b.ask("GET", "/rest/v1/seat_status", "Origin", "https://admin.example.com.evil.com").header.Get("Access-Control-Allow-Origin"))
	// a refusal is readable by the page, too
	require.NotEmpty(t, b.ask("GET", "/rest/v1/x", "apikey", "", "Origin", "https://admin.example.com").header.Get("Access-Control-Allow-Origin"))
}
