package automation

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/nonmerci/nonmerci/automation/internal/chrome"
	"github.com/nonmerci/nonmerci/internal/hint"
	"github.com/nonmerci/nonmerci/internal/record"
	"github.com/nonmerci/nonmerci/selectors"
)

// Whose account it is. The pages of the way tell it, and the person is told
// before anything is filled in. Where no page tells it, or one tells two names,
// it is not known. The name stands in what the person is told and nowhere else.

// signedIn is what the pages have told so far.
type signedIn struct {
	name    string // as the newest page that tells it; private; empty: not known
	several bool   // there are more accounts than the one in use
	before  string // the name that was read before the person took over; private
}

// whose reads a view of a place.
func whose(f *selectors.Flow, place string, v chrome.View) (names []string, several bool) {
	for _, s := range f.Places[place].Account {
		t := v.Targets[s.On]
		name := ""
		switch {
		case s.By == selectors.SignOthers:
			several = several || t.Found() || t.Status == "ambiguous"
		case !t.Found():
		case s.By == selectors.SignHandle:
			// A link that is called as it leads is one to somebody with such a name.
			if name = f.HandleIn(linked(v.Address, t.Attributes["href"])); strings.EqualFold(name, strings.TrimSpace(t.Name)) {
				name = ""
			}
		case s.By == selectors.SignName:
			name = f.Targets[s.On].Named(t.Name)
		}
		if name != "" {
			names = append(names, name)
		}
	}
	return names, several
}

// linked is where a link of a page leads, without query and fragment.
func linked(page, href string) string {
	base, err := url.Parse(page)
	if err != nil || href == "" {
		return ""
	}
	to, err := base.Parse(href)
	if err != nil {
		return ""
	}
	to.RawQuery, to.Fragment = "", ""
	return to.String()
}

// readAccount takes in what the page of the view tells. Another account than the
// person named ends the walk, but for a sign-in, where they may still change it.
func (w *walker) readAccount() error {
	names, several := whose(w.req.Flow, w.place, w.view)
	w.who.several = w.who.several || several
	if len(names) == 0 {
		return nil
	}
	name := names[0]
	for _, other := range names[1:] {
		if !sameAccount(name, other) {
			w.who.name = ""
			return nil
		}
	}
	if name == w.who.name {
		return nil
	}
	w.who.name, w.names = name, append(w.names, name)
	w.req.Tell(hint.Say("Signed in as %s, as the page says.", name))
	w.keep(happening{kind: "account read", place: w.place})
	if w.signingIn || w.rightName() {
		return nil
	}
	return &stop{outcome: Refused, what: hint.Say("Another account is signed in than the one that you named. Nothing was filled in and nothing was sent."),
		next: hint.Say("Switch to it with `nonmerci login %s --account NAME`, or leave --account out.", w.req.Flow.Service)}
}

// rightName tells whether the account is the one that the person named, if any.
func (w *walker) rightName() bool {
	return w.req.Account == "" || sameAccount(w.req.Account, w.who.name)
}

// sameAccount compares without case and without the @ in front. Accents count:
// they may make another name. So do two letters that only look like others in
// another case: the long s and the sign for kelvin.
func sameAccount(a, b string) bool {
	plain := func(s string) string {
		s = strings.NewReplacer("\u017f", "\u017f\x00", "\u212a", "\u212a\x00").Replace(s)
		return strings.Join(strings.Fields(strings.TrimPrefix(strings.TrimSpace(s), "@")), " ")
	}
	return strings.EqualFold(plain(a), plain(b))
}

// tellsWho tells whether words hold the name of an account of the person's, as far
// as it is known, as words of their own.
func (w *walker) tellsWho(words ...string) bool {
	plain := func(s string) string {
		parts := strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) && r != '.' && r != '_' })
		return " " + strings.Join(parts, " ") + " "
	}
	for _, name := range append(slices.Clone(w.names), w.req.Account) {
		if name = plain(name); strings.TrimSpace(name) != "" && slices.ContainsFunc(words, func(s string) bool { return strings.Contains(plain(s), name) }) {
			return true
		}
	}
	return false
}

