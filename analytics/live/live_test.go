package live

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/AlexxIT/go2rtc/internal/api/ws"
	http2rtc "github.com/AlexxIT/go2rtc/internal/http"
	"github.com/AlexxIT/go2rtc/internal/streams"
	"github.com/AlexxIT/go2rtc/seats/e2e/freeport"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

// server is the routes of the modules, as one process has them once.
var server = func() *httptest.Server {
	http2rtc.Init()
	Init()
	return httptest.NewServer(http.DefaultServeMux)
}()

func TestMain(m *testing.M) {
	code := m.Run()
	server.Close()
	Close()
	http.DefaultClient.CloseIdleConnections()
	if err := goleak.Find(); err != nil && code == 0 {
		fmt.Println(err)
		code = 1
	}
	os.Exit(code)
}

// webcam is a camera by HTTP that answers with Motion JPEG, and sends no picture.
type webcam struct {
	address string

	mu      sync.Mutex // guards what follows
	viewers int
	asked   int
}

// newWebcam is off until start.
func newWebcam(t testing.TB) *webcam {
	t.Helper()
	return &webcam{address: fmt.Sprintf("127.0.0.1:%d", freeport.Take(t))}
}

func (c *webcam) start(t testing.TB) {
	t.Helper()
	l, err := net.Listen("tcp", c.address)
	require.NoError(t, err)
	web := &httptest.Server{Listener: l, Config: &http.Server{Handler: c}} //nolint:gosec // its only client is this test
	web.Start()
	t.Cleanup(web.Close)
}

func (c *webcam) counts() (viewers, asked int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.viewers, c.asked
}

func (c *webcam) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	c.viewers++
	c.asked++
	c.mu.Unlock()
	w.Header().Set("Content-Type", "multipart/x-mixed-replace; boundary=frame")
	w.(http.Flusher).Flush()
	<-r.Context().Done()
	c.mu.Lock()
	c.viewers--
	c.mu.Unlock()
}

func stream(t testing.TB, source string) string {
	t.Helper()
	name := strings.ReplaceAll(t.Name(), "/", "_")
	_, err := streams.New(name, source)
	require.NoError(t, err)
	t.Cleanup(func() { streams.Delete(name) })
	return name
}

func get(t testing.TB, src string) (code int, state State, text string) {
	t.Helper()
	res, err := http.Get(server.URL + "/api/source?src=" + src)
	require.NoError(t, err)
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	if res.StatusCode == http.StatusOK {
		require.NoError(t, json.Unmarshal(b, &state), string(b))
	}
	return res.StatusCode, state, string(b)
}

// subscriber is a socket that is notified of a source. It is upstream's own but for the network, whose loop shares
// one error between all handlers of a socket (a race). e2e has the whole of it.
type subscriber struct {
	t     testing.TB
	tr    *ws.Transport
	told  chan *ws.Message
	ended chan error
}

func subscribe(t testing.TB, src string) *subscriber {
	t.Helper()
	s := &subscriber{t: t, told: make(chan *ws.Message, 16), ended: make(chan error, 16)}
	s.tr = &ws.Transport{Request: httptest.NewRequest(http.MethodGet, "/api/ws?src="+src, nil)}
	s.tr.OnWrite(func(message any) error {
		s.told <- message.(*ws.Message)
		return nil
	})
	s.ask()
	return s
}

func (s *subscriber) ask() {
	go func() { s.ended <- sources.wsSource(s.tr, &ws.Message{Type: "source"}) }()
}

// close closes the socket, after which the handler has to end.
func (s *subscriber) close() {
	s.t.Helper()
	s.tr.Close()
	select {
	case err := <-s.ended:
		require.NoError(s.t, err)
	case <-time.After(2 * time.Second):
		s.t.Fatal("the handler goes on after the socket closed")
	}
}

func (s *subscriber) until(limit time.Duration, online bool) State {
	s.t.Helper()
	for end := time.After(limit); ; {
		select {
		case message := <-s.told:
			require.Equal(s.t, "source", message.Type)
			if state := message.Value.(State); state.Online == online {
				return state
			}
		case <-end:
			s.t.Fatalf("waited %s until online is %v", limit, online)
		}
	}
}

// unwatched waits until no watcher is left.
func unwatched(t testing.TB, within time.Duration) {
	t.Helper()
	require.Eventually(t, func() bool {
		sources.mu.Lock()
		defer sources.mu.Unlock()
		return len(sources.byName) == 0
	}, within, 10*time.Millisecond)
}
