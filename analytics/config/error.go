package config

import (
	"fmt"
	"path/filepath"
	"strings"
)

// Error is one mistake in the section.
type Error struct {
	Line   int // 1 is the first; 0 where unknown
	Key    string
	Reason string
}

func (e *Error) Error() string {
	if e.Line == 0 {
		return e.Key + ": " + e.Reason
	}
	return fmt.Sprintf("line %d: %s: %s", e.Line, e.Key, e.Reason)
}

// In is the same sentence with the file before it, as compilers have it.
func (e *Error) In(file string) string {
	if e.Line == 0 || file == "" {
		return e.Error()
	}
	return fmt.Sprintf("%s:%d: %s: %s", filepath.Base(file), e.Line, e.Key, e.Reason)
}

// Errorf is a mistake at a key, with the line that the key, or the nearest one above it, stands on.
func (c *Config) Errorf(key, format string, args ...any) *Error {
	at := key
	for c.lines[at] == 0 {
		i := strings.LastIndexByte(at, '.')
		if i < 0 {
			break
		}
		at = at[:i]
	}
	return &Error{Line: c.lines[at], Key: key, Reason: fmt.Sprintf(format, args...)}
}

// Kind is what an edit was refused for.
type Kind int

// The kinds of a Refusal.
const (
	Invalid    Kind = iota // what was asked for cannot be
	NotFound               // there is no such seat
	Conflict               // what the file says does not allow it
	NoFile                 // the program runs without a configuration file
	Unwritable             // the disk does not take it
)

// Refusal is why an edit was not made. Then nothing has changed.
type Refusal struct {
	Kind Kind
	Text string // one sentence

	Changed bool  // the seat is another one than the editor has seen: it is Seat
	Seat    *Seat // as it stands in the file now; nil where it does not
}

func (e *Refusal) Error() string { return e.Text }

func refuse(kind Kind, format string, args ...any) *Refusal {
	return &Refusal{Kind: kind, Text: fmt.Sprintf(format, args...)}
}

// Shortened keeps an answer from being as long as the text that a client sent.
func Shortened(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}
