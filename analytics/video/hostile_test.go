package video

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/AlexxIT/go2rtc/seats/analytics/nal"
	"github.com/stretchr/testify/require"
)

// see pushes units as one stream and decodes what becomes due; it returns the numbers of pictures and errors.
func see(t testing.TB, codec Codec, list [][]byte) (pictures, failures int) {
	t.Helper()
	s := NewSampler(codec, 4<<20)
	d, err := NewDecoder(codec)
	require.NoError(t, err)
	defer d.Close()
	var sample Sample
	entry := nal.Entry{Codec: nal.Codec(codec)}
	for i, data := range list {
		at := epoch.Add(time.Duration(i) * 100 * time.Millisecond)
		s.SetDue(at, 50*time.Millisecond)
		read, _ := entry.Read(data, false, at) //nolint:errcheck // Push refuses the same
		if s.Push(AccessUnit{Data: data, At: at, Key: read.Key}) != nil {
			failures++
			continue
		}
		if !s.Ready(at) || !s.Take(&sample, d.Position()) {
			continue
		}
		p, err := d.Decode(&sample)
		if err != nil {
			failures++
			continue
		}
		w, h := p.Size()
		require.True(t, w > 0 && h > 0 && w*h <= 36_000_000)
		p.Close()
		pictures++
	}
	return pictures, failures
}

func datas(list []Unit) (out [][]byte) {
	for _, u := range list {
		out = append(out, u.Data)
	}
	return out
}

func TestDamagedStreams(t *testing.T) {
	for _, args := range []string{"-c:v libx264 -g 10 -bf 0", "-c:v libx265 -x265-params log-level=none:keyint=10:bframes=0"} {
		codec, list := units(t, encode(t, "mp4", "testsrc2=size=320x240:rate=10:duration=4", args))
		good, failed := see(t, codec, datas(list))
		require.Equal(t, len(list), good)
		require.Zero(t, failed)

		// every second unit cut short: a count of failures, and pictures again after the next whole keyframe
		cut := datas(list)
		for i := 1; i < 20; i += 2 {
			cut[i] = cut[i][:len(cut[i])/2]
		}
		good, failed = see(t, codec, cut)
		require.NotZero(t, failed)
		require.GreaterOrEqual(t, good, 10)

		// lost units
		var lost [][]byte
		for i, u := range list {
			if i%3 != 1 {
				lost = append(lost, u.Data)
			}
		}
		good, _ = see(t, codec, lost)
		require.NotZero(t, good)

		// noise in the payload, lengths whole
		noise := rand.New(rand.NewPCG(1, 2))
		for _, u := range list {
			for range 20 {
				u.Data[len(u.Data)/2+noise.IntN(len(u.Data)/2)] ^= byte(1 << noise.IntN(8))
			}
		}
		see(t, codec, datas(list))
	}
}

func TestResolutionChangesAtEveryKeyframe(t *testing.T) {
	var list [][]byte
	for i := range 6 {
		_, clip := units(t, encode(t, "mp4", fmt.Sprintf("testsrc2=size=%dx%d:rate=10:duration=0.3", 160+32*i, 120+16*i), "-c:v libx264 -bf 0"))
		list = append(list, datas(clip)...)
	}
	good, failed := see(t, H264, list)
	require.Equal(t, len(list), good)
	require.Zero(t, failed)
}

func TestSizesThatAreRefused(t *testing.T) {
	// libx264 -f lavfi -i color=size=16384x16384 is the largest picture that its level allows
	out, err := exec.Command("ffmpeg", "-v", "error", "-f", "lavfi", "-i", "color=size=16384x4096:rate=1:duration=1",
		"-c:v", "mjpeg", "-f", "image2pipe", "-").Output()
	require.NoError(t, err)
	// the height in the frame header says 16384 as well (ITU-T T.81 B.2.2)
	sof := bytes.Index(out, []byte{0xff, 0xc0})
	require.Positive(t, sof)
	for _, height := range []uint16{16384, 0} {
		binary.BigEndian.PutUint16(out[sof+5:], height)
		good, failed := see(t, MJPEG, [][]byte{out})
		require.Zero(t, good, height)
		require.Equal(t, 1, failed, height)
	}
}

