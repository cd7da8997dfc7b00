package hls

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"github.com/AlexxIT/go2rtc/pkg/core"
	"github.com/AlexxIT/go2rtc/pkg/mp4"
	"github.com/AlexxIT/go2rtc/seats/analytics/nal"
	"github.com/bluenviron/gohlslib/v2/pkg/codecparams"
	"github.com/bluenviron/gohlslib/v2/pkg/codecs"
	"github.com/bluenviron/mediacommon/v2/pkg/codecs/h264"
	"github.com/bluenviron/mediacommon/v2/pkg/codecs/h265"
	"github.com/bluenviron/mediacommon/v2/pkg/codecs/mpeg4audio"
)

// describe makes the init segment, and what the multivariant playlist says of it.
func (c *consumer) describe() (*run, error) {
	r := &run{}
	var init mp4.Muxer
	var names []string
	for _, t := range c.tracks {
		codec := t.codec
		if t.units != nil {
			codec = t.units.codec(codec)
			size, err := t.units.size()
			if err != nil {
				return nil, fmt.Errorf("hls: parameter sets of %s: %w", codec.Name, err)
			}
			r.resolution = size
		}
		init.AddTrack(codec)
		name, err := t.name()
		if err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	r.codecs = strings.Join(names, ",")
	var err error
	r.init, err = init.GetInit()
	return r, err
}

// name is the codec as RFC 6381 has it.
func (t *track) name() (string, error) {
	var c codecs.Codec
	switch t.codec.Name {
	case core.CodecH264:
		c = &codecs.H264{SPS: t.units.sps()}
	case core.CodecH265:
		c = &codecs.H265{SPS: t.units.sps()}
	case core.CodecAAC:
		config, err := aacConfig(t.codec)
		if err != nil {
			return "", err
		}
		c = &codecs.MPEG4Audio{Config: *config}
	case core.CodecOpus:
		c = &codecs.Opus{}
	case core.CodecFLAC:
		return "fLaC", nil
	case core.CodecMP3:
		return "mp4a.6B", nil
	}
	if name := codecparams.Marshal(c); name != "" {
		return name, nil
	}
	return "", fmt.Errorf("hls: no name for %s", t.codec.Name)
}

// size is the picture's, WIDTHxHEIGHT. It is an error where a player could not be set up.
func (u *units) size() (string, error) {
	var sps interface {
		Unmarshal(buf []byte) error
		Width() int
		Height() int
	} = &h264.SPS{}
	if u.coding == nal.H265 {
		sps = &h265.SPS{}
	}
	if err := sps.Unmarshal(u.sps()); err != nil {
		return "", err
	}
	width, height := sps.Width(), sps.Height()
	if width <= 0 || height <= 0 || width > 1<<16-1 || height > 1<<16-1 {
		return "", fmt.Errorf("a picture of %dx%d", width, height)
	}
	return fmt.Sprintf("%dx%d", width, height), nil
}

func aacConfig(codec *core.Codec) (*mpeg4audio.AudioSpecificConfig, error) {
	b, err := hex.DecodeString(core.Between(codec.FmtpLine, "config=", ";"))
	if err == nil && len(b) == 0 {
		err = errors.New("not in the SDP")
	}
	var config mpeg4audio.AudioSpecificConfig
	if err == nil {
		err = config.Unmarshal(b)
	}
	if err != nil {
		return nil, fmt.Errorf("hls: config of AAC: %w", err)
	}
	return &config, nil
}
