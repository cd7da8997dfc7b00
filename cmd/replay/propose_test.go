package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/AlexxIT/go2rtc/seats/analytics/config"
	"github.com/AlexxIT/go2rtc/seats/analytics/detect"
	"github.com/AlexxIT/go2rtc/seats/analytics/look"
	"github.com/AlexxIT/go2rtc/seats/analytics/propose"
	"github.com/AlexxIT/go2rtc/seats/analytics/seat"
	"github.com/AlexxIT/go2rtc/seats/analytics/video"
	"github.com/stretchr/testify/require"
)

// TestProposalsOfRealClips: of the clip in which six people come from the left, stand at a table and go to the right,
// the place where they stand is proposed, and no place where they only walk.
func TestProposalsOfRealClips(t *testing.T) {
	assets := filepath.Join("..", "..", "..", "shared", "assets")
	const clip = "one-by-one-person-detection.mp4"
	model, err := detect.Open(detect.Options{Path: filepath.Join(assets, "models", "yolox_nano.onnx")})
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skipf("needs the real model, see models/README.md: %v", err)
	}
	defer func() { require.NoError(t, model.Close()) }()
	session, err := model.Session()
	require.NoError(t, err)
	defer session.Close()
	var truth map[string]struct {
		Seats []struct {
			ROI      [][2]float32 `json:"roi"`
			Occupied [][2]float64 `json:"occupied"`
		} `json:"seats"`
	}
	b, err := os.ReadFile(filepath.Join(assets, "video", "events.json"))
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(b, &truth))
	var roi seat.ROI
	for _, p := range truth[clip].Seats[0].ROI {
		roi = append(roi, seat.Point{X: p[0], Y: p[1]})
	}
	var stayed float64
	for _, span := range truth[clip].Seats[0].Occupied {
		stayed += span[1] - span[0]
	}

	for _, interval := range []time.Duration{time.Second, 3 * time.Second} {
		file, err := video.OpenFile(filepath.Join(assets, "video", clip))
		require.NoError(t, err)
		decoders := video.NewDecoders(1)
		r := &replay{
			file: file, schedule: look.Schedule{Interval: interval}, sampler: video.NewSampler(file.Codec(), maxGOP),
			eyes: look.Eyes{Decoders: decoders, Session: session},
		}
		var memory propose.Memory
		var walked []seat.Point // feet of people on their way
		settings := config.Default()
		require.NoError(t, r.each(func() error {
			picture, found, err := r.eyes.See(r, settings.Rules().Keep)
			if err != nil || picture == nil {
				return err
			}
			defer picture.Close()
			memory.Add(picture.At(), found)
			for _, d := range found {
				if foot := d.Box.Foot(); d.Class == seat.Person && !roi.Contains(foot) && foot.X < .4 {
					walked = append(walked, foot)
				}
			}
			return nil
		}))
		decoders.Close()
		file.Close()
		require.NotEmpty(t, walked, "people come from the left")

		list := memory.Proposals(nil)
		require.NotEmpty(t, list)
		best := list[0]
		t.Logf("every %s: %d proposals, the first %v for %.2f: %s", interval, len(list), best.ROI, best.Confidence, best.Reason)
		require.True(t, best.ROI.Contains(seat.Point{X: .61, Y: .9}), "%v", best.ROI)
		require.Equal(t, "stay", best.Because[0].Kind)
		require.InDelta(t, len(truth[clip].Seats[0].Occupied), best.Because[0].Visits, 2)
		require.InDelta(t, stayed, best.Because[0].Seconds, .4*stayed)
		for _, p := range list {
			for _, foot := range walked {
				require.False(t, p.ROI.Contains(foot), "%s: people only walk at %v", p.Reason, foot)
			}
		}
		require.Empty(t, memory.Proposals([]seat.Seat{{ID: "table-1", ROI: roi}}), "the seat that there is")
	}
}
