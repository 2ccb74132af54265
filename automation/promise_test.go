package automation

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/nonmerci/nonmerci/automation/internal/chrome"
	"github.com/nonmerci/nonmerci/internal/guard"
	"github.com/nonmerci/nonmerci/internal/hint"
	"github.com/nonmerci/nonmerci/selectors"
)

// tale is one walk over a table and all that came of it.
type tale struct {
	*table
	req     Request
	err     error
	trail   []string
	journal []happening
	took    time.Duration
}

// tell lets the walk loose on a site. To be called in a bubble of synctest.
func tell(s site, req Request) *tale {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	t := &tale{table: newTable(s, cancel), req: req}
	t.req.Flow = s.flow
	t.req.Tell = func(said hint.Text) {
		t.told = append(t.told, said)
		t.note("told: %s", said)
	}
	t.req.Log = func(string, map[string]any) {}
	w := &walker{req: &t.req, page: t.table, plan: chrome.NewPlan(s.flow), keep: func(h happening) {
		t.journal = append(t.journal, h)
		t.lost = len(t.kept("lost")) == len(routes(s.flow, req.Route))
		t.note("journal: %s %s%s%s %s", h.kind, h.place, h.verb, h.on, h.detail)
	}}
	t.err = w.walk(ctx)
	t.trail, t.took = w.trail, time.Since(t.began)
	return t
}

// outcome is how the walk ended: zero with the form.
func (t *tale) outcome() Outcome {
	var s *stop
	if errors.As(t.err, &s) {
		return s.outcome
	}
	return 0
}

func (t *tale) kept(kind string) (on []string) {
	for _, h := range t.journal {
		if h.kind == kind {
			on = append(on, strings.TrimSpace(h.place+h.on))
		}
	}
	return on
}

// saw tells whether a view with such a place in front was shown.
func (t *tale) saw(fits func(selectors.Place) bool) bool {
	return slices.ContainsFunc(t.views, func(v chrome.View) bool {
		place := front(t.flow, v)
		return place != "" && fits(t.flow.Places[place])
	})
}

func (t *tale) means(m selectors.Meaning) bool {
	return t.saw(func(p selectors.Place) bool { return p.Means == m })
}

func (t *tale) last() string {
	if len(t.views) == 0 {
		return ""
	}
	return front(t.flow, t.views[len(t.views)-1])
}

// promises checks everything that holds for every walk on every site.
func (t *tale) promises() []string {
	t.ends()
	t.decides()
	t.records()
	if t.byHand {
		t.breaks("the walk ended and it is still the person's turn")
	}
	if t.req.NoWait && t.asked > 0 {
		t.breaks("nobody is there, and the walk waited for a person")
	}
	if t.req.NoWait && t.took > time.Hour {
		t.breaks("the walk took %s", t.took)
	}
	return t.broken
}

// ends checks that the end is one of those that there are, and that what was
// shown bears it out.
func (t *tale) ends() {
	why := map[Outcome]bool{
		AlreadyObjected: t.means(selectors.AlreadyObjected),
		NeedsUser:       t.saw(func(p selectors.Place) bool { return p.Kind == selectors.Gate || p.Kind == selectors.Aside }),
		NotFound:        !t.means(selectors.NotAvailable) && !t.siteFailed(),
		NotAvailable:    t.means(selectors.NotAvailable),
		Failed:          t.siteFailed() && !t.means(selectors.NotAvailable),
		Refused:         t.stopped() || t.served["dangerous"] || t.means(selectors.WrongForm) || t.sawOtherForm(),
	}
	var s *stop
	switch {
	case t.err == nil:
		if t.flow.Places[t.last()].Kind != selectors.FormKind {
			t.breaks("the walk says that it is at the form, and %q is shown", t.last())
		}
		if len(t.trail) == 0 || t.trail[len(t.trail)-1] != t.last() {
			t.breaks("the trail %v does not end with the form", t.trail)
		}
	case errors.As(t.err, &s):
		if !why[s.outcome] {
			t.breaks("nothing that was shown bears out the outcome %q (%d)", s.outcome, s.outcome)
		}
		if s.what.String() == "" || s.next.String() == "" {
			t.breaks("outcome %s without a sentence", s.outcome)
		}
		silent := s.outcome == Failed && t.served["late"] // there is a limit to how often one waits for it
		if slices.Contains([]Outcome{NotFound, NotAvailable, Failed}, s.outcome) && !silent && !slices.Equal(t.kept("lost"), routes(t.flow, t.req.Route)) {
			t.breaks("%s, but the journal says that only %v is lost", s.outcome, t.kept("lost"))
		}
		if s.outcome == NeedsUser && !t.asks() {
			t.breaks("needs_user, but the trail %v does not end at what the person must do", t.trail)
		}
	case errors.Is(t.err, chrome.ErrGone) && t.served["gone"], errors.Is(t.err, context.Canceled) && t.served["cancelled"],
		errors.Is(t.err, context.DeadlineExceeded) && t.served["late"]:
	default:
		t.breaks("the walk ended with %v", t.err)
	}
	if lost, all := t.kept("lost"), routes(t.flow, t.req.Route); len(lost) > len(all) || !slices.Equal(lost, all[:len(lost)]) {
		t.breaks("lost %v, but the routes in order are %v", lost, all)
	}
}

