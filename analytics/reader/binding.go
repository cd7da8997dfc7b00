package reader

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/AlexxIT/go2rtc/seats/analytics/store"
)

// binding is one on('postgres_changes', …) of a channel.
type binding struct {
	id    int
	event string        // *, INSERT, UPDATE, DELETE
	table *store.Schema // nil: all
	where []store.Condition
}

// wish is a binding as a client words it. Its words are echoed, since the client compares them.
type wish struct {
	ID     int             `json:"id"`
	Event  string          `json:"event"`
	Schema string          `json:"schema"`
	Table  *string         `json:"table,omitempty"`
	Filter *string         `json:"filter,omitempty"`
	Select json.RawMessage `json:"select,omitempty"`
}

// bind makes the binding, or says in one sentence why it cannot be.
func (w *wish) bind() (b binding, err error) {
	b = binding{id: w.ID, event: w.Event}
	if !slices.Contains([]string{"*", "INSERT", "UPDATE", "DELETE"}, w.Event) {
		return b, fmt.Errorf("event %q is none of *, INSERT, UPDATE, DELETE", short(w.Event))
	}
	if w.Schema != "public" && w.Schema != "*" {
		return b, fmt.Errorf("there is no schema %q, only public", short(w.Schema))
	}
	if len(w.Select) > 0 && string(w.Select) != "null" {
		return b, fmt.Errorf("select is not spoken here: changes carry all columns")
	}
	if w.Table != nil && *w.Table != "" && *w.Table != "*" {
		if b.table = store.Table(*w.Table).Schema(); b.table == nil {
			return b, fmt.Errorf("there is no table %q, only seat_status, detection_events and camera_status", short(*w.Table))
		}
	}
	if w.Filter == nil || *w.Filter == "" {
		return b, nil
	}
	if b.table == nil {
		return b, fmt.Errorf("a filter wants a table")
	}
	for _, part := range split(*w.Filter) {
		column, text, ok := strings.Cut(part, "=")
		if !ok {
			return b, fmt.Errorf("filter %q: wants column=op.value", short(part))
		}
		op, value, _ := strings.Cut(text, ".")
		if value, ok = unquote(value); ok {
			text = op + "." + value
		}
		c, bad := parseCondition(b.table, strings.TrimSpace(column), text)
		if bad != nil {
			return b, fmt.Errorf("filter %q: %s %s", short(part), bad.Message, bad.Details)
		}
		b.where = append(b.where, c)
	}
	return b, nil
}

// split cuts at commas that are neither in quotes nor in parentheses.
func split(s string) (parts []string) {
	from, depth, quoted := 0, 0, false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\' && quoted:
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '(':
			depth++
		case c == ')':
			depth--
		case c == ',' && depth <= 0:
			parts = append(parts, s[from:i])
			from = i + 1
		}
	}
	return append(parts, s[from:])
}

// unquote takes the quotes from a value that is in quotes as a whole.
func unquote(s string) (string, bool) {
	if s == "" || s[0] != '"' {
		return "", false
	}
	item, rest, ok := parseItem(s)
	return item, ok && rest == ""
}

// wants tells whether the binding covers a change.
func (b *binding) wants(c *change) bool {
	if b.event != "*" && b.event != c.kind || b.table != nil && b.table != c.table {
		return false
	}
	for i := range b.where {
		if !matches(&b.where[i], c.row) {
			return false
		}
	}
	return true
}
