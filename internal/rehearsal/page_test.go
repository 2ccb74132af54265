package rehearsal

import (
	"encoding/json"
	"io/fs"
	"regexp"
	"strings"
	"testing"
	"unicode"
)

// link fits an anchor with an address and its words.
func link(address, says string) *regexp.Regexp {
	return regexp.MustCompile(`<a href="` + regexp.QuoteMeta(address) + `"[^>]*>` + regexp.QuoteMeta(says) + `</a>`)
}

func TestWayToTheForm(t *testing.T) {
	const fb, ig, center = "https://www.facebook.com", "https://www.instagram.com", "https://privacycenter.instagram.com"
	tests := []struct{ query, at, to, says, lost string }{
		{"", fb + "/", fb + "/settings/", "Settings &amp; privacy", "settings"},
		{"", ig + "/", ig + "/accounts/edit/", "Settings &amp; privacy", "settings"},
		{"language=fr", ig + "/accounts/edit/", center + "/?apc=" + apc, "Centre de confidentialité", "privacy-center"},
		{"", fb + "/settings/", fb + "/privacy/center/?apc=" + apc, "Privacy Center", "privacy-center"},
		{"", fb + "/settings/", fb + "/privacy/policy/", "Privacy Policy", "policy"},
		{"", ig + "/accounts/edit/", center + "/policy/", "Privacy Policy", "policy"},
		{"", fb + "/privacy/center/", fbForm, "object", "object"},
		{"markup=script", fb + "/privacy/center/", fbForm, "object", "object"},
		{"language=fr&markup=script", center + "/", igForm, "opposer", "object"},
		{"new-tab=true", center + "/", igForm, "object", "object"},
		{"wrong-form=true", center + "/", fb + "/help/contact/510058597920541", "object", "object"},
		{"", fb + "/privacy/policy/", fbForm, "right to object", "policy-object"},
		{"language=fr", center + "/policy/", igForm, "s&#39;opposer", "policy-object"},
	}
	for _, tt := range tests {
		t.Run(tt.query+" "+tt.at+" "+tt.says, func(t *testing.T) {
			want := link(tt.to, tt.says)
			if body := visitTo(t, tt.query).get(tt.at); len(want.FindAllString(body, -1)) != 1 {
				t.Errorf("not one link %s in\n%s", want, body)
			}
			if body := visitTo(t, tt.query+"&lost="+tt.lost).get(tt.at); strings.Contains(body, `"`+tt.to+`"`) {
				t.Errorf("lost, and yet a link to %s", tt.to)
			}
		})
	}
}

func TestObjectLinkStandsInTheSecondParagraph(t *testing.T) {
	body := visitTo(t, "").get("https://privacycenter.instagram.com/")
	_, box, _ := strings.Cut(body, "<section")
	box, _, _ = strings.Cut(box, "</section>")
	paragraphs := strings.Split(box, "<p>")
	if len(paragraphs) != 3 || !strings.Contains(paragraphs[2], `you may`) || !strings.Contains(paragraphs[2], igForm) {
		t.Errorf("the box is\n%s", box)
	}
}

func TestMarkupOfTheForm(t *testing.T) {
	tests := []struct {
		query       string
		says, says2 []string // plain, script
		never       []string // plain
		neverScript []string
	}{
		{
			query: "email=m@b.example",
			says: []string{`action="/ajax/help/contact/submit/page"`, `name="inputEmail"`, `type="email"`, `value="m@b.example"`, `<button type="submit"`, `Submit</button>`,
				`name="lsd"`, `name="jazoest"`, `name="support_form_id" value="767264225370182"`, `role="search"`, `<textarea`},
			says2: []string{`id="_r_1_"`, `role="button" tabindex="0"`, `aria-labelledby="_r_`, `value="m@b.example"`, `role="search"`},
			never: []string{`role="button"`, "<select", `role="radiogroup"`, "<textarea name=\"" + fieldExplanation + "\" required"}, neverScript: []string{`type="submit"`, `action="/ajax`, `class="card"`, `name="email"`},
		},
		{
			query: "form=long", says: []string{`<select name="` + fieldCountry + `_iso2_country_code"`, `<option value="FR">France</option>`, `required class`},
			says2: []string{`role="combobox"`, `role="listbox"`, `data-value="FR"`}, neverScript: []string{"<select"},
		},
		{
			query: "form=yes-no-first", says: []string{`type="radio"`, `<div id="rest" hidden>`, "Does your request concern AI at Meta?"},
			says2: []string{`role="radio"`, `aria-checked="false"`}, neverScript: []string{`type="radio"`},
		},
	}
	check := func(t *testing.T, body string, want, never []string) {
		t.Helper()
		for _, s := range want {
			if !strings.Contains(body, s) {
				t.Errorf("no %s", s)
			}
		}
		for _, s := range never {
			if strings.Contains(body, s) {
				t.Errorf("holds %s", s)
			}
		}
	}
	for _, tt := range tests {
		t.Run(tt.query, func(t *testing.T) {
			check(t, visitTo(t, tt.query).get(igForm), tt.says, tt.never)
			check(t, visitTo(t, tt.query+"&markup=script").get(igForm), tt.says2, tt.neverScript)
		})
	}
}

