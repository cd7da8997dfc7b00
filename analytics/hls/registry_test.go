package hls

import (
	"errors"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/AlexxIT/go2rtc/internal/streams"
	"github.com/AlexxIT/go2rtc/pkg/core"
	"github.com/AlexxIT/go2rtc/seats/analytics/video"
	"github.com/pion/rtp"
	"github.com/stretchr/testify/require"
)

// looper is a source that plays access units over and over, in time, until it is stopped.
type looper struct {
	core.Connection
	units []video.Unit
	stop  chan struct{}
	once  sync.Once
	quiet atomic.Bool
}

func newLooper(units []video.Unit) *looper {
	media := func(kind string, codec *core.Codec) *core.Media {
		codec.PayloadType = core.PayloadTypeRAW
		return &core.Media{Kind: kind, Direction: core.DirectionRecvonly, Codecs: []*core.Codec{codec}}
	}
	return &looper{units: units, stop: make(chan struct{}), Connection: core.Connection{
		ID:     core.NewID(),
		Medias: []*core.Media{media(core.KindVideo, h264Codec()), media(core.KindAudio, aacCodec())},
	}}
}

func (l *looper) Start() error {
	for i := 0; ; i++ {
		select {
		case <-l.stop:
			return nil
		case <-time.After(40 * time.Millisecond):
		}
		if l.quiet.Load() {
			continue
		}
		// upstream reads a receiver's children without its lock. In the bubble nobody else runs meanwhile; taking ours
		// tells that to the race detector.
		running()
		for _, receiver := range l.Receivers {
			packet := &rtp.Packet{Header: rtp.Header{Timestamp: uint32(i * 3600)}, Payload: l.units[i%len(l.units)].Data}
			if receiver.Codec.Name == core.CodecAAC {
				packet = &rtp.Packet{Header: rtp.Header{Timestamp: uint32(i * 1920)}, Payload: []byte{1, 2, 3}}
			}
			receiver.WriteRTP(packet)
		}
		running()
	}
}

func (l *looper) Stop() error {
	l.once.Do(func() { close(l.stop) })
	return l.Connection.Stop()
}

// looped is a stream whose source can be away. It counts how often it was asked.
func looped(t testing.TB, name string) (asked *atomic.Int32, away *atomic.Bool, last *atomic.Pointer[looper]) {
	t.Helper()
	units := clip(t, pictures, x264+"-g 25 -t 2")
	asked, away, last = new(atomic.Int32), new(atomic.Bool), new(atomic.Pointer[looper])
	streams.HandleFunc(name, func(string) (core.Producer, error) {
		asked.Add(1)
		if away.Load() {
			return nil, errors.New("dial rtsp://admin:hunter2@camera: no route to host")
		}
		l := newLooper(units)
		last.Store(l)
		return l, nil
	})
	_, err := streams.New(name, name+":1")
	require.NoError(t, err)
	t.Cleanup(func() { streams.Delete(name) })
	return asked, away, last
}

// TestJoin: the source is asked once for all who come together, its error is theirs without its password, and is not
// remembered; filters that come to the same tracks are one muxer and one consumer, others are another.
func TestJoin(t *testing.T) {
	asked, away, last := looped(t, "join")
	synctest.Test(t, func(t *testing.T) {
		away.Store(true)
		w := read(t, http.MethodGet, handlerStream, "/api/stream.m3u8?src=join")
		require.Equal(t, http.StatusBadGateway, w.Code)
		require.Equal(t, "streams: dial rtsp://***@camera: no route to host\n", w.Body.String())

		away.Store(false)
		asked.Store(0)
		var group sync.WaitGroup
		var mu sync.Mutex
		answers := map[string]int{}
		for i := range 40 {
			query := []string{"", "&mp4", "&mp4=flac", "&video=h264&audio=aac"}[i%4]
			group.Go(func() {
				got := read(t, http.MethodGet, handlerStream, "/api/stream.m3u8?src=join"+query)
				require.Equal(t, http.StatusOK, got.Code, got.Body)
				mu.Lock()
				answers[got.Body.String()]++
				mu.Unlock()
			})
		}
		group.Wait()
		require.Len(t, answers, 1)
		require.EqualValues(t, 1, asked.Load())
		require.Len(t, list(), 1)

		got := read(t, http.MethodGet, handlerStream, "/api/stream.m3u8?src=join&video=h264")
		require.Equal(t, http.StatusOK, got.Code)
		require.NotContains(t, got.Body.String(), "mp4a")
		require.Len(t, list(), 2)

		for i := range 2 * maxSets {
			got = read(t, http.MethodGet, handlerStream, "/api/stream.m3u8?src=join&video=h264&audio=codec"+strconv.Itoa(i))
		}
		require.Equal(t, http.StatusServiceUnavailable, got.Code)
		require.Contains(t, got.Body.String(), "too many differing filters")
		require.Len(t, list(), 2, "none of them is another pair of tracks")

		last.Load().quiet.Store(true)
		time.Sleep(2 * idle)
		synctest.Wait()
		none(t)
	})
}

// TestRevive: a source that goes silent is asked anew while there are viewers, however long it takes, and then they go
// on; those who come meanwhile are told how long nothing has come, and why.
func TestRevive(t *testing.T) {
	_, away, last := looped(t, "revive")
	synctest.Test(t, func(t *testing.T) {
		w := read(t, http.MethodGet, handlerStream, "/api/stream.m3u8?src=revive&video=h264")
		require.Equal(t, http.StatusOK, w.Code)
		m := list()[0]
		away.Store(true)
		require.NoError(t, last.Load().Stop())
		time.Sleep(time.Second)
		before := parts(m)
		url := "/api/hls/playlist.m3u8?id=" + m.id
		for range 30 {
			time.Sleep(time.Second)
			require.Equal(t, http.StatusOK, read(t, http.MethodGet, handlerPlaylist, url).Code)
		}
		w = read(t, http.MethodGet, handlerStream, "/api/stream.m3u8?src=revive&video=h264")
		require.Equal(t, http.StatusServiceUnavailable, w.Code)
		require.Equal(t, "hls: nothing of revive for 31s: streams: dial rtsp://***@camera: no route to host\n", w.Body.String())
		require.LessOrEqual(t, parts(m), before+1)

		away.Store(false)
		for range 8 {
			time.Sleep(time.Second)
			require.Equal(t, http.StatusOK, read(t, http.MethodGet, handlerPlaylist, url).Code)
		}
		require.Greater(t, parts(m), before+10)
		text := read(t, http.MethodGet, handlerPlaylist, url).Body.String()
		require.Contains(t, text, "#EXT-X-DISCONTINUITY\n")

		time.Sleep(2 * idle)
		synctest.Wait()
		none(t)
	})
}

func list() []*muxer {
	all, _ := running()
	return all
}

func parts(m *muxer) uint64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.nextPart
}
