package process

import (
	"bytes"
	"sync"
)

const (
	kept  = 8 << 20  // bytes of a program's output
	shown = 32 << 10 // bytes of it when a test fails
)

// Output is a writer that keeps the newest bytes, at most kept.
type Output struct {
	mu sync.Mutex
	b  bytes.Buffer // guarded by mu
}

func (o *Output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	n, err := o.b.Write(p)
	if o.b.Len() > kept {
		o.b.Next(o.b.Len() - kept/2)
	}
	return n, err
}

func (o *Output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.String()
}

// Lines is a writer, for exec.Cmd.Stdout and the like, that calls a function with each whole line.
func Lines(tell func(line []byte)) *LineWriter { return &LineWriter{tell: tell} }

// LineWriter cuts what is written into lines.
type LineWriter struct {
	tell func([]byte)
	rest []byte
}

func (w *LineWriter) Write(p []byte) (int, error) {
	w.rest = append(w.rest, p...)
	for {
		line, rest, whole := bytes.Cut(w.rest, []byte("\n"))
		if !whole {
			return len(p), nil
		}
		w.tell(line)
		w.rest = rest
	}
}

func tail(text string, length int) string {
	if len(text) <= length {
		return text
	}
	return "…" + text[len(text)-length:]
}
