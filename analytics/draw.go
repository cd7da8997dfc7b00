package analytics

import (
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"sync"
	"time"

	"github.com/AlexxIT/go2rtc/seats/analytics/seat"
	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
	"golang.org/x/image/vector"
)

// The colours of statuses tell apart for those who see no red and green, too (Okabe and Ito, 2008).
var (
	colorEmpty     = color.RGBA{0, 158, 115, 255}
	colorOccupied  = color.RGBA{0, 114, 178, 255}
	colorAbandoned = color.RGBA{230, 159, 0, 255}
	colorPerson    = color.RGBA{255, 255, 255, 255}
	colorItem      = color.RGBA{240, 228, 66, 255}
	colorInk       = color.RGBA{0, 0, 0, 255}
)

var bold = sync.OnceValues(func() (*opentype.Font, error) { return opentype.Parse(gobold.TTF) })

// drawLast is the picture of the last look, and when its frame was received; nil where there was none. Seats and boxes
// are drawn on it where they are wanted.
func (a *Analytics) drawLast(c *camera, marked bool) (*image.RGBA, time.Time, error) {
	img, found, at, err := c.last()
	if img == nil || err != nil || !marked {
		return img, at, err
	}
	p, err := newPen(img)
	if err != nil {
		return nil, at, err
	}
	seats := a.layout.Load().config.Seats
	for i := range seats {
		s := &seats[i]
		if s.Stream != c.stream {
			continue
		}
		row, _ := a.board.Seat(s.ID)
		col := colorEmpty
		switch seat.Status(row.Status) {
		case seat.Occupied:
			col = colorOccupied
		case seat.Abandoned:
			col = colorAbandoned
		}
		if len(s.ItemsROI) > 0 {
			p.polygon(s.ItemsROI, col, 1)
		}
		p.polygon(s.ROI, col, 2)
		p.label(s.ROI[0], fmt.Sprintf("%s %s", s.ID, row.Status), col)
	}
	for _, d := range found {
		if d.Confidence < a.config.Model.Threshold {
			continue
		}
		col := colorItem
		if d.Class == seat.Person {
			col = colorPerson
		} else if !a.config.IsItem(d.Class) {
			continue
		}
		b := d.Box
		p.polygon(seat.ROI{{X: b.X0, Y: b.Y0}, {X: b.X1, Y: b.Y0}, {X: b.X1, Y: b.Y1}, {X: b.X0, Y: b.Y1}}, col, 1)
		p.label(seat.Point{X: b.X0, Y: b.Y0}, fmt.Sprintf("%s %.2f", d.Class, d.Confidence), col)
	}
	p.label(seat.Point{X: 0, Y: 0}, at.Format("15:04:05.000")+noteOf(a), colorPerson)
	return img, at, nil
}

func noteOf(a *Analytics) string {
	if note := a.layout.Load().note(); note != "" {
		return " " + note
	}
	return ""
}

// pen draws in the coordinates of seats, 0..1, with lines and letters that suit the picture's size.
type pen struct {
	img  *image.RGBA
	face font.Face
	line float32 // width of a thin line in pixels
}

func newPen(img *image.RGBA) (*pen, error) {
	f, err := bold()
	if err != nil {
		return nil, err
	}
	size := max(10, float64(img.Rect.Dy())/36)
	face, err := opentype.NewFace(f, &opentype.FaceOptions{Size: size, DPI: 72})
	if err != nil {
		return nil, err
	}
	return &pen{img: img, face: face, line: max(1, float32(img.Rect.Dy())/540)}, nil
}

func (p *pen) pixel(at seat.Point) (x, y float32) {
	return at.X * float32(p.img.Rect.Dx()), at.Y * float32(p.img.Rect.Dy())
}

func (p *pen) polygon(points []seat.Point, col color.Color, weight float32) {
	size := p.img.Rect.Size()
	r := vector.NewRasterizer(size.X, size.Y)
	half := p.line * weight / 2
	for i, a := range points {
		x0, y0 := p.pixel(a)
		x1, y1 := p.pixel(points[(i+1)%len(points)])
		dx, dy := x1-x0, y1-y0
		length := max(abs32(dx), abs32(dy))
		if length == 0 {
			continue
		}
		// square ends, so that corners close
		ux, uy := dx/length*half, dy/length*half
		r.MoveTo(x0-ux-uy, y0-uy+ux)
		r.LineTo(x1+ux-uy, y1+uy+ux)
		r.LineTo(x1+ux+uy, y1+uy-ux)
		r.LineTo(x0-ux+uy, y0-uy-ux)
		r.ClosePath()
	}
	r.Draw(p.img, p.img.Rect, image.NewUniform(col), image.Point{})
}

// label writes on a patch of the colour, inside the picture.
func (p *pen) label(at seat.Point, text string, col color.Color) {
	m := p.face.Metrics()
	width, height := font.MeasureString(p.face, text).Ceil()+4, (m.Ascent+m.Descent).Ceil()+2
	fx, fy := p.pixel(at)
	x := max(0, min(int(fx), p.img.Rect.Dx()-width))
	y := max(0, min(int(fy)-height, p.img.Rect.Dy()-height))
	draw.Draw(p.img, image.Rect(x, y, x+width, y+height), image.NewUniform(col), image.Point{}, draw.Src)
	d := font.Drawer{
		Dst: p.img, Src: image.NewUniform(colorInk), Face: p.face,
		Dot: fixed.P(x+2, y+1+m.Ascent.Ceil()),
	}
	d.DrawString(text)
}

func abs32(f float32) float32 { return max(f, -f) }
