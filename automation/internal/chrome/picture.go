package chrome

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math"
	"slices"
	"time"

	"github.com/go-rod/rod/lib/proto"
)

// Pictures for the record: of the content of a page alone, never of what lies
// over it or beside it. Where that cannot be told apart there is no picture.

// Content is the part of a page that a picture is to show. The set is closed.
type Content string

// The contents. Where a dialog holds what the place was recognised by, it is the
// content.
const (
	FormContent   Content = "form"   // the form, with its title
	MainContent   Content = "main"   // what the page calls main, or all of it
	DialogContent Content = "dialog" // a dialog, or nothing
)

// Sight says what pictures are to show.
type Sight struct {
	Of       Content
	Document string             // the document in which the place was recognised; no other is pictured
	Holds    []int64            // what the place was recognised by
	Kinds    map[string][]int64 // elements whose areas are told, by kind
	Whole    bool               // scroll, until all of it is in pictures, and scroll back
	Blind    bool               // paint over what somebody may have typed something into
}

// Shot is one picture.
type Shot struct {
	PNG   []byte
	Scale float64 // pixels of the picture for one of the page
	Areas []Area
}

// Area is a part of a shot, in its pixels. Its kind is one of Sight.Kinds, or
// "phone", "field", "image".
type Area struct {
	Kind       string
	X, Y, W, H int
}

// Shots are the pictures of one content, from above to below; long text areas
// follow.
type Shots struct {
	Shots   []Shot
	Covered bool // a part was left out because something lay over it
	Cut     bool // a part was left out because it is too large
}

// What a picture may be, in pixels of the page.
const (
	mostShots   = 12   // of one content
	mostTexts   = 40   // of its text areas, which are mostly low
	mostHeight  = 8000 // of one picture, as well as its width
	mostPage    = 1e7  // how far from the corner of a page it may be
	leastHeight = 24   // less shows nothing
	overlap     = 40   // of two pictures: a line of text is whole in one of them
)

// ErrUnclear means that it was not clear what a picture would show.
var ErrUnclear = errors.New("not clear what a picture would show")

// Pictures takes pictures of the current tab. With an error there may be some
// all the same. [ErrLost] says that the page has replaced elements meanwhile.
func (b *Browser) Pictures(ctx context.Context, want Sight) (Shots, error) {
	s, err := b.current(ctx)
	if err != nil {
		return Shots{}, err
	}
	return s.pictures(ctx, want)
}

// Pictures takes pictures of what the tab shows, without the mark on Send and
// without scrolling.
func (w *Watch) Pictures(ctx context.Context, want Sight) (Shots, error) {
	_ = proto.OverlayHideHighlight{}.Call(w.s.on(ctx))
	want.Whole = false
	return w.s.pictures(ctx, want)
}

func (s *session) pictures(ctx context.Context, want Sight) (out Shots, err error) {
	c := &camera{s: s, want: want}
	v, err := c.see(ctx, 0)
	if err != nil {
		return out, err
	}
	if !want.Whole {
		run := v.longest()
		if run.len() < min(leastHeight, v.Span.H) {
			return out, ErrUnclear
		}
		err = c.shoot(ctx, v, run)
		return c.out, err
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		if c.posed {
			err = errors.Join(err, s.call(ctx, "rest", nil, nil))
		}
	}()
	if err = c.tile(ctx, v, mostShots); err != nil {
		return c.out, err
	}
	most := len(c.out.Shots) + mostTexts
	for _, text := range v.Texts {
		if v, err = c.see(ctx, text); err == nil {
			err = c.tile(ctx, v, most)
		}
		if err != nil {
			break
		}
	}
	return c.out, err
}

// camera takes the pictures of one content.
type camera struct {
	s     *session
	want  Sight
	posed bool
	lead  float64 // what lies over the upper edge wherever the page is scrolled to
	out   Shots
}

// box is a box in the viewport, in CSS pixels.
type box struct {
	Kind       string
	X, Y, W, H float64
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
}

