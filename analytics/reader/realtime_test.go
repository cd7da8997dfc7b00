package reader

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/AlexxIT/go2rtc/seats/analytics/store"
	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"
)

// client speaks as realtime-js does.
type client struct {
	t  testing.TB
	ws *websocket.Conn
}

func (b *box) dial(vsn string) *client {
	b.t.Helper()
	url := "ws" + strings.TrimPrefix(b.http.URL, "http") + "/realtime/v1/websocket?apikey=" + testKey + "&vsn=" + vsn
	ws, res, err := websocket.DefaultDialer.DialContext(b.t.Context(), url, nil)
	require.NoError(b.t, err)
	_ = res.Body.Close()
	b.t.Cleanup(func() { _ = ws.Close() })
	return &client{b.t, ws}
}

func (c *client) send(frame string) {
	c.t.Helper()
	require.NoError(c.t, c.ws.WriteMessage(websocket.TextMessage, []byte(frame)))
}

func (c *client) receive() string {
	c.t.Helper()
	require.NoError(c.t, c.ws.SetReadDeadline(time.Now().Add(5*time.Second)))
	_, b, err := c.ws.ReadMessage()
	require.NoError(c.t, err)
	return string(b)
}

func (c *client) expect(frame string) {
	c.t.Helper()
	require.JSONEq(c.t, frame, c.receive())
}

// join subscribes to changes and checks the reply, which is SUPABASE's own but for the ids. What it gives is the
// message after it, which says whether the subscription is one.
func (c *client) join(ref, name, changes string) (system string) {
	c.t.Helper()
	c.send(fmt.Sprintf(`["%[1]s","%[1]s","realtime:%[2]s","phx_join",{"config":{"broadcast":{"ack":false,"self":false},"presence":{"key":"","enabled":false},"postgres_changes":[%[3]s],"private":false},"access_token":"%[4]s"}]`, ref, name, changes, testKey))
	require.Contains(c.t, c.receive(), `"status":"ok"`)
	system = c.receive()
	require.Contains(c.t, system, `"system"`)
	return system
}

const (
	everything = `{"event":"*","schema":"public"}`
	subscribed = `"Subscribed to PostgreSQL"`
)

func (b *box) all() *client {
	b.t.Helper()
	c := b.dial("2.0.0")
	require.Contains(b.t, c.join("1", "all", everything), subscribed)
	return c
}

// lives requires the connection to be answered.
func (c *client) lives() {
	c.t.Helper()
	c.send(`[null,"7","phoenix","heartbeat",{}]`)
	c.expect(`[null,"7","phoenix","phx_reply",{"status":"ok","response":{}}]`)
}

func (c *client) closed() {
	c.t.Helper()
	require.NoError(c.t, c.ws.SetReadDeadline(time.Now().Add(5*time.Second)))
	_, _, err := c.ws.ReadMessage()
	require.Error(c.t, err)
	timeout, ok := errors.AsType[net.Error](err)
	require.False(c.t, ok && timeout.Timeout(), "was not closed: %v", err)
}

const seatColumns = `[{"name":"store_id","type":"text"},{"name":"seat_id","type":"text"},{"name":"stream","type":"text"},{"name":"status","type":"text"},{"name":"person_detected","type":"bool"},{"name":"items_detected","type":"bool"},{"name":"detection_confidence","type":"float8"},{"name":"since","type":"timestamptz"},{"name":"updated_at","type":"timestamptz"}]`

func wireRow(id, status string, person bool) string {
	return fmt.Sprintf(`{"store_id":"s","seat_id":"%s","stream":"cam1","status":"%s","person_detected":%v,"items_detected":false,"detection_confidence":0.86,"since":"2026-11-23T12:17:11.27+00:00","updated_at":"2026-11-23T12:17:12.27+00:00"}`, id, status, person)
}

