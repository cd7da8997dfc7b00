package analytics

import (
	"net/http"

	"github.com/AlexxIT/go2rtc/internal/api"
	"github.com/AlexxIT/go2rtc/seats/analytics/config"
	"github.com/AlexxIT/go2rtc/seats/analytics/supabase"
	"github.com/AlexxIT/go2rtc/www"
)

// apiSchema is for people who paste it into Supabase's SQL editor; a browser shows plain text and saves application/sql.
func apiSchema(w http.ResponseWriter, r *http.Request) {
	if reads(w, r) {
		api.Response(w, supabase.SQL(), "text/plain; charset=utf-8")
	}
}

// apiEditorSchema takes the place of upstream's schema.json, unless the operator serves files of their own.
func apiEditorSchema(w http.ResponseWriter, _ *http.Request) {
	b, err := www.Static.ReadFile("schema.json")
	if err == nil {
		b, err = config.Schema(b)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	api.Response(w, b, api.MimeJSON)
}
