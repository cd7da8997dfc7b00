package look

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/AlexxIT/go2rtc/pkg/core"
	"github.com/AlexxIT/go2rtc/pkg/h264"
	"github.com/AlexxIT/go2rtc/seats/analytics/detect"
	"github.com/AlexxIT/go2rtc/seats/analytics/nal"
	"github.com/AlexxIT/go2rtc/seats/analytics/seat"
	"github.com/AlexxIT/go2rtc/seats/analytics/store"
	"github.com/AlexxIT/go2rtc/seats/analytics/video"
	"github.com/pion/rtp"
	"github.com/stretchr/testify/require"
)

// BenchmarkLook is one look at a time at a real clip, from RTP packets to rows on disk, and where its time goes. The
// last figure is the share of everything but libavcodec's decoding and ONNX Runtime's run.
func BenchmarkLook(b *testing.B) {
	e := realEyes(b)
	db, err := store.Open(filepath.Join(b.TempDir(), "seats.db"))
	require.NoError(b, err)
	defer func() { _ = db.Close() }()
	packets := rtpOf(b, filepath.Join(assets, "video", "one-by-one-person-detection.mp4"))
	seats := newTestSeats()
	src := &benchSource{sampler: video.NewSampler(video.H264, maxGOP)}
	schedule := Schedule{Interval: 3 * time.Second}
	schedule.Begin(src.sampler, time.Unix(0, 0))
	var ready bool
	entry := nal.Entry{Codec: nal.H264}
	depacketise := h264.RTPDepay(&core.Codec{Name: core.CodecH264, ClockRate: 90000}, func(p *rtp.Packet) {
		unit, err := entry.Read(p.Payload, false, src.now)
		if err == nil {
			err = src.sampler.Push(video.AccessUnit{Data: p.Payload, At: src.now, Key: unit.Key})
		}
		if err != nil {
			b.Fatal(err)
		}
		ready = ready || schedule.Ready(src.sampler, src.now)
	})
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var spent Stages
	var read time.Duration
	i := 0
	b.ReportAllocs()
	for b.Loop() {
		clock := StartClock()
		for ready = false; !ready; i++ {
			unit := packets[i%len(packets)]
			src.now = time.Unix(0, 0).Add(time.Duration(i) * 100 * time.Millisecond) // 10 frames a second
			for _, p := range unit {
				depacketise(p)
			}
		}
		read += clock.Lap()
		picture, found, err := e.See(src, seats.rules.Floor())
		if err != nil || picture == nil {
			b.Fatal("no picture", err)
		}
		if found, err = seats.See(e, picture, found); err != nil {
			b.Fatal(err)
		}
		commit := e.Timed(func(change *store.Change) error { return db.Commit(b.Context(), change) })
		if err = seats.Observe(picture.At(), src.now, found, commit); err != nil {
			b.Fatal(err)
		}
		picture.Close()
		spent.Add(e.Spent)
	}
	perLook := func(name string, d time.Duration) {
		b.ReportMetric(d.Seconds()*1000/float64(b.N), name)
	}
	perLook("depacketise-ms", read)
	perLook("decode-ms", spent.Decode)
	perLook("scale-ms", spent.Scale)
	perLook("infer-ms", spent.Infer)
	perLook("outputs-ms", spent.Outputs)
	perLook("closer-ms", spent.Closer)
	perLook("match-ms", spent.Seats)
	perLook("store-ms", spent.Store)
	total := read + spent.Total()
	perLook("total-ms", total)
	b.ReportMetric(100*(total-spent.Decode-spent.Infer).Seconds()/total.Seconds(), "other-%")
}

