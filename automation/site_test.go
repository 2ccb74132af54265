package automation

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/nonmerci/nonmerci/automation/internal/chrome"
	"github.com/nonmerci/nonmerci/internal/guard"
	"github.com/nonmerci/nonmerci/internal/hint"
	"github.com/nonmerci/nonmerci/selectors"
)

// site is a website as a table: what each of its states shows, and what every
// press, every opened address, the passing of time and the person lead to.
type site struct {
	flow   *selectors.Flow
	states map[string]*state
	open   map[string]effect // by the address's name in the flow
	passed map[string]effect // what they lead to after the person's turn; nil: the same
	faults map[int]error     // what the nth call of the page answers instead
	spins  bool              // looks do not wait
	deaf   bool              // looks do not hear of what the network lock stopped
}

// state is what a tab shows.
type state struct {
	places  []string
	targets map[string]string // target → found, ambiguous, vetoed, or otherForm
	status  int
	press   map[string]effect
	itself  move            // what the page does by itself
	tries   *chrome.Attempt // with itself: what the network lock then stops
	person  move            // what the person does here while the walk waits for them
	theirs  bool            // the person is in the middle of something
}

const otherForm = "vetoed by form"

// move leads to another state some time after this one began.
type move struct {
	after time.Duration // 0: never
	to    string
}

// effect is what an act leads to.
type effect struct {
	to    string          // empty: nothing changes
	err   error           // what the act answers, whatever it led to
	hangs bool            // no answer before the deadline
	tries *chrome.Attempt // what the network lock stops
}

// table is a site behind the interface of the walk. Time in it is the test's. It
// is strict: whatever the walk does without having been shown that it may is a
// broken promise.
type table struct {
	site
	cancel context.CancelFunc
	began  time.Time

	at     string
	since  time.Time // in this state
	doc    int
	byHand bool
	handed time.Time // since when it is the person's turn
	calls  int
	idle   int // calls in a row between which no time passed
	called time.Time
	tried  []chrome.Attempt
	alarm  bool // the next look hears of tried

	view   chrome.View   // the last one that was shown
	views  []chrome.View // all of them
	looked bool          // since the last press
	acts   []string      // presses and opens, in order
	told   []hint.Text
	lost   bool // every route is, as the journal says
	asked  int  // how often it became the person's turn
	served map[string]bool
	story  []string
	broken []string
}

const (
	maxCalls = 2000 // of one walk; more is a loop
	maxIdle  = 300  // calls in a row without time passing; more is a busy loop
)

func newTable(s site, cancel context.CancelFunc) *table {
	now := time.Now()
	return &table{site: s, cancel: cancel, began: now, since: now, handed: now, served: map[string]bool{}}
}

func (p *table) note(format string, args ...any) {
	if len(p.story) < 200 {
		p.story = append(p.story, fmt.Sprintf("%7.1fs ", time.Since(p.began).Seconds())+fmt.Sprintf(format, args...))
	}
}

func (p *table) breaks(format string, args ...any) {
	if len(p.broken) < 5 {
		p.broken = append(p.broken, fmt.Sprintf(format, args...))
		p.note("BROKEN: "+format, args...)
	}
}

// begin is the start of every call.
func (p *table) begin(ctx context.Context) error {
	p.calls++
	if p.idle++; time.Now().After(p.called) {
		p.idle, p.called = 0, time.Now()
	}
	err := p.faults[p.calls]
	switch {
	case p.served["gone"]:
		p.breaks("the browser is gone, and the walk goes on")
		return chrome.ErrGone
	case err == context.Canceled:
		p.note("the person stops the program")
		p.cancel()
	case err != nil:
		p.note("%v", err)
		p.serve(err)
		return err
	case p.calls > maxCalls, p.idle > maxIdle:
		p.breaks("the walk does not end")
		return chrome.ErrGone
	}
	if ctx.Err() != nil && p.served["cancelled"] {
		p.breaks("the program was stopped, and the walk goes on")
	}
	p.served["cancelled"] = p.served["cancelled"] || ctx.Err() != nil
	return ctx.Err()
}

func (p *table) serve(err error) {
	p.served["gone"] = p.served["gone"] || errors.Is(err, chrome.ErrGone)
	p.served["late"] = p.served["late"] || errors.Is(err, context.DeadlineExceeded)
	var r *guard.Refusal
	if errors.As(err, &r) && dangerous(r.Reason) {
		p.served["dangerous"] = true
	}
	var nav *chrome.NavigationError
	p.served["unreachable"] = p.served["unreachable"] || errors.As(err, &nav)
}

