package selectors_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/nonmerci/nonmerci/selectors"
)

func load(t *testing.T, service string) *selectors.Flow {
	t.Helper()
	flow, warnings, err := selectors.Load("", service)
	if err != nil || len(warnings) > 0 {
		t.Fatalf("Load(%q) = %v, %v", service, warnings, err)
	}
	return flow
}

// page is what the engine reports: the address and the targets that are there.
type page struct {
	address string
	found   []string
}

// places returns the places of the first kind that has one for the page, the
// way the walk looks at them.
func places(flow *selectors.Flow, p page) []string {
	for _, kind := range []selectors.Kind{selectors.Gate, selectors.Aside, selectors.End, selectors.FormKind, selectors.PageKind} {
		var out []string
		for id, place := range flow.Places {
			if place.Kind == kind && slices.ContainsFunc(place.When, func(r selectors.Rule) bool { return fits(flow, r, p) }) {
				out = append(out, id)
			}
		}
		if len(out) > 0 {
			slices.Sort(out)
			return out
		}
	}
	return nil
}

func fits(flow *selectors.Flow, r selectors.Rule, p page) bool {
	there := func(id string) bool { return slices.Contains(p.found, id) }
	at := func(pattern string) bool { return flow.Fits(pattern, p.address) }
	for _, id := range r.See {
		if !there(id) {
			return false
		}
	}
	return (len(r.At) == 0 || slices.ContainsFunc(r.At, at)) &&
		(len(r.Any) == 0 || slices.ContainsFunc(r.Any, there)) &&
		!slices.ContainsFunc(r.None, there)
}

