package hls

import (
	"testing"

	"github.com/bluenviron/mediacommon/v2/pkg/formats/fmp4"
	"github.com/bluenviron/mediacommon/v2/pkg/formats/fmp4/seekablebuffer"
	"github.com/stretchr/testify/require"
)

// someTracks are a part's: three pictures of 1080p at 4 Mbit/s, and the sound beside them.
func someTracks() []*track {
	video, audio := &track{codec: h264Codec(), start: 90000}, &track{codec: aacCodec(), start: 48000}
	for i := range 3 {
		video.append(make([]byte, 20000), int64(90000+3600*i), uint32(3600*i), 0x1010000)
		video.samples[i].duration = 3600
	}
	for i := range 6 {
		audio.append(make([]byte, 170), int64(48000+1024*i), 0, 0x2000000)
		audio.samples[i].duration = 1024
	}
	return []*track{video, audio}
}

// mediacommonFragment is what fragment would be with mediacommon's writer.
func mediacommonFragment(sequence uint32, tracks []*track) ([]byte, error) {
	part := fmp4.Part{SequenceNumber: sequence}
	for i, t := range tracks {
		out := &fmp4.PartTrack{ID: i + 1, BaseTime: uint64(t.start)}
		data := t.data
		for _, s := range t.samples {
			out.Samples = append(out.Samples, &fmp4.Sample{
				Duration: s.duration, PTSOffset: int32(s.shown), IsNonSyncSample: s.flags&0x10000 != 0, Payload: data[:s.size],
			})
			data = data[s.size:]
		}
		part.Tracks = append(part.Tracks, out)
	}
	var b seekablebuffer.Buffer
	err := part.Marshal(&b)
	return b.Bytes(), err
}

// TestFragmentIsMediacommons: both writers say the same.
func TestFragmentIsMediacommons(t *testing.T) {
	theirs, err := mediacommonFragment(7, someTracks())
	require.NoError(t, err)
	require.Equal(t, parse(t, theirs), parse(t, fragment(7, someTracks())))
}

// BenchmarkFragment is why the fragments are written here and not by mediacommon: one buffer of the exact size, in
// place of a Sample each, a buffer that grows, and boxes by reflection.
func BenchmarkFragment(b *testing.B) {
	tracks := someTracks()
	b.Run("ours", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_ = fragment(7, tracks)
		}
	})
	b.Run("mediacommon", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := mediacommonFragment(7, tracks); err != nil {
				b.Fatal(err)
			}
		}
	})
}
