package sink

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/AlexxIT/go2rtc/seats/analytics/store"
	"github.com/stretchr/testify/require"
)

func TestRelaySendsAtOnce(t *testing.T) {
	bubble(t, false, func(t *testing.T, w *world) {
		want := w.events(3)
		synctest.Wait()
		require.Equal(t, want, w.got)
		want = append(want, w.events(1)...)
		synctest.Wait()
		require.Equal(t, want, w.got)
		require.Equal(t, 4, w.relay.Status().Sent[store.DetectionEvents])
	})
}

func TestRecoveryIsNoticedWithinSeconds(t *testing.T) {
	for _, outage := range []time.Duration{time.Second, time.Minute, 10 * time.Hour} {
		bubble(t, false, func(t *testing.T, w *world) {
			w.set(true, nil)
			want := w.events(1200)
			after(outage)
			require.Empty(t, w.got)
			lines := w.lines("outbox retries")
			require.LessOrEqual(t, lines, 1+int(outage/time.Minute), "one line when it begins, one a minute")
			require.LessOrEqual(t, w.tries(), 10+int(outage/probeEvery)+int(outage/(10*time.Second)))
			require.Equal(t, Transient, w.relay.Status().Failing.Kind)
			w.set(false, nil)
			after(probeEvery)
			require.Equal(t, want, w.got)
			require.Nil(t, w.relay.Status().Failing)
			require.Equal(t, 1, w.lines("retries, over"))
		})
	}
}

// A server that answers probes and fails at writing is left alone for up to a minute.
func TestHalfAliveIsLeftAlone(t *testing.T) {
	bubble(t, false, func(t *testing.T, w *world) {
		w.set(false, says(503, nil, ""))
		w.events(1)
		after(10 * time.Minute)
		w.set(false, says(503, nil, ""))
		after(time.Hour)
		require.Less(t, w.tries(), 250)
		require.Greater(t, w.tries(), 60)
		for i := 2; i < len(w.asked); i++ {
			require.LessOrEqual(t, w.asked[i].Sub(w.asked[i-2]), 2*time.Minute, "for ever, and up to a minute apart")
		}
	})
}

func TestRetryAfterIsKept(t *testing.T) {
	bubble(t, false, func(t *testing.T, w *world) {
		w.set(false, says(503, http.Header{"Retry-After": {"120"}}, ""))
		want := w.events(1)
		after(time.Second)
		w.set(false, nil)
		for range 118 {
			w.relay.Wake()
			after(time.Second)
		}
		require.Zero(t, w.tries())
		after(5 * time.Second)
		require.Equal(t, want, w.got)
	})
}

func TestWaitingIsSaidOnceAndRetriedSlowly(t *testing.T) {
	bubble(t, false, func(t *testing.T, w *world) {
		w.set(false, says(401, nil, `{"message": "Invalid API key"}`))
		want := w.events(1)
		after(2 * time.Second)
		require.Equal(t, 1, w.tries())
		after(time.Hour)
		require.Less(t, w.tries(), 140)
		require.Equal(t, 1, w.lines("outbox waits for somebody"))
		require.Contains(t, w.log.String(), "analytics.supabase.key")
		w.set(false, nil)
		after(time.Minute)
		require.Equal(t, want, w.got)
		require.Equal(t, 1, w.lines("over"))
	})
}

func TestPoisonedRowsAreSetAside(t *testing.T) {
	bubble(t, false, func(t *testing.T, w *world) {
		w.set(true, nil)
		ids := w.events(1000)
		poisoned := []string{ids[3], ids[700], ids[999]}
		w.set(false, func(_ *http.Request, ids []string) (int, http.Header, string) {
			for _, id := range poisoned {
				if slices.Contains(ids, id) {
					return 400, nil, `{"code": "22P05", "message": "not for us"}`
				}
			}
			return 0, nil, ""
		})
		after(time.Minute)
		want := slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return slices.Contains(poisoned, id) })
		require.Equal(t, want, w.got, "the rest goes on, in order")
		require.Less(t, w.tries(), 70)
		rejected, err := w.relay.Outbox.Rejected(t.Context(), 10)
		require.NoError(t, err)
		require.Len(t, rejected, 3)
		for _, r := range rejected {
			require.Contains(t, poisoned, r.Key)
			require.Equal(t, "400 Bad Request: 22P05 not for us", r.Reason)
		}
		require.Equal(t, 3, w.relay.Status().Rejected)
		require.Equal(t, 3, w.lines("row set aside"))

		// the operator mends the table, and has them sent again
		w.set(false, nil)
		_, err = w.relay.Outbox.Retry(t.Context())
		require.NoError(t, err)
		w.relay.Wake()
		synctest.Wait()
		require.ElementsMatch(t, ids, w.got)
	})
}

