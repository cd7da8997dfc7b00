//go:build !patched

package main

// hardware says whether alsa and v4l2 are in this binary. Upstream as released does not compile with cgo for a C file
// in each (patches/0001), and our decoder needs cgo. So the two come with the tag `patched`, which make sets,
// and a clean checkout still builds against plain upstream.
const hardware = false

var alsa, v4l2 = hardwareModule{func() {}}, hardwareModule{func() {}}
