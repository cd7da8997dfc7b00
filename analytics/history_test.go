package analytics

import (
	"encoding/csv"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/AlexxIT/go2rtc/seats/analytics/history"
	"github.com/stretchr/testify/require"
)

// TestHistoryForms: what JSON and CSV make of hours; an hour that was not seen has no shares.
func TestHistoryForms(t *testing.T) {
	h := history.New(time.Date(2026, 11, 25, 12, 30, 0, 0, time.FixedZone("KST", 9*3600)), 2)
	cell := history.Cell{Seen: 45 * time.Minute, Occupied: 30 * time.Minute, Abandoned: 15 * time.Minute}
	h.Seats = []history.Seat{
		{ID: "A", Name: "A", Stream: "cam1", Cells: []history.Cell{cell, {Seen: 30 * time.Minute}}},
		{ID: "new", Name: "=cmd|' /C calc'!A0", Stream: "cam1", Cells: make([]history.Cell, 2)},
	}
	v := historyOf(h)
	require.Equal(t, "KST", v.TimeZone)
	require.Equal(t, []string{"2026-11-25T11:00:00+09:00", "2026-11-25T12:00:00+09:00"}, v.Hours)
	share := func(f float64) *float64 { return &f }
	require.Equal(t, seatHistoryView{
		SeatID: "A", Name: "A", Stream: "cam1",
		Occupied: []*float64{share(0.667), share(0)}, Abandoned: []*float64{share(0.333), share(0)}, Seen: []int{2700, 1800},
	}, v.Seats[0])
	require.Equal(t, []int{0, 0}, v.Seats[1].Seen)
	require.Equal(t, []*float64{nil, nil}, v.Seats[1].Occupied)

	var text strings.Builder
	writeHistory(csv.NewWriter(&text), h)
	require.Equal(t, strings.ReplaceAll(`seat_id,name,stream,hour,seen_seconds,occupied_share,abandoned_share
A,A,cam1,2026-11-25T11:00:00+09:00,2700,0.667,0.333
A,A,cam1,2026-11-25T12:00:00+09:00,1800,0,0
new,'=cmd|' /C calc'!A0,cam1,2026-11-25T11:00:00+09:00,0,,
new,'=cmd|' /C calc'!A0,cam1,2026-11-25T12:00:00+09:00,0,,
`, "\n", "\r\n"), text.String())
}

func TestHistoryAPI(t *testing.T) {
	d := newDesk(t, deskText)
	d.looks("cam1", time.Now().Add(-time.Minute), 10, person)
	var v historyView
	d.get("/api/seats/history", &v)
	require.Len(t, v.Seats, 2)
	require.Len(t, v.Seats[0].Occupied, 24)
	status, text, header := d.ask("GET", "/api/seats/history?days=7&format=csv", "")
	require.Equal(t, http.StatusOK, status)
	require.Equal(t, 1+2*7*24, strings.Count(text, "\n")+1)
	require.Contains(t, header.Get("Content-Type"), "text/csv")
	for query, want := range map[string]string{
		"days=2": `days: wants 1 or 7, has "2"`, "days=" + strings.Repeat("9", 999): `days: wants 1 or 7, has "` + strings.Repeat("9", 40) + `…"`,
		"format=xls": `format: wants json or csv, has "xls"`,
	} {
		require.Equal(t, want, d.want(http.StatusBadRequest, "GET", "/api/seats/history?"+query, ""))
	}
	d.want(http.StatusMethodNotAllowed, "POST", "/api/seats/history", "")
	require.Equal(t, "'\t=1", cell("\t=1"))
}
