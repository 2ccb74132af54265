package automation

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nonmerci/nonmerci/automation/internal/chrome"
	"github.com/nonmerci/nonmerci/internal/guard"
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
		Waiting: func(ctx context.Context) { <-ctx.Done() },
		Agree: func(context.Context, string, selectors.Target) (*selectors.Flow, error) {
			page.known = true
			return flow, nil
		},
		Keep: func(string) error { return nil },
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

// wrongPick is a Privacy Center on which the person shows a link that leads
// somewhere else.
type wrongPick struct {
	shownForm
	center  string
	refuses bool
	pressed []string
}

func (p *wrongPick) Press(_ context.Context, target string, _ chrome.Target) error {
	if p.refuses {
		return &guard.Refusal{Reason: guard.SendWord}
	}
	p.pressed = append(p.pressed, target)
	return nil
}

func (p *wrongPick) Look(ctx context.Context, plan *chrome.Plan, _ chrome.Until) (chrome.View, error) {
	if len(p.pressed) > 0 {
		return chrome.View{Address: "https://privacycenter.instagram.com/topics/", Document: "another"}, ctx.Err()
	}
	v := chrome.View{Address: p.center, Document: "center", Places: []string{"privacy-center"}, Targets: map[string]chrome.Target{}}
	for _, l := range plan.Targets["object-link"].Find {
		if slices.Contains(l.Values, "Privacy topics") {
			v.Targets["object-link"] = chrome.Target{Status: "found", Node: 7}
		}
	}
	return v, ctx.Err()
}

func (p *wrongPick) Show(_ context.Context, ready func()) (chrome.Shown, error) {
	ready()
	return chrome.Shown{Node: 7, Family: "link", Name: "Privacy topics", Text: "Privacy topics"}, nil
}

// TestAWrongMendIsForgotten: what was shown and does not lead on, or may not be
// pressed, is neither written
// nor looked for any more, the person hears where it led, and may end it there.
func TestAWrongMendIsForgotten(t *testing.T) {
	flow, _, err := selectors.Load("", "instagram")
	if err != nil {
		t.Fatal(err)
	}
	for refuses, want := range map[bool]string{
		false: "That led to a page, which is not on the way to the form. nonmerci has forgotten it",
		true:  "nonmerci could not press it, or must not. It has forgotten it",
	} {
		page := &wrongPick{center: flow.Address["privacy-center"], refuses: refuses}
		var told, kept []string
		wishes := []Wish{{Do: Show}, {Do: Leave}}
		req := &Request{Flow: flow, Wait: 20 * time.Second, Tell: func(said hint.Text) { told = append(told, said.String()) }, Mending: &Mending{
			Wish: func(context.Context, []Lost) (w Wish) {
				w, wishes = wishes[0], wishes[1:]
				return w
			},
			Waiting: func(ctx context.Context) { <-ctx.Done() },
			Agree: func(_ context.Context, id string, learned selectors.Target) (*selectors.Flow, error) {
				own := selectors.Own{Name: "instagram.yaml", Service: "instagram"}
				next, err := own.Mend(id, learned)
				if err != nil {
					return nil, err
				}
				return next.Flow()
			},
			Keep: func(target string) error {
				kept = append(kept, target)
				return nil
			},
		}}
		w := &walker{req: req, page: page, window: page, browser: "Chromium 156", plan: chrome.NewPlan(flow), lacking: []missed{{"privacy-center", "object-link", false}}, keep: func(happening) {}}
		err = w.byHand(t.Context())
		var s *stop
		if !errors.As(err, &s) || s.outcome != NotFound || !strings.HasPrefix(s.what.String(), "You ended it here. The way to the form was not found.") {
			t.Fatalf("%v", err)
		}
		if len(kept) > 0 || refuses == slices.Equal(page.pressed, []string{"object-link"}) || w.req.Flow != flow {
			t.Errorf("kept %q, pressed %q, the flow as before: %v", kept, page.pressed, w.req.Flow == flow)
		}
		all := strings.Join(told, "\n")
		if !strings.Contains(all, want) || strings.Count(all, "The way to the form was not found") != 2 {
			t.Errorf("told:\n%s", all)
		}
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
			Waiting: func(ctx context.Context) { <-ctx.Done() },
			Agree: func(context.Context, string, selectors.Target) (*selectors.Flow, error) {
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