// BenchmarkRest is a room of six free seats that nobody comes to, looked at every 3 s of media time. What closer looks and
// empty pictures add is told apart, also as the part of a core that sixteen such cameras take.
func BenchmarkRest(b *testing.B) {
	e := realEyes(b)
	file, err := video.OpenFile(filepath.Join(assets, "video", "one-by-one-person-detection.mp4"))
	require.NoError(b, err)
	defer file.Close()
	unit, err := file.Next() // nobody is in it
	require.NoError(b, err)
	var shapes []seat.Seat
	for i := range 6 {
		x := float32(i) / 6
		shapes = append(shapes, seat.Seat{
			ID:  string(rune('A' + i)),
			ROI: seat.ROI{{X: x, Y: .75}, {X: x + .15, Y: .75}, {X: x + .15, Y: .95}, {X: x, Y: .95}}, ItemsROI: seat.ROI{{X: x, Y: .4}, {X: x + .15, Y: .4}, {X: x + .15, Y: .6}, {X: x, Y: .6}},
		})
	}
	const interval = 3 * time.Second
	rules := newTestSeats().rules
	rules.AbandonedAfter, rules.MaxGap = 10*time.Minute, 8*time.Second
	seats := NewSeats("test", "bench", shapes, rules, func(class string) bool { return class != seat.Person })
	src := &benchSource{sampler: video.NewSampler(video.H264, maxGOP), now: time.Unix(0, 0)}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var spent Stages
	media := time.Duration(0)
	for b.Loop() {
		next := seats.NextLook(interval)
		src.now, media = src.now.Add(next), media+next
		require.NoError(b, src.sampler.Push(video.AccessUnit{Data: unit.Data, At: src.now, Key: true}))
		src.sampler.SetDue(src.now, interval)
		picture, found, err := e.See(src, rules.Floor())
		if err == nil {
			found, err = seats.See(e, picture, found)
		}
		if err == nil {
			err = seats.Observe(picture.At(), src.now, found, e.Timed(func(*store.Change) error { return nil }))
		}
		require.NoError(b, err)
		picture.Close()
		spent.Add(e.Spent)
	}
	cores := func(d time.Duration) float64 { return 16 * d.Seconds() / media.Seconds() }
	b.ReportMetric(cores(spent.Decode+spent.Scale+spent.Infer+spent.Outputs), "whole-cores/16")
	b.ReportMetric(cores(spent.Closer), "closer-cores/16")
	b.ReportMetric(cores(spent.Seats), "seats-cores/16")
	for _, kind := range []Kind{RoomCutOut, SeatCutOut, ItemsCutOut} {
		b.ReportMetric(float64(spent.Cuts[kind])/media.Minutes(), kind.String()+"-cutouts/min")
	}
}

var assets = filepath.Join("..", "..", "..", "shared", "assets")

// realEyes look with the real model, until the test ends.
func realEyes(t testing.TB) *Eyes {
	t.Helper()
	if _, err := os.Stat(assets); err != nil {
		t.Skip("needs the real model and clips, see models/README.md")
	}
	model, err := detect.Open(detect.Options{Path: filepath.Join(assets, "models", "yolox_nano.onnx")})
	require.NoError(t, err)
	session, err := model.Session()
	require.NoError(t, err)
	decoders := video.NewDecoders(1)
	t.Cleanup(func() {
		decoders.Close()
		session.Close()
		require.NoError(t, model.Close())
	})
	return &Eyes{Decoders: decoders, Session: session}
}

type benchSource struct {
	sampler *video.Sampler
	now     time.Time
}

func (s *benchSource) Take(sample *video.Sample, after video.Position) bool {
	return s.sampler.Take(sample, after)
}
func (s *benchSource) Name() string       { return "bench" }
func (s *benchSource) Codec() video.Codec { return video.H264 }

// rtpOf packetises a clip; each entry is one access unit.
func rtpOf(b *testing.B, clip string) (units [][]*rtp.Packet) {
	b.Helper()
	file, err := video.OpenFile(clip)
	require.NoError(b, err)
	defer file.Close()
	var unit []*rtp.Packet
	pay := h264.RTPPay(1472, func(p *rtp.Packet) { unit = append(unit, p) })
	for {
		u, err := file.Next()
		if err != nil {
			return units
		}
		unit = nil
		pay(&rtp.Packet{Header: rtp.Header{Version: h264.RTPPacketVersionAVC}, Payload: u.Data})
		units = append(units, unit)
	}
}
