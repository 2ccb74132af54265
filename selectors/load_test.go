package selectors_test

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/nonmerci/nonmerci/internal/hint"
	"github.com/nonmerci/nonmerci/selectors"
)

func TestBuiltInFlows(t *testing.T) {
	for _, service := range selectors.Services() {
		t.Run(service, func(t *testing.T) {
			flow := load(t, service)
			if flow.Service != service || flow.Source != selectors.BuiltIn || flow.Schema != selectors.Format {
				t.Errorf("head = %s %s %d", flow.Service, flow.Source, flow.Schema)
			}
			if len(flow.Checked) != 0 {
				t.Error("nobody has checked this flow on the live pages")
			}
			wantNoCommit(t, flow)
			for _, place := range []string{"sign-in", "code", "checkpoint", "cookies", "choose-account", "home", "settings",
				"privacy-center", "ai-topic", "policy", "form", "already", "unavailable", "wrong-form", "thanks", "trouble"} {
				if flow.Places[place].Kind == "" {
					t.Errorf("no place %q", place)
				}
			}
			if !slices.Contains(flow.Wrong, "510058597920541") {
				t.Error("the form about data from third parties is not known as a wrong form")
			}
			for _, id := range flow.Forms {
				if !slices.ContainsFunc(slices.Collect(maps.Values(flow.Address)), func(a string) bool { return strings.HasSuffix(a, "/"+id) }) {
					t.Errorf("no address leads to the form %s", id)
				}
			}
		})
	}
}

// TestStructureIsEnough: in a language that nobody has listed, one strong sign of
// structure finds what the walk needs, and the words of one kind alone find
// nothing that is acted on.
func TestStructureIsEnough(t *testing.T) {
	for _, service := range selectors.Services() {
		flow := load(t, service)
		for _, id := range []string{"object-link", "email", "send", "password", "privacy-center-link", "settings-link", "ai-topic-link", "policy-link"} {
			weight := 0
			for _, l := range flow.Targets[id].Find {
				if l.Phrase == "" {
					weight = max(weight, l.Weight)
				}
			}
			if weight < selectors.Enough {
				t.Errorf("%s: no structural locator of %q is enough alone", service, id)
			}
		}
		for id, target := range flow.Targets {
			for _, l := range target.Find {
				acted := slices.ContainsFunc(target.Is, func(r selectors.Role) bool {
					return r == selectors.Link || r == selectors.Button || r == selectors.Textbox || r == selectors.Select
				})
				acted = acted && l.By != selectors.ByAround // which is only read: see TestWhatTellsTheAccountIsOnlyRead
				if acted && l.Phrase != "" && l.Weight >= selectors.Enough {
					t.Errorf("%s: the words of %q alone are enough", service, id)
				}
			}
		}
	}
}

