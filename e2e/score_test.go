package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v4"
)

// score is what `replay -truth -json` says, as far as these tests ask.
type score struct {
	Tolerance float64
	Total     figures
	Kinds     map[string]figures
	Halves    map[string]figures
	Clips     []struct {
		Clip string
		figures
	}
}

type figures struct {
	Clips, Seats int
	Events       struct {
		Right, Missed, False  int
		Precision, Recall, F1 float64
		Told                  struct{ Median, P95 float64 } `json:"told_delay"`
	}
	State        struct{ Right, Seconds float64 }
	StateDated   struct{ Right float64 } `json:"state_dated"`
	FalsePerHour float64                 `json:"false_per_hour"`
}

// scoring is a folder with a configuration without seats, and what replay is started with there.
func scoring(t testing.TB, model string, args ...string) *exec.Cmd {
	t.Helper()
	path := filepath.Join(t.TempDir(), "go2rtc.yaml")
	require.NoError(t, os.WriteFile(path, fmt.Appendf(nil, "analytics:\n  interval: 1s\n  model: {path: %s}\n", model), 0o600))
	cmd := exec.Command(filepath.Join(bin, "replay"), append([]string{"-config", path}, args...)...)
	cmd.Env = environment()
	return cmd
}

func scored(t testing.TB, args ...string) (s score) {
	t.Helper()
	cmd := scoring(t, asset(t, "models", "yolox_nano.onnx"), append([]string{"-json"}, args...)...)
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	require.NoError(t, err, said.String())
	require.NoError(t, json.Unmarshal(out, &s), string(out))
	t.Logf("%s%s", said.String(), out)
	return s
}

// writeTruth writes a truth beside nothing else.
func writeTruth(t testing.TB, name string, text []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, text, 0o600))
	return path
}

// TestScore: of the clip in which six people come and go all is right, and told within a few seconds.
func TestScore(t *testing.T) {
	picture := filepath.Join(t.TempDir(), "clip.svg")
	s := scored(t, "-truth", asset(t, "video", "events.json"), "-picture", picture, asset(t, "video", people))
	require.InDelta(t, 1.5, s.Tolerance, 0)
	require.InDelta(t, 1, s.Total.Events.F1, 0)
	require.Equal(t, 12, s.Total.Events.Right)
	require.Zero(t, s.Total.FalsePerHour)
	require.Less(t, s.Total.Events.Told.P95, 8.)
	require.Greater(t, s.Total.StateDated.Right, .95)
	require.Greater(t, s.Total.State.Right, .6, "who comes is believed after six seconds")
	require.InDelta(t, 136.3, s.Total.State.Seconds, .2)
	require.Len(t, s.Clips, 1)
	b, err := os.ReadFile(picture)
	require.NoError(t, err)
	require.Contains(t, string(b), "F1 1.000: 12 right, 0 missed, 0 false")
}

// TestScoreOfAWrongTruth: a truth that is 20 s late is not met, and that its end is behind the clip's is said.
func TestScoreOfAWrongTruth(t *testing.T) {
	tr := truthOf(t, people)
	shifted := [][2]float64{}
	for _, span := range tr.Seats[0].Occupied {
		shifted = append(shifted, [2]float64{span[0] + 20, span[1] + 20})
	}
	truth, err := yaml.Marshal(map[string]any{people: map[string]any{"kind": "standing", "half": "final", "seats": []any{
		map[string]any{"seat_id": "table-1", "roi": tr.Seats[0].ROI, "occupied": shifted},
	}}})
	require.NoError(t, err)
	s := scored(t, "-truth", writeTruth(t, "late.yaml", truth), "-half", "final", asset(t, "video", people))
	require.Less(t, s.Total.Events.F1, .4)
	require.Less(t, s.Total.State.Right, .7)
	require.Greater(t, s.Total.FalsePerHour, 100.)
	require.Equal(t, s.Total, s.Kinds["standing"])
	require.Equal(t, s.Total, s.Halves["final"])
}

