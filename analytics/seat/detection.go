package seat

import "slices"

// Point is a place in a picture, 0..1 of its width and height, origin at the top left.
type Point struct{ X, Y float32 }

// Box is an axis-aligned rectangle of a picture, 0..1 of its width and height, X0 <= X1 and Y0 <= Y1.
type Box struct{ X0, Y0, X1, Y1 float32 }

// Foot is the bottom centre of the box: where a standing person meets the floor.
func (b Box) Foot() Point { return Point{(b.X0 + b.X1) / 2, b.Y1} }

// Center is the middle of the box.
func (b Box) Center() Point { return Point{(b.X0 + b.X1) / 2, (b.Y0 + b.Y1) / 2} }

// Area is the part of the picture that the box covers.
func (b Box) Area() float64 { return float64(b.X1-b.X0) * float64(b.Y1-b.Y0) }

// Union is the smallest box around both.
func (b Box) Union(o Box) Box {
	return Box{min(b.X0, o.X0), min(b.Y0, o.Y0), max(b.X1, o.X1), max(b.Y1, o.Y1)}
}

// Shared is the area of what both boxes cover.
func (b Box) Shared(other Box) float64 {
	w := max(0, min(b.X1, other.X1)-max(b.X0, other.X0))
	h := max(0, min(b.Y1, other.Y1)-max(b.Y0, other.Y0))
	return float64(w) * float64(h)
}

// IoU is the intersection of two boxes over their union, 0..1.
func (b Box) IoU(other Box) float64 {
	both := b.Shared(other)
	return both / max(b.Area()+other.Area()-both, 1e-9)
}

// Detection is one thing that a detector found in one picture.
type Detection struct {
	Class      string  // name from the model's own list, "person" for people
	Confidence float32 // 0..1
	Box        Box
}

// Person is the class name of a person; COCO's own.
const Person = "person"

// furniture are the classes of COCO that stand in a room, and that nobody brings along.
var furniture = []string{
	"bench", "chair", "couch", "potted plant", "bed", "dining table", "toilet", "tv", "microwave", "oven", "toaster", "sink",
	"refrigerator", "clock", "traffic light", "fire hydrant", "stop sign", "parking meter",
}

// Furniture tells whether things of a class stand in a room, whoever is there.
func Furniture(class string) bool { return slices.Contains(furniture, class) }
