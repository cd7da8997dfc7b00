package analytics

import (
	"slices"

	"github.com/AlexxIT/go2rtc/seats/analytics/config"
	"github.com/AlexxIT/go2rtc/seats/analytics/detect"
)

// layout is which seats there are, and who looks at them. It is never changed: an edit puts another one in its place.
type layout struct {
	config  config.Config // with the seats as they are now
	cameras []*camera     // that have seats, in the order of the seats
	guests  []*camera     // that are looked at for a while without: see guest.go
	model   *detect.Model // nil: nothing can be looked at
}

// all are the cameras and the guests.
func (l *layout) all() []*camera { return append(slices.Clone(l.cameras), l.guests...) }

// camera is the one of a stream, or nil.
func (l *layout) camera(stream string) *camera {
	if i := slices.IndexFunc(l.cameras, func(c *camera) bool { return c.stream == stream }); i >= 0 {
		return l.cameras[i]
	}
	return nil
}

// looker is the camera or guest of a stream, or nil.
func (l *layout) looker(stream string) *camera {
	if i := slices.IndexFunc(l.guests, func(c *camera) bool { return c.stream == stream }); i >= 0 {
		return l.guests[i]
	}
	return l.camera(stream)
}

// note is what people must know of the model.
func (l *layout) note() string {
	if l.model == nil {
		return ""
	}
	return l.model.Note()
}

// with is the layout with other seats and guests. Cameras that are there already are kept; those that nobody wants any
// more are in gone.
func (l *layout) with(a *Analytics, c config.Config, guests []string) (next *layout, gone []*camera) {
	next = &layout{config: c, model: l.model}
	find := func(stream string) *camera {
		if c := l.looker(stream); c != nil {
			return c
		}
		return newCamera(a, &next.config, stream)
	}
	names := c.StreamNames()
	for _, name := range names {
		next.cameras = append(next.cameras, find(name))
	}
	for _, name := range guests {
		if !slices.Contains(names, name) {
			next.guests = append(next.guests, find(name))
		}
	}
	stay := next.all()
	for _, c := range l.all() {
		if !slices.Contains(stay, c) {
			gone = append(gone, c)
		}
	}
	return next, gone
}

// guestNames are the streams of the guests.
func (l *layout) guestNames() (names []string) {
	for _, c := range l.guests {
		names = append(names, c.stream)
	}
	return names
}
