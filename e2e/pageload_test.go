package e2e

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/heapprofiler"
	"github.com/chromedp/cdproto/runtime"
	"github.com/google/uuid"
	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"
)

const manyCameras, manySeats, changesPerSecond = 16, 200, 20

// busy passes everything on between the page and a box, and sends the page changes besides: more than the cameras
// that fit on this machine could make.
type busy struct {
	*httptest.Server
	mu   sync.Mutex // guards page, and writing to it
	page *websocket.Conn
}

func newBusy(t testing.TB, box *server) *busy {
	t.Helper()
	b := &busy{}
	mux := http.NewServeMux()
	mux.Handle("/", box.passing(keepHost))
	mux.HandleFunc("/api/ws", func(w http.ResponseWriter, r *http.Request) {
		page, err := (&websocket.Upgrader{}).Upgrade(w, r, nil)
		if err != nil {
			return
		}
		defer func() { _ = page.Close() }()
		to, err := box.dial("")
		if err != nil {
			return
		}
		defer func() { _ = to.Close() }()
		go func() {
			for {
				kind, m, err := page.ReadMessage()
				if err != nil || to.WriteMessage(kind, m) != nil {
					_ = to.Close()
					return
				}
			}
		}()
		for {
			kind, m, err := to.ReadMessage()
			if err != nil {
				return
			}
			b.mu.Lock()
			err = page.WriteMessage(kind, m)
			if strings.HasPrefix(string(m), `{"type":"seats"`) {
				b.page = page
			}
			b.mu.Unlock()
			if err != nil {
				return
			}
		}
	})
	b.Server = httptest.NewServer(mux)
	t.Cleanup(b.Close)
	return b
}

// tell sends a message of the box's to the page.
func (b *busy) tell(t testing.TB, kind string, value map[string]any) {
	t.Helper()
	m, err := json.Marshal(map[string]any{"type": kind, "value": value})
	require.NoError(t, err)
	b.mu.Lock()
	defer b.mu.Unlock()
	require.NoError(t, b.page.WriteMessage(websocket.TextMessage, m))
}

