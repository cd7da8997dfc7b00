package hls

import (
	"net/http"
	"net/url"
	"testing"
	"testing/synctest"
	"time"

	"github.com/AlexxIT/go2rtc/internal/streams"
	"github.com/AlexxIT/go2rtc/pkg/core"
	"github.com/stretchr/testify/require"
)

// TestSameTracksInAnyOrder: `video=h264&audio=aac` is a map to upstream, so its viewers' tracks come in any order.
func TestSameTracksInAnyOrder(t *testing.T) {
	video, audio, other := &core.Receiver{}, &core.Receiver{}, &core.Receiver{}
	require.True(t, sameTracks([]*core.Receiver{video, audio}, []*core.Receiver{audio, video}))
	require.False(t, sameTracks([]*core.Receiver{video, audio}, []*core.Receiver{video, other}))
	require.False(t, sameTracks([]*core.Receiver{video, audio}, []*core.Receiver{video}))
}

type publisher struct{ core.Connection }

func (p *publisher) Start() error { return nil }

// TestJoin: filters that select the same tracks share one muxer; one that selects none is refused and leaves nothing
// behind.
func TestJoin(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stream, err := streams.New(t.Name())
		require.NoError(t, err)
		defer streams.Delete(t.Name())
		stream.AddProducer(&publisher{core.Connection{Medias: []*core.Media{
			{Kind: core.KindVideo, Direction: core.DirectionRecvonly, Codecs: []*core.Codec{h264Codec()}},
		}}})
		ask := func(query string) (*muxer, error) {
			values, errQuery := url.ParseQuery(query)
			require.NoError(t, errQuery)
			return muxers.join(t.Context(), t.Name(), stream, filter(values))
		}
		m, err := ask("")
		require.NoError(t, err)
		require.NoError(t, m.tap.Err())
		for _, query := range []string{"", "mp4=all", "video=h264"} {
			same, errSame := ask(query)
			require.NoError(t, errSame)
			require.Same(t, m, same, query)
		}
		_, err = ask("video=h265")
		require.ErrorContains(t, err, "codecs not matched")
		require.Len(t, muxers.byKey, 3)
		w := read(t, http.MethodGet, handlerStream, "/api/stream.m3u8?video=h265&src="+t.Name())
		require.Equal(t, http.StatusBadGateway, w.Code)

		begin := time.Now() // the wait is bounded, and says why it was in vain
		w = read(t, http.MethodGet, handlerStream, "/api/stream.m3u8?src="+t.Name())
		require.Equal(t, firstWait, time.Since(begin))
		require.Equal(t, http.StatusServiceUnavailable, w.Code)
		require.Equal(t, "1", w.Header().Get("Retry-After"))
		require.Equal(t, "hls: no segment of TestJoin within 25s: no keyframe came\n", w.Body.String())

		time.Sleep(idle)
		synctest.Wait()
		none(t)
	})
}

// TestCodecs: each kind of sound has its name in the playlist, and what cannot be played is refused.
func TestCodecs(t *testing.T) {
	for _, ca := range []struct {
		codec core.Codec
		name  string
		err   string
	}{
		{*aacCodec(), "mp4a.40.2", ""},
		{core.Codec{Name: core.CodecOpus, ClockRate: 48000, Channels: 2}, "opus", ""},
		{core.Codec{Name: core.CodecMP3, ClockRate: 44100}, "mp4a.6B", ""},
		{core.Codec{Name: core.CodecPCMA, ClockRate: 8000}, "fLaC", ""},
		{core.Codec{Name: core.CodecPCM, ClockRate: 16000, Channels: 2}, "fLaC", ""},
		{core.Codec{Name: core.CodecPCMU, ClockRate: 7}, "", "hls: no FLAC with 7 samples a second"},
		{core.Codec{Name: core.CodecAAC, ClockRate: 48000}, "", "hls: config of AAC: not in the SDP"},
		{core.Codec{Name: core.CodecG722, ClockRate: 8000}, "", "hls: no G722"},
		{core.Codec{Name: core.CodecOpus}, "", "hls: OPUS without a clock rate"},
	} {
		c := &consumer{muxer: newMuxer(t.Name(), nil)}
		_, err := c.add(&ca.codec)
		if ca.err != "" {
			require.EqualError(t, err, ca.err)
			continue
		}
		require.NoError(t, err)
		r, err := c.describe()
		require.NoError(t, err)
		require.Equal(t, ca.name, r.codecs)
		_, err = c.add(&ca.codec)
		require.ErrorContains(t, err, "hls: has audio already")
	}
}
