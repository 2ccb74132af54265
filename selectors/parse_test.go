package selectors_test

import (
	_ "embed"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nonmerci/nonmerci/internal/hint"
	"github.com/nonmerci/nonmerci/selectors"
)

// small is the smallest complete flow, with its phrases; the tests below break it
// in one place.
//
//go:embed testdata/small.yaml
var small string

//go:embed testdata/small-phrases.yaml
var words string

func TestParse(t *testing.T) {
	flow, err := selectors.Parse("mine.yaml", []byte(small), []byte(words))
	if err != nil {
		t.Fatal(err)
	}
	if flow.Service != "facebook" || flow.Revision != 2026112301 || flow.Source != "mine.yaml" || len(flow.Checked) != 0 {
		t.Errorf("head = %+v", flow)
	}
	object := flow.Targets["object-link"]
	if got := object.Find[0]; got.By != selectors.ByForm || got.Weight != 2 || strings.Join(got.Values, " ") != "712876720715583" {
		t.Errorf("form locator = %+v", got)
	}
	if got := object.Find[1]; got.Phrase != "object" || strings.Join(got.Values, " ") != "object opposer" {
		t.Errorf("words locator = %+v", got)
	}
	if got := object.In; got != selectors.Top {
		t.Errorf("in = %q, want top when it is left out", got)
	}
	if got := strings.Join(flow.Places["form"].When[0].At, " "); got != "/help/contact/712876720715583/ /contact/712876720715583/" {
		t.Errorf("@forms = %s", got)
	}
}

// TestParseKeepsWhatIsWritten: YAML would read some of these as numbers.
func TestParseKeepsWhatIsWritten(t *testing.T) {
	flow := strings.Replace(small, `["712876720715583"]`, "[712876720715583, 012345678]", 1)
	got, err := selectors.Parse("mine.yaml", []byte(flow), []byte(words))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Join(got.Forms, " ") != "712876720715583 012345678" {
		t.Errorf("forms = %q", got.Forms)
	}
	for _, say := range []string{"1e3", "012", "yes", "0x1F", "1_000", "2026-11-23", ".5", "on"} {
		phrases := strings.Replace(words, "say: object", "say: "+say, 1)
		got, err := selectors.Parse("mine.yaml", []byte(small), []byte(phrases))
		if err != nil {
			t.Fatal(err)
		}
		if word := got.Targets["object-link"].Find[1].Values[0]; word != say {
			t.Errorf("say: %s became %q", say, word)
		}
	}
}

// change makes one mistake in the small flow.
type change struct{ old, new string }

