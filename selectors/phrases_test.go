package selectors

// This file looks inside the package: marks and folding are not exported.

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// pressed are the ideas that are pressed for their words. A mistake in one of
// these words presses something else.
var pressed = []string{"object", "settings", "privacy-center", "policy", "about", "ai-topic", "yes", "not-now", "see-more", "cookies-decline"}

// wording is one wording of the built-in phrases.
type wording struct {
	idea, language, say, mark, why string
	at                             *node
}

func (w wording) String() string { return fmt.Sprintf("%s, %s: %q", w.idea, w.language, w.say) }

// wordings lists all that the built-in phrases say, by idea.
func wordings(t *testing.T) map[string][]wording {
	t.Helper()
	b := Base{}.readPhrases(nil)
	if faults := b.faults(); len(faults) > 0 {
		t.Fatal(faults[0])
	}
	out := map[string][]wording{}
	for idea, p := range b.phrases {
		for _, language := range names(p.languages) {
			for _, w := range p.languages[language] {
				out[idea] = append(out[idea], wording{idea, language, w.say, w.mark, w.at.get(w.mark).text, w.at})
			}
		}
	}
	return out
}

// TestEveryIdeaHasWordsInEveryLanguage: what is missing in one language is a walk
// that stops there.
func TestEveryIdeaHasWordsInEveryLanguage(t *testing.T) {
	cover, err := Coverage()
	if err != nil {
		t.Fatal(err)
	}
	ideas := len(wordings(t))
	var tags []string
	for _, c := range cover {
		tags = append(tags, c.Language)
		if len(c.Missing) > 0 || c.Name == "" {
			t.Errorf("%s %q lacks %q", c.Language, c.Name, c.Missing)
		}
		if sum := c.Seen + c.Translated + c.Expected; sum != ideas {
			t.Errorf("%s: %d ideas are counted, and there are %d", c.Language, sum, ideas)
		}
	}
	const want = "en fr de es it nl pt-PT pt-BR pl bg cs da el et fi ga hr hu lt lv mt no ro sk sl sv tr uk"
	if got := strings.Join(tags, " "); got != want {
		t.Errorf("languages = %s\nwant %s", got, want)
	}
}

// TestWordingsAreTidy: each one can be matched, stands once, and tells in one way
// where it comes from.
func TestWordingsAreTidy(t *testing.T) {
	for _, all := range wordings(t) {
		seen := map[string]wording{}
		for _, w := range all {
			if utf8.RuneCountInString(w.say) < 2 || fold(w.say) == "" {
				t.Errorf("%v is too short", w)
			}
			// A page may take letters and marks apart; a file that does it as well
			// hides that two words are the same.
			if strings.ContainsFunc(w.say, func(r rune) bool { return unicode.In(r, unicode.Mn, unicode.Cf) }) {
				t.Errorf("%v holds loose marks or invisible characters", w)
			}
			if len(w.at.pairs) != 2 || w.why == "" {
				t.Errorf("%v has not exactly one mark", w)
			}
			key := w.language + " " + fold(w.say)
			if first, twice := seen[key]; twice && !spelling(first.say, w.say) {
				t.Errorf("%v says the same as %q", w, first.say)
			}
			seen[key] = w
		}
	}
}

// spelling tells two wordings apart that differ in signs only, which the page is
// not compared without.
func spelling(a, b string) bool {
	signs := func(s string) string {
		return strings.Map(func(r rune) rune {
			if unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsSpace(r) {
				return -1
			}
			return r
		}, s)
	}
	return signs(a) != signs(b)
}

// TestTranslationsAreOfWhatWasSeen: a translation of words that nobody has seen
// is a guess, and is marked as one.
func TestTranslationsAreOfWhatWasSeen(t *testing.T) {
	for idea, all := range wordings(t) {
		seen := map[string]bool{}
		for _, w := range all {
			if w.mark == "seen" {
				seen[fold(w.say)], seen[w.language] = true, true
			}
		}
		for _, w := range all {
			if w.mark != "translated" || seen[fold(w.why)] {
				continue
			}
			of := map[string]string{}
			for _, l := range languages {
				of[l.name] = l.tag
			}
			m := regexp.MustCompile(`^the ([A-Z][a-z]+) (wording|title|title of 2023|page|window)$`).FindStringSubmatch(w.why)
			if m == nil || !seen[of[m[1]]] {
				t.Errorf("%v is translated from %q, which nobody has seen for %q", w, w.why, idea)
			}
		}
	}
}

// TestSendIsKnownToTheJudge: a button that is called what the files call Send is
// pressed under no name of a target.
func TestSendIsKnownToTheJudge(t *testing.T) {
	for _, w := range wordings(t)["send"] {
		if !refused(Target{Is: []Role{Button}}, "x", w.say) {
			t.Errorf("the judge does not know %v", w)
		}
	}
}

