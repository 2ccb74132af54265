package chrome

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/go-rod/rod/lib/proto"

	"github.com/nonmerci/nonmerci/internal/guard"
)

// ErrLost means that an element went away between looking and acting.
var ErrLost = errors.New("the element is not there any more")

// facts mirrors what the engine's facts() says about one element.
type facts struct {
	Node      int64    `json:"node"`
	X         float64  `json:"x"`
	Y         float64  `json:"y"`
	W         float64  `json:"w"`
	H         float64  `json:"h"`
	Matches   int      `json:"matches"`
	Address   string   `json:"address"`
	Tag       string   `json:"tag"`
	Type      string   `json:"type"`
	Role      string   `json:"role"`
	Names     []string `json:"names"`
	Href      string   `json:"href"`
	InForm    bool     `json:"inForm"`
	NearSend  bool     `json:"nearSend"`
	Near      []string `json:"near"`
	Submits   bool     `json:"submits"`
	OnTop     bool     `json:"onTop"`
	Visible   bool     `json:"visible"`
	Enabled   bool     `json:"enabled"`
	Multiline bool     `json:"multiline"`
}

func (f facts) judged() guard.Facts {
	return guard.Facts{
		Node: f.Node, Point: guard.Point{X: f.X, Y: f.Y}, Matches: f.Matches, Address: f.Address, Tag: f.Tag, Type: f.Type,
		Role: f.Role, Names: f.Names, Href: f.Href, InForm: f.InForm, NearSend: f.NearSend, Near: f.Near, Submits: f.Submits,
		OnTop: f.OnTop, Visible: f.Visible, Enabled: f.Enabled, Multiline: f.Multiline,
	}
}

// Press presses a target that Look found. The judge sees the live element when
// it stands still, and again at the press point just before.
func (b *Browser) Press(ctx context.Context, id string, t Target) error {
	s, err := b.current(ctx)
	if err != nil {
		return err
	}
	intent := guard.Intent{Act: guard.Press, Target: id}
	var f *facts
	if err := s.call(ctx, "steady", t.Node, &f); moved(err) {
		return ErrLost
	} else if err != nil {
		return fmt.Errorf("bring %s into view: %w", id, err)
	}
	if f == nil {
		return ErrLost
	}
	if _, err := b.judge(intent, *f); err != nil {
		return err
	}
	var again *facts
	if err := s.call(ctx, "setBelt", map[string]any{"mode": b.belt("press"), "node": t.Node}, &again); moved(err) {
		return ErrLost
	} else if err != nil {
		return fmt.Errorf("put the belt on: %w", err)
	}
	landed := true // the press may take the page away, and the belt with it
	unbelt := func() { _ = s.call(ctx, "setBelt", map[string]any{"mode": "open"}, &landed) }
	if again == nil || again.X != f.X || again.Y != f.Y {
		unbelt()
		return ErrLost
	}
	permit, err := b.judge(intent, *again)
	if err == nil {
		err = b.press(ctx, s, permit, t.Node, guard.Point{X: again.X, Y: again.Y})
	}
	unbelt()
	if err == nil && !landed && !b.off.has(lockBrakes) {
		return ErrLost // the page put something else under the pointer
	}
	return err
}

// judge is lock 2. Only this file may call it, so that nobody judges facts that
// were not read from the page.
func (b *Browser) judge(i guard.Intent, f facts) (*guard.Permit, error) {
	if b.off.has(lockJudge) {
		return nil, nil
	}
	return guard.Judge(i, f.judged(), time.Now())
}

func (b *Browser) belt(mode string) string {
	if b.off.has(lockBrakes) {
		return "open"
	}
	return mode
}

// pressSpan is how long one click may take: what was judged before may be another
// page by then.
const pressSpan = 5 * time.Second

// press is lock 3: one click, for one permit.
func (b *Browser) press(ctx context.Context, s *session, permit *guard.Permit, node int64, at guard.Point) error {
	if !b.off.has(lockPress) {
		if err := permit.Spend(guard.Press, node, at, "", time.Now()); err != nil {
			return err
		}
	}
	ctx, cancel := context.WithTimeout(ctx, pressSpan)
	defer cancel()
	if permit != nil {
		defer b.gate.open(opening{point: at, mouse: []string{"mouseMoved", "mousePressed", "mouseReleased"}})()
	}
	for _, kind := range []proto.InputDispatchMouseEventType{
		proto.InputDispatchMouseEventTypeMouseMoved, proto.InputDispatchMouseEventTypeMousePressed, proto.InputDispatchMouseEventTypeMouseReleased,
	} {
		e := proto.InputDispatchMouseEvent{Type: kind, X: at.X, Y: at.Y}
		if kind != proto.InputDispatchMouseEventTypeMouseMoved {
			e.Button, e.ClickCount = proto.InputMouseButtonLeft, 1
		}
		if err := e.Call(s.on(ctx)); err != nil && !moved(err) {
			return fmt.Errorf("press: %w", err)
		}
	}
	return nil
}

// Fill replaces the text of a field.
func (b *Browser) Fill(ctx context.Context, id string, t Target, text string) error {
	s, err := b.current(ctx)
	if err != nil {
		return err
	}
	var f *facts
	if err := s.call(ctx, "facts", t.Node, &f); err != nil {
		return fmt.Errorf("read %s: %w", id, err)
	}
	if f == nil {
		return ErrLost
	}
	permit, err := b.judge(guard.Intent{Act: guard.Fill, Target: id, Text: text}, *f)
	if err != nil {
		return err
	}
	if !b.off.has(lockPress) {
		if err := permit.Spend(guard.Fill, f.Node, guard.Point{X: f.X, Y: f.Y}, text, time.Now()); err != nil {
			return err
		}
	}
	var ready bool
	if err := s.call(ctx, "select", t.Node, &ready); err != nil {
		return fmt.Errorf("put the cursor into %s: %w", id, err)
	}
	if !ready {
		return ErrLost
	}
	if permit != nil {
		defer b.gate.open(opening{text: &text})()
	}
	if err := (proto.InputInsertText{Text: text}).Call(s.on(ctx)); err != nil {
		return fmt.Errorf("fill %s: %w", id, err)
	}
	return nil
}

// Choose sets a native list to the one option that fits one of the wanted
// values or texts.
func (b *Browser) Choose(ctx context.Context, id string, t Target, wanted []string) error {
	s, err := b.current(ctx)
	if err != nil {
		return err
	}
	var f *facts
	if err := s.call(ctx, "facts", t.Node, &f); err != nil {
		return fmt.Errorf("read %s: %w", id, err)
	}
	if f == nil {
		return ErrLost
	}
	permit, err := b.judge(guard.Intent{Act: guard.Choose, Target: id}, *f)
	if err != nil {
		return err
	}
	if !b.off.has(lockPress) {
		if err := permit.Spend(guard.Choose, f.Node, guard.Point{X: f.X, Y: f.Y}, "", time.Now()); err != nil {
			return err
		}
	}
	var done bool
	if err := s.call(ctx, "choose", map[string]any{"node": t.Node, "wanted": wanted}, &done); err != nil {
		return fmt.Errorf("choose in %s: %w", id, err)
	}
	if !done {
		return ErrLost
	}
	return nil
}
