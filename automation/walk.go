package automation

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/nonmerci/nonmerci/automation/internal/chrome"
	"github.com/nonmerci/nonmerci/internal/guard"
	"github.com/nonmerci/nonmerci/internal/hint"
	"github.com/nonmerci/nonmerci/selectors"
)

// page is the browser as the walk sees it. There are two: the real one and the
// table-driven one of the tests.
type page interface {
	Open(ctx context.Context, address string) error
	Look(ctx context.Context, plan *chrome.Plan, until chrome.Until) (chrome.View, error)
	Press(ctx context.Context, id string, t chrome.Target) error
	Further(ctx context.Context) (bool, error)
	Attempts() []chrome.Attempt
	ByHand(bool)
}

// How long the walk waits, and how far it goes.
const (
	openWait  = 20 * time.Second // for a site to answer
	placeWait = 10 * time.Second // for a page to be recognised after it was opened
	pressWait = 6 * time.Second  // for a press to show
	lateWait  = 4 * time.Second  // for something to appear on a page that is recognised already
	maxSteps  = 40               // of one route; more is a loop

	strangeWait = 3 * time.Second        // until the person is told that nobody knows a page, twice
	beat        = 200 * time.Millisecond // at least, between two looks while the person acts

	maxSilences = 1 // addresses that may leave the walk without an answer
)

// Pseudo-places of a route.
const (
	start     = "start"
	elsewhere = "elsewhere" // every page that is not recognised
)

// walker walks one run's routes. Its trail and view are what the run reports.
type walker struct {
	req     *Request
	page    page
	window  window                // where the person can be shown something, and show something; nil: nowhere
	browser string                // name and major version, for a flow file
	looked  func(context.Context) // after each look of a wait; nil: nothing
	plan    *chrome.Plan
	keep    func(what happening) // the journal
	view    chrome.View
	who     signedIn
	names   []string // of accounts that pages told on the way; private
	place   string   // the place of the view; empty: not recognised
	trail   []string // places, in order, without repetitions in a row
	used    []string // targets that were pressed, filled in or pointed at

	final       bool // the page says no: nothing more will appear on it
	unavailable bool // a page said that the form is not offered
	failed      *stop
	missing     []missed // what this route looked for and did not find
	lacking     []missed // the same of the routes before
	passed      []string // asides that could not be put away and are passed over
	covered     bool     // a dialog that nobody knows lies over the form
	unlike      bool     // a form's address showed something that is not recognised as the form
	framed      []string // addresses of frames that were opened; private
	attempts    int      // attempts of the network lock that were dealt with
	silences    int      // addresses that did not answer in time
	theirs      bool     // the person looks for the form, on whichever page they are
	signingIn   bool     // there is nothing but the sign-in to be done
	waited      bool     // a page was given time to tell whose account it is
	gated       string   // the gate that was met and not seen to be passed
}

// happening is one thing for the journal.
type happening struct {
	kind   string // place, action, gate, lost, blocked
	place  string
	verb   string
	on     string
	detail string
	view   *chrome.View // with kind place: what to take a picture of
}

// errLost means that a route has no way left.
var errLost = errors.New("no way left on this route")

