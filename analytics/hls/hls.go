// Package hls is go2rtc's module "hls": the routes and the message of upstream's, answered by one shared muxer a stream.
//
// Upstream gives each viewer a session with a buffer of its own, which the next request empties: a request a little
// early or late gets a 404. Here the first viewer of a stream starts a muxer, which is one consumer of it, and all
// viewers read from it: Low-Latency HLS (draft-pantos-hls-rfc8216bis) in fragmented MP4, video and audio together,
// segments that begin with a keyframe, parts of about 120 ms and playlists that wait for the next one. What a playlist
// has named stays for as long again as the playlist is. A muxer ends 30 s after the last request.
//
// It promises:
//   - Parts and segments never change once named, so any number of viewers read them without a lock, and a client
//     that does not read what it asked for holds up no other.
//   - Nothing waits without bound, and what is kept of one stream is bounded too: see the constants.
//   - A source that goes away leaves its last segments. When it is back, with other timestamps or another picture,
//     players go on behind an EXT-X-DISCONTINUITY. Timestamps of sources are never believed to be continuous.
//   - Sources are read as upstream reads them, so HLS carries what upstream's carried: H264, H265, AAC, and where the
//     viewer asked for them Opus, MP3 and G.711 or PCM as FLAC.
//
// All viewers get fMP4, with the parameter mp4 or without. Upstream gave MPEG-TS without it, one private copy a viewer,
// with pictures shown in the order of decoding. Every player of the last ten years reads fMP4 (iOS 10, ExoPlayer,
// FFmpeg, VLC, hls.js); a Chromecast's default receiver requires hlsSegmentFormat "fmp4" from its sender.
//
// The muxer is ours and not gohlslib's, which cannot change its tracks or its init segment in mid-stream, answers 200
// to names that it does not know, and waits without the request's context. Its codec strings and mediacommon's decode
// times are used here, its client in the tests.
//
// Read muxer.go first, then write.go for the journey of an access unit.
package hls

import (
	"time"

	"github.com/AlexxIT/go2rtc/internal/api"
	"github.com/AlexxIT/go2rtc/internal/api/ws"
	"github.com/AlexxIT/go2rtc/internal/app"
	"github.com/AlexxIT/go2rtc/seats/analytics/static"
	"github.com/rs/zerolog"
)

// Init registers upstream's routes and message, and what the page needs.
func Init() {
	log = app.GetLogger("hls")

	api.HandleFunc("api/stream.m3u8", handlerStream)
	api.HandleFunc("api/hls/playlist.m3u8", handlerPlaylist)

	// HLS (TS)
	api.HandleFunc("api/hls/segment.ts", handlerSegmentTS)

	// HLS (fMP4)
	api.HandleFunc("api/hls/init.mp4", handlerInit)
	api.HandleFunc("api/hls/segment.m4s", handlerSegment)

	ws.HandleFunc("hls", handlerWS)

	static.HandleFunc("hls.html", false, handlerPage)
	static.HandleFunc("hls.js", false, handlerScript)
}

var log zerolog.Logger

var muxers = registry{byID: map[string]*muxer{}, byKey: map[key]*muxer{}}

const (
	idle      = 30 * time.Second // a muxer ends so long after the last request
	firstWait = 25 * time.Second // a first request waits so long for a whole segment: two GOPs of ten seconds and a dial
	nextWait  = 6 * time.Second  // a playlist with what comes next; players give up at 10 s
	partWait  = 25 * time.Second // the part that was hinted at: a playlist can be answered as it is, a part cannot
	writeWait = 60 * time.Second // a viewer has so long to read one answer

	partGoal     = 120 * time.Millisecond
	minSegment   = time.Second      // a keyframe begins another segment when this one has so much
	minAudio     = 2 * time.Second  // a segment where there is no video
	maxSegment   = 20 * time.Second // or without a keyframe then, or with maxSegmentSize
	windowLength = 12 * time.Second // a playlist names so much, and minListed segments or more
	minListed    = 4
	partsListed  = 3 // segments whose parts are named, the open one not counted

	// Bytes of one muxer: what the playlist names, what it does not name any more, and the open segment. 4 Mbit/s take
	// 13 MB with a GOP of two seconds; the most is 96 MiB, where four segments have the size that ends one.
	maxListedSize  = 32 << 20
	maxGoneSize    = 16 << 20
	maxSegmentSize = 16 << 20
	maxAudioSize   = 1 << 20 // audio that waits for a video which does not come

	maxSets = 16 // differing filters of codecs for one stream
)
