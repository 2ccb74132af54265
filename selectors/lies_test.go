package selectors

// This file looks inside the package, to lay fuzzed files over others without
// writing them.

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/nonmerci/nonmerci/internal/guard"
)

// FuzzLies writes a person's file that tries to act on Send, or on something
// that could be it, and lays it over a flow. Where the file is taken,
// no step acts on Send or on words that send, and the hosts are what they were.
func FuzzLies(f *testing.F) {
	// What is taken, with one thing changed, and then another.
	for i := range 8 {
		for v := range uint8(10) {
			one, two := make([]byte, 8), make([]byte, 8)
			one[i], two[i], two[(i+1+int(v))%8] = v, v, 1
			f.Add(one, "Menu", "Carte")
			f.Add(two, "Menu", "Carte")
		}
	}
	for _, words := range []string{"Submit", "envoyer", "S\u200bend", "ＳＥＮＤ", "Ѕend", "sen\u00add", "Absenden", "Send now", "送信"} {
		f.Add(make([]byte, 8), words, "Carte")
		f.Add(make([]byte, 8), "Menu", words)
	}
	base, baseWords := file{name: "small.yaml", data: []byte(seed(f, "testdata/small.yaml"))}, file{name: "small-phrases.yaml", data: []byte(seed(f, "testdata/small-phrases.yaml"))}
	below, _ := build("facebook", []file{base}, []file{baseWords})
	f.Fuzz(func(t *testing.T, pick []byte, words, other string) {
		if len(pick) < 8 {
			return
		}
		of := func(i int, list ...string) string { return list[int(pick[i])%len(list)] }
		said := func(s string) string { b, _ := json.Marshal(s); return string(b) }
		target := of(0, "x", "send", "object-link", "email", "send ", "Send")
		step := fmt.Sprintf("{%s: %s}", of(1, "press", "fill", "choose", "ask", "point", "open", "send", "submit"), of(2, target, "send", said(words)))
		if pick[1]%8 == 1 || pick[1]%8 == 2 {
			step = strings.TrimSuffix(step, "}") + ", with: " + of(2, "email", "explanation", "country") + "}"
		}
		by := of(3, "name", "text", "label", "says", "around", "type", "field", "only", "href", "form", "autocomplete", "inputmode", "class", "id")
		value := of(4, said(words), said(other), `"@send"`, `"@x"`, "submit", "true", "forms", "button", "["+said(words)+", "+said(other)+"]")
		flow := fmt.Sprintf("schema: 1\nservice: facebook\nhosts: [%s]\ntargets:\n  %s:\n    is: [%s]\n    in: %s\n    commit: %s\n    find: [{%s: %s, weight: %s}, {name: %s}]\n",
			of(7, "www.facebook.com", "www.facebook.com", "www.facebook.com", "help.instagram.com", "evil.example", said(other)), target, of(5, "button", "link", "textbox", "choice", "select", "multiline", "upload", "button, link"),
			of(6, "top", "page", "form"), of(6, "false", "true", "no", "False"), by, value, of(4, "1", "1", "1", "1", "2", "3"), of(3, said(other), said(words), `"@x"`))
		flow += fmt.Sprintf("places: {y: {kind: %s, when: [{see: %s}], do: [%s]}}\nroutes: {direct: {start: [{open: home}], home: [%s]}}\n", of(6, "aside", "page", "form", "gate"), target, step, step)
		phrases := fmt.Sprintf("schema: 1\nphrases: {x: {en: %s, fr: %s}, %s: {de: %s}}\n", said(words), said(other), of(7, "y", "send", "object", "x"), said(other))
		begin := time.Now()
		got, findings := build("facebook", []file{base, {name: "mine.yaml", layer: 1, data: []byte(flow)}},
			[]file{baseWords, {name: "phrases.yaml", layer: 1, data: []byte(phrases)}})
		if took := time.Since(begin); took > tooSlow {
			t.Fatalf("took %v:\n%s", took, flow)
		}
		if got == nil {
			wantFinding(t, findings[0], flow, phrases)
			return
		}
		wantLocked(t, got, wordsOf(below.Targets["send"]))
		wantNoSendWord(t, got)
		for _, h := range got.Hosts {
			if !slices.Contains(guard.Hosts(), h) {
				t.Fatalf("host %q", h)
			}
		}
		for id, old := range below.Targets {
			if now, ok := got.Targets[id]; !ok || now.Commit != old.Commit {
				t.Fatalf("%q: commit was %v and is %v", id, old.Commit, now.Commit)
			}
		}
	})
}