var mistakes = []struct {
	name   string
	change change
	where  string // LINE:COLUMN
	what   string
	next   string
}{
	{"unknown key", change{"title: Facebook", "tittle: Facebook"}, "3:1", `"tittle" is not known here.`, `Did you mean "title"?`},
	{"underscore", change{"wrong-forms:", "wrong_forms:"}, "7:1", `"wrong_forms" is not known`, `Did you mean "wrong-forms"?`},
	{"capital key", change{"    commit: true", "    Commit: true"}, "20:5", `"Commit" is not known here.`, `Did you mean "commit"?`},
	{"newer schema", change{"schema: 1", "schema: 2"}, "1:9", "written for a newer version", "Update nonmerci"},
	{"schema in quotes", change{"schema: 1", `schema: "1"`}, "1:9", "a whole number", "without quotes"},
	{"schema zero", change{"schema: 1", "schema: 0"}, "1:9", "a whole number", ""},
	{"no schema", change{"schema: 1\n", ""}, "1:1", `"schema" is missing.`, ""},
	{"other service", change{"service: facebook", "service: facebok"}, "2:10", `"facebok" is not known`, `Did you mean "facebook"?`},
	{"short revision", change{"2026112301", "20261123"}, "4:11", "A revision is a date", ""},
	{"value missing", change{"title: Facebook", "title:"}, "3:7", "A value is missing here.", ""},
	{"twice", change{"title: Facebook", "title: Facebook\ntitle: Other"}, "4:1", `"title" stands here twice; the first is in line 3.`, ""},
	{"twice, quoted", change{"  email:\n", "  \"send\":\n    is: [link]\n    find: [{name: \"@object\"}]\n  email:\n"}, "20:3", `"send" stands here twice; the first is in line 14.`, ""},
	{"host off the list", change{"[www.facebook.com]", "[www.facebook.com, evil.example]"}, "5:27", `"evil.example" is not a host`, "fixed list"},
	{"host in capitals", change{"[www.facebook.com]", "[WWW.facebook.com]"}, "5:9", "is not a host", ""},
	{"host with port", change{"[www.facebook.com]", "[\"www.facebook.com:443\"]"}, "5:9", "is not a host", ""},
	{"host with user", change{"[www.facebook.com]", "[\"x@www.facebook.com\"]"}, "5:9", "is not a host", ""},
	{"address without https", change{`"https://www.facebook.com/"`, `"http://www.facebook.com/"`}, "9:9", "is not an address", ""},
	{"address off the hosts", change{`"https://www.facebook.com/"`, `"https://help.instagram.com/"`}, "9:9", "not among the hosts of this flow", "www.facebook.com"},
	{"address with script", change{`"https://www.facebook.com/"`, `"javascript:alert(1)"`}, "9:9", "is not an address", ""},
	{"form with letters", change{`["712876720715583"]`, `["71287672071558x"]`}, "6:9", "not the number of a form", ""},
	{"form in both lists", change{"510058597920541", "712876720715583"}, "6:9", "stands in forms and in wrong-forms", ""},
	{"unknown role", change{"is: [link]", "is: [lnik]"}, "12:10", `"lnik" is not known`, `Did you mean "link"?`},
	{"unknown scope", change{"in: form", "in: dialog"}, "19:9", `"dialog" is not known here.`, "form, page, top"},
	{"unknown locator", change{"{name: \"@object\"}", "{nmae: \"@object\"}"}, "13:39", `"nmae" is not known`, `"name"`},
	{"class", change{"{name: \"@object\"}", "{css: .x1}"}, "13:39", "cannot name a class, an id, a path or a position", "name, text, label"},
	{"generated id", change{"{name: \"@object\"}", "{id: _r_3_}"}, "13:39", "cannot name a class", ""},
	{"position", change{"{name: \"@object\"}", "{nth: 3}"}, "13:39", "cannot name a class", ""},
	{"two kinds in one vote", change{"{name: \"@object\"}", "{name: \"@object\", text: \"@object\"}"}, "13:62", "two kinds: name and text", "Make two locators"},
	{"no kind", change{"{name: \"@object\"}", "{weight: 2}"}, "13:38", "does not say how to find anything", ""},
	{"weight", change{"{form: forms, weight: 2}", "{form: forms, weight: 4}"}, "13:34", "from 1 to 3", ""},
	{"heavy only", change{"[{type: email, weight: 2}]", "[{only: true, weight: 2}]"}, "16:33", "always weighs 1", ""},
	{"only false", change{"[{type: email, weight: 2}]", "[{only: false}]"}, "16:19", "only can be true", ""},
	{"unknown phrase", change{`{name: "@object"}`, `{name: "@objcet"}`}, "13:45", `There is no phrase "objcet".`, `Did you mean "object"?`},
	{"words in the flow", change{`{name: "@object"}`, `{name: object}`}, "13:45", "stand in phrases.yaml", ""},
	{"phrase without quotes", change{`{name: "@object"}`, `{name: @object}`}, "13:45", "not valid YAML", "needs quotes"},
	{"unknown form list", change{"{form: forms, weight: 2}", "{form: form, weight: 2}"}, "13:19", `"form" is not known`, `"forms"`},
	{"unknown type", change{"{type: email,", "{type: mail,"}, "16:19", `"mail" is not known`, `"email"`},
	{"field that fits all", change{"{type: email, weight: 2}", `{field: "*"}`}, "16:20", "cannot stand here", ""},
	{"unknown target in see", change{"see: [email, send]", "see: [emial, send]"}, "26:35", `"emial" is not known`, `Did you mean "email"?`},
	{"unknown verb", change{"{fill: email, with: email}", "{type: email}"}, "27:11", `"type" is not known here.`, "ask, choose, fill, open, point, press, with"},
	{"send as a verb", change{"{point: send}", "{send: form}"}, "27:39", `"send" is not known here.`, ""},
	{"unknown value", change{"with: email}", "with: password}"}, "27:30", `"password" is not known`, ""},
	{"fill without value", change{"{fill: email, with: email}", "{fill: email}"}, "27:10", "fill needs to know with what", ""},
	{"press with value", change{"{press: object-link}", "{press: object-link, with: email}"}, "31:39", "press takes nothing with it", ""},
	{"unknown address", change{"start: [{open: home}]\n    home", "start: [{open: hmoe}]\n    home"}, "30:20", `"hmoe" is not known`, `"home"`},
	{"unknown kind", change{"kind: page", "kind: pages"}, "23:16", `"pages" is not known`, `"page"`},
	{"page that does something", change{"when: [{at: [\"/\"]}]}", "when: [{at: [\"/\"]}], do: [{press: object-link}]}"}, "23:47", "does nothing by itself", "routes"},
	{"gate that presses", change{"{kind: page,", "{kind: gate, do: [{press: object-link}],"}, "23:26", "A gate is passed by the person", ""},
	{"end without meaning", change{"{kind: page,", "{kind: end,"}, "23:3", "says what it means", "thanks"},
	{"thanks by address", change{"{kind: page,", "{kind: end, means: thanks,"}, "23:43", "never recognised by its address alone", ""},
	{"form by number alone", change{"{at: [\"@forms\"], see: [email, send]}", "{at: [\"@forms\"]}"}, "26:12", "never by one of the two alone", ""},
	{"form without address", change{"{at: [\"@forms\"], see: [email, send]}", "{see: [email, send]}"}, "26:12", "never by one of the two alone", ""},
	{"form without end", change{", {point: send}]", "]"}, "27:9", "ends by pointing", ""},
	{"form that opens", change{"do: [{fill", "do: [{open: home}, {fill"}, "27:10", "never left by opening", ""},
	{"form that presses", change{"do: [{fill", "do: [{press: object-link}, {fill"}, "27:10", "only radio buttons and checkboxes", ""},
	{"rule that fits all", change{"{at: [\"/\"]}", "{none: [email]}"}, "23:29", "would fit nearly every page", ""},
	{"pattern with https", change{`at: ["/"]`, `at: ["https://x/"]`}, "23:35", "A pattern has no", ""},
	{"pattern with query", change{`at: ["/"]`, `at: ["/x?y"]`}, "23:35", "does not count", ""},
	{"pattern that fits all", change{`at: ["/"]`, `at: ["*/*"]`}, "23:35", "fits every address", ""},
	{"pattern without slash", change{`at: ["/"]`, `at: ["login"]`}, "23:35", "is not a pattern", ""},
	{"pattern with many stars", change{`at: ["/"]`, `at: ["/a*b*c*d*e*"]`}, "23:35", "at most 4 stars", ""},
	{"place in a route", change{"    home: [{press", "    hom: [{press"}, "31:5", `There is no place "hom".`, `Did you mean "home"?`},
	{"form in a route", change{"    home: [{press", "    form: [{press"}, "31:5", "leads through pages", ""},
	{"route that fills", change{"home: [{press: object-link}]", "home: [{fill: email, with: email}]"}, "31:12", "A route opens addresses and presses", ""},
	{"route that presses at start", change{"start: [{open: home}]\n    home", "start: [{press: object-link}]\n    home"}, "30:13", "A route opens addresses", ""},
	{"route without start", change{"    start: [{open: home}]\n    home", "    home"}, "29:3", "has no start", ""},
	{"unknown route", change{"  policy: {start", "  polic: {start"}, "32:3", `"polic" is not known`, `"policy"`},
	{"name in capitals", change{"  email:\n", "  Email:\n"}, "14:3", `"Email" cannot be a name.`, "small letters"},
	{"name of look-alike letters", change{"  email:\n", "  еmail:\n"}, "14:3", "cannot be a name", ""},
	{"control character", change{"title: Facebook", `title: "Face\u0007book"`}, "3:8", "control characters", ""},
	{"turned direction", change{"title: Facebook", "title: \"Face\u202ebook\""}, "3:8", "control characters", ""},
	{"anchor", change{"is: [link]", "is: &a [link]"}, "12:9", "Anchors and aliases", ""},
	{"alias", change{"is: [link]", "is: *a"}, "12:9", "Anchors and aliases", ""},
	{"star without quotes", change{`at: ["/"]`, `at: [*/login/*]`}, "23:35", "Anchors and aliases", "quotes"},
	{"tag", change{"is: [link]", "is: !!seq [link]"}, "12:9", "Tags, directives", ""},
	{"merge", change{"  email:\n", "  <<: {}\n  email:\n"}, "14:3", "merge keys", ""},
	{"two documents", change{"targets:\n", "---\ntargets:\n"}, "10:1", "one document only", ""},
	{"block text", change{"title: Facebook", "title: |\n  Facebook"}, "3:8", "Texts over several lines", ""},
	{"bracket missing", change{"is: [link]\n", "is: [link\n"}, "13:5", "not valid YAML", ""},
	{"list for a text", change{"title: Facebook", "title: [Facebook]"}, "3:8", "a single text is expected", ""},
	{"text for a mapping", change{"home: {kind: page, when: [{at: [\"/\"]}]}", "home: page"}, "23:9", "something like {kind: …}", ""},
	{"flag in words", change{"commit: true", "commit: yes"}, "20:13", "true or false", ""},
	{"flag in capitals", change{"commit: true", "commit: TRUE"}, "20:13", "true or false", ""},
	{"flag in quotes", change{"commit: true", `commit: "true"`}, "20:13", "true or false", ""},
}

