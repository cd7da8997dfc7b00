package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/AlexxIT/go2rtc/pkg/creds"
	"github.com/AlexxIT/go2rtc/seats/analytics/config"
	"github.com/AlexxIT/go2rtc/seats/analytics/score"
	"github.com/AlexxIT/go2rtc/seats/analytics/seat"
	"github.com/AlexxIT/go2rtc/seats/analytics/store"
	"go.yaml.in/yaml/v4"
)

// report is the score of a run, with the settings that it was made with.
type report struct {
	Truth          string  `json:"truth"`
	Model          string  `json:"model"`
	Interval       float64 `json:"interval"`        // seconds
	AbandonedAfter float64 `json:"abandoned_after"` // seconds; where a clip's truth does not say
	*score.Report
}

// played is one clip that was looked at.
type played struct {
	*score.Result
	looks []evidence
}

// judge looks at the clips that the truth names, and writes to out how right it was.
func judge(o *options, out, summary io.Writer) error {
	truth, err := readTruth(o.truth)
	if err != nil {
		return err
	}
	clips, err := choose(o, truth)
	if err != nil {
		return err
	}
	c, err := config.Load(o.config, creds.ReplaceVars)
	if err != nil {
		return err
	}
	e, err := open(o.config, &c)
	if err != nil {
		return err
	}
	defer e.close()
	tolerance := o.tolerance
	if tolerance == 0 {
		tolerance = score.Tolerance(c.Interval)
	}
	// processor time is measured by thread
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	began := time.Now()
	results, spent, err := e.judgeAll(o, clips, tolerance, summary)
	if err != nil {
		return err
	}
	r := report{
		Truth: filepath.Base(o.truth), Model: filepath.Base(c.Model.Path), Interval: c.Interval.Seconds(),
		AbandonedAfter: c.AbandonedAfter.Seconds(), Report: score.NewReport(results, tolerance),
	}
	if o.json {
		enc := json.NewEncoder(out)
		enc.SetIndent("", "  ")
		err = enc.Encode(r)
	} else {
		err = r.print(out)
	}
	if err != nil {
		return err
	}
	return spent.summarise(summary, time.Since(began), e.model.Note())
}

// judgeAll looks at the clips one after the other, and draws each.
func (e *engine) judgeAll(o *options, clips []choice, tolerance time.Duration, notes io.Writer) ([]*score.Result, *figures, error) {
	var results []*score.Result
	all := &figures{}
	settings := fmt.Sprintf("interval %s, tolerance %s", e.config.Interval, tolerance)
	for _, ch := range clips {
		p, spent, err := e.judge(ch, tolerance, o.picture != "")
		if err != nil {
			return nil, nil, err
		}
		if last := ch.truth.Last(); last > p.End+time.Second {
			fmt.Fprintf(notes, "%s: its truth goes on to %s, and it ends at %s\n", ch.truth.Name, clockOf(last), clockOf(p.End))
		}
		if o.picture != "" {
			if err = drawTo(o.picture, p, settings, e.config.Model.Threshold); err != nil {
				return nil, nil, err
			}
		}
		results = append(results, p.Result)
		all.add(spent)
	}
	return results, all, nil
}

// readTruth reads a truth in JSON, or in YAML where the file's name ends so.
func readTruth(path string) (*score.Truth, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	name := filepath.Base(path)
	switch strings.ToLower(filepath.Ext(path)) {
	case ".yaml", ".yml":
		var all map[string]any
		if err = yaml.Unmarshal(text, &all); err == nil {
			text, err = json.Marshal(all)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	return score.Decode(name, text)
}

// choice is a clip that the truth names, and where it is.
type choice struct {
	truth *score.Clip
	path  string
}

// choose picks the clips: the one that is named, or those of the folder.
func choose(o *options, truth *score.Truth) (list []choice, err error) {
	info, err := os.Stat(o.path)
	if err != nil {
		return nil, err
	}
	wanted := func(c *score.Clip) bool { return o.half == "" || c.Half == o.half }
	if !info.IsDir() {
		name := filepath.Base(o.path)
		clip := truth.Clip(name)
		switch {
		case clip == nil:
			return nil, fmt.Errorf("%s: names no clip %q", filepath.Base(o.truth), name)
		case !wanted(clip):
			return nil, fmt.Errorf("%s: clip %q is not of the half %q", filepath.Base(o.truth), name, o.half)
		}
		return []choice{{clip, o.path}}, nil
	}
	for i := range truth.Clips {
		clip := &truth.Clips[i]
		if !wanted(clip) {
			continue
		}
		if !filepath.IsLocal(clip.Name) {
			return nil, fmt.Errorf("%s: clip %q leads out of the folder", filepath.Base(o.truth), clip.Name)
		}
		path := filepath.Join(o.path, clip.Name)
		if _, err = os.Stat(path); err != nil {
			if errors.Is(err, os.ErrNotExist) {
				err = fmt.Errorf("%s has no clip %q, which %s names", o.path, clip.Name, filepath.Base(o.truth))
			}
			return nil, err
		}
		list = append(list, choice{clip, path})
	}
	switch {
	case len(list) == 0:
		return nil, fmt.Errorf("%s: has no clip of the half %q", filepath.Base(o.truth), o.half)
	case len(list) > 1 && isFile(o.picture):
		return nil, fmt.Errorf("-picture %s is one file, and there are %d clips: name a folder", o.picture, len(list))
	}
	return list, nil
}

// judge looks at one clip with the seats and the abandoned_after of its truth. withLooks keeps what each look has seen.
func (e *engine) judge(ch choice, tolerance time.Duration, withLooks bool) (*played, *figures, error) {
	settings := *e.config
	if ch.truth.AbandonedAfter > 0 {
		settings.AbandonedAfter = ch.truth.AbandonedAfter
	}
	answer := &score.Answer{}
	t := &task{
		clip: ch.path, stream: ch.truth.Name, seats: ch.truth.Shapes(), rules: settings.Rules(),
		empty: ch.truth.EmptyAt,
		told: func(row *store.EventRow, at time.Time) error {
			captured := time.Time(row.CapturedAt).Sub(epoch)
			answer.Events = append(answer.Events, score.Told{
				SeatID: *row.SeatID, Type: seat.EventType(row.EventType), Captured: captured, At: max(captured, at.Sub(epoch)),
			})
			return nil
		},
	}
	p := &played{}
	if withLooks {
		t.looked = func(at time.Time, found []seat.Detection) {
			p.looks = append(p.looks, evidenceOf(at, t.seats, found, settings.IsItem))
		}
	}
	spent, err := e.play(t)
	if err != nil {
		return nil, nil, err
	}
	answer.Media = spent.media
	p.Result = score.Judge(ch.truth, answer, tolerance)
	return p, spent, nil
}

// evidence is what one look has seen, seat by seat.
type evidence struct {
	at    time.Duration
	seats []seat.Observation
}

// evidenceOf asks what the seats make of a look's detections.
func evidenceOf(at time.Time, seats []seat.Seat, found []seat.Detection, isItem func(class string) bool) evidence {
	var f seat.Found
	f.Assign(seats, found, isItem)
	return evidence{at.Sub(epoch), f.Observe(nil, at, seats, found)}
}
