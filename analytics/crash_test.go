package analytics

import (
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/AlexxIT/go2rtc/seats/analytics/seat"
	"github.com/AlexxIT/go2rtc/seats/analytics/store"
	"github.com/AlexxIT/go2rtc/seats/e2e/process"
	"github.com/AlexxIT/go2rtc/seats/e2e/supabase"
	"github.com/stretchr/testify/require"
)

// crashDir, set in the environment, makes the test binary a server whose seats change as fast as they can.
const crashDir = "SEATS_CRASH_DIR"

func TestMain(m *testing.M) {
	if dir := os.Getenv(crashDir); dir != "" {
		if err := crashServer(dir); err != nil {
			fmt.Println("error", err)
			os.Exit(1)
		}
	}
	if dir := os.Getenv(outageDir); dir != "" {
		fmt.Println("error", outageServer(dir))
		os.Exit(1)
	}
	code := m.Run()
	supabase.Close()
	os.Exit(code)
}

// crashServer decides, commits and serves as the module does, with looks made up: a person comes and goes, once every
// few looks. Media time runs on from where the database stands.
func crashServer(dir string) error {
	a := newAnalytics(testConfig(), filepath.Join(dir, "go2rtc.yaml"), nil)
	if err := a.ledger.Open(); err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/api/seats", a.apiSeats)
	mux.HandleFunc("/api/seats/events", a.apiEvents)
	go func() { _ = http.Serve(listener, mux) }()
	fmt.Println(listener.Addr())

	c := a.plan.Load().cameras[0]
	at, err := mediaTime(c)
	if err != nil {
		return err
	}
	for i := 0; ; i++ {
		at = at.Add(time.Second)
		var found []seat.Detection
		if i/5%2 == 0 {
			found = append(found, person)
		}
		if err = observe(a, c, at, found); err != nil {
			return err
		}
	}
}

// TestCrash kills the server a hundred times at any moment: what the API has shown is there ever after, and each
// seat's row says what its last event says.
func TestCrash(t *testing.T) {
	dir := t.TempDir()
	acknowledged := map[string]bool{}
	for life := range 100 {
		address, kill := startCrashServer(t, dir)
		until := time.Now().Add(time.Duration(5+rand.IntN(60)) * time.Millisecond)
		// the first life lasts until there is something to lose
		for patience := until.Add(20 * time.Second); time.Now().Before(until) || len(acknowledged) == 0 && time.Now().Before(patience); {
			for _, e := range getEvents(t, address) {
				acknowledged[e.ID] = true
			}
		}
		kill()
		require.NotEmpty(t, acknowledged, "life %d", life)
	}

	db, err := store.Open(filepath.Join(dir, "seats.db"))
	require.NoError(t, err)
	defer func() { require.NoError(t, db.Close()) }()
	stored, last := map[string]bool{}, map[string]string{}
	for before := ""; ; {
		var events []store.EventRow
		events, err = db.Events(t.Context(), store.EventQuery{StoreID: "test", Limit: maxEvents, Before: before})
		require.NoError(t, err)
		if len(events) == 0 {
			break
		}
		for _, e := range events {
			stored[e.ID] = true
			if last[*e.SeatID] == "" {
				last[*e.SeatID] = *e.Status
			}
		}
		before = events[len(events)-1].ID
	}
	for id := range acknowledged {
		require.True(t, stored[id], "event %s was shown and is gone", id)
	}
	rows, err := db.Seats(t.Context(), "test")
	require.NoError(t, err)
	for _, row := range rows {
		if status, ok := last[row.SeatID]; ok {
			require.Equal(t, status, row.Status, row.SeatID)
		}
	}
	t.Logf("100 kills, %d events stored, %d of them had been shown", len(stored), len(acknowledged))
}

func startCrashServer(t *testing.T, dir string) (address string, kill func()) {
	t.Helper()
	return startServer(t, os.Stderr, crashDir+"="+dir)
}

// startServer starts this test binary as a server that the environment chooses.
func startServer(t *testing.T, stderr io.Writer, env ...string) (address string, kill func()) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), env...)
	cmd.Stderr = stderr
	p := process.Start(t, cmd)
	p.Until(t, 30*time.Second, "it says its address", func() bool { return strings.Contains(p.Output(), "\n") })
	line, _, _ := strings.Cut(p.Output(), "\n")
	require.NotContains(t, line, "error", "server did not come up")
	return line, p.Kill
}

func getEvents(t *testing.T, address string) (events []store.EventRow) {
	t.Helper()
	res, err := http.Get("http://" + address + "/api/seats/events?limit=100")
	require.NoError(t, err)
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, res.StatusCode, string(b))
	require.NoError(t, json.Unmarshal(b, &events))
	return events
}