func TestPlacesAreRecognised(t *testing.T) {
	const (
		fbForm  = "https://www.facebook.com/help/contact/712876720715583"
		fbNew   = "https://www.facebook.com/help/contact/111222333444555?ref=x"
		fbWrong = "https://de-de.facebook.com/help/contact/510058597920541"
		igForm  = "https://help.instagram.com/contact/767264225370182/"
		igOld   = "https://help.instagram.com/contact/233964459562201"
	)
	tests := []struct {
		service, address string
		found            []string
		want             string
	}{
		{"facebook", "https://www.facebook.com/", nil, "home"},
		{"facebook", "https://www.facebook.com", nil, "home"},
		{"facebook", "https://www.facebook.com/", []string{"password", "email"}, "sign-in"},
		{"facebook", "https://www.facebook.com/login/?next=https%3A%2F%2Fwww.facebook.com%2Fhelp%2Fcontact%2F712876720715583", nil, "sign-in"},
		{"facebook", "https://www.facebook.com/login/device-based/regular/login/", []string{"continue-as"}, "choose-account"},
		{"facebook", "https://www.facebook.com/two_step_verification/two_factor/", nil, "code"},
		{"facebook", "https://www.facebook.com/checkpoint/1501092823525282/", nil, "checkpoint"},
		{"facebook", "https://www.facebook.com/checkpoint/1501092823525282/", []string{"code-field"}, "code"},
		{"facebook", "https://www.facebook.com/", []string{"cookie-dialog", "cookies-decline"}, "cookies"},
		{"facebook", "https://www.facebook.com/", []string{"cookie-dialog"}, "cookie-choice"},
		{"facebook", "https://www.facebook.com/settings", nil, "settings"},
		{"facebook", "https://www.facebook.com/privacy/center?entry_point=x", nil, "privacy-center"},
		{"facebook", "https://fr-fr.facebook.com/privacy/genai/", nil, "ai-topic"},
		{"facebook", "https://www.facebook.com/privacy/policy/", nil, "policy"},
		{"facebook", "https://www.facebook.com/privacy/policy/", []string{"ai-question", "yes-answer"}, "question"},
		{"facebook", "https://www.facebook.com/somebody", nil, ""},

		// A known number is not enough; with the fields it is, in any language.
		{"facebook", fbForm, nil, ""},
		{"facebook", fbForm, []string{"send"}, ""},
		{"facebook", fbForm, []string{"email"}, ""},
		{"facebook", fbForm, []string{"form-title"}, ""},
		{"facebook", fbForm, []string{"email", "send", "send-words"}, "form"},
		{"facebook", fbForm, []string{"email", "explanation"}, "form"},
		{"facebook", fbForm, []string{"explanation", "send", "country"}, "form"},
		{"facebook", "https://fr-fr.facebook.com/help/contact/6359191084165019", []string{"email", "send", "send-words"}, "form"},
		{"instagram", igForm, []string{"email", "send", "send-words"}, "form"},
		{"instagram", igOld, []string{"email", "explanation", "send"}, "form"},

		// Another number needs the title in words.
		{"facebook", fbNew, []string{"email", "send", "explanation"}, ""},
		{"facebook", fbNew, []string{"form-title", "send"}, ""},
		{"facebook", fbNew, []string{"form-title", "email", "send", "send-words"}, "form"},
		{"facebook", fbNew, []string{"form-title", "email", "send", "evidence-upload"}, ""},
		{"facebook", "https://www.facebook.com/privacy/center", []string{"form-title", "email", "send", "send-words"}, "privacy-center"},

		// The form about data from third parties, by number or by words.
		{"facebook", fbWrong, []string{"email", "send", "form-title"}, "wrong-form"},
		{"facebook", fbForm, []string{"email", "send", "wrong-title"}, "wrong-form"},
		{"facebook", fbNew, []string{"email", "send", "form-title", "wrong-words"}, "wrong-form"},
		{"instagram", "https://help.instagram.com/contact/510058597920541", []string{"email", "send", "send-words"}, "wrong-form"},

		// An answer of the site counts only once the fields are gone.
		{"facebook", fbForm, []string{"thanks-words", "email", "send", "send-words"}, "form"},
		{"facebook", fbForm, []string{"thanks-words"}, "thanks"},
		{"facebook", fbForm, []string{"already-words"}, "already"},
		{"facebook", fbNew, []string{"already-words"}, ""},
		{"facebook", "https://www.facebook.com/privacy/center", []string{"already-words"}, "privacy-center"},
		{"facebook", "https://www.facebook.com/privacy/center", []string{"thanks-words"}, "privacy-center"},
		{"facebook", fbForm, []string{"already-words", "email", "send", "send-words"}, "form"},
		{"facebook", fbForm, []string{"unavailable-words"}, "unavailable"},
		{"facebook", fbForm, []string{"trouble-words"}, "trouble"},
		{"facebook", fbForm, []string{"trouble-words", "email", "send", "send-words"}, "form"},
		{"facebook", fbForm, []string{"code-field", "thanks-words"}, "code"},

		{"instagram", "https://www.instagram.com/", nil, "home"},
		{"instagram", "https://www.instagram.com/accounts/onetap/", nil, "save-login"},
		{"instagram", "https://www.instagram.com/accounts/login/", nil, "sign-in"},
		{"instagram", "https://www.instagram.com/auth_platform/codeentry/?apc=1", nil, "code"},
		{"instagram", "https://www.instagram.com/challenge/action/", nil, "checkpoint"},
		{"instagram", "https://www.instagram.com/accounts/edit/", nil, "settings"},
		{"instagram", "https://privacycenter.instagram.com/", nil, "privacy-center"},
		{"instagram", "https://privacycenter.instagram.com/privacy/genai", nil, "ai-topic"},
		{"instagram", "https://privacycenter.instagram.com/policy/", nil, "policy"},
		{"instagram", "https://www.facebook.com/", nil, ""},
	}
	flows := map[string]*selectors.Flow{}
	for _, service := range selectors.Services() {
		flows[service] = load(t, service)
	}
	for _, tt := range tests {
		t.Run(fmt.Sprint(tt.service, tt.address, tt.found), func(t *testing.T) {
			var want []string
			if tt.want != "" {
				want = []string{tt.want}
			}
			if got := places(flows[tt.service], page{tt.address, tt.found}); !slices.Equal(got, want) {
				t.Errorf("places = %q, want %q", got, want)
			}
		})
	}
}

