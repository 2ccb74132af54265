package automation

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/nonmerci/nonmerci/automation/internal/chrome"
	"github.com/nonmerci/nonmerci/internal/hint"
)

// link is a target that was found as a link with this name and address.
func link(name, href string) chrome.Target {
	return chrome.Target{Status: "found", Name: name, Attributes: map[string]string{"href": href}}
}

func TestWhoseAccount(t *testing.T) {
	const ig, fb = "https://www.instagram.com/accounts/edit/", "https://www.facebook.com/"
	several := chrome.Target{Status: "ambiguous"}
	tests := []struct {
		name, service, place, address string
		targets                       map[string]chrome.Target
		want                          string // names, by comma
		several                       bool
	}{
		{"a handle", "instagram", "home", "https://www.instagram.com/", map[string]chrome.Target{"own-profile": link("Profile", "/marie.rehearsal/")}, "marie.rehearsal", false},
		{"a handle with a query", "instagram", "home", "https://www.instagram.com/", map[string]chrome.Target{"own-profile": link("Profile", "/marie/?hl=fr#x")}, "marie", false},
		{"a whole address", "instagram", "home", "https://www.instagram.com/", map[string]chrome.Target{"own-profile": link("Profile", "https://www.instagram.com/marie")}, "marie", false},
		{"another host", "instagram", "home", "https://www.instagram.com/", map[string]chrome.Target{"own-profile": link("Profile", "//elsewhere.example/marie/")}, "", false},
		{"a script", "instagram", "home", "https://www.instagram.com/", map[string]chrome.Target{"own-profile": link("Profile", "javascript:void(0)")}, "", false},
		{"no address", "instagram", "home", "https://www.instagram.com/", map[string]chrome.Target{"own-profile": link("Profile", "")}, "", false},
		{"somebody's picture in the feed", "instagram", "home", "https://www.instagram.com/", map[string]chrome.Target{"own-picture": link("Noor's profile picture", "/noor/")}, "", false},
		{"a picture in the settings", "instagram", "settings", ig, map[string]chrome.Target{"own-picture": link("marie's profile picture", "/marie/")}, "marie", false},
		{"both", "instagram", "settings", ig, map[string]chrome.Target{"own-profile": link("Profile", "/marie/"), "own-picture": link("marie's profile picture", "/marie/")}, "marie,marie", false},
		{"two names", "instagram", "settings", ig, map[string]chrome.Target{"own-profile": link("Profile", "/marie/"), "own-picture": link("noor's profile picture", "/noor/")}, "marie,noor", false},
		{"somebody who is called like the link", "instagram", "home", "https://www.instagram.com/", map[string]chrome.Target{"own-profile": link("perfil", "/perfil/")}, "", false},
		{"several links", "instagram", "home", "https://www.instagram.com/", map[string]chrome.Target{"own-profile": several}, "", false},
		{"a name", "facebook", "home", fb, map[string]chrome.Target{"own-profile": link("Marie Rehearsal's profile", "/me/")}, "Marie Rehearsal", false},
		{"words that nobody has listed", "facebook", "home", fb, map[string]chrome.Target{"own-profile": link("Vrozku mlo", "/me/")}, "", false},
		{"another account", "facebook", "home", fb, map[string]chrome.Target{"other-account": link("Switch to Marie's Bakery", "")}, "", true},
		{"several of them", "facebook", "home", fb, map[string]chrome.Target{"other-account": several}, "", true},
		{"a page that tells nothing", "facebook", "privacy-center", fb, map[string]chrome.Target{"own-profile": link("Marie's profile", "/me/")}, "", false},
		{"the form", "facebook", "form", fb, map[string]chrome.Target{"own-profile": link("Marie's profile", "/me/")}, "", false},
	}
	for _, tt := range tests {
		t.Run(tt.service+"/"+tt.name, func(t *testing.T) {
			names, several := whose(flows(t)[tt.service], tt.place, chrome.View{Address: tt.address, Targets: tt.targets})
			if got := strings.Join(names, ","); got != tt.want || several != tt.several {
				t.Errorf("%q, several %v; want %q, %v", got, several, tt.want, tt.several)
			}
		})
	}
}

