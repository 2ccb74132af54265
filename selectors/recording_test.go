package selectors

import (
	"errors"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestRecording reads every kind of step and selector that the Recorder writes,
// and keeps what pages call things, and nothing that was typed.
func TestRecording(t *testing.T) {
	data, err := os.ReadFile("testdata/recording.json")
	if err != nil {
		t.Fatal(err)
	}
	if !Recognised(data) || Recognised([]byte("schema: 1\n")) {
		t.Error("a recording is not told from a flow")
	}
	got, err := ReadRecording("r.json", data)
	if err != nil {
		t.Fatal(err)
	}
	const topic, form = "https://privacycenter.instagram.com/privacy/genai/", "https://help.instagram.com/contact/767264225370182"
	want := &Recording{Title: "Object to AI", Steps: []Recorded{
		{Number: 7, Verb: Press, Address: topic, Role: Link, Names: []string{"Say no to AI", "Say no"}, Texts: []string{"Say no to AI"}},
		{Number: 8, Verb: Press, Address: form, Role: Button, Names: []string{"Object"}},
		{Number: 9, Verb: Fill, Address: form, Names: []string{"Your e-mail"}},
	}, Left: map[string]int{"setViewport": 1, "emulateNetworkConditions": 1, "hover": 1, "scroll": 1, "keyDown": 1, "keyUp": 1, "waitForElement": 1, "close": 1}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%+v\nwant\n%+v", got, want)
	}
	if said := fmt.Sprintf("%+v", got); strings.Contains(said, "canary") || strings.Contains(said, "secret") || strings.Contains(said, "mount") {
		t.Errorf("too much was kept: %s", said)
	}
	flow, _, err := Load("", "instagram")
	if err != nil {
		t.Fatal(err)
	}
	if known, could := flow.Could(got.Steps[0]); known != "" || !reflect.DeepEqual(could, []string{"object-link", "see-more"}) {
		t.Errorf("the link may be %q, %q", known, could)
	}
	if known, could := flow.Could(got.Steps[2]); known != "" || !reflect.DeepEqual(could, []string{"country", "email", "explanation"}) {
		t.Errorf("the field may be %q, %q", known, could)
	}
	if known, _ := flow.Could(Recorded{Verb: Press, Address: topic, Names: []string{"object"}}); known != "object-link" {
		t.Errorf("a link that is known is %q", known)
	}
}

// TestLongRecording: the largest one that is read, all in one line, is read while a
// person waits.
func TestLongRecording(t *testing.T) {
	var keys strings.Builder
	for i := 0; keys.Len() < maxRecorded-100; i++ {
		fmt.Fprintf(&keys, `"k%d":0,`, i)
	}
	for name, begins := range map[string]string{"keys": keys.String(), "numbers": `"a":[` + strings.Repeat("0,", maxRecorded/2-100) + `0],`} {
		begin := time.Now()
		if _, err := ReadRecording("r.json", []byte("{"+begins+`"steps":[]}`)); err != nil {
			t.Error(err)
		}
		if took := time.Since(begin); took > tooSlow {
			t.Errorf("%s in one line took %v", name, took)
		}
	}
}

// TestHostileRecording: whatever could harm is refused as a whole, with its place.
func TestHostileRecording(t *testing.T) {
	step := func(s string) string { return "{\"title\": \"x\",\n\"steps\": [\n" + s + "\n]}" }
	const click = `{"type": "click", "selectors": [["aria/A"]]}`
	for _, c := range []struct {
		name, file   string
		line, column int
	}{
		{"a password", step(`{"type": "change", "value": "hunter2", "selectors": [["aria/Email"], ["#password"]]}`), 3, 71},
		{"a password by its name", step(`{"type": "change", "value": "hunter2", "selectors": [["aria/Mot de passe"]]}`), 3, 55},
		{"a code", step(`{"type": "change", "value": "123456", "selectors": [["[autocomplete=one-time-code]"]]}`), 3, 54},
		{"a script", step(click + ",\n" + `{"type": "waitForExpression", "expression": "fetch('/x')"}`), 4, 10},
		{"a step of a plug-in", step(`{"type": "customStep", "name": "x", "parameters": {}}`), 3, 10},
		{"another host", step(`{"type": "navigate", "url": "https://evil.example/"}`), 3, 29},
		{"another host in the user's name", step(`{"type": "navigate", "url": "https://www.facebook.com@evil.example/"}`), 3, 29},
		{"no https", step(`{"type": "navigate", "url": "http://www.facebook.com/"}`), 3, 29},
		{"a script as address", step(`{"type": "navigate", "url": "javascript:alert(1)"}`), 3, 29},
		{"another host after a click", step(`{"type": "click", "selectors": [["aria/A"]], "assertedEvents": [{"type": "navigation", "url": "https://evil.example/"}]}`), 3, 95},
		{"another tab", step(`{"type": "click", "selectors": [["aria/A"]], "target": "https://evil.example/"}`), 3, 56},
		{"ten thousand steps", step(strings.Repeat(click+",\n", 10_000) + click), 503, 1},
		{"deep frames", step(`{"type": "click", "selectors": [["aria/A"]], "frame": [0,0,0,0,0,0,0,0,0,0]}`), 3, 55},
		{"deep brackets", strings.Repeat("[", 100_000), 1, maxNested + 2},
		{"no list of steps", `{"title": "x", "steps": {"type": "click"}}`, 1, 1},
		{"a step that is a number", step("7"), 3, 1},
		{"a type that is a number", step(`{"type": 7}`), 3, 1},
		{"a kind that nobody knows", step(`{"type": "press"}`), 3, 10},
		{"selectors that are a text", step(`{"type": "click", "selectors": "aria/A"}`), 3, 1},
		{"selectors that are numbers", step(`{"type": "click", "selectors": [[7]]}`), 3, 34},
		{"no selectors", step(`{"type": "click", "selectors": [[]]}`), 3, 33},
		{"an address that is a list", step(`{"type": "navigate", "url": []}`), 3, 1},
		{"a key twice", step(`{"type": "click", "selectors": [["aria/A"]], "type": "close"}`), 3, 46},
		{"cut short", step(click)[:50], 3, 19},
		{"two documents", step(click) + " {}", 4, 5},
		{"nothing", "", 1, 1},
		{"too large", `{"title": "` + strings.Repeat("x", maxRecorded) + `"}`, 1, 1},
		{"no UTF-8", "{\"title\": \"\xff\"}", 1, 1},
	} {
		got, err := ReadRecording("r.json", []byte(c.file))
		var f Finding
		if !errors.As(err, &f) || got != nil || f.Next.Format == "" {
			t.Errorf("%s: %+v, %v", c.name, got, err)
			continue
		}
		if f.Line != c.line || f.Column != c.column {
			t.Errorf("%s: at %d:%d, want %d:%d: %s", c.name, f.Line, f.Column, c.line, c.column, f.What)
		}
		if strings.Contains(f.What.String()+f.Next.String()+f.Snippet+errors.Unwrap(err).Error(), "hunter2") {
			t.Errorf("%s: the message tells what was typed", c.name)
		}
	}
}

// TestLearn: what is learned is a further way, what was known stays, and it is
// found by what was shown.
func TestLearn(t *testing.T) {
	flow, _, err := Load("", "instagram")
	if err != nil {
		t.Fatal(err)
	}
	old := flow.Targets["object-link"]
	r := Recorded{Verb: Press, Role: Button, Names: []string{"Say no to AI"}, Texts: []string{"Say no to AI", "A long text that goes on"}}
	if w := r.Shown().Weight(); w < Enough {
		t.Errorf("it weighs %d", w)
	}
	got := old.Learn(r.Shown(), Learned{"2026-11-28", "en", "Chromium 156"})
	own, err := Own{Name: "instagram.yaml", Service: "instagram"}.Mend("object-link", got)
	if err != nil {
		t.Fatal(err)
	}
	mended, findings := build("instagram", []file{builtInFile("instagram.yaml"), {name: own.Name, layer: 1, data: own.Data}}, []file{builtInPhrases()})
	if mended == nil {
		t.Fatal(findings)
	}
	now := mended.Targets["object-link"]
	// It is a button now: the words of the link go, where it leads to stays.
	if len(now.Find) != 1+3 || now.Find[0].By != ByForm || !reflect.DeepEqual(now.Never, old.Never) || len(now.Is) != 2 {
		t.Errorf("%+v\nwas\n%+v", now, old)
	}
	r.Role = Link
	if link := old.Learn(r.Shown(), *now.Learned); len(link.Find) != len(old.Find)+3 || !reflect.DeepEqual(link.Find[:len(old.Find)], old.Find) {
		t.Errorf("%+v\nwas\n%+v", link, old)
	}
	if known, _ := mended.Could(r); known != "object-link" {
		t.Errorf("shown again, it is %q", known)
	}
	// "@settings" would be a phrase in the file, and "@anna" nothing at all.
	if handle := old.Learn(Shown{Names: []string{"@settings"}, Texts: []string{"@anna"}}, *now.Learned); !reflect.DeepEqual(handle.Find, old.Find) {
		t.Errorf("%+v\nwas\n%+v", handle, old)
	}
	if again := now.Learn(r.Shown(), *now.Learned); !reflect.DeepEqual(again, now) {
		t.Errorf("learned twice: %+v", again)
	}
}

// FuzzRecording: whatever a file holds, it is refused with a place, or nothing of
// it goes anywhere else than to Meta's hosts.
func FuzzRecording(f *testing.F) {
	data, err := os.ReadFile("testdata/recording.json")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add([]byte(`{"steps": [{"type": "navigate", "url": "https://www.facebook.com.evil.example/"}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := ReadRecording("r.json", data)
		if err != nil {
			var at Finding
			if !errors.As(err, &at) || at.Line < 1 || at.Column < 1 {
				t.Errorf("%v", err)
			}
			return
		}
		for _, s := range got.Steps {
			if s.Address != "" && !strings.HasPrefix(s.Address, "https://") || strings.ContainsAny(s.Address, "?#") {
				t.Errorf("address %q", s.Address)
			}
			for _, words := range append(s.Names, s.Texts...) {
				if strings.ContainsFunc(words, hidden) || len(words) > maxText {
					t.Errorf("%q", words)
				}
			}
		}
	})
}

// TestRecordingForReplay: what is written for the Recorder is read again, every
// route from its start to the form; each click is on a target that the flow
// presses, and none is on what sends.
func TestRecordingForReplay(t *testing.T) {
	for _, service := range Services() {
		flow, _, err := Load("", service)
		if err != nil {
			t.Fatal(err)
		}
		for route, want := range map[string][]string{
			"settings": {"settings-link", "privacy-center-link", "object-link"}, "policy": {"settings-link", "about-link", "object-link"}, "direct": nil,
		} {
			for _, language := range []string{"en", "fr", "pl"} {
				data, err := flow.Recording(route, language)
				if err != nil {
					t.Fatal(err)
				}
				r, err := ReadRecording("recording.json", data)
				if err != nil {
					t.Fatalf("%s: %v\n%s", route, err, data)
				}
				var got []string
				for _, s := range r.Steps {
					s.Address = "" // a click does not say where it leads
					known, could := flow.Could(s)
					if known == "" {
						t.Errorf("%s, %s, step %d is none of %v: %q", route, language, s.Number, could, s.Names)
					}
					got = append(got, known)
				}
				if !slices.Equal(got, want) || r.Left["waitForElement"] != 1 || strings.Contains(string(data), `"change"`) {
					t.Errorf("%s %s, %s: %q, want %q\n%s", service, route, language, got, want, data)
				}
			}
		}
	}
	flow, _, _ := Load("", "instagram")
	for _, c := range [][2]string{{"nowhere", "en"}, {"settings", "tlh"}, {"settings", ""}} {
		if _, err := flow.Recording(c[0], c[1]); err == nil {
			t.Errorf("%q is a recording", c)
		}
	}
}
