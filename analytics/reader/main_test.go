package reader

import (
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"
	"time"

	"github.com/AlexxIT/go2rtc/seats/analytics/board"
	"github.com/AlexxIT/go2rtc/seats/analytics/store"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const testKey = "sb_publishable_box"

var noon = time.Date(2026, 11, 23, 12, 17, 11, 270e6, time.UTC)

func seatRow(id, status string) store.SeatRow {
	return store.SeatRow{
		StoreID: "s", SeatID: id, Stream: "cam1", Status: status, PersonDetected: status == "occupied",
		DetectionConfidence: 0.86, Since: store.At(noon), UpdatedAt: store.At(noon.Add(time.Second)),
	}
}

func eventRow(id, seat string, at time.Time) store.EventRow {
	e := store.EventRow{ID: id, StoreID: "s", Stream: "cam1", EventType: "camera_offline", CapturedAt: store.At(at), CreatedAt: store.At(at)}
	if seat != "" {
		status := "occupied"
		e.SeatID, e.EventType, e.Status, e.DetectionConfidence = &seat, "person_enter", &status, 1
	}
	return e
}

// The ids are UUIDv7 of made-up times.
const (
	id1 = "019aaf6d-0000-7000-8000-000000000001"
	id2 = "019aaf6d-0000-7000-8000-000000000002"
	id3 = "019aaf6d-0000-7000-8000-000000000003"
)

// box is a server on a real file, with three seats, three events and a camera.
type box struct {
	t testing.TB
	*Server
	board *board.Board
	db    *store.DB
	http  *httptest.Server
}

func newBox(t testing.TB, change func(*Options, *Server)) *box {
	t.Helper()
	db, err := store.Open(filepath.Join(t.TempDir(), "seats.db"))
	require.NoError(t, err)
	b := &box{t: t, db: db, board: &board.Board{}}
	o := Options{Key: testKey, Origins: []string{"https://admin.example.com"}, Board: b.board, Database: func() (*store.DB, error) { return db, nil }}
	b.Server = New(o)
	if change != nil {
		change(&b.options, b.Server)
	}
	reason := `no "frame" <5s>`
	b.commit(&store.Change{
		Seats:   []store.SeatRow{seatRow("A1", "occupied"), seatRow("A2", "empty"), seatRow("B,1", "abandoned")},
		Events:  []store.EventRow{eventRow(id1, "A1", noon), eventRow(id2, "", noon.Add(time.Millisecond)), eventRow(id3, "A2", noon.Add(time.Second))},
		Cameras: []store.CameraRow{{StoreID: "s", Stream: "cam1", Error: &reason, UpdatedAt: store.At(noon)}},
	})
	mux := http.NewServeMux()
	mux.Handle("/rest/v1/", b.Rest("/rest/v1/"))
	mux.Handle("/realtime/v1/websocket", b.Realtime())
	b.http = httptest.NewServer(mux)
	t.Cleanup(func() {
		b.Close()
		b.http.Close()
		require.NoError(t, db.Close())
	})
	return b
}

func (b *box) commit(c *store.Change) {
	b.t.Helper()
	require.NoError(b.t, b.db.Commit(b.t.Context(), c))
	b.board.Publish(c, noon)
}

type answer struct {
	status int
	header http.Header
	body   string
}

// ask sends a request with the key, unless a header says otherwise.
func (b *box) ask(method, path string, headers ...string) answer {
	b.t.Helper()
	req, err := http.NewRequestWithContext(b.t.Context(), method, b.http.URL+path, http.NoBody)
	require.NoError(b.t, err)
	req.Header.Set("apikey", testKey)
	for i := 0; i < len(headers); i += 2 {
		if req.Header.Set(headers[i], headers[i+1]); headers[i+1] == "" {
			req.Header.Del(headers[i])
		}
	}
	res, err := b.http.Client().Do(req)
	require.NoError(b.t, err)
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	require.NoError(b.t, err)
	return answer{res.StatusCode, res.Header, string(body)}
}
