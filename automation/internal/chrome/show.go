package chrome

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/go-rod/rod/lib/proto"
)

// Shown is the thing on a page that a person has pointed out to the program. It
// is read and nothing else.
type Shown struct {
	Node     int64  `json:"node"`
	Family   string `json:"family"` // link, button, textbox, multiline, select, choice
	Name     string `json:"name"`   // accessible name
	Text     string `json:"text"`   // visible text
	Link     string `json:"link"`   // where it leads, without query; empty: nowhere
	Field    string `json:"field"`  // name attribute of a field
	Language string `json:"language"`
	Submits  bool   `json:"submits"`
}

// Why nothing was shown.
var (
	ErrNotShown = errors.New("the person did not point at anything")
	ErrNoThing  = errors.New("what was pointed at is nothing that one presses or fills")
)

// shade is how the browser marks a thing: yellow, with a red edge.
var shade = &proto.OverlayHighlightConfig{ContentColor: colour(255, 214, 0, 0.45), PaddingColor: colour(255, 214, 0, 0.45), BorderColor: colour(215, 60, 0, 1)}

func colour(r, g, b int, a float64) *proto.DOMRGBA { return &proto.DOMRGBA{R: r, G: g, B: b, A: &a} }

// Show lets the person point at one thing in the current tab: the browser marks
// what is under the mouse, and the page does not get the click. It is never open
// once the form is there. ready is called when they can begin.
func (b *Browser) Show(ctx context.Context, ready func()) (Shown, error) {
	s, err := b.current(ctx)
	if err != nil {
		return Shown{}, err
	}
	c := s.on(ctx)
	if err := (proto.DOMEnable{}).Call(c); err != nil {
		return Shown{}, fmt.Errorf("let the person point: %w", err)
	}
	if err := (proto.OverlayEnable{}).Call(c); err != nil {
		return Shown{}, fmt.Errorf("let the person point: %w", err)
	}
	select {
	case <-s.shown: // of an earlier time
	default:
	}
	err = proto.OverlaySetInspectMode{Mode: proto.OverlayInspectModeSearchForNode, HighlightConfig: shade}.Call(c)
	if err != nil {
		return Shown{}, fmt.Errorf("let the person point: %w", err)
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		_ = proto.OverlaySetInspectMode{Mode: proto.OverlayInspectModeNone, HighlightConfig: &proto.OverlayHighlightConfig{}}.Call(s.on(ctx))
		_ = proto.OverlayHideHighlight{}.Call(s.on(ctx))
	}()
	ready()
	select {
	case node := <-s.shown:
		if node == 0 {
			return Shown{}, ErrNotShown
		}
		return s.thing(ctx, node)
	case <-s.closed:
		return Shown{}, ErrNotShown
	case <-b.ctx.Done():
		return Shown{}, ErrGone
	case <-ctx.Done():
		return Shown{}, ctx.Err()
	}
}

// thing reads what a node belongs to. The engine is told the middle of the node,
// because a hand of DevTools' own never gets into it.
func (s *session) thing(ctx context.Context, node proto.DOMBackendNodeID) (Shown, error) {
	res, err := proto.DOMGetContentQuads{BackendNodeID: node}.Call(s.on(ctx))
	if err != nil {
		return Shown{}, fmt.Errorf("where it was pointed at: %w", err)
	}
	for _, q := range res.Quads {
		if len(q) != 8 {
			continue
		}
		var out *Shown
		at := map[string]float64{"x": (q[0] + q[4]) / 2, "y": (q[1] + q[5]) / 2}
		if err := s.call(ctx, "shown", at, &out); err != nil {
			return Shown{}, fmt.Errorf("read what was pointed at: %w", err)
		}
		if out != nil {
			return *out, nil
		}
	}
	return Shown{}, ErrNoThing
}

// takeShown keeps what the person has pointed at; zero: they let it be.
func (s *session) takeShown(node proto.DOMBackendNodeID) {
	select {
	case s.shown <- node:
	default:
	}
}
