package analytics

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
	"net/http"
	"time"

	"github.com/AlexxIT/go2rtc/internal/api"
	"github.com/AlexxIT/go2rtc/seats/analytics/config"
	"github.com/AlexxIT/go2rtc/seats/analytics/look"
	"github.com/AlexxIT/go2rtc/seats/analytics/overlay"
	"github.com/AlexxIT/go2rtc/seats/analytics/seat"
	"github.com/AlexxIT/go2rtc/seats/analytics/store"
)

func (a *Analytics) apiFrame(w http.ResponseWriter, r *http.Request) {
	c := a.cameraAsked(w, r)
	if c == nil {
		return
	}
	img, at, err := a.drawLast(c, r.URL.Query().Get("plain") == "")
	if err == nil && img == nil {
		noLook(w)
		return
	}
	var shown image.Image = img
	if id := r.URL.Query().Get("seat"); id != "" && err == nil {
		s := a.plan.Load().config.Seat(id)
		if s == nil || s.Stream != c.Name() {
			http.Error(w, fmt.Sprintf("no seat %q at %s", id, c.Name()), http.StatusNotFound)
			return
		}
		shown = img.SubImage(around(s, img.Rect))
	}
	var b bytes.Buffer
	if err == nil {
		err = jpeg.Encode(&b, shown, &jpeg.Options{Quality: 80})
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Captured-At", store.At(at).String())
	api.Response(w, b.Bytes(), "image/jpeg")
}

// around is the part of a picture that shows a seat, its desk, and somebody who sits there.
func around(s *config.Seat, bounds image.Rectangle) image.Rectangle {
	all := s.ROI.Bounds()
	if len(s.ItemsROI) > 0 {
		all = all.Union(s.ItemsROI.Bounds())
	}
	w, h := float32(bounds.Dx()), float32(bounds.Dy())
	x, y := (all.X1-all.X0)/3, (all.Y1-all.Y0)/3
	return image.Rect(int((all.X0-x)*w), int((all.Y0-2*y)*h), int((all.X1+x)*w), int((all.Y1+y)*h)).Intersect(bounds)
}

// drawLast is the picture of the last look, and when it was received; nil where there was none. marked draws
// seats and boxes on it.
func (a *Analytics) drawLast(c *look.Camera, marked bool) (*image.RGBA, time.Time, error) {
	img, found, at, err := c.LastPicture()
	if img == nil || err != nil || !marked {
		return img, at, err
	}
	pen, err := overlay.NewPen(img)
	if err != nil {
		return nil, at, err
	}
	p := a.plan.Load()
	for i := range p.config.Seats {
		s := &p.config.Seats[i]
		if s.Stream != c.Name() {
			continue
		}
		row, _ := a.board.Seat(s.ID)
		color := overlay.Empty
		switch seat.Status(row.Status) {
		case seat.Occupied:
			color = overlay.Occupied
		case seat.Abandoned:
			color = overlay.Abandoned
		}
		if len(s.ItemsROI) > 0 {
			pen.Polygon(s.ItemsROI, color, 1)
		}
		pen.Polygon(s.ROI, color, 2)
		pen.Label(s.ROI[0], fmt.Sprintf("%s %s", s.ID, row.Status), color)
	}
	for _, d := range found {
		if d.Confidence < a.config.Model.Threshold {
			continue
		}
		color := overlay.Item
		if d.Class == seat.Person {
			color = overlay.Person
		} else if !a.config.IsItem(d.Class) {
			continue
		}
		b := d.Box
		pen.Polygon(seat.ROI{{X: b.X0, Y: b.Y0}, {X: b.X1, Y: b.Y0}, {X: b.X1, Y: b.Y1}, {X: b.X0, Y: b.Y1}}, color, 1)
		pen.Label(seat.Point{X: b.X0, Y: b.Y0}, fmt.Sprintf("%s %.2f", d.Class, d.Confidence), color)
	}
	title := at.Format("15:04:05.000")
	if note := p.note(); note != "" {
		title += " " + note
	}
	pen.Label(seat.Point{}, title, overlay.Person)
	return img, at, nil
}
