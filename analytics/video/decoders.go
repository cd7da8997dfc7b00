package video

import (
	"fmt"
	"slices"
	"sync"
)

// Decoders is the bounded set of decoders that all workers share. Safe for concurrent use.
type Decoders struct {
	mu   sync.Mutex
	most int
	idle []*Decoder // least recently used first
	open int
}

// NewDecoders keeps at most so many decoders, which is at least as many as there are workers.
func NewDecoders(most int) *Decoders { return &Decoders{most: most} }

// Acquire gives a decoder for one look at a camera: the one that still stands inside that camera's GOP, else one that
// stands nowhere, else a new one, else the least recently used. It never waits: with more decoders in use than that, one
// more is opened, and closed by Release.
func (d *Decoders) Acquire(camera string, codec Codec) (*Decoder, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	pick := slices.IndexFunc(d.idle, func(dec *Decoder) bool {
		return dec.codec == codec && dec.camera == camera && dec.at != Position{}
	})
	if pick < 0 {
		pick = slices.IndexFunc(d.idle, func(dec *Decoder) bool { return dec.codec == codec && dec.at == Position{} })
	}
	if pick < 0 && d.open >= d.most && len(d.idle) > 0 {
		pick = 0
	}
	if pick >= 0 {
		dec := d.idle[pick]
		d.idle = slices.Delete(d.idle, pick, pick+1)
		if dec.codec == codec {
			if dec.camera != camera {
				dec.forget()
				dec.camera = camera
			}
			return dec, nil
		}
		dec.Close()
		d.open--
	}
	dec, err := NewDecoder(codec)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", camera, err)
	}
	dec.camera = camera
	d.open++
	return dec, nil
}

// Release gives a decoder back.
func (d *Decoders) Release(dec *Decoder) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.open > d.most {
		d.open--
		dec.Close()
		return
	}
	d.idle = append(d.idle, dec)
}

// Close closes all decoders. None may be in use.
func (d *Decoders) Close() {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, dec := range d.idle {
		dec.Close()
	}
	d.open -= len(d.idle)
	d.idle = nil
}
