package analytics

import (
	"errors"
	"slices"
	"time"

	"github.com/AlexxIT/go2rtc/seats/analytics/config"
	"github.com/AlexxIT/go2rtc/seats/analytics/detect"
	"github.com/AlexxIT/go2rtc/seats/analytics/look"
	"github.com/AlexxIT/go2rtc/seats/analytics/store"
)

// plan is which seats there are, and which cameras are looked at. It is never changed: an edit puts another one in its
// place.
type plan struct {
	config   config.Config  // with the seats as they are now
	cameras  []*look.Camera // that have seats, in the order of the seats
	previews []*look.Camera // that are looked at for a while without: see preview.go
	model    *detect.Model  // nil: nothing can be looked at
}

// all are the cameras and the previews.
func (p *plan) all() []*look.Camera { return append(slices.Clone(p.cameras), p.previews...) }

// camera is the one of a stream, with seats or without, or nil.
func (p *plan) camera(stream string) *look.Camera {
	for _, c := range p.all() {
		if c.Name() == stream {
			return c
		}
	}
	return nil
}

// gone is a row of a seat or camera that is no more.
func (p *plan) gone(table store.Table, key string, now time.Time) store.Gone {
	return store.Gone{Table: table, StoreID: p.config.StoreID, Key: key, At: store.At(now)}
}

// looked makes what looks know of a stream's seats.
func (p *plan) looked(stream string) *look.Seats {
	return look.NewSeats(p.config.StoreID, stream, p.config.SeatsOf(stream), p.config.Rules(), p.config.IsItem)
}

// note is what people must know of the model.
func (p *plan) note() string {
	if p.model == nil {
		return ""
	}
	return p.model.Note()
}

// with is the plan with other seats and previews. Cameras that are there already are kept; gone are those that it has
// no more.
func (p *plan) with(l *look.Looker, c config.Config, previews []string) (next *plan, gone []*look.Camera) {
	next = &plan{config: c, model: p.model}
	find := func(stream string) *look.Camera {
		if c := p.camera(stream); c != nil {
			return c
		}
		return l.NewCamera(stream, next.looked(stream))
	}
	names := c.StreamNames()
	for _, name := range names {
		next.cameras = append(next.cameras, find(name))
	}
	for _, name := range previews {
		if !slices.Contains(names, name) {
			next.previews = append(next.previews, find(name))
		}
	}
	stay := next.all()
	return next, slices.DeleteFunc(p.all(), func(c *look.Camera) bool { return slices.Contains(stay, c) })
}

// openModel loads the model; nil where it cannot be had. Only a provider that the library lacks is an error.
func (a *Analytics) openModel() (*detect.Model, error) {
	m := &a.config.Model
	model, err := detect.Open(detect.Options{Path: config.Find(a.configPath, m.Path), Provider: m.Provider})
	if errors.Is(err, detect.ErrProvider) {
		return nil, a.config.Errorf("analytics.model.provider", "%v", err)
	}
	if err != nil {
		a.metrics.model.Set(0)
		log.Error().Err(err).Msg("[analytics] no looks, streams only")
		return nil, nil
	}
	a.metrics.model.Set(1)
	w, h := model.InputSize()
	log.Info().Str("path", m.Path).Str("family", model.Family()).Int("width", w).Int("height", h).Msg("[analytics] model")
	if note := model.Note(); note != "" {
		log.Warn().Str("model", note).Msg("[analytics] not for real seats")
	}
	return model, nil
}

// settle starts and ends cameras after the plan has changed. The caller must hold a.edit.
func (a *Analytics) settle(next *plan, gone []*look.Camera) {
	a.looker.Work(next.model)
	for _, c := range gone {
		c.End()
		a.metrics.vanish(c.Name())
	}
	for _, c := range next.all() {
		if !c.Started() {
			a.metrics.appear(c.Name())
			c.Start()
		}
	}
}
