package sink_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// described is how PostgREST 12 describes tables (OpenAPI 2) at its root; lite does not.
const described = `{"swagger": "2.0", "definitions": {
	"seat_status": {"required": ["store_id"], "type": "object", "properties": {
		"store_id": {"description": "Note:\nThis is a Primary Key.<pk/>", "format": "text", "type": "string"},
		"seat_id": {"description": "Note:\nThis is a Primary Key.<pk/>", "format": "text", "type": "string"},
		"stream": {"format": "text"}, "status": {"format": "text"}, "person_detected": {"format": "boolean"},
		"items_detected": {"format": "boolean"}, "detection_confidence": {"format": "double precision"},
		"since": {"format": "timestamp with time zone"}, "updated_at": {"format": "timestamp with time zone"}}},
	"detection_events": {"type": "object", "properties": {
		"id": {"description": "Note:\nThis is a Primary Key.<pk/>", "format": "uuid"},
		"store_id": {"format": "text"}, "seat_id": {"format": "text"}, "stream": {"format": "text"},
		"event_type": {"format": "text"}, "status": {"format": "text"}, "previous_status": {"format": "text"},
		"detection_confidence": {"format": "double precision"},
		"captured_at": {"format": "timestamp with time zone"}, "created_at": {"format": "timestamp with time zone"}}},
	"camera_status": {"type": "object", "properties": {
		"store_id": {"description": "<pk/>", "format": "text"}, "stream": {"description": "<pk/>", "format": "text"},
		"online": {"format": "boolean"}, "last_frame_at": {"format": "timestamp with time zone"}, "error": {"format": "text"},
		"updated_at": {"format": "timestamp with time zone"}}}}}`

func TestCheckOfDescribedTables(t *testing.T) {
	worker := strings.NewReplacer(
		`"seat_id": {"description": "Note:\nThis is a Primary Key.<pk/>", "format": "text"`, `"seat_id": {"format": "integer"`,
		`"previous_status": {"format": "text"},`, ``, `"camera_status"`, `"cameras"`,
	).Replace(described)
	cases := []struct {
		name, text string
		want       []string
	}{
		{"as it should be", described, nil},
		{"the Python worker's", worker, []string{
			"column seat_status.seat_id is integer: alter table seat_status alter column seat_id type text using seat_id::text",
			"the primary key of seat_status is (store_id), not (store_id, seat_id): alter table seat_status drop constraint if exists seat_status_pkey, add primary key (store_id, seat_id)",
			"table camera_status is missing: run what api/seats/schema.sql gives in Supabase's SQL editor",
			"column detection_events.previous_status is missing: run what api/seats/schema.sql gives in Supabase's SQL editor",
		}},
	}
	for _, ca := range cases {
		t.Run(ca.name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path != "/rest/v1/" || r.Header.Get("Accept") != "application/openapi+json" {
					http.NotFound(w, r)
					return
				}
				_, _ = io.WriteString(w, ca.text)
			}))
			defer server.Close()
			require.Equal(t, ca.want, findings(t, server.URL, secretKey))
		})
	}
}

func TestCheckOfWhatIsNoSupabase(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	defer server.Close()
	found := findings(t, server.URL, secretKey)
	require.Len(t, found, 1)
	require.Contains(t, found[0], "is analytics.supabase.url right")
}

func findings(t *testing.T, url, key string) []string {
	t.Helper()
	found, err := newSupabase(t, url, key).Check(t.Context())
	require.NoError(t, err)
	return found
}
