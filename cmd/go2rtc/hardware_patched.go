//go:build patched

package main

import (
	upstreamAlsa "github.com/AlexxIT/go2rtc/internal/alsa"
	upstreamV4L2 "github.com/AlexxIT/go2rtc/internal/v4l2"
)

// hardware says whether alsa and v4l2 are in this binary.
const hardware = true

var (
	alsa = hardwareModule{upstreamAlsa.Init}
	v4l2 = hardwareModule{upstreamV4L2.Init}
)
