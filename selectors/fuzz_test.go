package selectors

// This file looks inside the package, to lay fuzzed files over another without
// writing them.

import (
	"bytes"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/nonmerci/nonmerci/internal/guard"
	"github.com/nonmerci/nonmerci/internal/hint"
)

// FuzzParse: a flow that is accepted never presses, fills or chooses the target
// that sends the form, nor anything that is found like it.
func FuzzParse(f *testing.F) {
	f.Add(seed(f, "testdata/small.yaml"), seed(f, "testdata/small-phrases.yaml"))
	f.Add("schema: 1\nservice: facebook\ntargets: {send: {is: button, commit: true, find: {type: submit}}}\n", "schema: 1\nphrases: {x: {en: y}}\n")
	f.Add("a: &a [*a]\n", "<<: {}\n")
	f.Fuzz(func(t *testing.T, flow, phrases string) {
		got, err := Parse("mine.yaml", []byte(flow), []byte(phrases))
		if err != nil {
			wantFinding(t, err, flow, phrases)
			return
		}
		wantLocked(t, got, nil)
	})
}

// FuzzOverlay: the same for a file of the user's over another flow, and the
// button that sends stays the one that was there before.
func FuzzOverlay(f *testing.F) {
	const head = "schema: 1\nservice: facebook\n"
	f.Add(head+"targets:\n  send: {is: button, in: form, commit: true, find: [{name: Cancel}, {text: Cancel}]}\n", "schema: 1\nphrases: {send: {en: [Cancel]}}\n")
	f.Add(head+"targets: {x: {is: [button], find: [{name: Menu}, {says: Menu}]}}\nplaces: {y: {kind: aside, when: {see: x}, do: {press: x}}}\n", "schema: 1\nphrases: {object: {en: refuse}}\n")
	f.Add(head+"routes: {direct: {start: {open: home}, home: {press: send}}}\n", "")
	f.Add(head+"places: {form: {kind: form, when: {at: \"@forms\", see: email}, do: [{fill: email, with: email}, {point: send}]}}\n", "schema: 1\nphrases: {x: {de: y}}\n")
	base := file{name: "small.yaml", data: []byte(seed(f, "testdata/small.yaml"))}
	baseWords := file{name: "small-phrases.yaml", data: []byte(seed(f, "testdata/small-phrases.yaml"))}
	below, findings := build("facebook", []file{base}, []file{baseWords})
	if below == nil {
		f.Fatal(findings[0])
	}
	send := wordsOf(below.Targets["send"])
	f.Fuzz(func(t *testing.T, flow, phrases string) {
		flows, words := []file{base}, []file{baseWords}
		if flow != "" {
			flows = append(flows, file{name: "mine.yaml", layer: 1, data: []byte(flow)})
		}
		if phrases != "" {
			words = append(words, file{name: "phrases.yaml", layer: 1, data: []byte(phrases)})
		}
		got, findings := build("facebook", flows, words)
		if got == nil {
			wantFinding(t, findings[0], flow, phrases)
			return
		}
		if !got.Targets["send"].Commit {
			t.Fatal("send is no longer the button that sends")
		}
		wantLocked(t, got, send)
	})
}

func seed(f testing.TB, name string) string {
	f.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		f.Fatal(err)
	}
	return string(data)
}

func wordsOf(t Target) []string {
	var out []string
	for _, l := range t.Find {
		if wordy(l.By) {
			out = append(out, l.Values...)
		}
	}
	return out
}

// wantFinding: whatever is wrong, the message names a place that is there.
func wantFinding(t *testing.T, err error, files ...string) {
	t.Helper()
	f, ok := err.(Finding)
	if !ok {
		t.Fatalf("%T is no Finding", err)
	}
	longest := 1
	for _, file := range files {
		longest = max(longest, 1+strings.Count(file, "\n"))
	}
	if f.File == "" || f.What.String() == "" || f.Next.String() == "" || f.Line < 1 || f.Column < 1 {
		t.Errorf("finding = %+v", f)
	}
	if !strings.HasPrefix(f.File, "small") && f.Line > longest {
		t.Errorf("line %d of %d", f.Line, longest)
	}
	if strings.ContainsFunc(strings.ReplaceAll(f.Snippet, "\n", ""), hidden) {
		t.Errorf("the snippet holds control characters: %q", f.Snippet)
	}
}

