package automation

import (
	"context"
	"maps"
	"slices"

	"github.com/nonmerci/nonmerci/automation/internal/chrome"
	"github.com/nonmerci/nonmerci/internal/guard"
	"github.com/nonmerci/nonmerci/selectors"
)

// Finding is what became of one target of one place on a saved page.
type Finding struct {
	Place      string            `json:"place"`
	Target     string            `json:"target"`
	Status     string            `json:"status"` // found, none, ambiguous, vetoed
	Tag        string            `json:"tag,omitempty"`
	Role       string            `json:"role,omitempty"`
	Name       string            `json:"name,omitempty"` // accessible name
	Attributes map[string]string `json:"attributes"`     // all that the element carries
	Visible    bool              `json:"visible"`
	Votes      []chrome.Vote     `json:"votes"`
}

// CheckPage looks at a saved page in a throw-away browser without network, and
// tells what a flow finds on it, place by place. It presses and fills nothing.
// address is where the page was saved from, or empty; only, if not empty, names
// the one place to tell about. Without either, every place could be there.
func CheckPage(ctx context.Context, b Browser, f *selectors.Flow, html []byte, address, only string) ([]Finding, error) {
	shown := address
	if _, err := guard.Host(shown); err != nil {
		shown, address = f.Address["home"], ""
		if known, ok := f.Address[only]; ok {
			shown = known
		}
	}
	o := chrome.Options{Path: b.Path, Profile: b.Profile, Args: b.Args, Sandbox: b.Sandbox, Fleeting: true, Lookup: b.Lookup}
	v, err := chrome.ReadSaved(ctx, o, chrome.NewPlan(f), chrome.Saved{Address: shown, HTML: html})
	if err != nil {
		return nil, err
	}
	var out []Finding
	for _, place := range slices.Sorted(maps.Keys(f.Places)) {
		if only != "" && only != place || only == "" && address != "" && !f.MayBe(place, address) {
			continue
		}
		for _, target := range f.TargetsOf(place) {
			t := v.Targets[target]
			if t.Attributes == nil {
				t.Attributes = map[string]string{}
			}
			out = append(out, Finding{place, target, t.Status, t.Tag, t.Role, t.Name, t.Attributes, t.Visible, t.Votes})
		}
	}
	return out, nil
}
