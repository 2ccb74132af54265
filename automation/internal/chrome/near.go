package chrome

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/go-rod/rod/lib/proto"
)

// Near is a thing on a page that comes near to a target that was not found. It is
// for the person to look at, and read as if they had pointed at it.
type Near struct {
	Shown
	Way string `json:"way"` // where it stands, for [Browser.Highlight]; empty: it cannot be marked
}

// Nearest lists what comes nearest to a target on the page in the current tab, the
// nearest first, three at most. A plan that the page has not been looked at with
// finds nothing.
func (b *Browser) Nearest(ctx context.Context, plan *Plan, target string) ([]Near, error) {
	s, err := b.current(ctx)
	if err != nil {
		return nil, err
	}
	_, key, err := plan.packed()
	if err != nil {
		return nil, fmt.Errorf("write the plan: %w", err)
	}
	var out []Near
	if err := s.call(ctx, "near", map[string]any{"key": key, "target": target}, &out); err != nil {
		return nil, fmt.Errorf("look for what comes near: %w", err)
	}
	return out, nil
}

// Highlight marks things in the current tab, in the place of those that were marked
// before. The page does not notice.
func (b *Browser) Highlight(ctx context.Context, things []Near) error {
	var ways []string
	for _, n := range things {
		if n.Way != "" {
			ways = append(ways, n.Way)
		}
	}
	s, err := b.current(ctx)
	if err != nil {
		return err
	}
	c := s.on(ctx)
	if len(ways) == 0 {
		return proto.OverlayHideHighlight{}.Call(c)
	}
	if err := (proto.DOMEnable{}).Call(c); err != nil {
		return err
	}
	if err := (proto.OverlayEnable{}).Call(c); err != nil {
		return err
	}
	head, err := headOf(c)
	if err != nil {
		return err
	}
	return proto.OverlayHighlightNode{NodeID: head, Selector: strings.Join(ways, ", "), HighlightConfig: shade}.Call(c)
}

// headOf is the number of the page's head: the browser marks what a selector
// names only beside one node, and the head is never seen.
func headOf(c proto.Client) (proto.DOMNodeID, error) {
	depth := 2
	doc, err := proto.DOMGetDocument{Depth: &depth}.Call(c)
	if err != nil {
		return 0, err
	}
	for _, html := range doc.Root.Children {
		for _, el := range html.Children {
			if el.LocalName == "head" {
				return el.NodeID, nil
			}
		}
	}
	return 0, ErrLost
}

// wayForm is where the engine says that elements stand, one or several.
var wayForm = regexp.MustCompile(`^:root(?: > :nth-child\(\d+\))*(?:, :root(?: > :nth-child\(\d+\))*)*$`)

func checkMarks(_ *gate, p params) error {
	if !wayForm.MatchString(p.text("selector")) {
		return errors.New("a mark is put where the engine says that a thing stands")
	}
	return nil
}

func checkDepth(_ *gate, p params) error {
	if !p.is("depth", "2") {
		return errors.New("of the page no more is read than its head's number")
	}
	return nil
}
