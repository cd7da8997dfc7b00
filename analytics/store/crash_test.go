package store

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/AlexxIT/go2rtc/seats/e2e/process"
	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
)

// crashPath, set in the environment, makes the test binary a program that commits as fast as it can.
const crashPath = "SEATS_STORE_CRASH_PATH"

// look is the change of one look: a seat, its event, what it remembers, which is that event, and the camera.
func look(i int) (Change, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return Change{}, err
	}
	name, now := fmt.Sprint("seat", i%5), At(time.Now())
	status, previous := []string{"empty", "occupied", "abandoned"}[i/5%3], []string{"abandoned", "empty", "occupied"}[i/5%3]
	return Change{
		Seats:    []SeatRow{{"s", name, "cam1", status, true, false, .5, now, now}},
		Events:   []EventRow{{id.String(), "s", &name, "cam1", "person_enter", &status, &previous, .5, now, now}},
		Memories: []Memory{{"s", name, []byte(id.String())}},
		Cameras:  []CameraRow{{"s", "cam1", true, &now, nil, now}},
	}, nil
}

// crash says "open", and then the id of each event whose commit has returned, until it is killed.
func crash(path string) {
	fmt.Println("open")
	db, err := Open(path)
	for i := rand.IntN(15); err == nil; i++ {
		var c Change
		if c, err = look(i); err != nil {
			break
		}
		if err = db.Commit(context.Background(), &c); err == nil {
			fmt.Println(c.Events[0].ID)
		}
	}
	fmt.Println("error", err)
	os.Exit(1)
}

// live runs the program, kills it (-9) so long after it began to open the file, and gives what it acknowledged.
func live(t *testing.T, path string, after time.Duration) (acknowledged []string) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), crashPath+"="+path)
	opened := make(chan struct{})
	// a line cut short was not acknowledged
	cmd.Stdout = process.Lines(func(line []byte) {
		if string(line) == "open" {
			close(opened)
		} else {
			acknowledged = append(acknowledged, string(line))
		}
	})
	p := process.Start(t, cmd)
	select {
	case <-opened:
		time.Sleep(after) // at any moment: no condition
	case <-p.Done():
	}
	p.Kill()
	require.EqualError(t, p.Err(), "signal: killed")
	for _, line := range acknowledged {
		require.NotContains(t, line, "error")
	}
	return acknowledged
}

// agrees opens the file as after any restart, and requires the events acknowledged, and that each seat is and remembers
// what its last event says.
func agrees(t *testing.T, path string, acknowledged []string) (events int) {
	t.Helper()
	db := openAt(t, path) // checks the whole file
	defer func() { require.NoError(t, db.Close()) }()

	stored, last := map[string]bool{}, map[string]EventRow{}
	for q := (EventQuery{StoreID: "s", Limit: MaxEvents}); ; {
		page, err := db.Events(t.Context(), q)
		require.NoError(t, err)
		for _, e := range page {
			stored[e.ID] = true
			if _, ok := last[*e.SeatID]; !ok {
				last[*e.SeatID] = e
			}
		}
		if len(page) < q.Limit {
			break
		}
		q.Before = page[len(page)-1].ID
	}
	for _, id := range acknowledged {
		if !stored[id] {
			require.FailNow(t, "an event was acknowledged and is gone", id)
		}
	}
	seats := got(t, db.Seats)
	memories := got(t, db.Memories)
	require.Len(t, seats, len(last))
	require.Len(t, memories, len(last))
	for _, s := range seats {
		e := last[s.SeatID]
		require.Equal(t, *e.Status, s.Status, s.SeatID)
		require.Equal(t, e.CreatedAt, s.UpdatedAt, s.SeatID)
		require.Equal(t, e.ID, string(memories[s.SeatID]), s.SeatID)
	}
	return len(stored)
}

// TestKilled kills a program that commits at full rate a hundred times, at any moment from opening on, over one file.
func TestKilled(t *testing.T) {
	path := filepath.Join(t.TempDir(), "seats.db")
	began := time.Now()
	c, err := look(0)
	require.NoError(t, err)
	commit(t, open(t), c)
	longest := max(60*time.Millisecond, 4*time.Since(began)) // as disks differ

	var acknowledged []string
	events := 0
	for life := range 100 {
		acknowledged = append(acknowledged, live(t, path, rand.N(longest))...)
		if life%2 == 1 { // between the others the next life finds the file as the kill left it
			events = agrees(t, path, acknowledged)
		}
	}
	require.Greater(t, len(acknowledged), 100)
	t.Logf("100 kills, %d events acknowledged, %d stored", len(acknowledged), events)
}

// TestKilledAtBirth kills it while it makes the file.
func TestKilledAtBirth(t *testing.T) {
	folder := t.TempDir()
	for life := range 25 {
		path := filepath.Join(folder, fmt.Sprint(life, ".db"))
		agrees(t, path, live(t, path, time.Duration(life*400)*time.Microsecond))
	}
}

// TestPowerCut opens what a power cut leaves of the log: a part that was written, and then nothing, zeros or the
// disk's former content. The commits that are whole in it are there, up to the first that is not, and no half of one.
func TestPowerCut(t *testing.T) {
	db := open(t)
	var committed []string
	for i := range 60 {
		c, err := look(i)
		require.NoError(t, err)
		require.NoError(t, db.Commit(t.Context(), &c))
		committed = append(committed, c.Events[0].ID)
	}
	file, err := os.ReadFile(db.path)
	require.NoError(t, err)
	log, err := os.ReadFile(db.path + "-wal")
	require.NoError(t, err)

	folder, fewest, most := t.TempDir(), len(committed), 0
	for i := range 60 {
		cut := rand.IntN(len(log) + 1)
		if i == 0 {
			cut = len(log) // nothing is lost
		}
		tail := make([]byte, []int{0, 10_000}[i%2])
		if i%4 == 1 {
			for j := range tail {
				tail[j] = byte(rand.Uint32())
			}
		}
		path := filepath.Join(folder, fmt.Sprint(i, ".db"))
		require.NoError(t, os.WriteFile(path, file, 0o600))
		require.NoError(t, os.WriteFile(path+"-wal", append(log[:cut:cut], tail...), 0o600))
		events := agrees(t, path, nil)
		require.Equal(t, events, agrees(t, path, committed[:events]), "cut at %d", cut)
		fewest, most = min(fewest, events), max(most, events)
	}
	require.Equal(t, len(committed), most)
	require.Less(t, fewest, most)
}
