package analytics

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/AlexxIT/go2rtc/internal/api"
	"github.com/AlexxIT/go2rtc/internal/api/ws"
	"github.com/AlexxIT/go2rtc/seats/analytics/look"
	"github.com/AlexxIT/go2rtc/seats/analytics/socket"
)

// followKey is where a socket keeps what ends the following of a camera. A socket follows one camera at a time.
type followKey struct{}

// wsLook sends the looks at the camera that `value` names, from now on, in place of another one's; "" ends that.
// Upstream calls it on a goroutine of its own, on which it stays.
func (a *Analytics) wsLook(tr *ws.Transport, msg *ws.Message) error {
	stream := msg.String()
	if msg.Value != nil && stream == "" && msg.Value != "" {
		return errors.New("value wants to be the name of a stream")
	}
	ctx, cancel := context.WithCancel(socket.Context(tr))
	defer cancel()
	tr.WithContext(func(values map[any]any) {
		if end, ok := values[followKey{}].(context.CancelFunc); ok {
			end()
		}
		values[followKey{}] = cancel
	})
	if stream == "" || ctx.Err() != nil {
		return nil
	}
	if c, err := a.cameraOf(stream, time.Now()); err != nil || c == nil {
		return cmp.Or(err, errors.New(api.StreamNotFound))
	}
	a.followLooks(ctx, tr, stream)
	return nil
}

// followTick is how often a follower checks whether the stream has another camera by now: an edit may take it away.
const followTick = time.Second

// followLooks writes looks until the end. A stream whose last seat goes meanwhile is a preview from then on; one that
// was deleted itself has no looks until it is there again.
func (a *Analytics) followLooks(ctx context.Context, tr *ws.Transport, stream string) {
	tick := time.NewTicker(followTick)
	defer tick.Stop()
	for {
		c, err := a.cameraOf(stream, time.Now())
		if err != nil || c == nil {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			continue
		}
		if !a.followCamera(ctx, tr, c, tick.C) {
			return
		}
	}
}

// followCamera writes looks until the end, and gives true where an edit took the camera away.
func (a *Analytics) followCamera(ctx context.Context, tr *ws.Transport, c *look.Camera, tick <-chan time.Time) bool {
	f := c.Follow()
	defer c.Unfollow(f)
	last := 0
	for {
		select {
		case <-ctx.Done():
			return false
		case <-tick:
			if a.plan.Load().camera(c.Name()) != c {
				return true
			}
		case <-f.News:
			if l := c.LastLook(); l != nil && l.Number != last {
				last = l.Number
				tr.Write(&ws.Message{Type: "seats/look", Value: l})
			}
		}
	}
}
