package testcard_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/AlexxIT/go2rtc/pkg/shell"
	"github.com/AlexxIT/go2rtc/seats/models/testcard"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v4"
)

func TestValidate(t *testing.T) {
	for _, tt := range []struct {
		name string
		room testcard.Room
		err  string
	}{
		{"ordinary", testcard.Room{Width: 1920, Height: 1080, Rate: 25}, ""},
		{"portrait", testcard.Room{Width: 720, Height: 1280, Rate: 25}, "size of the test card is 720x1280, not landscape"},
		{"odd", testcard.Room{Width: 641, Height: 480, Rate: 25}, "size of the test card is 641x480, not even"},
		{"wide", testcard.Room{Width: 1920, Height: 600, Rate: 25}, "size of the test card is 1920x600, wider than 12:5"},
		{"flat", testcard.Room{Width: 640, Rate: 25}, "size of the test card is 640x0, wider than 12:5"},
		{"small", testcard.Room{Width: 160, Height: 120, Rate: 25}, "width of the test card is 160, not 320..7680"},
		{"still", testcard.Room{Width: 640, Height: 480}, "rate of the test card is 0 frames a second, not 5..120"},
		{"hasty", testcard.Room{Width: 640, Height: 480, Rate: 25, Period: time.Second}, "period of the test card is 1s, not 12s..1h"},
		{"late", testcard.Room{Width: 640, Height: 480, Rate: 25, Start: time.Minute}, "start of the test card is 1m0s, not within its period of 1m0s"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := tt.room.Validate()
			if tt.err == "" {
				require.NoError(t, err)
				return
			}
			require.EqualError(t, err, tt.err)
			require.Panics(t, func() { tt.room.Graph() })
		})
	}
	require.Panics(t, func() { testcard.Room{Width: 640, Height: 480, Rate: 25}.Args("vp9") })
}

// TestConfig reads testcard.yaml as go2rtc does, down to ffmpeg's arguments.
func TestConfig(t *testing.T) {
	content, err := os.ReadFile("testcard.yaml")
	require.NoError(t, err)
	var config struct {
		Streams   map[string]string
		Analytics struct {
			StoreID string `yaml:"store_id"`
			Model   struct{ Path string }
			Seats   map[string]struct {
				Stream   string
				ROI      []testcard.Point
				ItemsROI []testcard.Point `yaml:"items_roi"`
			}
		}
	}
	require.NoError(t, yaml.Unmarshal(content, &config))

	source := config.Streams["cam1"]
	require.NotContains(t, source, "#", "go2rtc reads parameters behind it")
	require.NotContains(t, source, "$", "go2rtc puts the environment in its place")
	args := shell.QuoteSplit(source[len("exec:"):])
	require.Equal(t, "ffmpeg", args[0])
	require.Equal(t, testcard.ConfigRoom.Args("h264"), args[1:len(args)-7])
	require.Equal(t, []string{"-b:v", "2M", "-rtsp_transport", "tcp", "-f", "rtsp", "{output}"}, args[len(args)-7:])
	require.Contains(t, args, testcard.ConfigRoom.Graph())

	require.Equal(t, "testcard", config.Analytics.StoreID)
	require.FileExists(t, filepath.Join(root, config.Analytics.Model.Path))
	require.Len(t, config.Analytics.Seats, 2)
	for _, s := range testcard.Seats() {
		require.Equal(t, "cam1", config.Analytics.Seats[s.ID].Stream)
		require.Equal(t, s.ROI, config.Analytics.Seats[s.ID].ROI)
		require.Equal(t, s.ItemsROI, config.Analytics.Seats[s.ID].ItemsROI)
	}
}
