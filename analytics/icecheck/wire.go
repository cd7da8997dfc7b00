package icecheck

import (
	"context"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/stun/v3"
)

// wire is a connection to a server that remembers what the server said. It hands on whole STUN messages and ChannelData
// and nothing else, since pion's client stops reading at anything else.
type wire struct {
	net.PacketConn
	once  sync.Once
	end   context.CancelFunc // called at the first error of reading
	bytes atomic.Int64       // that came by TCP, messages or not

	mu    sync.Mutex // guards what follows
	first time.Time  // when the first request went
	was   said
}

// said is what the server said so far.
type said struct {
	rtt     time.Duration
	garbage bool
	err     error // that ended reading
	code    stun.ErrorCodeAttribute
	mapped  stun.XORMappedAddress // the box as the server sees it
	success stun.Method           // of the last request that it did
}

func (w *wire) WriteTo(b []byte, to net.Addr) (int, error) {
	w.mu.Lock()
	if w.first.IsZero() {
		w.first = time.Now()
	}
	w.mu.Unlock()
	return w.PacketConn.WriteTo(b, to)
}

func (w *wire) ReadFrom(b []byte) (int, net.Addr, error) {
	for {
		n, from, err := w.PacketConn.ReadFrom(b)
		if err != nil {
			w.mu.Lock()
			if w.was.err == nil {
				w.was.err = err
			}
			w.mu.Unlock()
			w.end()
			return 0, nil, err
		}
		if w.take(b[:n]) {
			return n, from, nil
		}
	}
}

func (w *wire) Close() (err error) {
	w.once.Do(func() { err = w.PacketConn.Close() })
	return err
}

// take notes what a packet says, and tells whether it is one for the client.
func (w *wire) take(b []byte) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.was.success != 0 && len(b) >= 4 && b[0]&0xc0 == 0x40 {
		return true // ChannelData, RFC 8656, section 12.4; there is none before an allocation
	}
	m := &stun.Message{Raw: append([]byte(nil), b...)}
	if !stun.IsMessage(b) || m.Decode() != nil || m.Type.Class == stun.ClassRequest {
		w.was.garbage = true
		return false
	}
	if w.was.rtt == 0 {
		w.was.rtt = time.Since(w.first)
	}
	switch m.Type.Class {
	case stun.ClassErrorResponse:
		_ = w.was.code.GetFrom(m) // stays empty where the answer gives no code
	case stun.ClassSuccessResponse:
		w.was.success = m.Type.Method
		var mapped stun.XORMappedAddress
		if mapped.GetFrom(m) == nil {
			w.was.mapped = mapped
		}
	}
	return true
}

// forget drops the last error code, so that the next is that of what is asked next.
func (w *wire) forget() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.was.code = stun.ErrorCodeAttribute{}
}

func (w *wire) said() said {
	w.mu.Lock()
	defer w.mu.Unlock()
	was := w.was
	was.garbage = was.garbage || w.bytes.Load() > 0 && was.rtt == 0
	return was
}