func TestOverlay(t *testing.T) {
	const head = "schema: 1\nservice: facebook\n"
	builtIn := load(t, "facebook")

	t.Run("no folder", func(t *testing.T) {
		flow, warnings, err := selectors.Load(filepath.Join(t.TempDir(), "nothing"), "facebook")
		if err != nil || warnings != nil || flow.Source != selectors.BuiltIn {
			t.Errorf("Load = %v, %v, %v", flow, warnings, err)
		}
	})
	t.Run("a target is replaced as a whole, and words may stand in it", func(t *testing.T) {
		flow, path := overlaid(t, "facebook.yaml", head+"targets:\n  settings-link:\n    is: link\n    find: [{name: [Impostazioni, Réglages]}, {text: Impostazioni}]\n")
		got := flow.Targets["settings-link"]
		if len(got.Find) != 2 || !slices.Equal(got.Find[0].Values, []string{"Impostazioni", "Réglages"}) || got.Find[0].Phrase != "" {
			t.Errorf("target = %+v", got)
		}
		if got.Source != path || flow.Source != path || flow.Targets["email"].Source == path {
			t.Errorf("sources = %q %q %q", flow.Source, got.Source, flow.Targets["email"].Source)
		}
		if len(flow.Targets) != len(builtIn.Targets) || len(flow.Places) != len(builtIn.Places) {
			t.Error("the rest of the flow changed")
		}
	})
	t.Run("forms and hosts are added", func(t *testing.T) {
		flow, _ := overlaid(t, "facebook.yaml", head+"forms: [\"999888777666555\"]\nwrong-forms: 111222333444555\nhosts: [no-no.facebook.com]\n")
		if want := append([]string{"999888777666555"}, builtIn.Forms...); !slices.Equal(flow.Forms, want) {
			t.Errorf("forms = %q, want the new one first", flow.Forms)
		}
		if want := append(slices.Clone(builtIn.Wrong), "111222333444555"); !slices.Equal(flow.Wrong, want) {
			t.Errorf("wrong forms = %q", flow.Wrong)
		}
		if got := flow.Targets["object-link"].Find[0].Values; !slices.Contains(got, "999888777666555") {
			t.Errorf("the built-in target looks for %q", got)
		}
		if !slices.Contains(flow.Places["form"].When[0].At, "/help/contact/999888777666555/") {
			t.Error("the built-in place does not know the new form")
		}
		if !slices.Contains(flow.Hosts, "no-no.facebook.com") || !slices.Contains(flow.Hosts, "www.facebook.com") {
			t.Errorf("hosts = %q", flow.Hosts)
		}
	})
	t.Run("a wrong form cannot become a right one", func(t *testing.T) {
		refused(t, "facebook.yaml", head+"forms: [\"510058597920541\"]\n", "3:9", "stands in forms and in wrong-forms")
	})
	t.Run("send can be mended", func(t *testing.T) {
		flow, _ := overlaid(t, "facebook.yaml", head+"targets:\n  send:\n    is: button\n    in: form\n    commit: true\n    find: [{name: Jetzt einreichen}, {text: Jetzt einreichen}]\n")
		if got := flow.Targets["send"]; !got.Commit || len(got.Find) != 2 {
			t.Errorf("send = %+v", got)
		}
		wantNoCommit(t, flow)
	})
	t.Run("a language of a phrase is replaced, the others stay", func(t *testing.T) {
		flow, _ := overlaid(t, "phrases.yaml", "schema: 1\nphrases:\n  object:\n    fr: [refuser]\n    hu: tiltakozom\n")
		got := flow.Targets["object-link"].Find[1].Values
		if !slices.Contains(got, "refuser") || !slices.Contains(got, "tiltakozom") || !slices.Contains(got, "widersprechen") || slices.Contains(got, "opposer") {
			t.Errorf("object = %q", got)
		}
		if flow.Source != selectors.BuiltIn {
			t.Errorf("source = %q", flow.Source)
		}
	})
	t.Run("a flow uses a phrase of one's own", func(t *testing.T) {
		dir := t.TempDir()
		write(t, dir, "phrases.yaml", "schema: 1\nphrases: {menu: {de: [Menü]}}\n")
		write(t, dir, "facebook.yaml", head+"targets: {settings-link: {is: link, find: [{name: \"@menu\"}, {text: \"@menu\"}]}}\n")
		flow, warnings, err := selectors.Load(dir, "facebook")
		if err != nil || warnings != nil || flow.Targets["settings-link"].Find[0].Phrase != "menu" {
			t.Errorf("Load = %v, %v", warnings, err)
		}
	})
	t.Run("a broken file is left out, and the program goes on", func(t *testing.T) {
		refused(t, "facebook.yaml", head+"targets:\n  email: {is: textbox, find: {tpye: email}}\n", "4:31", `"tpye" is not known here.`)
	})
	t.Run("a target that its places cannot use is shown where it stands", func(t *testing.T) {
		refused(t, "facebook.yaml", head+"targets:\n  email: {is: button, find: {type: email}}\n", "4:3", "fill is not for a button")
	})
	t.Run("a newer format", func(t *testing.T) {
		refused(t, "facebook.yaml", "schema: 2\nservice: facebook\n", "1:9", "written for a newer version")
	})
	t.Run("the file of another service", func(t *testing.T) {
		refused(t, "facebook.yaml", "schema: 1\nservice: instagram\n", "2:10", "This file is for instagram, and here the flow of facebook is read.")
	})
	t.Run("too large", func(t *testing.T) {
		refused(t, "facebook.yaml", head+"#"+strings.Repeat("x", 1<<20), "1:1", "larger than 256 kB")
	})
	t.Run("a folder in its place", func(t *testing.T) {
		dir := t.TempDir()
		if err := os.Mkdir(filepath.Join(dir, "facebook.yaml"), 0o700); err != nil {
			t.Fatal(err)
		}
		flow, warnings, err := selectors.Load(dir, "facebook")
		if err != nil || len(warnings) != 1 || flow.Source != selectors.BuiltIn {
			t.Fatalf("Load = %v, %v", warnings, err)
		}
		if problem, ok := hint.Of(warnings[0]); !ok || problem.Next.String() == "" {
			t.Errorf("warning = %v", warnings[0])
		}
	})
	t.Run("unknown service", func(t *testing.T) {
		_, _, err := selectors.Load("", "facebok")
		if problem, ok := hint.Of(err); !ok || !strings.Contains(problem.Next.String(), `"facebook"`) {
			t.Errorf("err = %v", err)
		}
	})
}

func overlaid(t *testing.T, name, data string) (*selectors.Flow, string) {
	t.Helper()
	dir := t.TempDir()
	write(t, dir, name, data)
	flow, warnings, err := selectors.Load(dir, "facebook")
	if err != nil || warnings != nil {
		t.Fatalf("Load = %v, %v", warnings, err)
	}
	return flow, filepath.Join(dir, name)
}