func TestSameAccount(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		same bool
	}{
		{"marie", "marie", true}, {"Marie", "mARIE", true}, {"@marie", "marie", true}, {" marie ", "marie", true},
		{"Marie  Dupont", "marie dupont", true}, {"ÉLODIE", "élodie", true}, {"élodie", "elodie", false},
		{"marie", "marie2", false}, {"marie", "mаrie", false}, {"marie.x", "mariex", false}, {"", "marie", false}, {"Klauſ", "Klaus", false}, {"\u212alaus", "Klaus", false}, {"\u212alaus", "\u212alaus", true},
	} {
		if got := sameAccount(tt.a, tt.b); got != tt.same {
			t.Errorf("%q and %q: %v", tt.a, tt.b, got)
		}
	}
}

func TestMaskName(t *testing.T) {
	for name, want := range map[string]string{"": "", "marie": "m…", "élodie": "é…", "李小龙": "李…"} {
		if got := maskName(name); got != want {
			t.Errorf("%q becomes %q, want %q", name, got, want)
		}
	}
}

// reader is a walker that is shown one view after another.
func reader(t *testing.T, req *Request, told *[]string) *walker {
	t.Helper()
	req.Flow = flows(t)["instagram"]
	req.Tell = func(s hint.Text) { *told = append(*told, s.String()) }
	return &walker{req: req, keep: func(happening) {}}
}

func (w *walker) shown(place string, targets map[string]chrome.Target) error {
	w.place, w.view = place, chrome.View{Address: "https://www.instagram.com/", Targets: targets}
	return w.readAccount()
}

// TestTheNewestPageTellsTheAccount: what is told once is not told again, another
// name is, and a page with two names makes it unknown.
func TestTheNewestPageTellsTheAccount(t *testing.T) {
	var told []string
	w := reader(t, &Request{}, &told)
	marie, noor := link("Profile", "/marie/"), link("Profile", "/noor/")
	for _, step := range []struct {
		place   string
		targets map[string]chrome.Target
		name    string
		said    int
	}{
		{"home", nil, "", 0},
		{"home", map[string]chrome.Target{"own-profile": marie}, "marie", 1},
		{"settings", map[string]chrome.Target{"own-profile": marie}, "marie", 1},
		{"privacy-center", map[string]chrome.Target{"own-profile": noor}, "marie", 1},
		{"settings", map[string]chrome.Target{"own-profile": noor}, "noor", 2},
		{"settings", map[string]chrome.Target{"own-profile": noor, "own-picture": link("marie's profile picture", "/marie/")}, "", 2},
	} {
		if err := w.shown(step.place, step.targets); err != nil || w.who.name != step.name || len(told) != step.said {
			t.Errorf("%s: %q, told %q, %v; want %q", step.place, w.who.name, told, err, step.name)
		}
	}
	if want := "Signed in as marie, as the page says."; told[0] != want {
		t.Errorf("told %q, want %q", told[0], want)
	}
	w.who = signedIn{name: "marie", several: true}
	w.place = "sign-in"
	if w.meet(); w.who != (signedIn{}) {
		t.Error("after a sign-in the account is still that of before")
	}
	w.who, w.place = signedIn{name: "marie"}, "cookie-choice"
	if w.meet(); w.who.name != "marie" {
		t.Error("cookies make the account unknown")
	}
}

// TestAnotherAccountEndsTheWalk, but not a sign-in; and no sentence that is kept
// holds a name.
func TestAnotherAccountEndsTheWalk(t *testing.T) {
	var told []string
	targets := map[string]chrome.Target{"own-profile": link("Profile", "/noor/")}
	var end *stop
	err := reader(t, &Request{Account: "marie"}, &told).shown("home", targets)
	if !errors.As(err, &end) || end.outcome != Refused {
		t.Fatalf("%v, want refused", err)
	}
	if kept := end.what.String() + end.next.String(); strings.Contains(kept, "noor") || strings.Contains(kept, "marie") {
		t.Errorf("%q holds a name", kept)
	}
	if err := reader(t, &Request{Account: "@NOOR"}, &told).shown("home", targets); err != nil {
		t.Errorf("the account that was meant: %v", err)
	}
	w := reader(t, &Request{Account: "marie"}, &told)
	w.signingIn = true
	if err := w.shown("home", targets); err != nil || w.rightName() {
		t.Errorf("a sign-in: %v, right %v", err, w.rightName())
	}
}

