package automation

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/nonmerci/nonmerci/automation/internal/chrome"
	"github.com/nonmerci/nonmerci/internal/hint"
	"github.com/nonmerci/nonmerci/selectors"
)

// Private says why a page was not kept: its copy still holds something that looks
// personal. No finding holds the value.
type Private struct{ Findings []selectors.Finding }

func (e *Private) Error() string { return "the copy holds something that looks personal" }

// Strip makes a copy of a page for others: without anything personal, and such
// that the flow finds on it what it finds on the page. Its error is a *[Private] or
// a *hint.Problem where there is none.
func (r *Reader) Strip(ctx context.Context, f *selectors.Flow, html []byte, address, place string) (selectors.SavedPage, error) {
	v, _, err := r.read(ctx, f, html, address, place)
	if err != nil {
		return selectors.SavedPage{}, err
	}
	o, err := r.c.Outline(ctx, r.planOf(f), discretion(f, v))
	if err != nil {
		return selectors.SavedPage{}, err
	}
	return r.copy(ctx, f, v, o)
}

// discretion is what an outline of a page must not tell.
func discretion(f *selectors.Flow, v chrome.View) chrome.Discretion {
	strict, links := delicate(f, shownPlace(f, v))
	return chrome.Discretion{Signs: signs(f), Says: names(f, v), Open: everybodys.String(), Strict: strict, Links: links}
}

// delicate tells of a place whether its words may be somebody's name: where the
// person is asked who they are, where nobody knows what the page is, and on pages
// of their own. On these, links says, what leads everybody to the same page is
// called the same for everybody.
func delicate(f *selectors.Flow, place string) (strict, links bool) {
	p := f.Places[place]
	own := len(p.Account) > 0
	return place == "" || p.Kind == selectors.Gate || own, own
}

// names are those of the accounts that a page tells of, whichever place it is.
func names(f *selectors.Flow, v chrome.View) []string {
	var out []string
	for _, place := range slices.Sorted(maps.Keys(f.Places)) {
		told, _ := whose(f, place, v)
		out = append(out, told...)
		for _, s := range f.Places[place].Account {
			if name := f.Targets[s.On].Named(v.Targets[s.On].Name); name != "" {
				out = append(out, name)
			}
		}
	}
	return out
}

// copy makes a saved page of an outline, and makes sure by looking at it that the
// flow finds there what it found on the page.
func (r *Reader) copy(ctx context.Context, f *selectors.Flow, v chrome.View, o chrome.Outline) (selectors.SavedPage, error) {
	place := shownPlace(f, v)
	p := selectors.SavedPage{
		Schema: selectors.Format, Service: f.Service, Address: o.Address, Language: o.Language, Date: time.Now().Format(time.DateOnly),
		Revision: f.Revision, Place: place, Targets: map[string]selectors.Expected{},
	}.Filled(o.HTML)
	own := names(f, v)
	if found := p.Secrets(f, own...); len(found) > 0 {
		return p, &Private{found}
	}
	again, err := r.c.Read(ctx, r.planOf(f), chrome.Saved{Address: p.Address, HTML: p.HTML})
	if err != nil {
		return p, err
	}
	if shownPlace(f, again) != place {
		return p, unlike(hint.Say("the place"))
	}
	for _, id := range expectedOn(f, v.Address) {
		was, is := v.Targets[id], again.Targets[id]
		if was.Status != is.Status {
			return p, unlike(hint.Say("%s", id))
		}
		p.Targets[id] = selectors.Expected{Status: is.Status, Tag: is.Tag, Role: is.Role, Name: is.Name}
	}
	if found := p.Secrets(f, own...); len(found) > 0 {
		return p, &Private{found}
	}
	return p, nil
}

// unlike refuses a copy on which the flow does not find the same.
func unlike(what hint.Text) error {
	return hint.New(hint.Say("Without what is personal, the page does not show the flow the same any more (%s). Nothing was written.", what),
		hint.Say("Such a page cannot be kept. Please tell the people of nonmerci which page it is."))
}

// expectedOn lists the targets of every place that may be at an address.
func expectedOn(f *selectors.Flow, address string) []string {
	var out []string
	for place := range f.Places {
		if f.MayBe(place, address) {
			out = append(out, f.TargetsOf(place)...)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Difference is what is not as a saved page expects it.
type Difference struct {
	Target   string // empty: the place
	Was, Is  selectors.Expected
	PlaceWas string
	PlaceIs  string
}

// Lost tells whether something that was there then is not found now. What is found
// now and was not then is a gain.
func (d Difference) Lost() bool {
	return d.Target == "" && d.PlaceWas != "" || d.Target != "" && d.Was.Status == "found"
}

// Compare looks at a saved page with a flow, and tells what is found and what is
// not as the page expects it.
func (r *Reader) Compare(ctx context.Context, f *selectors.Flow, p selectors.SavedPage) ([]Finding, []Difference, error) {
	v, err := r.c.Read(ctx, r.planOf(f), chrome.Saved{Address: p.Address, HTML: p.HTML})
	if err != nil {
		return nil, nil, err
	}
	var out []Difference
	if place := shownPlace(f, v); place != p.Place {
		out = append(out, Difference{PlaceWas: p.Place, PlaceIs: place})
	}
	for _, id := range slices.Sorted(maps.Keys(p.Targets)) {
		t := v.Targets[id]
		is := selectors.Expected{Status: t.Status, Tag: t.Tag, Role: t.Role, Name: t.Name}
		if was := p.Targets[id]; was != is {
			out = append(out, Difference{Target: id, Was: was, Is: is})
		}
	}
	return findings(f, v, p.Address, ""), out, nil
}