// lateName gives a page that is still building itself a moment, once, to tell
// whose account it is, where that matters: the person named one, or signs in. It
// tells whether it did.
func (w *walker) lateName(ctx context.Context) (looked bool, err error) {
	if w.req.Account == "" && !w.signingIn || w.who.name != "" || w.waited || len(w.req.Flow.Places[w.place].Account) == 0 {
		return false, nil
	}
	w.waited = true
	place, until := w.place, time.Now().Add(lateWait)
	for w.who.name == "" && w.place == place && time.Now().Before(until) {
		if err := w.look(ctx, chrome.Until{Not: w.view.Signature, Within: time.Until(until)}); err != nil {
			return true, err
		}
	}
	return true, nil
}

// rightAccount makes sure, before anything is filled in, that the form is that
// of the account that the person means.
func (r *run) rightAccount(ctx context.Context) error {
	who := r.walk.who
	s := &stop{outcome: NeedsUser}
	switch {
	case r.req.Account != "" && who.name == "":
		s.what = hint.Say("The pages did not say which account is signed in. Nothing was filled in and nothing was sent.")
		s.next = hint.Say("Run the command in a terminal and without --no-wait: nonmerci then asks you. Or leave --account out.")
	case r.req.Account == "" && who.several:
		s.what = hint.Say("The page shows more than one account of yours. Nothing was filled in and nothing was sent.")
		s.next = hint.Say("Name the account that you mean with --account.")
	default:
		if who.name == "" {
			r.req.Tell(unsaid(who.before))
		}
		return nil
	}
	if r.req.NoWait || r.req.Consent == nil {
		return s
	}
	r.req.Tell(s.what)
	r.event(record.EventAsked, record.BasisProgram, map[string]any{"what": "account"})
	yes, late := r.consents(ctx)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case late.Format != "":
		s.next = late
	case !yes:
		s.next = hint.Say("Switch to the account that you mean with `nonmerci login %s --account NAME`, and run the command again.", r.req.Flow.Service)
	default:
		// Whoever looks around in the window may leave the form.
		if err := r.walk.look(ctx, chrome.Until{Within: placeWait}); err != nil {
			return err
		}
		if r.walk.kind() == selectors.FormKind {
			return r.recErr
		}
		s.next = hint.Say("The window shows something else than the form now. Run the command again.")
	}
	return s
}

// consents asks whether it is the right account. The window is the person's
// meanwhile.
func (r *run) consents(ctx context.Context) (yes bool, tooLate hint.Text) {
	r.walk.page.ByHand(true)
	defer r.walk.page.ByHand(false)
	ctx, cancel := context.WithTimeout(ctx, r.req.Wait)
	defer cancel()
	question := hint.Say("Is the account in the window the one that you mean? Look there, then type yes here and press Enter, or no to stop.")
	if name := r.walk.who.name; name != "" {
		question = hint.Say("Is %s the account that you mean? Look in the window, then type yes here and press Enter, or no to stop.", name)
	}
	yes = r.req.Consent(ctx, question)
	if !yes && ctx.Err() != nil {
		tooLate = late()
	}
	return yes, tooLate
}

// maskName hides a name but for its first letter.
func maskName(name string) string {
	for _, first := range name {
		return string(first) + "…"
	}
	return ""
}

// unsaid tells that nobody knows whose form it is; before is the name that was read
// before the person took over, who may have gone to another account.
func unsaid(before string) hint.Text {
	if before == "" {
		return hint.Say("The pages did not say which account is signed in. Please look in the window before you send.")
	}
	return hint.Say("Before you took over, %s was signed in; the pages since then have not said it again. Please look in the window before you send.", before)
}
