package analytics

import (
	"context"
	"runtime"
	"sync"
)

// queue hands the cameras whose look is due to the workers, oldest first, each at most once. It holds no pictures: a
// worker takes the newest there is when its turn comes, so a slow model makes looks rarer and never later.
type queue struct {
	mu     sync.Mutex
	wake   *sync.Cond
	due    []*camera
	closed bool
}

func newQueue() *queue {
	q := &queue{}
	q.wake = sync.NewCond(&q.mu)
	return q
}

// add puts a camera in line, and tells false when it stands there already or is being looked at: then the older
// look's picture is replaced by the newer one.
func (q *queue) add(c *camera) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if c.queued || q.closed {
		return false
	}
	c.queued = true
	q.due = append(q.due, c)
	q.wake.Signal()
	return true
}

// next waits for a camera, and is nil at the end.
func (q *queue) next() *camera {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.due) == 0 && !q.closed {
		q.wake.Wait()
	}
	if q.closed {
		return nil
	}
	c := q.due[0]
	q.due = append(q.due[:0], q.due[1:]...)
	return c
}

// done lets the camera stand in line again.
func (q *queue) done(c *camera) {
	q.mu.Lock()
	c.queued = false
	q.mu.Unlock()
}

func (q *queue) close() {
	q.mu.Lock()
	q.closed = true
	q.wake.Broadcast()
	q.mu.Unlock()
}

// workerCount leaves half of the cores to go2rtc itself, whose viewers must never wait for a model.
func workerCount() int { return max(1, runtime.GOMAXPROCS(0)/2) }

// decodersPerWorker bounds the memory of decoders by cores. Cameras whose keyframes are rare keep one while they can;
// with more such cameras than this their open GOP is decoded anew at each look, which costs time and no memory.
const decodersPerWorker = 4

// work is a worker: one look after another.
func (a *Analytics) work(ctx context.Context, e *eyes) {
	// processor time is measured by thread
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	for {
		c := a.queue.next()
		if c == nil || ctx.Err() != nil {
			return
		}
		err := a.look(e, c)
		a.queue.done(c)
		a.metrics.looked(c.stream, e.spent, err)
		c.finished(err)
	}
}
