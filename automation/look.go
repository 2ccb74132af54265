package automation

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/nonmerci/nonmerci/automation/internal/chrome"
	"github.com/nonmerci/nonmerci/internal/guard"
	"github.com/nonmerci/nonmerci/internal/hint"
	"github.com/nonmerci/nonmerci/selectors"
)

// Page is a page that the person has gone to, and what a flow finds on it. It
// holds nothing private.
type Page struct {
	Place    string // empty: not recognised
	Address  string // host and path, without what may name a person
	Findings []Finding
}

// Looking is what becomes of the pages that [Look] sees.
type Looking struct {
	Page func(Page) error // a page has come to rest

	// Keep is given a stripped copy of a page that the person wants; nil: none is
	// kept. With NoWait that is the first page, else the one that is there when Wish
	// says so.
	Keep   func(selectors.SavedPage) error
	Unkept func(error)     // a page could not be kept, for this reason
	Wish   <-chan struct{} // nil: nobody can wish
	Copies Browser         // the throw-away browser in which copies are looked at
}

// Look opens the service's home address and tells what a flow finds on each page
// to which the person goes. It has eyes and no hands: before the first page, the
// gate is shut for everything else. It keeps no record.
func Look(ctx context.Context, req Request, l Looking) (Result, error) {
	r := &run{req: req, started: time.Now()}
	r.defaults()
	r.ctx, r.cancel = context.WithCancelCause(ctx)
	defer r.cancel(nil)
	k := &looker{run: r, Looking: l}
	end := r.ending(k.early(k.look(ctx)))
	if k.copies != nil {
		if err := k.copies.Close(); err != nil {
			r.req.Log("close the browser of the copies", map[string]any{"error": err.Error()})
		}
	}
	if r.browser != nil {
		r.partWith(ctx, end)
	}
	return r.result(end), nil
}

// early says of what ended before there was a page that nothing was touched.
func (k *looker) early(err error) error {
	switch {
	case k.told > 0:
	case errors.Is(err, context.Canceled):
		return &stop{outcome: Interrupted, what: hint.Say("You stopped nonmerci before a page came to rest. Nothing was touched."), cause: err}
	case k.browser != nil && k.isClosed(err):
		return &stop{outcome: Failed, what: hint.Say("The browser ended before a page came to rest. Nothing was touched."),
			next: hint.Say("Run the command again. If it happens again, try `nonmerci doctor`."), cause: err}
	}
	return err
}

// looker is one round through the pages.
type looker struct {
	*run
	Looking
	plan   *chrome.Plan
	copies *Reader
	told   int    // pages that were told of
	last   string // place and address of the page that was told last
	page   string // place and address of the page at hand
	came   time.Time
	shows  string // the same, with what is found there
	since  time.Time
}

const (
	glance   = time.Second            // for one look, so that the person's wish is heard
	calm     = 2 * time.Second        // without anything new, until a page counts as at rest
	restless = 8 * time.Second        // for a page that changes all the time
	keepWait = 500 * time.Millisecond // for a page that is to be kept to stand still
)

func (k *looker) look(ctx context.Context) error {
	if err := k.startBrowser(ctx); err != nil {
		return err
	}
	k.browser.EyesOnly()
	k.browser.ByHand(true) // what the person does there is theirs
	k.plan = chrome.NewPlan(k.req.Flow)
	opening, cancel := context.WithTimeout(ctx, openWait)
	err := k.browser.Open(opening, k.req.Flow.Address["home"])
	cancel()
	var nav *chrome.NavigationError
	if err != nil && !errors.As(err, &nav) && !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	k.browser.Seal() // from here on the program does not even go to an address
	wait := k.req.Wait
	if k.req.NoWait {
		wait = placeWait
	} else {
		k.req.Tell(hint.Say("Go from page to page in the window; sign in where you are asked to. nonmerci looks at each page that comes to rest, and touches nothing. Ctrl-C or closing the window ends it."))
	}
	waiting, done := context.WithTimeout(ctx, wait)
	defer done()
	return k.rounds(waiting)
}

// rounds looks until the person is done, or until the first page where nobody
// waits.
func (k *looker) rounds(ctx context.Context) error {
	over := &stop{outcome: Ready, what: hint.Say("nonmerci has looked at the pages, and touched nothing.")}
	signature := ""
	for {
		v, err := k.browser.Look(ctx, k.plan, chrome.Until{Not: signature, Within: glance})
		switch {
		case errors.Is(err, chrome.ErrAlarm), errors.Is(err, chrome.ErrHeld):
			continue
		case err != nil && k.told > 0 && (ctx.Err() != nil || k.isClosed(err)):
			return over
		case ctx.Err() != nil && !errors.Is(ctx.Err(), context.Canceled):
			return &stop{outcome: Failed, what: hint.Say("No page came to rest in time. Nothing was touched."), next: hint.Say("Check the internet connection, and run the command again.")}
		case err != nil:
			return err
		}
		signature = v.Signature
		if err := k.tell(v); err != nil {
			return err
		}
		if k.req.NoWait && k.told > 0 {
			k.keepPage(ctx)
			return over
		}
		select {
		case <-k.Wish:
			k.keepPage(ctx)
		default:
		}
	}
}

// isClosed tells whether a look failed because the person closed the window.
func (k *looker) isClosed(err error) bool {
	return errors.Is(err, chrome.ErrGone) || errors.Is(err, chrome.ErrClosed) || errors.Is(err, context.DeadlineExceeded) && k.browser.Empty()
}

// tell tells of a page that is another than the one before, once it has come to
// rest: nothing new was found on it for a while, or it never rests.
func (k *looker) tell(v chrome.View) error {
	place := shownPlace(k.req.Flow, v)
	now, found := place+" "+v.Address, ""
	for _, id := range slices.Sorted(maps.Keys(v.Targets)) {
		found += " " + id + " " + v.Targets[id].Status
	}
	if now != k.page {
		k.page, k.came = now, time.Now()
	}
	if now+found != k.shows {
		k.shows, k.since = now+found, time.Now()
	}
	rests := v.Ready == "complete" && time.Since(k.since) >= calm || time.Since(k.came) > restless
	if _, err := guard.Host(v.Address); err != nil || !rests || now == k.last { // of other sites nothing is told
		return nil
	}
	k.last = now
	k.told++
	p := Page{Place: place, Address: publicAddress(v.Address)}
	for _, one := range findings(k.req.Flow, v, v.Address, "") {
		p.Findings = append(p.Findings, discreet(k.req.Flow, v.Address, place, one))
	}
	return k.Page(p)
}

// keepPage makes a copy of the page at hand and hands it over; why it could not,
// the person is told.
func (k *looker) keepPage(ctx context.Context) {
	if k.Keep == nil {
		return
	}
	page, err := k.copyPage(ctx)
	if err == nil {
		err = k.Keep(page)
	}
	if err != nil && ctx.Err() == nil {
		k.req.Log("page not kept", map[string]any{"cause": err.Error()})
		k.Unkept(err)
	}
}

func (k *looker) copyPage(ctx context.Context) (selectors.SavedPage, error) {
	v, err := k.browser.Look(ctx, k.plan, chrome.Until{Within: keepWait})
	if err != nil {
		return selectors.SavedPage{}, err
	}
	o, err := k.browser.Outline(ctx, k.plan, discretion(k.req.Flow, v))
	if err != nil {
		return selectors.SavedPage{}, err
	}
	if k.copies == nil {
		if k.copies, err = NewReader(ctx, k.Copies); err != nil {
			return selectors.SavedPage{}, err
		}
	}
	return k.copies.copy(ctx, k.req.Flow, v, o)
}
