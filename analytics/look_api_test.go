package analytics

import (
	"bytes"
	"encoding/json"
	"image"
	"image/jpeg"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/AlexxIT/go2rtc/internal/api/ws"
	"github.com/AlexxIT/go2rtc/internal/streams"
	"github.com/AlexxIT/go2rtc/seats/analytics/look"
	"github.com/AlexxIT/go2rtc/seats/analytics/seat"
	"github.com/AlexxIT/go2rtc/seats/analytics/video"
	"github.com/stretchr/testify/require"
)

// pictureOf is a real one, of 16 by 8 pixels.
func pictureOf(t testing.TB, at time.Time) *video.Picture {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, 16, 8)), nil))
	sampler := video.NewSampler(video.MJPEG, 1<<20)
	require.NoError(t, sampler.Push(video.AccessUnit{Data: b.Bytes(), At: at, Key: true}))
	decoder, err := video.NewDecoder(video.MJPEG)
	require.NoError(t, err)
	defer decoder.Close()
	var sample video.Sample
	require.True(t, sampler.Take(&sample, decoder.Position()))
	picture, err := decoder.Decode(&sample)
	require.NoError(t, err)
	return picture
}

// see records a look of a camera with made-up detections.
func (d *desk) see(c *look.Camera, at time.Time, found ...seat.Detection) {
	d.t.Helper()
	c.Hold()
	defer c.Release()
	c.Looked(pictureOf(d.t, at), found, &look.Stages{Decode: 10 * time.Millisecond})
}

func TestBoxes(t *testing.T) {
	d := newDesk(t, deskText)
	require.Equal(t, "no picture was looked at yet", d.want(http.StatusNotFound, "GET", "/api/seats/boxes?src=cam1", ""))
	require.Equal(t, "stream not found", d.want(http.StatusNotFound, "GET", "/api/seats/boxes?src=nobody", ""))

	chair := seat.Detection{Class: "chair", Confidence: .9, Box: seat.Box{X0: .1, Y0: .1, X1: .2, Y1: .2}}
	stranger := seat.Detection{Class: seat.Person, Confidence: .4, Box: seat.Box{X0: .1, Y0: .1, X1: .2, Y1: .2}}
	c := d.plan.Load().camera("cam1")
	d.see(c, time.Now(), person, book, chair, stranger)
	var seen look.Look
	d.get("/api/seats/boxes?src=cam1", &seen)
	require.Equal(t, [2]int{16, 8}, [2]int{seen.Width, seen.Height})
	require.WithinDuration(t, time.Now(), time.Time(seen.CapturedAt), time.Minute)
	require.Len(t, seen.Boxes, 3, "chairs decide nothing")
	require.Equal(t, "A", *seen.Boxes[0].SeatID)
	require.Equal(t, [2]float32{.25, .9}, seen.Boxes[0].Foot)
	require.Equal(t, "B", *seen.Boxes[1].SeatID)
	require.Nil(t, seen.Boxes[2].SeatID)

	require.True(t, strings.HasPrefix(d.want(http.StatusOK, "GET", "/api/seats/frame.jpeg?src=cam1", ""), "\xff\xd8"), "a JPEG")

	var cameras camerasView
	d.get("/api/seats/cameras", &cameras)
	require.Nil(t, cameras.Model, "there is none")
	require.Len(t, cameras.Cameras, 1)
	require.Equal(t, 2, cameras.Cameras[0].Seats)
	require.Equal(t, 1, cameras.Cameras[0].LooksPerMinute)
	require.Equal(t, look.StageReport{Last: 10, Mean: 10}, cameras.Cameras[0].Decode)
	require.Nil(t, cameras.Cameras[0].LastFrameAge)
}

