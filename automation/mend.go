package automation

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nonmerci/nonmerci/automation/internal/chrome"
	"github.com/nonmerci/nonmerci/internal/hint"
	"github.com/nonmerci/nonmerci/internal/record"
	"github.com/nonmerci/nonmerci/selectors"
)

// Pick lets the person show where a target stands, on whichever page they go to,
// so that the flow finds it from then on. It presses and fills nothing, and keeps
// no record.
func Pick(ctx context.Context, req Request, target string) (Result, error) {
	r := &run{req: req, started: time.Now()}
	r.req.NoWait = false
	r.defaults()
	r.ctx, r.cancel = context.WithCancelCause(ctx)
	defer r.cancel(nil)
	end := r.ending(r.pick(ctx, target))
	if r.browser != nil {
		r.partWith(ctx, end)
	}
	return r.result(end), nil
}

func (r *run) pick(ctx context.Context, target string) error {
	if err := r.startBrowser(ctx); err != nil {
		return err
	}
	r.walk = &walker{req: &r.req, page: r.browser, window: r.browser, browser: called(r.browser.Version()), plan: chrome.NewPlan(r.req.Flow), keep: r.keep}
	opening, cancel := context.WithTimeout(ctx, openWait)
	err := r.browser.Open(opening, r.req.Flow.Address["home"])
	cancel()
	var nav *chrome.NavigationError
	if err != nil && !errors.As(err, &nav) && !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	if err != nil {
		r.req.Tell(hint.Say("%s could not be reached, or did not answer. Check the internet connection.", r.req.Flow.Title))
	}
	thing := Lost{Target: target, Words: targetWords(target)}
	r.req.Tell(hint.Say("Go to the page on which you see %s. Sign in first where you are asked to; nonmerci touches nothing.", thing.Words))
	r.walk.theirs = true
	for {
		wish, err := r.walk.turn(ctx, question{}, []Lost{thing}, func() bool { return false })
		var late *stop
		if err != nil && !errors.As(err, &late) {
			return err
		}
		if err != nil || wish.Do != Show && wish.Do != Take {
			return &stop{outcome: Interrupted, what: hint.Say("Nothing was learned, and nothing was changed.")}
		}
		learned, err := r.walk.learn(ctx, target, wish.near)
		switch {
		case errors.Is(err, errLeave):
			return &stop{outcome: Interrupted, what: hint.Say("Nothing was learned, and nothing was changed.")}
		case err != nil:
			return err
		case learned:
			if err := r.req.Mending.Keep(target); err != nil {
				return err
			}
			return &stop{outcome: Ready, what: hint.Say("nonmerci has learned where %s stands. Nothing was pressed or filled in.", thing.Words),
				next: hint.Say("Now run `nonmerci object %s`.", r.req.Flow.Service)}
		}
	}
}

// learn takes what the person has chosen among what is marked, or else lets them
// point at a target in the window.
func (w *walker) learn(ctx context.Context, target string, near *chrome.Shown) (bool, error) {
	if near != nil {
		return w.adopt(ctx, target, *near)
	}
	seen, err := w.pointed(ctx, target)
	switch {
	case errors.Is(err, chrome.ErrNotShown):
		w.req.Tell(hint.Say("Nothing was learned. Clicks in the window go to the page again."))
		return false, nil
	case errors.Is(err, chrome.ErrNoThing):
		w.req.Tell(hint.Say("What you clicked on is no link, button or field. Nothing was learned."))
		return false, nil
	case err != nil:
		return false, err
	}
	return w.adopt(ctx, target, seen)
}

// errLeave means that the person wants no more.
var errLeave = errors.New("the person ended it")

