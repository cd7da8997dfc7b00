package analytics

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/AlexxIT/go2rtc/seats/analytics/seat"
	"github.com/AlexxIT/go2rtc/seats/analytics/store"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/require"
)

// TestCorrection: an admin says what a seat is. That is no detection, it survives a restart, and it is counted.
func TestCorrection(t *testing.T) {
	d := newDesk(t, deskText)
	at := d.looks("cam1", time.Now().Add(-time.Hour), 12, person)
	require.Equal(t, "occupied", d.seatView("A").Status)

	var row store.SeatRow
	require.NoError(t, json.Unmarshal([]byte(d.want(http.StatusOK, "PUT", "/api/seats/status?id=A", `{"status": "empty"}`)), &row))
	require.Equal(t, "empty", row.Status)
	require.False(t, row.PersonDetected)
	require.Equal(t, "empty", d.seatView("A").Status, "the board has it")
	corrections, err := d.store().Corrections(t.Context(), "shop", time.Now().Add(-time.Minute))
	require.NoError(t, err)
	require.Len(t, corrections, 1)
	require.Equal(t, []string{"A", "cam1", "empty", "occupied"},
		[]string{corrections[0].SeatID, corrections[0].Stream, corrections[0].Status, corrections[0].PreviousStatus})
	events, err := d.store().Events(t.Context(), store.EventQuery{StoreID: "shop", Limit: 10})
	require.NoError(t, err)
	require.Len(t, events, 1, "person_enter, and no other")
	require.EqualValues(t, 1, testutil.ToFloat64(d.metrics.wrong.WithLabelValues("occupied", "empty")))

	d.again(t)
	require.Equal(t, "empty", d.seatView("A").Status)
	d.looks("cam1", at, 12, person)
	require.Equal(t, "occupied", d.seatView("A").Status, "who sits there is seen again")

	d.want(http.StatusOK, "PUT", "/api/seats/status?id=B", `{"status": "abandoned"}`)
	require.Equal(t, "abandoned", d.seatView("B").Status)
}

func TestCorrectionRefused(t *testing.T) {
	d := newDesk(t, deskText)
	d.looks("cam1", time.Now(), 2)
	for body, text := range map[string]string{
		`{"status": "taken"}`:  `status: wants one of ["empty" "occupied" "abandoned"]`,
		`{}`:                   `status: wants one of ["empty" "occupied" "abandoned"]`,
		`{"state": "empty"}`:   `the body wants to be {"status": "empty"}: json: unknown field "state"`,
		`{"status": "empty"}x`: `the body wants to be {"status": "empty"}: more than one value`,
		``:                     `the body wants to be {"status": "empty"}: EOF`,
	} {
		require.Equal(t, text, d.want(http.StatusBadRequest, "PUT", "/api/seats/status?id=A", body), body)
	}
	empty := `{"status": "empty"}`
	d.want(http.StatusNotFound, "PUT", "/api/seats/status?id=nobody", empty)
	d.want(http.StatusBadRequest, "PUT", "/api/seats/status", empty)
	d.want(http.StatusForbidden, "PUT", "/api/seats/status?id=A", empty, "Sec-Fetch-Site", "cross-site")
	d.want(http.StatusMethodNotAllowed, "GET", "/api/seats/status?id=A", "")
	d.want(http.StatusMethodNotAllowed, "PUT", "/api/seats/empty?id=A", "")
	require.Equal(t, "no picture was looked at yet", d.want(http.StatusNotFound, "POST", "/api/seats/empty?id=A", ""))
	corrections, err := d.store().Corrections(t.Context(), "shop", time.Time{})
	require.NoError(t, err)
	require.Empty(t, corrections)
}

// TestCorrectedOfEach: from each status to each, and what the next looks make of it.
func TestCorrectedOfEach(t *testing.T) {
	c := testConfig()
	r := c.Rules()
	now := time.Now()
	for _, from := range []seat.Status{seat.Empty, seat.Occupied, seat.Abandoned} {
		for _, to := range []seat.Status{seat.Empty, seat.Occupied, seat.Abandoned} {
			s := seat.State{}.Corrected(from, now, r)
			if from == seat.Empty {
				s.Status = seat.Empty
			}
			s = s.Corrected(to, now, r)
			require.Equal(t, to, s.Status)
			require.Equal(t, to == seat.Occupied, s.Person.On)
			require.True(t, s.Settled())
			o := seat.Observation{At: now.Add(time.Second), Closely: true}
			switch to {
			case seat.Occupied:
				o.Person = .9
			case seat.Abandoned:
				o.Item = .9
			}
			for range 30 {
				var e *seat.Event
				s, e = s.Next(o, r)
				require.Nil(t, e, "%s to %s: what is true causes no event", from, to)
				o.At = o.At.Add(time.Second)
			}
		}
	}
}
