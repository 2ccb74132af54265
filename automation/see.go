package automation

import (
	"context"
	"errors"
	"slices"

	"github.com/nonmerci/nonmerci/automation/internal/chrome"
	"github.com/nonmerci/nonmerci/internal/hint"
	"github.com/nonmerci/nonmerci/selectors"
)

// How the walk sees a page: one look, what the network lock has to say about it,
// and the place that it shows.

// look looks, and turns what the network lock stopped into a refusal.
func (w *walker) look(ctx context.Context, until chrome.Until) error {
	v, err := w.page.Look(ctx, w.plan, until)
	held := errors.Is(err, chrome.ErrHeld)
	if held {
		w.keep(happening{kind: "held", place: w.place}) // nothing is going to come of the press
		v, err = w.page.Look(ctx, w.plan, chrome.Until{Within: scrollWait})
	}
	if errors.Is(err, chrome.ErrAlarm) {
		if err := w.alarm(); err != nil {
			return err
		}
		v, err = w.page.Look(ctx, w.plan, until)
	}
	if err != nil {
		return err
	}
	if err := w.alarm(); err != nil {
		return err
	}
	if v.Status >= 500 {
		w.failed = &stop{outcome: Failed, what: hint.Say("The site answered with an error of its own (%s). Nothing was filled in and nothing was sent.", itoa(v.Status)),
			next: hint.Say("This is not a fault of yours. Try again later.")}
	}
	w.view, w.final, w.covered = v, held, v.Covered && w.holdsForm(v.Address)
	w.place, err = w.recognise(v)
	if v.Status >= 400 && (w.kind() == selectors.PageKind || w.kind() == selectors.FormKind) {
		w.place = "" // an error page may stand at any address
	}
	if w.kind() == selectors.FormKind && slices.ContainsFunc(v.Frames, w.holdsForm) {
		w.place = "" // the form is in the frame, and what is beside it is another one
	}
	if err != nil || w.kind() != selectors.PageKind {
		return err
	}
	return w.readAccount()
}

// alarm reports a request that the lock stopped and that ends the walk.
func (w *walker) alarm() error {
	all := w.page.Attempts()
	fresh := all[min(w.attempts, len(all)):]
	w.attempts = len(all)
	for _, a := range fresh {
		switch {
		case a.OffHost:
			w.keep(happening{kind: "blocked", verb: "navigation", on: a.Address})
			return &stop{outcome: Refused,
				what: hint.Say("The way led to %s, which is not one of Meta's addresses that nonmerci knows. It did not go there. Nothing was filled in and nothing was sent.", hostOf(a.Address)),
				next: byHandNext()}
		case a.Submission:
			w.keep(happening{kind: "blocked", verb: "submission", on: a.Address})
			return &stop{outcome: Refused,
				what: hint.Say("The page tried to send something by itself. nonmerci stopped it. Nothing was sent."),
				next: hint.Say("Fill nothing in on this page. Keep the record, and try again later.")}
		}
	}
	return nil
}

// rank orders the kinds of places: what lies in front is looked at first.
var rank = []selectors.Kind{selectors.Gate, selectors.Aside, selectors.End, selectors.FormKind, selectors.PageKind}

// recognise names the one place that a view shows, or none. Two pages at once
// are none: nobody guesses.
func (w *walker) recognise(v chrome.View) (string, error) {
	place, twice := standing(w.req.Flow, v, w.passed)
	if twice != nil {
		w.keep(happening{kind: "conflict", detail: twice[0] + ", " + twice[1]})
	}
	return place, nil
}

func (w *walker) kind() selectors.Kind { return w.req.Flow.Places[w.place].Kind }
