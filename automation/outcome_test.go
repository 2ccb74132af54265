package automation

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nonmerci/nonmerci/automation/internal/chrome"
	"github.com/nonmerci/nonmerci/internal/guard"
	"github.com/nonmerci/nonmerci/selectors"
)

// reasons are all the reasons of the judge.
func reasons() (all []guard.Reason) {
	for r := guard.Reason(1); !strings.HasPrefix(r.String(), "reason "); r++ {
		all = append(all, r)
	}
	return all
}

// TestEveryReasonIsWeighed names each reason of the judge once: what speaks
// against the page ends the walk, what puts one element out of reach does not.
func TestEveryReasonIsWeighed(t *testing.T) {
	weighed := map[guard.Reason]bool{
		guard.OffList: true, guard.Submits: true, guard.NearSend: true, guard.Disguised: true, guard.SendWord: false,
		guard.NoAct: false, guard.NoElement: false, guard.Ambiguous: false, guard.Hidden: false, guard.Disabled: false, guard.Covered: false,
		guard.Unnamed: false, guard.WrongKind: false, guard.BadText: false,
		guard.NoPermit: false, guard.Spent: false, guard.Expired: false, guard.OtherThing: false,
	}
	for _, r := range reasons() {
		want, ok := weighed[r]
		if !ok {
			t.Errorf("nobody has said whether %q ends the walk", r)
		}
		if got := dangerous(r); got != want {
			t.Errorf("dangerous(%q) = %v", r, got)
		}
		delete(weighed, r)
	}
	if len(weighed) > 0 {
		t.Errorf("not reached: %v", weighed)
	}
}

// outcomes are the words that the command line promises.
var outcomes = map[Outcome]string{
	Ready: "ready", Sent: "sent", AlreadyObjected: "already_objected", NeedsUser: "needs_user", NotFound: "not_found",
	NotAvailable: "not_available", Refused: "refused", Failed: "failed", NotSent: "not_sent",
	SentUnconfirmed: "sent_unconfirmed", Unknown: "unknown", Interrupted: "interrupted",
}

func TestOutcomeNames(t *testing.T) {
	if got := Outcome(0).String(); got != "" {
		t.Errorf("no outcome is called %q", got)
	}
	for o := Ready; o <= Interrupted; o++ {
		if o.String() != outcomes[o] || o.String() == "" {
			t.Errorf("outcome %d is called %q, want %q", o, o, outcomes[o])
		}
	}
	if got := (Interrupted + 1).String(); got != "" {
		t.Errorf("there is an outcome %q after the last", got)
	}
}

// TestEnding asks what a fault of the world becomes, before and after hand-over.
func TestEnding(t *testing.T) {
	other := errors.New("write |1: broken pipe")
	for _, c := range []struct {
		err           error
		before, after Outcome
	}{
		{context.Canceled, Interrupted, Interrupted},
		{chrome.ErrGone, Failed, Unknown},
		{chrome.ErrLost, NotFound, Unknown},
		{context.DeadlineExceeded, Failed, Unknown},
		{chrome.ErrAlarm, Failed, Unknown},
		{other, Failed, Unknown},
		{&stop{outcome: NotSent}, NotSent, NotSent},
	} {
		for place, want := range map[string]Outcome{"form": c.before, handedOverPlace: c.after} {
			r := &run{walk: &walker{place: place}}
			got := r.ending(fmt.Errorf("look: %w", c.err))
			if got.outcome != want {
				t.Errorf("%v at %s: %q, want %q", c.err, place, got.outcome, want)
			}
			if place == handedOverPlace && strings.Contains(strings.ToLower(got.what.String()), "nothing was sent") {
				t.Errorf("%v after hand-over: nobody knows whether %q", c.err, got.what)
			}
			if want != NotSent && got.what.String() == "" {
				t.Errorf("%v at %s: no sentence", c.err, place)
			}
		}
	}
	r := &run{recErr: other, walk: &walker{place: "form"}}
	if got := r.ending(context.Canceled); got.outcome != Failed || !errors.Is(got, other) {
		t.Errorf("a record that cannot be written: %v", got)
	}
	r.walk.place = handedOverPlace
	if got := r.ending(other); got.outcome != Unknown {
		t.Errorf("a record that cannot be written after hand-over: %v, %s", got, got.what)
	}
}

