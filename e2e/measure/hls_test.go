package measure

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/AlexxIT/go2rtc/seats/e2e/process"
	"github.com/stretchr/testify/require"
)

// audience is a number of followers of one stream.
type audience struct {
	list []*follower
	errs []error
	stop context.CancelFunc
	wg   sync.WaitGroup
}

// follow begins to watch, each third in another way.
func follow(t testing.TB, s *server, n int) *audience {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	a := &audience{errs: make([]error, n), stop: cancel}
	for i := range n {
		f := &follower{low: i%3 > 0, hint: i%3 > 1}
		a.list = append(a.list, f)
		a.wg.Go(func() { a.errs[i] = f.follow(ctx, s.api+"api/stream.m3u8?src=room&mp4") })
	}
	t.Cleanup(a.end)
	process.Until(t, 30*time.Second, fmt.Sprintf("%d viewers of %s have media", n, s.name), func() bool {
		for i, f := range a.list {
			if f.bytes.Load() < 10_000 {
				return a.errs[i] != nil
			}
		}
		return true
	})
	return a
}

func (a *audience) end() {
	a.stop()
	a.wg.Wait()
}

// watch gives the memory of a server, as it is typically in the second half of the time, and its most consumers.
func watch(s *server, length time.Duration) (memory float64, consumers int) {
	const looks = 60
	var kept []float64
	for i := range looks {
		<-time.After(length / looks)
		consumers = max(consumers, len(s.stream("room").Consumers))
		if i >= looks/2 {
			kept = append(kept, float64(s.memory()))
		}
	}
	return quantile(kept, .5), consumers
}

// TestHLSViewers: twenty viewers for five minutes, on ours without one 404 and by one muxer; on upstream's beside it.
func TestHLSViewers(t *testing.T) {
	camera := newCamera(t)
	camera.publishRoom()
	for _, b := range binaries(t) {
		t.Run(b.name, func(t *testing.T) {
			t.Parallel()
			s := start(t, b, fmt.Sprintf("streams: {room: %sroom}\n", camera.rtsp))
			before := float64(s.memory())
			one := follow(t, s, 1)
			single, _ := watch(s, span(time.Minute, time.Second))
			rest := follow(t, s, 19)
			began := time.Now()
			twenty, consumers := watch(s, span(5*time.Minute, 4*time.Second))
			one.end()
			rest.end()

			var requests, refused, bytes int64
			for i, f := range append(one.list, rest.list...) {
				requests += f.requests.Load()
				refused += f.refused.Load()
				bytes += f.bytes.Load()
				require.NoError(t, append(one.errs, rest.errs...)[i])
			}
			const mega = 1 << 20
			figure := fmt.Sprintf("%d of %d requests answered 404; %d consumers; %.0f MB before, %.0f MB with one viewer, %.0f MB with twenty",
				refused, requests, consumers, before/mega, single/mega, twenty/mega)
			t.Logf("%s, %.1f Mbit/s", figure, float64(bytes)*8/1e6/time.Since(began).Seconds())
			if long() {
				table.add(fmt.Sprintf("twenty HLS viewers for %s, %s", span(5*time.Minute, 0), b.name), figure)
			}
			if b.name == "ours" {
				require.Zero(t, refused)
				require.Equal(t, 1, consumers)
				if whole() {
					require.Less(t, twenty-single, single-before, "nineteen more viewers cost more than another muxer")
				}
			}
		})
	}
}
