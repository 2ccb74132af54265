package selectors

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// link is a target as a person may have shown it.
func link(words ...string) Target {
	return Target{Is: []Role{Link, Button}, Find: []Locator{{By: ByName, Values: words, Weight: 1}, {By: ByHref, Values: []string{"/help/contact/*"}, Weight: 2}},
		Learned: &Learned{"2026-11-28", "fr", "Chromium 156"}}
}

const shown = `object-link:
    is: [link, button]
    learned: {date: 2026-11-28, language: fr, browser: "Chromium 156"}
    find:
      - {name: "Say \"no\""}
      - {href: "/help/contact/*", weight: 2}
`

// TestMend puts a target into files as people write them, and changes no byte of
// the rest.
func TestMend(t *testing.T) {
	const head = "# mine\nschema: 1   # first\nservice: instagram\n\n"
	const other = "  about-link:   # keep me\n    is: [link]\n    find: [{name: 'Info'}, {text: \"Info\"}]\n"
	const old = "  object-link:\n    # why\n    is: [link] # only these\n    find:\n\n      - {name: \"X\"}\n      - {text: \"X\"}\n"
	const kept = "  object-link:\n    # why\n    # only these\n"
	rest := strings.TrimPrefix("  "+shown, "  object-link:\n")
	for _, c := range []struct{ name, file, want string }{
		{"no file", "", "# Your own mends for instagram. They lie over what nonmerci brings along; what is not\n# here stays as it is there. `nonmerci selectors help` explains the format.\nschema: 1\nservice: instagram\n\ntargets:\n  " + shown},
		{"no section", head + "revision: 2026112301\n", head + "revision: 2026112301\n\ntargets:\n  " + shown},
		{"an empty section", head + "targets:\n# end\n", head + "targets:\n  " + shown + "# end\n"},
		{"beside another", head + "targets:\n" + other, head + "targets:\n" + other + "  " + shown},
		{"before what follows", head + "targets:\n" + other + "\n# places\nforms: [\"767264225370182\"]\n", head + "targets:\n" + other + "  " + shown + "\n# places\nforms: [\"767264225370182\"]\n"},
		{"in place of the old one", head + "targets:\n" + old + "\n" + other, head + "targets:\n" + kept + rest + "\n" + other},
		{"as the last", head + "targets:\n" + other + old, head + "targets:\n" + other + kept + rest},
		{"without a line end", head + "targets:\n" + strings.TrimSuffix(other, "\n"), head + "targets:\n" + other + "  " + shown},
		{"of Windows", strings.ReplaceAll(head+"targets:\n"+other, "\n", "\r\n"), strings.ReplaceAll(head+"targets:\n"+other+"  "+shown, "\n", "\r\n")},
		{"with a mark", "\ufeff" + head + "targets:\n" + other, "\ufeff" + head + "targets:\n" + other + "  " + shown},
		{"deeper", head + "targets:\n    about-link:\n        is: [link]\n        find: [{name: Info}, {text: Info}]\n",
			head + "targets:\n    about-link:\n        is: [link]\n        find: [{name: Info}, {text: Info}]\n  " + strings.ReplaceAll("  "+shown, "\n    ", "\n      ")},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := Own{Name: "instagram.yaml", Service: "instagram", Data: []byte(c.file)}
			got, err := o.Mend("object-link", link(`Say "no"`))
			if err != nil {
				t.Fatal(err)
			}
			if string(got.Data) != c.want {
				t.Errorf("%s\nwant\n%s", got.Data, c.want)
			}
			again, err := got.Mend("object-link", link(`Say "no"`))
			if err != nil || !bytes.Equal(again.Data, got.Data) {
				t.Errorf("once more: %v\n%s", err, again.Data)
			}
			back, err := got.Without("object-link")
			if err != nil || bytes.Contains(back.Data, []byte("object-link")) || bytes.Contains(back.Data, []byte("about-link")) != bytes.Contains(got.Data, []byte("about-link")) {
				t.Errorf("taken out: %v\n%s", err, back.Data)
			}
		})
	}
}

