package tap

import (
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/AlexxIT/go2rtc/internal/streams"
	"github.com/AlexxIT/go2rtc/pkg/core"
	"github.com/stretchr/testify/require"
)

var (
	anyVideo = mediaOf(core.KindVideo, core.CodecAny)
	anyAudio = mediaOf(core.KindAudio, core.CodecAny)
	onlyH264 = mediaOf(core.KindVideo, core.CodecH264)
	onlyH265 = mediaOf(core.KindVideo, core.CodecH265)

	slice = []byte{0x41, 0x9a, 0x80, 1}
	idr   = []byte{0x65, 0x88, 0x80, 1}
)

// TestSilence: what comes is there, and away five seconds after the last of it, ten where it pauses. Readers of
// access units and readers of packets report the same, to the millisecond.
func TestSilence(t *testing.T) {
	cases := []struct {
		name  string
		gap   time.Duration
		after time.Duration
		since string
	}{
		{"steady", 40 * time.Millisecond, Quiet, "no packet for 5s"},
		{"pauses", 3 * time.Second, 2 * Quiet, "no packet for 10s"},
	}
	for _, ca := range cases {
		t.Run(ca.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				name, s := newSource(t, "")
				camera := publish(s, h264Codec(96))
				looks, live := open(t, name, false, onlyH264), open(t, name, true, anyVideo)
				require.Equal(t, "joined 1", looks.next(t))
				require.Equal(t, "joined 1", live.next(t))
				require.Equal(t, State{}, live.tap.State(), "not known before something came")
				for range 10 {
					time.Sleep(ca.gap)
					camera.send(slice)
				}
				last := time.Now()
				require.Equal(t, State{Known: true, Online: true}, live.until(t, true))
				time.Sleep(20 * time.Millisecond)
				camera.send(slice[:0]) // a packet that makes no access unit
				state := live.until(t, false)
				require.Equal(t, State{Known: true, Since: last, Reason: ca.since}, state)
				require.Equal(t, state, looks.tap.State())
				require.WithinDuration(t, last.Add(ca.after), time.Now(), 2*tick)
				require.Equal(t, "left", looks.next(t))
				require.Equal(t, "left", live.next(t))
				require.EqualError(t, looks.tap.Err(), ca.since)

				camera.end() // and another in its place
				camera = publish(s, h264Codec(96))
				require.Equal(t, "joined 1", live.next(t))
				require.NoError(t, live.tap.Err())
				require.Equal(t, state.Since, live.tap.State().Since, "joined is not yet there")
				require.Equal(t, "joined 1", looks.next(t))
				camera.send(slice)
				require.Equal(t, State{Known: true, Online: true}, live.until(t, true))
				looks.tap.Close()
				live.tap.Close()
				require.Equal(t, "left", live.next(t))
			})
		})
	}
}

// TestStrayJoin: a tap that hangs on a publisher that went away joins again, though others read the new one.
func TestStrayJoin(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		name, s := newSource(t, "")
		old := publish(s, h264Codec(96))
		first := open(t, name, false, onlyH264)
		require.Equal(t, "joined 1", first.next(t))
		old.end()
		camera := publish(s, h264Codec(96))
		second := open(t, name, false, onlyH264)
		require.Equal(t, "joined 1", second.next(t))
		for range 30 {
			camera.send(slice)
			time.Sleep(time.Second)
		}
		require.Equal(t, "left", first.next(t))
		require.Equal(t, "joined 1", first.next(t))
		require.Greater(t, len(first.units), 10)
		require.Empty(t, second.lines)
		first.tap.Close()
		second.tap.Close()
	})
}

// TestCodecs: what one reader cannot read is its own trouble, and its next set of media is tried.
func TestCodecs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		name, s := newSource(t, "")
		camera := publish(s, h264Codec(96))
		hevc := open(t, name, false, onlyH265)
		<-hevc.tap.Changed()
		require.ErrorContains(t, hevc.tap.Err(), "codecs not matched")
		require.Contains(t, hevc.until(t, false).Reason, "codecs not matched", "nobody can say more")
		either := open(t, name, true, anyAudio, anyVideo)
		require.Equal(t, "joined 1", either.next(t))
		camera.send(slice)
		require.True(t, hevc.until(t, true).Online)
		require.ErrorContains(t, hevc.tap.Err(), "codecs not matched")
		hevc.tap.Close()
		either.tap.Close()
	})
}