// pointed lets the person point at a thing, and hears what they type meanwhile.
func (w *walker) pointed(ctx context.Context, target string) (chrome.Shown, error) {
	showing, cancel := context.WithTimeout(ctx, w.req.Wait)
	defer cancel()
	var both sync.WaitGroup
	var left atomic.Bool
	seen, err := w.window.Show(showing, func() {
		w.req.Tell(hint.Say("Now click on %s in the window. The page does not get this click. Esc in the window lets it be.", targetWords(target)))
		both.Go(func() {
			w.req.Mending.Waiting(showing)
			left.Store(showing.Err() == nil)
			cancel()
		})
	})
	late := errors.Is(showing.Err(), context.DeadlineExceeded)
	cancel()
	both.Wait()
	switch {
	case err != nil && left.Load():
		return seen, errLeave
	case err != nil && late && ctx.Err() == nil:
		return seen, chrome.ErrNotShown
	}
	return seen, err
}

// adopt makes sure that the flow finds the very thing that was shown by what it
// learns of it, and goes on with it where the person says so.
func (w *walker) adopt(ctx context.Context, target string, seen chrome.Shown) (bool, error) {
	if seen.Submits && !w.req.Flow.Targets[target].Commit {
		w.req.Tell(hint.Say("What you clicked on sends a form. nonmerci never presses such a thing, so it does not learn it."))
		return false, nil
	}
	// They may have come to this page a moment ago.
	if err := w.look(ctx, chrome.Until{Within: time.Second}); err != nil {
		return false, err
	}
	if w.tellsWho(seen.Name, seen.Text) {
		w.req.Tell(hint.Say("The name of your account stands in what it says. Flow files are given to others, so nonmerci does not learn it."))
		return false, nil
	}
	language := seen.Language
	if !languageTag.MatchString(language) {
		language = "und"
	}
	better := w.req.Flow.Targets[target].Learn(shownOn(seen), selectors.Learned{Date: time.Now().Format(time.DateOnly), Language: language, Browser: w.browser})
	if w.leadsFrom(target) {
		better.Also = append(slices.Clone(better.Also), cmp.Or(w.place, elsewhere))
	}
	flow := *w.req.Flow
	flow.Targets = maps.Clone(flow.Targets)
	flow.Targets[target] = better
	v, err := w.page.Look(ctx, chrome.NewPlan(&flow), chrome.Until{Within: lateWait})
	if err != nil {
		return false, err
	}
	if found := v.Targets[target]; !found.Found() || found.Node != seen.Node {
		w.req.Tell(hint.Say("By what it says and where it leads, nonmerci could not tell it from other things on this page. Nothing was learned."))
		return false, nil
	}
	agreed, err := w.req.Mending.Agree(ctx, target, better)
	if p, ok := hint.Of(err); ok {
		w.req.Tell(p.What)
		w.req.Tell(p.Next)
		return false, nil
	}
	if err != nil || agreed == nil {
		return false, err
	}
	w.req.Flow, w.plan = agreed, chrome.NewPlan(agreed)
	w.keep(happening{kind: "learned", on: target, place: w.place})
	return true, w.look(ctx, chrome.Until{Within: lateWait})
}

var languageTag = regexp.MustCompile(`^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$`)

// shownOn says of a thing what a flow may hold. Where a link leads is kept only
// where everybody's leads there: other addresses may name the person.
func shownOn(seen chrome.Shown) selectors.Shown {
	s := selectors.Shown{Role: selectors.Role(seen.Family)}
	if seen.Name != "" {
		s.Names = []string{seen.Name}
	}
	if seen.Text != "" {
		s.Texts = []string{seen.Text}
	}
	if u, err := url.Parse(seen.Link); err == nil && everybodys.MatchString(u.Path) {
		s.Hrefs = []string{u.Hostname() + u.EscapedPath()}
	}
	if seen.Field != "" {
		s.Fields = []string{seen.Field}
	}
	return s
}

// everybodys are paths that are the same for everybody.
var everybodys = regexp.MustCompile(`^/(?:help|contact|privacy|policies|policy|dialog|about|settings|accounts)(?:/[a-z0-9_-]*)*$`)

