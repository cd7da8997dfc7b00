// Package analytics is the go2rtc module that knows which seats are taken.
//
// It looks at the newest picture of each stream that has seats every few seconds, and keeps each seat's status in an
// embedded database, from where API, WebSocket and the outside read it. This package is the module alone: it reads the
// section `analytics:`, owns the parts below it and answers HTTP. README.md has a drawing of the parts, and four
// journeys through them file by file. Begin reading at Init.
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
	"github.com/AlexxIT/go2rtc/pkg/creds"
	"github.com/AlexxIT/go2rtc/seats/analytics/board"
	"github.com/AlexxIT/go2rtc/seats/analytics/config"
	"github.com/AlexxIT/go2rtc/seats/analytics/ledger"
	"github.com/AlexxIT/go2rtc/seats/analytics/look"
	"github.com/AlexxIT/go2rtc/seats/analytics/reader"
	"github.com/AlexxIT/go2rtc/seats/analytics/store"
	"github.com/rs/zerolog"
)

// Init starts the module, as every module of go2rtc is started. A mistake in its section stops the program; a missing
// model does not: the server still streams, and the log says what is missing.
func Init() {
	var cfg struct {
		Mod     config.Config  `yaml:"analytics"`
		Streams map[string]any `yaml:"streams"`
	}
	cfg.Mod = config.Default()
	app.LoadConfig(&cfg)
	log = app.GetLogger("analytics")

	err := cfg.Mod.Validate(func(name string) bool { return streams.Get(name) != nil })
	if err != nil {
		refuse(err)
	}
	a := newAnalytics(cfg.Mod, app.ConfigPath, cfg.Streams)
	if err = a.begin(); err != nil {
		refuse(err)
	}
	a.open() // before the first reply: what was known before the restart is known at once
	module = a

	api.HandleFunc("api/seats", a.apiSeats)
	api.HandleFunc("api/seats/events", a.apiEvents)
	api.HandleFunc("api/seats/status", a.apiStatus)
	api.HandleFunc("api/seats/empty", a.apiEmpty)
	api.HandleFunc("api/seats/history", a.apiHistory)
	api.HandleFunc("api/seats/cameras", a.apiCameras)
	api.HandleFunc("api/seats/boxes", a.apiBoxes)
	api.HandleFunc("api/seats/proposals", a.apiProposals)
	api.HandleFunc("api/seats/frame.jpeg", a.apiFrame)
	api.HandleFunc("api/seats/health", a.apiHealth)
	api.HandleFunc("schema.json", apiEditorSchema)
	api.HandleFunc("api/seats/schema.sql", apiSchema)
	api.HandleFunc("api/seats/outbox", a.apiOutbox)
	api.HandleFunc("api/metrics", a.metrics.handler())
	ws.HandleFunc("seats", a.wsSeats)
	ws.HandleFunc("seats/look", a.wsLook)
	a.handleReader()

	a.start()
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
	if mistake, ok := errors.AsType[*config.Error](err); ok {
		text = mistake.In(app.ConfigPath)
	}
	fmt.Fprintln(os.Stderr, text)
	os.Exit(1)
}

// Analytics owns everything: the plan of seats and cameras, and the parts that look, commit, show and send.
type Analytics struct {
	config     config.Config // as the program was started with; the seats as they are now are the plan's
	configPath string
	started    time.Time

	plan    atomic.Pointer[plan]
	looker  *look.Looker
	ledger  *ledger.Ledger
	board   board.Board
	metrics *metrics
	reader  *reader.Server // nil: not configured

	// edit is held while the plan changes, and while a database that was just opened is taken up. It is locked after
	// what the ledger locks to open, and before any camera's Hold.
	edit sync.Mutex
	file *config.File

	ctx    context.Context // of the ticker; done: nothing begins any more
	cancel context.CancelFunc
	done   sync.WaitGroup
}

// newAnalytics makes the module on a valid configuration; the streams are those of all -config.
func newAnalytics(c config.Config, path string, configured map[string]any) *Analytics {
	a := &Analytics{config: c, configPath: path, started: time.Now(), metrics: newMetrics()}
	a.ctx, a.cancel = context.WithCancel(context.Background())
	a.ledger = ledger.New(ledger.Options{
		Path: a.databasePath(), Board: &a.board, Outlets: outletsOf(&c), Bound: c.Outbox, Log: log,
		Restore: a.restore, Happened: a.metrics.happened, Failed: a.metrics.storeFailed,
	})
	a.looker = look.New(look.Options{
		Interval: c.Interval, Rules: c.Rules(), IsItem: c.IsItem, Ledger: a.ledger, Meter: a.metrics, Log: log,
	})
	a.file = config.Open(path, creds.ReplaceVars, creds.SecretString, configured)
	first, _ := (&plan{}).with(a.looker, c, nil)
	a.plan.Store(first)
	a.metrics.registry.MustRegister(a.ledger, &ageCollector{a})
	for _, c := range first.cameras {
		a.metrics.appear(c.Name())
	}
	return a
}

// databasePath is beside the configuration file where it is relative.
func (a *Analytics) databasePath() string {
	if filepath.IsAbs(a.config.Database) {
		return a.config.Database
	}
	return filepath.Join(filepath.Dir(a.configPath), a.config.Database)
}

// begin opens the model, where there are seats. Only a provider that the library lacks is an error.
func (a *Analytics) begin() (err error) {
	p := *a.plan.Load()
	if len(p.config.Seats) > 0 {
		if p.model, err = a.openModel(); err != nil {
			return err
		}
	}
	a.plan.Store(&p)
	return nil
}

// open opens the database, where there is anything to keep.
func (a *Analytics) open() {
	if a.needsDatabase() {
		if err := a.ledger.Open(); err != nil {
			log.Error().Err(err).Msg("[analytics] database, seats wait for it")
		}
	}
}

func (a *Analytics) start() {
	a.edit.Lock()
	a.settle(a.plan.Load(), nil)
	a.edit.Unlock()
	a.done.Go(a.tick)
}

// needsDatabase tells whether there is anything to keep: a module without seats and sinks makes no file.
func (a *Analytics) needsDatabase() bool {
	return len(a.plan.Load().cameras) > 0 || len(a.ledger.Outlets) > 0 || a.ledger.IsOpen()
}

// tickEvery is how late what only time brings about is done.
const tickEvery = time.Second

func (a *Analytics) tick() {
	tick := time.NewTicker(tickEvery)
	defer tick.Stop()
	for {
		select {
		case <-a.ctx.Done():
			return
		case now := <-tick.C:
			if len(a.plan.Load().cameras) > 0 {
				a.ledger.Tick(now)
			}
			a.expirePreviews(now)
		}
	}
}

// closeWait bounds how long close waits for looks, and for relays under way.
const closeWait = 3 * time.Second

func (a *Analytics) close() {
	a.edit.Lock() // an edit under way is finished, none begins
	a.cancel()
	a.edit.Unlock()
	if a.reader != nil {
		a.reader.Close()
	}
	a.done.Wait()
	if !a.looker.Close(closeWait) {
		return // the database may be in use
	}
	var last store.Change
	for _, c := range a.plan.Load().cameras {
		memories, err := c.Memories()
		if err != nil {
			log.Error().Err(err).Msg("[analytics] save")
		}
		last.Memories = append(last.Memories, memories...)
	}
	a.ledger.Close(&last, closeWait)
}
