package chrome

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"math"
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
	Document string              // the document in which the place was recognised; no other is pictured
	Holds    []int64             // what the place was recognised by
	Kinds    map[string][]int64  // elements whose areas are told, by kind
	Says     map[string][]string // words of the person's whose areas are told as well, by kind
	Whole    bool                // scroll, until all of it is in pictures, and scroll back
	Blind    bool                // paint over what somebody may have typed something into
}

// Shot is one picture.
type Shot struct {
	PNG   []byte
	Scale float64 // pixels of the picture for one of the page
	Areas []Area
}

// Area is a part of a shot, in its pixels. Its kind is one of Sight.Kinds or
// Sight.Says, or "email", "phone", "explanation", "field", "image".
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
	zoom  float64 // how much the person has enlarged the page; 0: not known yet
	out   Shots
}

// see asks what a picture of an element would show; zero: of the content.
func (c *camera) see(ctx context.Context, node int64) (*scene, error) {
	var v *scene
	err := c.s.call(ctx, "scene", map[string]any{
		"of": c.want.Of, "holds": c.want.Holds, "node": node, "kinds": c.want.Kinds, "says": c.want.Says, "blind": c.want.Blind,
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

// tile takes pictures of an element from above to below, so many at most.
func (c *camera) tile(ctx context.Context, v *scene, most int) error {
	c.out.Cut = c.out.Cut || v.Span.W > v.Clip.W+2
	end, lap := v.Span.H-1, cmp.Or(min(v.Line, overlap), overlap)
	first, ok := v.at(0, 0)
	c.lead = 0
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

// reach scrolls to a line: to the upper edge, then below what lies over that
// edge, then to the middle of the window. It is reached where more is clear than
// is done.
func (c *camera) reach(ctx context.Context, node int64, line, done float64) (v *scene, r run, ok bool, err error) {
	c.posed = true
	for _, step := range []string{"edge", "below", "middle"} {
		if step == "below" {
			lead := c.lead + v.after(line) - line
			if lead >= v.Clip.H/2 || lead == c.lead {
				continue
			}
			c.lead = lead
		}
		at := line - c.lead
		if step == "middle" {
			at = line
		}
		var there bool
		if err = c.s.call(ctx, "pose", map[string]any{"node": node, "at": at, "middle": step == "middle"}, &there); err != nil {
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
	data, size, err := c.capture(ctx, v, clip)
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
	bounds := image.Rectangle{Max: size}
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

// capture takes a picture of a part of the viewport, and makes sure that its
// pixels are those of that part: whoever cannot tell which pixel is which cannot
// say what a picture shows. DevTools does not count as the page does where the
// person has enlarged it; by how much, the first picture tells.
func (c *camera) capture(ctx context.Context, v *scene, clip image.Rectangle) ([]byte, image.Point, error) {
	want := image.Pt(int(math.Round(float64(clip.Dx())*v.Scale)), int(math.Round(float64(clip.Dy())*v.Scale)))
	for {
		data, err := c.s.capture(ctx, v, clip, cmp.Or(c.zoom, 1))
		if err != nil {
			return nil, image.Point{}, err
		}
		size, err := png.DecodeConfig(bytes.NewReader(data))
		if err != nil {
			return nil, image.Point{}, fmt.Errorf("read the picture: %w", err)
		}
		if near(float64(size.Width), float64(want.X), 1.5) && near(float64(size.Height), float64(want.Y), 1.5) {
			c.zoom = cmp.Or(c.zoom, 1)
			return data, image.Pt(size.Width, size.Height), nil
		}
		screen := math.Round(20*float64(size.Width)/float64(clip.Dx())) / 20
		if c.zoom != 0 || screen == 0 || !near(float64(size.Width), screen*float64(clip.Dx()), 1.5) || !near(float64(size.Height), screen*float64(clip.Dy()), 1.5) {
			return nil, image.Point{}, ErrUnclear
		}
		c.zoom = v.Scale / screen
	}
}

func near(a, b, by float64) bool { return math.Abs(a-b) < by }

// capture asks for the picture. DevTools counts from the corner of the document.
func (s *session) capture(ctx context.Context, v *scene, clip image.Rectangle, zoom float64) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	res, err := proto.PageCaptureScreenshot{
		Format: proto.PageCaptureScreenshotFormatPng, OptimizeForSpeed: true,
		Clip: &proto.PageViewport{
			X: (float64(clip.Min.X) + v.ScrollX) * zoom, Y: (float64(clip.Min.Y) + v.ScrollY) * zoom,
			Width: float64(clip.Dx()) * zoom, Height: float64(clip.Dy()) * zoom, Scale: 1,
		},
	}.Call(s.on(ctx))
	if err != nil {
		return nil, fmt.Errorf("take a picture: %w", err)
	}
	return res.Data, nil
}