// see asks what a picture of an element would show; zero: of the content.
func (c *camera) see(ctx context.Context, node int64) (*scene, error) {
	var v *scene
	err := c.s.call(ctx, "scene", map[string]any{
		"of": c.want.Of, "holds": c.want.Holds, "node": node, "kinds": c.want.Kinds, "blind": c.want.Blind,
	}, &v)
	switch {
	case err != nil:
		return nil, fmt.Errorf("look what a picture would show: %w", err)
	case v == nil && node != 0, v != nil && v.Lost:
		return nil, ErrLost
	case v == nil, v.Document != c.want.Document:
		return nil, ErrUnclear
	}
	return v, nil
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

// tile takes pictures of an element from above to below, so many at most.
func (c *camera) tile(ctx context.Context, v *scene, most int) error {
	c.out.Cut = c.out.Cut || v.Span.W > v.Clip.W+2
	end, lap := v.Span.H-1, cmp.Or(min(v.Line, overlap), overlap)
	first, ok := v.at(0, 0)
	for line, done, tries := 0.0, 0.0, 0; ; tries++ {
		if len(c.out.Shots) >= most || tries > 2*most {
			c.out.Cut = true
			return nil
		}
		r := first
		if !ok || first.to < end {
			var err error
			if v, r, ok, err = c.reach(ctx, v.Content, line, done); err != nil {
				return err
			}
		}
		if ok {
			r = run{max(r.from, line-lap), min(r.to, max(r.from, line-lap)+mostHeight)}
			if err := c.shoot(ctx, v, r); err != nil {
				return err
			}
			done, line = r.to, r.to-min(lap, r.len()/2)
		} else {
			c.out.Covered = true
			line = v.after(line)
		}
		if done >= end || line >= end {
			return nil
		}
	}
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

// reach scrolls to a line: to the upper edge, below what lies over that edge, or
// to the middle of the window. It is reached where more is clear than is done.
func (c *camera) reach(ctx context.Context, node int64, line, done float64) (v *scene, r run, ok bool, err error) {
	c.posed = true
	for _, middle := range []bool{false, true} {
		to := line - c.lead
		if middle {
			to = line
		}
		var there bool
		if err = c.s.call(ctx, "pose", map[string]any{"node": node, "at": to, "middle": middle}, &there); err != nil {
			return nil, r, false, fmt.Errorf("scroll for a picture: %w", err)
		}
		if !there {
			return nil, r, false, ErrLost
		}
		if v, err = c.see(ctx, node); err != nil {
			return nil, r, false, err
		}
		if r, ok = v.at(line, done); ok {
			return v, r, true, nil
		}
		if next := v.after(line) - line; !middle && next < v.Clip.H/2 {
			c.lead = next
		}
	}
	return v, r, false, nil
}

// shoot takes one picture of a stretch, and makes sure that it still shows what
// the scene said: what came or moved meanwhile may be somebody else's.
func (c *camera) shoot(ctx context.Context, v *scene, r run) error {
	clip := inner(v, r)
	if clip.Empty() {
		return ErrUnclear
	}
	data, err := c.s.capture(ctx, v, clip)
	if err != nil {
		return err
	}
	now, err := c.see(ctx, v.Content)
	if err != nil {
		return err
	}
	if !now.shows(v, r) {
		return ErrLost
	}
	shot := Shot{PNG: data, Scale: v.Scale}
	size, err := png.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return fmt.Errorf("read the picture: %w", err)
	}
	// Whoever cannot tell which pixel is which cannot say what a picture shows.
	if off(size.Width, clip.Dx(), v.Scale) || off(size.Height, clip.Dy(), v.Scale) {
		return ErrUnclear
	}
	bounds := image.Rect(0, 0, size.Width, size.Height)
	for _, a := range v.Areas {
		if in := a.pixels(clip.Min, v.Scale).Intersect(bounds); !in.Empty() {
			shot.Areas = append(shot.Areas, Area{a.Kind, in.Min.X, in.Min.Y, in.Dx(), in.Dy()})
		}
	}
	if c.want.Blind {
		if shot.PNG, err = painted(data, clip.Min, v); err != nil {
			return err
		}
	}
	c.out.Shots = append(c.out.Shots, shot)
	return nil
}

// off tells whether a side of a picture is not as long as it should be; the
// browser may round.
func off(pixels, css int, scale float64) bool {
	return math.Abs(float64(pixels)-float64(css)*scale) > 1.5
}

// shows tells whether the same lies at the same place, clear.
func (v *scene) shows(was *scene, r run) bool {
	near := func(a, b float64) bool { return math.Abs(a-b) < 0.5 }
	return v.Scale == was.Scale && near(v.Span.X, was.Span.X) && near(v.Span.Y, was.Span.Y) && near(v.Clip.X, was.Clip.X) && near(v.Clip.W, was.Clip.W) &&
		len(v.Areas) == len(was.Areas) && len(v.Typed) == len(was.Typed) &&
		slices.ContainsFunc(v.runs(), func(now run) bool { return now.from <= r.from+0.5 && now.to >= r.to-0.5 })
}

// inner is a stretch in whole pixels of the viewport, rounded inwards, and so
// that they are whole pixels of the screen, too, where that can be.
func inner(v *scene, r run) image.Rectangle {
	step := 1
	for n := 1; n <= 4; n++ {
		if whole := v.Scale * float64(n); whole == math.Round(whole) {
			step = n
			break
		}
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

// capture takes the picture. DevTools counts from the corner of the document.
func (s *session) capture(ctx context.Context, v *scene, clip image.Rectangle) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	res, err := proto.PageCaptureScreenshot{
		Format: proto.PageCaptureScreenshotFormatPng, OptimizeForSpeed: true,
		Clip: &proto.PageViewport{X: float64(clip.Min.X) + v.ScrollX, Y: float64(clip.Min.Y) + v.ScrollY, Width: float64(clip.Dx()), Height: float64(clip.Dy()), Scale: 1},
	}.Call(s.on(ctx))
	if err != nil {
		return nil, fmt.Errorf("take a picture: %w", err)
	}
	return res.Data, nil
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
