package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"
)

// sourceState is what the message "source" and GET api/source tell.
type sourceState struct {
	Online bool
	Since  time.Time
	Error  string
}

// TestSource: away at first, there, gone, there again. Each is told by the socket, and the same by HTTP; nobody dials the
// camera before somebody asks, nor after the last one went.
func TestSource(t *testing.T) {
	t.Parallel()
	cam := camera(t, cardSource(t))
	s := newServer(t, fmt.Sprintf("streams: {cam: \"rtsp://admin:hunter2@127.0.0.1:%d/clip\"}\n", cam.rtsp))
	s.start()

	began := time.Now()
	conn, res, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(s.api, "http")+"api/ws?src=cam", nil)
	require.NoError(t, err)
	_ = res.Body.Close()
	defer func() { _ = conn.Close() }()
	require.NoError(t, conn.WriteJSON(map[string]string{"type": "source"}))
	told := func(limit time.Duration, online bool) sourceState {
		t.Helper()
		require.NoError(t, conn.SetReadDeadline(time.Now().Add(limit)))
		for {
			var message struct {
				Type  string
				Value json.RawMessage
			}
			require.NoError(t, conn.ReadJSON(&message))
			require.Equal(t, "source", message.Type, string(message.Value))
			require.NotContains(t, string(message.Value), "hunter2")
			var state, same sourceState
			require.NoError(t, json.Unmarshal(message.Value, &state))
			if state.Online == online {
				require.Equal(t, http.StatusOK, s.get("api/source?src=cam", &same))
				require.Equal(t, state.Since, same.Since)
				return state
			}
		}
	}
	state := told(5*time.Second, false)
	require.WithinDuration(t, began, state.Since, 2*time.Second)
	require.Contains(t, state.Error, "connection refused")

	cam.start()
	require.Equal(t, sourceState{Online: true}, told(20*time.Second, true))
	cam.stop()
	gone := time.Now()
	state = told(10*time.Second, false)
	require.WithinDuration(t, gone, state.Since, 2*time.Second)
	cam.start()
	require.Equal(t, sourceState{Online: true}, told(20*time.Second, true))

	require.NoError(t, conn.Close())
	s.wait(15*time.Second, "the camera is left", func() bool {
		var streams map[string]struct{ Consumers []any }
		cam.get("api/streams", &streams)
		return len(streams["clip"].Consumers) == 0
	})
}

// TestSourcePanics: upstream's `echo:` with nothing behind it indexes into nothing. The process lives, and says so.
func TestSourcePanics(t *testing.T) {
	t.Parallel()
	s := newServer(t, "streams: {cam1: \"echo:\"}\n")
	s.start()
	for range 2 {
		var state sourceState
		require.Equal(t, http.StatusOK, s.get("api/source?src=cam1", &state))
		require.False(t, state.Online)
		require.Regexp(t, `^echo: the source cannot be used as it is written \(.+\)$`, state.Error)
	}
	s.stop()
}
