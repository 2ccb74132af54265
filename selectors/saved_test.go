package selectors

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// saved is a stripped page with this in its body.
func saved(body string) SavedPage {
	return SavedPage{
		Schema: Format, Service: "instagram", Address: "https://www.instagram.com/x/", Language: "fr", Date: "2026-11-28", Revision: 2026112801,
		Place: "home", Targets: map[string]Expected{"email": {Status: "none"}},
	}.Filled(body)
}

func instagram(t testing.TB) *Flow {
	t.Helper()
	f, _, err := Load("", "instagram")
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// TestSecretsOfASavedPage: what is personal is found wherever words are kept, with
// its place and without the value; what is everybody's is left alone.
func TestSecretsOfASavedPage(t *testing.T) {
	f := instagram(t)
	for _, c := range []struct{ body, kind string }{
		{`<h1>marie@courrier.example</h1>`, "This looks like an e-mail address."},
		{`<button type="button" aria-label="Write to marie@courrier.example">…</button>`, "This looks like an e-mail address."},
		{`<h1>m&#97;rie&#64;courrier.example</h1>`, "This looks like an e-mail address."},
		{`<h2>by @marie.sample</h2>`, "This looks like somebody's handle."},
		{`<h2>Call +33 6 12 34 56 78</h2>`, "This looks like a telephone number."},
		{`<h2>Call 06.12.34.56.78</h2>`, "This looks like a telephone number."},
		{`<label for="e-1">Case 58213994071</label>`, "This long number may be somebody's."},
		{`<input type="text" name="email_58213994071">`, "This long number may be somebody's."},
		{`<h2>NAftCanaryDtsg4Zq8w</h2>`, "This looks like a token."},
		{`<h2>www.instagram.com/x?token=1</h2>`, "This address has a query."},
		{`<a href="https://www.instagram.com/x/?a=1">…</a>`, "This address is not written as in a stripped page."},
		{`<a href="/robin/">…</a>`, "This address is not written as in a stripped page."},
		{`<a href="javascript:go()">…</a>`, "This address is not written as in a stripped page."},
		{`<a href="https://robin.example/x/">…</a>`, "This address is not one of Meta's."},
		{`<a href="https://www.instagram.com/p/58213994071/">…</a>`, "This long number may be somebody's."},
		{`<h1>Bonjour, Robin Sample</h1>`, "This is the name of the account that is signed in."},
		{`<script>go()</script>`, `A stripped page has no element "script".`},
		{`<img>`, `A stripped page has no element "img".`},
		{`<h1 onclick="go()">a</h1>`, `A stripped page has no attribute "onclick".`},
		{`<h1 data-user="a">a</h1>`, `A stripped page has no attribute "data-user".`},
		{`<h1 id="robin">a</h1>`, `In a stripped page the attribute "id" holds a number that nonmerci gave.`},
		{`<!-- a -->`, "A stripped page has no comments."},
		{`<style>a{}</style>`, "A stripped page has no styles of its own."},
		{`<input type="text" value="Robin">`, "A stripped page has no values of fields."},

		{`<h1>Object to your information being used for AI at Meta</h1><a href="https://help.instagram.com/contact/767264225370182">object</a>`, ""},
		{`<a href="https://help.instagram.com/contact/1234567890123456">the form of next year</a><a href="https://elsewhere.example/x/#2">…</a>`, ""},
		{`<input type="submit" value="Senden"><h2>Datenschutzgrundverordnung, 27.05.2025</h2><a href="#">…</a>`, ""},
	} {
		got := saved("<main>\n"+c.body+"</main>").Secrets(f, "Robin Sample")
		switch {
		case c.kind == "" && len(got) > 0:
			t.Errorf("%s: %v", c.body, got)
		case c.kind != "" && (len(got) == 0 || got[0].What.String() != c.kind || got[0].Line != 8 || got[0].Column < 1 || got[0].Snippet != ""):
			t.Errorf("%s: %v, want %s in line 8", c.body, got, c.kind)
		}
		for _, finding := range got {
			for _, value := range []string{"marie", "58213994071", "NAft", "12 34", "Robin"} {
				if strings.Contains(finding.Error()+finding.Next.String(), value) {
					t.Errorf("a finding repeats the value: %v", finding)
				}
			}
		}
	}
	p := saved("")
	p.Targets["email"] = Expected{Status: "found", Name: "marie@courrier.example"}
	if got := p.Secrets(f); len(got) != 1 {
		t.Errorf("an address in the index: %v", got)
	}
}

// TestSavedPagesAreNeverReplaced: each gets a name of its own, for this user alone,
// and is read back as it was written.
func TestSavedPagesAreNeverReplaced(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "pages")
	for i, want := range []string{"home", "home-2", "home-3"} {
		if i == 2 { // half a page of somebody else's
			if err := os.WriteFile(filepath.Join(dir, "home-3.html"), []byte("mine"), 0o600); err != nil {
				t.Fatal(err)
			}
			want = "home-4"
		}
		name, err := saved(fmt.Sprintf("<h1>Page %d</h1>", i)).Save(dir)
		if err != nil || name != want {
			t.Fatalf("%q, want %q: %v", name, want, err)
		}
	}
	if mine, err := os.ReadFile(filepath.Join(dir, "home-3.html")); err != nil || string(mine) != "mine" {
		t.Errorf("%q, %v", mine, err)
	}
	if err := os.Remove(filepath.Join(dir, "home-3.html")); err != nil {
		t.Fatal(err)
	}
	pages, findings, err := OpenSaved(dir, func(string) (*Flow, error) { return instagram(t), nil })
	if err != nil || len(findings) > 0 || len(pages) != 3 || !strings.Contains(string(pages[1].HTML), "Page 1") {
		t.Errorf("%v, %v, %d pages", err, findings, len(pages))
	}
	files, err := os.ReadDir(dir)
	if err != nil || len(files) != 6 {
		t.Errorf("%v, %v", files, err)
	}
	for _, f := range files {
		if info, err := f.Info(); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", f.Name(), info, err)
		}
	}
	if _, err := saved("").Save(filepath.Join(dir, "home.html")); err == nil {
		t.Error("a file was taken for a folder")
	}
}

