package main

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/AlexxIT/go2rtc/seats/analytics/store"
	"github.com/stretchr/testify/require"
)

func TestLine(t *testing.T) {
	id, status, previous := "table-1", "occupied", "empty"
	b, err := json.Marshal(lineOf(&store.EventRow{
		SeatID: &id, EventType: "person_enter", Status: &status, PreviousStatus: &previous,
		DetectionConfidence: .86, CapturedAt: store.At(epoch.Add(7500 * time.Millisecond)),
	}))
	require.NoError(t, err)
	require.JSONEq(t, `{"t": 7.5, "seat_id": "table-1", "event_type": "person_enter", "status": "occupied",
		"previous_status": "empty", "detection_confidence": 0.86}`, string(b))
}