func (p *table) enter(state string) {
	p.at, p.since = state, time.Now()
	p.doc++
}

func (p *table) try(a *chrome.Attempt) {
	if a != nil {
		p.tried = append(p.tried, *a)
		p.alarm = (a.OffHost || a.Submission) && !p.deaf
	}
}

// stir lets page and person do what is due, and tells when the next thing is.
func (p *table) stir() (next time.Duration) {
	for {
		s := p.states[p.at]
		if s == nil {
			return 0
		}
		var mine, theirs time.Duration
		if s.itself.after > 0 {
			mine = max(1, s.itself.after-time.Since(p.since))
			if time.Since(p.since) >= s.itself.after {
				p.try(s.tries)
				p.note("the page goes on to %q", s.itself.to)
				p.enter(s.itself.to)
				continue
			}
		}
		if p.byHand && s.person.after > 0 {
			from := p.since
			if p.handed.After(from) {
				from = p.handed
			}
			theirs = max(1, s.person.after-time.Since(from))
			if time.Since(from) >= s.person.after {
				p.note("the person goes on to %q", s.person.to)
				p.enter(s.person.to)
				continue
			}
		}
		if mine == 0 || theirs > 0 && theirs < mine {
			return theirs
		}
		return mine
	}
}

// show is the view of the state.
func (p *table) show() chrome.View {
	v := chrome.View{Document: fmt.Sprint(p.doc), Address: "https://www.facebook.com/" + p.at, Targets: map[string]chrome.Target{}}
	found := []string{}
	if s := p.states[p.at]; s != nil {
		v.Places, v.Status = s.places, s.status
		for i, id := range slices.Sorted(maps.Keys(s.targets)) {
			t := chrome.Target{Status: s.targets[id]}
			switch t.Status {
			case "found":
				t.Node = int64(p.doc*1000 + i)
				found = append(found, id)
			case otherForm:
				t = chrome.Target{Status: "vetoed", Veto: "form=1,2"}
			}
			v.Targets[id] = t
		}
	}
	v.Signature = fmt.Sprint(p.doc, v.Places, found)
	return v
}

// Look answers like the engine: as soon as something is recognised that is not
// what the walk knows already, or when the time is up.
func (p *table) Look(ctx context.Context, plan *chrome.Plan, until chrome.Until) (chrome.View, error) {
	if err := p.begin(ctx); err != nil {
		return chrome.View{}, err
	}
	if plan == nil {
		p.breaks("a look without a plan")
	}
	deadline := time.Now().Add(until.Within)
	for {
		next := p.stir()
		if p.alarm {
			p.alarm = false
			p.note("look: alarm")
			return chrome.View{}, chrome.ErrAlarm
		}
		v, left := p.show(), time.Until(deadline)
		telling := len(v.Places) > 0 && v.Signature != until.Not
		if telling || left <= 0 || p.spins {
			v.TimedOut = !telling
			p.view, p.looked, p.views = v, true, append(p.views, v)
			p.note("look: %q shows %v %d, timed out %v", p.at, v.Places, v.Status, v.TimedOut)
			return v, nil
		}
		if next > 0 {
			left = min(left, next)
		}
		select {
		case <-time.After(left):
		case <-ctx.Done():
			return chrome.View{}, ctx.Err()
		}
	}
}

// Press holds the walk to what it was shown.
func (p *table) Press(ctx context.Context, id string, t chrome.Target) error {
	shown := p.view.Targets[id]
	p.act("press", id)
	switch {
	case !shown.Found():
		p.breaks("the walk guessed: it pressed %q, which is %q", id, shown.Status)
	case t.Node != shown.Node:
		p.breaks("the walk pressed another %q than it was shown", id)
	case p.flow.Targets[id].Commit:
		p.breaks("the walk pressed Send")
	case !p.looked:
		p.breaks("two presses after one look")
	case !p.allows(selectors.Press, id):
		p.breaks("no step of the flow presses %q", id)
	}
	p.looked = false
	if err := p.begin(ctx); err != nil {
		return err
	}
	p.stir()
	if p.view.Document != fmt.Sprint(p.doc) {
		return chrome.ErrLost
	}
	return p.do(ctx, p.states[p.at].press[id])
}

