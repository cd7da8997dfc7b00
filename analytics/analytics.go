// Package analytics is the go2rtc module that knows which seats are taken.
//
// It joins each stream that has seats as a consumer, looks at its newest picture every few seconds, and keeps each
// seat's status in an embedded database, from where API, WebSocket and the outside read it. A look never delays a
// viewer, holds no stale pictures, and is committed before anybody is told. Begin reading at look in look.go; the rules
// are in package seat.
package analytics

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/AlexxIT/go2rtc/internal/api"
	"github.com/AlexxIT/go2rtc/internal/api/ws"
	"github.com/AlexxIT/go2rtc/internal/app"
	"github.com/AlexxIT/go2rtc/internal/streams"
	"github.com/AlexxIT/go2rtc/seats/analytics/detect"
	"github.com/AlexxIT/go2rtc/seats/analytics/live"
	"github.com/AlexxIT/go2rtc/seats/analytics/reader"
	"github.com/AlexxIT/go2rtc/seats/analytics/store"
	"github.com/AlexxIT/go2rtc/seats/analytics/video"
	"github.com/rs/zerolog"
)

// Init starts the module, as every module of go2rtc is started, after package live's. A mistake in its section stops the
// program; a missing model does not: the server still streams, and the log says what is missing.
func Init() {
	var cfg struct {
		Mod     Config         `yaml:"analytics"`
		Streams map[string]any `yaml:"streams"`
	}
	cfg.Mod = defaultConfig()
	app.LoadConfig(&cfg)
	log = app.GetLogger("analytics")

	err := cfg.Mod.validate(func(name string) bool { return streams.Get(name) != nil })
	if err != nil {
		refuse(err)
	}
	module = newAnalytics(cfg.Mod)
	live.SetLastFrame(module.lastFrame)
	if err = module.begin(cfg.Streams); err != nil {
		refuse(err)
	}

	api.HandleFunc("api/seats", module.apiSeats)
	api.HandleFunc("api/seats/events", module.apiEvents)
	api.HandleFunc("api/seats/history", module.apiHistory)
	api.HandleFunc("api/seats/cameras", module.apiCameras)
	api.HandleFunc("api/seats/boxes", module.apiBoxes)
	api.HandleFunc("api/seats/proposals", module.apiProposals)
	api.HandleFunc("api/seats/frame.jpeg", module.apiFrame)
	api.HandleFunc("api/seats/health", module.apiHealth)
	api.HandleFunc("schema.json", apiEditorSchema)
	api.HandleFunc("api/seats/schema.sql", apiSchema)
	api.HandleFunc("api/seats/outbox", module.apiOutbox)
	api.HandleFunc("api/metrics", module.metrics.handler())
	ws.HandleFunc("seats", module.wsSeats)
	ws.HandleFunc("seats/look", module.wsLook)
	module.openReader()

	module.start()
}

var log zerolog.Logger

var module *Analytics

// Close ends the module: it saves what the next start would otherwise see again by itself. Nothing depends on it.
func Close() {
	if module != nil {
		module.close()
	}
}

// refuse stops the program with one sentence. It goes to stderr, since the log may be going to a file or nowhere.
func refuse(err error) {
	text := "analytics: " + err.Error()
	if mistake, ok := errors.AsType[*ConfigError](err); ok {
		text = mistake.in(app.ConfigPath)
	}
	fmt.Fprintln(os.Stderr, text)
	os.Exit(1)
}

// Analytics owns everything: cameras, workers, model, database and those who listen.
type Analytics struct {
	config  Config // as the program was started with; the seats as they are now are the layout's
	started time.Time
	layout  atomic.Pointer[layout]
	queue   *queue
	metrics *metrics
	hub     hub
	outside outside
	feed    reader.Feed
	reader  *reader.Server // nil: not configured

	decoders *video.Decoders // nil: no worker was started

	// edit is held while the layout changes, and while what the database remembers is taken up. It is locked after dbMu
	// and before any camera's looking.
	edit sync.Mutex
	file configFile

	dbMu    sync.Mutex // guards the two below
	db      *store.DB
	retryAt time.Time
	probe   probe

	runID, runAt atomic.Int64 // of the database's run, and when it was noted last in nanoseconds since 1970

	ctx    context.Context // of all goroutines
	cancel context.CancelFunc
	done   sync.WaitGroup
}