// TestWire: the frames of Supabase Realtime, in both versions of the protocol.
func TestWire(t *testing.T) {
	b := newBox(t, nil)
	two, one := b.dial("2.0.0"), b.dial("1.0.0")

	wish := `{"event":"*","schema":"public","table":"seat_status","filter":"store_id=eq.s"}`
	echo := `{"id":%d,"event":"*","schema":"public","table":"seat_status","filter":"store_id=eq.s"}`
	two.send(`["6","6","realtime:seats","phx_join",{"config":{"broadcast":{"ack":false,"self":false},"presence":{"key":"","enabled":false},"postgres_changes":[` + wish + `,{"event":"INSERT","schema":"public"}],"private":false}}]`)
	two.expect(`["6","6","realtime:seats","phx_reply",{"status":"ok","response":{"postgres_changes":[` + fmt.Sprintf(echo, 1) + `,{"id":2,"event":"INSERT","schema":"public"}]}}]`)
	two.expect(`["6",null,"realtime:seats","system",{"extension":"postgres_changes","status":"ok","message":"Subscribed to PostgreSQL","channel":"seats"}]`)
	one.send(`{"topic":"realtime:seats","event":"phx_join","payload":{"config":{"postgres_changes":[` + wish + `]}},"ref":"1","join_ref":"1"}`)
	one.expect(`{"topic":"realtime:seats","event":"phx_reply","payload":{"status":"ok","response":{"postgres_changes":[` + fmt.Sprintf(echo, 1) + `]}},"ref":"1","join_ref":"1"}`)
	one.expect(`{"topic":"realtime:seats","event":"system","payload":{"extension":"postgres_changes","status":"ok","message":"Subscribed to PostgreSQL","channel":"seats"},"ref":null,"join_ref":"1"}`)

	b.commit(&store.Change{Seats: []store.SeatRow{seatRow("C", "empty")}})
	insert := `{"schema":"public","table":"seat_status","commit_timestamp":"2026-11-23T12:17:11.270Z","type":"INSERT","columns":` + seatColumns + `,"record":` + wireRow("C", "empty", false) + `,"errors":null}`
	two.expect(`[null,null,"realtime:seats","postgres_changes",{"ids":[1,2],"data":` + insert + `}]`)
	one.expect(`{"topic":"realtime:seats","event":"postgres_changes","payload":{"ids":[1],"data":` + insert + `},"ref":null,"join_ref":null}`)

	b.commit(&store.Change{Seats: []store.SeatRow{seatRow("C", "occupied")}})
	update := `{"schema":"public","table":"seat_status","commit_timestamp":"2026-11-23T12:17:11.270Z","type":"UPDATE","columns":` + seatColumns + `,"record":` + wireRow("C", "occupied", true) + `,"old_record":` + wireRow("C", "empty", false) + `,"errors":null}`
	two.expect(`[null,null,"realtime:seats","postgres_changes",{"ids":[1],"data":` + update + `}]`)
	one.expect(`{"topic":"realtime:seats","event":"postgres_changes","payload":{"ids":[1],"data":` + update + `},"ref":null,"join_ref":null}`)

	two.lives()
	two.send(`["6","9","realtime:seats","access_token",{"access_token":"x"}]`)
	two.send(`["6","10","realtime:seats","broadcast",{"type":"broadcast","event":"x","payload":{}}]`)
	two.expect(`["6","10","realtime:seats","phx_reply",{"status":"error","response":{"reason":"read only: broadcast is not served here"}}]`)
	two.send(`["6","11","realtime:seats","phx_leave",{}]`)
	two.expect(`["6","11","realtime:seats","phx_reply",{"status":"ok","response":{}}]`)
	two.expect(`["6","6","realtime:seats","phx_close",{}]`)
	b.commit(&store.Change{Seats: []store.SeatRow{seatRow("C", "empty")}})
	two.send(`["6","12","realtime:seats","phx_leave",{}]`) // nothing came in between
	two.expect(`["6","12","realtime:seats","phx_reply",{"status":"error","response":{"reason":"unmatched topic"}}]`)
}

