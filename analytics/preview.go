package analytics

import (
	"fmt"
	"slices"
	"time"

	"github.com/AlexxIT/go2rtc/internal/streams"
	"github.com/AlexxIT/go2rtc/seats/analytics/config"
	"github.com/AlexxIT/go2rtc/seats/analytics/look"
)

// An admin who draws the first seat of a camera has to see what a look at it finds, and proposals. So a stream without
// seats is looked at for a while, as a preview, from when that is asked for: it has no rows and no events.
const (
	previewFor  = 15 * time.Minute // since it was asked for last
	maxPreviews = 4                // at a time; one more takes the place of the one asked for longest ago, unless all are followed
)

var errPreviews = fmt.Errorf("%d streams without seats are looked at already", maxPreviews)

// cameraOf is the camera of a stream, which becomes a preview where it has no seats; nil where there is no such stream.
func (a *Analytics) cameraOf(stream string, now time.Time) (*look.Camera, error) {
	if c := a.plan.Load().camera(stream); c != nil {
		c.Ask(now)
		return c, nil
	}
	if streams.Get(stream) == nil {
		return nil, nil
	}
	_ = a.ledger.Open()
	a.edit.Lock()
	defer a.edit.Unlock()
	p := a.plan.Load()
	if c := p.camera(stream); c != nil {
		c.Ask(now)
		return c, nil
	}
	if a.ctx.Err() != nil {
		return nil, a.ctx.Err()
	}
	names := previewNames(p.previews)
	if len(names) >= maxPreviews {
		longest := -1
		for i, c := range p.previews {
			if !c.Followed() && (longest < 0 || c.AskedAt().Before(p.previews[longest].AskedAt())) {
				longest = i
			}
		}
		if longest < 0 {
			return nil, errPreviews
		}
		names = slices.Delete(names, longest, longest+1)
	}
	if err := a.setPreviews(p, append(names, stream)); err != nil {
		return nil, err
	}
	c := a.plan.Load().camera(stream)
	c.Ask(now)
	return c, nil
}

// setPreviews puts a plan with other previews in force. The caller must hold a.edit.
func (a *Analytics) setPreviews(p *plan, names []string) (err error) {
	next, gone := p.with(a.looker, p.config, names)
	if next.model == nil {
		if next.model, err = a.openModel(); err != nil {
			return err
		}
	}
	for _, c := range gone {
		c.Hold()
		c.Drop()
		c.Release()
	}
	a.plan.Store(next)
	a.settle(next, gone)
	return nil
}

// expirePreviews ends previews that were not asked for lately.
func (a *Analytics) expirePreviews(now time.Time) {
	if !slices.ContainsFunc(a.plan.Load().previews, func(c *look.Camera) bool { return !isAsked(c, now) }) {
		return
	}
	a.edit.Lock()
	defer a.edit.Unlock()
	p := a.plan.Load()
	stay := slices.DeleteFunc(slices.Clone(p.previews), func(c *look.Camera) bool { return !isAsked(c, now) })
	if len(stay) < len(p.previews) && a.ctx.Err() == nil {
		if err := a.setPreviews(p, previewNames(stay)); err != nil {
			log.Error().Err(err).Msg("[analytics] end previews")
		}
	}
}

// previewsAfter are the previews beside other seats: an admin who takes the last seat of a camera away while looking at
// it goes on looking, and is proposed places by what was seen.
func (p *plan) previewsAfter(c *config.Config, now time.Time) []string {
	seated, names := c.StreamNames(), previewNames(p.previews)
	for _, c := range p.cameras {
		if !slices.Contains(seated, c.Name()) && len(names) < maxPreviews && isAsked(c, now) {
			names = append(names, c.Name())
		}
	}
	return names
}

func isAsked(c *look.Camera, now time.Time) bool {
	return c.Followed() || now.Sub(c.AskedAt()) < previewFor
}

func previewNames(cameras []*look.Camera) (names []string) {
	for _, c := range cameras {
		names = append(names, c.Name())
	}
	return names
}
