package hls

import "time"

// run is a stretch of a stream with one set of codecs and parameter sets, and timestamps that belong together.
type run struct {
	number     uint64 // names its init segment
	init       []byte
	codecs     string // RFC 6381
	resolution string // WxH, empty without video
	begin      time.Duration
	at         time.Time // when its first access unit came
}

// date is the wall clock at a media time.
func (r *run) date(media time.Duration) time.Time { return r.at.Add(media - r.begin) }

// part is a movie fragment. It never changes.
type part struct {
	id       uint64
	data     []byte
	duration time.Duration
	key      bool // a player can begin with it
}

// segment is its parts, one after the other. Once closed it never changes.
type segment struct {
	id       uint64
	run      *run
	breaks   bool          // begins a run that is not the first
	begin    time.Duration // media time
	duration time.Duration
	size     int
	parts    []*part
	key      bool
}

// window is what a muxer keeps: segments that its playlist names, older ones that players may still fetch, and the open
// one. Its muxer's mutex guards it.
type window struct {
	segments  []*segment // closed ones, oldest first
	named     int        // the first that the playlist names
	open      *segment   // nil between runs
	nextID    uint64     // of the open segment, or of the next
	nextPart  uint64
	breaksOut int // named ones with a discontinuity that the playlist names no more
	target    int // EXT-X-TARGETDURATION, s; never shrinks
}

func (w *window) list() []*segment { return w.segments[w.named:] }

// closeSegment puts the open one into the list, and lets go what is too old or too big.
func (w *window) closeSegment() {
	s := w.open
	w.open = nil
	if s == nil || len(s.parts) == 0 {
		return
	}
	w.nextID++
	w.segments = append(w.segments, s)
	w.target = max(w.target, int((s.duration+time.Second/2)/time.Second), 1)

	length, size := sum(w.list())
	for ; len(w.list()) > minListed; w.named++ {
		first := w.list()[0]
		if length-first.duration < windowLength && size <= maxListedSize {
			break
		}
		length, size = length-first.duration, size-first.size
		if first.breaks {
			w.breaksOut++
		}
	}
	gone := 0
	for length, size = sum(w.segments[:w.named]); gone < w.named && (length > windowLength+minSegment || size > maxGoneSize); gone++ {
		length, size = length-w.segments[gone].duration, size-w.segments[gone].size
	}
	if gone > 0 {
		n := copy(w.segments, w.segments[gone:])
		clear(w.segments[n:])
		w.segments, w.named = w.segments[:n], w.named-gone
	}
}

func sum(list []*segment) (length time.Duration, size int) {
	for _, s := range list {
		length += s.duration
		size += s.size
	}
	return length, size
}

// has tells whether the playlist names, or has named, a part of a segment, or where part is negative the whole segment.
func (w *window) has(id uint64, part int) bool {
	if part >= 0 {
		// a part after the last of its segment means the first of the next one
		if s := w.segment(id); s != nil && part >= len(s.parts) {
			id, part = id+1, 0
		}
	}
	if id < w.nextID {
		return true
	}
	return id == w.nextID && part >= 0 && w.open != nil && part < len(w.open.parts)
}

// all are the segments that are kept, the open one last.
func (w *window) all(yield func(*segment) bool) {
	for _, s := range w.segments {
		if !yield(s) {
			return
		}
	}
	if w.open != nil {
		yield(w.open)
	}
}

func (w *window) segment(id uint64) *segment {
	for _, s := range w.segments {
		if s.id == id {
			return s
		}
	}
	return nil
}

func (w *window) part(id uint64) *part {
	for s := range w.all {
		if n := len(s.parts); n > 0 && id >= s.parts[0].id && id <= s.parts[n-1].id {
			return s.parts[id-s.parts[0].id]
		}
	}
	return nil
}

func (w *window) run(number uint64) *run {
	for s := range w.all {
		if s.run.number == number {
			return s.run
		}
	}
	return nil
}
