package selectors

// This file looks inside the package, to lay fuzzed files over another without
// writing them.

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/nonmerci/nonmerci/internal/guard"
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
