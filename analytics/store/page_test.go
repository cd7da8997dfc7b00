package store

import (
	"database/sql"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// idAt is a UUIDv7 of the millisecond, with the tail given.
func idAt(ms int64, tail uint64) string {
	var id uuid.UUID
	binary.BigEndian.PutUint64(id[:8], uint64(ms)<<16)
	binary.BigEndian.PutUint64(id[8:], tail)
	id[6], id[8] = id[6]&0x0f|0x70, id[8]&0x3f|0x80
	return id.String()
}

// Pages are held against a list in memory: many events of one millisecond, filters, and commits between the pages.
func TestPagesNeitherLoseNorRepeat(t *testing.T) {
	db, base, stores := open(t), noon.UnixMilli(), 0
	rapid.Check(t, func(t *rapid.T) {
		stores++ // each run in a store of its own, in one file
		store, all := fmt.Sprint("store", stores), []EventRow(nil)
		add := func(ms int64) {
			e := EventRow{
				// ids are unique among all stores, so each run ends its own in its number
				ID: idAt(ms, rapid.Uint64().Draw(t, "tail")&^0xffffff|uint64(stores)), StoreID: store, Stream: "cam1",
				EventType:  rapid.SampledFrom([]string{"person_enter", "camera_offline"}).Draw(t, "type"),
				CapturedAt: At(noon), CreatedAt: At(time.UnixMilli(ms)),
			}
			if e.EventType == "person_enter" {
				e.SeatID = new(rapid.SampledFrom([]string{"A", "B"}).Draw(t, "seat"))
			}
			if slices.ContainsFunc(all, func(other EventRow) bool { return other.ID == e.ID }) {
				return
			}
			all = append(all, e)
			require.NoError(t, db.Commit(t.Context(), &Change{Events: []EventRow{e}}))
		}
		for range rapid.IntRange(0, 12).Draw(t, "events") {
			add(base + rapid.Int64Range(0, 3).Draw(t, "ms"))
		}

		q := EventQuery{StoreID: store, Limit: rapid.IntRange(1, 5).Draw(t, "limit")}
		q.SeatID = rapid.SampledFrom([]string{"", "", "A"}).Draw(t, "of seat")
		q.EventType = rapid.SampledFrom([]string{"", "", "person_enter"}).Draw(t, "of type")
		below := "g" // above every id
		if rapid.Bool().Draw(t, "before a time") {
			ms := base + rapid.Int64Range(0, 4).Draw(t, "before")
			q.Before, below = At(time.UnixMilli(ms)).String(), idAt(ms, 0)
		}
		var want, got []string
		for _, e := range all {
			if e.ID < below && (q.EventType == "" || q.EventType == e.EventType) &&
				(q.SeatID == "" || e.SeatID != nil && *e.SeatID == q.SeatID) {
				want = append(want, e.ID)
			}
		}
		slices.Sort(want)
		slices.Reverse(want)
		for {
			page, err := db.Events(t.Context(), q)
			require.NoError(t, err)
			require.NotNil(t, page)
			require.LessOrEqual(t, len(page), q.Limit)
			if len(page) == 0 {
				break
			}
			for _, e := range page {
				got = append(got, e.ID)
			}
			q.Before = page[len(page)-1].ID
			if rapid.Bool().Draw(t, "commit in between") {
				add(base + 5 + int64(len(all)))
			}
		}
		require.Equal(t, want, got)
	})
}

func TestEventQueryRefuses(t *testing.T) {
	db := open(t)
	for _, c := range []struct {
		limit  int
		before string
		want   string
	}{
		{0, "", "limit: wants a number from 1 to 1000, has 0"},
		{-1, "", "has -1"},
		{1001, "", "has 1001"},
		{1, "yesterday", `before: wants an event's id or a time such as 2026-11-24T09:00:00.000Z, has "yesterday"`},
		{1, "2026-11-24", `has "2026-11-24"`},
		{1, "1969-12-31T23:59:59Z", "before"},
		{1, "' or 1=1", "before"},
	} {
		q := EventQuery{StoreID: "s", Limit: c.limit, Before: c.before}
		require.ErrorContains(t, q.Validate(), c.want)
		_, err := db.Events(t.Context(), q)
		require.ErrorContains(t, err, c.want)
	}
	for _, before := range []string{"", "2026-11-24T21:00:00+09:00", "9999-12-31T23:59:59Z", idAt(0, 0), strings.ToUpper(idAt(1<<47, 1))} {
		q := EventQuery{StoreID: "s", Limit: MaxEvents, Before: before}
		require.NoError(t, q.Validate(), before)
	}
}

// A page takes as long in a year's events as in a day's: none is found by sorting.
func TestPagesAreReadInOrder(t *testing.T) {
	db := open(t)
	for _, filter := range []string{"", " and seat_id = 'A'", " and event_type = 'x'", " and seat_id = 'A' and event_type = 'x'"} {
		for _, before := range []string{"", " and id < 'f'"} {
			plan := "explain query plan select * from detection_events where store_id = 's'" +
				filter + before + " order by id desc limit 20"
			require.NoError(t, db.each(t.Context(), plan, nil, func(r *sql.Rows) error {
				var id, parent, unused int
				var step string
				err := r.Scan(&id, &parent, &unused, &step)
				require.Contains(t, step, "SEARCH detection_events USING INDEX", filter+before)
				return err
			}))
		}
	}
}
