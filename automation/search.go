package automation

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/nonmerci/nonmerci/automation/internal/chrome"
	"github.com/nonmerci/nonmerci/internal/guard"
	"github.com/nonmerci/nonmerci/internal/hint"
	"github.com/nonmerci/nonmerci/internal/record"
	"github.com/nonmerci/nonmerci/selectors"
)

// What the walk does about a thing that is not where it was looked for: give it
// a moment, scroll, look into a frame; and, in the end, say what is missing.

const (
	scrollWait = 300 * time.Millisecond // for something to appear after a scroll
	pressTries = 6                      // of one way, on a page that replaces what is pressed
)

// search gives what is missing on a page a moment to appear: by itself, or when
// the page is scrolled to it. It ends early when ready says so, or when the page
// has become another.
func (w *walker) search(ctx context.Context, within time.Duration, ready func() bool) (gated bool, err error) {
	until := time.Now().Add(within)
	place, document, further := w.place, w.view.Document, true
	for range lateWait / scrollWait {
		if time.Now().After(until) || w.place != place || w.view.Document != document || ready() {
			break
		}
		within := time.Until(until)
		if further {
			if further, err = w.page.Further(ctx); err != nil {
				return false, err
			}
			within = min(within, scrollWait)
		}
		if err := w.look(ctx, chrome.Until{Not: w.view.Signature, Within: within}); err != nil {
			return false, err
		}
	}
	return w.settle(ctx)
}

// scroll looks, once on each page of a route, farther down for the first thing
// that the route presses there, before it takes a second-best.
func (w *walker) scroll(ctx context.Context, ways []selectors.Step, searched map[string]bool, at string) error {
	if len(ways) < 2 || searched[at] || ways[0].Verb != selectors.Press || ways[1].Verb != selectors.Press || w.view.Sees(ways[0].On) {
		return nil
	}
	searched[at] = true
	place, document := w.place, w.view.Document
	for range lateWait / scrollWait {
		further, err := w.page.Further(ctx)
		if err != nil || !further {
			return err
		}
		if err := w.look(ctx, chrome.Until{Not: w.view.Signature, Within: scrollWait}); err != nil {
			return err
		}
		if w.view.Sees(ways[0].On) || w.place != place || w.view.Document != document {
			return nil
		}
	}
	return nil
}

// press presses a target. Some pages replace their elements all the time: where
// a press did not reach the element, the page is looked at again.
func (w *walker) press(ctx context.Context, target string) error {
	place := w.place
	for try := 1; ; try++ {
		w.keep(happening{kind: "action", verb: "press", on: target, place: place})
		err := w.page.Press(ctx, target, w.view.Targets[target])
		if err == nil {
			w.use(target)
		}
		if !errors.Is(err, chrome.ErrLost) {
			return err
		}
		if err := w.look(ctx, chrome.Until{Within: lateWait}); err != nil {
			return err
		}
		if try == pressTries || w.place != place || !w.view.Sees(target) {
			return chrome.ErrLost
		}
	}
}

func (w *walker) use(target string) {
	if !slices.Contains(w.used, target) {
		w.used = append(w.used, target)
	}
}

// unframe opens, as a page of its own, a form that stands in a frame of another
// host, where the engine cannot look. It tells whether it did.
func (w *walker) unframe(ctx context.Context) (bool, error) {
	if w.kind() != "" && w.kind() != selectors.PageKind {
		return false, nil
	}
	for _, address := range w.view.Frames {
		if slices.Contains(w.framed, address) || !w.holdsForm(address) {
			continue
		}
		w.framed = append(w.framed, address)
		w.keep(happening{kind: "action", verb: "open", on: "frame", place: w.place})
		opening, cancel := context.WithTimeout(ctx, openWait)
		err := w.page.Open(opening, address)
		cancel()
		if err != nil {
			return true, w.weigh(ctx, selectors.Step{Verb: selectors.Open, On: "frame"}, err)
		}
		return true, w.look(ctx, chrome.Until{Not: w.view.Signature, Within: placeWait})
	}
	return false, nil
}

// holdsForm tells whether an address is one of the flow's forms.
func (w *walker) holdsForm(address string) bool {
	if _, err := guard.Host(address); err != nil {
		return false
	}
	for id, p := range w.req.Flow.Places {
		if p.Kind == selectors.FormKind && w.req.Flow.MayBe(id, address) {
			return true
		}
	}
	return false
}

// missed is something that was looked for on a page and not found there.
type missed struct {
	place, target string
	several       bool // more than one thing fits
}

// miss notes what a way needed and the page did not have.
func (w *walker) miss(target string) {
	m := missed{w.place, target, w.view.Targets[target].Status == "ambiguous"}
	if !slices.Contains(w.missing, m) {
		w.missing = append(w.missing, m)
	}
}

// foremost is what was looked for in vain on the last page that was recognised:
// the first thing there, which leads the farthest. One of which there were several
// says more than one that is not there on another page.
func (w *walker) foremost() (missed, bool) {
	if len(w.lacking) == 0 {
		return missed{}, false
	}
	m := w.lacking[0]
	for _, one := range w.lacking[1:] {
		if one.place != "" && one.place != m.place && (one.several || !m.several) {
			m = one
		}
	}
	return m, true
}

// sought says what was looked for in vain.
func (w *walker) sought() hint.Text {
	if w.unlike {
		return hint.Say("nonmerci came to the form's address and did not recognise the form there: something on it is missing or is not known, or it stands in a frame of another site.")
	}
	m, ok := w.foremost()
	if !ok {
		return hint.Say("No page of the way was recognised.")
	}
	if m.place == "" {
		return hint.Say("At %s nonmerci met a page that it does not know. It may be a question for you.", hostOf(strings.TrimPrefix(w.view.Address, "https://")))
	}
	if m.several {
		return hint.Say("On %s, more than one thing could be %s, and nonmerci does not guess.", record.PlaceWords(m.place), targetWords(m.target))
	}
	return hint.Say("On %s, %s is missing.", record.PlaceWords(m.place), targetWords(m.target))
}

// targetWords says what a target is. One that is not known keeps the name that
// the flow gives it.
func targetWords(target string) hint.Text {
	switch target {
	case "settings-link":
		return hint.Say("the link to the settings")
	case "privacy-center-link":
		return hint.Say("the link to the Privacy Center")
	case "ai-topic-link":
		return hint.Say("the link to the topic about AI")
	case "policy-link", "about-link":
		return hint.Say("the link to the Privacy Policy")
	case "object-link":
		return hint.Say("the link to the objection form")
	case "yes-answer":
		return hint.Say("the answer “Yes”")
	case "see-more":
		return hint.Say("the button “See more”")
	case "email":
		return hint.Say("the field for the e-mail address")
	case "explanation":
		return hint.Say("the field for the explanation")
	case "country":
		return hint.Say("the list of countries")
	case "send":
		return hint.Say("the button that sends the form")
	}
	return hint.Say("“%s”", target)
}
