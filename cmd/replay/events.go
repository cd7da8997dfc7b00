package main

import (
	"encoding/json"
	"fmt"
	"io"
	"runtime"
	"slices"
	"time"

	"github.com/AlexxIT/go2rtc/pkg/creds"
	"github.com/AlexxIT/go2rtc/seats/analytics/config"
	"github.com/AlexxIT/go2rtc/seats/analytics/store"
)

// printEvents looks at one clip, which is the stream of that name in the configuration. It writes one JSON object a line to
// events for each event and a summary to summary.
func printEvents(o *options, events, summary io.Writer) error {
	c, err := config.Load(o.config, creds.ReplaceVars)
	if err != nil {
		return err
	}
	if !slices.Contains(c.StreamNames(), o.stream) {
		return fmt.Errorf("%s: no seat has stream %q", o.config, o.stream)
	}
	e, err := open(o.config, &c)
	if err != nil {
		return err
	}
	defer e.close()
	out := json.NewEncoder(events)
	// processor time is measured by thread
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	began := time.Now()
	spent, err := e.play(&task{
		clip: o.path, stream: o.stream, seats: c.SeatsOf(o.stream), rules: c.Rules(),
		told: func(row *store.EventRow, _ time.Time) error { return out.Encode(lineOf(row)) },
	})
	if err != nil {
		return err
	}
	return spent.summarise(summary, time.Since(began), e.model.Note())
}

type line struct {
	T          float64 `json:"t"` // seconds of media time
	SeatID     string  `json:"seat_id"`
	EventType  string  `json:"event_type"`
	Status     string  `json:"status"`
	Previous   string  `json:"previous_status"`
	Confidence float64 `json:"detection_confidence"`
}

func lineOf(e *store.EventRow) line {
	t := time.Time(e.CapturedAt).Sub(epoch)
	return line{
		T: t.Round(time.Millisecond).Seconds(), SeatID: *e.SeatID, EventType: e.EventType,
		Status: *e.Status, Previous: *e.PreviousStatus, Confidence: e.DetectionConfidence,
	}
}
