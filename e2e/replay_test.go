package e2e

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/AlexxIT/go2rtc/seats/e2e/process"
	"github.com/stretchr/testify/require"
)

const (
	people  = "one-by-one-person-detection.mp4"
	bottles = "bottle-detection.mp4"
	left    = "standing-table-bottle-left.mp4"
)

func replay(t testing.TB, config, clip string) ([]told, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "go2rtc.yaml")
	require.NoError(t, os.WriteFile(path, []byte("streams: {cam1: \"rtsp://127.0.0.1/cam1\"}\n"+config), 0o600))
	// it takes what cameras and clocks leave it
	cmd := exec.Command("nice", "-n", "19", filepath.Join(bin, "replay"), "-config", path, "-stream", "cam1", clip)
	cmd.Env = environment()
	var summary bytes.Buffer
	cmd.Stderr = &summary
	out, err := cmd.Output()
	require.NoError(t, err, summary.String())
	var list []told
	for line := range strings.SplitSeq(strings.TrimSpace(string(out)), "\n") {
		var e told
		require.NoError(t, json.Unmarshal([]byte(line), &e), line)
		list = append(list, e)
	}
	return list, summary.String()
}

// replayPeople: six people come and go, in every encoding of the clip.
func replayPeople(t *testing.T) {
	t.Helper()
	model, clip := asset(t, "models", "yolox_nano.onnx"), asset(t, "video", people)
	variants := []struct {
		name, args string
		mirrored   bool
	}{
		{"as it is", "", false},
		{"H.265", "-c:v libx265 -preset veryfast -x265-params log-level=none", false},
		{"mirrored", "-vf hflip -c:v libx264 -preset veryfast", true},
		{"1080p", "-vf scale=1920:1080 -c:v libx264 -preset veryfast -g 10", false},
		{"one keyframe in ten seconds", "-c:v libx264 -preset veryfast -g 100 -keyint_min 100 -sc_threshold 0", false},
	}
	for _, v := range variants {
		t.Run("replay "+v.name, func(t *testing.T) {
			t.Parallel()
			path := clip
			if v.args != "" {
				path = filepath.Join(t.TempDir(), "clip.mp4")
				args := append([]string{"-v", "error", "-i", clip, "-an"}, strings.Fields(v.args)...)
				process.Run(t, exec.Command("ffmpeg", append(args, path)...))
			}
			for interval, tolerance := range map[string]float64{"1s": 1, "3s": 3} {
				tr := truthOf(t, people)
				got, summary := replay(t, tr.config(interval, "10m", model, v.mirrored), path)
				t.Logf("interval %s\n%s", interval, summary)
				tr.compare(t, got, tolerance)
			}
		})
	}
}

// TestReplayBegunLate: the clip begins while somebody stands there, so that nobody has seen the place empty.
func TestReplayBegunLate(t *testing.T) {
	model := asset(t, "models", "yolox_nano.onnx")
	for _, begin := range []string{"8", "8.5"} {
		clip := filepath.Join(t.TempDir(), "late.mp4")
		process.Run(t, exec.Command("ffmpeg", "-v", "error", "-ss", begin, "-i", asset(t, "video", people), "-an", "-c:v", "libx264",
			"-preset", "veryfast", "-crf", "18", "-g", "10", "-keyint_min", "10", "-sc_threshold", "0", clip))
		from, err := strconv.ParseFloat(begin, 64)
		require.NoError(t, err)
		for interval, tolerance := range map[string]float64{"1s": 1.5, "3s": 3.5} {
			tr := truthOf(t, people)
			for i, span := range tr.Seats[0].Occupied {
				tr.Seats[0].Occupied[i] = [2]float64{max(0, span[0]-from), span[1] - from}
			}
			got, _ := replay(t, tr.config(interval, "10m", model, false), clip)
			tr.compare(t, got, tolerance)
		}
	}
}

// TestReplayLeft: a bottle that no look at the whole picture finds keeps its owner's place, and is abandoned in time.
func TestReplayLeft(t *testing.T) {
	model, clip := asset(t, "models", "yolox_nano.onnx"), asset(t, "video", left)
	for _, interval := range []string{"1s", "3s"} {
		tr := truthOf(t, left)
		got, _ := replay(t, tr.config(interval, "20s", model, false), clip)
		tr.compare(t, got, 1.5)
	}
}

// TestOrderOfSeats: which seat stands first in the file decides no event.
func TestOrderOfSeats(t *testing.T) {
	model, clip := asset(t, "models", "yolox_nano.onnx"), asset(t, "video", bottles)
	tr := truthOf(t, bottles)
	want, _ := replay(t, tr.config("1s", "4s", model, false), clip)
	slices.Reverse(tr.Seats)
	got, _ := replay(t, tr.config("1s", "4s", model, false), clip)
	require.NotEmpty(t, want)
	require.ElementsMatch(t, want, got)
}

func TestReplayBottles(t *testing.T) {
	tr := truthOf(t, bottles)
	got, _ := replay(t, tr.config("1s", "4s", asset(t, "models", "yolox_nano.onnx"), false), asset(t, "video", bottles))
	var judged []told
	for _, e := range got {
		// the clip ends within one interval of a third one
		if e.SeatID != "right" || e.T < 36 {
			judged = append(judged, e)
		}
	}
	tr.compare(t, judged, 1.5)
}

func TestReplayMistakes(t *testing.T) {
	dir := t.TempDir()
	card := filepath.Join(root, "models", "testcard.onnx")
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		return path
	}
	section := "streams: {cam1: \"rtsp://127.0.0.1/1\"}\nanalytics:\n  store_id: s\n  model: {path: MODEL}\n  seats: {A: {stream: cam1, roi: [[0, 0], [1, 0], [1, 1]]}}\n"
	good := write("good.yaml", strings.Replace(section, "MODEL", card, 1))
	bad := write("bad.yaml", "analytics:\n  intervall: 3s\n")
	noModel := write("nomodel.yaml", strings.Replace(section, "MODEL", "nowhere.onnx", 1))
	noClip := write("noclip.mp4", "this is no clip")
	cases := []struct {
		name string
		args []string
		want string
	}{
		{"no clip", []string{"-config", good, "-stream", "cam1", filepath.Join(dir, "none.mp4")}, "none.mp4"},
		{"not a clip", []string{"-config", good, "-stream", "cam1", noClip}, "noclip.mp4"},
		{"unknown key", []string{"-config", bad, "-stream", "cam1", noClip}, `bad.yaml:2: analytics: unknown key "intervall", did you mean "interval"?`},
		{"no model", []string{"-config", noModel, "-stream", "cam1", noClip}, "nowhere.onnx is missing"},
		{"no such stream", []string{"-config", good, "-stream", "cam9", noClip}, `no seat has stream "cam9"`},
	}
	for _, ca := range cases {
		t.Run(ca.name, func(t *testing.T) {
			out, err := exec.Command(filepath.Join(bin, "replay"), ca.args...).CombinedOutput()
			var exit *exec.ExitError
			require.ErrorAs(t, err, &exit)
			require.Equal(t, 1, exit.ExitCode())
			require.Contains(t, string(out), ca.want)
			require.Equal(t, 1, strings.Count(string(out), "\n"), "one line: %s", out)
		})
	}
}