// TestNoPageIsTwoPlaces takes every two rules of a kind that fit one address:
// the walk stops where two places of a kind fit at once, so some target that one
// of them needs must rule the other out, or a kind that lies in front be there.
func TestNoPageIsTwoPlaces(t *testing.T) {
	for _, service := range selectors.Services() {
		flow := load(t, service)
		for _, address := range sample(flow) {
			rules := rulesAt(flow, address)
			for _, kind := range inFront {
				for i, one := range rules[kind] {
					for _, two := range rules[kind][:i] {
						if one.place == two.place {
							continue
						}
						for _, seen := range least(one, two) {
							if front(rules, kind, seen) {
								continue
							}
							t.Errorf("%s: at %s with %s a page is %q and %q", service, address, slices.Sorted(maps.Keys(seen)), one.place, two.place)
						}
					}
				}
			}
		}
	}
}

// inFront are the kinds of places, from the one that is looked at first.
var inFront = []selectors.Kind{selectors.Gate, selectors.Aside, selectors.End, selectors.FormKind, selectors.PageKind}

type placeRule struct {
	place string
	selectors.Rule
}

// fits tells whether a rule holds where exactly these targets are seen.
func (r placeRule) fits(seen map[string]bool) bool {
	return !slices.ContainsFunc(r.See, func(id string) bool { return !seen[id] }) &&
		(len(r.Any) == 0 || slices.ContainsFunc(r.Any, func(id string) bool { return seen[id] })) &&
		!slices.ContainsFunc(r.None, func(id string) bool { return seen[id] })
}

func rulesAt(flow *selectors.Flow, address string) map[selectors.Kind][]placeRule {
	rules := map[selectors.Kind][]placeRule{}
	for id, place := range flow.Places {
		for _, r := range place.When {
			if len(r.At) == 0 || slices.ContainsFunc(r.At, func(p string) bool { return flow.Fits(p, address) }) {
				rules[place.Kind] = append(rules[place.Kind], placeRule{id, r})
			}
		}
	}
	return rules
}

// least lists the smallest sets of targets with which both rules hold.
func least(one, two placeRule) []map[string]bool {
	var out []map[string]bool
	for _, a := range orNothing(one.Any) {
		for _, b := range orNothing(two.Any) {
			seen := map[string]bool{}
			for _, id := range slices.Concat(one.See, two.See, a, b) {
				seen[id] = true
			}
			if one.fits(seen) && two.fits(seen) {
				out = append(out, seen)
			}
		}
	}
	return out
}

func orNothing(any []string) [][]string {
	if len(any) == 0 {
		return [][]string{nil}
	}
	var out [][]string
	for _, id := range any {
		out = append(out, []string{id})
	}
	return out
}

// front tells whether a place of a kind that is looked at before fits as well.
func front(rules map[selectors.Kind][]placeRule, kind selectors.Kind, seen map[string]bool) bool {
	for _, before := range inFront[:slices.Index(inFront, kind)] {
		if slices.ContainsFunc(rules[before], func(r placeRule) bool { return r.fits(seen) }) {
			return true
		}
	}
	return false
}

// example is an address that fits a pattern.
func example(flow *selectors.Flow, pattern string) string {
	pattern = strings.ReplaceAll(pattern, "*", "some")
	if strings.HasPrefix(pattern, "/") {
		pattern = flow.Hosts[0] + pattern
	}
	return "https://" + pattern
}

// sample is one address for each pattern, each set of patterns once.
func sample(flow *selectors.Flow) []string {
	var all []string
	for _, place := range flow.Places {
		for _, r := range place.When {
			for _, pattern := range r.At {
				all = append(all, example(flow, pattern))
			}
		}
	}
	all = append(all, "https://"+flow.Hosts[0]+"/nothing/known")
	seen := map[string]bool{}
	return slices.DeleteFunc(all, func(address string) bool {
		key := ""
		for _, id := range slices.Sorted(maps.Keys(flow.Places)) {
			for i, r := range flow.Places[id].When {
				if slices.ContainsFunc(r.At, func(p string) bool { return flow.Fits(p, address) }) {
					key += fmt.Sprint(id, i, " ")
				}
			}
		}
		twice := seen[key]
		seen[key] = true
		return twice
	})
}
