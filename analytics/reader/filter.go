package reader

import (
	"cmp"
	"fmt"
	"net/http"
	"strings"

	"github.com/AlexxIT/go2rtc/seats/analytics/store"
)

var ops = map[string]store.Op{
	"eq": store.Eq, "neq": store.Ne, "gt": store.Gt, "gte": store.Ge, "lt": store.Lt, "lte": store.Le, "in": store.In, "is": store.IsNull,
}

// maxValues bounds the list of an in.
const maxValues = 1000

// parseCondition reads `[not.]op.value` for a column of a table.
func parseCondition(t *store.Schema, column, text string) (store.Condition, *Error) {
	c := store.Condition{Column: t.Column(column)}
	if c.Column < 0 {
		return c, noColumn(t.Name, column)
	}
	rest, not := strings.CutPrefix(text, "not.")
	c.Not = not
	name, value, ok := strings.Cut(rest, ".")
	op, known := ops[name]
	if !ok || !known {
		return c, unparsable("filter", text, "expecting not, eq, neq, gt, gte, lt, lte, in or is: this server speaks no other operator")
	}
	c.Op = op
	kind := t.Columns[c.Column].Type
	switch name {
	case "is":
		return parseIs(c, kind, value, text)
	case "in":
		list, err := parseList(value, text)
		for i := 0; err == nil && i < len(list); i++ {
			var v any
			var above bool
			if v, above, err = parseValue(kind, list[i]); above {
				v = between(v)
			}
			c.Values = append(c.Values, v)
		}
		return c, err
	}
	v, above, err := parseValue(kind, value)
	if err != nil {
		return c, err
	}
	if above {
		switch op {
		case store.Gt:
			c.Op = store.Ge
		case store.Le:
			c.Op = store.Lt
		case store.Eq, store.Ne:
			v = between(v)
		}
	}
	c.Values = []any{v}
	return c, nil
}

// between is a time that no row has: one with a fraction of a millisecond.
func between(v any) any { return fmt.Sprint(v, "~") }

func parseIs(c store.Condition, kind store.Type, value, text string) (store.Condition, *Error) {
	word := strings.ToLower(value)
	switch word {
	case "null":
		return c, nil
	case "not_null":
		c.Not = !c.Not
		return c, nil
	case "true", "false", "unknown":
	default:
		return c, unparsable("filter", text, "expecting null, not_null, true, false or unknown after is")
	}
	if kind != store.Bool {
		return c, &Error{
			Status: http.StatusBadRequest, Code: "42804",
			Message: fmt.Sprintf("argument of IS %s must be type boolean, not type %s", strings.ToUpper(word), kind),
		}
	}
	if word != "unknown" {
		c.Op, c.Values = store.IsTrue, []any{word == "true"}
	}
	return c, nil
}

// parseList reads `(a,"b,c",d)`: quotes hold commas and parentheses, a backslash within them the next character.
func parseList(s, text string) ([]string, *Error) {
	if len(s) < 2 || s[0] != '(' || s[len(s)-1] != ')' {
		return nil, unparsable("filter", text, "expecting a list such as (a,b) after in")
	}
	s = s[1 : len(s)-1]
	var list []string
	for s != "" {
		item, rest, ok := parseItem(s)
		if !ok || rest != "" && rest[0] != ',' || rest == "," || len(list) == maxValues {
			return nil, unparsable("filter", text, fmt.Sprintf("expecting at most %d values, with commas between them", maxValues))
		}
		list = append(list, item)
		s = strings.TrimPrefix(rest, ",")
	}
	return list, nil
}

// parseItem takes one value, up to a comma that is not in quotes.
func parseItem(s string) (item, rest string, ok bool) {
	if s[0] != '"' {
		i := strings.IndexByte(s, ',')
		if i < 0 {
			i = len(s)
		}
		return s[:i], s[i:], true
	}
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '"':
			return b.String(), s[i+1:], true
		case '\\':
			if i++; i == len(s) {
				return "", "", false
			}
		}
		b.WriteByte(s[i])
	}
	return "", "", false
}

// matches tells whether a row, with its values as the file has them, meets the condition; unknown is no.
func matches(c *store.Condition, row []any) bool {
	v := row[c.Column]
	switch c.Op {
	case store.IsNull:
		return (v == nil) != c.Not
	case store.IsTrue:
		return (v == c.Values[0]) != c.Not
	}
	if v == nil {
		return c.Op == store.In && len(c.Values) == 0 && c.Not // nothing is in an empty list, not even null
	}
	var is bool
	for _, w := range c.Values {
		d := compare(v, w)
		switch c.Op {
		case store.Eq, store.In:
			is = d == 0
		case store.Ne:
			is = d != 0
		case store.Gt:
			is = d > 0
		case store.Ge:
			is = d >= 0
		case store.Lt:
			is = d < 0
		case store.Le:
			is = d <= 0
		}
		if is {
			break
		}
	}
	return is != c.Not
}

// compare requires two values of one type.
func compare(a, b any) int {
	switch a := a.(type) {
	case string:
		return strings.Compare(a, b.(string))
	case float64:
		return cmp.Compare(a, b.(float64))
	case bool:
		switch {
		case a == b.(bool):
			return 0
		case a:
			return 1
		}
		return -1
	}
	return 0
}
