package automation

import (
	"cmp"
	"context"
	"slices"
	"testing"
	"time"

	"github.com/nonmerci/nonmerci/automation/internal/chrome"
	"github.com/nonmerci/nonmerci/internal/hint"
	"github.com/nonmerci/nonmerci/selectors"
)

// shownForm is a form's page on which the flow does not know the e-mail field until
// the person has shown it.
type shownForm struct {
	address string
	known   bool
	called  string // what the person shows; empty: "Where we write to"
}

func (p *shownForm) Open(context.Context, string) error                 { return nil }
func (p *shownForm) Press(context.Context, string, chrome.Target) error { return nil }
func (p *shownForm) Further(context.Context) (bool, error)              { return false, nil }
func (p *shownForm) Attempts() []chrome.Attempt                         { return nil }
func (p *shownForm) ByHand(bool)                                        {}
func (p *shownForm) Nearest(context.Context, *chrome.Plan, string) ([]chrome.Near, error) {
	return nil, nil
}
func (p *shownForm) Highlight(context.Context, []chrome.Near) error { return nil }
func (p *shownForm) Show(_ context.Context, ready func()) (chrome.Shown, error) {
	ready()
	return chrome.Shown{Node: 7, Family: "textbox", Name: cmp.Or(p.called, "Where we write to")}, nil
}
func (p *shownForm) Look(ctx context.Context, _ *chrome.Plan, _ chrome.Until) (chrome.View, error) {
	v := chrome.View{Address: p.address, Document: "d", Targets: map[string]chrome.Target{"email": {Status: "found", Node: 7}}}
	if p.known {
		v.Places = []string{"form"}
	}
	return v, ctx.Err()
}

// TestAFormThatWasShownIsNoted: a form that is recognised only after the person
// has shown a field is noted as any other, because it is locked when it is noted.
func TestAFormThatWasShownIsNoted(t *testing.T) {
	flow, _, err := selectors.Load("", "instagram")
	if err != nil {
		t.Fatal(err)
	}
	page := &shownForm{address: flow.Address["form"]}
	var places []string
	req := &Request{Flow: flow, Wait: 20 * time.Second, Tell: func(hint.Text) {}, Mending: &Mending{
		Wish: func(_ context.Context, lost []Lost) Wish {
			return Wish{Do: Show, Number: slices.IndexFunc(lost, func(l Lost) bool { return l.Target == "email" })}
		},
		Keep: func(context.Context, string, selectors.Target) (*selectors.Flow, error) {
			page.known = true
			return flow, nil
		},
	}}
	w := &walker{req: req, page: page, plan: chrome.NewPlan(flow), unlike: true, view: chrome.View{Address: page.address},
		window: page,
		keep: func(h happening) {
			if h.kind == "place" {
				places = append(places, h.place)
			}
		},
	}
	if err := w.byHand(t.Context()); err != nil || w.kind() != selectors.FormKind {
		t.Fatalf("%v at %q", err, w.place)
	}
	if !slices.Equal(places, []string{"form"}) || !slices.Equal(w.trail, []string{"form"}) {
		t.Errorf("noted %q, trail %q", places, w.trail)
	}
}

// TestTheirOwnNameIsNotLearned: what a thing says is not learned where the name of the
// account stands in it, which would go to others with the flow file.
func TestTheirOwnNameIsNotLearned(t *testing.T) {
	flow, _, err := selectors.Load("", "instagram")
	if err != nil {
		t.Fatal(err)
	}
	for called, want := range map[string]bool{
		"Posting as Marie  Curie": false, "@marie.c, edit": false, "MARIE CURIE": false, "marie.ch": true, "Mariette Curie": true, "Where we write to": true,
	} {
		page, kept := &shownForm{address: flow.Address["form"], called: called}, false
		req := &Request{Flow: flow, Account: "@marie.c", Wait: 20 * time.Second, Tell: func(hint.Text) {}, Mending: &Mending{
			Keep: func(context.Context, string, selectors.Target) (*selectors.Flow, error) {
				kept = true
				return nil, nil
			},
		}}
		w := &walker{req: req, page: page, window: page, plan: chrome.NewPlan(flow), names: []string{"Marie Curie"}, keep: func(happening) {}}
		if learned, err := w.learn(t.Context(), "email", nil); learned || err != nil || kept != want {
			t.Errorf("%s: %v, %v, offered to keep it: %v", called, learned, err, kept)
		}
	}
}
