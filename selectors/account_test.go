package selectors_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/nonmerci/nonmerci/selectors"
)

// TestWhatTellsTheAccountIsOnlyRead: no step may do anything to what tells whose
// account it is, wherever the place that reads it stands, and no Send tells it.
func TestWhatTellsTheAccountIsOnlyRead(t *testing.T) {
	const head = "schema: 1\nservice: facebook\n"
	mine := `targets:
  mine: {is: [link], find: [{href: "/me/", weight: 2}, {around: "Page of {}"}]}
  menu: {is: [button], find: [{name: Menu}, {text: Menu}]}
  pick: {is: [choice], find: [{around: "Page of {}", weight: 2}]}
  wide: {is: [link, button], find: [{around: "Page of {}", weight: 2}]}
  plain: {is: [link], find: [{name: Page}, {text: Page}]}
`
	const reads = "places:\n  yard: {kind: page, when: {at: /yard/}, account: [{name: mine}]}\n"
	route := func(step string) string { return "routes: {direct: {start: [{open: home}], home: [" + step + "]}}\n" }
	tests := []struct{ name, data, says string }{
		{"read", reads, ""},
		{"a link whose address is read", "places:\n  yard: {kind: page, when: {at: /yard/}, account: [{handle: plain}, {name: mine}, {others: wide}]}\n", ""},
		{"pressed on a route", reads + route("{press: mine}"), `"mine" is read`},
		{"pressed before the place that reads it", "places:\n  a: {kind: aside, when: {see: [mine]}, do: [{press: mine}]}\n  yard: {kind: page, when: {at: /yard/}, account: [{name: mine}]}\n", `"mine" is read`},
		{"pressed for what is around a name", route("{press: wide}"), "only read"},
		{"chosen for what is around a name", "places:\n  a: {kind: form, when: {at: \"@forms\", see: [email]}, do: [{choose: pick, with: country}, {point: send}]}\n", "only read"},
		{"pointed at", "places:\n  form: {kind: form, when: {at: \"@forms\", see: [email]}, do: [{point: mine}]}\n" + "  yard: {kind: page, when: {at: /yard/}, account: [{name: mine}]}\n", `"mine" is read`},
		{"Send", "places:\n  yard: {kind: page, when: {at: /yard/}, account: [{others: send}]}\n" + route("{open: home}"), ""},
		{"a gate", "places:\n  yard: {kind: gate, when: {at: /yard/}, do: [{ask: code}], account: [{name: mine}]}\n", "Only a page"},
		{"a form", "places:\n  yard: {kind: form, when: {at: /yard/, see: [email]}, do: [{point: send}], account: [{name: mine}]}\n", "Only a page"},
		{"no such target", "places:\n  yard: {kind: page, when: {at: /yard/}, account: [{name: nobody}]}\n", "not known"},
		{"a choice", "places:\n  yard: {kind: page, when: {at: /yard/}, account: [{name: pick}]}\n", "Only a link or a button"},
		{"the address of a button", "places:\n  yard: {kind: page, when: {at: /yard/}, account: [{handle: menu}]}\n", "Only a link has an address"},
		{"a name nowhere", "places:\n  yard: {kind: page, when: {at: /yard/}, account: [{name: plain}]}\n", "no locator says where the name stands"},
		{"no place for the name", "targets:\n  x: {is: [link], find: [{around: Page}]}\n", "in one place where the name stands"},
		{"two places for the name", "targets:\n  x: {is: [link], find: [{around: \"Page of {} and {}\"}]}\n", "in one place where the name stands"},
		{"nothing but the name", "targets:\n  x: {is: [link], find: [{around: \"a {}\"}]}\n", "in one place where the name stands"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			data := tt.data
			if !strings.HasPrefix(data, "targets:") {
				data = mine + data
			}
			var faults []string
			for _, f := range selectors.Lint("mine.yaml", []byte(head+data)) {
				if !f.Warning {
					faults = append(faults, f.What.String())
				}
			}
			switch all := strings.Join(faults, "\n"); {
			case tt.name == "Send":
				if all == "" {
					t.Error("Send tells whose account it is")
				}
			case tt.says == "" && all != "", !strings.Contains(all, tt.says):
				t.Errorf("%q, want %q", all, tt.says)
			}
		})
	}
}