// TestFaultsOfAFolder: each thing that is wrong is told with file, line and column.
func TestFaultsOfAFolder(t *testing.T) {
	good, err := json.MarshalIndent(saved(""), "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	index := func(old, new string) string { return strings.Replace(string(good), old, new, 1) }
	page := string(saved("<h1>Home</h1>").HTML)
	for _, c := range []struct{ name, index, page, want string }{
		{"good", string(good), page, ""},
		{"no JSON", "{", page, "home.json:1:1: This is no index of a saved page."},
		{"an unknown key", index(`"date"`, `"token": 1, "date"`), page, "home.json:6:3: This is no index of a saved page."},
		{"two values", string(good) + "{}", page, "home.json:14:2: This is no index of a saved page."},
		{"a newer format", index(`"schema": 1`, `"schema": 2`), page, "home.json:2:3: This saved page is written in a format that nonmerci does not know."},
		{"an unknown service", index(`"instagram"`, `"threads"`), page, "home.json:3:3: The flow of this page cannot be used."},
		{"an unknown place", index(`"home"`, `"house"`), page, `home.json:8:12: There is no place "house".`},
		{"an unknown target", index(`"email"`, `"e-mail"`), page, `home.json:10:5: There is no target "e-mail".`},
		{"an unknown status", index(`"none"`, `"lost"`), page, `home.json:10:5: "lost" is not what can become of a target.`},
		{"an address", index(`www.instagram.com/x/`, `www.instagram.com/x/?a=b`), page, "home.json:4:3: This address is not written as in a stripped page."},
		{"no page", string(good), "", "home.html:1:1: The page cannot be read."},
		{"no index", "", page, "home.html:1:1: There is no home.json beside this page."},
		{"a script", string(good), strings.Replace(page, "<h1>", "<script>go()</script><h1>", 1), `home.html:7:1: A stripped page has no element "script".`},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			for file, text := range map[string]string{"home.json": c.index, "home.html": c.page} {
				if text == "" {
					continue
				}
				if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			pages, findings, err := OpenSaved(dir, func(service string) (*Flow, error) {
				f, _, err := Load("", service)
				return f, err
			})
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			for _, f := range findings {
				got += strings.TrimPrefix(f.Error(), dir+string(filepath.Separator))
			}
			if got != c.want || (len(pages) == 1) != (c.want == "") {
				t.Errorf("%q, want %q; %d pages", got, c.want, len(pages))
			}
		})
	}
	if _, _, err := OpenSaved(t.TempDir(), nil); err == nil {
		t.Error("an empty folder counts as saved pages")
	}
}

// FuzzSavedPage: whatever stands in a page that somebody gives away, it is read to
// its end, and what is let pass holds no script.
func FuzzSavedPage(f *testing.F) {
	for _, body := range []string{"<h1>Home</h1>", "<script>", "<textarea><script>", "<a href=x", "<!--", "\x00<h1 onx=1>", "<title><a>", "<plaintext>marie@courrier.example"} {
		f.Add(body)
	}
	flow := instagram(f)
	f.Fuzz(func(t *testing.T, body string) {
		p := saved(body)
		findings := p.Secrets(flow)
		for _, found := range findings {
			if found.Line < 1 || found.Column < 1 {
				t.Errorf("%v", found)
			}
		}
		if small := strings.ToLower(body); len(findings) == 0 && (strings.Contains(small, "<script") && !strings.Contains(small, "<t") || strings.Contains(small, "@courrier.example")) {
			t.Errorf("passes: %q", body)
		}
	})
}
