package automation_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nonmerci/nonmerci/automation"
	"github.com/nonmerci/nonmerci/internal/hint"
	"github.com/nonmerci/nonmerci/internal/rehearsal"
)

// person is somebody in front of the screen, who does what the program asks for.
type person struct {
	s    *screen
	h    *hand
	mu   sync.Mutex
	told []string
}

// meets lists, by the beginning of what the program says, what the person does
// with real mouse and keys.
func (p *person) meets() map[string]func(context.Context) {
	press := func(ctx context.Context) { p.s.click(ctx, p.h, "main button[type=submit]") }
	return map[string]func(context.Context){
		"%s asks you to sign in": func(ctx context.Context) {
			p.s.click(ctx, p.h, "input[name=username],input[name=email]")
			p.s.do("type", "marie")
			p.s.click(ctx, p.h, "input[type=password]")
			p.s.do("type", "secret words")
			p.s.do("key", "Return")
		},
		"%s asks for a code": func(ctx context.Context) {
			p.s.click(ctx, p.h, "input[name=approvals_code]")
			p.s.do("type", "123456")
			p.s.do("key", "Return")
		},
		"%s asks which account":      press,
		"%s asks whether to keep":    press,
		"nonmerci does not know":     press,
		"If everything is right":     func(ctx context.Context) { p.s.click(ctx, p.h, sendButton) },
		"%s shows a page that only ": func(ctx context.Context) { p.s.click(ctx, p.h, "main button[type=submit],[role=dialog] [role=button]") },
	}
}

// joins puts the person in front of the window of a run.
func (p *person) joins(t *testing.T, r *automation.Request, profile string) {
	p.h = newHand(t)
	r.NoWait, r.Wait, r.Browser.Headless, r.Browser.Profile = false, 25*time.Second, false, profile
	r.Browser.Args = append(r.Browser.Args, p.h.arg(), p.s.arg(), "window-size=1200,900", "window-position=0,0")
	tell := r.Tell
	r.Tell = func(said hint.Text) {
		tell(said)
		p.mu.Lock()
		defer p.mu.Unlock()
		p.told = append(p.told, said.String())
		for begins, act := range p.meets() {
			if strings.HasPrefix(said.Format, begins) {
				go act(t.Context())
			}
		}
	}
}

// forget tells what was said since the last time.
func (p *person) forget() (told []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	told, p.told = p.told, nil
	return told
}

// TestTheFirstLogin: a person signs in by hand, past whatever the site asks, and
// the run ends by itself; the next one, in the same profile, finds the login and
// asks for nothing.
func TestTheFirstLogin(t *testing.T) {
	if testing.Short() {
		t.Skip("needs a browser window")
	}
	t.Parallel()
	s := newScreen(t)
	for _, c := range []struct {
		of    string
		asked []string // by the stand-in, in order
		soak  bool
	}{
		{"gate=sign-in,code,save-login,passkey", []string{"sign-in", "code", "save-login", "passkey"}, false},
		{"gate=sign-in", []string{"sign-in"}, true},
		{"service=facebook&gate=sign-in,code", []string{"sign-in", "code"}, true},
		{"service=facebook&gate=passkey,code", []string{"sign-in", "code", "passkey"}, true},
		{"gate=continue-as", []string{"continue-as"}, true},
		{"service=facebook&gate=chooser", []string{"chooser"}, true},
	} {
		if c.soak && !*full {
			continue
		}
		t.Run(c.of, func(t *testing.T) {
			v, err := rehearsal.ParseVariant(c.of)
			if err != nil {
				t.Fatal(err)
			}
			site, err := rehearsal.Serve(t.Context(), v)
			if err != nil {
				t.Fatal(err)
			}
			defer site.Close()
			p, profile := &person{s: s}, t.TempDir()
			res := walkOn(t, site, v, func(r *automation.Request) { p.joins(t, r, profile) }, automation.Login)
			if res.Outcome != ready || !strings.HasPrefix(res.Message.String(), "You are signed in") {
				t.Fatalf("outcome %s: %s", res.Outcome, res.Message)
			}
			signed := "Signed in as " + v.SignedIn() + ", as the page says."
			if told := p.forget(); !slices.Contains(told, signed) {
				t.Errorf("told %q, want %q", told, signed)
			}
			before := map[string]int{}
			for _, gate := range c.asked {
				if before[gate] = site.Visits(gate); before[gate] == 0 {
					t.Errorf("the stand-in did not ask for %s", gate)
				}
			}
			res = walkOn(t, site, v, func(r *automation.Request) {
				p.joins(t, r, profile)
				r.Email, r.NoWait = "marie@courrier.example", true
			}, automation.Object)
			if res.Outcome != ready || strings.Join(res.Route, " ") != "home settings privacy-center form" {
				t.Errorf("the second run: outcome %s, %v: %s", res.Outcome, res.Route, res.Message)
			}
			if told := p.forget(); !slices.Contains(told, signed) {
				t.Errorf("the second run told %q, want %q", told, signed)
			}
			for gate, n := range before {
				if site.Visits(gate) != n {
					t.Errorf("the second run met %s", gate)
				}
			}
			if n := site.Submissions(); n != 0 {
				t.Errorf("%d submissions: %v", n, site.ByChannel())
			}
		})
	}
}

// TestAGateOnTheWay: a run that meets a sign-in goes on by itself when the person
// has passed it, up to the Send that they press.
func TestAGateOnTheWay(t *testing.T) {
	if !*full {
		t.Skip("every day TestTheFirstLogin has the gates; run with -full")
	}
	t.Parallel()
	s := newScreen(t)
	for _, c := range []struct {
		of   string
		soak bool
	}{{"service=facebook&gate=sign-in,code", false}, {"gate=continue-as,passkey", true}} {
		if c.soak && !*full {
			continue
		}
		t.Run(c.of, func(t *testing.T) {
			v, err := rehearsal.ParseVariant(c.of)
			if err != nil {
				t.Fatal(err)
			}
			p := &person{s: s}
			res, site := walk(t, v, func(r *automation.Request) {
				p.joins(t, r, t.TempDir())
				r.Email = "marie@courrier.example"
			}, automation.Object)
			if n := site.Submissions(); res.Outcome != automation.Sent || n != 1 {
				t.Errorf("outcome %s, %d submissions: %s", res.Outcome, n, res.Message)
			}
		})
	}
}