// TestNamesAreReadInEveryLanguage: whatever the language, the one name comes out
// that was put in, and no words of another language make another one of it.
func TestNamesAreReadInEveryLanguage(t *testing.T) {
	for service, targets := range map[string][]string{"facebook": {"own-profile", "other-account"}, "instagram": {"own-picture", "other-account"}} {
		flow := load(t, service)
		for _, id := range targets {
			target := flow.Targets[id]
			read := 0
			for _, l := range target.Find {
				if l.By != selectors.ByAround {
					continue
				}
				for _, say := range l.Values {
					for _, name := range []string{"marie.rehearsal", "Marie Rehearsal", "Anders", "李小龙"} {
						for _, words := range []string{say, strings.ReplaceAll(say, "'", "’"), strings.ReplaceAll(say, " ", "\u00a0")} {
							shown := strings.ReplaceAll(words, selectors.Gap, name)
							if got := target.Named(shown); got != name {
								t.Errorf("%s, %s: %q is the name %q", service, id, shown, got)
							}
							read++
						}
					}
					if !slices.ContainsFunc(l.Pieces(), func(p string) bool { return strings.Contains(say, p) }) {
						t.Errorf("%s: the engine does not look for %q", id, say)
					}
				}
			}
			if read < 300 {
				t.Errorf("%s, %s: only %d names were read", service, id, read)
			}
		}
	}
}

func TestNamed(t *testing.T) {
	for _, tt := range []struct{ words, shown, want string }{
		{`"Page of {}"`, "Page of Marie", "Marie"},
		{`"Page of {}"`, "PAGE OF Marie", "Marie"},
		{`"Page of {}"`, "Page of Page of Marie", "Page of Marie"},
		{`"Page of {}"`, "My Page of Marie", ""},
		{`"Page of {}"`, "Page of ", ""},
		{`"Page of {}"`, "Page of", ""},
		{`"Page of {}"`, "Page of 12", ""},
		{`"Page of {}"`, "Page of \x1b[31mMarie", ""},
		{`"Page of {}"`, "Page of Marie\u202eeiraM", ""},
		{`"Page of {}"`, "Page of " + strings.Repeat("x", 101), ""},
		{`"{}'s page"`, "Marie’s  page", "Marie"},
		{`"{}'s page"`, "Marie's pages", ""},
		{`"User {}'s page"`, "User Marie's page", "Marie"},
		// What can be read in two ways is not known.
		{`["Page of {}", "Page of user {}"]`, "Page of user Marie", ""},
		{`["Page of {}", "{} of Marie"]`, "Page of Marie", ""},
	} {
		flow := mineWith(t, tt.words)
		if got := flow.Targets["x"].Named(tt.shown); got != tt.want {
			t.Errorf("%s in %q: %q, want %q", tt.words, tt.shown, got, tt.want)
		}
	}
}

// mineWith is the built-in flow with a target that is found around words.
func mineWith(t *testing.T, words string) *selectors.Flow {
	t.Helper()
	flow, _ := overlaid(t, "facebook.yaml", fmt.Sprintf("schema: 1\nservice: facebook\ntargets: {x: {is: link, find: [{around: %s, weight: 2}]}}\n", words))
	return flow
}

func TestHandleIn(t *testing.T) {
	flow := load(t, "instagram")
	for address, want := range map[string]string{
		"https://www.instagram.com/marie.rehearsal/":           "marie.rehearsal",
		"https://www.instagram.com/marie_2":                    "marie_2",
		"https://www.instagram.com/":                           "",
		"https://www.instagram.com":                            "",
		"https://www.instagram.com/p/marie/":                   "",
		"https://www.instagram.com/marie/?next=x":              "",
		"https://www.instagram.com/mar%20ie/":                  "",
		"https://www.instagram.com/..":                         "",
		"https://www.instagram.com/\u202emarie/":               "",
		"https://evil.example/marie/":                          "",
		"http://www.instagram.com/marie/":                      "",
		"/marie/":                                              "",
		"https://www.instagram.com.evil.example/marie/":        "",
		"https://www.instagram.com@evil.example/marie/":        "",
		"https://www.instagram.com/" + strings.Repeat("x", 60): "",
	} {
		if got := flow.HandleIn(address); got != want {
			t.Errorf("%s: %q, want %q", address, got, want)
		}
	}
}