func TestLengthsThatLie(t *testing.T) {
	s := NewSampler(H264, 1<<20)
	for _, data := range [][]byte{nil, {}, {0}, {0, 0, 0, 9, 0x65}, {255, 255, 255, 255, 0x65}, {0, 0, 0, 0}, {0, 0, 0, 1}} {
		require.ErrorIs(t, s.Push(AccessUnit{Data: data}), nal.ErrLength, "%v", data)
	}
	require.Error(t, NewSampler(MJPEG, 10).Push(AccessUnit{Data: []byte("no picture")}))
	require.ErrorIs(t, NewSampler(MJPEG, 1).Push(AccessUnit{Data: []byte{0xff, 0xd8}}), ErrGOPTooLong)
	require.False(t, s.Ready(epoch))
	require.False(t, s.Take(&Sample{}, Position{}))
}

func TestGOPThatDoesNotFit(t *testing.T) {
	_, list := units(t, encode(t, "mp4", moving, "-c:v libx264 -g 60 -bf 0"))
	s := NewSampler(H264, 2*len(list[0].Data))
	told := 0
	var sample Sample
	for i, u := range list[:60] {
		at := epoch.Add(u.PTS)
		s.SetDue(at, time.Second)
		if err := s.Push(AccessUnit{Data: u.Data, At: at, Key: u.Key}); err != nil {
			require.ErrorIs(t, err, ErrGOPTooLong)
			told++
		}
		if i == 30 {
			require.True(t, s.Take(&sample, Position{}))
			require.True(t, sample.KeyOnly)
			require.Len(t, sample.Units, 1)
			require.False(t, s.Take(&sample, Position{}), "the keyframe is not looked at twice")
		}
	}
	require.Equal(t, 1, told)
	require.NoError(t, s.Push(AccessUnit{Data: list[60].Data, At: epoch.Add(list[60].PTS), Key: true}))
	require.True(t, s.Take(&sample, Position{}))
}

func TestPushAndTakeAllocateNothing(t *testing.T) {
	_, list := units(t, encode(t, "mp4", moving, "-c:v libx264 -g 10 -bf 0"))
	s := NewSampler(H264, 4<<20)
	var sample Sample
	i := 0
	step := func() {
		u := list[i%len(list)]
		i++
		at := epoch.Add(time.Duration(i) * 100 * time.Millisecond)
		s.SetDue(at, 10*time.Millisecond)
		if err := s.Push(AccessUnit{Data: u.Data, At: at, Key: u.Key}); err != nil {
			t.Fatal(err)
		}
		s.Take(&sample, Position{})
	}
	for range 2 * len(list) {
		step()
	}
	require.Zero(t, testing.AllocsPerRun(100, step))
}

// FuzzStream: bytes of any kind, cut into units at any place, end in pictures or errors.
func FuzzStream(f *testing.F) {
	for _, seed := range []string{"seed_h264", "seed_h265", "seed_mjpeg"} {
		b, err := os.ReadFile("testdata/" + seed)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b, uint8(1), uint16(0))
		f.Add(b, uint8(2), uint16(len(b)/2))
		f.Add(b, uint8(3), uint16(100))
	}
	f.Fuzz(func(t *testing.T, b []byte, codec uint8, cut uint16) {
		c := Codec(codec%3) + 1
		n := min(int(cut), len(b))
		list := [][]byte{b, b[:n], b[n:], b}
		if c != MJPEG {
			// also as one NAL unit each, so that mutations get past the lengths
			for _, part := range [][]byte{b, b[n:]} {
				list = append(list, append(binary.BigEndian.AppendUint32(nil, uint32(len(part))), part...))
			}
		}
		see(t, c, list)
	})
}
