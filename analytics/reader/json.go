package reader

import (
	"encoding/json"
	"strconv"

	"github.com/AlexxIT/go2rtc/seats/analytics/store"
)

// appendValue writes a value of the file as PostgreSQL's to_jsonb gives it.
func appendValue(b []byte, t store.Type, value any) []byte {
	switch v := value.(type) {
	case bool:
		return strconv.AppendBool(b, v)
	case float64:
		return strconv.AppendFloat(b, v, 'f', -1, 64)
	case int64: // a REAL that is whole
		return strconv.AppendInt(b, v, 10)
	case string:
		if t == store.Timestamptz {
			return appendTime(b, v)
		}
		return appendText(b, v)
	}
	return append(b, "null"...)
}

// appendTime turns 2026-11-23T12:17:11.270Z into PostgreSQL's 2026-11-23T12:17:11.27+00:00: zeros at the end of a
// fraction are not written.
func appendTime(b []byte, s string) []byte {
	end := len(s)
	if end > 0 && s[end-1] == 'Z' {
		end--
	}
	const fraction = len("2006-01-02T15:04:05")
	if end > fraction && s[fraction] == '.' {
		for s[end-1] == '0' {
			end--
		}
		if s[end-1] == '.' {
			end--
		}
	}
	b = append(b, '"')
	b = append(b, s[:end]...)
	return append(b, `+00:00"`...)
}

func appendText(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c == '"' || c == '\\' || c >= 0x7f {
			quoted, _ := json.Marshal(s) // of a string it never fails
			return append(b, quoted...)
		}
	}
	b = append(b, '"')
	b = append(b, s...)
	return append(b, '"')
}

// appendRow writes the values of a table's first n columns as an object.
func appendRow(b []byte, t *store.Schema, values []any, n int) []byte {
	b = append(b, '{')
	for i := range n {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, '"')
		b = append(b, t.Columns[i].Name...)
		b = append(b, `":`...)
		b = appendValue(b, t.Columns[i].Type, values[i])
	}
	return append(b, '}')
}