// asks tells whether the trail ends where only a person can go on.
func (t *tale) asks() bool {
	if len(t.trail) == 0 {
		return false
	}
	kind := t.flow.Places[t.trail[len(t.trail)-1]].Kind
	return kind == selectors.Gate || kind == selectors.Aside
}

func (t *tale) siteFailed() bool {
	return t.served["unreachable"] || t.served["late"] || t.means(selectors.Trouble) ||
		slices.ContainsFunc(t.views, func(v chrome.View) bool { return v.Status >= 500 })
}

func (t *tale) sawOtherForm() bool {
	return slices.ContainsFunc(t.views, func(v chrome.View) bool {
		return slices.ContainsFunc(slices.Collect(maps.Values(v.Targets)), chrome.Target.OtherForm)
	})
}

// decides checks that the walk does not pass by what decides: whatever ends it
// ends it at once.
func (t *tale) decides() {
	if t.err != nil && t.outcome() == 0 {
		return // the browser or the person ended it
	}
	if t.stopped() && t.outcome() != Refused {
		t.breaks("the network lock stopped the page, and the outcome is %q", t.outcome())
	}
	for i, v := range t.views {
		place := front(t.flow, v)
		want, decides := Outcome(0), place != ""
		switch p := t.flow.Places[place]; {
		case p.Kind == selectors.FormKind:
		case p.Kind == selectors.Gate && t.req.NoWait:
			want = NeedsUser
		case p.Means == selectors.AlreadyObjected:
			want = AlreadyObjected
		case p.Means == selectors.WrongForm:
			want = Refused
		default:
			decides = false
		}
		if decides && t.outcome() != Refused && (t.outcome() != want || i != len(t.views)-1) {
			t.breaks("look %d of %d showed %q, and the walk ended with %q", i+1, len(t.views), place, t.outcome())
			return
		}
	}
}

// records checks trail and journal against what happened.
func (t *tale) records() {
	if !slices.Equal(t.kept("place"), t.trail) {
		t.breaks("journal %v, trail %v", t.kept("place"), t.trail)
	}
	var acts []string
	for _, h := range t.journal {
		if h.kind == "action" {
			acts = append(acts, h.verb+" "+h.on)
		}
		if h.kind == "place" && h.view == nil {
			t.breaks("%s is in the journal without a view", h.place)
		}
	}
	if !slices.Equal(acts, t.acts) {
		t.breaks("journal %v, done %v", acts, t.acts)
	}
	if len(t.trail) != len(slices.Compact(slices.Clone(t.trail))) {
		t.breaks("a place stands twice in a row in the trail %v", t.trail)
	}
	rest := t.trail
	for _, v := range t.views {
		if len(rest) > 0 && front(t.flow, v) == rest[0] {
			rest = rest[1:]
		}
	}
	if len(rest) > 0 {
		t.breaks("the trail %v holds %q, which was not shown then", t.trail, rest[0])
	}
}

func (t *tale) report(tb *testing.T, name string) {
	tb.Helper()
	tb.Errorf("%s: %v: %s\n%s", name, t.err, strings.Join(t.broken, "\n  and "), strings.Join(t.story, "\n"))
}

