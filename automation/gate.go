package automation

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/nonmerci/nonmerci/automation/internal/chrome"
	"github.com/nonmerci/nonmerci/internal/guard"
	"github.com/nonmerci/nonmerci/internal/hint"
	"github.com/nonmerci/nonmerci/selectors"
)

// What stands between the walk and the next page: gates, which only the person
// can pass, dialogs, and the ends.

// settle deals with whatever lies between the walk and the next page: gates,
// dialogs, ends. It returns when the view is a page, the form or unknown.
func (w *walker) settle(ctx context.Context) (gated bool, err error) {
	for range maxSteps {
		if w.place != "" {
			w.arrived()
		}
		switch kind := w.kind(); {
		case kind == selectors.Gate, w.signingIn && (kind == selectors.Aside || w.place == "" && w.failed == nil && !w.final):
			gated = true
			if err := w.gate(ctx); err != nil {
				return gated, err
			}
		case kind == selectors.Aside:
			byPerson, err := w.aside(ctx)
			gated = gated || byPerson
			if err != nil {
				return gated, err
			}
		case kind == selectors.End:
			return gated, w.end()
		default:
			if looked, err := w.lateName(ctx); err != nil || !looked {
				return gated, err
			}
		}
	}
	return gated, errLost
}

// arrived notes a place in trail and journal.
func (w *walker) arrived() {
	if k := w.kind(); k != selectors.Gate && k != selectors.Aside {
		w.gated = ""
	}
	if n := len(w.trail); n == 0 || w.trail[n-1] != w.place {
		w.trail = append(w.trail, w.place)
		v := w.view
		w.keep(happening{kind: "place", place: w.place, view: &v})
	}
}

// end is an end of the walk, or of one of its ways.
func (w *walker) end() error {
	switch w.req.Flow.Places[w.place].Means {
	case selectors.AlreadyObjected:
		return &stop{outcome: AlreadyObjected, what: hint.Say("The site says that your objection already stands. There is nothing to send."),
			next: hint.Say("Keep the record. Accounts that are not in the same Accounts Center need an objection of their own.")}
	case selectors.WrongForm:
		return w.wrongForm()
	}
	w.regret()
	w.place, w.final = "", true // another way may do
	return nil
}

// regret remembers a page that says no, for the last sentence.
func (w *walker) regret() {
	switch w.req.Flow.Places[w.place].Means {
	case selectors.NotAvailable:
		w.unavailable = true
	case selectors.Trouble:
		w.failed = &stop{outcome: Failed, what: hint.Say("The site shows an error of its own. Nothing was filled in and nothing was sent."),
			next: hint.Say("This is not a fault of yours. Try again later.")}
	}
}

func (w *walker) wrongForm() *stop {
	return &stop{outcome: Refused, what: hint.Say("The way leads to another form: the one about data from third parties. It is not the objection to AI training, so nothing was filled in and nothing was sent."),
		next: byHandNext()}
}

// aside puts a dialog away by the one press that the flow has for it. Where that
// press is not unmistakable, it is the person's; but one that lies over a page
// that is known, and of which the flow asks nobody, is passed over.
func (w *walker) aside(ctx context.Context) (byPerson bool, err error) {
	was, before := w.place, w.view.Signature
	asks := false
	for _, s := range w.req.Flow.Places[was].Do {
		asks = asks || s.Verb == selectors.Ask
		if s.Verb != selectors.Press || !w.view.Sees(s.On) {
			continue
		}
		within := pressWait
		err := w.press(ctx, s.On)
		done := err == nil
		if !done {
			var refusal *guard.Refusal
			if !errors.As(err, &refusal) {
				err = w.weigh(ctx, s, err)
			} else {
				w.keep(happening{kind: "blocked", verb: string(s.Verb), on: s.On, detail: refusal.Error()})
				err = nil
			}
			if err != nil {
				return false, err
			}
			within = lateWait // it may have gone by itself
		}
		if done || w.place == was && w.view.Signature == before {
			if err := w.look(ctx, chrome.Until{Not: w.view.Signature, Within: within}); err != nil {
				return false, err
			}
		}
		if w.place != was {
			w.req.Tell(hint.Say("  nonmerci put it away by the button that accepts nothing."))
			return false, nil
		}
	}
	w.passed = append(w.passed, was)
	if w.place, err = w.recognise(w.view); err != nil || w.place != "" && !asks {
		w.keep(happening{kind: "passed over", place: was})
		return false, err
	}
	w.passed, w.place = w.passed[:len(w.passed)-1], was
	return true, w.gate(ctx)
}

// gate asks the person and waits until the gate is passed: until a page is
// recognised that is none. A page that nobody knows may belong to the gate, and
// only the person can tell, so it stays theirs for as long as they may take.
func (w *walker) gate(ctx context.Context) error {
	ask := asking(w.req.Flow, w.place)
	w.meet()
	if w.req.NoWait {
		return &stop{outcome: NeedsUser, what: ask.what, next: ask.alone}
	}
	w.req.Tell(ask.what)
	w.req.Tell(ask.next)
	asked := w.place
	return w.wait(ctx, ask, func() bool {
		switch {
		case w.place == "":
			return false
		case w.kind() == selectors.Aside:
			return w.place != asked // the walk puts a new one away itself
		}
		return w.kind() != selectors.Gate
	})
}

