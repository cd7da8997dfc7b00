package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	schema "github.com/AlexxIT/go2rtc/seats/analytics/supabase"
	"github.com/AlexxIT/go2rtc/seats/e2e/process"
	"github.com/AlexxIT/go2rtc/seats/e2e/supabase"
	"github.com/stretchr/testify/require"
)

const readerKey = "sb_publishable_of_the_box"

// reading is a server with the test card, a seat that changes, and the reader.
func reading(t testing.TB, origins string) *server {
	t.Helper()
	section := strings.Replace(card("cam1"), "analytics:\n", "analytics:\n  reader: {key: "+readerKey+", origins: ["+origins+"]}\n", 1)
	return newServer(t, cardCamera(t).asCam1()+section)
}

// line is what seats.mjs says.
type line struct {
	Kind  string          `json:"kind"`
	Value json.RawMessage `json:"value"`
}

// node runs seats.mjs and gives its lines as they come, until the test ends.
func node(t testing.TB, url, key, store string, once bool) <-chan line {
	t.Helper()
	cmd := exec.CommandContext(context.Background(), "node", "seats.mjs") // ended by process
	cmd.Dir = supabase.Dir()
	cmd.Env = append(os.Environ(), "URL="+strings.TrimSuffix(url, "/"), "KEY="+key, "STORE="+store)
	if once {
		cmd.Env = append(cmd.Env, "ONCE=1")
	}
	lines := make(chan line, 1000)
	cmd.Stdout = process.Lines(func(text []byte) {
		var l line
		if json.Unmarshal(text, &l) == nil {
			lines <- l
		}
	})
	p := process.Start(t, cmd)
	go func() {
		<-p.Done()
		close(lines)
	}()
	return lines
}

// until gives the first line of a kind, and fails when none comes in time.
func until(t testing.TB, lines <-chan line, limit time.Duration, kind, holds string) string {
	t.Helper()
	for end := time.After(limit); ; {
		select {
		case l, ok := <-lines:
			require.True(t, ok, "the script ended before it said %s %s", kind, holds)
			require.NotEqual(t, "elsewhere", l.Kind, "a row of another store: %s", l.Value)
			if kind != "error" {
				require.NotEqual(t, "error", l.Kind, "%s", l.Value)
			}
			if l.Kind == kind && strings.Contains(string(l.Value), holds) {
				return string(l.Value)
			}
		case <-end:
			t.Fatalf("waited %s for %s %s", limit, kind, holds)
		}
	}
}

// TestSupabaseJS: the real client sees changes of the box, and is subscribed again after a restart of it.
func TestSupabaseJS(t *testing.T) {
	t.Parallel()
	s := reading(t, "")
	s.start()
	lines := node(t, s.api, readerKey, "test", false)
	until(t, lines, 10*time.Second, "channel", "SUBSCRIBED")
	until(t, lines, 5*time.Second, "seats", "[")
	event := until(t, lines, 45*time.Second, "event", "person_enter")
	require.Contains(t, event, `"eventType":"INSERT"`)

	s.stop()
	until(t, lines, 10*time.Second, "channel", "CHANNEL_ERROR")
	s.start()
	until(t, lines, 20*time.Second, "channel", "SUBSCRIBED")
	require.Contains(t, until(t, lines, 5*time.Second, "seats", "["), `"seat_id":"A"`)
	update := until(t, lines, 60*time.Second, "status", `"eventType":"UPDATE"`)
	var change struct {
		New, Old map[string]any
	}
	require.NoError(t, json.Unmarshal([]byte(update), &change))
	require.Len(t, change.Old, 9, "replica identity full")
	require.Equal(t, "A", change.New["seat_id"])
	require.NotEqual(t, change.Old["updated_at"], change.New["updated_at"])

	// a seat is deleted
	code, text := request(t, http.MethodDelete, s.api+"api/seats?id=A", "")
	require.Equal(t, http.StatusNoContent, code, text)
	gone := until(t, lines, 10*time.Second, "gone", `"eventType":"DELETE"`)
	require.Contains(t, gone, `"new":{},"old":{"store_id":"test","seat_id":"A"}`)
	require.NotContains(t, s.Output(), readerKey)

	// without a key, and with another
	require.Contains(t, until(t, node(t, s.api, "wrong", "test", true), 10*time.Second, "error", ""), "Invalid API key")
	code, text = request(t, http.MethodGet, s.api+"rest/v1/seat_status", "")
	require.Equal(t, http.StatusUnauthorized, code)
	require.Contains(t, text, "No API key found in request")
}

// TestReaderBesideThePassword: pages cannot give the API's password, and are not asked for it; all else is.
func TestReaderBesideThePassword(t *testing.T) {
	t.Parallel()
	s := newServer(t, "analytics:\n  reader: {key: "+readerKey+"}\n")
	s.rewrite("api: {", "api: {username: admin, password: secret, local_auth: true, base_path: /box, ")
	s.launch()

	s.wait(10*time.Second, "the reader answers", func() bool { return s.status("box/rest/v1/seat_status?apikey="+readerKey) == http.StatusOK })
	require.Equal(t, http.StatusUnauthorized, s.status("box/rest/v1/seat_status"))
	require.Equal(t, http.StatusUnauthorized, s.status("box/api/seats?apikey="+readerKey))
	require.Equal(t, http.StatusUnauthorized, s.status("box/api/config?apikey="+readerKey))
	lines := node(t, s.api+"box", readerKey, "test", false)
	until(t, lines, 10*time.Second, "channel", "SUBSCRIBED")
}