func TestScriptedHomeHasADivAsLink(t *testing.T) {
	body := visitTo(t, "markup=script").get("https://www.facebook.com/")
	if strings.Count(body, `<div role="link" tabindex="0"`) != 1 || strings.Contains(body, `<a href="https://www.facebook.com/settings/"`) {
		t.Error(body)
	}
}

func TestSendUnderLinkIsASubmitControl(t *testing.T) {
	body := visitTo(t, "hostile=send-under-link").get("https://www.facebook.com/privacy/center/")
	for _, want := range []string{`<button type="submit" role="link" form="trap"`, `<form id="trap" action="/ajax/help/contact/submit/page" method="post">`} {
		if !strings.Contains(body, want) {
			t.Errorf("no %s", want)
		}
	}
	if strings.Contains(body, fbForm) {
		t.Error("the honest link is there as well")
	}
}

func TestEveryHostileFormHasItsTrick(t *testing.T) {
	script, err := fs.ReadFile(files, "pages/hostile.js")
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range choices("hostile") {
		if _, out := wayOut(kind); kind != "" && kind != allWays && !out && kind != string(SendUnderLink) && !strings.Contains(string(script), "'"+kind+"': ") {
			t.Errorf("no trick for %s", kind)
		}
	}
	for _, markup := range choices("markup") {
		body := visitTo(t, "hostile=beacon-on-input&markup="+markup).get(fbForm)
		if !strings.Contains(body, `hostile: "beacon-on-input"`) {
			t.Errorf("%s form does not say which trick", markup)
		}
	}
}

func TestWordsAreComplete(t *testing.T) {
	data, err := fs.ReadFile(files, "pages/words.json")
	if err != nil {
		t.Fatal(err)
	}
	var all map[string]word
	if err := json.Unmarshal(data, &all); err != nil {
		t.Fatal(err)
	}
	var templates strings.Builder
	names, err := fs.Glob(files, "pages/*.html")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		text, err := fs.ReadFile(files, name)
		if err != nil {
			t.Fatal(err)
		}
		templates.Write(text)
		if body := string(text); !strings.Contains(body, "Source: ") || !strings.Contains(body, "2026-11.") {
			t.Errorf("%s names no source and date", name)
		}
	}
	for key, w := range all {
		if w.En == "" || w.Fr == "" {
			t.Errorf("%s: not in both languages", key)
		}
		area, _, _ := strings.Cut(key, ".")
		used := strings.Contains(templates.String(), `"`+key+`"`) || strings.Contains(templates.String(), `.Message "`+area+`"`)
		if area != "country" && !used {
			t.Errorf("%s: on no page", key)
		}
	}
}

func TestInventedWordsAreInNoLanguage(t *testing.T) {
	v := visitTo(t, "language=xx")
	known := map[string]bool{}
	for _, w := range v.site.words {
		for _, one := range strings.FieldsFunc(w.En+" "+w.Fr, func(c rune) bool { return !unicode.IsLetter(c) }) {
			known[strings.ToLower(one)] = true
		}
	}
	names := map[string]string{}
	for key, w := range v.site.words {
		got := w.in("xx")
		for _, one := range strings.FieldsFunc(got, func(c rune) bool { return !unicode.IsLetter(c) }) {
			if one != "Meta" && one != "Facebook" && one != "Instagram" && known[strings.ToLower(one)] {
				t.Errorf("%s: %q is a word of a language", key, one)
			}
		}
		if other, twice := names[got]; twice && v.site.words[other].En != w.En {
			t.Errorf("%s and %s are both %q", key, other, got)
		}
		names[got] = key
	}
}
