package analytics

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/AlexxIT/go2rtc/seats/analytics/config"
	"github.com/AlexxIT/go2rtc/seats/analytics/detect"
	"github.com/AlexxIT/go2rtc/seats/analytics/look"
	"github.com/AlexxIT/go2rtc/seats/analytics/store"
	"github.com/AlexxIT/go2rtc/seats/analytics/video"
	"github.com/AlexxIT/go2rtc/seats/e2e/supabase"
	"github.com/google/uuid"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"
)

// BenchmarkFrameToRow is the time from a frame's arrival until another session of PostgreSQL sees its event: decoded,
// looked at, committed, sent by way of PostgREST. limit-ms is twice decoding and inference, and 50 ms.
func BenchmarkFrameToRow(b *testing.B) {
	assets := filepath.Join("..", "..", "shared", "assets")
	if _, err := os.Stat(assets); err != nil {
		b.Skip("needs the real model and clips, see models/README.md")
	}
	stack := supabase.Start(b, supabase.NewKeys())
	stack.Exec(b, `create function told() returns trigger language plpgsql as $$ begin perform pg_notify('rows', new.id::text); return null; end $$;
		create trigger told after insert on detection_events for each row execute function told()`)
	conn := stack.Connect(b)
	_, err := conn.Exec(b.Context(), "listen rows")
	require.NoError(b, err)

	model, err := detect.Open(detect.Options{Path: filepath.Join(assets, "models", "yolox_nano.onnx")})
	require.NoError(b, err)
	defer func() { _ = model.Close() }()
	session, err := model.Session()
	require.NoError(b, err)
	defer session.Close()
	decoders := video.NewDecoders(1)
	defer decoders.Close()
	log = zerolog.Nop()
	c := testConfig()
	c.Interval = 3 * time.Second
	c.Supabase = config.Supabase{URL: stack.Lite.URL, Key: stack.Keys.Secret}
	a := newAnalytics(c, filepath.Join(b.TempDir(), "go2rtc.yaml"), nil)
	require.NoError(b, a.ledger.Open())
	defer a.close()

	src := &clip{sampler: video.NewSampler(video.H264, 16<<20)}
	schedule := look.Schedule{Interval: c.Interval}
	schedule.Begin(src.sampler, time.Unix(0, 0))
	seats := look.NewSeats(c.StoreID, "cam1", c.SeatsOf("cam1"), c.Rules(), c.IsItem)
	e := look.Eyes{Decoders: decoders, Session: session}
	var units []video.Unit
	file, err := video.OpenFile(filepath.Join(assets, "video", "one-by-one-person-detection.mp4"))
	require.NoError(b, err)
	defer file.Close()
	for unit, err := file.Next(); err == nil; unit, err = file.Next() {
		unit.Data = bytes.Clone(unit.Data)
		units = append(units, unit)
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var delays []time.Duration
	var work time.Duration
	seen := func(id string) {
		ctx, cancel := context.WithTimeout(b.Context(), 10*time.Second)
		defer cancel()
		for {
			n, err := conn.WaitForNotification(ctx)
			require.NoError(b, err)
			if n.Payload == id {
				return
			}
		}
	}
	i := 0
	for b.Loop() {
		var arrived time.Time
		for ready := false; !ready; i++ {
			unit := &units[i%len(units)]
			now := time.Unix(0, 0).Add(time.Duration(i) * 100 * time.Millisecond) // 10 frames a second
			arrived = time.Now()
			require.NoError(b, src.sampler.Push(video.AccessUnit{Data: unit.Data, At: now, Key: unit.Key}))
			ready = schedule.Ready(src.sampler, now)
		}
		picture, found, err := e.See(src, c.Rules().Floor())
		if err != nil || picture == nil {
			b.Fatal("no picture", err)
		}
		if found, err = seats.See(&e, picture, found); err != nil {
			b.Fatal(err)
		}
		work += e.Spent.Decode + e.Spent.Infer
		require.NoError(b, seats.Observe(picture.At(), time.Now(), found, func(*store.Change) error { return nil }))
		picture.Close()
		// not every frame changes a seat: this one's event is made up
		seat, status, now := "A", "occupied", store.At(time.Now())
		event := store.EventRow{
			ID: uuid.Must(uuid.NewV7()).String(), StoreID: "test", SeatID: &seat, Stream: "cam1", EventType: "person_enter",
			Status: &status, CapturedAt: now, CreatedAt: now,
		}
		change := store.Change{
			Seats:  []store.SeatRow{{StoreID: "test", SeatID: seat, Stream: "cam1", Status: status, Since: now, UpdatedAt: now}},
			Events: []store.EventRow{event},
		}
		require.NoError(b, a.ledger.Commit(&change))
		seen(event.ID)
		delays = append(delays, time.Since(arrived))
	}
	slices.Sort(delays)
	ms := func(d time.Duration) float64 { return d.Seconds() * 1000 }
	for name, share := range map[string]int{"p50-ms": 50, "p95-ms": 95, "p99-ms": 99} {
		b.ReportMetric(ms(delays[(len(delays)-1)*share/100]), name)
	}
	b.ReportMetric(2*ms(work)/float64(len(delays))+50, "limit-ms")
}

type clip struct{ sampler *video.Sampler }

func (c *clip) Take(sample *video.Sample, after video.Position) bool {
	return c.sampler.Take(sample, after)
}
func (c *clip) Name() string       { return "clip" }
func (c *clip) Codec() video.Codec { return video.H264 }
