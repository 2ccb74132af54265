package selectors_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nonmerci/nonmerci/selectors"
)

// TestNoFlowPressesSend: whatever a complete flow tries with the target that
// sends the form, it is refused, and the built-in flow stays as it is.
func TestNoFlowPressesSend(t *testing.T) {
	target := func(name, body string) change {
		return change{"  email:\n", "  " + name + ":\n    " + strings.ReplaceAll(body, "\n", "\n    ") + "\n  email:\n"}
	}
	press := func(id string) change { return change{"{press: object-link}", "{press: " + id + "}"} }
	tests := []struct {
		name    string
		changes []change
		what    string
	}{
		{"press", []change{press("send")}, "sends the form, and nonmerci never does that"},
		{"press, quoted", []change{press(`"send"`)}, "sends the form"},
		{"press, escaped", []change{press(`"s\u0065nd"`)}, "sends the form"},
		{"press in capitals", []change{press("Send")}, "is not known here"},
		{"press in look-alike letters", []change{press("ѕend")}, "is not known here"},
		{"press with a space", []change{press(`"send "`)}, "ends with a space"},
		{"press in the form", []change{{"{point: send}", "{press: send}, {point: send}"}}, "sends the form"},
		{"fill", []change{{"{fill: email, with: email}", "{fill: send, with: email}"}}, "sends the form"},
		{"choose", []change{{"{fill: email, with: email}", "{choose: send, with: country}"}}, "sends the form"},
		{"press by an aside", []change{{"  form:\n    kind", "  x: {kind: aside, when: [{see: [send]}], do: [{press: send}]}\n  form:\n    kind"}}, "sends the form"},
		{"verb in capitals", []change{{"{point: send}", "{Press: send}"}}, `"Press" is not known here`},
		{"two verbs in a step", []change{{"{point: send}", "{point: send, press: send}"}}, "A step does one thing"},
		{"verb twice", []change{{"{point: send}", "{point: send, point: email}"}}, "stands here twice"},
		{"alias of a step", []change{{"{point: send}", "&s {point: send}"}}, "Anchors and aliases"},

		{"no commit", []change{{"    commit: true\n", ""}}, "No target has commit: true"},
		{"commit false", []change{{"commit: true", "commit: false"}}, "No target has commit: true"},
		{"two commits", []change{target("twin", "is: [button]\nin: form\ncommit: true\nfind: [{type: submit, weight: 2}]")}, "More than one target"},
		{"commit that is a link", []change{{"is: [button]", "is: [link]"}}, "What sends a form is a button"},
		{"commit elsewhere", []change{{"    in: form\n", ""}}, "looked for in the form"},

		{"twin by type", []change{target("twin", `{is: [button], find: [{type: submit, weight: 2}]}`), press("twin")}, "also found by type"},
		{"twin by being the only one", []change{target("twin", `{is: [button], find: [{only: true}, {name: "@object"}]}`), press("twin")}, "also found by only"},
		{"twin by field", []change{target("twin", `{is: [button], find: [{field: "sen*", weight: 3}]}`), press("twin")}, "also found by field"},
		{"twin by autocomplete", []change{target("twin", `{is: [button], find: [{autocomplete: off, weight: 3}]}`), press("twin")}, "also found by autocomplete"},
		{"twin in the form", []change{target("twin", `{is: [button], in: form, find: [{name: "@object"}, {text: "@object"}]}`), press("twin")}, "No link or button is pressed in a form"},
		{"twin by phrase", []change{target("twin", `{is: [button], find: [{name: "@send"}, {text: "@send"}]}`), press("twin")}, "may not be pressed for it"},
		{"twin as a link", []change{target("twin", `{is: [link], find: [{name: "@send"}, {text: "@send"}]}`), press("twin")}, "may not be pressed for it"},
		{"twin as a choice", []change{target("twin", `{is: [choice], find: [{name: "@send"}]}`), press("twin")}, "may not be pressed for it"},
		{"twin chosen", []change{target("twin", `{is: [select], find: [{name: "@send"}]}`), {"{fill: email, with: email}", "{choose: twin, with: country}"}}, "may not be pressed for it"},
		{"heavy words", []change{target("twin", `{is: [link], find: [{name: "@object", weight: 2}]}`), press("twin")}, "Words alone are not enough"},
		{"press a field", []change{press("email")}, "press is not for a textbox"},
		{"fill a button", []change{target("twin", `{is: [textbox, button], find: [{type: email, weight: 2}]}`), {"{fill: email,", "{fill: twin,"}}, "fill is not for a button"},
		{"fill a password", []change{target("twin", `{is: [password], find: [{type: password, weight: 2}]}`), {"{fill: email,", "{fill: twin,"}}, "fill is not for a password"},
		{"press a dialog", []change{target("twin", `{is: [dialog], find: [{says: "@object"}]}`), press("twin")}, "press is not for a dialog"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			flow := small
			for _, c := range tt.changes {
				next := strings.Replace(flow, c.old, c.new, 1)
				if next == flow {
					t.Fatalf("%q does not apply", c.old)
				}
				flow = next
			}
			_, err := selectors.Parse("mine.yaml", []byte(flow), []byte(words))
			if err == nil || !strings.Contains(err.Error(), tt.what) {
				t.Errorf("err = %v\nwant %q", err, tt.what)
			}
		})
	}
}

