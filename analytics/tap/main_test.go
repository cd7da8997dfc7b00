package tap

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/AlexxIT/go2rtc/internal/echo"
	http2rtc "github.com/AlexxIT/go2rtc/internal/http"
	"github.com/AlexxIT/go2rtc/internal/streams"
	"github.com/AlexxIT/go2rtc/pkg/core"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	http2rtc.Init()
	echo.Init()
	code := m.Run()
	Wait(3 * time.Second)
	if err := goleak.Find(); err != nil && code == 0 {
		fmt.Println(err)
		code = 1
	}
	os.Exit(code)
}

// publisher is a test that publishes a stream, as a camera does that pushes.
type publisher struct {
	core.Connection
	stream *streams.Stream
	sent   uint16
}

func (p *publisher) Start() error { return nil }

func publish(stream *streams.Stream, codec *core.Codec) *publisher {
	media := &core.Media{Kind: core.GetKind(codec.Name), Direction: core.DirectionRecvonly, Codecs: []*core.Codec{codec}}
	p := &publisher{stream: stream, Connection: core.Connection{Medias: []*core.Media{media}}}
	stream.AddProducer(p)
	// each turn of an actor begins with this lock, so that its dial comes behind: upstream reads producers without one
	registry.Lock()
	defer registry.Unlock()
	return p
}

// end ends the publisher. Its consumers are left with tracks that nothing comes of.
func (p *publisher) end() {
	p.stream.RemoveProducer(p)
	_ = p.Stop()
}

func (p *publisher) send(payload []byte) *core.Packet {
	p.sent++
	packet := &core.Packet{Payload: payload}
	packet.Version, packet.Marker, packet.SequenceNumber, packet.Timestamp = 2, true, p.sent, uint32(p.sent)*3600
	for _, r := range p.Receivers {
		r.Input(packet)
	}
	return packet
}

func (p *publisher) read() bool { return len(p.Receivers) > 0 && len(p.Receivers[0].Senders()) > 0 } //nolint:staticcheck // upstream's

func h264Codec(payload byte) *core.Codec {
	return &core.Codec{
		Name: core.CodecH264, ClockRate: 90000, PayloadType: payload, FmtpLine: "sprop-parameter-sets=Z0LAHtkDxWhAAAADAEAAAAwDxYuS,aMuMsg==",
	}
}

// newSource adds a stream for a test, with a source or for publishers.
func newSource(t testing.TB, source string) (string, *streams.Stream) {
	t.Helper()
	name := strings.ReplaceAll(t.Name(), "/", "_")
	s, err := streams.New(name)
	if source != "" {
		s, err = streams.New(name, "http:")
		s.SetSource(source) // upstream takes what runs programs from the configuration alone
	}
	require.NoError(t, err)
	t.Cleanup(func() { streams.Delete(name) })
	return name, s
}

// mediaOf is any track of a kind, or only some codecs.
func mediaOf(kind string, names ...string) []*core.Media {
	media := &core.Media{Kind: kind, Direction: core.DirectionSendonly}
	for _, name := range names {
		media.Codecs = append(media.Codecs, &core.Codec{Name: name})
	}
	return []*core.Media{media}
}

type journal struct {
	tap   *Tap
	lines chan string
	units chan Unit
}

func open(t testing.TB, name string, direct bool, sets ...[]*core.Media) *journal {
	t.Helper()
	g := &journal{lines: make(chan string, 100), units: make(chan Unit, 1000)}
	r := Reader{Format: "test", Wants: sets, Direct: direct}
	r.Joined = func(j *Join) { g.lines <- fmt.Sprintf("joined %d", len(j.Receivers)) }
	r.Left = func(*Join) { g.lines <- "left" }
	if !direct {
		r.Track = func(j *Join, codec *core.Codec) (core.HandlerFunc, error) {
			return j.Units(codec, func(u Unit) {
				u.Data = append([]byte{}, u.Data...)
				g.units <- u
			}, func(err error) { g.lines <- err.Error() })
		}
	}
	g.tap = Open(name, r)
	t.Cleanup(g.tap.Close)
	return g
}

func (g *journal) next(t testing.TB) string {
	t.Helper()
	select {
	case line := <-g.lines:
		return line
	case <-time.After(time.Minute):
		require.Fail(t, "nothing was told")
		return ""
	}
}

func (g *journal) until(t testing.TB, online bool) State {
	t.Helper()
	for limit := time.After(time.Minute); ; {
		changed := g.tap.Changed()
		if state := g.tap.State(); state.Known && state.Online == online {
			return state
		}
		select {
		case <-changed:
		case <-limit:
			require.Fail(t, "waited in vain", "online is %v", online)
		}
	}
}
