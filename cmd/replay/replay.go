package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"time"

	"github.com/AlexxIT/go2rtc/pkg/creds"
	"github.com/AlexxIT/go2rtc/seats/analytics/config"
	"github.com/AlexxIT/go2rtc/seats/analytics/detect"
	"github.com/AlexxIT/go2rtc/seats/analytics/look"
	"github.com/AlexxIT/go2rtc/seats/analytics/store"
	"github.com/AlexxIT/go2rtc/seats/analytics/video"
)

// epoch is media time zero. Any moment would do; this one makes event times easy to subtract.
var epoch = time.Unix(0, 0).UTC()

// maxGOP is how many bytes of one open GOP are kept, as for a camera.
const maxGOP = 16 << 20

// run runs the looks over a recorded file, on media time: the clip is the stream of that name in the configuration. It
// writes one JSON object a line to events for each event and a summary to summary.
func run(configPath, stream, clip string, events, summary io.Writer) error {
	c, err := config.Load(configPath, creds.ReplaceVars)
	if err != nil {
		return err
	}
	if !slices.Contains(c.StreamNames(), stream) {
		return fmt.Errorf("%s: no seat has stream %q", configPath, stream)
	}
	model, err := detect.Open(detect.Options{Path: config.Find(configPath, c.Model.Path), Provider: c.Model.Provider})
	if err != nil {
		return err
	}
	defer func() { _ = model.Close() }()
	session, err := model.Session()
	if err != nil {
		return err
	}
	defer session.Close()
	file, err := video.OpenFile(clip)
	if err != nil {
		return err
	}
	defer file.Close()
	decoders := video.NewDecoders(1)
	defer decoders.Close()

	r := &replay{
		file:     file,
		floor:    c.Rules().Keep,
		schedule: look.Schedule{Interval: c.Interval},
		sampler:  video.NewSampler(file.Codec(), maxGOP),
		seats:    look.NewSeats(c.StoreID, stream, c.SeatsOf(stream), c.Rules(), c.IsItem),
		eyes:     look.Eyes{Decoders: decoders, Session: session},
		out:      json.NewEncoder(events),
	}
	// processor time is measured by thread
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	began := time.Now()
	if err = r.run(); err != nil {
		return fmt.Errorf("%s: %w", clip, err)
	}
	return r.summarise(summary, time.Since(began), model.Note())
}

// replay is one clip on its way through the looks. It is their look.Source.
type replay struct {
	file     *video.File
	floor    float32 // least confidence of a detection
	schedule look.Schedule
	sampler  *video.Sampler
	seats    *look.Seats
	eyes     look.Eyes
	out      *json.Encoder

	looks  int
	failed int
	media  time.Duration
	read   time.Duration // processor time
	spent  look.Stages
}

// Take implements look.Source.
func (r *replay) Take(sample *video.Sample, after video.Position) bool {
	return r.sampler.Take(sample, after)
}

// Name implements look.Source.
func (r *replay) Name() string { return "replay" }

// Codec implements look.Source.
func (r *replay) Codec() video.Codec { return r.file.Codec() }

func (r *replay) run() error {
	if err := r.each(r.look); err != nil {
		return err
	}
	if r.looks == 0 {
		return errors.New("no picture could be looked at")
	}
	return nil
}

// each reads the file, and calls visit whenever a look is due.
func (r *replay) each(visit func() error) error {
	r.schedule.Begin(r.sampler, epoch)
	for {
		clock := look.StartClock()
		unit, err := r.file.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		r.media = max(r.media, unit.PTS)
		r.eyes.Sample.Until = epoch.Add(unit.DTS)
		if err = r.sampler.Push(video.AccessUnit{Data: unit.Data, At: epoch.Add(unit.PTS), Key: unit.Key}); err != nil {
			r.failed++
			continue
		}
		ready := r.schedule.Ready(r.sampler, r.eyes.Sample.Until)
		r.read += clock.Lap()
		if !ready {
			continue
		}
		if err = visit(); err != nil {
			return err
		}
	}
}

// look is a camera's look, with lines of JSON in place of the database.
func (r *replay) look() error {
	picture, found, err := r.eyes.See(r, r.floor)
	if err != nil {
		r.failed++
		return nil
	}
	if picture == nil {
		return nil
	}
	defer picture.Close()
	r.looks++
	at := picture.At()
	if err = r.seats.Observe(at, at, found, r.eyes.Timed(r.write)); err != nil {
		return err
	}
	r.eyes.Spent.Store = 0 // lines are no part of a look
	r.spent.Add(r.eyes.Spent)
	r.schedule.Looked(r.sampler, at, r.seats.NextLook(r.schedule.Interval))
	return nil
}

type line struct {
	T          float64 `json:"t"` // seconds of media time
	SeatID     string  `json:"seat_id"`
	EventType  string  `json:"event_type"`
	Status     string  `json:"status"`
	Previous   string  `json:"previous_status"`
	Confidence float64 `json:"detection_confidence"`
}

func lineOf(e *store.EventRow) line {
	t := time.Time(e.CapturedAt).Sub(epoch)
	return line{
		T: t.Round(time.Millisecond).Seconds(), SeatID: *e.SeatID, EventType: e.EventType,
		Status: *e.Status, Previous: *e.PreviousStatus, Confidence: e.DetectionConfidence,
	}
}

func (r *replay) write(change *store.Change) error {
	for i := range change.Events {
		if err := r.out.Encode(lineOf(&change.Events[i])); err != nil {
			return err
		}
	}
	return nil
}

func (r *replay) summarise(w io.Writer, wall time.Duration, note string) error {
	perLook := func(d time.Duration) float64 { return d.Seconds() * 1000 / float64(r.looks) }
	if note != "" {
		if _, err := fmt.Fprintln(w, note); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(w, "looks %d, failed %d, media %.1f s, %.0f media seconds per wall second\n"+
		"cpu ms per look: read %.3f, decode %.2f, scale %.2f, infer %.2f, outputs %.3f, seats %.3f, total %.2f\n",
		r.looks, r.failed, r.media.Seconds(), r.media.Seconds()/wall.Seconds(),
		perLook(r.read), perLook(r.spent.Decode), perLook(r.spent.Scale), perLook(r.spent.Infer),
		perLook(r.spent.Outputs), perLook(r.spent.Seats), perLook(r.read+r.spent.Total()))
	return err
}
