package icecheck

import (
	"context"
	"crypto/x509"
	"sync"
	"time"
)

const (
	limit = 5 * time.Second // of a check of all servers
	fresh = 3 * time.Second // how long its report is given again: a page that reloads must not flood the servers
)

// checker makes one check at a time, which answers all requests meanwhile.
type checker struct {
	servers []server
	tls     *x509.CertPool // to trust; nil: the system's

	mu   sync.Mutex // guards the two below
	run  *run       // nil: none under way
	last *Report
}

// run is a check under way.
type run struct {
	waiting int // who asked; the last to leave ends it
	cancel  context.CancelFunc
	done    chan struct{} // closed when report is there
	report  *Report
}

// check is a report not older than fresh. It fails only with ctx.
func (c *checker) check(ctx context.Context) (*Report, error) {
	c.mu.Lock()
	if c.last != nil && time.Since(c.last.CheckedAt) < fresh {
		defer c.mu.Unlock()
		return c.last, nil
	}
	r := c.run
	if r == nil {
		r = c.begin(context.WithoutCancel(ctx))
	}
	r.waiting++
	c.mu.Unlock()

	select {
	case <-r.done:
		return r.report, nil
	case <-ctx.Done():
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if r.waiting--; r.waiting == 0 {
		r.cancel()
		if c.run == r {
			c.run = nil // servers that were not waited for make no report
		}
	}
	return nil, ctx.Err()
}

// begin: the caller must hold c.mu.
func (c *checker) begin(ctx context.Context) *run {
	ctx, cancel := context.WithTimeout(ctx, limit)
	r := &run{cancel: cancel, done: make(chan struct{})}
	c.run = r
	go func() {
		defer cancel()
		report := c.askAll(ctx)
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.run == r {
			c.run, c.last = nil, report
			report.tell()
		}
		r.report = report
		close(r.done)
	}()
	return r
}

func (c *checker) askAll(ctx context.Context) *Report {
	report := &Report{Servers: make([]Verdict, len(c.servers))}
	var asked sync.WaitGroup
	for i := range c.servers {
		asked.Go(func() { report.Servers[i] = c.ask(ctx, &c.servers[i]) })
	}
	asked.Wait()
	report.CheckedAt = time.Now().UTC()
	return report
}

// tell logs the problems, for operators who read the log first.
func (r *Report) tell() {
	for i := range r.Servers {
		v := &r.Servers[i]
		if v.OK {
			log.Debug().Str("url", v.URL).Str("address", v.Address).Msg("[ice] server answers")
			continue
		}
		log.Warn().Str("url", v.URL).Str("problem", string(v.Problem)).Str("hint", v.Hint).Msg("[ice] server fails")
	}
}
