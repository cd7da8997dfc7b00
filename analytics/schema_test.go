package analytics

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/AlexxIT/go2rtc/seats/analytics/supabase"
	"github.com/stretchr/testify/require"
)

func TestSchema(t *testing.T) {
	w := httptest.NewRecorder()
	apiSchema(w, httptest.NewRequest(http.MethodGet, "/api/seats/schema.sql", http.NoBody))
	require.Equal(t, http.StatusOK, w.Code)
	require.Equal(t, "text/plain; charset=utf-8", w.Header().Get("Content-Type"))
	require.Equal(t, supabase.SQL(), w.Body.String())
	w = httptest.NewRecorder()
	apiSchema(w, httptest.NewRequest(http.MethodPost, "/api/seats/schema.sql", http.NoBody))
	require.Equal(t, http.StatusMethodNotAllowed, w.Code)
}
