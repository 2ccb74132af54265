package automation_test

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/cookiejar"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/nonmerci/nonmerci/automation"
	"github.com/nonmerci/nonmerci/internal/canary"
	"github.com/nonmerci/nonmerci/internal/hint"
	"github.com/nonmerci/nonmerci/internal/rehearsal"
	"github.com/nonmerci/nonmerci/selectors"
)

// copied are the variants whose pages are stripped, and which of their pages every
// day, by the flow's name of the address; else with -full only.
var copied = []struct {
	of    string
	daily []string
}{
	{"", []string{"home", "form"}}, {"with=topic,learn-more-twin,twin-object,hidden-twins&language=fr", []string{"genai"}},
	{"markup=script&form=long", []string{"form"}}, {"gate=continue-as", []string{"home"}}, {"with=shadow,beside,look-alike-link", []string{"form"}},
	{"gate=cookies", nil}, {"gate=already", nil},
	{"markup=script", nil}, {"gate=sign-in", nil}, {"gate=sign-in&markup=script", nil}, {"gate=code", nil}, {"gate=chooser&language=de", nil},
	{"gate=checkpoint", nil}, {"gate=automated", nil}, {"gate=age", nil}, {"gate=save-login", nil}, {"gate=passkey", nil}, {"gate=notifications", nil},
	{"gate=suspended", nil}, {"gate=unavailable", nil}, {"gate=notifications&markup=script", nil}, {"gate=cookies&markup=script", nil},
	{"form=yes-no-first", nil}, {"form=yes-no-first&markup=script", nil}, {"form=long", nil}, {"form=long&with=country-pair", nil}, {"form=long&with=country-combobox", nil},
	{"with=policy-question", nil}, {"with=policy-question&markup=script", nil}, {"with=role-links", nil}, {"with=button-links", nil}, {"with=relabelled", nil},
	{"with=twin-send", nil}, {"with=no-send", nil}, {"with=must-explain", nil}, {"with=frame", nil}, {"with=steps", nil}, {"with=validation", nil},
	{"with=thanks-below", nil}, {"with=right-to-left&language=fr", nil}, {"with=no-break&language=fr", nil}, {"with=soft-hyphens&language=de", nil},
	{"with=split-spans", nil}, {"with=mixed&language=hr", nil}, {"with=huge", nil}, {"wrong-form=true", nil}, {"language=xx", nil}, {"language=el", nil}, {"language=tr", nil},
	{"email=marie@courrier.example", nil},
}

// served fetches pages of the stand-in as a browser would that keeps its cookies.
func served(t *testing.T, site *rehearsal.Site) func(address string) (html []byte, at string) {
	t.Helper()
	to := ""
	for _, arg := range site.BrowserArgs() {
		if rest, ok := strings.CutPrefix(arg, "host-resolver-rules=MAP * "); ok {
			to = rest
		}
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	dial := func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, to)
	}
	c := &http.Client{Jar: jar, Transport: &http.Transport{DialContext: dial, TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, DisableKeepAlives: true}}
	return func(address string) ([]byte, string) {
		res, err := c.Get(address)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		html, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		u := *res.Request.URL
		u.RawQuery, u.Fragment = "", ""
		return html, u.String()
	}
}

// reader is a browser for pages from files.
func reader(t *testing.T) *automation.Reader {
	t.Helper()
	r, err := automation.NewReader(t.Context(), automation.Browser{Path: browser(t), Profile: t.TempDir(), Sandbox: os.Geteuid() != 0})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	return r
}

// furtherPages are where the pages of a service stand, beyond those of its flow.
var furtherPages = map[string][]string{
	"instagram": {"https://www.instagram.com/accounts/login/", "https://help.instagram.com/contact/510058597920541", "https://accountscenter.instagram.com/info_and_permissions/", "https://www.instagram.com/challenge/"},
	"facebook":  {"https://www.facebook.com/login/", "https://www.facebook.com/help/contact/510058597920541", "https://accountscenter.facebook.com/info_and_permissions/", "https://www.facebook.com/checkpoint/"},
}

// TestCopies are the tests of stripped pages, one after the other in one browser.
func TestCopies(t *testing.T) {
	if testing.Short() {
		t.Skip("needs a browser")
	}
	t.Parallel()
	r := reader(t)
	t.Run("nothing private", func(t *testing.T) { testNothingPrivate(t, r) })
	t.Run("refused", func(t *testing.T) { testRefusedCopies(t, r) })
	t.Run("saved pages", func(t *testing.T) { testSavedPages(t, r) })
	t.Run("lost and gained", func(t *testing.T) { testLostAndGained(t, r) })
	t.Run("same", func(t *testing.T) { testSameOnACopy(t, r) })
}