// TestTheLastSubmissionIsTheOneToAnswer: what the server said to one before says
// nothing of one that is on its way, and an error to any of them stays one.
func TestTheLastSubmissionIsTheOneToAnswer(t *testing.T) {
	good, bad, failed, waits := chrome.Sent{Status: 200}, chrome.Sent{Status: 500}, chrome.Sent{Failed: true}, chrome.Sent{}
	for _, c := range []struct {
		sent         []chrome.Sent
		settled      int
		ok, answered bool
		status       int
	}{
		{nil, 0, false, false, 0},
		{[]chrome.Sent{waits}, 0, false, false, 0},
		{[]chrome.Sent{good}, 0, true, true, 200},
		{[]chrome.Sent{bad}, 0, false, true, 500},
		{[]chrome.Sent{failed}, 0, false, true, 0},
		{[]chrome.Sent{good, waits}, 0, false, false, 200},
		{[]chrome.Sent{waits, good}, 0, true, true, 200},
		{[]chrome.Sent{good, good}, 0, true, true, 200},
		{[]chrome.Sent{bad, waits, good}, 0, false, true, 500},
		{[]chrome.Sent{good, bad}, 0, false, true, 500},
		{[]chrome.Sent{bad, good}, 1, true, true, 200},
		{[]chrome.Sent{good, {Plain: true}, {Leave: true}}, 0, true, true, 200},
	} {
		ok, status, answered := (&watcher{seen: chrome.Evidence{Sent: c.sent}, settled: c.settled}).answer()
		if ok != c.ok || status != c.status || answered != c.answered {
			t.Errorf("%+v, %d settled: ok %v, status %d, answered %v", c.sent, c.settled, ok, status, answered)
		}
	}
}

// TestAsking wants a sentence of its own for every gate of the flows.
func TestAsking(t *testing.T) {
	for _, service := range selectors.Services() {
		f, _, err := selectors.Load("", service)
		if err != nil {
			t.Fatal(err)
		}
		said := map[string]string{asking(f, "no such place").what.String(): "no such place"}
		for id, place := range f.Places {
			if place.Kind != selectors.Gate && place.Kind != selectors.Aside {
				continue
			}
			if !slices.ContainsFunc(place.Do, func(s selectors.Step) bool { return s.Verb == selectors.Ask }) {
				continue // such an aside is passed over
			}
			ask := asking(f, id)
			what := ask.what.String()
			matter := id
			for _, s := range place.Do {
				if s.Verb == selectors.Ask {
					matter = s.On
				}
			}
			if of, ok := said[what]; ok && of != matter {
				t.Errorf("%s says the same as %s: %q", id, of, what)
			}
			said[what] = matter
			if !strings.Contains(what, f.Title) || ask.next.String() == "" || ask.alone.String() == "" {
				t.Errorf("%s: %q, %q, %q", id, what, ask.next, ask.alone)
			}
		}
	}
	for _, m := range []selectors.Matter{selectors.SignIn, selectors.EnterCode, selectors.PassCheck, selectors.ChooseAccount, selectors.ChooseCookies,
		selectors.SettleAccount, selectors.AnswerDoubt, selectors.TellAge, selectors.Decide} {
		f := &selectors.Flow{Title: "A", Places: map[string]selectors.Place{"p": {Do: []selectors.Step{{Verb: selectors.Ask, On: string(m)}}}}}
		if asking(f, "p").what.String() == asking(f, "q").what.String() {
			t.Errorf("nothing is said of %s", m)
		}
	}
}

func TestRoutes(t *testing.T) {
	three := &selectors.Flow{Routes: map[string]selectors.Route{"direct": {}, "policy": {}, "settings": {}}}
	one := &selectors.Flow{Routes: map[string]selectors.Route{"policy": {}}}
	for _, c := range []struct {
		flow   *selectors.Flow
		wanted string
		want   []string
	}{
		{three, "settings", []string{"settings", "policy", "direct"}},
		{three, "policy", []string{"policy", "settings", "direct"}},
		{three, "direct", []string{"direct", "settings", "policy"}},
		{three, "", []string{"settings", "policy", "direct"}},
		{three, "start", []string{"settings", "policy", "direct"}},
		{one, "settings", []string{"policy"}},
		{&selectors.Flow{}, "settings", nil},
	} {
		if got := routes(c.flow, c.wanted); !slices.Equal(got, c.want) {
			t.Errorf("routes wanting %q: %v, want %v", c.wanted, got, c.want)
		}
	}
}

