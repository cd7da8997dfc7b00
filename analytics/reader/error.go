package reader

import (
	"encoding/json"
	"fmt"
	"net/http"
)

const jsonUTF8 = "application/json; charset=utf-8"

// Error is a refusal in PostgREST's form. Codes are PostgREST's (https://docs.postgrest.org/en/v13/references/errors.html)
// and PostgreSQL's (SQLSTATE).
type Error struct {
	Status  int
	Code    string
	Message string
	Details string // null where empty
	Hint    string // null where empty
}

func (e *Error) Error() string { return e.Code + ": " + e.Message }

func (e *Error) write(w http.ResponseWriter, r *http.Request) {
	orNull := func(s string) *string {
		if s == "" {
			return nil
		}
		return &s
	}
	h := w.Header()
	h.Set("Content-Type", jsonUTF8)
	h.Set("Proxy-Status", "PostgREST; error="+e.Code)
	if e.Status == http.StatusServiceUnavailable {
		h.Set("Retry-After", "1") // supabase-js waits for it
	}
	w.WriteHeader(e.Status)
	if r.Method == http.MethodHead {
		return
	}
	_ = json.NewEncoder(w).Encode(struct {
		Code    string  `json:"code"`
		Details *string `json:"details"`
		Hint    *string `json:"hint"`
		Message string  `json:"message"`
	}{e.Code, orNull(e.Details), orNull(e.Hint), e.Message})
}

// unparsable is PGRST100, for what is no query and for what PostgREST would understand and this server does not.
func unparsable(what, text, details string) *Error {
	return &Error{
		Status: http.StatusBadRequest, Code: "PGRST100",
		Message: fmt.Sprintf("failed to parse %s (%s)", what, short(text)), Details: details,
	}
}

func noColumn(table, column string) *Error {
	return &Error{
		Status: http.StatusBadRequest, Code: "42703",
		Message: fmt.Sprintf("column %s.%s does not exist", table, short(column)),
	}
}

// short keeps a user's own text from filling the reply.
func short(s string) string {
	const most = 100
	if len(s) <= most {
		return s
	}
	return s[:most] + "…"
}
