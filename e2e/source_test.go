package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// sourceState is the value of the message "source" and of GET api/source.
type sourceState struct {
	Online bool
	Since  time.Time
	Error  string
}

func (s *server) source(stream string) (state sourceState) {
	s.t.Helper()
	require.Equal(s.t, http.StatusOK, s.get("api/source?src="+stream, &state))
	return state
}

// TestSource: away at first, there, gone, there again. Each is sent by the socket, and the same by HTTP; the
// camera is not dialled before the first client, nor after the last.
func TestSource(t *testing.T) {
	t.Parallel()
	cam := camera(t, cardSource(t))
	s := newServer(t, fmt.Sprintf("streams: {cam: \"rtsp://admin:hunter2@127.0.0.1:%d/clip\"}\n", cam.rtsp))
	s.start()

	began := time.Now()
	conn := s.socket("?src=cam")
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
			var state sourceState
			require.NoError(t, json.Unmarshal(message.Value, &state))
			if state.Online == online {
				require.Equal(t, state.Since, s.source("cam").Since)
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
	s.wait(15*time.Second, "the camera is left", func() bool { return len(cam.consumers("clip")) == 0 })
}

// TestSourcePanics: upstream's `echo:` with nothing behind it indexes into nothing. The process lives, and logs it.
func TestSourcePanics(t *testing.T) {
	t.Parallel()
	s := newServer(t, "streams: {cam1: \"echo:\"}\n")
	s.start()
	for range 2 {
		state := s.source("cam1")
		require.False(t, state.Online)
		require.Regexp(t, `^echo: the source cannot be used as it is written \(.+\)$`, state.Error)
	}
	s.stop()
}
