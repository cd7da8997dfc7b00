package hls

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/AlexxIT/go2rtc/internal/streams"
	"github.com/stretchr/testify/require"
)

// TestFirstRequestWaits: requests that come before the first keyframe wait together, and each gets the playlist with
// the first whole segment.
func TestFirstRequestWaits(t *testing.T) {
	units := clip(t, pictures, x264+"-g 25 -t 3")
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, h264Codec())
		r.now = time.Now()
		var group sync.WaitGroup
		for range 50 {
			group.Go(func() {
				w := read(t, http.MethodGet, handlerStream, "/api/stream.m3u8?src="+t.Name())
				require.Equal(t, http.StatusOK, w.Code, w.Body)
				require.Contains(t, w.Body.String(), "hls/playlist.m3u8?id="+r.id)
			})
		}
		for _, u := range units[1:25] { // ten seconds of pictures that nothing can begin with
			time.Sleep(400 * time.Millisecond)
			r.write(r.consumer, r.video, u.Data, 0, 0, time.Now())
		}
		for _, u := range units[:26] {
			time.Sleep(40 * time.Millisecond)
			r.write(r.consumer, r.video, u.Data, 90000*20+uint32(ticks(u.PTS, 90000)), 0, time.Now())
		}
		begin := time.Now()
		group.Wait()
		require.Zero(t, time.Since(begin))
	})
}

// TestReload: a reload is answered with the part it waits for, and with what there is when nothing comes; a
// request that is cancelled waits no longer; when the muxer ends no request waits.
func TestReload(t *testing.T) {
	units := clip(t, pictures, x264+"-g 25 -t 4")
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, h264Codec())
		r.now = time.Now()
		r.play(units[:60], 0)
		require.Len(t, r.segments, 2)
		playlist := "/api/hls/playlist.m3u8?id=" + r.id
		next := len(r.open.parts)
		reload := playlist + "&_HLS_msn=2&_HLS_part=" + strconv.Itoa(next)

		begin := time.Now()
		w := read(t, http.MethodGet, handlerPlaylist, reload)
		require.Equal(t, http.StatusOK, w.Code)
		require.Equal(t, nextWait, time.Since(begin))
		require.Equal(t, r.text(t), w.Body.String(), "nothing new")

		var group sync.WaitGroup
		hinted := "/api/hls/segment.m4s?id=" + r.id + "&p=" + strconv.FormatUint(r.nextPart, 10)
		for _, url := range []string{reload, hinted, playlist + "&_HLS_msn=2", playlist + "&_HLS_msn=2&_HLS_part=9", playlist + "&_HLS_msn=3&_HLS_part=0"} {
			group.Go(func() {
				handler := handlerPlaylist
				if url == hinted {
					handler = handlerSegment
				}
				got := read(t, http.MethodGet, handler, url)
				require.Equal(t, http.StatusOK, got.Code, url)
				switch {
				case url == reload:
					require.Equal(t, next+1, strings.Count(got.Body.String()[strings.LastIndex(got.Body.String(), "n=1\n"):], "#EXT-X-PART:"))
				case url != hinted && !strings.HasSuffix(url, "_HLS_msn=2"):
					require.Contains(t, got.Body.String(), "n=2\n#EXT-X-PROGRAM-DATE-TIME") // and a part of the next
				}
			})
		}
		ctx, leave := context.WithCancel(t.Context())
		group.Go(func() {
			err := r.wait(ctx, time.Hour, func() bool { return false })
			require.ErrorIs(t, err, context.Canceled)
		})
		synctest.Wait()
		leave()
		for _, u := range units[60:82] {
			time.Sleep(40 * time.Millisecond)
			r.write(r.consumer, r.video, u.Data, uint32(ticks(u.PTS, 90000)), 0, time.Now())
		}
		group.Wait()

		group.Go(func() {
			got := read(t, http.MethodGet, handlerPlaylist, playlist+"&_HLS_msn=4")
			require.Equal(t, http.StatusNotFound, got.Code)
			require.Contains(t, got.Body.String(), "has ended")
		})
		synctest.Wait()
		muxers.end(r.muxer)
		group.Wait()
	})
}

// TestIdle: requests keep the muxer, and half a minute after the last one it is closed.
func TestIdle(t *testing.T) {
	units := clip(t, pictures, x264+"-g 25 -t 2")
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, h264Codec())
		r.now = time.Now()
		r.play(units, 0)
		for range 5 {
			time.Sleep(5 * time.Second)
			r.write(r.consumer, r.video, units[0].Data, 0, 0, time.Now())
			r.text(t)
		}
		time.Sleep(idle - time.Second)
		require.False(t, r.ended())
		time.Sleep(time.Second + time.Millisecond)
		synctest.Wait()
		require.True(t, r.ended())
		w := read(t, http.MethodGet, handlerPlaylist, "/api/hls/playlist.m3u8?id="+r.id)
		require.Equal(t, http.StatusNotFound, w.Code)
		none(t)
	})
}

// TestAnotherStream: when the name is another stream's, players of the old one must begin anew.
func TestAnotherStream(t *testing.T) {
	r := newRig(t, h264Codec())
	r.play(clip(t, pictures, x264+"-g 25 -t 2"), 0)
	r.text(t)
	_, err := streams.New(t.Name())
	require.NoError(t, err)
	w := read(t, http.MethodGet, handlerPlaylist, "/api/hls/playlist.m3u8?id="+r.id)
	require.Equal(t, http.StatusNotFound, w.Code)
	require.Equal(t, "hls: the muxer has ended, open api/stream.m3u8 anew\n", w.Body.String())
	require.True(t, r.ended())
}

// TestHead: the same headers, and no body by way of net/http.
func TestHead(t *testing.T) {
	r := newRig(t, h264Codec())
	r.play(clip(t, pictures, x264+"-g 25 -t 2"), 0)
	for _, url := range []string{"/api/hls/segment.m4s?id=" + r.id + "&n=0", "/api/hls/segment.m4s?id=" + r.id + "&p=0"} {
		head, get := read(t, http.MethodHead, handlerSegment, url), read(t, http.MethodGet, handlerSegment, url)
		require.Equal(t, get.Header(), head.Header())
		require.Equal(t, "*", get.Header().Get("Access-Control-Allow-Origin"))
		require.Equal(t, "video/iso.segment", get.Header().Get("Content-Type"))
		require.Equal(t, strconv.Itoa(get.Body.Len()), get.Header().Get("Content-Length"))
	}
}
