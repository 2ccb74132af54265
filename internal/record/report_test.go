package record

import (
	"regexp"
	"strings"
	"sync"
	"testing"
)

func report(t *testing.T, m Meta, fields []Field) string {
	t.Helper()
	r, err := Create(t.TempDir(), m)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Values(fields); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Picture("form", Caption{Place: "form", Address: formAddress + "?secret=1#frag"}, picture(t, 8)); err != nil {
		t.Fatal(err)
	}
	if err := r.Event(EventPrepared, BasisProgram, nil); err != nil {
		t.Fatal(err)
	}
	if err := r.Close("ready", "Please look at the form."); err != nil {
		t.Fatal(err)
	}
	return read(t, r.Dir(), reportFile)
}

func TestReport(t *testing.T) {
	page := report(t, meta(), values())
	for _, want := range []string{
		`<html lang="en">`, `content="default-src 'none'; img-src data:; style-src 'unsafe-inline'"`, `src="data:image/png;base64,iVBOR`,
		"Article 21", "did not stay to see", "No submission was seen leaving the browser", "make up a record of their own",
		`alt="Picture 1 of the browser’s window: the objection form."`, formAddress, email, "machine to learn", "Filled in by the program",
		"nonmerci 0.1.0", "rod v0.116.2", "Please look at the form.", "The form was ready to be reviewed", "sha256sum -c manifest-sha256.txt",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the report lacks %q", want)
		}
	}
	for _, no := range []string{"<script", "javascript:", "REHEARSAL", "secret=1", "#frag", "ZgotmplZ", "http-equiv=\"refresh\""} {
		if strings.Contains(page, no) {
			t.Errorf("the report holds %q", no)
		}
	}
}

// TestReportIsReadable looks for what a screen reader, a printer and a computer
// without network need.
func TestReportIsReadable(t *testing.T) {
	page := report(t, meta(), values())
	// Nothing is fetched: the only sources are the pictures inside, the only link
	// leads past the header.
	for _, m := range regexp.MustCompile(`(?:src|href|url\(|@import)="?([^"]{0,20})`).FindAllStringSubmatch(page, -1) {
		if !strings.HasPrefix(m[1], "data:image/png") && m[1] != "#seen" {
			t.Errorf("the report refers to %q", m[1])
		}
	}
	// Headings go down one step at a time, from a single h1.
	last := 0
	for _, m := range regexp.MustCompile(`<h([1-6])`).FindAllStringSubmatch(page, -1) {
		level := int(m[1][0] - '0')
		if level > last+1 || (level == 1 && last != 0) {
			t.Errorf("h%d follows h%d", level, last)
		}
		last = level
	}
	for _, one := range []string{"<header>", "<main ", "<footer ", `<a class="skip" href="#seen">`, `id="seen"`, "<ol>"} {
		if strings.Count(page, one) != 1 {
			t.Errorf("%s is there %d times", one, strings.Count(page, one))
		}
	}
	ids := map[string]bool{}
	for _, m := range regexp.MustCompile(` id="([^"]+)"`).FindAllStringSubmatch(page, -1) {
		if ids[m[1]] {
			t.Errorf("two elements have the id %q", m[1])
		}
		ids[m[1]] = true
	}
	for _, m := range regexp.MustCompile(`aria-labelledby="([^"]+)"`).FindAllStringSubmatch(page, -1) {
		if !ids[m[1]] {
			t.Errorf("nothing has the id %q, which names a part of the page", m[1])
		}
	}
	for tag, needs := range map[string]string{"<th[ >]": `scope="(?:col|row)"`, "<img ": `alt="[^"]`, "<section ": "aria-labelledby="} {
		for _, m := range regexp.MustCompile(tag+"[^>]*").FindAllString(page, -1) {
			if !regexp.MustCompile(needs).MatchString(m) {
				t.Errorf("%.60s… is without %s", m, needs)
			}
		}
	}
	if figures, captions := strings.Count(page, "<figure>"), strings.Count(page, "<figcaption>"); figures != 1 || captions != figures {
		t.Errorf("%d figures, %d captions", figures, captions)
	}
	if tables, captions := strings.Count(page, "<table>"), strings.Count(page, "<caption "); tables != 2 || captions != tables {
		t.Errorf("%d tables, %d captions", tables, captions)
	}
	for _, way := range []string{"nonmerci records verify", "sha256sum -c manifest-sha256.txt", "shasum -a 256 -c manifest-sha256.txt", `-split '\s+', 2; "$f $((Get-FileHash $f).Hash -eq $h)"`} {
		if !strings.Contains(page, way) {
			t.Errorf("the way to check it by %s is missing", way)
		}
	}
}

