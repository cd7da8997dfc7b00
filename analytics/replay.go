package analytics

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"time"

	"github.com/AlexxIT/go2rtc/internal/app"
	"github.com/AlexxIT/go2rtc/pkg/creds"
	"github.com/AlexxIT/go2rtc/seats/analytics/detect"
	"github.com/AlexxIT/go2rtc/seats/analytics/store"
	"github.com/AlexxIT/go2rtc/seats/analytics/video"
	"go.yaml.in/yaml/v4"
)

// replayEpoch is media time zero. Any moment would do; this one makes event times easy to subtract.
var replayEpoch = time.Unix(0, 0).UTC()

// Replay runs the pipeline over a recorded file, on media time: the clip is the stream of that name in the
// configuration. It writes one JSON object a line to events for each event and a summary to summary.
func Replay(configPath, stream, clip string, events, summary io.Writer) error {
	config, err := loadFile(configPath)
	if err != nil {
		return err
	}
	if !slices.Contains(config.streamNames(), stream) {
		return fmt.Errorf("%s: no seat has stream %q", configPath, stream)
	}
	app.ConfigPath = configPath
	a := newAnalytics(config)
	model, err := detect.Open(detect.Options{Path: a.find(config.Model.Path), Provider: config.Model.Provider})
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
		schedule: schedule{interval: config.Interval},
		sampler:  video.NewSampler(file.Codec(), maxGOP),
		watch:    newWatch(&config, stream),
		eyes:     eyes{decoders: decoders, session: session},
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

// loadFile reads a configuration without starting go2rtc.
func loadFile(path string) (Config, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return Config{}, err
	}
	var cfg struct {
		Mod     Config         `yaml:"analytics"`
		Streams map[string]any `yaml:"streams"`
	}
	cfg.Mod = defaultConfig()
	err = yaml.Unmarshal(creds.ReplaceVars(b), &cfg)
	if err == nil || cfg.Mod.err != nil {
		err = cfg.Mod.validate(func(name string) bool { _, ok := cfg.Streams[name]; return ok })
	}
	if mistake, ok := errors.AsType[*ConfigError](err); ok {
		return Config{}, errors.New(mistake.in(path))
	}
	if err != nil {
		return Config{}, fmt.Errorf("%s: %w", path, err)
	}
	return cfg.Mod, nil
}

// replay is one clip on its way through the pipeline.
type replay struct {
	file     *video.File
	schedule schedule
	sampler  *video.Sampler
	watch    *watch
	eyes     eyes
	out      *json.Encoder

	looks  int
	failed int
	media  time.Duration
	spent  stages
	read   time.Duration
}

func (r *replay) take(sample *video.Sample, after video.Position) bool {
	return r.sampler.Take(sample, after)
}
func (r *replay) name() string       { return "replay" }
func (r *replay) codec() video.Codec { return r.file.Codec() }

func (r *replay) run() error {
	r.schedule.begin(r.sampler, replayEpoch)
	for {
		clock := startClock()
		unit, err := r.file.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		r.media = max(r.media, unit.PTS)
		r.eyes.sample.Until = replayEpoch.Add(unit.DTS)
		if err = r.sampler.Push(video.AccessUnit{Data: unit.Data, At: replayEpoch.Add(unit.PTS), Key: unit.Key}); err != nil {
			r.failed++
			continue
		}
		ready := r.schedule.ready(r.sampler, r.eyes.sample.Until)
		r.read += clock.lap()
		if !ready {
			continue
		}
		if err = r.look(); err != nil {
			return err
		}
	}
	if r.looks == 0 {
		return fmt.Errorf("no picture could be looked at")
	}
	return nil
}

// look is Analytics.look with lines of JSON in place of the database.
func (r *replay) look() error {
	picture, found, err := r.eyes.see(r, r.watch.rules.Keep)
	if err != nil {
		r.failed++
		return nil
	}
	if picture == nil {
		return nil
	}
	defer picture.Close()
	r.looks++
	clock := startClock()
	at := picture.At()
	d, err := r.watch.decide(at, at, found)
	if err != nil {
		return err
	}
	r.watch.become(d)
	r.eyes.spent.Seats = clock.lap()
	r.spent.add(r.eyes.spent)
	for i := range d.change.Events {
		if err = r.out.Encode(lineOf(&d.change.Events[i])); err != nil {
			return err
		}
	}
	r.schedule.looked(r.sampler, at, r.watch.nextLook(r.schedule.interval))
	return nil
}

// replayLine is one event on stdout.
type replayLine struct {
	T          float64 `json:"t"` // seconds of media time
	SeatID     string  `json:"seat_id"`
	EventType  string  `json:"event_type"`
	Status     string  `json:"status"`
	Previous   string  `json:"previous_status"`
	Confidence float64 `json:"detection_confidence"`
}

func lineOf(e *store.EventRow) replayLine {
	t := time.Time(e.CapturedAt).Sub(replayEpoch)
	return replayLine{
		T: t.Round(time.Millisecond).Seconds(), SeatID: *e.SeatID, EventType: e.EventType,
		Status: *e.Status, Previous: *e.PreviousStatus, Confidence: e.DetectionConfidence,
	}
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
		perLook(r.spent.Outputs), perLook(r.spent.Seats), perLook(r.read+r.spent.total()))
	return err
}
