package sink

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/AlexxIT/go2rtc/seats/analytics/address"
	"github.com/AlexxIT/go2rtc/seats/analytics/store"
	"github.com/nedpals/supabase-go"
)

// DefaultTimeout is how long one request may take, its answer included: time for a megabyte over a slow line.
const DefaultTimeout = 30 * time.Second

// primaryKey names the columns that tell the rows of a table from each other; none of no table.
func primaryKey(table store.Table) string {
	if t := table.Schema(); t != nil {
		return strings.Join(t.PrimaryKey(), ",")
	}
	return ""
}

// Supabase is a project's PostgREST. An event that is there already stays as it is, and no subscriber is notified
// again; a status replaces the one before.
type Supabase struct {
	Timeout time.Duration // of one request; DefaultTimeout from the constructor

	client *supabase.Client
	base   *http.Transport
	key    string
}

// NewSupabase makes the sink of a project. The errors are those of address.Supabase.
func NewSupabase(rawURL, key string) (*Supabase, error) {
	base, err := address.Supabase(rawURL, key)
	if err != nil {
		return nil, err
	}
	s := &Supabase{Timeout: DefaultTimeout, base: newTransport(), key: key}
	s.client = supabase.CreateClient(base, key) // panics on a URL that does not parse: it has just been parsed
	s.client.DB.Transport.Parent = &supabaseTransport{base: s.base}
	return s, nil
}

// Name implements Sink.
func (s *Supabase) Name() string { return "supabase" }

// Close gives the connections up.
func (s *Supabase) Close() { s.base.CloseIdleConnections() }

// Send implements Sink.
func (s *Supabase) Send(ctx context.Context, b *store.Batch) error {
	if len(b.Gone) > 0 {
		return s.remove(ctx, b)
	}
	o := options{prefer: "return=minimal,resolution=merge-duplicates", onConflict: primaryKey(b.Table)}
	var rows any
	switch b.Table {
	case store.SeatStatus:
		rows = b.Seats
	case store.CameraStatus:
		rows = b.Cameras
	default:
		// merged, a repeated event would be an UPDATE to every subscriber
		o.prefer = "return=minimal,resolution=ignore-duplicates"
		rows = b.Events
	}
	ctx, cancel := context.WithTimeout(withOptions(ctx, o), s.Timeout)
	defer cancel()
	return s.explain(s.client.DB.From(string(b.Table)).Upsert(rows).ExecuteWithContext(ctx, nil), b.Table)
}

// remove takes rows out by their primary key, one a request. A row that is not there is no error.
func (s *Supabase) remove(ctx context.Context, b *store.Batch) error {
	ctx, cancel := context.WithTimeout(ctx, s.Timeout)
	defer cancel()
	keys := b.Table.Schema().PrimaryKey()
	for i := range b.Gone {
		o := options{prefer: "return=minimal", where: map[string]string{keys[0]: b.Gone[i].StoreID, keys[1]: b.Gone[i].Key}}
		err := s.client.DB.From(string(b.Table)).Delete().ExecuteWithContext(withOptions(ctx, o), nil)
		if err = s.explain(err, b.Table); err != nil {
			return err
		}
	}
	return nil
}

// Probe implements Sink: it asks for no row of a table.
func (s *Supabase) Probe(ctx context.Context) error {
	return s.selectNone(ctx, store.DetectionEvents, "id")
}

func (s *Supabase) selectNone(ctx context.Context, table store.Table, columns ...string) error {
	ctx, cancel := context.WithTimeout(withOptions(ctx, options{limit: "0"}), s.Timeout)
	defer cancel()
	return s.explain(s.client.DB.From(string(table)).Select(columns...).ExecuteWithContext(ctx, nil), table)
}

// explain makes an *Error of what the client says.
func (s *Supabase) explain(err error, table store.Table) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, context.Canceled) {
		return context.Canceled
	}
	e := classify(err, table)
	e.Reason = strings.ReplaceAll(e.Reason, s.key, "***") // where the other side repeats it
	return e
}
