package rehearsal

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

const (
	igHome   = "https://www.instagram.com/"
	igCenter = "https://privacycenter.instagram.com/"
	igPolicy = igCenter + "policy/"
	igTopic  = igCenter + "privacy/genai/"
	fbHome   = "https://www.facebook.com/"
	fbCenter = fbHome + "privacy/center/"
	fbTopic  = fbHome + "privacy/genai/"
)

func TestTraitsOfWays(t *testing.T) {
	tests := []struct {
		query, at    string
		holds, lacks []string
	}{
		{"with=topic", igCenter, []string{`<a href="` + igTopic + `" class="item inner">AI at Meta</a>`}, []string{igForm, ">object</a>"}},
		{"with=topic", igTopic, []string{`<a href="` + igForm + `">Submit an objection request</a>`, "Information you&#39;ve shared on Meta Products</h2>"}, nil},
		{"with=topic&markup=script", fbTopic, []string{`<a href="` + fbForm + `">Information you&#39;ve shared on Meta Products</a>`}, nil},
		{"with=topic&lost=topic", fbCenter, nil, []string{fbTopic, `AI at Meta</a>`}},
		{"with=topic&lost=object", fbTopic, []string{"Submit an objection request"}, []string{fbForm}},
		{"with=role-links", igHome, []string{`<div role="link" tabindex="0" data-way="way-settings"`, `"way-settings":{"to":"https://www.instagram.com/accounts/edit/"`}, []string{`<a href="https://www.instagram.com/accounts/edit/"`}},
		{"with=role-links", igCenter, []string{`class="inline">object</div>`}, []string{`<a href="` + igForm}},
		{"with=lazy-list", igHome, []string{`data-lazy="1" aria-busy="true"><template>`}, nil},
		{"with=after-scroll", igCenter, []string{`<template data-after="scroll"><a href="` + igForm + `">object</a></template>`}, nil},
		{"with=see-more", igCenter, []string{`<p hidden id="more">`, `role="button" tabindex="0" data-more="more"`, ">See more</div>"}, nil},
		{"with=sticky-header", igCenter, []string{`<header class="top sticky">`}, nil},
		{"with=policy-question", igPolicy, []string{`<a href="#about-ai">right to object</a>`, `<div id="about-ai" hidden>`, "Does your request relate to AI at Meta?", `<input type="radio"`, "\"about-yes\":\"about-yes\""}, []string{`href="` + igForm}},
		{"with=policy-question&markup=script", igPolicy, []string{`<div role="radio" aria-checked="false" tabindex="0"`}, []string{`type="radio"`}},
		{"with=policy-question&lost=policy-object", igPolicy, []string{"right to object"}, []string{"about-ai\" hidden", `href="#about-ai"`}},
		{"with=policy-question", igCenter, []string{`<a href="` + igForm + `">object</a>`}, []string{"about-ai\" hidden"}},
		{"with=loop", igCenter, []string{`<a href="https://www.instagram.com/accounts/edit/">object</a>`}, []string{igForm}},
		{"with=relabelled", igCenter, []string{`<a href="` + igForm + `">Say that you mind</a>`}, []string{">object</a>"}},
		{"with=relabelled,button-links", igCenter, []string{`<div role="button" tabindex="0"`, "Say that you mind</div>"}, []string{">object<"}},
		{"with=moved", "https://www.instagram.com/accounts/edit/", []string{`href="` + igForm + `" class="item">object</a>`}, nil},
		{"with=moved", igCenter, nil, []string{igForm}},
		{"with=moved", igPolicy, nil, []string{igForm}},
		{"", "https://www.instagram.com/accounts/edit/", nil, []string{igForm}},
		{"with=learn-more-twin", igCenter, []string{`<a href="` + igForm + `">object</a>`, `<a href="/privacy/guide/objecting/">Learn more: object</a>`}, nil},
		{"with=twin-object", igCenter, []string{`<a href="/privacy/guide/objecting/">object</a>`, `<a href="/privacy/guide/objection/">object</a>`}, []string{igForm}},
		{"with=look-alike-link", igCenter, []string{`<a href="https://help.instagram.com.objection.example/contact/` + instagramForm + `">object</a>`}, []string{`"` + igForm}},
		{"with=look-alike-link", fbCenter, []string{`<a href="https://www.faceb00k.example/help/contact/` + facebookForm + `">object</a>`}, []string{`"` + fbForm}},
		{"with=opened-tabs", igHome, []string{`<a href="https://www.instagram.com/accounts/edit/" target="_blank" rel="noopener"`}, nil},
		{"with=opened-tabs,role-links", igHome, []string{`"tab":true`}, nil},
		{"with=hydration", igForm, []string{`role="progressbar" aria-busy="true"`, `<template id="late">`}, nil},
		{"with=self-navigate", igHome, []string{`"self-navigate"`}, nil},
		{"with=self-navigate", igForm, nil, []string{`"self-navigate"`}},
		{"with=alert-dialog", igForm, []string{`data-alert="Welcome back!`, `"alert-dialog"`}, nil},
		{"with=huge", igForm, []string{`<template id="feed-post">`, "i < 5000"}, nil},
		{"with=huge,rerender,hydration", "https://elsewhere.example/", nil, []string{"<script", "<template"}},
	}
	for _, tt := range tests {
		t.Run(tt.query+" "+tt.at, func(t *testing.T) {
			body := visitTo(t, tt.query).get(tt.at)
			for _, want := range tt.holds {
				if !strings.Contains(body, want) {
					t.Errorf("no %s in\n%s", want, body)
				}
			}
			for _, never := range tt.lacks {
				if strings.Contains(body, never) {
					t.Errorf("holds %s:\n%s", never, body)
				}
			}
		})
	}
}