// routes lists the flow's routes, the wanted one first.
func routes(f *selectors.Flow, wanted string) []string {
	var out []string
	for _, name := range []string{wanted, "settings", "policy", "direct"} {
		if _, ok := f.Routes[name]; ok && !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return out
}

// walk leads to the form, or ends with a *stop.
func (w *walker) walk(ctx context.Context) error {
	for {
		if err := w.everyRoute(ctx); !errors.Is(err, errLost) {
			return err
		}
		if lost := w.lost(); w.req.NoWait || lost.outcome != NotFound && !w.covered {
			return lost
		}
		if err := w.byHand(ctx); !errors.Is(err, errAgain) {
			return err
		}
		w.lacking, w.unlike, w.unavailable, w.failed, w.silences = nil, false, false, nil, 0
	}
}

// everyRoute follows one route after the other until one leads to the form.
func (w *walker) everyRoute(ctx context.Context) error {
	all := routes(w.req.Flow, w.req.Route)
	for i, name := range all {
		if w.unlike && i < len(all)-1 {
			continue // the others lead there as well; the last one knows another form
		}
		err := w.follow(ctx, w.req.Flow.Routes[name], start)
		if !errors.Is(err, errLost) {
			return err
		}
		if w.covered {
			break // every route leads here
		}
		var targets []string
		for _, m := range w.missing {
			targets = append(targets, m.target)
		}
		w.keep(happening{kind: "lost", on: name, detail: strings.Join(targets, ", ")})
		w.lacking, w.missing = append(w.lacking, w.missing...), nil
	}
	return errLost
}

// follow walks one route from a place of it: recognise the place, do what the
// route has for it.
func (w *walker) follow(ctx context.Context, route selectors.Route, from string) error {
	used, reached, searched := map[string]map[int]bool{}, map[string]bool{}, map[string]bool{}
	at, base := from, from // where the walk is, and the last page that was recognised
	waited, gates := false, 0
	for range maxSteps {
		if w.covered {
			if _, err := w.search(ctx, lateWait, func() bool { return !w.covered }); err != nil || w.covered {
				return cmp.Or(err, errLost)
			}
		}
		if err := w.scroll(ctx, route[at], searched, at); err != nil {
			return err
		}
		way, ok, err := w.next(route, used, at, &base, waited)
		if err != nil {
			return err
		}
		gated := false
		if ok {
			if used[base] == nil {
				used[base] = map[int]bool{}
			}
			used[base][way] = true
			waited = false
			gated, err = w.take(ctx, route[base][way])
		} else {
			waited = true
			gated, err = w.search(ctx, lateWait, func() bool { return w.possible(route[at], used[at]) >= 0 })
			if w.unlike = w.place == "" && w.holdsForm(w.view.Address); w.unlike && err == nil {
				return errLost
			}
		}
		if err != nil {
			return err
		}
		if gated && ok && gates < 3 {
			gates++
			delete(used[base], way) // the gate is passed: what led to it may lead further
		}
		if ok && w.place != "" && w.place != at && reached[w.place] && route[base][way].Verb == selectors.Press {
			w.keep(happening{kind: "loop", place: w.place, on: route[base][way].On})
		}
		reached[w.place] = true
		switch w.kind() {
		case selectors.FormKind:
			return nil
		case selectors.PageKind:
			waited = waited && at == w.place
			at, base = w.place, w.place
		default:
			waited = waited && at == elsewhere
			at = elsewhere
		}
	}
	return errLost
}

// next picks a way: the first press that is left and possible here; else, once,
// a moment for what is missing to appear (no way, no error); else the first
// address that is left here, or at the last page that was recognised. It sets
// base to the place whose way it is.
func (w *walker) next(route selectors.Route, used map[string]map[int]bool, at string, base *string, waited bool) (way int, ok bool, err error) {
	if at != start {
		for _, s := range route[at] {
			if s.Verb == selectors.Press && w.view.Targets[s.On].OtherForm() {
				return 0, false, w.wrongForm() // this account is offered another form
			}
		}
		if way = w.possible(route[at], used[at]); way >= 0 {
			*base = at
			return way, true, nil
		}
		missing := slices.ContainsFunc(route[at], func(s selectors.Step) bool { return s.Verb == selectors.Press })
		if missing && !waited && !w.final && w.view.Status < 400 {
			return 0, false, nil
		}
		for _, s := range route[at] {
			if s.Verb == selectors.Press {
				w.miss(s.On)
			}
		}
	}
	for _, place := range []string{at, *base, start} {
		for i, s := range route[place] {
			if s.Verb == selectors.Open && !used[place][i] {
				*base = place
				return i, true, nil
			}
		}
	}
	return 0, false, errLost
}

// possible is the first press that is left here and whose target is seen, or -1.
// None is on the form's own page before that is recognised: what elsewhere leads
// on may be called there what sends.
func (w *walker) possible(ways []selectors.Step, used map[int]bool) int {
	if w.place == "" && w.holdsForm(w.view.Address) {
		return -1
	}
	return slices.IndexFunc(ways, func(s selectors.Step) bool {
		return s.Verb == selectors.Press && w.view.Sees(s.On) && !used[slices.Index(ways, s)]
	})
}

// take does one step and recognises where it led. It tells whether a gate had
// to be passed by the person on the way.
func (w *walker) take(ctx context.Context, s selectors.Step) (gated bool, err error) {
	before := w.view.Signature
	within := pressWait
	switch s.Verb {
	case selectors.Open:
		within = placeWait
		w.keep(happening{kind: "action", verb: "open", on: s.On, place: w.place})
		opening, cancel := context.WithTimeout(ctx, openWait)
		err = w.page.Open(opening, w.req.Flow.Address[s.On])
		cancel()
	case selectors.Press:
		err = w.press(ctx, s.On)
	}
	done := err == nil
	if !done {
		if err = w.weigh(ctx, s, err); err != nil {
			return false, err
		}
		if s.Verb == selectors.Open {
			w.place, w.view = "", chrome.View{}
			return false, nil
		}
		within = lateWait
	}
	if done || w.place == "" || w.view.Signature == before { // else a press in vain has looked already
		if err := w.look(ctx, chrome.Until{Not: w.view.Signature, Within: within}); err != nil {
			return false, err
		}
	}
	if _, err := w.unframe(ctx); err != nil {
		return false, err
	}
	return w.settle(ctx)
}

// weigh decides whether an error ends the walk or only this way.
func (w *walker) weigh(ctx context.Context, s selectors.Step, err error) error {
	var refusal *guard.Refusal
	var nav *chrome.NavigationError
	switch {
	case ctx.Err() != nil, errors.Is(err, chrome.ErrGone):
		return err
	case errors.As(err, &refusal):
		w.keep(happening{kind: "blocked", verb: string(s.Verb), on: s.On, detail: refusal.Error()})
		if dangerous(refusal.Reason) {
			return &stop{outcome: Refused, what: refusal.What(), next: byHandNext(), cause: err}
		}
		w.miss(s.On)
		return nil
	case errors.As(err, &nav), errors.Is(err, context.DeadlineExceeded):
		if err := w.alarm(); err != nil {
			return err
		}
		w.keep(happening{kind: "failed", verb: string(s.Verb), on: s.On, detail: err.Error()})
		w.failed = &stop{outcome: Failed, what: hint.Say("The site could not be reached, or did not answer. Nothing was filled in and nothing was sent."),
			next: hint.Say("Check the internet connection, open the site in a browser by hand, and try again later."), cause: err}
		if errors.Is(err, context.DeadlineExceeded) {
			w.silences++
		}
		if w.silences > maxSilences {
			return w.failed
		}
		return nil
	case errors.Is(err, chrome.ErrLost):
		w.miss(s.On)
		return nil
	}
	return err
}

// dangerous tells a refusal that means something is wrong with the page from
// one that means the element is out of reach, or that its words begin like Send,
// as "Submit an objection request" does: another way may do.
func dangerous(r guard.Reason) bool {
	switch r {
	case guard.OffList, guard.Submits, guard.NearSend, guard.Disguised:
		return true
	}
	return false
}
