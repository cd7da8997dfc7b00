package main

import (
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/AlexxIT/go2rtc/seats/analytics/config"
	"github.com/AlexxIT/go2rtc/seats/analytics/detect"
	"github.com/AlexxIT/go2rtc/seats/analytics/look"
	"github.com/AlexxIT/go2rtc/seats/analytics/seat"
	"github.com/AlexxIT/go2rtc/seats/analytics/store"
	"github.com/AlexxIT/go2rtc/seats/analytics/video"
)

// epoch is media time zero. Any moment would do; this one makes event times easy to subtract.
var epoch = time.Unix(0, 0).UTC()

// maxGOP is how many bytes of one open GOP are kept, as for a camera.
const maxGOP = 16 << 20

// engine is what each clip is looked at with.
type engine struct {
	config  *config.Config
	model   *detect.Model
	session *detect.Session
}

// open opens the model of a configuration; the caller closes it.
func open(configPath string, c *config.Config) (*engine, error) {
	model, err := detect.Open(detect.Options{Path: config.Find(configPath, c.Model.Path), Provider: c.Model.Provider})
	if err != nil {
		return nil, err
	}
	session, err := model.Session()
	if err != nil {
		_ = model.Close()
		return nil, err
	}
	return &engine{config: c, model: model, session: session}, nil
}

func (e *engine) close() {
	e.session.Close()
	_ = e.model.Close()
}

// task is one clip, and the seats that are in it.
type task struct {
	clip   string
	stream string
	seats  []seat.Seat
	rules  seat.Rules
	empty  time.Duration // when somebody says that all seats are empty; 0: never

	told   func(row *store.EventRow, at time.Time) error // at: of the newest picture that had come when it was told
	looked func(at time.Time, found []seat.Detection)    // after each look; may be nil
}

// play looks at a whole clip.
func (e *engine) play(t *task) (*figures, error) {
	file, err := video.OpenFile(t.clip)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	decoders := video.NewDecoders(1)
	defer decoders.Close()
	r := &replay{
		task:     t,
		file:     file,
		schedule: look.Schedule{Interval: e.config.Interval},
		sampler:  video.NewSampler(file.Codec(), maxGOP),
		seats:    look.NewSeats(e.config.StoreID, t.stream, t.seats, t.rules, e.config.IsItem),
		eyes:     look.Eyes{Decoders: decoders, Session: e.session},
	}
	if err = r.run(); err != nil {
		return nil, fmt.Errorf("%s: %w", t.clip, err)
	}
	return &r.figures, nil
}

// replay is one clip on its way through the looks. It is their look.Source.
type replay struct {
	*task
	file     *video.File
	schedule look.Schedule
	sampler  *video.Sampler
	seats    *look.Seats
	eyes     look.Eyes

	figures
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

// look is a camera's look, with the task's functions in place of the database.
func (r *replay) look() error {
	picture, found, err := r.eyes.See(r, r.rules.Floor())
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
	if found, err = r.seats.See(&r.eyes, picture, found); err != nil {
		r.failed++
		return nil
	}
	if at.Sub(epoch) >= r.empty && r.empty > 0 {
		r.seats.TakeEmpty()
		r.empty = 0
	}
	if err = r.seats.Observe(at, at, found, r.eyes.Timed(r.commit)); err != nil {
		return err
	}
	r.eyes.Spent.Store = 0 // what is told is no part of a look
	r.spent.Add(r.eyes.Spent)
	r.schedule.Looked(r.sampler, at, r.seats.NextLook(r.schedule.Interval))
	if r.looked != nil {
		r.looked(at, found)
	}
	return nil
}

func (r *replay) commit(change *store.Change) error {
	for i := range change.Events {
		if err := r.told(&change.Events[i], r.eyes.Sample.Until); err != nil {
			return err
		}
	}
	return nil
}

// figures are what looks have cost.
type figures struct {
	looks  int
	failed int
	media  time.Duration
	read   time.Duration // processor time
	spent  look.Stages
}

func (f *figures) add(o *figures) {
	f.looks += o.looks
	f.failed += o.failed
	f.media += o.media
	f.read += o.read
	f.spent.Add(o.spent)
}

func (f *figures) summarise(w io.Writer, wall time.Duration, note string) error {
	perLook := func(d time.Duration) float64 { return d.Seconds() * 1000 / float64(f.looks) }
	cuts := func(kind look.Kind) float64 { return float64(f.spent.Cuts[kind]) / float64(f.looks) }
	if note != "" {
		if _, err := fmt.Fprintln(w, note); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(w, "looks %d, failed %d, media %.1f s, %.0f media seconds per wall second\n"+
		"cpu ms per look: read %.3f, decode %.2f, scale %.2f, infer %.2f, outputs %.3f, closer %.2f, seats %.3f, total %.2f\n"+
		"cut-outs per look: room %.2f, seat %.2f, items %.2f\n",
		f.looks, f.failed, f.media.Seconds(), f.media.Seconds()/wall.Seconds(),
		perLook(f.read), perLook(f.spent.Decode), perLook(f.spent.Scale), perLook(f.spent.Infer),
		perLook(f.spent.Outputs), perLook(f.spent.Closer), perLook(f.spent.Seats), perLook(f.read+f.spent.Total()),
		cuts(look.RoomCutOut), cuts(look.SeatCutOut), cuts(look.ItemsCutOut))
	return err
}
