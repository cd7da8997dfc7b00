package look

import (
	"context"
	"runtime"
	"sync"
	"time"

	"github.com/AlexxIT/go2rtc/seats/analytics/detect"
	"github.com/AlexxIT/go2rtc/seats/analytics/video"
)

// Looker owns the workers that look, and all goroutines of its cameras.
type Looker struct {
	Options

	queue   *queue
	working bool // workers were started

	ctx    context.Context // of all goroutines
	cancel context.CancelFunc
	done   sync.WaitGroup
}

// New makes a Looker without workers: cameras can join, and no look is made before Work.
func New(o Options) *Looker {
	l := &Looker{Options: o, queue: newQueue()}
	l.ctx, l.cancel = context.WithCancel(context.Background())
	return l
}

// workerCount leaves half of the cores to go2rtc itself, whose viewers must never wait for a model.
func workerCount() int { return max(1, runtime.GOMAXPROCS(0)/2) }

// decodersPerWorker bounds the memory of decoders by cores. Cameras whose keyframes are rare keep one while they can;
// with more such cameras than this their open GOP is decoded anew at each look, which costs time and no memory.
const decodersPerWorker = 4

// Work starts the workers, unless they were, or there is no model. The caller must serialise Work and Close.
func (l *Looker) Work(model *detect.Model) {
	if model == nil || l.working || l.ctx.Err() != nil {
		return
	}
	l.working = true
	decoders := video.NewDecoders(workerCount() * decodersPerWorker)
	for range workerCount() {
		session, err := model.Session()
		if err != nil {
			l.Log.Error().Err(err).Msg("[analytics] one worker less")
			continue
		}
		e := &Eyes{Decoders: decoders, Session: session}
		l.done.Go(func() { l.work(e) })
	}
}

func (l *Looker) work(e *Eyes) {
	// processor time is measured by thread
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	for {
		c := l.queue.next()
		if c == nil {
			return
		}
		err := l.look(e, c)
		l.queue.done(c)
		l.Meter.Looked(c.stream, e.Spent, err)
		c.finished(err)
	}
}

// Close ends workers and cameras, and tells whether all had ended within the time given: a look or a commit under way
// is not broken off.
func (l *Looker) Close(within time.Duration) bool {
	l.cancel()
	l.queue.close()
	ended := make(chan struct{})
	go func() {
		l.done.Wait()
		close(ended)
	}()
	select {
	case <-ended:
		return true
	case <-time.After(within):
		return false
	}
}
