package analytics

import (
	"fmt"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/AlexxIT/go2rtc/internal/streams"
	"github.com/AlexxIT/go2rtc/seats/analytics/board"
	"github.com/AlexxIT/go2rtc/seats/analytics/store"
	"github.com/stretchr/testify/require"
)

// TestEditLeavesOtherSeats: they keep statuses, timers and doubts; a seat reshaped or moved keeps its own; a new
// one is empty; one that is deleted leaves rows, browsers and subscribers, and its events stay.
func TestEditLeavesOtherSeats(t *testing.T) {
	d := newDesk(t, deskText)
	at := d.looks("cam1", time.Now().Add(-time.Hour), 10, person, book)
	at = d.looks("cam1", at, 1) // a doubt about both
	require.Equal(t, "occupied", d.seatView("A").Status)
	cam1 := d.plan.Load().camera("cam1")
	before := states(t, cam1)
	require.False(t, before[0].Settled())
	reader := d.board.Subscribe(func(board.Rows) {})

	d.want(http.StatusOK, "PUT", "/api/seats?id=A", `{"roi": [[0, 0.4], [0.5, 0.4], [0.5, 1]]}`)
	d.want(http.StatusCreated, "PUT", "/api/seats?id=C", `{"stream": "cam1", "roi": `+triangle+`}`)
	require.Same(t, cam1, d.plan.Load().camera("cam1"), "the stream stays joined")
	require.Equal(t, before, states(t, cam1), "nothing is known of the new one")
	_, open := <-reader.Changes()
	require.False(t, open, "browsers are sent the whole again")

	d.want(http.StatusOK, "PUT", "/api/seats?id=A", `{"stream": "cam2"}`)
	require.Equal(t, before[1:], states(t, cam1))
	cam2 := d.plan.Load().camera("cam2")
	require.Equal(t, before[:1], states(t, cam2))
	require.Equal(t, "cam2", d.rows()[0].Stream, "the row tells at once where the seat is seen")

	reader = d.board.Subscribe(func(board.Rows) {})
	d.want(http.StatusNoContent, "DELETE", "/api/seats?id=A", "")
	_, open = <-reader.Changes()
	require.False(t, open)
	require.Nil(t, d.plan.Load().camera("cam2"))
	require.Len(t, d.rows(), 1)
	memories, err := d.store().Memories(t.Context(), "shop")
	require.NoError(t, err)
	require.NotContains(t, memories, "A")
	events, err := d.store().Events(t.Context(), store.EventQuery{StoreID: "shop", SeatID: "A", Limit: 10})
	require.NoError(t, err)
	require.Len(t, events, 1)

	d.want(http.StatusCreated, "PUT", "/api/seats?id=A", `{"stream": "cam1", "roi": `+triangle+`}`)
	require.Equal(t, "empty", d.seatView("A").Status)
	d.looks("cam1", at.Add(time.Minute), 4)
}

// TestEditIsWholeOrNot: where the file cannot be written nothing is in force, and the database has nothing of it.
func TestEditIsWholeOrNot(t *testing.T) {
	d := newDesk(t, deskText)
	at := d.looks("cam1", time.Now().Add(-time.Hour), 10, person)
	require.NoError(t, os.Chmod(d.path, 0o400))
	was := d.plan.Load()
	for _, method := range []string{"PUT", "DELETE"} {
		text := d.want(http.StatusInsufficientStorage, method, "/api/seats?id=A", `{"name": "b"}`)
		require.Equal(t, "go2rtc.yaml cannot be written: permission denied: nothing was saved", text)
		require.Same(t, was, d.plan.Load())
		require.Equal(t, deskText, d.text())
		require.Equal(t, "occupied", d.seatView("A").Status)
		require.Len(t, d.rows(), 2)
	}
	require.NoError(t, os.Chmod(d.path, 0o600))

	// and where the database cannot, the file stays
	require.NoError(t, d.store().Close())
	text := d.want(http.StatusServiceUnavailable, "DELETE", "/api/seats?id=A", "")
	require.True(t, strings.HasSuffix(text, "nothing was saved"), text)
	require.Equal(t, deskText, d.text())
	d.again(t)
	d.looks("cam1", at, 25)
	require.Equal(t, "empty", d.seatView("A").Status)
}

// TestStrangersAreForgotten: a seat that was deleted from the file by hand has no row after the next start.
func TestStrangersAreForgotten(t *testing.T) {
	d := newDesk(t, deskText)
	d.looks("cam1", time.Now(), 2)
	text := d.text()
	a, b := strings.Index(text, "    A:\n"), strings.Index(text, "    B: ")
	require.NoError(t, os.WriteFile(d.path, []byte(text[:a]+text[b:]), 0o600))
	d.again(t)
	rows := d.rows()
	require.Len(t, rows, 1)
	require.Equal(t, "B", rows[0].SeatID)
}

// TestEditsAtOnce: many editors, looks and readers at the same time. For -race, and for what is in file and force.
func TestEditsAtOnce(t *testing.T) {
	d := newDesk(t, deskText)
	const editors, each = 4, 5
	stop := make(chan struct{})
	var others, writers sync.WaitGroup
	others.Go(func() {
		for at := time.Now().Add(-time.Hour); ; {
			select {
			case <-stop:
				return
			default:
				at = d.looks("cam1", at, 7, person)
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
					r := d.board.Subscribe(func(board.Rows) {})
					r.Close()
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
				if i%3 == 2 {
					if status, text, _ := d.ask("DELETE", path, ""); status >= 300 {
						t.Errorf("%d %s", status, text)
					}
				}
				// all write this seat; an editor that was slower tries again
				for {
					s := d.seatView("B")
					n := 0
					_, _ = fmt.Sscanf(s.Name, "count %d", &n)
					status, text, _ := d.ask("PUT", "/api/seats?id=B", fmt.Sprintf(`{"name": "count %d"}`, n+1), "If-Match", `"`+s.Revision+`"`)
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
	d.isSaved()
	require.Contains(t, d.text(), "# by the window")
}

// BenchmarkPutSeat reshapes one of 200 seats on 16 cameras: file, database and what is in force.
func BenchmarkPutSeat(b *testing.B) {
	var text strings.Builder
	text.WriteString("streams:\n")
	for i := range 16 {
		fmt.Fprintf(&text, "  cam%d: rtsp://127.0.0.1:1/1\n", i)
		_, err := streams.New(fmt.Sprintf("cam%d", i))
		require.NoError(b, err)
	}
	text.WriteString("analytics:\n  store_id: shop\n  model: {path: none.onnx}\n  seats:\n")
	for i := range 200 {
		fmt.Fprintf(&text, "    S%d: # seat\n      stream: cam%d\n      roi: [[0, 0], [1, 0], [1, 1]]\n", i, i%16)
	}
	d := newDesk(b, text.String())
	for i := 0; b.Loop(); i++ {
		status, said, _ := d.ask("PUT", fmt.Sprintf("/api/seats?id=S%d", i%200), fmt.Sprintf(`{"roi": [[0, 0], [1, 0], [1, 0.%d]]}`, 1+i%9))
		if status != http.StatusOK {
			b.Fatal(said)
		}
	}
}
