package reader

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/AlexxIT/go2rtc/seats/analytics/store"
)

// rest answers one request of rest/v1 as PostgREST 13 does.
func (s *Server) rest(w http.ResponseWriter, r *http.Request, prefix string) {
	if s.cors(w, r) || !s.admit(w, r) {
		return
	}
	reply, err := s.read(r, strings.TrimPrefix(r.URL.Path, prefix))
	if err != nil {
		err.write(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", reply.kind)
	h.Set("Content-Range", reply.contentRange)
	h.Set("Cache-Control", "no-store")
	if reply.counted {
		h.Set("Preference-Applied", "count=exact")
	}
	w.WriteHeader(reply.status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(reply.body)
	}
}

type reply struct {
	status             int
	kind, contentRange string
	counted            bool
	body               []byte
}

const objectType = "application/vnd.pgrst.object+json"

// read is the journey of a request: table, query, rows, form.
func (s *Server) read(r *http.Request, name string) (*reply, *Error) {
	t, err := target(r, name)
	if err != nil {
		return nil, err
	}
	kind, err := accepted(r.Header.Get("Accept"))
	if err != nil {
		return nil, err
	}
	q, err := parseQuery(t, r.URL.RawQuery)
	if err != nil {
		return nil, err
	}
	if err = q.ranges(r.Header.Get("Range")); err != nil {
		return nil, err
	}
	db, e := s.options.Database()
	if e != nil {
		return nil, away(e)
	}
	ctx, cancel := context.WithTimeout(r.Context(), queryPatience)
	defer cancel()

	rows, body, e := q.run(ctx, db)
	if e != nil {
		return nil, failed(e)
	}
	total := -1
	if strings.Contains(strings.Join(r.Header.Values("Prefer"), ","), "count=") {
		if total, e = db.Count(ctx, &q.Selection); e != nil {
			return nil, failed(e)
		}
		total = max(total, q.Offset*min(rows, 1)+rows) // one committed in between
	}
	return q.form(kind, rows, total, body)
}

// form is the reply's status and headers, by rows and, unless it is negative, how many there are in all.
func (q *query) form(kind string, rows, total int, body []byte) (*reply, *Error) {
	if kind == objectType {
		if rows != 1 {
			return nil, &Error{
				Status: http.StatusNotAcceptable, Code: "PGRST116", Message: "Cannot coerce the result to a single JSON object",
				Details: fmt.Sprintf("The result contains %d rows", rows),
			}
		}
		body = body[1 : len(body)-1]
	}
	out := &reply{status: http.StatusOK, kind: kind + "; charset=utf-8", counted: total >= 0, body: body}
	part, of := "*", "*"
	if rows > 0 {
		part = fmt.Sprintf("%d-%d", q.Offset, q.Offset+rows-1)
	}
	if total >= 0 {
		of = strconv.Itoa(total)
		switch {
		case q.Offset > total:
			return nil, unsatisfiable(fmt.Sprintf("An offset of %d was requested, but there are only %d rows.", q.Offset, total))
		case rows < total:
			out.status = http.StatusPartialContent
		}
	}
	out.contentRange = part + "/" + of
	return out, nil
}

// run gives the rows as a JSON array.
func (q *query) run(ctx context.Context, db *store.DB) (rows int, body []byte, err error) {
	heads := make([]string, len(q.names)) // `{"name":` and `,"name":`
	for i, name := range q.names {
		heads[i] = string(appendText(nil, name)) + ":"
		if i > 0 {
			heads[i] = "," + heads[i]
		}
	}
	b := append(make([]byte, 0, 4096), '[')
	err = db.Select(ctx, &q.Selection, func(values []any) error {
		if rows++; rows > 1 {
			b = append(b, ",\n "...)
		}
		b = append(b, '{')
		for i, v := range values {
			b = append(b, heads[i]...)
			b = appendValue(b, q.Table.Columns[q.Columns[i]].Type, v)
		}
		b = append(b, '}')
		return nil
	})
	return rows, append(b, ']'), err
}

// target is the table that a request reads.
func target(r *http.Request, name string) (*store.Schema, *Error) {
	read := r.Method == http.MethodGet || r.Method == http.MethodHead
	profile := r.Header.Get("Accept-Profile")
	if !read {
		profile = r.Header.Get("Content-Profile")
	}
	switch {
	case profile != "" && profile != "public":
		return nil, &Error{Status: http.StatusNotAcceptable, Code: "PGRST106", Message: "Invalid schema: " + short(profile), Hint: "Only the following schemas are exposed: public"}
	case name == "":
		return nil, &Error{Status: http.StatusNotFound, Code: "PGRST126", Message: "Root endpoint metadata is disabled"}
	case strings.HasPrefix(name, "rpc/"):
		return nil, &Error{Status: http.StatusNotFound, Code: "PGRST202", Message: "Could not find the function public." + short(name[4:]) + " in the schema cache"}
	case strings.Contains(name, "/"):
		return nil, &Error{Status: http.StatusNotFound, Code: "PGRST125", Message: "Invalid path specified in request URL"}
	}
	t := store.Table(name).Schema()
	switch {
	case t == nil:
		return nil, &Error{
			Status: http.StatusNotFound, Code: "PGRST205",
			Message: "Could not find the table 'public." + short(name) + "' in the schema cache",
			Hint:    "There are seat_status, detection_events and camera_status.",
		}
	case read:
		return t, nil
	}
	switch r.Method {
	case http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete:
		return nil, &Error{
			Status: http.StatusForbidden, Code: "42501", Message: "permission denied for table " + name,
			Hint: "This server is read only: seats are written by the cameras.",
		}
	}
	return nil, &Error{Status: http.StatusMethodNotAllowed, Code: "PGRST117", Message: "Unsupported HTTP method: " + short(r.Method)}
}

// accepted is the first media type of the header that is known here.
func accepted(header string) (string, *Error) {
	if header == "" {
		return "application/json", nil
	}
	for item := range strings.SplitSeq(header, ",") {
		kind, parameters, _ := strings.Cut(strings.TrimSpace(item), ";")
		if strings.Contains(parameters, "nulls=") {
			continue
		}
		switch strings.ToLower(strings.TrimSpace(kind)) {
		case "*/*", "application/*", "application/json", "application/vnd.pgrst.array+json", "application/vnd.pgrst.array":
			return "application/json", nil
		case objectType, "application/vnd.pgrst.object":
			return objectType, nil
		}
	}
	return "", &Error{Status: http.StatusNotAcceptable, Code: "PGRST107", Message: "None of these media types are available: " + short(header)}
}

func away(err error) *Error {
	return &Error{Status: http.StatusServiceUnavailable, Code: "PGRST001", Message: "Database client error. Retrying the connection.", Details: err.Error()}
}

func failed(err error) *Error {
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) || strings.Contains(err.Error(), "interrupted") {
		return &Error{Status: http.StatusInternalServerError, Code: "57014", Message: "canceling statement due to statement timeout"}
	}
	return away(err)
}