func TestParseTellsWhatIsWrongAndWhere(t *testing.T) {
	for _, tt := range mistakes {
		t.Run(tt.name, func(t *testing.T) {
			flow := strings.Replace(small, tt.change.old, tt.change.new, 1)
			if flow == small {
				t.Fatal("the change does not apply")
			}
			_, err := selectors.Parse("dir/mine.yaml", []byte(flow), []byte(words))
			wantProblem(t, err, "dir/mine.yaml:"+tt.where+": ", tt.what, tt.next)
		})
	}
}

func TestParseTellsWhatIsWrongWithPhrases(t *testing.T) {
	tests := []struct {
		name   string
		change change
		where  string
		what   string
	}{
		{"no source", change{`{say: object, seen: "a guide, 2025"}`, "{say: object}"}, "3:17", "needs say and one of"},
		{"two sources", change{`say: object, seen: "a guide, 2025"`, `say: object, seen: x, translated: y`}, "3:17", "needs say and one of"},
		{"bare word", change{`{say: object, seen: "a guide, 2025"}`, "object"}, "3:17", "does not tell where it comes from"},
		{"language", change{"en: [{say: object", "English: [{say: object"}, "3:12", `"English" is not a language tag.`},
		{"nothing readable", change{"say: object", `say: "…"`}, "3:23", "no letter and no digit"},
		{"unknown key", change{"say: object", "sayy: object"}, "3:18", `"sayy" is not known`},
		{"no languages", change{"send: {", "senf: {}\n  send: {"}, "4:9", "languages with a colon"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			phrases := strings.Replace(words, tt.change.old, tt.change.new, 1)
			_, err := selectors.Parse("dir/mine.yaml", []byte(small), []byte(phrases))
			wantProblem(t, err, filepath.Join("dir", "phrases.yaml")+":"+tt.where+": ", tt.what, "")
		})
	}
}