func wantLocked(t *testing.T, flow *Flow, send []string) {
	t.Helper()
	commits := 0
	for _, target := range flow.Targets {
		if target.Commit {
			commits++
			send = append(send, wordsOf(target)...)
		}
	}
	if commits != 1 {
		t.Fatalf("%d targets have commit", commits)
	}
	check := func(steps []Step) {
		for _, s := range steps {
			if s.Verb == Open || s.Verb == Ask || s.Verb == Point {
				continue
			}
			target, ok := flow.Targets[s.On]
			if !ok || target.Commit || acts(s.Verb) == nil {
				t.Fatalf("the flow says %s %q", s.Verb, s.On)
			}
			for _, l := range target.Find {
				if s.Verb == Press && (l.By == ByOnly || l.By == ByType || l.By == ByField) && !slices.Equal(target.Is, []Role{Choice}) {
					t.Fatalf("%q is pressed for its %s", s.On, l.By)
				}
				for _, w := range l.Values {
					if s.Verb != Fill && wordy(l.By) && slices.ContainsFunc(send, func(s string) bool { return strings.EqualFold(s, w) }) {
						t.Fatalf("%q is pressed for the word %q", s.On, w)
					}
				}
			}
		}
	}
	for _, p := range flow.Places {
		check(p.Do)
	}
	for _, r := range flow.Routes {
		for _, steps := range r {
			check(steps)
		}
	}
	for _, h := range flow.Hosts {
		if got, err := guard.Host("https://" + h + "/"); err != nil || got != h {
			t.Errorf("host %q", h)
		}
	}
	for _, a := range flow.Address {
		if host, err := guard.Host(a); err != nil || !slices.Contains(flow.Hosts, host) {
			t.Errorf("address %q", a)
		}
	}
	for _, p := range flow.Places {
		for _, r := range p.When {
			for _, pattern := range r.At {
				if _, err := regexp.Compile(flow.Regexp(pattern)); err != nil {
					t.Errorf("pattern %q: %v", pattern, err)
				}
			}
		}
	}
}

// FuzzBundle: a bundle that can be read has one spelling and holds the files that it
// should; and a flow that comes of it is locked as the built-in one is, whoever
// signed it.
func FuzzBundle(f *testing.F) {
	good := smallBundle(f, first)
	f.Add(good)
	f.Add(bytes.Replace(good, []byte("say: object"), []byte("say: Submit"), 1))
	f.Add(bytes.Replace(good, []byte("-- facebook.yaml --"), []byte("-- ../facebook.yaml --"), 1))
	f.Add([]byte("nonmerci flows\nschema: 2\nrevision: 2097010101\n\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		b, err := parseBundle(data)
		if err != nil {
			if p, ok := hint.Of(err); !ok || p.What.Format == "" || p.Next.Format == "" {
				t.Errorf("%v says nothing", err)
			}
			return
		}
		var files [][]byte
		for _, file := range b.files {
			files = append(files, file.data)
		}
		_, notes, _ := strings.Cut(string(data), "\n\n")
		notes, _, _ = strings.Cut(notes, "-- instagram.yaml --\n")
		if again := format(b.Revision, notes, files); !bytes.Equal(again, data) && strings.Contains(string(data), "\n\n") {
			t.Errorf("%q\nis spelt\n%q", data, again)
		}
		for _, service := range Services() {
			flow, _ := b.build(service)
			if flow == nil {
				continue
			}
			before, _ := promised(service)
			wantLocked(t, flow, wordsOf(before.Targets["send"]))
			if !flow.Targets["send"].Commit || slices.ContainsFunc(before.Wrong, func(id string) bool { return !slices.Contains(flow.Wrong, id) }) {
				t.Error("Send is another target, or a wrong form was forgotten")
			}
		}
	})
}

// smallBundle can be used, and is short enough to be tried often.
func smallBundle(t testing.TB, revision int) []byte {
	t.Helper()
	var files [][]byte
	for _, service := range Services() {
		before, findings := promised(service)
		if before == nil {
			t.Fatal(findings)
		}
		flow := strings.Replace(seed(t, "testdata/small.yaml"), "service: facebook", "service: "+service, 1)
		flow = strings.ReplaceAll(flow, "www.facebook.com", "www."+service+".com")
		flow = revisionLine.ReplaceAllString(flow, fmt.Sprintf("revision: %d", revision))
		flow = strings.Replace(flow, `["510058597920541"]`, `["`+strings.Join(before.Wrong, `", "`)+`"]`, 1)
		files = append(files, []byte(flow))
	}
	files = append(files, []byte(strings.Replace(seed(t, "testdata/small-phrases.yaml"), "schema: 1\n", fmt.Sprintf("schema: 1\nrevision: %d\n", revision), 1)))
	data := format(revision, "Small.\n", files)
	b, err := parseBundle(data)
	if err != nil {
		t.Fatal(err)
	}
	for _, service := range Services() {
		if _, findings := b.build(service); len(findings) > 0 {
			t.Fatal(findings[0])
		}
	}
	return data
}
