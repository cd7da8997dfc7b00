// Package overlay draws seats and boxes on a picture that was looked at.
package overlay

import (
	"image"
	"image/color"
	"image/draw"
	"sync"

	"github.com/AlexxIT/go2rtc/seats/analytics/seat"
	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
	"golang.org/x/image/vector"
)

// The colours of statuses tell apart for people who see no red and green, too (Okabe and Ito, 2008).
var (
	Empty     = color.RGBA{0, 158, 115, 255}
	Occupied  = color.RGBA{0, 114, 178, 255}
	Abandoned = color.RGBA{230, 159, 0, 255}
	Person    = color.RGBA{255, 255, 255, 255}
	Item      = color.RGBA{240, 228, 66, 255}

	ink = color.RGBA{0, 0, 0, 255}
)

var bold = sync.OnceValues(func() (*opentype.Font, error) { return opentype.Parse(gobold.TTF) })

// Pen draws in the coordinates of seats, 0..1, with lines and letters that suit the picture's size.
type Pen struct {
	img  *image.RGBA
	face font.Face
	line float32 // width of a thin line in pixels
}

// NewPen draws on the picture itself.
func NewPen(img *image.RGBA) (*Pen, error) {
	f, err := bold()
	if err != nil {
		return nil, err
	}
	size := max(10, float64(img.Rect.Dy())/36)
	face, err := opentype.NewFace(f, &opentype.FaceOptions{Size: size, DPI: 72})
	if err != nil {
		return nil, err
	}
	return &Pen{img: img, face: face, line: max(1, float32(img.Rect.Dy())/540)}, nil
}

func (p *Pen) pixel(at seat.Point) (x, y float32) {
	return at.X * float32(p.img.Rect.Dx()), at.Y * float32(p.img.Rect.Dy())
}

// Polygon draws an outline, weight times the width of a thin line.
func (p *Pen) Polygon(points []seat.Point, col color.Color, weight float32) {
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

// Label writes on a patch of the colour, inside the picture.
func (p *Pen) Label(at seat.Point, text string, col color.Color) {
	m := p.face.Metrics()
	width, height := font.MeasureString(p.face, text).Ceil()+4, (m.Ascent+m.Descent).Ceil()+2
	fx, fy := p.pixel(at)
	x := max(0, min(int(fx), p.img.Rect.Dx()-width))
	y := max(0, min(int(fy)-height, p.img.Rect.Dy()-height))
	draw.Draw(p.img, image.Rect(x, y, x+width, y+height), image.NewUniform(col), image.Point{}, draw.Src)
	d := font.Drawer{
		Dst: p.img, Src: image.NewUniform(ink), Face: p.face,
		Dot: fixed.P(x+2, y+1+m.Ascent.Ceil()),
	}
	d.DrawString(text)
}

func abs32(f float32) float32 { return max(f, -f) }
