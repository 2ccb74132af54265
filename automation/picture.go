package automation

import (
	"context"
	"errors"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/nonmerci/nonmerci/automation/internal/chrome"
	"github.com/nonmerci/nonmerci/internal/record"
	"github.com/nonmerci/nonmerci/selectors"
)

// What the record has pictures of. Of pages on which the person proves who they
// are, or on which other people's posts may be, there is none; and none is
// better than one of which it is not clear what it shows.

// pictureWait is how long a picture may take.
const pictureWait = 10 * time.Second

// wholeWait is how long the pictures of a whole form may take.
const wholeWait = 30 * time.Second

// lastWait is how long the last picture may take: the page may be stuck.
const lastWait = 3 * time.Second

// sightOf says what a picture of a place is to show; false: there is none of it.
func sightOf(f *selectors.Flow, place string, v chrome.View) (want chrome.Sight, ok bool) {
	want = chrome.Sight{Of: chrome.MainContent, Document: v.Document, Holds: []int64{}, Kinds: map[string][]int64{}}
	p := f.Places[place]
	switch p.Kind {
	case selectors.Gate, selectors.Aside:
		if secret(f, place) {
			return want, false
		}
		want.Blind = true
		if p.Kind == selectors.Aside {
			want.Of = chrome.DialogContent // what it lies over may be any page
		}
	case selectors.FormKind:
		want.Of = chrome.FormContent
	case selectors.PageKind:
		if personal(p) {
			return want, false
		}
	case "":
		if atPersonal(f, v.Address) {
			return want, false
		}
		want.Blind = true
	}
	for _, rule := range p.When {
		for _, id := range slices.Concat(rule.See, rule.Any) {
			if t := v.Targets[id]; t.Found() && !slices.Contains(want.Holds, t.Node) {
				want.Holds = append(want.Holds, t.Node)
			}
		}
	}
	// Also what is of this kind on another place: a page that is not the form may
	// have a field that is found like one of the form's.
	for _, other := range f.Places {
		for _, s := range other.Do {
			if t := v.Targets[s.On]; s.With != "" && t.Found() && !slices.Contains(want.Kinds[string(s.With)], t.Node) {
				want.Kinds[string(s.With)] = append(want.Kinds[string(s.With)], t.Node)
			}
		}
		for _, s := range other.Account {
			if t := v.Targets[s.On]; t.Found() && !slices.Contains(want.Kinds[string(record.KindName)], t.Node) {
				want.Kinds[string(record.KindName)] = append(want.Kinds[string(record.KindName)], t.Node)
			}
		}
	}
	return want, v.Document != ""
}

// secret tells a place on which the person proves who they are, or decides what
// the browser keeps of that. A dialog that one press puts away may be either.
func secret(f *selectors.Flow, place string) bool {
	switch selectors.Matter(matterOf(f, place)) {
	case selectors.ChooseCookies, selectors.SettleAccount, selectors.TellAge:
		return false
	}
	return true
}

// personal tells a page of the account itself: a flow reads there who is signed
// in, and other people's posts may stand there.
func personal(p selectors.Place) bool { return p.Kind == selectors.PageKind && len(p.Account) > 0 }

// atPersonal tells whether a page that is not recognised has the address of such
// a page.
func atPersonal(f *selectors.Flow, address string) bool {
	for _, p := range f.Places {
		if !personal(p) {
			continue
		}
		for _, rule := range p.When {
			for _, pattern := range rule.At {
				if re, err := regexp.Compile(f.Regexp(pattern)); err != nil || re.MatchString(address) {
					return true
				}
			}
		}
	}
	return false
}

