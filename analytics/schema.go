package analytics

import (
	"net/http"

	"github.com/AlexxIT/go2rtc/internal/api"
	"github.com/AlexxIT/go2rtc/seats/analytics/supabase"
)

// apiSchema is for people who paste it into Supabase's SQL editor; a browser shows plain text and saves application/sql.
func apiSchema(w http.ResponseWriter, r *http.Request) {
	if reads(w, r) {
		api.Response(w, supabase.SQL(), "text/plain; charset=utf-8")
	}
}