// testSameOnACopy: on the stripped copy of each page the flow finds what it finds
// on the page, and nothing private stands in what is kept.
func testSameOnACopy(t *testing.T, r *automation.Reader) {
	pages, bytes, seen := 0, 0, map[string]bool{}
	for i, c := range copied {
		for k, service := range selectors.Services() {
			if !*full && (c.daily == nil || i%2 != k) {
				continue
			}
			t.Run(service+"/"+variant{of: c.of}.name(), func(t *testing.T) {
				v, err := rehearsal.ParseVariant(c.of)
				if err != nil {
					t.Fatal(err)
				}
				v.Service = service
				n, size := copyPages(t, r, v, c.daily, seen)
				pages, bytes = pages+n, bytes+size
			})
		}
	}
	t.Logf("%d pages, %d bytes each", pages, bytes/max(pages, 1))
}

// copyPages strips all pages of a variant.
func copyPages(t *testing.T, r *automation.Reader, v rehearsal.Variant, daily []string, seen map[string]bool) (pages, size int) {
	t.Helper()
	site, err := rehearsal.Serve(t.Context(), v)
	if err != nil {
		t.Fatal(err)
	}
	defer site.Close()
	flow, err := builtIn(v.Service)
	if err != nil {
		t.Fatal(err)
	}
	get, dir := served(t, site), t.TempDir()
	list := slices.Clone(furtherPages[v.Service])
	for _, name := range slices.Sorted(maps.Keys(flow.Address)) {
		list = append(list, flow.Address[name])
	}
	if !*full {
		list = nil
		for _, name := range daily {
			list = append(list, flow.Address[name])
		}
	}
	for _, address := range list {
		html, at := get(address)
		key := at + string(html)
		if seen[key] {
			continue
		}
		seen[key] = true
		was, err := r.Check(t.Context(), flow, html, at, "")
		if err != nil {
			t.Fatal(err)
		}
		p, err := r.Strip(t.Context(), flow, html, at, "")
		if err != nil {
			var private *automation.Private
			raw, _ := json.Marshal(private)
			t.Errorf("%s: %v %s\n%s", at, err, raw, p.HTML)
			continue
		}
		for _, f := range was { // what the copy expects was read from the copy
			if now := p.Targets[f.Target].Status; now != f.Status {
				t.Errorf("%s: %s is %s on the page and %q on its copy\n%s", at, f.Target, f.Status, now, p.HTML)
			}
		}
		if _, err := p.Save(filepath.Join(dir, "pages")); err != nil {
			t.Fatal(err)
		}
		pages, size = pages+1, size+len(p.HTML)
	}
	private := rehearsal.Secrets()
	private["account"], private["name"], private["other account"], private["other account in French"] = v.SignedIn(), "Marie Rehearsal", "Sample Bakery", "Boulangerie Exemple"
	if v.Email != "" {
		private["email"] = v.Email
	}
	found, err := canary.InTree(dir, canary.Values(private))
	if err != nil || len(found) > 0 {
		t.Errorf("what is kept holds %q, %v", found, err)
	}
	if n := site.Submissions(); n != 0 {
		t.Errorf("%d submissions", n)
	}
	if pages == 0 { // all were those of other variants
		return 0, 0
	}
	if saved, findings, err := selectors.OpenSaved(filepath.Join(dir, "pages"), builtIn); err != nil || len(findings) > 0 || len(saved) != pages {
		t.Errorf("%d of %d pages can be read: %v, %v", len(saved), pages, findings, err)
	}
	return pages, size
}

