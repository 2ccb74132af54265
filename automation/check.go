package automation

import (
	"context"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/nonmerci/nonmerci/automation/internal/chrome"
	"github.com/nonmerci/nonmerci/internal/guard"
	"github.com/nonmerci/nonmerci/selectors"
)

// Finding is what became of one target of one place on a page.
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

// Reader looks at pages from files in a throw-away browser without network. It
// presses and fills nothing.
type Reader struct {
	c    *chrome.Reader
	flow *selectors.Flow // of the plan
	plan *chrome.Plan
}

// planOf is the plan of a flow, made once for many pages.
func (r *Reader) planOf(f *selectors.Flow) *chrome.Plan {
	if r.flow != f {
		r.flow, r.plan = f, chrome.NewPlan(f)
	}
	return r.plan
}

// NewReader starts the browser.
func NewReader(ctx context.Context, b Browser) (*Reader, error) {
	c, err := chrome.NewReader(ctx, chrome.Options{Path: b.Path, Profile: b.Profile, Args: b.Args, Sandbox: b.Sandbox, Lookup: b.Lookup})
	if err != nil {
		return nil, err
	}
	return &Reader{c: c}, nil
}

// Close ends the browser.
func (r *Reader) Close() error { return r.c.Close() }

// Check tells what a flow finds on a page, place by place. address is where the
// page was saved from, or empty; only, if not empty, names the one place to tell
// about. Without either, every place could be there.
func (r *Reader) Check(ctx context.Context, f *selectors.Flow, html []byte, address, only string) ([]Finding, error) {
	v, address, err := r.read(ctx, f, html, address, only)
	if err != nil {
		return nil, err
	}
	return findings(f, v, address, only), nil
}

// read shows a page where it was saved from, or else at an address at which it
// could stand; from is then empty.
func (r *Reader) read(ctx context.Context, f *selectors.Flow, html []byte, address, only string) (v chrome.View, from string, err error) {
	shown := address
	if _, err := guard.Host(shown); err != nil {
		shown, address = f.Address["home"], ""
		if known, ok := f.Address[only]; ok {
			shown = known
		}
	}
	v, err = r.c.Read(ctx, r.planOf(f), chrome.Saved{Address: shown, HTML: html})
	return v, address, err
}

func findings(f *selectors.Flow, v chrome.View, address, only string) []Finding {
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
	return out
}

// discreet takes out of a finding on somebody's own page what may be theirs: names
// but for the words that the flow knows, and attributes but for those by which
// targets are found.
func discreet(f *selectors.Flow, address, place string, one Finding) Finding {
	one.Name = sayable(f, address, place, one)
	kept := map[string]string{}
	for _, name := range []string{"type", "role", "autocomplete", "inputmode", "aria-level", "aria-modal", "aria-multiline"} {
		if v, ok := one.Attributes[name]; ok && plainWords.MatchString(v) {
			kept[name] = v
		}
	}
	one.Attributes = kept
	return one
}

var plainWords = regexp.MustCompile(`^[a-z0-9 -]{0,60}$`)

// sayable is the name of an element as it may be shown to anybody.
func sayable(f *selectors.Flow, address, place string, one Finding) string {
	t, part := f.Targets[one.Target], ""
	for _, l := range t.Find {
		for _, say := range l.Values {
			switch {
			case l.By == selectors.ByName || l.By == selectors.ByText:
				if strings.EqualFold(spaced(say), spaced(one.Name)) {
					return one.Name
				}
			case l.By == selectors.ByLabel || l.By == selectors.BySays:
				if len(say) > len(part) && strings.Contains(strings.ToLower(spaced(one.Name)), strings.ToLower(spaced(say))) {
					part = say
				}
			}
		}
	}
	strict, links := delicate(f, place)
	open := one.Tag == "a" && everybodysLink(linked(address, one.Attributes["href"]))
	switch {
	case part != "":
		return part + " …"
	case strict && !(links && open), isSign(f, one.Target), selectors.Personal(one.Name), one.Tag == "a" && !open:
		return ""
	case !slices.ContainsFunc(t.Is, func(r selectors.Role) bool { return r == selectors.Dialog || r == selectors.Words }):
		return one.Name
	}
	return ""
}

// spaced has one plain space wherever a text has any.
func spaced(s string) string { return strings.Join(strings.Fields(s), " ") }

// isSign tells whether a target says whose account it is.
func isSign(f *selectors.Flow, target string) bool { return slices.Contains(signs(f), target) }

// signs are the targets that say whose account it is.
func signs(f *selectors.Flow) []string {
	out := []string{}
	for _, p := range f.Places {
		for _, s := range p.Account {
			out = append(out, s.On)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func everybodysLink(address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	_, err = guard.Host(address)
	return err == nil && (u.Path == "/" || everybodys.MatchString(u.Path))
}

var contactPath = regexp.MustCompile(`^(?:/help)?/contact/\d+/?$`)

// publicAddress is an address as it may be shown: what may name a person in it is
// left out.
func publicAddress(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	numbered := contactPath.MatchString(u.Path) // the number of a contact form is everybody's
	if everybodysLink(address) && (numbered || !selectors.Personal(u.Path)) {
		return u.Host + u.Path
	}
	return u.Host + "/…"
}

// standing names the one place that a view shows; where it could be two, those.
func standing(f *selectors.Flow, v chrome.View, passed []string) (place string, twice []string) {
	for _, kind := range rank {
		var fit []string
		for _, id := range v.Places {
			if p := f.Places[id]; p.Kind == kind && p.Means != selectors.Thanks && !slices.Contains(passed, id) {
				fit = append(fit, id)
			}
		}
		switch {
		case len(fit) == 0:
			continue
		case len(fit) > 1 && kind != selectors.Gate:
			return "", fit
		}
		return fit[0], nil
	}
	return "", nil
}

// shownPlace is the place that a page shows to somebody who looks around: also
// thanks, which count for a walk only after hand-over.
func shownPlace(f *selectors.Flow, v chrome.View) string {
	place, twice := standing(f, v, nil)
	if place == "" && twice == nil {
		for _, id := range v.Places {
			if f.Places[id].Means == selectors.Thanks {
				return id
			}
		}
	}
	return place
}