// flows are the built-in flows and small ones with shapes that those lack.
func flows(t *testing.T) map[string]*selectors.Flow {
	t.Helper()
	out := map[string]*selectors.Flow{}
	for _, service := range selectors.Services() {
		f, warnings, err := selectors.Load("", service)
		if err != nil || len(warnings) > 0 {
			t.Fatal(err, warnings)
		}
		for id, p := range f.Places {
			if p.Kind == selectors.Aside && len(p.Do) == 1 { // what becomes of the others is [TestAnAsideThatAsksNobody]
				p.Do = append(slices.Clone(p.Do), selectors.Step{Verb: selectors.Ask, On: string(selectors.Decide)})
				f.Places[id] = p
			}
		}
		out[service] = f
	}
	open, press := func(on string) selectors.Step { return selectors.Step{Verb: selectors.Open, On: on} },
		func(on string) selectors.Step { return selectors.Step{Verb: selectors.Press, On: on} }
	small := func(name string, places string, routes map[string]selectors.Route) *selectors.Flow {
		f := &selectors.Flow{Service: "facebook", Title: name, Address: map[string]string{}, Places: map[string]selectors.Place{}, Routes: routes}
		kinds := map[string]selectors.Kind{"gate": selectors.Gate, "aside": selectors.Aside, "form": selectors.FormKind}
		for _, id := range strings.Fields(places) {
			kind, ok := kinds[strings.TrimRight(id, "12")]
			if !ok {
				kind = selectors.PageKind
			}
			p := selectors.Place{Kind: kind}
			if kind == selectors.Aside {
				p.Do = []selectors.Step{press(id + "-close"), {Verb: selectors.Ask, On: string(selectors.Decide)}}
			}
			f.Places[id] = p
			f.Address[id] = "https://www.facebook.com/" + id
		}
		f.Places["already"] = selectors.Place{Kind: selectors.End, Means: selectors.AlreadyObjected}
		f.Targets = map[string]selectors.Target{"send": {Commit: true}}
		return f
	}
	out["one page"] = small("One page", "home gate1 gate2 form", map[string]selectors.Route{
		"settings": {"start": {open("home")}, "home": {press("form-link")}},
	})
	out["in circles"] = small("In circles", "home other aside1 aside2 form", map[string]selectors.Route{
		"settings": {
			"start": {open("home"), open("other")}, "home": {press("other-link"), press("home-link"), open("other"), open("home")},
			"other": {press("home-link"), press("form-link"), open("home")}, "elsewhere": {press("home-link"), press("other-link")},
		},
		"direct": {"start": {open("form")}, "home": {open("form")}},
	})
	long := map[string]selectors.Route{"policy": {"start": {open("p0")}}}
	places := "form"
	for i := range 60 {
		places += fmt.Sprintf(" p%d", i)
		long["policy"][fmt.Sprintf("p%d", i)] = []selectors.Step{press(fmt.Sprintf("p%d-link", i+1))}
	}
	out["long"] = small("Long", places, long)
	return out
}

// sound is a site on which every step of the flow leads where it should.
func sound(f *selectors.Flow) site {
	s := site{flow: f, states: map[string]*state{"nowhere": {}}, open: map[string]effect{}, faults: map[int]error{}}
	for id, p := range f.Places {
		one := &state{places: []string{id}, targets: map[string]string{}, press: map[string]effect{}, status: 200}
		steps := slices.Clone(p.Do)
		for _, r := range f.Routes {
			steps = append(steps, r[id]...)
		}
		for _, step := range steps {
			if step.Verb == selectors.Point {
				one.targets[step.On] = "found"
			}
			if step.Verb == selectors.Press && step.On != "see-more" { // a sound page hides nothing
				one.targets[step.On], one.press[step.On] = "found", effect{to: leads(f, step.On)}
			}
		}
		if p.Kind == selectors.Gate {
			one.person = move{20 * time.Second, "home"}
		}
		s.states[id] = one
	}
	for name := range f.Address {
		s.open[name] = effect{to: leads(f, name)}
	}
	return s
}

// leads is the place that an address or a target is named for.
func leads(f *selectors.Flow, on string) string {
	switch on = strings.TrimSuffix(on, "-link"); on {
	case "genai", "guide":
		on = "ai-topic"
	case "object", "yes-answer", "form-2024":
		on = "form"
	case "about":
		on = "policy"
	case "cookies-decline", "not-now", "close", "aside1-close", "aside2-close":
		on = "home"
	}
	if _, ok := f.Places[on]; !ok {
		return "nowhere"
	}
	return on
}

var stops = []*chrome.Attempt{
	{Address: "elsewhere.example/landing", OffHost: true},
	{Address: "www.facebook.com/ajax/send", Submission: true},
	{Address: "tracker.example/pixel"}, // nothing that anybody need know of
}

// anyPress is one of all the things that a press can lead to.
func anyPress(r *rand.Rand, states []string) effect {
	switch r.IntN(9) {
	case 0:
		return effect{}
	case 1:
		return effect{err: chrome.ErrLost}
	case 2:
		return effect{err: chrome.ErrLost, to: pick(r, states)}
	case 3:
		return effect{err: &guard.Refusal{Reason: pick(r, reasons()), Target: "a-link"}}
	case 4:
		return effect{err: fmt.Errorf("bring a-link into view: %w", context.DeadlineExceeded)}
	case 5:
		return effect{tries: pick(r, stops)}
	case 6:
		return effect{to: pick(r, states), tries: pick(r, stops)}
	}
	return effect{to: pick(r, states)}
}

