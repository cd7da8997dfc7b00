package hls

import (
	"slices"
	"strconv"
	"time"
)

// multivariant is the first playlist. Its one URI is relative, and in upstream's form: video-rtc.js looks for "hls/".
// The caller must hold m.mu, and there must be a segment.
func (m *muxer) multivariant() []byte {
	list := m.list()
	r := list[len(list)-1].run
	var peak, bits, seconds float64
	for _, s := range list {
		length := max(s.duration, time.Millisecond).Seconds()
		peak = max(peak, float64(s.size)*8/length)
		bits, seconds = bits+float64(s.size)*8, seconds+length
	}
	b := []byte("#EXTM3U\n#EXT-X-VERSION:9\n#EXT-X-STREAM-INF:BANDWIDTH=")
	b = strconv.AppendInt(b, int64(peak)+1, 10)
	b = append(b, ",AVERAGE-BANDWIDTH="...)
	b = strconv.AppendInt(b, int64(bits/seconds)+1, 10)
	b = append(b, `,CODECS="`+r.codecs+`"`...)
	if r.resolution != "" {
		b = append(b, ",RESOLUTION="+r.resolution...)
	}
	return append(b, "\nhls/playlist.m3u8?id="+m.id+"\n"...)
}

// media is the playlist as it is now, made once for all requests. It requires what multivariant does.
func (m *muxer) media() []byte {
	if m.playlist != nil {
		return m.playlist
	}
	target := m.partTarget
	if target == 0 {
		target = partGoal
	}
	list := m.list()
	b := make([]byte, 0, 4096)
	b = append(b, "#EXTM3U\n#EXT-X-VERSION:9\n#EXT-X-TARGETDURATION:"...)
	b = strconv.AppendInt(b, int64(m.target), 10)
	b = append(b, "\n#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK="...)
	b = appendSeconds(b, 3*target)
	b = append(b, "\n#EXT-X-PART-INF:PART-TARGET="...)
	b = appendSeconds(b, target)
	b = append(b, "\n#EXT-X-MEDIA-SEQUENCE:"...)
	b = strconv.AppendUint(b, list[0].id, 10)
	b = append(b, "\n#EXT-X-DISCONTINUITY-SEQUENCE:"...)
	b = strconv.AppendInt(b, int64(m.breaksOut), 10)
	b = append(b, '\n')
	if dependent := func(s *segment) bool { return !s.key }; !slices.ContainsFunc(list, dependent) && (m.open == nil || m.open.key) {
		b = append(b, "#EXT-X-INDEPENDENT-SEGMENTS\n"...)
	}
	var last *run
	for i, s := range list {
		b = m.appendHead(b, s, last)
		if i >= len(list)-partsListed {
			b = m.appendParts(b, s)
		}
		b = append(b, "#EXTINF:"...)
		b = appendSeconds(b, s.duration)
		b = append(b, ",\nsegment.m4s?id="+m.id+"&n="...)
		b = strconv.AppendUint(b, s.id, 10)
		b = append(b, '\n')
		last = s.run
	}
	if m.open != nil && len(m.open.parts) > 0 {
		b = m.appendHead(b, m.open, last)
		b = m.appendParts(b, m.open)
	}
	b = append(b, `#EXT-X-PRELOAD-HINT:TYPE=PART,URI="segment.m4s?id=`+m.id+"&p="...)
	b = strconv.AppendUint(b, m.nextPart, 10)
	b = append(b, "\"\n"...)
	m.playlist = b
	return b
}

// appendHead writes what stands before a segment or its parts.
func (m *muxer) appendHead(b []byte, s *segment, last *run) []byte {
	if s.breaks {
		b = append(b, "#EXT-X-DISCONTINUITY\n"...)
	}
	if s.run != last {
		b = append(b, `#EXT-X-MAP:URI="init.mp4?id=`+m.id+"&n="...)
		b = strconv.AppendUint(b, s.run.number, 10)
		b = append(b, "\"\n"...)
	}
	b = append(b, "#EXT-X-PROGRAM-DATE-TIME:"...)
	b = s.run.date(s.begin).UTC().AppendFormat(b, "2006-01-02T15:04:05.000Z")
	return append(b, '\n')
}

func (m *muxer) appendParts(b []byte, s *segment) []byte {
	for _, p := range s.parts {
		b = append(b, "#EXT-X-PART:DURATION="...)
		b = appendSeconds(b, p.duration)
		b = append(b, `,URI="segment.m4s?id=`+m.id+"&p="...)
		b = strconv.AppendUint(b, p.id, 10)
		b = append(b, '"')
		if p.key {
			b = append(b, ",INDEPENDENT=YES"...)
		}
		b = append(b, '\n')
	}
	return b
}

func appendSeconds(b []byte, d time.Duration) []byte {
	return strconv.AppendFloat(b, d.Seconds(), 'f', 5, 64)
}