func TestReportMarksRehearsal(t *testing.T) {
	m := meta()
	m.Rehearsal = true
	page := report(t, m, values())
	if strings.Count(page, "REHEARSAL – not Meta") < 3 { // title, banner, each picture
		t.Error("the mark of a rehearsal is missing")
	}
	if !strings.Contains(page, `<body class="marked" data-mark="REHEARSAL – not Meta">`) || !regexp.MustCompile(`(?s)@media print.*\.marked::after \{[^}]*attr\(data-mark\)[^}]*position: fixed`).MatchString(page) {
		t.Error("the mark of a rehearsal is not printed on every page")
	}
	if !strings.Contains(page, "nothing reached Meta") || strings.Contains(page, "Meta Platforms Ireland") {
		t.Error("the report of a rehearsal names Meta as the one that was asked")
	}
}

func TestReportSpeaksTheLanguageOfTheRun(t *testing.T) {
	m := meta()
	m.Language = "fr-CA"
	if page := report(t, m, values()); !strings.Contains(page, `<html lang="fr">`) {
		t.Error("the report of a French run does not say that it is French")
	}
}

func TestReportShowsHostileTextAsText(t *testing.T) {
	bad := `</td><script>alert(1)</script><img src="https://evil.example/x">`
	page := report(t, meta(), []Field{{Label: bad, Target: bad, Value: bad}})
	if strings.Contains(page, "<script") || strings.Contains(page, "<img src=\"https") {
		t.Error("a value of the form became part of the page")
	}
	if !strings.Contains(page, "&lt;script&gt;") {
		t.Error("the value is not shown as it was")
	}
}

func TestPicturesDoNotLookLikeSecrets(t *testing.T) {
	if hasSecret([]byte(`<img src="data:image/png;base64,EAAabcdefghijklmnopqrstuvwxyzabcdef&#43;/=">`)) {
		t.Error("a picture was taken for a token")
	}
	if !hasSecret([]byte(`<p>EAAabcdefghijklmnopqrstuvwxyzabcdef</p>`)) {
		t.Error("a token was missed")
	}
}

func TestManyWriters(t *testing.T) {
	r, err := Create(t.TempDir(), meta())
	if err != nil {
		t.Fatal(err)
	}
	shot := picture(t, 4)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 5 {
				if err := r.Event(EventNote, BasisNetwork, map[string]any{"status": 200}); err != nil {
					t.Error(err)
				}
			}
			if _, err := r.Picture("form", Caption{}, shot); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if err := r.Close("failed", ""); err != nil {
		t.Fatal(err)
	}
	mustVerify(t, r.Dir(), Verified)
	if s, err := Open(r.Dir()); err != nil || len(s.Pictures) != 8 || len(s.Lines) != 1+8*6+1 {
		t.Errorf("%d pictures, %d lines, %v", len(s.Pictures), len(s.Lines), err)
	}
}

// TestAgeOfTheFlow: the report tells when what nonmerci knows of the pages was last
// confirmed, by anybody and on this computer; a record of before says nothing of the
// computer.
func TestAgeOfTheFlow(t *testing.T) {
	for _, c := range []struct {
		m           Meta
		holds, lack string
	}{
		{Meta{}, "nobody has yet", "on this computer"},
		{Meta{Here: "never"}, "it last led to a form that was sent</dt><dd>not yet", ""},
		{Meta{Checked: "2026-11-02", CheckedIn: "fr", Here: "2026-11-03", HereIn: "de"}, "it last led to a form that was sent</dt><dd>on 2026-11-03, on pages in the language de", "nobody has yet"},
		{Meta{Checked: "2026-11-02", CheckedIn: "fr"}, "on 2026-11-02, on pages in the language fr", "nobody has yet"},
	} {
		m := meta()
		m.Checked, m.CheckedIn, m.Here, m.HereIn = c.m.Checked, c.m.CheckedIn, c.m.Here, c.m.HereIn
		if text := strings.Join(strings.Fields(report(t, m, nil)), " "); !strings.Contains(text, c.holds) || c.lack != "" && strings.Contains(text, c.lack) {
			t.Errorf("%+v: no %q, or %q, in\n%s", c.m, c.holds, c.lack, text)
		}
	}
}