func TestFilters(t *testing.T) {
	b := newBox(t, nil)
	cases := []struct {
		filter string
		want   bool
	}{
		{"store_id=eq.s", true},
		{"store_id=eq.other", false}, // another store's rows are never here
		{"seat_id=eq.A1", true},
		{"seat_id=neq.A1", false},
		{`seat_id=eq."A1"`, true},
		{"seat_id=not.eq.A1", false},
		{"seat_id=in.(A2,A1)", true},
		{`seat_id=in.("A,1",B)`, false},
		{"seat_id=not.in.(A2)", true},
		{"seat_id=gt.A0", true},
		{"detection_confidence=lt.0.86", false},
		{"detection_confidence=lte.0.86", true},
		{"detection_confidence=gte.0.9", false},
		{"person_detected=is.true", true},
		{"person_detected=eq.false", false},
		{"since=gt.2026-11-23T12:17:11%2B00", false}, // no URL: %2B is no plus, and no time
		{"since=gt.2026-11-23T12:17:11+00", true},
		{"store_id=eq.s,status=eq.occupied,person_detected=eq.t", true},
		{"store_id=eq.s,status=eq.empty", false},
	}
	c := b.dial("2.0.0")
	for i, ca := range cases {
		wish, _ := json.Marshal(map[string]string{"event": "UPDATE", "schema": "public", "table": "seat_status", "filter": ca.filter})
		c.join(fmt.Sprint(i), fmt.Sprint(i), string(wish))
	}
	b.commit(&store.Change{Seats: []store.SeatRow{seatRow("A1", "occupied")}})
	c.send(`[null,"x","phoenix","heartbeat",{}]`)
	got := map[string]bool{}
	for {
		var parts []any
		require.NoError(t, json.Unmarshal([]byte(c.receive()), &parts))
		if parts[3] != "postgres_changes" {
			break
		}
		got[parts[2].(string)] = true
	}
	for i, ca := range cases {
		require.Equal(t, ca.want, got[fmt.Sprintf("realtime:%d", i)], ca.filter)
	}
}

func TestEventsAndCameras(t *testing.T) {
	b := newBox(t, nil)
	c := b.all()
	at := store.At(noon)
	b.commit(&store.Change{
		Events:  []store.EventRow{eventRow("019aaf6d-0000-7000-8000-000000000004", "", noon)},
		Cameras: []store.CameraRow{{StoreID: "s", Stream: "cam1", Online: true, LastFrameAt: &at, UpdatedAt: at}},
	})
	b.commit(&store.Change{Cameras: []store.CameraRow{{StoreID: "s", Stream: "cam1", UpdatedAt: at}}})
	first, second, third := c.receive(), c.receive(), c.receive()
	require.Contains(t, first, `"type":"INSERT"`)
	require.Contains(t, first, `{"name":"id","type":"uuid"}`)
	require.Contains(t, first, `"seat_id":null`)
	require.NotContains(t, first, "old_record")
	require.Contains(t, second, `"type":"UPDATE"`)
	require.Contains(t, second, `"old_record":{"store_id":"s","stream":"cam1"}`)
	require.Contains(t, third, `"last_frame_at":"2026-11-23T12:17:11.27+00:00"`, "a commit without a frame keeps the last")
}

func TestRestoredRowsAreNotNews(t *testing.T) {
	b := newBox(t, nil)
	c := b.all()
	b.board.Load([]store.SeatRow{seatRow("Z", "empty")}, nil)
	b.commit(&store.Change{Seats: []store.SeatRow{seatRow("Z", "occupied")}})
	got := c.receive()
	require.Contains(t, got, `"type":"UPDATE"`)
	require.Contains(t, got, `"status":"empty"`)
}

