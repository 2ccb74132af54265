package automation

import (
	"context"
	"errors"
	"time"

	"github.com/nonmerci/nonmerci/automation/internal/chrome"
	"github.com/nonmerci/nonmerci/internal/hint"
	"github.com/nonmerci/nonmerci/internal/record"
	"github.com/nonmerci/nonmerci/selectors"
)

// How the program holds on to a form that changes under its hands, and lets go
// of one that has become something else.

// steadily does something with the form's elements. Where the page has replaced
// them meanwhile, it looks again and does it once more.
func (r *run) steadily(ctx context.Context, f *form, act func() error) error {
	for try := 1; ; try++ {
		err := act()
		if !errors.Is(err, chrome.ErrLost) || try == pressTries {
			return err
		}
		place := r.walk.place
		if err := r.walk.look(ctx, chrome.Until{Within: lateWait}); err != nil {
			return err
		}
		if err := r.keepPlace(place); err != nil {
			return err
		}
		for i := range f.fields {
			f.fields[i].target = r.walk.view.Targets[f.fields[i].step.On]
		}
		f.send = r.walk.view.Targets[f.commit]
	}
}

// stillThere looks, once something has been filled in, whether the page is still
// the form: it may have become another one.
func (r *run) stillThere(ctx context.Context, f *form) error {
	if len(f.fields) == 0 {
		return nil
	}
	place := r.walk.place
	if err := r.walk.look(ctx, chrome.Until{Within: scrollWait}); err != nil {
		return err
	}
	return r.keepPlace(place)
}

// keepPlace goes on with a form that changes while it is filled in; but not where
// the page has become something else that is known.
func (r *run) keepPlace(place string) error {
	if now := r.walk.place; now != "" && now != place && r.walk.kind() != selectors.PageKind {
		return &stop{outcome: NotFound, what: hint.Say("While the form was being filled in, the page became %s. Nothing was sent.", record.PlaceWords(now)), next: byHandNext()}
	}
	r.walk.place = place
	return nil
}

// find finds a target of the form. One that is needed gets a moment to appear.
func (r *run) find(ctx context.Context, target string, needed bool) (chrome.Target, error) {
	until := time.Now().Add(lateWait)
	for {
		t := r.walk.view.Targets[target]
		if t.Found() || !needed {
			return t, nil
		}
		left := time.Until(until)
		if left <= 0 {
			return t, missing(target, t)
		}
		place := r.walk.place
		if err := r.walk.look(ctx, chrome.Until{Not: r.walk.view.Signature, Within: left}); err != nil {
			return t, err
		}
		if err := r.keepPlace(place); err != nil {
			return t, err
		}
	}
}