// anyOpen is one of all the things that an address can lead to.
func anyOpen(r *rand.Rand, states []string) effect {
	switch r.IntN(7) {
	case 0:
		return effect{hangs: true}
	case 1:
		return effect{err: &chrome.NavigationError{Reason: "net::ERR_NAME_NOT_RESOLVED"}}
	case 2:
		return effect{err: &chrome.NavigationError{Reason: "net::ERR_ABORTED"}, to: pick(r, states)}
	case 3:
		return effect{err: &chrome.NavigationError{Reason: "net::ERR_ABORTED"}, tries: pick(r, stops)}
	case 4:
		return effect{to: pick(r, states), tries: pick(r, stops)}
	}
	return effect{to: pick(r, states)}
}

func pick[T any](r *rand.Rand, from []T) T { return from[r.IntN(len(from))] }

// spoil makes one thing on a site go wrong.
func spoil(r *rand.Rand, s *site) {
	ids := slices.Sorted(maps.Keys(s.states))
	id := pick(r, ids)
	one := s.states[id]
	switch r.IntN(12) {
	case 0, 1: // a target is gone, stands twice, or leads to another form
		if on := slices.Sorted(maps.Keys(one.targets)); len(on) > 0 {
			one.targets[pick(r, on)] = pick(r, []string{"none", "none", "ambiguous", "vetoed", otherForm})
		}
	case 2, 3: // a press leads astray
		if on := slices.Sorted(maps.Keys(one.press)); len(on) > 0 {
			one.press[pick(r, on)] = anyPress(r, ids)
		}
	case 4: // an address does
		s.open[pick(r, slices.Sorted(maps.Keys(s.open)))] = anyOpen(r, ids)
	case 5: // the site errs
		one.status = pick(r, []int{0, 403, 404, 429, 500, 503})
	case 6: // a page is not recognised, or as two
		if one.places = nil; r.IntN(2) == 0 {
			one.places = []string{pick(r, ids), pick(r, ids)}
		}
	case 7: // a page goes on by itself
		one.itself = move{time.Duration(1000+r.IntN(15000)) * time.Millisecond, pick(r, ids)}
		if r.IntN(6) == 0 {
			one.tries = pick(r, stops)
		}
	case 8: // a page flaps
		one.itself = move{time.Second, pick(r, ids)}
		s.states[one.itself.to].itself = move{time.Second, id}
	case 9: // something on a page comes late
		early := *one
		early.targets = maps.Clone(one.targets)
		if on := slices.Sorted(maps.Keys(early.targets)); len(on) > 0 {
			delete(early.targets, pick(r, on))
		}
		late := *one
		s.states[id+" late"] = &late
		early.itself = move{time.Duration(1+r.IntN(6)) * time.Second, id + " late"}
		s.states[id] = &early
	case 10: // the person does something else
		one.person = move{time.Duration(r.IntN(90)) * time.Second, pick(r, ids)}
	case 11: // a gate or a dialog lies in front
		for _, name := range slices.Sorted(maps.Keys(s.open)) {
			to := s.open[name].to
			if k := s.flow.Places[id].Kind; (k == selectors.Gate || k == selectors.Aside) && to != "" && to != id {
				s.open[name] = effect{to: id}
				one.person.to = to
				for target := range one.press {
					one.press[target] = effect{to: to}
				}
			}
		}
	}
}

// generate makes a site with a few faults, and a request.
func generate(r *rand.Rand, f *selectors.Flow) (site, Request) {
	s := sound(f)
	for range r.IntN(16) {
		spoil(r, &s)
	}
	s.deaf = r.IntN(2) == 0
	if r.IntN(8) == 0 {
		s.faults[1+r.IntN(20)] = pick(r, []error{chrome.ErrGone, context.Canceled, context.DeadlineExceeded})
	}
	return s, Request{NoWait: r.IntN(2) == 0, Wait: 10 * time.Minute, Route: pick(r, []string{"settings", "policy", "direct", ""})}
}

// TestWalkKeepsItsPromises lets the walk loose on thousands of sites.
func TestWalkKeepsItsPromises(t *testing.T) {
	for name, f := range flows(t) {
		t.Run(name, func(t *testing.T) {
			ended, most := map[string]int{}, 0
			synctest.Test(t, func(t *testing.T) {
				for seed := range uint64(1500) {
					s, req := generate(rand.New(rand.NewPCG(seed, 1)), f)
					got := tell(s, req)
					ended[got.outcome().String()]++
					most = max(most, got.calls)
					if len(got.promises()) > 0 {
						got.report(t, fmt.Sprintf("seed %d, no-wait %v", seed, req.NoWait))
						return
					}
				}
			})
			t.Logf("ended %v, at most %d calls", ended, most)
		})
	}
}