func TestWrongJoins(t *testing.T) {
	b := newBox(t, nil)
	c := b.dial("2.0.0")
	for i, ca := range []struct{ wish, want string }{
		{`{"event":"*","schema":"public","table":"users"}`, "there is no table"},
		{`{"event":"*","schema":"auth"}`, "there is no schema"},
		{`{"event":"TRUNCATE","schema":"public"}`, "is none of"},
		{`{"event":"*","schema":"public","table":"seat_status","filter":"seat_id=same.A1"}`, "speaks no other operator"},
		{`{"event":"*","schema":"public","table":"seat_status","filter":"seat=eq.A1"}`, "column seat_status.seat does not exist"},
		{`{"event":"*","schema":"public","table":"seat_status","filter":"seat_id"}`, "wants column=op.value"},
		{`{"event":"*","schema":"public","filter":"seat_id=eq.A1"}`, "wants a table"},
		{`{"event":"*","schema":"public","table":"seat_status","select":["seat_id"]}`, "select is not spoken"},
	} {
		// as Supabase has it: the join is fine, the subscription is not
		system := c.join(fmt.Sprint(i), fmt.Sprint(i), ca.wish+`,{"event":"*","schema":"public","table":"camera_status"}`)
		require.Contains(t, system, `"status":"error"`)
		require.Contains(t, system, ca.want)
	}
	for _, ca := range []struct{ frame, want string }{
		{`["1","1","seats","phx_join",{}]`, "unmatched topic"},
		{`["1","1","realtime:","phx_join",{}]`, "unmatched topic"},
		{`["1","1","realtime:x","phx_join",{"config":{"private":true}}]`, "Unauthorized"},
		{`["1","1","realtime:x","phx_join",{"config":[]}]`, "not as supabase-js sends it"},
		{`["1","1","realtime:x","phx_join",{"config":{"postgres_changes":[` + strings.Repeat(`{},`, maxBindings) + `{}]}}]`, "at most"},
		{`["1","1","realtime:y","presence",{}]`, "unmatched topic"},
	} {
		c.send(ca.frame)
		got := c.receive()
		require.Contains(t, got, `"status":"error"`)
		require.Contains(t, got, ca.want)
	}
}

// TestTenThousandJoins: the first hundred channels are there, the rest refused, and the connection lives.
func TestTenThousandJoins(t *testing.T) {
	b := newBox(t, nil)
	c := b.dial("2.0.0")
	go func() {
		for i := range 10_000 {
			_ = c.ws.WriteMessage(websocket.TextMessage, fmt.Appendf(nil, `["%[1]d","%[1]d","realtime:%[1]d","phx_join",{"config":{"postgres_changes":[]}}]`, i))
		}
	}()
	ok := 0
	for range 10_000 {
		if got := c.receive(); strings.Contains(got, `"status":"ok"`) {
			ok++
		} else {
			require.Contains(t, got, "Too many channels")
		}
	}
	require.Equal(t, maxChannels, ok)
	c.lives()
}

func TestJoinAgainReplacesTheChannel(t *testing.T) {
	b := newBox(t, nil)
	c := b.all()
	c.send(`["2","2","realtime:all","phx_join",{"config":{"postgres_changes":[` + everything + `]}}]`)
	c.expect(`["1","1","realtime:all","phx_close",{}]`)
	require.Contains(t, c.receive(), `["2","2",`)
	require.Contains(t, c.receive(), `"system"`)
	b.commit(&store.Change{Seats: []store.SeatRow{seatRow("A1", "empty")}})
	require.Contains(t, c.receive(), `"ids":[2]`)
}

func TestBrokenFrames(t *testing.T) {
	b := newBox(t, nil)
	for name, frame := range map[string]string{
		"broken JSON": `["1","1",`, "an object in v2": `{"topic":"phoenix"}`, "four parts": `["1","1","phoenix","heartbeat"]`,
		"a number as ref": `[1,2,"phoenix","heartbeat",{}]`, "10 MB": `["1","1","phoenix","heartbeat","` + strings.Repeat("x", 10<<20) + `"]`,
	} {
		t.Run(name, func(t *testing.T) {
			c := b.dial("2.0.0")
			c.t = t
			_ = c.ws.WriteMessage(websocket.TextMessage, []byte(frame)) // the end may come before all is written
			c.closed()
		})
	}
	b.dial("2.0.0").lives() // and so does the server
}

