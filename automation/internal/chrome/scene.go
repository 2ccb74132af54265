package chrome

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math"
	"slices"
)

// box is a box in the viewport, in CSS pixels.
type box struct {
	Kind       string
	X, Y, W, H float64
}

// is tells whether two boxes are the same, to half a pixel.
func (b box) is(other box) bool {
	same := func(a, b float64) bool { return near(a, b, 0.5) }
	return b.Kind == other.Kind && same(b.X, other.X) && same(b.Y, other.Y) && same(b.W, other.W) && same(b.H, other.H)
}

// run is a stretch, in CSS pixels from the upper edge of the content.
type run struct{ from, to float64 }

func (r run) len() float64 { return r.to - r.from }

// scene is what the engine says a picture would show.
type scene struct {
	Document string       `json:"doc"`
	Content  int64        `json:"content"`
	Scale    float64      `json:"scale"`
	ScrollX  float64      `json:"scrollX"`
	ScrollY  float64      `json:"scrollY"`
	Span     box          `json:"span"`   // of the whole content
	Clip     box          `json:"clip"`   // the part in view
	Covers   [][2]float64 `json:"covers"` // stretches of the viewport
	Areas    []box        `json:"areas"`
	Typed    []box        `json:"typed"`
	Texts    []int64      `json:"texts"` // text areas that do not show all of their text
	Line     float64      `json:"line"`  // of a text area: how tall a line is
	Lost     bool         `json:"lost"`  // an element of Sight.Kinds is gone
	Moved    bool         `json:"moved"` // since the scene before, something of that moved, even if it is back
}

// runs lists the stretches of the content that are in view and that nothing
// lies over.
func (v *scene) runs() []run {
	if v.Clip.W < 1 || v.Clip.H < 1 {
		return nil
	}
	top := v.Span.Y
	covers := slices.Clone(v.Covers)
	slices.SortFunc(covers, func(a, b [2]float64) int { return int(math.Copysign(1, a[0]-b[0])) })
	var out []run
	from, end := v.Clip.Y, v.Clip.Y+v.Clip.H
	for _, c := range append(covers, [2]float64{end, end}) {
		if c[0] > from {
			out = append(out, run{from - top, min(c[0], end) - top})
		}
		from = max(from, c[1])
	}
	return out
}

func (v *scene) longest() run {
	var best run
	for _, r := range v.runs() {
		if r.len() > best.len() {
			best = r
		}
	}
	return best
}

// at is the clear stretch that holds a line, shows more than is done, and is
// worth a picture.
func (v *scene) at(line, done float64) (run, bool) {
	for _, r := range v.runs() {
		if r.from <= line+1 && r.to > done+1 && r.len() >= min(leastHeight, v.Span.H) {
			return r, true
		}
	}
	return run{}, false
}

// after is the next line below a covered one that may be clear.
func (v *scene) after(line float64) float64 {
	for _, r := range v.runs() {
		if r.from > line+1 {
			return r.from
		}
	}
	return line + max(leastHeight, v.Clip.H/2)
}

// shows tells whether the same lies at the same place, clear.
func (v *scene) shows(was *scene, r run) bool {
	same := func(a, b float64) bool { return near(a, b, 0.5) }
	return !v.Moved && v.Scale == was.Scale && same(v.Span.X, was.Span.X) && same(v.Span.Y, was.Span.Y) && same(v.Span.W, was.Span.W) && same(v.Span.H, was.Span.H) && same(v.Clip.X, was.Clip.X) && same(v.Clip.W, was.Clip.W) &&
		slices.EqualFunc(v.Areas, was.Areas, box.is) && slices.EqualFunc(v.Typed, was.Typed, box.is) &&
		slices.ContainsFunc(v.runs(), func(now run) bool { return now.from <= r.from+0.5 && now.to >= r.to-0.5 })
}

// inner is a stretch in whole pixels of the viewport, rounded inwards, and so
// that they are whole pixels of the screen, too, where that can be.
func inner(v *scene, r run) image.Rectangle {
	step := 1
	if !near(v.Scale, math.Round(v.Scale), 1e-3) && near(2*v.Scale, math.Round(2*v.Scale), 1e-3) {
		step = 2
	}
	up := func(x float64) int { return int(math.Ceil(x/float64(step)-1e-6)) * step }
	down := func(x float64) int { return int(math.Floor(x/float64(step)+1e-6)) * step }
	return image.Rectangle{
		Min: image.Pt(up(v.Clip.X), up(v.Span.Y+r.from)),
		Max: image.Pt(down(v.Clip.X+v.Clip.W), down(v.Span.Y+r.to)),
	}
}

// pixels is a box in the pixels of a picture whose corner stands there, rounded
// outwards.
func (b box) pixels(corner image.Point, scale float64) image.Rectangle {
	x, y := b.X-float64(corner.X), b.Y-float64(corner.Y)
	return image.Rect(int(math.Floor(x*scale)), int(math.Floor(y*scale)), int(math.Ceil((x+b.W)*scale)), int(math.Ceil((y+b.H)*scale)))
}

// painted is a picture with the fields painted over.
func painted(data []byte, corner image.Point, v *scene) ([]byte, error) {
	shown, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("read the picture: %w", err)
	}
	out := image.NewRGBA(shown.Bounds())
	draw.Draw(out, out.Bounds(), shown, shown.Bounds().Min, draw.Src)
	for _, typed := range v.Typed {
		draw.Draw(out, typed.pixels(corner, v.Scale), image.NewUniform(color.Gray{Y: 0xc0}), image.Point{}, draw.Src)
	}
	var b bytes.Buffer
	if err := png.Encode(&b, out); err != nil {
		return nil, fmt.Errorf("write the picture: %w", err)
	}
	return b.Bytes(), nil
}
