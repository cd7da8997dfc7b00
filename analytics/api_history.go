package analytics

import (
	"encoding/csv"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/AlexxIT/go2rtc/seats/analytics/config"
	"github.com/AlexxIT/go2rtc/seats/analytics/history"
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
		badRequest(w, "days: wants 1 or 7, has %q", config.Shortened(days))
		return
	}
	format := r.URL.Query().Get("format")
	if format != "" && format != "json" && format != "csv" {
		badRequest(w, "format: wants json or csv, has %q", config.Shortened(format))
		return
	}
	p, now := a.plan.Load(), time.Now()
	h := history.New(now, hours)
	if len(p.cameras) > 0 {
		db, err := a.ledger.DB()
		if err == nil {
			h, err = history.Read(r.Context(), db, p.config.StoreID, historySeats(&p.config), now, hours)
		}
		if err != nil {
			unavailable(w, err)
			return
		}
	}
	if format != "csv" {
		replyFresh(w, historyOf(h))
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Disposition", fmt.Sprintf(`attachment; filename="seats-%s.csv"`, now.Format("2006-01-02")))
	w.Header().Set("Content-Type", "text/csv; charset=utf-8; header=present")
	writeHistory(csv.NewWriter(w), h)
}

func historySeats(c *config.Config) (seats []history.Seat) {
	for i := range c.Seats {
		s := &c.Seats[i]
		seats = append(seats, history.Seat{ID: s.ID, Name: s.Label(), Stream: s.Stream})
	}
	return seats
}

func historyOf(h *history.History) historyView {
	zone, _ := h.End.Zone()
	if name := h.End.Location().String(); name != "Local" {
		zone = name
	}
	v := historyView{TimeZone: zone, Hours: []string{}, Seats: []seatHistoryView{}}
	for _, hour := range h.Hours {
		v.Hours = append(v.Hours, hour.Format(time.RFC3339))
	}
	for i := range h.Seats {
		s := &h.Seats[i]
		sv := seatHistoryView{SeatID: s.ID, Name: s.Name, Stream: s.Stream}
		for j := range s.Cells {
			c := &s.Cells[j]
			sv.Occupied = append(sv.Occupied, share(c, c.Occupied))
			sv.Abandoned = append(sv.Abandoned, share(c, c.Abandoned))
			sv.Seen = append(sv.Seen, int(c.Seen.Seconds()))
		}
		v.Seats = append(v.Seats, sv)
	}
	return v
}

// share is the part of the time that was seen, to a thousandth; nil where none was.
func share(c *history.Cell, of time.Duration) *float64 {
	if c.Seen < time.Second {
		return nil
	}
	share := math.Round(1000*of.Seconds()/c.Seen.Seconds()) / 1000
	return &share
}

// writeHistory writes a line an hour and a seat (RFC 4180).
func writeHistory(w *csv.Writer, h *history.History) {
	w.UseCRLF = true
	_ = w.Write([]string{"seat_id", "name", "stream", "hour", "seen_seconds", "occupied_share", "abandoned_share"})
	number := func(f *float64) string {
		if f == nil {
			return ""
		}
		return strconv.FormatFloat(*f, 'f', -1, 64)
	}
	for i := range h.Seats {
		s := &h.Seats[i]
		for j := range s.Cells {
			c := &s.Cells[j]
			_ = w.Write([]string{
				cell(s.ID), cell(s.Name), cell(s.Stream), h.Hours[j].Format(time.RFC3339), strconv.Itoa(int(c.Seen.Seconds())),
				number(share(c, c.Occupied)), number(share(c, c.Abandoned)),
			})
		}
	}
	w.Flush() // a client that does not take the end has gone
}

// cell keeps a spreadsheet from taking a text for a formula (OWASP, CSV Injection).
func cell(text string) string {
	if text != "" && strings.ContainsRune("=+-@\t\r\n", rune(text[0])) {
		return "'" + text
	}
	return text
}
