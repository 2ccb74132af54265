package chrome

import (
	"context"
	"errors"
	"fmt"

	"github.com/go-rod/rod/lib/proto"
)

// Value is a field as it stands in the page.
type Value struct {
	Value string `json:"value"`
	Shown string `json:"shown"` // of a list: the text of the chosen entry
	Name  string `json:"name"`  // accessible name
}

// NavigationError says why an address could not be loaded, in the browser's
// words (net::ERR_…).
type NavigationError struct{ Reason string }

func (e *NavigationError) Error() string { return "the page could not be loaded: " + e.Reason }

// Open takes the current tab to an address and returns once the site answered. A
// tab whose page asked not to be left stays as it is, and a new one is taken: no
// message box is ever accepted.
func (b *Browser) Open(ctx context.Context, address string) error {
	s, err := b.current(ctx)
	if err != nil {
		return err
	}
	err = s.open(ctx, address)
	s.mu.Lock()
	held := s.held
	s.held = false
	s.mu.Unlock()
	var nav *NavigationError
	if !held || !errors.As(err, &nav) {
		return err
	}
	if err := b.newTab(b.on(ctx, ""), false); err != nil {
		return err
	}
	if s, err = b.currentAfter(ctx, s); err != nil {
		return err
	}
	return s.open(ctx, address)
}

func (s *session) open(ctx context.Context, address string) error {
	res, err := proto.PageNavigate{URL: address}.Call(s.on(ctx))
	if err != nil {
		return fmt.Errorf("open the page: %w", err)
	}
	if res.ErrorText != "" {
		return &NavigationError{res.ErrorText}
	}
	return nil
}

// Values reads fields back from the page.
func (b *Browser) Values(ctx context.Context, nodes ...int64) ([]Value, error) {
	s, err := b.current(ctx)
	if err != nil {
		return nil, err
	}
	var got []*Value
	if err := s.call(ctx, "values", nodes, &got); err != nil {
		return nil, fmt.Errorf("read the form back: %w", err)
	}
	out := make([]Value, 0, len(got))
	for _, v := range got {
		if v == nil {
			return nil, ErrLost
		}
		out = append(out, *v)
	}
	return out, nil
}

// Scroll brings an element into view.
func (b *Browser) Scroll(ctx context.Context, t Target) error {
	s, err := b.current(ctx)
	if err != nil {
		return err
	}
	var f *facts
	if err := s.call(ctx, "steady", t.Node, &f); err != nil {
		return err
	}
	if f == nil {
		return ErrLost
	}
	return nil
}

// Further scrolls the current tab down by most of a screen, and tells whether it
// moved.
func (b *Browser) Further(ctx context.Context) (bool, error) {
	s, err := b.current(ctx)
	if err != nil {
		return false, err
	}
	var further bool
	if err := s.call(ctx, "further", nil, &further); err != nil && !moved(err) {
		return false, fmt.Errorf("scroll: %w", err)
	}
	return further, nil
}

// Blanks names the form's fields that the page insists on and that are empty,
// apart from the known ones.
func (b *Browser) Blanks(ctx context.Context, known ...int64) ([]string, error) {
	s, err := b.current(ctx)
	if err != nil {
		return nil, err
	}
	var names []string
	if err := s.call(ctx, "blanks", append([]int64{}, known...), &names); err != nil {
		return nil, fmt.Errorf("read what the form insists on: %w", err)
	}
	return names, nil
}

// ByHand tells the network lock whether the walk waits for the person, who may
// then submit a sign-in.
func (b *Browser) ByHand(yes bool) {
	b.net.mu.Lock()
	defer b.net.mu.Unlock()
	b.net.byHand = yes
	b.gate.theirs.Store(yes)
}

// Arm stops everything that wants to leave the browser from now on. It is the
// first thing that happens when the form is recognised.
func (b *Browser) Arm() { b.net.to(locked) }

// Lock arms every brake: nothing leaves the browser any more, clicks and keys
// of the tab are dead. values are the person's, so that an attempt to carry
// them out is recognised.
func (b *Browser) Lock(ctx context.Context, values ...string) error {
	b.Guard(values...)
	s, err := b.current(ctx)
	if err != nil {
		return err
	}
	b.Arm()
	if b.off.has(lockBrakes) {
		return nil
	}
	// Again, and this time an error counts: a browser that is too old for it would
	// let the page send by a WebSocket.
	if err := s.on(ctx).closeSockets(); err != nil {
		return fmt.Errorf("close the sockets: %w", err)
	}
	if b.guest != nil { // a tab that a page has opened was asked about when it came, and nobody heard the answer
		if err := s.on(ctx).askAll(); err != nil {
			return err
		}
	}
	if err := s.call(ctx, "setBelt", map[string]any{"mode": "shut"}, nil); err != nil {
		return fmt.Errorf("put the belt on: %w", err)
	}
	if err := (proto.InputSetIgnoreInputEvents{Ignore: true}).Call(s.on(ctx)); err != nil {
		return fmt.Errorf("switch the tab's mouse and keyboard off: %w", err)
	}
	return nil
}

// Mark tells the engine which element is Send, so that the judge knows what
// stands near it.
func (b *Browser) Mark(ctx context.Context, send Target) error {
	s, err := b.current(ctx)
	if err != nil {
		return err
	}
	var ok bool
	if err := s.call(ctx, "mark", send.Node, &ok); err != nil {
		return fmt.Errorf("mark Send: %w", err)
	}
	if !ok {
		return ErrLost
	}
	return nil
}

// Guard tells the network lock which values must not leave.
func (b *Browser) Guard(values ...string) {
	b.net.mu.Lock()
	defer b.net.mu.Unlock()
	for _, v := range values {
		if v != "" && !contains(b.net.values, v) {
			b.net.values = append(b.net.values, v)
		}
	}
}

// Attempts lists the requests that the lock has stopped so far.
func (b *Browser) Attempts() []Attempt {
	b.net.mu.Lock()
	defer b.net.mu.Unlock()
	return append([]Attempt(nil), b.net.attempts...)
}

// EyesOnly ends, for good, the time in which the program can do anything but look
// and go to an address. What the person does in the window is theirs.
func (b *Browser) EyesOnly() { b.gate.eyes.Store(true) }

// Seal ends, for good, the time in which the program can do anything but look.
func (b *Browser) Seal() { b.gate.seal() }

// ErrNotReleased means that the person's input could not be switched on again.
var ErrNotReleased = errors.New("the tab's mouse and keyboard could not be switched on again")

// Point marks an element on the screen. The page does not notice. The mark goes
// away when the mouse moves, so the watch repeats it.
func (b *Browser) Point(ctx context.Context, t Target) error {
	s, err := b.current(ctx)
	if err != nil {
		return err
	}
	return s.point(ctx, t.Node)
}

func (s *session) point(ctx context.Context, node int64) error {
	var f *facts
	if err := s.call(ctx, "facts", node, &f); err != nil {
		return err
	}
	if f == nil {
		return ErrLost
	}
	c := s.on(ctx)
	if err := (proto.DOMEnable{}).Call(c); err != nil {
		return err
	}
	if err := (proto.OverlayEnable{}).Call(c); err != nil {
		return err
	}
	const room = 8 // CSS pixels around the element
	return proto.OverlayHighlightRect{
		X: int(f.X-f.W/2) - room, Y: int(f.Y-f.H/2) - room, Width: int(f.W) + 2*room, Height: int(f.H) + 2*room,
		Color: colour(255, 214, 0, 0.35), OutlineColor: colour(215, 60, 0, 1),
	}.Call(c)
}
