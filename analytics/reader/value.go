package reader

import (
	"fmt"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/AlexxIT/go2rtc/seats/analytics/store"
	"github.com/google/uuid"
)

// parseValue reads a value as PostgreSQL reads text for the type, into what the file has. above tells that the value
// itself lies between two that the file can have, and the result is the next one up.
func parseValue(t store.Type, text string) (value any, above bool, err *Error) {
	trimmed := strings.TrimSpace(text)
	switch t {
	case store.Bool:
		if b, ok := parseBool(trimmed); ok {
			return b, false, nil
		}
		return nil, false, malformed("22P02", "boolean", text)
	case store.Float8:
		f, e := strconv.ParseFloat(trimmed, 64)
		if e != nil && !math.IsInf(f, 0) {
			return nil, false, malformed("22P02", "double precision", text)
		}
		if math.IsNaN(f) {
			f = math.Inf(1) // PostgreSQL has it above all numbers; the file has neither
		}
		return f, false, nil
	case store.UUID:
		id, e := uuid.Parse(trimmed)
		if e != nil || strings.HasPrefix(strings.ToLower(trimmed), "urn:") {
			return nil, false, malformed("22P02", "uuid", text)
		}
		return id.String(), false, nil
	case store.Timestamptz:
		return parseTime(text, trimmed)
	}
	if strings.ContainsRune(text, 0) {
		return nil, false, malformed("22021", "text", "")
	}
	return text, false, nil
}

func malformed(code, name, text string) *Error {
	return &Error{
		Status: http.StatusBadRequest, Code: code,
		Message: fmt.Sprintf("invalid input syntax for type %s: %q", name, short(text)),
	}
}

// parseBool knows what boolin of PostgreSQL knows: words or their beginnings.
func parseBool(s string) (value, ok bool) {
	s = strings.ToLower(s)
	switch {
	case s == "":
		return false, false
	case s == "on", s == "1", begins(s, "true"), begins(s, "yes"):
		return true, true
	case s == "of", s == "off", s == "0", begins(s, "false"), begins(s, "no"):
		return false, true
	}
	return false, false
}

// begins tells whether s is the beginning of a word, or all of it.
func begins(s, word string) bool { return strings.HasPrefix(word, s) }

// The forms of ISO 8601 that PostgreSQL reads; without a zone it is UTC, as Supabase's databases are set. Fractions of
// a second are read by all.
var timeForms = []string{
	"2006-01-02T15:04:05Z07:00", "2006-01-02T15:04:05Z0700", "2006-01-02T15:04:05Z07",
	"2006-01-02T15:04:05", "2006-01-02T15:04Z07:00", "2006-01-02T15:04", "2006-01-02",
}

func parseTime(text, trimmed string) (value any, above bool, err *Error) {
	switch strings.ToLower(trimmed) {
	case "infinity":
		return "~", false, nil // after all digits
	case "-infinity":
		return "", false, nil
	}
	s := trimmed
	if len(s) > 10 && (s[10] == ' ' || s[10] == 't') {
		s = s[:10] + "T" + strings.TrimLeft(s[11:], " ")
	}
	s = strings.Replace(strings.Replace(s, " +", "+", 1), " -", "-", 1)
	for _, form := range timeForms {
		t, e := time.Parse(form, s)
		if e != nil {
			continue
		}
		t = t.UTC()
		ms := t.Truncate(time.Millisecond)
		if above = ms.Before(t); above {
			ms = ms.Add(time.Millisecond)
		}
		if y := ms.Year(); y < 0 || y > 9999 {
			break
		}
		return store.At(ms).String(), above, nil
	}
	return nil, false, malformed("22007", "timestamp with time zone", text)
}
