package chrome

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/go-rod/rod/lib/proto"
)

// Watch is what the program can still do after hand-over: look. There is no
// way back to a [Browser] that acts.
//
// It stays with the tab of the form: what the person does in others says nothing
// about the form.
type Watch struct {
	b      *Browser
	s      *session
	plan   *Plan
	commit string // id of the commit target
	send   Target
	fields []int64 // whose values are taken when the person sends
}

// HandOver gives the form to the person: it remembers which element is Send,
// lets the network lock wait for the person's own action, and switches mouse
// and keyboard on again. The gate must be sealed. With [ErrNotReleased] there is
// a Watch all the same: it tells whether something left before the lock shut.
func (b *Browser) HandOver(ctx context.Context, plan *Plan, commit string, send Target, fields ...int64) (*Watch, error) {
	if !b.gate.sealed.Load() {
		return nil, fmt.Errorf("hand over: the gate is not sealed")
	}
	s, err := b.current(ctx)
	if err != nil {
		return nil, err
	}
	w := &Watch{b: b, s: s, plan: plan, commit: commit, send: send, fields: fields}
	if err := w.Follow(ctx, send); err != nil {
		return nil, err
	}
	b.net.to(watching)
	err = s.call(ctx, "release", nil, nil)
	if err == nil {
		err = proto.InputSetIgnoreInputEvents{Ignore: false}.Call(s.on(ctx))
	}
	if err != nil {
		b.net.shut()
		return w, fmt.Errorf("%w: %w", ErrNotReleased, err)
	}
	_ = proto.PageBringToFront{}.Call(s.on(ctx))
	return w, nil
}

// Follow makes the engine notice the person's own action on Send: at hand-over,
// and again when the site shows the form anew.
func (w *Watch) Follow(ctx context.Context, send Target) error {
	var ok bool
	if err := w.s.call(ctx, "watch", map[string]any{"node": send.Node, "plan": w.plan.Targets[w.commit], "fields": w.fields}, &ok); err != nil {
		return fmt.Errorf("watch Send: %w", err)
	}
	if !ok {
		return ErrLost
	}
	w.send = send
	return w.s.listen(ctx)
}

// listen lets the engine's word reach the program. By execution context, because
// a binding by name would need the Runtime domain, which pages can notice.
func (s *session) listen(ctx context.Context) error {
	world, err := s.engineWorld(ctx)
	if err != nil {
		return err
	}
	return proto.RuntimeAddBinding{Name: bindingName, ExecutionContextID: world}.Call(s.on(ctx))
}

// Evidence is what the network lock knows about the person's submission.
type Evidence struct {
	Acted    bool      // the person clicked or keyed Send
	ActedAt  time.Time // the last time
	Values   []*Value  // the fields as they stood then; nil where one was gone
	Sent     []Sent    // what left because of it, for certain
	Going    bool      // more was let go, and the browser has not said whether it left
	Beside   bool      // since then something with the person's values left that need not be the form's
	Attempts []Attempt // what was stopped
}

// Evidence tells what is known by now.
func (w *Watch) Evidence() Evidence {
	n := w.b.net
	n.mu.Lock()
	defer n.mu.Unlock()
	e := Evidence{Acted: n.acted, ActedAt: n.sendAt, Values: n.atSend, Beside: n.beside, Attempts: append([]Attempt(nil), n.attempts...)}
	for _, s := range n.sent {
		if e.Going = !s.left; e.Going {
			break
		}
		e.Sent = append(e.Sent, *s)
	}
	return e
}

// Shut stops, for good, everything that wants to leave the browser.
func (w *Watch) Shut() { w.b.net.shut() }

// Rearm makes the next submission need another action of the person, because
// the page still asks for one.
func (w *Watch) Rearm() { w.b.net.rearm() }

// Allow lets one request go that was stopped, because the person says so: the
// next of its kind, after a click or key of theirs. Everything else stays as it
// is.
func (w *Watch) Allow(a Attempt) { w.b.net.allow(a) }

// ErrClosed means that the person closed the tab of the form.
var ErrClosed = errors.New("the tab of the form was closed")

// Look tells what is on the page; see [Browser.Look].
func (w *Watch) Look(ctx context.Context, until Until) (View, error) {
	return w.b.lookIn(ctx, w.tab, w.plan, until)
}

func (w *Watch) tab(context.Context) (*session, error) {
	select {
	case <-w.b.ctx.Done():
		return nil, ErrGone
	case <-w.s.closed:
		// A browser that dies detaches its tabs first.
		select {
		case <-w.b.ctx.Done():
			return nil, ErrGone
		case <-time.After(deathRattle):
			return nil, ErrClosed
		}
	default:
		return w.s, nil
	}
}

// deathRattle is how long a browser that dies takes from closing its tabs to
// closing the pipe.
const deathRattle = 500 * time.Millisecond

// Point repeats the mark on Send, which the first move of the mouse takes away.
// Where the page shows no Send, the mark goes away too.
func (w *Watch) Point(ctx context.Context) error {
	err := w.s.point(ctx, w.send.Node)
	if errors.Is(err, ErrLost) {
		return proto.OverlayHideHighlight{}.Call(w.s.on(ctx))
	}
	return err
}
