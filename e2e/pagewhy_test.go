package e2e

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestPageWhy: for a chosen seat the page shows what its status rests on, and takes a correction, which is no detection.
func TestPageWhy(t *testing.T) {
	t.Parallel()
	s := room(t)
	s.wait(secs(45), "somebody sat down", func() bool { return len(s.events("event_type=person_enter")) > 0 })
	b := newTab(t, 1280, 1000)
	b.open(s.api + "seats.html#camera=cam1&seat=A")
	b.until(secs(20), `document.querySelector('.why h3')?.textContent === 'Why A is so'`)
	b.until(secs(10), `document.querySelector('.why img').naturalWidth > 50 && document.querySelector('.why img').naturalWidth < 640`)
	b.until(secs(40), `document.querySelector('.why p').textContent === 'A person was found there.'`)
	require.Regexp(t, `Person: \d+ %`, run[string](b, `document.querySelector('.why').innerText`))
	b.shot("page-why")
	b.axe("why")

	before := len(s.events("seat_id=A"))
	run[any](b, `[...document.querySelectorAll('.why button')].find(b => b.textContent === 'Abandoned').click()`)
	b.until(secs(5), `document.querySelector('.why [role=status]').textContent === 'Corrected. The box learns from it.'`)
	b.until(secs(5), `document.querySelector('.place').innerText.includes('Abandoned')`)
	require.NotZero(t, s.metric("go2rtc_analytics_corrections_total"))
	require.NotZero(t, s.metric("go2rtc_analytics_looks_by_kind_total"))
	require.LessOrEqual(t, len(s.events("seat_id=A")), before+1, "a correction is no event; one of the room may have come")

	run[any](b, `[...document.querySelectorAll('.why button')].find(b => b.textContent.startsWith('Empty now')).click()`)
	b.until(secs(5), `document.querySelector('.why [role=status]').textContent === 'This is how the empty seat looks.'`)
	require.Equal(t, http.StatusNotFound, s.get("api/seats/frame.jpeg?src=cam1&seat=nobody", nil))
	require.Empty(t, b.uncaught())
}