// meet notes a gate. Behind those that are about the account itself, another one
// may be signed in.
func (w *walker) meet() {
	w.gated = w.place
	w.keep(happening{kind: "gate", place: w.place})
	switch matterOf(w.req.Flow, w.place) {
	case string(selectors.SignIn), string(selectors.ChooseAccount), "code", "checkpoint", "account", "automated":
		w.who = signedIn{}
	}
}

// wait looks until the person has done their part or the time is up.
func (w *walker) wait(ctx context.Context, ask question, done func() bool) error {
	if !w.signingIn { // else the whole run is theirs
		w.page.ByHand(true)
		defer w.page.ByHand(false)
	}
	until := time.Now().Add(w.req.Wait)
	strange := 0 // looks in a row at a page that nobody knows
	for time.Now().Before(until) {
		was, within := w.place, 30*time.Second
		if strange < 2 || w.looked != nil {
			within = strangeWait
		}
		if err := w.look(ctx, chrome.Until{Not: w.view.Signature, Within: min(within, time.Until(until))}); err != nil {
			return err
		}
		if w.looked != nil {
			w.looked(ctx)
		}
		if w.place == "" {
			strange++
		} else {
			strange = 0
		}
		switch {
		case done():
			return nil
		case strange == 2 && !w.theirs: // one look may have been between two pages
			w.req.Tell(hint.Say("nonmerci does not know this page. If nothing more is asked of you there, go to the start page of %s.", w.req.Flow.Title))
		case w.place != was && w.place != "":
			w.arrived()
			if w.kind() == selectors.Gate {
				ask = asking(w.req.Flow, w.place)
				w.meet()
				w.req.Tell(ask.what)
				w.req.Tell(ask.next)
			}
		}
		select {
		case <-time.After(beat):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return &stop{outcome: NeedsUser, what: ask.what, next: late()}
}

// errAgain means that the person wants every route to be walked once more.
var errAgain = errors.New("once more from the start")

// byHand lets the person help when every route is lost: they go on in the window,
// and the walk goes on from the next page that it knows; or they show what was not
// found; or they want another try, or the end.
func (w *walker) byHand(ctx context.Context) error {
	lostAt := slices.Clone(w.trail)
	anew := true // they were told how it stands
	for {
		lost := w.lost()
		ask := question{
			what:  lost.what,
			next:  hint.Say("The window stays open. Go to the objection form yourself; nonmerci goes on by itself as soon as it recognises the form."),
			alone: lost.next,
		}
		w.theirs = true
		if anew {
			w.req.Tell(ask.what)
			w.req.Tell(ask.next)
			w.keep(happening{kind: "gate", place: elsewhere})
		}
		wish, err := w.turn(ctx, ask, w.things(), func() bool {
			w.regret() // and let the person look on
			means := w.req.Flow.Places[w.place].Means
			return w.kind() == selectors.FormKind || means == selectors.AlreadyObjected || means == selectors.WrongForm || w.leadsOn(lostAt)
		})
		var s *stop
		switch {
		case errors.As(err, &s) && s.outcome == NeedsUser:
			return w.lost().after(hint.Say("The time to wait is over."))
		case err != nil:
			return err
		}
		w.theirs = false
		w.who = signedIn{before: cmp.Or(w.who.name, w.who.before)} // they may have gone to another account
		anew, err = w.grant(ctx, wish, &lostAt)
		switch {
		case errors.Is(err, errLeave):
			return w.lost().after(hint.Say("You ended it here."))
		case !errors.Is(err, errLost):
			return err
		}
		w.lacking, w.missing = append(w.lacking, w.missing...), nil
	}
}

// grant does what the person wishes. errLost means that the way is still not
// found; anew, that something was tried.
func (w *walker) grant(ctx context.Context, wish Wish, lostAt *[]string) (anew bool, err error) {
	switch wish.Do {
	case Leave:
		return false, errLeave
	case Again:
		return false, errAgain
	case GoOn:
		w.arrived()
		if w.kind() == selectors.End {
			return false, w.end()
		}
		*lostAt = append(*lostAt, w.place) // from each page once
		return true, w.followHere(ctx)
	}
	before := w.req.Flow
	learned, err := w.learn(ctx, wish.target, wish.near)
	if err != nil || !learned {
		return false, cmp.Or(err, errLost)
	}
	return true, w.onward(ctx, wish.target, before, *lostAt)
}

// after puts a sentence before what a stop says.
func (s *stop) after(first hint.Text) *stop {
	t := *s
	t.what = hint.Say("%s %s", first, s.what)
	return &t
}

// lost says why no route led to the form.
func (w *walker) lost() *stop {
	switch {
	case w.covered:
		return &stop{outcome: NeedsUser, what: hint.Say("The form is there, but %s shows something over it that nonmerci does not know. Nothing was filled in and nothing was sent.", w.req.Flow.Title),
			next: hint.Say("Run the command again without --no-wait and with a window, and put it away yourself.")}
	case w.unavailable:
		return &stop{outcome: NotAvailable, what: hint.Say("The site says that the form is not available for this account or in this country. Nothing was filled in and nothing was sent."),
			next: hint.Say("The right to object exists in the EU, the EEA, the United Kingdom and Switzerland. Check which country the account is set to.")}
	case w.failed != nil:
		return w.failed
	}
	return &stop{outcome: NotFound, what: hint.Say("The way to the form was not found. %s Nothing was filled in and nothing was sent.", w.sought()),
		next: byHandNext()}
}