// TestNothingPressedIsCalledSend compares across languages: the page's language
// is not asked for.
func TestNothingPressedIsCalledSend(t *testing.T) {
	all := wordings(t)
	send := map[string]wording{}
	for _, w := range all["send"] {
		send[fold(w.say)] = w
	}
	for _, idea := range pressed {
		if len(all[idea]) == 0 {
			t.Errorf("there is no phrase %q", idea)
		}
		for _, w := range all[idea] {
			if s, clash := send[fold(w.say)]; clash {
				t.Errorf("%v is what sends in %s", w, s.language)
			}
			// The link to the form may be called "submit an objection request".
			role := Button
			if idea == "object" {
				role = Link
			}
			if refused(Target{Is: []Role{role}}, idea, w.say) {
				t.Errorf("%v: the judge takes it for Send", w)
			}
		}
	}
}

// TestPressedWordsMeanOneThing: no word that is pressed for one idea is a word
// for another one in any language.
func TestPressedWordsMeanOneThing(t *testing.T) {
	all := wordings(t)
	meaning := map[string][]wording{}
	for _, others := range all {
		for _, w := range others {
			meaning[fold(w.say)] = append(meaning[fold(w.say)], w)
		}
	}
	for _, idea := range pressed {
		for _, w := range all[idea] {
			for _, other := range meaning[fold(w.say)] {
				if other.idea != idea {
					t.Errorf("%v is also %v", w, other)
				}
			}
		}
	}
}

// generated are the names that Meta's pages make up anew with each release or
// each load.
var generated = regexp.MustCompile(`(?i)Field[0-9]|_r_|:r[0-9a-z]+:|mount_|\bx[0-9a-z]{5,}\b|\b_[0-9a-z]{4}\b|js_|u_[0-9]_`)

// TestNothingRestsOnGeneratedNames: no key of the format can say a class, an id
// or a position, and no value of the built-in files smuggles one in.
func TestNothingRestsOnGeneratedNames(t *testing.T) {
	for _, of := range []string{"flow", "target", "locator", "never", "place", "rule", "step"} {
		for _, key := range keys(of) {
			if positional(key) {
				t.Errorf("a %s can say %q", of, key)
			}
		}
	}
	defs := decoded(t, Schema()).(map[string]any)["$defs"].(map[string]any)
	for _, of := range []string{"target", "locator", "never", "place", "rule", "step"} {
		for key := range defs[of].(map[string]any)["properties"].(map[string]any) {
			if positional(key) {
				t.Errorf("the schema lets a %s say %q", of, key)
			}
		}
	}
	for _, name := range []string{"Field123456", "_r_3_", "*_r_3_*", "x1a2b3", "mount_0_0_xY", "_55pi", ":r3:"} {
		if !generated.MatchString(name) {
			t.Errorf("%q is not recognised", name)
		}
	}
	for _, service := range Services() {
		flow, _, err := Load("", service)
		if err != nil {
			t.Fatal(err)
		}
		for id, target := range flow.Targets {
			for _, l := range slices.Concat(target.Find, target.Never) {
				for _, v := range l.Values {
					if !wordy(l.By) && generated.MatchString(v) {
						t.Errorf("%s: %q is found by the generated name %q", service, id, v)
					}
				}
			}
		}
		for id, place := range flow.Places {
			for _, r := range place.When {
				for _, at := range r.At {
					if generated.MatchString(at) {
						t.Errorf("%s: %q is recognised by the generated name %q", service, id, at)
					}
				}
			}
		}
	}
}

// TestCoverageWithOwnWords: what a person adds without a mark they have seen, in
// place of what stood there.
func TestCoverageWithOwnWords(t *testing.T) {
	find := func(cover []LanguageCoverage, tag string) LanguageCoverage {
		for _, c := range cover {
			if c.Language == tag {
				return c
			}
		}
		t.Fatalf("no language %q", tag)
		return LanguageCoverage{}
	}
	builtIn, err := Coverage()
	if err != nil {
		t.Fatal(err)
	}
	own, err := Coverage([]byte("schema: 1\nphrases: {object: {hu: tiltakozom, ca: {say: oposar-t'hi, expected: likely}}, menu: {hu: Menü}}\n"))
	if err != nil {
		t.Fatal(err)
	}
	before, after := find(builtIn, "hu"), find(own, "hu")
	if after.Seen != before.Seen+2 || after.Translated != before.Translated-1 || len(after.Missing) != 0 {
		t.Errorf("hu = %+v, before %+v", after, before)
	}
	if ca := find(own, "ca"); ca.Name != "" || ca.Expected != 1 || ca.Seen+ca.Translated != 0 || !slices.Contains(ca.Missing, "send") || slices.Contains(ca.Missing, "object") {
		t.Errorf("ca = %+v", ca)
	}
	if en := find(own, "en"); !slices.Equal(en.Missing, []string{"menu"}) {
		t.Errorf("en lacks %q, want menu", en.Missing)
	}
	for _, data := range []string{"", "schema: 1\nservice: facebook\n", "schema: 1\nphrases: {object: {ca: Submit}}\n"} {
		if _, err := Coverage([]byte(data)); err == nil {
			t.Errorf("%q was counted", data)
		}
	}
}