// copyRows puts the box's rows into a database, and holds what it sends to what PostgreSQL makes of it.
func copyRows(t testing.TB, s *server, db *supabase.Database) {
	t.Helper()
	conn := db.Connect(t)
	for _, table := range []string{"seat_status", "detection_events", "camera_status"} {
		var rows []map[string]any
		s.get("rest/v1/"+table+"?apikey="+readerKey, &rows)
		require.NotEmpty(t, rows, table)
		for _, row := range rows {
			b, err := json.Marshal(row)
			require.NoError(t, err)
			var stored string
			require.NoError(t, conn.QueryRow(t.Context(), fmt.Sprintf(
				"insert into %[1]s select * from jsonb_populate_record(null::%[1]s, $1::jsonb) returning to_jsonb(%[1]s)::text", table), string(b)).Scan(&stored))
			require.JSONEq(t, stored, string(b), table)
		}
	}
}

// TestSameSeats: one script, two servers. Rows of the box go into PostgreSQL; to_jsonb of them is what the box sends,
// and the script reads the same of lite.
func TestSameSeats(t *testing.T) {
	t.Parallel()
	s := reading(t, "")
	s.start()
	var events []map[string]any
	s.wait(45*time.Second, "somebody sat down", func() bool {
		s.get("rest/v1/detection_events?event_type=eq.person_enter&apikey="+readerKey, &events)
		return len(events) > 0
	})

	db := supabase.Shared(t).Database(t)
	copyRows(t, s, db)
	keys := supabase.NewKeys()
	lite := supabase.StartLite(t, db, keys)
	// lite says its Content-Length twice, which node refuses; the proxy mends it
	proxy := supabase.NewProxy(t, lite.URL, supabase.ProxyOptions{})
	box, cloud := node(t, s.api, readerKey, "test", true), node(t, proxy.URL, keys.Secret, "test", true)
	require.Equal(t, seats(t, until(t, cloud, 20*time.Second, "seats", "")), seats(t, until(t, box, 10*time.Second, "seats", "")))
	for _, kind := range []string{"newest", "range", "head", "single", "nobody", "maybe", "null", "not null"} {
		var a, b struct {
			Data          any
			Code          string
			Count, Status int
		}
		require.NoError(t, json.Unmarshal([]byte(until(t, cloud, 5*time.Second, kind, "")), &a))
		require.NoError(t, json.Unmarshal([]byte(until(t, box, 5*time.Second, kind, "")), &b))
		if kind == "newest" {
			a.Data, b.Data = len(a.Data.([]any)), len(b.Data.([]any)) // the box may know of one more by now
		}
		if kind == "range" || kind == "head" {
			require.Positive(t, b.Count)
			a.Count, b.Count, a.Status, b.Status = 0, 0, 0, 0
		}
		require.Equal(t, a, b, kind)
	}
	require.Contains(t, until(t, box, 5*time.Second, "write", ""), "42501")
	require.Contains(t, until(t, box, 5*time.Second, "rpc", ""), "PGRST202")
	require.Contains(t, until(t, box, 5*time.Second, "table", ""), "PGRST205")
}

// seats are the ids and streams of a select: what changes in the meantime is left out, and times differ in form.
func seats(t testing.TB, text string) (list [][2]string) {
	t.Helper()
	var rows []struct {
		SeatID string `json:"seat_id"`
		Stream string `json:"stream"`
	}
	require.NoError(t, json.Unmarshal([]byte(text), &rows))
	for _, r := range rows {
		list = append(list, [2]string{r.SeatID, r.Stream})
	}
	require.NotEmpty(t, list)
	return list
}

// TestExamplePage: the page in Chromium, from another origin, shows video and seats as they change.
func TestExamplePage(t *testing.T) {
	t.Parallel()
	mux := http.NewServeMux()
	mux.Handle("/", http.FileServer(http.Dir(filepath.Join(root, "analytics", "reader", "example"))))
	umd := filepath.Join(supabase.Dir(), "node_modules", "@supabase", "supabase-js", "dist", "umd", "supabase.js")
	mux.HandleFunc("/supabase.js", func(w http.ResponseWriter, r *http.Request) { http.ServeFile(w, r, umd) })
	page := httptest.NewServer(mux)
	defer page.Close()

	s := reading(t, page.URL)
	s.rewrite("api: {", "api: {origin: \"*\", ")
	s.start()

	b := newTab(t, 1100, 700)
	b.open(page.URL + "/?url=" + strings.TrimSuffix(s.api, "/") + "&key=" + readerKey + "&store=test&src=cam1")
	for _, condition := range []string{
		`document.getElementById('state').textContent === 'live'`,
		`document.querySelector('#seats li.occupied b')?.textContent === 'A'`,
		`document.querySelector('#events li.person_enter') !== null`,
		`document.querySelector('video')?.readyState >= 2`,
	} {
		b.until(secs(60), condition)
	}
	b.shot("example")

	// the same page, by nothing but its URL and key, from a project of real parts
	db := supabase.Shared(t).Database(t)
	copyRows(t, s, db)
	db.Exec(t, strings.ReplaceAll(schema.Optional("anon_reads"), "oryudong", "test"))
	keys := supabase.NewKeys()
	cloud := supabase.NewProxy(t, supabase.StartLite(t, db, keys).URL, supabase.ProxyOptions{})
	var tile string // "A", its status, since when
	require.NoError(t, db.Connect(t).QueryRow(t.Context(), "select seat_id || status from seat_status").Scan(&tile))
	b.open(page.URL + "/?url=" + cloud.URL + "&key=" + keys.Publishable + "&store=test")
	b.until(secs(60), fmt.Sprintf(`document.getElementById('seats').children.length === 1 &&
		document.querySelector('#seats li').textContent.startsWith(%q)`, tile))
}
