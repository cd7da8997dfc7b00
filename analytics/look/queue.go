package look

import "sync"

// queue hands the cameras whose look is due to the workers, oldest first, each at most once. It holds no pictures: a
// worker takes the newest there is when its turn comes.
type queue struct {
	mu     sync.Mutex
	wake   *sync.Cond
	due    []*Camera
	closed bool
}

func newQueue() *queue {
	q := &queue{}
	q.wake = sync.NewCond(&q.mu)
	return q
}

// add puts a camera in line. It is false where the camera stands there already or is being looked at: then the older
// look's picture is replaced by the newer one.
func (q *queue) add(c *Camera) bool {
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
func (q *queue) next() *Camera {
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
func (q *queue) done(c *Camera) {
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