// TestRightAccount is what stands between the way and the filling.
func TestRightAccount(t *testing.T) {
	yes := func(context.Context, hint.Text) bool { return true }
	no := func(context.Context, hint.Text) bool { return false }
	nobody := func(ctx context.Context, _ hint.Text) bool { <-ctx.Done(); return false }
	tests := []struct {
		name string
		req  Request
		who  signedIn
		at   string  // where the person goes meanwhile; empty: they stay at the form
		want Outcome // zero: on to the form
		told int
		next string
	}{
		{name: "known", who: signedIn{name: "marie"}},
		{name: "not known", told: 1},
		{name: "known before the person took over", who: signedIn{before: "marie"}, told: 1},
		{name: "the one", req: Request{Account: "marie"}, who: signedIn{name: "marie"}},
		{name: "the one of several", req: Request{Account: "marie"}, who: signedIn{name: "marie", several: true}},
		{name: "not readable", req: Request{Account: "marie"}, want: NeedsUser, next: "in a terminal"},
		{name: "not readable, yes", req: Request{Account: "marie", Consent: yes}, told: 1},
		{name: "not readable, no", req: Request{Account: "marie", Consent: no}, want: NeedsUser, told: 1, next: "Switch"},
		{name: "not readable, nobody", req: Request{Account: "marie", Consent: nobody}, want: NeedsUser, told: 1, next: "time to wait"},
		{name: "not readable, no wait", req: Request{Account: "marie", Consent: yes, NoWait: true}, want: NeedsUser, next: "in a terminal"},
		{name: "several", who: signedIn{name: "marie", several: true}, want: NeedsUser, next: "--account"},
		{name: "several, yes", req: Request{Consent: yes}, who: signedIn{name: "marie", several: true}, told: 1},
		{name: "several, no", req: Request{Consent: no}, who: signedIn{name: "marie", several: true}, want: NeedsUser, told: 1, next: "Switch"},
		{name: "several, yes, and away", req: Request{Consent: yes}, who: signedIn{name: "marie", several: true}, at: "home", want: NeedsUser, told: 1, next: "something else"},
		{name: "several, no wait", req: Request{Consent: yes, NoWait: true}, who: signedIn{name: "marie", several: true}, want: NeedsUser, next: "--account"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				told := 0
				tt.req.Flow, tt.req.Wait, tt.req.Tell = flows(t)["facebook"], time.Minute, func(hint.Text) { told++ }
				if tt.at == "" {
					tt.at = "form"
				}
				page := newTable(sound(tt.req.Flow), func() {})
				page.enter(tt.at)
				r := &run{req: tt.req, walk: &walker{req: &tt.req, page: page, plan: chrome.NewPlan(tt.req.Flow), keep: func(happening) {}, who: tt.who, place: "form"}}
				err := r.rightAccount(t.Context())
				var end *stop
				errors.As(err, &end)
				switch {
				case tt.want == 0 && err != nil, tt.want != 0 && (end == nil || end.outcome != tt.want || !strings.Contains(end.next.String(), tt.next)):
					t.Errorf("%v, want %v and %q", err, tt.want, tt.next)
				case told != tt.told:
					t.Errorf("told %d sentences, want %d", told, tt.told)
				}
			})
		})
	}
	t.Run("stopped", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		asked := func(context.Context, hint.Text) bool { cancel(); return false }
		r := &run{req: Request{Flow: flows(t)["facebook"], Wait: time.Minute, Consent: asked, Tell: func(hint.Text) {}}, walk: &walker{page: newTable(sound(flows(t)["facebook"]), cancel), who: signedIn{several: true}}}
		if err := r.rightAccount(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("%v, want that the person stopped it", err)
		}
	})
}

