package reader

import (
	"encoding/json"
	"testing"

	"github.com/AlexxIT/go2rtc/seats/analytics/store"
	"github.com/stretchr/testify/require"
)

// FuzzFrame: any message of a client is a frame or an error, and what is echoed of it stays JSON.
func FuzzFrame(f *testing.F) {
	for _, seed := range []string{
		`["6","6","realtime:seats","phx_join",{"config":{"postgres_changes":[{"event":"*","schema":"public","table":"seat_status","filter":"seat_id=in.(\"a,b\",c)"}]}}]`,
		`[null,"7","phoenix","heartbeat",{}]`, `{"topic":"phoenix","event":"heartbeat","payload":{},"ref":"1","join_ref":null}`,
		`["1","1",`, `[1,2,"a","b",{}]`, `[]`, `null`, "[\"\xff\",null,\"a\",\"b\",{}]",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, v := range []version{1, 2} {
			got, err := v.parse(b)
			if err != nil {
				require.ErrorIs(t, err, errFrame)
				continue
			}
			out := v.begin(nil, got.JoinRef, got.Ref, mustJSON(got.Topic), "phx_reply")
			require.True(t, json.Valid(v.end(append(out, '{', '}'))))
			var j join
			if json.Unmarshal(got.Payload, &j) == nil {
				for i := range j.Config.PostgresChanges {
					_, _ = j.Config.PostgresChanges[i].bind()
				}
			}
		}
	})
}

// FuzzQuery: any query of a URL is refused with a code, or is one that SQLite runs, and the rows are those
// that the same filters let through to subscribers.
func FuzzQuery(f *testing.F) {
	for _, seed := range []string{
		"select=*&seat_id=eq.A1", `seat_id=in.("a,b",c)&order=since.desc.nullsfirst`, "since=not.gt.2026-11-23T12:17:11.277Z",
		"person_detected=is.not_null&limit=1&offset=2", "select=a:seat_id,b:status", "seat_id=not.in.()", "detection_confidence=gte.NaN",
		"since=eq.2026-11-23 12:17:11.2700001%2B00", "or=(a.eq.1)", "%zz", "select=count()", "since=lt.infinity",
	} {
		f.Add(seed)
	}
	b := newBox(f, nil)
	rows := []store.SeatRow{seatRow("A1", "occupied"), seatRow("A2", "empty"), seatRow("B,1", "abandoned")}
	f.Fuzz(func(t *testing.T, raw string) {
		q, err := parseQuery(store.SeatSchema, raw)
		if err != nil {
			require.NotEmpty(t, err.Code)
			require.Less(t, len(err.Message), 400)
			return
		}
		n, body, e := q.run(t.Context(), b.db)
		require.NoError(t, e)
		require.True(t, json.Valid(body), "%s", body)
		require.LessOrEqual(t, n, maxRows)

		total, e := b.db.Count(t.Context(), &q.Selection)
		require.NoError(t, e)
		told := 0
		for i := range rows {
			wanted := binding{event: "*", where: q.Where}
			if wanted.wants(&change{kind: "UPDATE", table: store.SeatSchema, row: rows[i].Values(nil)}) {
				told++
			}
		}
		require.Equal(t, total, told)
	})
}