func refused(t *testing.T, name, data, where, what string) {
	t.Helper()
	dir := t.TempDir()
	write(t, dir, name, data)
	flow, warnings, err := selectors.Load(dir, "facebook")
	if err != nil || len(warnings) == 0 {
		t.Fatalf("Load = %v, %v", warnings, err)
	}
	wantProblem(t, warnings[0], filepath.Join(dir, name)+":"+where+": ", what, "")
	if flow.Source != selectors.BuiltIn || flow.Targets["email"].Is[0] != selectors.Textbox {
		t.Error("the built-in flow is not in force")
	}
}

func TestLint(t *testing.T) {
	const head = "schema: 1\nservice: facebook\n"
	tests := []struct {
		name, data string
		phrases    []string
		want       []string // LINE:COLUMN and the beginning of what
		warnings   bool
	}{
		{"good", head + "targets:\n  email: {is: textbox, find: {type: email, weight: 2}}\n", nil, nil, false},
		{"every mistake at once", head + "tagets: {}\ntargets:\n  email: {is: texbox, find: {type: emai}}\n  x: {is: link, find: {css: .a}}\n", nil,
			[]string{`3:1: "tagets"`, `5:15: "texbox"`, `5:36: "emai"`, `6:24: A flow cannot name a class`}, false},
		{"no use", head + "targets:\n  x: {is: link, find: {text: Menu, weight: 2}}\naddresses: {y: \"https://www.facebook.com/y\"}\n", nil,
			[]string{`4:3: Nothing uses "x".`, `5:13: Nothing uses "y".`}, true},
		{"too light", head + "targets:\n  settings-link: {is: link, find: {text: Menu}}\n", nil, []string{`4:3: "settings-link" can never be found`}, true},
		{"place that leads nowhere", head + "places:\n  x: {kind: page, when: {at: /x}}\n", nil, []string{`4:3: No route leads on from "x".`}, true},
		{"unknown phrase", head + "targets:\n  settings-link: {is: link, find: [{text: \"@menu\"}, {name: \"@menu\"}]}\n", nil,
			[]string{`4:43: There is no phrase "menu".`, `4:60: There is no phrase "menu".`}, false},
		{"phrase of one's own", head + "targets:\n  settings-link: {is: link, find: [{text: \"@menu\"}, {name: \"@menu\"}]}\n", []string{"schema: 1\nphrases: {menu: {fr: Menu}}\n"}, nil, false},
		{"phrases", "schema: 1\nphrases:\n  object: {hu: tiltakozom}\n", nil, nil, false},
		{"phrase of no use", "schema: 1\nphrases:\n  menu: {fr: Menu}\n", nil, []string{`3:3: "menu" has no words in the language en.`, `3:3: Nothing uses "menu".`}, true},
		{"send in the wrong place", "schema: 1\nphrases:\n  object: {hu: Senden}\n", nil, []string{`3:16: "Senden" reads like a button that sends`}, false},
		{"service with a letter missing", "schema: 1\nservice: facebok\n", nil, []string{`2:10: "facebok" is not known here.`}, false},
		{"no service", "schema: 1\n", nil, []string{`1:1: "service" is missing.`}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var phrases [][]byte
			for _, p := range tt.phrases {
				phrases = append(phrases, []byte(p))
			}
			findings := selectors.Lint("mine.yaml", []byte(tt.data), phrases...)
			if len(findings) != len(tt.want) {
				t.Fatalf("findings = %v, want %q", findings, tt.want)
			}
			for i, f := range findings {
				if !strings.HasPrefix(f.Error(), "mine.yaml:"+tt.want[i]) || f.Warning != tt.warnings {
					t.Errorf("finding %d = %v, want %s", i, f, tt.want[i])
				}
			}
		})
	}
}

// TestBuiltInFilesAreTidy lints what the program brings along.
func TestBuiltInFilesAreTidy(t *testing.T) {
	files, err := filepath.Glob("flows/*.yaml")
	if err != nil || len(files) != 3 {
		t.Fatalf("files = %q, %v", files, err)
	}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range selectors.Lint(name, data) {
			t.Error(f)
		}
	}
}

func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		if _, _, err := selectors.Load("", "facebook"); err != nil {
			b.Fatal(err)
		}
	}
}

// TestLinesOfWindows: a finding is at its line, however lines end.
func TestLinesOfWindows(t *testing.T) {
	file := "schema: 1\nservice: instagram\ntargets:\n  about-link:\n    is: [link]\n    find: [{name: Info}, {text: Info}]\n  settings-link:\n    is: [lnk]\n    find: [{name: a}]\n"
	for _, ends := range []string{"\n", "\r\n"} {
		got := selectors.Lint("instagram.yaml", []byte(strings.ReplaceAll(file, "\n", ends)))
		if len(got) != 1 || got[0].Line != 8 || got[0].Column != 10 {
			t.Errorf("with %q: %+v", ends, got)
		}
	}
}
