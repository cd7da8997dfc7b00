package analytics

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/AlexxIT/go2rtc/pkg/creds"
	"github.com/AlexxIT/go2rtc/seats/analytics/config"
	"github.com/AlexxIT/go2rtc/seats/analytics/look"
	"github.com/AlexxIT/go2rtc/seats/analytics/seat"
	"github.com/AlexxIT/go2rtc/seats/analytics/store"
	"github.com/AlexxIT/go2rtc/seats/e2e/process"
	"github.com/AlexxIT/go2rtc/seats/e2e/supabase"
	"github.com/google/uuid"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"
)

// busyDir and busyRate, set in the environment, make the test binary a server whose seats change so many times a
// second, until it is killed.
const (
	busyDir  = "SEATS_BUSY_DIR"
	busyRate = "SEATS_BUSY_RATE"
)

const (
	busyCameras = 4
	seatsPer    = 5 // of a camera
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(busyDir); dir != "" {
		fmt.Println("error", busyServer(dir))
		os.Exit(1)
	}
	code := m.Run()
	supabase.Close()
	os.Exit(code)
}

// busyFolder has the configuration of a busy server, with more keys of its section.
func busyFolder(t *testing.T, more string) (dir string) {
	t.Helper()
	var b strings.Builder
	b.WriteString("streams:\n")
	for c := range busyCameras {
		fmt.Fprintf(&b, "  cam%d: rtsp://127.0.0.1/1\n", c)
	}
	b.WriteString("analytics:\n  store_id: s\n  interval: 1s\n" + more + "  seats:\n")
	for i := range busyCameras * seatsPer {
		x := float64(i%seatsPer) / seatsPer
		fmt.Fprintf(&b, "    S%02d: {stream: cam%d, roi: [[%.2f, 0], [%.2f, 0], [%.2f, 1], [%.2f, 1]]}\n", i, i/seatsPer, x, x+.15, x+.15, x)
	}
	dir = t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "go2rtc.yaml"), []byte(b.String()), 0o600))
	return dir
}

// startBusy starts this test binary as a busy server; at +Inf its seats change as fast as they can.
func startBusy(t *testing.T, dir string, rate float64, stderr io.Writer, env ...string) (address string, kill func()) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(append(os.Environ(), busyDir+"="+dir, busyRate+"="+fmt.Sprint(rate)), env...)
	cmd.Stderr = stderr
	p := process.Start(t, cmd)
	p.Until(t, 30*time.Second, "it says its address", func() bool { return strings.Contains(p.Output(), "\n") })
	line, _, _ := strings.Cut(p.Output(), "\n")
	require.NotContains(t, line, "error", "server did not come up")
	return line, p.Kill
}

// busyServer decides, commits, serves and sends as the module does, with looks made up: people come and go at every
// seat, cameras drop out now and then. Media time runs on from where the database stands.
func busyServer(dir string) error {
	log = zerolog.New(os.Stderr)
	path := filepath.Join(dir, "go2rtc.yaml")
	c, err := config.Load(path, creds.ReplaceVars)
	if err != nil {
		return err
	}
	rate, err := strconv.ParseFloat(os.Getenv(busyRate), 64)
	if err != nil {
		return err
	}
	a := newAnalytics(c, path, nil)
	if err = a.ledger.Open(); err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/api/seats", a.apiSeats)
	mux.HandleFunc("/api/seats/events", a.apiEvents)
	mux.HandleFunc("/api/seats/outbox", a.apiOutbox)
	mux.HandleFunc("/api/metrics", a.metrics.handler())
	go func() { _ = http.Serve(listener, mux) }()
	fmt.Println(listener.Addr())
	if rate == 0 {
		select {}
	}
	errs := make(chan error)
	for _, c := range a.plan.Load().cameras {
		go func() { errs <- a.busy(c, rate/busyCameras) }()
	}
	return <-errs
}

// busy makes seats of a camera change so many times a second.
func (a *Analytics) busy(c *look.Camera, rate float64) error {
	at, err := mediaTime(c)
	if err != nil {
		return err
	}
	began, events := time.Now(), 0
	for i := 0; ; i++ {
		at = at.Add(3500 * time.Millisecond) // 21 s of somebody, then of nobody
		var found []seat.Detection
		for s := range seatsPer {
			if (i/6+s)%2 == 0 {
				x := float32(s)/seatsPer + .05
				found = append(found, seat.Detection{Class: "person", Confidence: .9, Box: seat.Box{X0: x, Y0: .1, X1: x + .04, Y1: .9}})
			}
		}
		c.Hold()
		err = c.Seats().Observe(at, time.Now(), found, func(change *store.Change) error {
			events += len(change.Events)
			return a.ledger.Commit(change)
		})
		c.Release()
		if online := i%50 == 25; err == nil && (online || i%50 == 20) {
			err = a.ledger.Commit(presenceOf(c.Name(), online, at))
		}
		if err != nil {
			return err
		}
		time.Sleep(time.Until(began.Add(time.Duration(float64(events) / rate * float64(time.Second)))))
	}
}

// presenceOf is a camera that goes offline or comes online.
func presenceOf(stream string, online bool, at time.Time) *store.Change {
	kind, last, now := seat.CameraOffline, store.At(at), store.At(time.Now())
	if online {
		kind = seat.CameraOnline
	}
	return &store.Change{
		Cameras: []store.CameraRow{{StoreID: "s", Stream: stream, Online: online, LastFrameAt: &last, UpdatedAt: now}},
		Events: []store.EventRow{{
			ID: uuid.Must(uuid.NewV7()).String(), StoreID: "s", Stream: stream, EventType: string(kind), CapturedAt: last, CreatedAt: now,
		}},
	}
}

func get(t *testing.T, address, path string) string {
	t.Helper()
	res, err := http.Get("http://" + address + path)
	require.NoError(t, err)
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, res.StatusCode, string(b))
	return string(b)
}

// allEvents are those of an embedded database, oldest first.
func allEvents(t *testing.T, db *store.DB) (events []store.EventRow) {
	t.Helper()
	for before := ""; ; before = events[len(events)-1].ID {
		page, err := db.Events(t.Context(), store.EventQuery{StoreID: "s", Limit: maxEvents, Before: before})
		require.NoError(t, err)
		if len(page) == 0 {
			slices.Reverse(events)
			return events
		}
		events = append(events, page...)
	}
}
