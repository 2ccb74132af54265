package rehearsal

import (
	"encoding/json"
	"html"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
)

// mustHave are the words that somebody needs who finds the way without knowing
// it: the way itself, the gates on it, the form, and what comes after.
const mustHave = `
	home.title home.settings home.help
	settings.title settings.accounts settings.info settings.center settings.help settings.legal settings.about settings.policy settings.terms
	center.title center.nav.topics center.nav.policy center.nav.other center.nav.settings center.box center.more center.rights
	center.second.before center.second.link center.second.after
	policy.title policy.rights policy.object.before policy.object.link policy.object.after
	form.title form.email form.explain form.country form.choose form.send form.about form.yes form.no form.notabout form.error form.missing
	frame.search frame.optional topic.shared topic.object topic.rights prompt.about prompt.more
	prompt.continue prompt.another prompt.save.title prompt.notnow prompt.close chooser.title age.title automated.title suspended.title
	signin.facebook signin.instagram signin.user.facebook signin.user.instagram signin.password signin.button signin.forgot
	code.title code.text code.label code.button checkpoint.title checkpoint.text checkpoint.button
	cookies.title cookies.text cookies.allow cookies.decline
	thanks.title thanks.text mailed.title mailed.text mailed.code mailed.confirm
	already.title already.text unavailable.title unavailable.text trouble.title trouble.text
	accounts.title wrong.title other.title elsewhere.title`

func TestLanguagesAreThoseOfTheUnionAndFourMore(t *testing.T) {
	want := strings.Fields("bg cs da de el en es et fi fr ga hr hu it lt lv mt nl pl pt-PT ro sk sl sv nb pt-BR uk tr xx")
	got := choices("language")
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("languages %q, want %q", got, want)
	}
}

func TestEveryLanguageHasTheWordsThatMatter(t *testing.T) {
	all, err := loadWords(otherLanguages()...) // refuses keys that words.json lacks
	if err != nil {
		t.Fatal(err)
	}
	for _, tag := range otherLanguages() {
		for _, key := range strings.Fields(mustHave) {
			w, ok := all[key]
			if !ok {
				t.Fatalf("no word %q", key)
			}
			if _, ok := w.others[tag]; !ok {
				t.Errorf("%s: no %q", tag, key)
			}
		}
		for key := range all {
			if _, ok := all[key].others[tag]; !ok && strings.HasPrefix(key, "country.") {
				t.Errorf("%s: no %q", tag, key)
			}
		}
	}
}

// sections are those of the notes on Meta's flow.
var sections = regexp.MustCompile(`^(1\.[1-3]|2\.[1-5]|3|4\.[1-4]|5\.[1-6]|6|[a-z]{2} only)$`)

func TestWordsAreWordsAndNameTheirSource(t *testing.T) {
	all, err := loadWords(otherLanguages()...)
	if err != nil {
		t.Fatal(err)
	}
	check := func(tag, key, say, from string) {
		t.Helper()
		if say == "" || say != strings.TrimSpace(say) || strings.ContainsAny(say, "<>\n\t") || strings.Contains(say, "  ") || html.UnescapeString(say) != say {
			t.Errorf("%s: %s: %q", tag, key, say)
		}
		if strings.ContainsFunc(say, func(c rune) bool { return c != ' ' && (unicode.IsSpace(c) || unicode.Is(unicode.Cf, c)) }) {
			t.Errorf("%s: %s holds what the traits add: %q", tag, key, say)
		}
		for one := range strings.SplitSeq(from, ", ") {
			if from != "" && !sections.MatchString(one) {
				t.Errorf("%s: %s is from %q, which is no section", tag, key, from)
			}
		}
	}
	for key, w := range all {
		check(english, key, w.En, w.From)
		check(french, key, w.Fr, "")
		for tag, says := range w.others {
			check(tag, key, says.Say, says.From)
		}
	}
}

func TestNoTwoLanguagesAreTheSame(t *testing.T) {
	all, err := loadWords(otherLanguages()...)
	if err != nil {
		t.Fatal(err)
	}
	whole := map[string]string{}
	keys := strings.Fields(mustHave)
	for _, tag := range choices("language") {
		var out strings.Builder
		for _, key := range keys {
			out.WriteString(all[key].in(tag) + "\n")
		}
		if other, twice := whole[out.String()]; twice {
			t.Errorf("%s and %s say the same", tag, other)
		}
		whole[out.String()] = tag
	}
}

func TestWordsThatALanguageLacksAreInvented(t *testing.T) {
	w := word{En: "The first pumpkin of Meta", Fr: "La première citrouille", others: map[string]saying{"de": {Say: "Der erste Kürbis"}}}
	for language, want := range map[string]string{"en": w.En, "fr": w.Fr, "de": "Der erste Kürbis", "et": invent(w.En), "xx": invent(w.En)} {
		if got := w.in(language); got != want {
			t.Errorf("%s: %q, want %q", language, got, want)
		}
	}
}