// sown is a page on which something private stands wherever a page can hold it.
const sown = `<!doctype html><html lang="en" data-user="CanaryDataAttr1"><head><title>(3) Robin Canary | Instagram</title>
<meta name="description" content="CanaryMeta1"><script>window.token = "CanaryScript1"</script><style>.x::after{content:"CanaryStyle1"}</style></head>
<body class="CanaryClass1" onload="go('CanaryHandler1')"><!-- CanaryComment1 -->
<header><a href="/robin.canary/" aria-label="Profile" title="CanaryTitle1"><img alt="Robin Canary" src="https://cdn.example/CanaryImage1.jpg"></a>
<a href="/robin.canary/">Robin Canary</a><span>@robin.canary</span><button type="button">Switch to other.canary</button><h2>Welcome back, Robin Canary</h2></header>
<nav><a href="/help/">Get help</a><a href="/accounts/edit/?ref=CanaryQuery1#CanaryHash1">Settings</a><a href="https://www.instagram.com/direct/t/10842376401/">Message to Sam Canary</a>
<a href="mailto:sam.canary@mail.example">sam.canary@mail.example</a><a href="javascript:go('CanaryLinkScript1')">More</a></nav>
<main id="CanaryId1"><h1>Home</h1><p>My post about CanaryPost1, call me at +33 6 12 34 56 78.</p>
<article><h3>CanaryHeadline1</h3><button type="button" aria-label="Like the CanaryPost2 of Sam">Like</button><a href="https://evil.example/CanaryPath1">CanaryLinkText1</a></article>
<iframe srcdoc="&lt;p&gt;CanarySrcdoc1&lt;/p&gt;"></iframe><template><p>CanaryTemplate1</p></template><noscript>CanaryNoscript1</noscript>
<div hidden>CanaryHidden1</div><div aria-hidden="true">CanaryAria1</div><svg><text>CanarySvg1</text></svg>
<form action="https://www.instagram.com/x?token=CanaryAction1"><input type="hidden" name="fb_dtsg" value="CanaryInput1"><input type="hidden" name="support_form_id" value="CanaryFormId1">
<label for="u1">Email address of robin.canary@mail.example</label><input id="u1" type="email" name="email_1000088231974265" value="robin.canary@mail.example" placeholder="CanaryPlace1">
<textarea aria-label="Tell us">CanaryText1</textarea><select aria-label="Country"><option>CanaryOption1</option></select>
<div contenteditable="true" aria-label="Note">CanaryNote1</div><button type="submit" name="b" value="CanaryValue1">Submit</button></form>
<div role="dialog" aria-label="Chat with Sam Canary">CanaryChat1 <button type="button">Block Sam Canary</button></div>
</main></body></html>`

// builtIn is a flow as it comes with the program.
func builtIn(service string) (*selectors.Flow, error) {
	flow, _, err := selectors.Load("", service)
	return flow, err
}

// testNothingPrivate: whatever stands on a page, its copy holds nothing but words
// of the page itself.
func testNothingPrivate(t *testing.T, r *automation.Reader) {
	flow, err := builtIn("instagram")
	if err != nil {
		t.Fatal(err)
	}
	for address, words := range map[string][]string{
		// Somebody's page: nothing but the flow's words.
		"https://www.instagram.com/robin.canary/": {`aria-label="Profile"`, `href="https://www.instagram.com/accounts/edit/">Settings</a>`, `href="https://www.instagram.com/help/">…</a>`, `<button type="submit">Submit</button>`, "<h1>…</h1>"},
		// A page of one's own: and the words of links that are everybody's.
		"https://www.instagram.com/accounts/edit/": {`aria-label="Profile"`, "<h1>…</h1>", `>Get help</a>`, `<a href="#">…</a>`, `<button type="submit">Submit</button>`},
		// A page for everybody, where the words of what acts are everybody's, too.
		"https://privacycenter.instagram.com/policy/": {`aria-label="Profile"`, `<h1>Home</h1>`, `>Get help</a>`, `aria-label="Tell us"`, `<a href="#">More</a>`, `<button type="submit">Submit</button>`},
	} {
		p, err := r.Strip(t.Context(), flow, []byte(sown), address, "")
		if err != nil {
			t.Fatalf("%v\n%s", err, p.HTML)
		}
		index, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		for _, word := range []string{"canary", "robin", "sam ", "evil", "mailto", "javascript", "1000088231974265", "10842376401", "12 34", "src=", "onload", "class=", "data-"} {
			if strings.Contains(strings.ToLower(string(p.HTML)+string(index)), word) {
				t.Errorf("the copy holds %q:\n%s", word, p.HTML)
			}
		}
		for _, word := range words {
			if !strings.Contains(string(p.HTML), word) {
				t.Errorf("the copy lacks %q:\n%s", word, p.HTML)
			}
		}
	}
}