func wantProblem(t *testing.T, err error, where, what, next string) {
	t.Helper()
	if err == nil {
		t.Fatal("accepted")
	}
	if !strings.HasPrefix(err.Error(), where) || !strings.Contains(err.Error(), what) {
		t.Errorf("got  %s\nwant %s…%s…", err, where, what)
	}
	problem, ok := hint.Of(err)
	if !ok {
		t.Fatalf("%v is no hint.Problem", err)
	}
	if got := problem.Next.String(); got == "" || !strings.Contains(got, next) {
		t.Errorf("next = %q, want %q in it", got, next)
	}
}

func TestParseRefusesOddFiles(t *testing.T) {
	tests := []struct{ name, data, what string }{
		{"empty", "", "This file is empty."},
		{"comments only", "# nothing\n", "This file is empty."},
		{"a list", "- schema: 1\n", "something like {schema: …}"},
		{"large", "schema: 1 #" + strings.Repeat("x", 256<<10), "larger than 256 kB"},
		{"not UTF-8", "schema: \xff\n", "not UTF-8"},
		{"brackets", "targets: " + strings.Repeat("[", 5000), "nested too deeply"},
		{"dashes", strings.Repeat("- ", 5000), "nested too deeply"},
		{"quote marks", strings.Repeat(`"`, 200_000), "far more than"},
		{"one endless list", "targets: [" + strings.Repeat("x,", 120_000), "far more than"},
		{"null bytes", "schema: 1\x00\n", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := selectors.Parse("mine.yaml", []byte(tt.data), []byte(words))
			if err == nil || !strings.Contains(err.Error(), tt.what) {
				t.Errorf("err = %v, want %q", err, tt.what)
			}
		})
	}
}

// TestSnippet fixes what a person sees. Update the file by hand.
func TestSnippet(t *testing.T) {
	flow := strings.Replace(small, "{fill: email, with: email}", "{fill: emial, with: email}", 1)
	_, err := selectors.Parse("mine.yaml", []byte(flow), []byte(words))
	problem, ok := hint.Of(err)
	if !ok {
		t.Fatalf("err = %v", err)
	}
	got := problem.What.String() + "\n" + problem.Next.String() + "\n"
	want, err := os.ReadFile("testdata/snippet.golden")
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestFindingIsFound(t *testing.T) {
	_, err := selectors.Parse("mine.yaml", []byte("schema: 9\n"), []byte(words))
	var f selectors.Finding
	if !errors.As(err, &f) || f.File != "mine.yaml" || f.Line != 1 {
		t.Errorf("err = %#v", err)
	}
}