func TestSilentClientsAreGivenUp(t *testing.T) {
	b := newBox(t, func(_ *Options, s *Server) { s.silence = 50 * time.Millisecond })
	b.dial("2.0.0").closed()
}

// TestSlowReaderIsCutOff: a client that reads nothing is cut off while the others get every change, and Publish never
// waits.
func TestSlowReaderIsCutOff(t *testing.T) {
	b := newBox(t, nil)
	b.all() // and reads no more
	quick := b.all()
	reason := strings.Repeat("x", 16<<10) // fills the sockets' buffers soon
	conns := func() int {
		b.feed.mu.Lock()
		defer b.feed.mu.Unlock()
		return len(b.feed.conns)
	}
	for i := 0; conns() > 1; i++ {
		require.Less(t, i, 5000)
		begin := time.Now()
		b.board.Publish(&store.Change{Cameras: []store.CameraRow{{StoreID: "s", Stream: "cam1", Error: &reason}}}, noon)
		require.Less(t, time.Since(begin), time.Second)
		require.Contains(t, quick.receive(), `"camera_status"`)
	}
}

func TestOriginOfSockets(t *testing.T) {
	b := newBox(t, nil)
	url := "ws" + strings.TrimPrefix(b.http.URL, "http") + "/realtime/v1/websocket?vsn=2.0.0&apikey=" + testKey
	for origin, want := range map[string]int{
		"https://admin.example.com": 101, b.http.URL: 101, "https://evil.example.com": 403, "null": 403,
	} {
		ws, res, err := websocket.DefaultDialer.DialContext(t.Context(), url, http.Header{"Origin": {origin}})
		require.Equal(t, want, res.StatusCode, origin)
		if err == nil {
			_ = ws.Close()
		}
	}
}

// TestGone: a deleted row is sent as Realtime sends it, with its primary key and no more.
func TestGone(t *testing.T) {
	b := newBox(t, nil)
	b.commit(&store.Change{
		Seats:   []store.SeatRow{seatRow("C", "empty"), seatRow("D", "empty")},
		Cameras: []store.CameraRow{{StoreID: "s", Stream: "cam1", Online: true, UpdatedAt: seatRow("C", "empty").UpdatedAt}},
	})
	c := b.all()
	other := b.dial("2.0.0")
	require.Contains(t, other.join("1", "some", `{"event":"DELETE","schema":"public","table":"seat_status","filter":"store_id=eq.s"},{"event":"DELETE","schema":"public","table":"camera_status","filter":"online=eq.true"},{"event":"UPDATE","schema":"public"}`), subscribed)

	b.commit(&store.Change{Gone: []store.Gone{
		{Table: store.SeatStatus, StoreID: "s", Key: "C"}, {Table: store.SeatStatus, StoreID: "s", Key: "unknown"}, {Table: store.CameraStatus, StoreID: "s", Key: "cam1"},
	}})
	told := `{"schema":"public","table":"seat_status","commit_timestamp":"2026-11-23T12:17:11.270Z","type":"DELETE","columns":` + seatColumns + `,"old_record":{"store_id":"s","seat_id":"C"},"errors":null}`
	c.expect(`[null,null,"realtime:all","postgres_changes",{"ids":[1],"data":` + told + `}]`)
	other.expect(`[null,null,"realtime:some","postgres_changes",{"ids":[1],"data":` + told + `}]`)
	camera := c.receive()
	require.Contains(t, camera, `"type":"DELETE"`)
	require.Contains(t, camera, `"old_record":{"store_id":"s","stream":"cam1"}`)
	require.NotContains(t, camera, `"record":`)

	// the same seat again is a new row, in order
	b.commit(&store.Change{Seats: []store.SeatRow{seatRow("C", "empty")}})
	require.Contains(t, c.receive(), `"type":"INSERT"`)
	b.commit(&store.Change{Gone: []store.Gone{{Table: store.SeatStatus, StoreID: "s", Key: "D"}}})
	require.Contains(t, other.receive(), `"old_record":{"store_id":"s","seat_id":"D"}`, "the camera's was not asked for")
}