// A table that refuses everything is at fault itself: its rows are kept.
func TestRefusedTableKeepsItsRows(t *testing.T) {
	bubble(t, false, func(t *testing.T, w *world) {
		w.set(false, says(400, nil, `{"code": "23514", "message": "violates check constraint"}`))
		ids := w.events(500)
		after(10 * time.Minute)
		rejected, err := w.relay.Outbox.Rejected(t.Context(), 1000)
		require.NoError(t, err)
		require.Less(t, len(rejected), 40)
		require.GreaterOrEqual(t, w.lines("waits for somebody"), 1)
		w.set(false, nil)
		after(time.Minute)
		require.Len(t, w.got, len(ids)-len(rejected))
	})
}

func TestOneMissingTableHoldsUpNoOther(t *testing.T) {
	bubble(t, false, func(t *testing.T, w *world) {
		w.set(false, func(r *http.Request, _ []string) (int, http.Header, string) {
			if strings.HasSuffix(r.URL.Path, "/camera_status") {
				return 404, nil, `{"code": "PGRST205", "message": "Could not find the table"}`
			}
			return 0, nil, ""
		})
		ids := w.commit(store.Change{
			Cameras: []store.CameraRow{{StoreID: "s", Stream: "cam1"}}, Events: events(2, "person_enter"),
			Seats: []store.SeatRow{{StoreID: "s", SeatID: "A", Stream: "cam1", Status: "empty"}},
		})
		synctest.Wait()
		require.Equal(t, append([]string{"A"}, ids...), w.got)
		require.Equal(t, 1, w.lines("waits for somebody"))
		require.Contains(t, w.log.String(), "schema.sql")
		w.set(false, nil)
		after(time.Minute)
		require.Contains(t, w.got, "cam1")
	})
}

// An NVR drops out: its cameras are missed one after another within seconds.
func TestCamerasLostAtOnceAreOneNotice(t *testing.T) {
	bubble(t, true, func(t *testing.T, w *world) {
		var text, id string
		w.set(false, func(r *http.Request, _ []string) (int, http.Header, string) {
			id = r.Header.Get("Webhook-Id")
			return 0, nil, ""
		})
		for _, e := range events(16, "camera_offline") {
			e.CreatedAt = store.At(time.Now())
			w.commit(store.Change{Events: []store.EventRow{e}})
			text += e.ID
			after(300 * time.Millisecond)
		}
		require.Zero(t, w.tries())
		after(gatherFor)
		require.Equal(t, 1, w.tries())
		require.Len(t, w.got, 16)
		require.NotEmpty(t, id)

		w.events(1)
		synctest.Wait()
		require.Equal(t, 2, w.tries(), "seats do not wait")
	})
}

// On a slow disk the sixteen are found missing at once, and committed one after another.
func TestSlowCommitsAreOneNotice(t *testing.T) {
	bubble(t, true, func(t *testing.T, w *world) {
		missed := store.At(time.Now())
		for _, e := range events(16, "camera_offline") {
			after(500 * time.Millisecond)
			e.CreatedAt = missed
			w.commit(store.Change{Events: []store.EventRow{e}})
		}
		require.Zero(t, w.tries())
		after(gatherFor)
		require.Equal(t, 1, w.tries())
		require.Len(t, w.got, 16)

		for _, e := range events(100, "camera_offline") {
			e.CreatedAt = store.At(time.Now())
			w.commit(store.Change{Events: []store.EventRow{e}})
			after(time.Second)
		}
		require.GreaterOrEqual(t, w.tries(), 1+100/16, "but they do not wait for ever")
	})
}

// A receiver knows a repeat by its id, so a notice that may have arrived is sent again as it was.
func TestRepeatedNoticeHasItsID(t *testing.T) {
	bubble(t, true, func(t *testing.T, w *world) {
		var ids []string
		w.set(false, func(r *http.Request, _ []string) (int, http.Header, string) {
			ids = append(ids, r.Header.Get("Webhook-Id"))
			if len(ids) < 3 {
				return 502, nil, "<html>"
			}
			return 0, nil, ""
		})
		first := w.events(2)
		synctest.Wait()
		all := slices.Concat(first, w.events(1))
		after(time.Minute)
		require.Equal(t, all, w.got)
		require.Len(t, ids, 4)
		require.Equal(t, []string{ids[0], ids[0]}, ids[1:3])
		require.NotEqual(t, ids[0], ids[3])
	})
}
