// Package sink takes the outbox outside: to Supabase, and to a webhook.
//
// Every row arrives, at least once; at Supabase, which knows its keys, exactly once. Events arrive in the order of
// their commits, of a status only the newest row. A row leaves the outbox only after the other side has confirmed it,
// or has refused it for good: then it is set aside with the reason, and the others go on. No look ever waits for a
// sink. No redirect is followed, answers are read up to a limit, every request ends in time, and keys appear in no
// error. Begin reading at Relay.Run.
package sink

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/AlexxIT/go2rtc/seats/analytics/store"
)

// Sink takes rows to one place outside. One goroutine at a time calls it.
type Sink interface {
	// Name is the word for it in logs and metrics.
	Name() string

	// Send takes rows of one table, oldest first, or takes the batch's Gone out. Nil means that the place has all of them
	// for good, or none of those that are gone; after an error it may have some or all. Sending them again must be harmless. An *Error tells what is to be done, any other error
	// passes by itself. Send ends within its own timeout, and soon after ctx does.
	Send(ctx context.Context, rows *store.Batch) error

	// Probe asks whether the place is there, at little cost, and changes nothing. After a nil, Send is worth a try.
	Probe(ctx context.Context) error
}

// Checker is a Sink that can be asked what the place lacks.
type Checker interface {
	// Check tells what is missing or different and how to mend it, a sentence each. An error: it could not be asked.
	Check(ctx context.Context) ([]string, error)
}

// Gatherer is a Sink that sends several events at once.
type Gatherer interface {
	// Ready is how many of the events, the oldest first, are to go now. Where it is none, they are asked about again
	// after the wait, or when there are more.
	Ready(events []store.EventRow, now time.Time) (n int, wait time.Duration)
}

// Kind is what is to be done about an error.
type Kind string

const (
	// Transient errors pass by themselves: the network, an overloaded server.
	Transient Kind = "transient"
	// Waiting errors pass when the operator acts: a key, a grant, a missing table, a login page. Rows are kept.
	Waiting Kind = "waiting"
	// Rejected rows are refused for good. At least one of the batch is at fault.
	Rejected Kind = "rejected"
)

// Error is why rows did not arrive.
type Error struct {
	Kind   Kind
	Reason string // what the other side said, or did; no key is in it
	Advice string // what the operator can do; of Waiting errors only
	Status int    // of HTTP; 0 where there was no answer

	// Table is set where rows of other tables may still be sent.
	Table store.Table

	// Away tells that nothing was there to answer, so that Probe finds out when there is.
	Away bool

	// RetryAfter is how long the server asks to be left alone; 0 where it did not say (RFC 9110 section 10.2.3).
	RetryAfter time.Duration
}

func (e *Error) Error() string {
	if e.Status != 0 {
		return fmt.Sprintf("%d %s: %s", e.Status, http.StatusText(e.Status), e.Reason)
	}
	return e.Reason
}

// asError is the *Error in err's chain, or err as one that passes by itself.
func asError(err error) *Error {
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	return &Error{Kind: Transient, Reason: err.Error()}
}