// TestMendRefuses: what would weaken a lock, or cannot be done without touching
// the rest, says where, and the file stays as it was.
func TestMendRefuses(t *testing.T) {
	const head = "schema: 1\nservice: instagram\n"
	send := Target{Is: []Role{Button}, In: Form, Find: []Locator{{By: ByName, Values: []string{"Go"}, Weight: 1}, {By: ByOnly, Weight: 1}}}
	for _, c := range []struct {
		name, file, id string
		t              Target
		line           int
	}{
		{"a word that sends", "", "object-link", link("Submit"), 0},
		{"Send without its mark", "", "send", send, 0},
		{"brackets", head + "targets: {about-link: {is: [link], find: [{name: a}, {text: a}]}}\n", "object-link", link("No"), 3},
		{"no YAML", head + "targets: [\n", "object-link", link("No"), 0},
		{"for another service", "schema: 1\nservice: facebook\n", "object-link", link("No"), 0},
		{"a list", "- a\n", "object-link", link("No"), 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := Own{Name: "instagram.yaml", Service: "instagram", Data: []byte(c.file)}
			got, err := o.Mend(c.id, c.t)
			var f Finding
			if !errors.As(err, &f) || f.Next.Format == "" || c.line > 0 && f.Line != c.line {
				t.Fatalf("%v\n%s", err, got.Data)
			}
		})
	}
}

// FuzzMend: whatever a file holds, a mend that is accepted keeps every comment
// and every other entry, and makes a flow in which Send is only pointed at.
func FuzzMend(f *testing.F) {
	f.Add("schema: 1\nservice: instagram\ntargets:\n  object-link:\n    is: [link] # why\n    find: [{name: a}, {text: a}]\n  b:\n    is: [link]\n    find: [{name: c}]\n", "No, thanks")
	f.Add("schema: 1\nservice: instagram\ntargets:\n  object-link: {is: [link], find: [{name: a},\n {text: a}]} # x\nforms: [\"767264225370182\"]\n", "#")
	f.Add("\ufeffschema: 1\r\nservice: instagram\r\n\r\ntargets:\r\n# deep\r\n    b:\r\n     is: link\r\n     find: [{name: \"a # b\"}, {text: 'c'}]\r\n", "\"'\\")
	f.Fuzz(func(t *testing.T, written, word string) {
		o := Own{Name: "instagram.yaml", Service: "instagram", Data: []byte(written)}
		got, err := o.Mend("object-link", link(word))
		if err != nil {
			return
		}
		for _, note := range o.text().notes {
			if note := strings.TrimSpace(strings.TrimPrefix(note, "#")); !strings.Contains(string(got.Data), note) {
				t.Errorf("the comment %q is gone:\n%s\nwas\n%s", note, got.Data, written)
			}
		}
		flow, findings := build("instagram", []file{builtInFile("instagram.yaml"), {name: o.Name, layer: 1, data: got.Data}}, []file{builtInPhrases()})
		if flow == nil {
			t.Fatalf("%v\n%s", findings, got.Data)
		}
		for _, p := range flow.Places {
			for _, s := range p.Do {
				if flow.Targets[s.On].Commit && s.Verb != Point {
					t.Errorf("%s %s", s.Verb, s.On)
				}
			}
		}
		if l := flow.Targets["object-link"].Find; len(l) != 2 || l[0].Values[0] != word {
			t.Errorf("%q came out as %+v", word, l)
		}
	})
}