// TestPreviews: a stream without seats is looked at for a while when a client draws on it, and has no rows.
func TestPreviews(t *testing.T) {
	d := newDesk(t, deskText)
	text := d.want(http.StatusOK, "GET", "/api/seats/proposals?src=cam2", "")
	require.JSONEq(t, `{"stream": "cam2", "seen_since": null, "proposals": []}`, text)
	preview := d.plan.Load().camera("cam2")
	require.NotNil(t, preview)
	require.True(t, preview.IsPreview())
	require.Len(t, d.snapshot().Cameras, 1, "it is no camera of the shop's")

	at := time.Now().Add(-time.Hour)
	for i := range 60 {
		d.see(preview, at.Add(time.Duration(i)*time.Second), person)
	}
	var list proposalsView
	d.get("/api/seats/proposals?src=cam2", &list)
	require.Len(t, list.Proposals, 1)
	p := list.Proposals[0]
	require.Equal(t, "cam2-1", p.SeatID)
	b, err := json.Marshal(map[string]any{"stream": p.Stream, "name": p.Name, "roi": p.ROI})
	require.NoError(t, err)
	d.want(http.StatusCreated, "PUT", "/api/seats?id="+p.SeatID, string(b))
	require.Same(t, preview, d.plan.Load().camera("cam2"), "what it has seen is kept")
	require.Empty(t, d.plan.Load().previews)
	text = d.want(http.StatusOK, "GET", "/api/seats/proposals?src=cam2", "")
	require.Contains(t, text, `"proposals":[]`, "it is a seat now")

	// an admin who takes the last seat away while looking goes on looking
	d.want(http.StatusNoContent, "DELETE", "/api/seats?id="+p.SeatID, "")
	require.Same(t, preview, d.plan.Load().camera("cam2"))
	require.Len(t, d.snapshot().Cameras, 1)
	_, text, _ = d.ask("GET", "/api/seats/proposals?src=cam2", "")
	require.Contains(t, text, `"seat_id":"cam2-1"`)

	// at most so many, and not for ever
	for _, name := range []string{"g1", "g2", "g3", "g4", "g5"} {
		_, err := streams.New(name)
		require.NoError(t, err)
		_, _, _ = d.ask("GET", "/api/seats/boxes?src="+name, "")
	}
	previews := d.plan.Load().previews
	require.Equal(t, []string{"g2", "g3", "g4", "g5"}, previewNames(previews))
	var followers []*look.Follower
	for _, c := range previews {
		followers = append(followers, c.Follow())
	}
	text = d.want(http.StatusServiceUnavailable, "GET", "/api/seats/boxes?src=g1", "")
	require.Equal(t, "4 streams without seats are looked at already", text)
	for i, c := range previews {
		c.Unfollow(followers[i])
	}
	d.expirePreviews(time.Now().Add(previewFor - time.Minute))
	require.Len(t, d.plan.Load().previews, 4)
	d.expirePreviews(time.Now().Add(previewFor + time.Minute))
	require.Empty(t, d.plan.Load().previews)
}

// TestFollowLooks: a client of a camera is sent its newest look, and later ones; another one instead when asked.
func TestFollowLooks(t *testing.T) {
	d := newDesk(t, deskText)
	c := d.plan.Load().camera("cam1")
	d.see(c, time.Now(), person)
	tr := &ws.Transport{Request: httptest.NewRequest(http.MethodGet, "/api/ws", nil)}
	written := make(chan *ws.Message)
	tr.OnWrite(func(m any) error { written <- m.(*ws.Message); return nil })
	ended := make(chan error, 3)
	ask := func(value any) {
		go func() { ended <- d.wsLook(tr, &ws.Message{Type: "seats/look", Value: value}) }()
	}
	ask("cam1")
	m := <-written
	require.Equal(t, "seats/look", m.Type)
	require.Len(t, m.Value.(*look.Look).Boxes, 1)

	// a slow client is not waited for, and misses looks
	for n := range 5 {
		d.see(c, time.Now(), slices.Repeat([]seat.Detection{person}, n)...)
	}
	for last := -1; last != 4; {
		next := (<-written).Value.(*look.Look)
		require.Greater(t, len(next.Boxes), last)
		last = len(next.Boxes)
	}

	ask("cam2")
	require.NoError(t, <-ended, "cam1 is followed no more")
	require.Eventually(t, func() bool {
		preview := d.plan.Load().camera("cam2")
		return preview != nil && preview.Followed()
	}, 5*time.Second, 5*time.Millisecond)
	d.see(d.plan.Load().camera("cam2"), time.Now())
	require.Equal(t, "cam2", (<-written).Value.(*look.Look).Stream)
	require.False(t, c.Followed())
	d.expirePreviews(time.Now().Add(time.Hour))
	require.Len(t, d.plan.Load().previews, 1, "it is followed")
	tr.Close()
	require.NoError(t, <-ended)
	require.NoError(t, d.wsLook(tr, &ws.Message{Value: "cam1"}), "the connection is closed")
	require.EqualError(t, d.wsLook(&ws.Transport{}, &ws.Message{Value: "nobody"}), "stream not found")
	require.EqualError(t, d.wsLook(&ws.Transport{}, &ws.Message{Value: 1.5}), "value wants to be the name of a stream")
}
