package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nonmerci/nonmerci/automation"
	"github.com/nonmerci/nonmerci/selectors"
)

// TestConfirmedHere: only an objection that the person sent on the live pages is
// remembered, and what is remembered holds nothing private.
func TestConfirmedHere(t *testing.T) {
	home := t.TempDir()
	names := map[string]string{"HOME": home, "XDG_DATA_HOME": filepath.Join(home, "data"), "LOCALAPPDATA": home, "USERPROFILE": home}
	a := &app{World: World{Lookup: func(name string) (string, bool) { v, ok := names[name]; return v, ok }}}
	if err := os.MkdirAll(a.dataDir(), 0o700); err != nil {
		t.Fatal(err)
	}
	flow, _, err := selectors.Load("", "instagram")
	if err != nil {
		t.Fatal(err)
	}
	sent := automation.Result{Outcome: automation.Sent, Service: "instagram", Route: []string{"home", "form"}, Used: []string{"settings-link", "email", "send"}, Language: "fr", Account: "m…", Email: automation.Email{Masked: "m…@mail.example"}}
	rehearsed, ready := sent, sent
	rehearsed.Rehearsal, ready.Outcome = true, automation.Ready
	for _, res := range []automation.Result{rehearsed, ready} {
		a.confirm(flow, res)
	}
	if said := a.here(flow); said.Format != "" {
		t.Errorf("nothing was sent to Meta, and it says %q", said)
	}
	a.confirm(flow, sent)
	if said := a.here(flow).String(); !strings.Contains(said, "found the way to the form of Instagram") {
		t.Errorf("%q", said)
	}
	b, err := os.ReadFile(filepath.Join(a.dataDir(), confirmedFile))
	if err != nil || strings.ContainsAny(string(b), "@…") {
		t.Errorf("%v %s", err, b)
	}
	if here := a.confirmedHere(flow); here.Date == "" || here.Language != "fr" || !strings.Contains(string(b), `"settings-link"`) {
		t.Errorf("%+v %s", here, b)
	}
	older := *flow
	older.Revision++
	if said := a.here(&older).String(); !strings.Contains(said, "an older version") {
		t.Errorf("%q", said)
	}
	if here := a.confirmedHere(&older); here.Date != "" {
		t.Errorf("confirmed by another revision: %+v", here)
	}
	for _, spoiled := range []string{"", "{", `{"instagram":{"date":"yesterday"}}`, `{"instagram":{"date":"2026-11-28","language":"\u001b[2J"}}`} {
		if err := os.WriteFile(filepath.Join(a.dataDir(), confirmedFile), []byte(spoiled), 0o600); err != nil {
			t.Fatal(err)
		}
		if said := a.here(flow); said.Format != "" {
			t.Errorf("%s: %q", spoiled, said)
		}
	}
}