func TestRecognise(t *testing.T) {
	kinds := map[string]selectors.Place{
		"sign-in": {Kind: selectors.Gate}, "code": {Kind: selectors.Gate}, "cookies": {Kind: selectors.Aside}, "banner": {Kind: selectors.Aside},
		"already": {Kind: selectors.End, Means: selectors.AlreadyObjected}, "trouble": {Kind: selectors.End, Means: selectors.Trouble},
		"thanks": {Kind: selectors.End, Means: selectors.Thanks},
		"form":   {Kind: selectors.FormKind}, "form-2": {Kind: selectors.FormKind}, "home": {Kind: selectors.PageKind}, "policy": {Kind: selectors.PageKind},
	}
	for places, want := range map[string]string{
		"": "", "home": "home", "form home": "form", "home form": "form", "already form home": "already", "form cookies already": "cookies",
		"home form already cookies code": "code", "sign-in code": "sign-in", "no-such-place": "", "no-such-place home": "home",
		"home policy": "", "form form-2": "", "form form-2 home": "", "already trouble form": "", "cookies banner home": "",
		"home policy form": "form", "home policy sign-in": "sign-in",
		"thanks": "", "thanks home": "home", "thanks form": "form",
	} {
		w := &walker{req: &Request{Flow: &selectors.Flow{Places: kinds}}, keep: func(happening) {}}
		got, err := w.recognise(chrome.View{Places: strings.Fields(places)})
		if got != want || err != nil {
			t.Errorf("%q shows %q (%v), want %q", places, got, err, want)
		}
		if same := front(w.req.Flow, chrome.View{Places: strings.Fields(places)}); same != want {
			t.Errorf("the tests' own eyes see %q in %q, want %q", same, places, want)
		}
	}
}

func TestMask(t *testing.T) {
	for email, want := range map[string]string{
		"marie@courrier.example": "m…@courrier.example", "m@courrier.example": "m…@courrier.example", "élodie@courrier.example": "é…@courrier.example",
		"": "", "marie": "", "@courrier.example": "", `"marie@home"@courrier.example`: `"…@courrier.example`,
	} {
		if got := mask(email); got != want {
			t.Errorf("mask(%q) = %q, want %q", email, got, want)
		}
	}
}

// FuzzMask: of what stands before the host, nothing but the first letter shows.
func FuzzMask(f *testing.F) {
	for _, s := range []string{"marie@courrier.example", `"marie@home"@courrier.example`, "@", "@@", "a@b@c", "\xff@x", "é@x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, email string) {
		got := mask(email)
		at := strings.LastIndex(email, "@")
		if at < 1 {
			if got != "" {
				t.Errorf("mask(%q) = %q", email, got)
			}
			return
		}
		if want := string([]rune(email)[0]) + "…" + email[at:]; got != want {
			t.Errorf("mask(%q) = %q, want %q", email, got, want)
		}
	})
}

func TestNormal(t *testing.T) {
	for _, same := range [][2]string{{"Non merci.\r\nVraiment.", "Non merci.\nVraiment."}, {" a ", "a"}, {"a\r\n", "a"}, {"", "\n"}} {
		if normal(same[0]) != normal(same[1]) {
			t.Errorf("%q and %q count as different", same[0], same[1])
		}
	}
	for _, differ := range [][2]string{{"a b", "ab"}, {"a\nb", "a b"}, {"a", "A"}, {"a\n\nb", "a\nb"}, {"", "a"}} {
		if normal(differ[0]) == normal(differ[1]) {
			t.Errorf("%q and %q count as the same", differ[0], differ[1])
		}
	}
}

func TestSpoken(t *testing.T) {
	for d, want := range map[time.Duration]string{
		30 * time.Minute: "30m", time.Hour: "1h", 90 * time.Minute: "1h30m", 90 * time.Second: "1m30s", 10 * time.Second: "10s",
		10 * time.Minute: "10m", 20*time.Hour + 10*time.Second: "20h0m10s", 0: "0s", 1400 * time.Millisecond: "1s", time.Hour + time.Minute: "1h1m",
	} {
		got := spoken(d)
		if got != want {
			t.Errorf("spoken(%s) = %q, want %q", d, got, want)
		}
		if back, err := time.ParseDuration(got); err != nil || back != d.Round(time.Second) {
			t.Errorf("spoken(%s) = %q, which is %s (%v)", d, got, back, err)
		}
	}
}

func TestRequired(t *testing.T) {
	for _, c := range []struct {
		attributes map[string]string
		want       bool
	}{
		{nil, false},
		{map[string]string{"required": ""}, true},
		{map[string]string{"required": "false"}, true}, // as in HTML: that it is there is what counts
		{map[string]string{"aria-required": "true"}, true},
		{map[string]string{"aria-required": "false"}, false},
		{map[string]string{"aria-required": ""}, false},
		{map[string]string{"data-required": "true"}, false},
	} {
		if got := required(chrome.Target{Attributes: c.attributes}); got != c.want {
			t.Errorf("required(%v) = %v", c.attributes, got)
		}
	}
}

func TestHostOf(t *testing.T) {
	for address, want := range map[string]string{
		"tracker.example/a/b": "tracker.example", "tracker.example": "tracker.example", "tracker.example:8443/a": "tracker.example",
		"marie:secret@tracker.example/a": "tracker.example", "?": "",
	} {
		if got := hostOf(address); got != want {
			t.Errorf("hostOf(%q) = %q, want %q", address, got, want)
		}
	}
}
