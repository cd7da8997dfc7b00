package sink

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/AlexxIT/go2rtc/seats/analytics/address"
	"github.com/AlexxIT/go2rtc/seats/analytics/store"
	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

const (
	gatherFor   = 3 * time.Second  // without another event of a camera arriving, and the notice goes
	gatherAtAll = 15 * time.Second // at most, from the first one on
	maxNames    = 5                // cameras that the text of a notice names
)

// Webhook is a URL that gets events, several in one POST, signed as Standard Webhooks says
// (https://www.standardwebhooks.com, version 1). A repeat has the same webhook-id.
type Webhook struct {
	Timeout time.Duration // of one request; DefaultTimeout from the constructor

	url    string
	base   *http.Transport
	client *http.Client
	signer *standardwebhooks.Webhook
	hidden []string // what no error may repeat

	newest string    // event of a camera that Ready was asked about
	grewAt time.Time // when it was asked first; a slow disk may commit long after an event's own time
}

// NewWebhook makes the sink of a URL. The errors are those of address.Webhook.
func NewWebhook(rawURL, secret string) (*Webhook, error) {
	key, err := address.Webhook(rawURL, secret)
	if err != nil {
		return nil, err
	}
	signer, err := standardwebhooks.NewWebhookRaw(key)
	if err != nil {
		return nil, err
	}
	w := &Webhook{Timeout: DefaultTimeout, url: rawURL, base: newTransport(), signer: signer, hidden: []string{secret, rawURL}}
	if u, err := url.Parse(rawURL); err == nil && len(u.Path) > 1 {
		w.hidden = append(w.hidden, u.RequestURI(), u.Path)
	}
	w.client = &http.Client{Transport: w.base, CheckRedirect: noRedirect}
	return w, nil
}

// Name implements Sink.
func (w *Webhook) Name() string { return "webhook" }

// Close gives the connections up.
func (w *Webhook) Close() { w.base.CloseIdleConnections() }

// notice is the body of a POST.
type notice struct {
	Type      string     `json:"type"`      // always seats.events
	Timestamp store.Time `json:"timestamp"` // of the newest event
	Text      string     `json:"text"`      // for people, as chat services show it
	Data      struct {
		StoreID string           `json:"store_id"`
		Events  []store.EventRow `json:"events"` // oldest first
	} `json:"data"`
}

// Send implements Sink: events only.
func (w *Webhook) Send(ctx context.Context, b *store.Batch) error {
	if len(b.Events) == 0 {
		return nil
	}
	n := notice{Type: "seats.events", Timestamp: b.Events[len(b.Events)-1].CreatedAt, Text: text(b.Events)}
	n.Data.StoreID, n.Data.Events = b.Events[0].StoreID, b.Events
	body, err := json.Marshal(n)
	if err != nil {
		return err
	}
	hash := sha256.New()
	for i := range b.Events {
		hash.Write([]byte(b.Events[i].ID))
	}
	id, now := "msg_"+hex.EncodeToString(hash.Sum(nil)[:16]), time.Now()
	signature, err := w.signer.Sign(id, now, body)
	if err != nil {
		return err
	}
	return w.ask(ctx, http.MethodPost, body, http.Header{
		"Content-Type": {"application/json"},
		"Webhook-Id":   {id}, "Webhook-Timestamp": {strconv.FormatInt(now.Unix(), 10)}, "Webhook-Signature": {signature},
	})
}

// Probe implements Sink. Any answer but a gateway's means that the server is there.
func (w *Webhook) Probe(ctx context.Context) error {
	err := w.ask(ctx, http.MethodHead, nil, nil)
	if err != nil && !asError(err).Away {
		return nil
	}
	return err
}

func (w *Webhook) ask(ctx context.Context, method string, body []byte, header http.Header) error {
	ctx, cancel := context.WithTimeout(ctx, w.Timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, w.url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	maps.Copy(req.Header, header)
	req.Header.Set("User-Agent", "go2rtc-seats")
	res, err := w.client.Do(req)
	if err != nil {
		return w.hide(noAnswer(err, "analytics.webhook.url"))
	}
	a, err := read(res, maxAnswer, time.Now())
	switch accepted := a.status/100 == 2; {
	case accepted && err != nil:
		return w.hide(noAnswer(fmt.Errorf("answer broken off: %w", err), "analytics.webhook.url"))
	case accepted && !a.isHTML():
		return nil
	}
	e := &Error{Status: a.status, Reason: quote(a.body)}
	if a.status/100 != 2 {
		e.RetryAfter = a.retryAfter
	}
	byStatus(e, &a, "analytics.webhook.url", "look at analytics.webhook.secret")
	if a.status == http.StatusBadRequest || a.status == http.StatusUnprocessableEntity {
		e.Kind, e.Advice = Rejected, ""
	}
	return w.hide(e)
}

// hide takes out of an error what the other side, or the system, repeats of a secret.
func (w *Webhook) hide(e *Error) *Error {
	for _, s := range w.hidden {
		e.Reason = strings.ReplaceAll(e.Reason, s, "***")
	}
	return e
}

// Ready implements Gatherer: events of cameras wait for each other for a few seconds, since an NVR that drops out takes
// all its cameras along. Events of seats do not wait.
func (w *Webhook) Ready(events []store.EventRow, now time.Time) (n int, wait time.Duration) {
	n = slices.IndexFunc(events, func(e store.EventRow) bool { return e.SeatID == nil })
	if n != 0 {
		if n < 0 {
			n = len(events)
		}
		return n, 0
	}
	last := len(events) - 1
	for events[last].SeatID != nil {
		last--
	}
	if id := events[last].ID; id != w.newest {
		w.newest, w.grewAt = id, now
	}
	first := time.Time(events[0].CreatedAt)
	if wait = min(gatherFor-now.Sub(w.grewAt), gatherAtAll-now.Sub(first)); wait <= 0 {
		return len(events), 0
	}
	return 0, wait
}

// text says in a line what happened.
func text(events []store.EventRow) string {
	var parts []string
	cameras := map[string][]string{}
	for i := range events {
		e := &events[i]
		if e.SeatID != nil {
			if len(parts) <= maxNames {
				parts = append(parts, *e.SeatID+" "+strings.ReplaceAll(e.EventType, "_", " "))
			}
			continue
		}
		cameras[e.EventType] = append(cameras[e.EventType], e.Stream)
	}
	if len(parts) > maxNames {
		parts = append(parts[:maxNames], "and more")
	}
	for _, kind := range []string{"camera_online", "camera_offline"} {
		names := cameras[kind]
		if len(names) == 0 {
			continue
		}
		word := strings.TrimPrefix(kind, "camera_")
		shown := strings.Join(names[:min(len(names), maxNames)], ", ")
		if more := len(names) - maxNames; more > 0 {
			shown += fmt.Sprintf(" and %d more", more)
		}
		if len(names) == 1 {
			parts = slices.Insert(parts, 0, "camera "+word+": "+shown)
		} else {
			parts = slices.Insert(parts, 0, fmt.Sprintf("%d cameras %s: %s", len(names), word, shown))
		}
	}
	return events[0].StoreID + ": " + strings.Join(parts, "; ")
}
