package chrome

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-rod/rod/lib/proto"

	"github.com/nonmerci/nonmerci/internal/guard"
	"github.com/nonmerci/nonmerci/internal/rehearsal"
	"github.com/nonmerci/nonmerci/selectors"
)

const (
	allLocks = lockJudge | lockPress | lockWire | lockBrakes | lockOutlet

	email       = "marie@courrier.example"
	explanation = "Non merci. Vraiment pas."

	formAddress   = "https://help.instagram.com/contact/767264225370182"
	centerAddress = "https://privacycenter.instagram.com/"
)

// stand is a browser in front of a rehearsal page.
type stand struct {
	t    testing.TB
	b    *Browser
	site *rehearsal.Site
	hand *hand
	plan *Plan
	view View
}

// standing starts a browser with some locks off on a variant of the rehearsal.
func standing(t testing.TB, variant string, off locks) *stand {
	t.Helper()
	path := browserPath(t)
	v, err := rehearsal.ParseVariant(variant)
	if err != nil {
		t.Fatal(err)
	}
	site, err := rehearsal.Serve(t.Context(), v)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { site.Close() })
	h, err := newHand()
	if err != nil {
		t.Fatal(err)
	}
	o := options(t, append(site.BrowserArgs(), h.arg())...)
	o.Path, o.off = path, off
	if off.has(lockBrakes) { // a profile that is there already keeps its own preferences
		if err := os.Mkdir(filepath.Join(o.Profile, "Default"), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	return &stand{t: t, b: started(t, o), site: site, hand: h, plan: NewPlan(flows(t, "instagram"))}
}

// at opens an address and looks at it.
func (s *stand) at(address string) *stand {
	s.t.Helper()
	if err := s.b.Open(s.t.Context(), address); err != nil {
		s.t.Fatal(err)
	}
	for range 10 {
		v, err := s.b.Look(s.t.Context(), s.plan, Until{Within: 5 * time.Second, Patience: 300 * time.Millisecond})
		if errors.Is(err, ErrAlarm) {
			continue // a hostile page that was stopped while it loaded
		}
		if err != nil {
			s.t.Fatal(err)
		}
		s.view = v
		if address != formAddress || v.Sees("send") {
			return s // a hostile page may be between two states
		}
	}
	s.t.Fatalf("the page gives no rest: %v", s.view.Places)
	return nil
}

func (s *stand) target(id string) Target {
	s.t.Helper()
	target := s.view.Targets[id]
	if !target.Found() {
		s.t.Fatalf("%s: %+v", id, target)
	}
	return target
}

// lock arms the brakes as the walk does when it has recognised the form.
func (s *stand) lock() *stand {
	s.t.Helper()
	if err := s.b.Lock(s.t.Context(), email, explanation); err != nil {
		s.t.Fatal(err)
	}
	if err := s.b.Mark(s.t.Context(), s.target("send")); err != nil {
		s.t.Fatal(err)
	}
	return s
}

// reset takes every brake off again and breaks the seal, which nothing in the
// program can: the next case of a table then finds the browser as it was.
func (s *stand) reset() {
	s.t.Helper()
	n := s.b.net
	n.mu.Lock()
	n.stage, n.sendAt, n.touchAt, n.acted, n.followUp, n.sent, n.attempts = walking, time.Time{}, time.Time{}, false, false, nil, nil
	n.steer(time.Now())
	n.mu.Unlock()
	select {
	case <-n.alarm:
	default:
	}
	s.b.gate.sealed.Store(false)
	if err := s.calls("Input.setIgnoreInputEvents", proto.InputSetIgnoreInputEvents{Ignore: false}); err != nil {
		s.t.Fatal(err)
	}
}

// fill fills the form. A page that opens a tab meanwhile, or builds its form
// anew, leaves the program with nothing to fill there.
func (s *stand) fill(restless bool) *stand {
	s.t.Helper()
	for _, f := range [][2]string{{"email", email}, {"explanation", explanation}} {
		if err := s.b.Fill(s.t.Context(), f[0], s.target(f[0]), f[1]); err != nil && !(restless && errors.Is(err, ErrLost)) {
			s.t.Fatalf("fill %s: %v", f[0], err)
		}
	}
	return s
}

// handOver goes from the form to the watch, in the order of the walk.
func (s *stand) handOver() *Watch {
	s.t.Helper()
	s.b.Seal()
	w, err := s.b.HandOver(s.t.Context(), s.plan, "send", s.target("send"))
	if err != nil {
		s.t.Fatal(err)
	}
	return w
}

// calls makes one DevTools call on the tab, past everything but the wire.
func (s *stand) calls(method string, params any) error {
	s.t.Helper()
	tab, err := s.b.current(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	// A tab whose input is switched off may not answer at all.
	ctx, cancel := context.WithTimeout(s.t.Context(), time.Second)
	defer cancel()
	_, err = s.b.on(ctx, tab.id).Call(ctx, string(tab.id), method, params)
	return err
}

// TestVocabularyAlone: the flow's own text, changed so that it presses Send, is
// refused by the parser. That it would send is shown by the control: without the
// other locks, the press that it asks for sends once.
func TestVocabularyAlone(t *testing.T) {
	t.Parallel()
	read := func(name string) []byte {
		raw, err := os.ReadFile(filepath.Join("..", "..", "..", "selectors", "flows", name))
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	flow, phrases := string(read("instagram.yaml")), read("phrases.yaml")
	if _, err := selectors.Parse("instagram.yaml", []byte(flow), phrases); err != nil {
		t.Fatalf("the flow as it is: %v", err)
	}
	for _, c := range [][2]string{
		{"- {point: send}", "- {press: send}"},
		{"- {fill: email, with: email}", "- {fill: send, with: email}"},
		{"- {press: yes-answer}", "- {press: send}"},
		{"    commit: true\n", ""},
	} {
		changed := strings.Replace(flow, c[0], c[1], 1)
		if changed == flow {
			t.Fatalf("the flow has no %q any more", c[0])
		}
		if _, err := selectors.Parse("instagram.yaml", []byte(changed), phrases); err == nil {
			t.Errorf("a flow with %q for %q is accepted", c[1], c[0])
		}
	}
	s := standing(t, "email="+email, allLocks).at(formAddress)
	if err := s.b.Press(t.Context(), "send", s.target("send")); err != nil {
		t.Fatal(err)
	}
	s.expect("the control", 1)
}

// expect waits until the site has counted so many submissions, and a little
// longer, so that one more would be seen.
func (s *stand) expect(what string, want int) {
	s.t.Helper()
	until(s.t, 20*time.Second, "", func() bool { return s.site.Submissions() >= want })
	quiet(s.t, 150*time.Millisecond, func() bool { return s.site.Submissions() > want })
	if n := s.site.Submissions(); n != want {
		s.t.Errorf("%s: %d submissions, want %d: %v", what, n, want, s.site.ByChannel())
	}
}

// TestJudgePressAndWireAlone: a page dresses Send as the link that leads to the
// form. Each of the three locks stops the press by itself; without any the page
// has sent.
func TestJudgePressAndWireAlone(t *testing.T) {
	t.Parallel()
	refusal := func(want guard.Reason) func(error) bool {
		return func(err error) bool {
			var r *guard.Refusal
			return errors.As(err, &r) && r.Reason == want
		}
	}
	forbidden := func(err error) bool {
		var f *Forbidden
		return errors.As(err, &f) && f.Method == "Input.dispatchMouseEvent"
	}
	for _, c := range []struct {
		name  string
		off   locks
		stops func(error) bool
		want  int
	}{
		{"judge", allLocks &^ lockJudge, refusal(guard.Submits), 0},
		{"press", allLocks &^ lockPress, refusal(guard.NoPermit), 0},
		{"wire", allLocks &^ lockWire, forbidden, 0},
		{"none", allLocks, func(err error) bool { return err == nil }, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := standing(t, "hostile=send-under-link", c.off).at(centerAddress)
			if err := s.b.Press(t.Context(), "object-link", s.target("object-link")); !c.stops(err) {
				t.Errorf("press: %v", err)
			}
			s.expect("after the press", c.want)
		})
	}
}

// ways are all that this program, or a bug in it, could do to send the form.
// Each is tried with the brakes alone, with the wire alone, and without a lock.
var ways = []struct {
	name   string
	method string
	params func(s *stand) []any // of one or more calls
	script bool                 // done by the page itself: the wire has no say
}{
	{"mouse", "Input.dispatchMouseEvent", func(s *stand) []any {
		f := s.facts("send")
		at := func(kind proto.InputDispatchMouseEventType) proto.InputDispatchMouseEvent {
			return proto.InputDispatchMouseEvent{Type: kind, X: f.X, Y: f.Y, Button: proto.InputMouseButtonLeft, ClickCount: 1}
		}
		return []any{at("mousePressed"), at("mouseReleased")}
	}, false},
	{"touch", "Input.dispatchTouchEvent", func(s *stand) []any {
		f := s.facts("send")
		return []any{raw(fmt.Sprintf(`{"type":"touchStart","touchPoints":[{"x":%f,"y":%f}]}`, f.X, f.Y)), raw(`{"type":"touchEnd","touchPoints":[]}`)}
	}, false},
	{"tap", "Input.synthesizeTapGesture", func(s *stand) []any {
		f := s.facts("send")
		return []any{raw(fmt.Sprintf(`{"x":%f,"y":%f,"gestureSourceType":"mouse"}`, f.X, f.Y))}
	}, false},
	{"Enter in the e-mail field", "Input.dispatchKeyEvent", func(s *stand) []any {
		s.focus("email")
		return []any{raw(`{"type":"keyDown","key":"Enter","text":"\r","windowsVirtualKeyCode":13}`), raw(`{"type":"keyUp","key":"Enter","windowsVirtualKeyCode":13}`)}
	}, false},
	{"this.click()", "Runtime.evaluate", script(`document.querySelector('button[type=submit]').click()`), false},
	{"requestSubmit()", "Runtime.evaluate", script(`document.querySelector('button[type=submit]').form.requestSubmit()`), false},
	{"submit()", "Runtime.evaluate", script(`document.querySelector('button[type=submit]').form.submit()`), false},
	{"a label's click()", "Runtime.evaluate", script(byLabel), false},
	{"fetch", "Runtime.evaluate", script(`void fetch('/ajax/help/contact/submit/page', {method: 'POST', body: new URLSearchParams(new FormData(document.querySelector('button[type=submit]').form))}).catch(() => {})`), false},
	{"navigation", "Page.navigate", func(*stand) []any {
		return []any{proto.PageNavigate{URL: "https://help.instagram.com/ajax/help/contact/submit/page?email=" + email}}
	}, false},
}

// byLabel makes Send a labelled control and clicks the label by script. The
// browser then clicks Send itself, and calls that click trusted.
const byLabel = `(() => {
	const send = document.querySelector('button[type=submit]'), label = document.createElement('label');
	send.id ||= 'the-send';
	label.htmlFor = send.id;
	document.body.append(label);
	label.click();
})()`

func script(js string) func(*stand) []any {
	return func(*stand) []any { return []any{proto.RuntimeEvaluate{Expression: js}} }
}

func (s *stand) facts(id string) facts {
	s.t.Helper()
	tab, err := s.b.current(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	var f *facts
	if err := tab.call(s.t.Context(), "steady", s.target(id).Node, &f); err != nil || f == nil {
		s.t.Fatalf("%s: %v", id, err)
	}
	return *f
}

func (s *stand) focus(id string) {
	s.t.Helper()
	tab, err := s.b.current(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	// A page that sends when its field gets the focus is gone before it answers.
	if err := tab.call(s.t.Context(), "select", s.target(id).Node, nil); err != nil && !moved(err) {
		s.t.Fatal(err)
	}
}

// TestWireAlone calls the browser past judge, press and brakes.
func TestWireAlone(t *testing.T) {
	t.Parallel()
	s := standing(t, "email="+email, allLocks&^lockWire).at(formAddress)
	for _, w := range ways {
		for _, p := range w.params(s) {
			var f *Forbidden
			if err := s.calls(w.method, p); !errors.As(err, &f) {
				t.Errorf("%s: %v", w.name, err)
			}
		}
	}
	s.expect("all of them", 0)
}

// TestBrakesAlone really does what would send, with everything off but the
// brakes; TestOutletAlone, with everything off but the outlet.
func TestBrakesAlone(t *testing.T) { onlyWith(t, lockBrakes) }

func TestOutletAlone(t *testing.T) { onlyWith(t, lockOutlet) }

func onlyWith(t *testing.T, lock locks) {
	t.Parallel()
	s := standing(t, "email="+email, allLocks&^lock)
	for _, w := range ways {
		s.at(formAddress).lock()
		// The outlet says no to the browser, which may try again once it is open; the
		// brakes say no to the page.
		before := s.site.Submissions()
		if before > 0 && lock == lockBrakes {
			t.Errorf("%d submissions came late", before)
		}
		for _, p := range w.params(s) {
			if err := s.calls(w.method, p); err != nil && w.method != "Page.navigate" {
				t.Logf("%s: %v", w.name, err)
			}
		}
		s.expectMore(w.name, before, 0)
		s.reset()
	}
}

// TestPressUnderTheBrakes presses Send with the program's own press while the
// page is locked: what is armed stays armed.
func TestPressUnderTheBrakes(t *testing.T) {
	t.Parallel()
	s := standing(t, "email="+email, allLocks&^lockBrakes).at(formAddress).lock()
	_ = s.b.Press(t.Context(), "send", s.target("send"))
	s.hand.on(t).click("button[type=submit]")
	s.hand.on(t).try(`document.querySelector('button[type=submit]').form.requestSubmit()`)
	s.expect("a press under the brakes", 0)
}

// TestWithoutALock is the control of the two above: each way really sends, and
// sends once.
func TestWithoutALock(t *testing.T) {
	t.Parallel()
	s := standing(t, "email="+email, allLocks)
	for i, w := range ways {
		s.at(formAddress)
		for _, p := range w.params(s) {
			if err := s.calls(w.method, p); err != nil {
				t.Logf("%s: %v", w.name, err)
			}
		}
		s.expect(w.name, i+1)
	}
}