// TestImport puts somebody else's entries into a person's own file, which keeps
// its comments and its order.
func TestImport(t *testing.T) {
	mine := Own{Name: "instagram.yaml", Service: "instagram", Data: []byte(`# mine
schema: 1
service: instagram
targets:
  about-link: # keep me
    is: [link]
    find: [{name: "Info"}, {text: "Info"}]
`)}
	theirs := []byte(`schema: 1
service: instagram
title: Instagram
places:
    new-page:   # a page
        kind: page
        when: [{at: ["/new/"], see: [new-link]}]
targets:
    # not about the next
    new-link:
        # theirs
        is: [link]
        near: anchor
        find: [{name: "New"}, {text: "New"}]
    anchor: {is: [words], find: [{says: "Here it is", weight: 2}]}
    about-link:
        is: [link]
        find: [{name: "About us"}, {text: "About us"}]
`)
	got, changes, err := mine.Import("theirs.yaml", theirs)
	if err != nil {
		t.Fatal(err)
	}
	want := `# mine
schema: 1
service: instagram
targets:
  about-link:
    # keep me
      is: [link]
      find: [{name: "About us"}, {text: "About us"}]
  new-link:
      # theirs
      is: [link]
      near: anchor
      find: [{name: "New"}, {text: "New"}]
  anchor: {is: [words], find: [{says: "Here it is", weight: 2}]}

places:
  new-page:   # a page
      kind: page
      when: [{at: ["/new/"], see: [new-link]}]
`
	if string(got.Data) != want {
		t.Errorf("%s\nwant\n%s", got.Data, want)
	}
	if len(changes) != 4 || changes[2] != (Change{"targets", "about-link", "own"}) || changes[0] != (Change{"targets", "new-link", ""}) {
		t.Errorf("%+v", changes)
	}
	if again, changes, err := got.Import("theirs.yaml", theirs); err != nil || len(changes) != 0 || !bytes.Equal(again.Data, got.Data) {
		t.Errorf("once more: %v %v", changes, err)
	}
	for _, c := range []struct {
		name, file string
		line       int
	}{
		{"other hosts", "schema: 1\nservice: instagram\nhosts: [www.instagram.com]\n", 3},
		{"brackets", "schema: 1\nservice: instagram\ntargets: {x: {is: [link], find: [{name: a}, {text: a}]}}\n", 3},
		{"a word that sends", "schema: 1\nservice: instagram\ntargets:\n  object-link: {is: [link], find: [{name: Submit}, {text: Submit}]}\n", 4},
		{"nothing", "", 1},
		{"another service", "schema: 1\nservice: facebook\ntargets:\n  x: {is: [link], find: [{name: a}, {text: a}]}\n", 2},
	} {
		kept, _, err := mine.Import("theirs.yaml", []byte(c.file))
		var f Finding
		if !errors.As(err, &f) || f.File != "theirs.yaml" || f.Line != c.line || !bytes.Equal(kept.Data, mine.Data) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// TestBare: what is given to others holds no comment and nothing that looks like
// a person's.
func TestBare(t *testing.T) {
	const head = "# Anna’s\nschema: 1 # a\nservice: instagram\n\ntargets:\n  # +49 30 1234567\n  about-link:\n    is: [link]\n    find: [{name: \"%\"}, {text: 'a # b'}] # anna@mail.example\n"
	got, err := Own{Name: "i.yaml", Service: "instagram", Data: []byte(strings.ReplaceAll(head, "%", "Info"))}.Bare()
	want := "schema: 1\nservice: instagram\ntargets:\n  about-link:\n    is: [link]\n    find: [{name: \"Info\"}, {text: 'a # b'}]\n"
	if err != nil || string(got) != want {
		t.Errorf("%v\n%s", err, got)
	}
	for _, word := range []string{"Write to anna@mail.example", "@anna.example", "Posting as @anna, change", "Anna (@anna)", "Ring +49 (30) 123 45-67"} {
		got, err := Own{Name: "i.yaml", Service: "instagram", Data: []byte(strings.ReplaceAll(head, "%", word))}.Bare()
		var f Finding
		if !errors.As(err, &f) || f.Line != 9 || got != nil {
			t.Errorf("%s: %v %s", word, err, got)
		}
	}
}

// TestAlso: a target may be pressed on further pages of the routes that press it,
// and on nothing that is no page; what sends is not among it.
func TestAlso(t *testing.T) {
	const is = "\n    is: [link]\n    find: [{name: \"@object\"}, {form: forms, weight: 2}]\n"
	for _, c := range []struct{ entry, want string }{
		{"object-link:\n    also: [settings, elsewhere]" + is, ""},
		{"object-link:\n    also: form" + is, "is no page of this flow"},
		{"object-link:\n    also: [sign-in]" + is, "is no page of this flow"},
		{"object-link:\n    also: [nowhere]" + is, "is no page of this flow"},
		{"object-link:\n    also: []" + is, "This list is empty"},
		{"cookies-decline:\n    also: [settings]\n    is: [button]\n    find: [{name: \"@cookies-decline\"}, {text: \"@cookies-decline\"}]\n", "No route presses"},
		{"send:\n    also: [settings]\n    commit: true\n    in: form\n    is: [button]\n    find: [{name: \"@send\"}, {text: \"@send\"}]\n", "No route presses"},
	} {
		t.Run(c.entry, func(t *testing.T) {
			dir := t.TempDir()
			file := filepath.Join(dir, "instagram.yaml")
			if err := os.WriteFile(file, []byte("schema: 1\nservice: instagram\ntargets:\n  "+c.entry), 0o600); err != nil {
				t.Fatal(err)
			}
			flow, warnings, err := Load(dir, "instagram")
			if err != nil {
				t.Fatal(err)
			}
			if c.want != "" {
				if len(warnings) == 0 || !strings.Contains(warnings[0].Error(), c.want) {
					t.Errorf("%v, want %q", warnings, c.want)
				}
				return
			}
			press := Step{Verb: Press, On: "object-link"}
			settings := flow.Routes["settings"]["settings"]
			if len(warnings) > 0 || settings[0] != press || len(settings) != 3 || len(flow.Routes["settings"]["elsewhere"]) != 3 || len(flow.Routes["direct"]["settings"]) != 0 {
				t.Errorf("%v %+v", warnings, flow.Routes)
			}
		})
	}
}
