package hls

import (
	"github.com/AlexxIT/go2rtc/pkg/iso"
)

const (
	boxHeader   = 8
	mfhdSize    = boxHeader + 4 + 4
	tfhdSize    = boxHeader + 4 + 4
	tfdtSize    = boxHeader + 4 + 8
	trunSize    = boxHeader + 4 + 4 + 4
	trunSample  = 16
	tfdtVersion = 1 << 24 // 64 bits of time
)

// fragment is a movie fragment with the samples of all tracks (ISO/IEC 14496-12 section 8.8), which is an HLS part, and
// one after the other are a segment. Its one buffer is of the exact size, and belongs to the caller.
func fragment(sequence uint32, tracks []*track) []byte {
	moof := boxHeader + mfhdSize
	size := boxHeader
	for _, t := range tracks {
		if len(t.samples) > 0 {
			moof += boxHeader + tfhdSize + tfdtSize + trunSize + trunSample*len(t.samples)
			size += len(t.data)
		}
	}
	mv := iso.NewMovie(moof + size)
	mv.StartAtom(iso.Moof)

	mv.StartAtom(iso.MoofMfhd)
	mv.WriteUint32(0)
	mv.WriteUint32(sequence)
	mv.EndAtom()

	offset := moof + boxHeader
	for i, t := range tracks {
		if len(t.samples) == 0 {
			continue
		}
		mv.StartAtom(iso.MoofTraf)

		mv.StartAtom(iso.MoofTrafTfhd)
		mv.WriteUint32(iso.TfhdDefaultBaseIsMoof)
		mv.WriteUint32(uint32(i + 1))
		mv.EndAtom()

		mv.StartAtom(iso.MoofTrafTfdt)
		mv.WriteUint32(tfdtVersion)
		mv.WriteUint64(uint64(t.start))
		mv.EndAtom()

		mv.StartAtom(iso.MoofTrafTrun)
		mv.WriteUint32(iso.TrunDataOffset | iso.TrunSampleDuration | iso.TrunSampleSize | iso.TrunSampleFlags | iso.TrunSampleCTS)
		mv.WriteUint32(uint32(len(t.samples)))
		mv.WriteUint32(uint32(offset))
		for _, s := range t.samples {
			mv.WriteUint32(s.duration)
			mv.WriteUint32(s.size)
			mv.WriteUint32(s.flags)
			mv.WriteUint32(s.shown)
		}
		mv.EndAtom()

		mv.EndAtom()
		offset += len(t.data)
	}
	mv.EndAtom()

	mv.StartAtom(iso.Mdat)
	for _, t := range tracks {
		if len(t.samples) > 0 {
			mv.Write(t.data)
		}
	}
	mv.EndAtom()
	return mv.Bytes()
}