// TestPageManySeats: 16 cameras, 200 seats and 20 changes a second are on the screen within 200 ms (p95), and the
// page's heap does not grow. 12 s; five minutes with SEATS_PAGE=5m, as make page does.
func TestPageManySeats(t *testing.T) {
	lasts, tries := 12*time.Second, 3
	if text := os.Getenv("SEATS_PAGE"); text != "" {
		var err error
		lasts, err = time.ParseDuration(text)
		require.NoError(t, err)
		tries = 1
	}
	var streams, seats strings.Builder
	for i := range manyCameras {
		fmt.Fprintf(&streams, "  cam%d: rtsp://127.0.0.1:1/%d\n", i, i)
	}
	for i := range manySeats {
		x, y := float64(i%10)/10, float64(i/10%10)/10
		fmt.Fprintf(&seats, "    S%03d: {stream: cam%d, name: Seat %d, roi: [[%.2f, %.2f], [%.2f, %.2f], [%.2f, %.2f]]}\n",
			i, i%manyCameras, i, x, y, x+0.08, y, x+0.08, y+0.08)
	}
	config, _, _ := strings.Cut(card("cam0"), "    A:")
	s := newServer(t, "streams:\n"+streams.String()+config+seats.String())
	s.start()
	// the box's own word on its cameras, which would take back the changes below
	s.wait(secs(20), "all cameras are away", func() bool { return len(s.events("event_type=camera_offline")) == manyCameras })
	through := newBusy(t, s)
	b := newTab(t, 1280, 800)
	b.open(through.URL + "/seats.html#room")
	b.until(secs(10), fmt.Sprintf(`document.querySelectorAll('seats-room .tile').length === %d`, manySeats))
	b.until(secs(20), `document.querySelectorAll('seats-room [data-online=false]').length === 200`)

	now := func() string { return time.Now().UTC().Format("2006-01-02T15:04:05.000Z07:00") }
	for i := range manyCameras {
		through.tell(t, "seats/camera", map[string]any{"store_id": "test", "stream": fmt.Sprintf("cam%d", i), "online": true, "updated_at": now()})
	}
	b.until(secs(5), `document.querySelectorAll('seats-room [data-online=false]').length === 0`)
	// what is measured ends after the frame is painted: the message comes behind it
	run[any](b, `(() => {
		const {model} = document.querySelector('seats-room'), after = new MessageChannel();
		window.delays = [];
		let sent = [];
		after.port1.onmessage = () => {
			for (const at of sent) delays.push(Date.now() - at);
			sent = [];
		};
		model.addEventListener('change', ev => {
			for (const id of ev.detail.seats) sent.push(Date.parse(model.seats.get(id).updated_at));
			after.port2.postMessage(0);
		});
	})()`)

	statuses := []string{"empty", "occupied", "abandoned"}
	shown := map[string]string{}
	change := func(n int) {
		i := rand.IntN(manySeats)
		id, at, status := fmt.Sprintf("S%03d", i), now(), statuses[n%3]
		row := map[string]any{
			"store_id": "test", "seat_id": id, "stream": fmt.Sprintf("cam%d", i%manyCameras), "status": status,
			"person_detected": status == "occupied", "items_detected": false, "detection_confidence": 0.9, "since": at, "updated_at": at,
		}
		shown[id] = status
		through.tell(t, "seats/status", row)
		through.tell(t, "seats/event", map[string]any{
			"id": uuid.Must(uuid.NewV7()).String(), "store_id": "test", "seat_id": id, "stream": row["stream"],
			"event_type": "person_enter", "status": status, "previous_status": "empty", "detection_confidence": 0.9, "captured_at": at, "created_at": at,
		})
	}
	busyFor := func(d time.Duration) {
		tick := time.NewTicker(time.Second / changesPerSecond)
		defer tick.Stop()
		for n := range int(d.Seconds() * changesPerSecond) {
			<-tick.C
			change(n)
		}
	}
	for n := range 600 { // what the page keeps is full
		change(n)
	}
	busyFor(6 * time.Second)          // and what it runs is compiled
	const soon, growth = 200.0, 0.5e6 // ms, bytes
	p95, began, ended := soon, 0.0, b.heap()
	// other packages' tests may have the processor, but not beside make page: held by the best of three; what leaks
	// does so in each
	for try := 0; try < tries && (p95 >= soon || ended >= began+growth); try++ {
		began = ended
		run[any](b, `window.delays.length = 0`)
		busyFor(lasts)
		delays := run[[]float64](b, `delays.sort((a, b) => a - b)`)
		require.Greater(t, len(delays), int(lasts.Seconds()*changesPerSecond*9/10))
		p95 = delays[len(delays)*95/100]
		run[any](b, `window.delays.length = 0`)
		ended = b.heap()
		t.Logf("%d changes: p50 %.0f ms, p95 %.0f ms, most %.0f ms; heap %.2f MB, then %.2f MB",
			len(delays), delays[len(delays)/2], p95, delays[len(delays)-1], began/1e6, ended/1e6)
	}
	require.Less(t, p95, soon)
	require.Less(t, ended, began+growth)

	for id, status := range shown {
		require.Equal(t, status, run[string](b, fmt.Sprintf(`document.querySelector('.tile[href$="seat=%s"]').dataset.status`, id)), id)
	}
	b.shot("page-many")
	require.Empty(t, b.uncaught())
}

// heap is what the page holds, scripts and elements, in bytes, after all garbage is collected: the least of three
// times, since some of it is in use by what is still being drawn.
func (b *tab) heap() (size float64) {
	b.t.Helper()
	size = math.Inf(1)
	for range 3 {
		tell(b, heapprofiler.CollectGarbage, cdp.Empty{})
		usage := tell(b, runtime.GetHeapUsage, cdp.Empty{})
		size = min(size, usage.UsedSize+usage.EmbedderHeapUsedSize)
	}
	return size
}
