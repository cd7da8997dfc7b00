package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/AlexxIT/go2rtc/seats/analytics/score"
)

// print writes the report for people.
func (r *report) print(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	row := func(cells ...any) {
		for _, cell := range cells {
			fmt.Fprint(t, cell, "\t")
		}
		fmt.Fprintln(t)
	}
	total := &r.Total
	fmt.Fprintf(t, "%s: clips %d, seats %d, media %.1f s; %s, interval %g s, tolerance %g s\n\n",
		r.Truth, total.Clips, total.Seats, total.MediaSeconds, r.Model, r.Interval, r.Tolerance)

	row("event", "right", "missed", "false", "precision", "recall", "F1", "captured_at: median", "p95", "told: median", "p95")
	tally := func(name string, y score.Tally) {
		cells := []any{name, y.Right, y.Missed, y.False, share(y.Precision), share(y.Recall), share(y.F1)}
		for _, d := range []*score.Delay{y.Captured, y.Told} {
			if d == nil {
				cells = append(cells, "-", "-")
			} else {
				cells = append(cells, fmt.Sprintf("%+.1f s", d.Median), fmt.Sprintf("%.1f s", d.P95))
			}
		}
		row(cells...)
	}
	for _, kind := range score.Types {
		if y, ok := total.ByType[kind]; ok {
			tally(string(kind), y)
		}
	}
	tally("all", total.Events)

	fmt.Fprintln(t)
	row("state", "seconds", "right", "told empty", "occupied", "abandoned", "right by captured_at")
	for _, status := range score.Statuses {
		if s, ok := total.State.By[status]; ok {
			row(status, fmt.Sprintf("%.1f", s.Seconds), share(s.Right), fmt.Sprintf("%.1f", s.Told["empty"]),
				fmt.Sprintf("%.1f", s.Told["occupied"]), fmt.Sprintf("%.1f", s.Told["abandoned"]),
				share(total.StateDated.By[status].Right))
		}
	}
	row("all", fmt.Sprintf("%.1f", total.State.Seconds), share(total.State.Right), "", "", "", share(total.StateDated.Right))
	fmt.Fprintf(t, "\nfalse changes per hour: %.2f\n", total.FalsePerHour)

	group := func(title string, names []string, of func(name string) score.Score) {
		if len(names) == 0 {
			return
		}
		fmt.Fprintln(t)
		row(title, "clips", "seats", "seconds", "precision", "recall", "F1", "state", "by captured_at", "false/hour")
		for _, name := range names {
			s := of(name)
			row(name, s.Clips, s.Seats, fmt.Sprintf("%.1f", s.MediaSeconds), share(s.Events.Precision), share(s.Events.Recall),
				share(s.Events.F1), share(s.State.Right), share(s.StateDated.Right), fmt.Sprintf("%.2f", s.FalsePerHour))
		}
	}
	sorted := func(m map[string]score.Score) []string { return slices.Sorted(maps.Keys(m)) }
	group("kind", sorted(r.Kinds), func(name string) score.Score { return r.Kinds[name] })
	group("half", sorted(r.Halves), func(name string) score.Score { return r.Halves[name] })
	clips := map[string]score.Score{}
	var names []string
	for i := range r.Clips {
		names = append(names, r.Clips[i].Clip)
		clips[r.Clips[i].Clip] = r.Clips[i].Score
	}
	group("clip", names, func(name string) score.Score { return clips[name] })
	if err := t.Flush(); err != nil {
		return err
	}
	_, err := io.WriteString(w, r.mistakes())
	return err
}

// mistakes are a line for each event that is not right.
func (r *report) mistakes() string {
	var b strings.Builder
	for i := range r.Clips {
		for _, e := range r.Clips[i].List {
			at := e.True
			if e.Verdict == score.False {
				at = e.Captured
			}
			if e.Verdict == score.Missed || e.Verdict == score.False {
				fmt.Fprintf(&b, "\n%s %s: %s %s at %s", r.Clips[i].Clip, e.SeatID, e.Verdict, e.Type,
					clockOf(time.Duration(*at*float64(time.Second))))
			}
		}
	}
	if b.Len() > 0 {
		b.WriteByte('\n')
	}
	return b.String()
}

func share(f float64) string { return fmt.Sprintf("%.3f", f) }

// clockOf is a time of a clip as players show it, to the tenth of a second.
func clockOf(d time.Duration) string {
	tenths := d.Round(100*time.Millisecond) / (100 * time.Millisecond)
	return fmt.Sprintf("%d:%02d.%d", tenths/600, tenths/10%60, tenths%10)
}
