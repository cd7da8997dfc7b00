package main

import (
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/AlexxIT/go2rtc/seats/analytics/score"
	"github.com/AlexxIT/go2rtc/seats/analytics/seat"
	"github.com/stretchr/testify/require"
)

// flawed is a clip of a minute with an event that is right, one that is missed and one that is false.
func flawed() *played {
	clip := &score.Clip{Name: `a "clip" <1>.mp4`, Seats: []score.Seat{{
		Seat:    seat.Seat{ID: "R&D"},
		Changes: score.Timeline{{At: 10 * time.Second, Status: seat.Occupied}, {At: 20 * time.Second, Status: seat.Empty}},
		Ignore:  []score.Span{{From: 50 * time.Second, To: time.Duration(1<<63 - 1)}},
	}}}
	answer := &score.Answer{Media: time.Minute, Events: []score.Told{
		{SeatID: "R&D", Type: seat.PersonEnter, Captured: 10 * time.Second, At: 12 * time.Second},
		{SeatID: "R&D", Type: seat.AbandonedDetected, Captured: 40 * time.Second, At: 40 * time.Second},
	}}
	p := &played{Result: score.Judge(clip, answer, time.Second)}
	for t := range 60 {
		p.looks = append(p.looks, evidence{time.Duration(t) * time.Second, []seat.Observation{{Person: .5, Item: .25}}})
	}
	return p
}

func TestPictureIsXML(t *testing.T) {
	text := draw(flawed(), "interval 1s", .35)
	dec := xml.NewDecoder(strings.NewReader(text))
	for {
		if _, err := dec.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
	}
	for _, want := range []string{
		"missed person_leave", "false abandoned_detected", "R&amp;D", "F1 0.500: 1 right, 1 missed, 1 false", "not judged",
		"person_enter, right, true at 0:10.0, dated 0:10.0, told at 0:12.0", "<title>occupied 0:12.0 to 0:40.0</title>", ">0:55<",
	} {
		require.Contains(t, text, want)
	}
	require.NotContains(t, text, "NaN")
}

// TestPictureOfADayIsSmall: the picture grows with its width, and not with the looks.
func TestPictureOfADayIsSmall(t *testing.T) {
	p := flawed()
	p.Answer.Media, p.End = 24*time.Hour, 24*time.Hour
	p.looks = nil
	for t := range 24 * 3600 {
		p.looks = append(p.looks, evidence{time.Duration(t) * time.Second, []seat.Observation{{Person: .5, Item: .25}}})
	}
	require.Less(t, len(draw(p, "", .35)), 1<<20)
}

func TestPicturesHaveTheirClipsNames(t *testing.T) {
	dir := t.TempDir()
	p := flawed()
	p.Clip.Name = "desk/a.mp4"
	require.NoError(t, drawTo(filepath.Join(dir, "out"), p, "", .35))
	require.FileExists(t, filepath.Join(dir, "out", "desk", "a.mp4.svg"))
	require.NoError(t, drawTo(filepath.Join(dir, "one.SVG"), p, "", .35))
	b, err := os.ReadFile(filepath.Join(dir, "one.SVG"))
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(string(b), "<svg "))
}