// TestScoreOfAFolder: each clip that the truth names is scored, with its own abandoned_after, and the tables say so.
func TestScoreOfAFolder(t *testing.T) {
	all, err := os.ReadFile(asset(t, "video", "events.json"))
	require.NoError(t, err)
	var truth map[string]any
	require.NoError(t, json.Unmarshal(all, &truth))
	delete(truth, people)
	text, err := json.Marshal(truth)
	require.NoError(t, err)
	path, pictures := writeTruth(t, "truth.json", text), filepath.Join(t.TempDir(), "pictures")
	folder := filepath.Dir(asset(t, "video", bottles))
	s := scored(t, "-truth", path, "-picture", pictures, folder)
	require.Len(t, s.Clips, 2)
	require.Equal(t, []int{2, 4}, []int{s.Total.Clips, s.Total.Seats})
	require.Equal(t, bottles, s.Clips[0].Clip)
	require.InDelta(t, 1, s.Clips[0].Events.F1, 0)
	require.Equal(t, 10, s.Clips[0].Events.Right)
	require.FileExists(t, filepath.Join(pictures, bottles+".svg"))

	out, err := scoring(t, asset(t, "models", "yolox_nano.onnx"), "-truth", path, folder).Output()
	require.NoError(t, err)
	for _, want := range []string{"abandoned_detected", "false changes per hour", bottles} {
		require.Contains(t, string(out), want)
	}
}

func TestScoreMistakes(t *testing.T) {
	card := filepath.Join(root, "models", "testcard.onnx")
	folder := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(folder, "a.mp4"), []byte("no clip"), 0o600))
	const rest = `": {"seats": [{"seat_id": "A", "roi": [[0, 0], [1, 0], [1, 1]], "occupied": []}]}`
	good := writeTruth(t, "good.json", []byte(`{"a.mp4`+rest+`}`))
	two := writeTruth(t, "two.json", []byte(`{"a.mp4`+rest+`, "b.mp4`+rest+`}`))
	out := writeTruth(t, "out.json", []byte(`{"../a.mp4`+rest+`}`))
	bad := writeTruth(t, "bad.json", []byte(`{"a.mp4": {"seats": [{"seat_id": "A", "rio": []}]}}`))
	clip := filepath.Join(folder, "a.mp4")
	cases := []struct {
		name string
		args []string
		want string
	}{
		{"no truth", []string{"-truth", filepath.Join(folder, "none.json"), clip}, "none.json"},
		{"a mistake in it", []string{"-truth", bad, clip}, `bad.json: clip "a.mp4": seat "A": unknown key "rio"`},
		{"another clip", []string{"-truth", good, card}, `good.json: names no clip "testcard.onnx"`},
		{"a clip that lacks", []string{"-truth", two, folder}, `has no clip "b.mp4", which two.json names`},
		{"out of the folder", []string{"-truth", out, folder}, `out.json: clip "../a.mp4" leads out of the folder`},
		{"no clip of the half", []string{"-truth", good, "-half", "tune", folder}, `good.json: has no clip of the half "tune"`},
		{"no clip", []string{"-truth", good, folder}, "a.mp4"},
		{"nothing there", []string{"-truth", good, filepath.Join(folder, "none")}, "none"},
	}
	for _, ca := range cases {
		t.Run(ca.name, func(t *testing.T) {
			said, err := scoring(t, card, ca.args...).CombinedOutput()
			var exit *exec.ExitError
			require.ErrorAs(t, err, &exit)
			require.Equal(t, 1, exit.ExitCode())
			require.Contains(t, string(said), ca.want)
			require.Equal(t, 1, strings.Count(string(said), "\n"), "one line: %s", said)
		})
	}
	for want, args := range map[string][]string{
		"-json wants -truth": {"-stream", "cam1", "-json", clip},
		"no use with -truth": {"-truth", good, "-stream", "cam1", clip},
		"-half is tune or":   {"-truth", good, "-half", "all", clip},
	} {
		said, err := scoring(t, card, args...).CombinedOutput()
		require.Error(t, err)
		require.Contains(t, string(said), want)
	}
}