// testRefusedCopies: what looks personal where words are kept keeps the page from
// being written, and no finding repeats it.
func testRefusedCopies(t *testing.T, r *automation.Reader) {
	flow, err := builtIn("instagram")
	if err != nil {
		t.Fatal(err)
	}
	const html = `<!doctype html><html lang="en"><h1>Home</h1><a href="/accounts/edit/">Settings</a><button type="button">Case 58213994071 of yours</button></html>`
	p, err := r.Strip(t.Context(), flow, []byte(html), "https://privacycenter.instagram.com/policy/", "")
	var private *automation.Private
	if !errors.As(err, &private) || len(private.Findings) != 1 || private.Findings[0].What.String() != "This long number may be somebody's." {
		t.Fatalf("%v\n%s", err, p.HTML)
	}
	f := private.Findings[0]
	if line := strings.Split(string(p.HTML), "\n")[f.Line-1]; !strings.HasPrefix(line[f.Column-1:], "58213994071") {
		t.Errorf("line %d, column %d: %q", f.Line, f.Column, line)
	}
	if strings.Contains(f.Error()+f.Next.String(), "5821") {
		t.Errorf("the finding repeats the number: %v", f)
	}
	// Out of its shadow root, the answer belongs to a question to which it did not.
	const shadow = `<!doctype html><html lang="en"><p>Is your request about AI at Meta?</p><div><template shadowrootmode="open"><button type="button">Yes</button></template></div></html>`
	_, err = r.Strip(t.Context(), flow, []byte(shadow), "https://privacycenter.instagram.com/policy/", "")
	if problem, ok := hint.Of(err); !ok || !strings.HasPrefix(problem.What.String(), "Without what is personal, the page does not show the flow the same") {
		t.Errorf("a copy that shows something else: %v", err)
	}
}

// testSavedPages: on every page that somebody has saved, the built-in flow finds
// what is expected there. Whoever saved a page puts the folder into
// testdata/pages.
func testSavedPages(t *testing.T, r *automation.Reader) {
	folders, err := filepath.Glob(filepath.Join("testdata", "pages", "*"))
	if err != nil || len(folders) == 0 {
		t.Fatal("no folders of saved pages", err)
	}
	var flow *selectors.Flow
	for _, dir := range folders {
		pages, findings, err := selectors.OpenSaved(dir, builtIn)
		if err != nil {
			t.Error(err)
		}
		for _, f := range findings {
			t.Error(f)
		}
		for _, p := range pages {
			if flow == nil || flow.Service != p.Service {
				if flow, err = builtIn(p.Service); err != nil {
					t.Fatal(err)
				}
			}
			_, differences, err := r.Compare(t.Context(), flow, p)
			if err != nil {
				t.Fatal(err)
			}
			for _, d := range differences {
				file := filepath.Join(dir, p.Name+".json")
				switch {
				case d.Target == "":
					t.Errorf("%s: the place is %q, and was %q", file, d.PlaceIs, d.PlaceWas)
				case d.Lost():
					t.Errorf("%s: %s was found as %+v, and is %+v", file, d.Target, d.Was, d.Is)
				default:
					t.Errorf("%s: %s is %+v now: if that is right, say so in the file", file, d.Target, d.Is)
				}
			}
		}
	}
}

// testLostAndGained: a flow that does not find any more what was found has lost it;
// one that finds more has gained.
func testLostAndGained(t *testing.T, r *automation.Reader) {
	pages, findings, err := selectors.OpenSaved(filepath.Join("testdata", "pages", "rehearsal-instagram"), builtIn)
	i := slices.IndexFunc(pages, func(p selectors.SavedPage) bool { return p.Place == "form" })
	if err != nil || len(findings) > 0 || i < 0 {
		t.Fatal(err, findings)
	}
	flow, err := builtIn("instagram")
	if err != nil {
		t.Fatal(err)
	}
	worse := *flow
	worse.Targets = maps.Clone(flow.Targets)
	worse.Targets["email"] = selectors.Target{Is: []selectors.Role{selectors.Textbox}, In: selectors.Form, Find: []selectors.Locator{{By: selectors.ByAutocomplete, Values: []string{"email"}, Weight: 2}}}
	better := pages[i]
	better.Targets = maps.Clone(better.Targets)
	better.Targets["send"] = selectors.Expected{Status: "ambiguous"}
	for _, c := range []struct {
		flow   *selectors.Flow
		page   selectors.SavedPage
		target string
		lost   bool
	}{{&worse, pages[i], "email", true}, {flow, better, "send", false}} {
		found, differences, err := r.Compare(t.Context(), c.flow, c.page)
		if err != nil || len(found) == 0 || len(differences) != 1 || differences[0].Target != c.target || differences[0].Lost() != c.lost {
			t.Errorf("%s: %+v, %v", c.target, differences, err)
		}
	}
}
