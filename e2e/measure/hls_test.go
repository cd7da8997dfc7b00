package measure

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

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
	wait(t, 30*time.Second, fmt.Sprintf("%d viewers of %s have media", n, s.name), func() bool {
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

// TestHLSViewers: twenty viewers for five minutes, on ours without one 404 and by one muxer; on upstream's beside it.
func TestHLSViewers(t *testing.T) {
	camera := newCamera(t)
	camera.publishFile("room", room(t))
	for _, b := range binaries(t) {
		t.Run(b.name, func(t *testing.T) {
			t.Parallel()
			s := start(t, b, fmt.Sprintf("streams: {room: %sroom}\n", camera.rtsp))
			before := s.memory()
			one := follow(t, s, 1)
			<-time.After(span(30*time.Second, time.Second))
			single := s.memory()

			rest := follow(t, s, 19)
			began, kept := time.Now(), []float64(nil)
			length := span(5*time.Minute, 4*time.Second)
			consumers := 0
			for time.Since(began) < length {
				<-time.After(length / 60)
				consumers = max(consumers, len(s.stream("room").Consumers))
				kept = append(kept, float64(s.memory()))
			}
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
				refused, requests, consumers, float64(before)/mega, float64(single)/mega, quantile(kept, .5)/mega)
			t.Logf("%s, %.1f Mbit/s", figure, float64(bytes)*8/1e6/time.Since(began).Seconds())
			if long() {
				table.add("twenty HLS viewers, five minutes, "+b.name, figure)
			}
			if b.name == "ours" {
				require.Zero(t, refused)
				require.Equal(t, 1, consumers)
			}
		})
	}
}
