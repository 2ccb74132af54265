package automation

import (
	"testing"

	"github.com/nonmerci/nonmerci/automation/internal/chrome"
	"github.com/nonmerci/nonmerci/selectors"
)

// pictured is what a picture of a place is, in a word.
func pictured(want chrome.Sight, ok bool) string {
	switch {
	case !ok:
		return "none"
	case want.Blind:
		return "blind " + string(want.Of)
	}
	return string(want.Of)
}

// TestWhatIsPictured goes through every place of both services: a new one has to
// be thought about.
func TestWhatIsPictured(t *testing.T) {
	want := map[string]string{
		"sign-in": "none", "choose-account": "none", "code": "none", "checkpoint": "none", "automated": "none",
		"save-login": "none", "prompt": "none", "prompt-close": "none", "home": "none", "settings": "none",
		"suspended": "blind main", "age": "blind main", "cookie-choice": "blind main", "cookies": "blind dialog",
		"form": "form", "privacy-center": "main", "ai-topic": "main", "policy": "main", "question": "main",
		"already": "main", "unavailable": "main", "thanks": "main", "trouble": "main", "wrong-form": "main",
	}
	for _, service := range selectors.Services() {
		flow, _, err := selectors.Load("", service)
		if err != nil {
			t.Fatal(err)
		}
		for place := range flow.Places {
			if got := pictured(sightOf(flow, place, chrome.View{Document: "d"})); got != want[place] {
				t.Errorf("%s, %s: %s, want %q", service, place, got, want[place])
			}
		}
		if got := pictured(sightOf(flow, "form", chrome.View{})); got != "none" {
			t.Errorf("%s: a picture of a document that was not seen", service)
		}
	}
}

// TestTheLastPicture is about the page on which a run stops.
func TestTheLastPicture(t *testing.T) {
	const unknown, start, help = "https://www.instagram.com/passkey/offer/", "https://www.instagram.com/", "https://help.instagram.com/contact/1"
	for _, c := range []struct {
		name, place, gated, address string
		signingIn                   bool
		want                        string
	}{
		{"an unknown page", "", "", help, false, "blind main"},
		{"an unknown page after the sign-in page", "", "sign-in", unknown, false, "none"},
		{"an unknown page after a code", "", "code", unknown, false, "none"},
		{"an unknown page after a cookie question", "", "cookie-choice", help, false, "blind main"},
		{"an unknown page of a login", "", "", help, true, "none"},
		{"the home page, not recognised", "", "", start, false, "none"},
		{"the settings, not recognised", "", "", "https://accountscenter.instagram.com/profiles/", false, "none"},
		{"the home page", "home", "", start, false, "none"},
		{"the form", "form", "sign-in", help, false, "blind form"},
		{"the Privacy Center", "privacy-center", "", "https://privacycenter.instagram.com/", false, "blind main"},
	} {
		flow, _, err := selectors.Load("", "instagram")
		if err != nil {
			t.Fatal(err)
		}
		w := &walker{req: &Request{Flow: flow}, place: c.place, gated: c.gated, signingIn: c.signingIn, view: chrome.View{Document: "d", Address: c.address}}
		if got := pictured(w.lastSight()); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// TestWhatAPictureTells hands over what the view has found of the person's.
func TestWhatAPictureTells(t *testing.T) {
	flow, _, err := selectors.Load("", "facebook")
	if err != nil {
		t.Fatal(err)
	}
	found := func(node int64) chrome.Target { return chrome.Target{Status: "found", Node: node} }
	want, _ := sightOf(flow, "form", chrome.View{Document: "d", Targets: map[string]chrome.Target{
		"email": found(1), "explanation": found(2), "country": {Status: "ambiguous", Node: 3}, "own-profile": found(4), "other-account": found(5), "send": found(6),
	}})
	for kind, nodes := range map[string]int{"email": 1, "explanation": 1, "country": 0, "name": 2} {
		if len(want.Kinds[kind]) != nodes {
			t.Errorf("%s: %v, want %d of them", kind, want.Kinds[kind], nodes)
		}
	}
}

// TestFieldsAreKnownEverywhere: a page that is not the form may have a field that
// is found like one of the form's, and a copy for others leaves it out as well.
func TestFieldsAreKnownEverywhere(t *testing.T) {
	for _, service := range selectors.Services() {
		flow, _, err := selectors.Load("", service)
		if err != nil {
			t.Fatal(err)
		}
		v := chrome.View{Document: "d", Targets: map[string]chrome.Target{"email": {Status: "found", Node: 7}, "explanation": {Status: "found", Node: 8}}}
		for _, place := range []string{"form", "wrong-form", "already", ""} {
			want, _ := sightOf(flow, place, v)
			if len(want.Kinds["email"]) != 1 || want.Kinds["email"][0] != 7 || len(want.Kinds["explanation"]) != 1 {
				t.Errorf("%s, %s: %v", service, place, want.Kinds)
			}
		}
	}
}