func newAnalytics(config Config) *Analytics {
	a := &Analytics{config: config, started: time.Now(), queue: newQueue(), metrics: newMetrics()}
	first, _ := (&layout{}).with(a, config, nil)
	a.layout.Store(first)
	a.ctx, a.cancel = context.WithCancel(context.Background())
	a.outside.init(&config)
	a.metrics.watch(a)
	return a
}

// begin gets ready for what start does; the streams are those of all -config. Only a provider that the library lacks is
// an error.
func (a *Analytics) begin(configured map[string]any) error {
	l := *a.layout.Load()
	if len(l.config.Seats) > 0 {
		var err error
		if l.model, err = a.openModel(); err != nil {
			return err
		}
	}
	a.layout.Store(&l)
	a.file.begin(app.ConfigPath, configured)
	return nil
}

// openModel loads the model; nil where it cannot be had. Only a provider that the library lacks is an error.
func (a *Analytics) openModel() (*detect.Model, error) {
	model, err := detect.Open(detect.Options{Path: a.find(a.config.Model.Path), Provider: a.config.Model.Provider})
	if errors.Is(err, detect.ErrProvider) {
		return nil, a.config.errorf("analytics.model.provider", "%v", err)
	}
	if err != nil {
		a.metrics.blind()
		log.Error().Err(err).Msg("[analytics] no looks, streams only")
		return nil, nil
	}
	a.metrics.sees()
	w, h := model.InputSize()
	log.Info().Str("path", a.config.Model.Path).Str("family", model.Family()).Int("width", w).Int("height", h).Msg("[analytics] model")
	if note := model.Note(); note != "" {
		log.Warn().Str("model", note).Msg("[analytics] not for real seats")
	}
	return model, nil
}

// find is where a relative path of the configuration leads: beside the configuration file, else in the working
// directory, else beside the program or above it, as set-up and container lay it out.
func (a *Analytics) find(path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	folders := []string{filepath.Dir(app.ConfigPath), "."}
	if exe, err := os.Executable(); err == nil {
		folders = append(folders, filepath.Dir(exe), filepath.Join(filepath.Dir(exe), ".."))
	}
	for _, folder := range folders {
		if full := filepath.Join(folder, path); exists(full) {
			return full
		}
	}
	return filepath.Join(folders[0], path)
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func (a *Analytics) start() {
	a.edit.Lock()
	l := a.layout.Load()
	a.edit.Unlock()
	if len(l.cameras) == 0 && len(a.outside.sinks) == 0 {
		return
	}
	if err := a.remember(); err != nil {
		log.Error().Err(err).Msg("[analytics] database, seats wait for it")
	}
	a.edit.Lock()
	defer a.edit.Unlock()
	a.startWorkers(l.model)
	for _, c := range a.layout.Load().cameras {
		a.startCamera(c)
	}
}

// startWorkers wants edit held. It does nothing where they were started, or without a model.
func (a *Analytics) startWorkers(model *detect.Model) {
	if model == nil || a.decoders != nil {
		return
	}
	a.decoders = video.NewDecoders(workerCount() * decodersPerWorker)
	for range workerCount() {
		session, err := model.Session()
		if err != nil {
			log.Error().Err(err).Msg("[analytics] one worker less")
			continue
		}
		e := &eyes{decoders: a.decoders, session: session}
		a.done.Go(func() { a.work(a.ctx, e) })
	}
}

// startCamera wants edit held. It does nothing where the camera was started.
func (a *Analytics) startCamera(c *camera) {
	if c.stop != nil || a.ctx.Err() != nil {
		return
	}
	var ctx context.Context
	ctx, c.stop = context.WithCancel(a.ctx)
	a.done.Go(func() { c.run(ctx) })
}

// closeWait bounds how long close waits for a look or a dial under way.
const closeWait = 3 * time.Second

func (a *Analytics) close() {
	a.edit.Lock() // an edit under way is finished, none begins
	a.cancel()
	a.edit.Unlock()
	a.queue.close()
	if a.reader != nil {
		a.reader.Close()
	}
	ended := make(chan struct{})
	go func() {
		a.done.Wait()
		close(ended)
	}()
	select {
	case <-ended:
	case <-time.After(closeWait):
		return // somebody is still at work: the database may be in use
	}
	a.saveTimers()
	a.extendRun(time.Now(), 0)
	a.outside.close()
	a.dbMu.Lock()
	defer a.dbMu.Unlock()
	if a.db != nil {
		if err := a.db.Close(); err != nil {
			log.Error().Err(err).Msg("[analytics] close database")
		}
		a.db = nil
		a.retryAt = time.Now().Add(time.Hour)
	}
}