func TestSayingIsWordsOrWordsAndSource(t *testing.T) {
	var got map[string]saying
	if err := json.Unmarshal([]byte(`{"a": "Senden", "b": {"say": "Senden", "from": "2.5"}}`), &got); err != nil || got["a"] != (saying{Say: "Senden"}) || got["b"] != (saying{"Senden", "2.5"}) {
		t.Errorf("%+v, %v", got, err)
	}
	for _, bad := range []string{`{"a": 1}`, `{"a": ["Senden"]}`, `{"a": {"say": 2}}`} {
		if err := json.Unmarshal([]byte(bad), new(map[string]saying)); err == nil {
			t.Errorf("read %s", bad)
		}
	}
}

func TestTraitsOfWords(t *testing.T) {
	const center, home, form = "https://privacycenter.instagram.com/", "https://www.instagram.com/", igForm
	for _, tt := range []struct{ query, at, says, never string }{
		{"with=right-to-left", home, `<html lang="en" dir="rtl">`, ""},
		{"", home, `<html lang="en">`, "\u200f"},
		{"with=right-to-left", home, ">\u200fSettings &amp; privacy\u200f<", ""},
		{"with=no-break", home, "Settings\u00a0&amp;\u00a0privacy", "Settings &amp;"},
		{"with=no-break", home, "who has a recipe", "weighs\u00a0eleven"},
		{"form=long&with=no-break&language=fr", form, "Pays\u00a0de\u00a0résidence", ""},
		{"with=no-break&language=fr", home, "Quoi\u00a0de\u00a0neuf\u00a0aujourd&#39;hui\u202f?", " ?"},
		{"with=no-break&language=de", home, "Einstellungen\u00a0und\u00a0Privatsphäre", ""},
		{"with=soft-hyphens&language=de", home, "Ein\u00adste\u00adllu\u00adngen und", "Einstellungen"},
		{"with=soft-hyphens", home, "Home", ""},
		{"with=split-spans", home, "<span><span>Sett<span>ings</span></span> <span>&amp;</span> <span>priv<span>acy</span></span></span>", "Settings"},
		{"with=split-spans", home, "<title>Home</title>", ""},
		{"with=split-spans", home, `aria-label="Search" placeholder="Search"`, ""},
		{"with=split-spans,right-to-left,no-break,soft-hyphens&language=fr", home, "dir=\"rtl\"", ""},
		{"with=mixed&language=hr", center, ">object</a>", "uložiti prigovor"},
		{"with=mixed&language=xx", center, ">object</a>", "We rely"},
		{"with=mixed&language=hr", form, ">Submit</button>", "Pošalji<"},
		{"with=mixed&language=hr", "https://privacycenter.instagram.com/policy/", ">right to object</a>", "pravo na prigovor"},
		{"with=mixed,topic&language=hr", center + "privacy/genai/", ">Submit an objection request</a>", "Podnesite prigovor"},
		{"with=mixed,topic&language=hr&markup=script", center + "privacy/genai/", ">Information you&#39;ve shared on Meta Products</a>", "Informacije koje ste"},
		{"language=hr", center, ">uložiti prigovor</a>", "object"},
		{"language=pt-PT", center, `<html lang="pt-PT">`, ""},
		{"language=de", center, ">widersprechen</a>", "We rely"},
	} {
		t.Run(tt.query+" "+tt.says, func(t *testing.T) {
			body := visitTo(t, tt.query).get(tt.at)
			if !strings.Contains(strings.ToLower(body), strings.ToLower(tt.says)) {
				t.Errorf("no %q in\n%s", tt.says, body)
			}
			if tt.never != "" && strings.Contains(body, tt.never) {
				t.Errorf("%q in\n%s", tt.never, body)
			}
		})
	}
}

// The rehearsal says what it is in plain words, whatever the words of the page
// look like.
func TestBannerHasNoTraits(t *testing.T) {
	body := visitTo(t, "with=right-to-left,no-break,soft-hyphens,split-spans,mixed&gate=sign-in&language=lv").get("https://www.facebook.com/")
	for _, want := range []string{">rehearsal – not Meta<", "Do not use your real password."} {
		if !strings.Contains(body, want) {
			t.Errorf("no %q in\n%s", want, body)
		}
	}
}

// Each language shows its own words on the way, and nobody else's.
func TestEveryLanguageIsOnThePages(t *testing.T) {
	const fb = "https://www.facebook.com"
	for _, tag := range otherLanguages() {
		for _, look := range []string{"form=long", "markup=script&form=yes-no-first"} {
			v := visitTo(t, look+"&language="+tag)
			for address, key := range map[string]string{
				fb + "/": "home.settings", fb + "/settings/": "settings.center", fb + "/privacy/center/": "center.second.link", fb + "/privacy/policy/": "policy.object.link",
				fbForm: "form.send", igForm: "form.email", fb + "/help/contact/510058597920541": "wrong.title", fb + "/login/": "signin.facebook",
			} {
				body := v.get(address)
				checkPage(t, address, tag, body)
				text := textOf(body)
				if says := v.site.words[key].others[tag].Say; !strings.Contains(text, says) {
					t.Errorf("%s: %s does not say %q", tag, address, says)
				}
				for _, never := range []string{"Settings & privacy", "Privacy Policy", "right to object", "Submit"} {
					if strings.Contains(text, never) {
						t.Errorf("%s: %s says %q", tag, address, never)
					}
				}
			}
			if n := v.site.Submissions(); n != 0 {
				t.Errorf("%s: %d submissions from looking at pages", tag, n)
			}
		}
	}
}

