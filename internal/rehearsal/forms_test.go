package rehearsal

import (
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

func TestTraitsOfTheForm(t *testing.T) {
	const email, text = `name="inputEmail"`, "<textarea"
	tests := []struct {
		query                    string
		plain, script            []string // what the page holds
		neverPlain, neverScripts []string
	}{
		{
			query: "form=long&with=country-pair",
			plain: []string{`<input type="text" id="` + fieldCountry + `" autocomplete="off" required name="` + fieldCountry + `"`, `name="` + fieldCountry + `_iso2_country_code" value=""`,
				`<ul id="countries" hidden`, `<a href="#" title="Iceland" data-value="IS"`},
			script:     []string{`<ul role="menu"`, `<a role="menuitem" tabindex="-1" title="Iceland" data-value="IS"`},
			neverPlain: []string{"<select", `role="combobox"`}, neverScripts: []string{"<select", `role="combobox"`},
		},
		{
			query:  "form=long&with=country-pair,country-combobox",
			plain:  []string{`<input type="text" id="` + fieldCountry + `" autocomplete="off" role="combobox" aria-autocomplete="list"`, `aria-controls="countries"`, `role="listbox"`, `role="option"`, `name="` + fieldCountry + `_iso2_country_code" value=""`},
			script: []string{`<input type="text" id="_r_`, `role="combobox" aria-autocomplete="list"`, `role="listbox"`}, neverPlain: []string{"<select", "<ul", `name="` + fieldCountry + `"`},
		},
		{query: "with=country-pair", plain: []string{email}, neverPlain: []string{`name="` + fieldCountry, "<select"}},
		{query: "form=long&service=facebook", plain: []string{`<option value="113">France</option>`}, neverPlain: []string{`value="FR"`}, script: []string{`data-value="FR"`}},
		{query: "with=must-explain", plain: []string{`name="` + fieldExplanation + `" id="` + fieldExplanation + `" required`}, script: []string{`explains:  true`}, neverPlain: []string{"(optional)"}, neverScripts: []string{"(optional)"}},
		{query: "with=shadow", plain: []string{`<contact-form><template shadowrootmode="open"`, email, "</template></contact-form>"}, script: []string{`<contact-form><template shadowrootmode="open"`, text}},
		{query: "with=frame", plain: []string{`<iframe src="/contact/` + instagramForm + `?embedded=1" title=`, "You have the right to object"}, script: []string{"<iframe"}, neverPlain: []string{text, email}, neverScripts: []string{text}},
		{query: "with=frame,cross-frame", plain: []string{`<iframe src="` + fbForm + `?embedded=1"`}, script: []string{`<iframe src="` + fbForm + `?embedded=1"`}, neverPlain: []string{text, email}},
		{query: "with=steps", plain: []string{`<div id="email-field" class`, `<div id="explain-field" hidden`, `<div id="send-field" hidden`}},
		{query: "form=long&with=steps", plain: []string{`<div id="country-field" class`, `<div id="email-field" hidden`}},
		{query: "with=disabled-send", plain: []string{`id="send" disabled`}, script: []string{`aria-disabled="true"`}},
		{query: "with=validation", plain: []string{"novalidate", `<p id="email-wrong" hidden`}, script: []string{"Enter a valid email address."}},
		{query: "with=beside", plain: []string{`<form action="/newsletter/"`, `<form action="/feedback/" method="post" hidden>`, `type="submit" class="press second">Search`}, script: []string{"Subscribe", `news: "/newsletter/"`}, neverScripts: []string{`action="/newsletter/"`}},
		{query: "with=no-send,twin-send", plain: []string{"Press Enter", email}, script: []string{"Press Enter"}, neverPlain: []string{`type="submit"`}, neverScripts: []string{`<span>Submit</span>`}},
	}
	for _, tt := range tests {
		for markup, want := range map[string][2][]string{"plain": {tt.plain, tt.neverPlain}, "script": {tt.script, tt.neverScripts}} {
			t.Run(tt.query+" "+markup, func(t *testing.T) {
				body := visitTo(t, tt.query+"&markup="+markup).get(igForm)
				for _, s := range want[0] {
					if !strings.Contains(body, s) {
						t.Errorf("no %s in\n%s", s, body)
					}
				}
				for _, s := range want[1] {
					if strings.Contains(body, s) {
						t.Errorf("holds %s", s)
					}
				}
			})
		}
	}
}

func TestTwinsLookAlike(t *testing.T) {
	for markup, button := range map[string]string{"plain": `<button type="submit" id="\w+" (class="press">Submit)</button>`, "script": `<div role="button" tabindex="0" id="_r_\w+" (class="\w+"><span><span>Submit)<`} {
		got := regexp.MustCompile(button).FindAllStringSubmatch(visitTo(t, "with=twin-send&markup="+markup).get(igForm), -1)
		if len(got) != 2 || got[0][1] != got[1][1] {
			t.Errorf("%s: %q", markup, got)
		}
	}
}

func TestFrames(t *testing.T) {
	for _, tt := range []struct{ query, at, frame string }{
		{"with=frame", igForm, igForm},
		{"with=frame", fbForm + "/", fbForm + "/"},
		{"with=frame&markup=script", "https://help.instagram.com/contact/233964459562201", "https://help.instagram.com/contact/233964459562201"},
		{"with=cross-frame", igForm, fbForm},
		{"with=cross-frame,frame,shadow&markup=script", igForm, fbForm},
		{"with=cross-frame", fbForm, "https://m.facebook.com/help/contact/" + facebookForm},
		{"with=cross-frame&gate=sign-in,cookies", "https://m.facebook.com/help/contact/" + facebookForm, fbForm},
	} {
		t.Run(tt.query+" "+tt.at, func(t *testing.T) {
			v := visitTo(t, tt.query+"&email=m@b.example")
			if !strings.Contains(tt.query, "gate") {
				found := regexp.MustCompile(`<iframe src="([^"]+)"`).FindStringSubmatch(v.get(tt.at))
				if len(found) != 2 {
					t.Fatal("no frame")
				}
				base, err := url.Parse(tt.at)
				if err != nil {
					t.Fatal(err)
				}
				inner, err := base.Parse(found[1])
				if err != nil || inner.String() != tt.frame+"?embedded=1" {
					t.Fatalf("the frame is at %s, %v", inner, err)
				}
			}
			// No cookie reaches a frame of another site: it stands behind no gate.
			body := v.get(tt.frame + "?embedded=1")
			for _, want := range []string{"rehearsal – not Meta", `value="m@b.example"`, "<textarea", `?embedded=1"`} {
				if !strings.Contains(body, want) {
					t.Errorf("no %s in the frame", want)
				}
			}
			for _, never := range []string{"<iframe", "<header", "<h1>Object", "Decline optional cookies"} {
				if strings.Contains(body, never) {
					t.Errorf("the frame holds %s", never)
				}
			}
		})
	}
}

func TestWhatIsSentFromAFrameIsAnsweredInTheFrame(t *testing.T) {
	for query, says := range map[string]string{"": "We will honour", "&code-after-send=true": `name="code"`, "&error-after-send=true": "Something went wrong"} {
		for _, shadow := range []string{"", ",shadow"} {
			v := visitTo(t, "with=frame"+shadow+query)
			_, body := v.ask(http.MethodPost, "https://help.instagram.com"+plainSend+"?embedded=1", plainPost(instagramForm))
			if !strings.Contains(body, says) || strings.Contains(body, "<header") || strings.Contains(body, "<iframe") {
				t.Errorf("%s%s: page without %q, or not the frame's:\n%s", query, shadow, says, body)
			}
			if query != "" && strings.Contains(body, "<contact-form>") != (shadow != "") {
				t.Errorf("%s%s: shadow root", query, shadow)
			}
			if v.site.Submissions() != 1 {
				t.Errorf("%s%s: %v", query, shadow, v.site.ByChannel())
			}
		}
	}
}

func TestThanksWithTheForm(t *testing.T) {
	const dialog, status = `role="dialog" aria-modal="true"`, `<div role="status"`
	tests := []struct {
		with                  string
		dialog, status, keeps bool
	}{
		{"thanks-dialog", true, false, true},
		{"thanks-below", false, true, false},
		{"thanks-dialog,thanks-below,shadow", true, true, false},
	}
	for _, tt := range tests {
		v := visitTo(t, "form=long&email=old@b.example&with="+tt.with)
		_, body := v.ask(http.MethodPost, "https://help.instagram.com"+plainSend, plainPost(instagramForm))
		if !strings.Contains(body, "We will honour") || strings.Contains(body, dialog) != tt.dialog || strings.Contains(body, status) != tt.status {
			t.Errorf("%s: thanks are elsewhere:\n%s", tt.with, body)
		}
		for _, held := range []string{`value="m@b.example"`, "My pictures &amp; me</textarea>", `value="FR" selected`} {
			if strings.Contains(body, held) != tt.keeps {
				t.Errorf("%s: %s", tt.with, held)
			}
		}
		if !strings.Contains(body, "<textarea") || strings.Contains(body, "old@b.example") {
			t.Errorf("%s: the form is gone, or new", tt.with)
		}
		checkSent(t, v.site, atThanks, byNavigation)

		// Thanks for another form are a page.
		if _, body := v.ask(http.MethodPost, "https://www.facebook.com"+plainSend, plainPost(wrongForm)); strings.Contains(body, "<textarea") {
			t.Errorf("%s: the objection form under the thanks for another", tt.with)
		}
	}
	v := visitTo(t, "with=thanks-dialog&code-after-send=true")
	v.ask(http.MethodPost, "https://www.facebook.com"+plainSend, plainPost(facebookForm))
	if _, body := v.ask(http.MethodPost, "https://www.facebook.com"+plainSend, "code=1&support_form_id="+facebookForm); !strings.Contains(body, dialog) {
		t.Error("no dialog after the code")
	}
}

func TestCountryArrivesAsItsCode(t *testing.T) {
	code := fieldCountry + "_iso2_country_code"
	tests := []struct {
		sent          url.Values
		country, name string
	}{
		{url.Values{code: {"FR"}}, "FR", ""},
		{url.Values{code: {"113"}}, "FR", ""},
		{url.Values{code: {"FR"}, fieldCountry: {"Frankreich"}}, "FR", "Frankreich"},
		{url.Values{code: {""}, fieldCountry: {"France"}}, "", "France"},
		{url.Values{code: {"1"}}, "1", ""},
		{url.Values{code: {"134"}}, "134", ""},
	}
	for _, tt := range tests {
		v := visitTo(t, "form=long&with=country-pair")
		v.ask(http.MethodPost, "https://help.instagram.com"+plainSend, tt.sent.Encode())
		if got := v.site.LastSubmission(); got.Get("country") != tt.country || got.Get("country-name") != tt.name {
			t.Errorf("%v arrived as %v", tt.sent, got)
		}
	}
}

func TestFormsBesideTheFormAreCountedApart(t *testing.T) {
	tests := []struct {
		method, path, body string
		headers            []string
		want               map[string]int
	}{
		{"POST", newsSend, "newsletter_email=m%40b.example", nil, map[string]int{byNewsletter: 1}},
		{"POST", newsSend, "newsletter_email=m%40b.example", asFetch, map[string]int{byNewsletter: 1}},
		{"POST", newsSend, "", nil, map[string]int{byNewsletter: 1}},
		{"POST", feedbackSend, "email=m%40b.example&message=hello", nil, map[string]int{byFeedback: 1}},
		{"GET", newsSend, "", nil, map[string]int{}},
		{"GET", newsSend + "?newsletter_email=m@b.example", "", nil, map[string]int{byNavigation: 1}},
		{"GET", "/search/?q=privacy", "", nil, map[string]int{}},
		{"GET", "/search/?q=m@b.example", "", nil, map[string]int{byNavigation: 1}},
	}
	for _, tt := range tests {
		v := visitTo(t, "with=beside")
		v.ask(tt.method, "https://help.instagram.com"+tt.path, tt.body, tt.headers...)
		if got := v.site.ByChannel(); !maps.Equal(got, tt.want) || v.site.Visits(atThanks) != 0 {
			t.Errorf("%s %s: %v, want %v", tt.method, tt.path, got, tt.want)
		}
	}
}

func TestCountriesHaveNamesInEveryLanguage(t *testing.T) {
	for _, language := range choices("language") {
		body := visitTo(t, "form=long&language="+language).get(igForm)
		names := map[string]bool{}
		for _, found := range regexp.MustCompile(`<option value="[A-Z]{2}">([^<]+)</option>`).FindAllStringSubmatch(body, -1) {
			names[found[1]] = true
		}
		if len(names) != 33 {
			t.Errorf("%s: %d names", language, len(names))
		}
	}
}