// TestNoOverlayPressesSend: a file of the user's cannot do it either. Each of
// these leaves the built-in flow in force.
func TestNoOverlayPressesSend(t *testing.T) {
	const head = "schema: 1\nservice: facebook\n"
	const twin = "targets:\n  twin:\n    is: [button]\n    find: "
	const press = "\nplaces:\n  x: {kind: aside, when: [{see: [twin]}], do: [{press: twin}]}\n"
	const mended = "targets:\n  send:\n    is: [button]\n    in: form\n    commit: true\n    find: [{name: Cancel}, {text: Cancel}]\n"
	tests := []struct{ name, flow, phrases, what string }{
		{"commit dropped", head + "targets:\n  send:\n    is: [button]\n    in: form\n    find: [{type: submit, weight: 2}]\n", "", "must stay marked as that"},
		{"commit false", head + "targets:\n  send:\n    is: [button]\n    in: form\n    commit: false\n    find: [{type: submit, weight: 2}]\n", "", "must stay marked as that"},
		{"commit dropped and pressed", head + "targets:\n  send:\n    is: [button]\n    find: [{name: Submit}]\nplaces:\n  x: {kind: aside, when: [{see: [send]}], do: [{press: send}]}\n", "", "Submit"},
		{"commit moved", head + "targets:\n  twin: {is: [button], in: form, commit: true, find: [{name: Cancel}]}\n", "", "Only the built-in flow says"},
		{"commit given to another target", head + "targets:\n  cookies-decline: {is: [button], in: form, commit: true, find: [{name: Cancel}]}\n", "", "sends the form, and nonmerci never does that"},
		{"pressed", head + "routes:\n  direct: {start: [{open: form}], home: [{press: send}]}\n", "", "sends the form"},
		{"form without pointing", head + "places:\n  form: {kind: form, when: [{at: [\"@forms\"], see: [email]}], do: [{fill: email, with: email}]}\n", "", "A form ends by pointing"},
		{"form that points at something else", head + "places:\n  form: {kind: form, when: [{at: [\"@forms\"], see: [email]}], do: [{point: email}]}\n", "", "A form ends by pointing"},

		{"twin in words", head + twin + "[{name: Submit}]" + press, "", "may not be pressed for it"},
		{"twin in capitals", head + twin + "[{text: \"SUBMIT\"}]" + press, "", "may not be pressed for it"},
		{"twin in Turkish capitals", head + twin + "[{text: \"SUBMİT\"}]" + press, "", "may not be pressed for it"},
		{"twin with a soft hyphen", head + twin + "[{text: \"Sub\u00admit\"}]" + press, "", "may not be pressed for it"},
		{"twin with spaces", head + twin + "[{text: \"S u b m i t\"}]" + press, "", "may not be pressed for it"},
		{"twin in wide letters", head + twin + "[{text: \"Ｓｕｂｍｉｔ\"}]" + press, "", "may not be pressed for it"},
		{"twin in another language", head + twin + "[{text: Pošalji}]" + press, "", "may not be pressed for it"},
		{"twin by a part", head + twin + "[{label: ubmi}]" + press, "", "too much like"},
		{"twin by more", head + twin + "[{says: Submit now}]" + press, "", "may not be pressed for it"},
		{"twin with the built-in words of a mended send", head + mended + strings.TrimPrefix(twin, "targets:\n") + "[{name: Envoyer}]" + press, "", "may not be pressed for it"},
		{"twin with the new words of a mended send", head + mended + strings.TrimPrefix(twin, "targets:\n") + "[{name: Cancel}]" + press, "", "too much like"},
		{"link with the words of send", head + "targets:\n  object-link: {is: [link], find: [{form: forms, weight: 2}, {name: Send}]}\n", "", "may not be pressed for it"},

		{"words of send changed", "", "schema: 1\nphrases:\n  send: {en: [object], fr: [opposer]}\n", "too much like"},
		{"words of another target changed", "", "schema: 1\nphrases:\n  object: {en: [Submit]}\n", "may not be pressed for it"},
		{"words of send emptied", head + twin + "[{name: Hochschicken}]" + press, "schema: 1\nphrases:\n  send: {de: [Hochschicken]}\n", "too much like"},
	}
	want := load(t, "facebook")
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			write(t, dir, "facebook.yaml", tt.flow)
			write(t, dir, "phrases.yaml", tt.phrases)
			flow, warnings, err := selectors.Load(dir, "facebook")
			if err != nil {
				t.Fatal(err)
			}
			all := ""
			for _, w := range warnings {
				all += w.Error() + "\n"
			}
			if !strings.Contains(all, tt.what) {
				t.Errorf("warnings = %s\nwant %q", all, tt.what)
			}
			if flow.Source != selectors.BuiltIn || len(flow.Targets) != len(want.Targets) || !flow.Targets["send"].Commit {
				t.Error("the built-in flow is no longer in force")
			}
			wantNoCommit(t, flow)
		})
	}
}

