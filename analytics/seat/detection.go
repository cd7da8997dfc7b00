package seat

// Point is a place in a picture, 0..1 of its width and height, origin at the top left.
type Point struct{ X, Y float32 }

// Box is an axis-aligned rectangle of a picture, 0..1 of its width and height, X0 <= X1 and Y0 <= Y1.
type Box struct{ X0, Y0, X1, Y1 float32 }

// Foot is the bottom centre of the box: where a standing person meets the floor.
func (b Box) Foot() Point { return Point{(b.X0 + b.X1) / 2, b.Y1} }

// Center is the middle of the box.
func (b Box) Center() Point { return Point{(b.X0 + b.X1) / 2, (b.Y0 + b.Y1) / 2} }

// Detection is one thing that a detector found in one picture.
type Detection struct {
	Class      string  // name from the model's own list, "person" for people
	Confidence float32 // 0..1
	Box        Box
}

// Person is the class name that seats count as somebody; COCO's own.
const Person = "person"
