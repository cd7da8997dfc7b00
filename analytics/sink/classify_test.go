package sink

import (
	"fmt"
	"testing"
	"time"

	"github.com/AlexxIT/go2rtc/seats/analytics/store"
	"github.com/stretchr/testify/require"
)

func TestNoticeText(t *testing.T) {
	require.Equal(t, "s: 7 cameras offline: cam1, cam2, cam3, cam4, cam5 and 2 more; A1 person leave",
		text(append(events(1, "person_leave"), events(7, "camera_offline")...)))
	require.Equal(t, "s: camera online: cam1", text(events(1, "camera_online")))
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	cases := []struct {
		text string
		want time.Duration
	}{
		{"", 0},
		{"7", 7 * time.Second},
		{" 7 ", 7 * time.Second},
		{"-1", 0},
		{"soon", 0},
		{"99999999", time.Hour},
		{"Wed, 25 Nov 2026 12:00:30 GMT", 30 * time.Second},
		{"Wed, 25 Nov 2026 11:00:00 GMT", 0},
	}
	for _, ca := range cases {
		require.Equal(t, ca.want, retryAfter(ca.text, now), ca.text)
	}
}

func TestClassify(t *testing.T) {
	cases := []struct {
		status int
		code   string
		want   Kind
	}{
		{500, "40001", Transient},
		{500, "40P01", Transient},
		{500, "57014", Transient},
		{503, "53300", Transient},
		{503, "57P01", Transient},
		{503, "08006", Transient},
		{500, "55P03", Transient},
		{503, "PGRST002", Transient},
		{504, "PGRST003", Transient},
		{500, "SUP", Transient},
		{429, "", Transient},
		{408, "", Transient},
		{502, "", Transient},
		{400, "22P05", Rejected},
		{409, "23505", Rejected},
		{400, "23514", Rejected},
		{500, "21000", Rejected},
		{400, "PGRST102", Rejected},
		{413, "", Rejected},
		{401, "", Waiting},
		{403, "42501", Waiting},
		{404, "42P01", Waiting},
		{400, "42703", Waiting},
		{400, "PGRST204", Waiting},
		{404, "PGRST205", Waiting},
		{401, "PGRST301", Waiting},
		{401, "PGRST303", Waiting},
		{404, "", Waiting},
		{400, "42P10", Waiting},
		{405, "25006", Waiting},
		{540, "", Waiting},
		{402, "", Waiting},
	}
	for _, ca := range cases {
		body := fmt.Sprintf(`{"code": %q, "message": "m"}`, ca.code)
		if ca.code == "" {
			body = `{"message": "m"}`
		}
		e := classify(answer{status: ca.status, body: []byte(body)}.refuse(), store.DetectionEvents)
		require.Equal(t, ca.want, e.Kind, "%d %s", ca.status, ca.code)
		require.Equal(t, ca.want == Waiting, e.Advice != "", "%d %s", ca.status, ca.code)
	}
	e := classify(answer{status: 400, body: []byte(`{"code": "42P10", "message": "m"}`)}.refuse(), store.SeatStatus)
	require.Contains(t, e.Advice, "alter table seat_status drop constraint seat_status_pkey, add primary key (store_id,seat_id)")
}
