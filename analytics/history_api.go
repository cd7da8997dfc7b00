package analytics

import (
	"encoding/csv"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/AlexxIT/go2rtc/internal/api"
	"github.com/AlexxIT/go2rtc/seats/analytics/config"
)

// historyView is the reply of GET api/seats/history. Lists of a seat have one element an hour; null where nothing was
// seen.
type historyView struct {
	TimeZone string            `json:"timezone"` // of the server, in which hours begin
	Hours    []string          `json:"hours"`    // when each begins, RFC 3339 with the zone's offset
	Seats    []seatHistoryView `json:"seats"`    // in the order of the configuration
}

type seatHistoryView struct {
	SeatID    string     `json:"seat_id"`
	Name      string     `json:"name"`
	Stream    string     `json:"stream"`
	Occupied  []*float64 `json:"occupied"`  // share, 0..1, of the time that was seen
	Abandoned []*float64 `json:"abandoned"` // likewise
	Seen      []int      `json:"seen"`      // seconds
}

func (a *Analytics) apiHistory(w http.ResponseWriter, r *http.Request) {
	if !reads(w, r) {
		return
	}
	days := r.URL.Query().Get("days")
	hours, ok := map[string]int{"": 24, "1": 24, "7": 7 * 24}[days]
	if !ok {
		http.Error(w, fmt.Sprintf("days: wants 1 or 7, has %q", config.Shortened(days)), http.StatusBadRequest)
		return
	}
	format := r.URL.Query().Get("format")
	if format != "" && format != "json" && format != "csv" {
		http.Error(w, fmt.Sprintf("format: wants json or csv, has %q", config.Shortened(format)), http.StatusBadRequest)
		return
	}
	l, now := a.layout.Load(), time.Now()
	h := &history{hours: hoursUntil(now, hours), end: now}
	if len(l.cameras) > 0 {
		db, err := a.database()
		if err == nil {
			h, err = readHistory(r.Context(), db, l, now, hours)
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusServiceUnavailable)
			return
		}
	}
	w.Header().Set("Cache-Control", "no-store")
	if format != "csv" {
		api.ResponseJSON(w, h.view())
		return
	}
	w.Header().Set("Content-Disposition", fmt.Sprintf(`attachment; filename="seats-%s.csv"`, now.Format("2006-01-02")))
	w.Header().Set("Content-Type", "text/csv; charset=utf-8; header=present")
	h.writeCSV(csv.NewWriter(w))
}

func (h *history) view() historyView {
	zone, _ := h.end.Zone()
	if name := h.end.Location().String(); name != "Local" {
		zone = name
	}
	v := historyView{TimeZone: zone, Hours: []string{}, Seats: []seatHistoryView{}}
	for _, hour := range h.hours {
		v.Hours = append(v.Hours, hour.Format(time.RFC3339))
	}
	for i := range h.seats {
		s := &h.seats[i]
		sv := seatHistoryView{SeatID: s.id, Name: s.name, Stream: s.stream}
		for j := range s.cells {
			c := &s.cells[j]
			sv.Occupied = append(sv.Occupied, c.share(c.occupied))
			sv.Abandoned = append(sv.Abandoned, c.share(c.abandoned))
			sv.Seen = append(sv.Seen, int(c.seen.Seconds()))
		}
		v.Seats = append(v.Seats, sv)
	}
	return v
}

// share is the part of the time that was seen, to a thousandth; nil where none was.
func (c *hourCell) share(of time.Duration) *float64 {
	if c.seen < time.Second {
		return nil
	}
	share := math.Round(1000*of.Seconds()/c.seen.Seconds()) / 1000
	return &share
}

// writeCSV writes a line an hour and a seat (RFC 4180).
func (h *history) writeCSV(w *csv.Writer) {
	w.UseCRLF = true
	_ = w.Write([]string{"seat_id", "name", "stream", "hour", "seen_seconds", "occupied_share", "abandoned_share"})
	number := func(f *float64) string {
		if f == nil {
			return ""
		}
		return strconv.FormatFloat(*f, 'f', -1, 64)
	}
	for i := range h.seats {
		s := &h.seats[i]
		for j := range s.cells {
			c := &s.cells[j]
			_ = w.Write([]string{
				cell(s.id), cell(s.name), cell(s.stream), h.hours[j].Format(time.RFC3339), strconv.Itoa(int(c.seen.Seconds())),
				number(c.share(c.occupied)), number(c.share(c.abandoned)),
			})
		}
	}
	w.Flush() // whoever does not take the end has gone
}

// cell keeps a spreadsheet from taking a text for a formula (OWASP, CSV Injection).
func cell(text string) string {
	if text != "" && strings.ContainsRune("=+-@\t\r\n", rune(text[0])) {
		return "'" + text
	}
	return text
}
