package store

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// One seat that changes: its row and its event, synced; and the same with one and with two outlets.
func BenchmarkCommit(b *testing.B) {
	for _, ca := range []struct {
		name    string
		outlets []Outlet
	}{
		{"alone", nil}, {"outbox", []Outlet{supabase}}, {"two outboxes", []Outlet{supabase, {Name: "webhook"}}},
	} {
		b.Run(ca.name, func(b *testing.B) {
			db := open(b)
			outboxes(b, db, 1_000_000, ca.outlets...)
			c := Change{Seats: []SeatRow{seat("A", "occupied")}, Events: []EventRow{event(b, "A")}}
			b.ReportAllocs()
			for b.Loop() {
				c.Events[0].ID = event(b, "A").ID
				if err := db.Commit(b.Context(), &c); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// A page of 20 out of 100 000 events.
func BenchmarkEvents(b *testing.B) {
	db := open(b)
	middle := ""
	for i := range 20 {
		var c Change
		for j := range 5000 {
			e := event(b, []string{"A", "B", "C", "D"}[j%4])
			if j%100 == 0 {
				e.EventType = "abandoned_detected"
			}
			c.Events = append(c.Events, e)
		}
		require.NoError(b, db.Commit(b.Context(), &c))
		if i == 10 {
			middle = c.Events[0].ID
		}
	}
	for _, c := range []struct {
		name string
		q    EventQuery
	}{
		{"newest", EventQuery{}},
		{"before", EventQuery{Before: middle}},
		{"seat", EventQuery{SeatID: "C"}},
		{"type", EventQuery{EventType: "abandoned_detected", Before: middle}},
	} {
		b.Run(c.name, func(b *testing.B) {
			c.q.StoreID, c.q.Limit = "s", 20
			b.ReportAllocs()
			for b.Loop() {
				page, err := db.Events(b.Context(), c.q)
				if err != nil || len(page) != 20 {
					b.Fatal(len(page), err)
				}
			}
		})
	}
}
