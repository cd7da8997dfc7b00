package testcard

import (
	"fmt"
	"strings"
)

// ConfigRoom is the room that testcard.yaml plays.
var ConfigRoom = Room{Width: 1280, Height: 720, Rate: 25, Realtime: true}

// Config returns testcard.yaml: a configuration for cmd/go2rtc that plays the
// test card as an endless RTSP camera and looks at it with the test card's model.
func Config() []byte {
	var b strings.Builder
	fmt.Fprintf(&b, `# The test card: a drawn room for a camera, and a model that sees nothing but it.
# Written by go generate ./models/testcard; README.md there says what it shows.
streams:
  # The folded lines are one line to go2rtc. {output} is the RTSP address that it
  # takes the picture at.
  cam1: >-
%s
analytics:
  store_id: testcard
  interval: 1s
  abandoned_after: 10s            # the things lie alone for 18 s and 20 s
  database: ../../build/testcard.db
  model:
    path: models/testcard.onnx
  seats:
`, fold("exec:"+command(ConfigRoom)))
	for _, s := range Seats() {
		fmt.Fprintf(&b, "    %s:\n      stream: cam1\n      name: %s\n      roi: %s\n      items_roi: %s\n",
			s.ID, s.Name, polygon(s.ROI), polygon(s.ItemsROI))
	}
	return []byte(b.String())
}

// command quotes what has blanks or quotes in it, as go2rtc's exec: takes it.
func command(r Room) string {
	words := []string{"ffmpeg"}
	for _, a := range r.Args("h264", "-b:v", "2M", "-rtsp_transport", "tcp", "-f", "rtsp", "{output}") {
		if strings.ContainsAny(a, " '") {
			a = `"` + a + `"`
		}
		words = append(words, a)
	}
	return strings.Join(words, " ")
}

// fold breaks after the graph's commas and at its ends, where YAML's folding puts the blank back that stood there.
func fold(s string) string {
	s = strings.ReplaceAll(s, ", ", ",\n")
	s = strings.ReplaceAll(s, ` "`, "\n\"")
	s = strings.ReplaceAll(s, `" `, "\"\n")
	return "    " + strings.ReplaceAll(s, "\n", "\n    ")
}

func polygon(points []Point) string {
	var corners []string
	for _, p := range points {
		corners = append(corners, fmt.Sprintf("[%.3f, %.3f]", p[0], p[1]))
	}
	return "[" + strings.Join(corners, ", ") + "]"
}
