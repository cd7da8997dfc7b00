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

// Init starts the module, as every module of go2rtc is started. A mistake in its section stops the program; a missing
// model does not: the server still streams, and the log says what is missing.
func Init() {
	live.Init()

	var cfg struct {
		Mod Config `yaml:"analytics"`
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
	if err = module.openModel(); err != nil {
		refuse(err)
	}

	api.HandleFunc("api/seats", module.apiSeats)
	api.HandleFunc("api/seats/events", module.apiEvents)
	api.HandleFunc("api/seats/frame.jpeg", module.apiFrame)
	api.HandleFunc("api/seats/health", module.apiHealth)
	api.HandleFunc("schema.json", apiEditorSchema)
	api.HandleFunc("api/seats/schema.sql", apiSchema)
	api.HandleFunc("api/seats/outbox", module.apiOutbox)
	api.HandleFunc("api/metrics", module.metrics.handler())
	ws.HandleFunc("seats", module.wsSeats)
	module.openReader()

	module.start()
}

var log zerolog.Logger

var module *Analytics

// Close ends the module: it saves what the next start would otherwise see again by itself. Nothing depends on it.
func Close() {
	live.Close()
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
	config  Config
	started time.Time
	cameras []*camera // in the order of the file
	queue   *queue
	metrics *metrics
	hub     hub
	outside outside
	feed    reader.Feed
	reader  *reader.Server // nil: not configured

	model    *detect.Model // nil: nothing can be looked at
	decoders *video.Decoders

	dbMu    sync.Mutex // guards the two below
	db      *store.DB
	retryAt time.Time
	probe   probe

	ctx    context.Context // of all goroutines
	cancel context.CancelFunc
	done   sync.WaitGroup
}

func newAnalytics(config Config) *Analytics {
	a := &Analytics{config: config, started: time.Now(), queue: newQueue()}
	for _, name := range config.streamNames() {
		a.cameras = append(a.cameras, newCamera(a, name))
	}
	a.ctx, a.cancel = context.WithCancel(context.Background())
	a.outside.init(&config)
	a.metrics = newMetrics(a)
	return a
}

// openModel loads the model when there is something to look at. Only a provider that the library lacks is an error.
func (a *Analytics) openModel() error {
	if len(a.config.Seats) == 0 {
		return nil
	}
	model, err := detect.Open(detect.Options{Path: a.find(a.config.Model.Path), Provider: a.config.Model.Provider})
	if errors.Is(err, detect.ErrProvider) {
		return a.config.errorf("analytics.model.provider", "%v", err)
	}
	if err != nil {
		a.metrics.blind()
		log.Error().Err(err).Msg("[analytics] no looks, streams only")
		return nil
	}
	a.model = model
	w, h := model.InputSize()
	log.Info().Str("path", a.config.Model.Path).Str("family", model.Family()).Int("width", w).Int("height", h).Msg("[analytics] model")
	if note := model.Note(); note != "" {
		log.Warn().Str("model", note).Msg("[analytics] not for real seats")
	}
	return nil
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
	ctx := a.ctx
	if len(a.cameras) == 0 && len(a.outside.sinks) == 0 {
		return
	}
	if err := a.remember(); err != nil {
		log.Error().Err(err).Msg("[analytics] database, seats wait for it")
	}
	if a.model != nil {
		a.decoders = video.NewDecoders(workerCount() * decodersPerWorker)
		for range workerCount() {
			session, err := a.model.Session()
			if err != nil {
				log.Error().Err(err).Msg("[analytics] one worker less")
				continue
			}
			e := &eyes{decoders: a.decoders, session: session}
			a.done.Go(func() { a.work(ctx, e) })
		}
	}
	for _, c := range a.cameras {
		a.done.Go(func() { c.run(ctx) })
	}
}

// closeWait bounds how long close waits for a look or a dial under way.
const closeWait = 3 * time.Second

func (a *Analytics) close() {
	a.cancel()
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
