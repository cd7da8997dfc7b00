package reader

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/AlexxIT/go2rtc/seats/analytics/store"
)

// maxRows is how many rows a reply has at most, as in a Supabase project that was left as it is.
const maxRows = 1000

// query is a request's selection, and what its columns are called in the reply.
type query struct {
	store.Selection
	names []string
}

// The words of PostgREST that are no columns, and not spoken here.
var unspoken = map[string]bool{"and": true, "or": true, "not.and": true, "not.or": true, "columns": true, "on_conflict": true}

func parseQuery(t *store.Schema, raw string) (*query, *Error) {
	params, e := url.ParseQuery(raw)
	if e != nil {
		return nil, unparsable("query", raw, e.Error())
	}
	q := &query{Selection: store.Selection{Table: t, Limit: maxRows}}
	sel := "*"
	if params.Has("select") {
		sel = params.Get("select")
	}
	if err := q.selects(sel); err != nil {
		return nil, err
	}
	if err := q.orders(params.Get("order")); err != nil {
		return nil, err
	}
	for name, values := range params {
		switch {
		case name == "select", name == "order", name == "apikey":
		case name == "limit", name == "offset":
			if err := q.bounds(name, values[0]); err != nil {
				return nil, err
			}
		case unspoken[name]:
			return nil, unparsable("query", name, "this server does not speak "+name)
		default:
			for _, v := range values {
				c, err := parseCondition(t, strings.Trim(name, `"`), v)
				if err != nil {
					return nil, err
				}
				q.Where = append(q.Where, c)
			}
		}
	}
	return q, nil
}

// maxColumns bounds a select: a column may stand there more than once.
const maxColumns = 50

// selects reads `*`, `column` and `name:column`, with commas between.
func (q *query) selects(text string) *Error {
	if strings.TrimSpace(text) == "" {
		text = "*"
	}
	for item := range strings.SplitSeq(text, ",") {
		item = strings.TrimSpace(item)
		if len(q.Columns) >= maxColumns {
			return unparsable("select parameter", text, "too many columns")
		}
		if item == "*" {
			for i, c := range q.Table.Columns {
				q.Columns, q.names = append(q.Columns, i), append(q.names, c.Name)
			}
			continue
		}
		name, column, renamed := strings.Cut(item, ":")
		if !renamed || strings.HasPrefix(column, ":") {
			column = item
			name = strings.Trim(item, `"`)
		}
		switch {
		case strings.HasSuffix(column, "()"):
			return &Error{Status: http.StatusBadRequest, Code: "PGRST123", Message: "Use of aggregate functions is not allowed"}
		case strings.ContainsAny(column, "()!"), strings.HasPrefix(item, "..."):
			return &Error{
				Status: http.StatusBadRequest, Code: "PGRST200",
				Message: "Could not find a relationship between '" + q.Table.Name + "' and '" + short(strings.SplitN(column, "(", 2)[0]) + "' in the schema cache",
			}
		case column == "", name == "", strings.Contains(column, "::"), strings.Contains(column, "->"):
			return unparsable("select parameter", text, "expecting columns, * or name:column: this server speaks no casts and no JSON paths")
		}
		column = strings.Trim(column, `"`)
		i := q.Table.Column(column)
		if i < 0 {
			return noColumn(q.Table.Name, column)
		}
		q.Columns, q.names = append(q.Columns, i), append(q.names, strings.Trim(name, `"`))
	}
	return nil
}

// orders reads `column[.asc|.desc][.nullsfirst|.nullslast]`, with commas between. Nulls are larger than all.
func (q *query) orders(text string) *Error {
	if text == "" {
		return nil
	}
	for item := range strings.SplitSeq(text, ",") {
		words := strings.Split(strings.TrimSpace(item), ".")
		o := store.Order{Column: q.Table.Column(strings.Trim(words[0], `"`))}
		if len(q.Order) >= len(q.Table.Columns) {
			return unparsable("order", text, "more columns than there are")
		}
		words = words[1:]
		if len(words) > 0 && (words[0] == "asc" || words[0] == "desc") {
			o.Desc = words[0] == "desc"
			words = words[1:]
		}
		o.NullsFirst = o.Desc
		if len(words) > 0 && (words[0] == "nullsfirst" || words[0] == "nullslast") {
			o.NullsFirst = words[0] == "nullsfirst"
			words = words[1:]
		}
		if len(words) > 0 {
			return unparsable("order", text, "expecting asc, desc, nullsfirst or nullslast")
		}
		if o.Column < 0 {
			return noColumn(q.Table.Name, strings.SplitN(strings.TrimSpace(item), ".", 2)[0])
		}
		q.Order = append(q.Order, o)
	}
	return nil
}

func (q *query) bounds(name, text string) *Error {
	n, err := strconv.Atoi(text)
	if err != nil {
		return unparsable(name+" parameter", text, "expecting a whole number")
	}
	if n < 0 {
		return unsatisfiable("A " + name + " below zero was requested.")
	}
	if name == "limit" {
		q.Limit = min(n, maxRows)
	} else {
		q.Offset = n
	}
	return nil
}

// ranges takes the header Range, `0-9` in units of items, over limit and offset where it is narrower.
func (q *query) ranges(header string) *Error {
	if header == "" {
		return nil
	}
	from, to, ok := strings.Cut(strings.TrimPrefix(header, "items="), "-")
	first, readable := whole(from)
	if !ok || !readable {
		return nil // PostgREST passes over what it cannot read
	}
	q.Offset = max(q.Offset, first)
	if last, ok := whole(to); ok { // without an end it is open
		if last < first {
			return unsatisfiable("The lower boundary must be lower than or equal to the upper boundary in the Range header.")
		}
		q.Limit = min(q.Limit, last-first+1)
	}
	return nil
}

// whole reads a number of digits only.
func whole(s string) (int, bool) {
	n, err := strconv.Atoi(s)
	return n, err == nil && n >= 0
}

func unsatisfiable(details string) *Error {
	return &Error{Status: http.StatusRequestedRangeNotSatisfiable, Code: "PGRST103", Message: "Requested range not satisfiable", Details: details}
}
