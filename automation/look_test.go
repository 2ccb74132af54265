package automation_test

import (
	"context"
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nonmerci/nonmerci/automation"
	"github.com/nonmerci/nonmerci/internal/canary"
	"github.com/nonmerci/nonmerci/internal/rehearsal"
	"github.com/nonmerci/nonmerci/selectors"
)

// TestLookingAround: a person goes from page to page, and each is told once with
// what is found on it and without whose it is. What they wish is kept. The program
// has touched nothing, and nothing was sent.
func TestLookingAround(t *testing.T) {
	if testing.Short() {
		t.Skip("needs a browser")
	}
	t.Parallel()
	for i, of := range []string{"markup=script", "with=shadow", "with=frame", "markup=script&form=long&with=country-combobox,hydration",
		"markup=script&with=hidden-twins,split-spans", "gate=notifications&markup=script&with=validation", "with=rerender&form=long", "markup=script&with=thanks-dialog,right-to-left"} {
		if i == 0 || *full {
			t.Run(variant{of: of}.name(), func(t *testing.T) { lookAround(t, of+"&email=marie@courrier.example") })
		}
	}
}

func lookAround(t *testing.T, of string) {
	v, err := rehearsal.ParseVariant(of)
	if err != nil {
		t.Fatal(err)
	}
	h, kept, wish := newHand(t), filepath.Join(t.TempDir(), "pages"), make(chan struct{}, 1)
	var mu sync.Mutex
	var pages []automation.Page
	var name string
	l := automation.Looking{Wish: wish, Copies: automation.Browser{Path: browser(t), Profile: t.TempDir(), Sandbox: true}}
	l.Page = func(p automation.Page) error {
		mu.Lock()
		pages = append(pages, p)
		mu.Unlock()
		switch p.Place {
		case "home", "prompt":
			go h.goes(t.Context(), center)
		case "privacy-center":
			go h.goes(t.Context(), theForm)
		case "form":
			wish <- struct{}{}
		}
		return nil
	}
	closes := func() {
		go h.on(t.Context(), func(call func(string, any) json.RawMessage) { call("Page.close", nil) })
	}
	l.Keep = func(p selectors.SavedPage) (err error) {
		defer closes()
		name, err = p.Save(kept)
		return err
	}
	l.Unkept = func(err error) { t.Error(err); closes() }
	res, site := walk(t, v, func(r *automation.Request) {
		l.Copies.Sandbox = r.Browser.Sandbox
		r.NoWait, r.Wait = false, 40*time.Second
		r.Browser.Args = append(r.Browser.Args, h.arg())
	}, func(ctx context.Context, req automation.Request) (automation.Result, error) {
		return automation.Look(ctx, req, l)
	})
	if n := site.Submissions(); n != 0 {
		t.Errorf("%d submissions", n)
	}
	var places, found []string
	for _, p := range pages {
		places = append(places, p.Place+" "+p.Address)
		for _, f := range p.Findings {
			if f.Status == "found" && f.Place == p.Place {
				found = append(found, f.Target+" "+f.Name)
			}
		}
	}
	if places[0] == "prompt www.instagram.com/" { // it lies over the start page
		places[0] = "home www.instagram.com/"
	}
	want := []string{"home www.instagram.com/", "privacy-center privacycenter.instagram.com/", "form help.instagram.com/contact/767264225370182"}
	if !slices.Equal(places, want) || res.Outcome != automation.Ready {
		t.Errorf("%s after %q, want %q: %s", res.Outcome, places, want, res.Message)
	}
	for _, one := range []string{"object-link object", "send Submit"} {
		if !slices.Contains(found, one) {
			t.Errorf("%q was not found: %q", one, found)
		}
	}
	told, err := json.Marshal(pages)
	if err != nil {
		t.Fatal(err)
	}
	private := rehearsal.Secrets()
	private["account"], private["e-mail"] = v.SignedIn(), v.Email
	values := canary.Values(private)
	if secrets := canary.In(told, values); len(secrets) > 0 {
		t.Errorf("what is told holds %q", secrets)
	}
	if secrets, err := canary.InTree(filepath.Dir(kept), values); err != nil || len(secrets) > 0 || name != "form" {
		t.Errorf("kept as %q, which holds %q: %v", name, secrets, err)
	}
}

// TestALookThatEnds: where nobody waits, the first page is told, recognised or not.
func TestALookThatEnds(t *testing.T) {
	if testing.Short() {
		t.Skip("needs a browser")
	}
	t.Parallel()
	if !*full {
		t.Skip("two browsers more; every day TestLookingAround looks around: run with -full")
	}
	for of, want := range map[string]string{"gate=passkey": "", "gate=sign-in": "sign-in"} {
		t.Run(of, func(t *testing.T) {
			v, err := rehearsal.ParseVariant(of)
			if err != nil {
				t.Fatal(err)
			}
			v.Service = "facebook"
			var pages []automation.Page
			res, site := walk(t, v, nil, func(ctx context.Context, req automation.Request) (automation.Result, error) {
				return automation.Look(ctx, req, automation.Looking{Page: func(p automation.Page) error { pages = append(pages, p); return nil }})
			})
			if n := site.Submissions(); n != 0 {
				t.Errorf("%d submissions", n)
			}
			if res.Outcome != automation.Ready || len(pages) != 1 || pages[0].Place != want || !strings.HasPrefix(pages[0].Address, "www.facebook.com/") {
				t.Errorf("%s, %+v: %s", res.Outcome, pages, res.Message)
			}
		})
	}
}
