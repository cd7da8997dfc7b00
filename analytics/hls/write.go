package hls

import (
	"time"

	"github.com/AlexxIT/go2rtc/pkg/iso"
	"github.com/AlexxIT/go2rtc/seats/analytics/tap"
)

// write takes one access unit or audio frame of a consumer's track, in the order in which they are decoded.
//
// A keyframe begins a run. Each access unit then fixes the duration of the one before, may thereby end a part or with a
// keyframe a segment, and joins the part that is open.
func (m *muxer) write(c *consumer, t *track, u tap.Unit) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.consumer != c || len(u.Data) == 0 {
		return
	}
	c.join.Sent(len(u.Data))
	if t == c.leading {
		m.writeLeading(c, t, u)
	} else if m.run != nil {
		m.writeOther(t, u.Data, u.Timestamp, u.At)
	}
}

func (m *muxer) writeLeading(c *consumer, t *track, u tap.Unit) {
	key, shown, now, changed := u.Key, u.Shown, u.At, false
	if t.units != nil {
		var ok bool
		if changed, ok = t.units.read(u.Data, key); !ok {
			return
		}
	}
	source, follows := t.line.next(u.Timestamp, now)
	if !follows || changed {
		m.endRun()
	}
	if m.run == nil && (!key || !m.beginRun(c, t, source, now)) {
		return
	}

	switch {
	case t.units == nil:
		source, shown = t.order.grow(source), 0
	case t.rtp:
		decoded := t.order.decode(t.units, key, source)
		source, shown = decoded, uint32(max(source-decoded, 0))
	default:
		source = t.order.grow(source)
	}
	media := t.base + source - t.first
	m.advance(t, media, key)

	flags := uint32(iso.SampleVideoNonIFrame)
	if key {
		flags = iso.SampleVideoIFrame
	}
	if m.open == nil {
		m.open = &segment{id: m.nextID, run: m.run, begin: span(media, t.clock()), key: key, breaks: m.breaks}
		m.breaks = false
	}
	t.append(u.Data, media, shown, flags)
	m.lead, m.leadAt = span(media, t.clock()), now
}

// writeOther puts audio beside the video. Their timestamps have nothing to do with each other, so its first frame, and
// one after a break, goes where the video is when it comes.
func (m *muxer) writeOther(t *track, data []byte, timestamp uint32, now time.Time) {
	source, follows := t.line.next(timestamp, now)
	place := m.lead + min(now.Sub(m.leadAt), maxSegment)
	if t.begun && follows {
		if skew := span(t.base+source-t.first, t.clock()) - place; skew > 2*time.Second || skew < -2*time.Second {
			follows = false // the two clocks of the camera went apart
		}
	}
	if !t.begun || !follows {
		t.begin(place, source)
	}
	media := t.base + source - t.first
	if t.any && media <= t.last || len(t.data) > maxAudioSize {
		return
	}
	t.settle(media)
	t.append(data, media, 0, iso.SampleAudio)
}

// beginRun begins a run with a keyframe, behind the end of the last.
func (m *muxer) beginRun(c *consumer, t *track, source int64, now time.Time) bool {
	if t.units != nil && t.units.sets == nil {
		return false
	}
	r, err := c.describe()
	if err != nil {
		if m.reason == nil || m.reason.Error() != err.Error() { // once, not at each keyframe
			log.Warn().Err(err).Str("stream", m.name).Msg("[hls] begin")
		}
		m.reason = err
		return false
	}
	r.number, r.begin, r.at = m.runs, m.end, now
	m.breaks = m.runs > 0
	m.runs++
	m.run, m.source, m.partTarget, m.reason = r, c, 0, nil
	for _, other := range c.tracks {
		other.begun, other.any, other.usual = false, false, 0
		other.empty()
	}
	t.begin(m.end, source)
	m.lead, m.leadAt = m.end, now
	return true
}

// endRun closes what is open. The next keyframe begins another run.
func (m *muxer) endRun() {
	if m.run == nil {
		return
	}
	if t := m.source.leading; len(t.samples) > 0 {
		m.end = span(t.close(), t.clock())
		m.closePart(m.end - span(t.start, t.clock()))
	}
	m.closeSegment()
	m.run = nil
	m.publish()
}

// advance gives the last sample its duration, now that the next one's time is known, and ends the part, and the segment,
// that are then complete.
func (m *muxer) advance(t *track, next int64, key bool) {
	if len(t.samples) == 0 {
		return
	}
	t.settle(next)
	step := span(t.usual, t.clock())
	length := span(next, t.clock()) - span(t.start, t.clock())
	whole := m.open.duration + length
	shortest := minSegment
	if t.units == nil {
		shortest = minAudio
	}
	switch {
	case key && whole+step/2 >= shortest, whole >= maxSegment, m.open.size+len(t.data) >= maxSegmentSize:
		m.closePart(length)
		m.closeSegment()
		m.publish()
	case m.partTarget == 0 && length+step/2 >= partGoal, m.partTarget > 0 && length+step > m.partTarget:
		m.closePart(length)
		m.publish()
	}
}

// closePart makes a part of what the tracks have.
func (m *muxer) closePart(length time.Duration) {
	if m.partTarget == 0 {
		// a tenth more for frames that come unevenly: parts must not be longer, and not much shorter
		m.partTarget = (length*11/10 + 9*time.Millisecond).Truncate(10 * time.Millisecond)
	}
	for _, t := range m.source.tracks {
		if t != m.source.leading && len(t.samples) > 0 {
			t.close()
		}
	}
	p := &part{id: m.nextPart, data: fragment(uint32(m.nextPart), m.source.tracks), duration: length, key: len(m.open.parts) == 0 && m.open.key}
	m.nextPart++
	m.open.parts = append(m.open.parts, p)
	m.open.duration += length
	m.open.size += len(p.data)
	for _, t := range m.source.tracks {
		t.empty()
	}
}