// called is what a flow file calls a browser: "Chrome 156" for
// "HeadlessChrome/156.0.8078.79".
func called(version string) string {
	name, number, _ := strings.Cut(strings.TrimPrefix(version, "Headless"), "/")
	number, _, _ = strings.Cut(number, ".")
	return strings.TrimSpace(name + " " + number)
}

// onward goes on after something was learned: it is pressed, and from where that
// leads on a route is followed. Only what leads on is kept; before tells the flow
// without it.
func (w *walker) onward(ctx context.Context, target string, before *selectors.Flow, lostAt []string) error {
	if _, err := w.settle(ctx); err != nil { // the page may be known now: a form is locked when it is noted
		return err
	}
	if w.kind() != selectors.FormKind && w.pressed(target, "") {
		beyond := w.req.Flow.Beyond(target)
		w.used = slices.DeleteFunc(w.used, func(id string) bool { return id == target }) // now it says whether this press was made
		if w.view.Sees(target) {
			if _, err := w.take(ctx, selectors.Step{Verb: selectors.Press, On: target}); err != nil {
				return err
			}
		}
		switch pressed := slices.Contains(w.used, target); {
		case !pressed:
			w.req.Tell(hint.Say("nonmerci could not press it, or must not. It has forgotten it; nothing was written."))
			return w.forget(target, before)
		case w.kind() != selectors.FormKind && !w.leadsOn(lostAt) && (w.place == "" || w.place != beyond):
			w.req.Tell(hint.Say("That led to %s, which is not on the way to the form. nonmerci has forgotten it; nothing was written.", record.PlaceWords(w.place)))
			return w.forget(target, before)
		}
	}
	if err := w.req.Mending.Keep(target); err != nil {
		p, ok := hint.Of(err)
		if !ok {
			return err
		}
		w.req.Tell(p.What)
		w.req.Tell(p.Next)
	}
	return w.followHere(ctx)
}

// forget goes back to the flow without what was learned last.
func (w *walker) forget(target string, before *selectors.Flow) error {
	w.req.Flow, w.plan = before, chrome.NewPlan(before)
	w.used = slices.DeleteFunc(w.used, func(id string) bool { return id == target })
	w.keep(happening{kind: "forgotten", on: target, place: w.place})
	return errLost
}

// followHere follows the first route that knows a way from the page at hand.
func (w *walker) followHere(ctx context.Context) error {
	if w.kind() == selectors.FormKind {
		return nil
	}
	for _, name := range routes(w.req.Flow, w.req.Route) {
		if route := w.req.Flow.Routes[name]; w.place != "" && w.possible(route[w.place], nil) >= 0 {
			return w.follow(ctx, route, w.place)
		}
	}
	return errLost
}

// leadsFrom tells whether a target that the routes press stands on a page on which
// none of them does.
func (w *walker) leadsFrom(target string) bool {
	if k := w.kind(); w.place != "" && k != selectors.PageKind {
		return false
	}
	return w.pressed(target, "") && !w.pressed(target, cmp.Or(w.place, elsewhere))
}

// pressed tells whether a route presses a target on a page; empty: on any.
func (w *walker) pressed(target, place string) bool {
	for _, route := range w.req.Flow.Routes {
		for at, ways := range route {
			if (place == "" || at == place) && slices.Contains(ways, selectors.Step{Verb: selectors.Press, On: target}) {
				return true
			}
		}
	}
	return false
}

// leadsOn tells whether a route knows a way from the page at hand, which is none
// of those on which the walk was lost.
func (w *walker) leadsOn(lostAt []string) bool {
	return w.kind() == selectors.PageKind && !slices.Contains(lostAt, w.place) &&
		slices.ContainsFunc(slices.Collect(maps.Values(w.req.Flow.Routes)), func(r selectors.Route) bool { return w.possible(r[w.place], nil) >= 0 })
}
