package analytics

import (
	"net/http"
	"time"

	"github.com/AlexxIT/go2rtc/internal/api"
	"github.com/AlexxIT/go2rtc/seats/analytics/store"
)

// camerasView is the reply of GET api/seats/cameras: how the looks go.
type camerasView struct {
	Model   *modelView   `json:"model"` // null where nothing can be looked at
	Cameras []cameraView `json:"cameras"`
}

type modelView struct {
	Path     string `json:"path"` // as it is configured
	Family   string `json:"family"`
	Provider string `json:"provider"`
	Width    int    `json:"width"` // of its input, in pixels
	Height   int    `json:"height"`
	Note     string `json:"note,omitempty"`
}

// cameraView is one camera. Times of stages are processor time in milliseconds; means and rates are of the last minute,
// totals since the start.
type cameraView struct {
	Stream         string      `json:"stream"`
	Online         bool        `json:"online"`
	Error          *string     `json:"error"`
	Seats          int         `json:"seats"`
	LooksPerMinute int         `json:"looks_per_minute"`
	LastFrameAge   *float64    `json:"last_frame_age"` // seconds; null before the first one
	LastLookAt     *store.Time `json:"last_look_at"`
	Decode         stageView   `json:"decode_ms"`
	Infer          stageView   `json:"infer_ms"`
	DroppedTotal   int         `json:"dropped_total"` // looks that were due while the one before still waited
	FailedTotal    int         `json:"failed_total"`
}

type stageView struct {
	Last float64 `json:"last"`
	Mean float64 `json:"mean"`
}

func (a *Analytics) apiCameras(w http.ResponseWriter, r *http.Request) {
	if !reads(w, r) {
		return
	}
	l := a.layout.Load()
	view := camerasView{Cameras: []cameraView{}}
	if l.model != nil {
		m := &modelView{Path: a.config.Model.Path, Family: l.model.Family(), Provider: a.config.Model.Provider, Note: l.model.Note()}
		m.Width, m.Height = l.model.InputSize()
		view.Model = m
	}
	now := time.Now()
	for _, c := range l.cameras {
		v := c.view(now)
		for i := range l.config.Seats {
			if l.config.Seats[i].Stream == c.stream {
				v.Seats++
			}
		}
		row, _ := a.board.Camera(c.stream)
		v.Online, v.Error = row.Online, row.Error
		view.Cameras = append(view.Cameras, v)
	}
	api.ResponseJSON(w, view)
}

// view is what the camera knows of itself.
func (c *camera) view(now time.Time) cameraView {
	c.mu.Lock()
	defer c.mu.Unlock()
	v := cameraView{Stream: c.stream, DroppedTotal: c.tally.dropped, FailedTotal: c.tally.failed}
	if !c.unitAt.IsZero() {
		age := max(0, now.Sub(c.unitAt).Round(time.Millisecond).Seconds())
		v.LastFrameAge = &age
	}
	if t := &c.tally; !t.lookedAt.IsZero() {
		at := store.At(t.lookedAt)
		v.LastLookAt = &at
		v.Decode.Last, v.Infer.Last = milliseconds(t.last.Decode), milliseconds(t.last.Infer)
		if sum := t.minute(now); sum.looks > 0 {
			v.LooksPerMinute = sum.looks
			v.Decode.Mean = milliseconds(sum.decode / time.Duration(sum.looks))
			v.Infer.Mean = milliseconds(sum.infer / time.Duration(sum.looks))
		}
	}
	return v
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