// TestEdited: a stream that another takes the place of is left for that; one that is deleted is waited for.
func TestEdited(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		name, s := newSource(t, "")
		old := publish(s, h264Codec(96))
		g := open(t, name, false, onlyH264)
		require.Equal(t, "joined 1", g.next(t))
		replace := func() {
			other, err := streams.New("other")
			require.NoError(t, err)
			publish(other, h264Codec(96))
			_, err = streams.Patch(name, "other") // upstream's link to another stream
			require.NoError(t, err)
			streams.Delete("other")
		}
		replace()
		require.Equal(t, "left", g.next(t))
		require.Equal(t, "joined 1", g.next(t))
		synctest.Wait()
		require.False(t, old.read())
		streams.Delete(name)
		require.Equal(t, "left", g.next(t))
		require.Equal(t, "stream not found", g.until(t, false).Reason)
		require.EqualError(t, g.tap.Err(), "stream not found")
		replace()
		require.Equal(t, "joined 1", g.next(t))
		g.tap.Close()
	})
}

// TestMemory: since when a source is away is known when the last tap is gone, and from before the process.
func TestMemory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		name, _ := newSource(t, "")
		first := open(t, name, true, anyVideo)
		since := first.until(t, false).Since
		require.WithinDuration(t, time.Now(), since, time.Second)
		first.tap.Close()
		time.Sleep(time.Hour)
		second := open(t, name, true, anyVideo)
		require.Equal(t, since, second.until(t, false).Since)
		second.tap.Close()
		time.Sleep(time.Hour)

		noon := time.Now().Add(-time.Minute)
		Seen(name, noon)
		Seen(name, noon.Add(-time.Hour))
		third := open(t, name, true, anyVideo)
		require.Equal(t, noon, third.until(t, false).Since)
		third.tap.Close()
		third.tap.Close() // does nothing
		synctest.Wait()
		for i := range 2 * maxStreams {
			Seen(strconv.Itoa(i), noon)
		}
		require.Len(t, registry.byName, maxStreams)
	})
	clear(registry.byName)
}

// TestPanic: upstream's `echo:` with nothing behind it indexes into nothing.
func TestPanic(t *testing.T) {
	name, _ := newSource(t, "echo:")
	g := open(t, name, true, anyVideo)
	require.Equal(t, "echo: the source cannot be used as it is written (runtime error: slice bounds out of range [1:0])",
		g.until(t, false).Reason)
}

// TestDialAside: a camera that takes a connection and says nothing holds up neither Open nor Close; it is dialled once
// for all, and left when the dial ends.
func TestDialAside(t *testing.T) {
	hold, asked := make(chan struct{}), atomic.Int32{}
	web := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		select {
		case <-hold:
		case <-r.Context().Done():
		}
	}))
	defer web.Close()
	name, _ := newSource(t, "http://admin:hunter2@"+web.Listener.Addr().String()+"/video.mjpeg")
	taps := []*journal{open(t, name, true, anyVideo), open(t, name, false, onlyH264), open(t, name, true, anyVideo)}
	state := taps[0].until(t, false)
	require.Equal(t, "no answer for 5s", state.Reason)
	require.Equal(t, int32(1), asked.Load())
	began := time.Now()
	for _, g := range taps {
		g.tap.Close()
	}
	require.Less(t, time.Since(began), time.Second)
	require.False(t, Wait(10*time.Millisecond))
	close(hold)
	require.True(t, Wait(3*time.Second))
}

// TestRefused: a source that cannot be dialled gives each reader that reason, without its password.
func TestRefused(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address := l.Addr().String()
	require.NoError(t, l.Close())
	name, _ := newSource(t, "http://admin:hunter2@"+address+"/video.mjpeg?token=abcdef")
	first, second := open(t, name, true, anyVideo), open(t, name, false, onlyH264)
	for _, g := range []*journal{first, second} {
		require.Contains(t, g.until(t, false).Reason, "connection refused")
		require.NotContains(t, g.tap.State().Reason, "hunter")
		require.NotContains(t, g.tap.State().Reason, "abc")
		require.EqualError(t, g.tap.Err(), g.tap.State().Reason)
	}
}

func TestNoteAllocatesNothing(t *testing.T) {
	j := &Join{tap: &Tap{stream: newStream("x")}}
	now := time.Now()
	require.Zero(t, testing.AllocsPerRun(1000, func() { j.note(now) }))
}
