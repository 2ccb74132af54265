package automation

import (
	"context"
	"time"

	"github.com/nonmerci/nonmerci/automation/internal/chrome"
	"github.com/nonmerci/nonmerci/internal/hint"
	"github.com/nonmerci/nonmerci/selectors"
)

// Outlet tells why a browser with these switches would go to the network its own
// way, which the program cannot shut; nil: it would not.
func Outlet(args []string, lookup func(string) (string, bool)) error {
	return chrome.CanShut(chrome.Options{Args: args, Lookup: lookup})
}

// Powers prints all that the program can do in a browser, for people.
func Powers() string { return chrome.Powers() }

// Login opens the service's start page so that the person signs in by hand. It
// recognises that they are in by the page alone, and touches nothing before. It
// keeps no record.
func Login(ctx context.Context, req Request) (Result, error) {
	r := &run{req: req, started: time.Now()}
	r.req.NoWait = false
	r.defaults()
	r.ctx, r.cancel = context.WithCancelCause(ctx)
	defer r.cancel(nil)
	end := r.ending(r.login(ctx))
	if r.browser != nil {
		r.partWith(ctx, end)
	}
	return r.result(end), nil
}

func (r *run) login(ctx context.Context) error {
	if err := r.startBrowser(ctx); err != nil {
		return err
	}
	r.walk = &walker{req: &r.req, page: r.browser, plan: chrome.NewPlan(r.req.Flow), keep: r.keep}
	r.browser.ByHand(true)
	if err := r.walk.signIn(ctx); err != nil {
		return err
	}
	if r.walk.who.name == "" {
		return &stop{outcome: Ready, what: hint.Say("This is how the start page of %s looks to somebody who is signed in, but it does not say who that is. Nothing else was done.", r.req.Flow.Title),
			next: hint.Say("If you were not done yet, run the command again. Else run `nonmerci object %s`.", r.req.Flow.Service)}
	}
	if r.req.Browser.Attach != nil {
		return &stop{outcome: Ready, what: hint.Say("You are signed in to %s in your browser. Nothing else was done.", r.req.Flow.Title),
			next: hint.Say("Now run `nonmerci object %s --attach`.", r.req.Flow.Service)}
	}
	return &stop{outcome: Ready, what: hint.Say("You are signed in to %s in nonmerci's browser profile. Nothing else was done.", r.req.Flow.Title),
		next: hint.Say("Now run `nonmerci object %s`.", r.req.Flow.Service)}
}

// signIn opens the start page, and returns when somebody is signed in. What
// stands in the way is the person's, dialogs as well.
func (w *walker) signIn(ctx context.Context) error {
	w.signingIn = true
	if _, err := w.take(ctx, selectors.Step{Verb: selectors.Open, On: "home"}); err != nil {
		return err
	}
	if w.kind() != selectors.PageKind {
		return w.lost()
	}
	return w.otherAccount(ctx)
}

// otherAccount lets the person switch to the account that they named.
func (w *walker) otherAccount(ctx context.Context) error {
	if w.rightName() {
		return nil
	}
	ask := question{what: hint.Say("The account that you named is not signed in, or the page does not say so."),
		next: hint.Say("Please switch to it in the browser window. nonmerci touches nothing meanwhile and goes on by itself afterwards.")}
	w.req.Tell(ask.what)
	w.req.Tell(ask.next)
	return w.wait(ctx, ask, func() bool { return w.kind() == selectors.PageKind && w.rightName() })
}
