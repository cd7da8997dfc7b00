package look

import (
	"testing"
	"time"

	"github.com/AlexxIT/go2rtc/seats/analytics/tap"
	"github.com/stretchr/testify/require"
)

func TestBlindCameras(t *testing.T) {
	now := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	ago := func(s int) time.Time { return now.Add(-time.Duration(s) * time.Second) }
	cases := []struct {
		name                     string
		joined, unit, look, want int // seconds ago; 0: never, or not blind
	}{
		{"looked at", 500, 1, 3, 0},
		{"just joined", 20, 1, 0, 0},
		{"never looked at", 40, 1, 0, 40},
		{"looks stopped", 500, 1, 31, 31},
		{"looks stopped, joined again", 10, 1, 300, 0},
		{"offline", 500, 11, 300, 0},
	}
	for _, ca := range cases {
		t.Run(ca.name, func(t *testing.T) {
			c := &Camera{join: &tap.Join{}, joinedAt: ago(ca.joined), unitAt: ago(ca.unit)}
			if ca.look > 0 {
				c.lookedAt = ago(ca.look)
			}
			since, blind := c.Blind(now)
			blind = blind && now.Sub(since) > 30*time.Second
			require.Equal(t, ca.want > 0, blind)
			if blind {
				require.Equal(t, ago(ca.want), since)
			}
		})
	}
	_, blind := (&Camera{}).Blind(now)
	require.False(t, blind, "a stream that was never joined is offline")
}