// wantNoSendWord compares, in the plainest way, what is pressed or chosen for
// its words with words that send.
func wantNoSendWord(t *testing.T, flow *Flow) {
	t.Helper()
	check := func(s Step) {
		if s.Verb != Press && s.Verb != Choose {
			return
		}
		for _, l := range flow.Targets[s.On].Find {
			if !wordy(l.By) {
				continue
			}
			for _, w := range l.Values {
				letters := strings.Map(func(r rune) rune {
					if !unicode.IsLetter(r) {
						return -1
					}
					return unicode.ToLower(r)
				}, w)
				if slices.Contains([]string{"send", "submit", "envoyer", "senden", "absenden", "enviar", "invia", "verzenden", "送信", "提交", "отправить"}, letters) {
					t.Fatalf("%q is pressed for %q", s.On, w)
				}
			}
		}
	}
	for _, p := range flow.Places {
		for _, s := range p.Do {
			check(s)
		}
	}
	for _, r := range flow.Routes {
		for _, steps := range r {
			for _, s := range steps {
				check(s)
			}
		}
	}
}

// tooSlow is far more than the tenth of a second that the worst file takes alone
// on the machine, because tests run beside others.
const tooSlow = 15 * time.Second

// TestBombs: files that blow up in other readers of YAML are refused, or read,
// while a person waits.
func TestBombs(t *testing.T) {
	const head = "schema: 1\nservice: facebook\n"
	laughs := head + "a: &a [x]\n"
	for c := 'b'; c <= 'z'; c++ {
		laughs += fmt.Sprintf("%c: &%c [%s]\n", c, c, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*%c,", c-1), 9), ","))
	}
	deep := func(piece string) string { return head + "targets: " + strings.Repeat(piece, maxBytes/len(piece)-20) }
	for name, text := range map[string]string{
		"aliases": laughs, "brackets": deep("["), "braces": deep("{a: "), "dashes": deep("- "), "questions": deep("? "), "colons": deep("a: "), "quotes": deep(`"`), "steps": head + stairs(),
		"merges": deep("<<: "), "tags": deep("!!a "), "long line": deep("x"), "lines": deep("\n"), "keys": head + manyKeys(), "comments": deep("# x\n"), "commas": deep("[,],"), "escapes": head + `title: "` + strings.Repeat(`\u0041`, 40_000) + `"`,
	} {
		t.Run(name, func(t *testing.T) {
			words := seed(t, "testdata/small-phrases.yaml")
			begin := time.Now()
			_, err := Parse("mine.yaml", []byte(text), []byte(words))
			if took := time.Since(begin); took > tooSlow {
				t.Errorf("%d bytes took %v", len(text), took)
			}
			wantFinding(t, err, text, words)
			if _, err = Parse("mine.yaml", []byte(seed(t, "testdata/small.yaml")), []byte(text)); err == nil {
				t.Error("taken as phrases")
			}
		})
	}
}

func stairs() string {
	var b strings.Builder
	for i := range 400 {
		b.WriteString(strings.Repeat(" ", i) + "a:\n")
	}
	return b.String()
}

func manyKeys() string {
	var b strings.Builder
	b.WriteString("targets:\n")
	for i := range 12_000 {
		fmt.Fprintf(&b, "  a%d: {}\n", i)
	}
	return b.String()
}