// theirWindow is a table whose window is the person's from the start page on, as
// in a login.
type theirWindow struct {
	*table
	t *testing.T
}

func (p *theirWindow) Open(ctx context.Context, address string) error {
	defer func() { p.byHand, p.handed = true, time.Now() }()
	return p.table.Open(ctx, address)
}

func (p *theirWindow) ByHand(bool) { p.t.Error("the window was the person's, and it changes hands") }

// TestSignIn: until somebody is signed in, the program opens the start page and
// does nothing else, dialogs or not, for as long as the person may take.
func TestSignIn(t *testing.T) {
	for _, service := range []string{"instagram", "facebook"} {
		f := flows(t)[service]
		for _, patient := range []bool{true, false} {
			synctest.Test(t, func(t *testing.T) {
				s := sound(f)
				s.open["home"] = effect{to: "cookies"}
				s.states["cookies"].person = move{10 * time.Second, "sign-in"}
				s.states["sign-in"].person = move{20 * time.Second, "phone"}
				s.states["phone"] = &state{person: move{25 * time.Minute, "code"}, theirs: true}
				s.states["code"].person = move{20 * time.Second, "prompt"}
				s.states["prompt"].person = move{20 * time.Second, "home"}
				if !patient {
					s.states["code"].person = move{}
				}
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				page := newTable(s, cancel)
				req := Request{Flow: f, Wait: 30 * time.Minute, Tell: func(said hint.Text) { page.told = append(page.told, said) }}
				w := &walker{req: &req, page: &theirWindow{page, t}, plan: chrome.NewPlan(f), keep: func(happening) {}}
				err := w.signIn(ctx)
				var end *stop
				if errors.As(err, &end); patient != (err == nil) || !patient && (end == nil || end.outcome != NeedsUser) {
					t.Errorf("%s, %v: %v", service, patient, err)
				}
				if acts := strings.Join(page.acts, ", "); acts != "open home" || len(page.broken) > 0 {
					t.Errorf("%s: %s; %v", service, acts, page.broken)
				}
			})
		}
	}
}

// TestALatePageTellsTheAccount: where the person named an account, a page gets a
// moment to tell it, once.
func TestALatePageTellsTheAccount(t *testing.T) {
	f := flows(t)["facebook"]
	for _, account := range []string{"", "marie"} {
		synctest.Test(t, func(t *testing.T) {
			s, req := sound(f), Request{NoWait: true, Wait: time.Minute, Route: "settings", Account: account}
			got := tell(s, req)
			if got.outcome() != 0 || len(got.acts) != 4 {
				t.Errorf("%q: %s, %v", account, got.outcome(), got.acts)
			}
			took := time.Since(got.began)
			if (took >= lateWait) != (account != "") || took > lateWait+time.Second {
				t.Errorf("%q: took %v", account, took)
			}
		})
	}
}

// TestWhoSteeredMayBeAnother: whoever has found the form by hand may have gone to
// another account on the way, so they are asked.
func TestWhoSteeredMayBeAnother(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := flows(t)["instagram"]
		s := sound(f)
		s.states["phone"] = &state{person: move{10 * time.Minute, "form"}, theirs: true}
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		page := newTable(s, cancel)
		page.enter("phone")
		asked := false
		req := Request{Flow: f, Account: "marie", Wait: 30 * time.Minute, Tell: func(hint.Text) {}, Consent: func(context.Context, hint.Text) bool { asked = true; return false }}
		w := &walker{req: &req, page: page, plan: chrome.NewPlan(f), keep: func(happening) {}, who: signedIn{name: "marie"}}
		if err := w.byHand(ctx); err != nil {
			t.Fatalf("by hand: %v", err)
		}
		r := &run{req: req, walk: w}
		if err := r.rightAccount(ctx); err == nil && !asked {
			t.Errorf("at the form (%s) after ten minutes of the person's own steering the account still counts as %q; nobody is asked", w.place, w.who.name)
		}
	})
}