func write(t *testing.T, dir, name, data string) {
	t.Helper()
	if data == "" {
		return
	}
	if err := os.WriteFile(filepath.Join(dir, name), []byte(data), 0o600); err != nil {
		t.Fatal(err)
	}
}

// wantNoCommit is the first lock, seen from outside.
func wantNoCommit(t *testing.T, flow *selectors.Flow) {
	t.Helper()
	steps := func(where string, steps []selectors.Step) {
		for _, s := range steps {
			target := flow.Targets[s.On]
			switch s.Verb {
			case selectors.Press, selectors.Fill, selectors.Choose:
				if target.Commit || len(target.Find) == 0 {
					t.Errorf("%s: %s %q", where, s.Verb, s.On)
				}
			case selectors.Open:
				if flow.Address[s.On] == "" {
					t.Errorf("%s: %s %q", where, s.Verb, s.On)
				}
			case selectors.Ask, selectors.Point:
			default:
				t.Errorf("%s: unknown verb %q", where, s.Verb)
			}
		}
	}
	commits := 0
	for _, target := range flow.Targets {
		if target.Commit {
			commits++
		}
	}
	if commits != 1 {
		t.Errorf("%d targets have commit", commits)
	}
	for id, place := range flow.Places {
		steps(id, place.Do)
	}
	for id, route := range flow.Routes {
		for place, s := range route {
			steps(id+" "+place, s)
		}
	}
}
