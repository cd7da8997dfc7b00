package config

import (
	"testing"

	"github.com/AlexxIT/go2rtc/seats/analytics/seat"
	"github.com/stretchr/testify/require"
)

const triangle = `[[0.1, 0.2], [0.30004, 0.2], [0.3, 0.4]]`

// FuzzRequest: of any request, what is accepted is within the bounds.
func FuzzRequest(f *testing.F) {
	f.Add([]byte(`{"stream": "cam1", "name": "창가", "roi": ` + triangle + `, "items_roi": null, "anchor": "foot", "revision": "x"}`))
	f.Add([]byte(`{"roi": [[0, 0], [1e-9, 0], [1, 1]], "name": "\u0000"}`))
	f.Add([]byte(`{"roi": [null, [], [[]]]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		q, err := DecodeRequest(body)
		if err != nil {
			require.Less(t, len(err.Error()), 400)
			return
		}
		wanted, changes := q.apply(Seat{ID: "A"})
		require.LessOrEqual(t, len([]rune(wanted.Name)), maxSeatName)
		for _, roi := range []seat.ROI{wanted.ROI, wanted.ItemsROI} {
			if len(roi) > 0 {
				require.NoError(t, roi.Validate())
			}
		}
		again, none := q.apply(wanted)
		require.Equal(t, wanted.Revision(), again.Revision())
		require.LessOrEqual(t, len(none), len(changes))
	})
}
