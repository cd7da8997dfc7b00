package analytics

import (
	"cmp"
	"errors"
	"sync"
	"time"

	"github.com/AlexxIT/go2rtc/internal/api"
	"github.com/AlexxIT/go2rtc/internal/api/ws"
)

// lookFollower is what a connection follows. A connection follows one camera at a time.
type lookFollower struct {
	mu     sync.Mutex
	stop   chan struct{} // of the goroutine that writes; nil: there is none
	closed bool
}

type lookFollowerKey struct{}

// wsLook sends the looks at the camera that `value` names, from now on, in place of another one's; "" ends that.
// Upstream calls it on a goroutine of its own, on which it stays.
func (a *Analytics) wsLook(tr *ws.Transport, msg *ws.Message) error {
	stream := msg.String()
	if msg.Value != nil && stream == "" && msg.Value != "" {
		return errors.New("value wants to be the name of a stream")
	}
	var f *lookFollower
	var isNew bool
	tr.WithContext(func(ctx map[any]any) {
		f, _ = ctx[lookFollowerKey{}].(*lookFollower)
		if f == nil {
			f, isNew = &lookFollower{}, true
			ctx[lookFollowerKey{}] = f
		}
	})
	if isNew {
		tr.OnClose(f.close)
	}
	stop := f.begin(stream != "")
	if stop == nil {
		return nil
	}
	if c, err := a.lookerOf(stream, time.Now()); err != nil || c == nil {
		return cmp.Or(err, errors.New(api.StreamNotFound))
	}
	a.followLooks(tr, stream, stop)
	return nil
}

// begin ends what was followed before. It gives nil where nothing is to be followed.
func (f *lookFollower) begin(follow bool) chan struct{} {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.end()
	if follow && !f.closed {
		f.stop = make(chan struct{})
	}
	return f.stop
}

// end wants the lock held.
func (f *lookFollower) end() {
	if f.stop != nil {
		close(f.stop)
		f.stop = nil
	}
}

func (f *lookFollower) close() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.end()
	f.closed = true
}

// followLooks writes looks until stop. A stream whose last seat goes meanwhile is a guest from then on; one that was
// deleted itself has no looks until it is there again.
func (a *Analytics) followLooks(tr *ws.Transport, stream string, stop <-chan struct{}) {
	tick := time.NewTicker(followTick)
	defer tick.Stop()
	for {
		c, err := a.lookerOf(stream, time.Now())
		if err != nil || c == nil {
			select {
			case <-stop:
				return
			case <-tick.C:
			}
			continue
		}
		if !a.followCamera(tr, c, tick.C, stop) {
			return
		}
	}
}

// followCamera writes looks until stop, which gives false, or until an edit takes the camera away.
func (a *Analytics) followCamera(tr *ws.Transport, c *camera, tick <-chan time.Time, stop <-chan struct{}) bool {
	r := c.follow()
	defer c.unfollow(r)
	last := 0
	for {
		select {
		case <-stop:
			return false
		case <-tick:
			if a.layout.Load().looker(c.stream) != c {
				return true
			}
		case <-r.news:
			look := c.lastLook()
			if look == nil || look.number == last {
				continue
			}
			last = look.number
			tr.Write(&ws.Message{Type: "seats/look", Value: look})
		}
	}
}