func TestTopicHasItsAddresses(t *testing.T) {
	for _, address := range []string{igTopic, igCenter + "dialog/learn-more-about-genai/", fbTopic, fbHome + "privacy/guide/genai/"} {
		v := visitTo(t, "with=topic")
		if v.get(address); v.site.Visits(atTopic) != 1 {
			t.Errorf("%s is not the topic's page", address)
		}
		v = visitTo(t, "")
		if v.get(address); v.site.Visits(atElsewhere) != 1 {
			t.Errorf("%s is not elsewhere without the topic", address)
		}
	}
}

func TestHiddenTwinsAreHidden(t *testing.T) {
	for _, markup := range choices("markup") {
		body := visitTo(t, "with=hidden-twins,changing-names&markup="+markup).get(igCenter)
		if n := strings.Count(body, igForm+`"`); n != 6 {
			t.Errorf("%s: %d links to the form, want five copies and the link", markup, n)
		}
		if strings.Count(body, `aria-hidden="true"`) == 0 {
			t.Errorf("%s: no copy is hidden from a screen reader alone", markup)
		}
	}
}

func TestLookAlikesAreForeign(t *testing.T) {
	v := visitTo(t, "fault=home:look-alike")
	v.get(fbHome)
	v.get(igHome)
	if got, want := v.site.Foreign(), []string{"help.instagram.com.objection.example", "www.faceb00k.example"}; !slices.Equal(got, want) {
		t.Errorf("foreign hosts %q, want %q", got, want)
	}
	if v.site.Visits(atHome) != 2 || v.site.Visits(atForeign) != 2 || v.site.Submissions() != 0 {
		t.Errorf("home %d, foreign %d", v.site.Visits(atHome), v.site.Visits(atForeign))
	}
}

func TestSlowKeepsOneWaiting(t *testing.T) {
	v := visitTo(t, "fault=form:slow")
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, igForm, nil)
	if err != nil {
		t.Fatal(err)
	}
	if answer, err := v.client.Do(r); err == nil {
		t.Error("answered at once", answer.Body.Close())
	}
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		if wait(t.Context(), slowness); time.Since(start) != 3*time.Second {
			t.Errorf("waits %v", time.Since(start))
		}
	})
}

func TestDripComesByteByByte(t *testing.T) {
	v := visitTo(t, "fault=form:drip")
	answer, err := v.client.Get(igForm)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	got := make([]byte, 4)
	if _, err := io.ReadFull(answer.Body, got); err != nil || answer.StatusCode != http.StatusOK || !bytes.Equal(got, []byte("<!do")) {
		t.Errorf("status %d, %q, %v", answer.StatusCode, got, err)
	}
	if err := v.site.Close(); err != nil { // does not wait for the rest
		t.Error(err)
	}
}

