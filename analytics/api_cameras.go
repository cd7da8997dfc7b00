package analytics

import (
	"net/http"
	"time"

	"github.com/AlexxIT/go2rtc/internal/api"
	"github.com/AlexxIT/go2rtc/seats/analytics/look"
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

type cameraView struct {
	Stream string  `json:"stream"`
	Online bool    `json:"online"`
	Error  *string `json:"error"`
	Seats  int     `json:"seats"`
	look.Report
}

func (a *Analytics) apiCameras(w http.ResponseWriter, r *http.Request) {
	if !reads(w, r) {
		return
	}
	p := a.plan.Load()
	view := camerasView{Cameras: []cameraView{}}
	if p.model != nil {
		m := &modelView{Path: a.config.Model.Path, Family: p.model.Family(), Provider: a.config.Model.Provider, Note: p.model.Note()}
		m.Width, m.Height = p.model.InputSize()
		view.Model = m
	}
	now := time.Now()
	for _, c := range p.cameras {
		row, _ := a.board.Camera(c.Name())
		view.Cameras = append(view.Cameras, cameraView{
			Stream: c.Name(), Online: row.Online, Error: row.Error, Seats: len(p.config.SeatsOf(c.Name())), Report: c.Report(now),
		})
	}
	api.ResponseJSON(w, view)
}