// picture files pictures of a place; that there are none is worth a line, not
// the run.
func (r *run) picture(ctx context.Context, place string, want chrome.Sight, ok bool) {
	if r.rec == nil || !ok {
		return
	}
	patience := pictureWait
	if r.blind {
		patience = time.Second
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	want.Says = r.says()
	shots, err := r.browser.Pictures(ctx, want)
	r.blind = r.blind || ctx.Err() != nil
	r.file(place, r.walk.view.Address, shots, err)
}

// wholeForm brings Send into view and files pictures of all of the form, for
// which the page is scrolled, and scrolled back.
func (r *run) wholeForm(ctx context.Context, f *form) error {
	if err := r.steadily(ctx, f, func() error { return r.browser.Scroll(ctx, f.send) }); err != nil {
		return err
	}
	var shots chrome.Shots
	ctx, cancel := context.WithTimeout(ctx, wholeWait)
	defer cancel()
	err := r.steadily(ctx, f, func() (err error) {
		if f.pictured, err = r.browser.Values(ctx, nodes(f)...); err != nil {
			return err
		}
		want, _ := sightOf(r.req.Flow, r.walk.place, r.walk.view)
		want.Whole, want.Says = true, r.says()
		shots, err = r.browser.Pictures(ctx, want)
		return err
	})
	var s *stop
	if errors.As(err, &s) {
		return err
	}
	r.file("filled", r.form, shots, err)
	return r.recErr
}

// lastPicture shows what stood in the way of a run that came to no form.
func (r *run) lastPicture(ctx context.Context, end *stop) {
	if r.walk == nil || r.walk.place == handedOverPlace || end.outcome == Ready || end.outcome == Interrupted || ctx.Err() != nil {
		return
	}
	select {
	case <-r.browser.Gone():
		return
	default:
	}
	ctx, cancel := context.WithTimeout(ctx, lastWait)
	defer cancel()
	want, ok := r.walk.lastSight()
	if !ok {
		r.file("stopped", r.walk.view.Address, chrome.Shots{}, nil)
		return
	}
	r.picture(ctx, "stopped", want, true)
}

// lastSight says what the last picture is to show. A page that nobody knows may
// belong to the gate before it.
func (w *walker) lastSight() (want chrome.Sight, ok bool) {
	want, ok = sightOf(w.req.Flow, w.place, w.view)
	want.Blind = true
	return want, ok && !(w.place == "" && (w.signingIn || w.gated != "" && secret(w.req.Flow, w.gated)))
}

// says are the person's own words that a page may repeat.
func (r *run) says() map[string][]string {
	says := map[string][]string{}
	for line := range strings.Lines(r.req.Explanation) {
		if line = strings.TrimSpace(line); len(line) >= leastLine {
			says[string(record.KindExplanation)] = append(says[string(record.KindExplanation)], line)
		}
	}
	if r.walk != nil && len(r.walk.who.name) >= leastName {
		says[string(record.KindName)] = []string{r.walk.who.name}
	}
	return says
}

// What is shorter stands in any text, bytes.
const (
	leastLine = 12
	leastName = 3
)

// file writes pictures into the record, and what is missing in them.
func (r *run) file(place, address string, shots chrome.Shots, err error) {
	note := func(what string) {
		r.event(record.EventNote, record.BasisBrowser, map[string]any{"what": what, "place": place})
	}
	if err != nil {
		r.req.Log("picture", map[string]any{"place": place, "error": err.Error()})
	}
	for _, shot := range shots.Shots {
		caption := record.Caption{Place: place, Address: address, Scale: shot.Scale, Areas: []record.Area{}} // looked at, whether or not something was found
		for _, a := range shot.Areas {
			caption.Areas = append(caption.Areas, record.Area{Kind: record.Kind(a.Kind), X: a.X, Y: a.Y, W: a.W, H: a.H})
		}
		r.journal(func() error {
			_, err := r.rec.Picture(place, caption, shot.PNG)
			return err
		})
	}
	switch {
	case len(shots.Shots) == 0:
		note("no picture")
	case shots.Cut || err != nil:
		note("a part is in no picture")
	case shots.Covered:
		note("a part that something lay over is in no picture")
	}
}