func TestRedirectsLeadOverTwoAddressesAndBack(t *testing.T) {
	for _, address := range []string{igHome, fbHome + "settings/", igForm, fbCenter + "?entry_point=x"} {
		v := visitTo(t, "with=redirects")
		for round := 1; round <= 2; round++ {
			var over []string
			v.client.CheckRedirect = func(r *http.Request, _ []*http.Request) error {
				over = append(over, r.URL.Path)
				return nil
			}
			answer, _ := v.ask(http.MethodGet, address, "")
			if got := answer.Request.URL.String(); got != address || len(over) != 3 || over[0] != hopPath || over[1] != hopPath {
				t.Errorf("%s, round %d: over %q to %s", address, round, over, got)
			}
		}
		if v.site.Visits(atElsewhere) != 0 || v.site.Submissions() != 0 {
			t.Errorf("%s: the way over counts as a visit", address)
		}
	}
}

func TestRedirectsLeadThroughGates(t *testing.T) {
	v := visitTo(t, "with=redirects&gate=sign-in,automated")
	answer, _ := v.ask(http.MethodGet, igForm, "")
	for range 2 {
		at := answer.Request.URL
		answer, _ = v.ask(http.MethodPost, at.String(), "next="+url.QueryEscape(at.Query().Get("next")))
	}
	if got := answer.Request.URL.String(); got != igForm || v.site.Visits(atSignIn) != 1 || v.site.Visits(string(Automated)) != 1 {
		t.Errorf("ends at %s", got)
	}
}

func TestRedirectsLeadToNoForeignHost(t *testing.T) {
	for _, to := range []string{"https://evil.example/", "//evil.example/", `/\evil.example/`, "javascript:alert(1)"} {
		v := visitTo(t, "with=redirects")
		answer, _ := v.ask(http.MethodGet, fbHome+"l.php?n=2&u="+to, "")
		if got := answer.Request.URL.String(); got != fbHome {
			t.Errorf("%s leads to %s", to, got)
		}
	}
}

func TestChangingNamesChangeAtEachLoad(t *testing.T) {
	for _, markup := range choices("markup") {
		v := visitTo(t, "with=changing-names&markup="+markup)
		names := func() []string {
			var out []string
			for _, attribute := range []string{` id="`, ` class="`} {
				for _, piece := range strings.Split(v.get(igForm), attribute)[1:] {
					name, _, _ := strings.Cut(piece, `"`)
					out = append(out, strings.Fields(name)...)
				}
			}
			return out
		}
		first := names()
		for _, name := range names() {
			if slices.Contains(first, name) {
				t.Errorf("%s: %q is there at both loads", markup, name)
			}
		}
		if len(first) < 5 {
			t.Errorf("%s: only %d names", markup, len(first))
		}
	}
}

// Everything goes with everything: no page breaks, and none loses what it owes.
func TestTraitsCombine(t *testing.T) {
	var all []string
	for _, trait := range traits() {
		all = append(all, string(trait))
	}
	for i, trait := range all {
		t.Run(trait, func(t *testing.T) {
			t.Parallel()
			query := fmt.Sprintf("with=%s&markup=%s&form=%s&gate=cookies,notifications", strings.Join([]string{trait, all[(i+7)%len(all)], all[(i+17)%len(all)]}, ","),
				choices("markup")[i%2], choices("form")[i%3])
			v := visitTo(t, query)
			for _, address := range []string{igHome, igCenter, igPolicy, igTopic, fbForm} {
				if answer, body := v.ask(http.MethodGet, address, ""); answer.StatusCode != http.StatusOK || strings.Count(body, "rehearsal – not Meta") != 1 || strings.Count(body, "</html>") != 1 {
					t.Errorf("%s at %s: status %d\n%s", query, address, answer.StatusCode, body)
				}
			}
			if v.site.Submissions() != 0 {
				t.Errorf("%s: %v", query, v.site.ByChannel())
			}
		})
	}
	v := visitTo(t, "with="+strings.Join(all, ","))
	for _, address := range []string{igHome, igCenter, igPolicy, igTopic, fbForm} {
		if body := v.get(address); strings.Count(body, "</html>") != 1 {
			t.Errorf("all at once at %s:\n%s", address, body)
		}
	}
}
