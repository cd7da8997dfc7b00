package hls

import (
	"testing"

	"github.com/AlexxIT/go2rtc/pkg/core"
	"github.com/stretchr/testify/require"
)

// TestSameTracksInAnyOrder: `video=h264&audio=aac` is a map to upstream, so its viewers' tracks come in any order.
func TestSameTracksInAnyOrder(t *testing.T) {
	video, audio, other := &core.Receiver{}, &core.Receiver{}, &core.Receiver{}
	require.True(t, sameTracks([]*core.Receiver{video, audio}, []*core.Receiver{audio, video}))
	require.False(t, sameTracks([]*core.Receiver{video, audio}, []*core.Receiver{video, other}))
	require.False(t, sameTracks([]*core.Receiver{video, audio}, []*core.Receiver{video}))
}