var (
	titles     = regexp.MustCompile(`<title>[^<]*</title>`)
	tagInValue = regexp.MustCompile(`(?i)="[^"]*</?span`)
	tagAsText  = regexp.MustCompile(`(?i)&lt;/?span|\\u003c/?span`)
	tags       = regexp.MustCompile(`<[^>]*>`)
	unread     = regexp.MustCompile(`(?s)<script[^>]*>.*?</script>|<style[^>]*>.*?</style>`)
)

// Cut words are tags in the text and nowhere else, and the text stays the same.
func TestSplitSpansStayInTheText(t *testing.T) {
	paths, err := fs.Glob(files, "pages/*.html")
	if err != nil || len(paths) == 0 {
		t.Fatal("no pages", err)
	}
	for _, query := range []string{
		"", "markup=script", "form=long", "form=long&markup=script", "form=yes-no-first", "form=yes-no-first&markup=script",
		"gate=cookies", "gate=sign-in", "gate=code&markup=script", "gate=already",
		"gate=age", "gate=notifications", "gate=continue-as", "gate=chooser", "with=beside,topic,policy-question", "with=hydration,alert-dialog",
		"form=long&with=country-combobox,validation", "with=learn-more-twin,see-more&markup=script",
	} {
		v, plain := visitTo(t, query+"&language=fr&with=split-spans"), visitTo(t, query+"&language=fr")
		for _, address := range []string{
			"https://www.facebook.com/", "https://www.instagram.com/", "https://www.instagram.com/accounts/edit/", "https://privacycenter.instagram.com/",
			"https://www.facebook.com/privacy/policy/", fbForm, igForm, "https://www.facebook.com/help/contact/510058597920541",
			"https://www.facebook.com/help/contact/507739850846588", "https://accountscenter.meta.com/", "https://www.facebook.com/privacy/genai/",
			"https://www.facebook.com/two_step_verification/two_factor/", "https://www.facebook.com/checkpoint/1501092823525282/",
		} {
			body, same := v.get(address), plain.get(address)
			if !titles.MatchString(body) {
				t.Errorf("%s %s: no plain title", query, address)
			}
			for _, never := range []*regexp.Regexp{tagInValue, tagAsText} {
				if at := never.FindStringIndex(body); at != nil {
					t.Errorf("%s %s: …%s…", query, address, body[max(0, at[0]-60):min(len(body), at[1]+60)])
				}
			}
			if got, want := textOf(body), textOf(same); got != want {
				t.Errorf("%s %s: reads\n%s\nwant\n%s", query, address, got, want)
			}
		}
	}
}

// textOf is what stands between the tags, without scripts and styles.
func textOf(body string) string {
	return strings.Join(strings.Fields(html.UnescapeString(tags.ReplaceAllString(unread.ReplaceAllString(body, ""), ""))), " ")
}

func TestUnbroken(t *testing.T) {
	for _, tt := range []struct{ language, text, want string }{
		{"en", "Privacy Center", "Privacy\u00a0Center"},
		{"en", "one two three four five six", "one\u00a0two\u00a0three\u00a0four\u00a0five\u00a0six"},
		{"en", "one two three four five six seven", "one two three four five six seven"},
		{"fr", "Mot de passe oublié ?", "Mot\u00a0de\u00a0passe\u00a0oublié\u202f?"},
		{"fr", "Ce n'est pas obligatoire ; cela peut nous aider", "Ce n'est pas obligatoire\u202f; cela peut nous aider"},
		{"en", "What now ?", "What\u00a0now\u00a0?"},
	} {
		if got := unbroken(tt.text, tt.language); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.language, got, tt.want)
		}
	}
}

// Nobody can be left with tags from the words, or without any of their letters.
func FuzzInSpans(f *testing.F) {
	f.Add("Settings & privacy")
	f.Add("<script>alert(1)</script>")
	f.Add("e\u0301 \u200f\u00a0x ")
	f.Add("")
	f.Fuzz(func(t *testing.T, text string) {
		text = strings.ToValidUTF8(text, "")
		cut := string(inSpans(text))
		inside := strings.NewReplacer("<span>", "", "</span>", "").Replace(cut)
		if strings.ContainsAny(inside, "<>") || html.UnescapeString(inside) != text || strings.Count(cut, "<span>") != strings.Count(cut, "</span>") {
			t.Errorf("%q becomes %q", text, cut)
		}
		if got := strings.ReplaceAll(hyphenated(text), string(softHyphen), ""); got != strings.ReplaceAll(text, string(softHyphen), "") {
			t.Errorf("%q is hyphenated as %q", text, got)
		}
	})
}