// Open holds the walk to the addresses that the flow names.
func (p *table) Open(ctx context.Context, address string) error {
	name := ""
	for n, a := range p.flow.Address {
		if a == address && p.allows(selectors.Open, n) {
			name = n
		}
	}
	p.act("open", name)
	if name == "" {
		p.breaks("the walk opened %q, which no step of the flow opens", address)
	}
	p.looked = false
	if err := p.begin(ctx); err != nil {
		return err
	}
	e, ok := p.open[name]
	if !ok {
		e.to = "nowhere"
	}
	return p.do(ctx, e)
}

func (p *table) act(verb, on string) {
	p.acts = append(p.acts, verb+" "+on)
	p.note("%s %s", verb, on)
	if s := p.states[p.at]; s != nil && s.theirs {
		p.breaks("%s %s takes the page away under the person's hands", verb, on)
	}
	if p.byHand {
		p.breaks("%s %s while it is the person's turn", verb, on)
	}
	if p.stopped() {
		p.breaks("%s %s after the network lock stopped the page", verb, on)
	}
}

// stopped tells whether the walk could know of a request that ends it.
func (p *table) stopped() bool {
	return slices.ContainsFunc(p.tried, func(a chrome.Attempt) bool { return a.OffHost || a.Submission })
}

func (p *table) do(ctx context.Context, e effect) error {
	p.try(e.tries)
	if e.hangs {
		<-ctx.Done()
		p.serve(ctx.Err())
		return fmt.Errorf("act: %w", ctx.Err())
	}
	if e.to != "" {
		p.enter(e.to)
	}
	if e.err != nil {
		p.note("%v", e.err)
		p.serve(e.err)
	}
	return e.err
}

// allows tells whether a step of the flow does this.
func (p *table) allows(v selectors.Verb, on string) bool {
	is := func(s selectors.Step) bool { return s.Verb == v && s.On == on }
	for _, place := range p.flow.Places {
		if place.Kind == selectors.Aside && slices.ContainsFunc(place.Do, is) {
			return true
		}
	}
	for _, route := range p.flow.Routes {
		for _, ways := range route {
			if slices.ContainsFunc(ways, is) {
				return true
			}
		}
	}
	return false
}

func (p *table) Attempts() []chrome.Attempt { return slices.Clone(p.tried) }

// Further moves nothing: what the table's pages hold is in view.
func (p *table) Further(ctx context.Context) (bool, error) {
	if p.byHand {
		p.breaks("the walk scrolls while it is the person's turn")
	}
	return false, p.begin(ctx)
}

// ByHand begins and ends the person's turn. When it begins, the last things
// said must be what stands in the way and what to do about it.
func (p *table) ByHand(yes bool) {
	p.note("by hand: %v", yes)
	if p.byHand == yes {
		p.breaks("by hand %v twice", yes)
	}
	p.byHand, p.handed = yes, time.Now()
	if !yes {
		if p.passed != nil {
			p.open = p.passed
		}
		return
	}
	p.asked++
	what, next := hint.Text{}, hint.Text{}
	if n := len(p.told); n >= 2 {
		what, next = p.told[n-2], p.told[n-1]
	}
	place := front(p.flow, p.view)
	ask := asking(p.flow, place)
	switch kind := p.flow.Places[place].Kind; {
	case p.lost && what.Format != "" && strings.HasPrefix(next.Format, "The window stays open."):
	case kind != selectors.Gate && kind != selectors.Aside, what.String() != ask.what.String(), next.String() != ask.next.String():
		p.breaks("at %q the person was told %q and %q", place, what, next)
	}
}

// front is the place that a view shows to somebody who looks at it: what only a
// person can pass lies before what covers the page, before what ends the walk,
// before the form, before pages. Two of a kind are none, but for gates.
func front(f *selectors.Flow, v chrome.View) string {
	for _, kind := range []selectors.Kind{selectors.Gate, selectors.Aside, selectors.End, selectors.FormKind, selectors.PageKind} {
		var of []string
		for _, id := range v.Places {
			if f.Places[id].Kind == kind && f.Places[id].Means != selectors.Thanks {
				of = append(of, id)
			}
		}
		switch {
		case len(of) == 0:
			continue
		case len(of) > 1 && kind != selectors.Gate:
			return ""
		case v.Status >= 400 && (kind == selectors.FormKind || kind == selectors.PageKind):
			return ""
		}
		return of[0]
	}
	return ""
}
