package automation

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/nonmerci/nonmerci/automation/internal/chrome"
	"github.com/nonmerci/nonmerci/internal/guard"
	"github.com/nonmerci/nonmerci/selectors"
)

// all makes every address of a site lead to the same.
func all(e effect) func(*site, *Request) {
	return func(s *site, _ *Request) {
		for name := range s.open {
			s.open[name] = e
		}
	}
}

// press makes one press on a site lead to something else.
func press(place, target string, e effect) func(*site, *Request) {
	return func(s *site, _ *Request) { s.states[place].press[target] = e }
}

// gone takes targets away, wherever they are.
func gone(s *site, targets ...string) {
	for _, one := range s.states {
		for _, target := range targets {
			delete(one.targets, target)
		}
	}
}

// later puts a state in front of another one, which shows by itself.
func later(s *site, id string, early state, after time.Duration) {
	late := s.states[id]
	early.itself = move{after, id + " late"}
	early.press = late.press
	s.states[id], s.states[id+" late"] = &early, late
}

// met puts a gate in front of a site; the person passes it to another state.
func met(gate, to string) func(*site, *Request) {
	return func(s *site, req *Request) {
		for name := range s.open {
			s.open[name] = effect{to: gate}
		}
		// Afterwards the addresses lead where they should.
		s.states[gate].person = move{20 * time.Second, to}
		s.passed = sound(s.flow).open
		req.NoWait = false
	}
}

// walks say what a walk must come to on each site of the built-in flows.
var walks = []struct {
	name   string
	change func(*site, *Request)
	want   Outcome // zero: the form
	trail  string  // the last places; empty: not asked
	acts   int     // at most; zero: not asked
	lost   string  // routes
}{
	{name: "sound", trail: "home settings privacy-center form", acts: 4},
	{name: "policy first", change: func(_ *site, r *Request) { r.Route = "policy" }, trail: "home settings policy form", acts: 4},
	{name: "direct first", change: func(_ *site, r *Request) { r.Route = "direct" }, trail: "form", acts: 1},
	{name: "policy first, lost", change: func(s *site, r *Request) { r.Route = "policy"; gone(s, "object-link", "ai-topic-link") }, trail: "form", lost: "policy settings"},

	{name: "unreachable", change: all(effect{err: &chrome.NavigationError{Reason: "net::ERR_INTERNET_DISCONNECTED"}}), want: Failed, lost: "settings policy direct"},
	{name: "silent", change: all(effect{hangs: true}), want: Failed, acts: 2},
	{name: "errors", change: func(s *site, _ *Request) {
		for _, one := range s.states {
			one.status = 503
		}
	}, want: Failed, lost: "settings policy direct"},
	{name: "trouble", change: all(effect{to: "trouble"}), want: Failed, lost: "settings policy direct"},
	{name: "nothing is known", change: all(effect{to: "nowhere"}), want: NotFound, lost: "settings policy direct"},
	{name: "not there", change: func(s *site, _ *Request) {
		for _, one := range s.states {
			one.status = 404
		}
	}, want: NotFound, lost: "settings policy direct"},
	{name: "unavailable", change: func(s *site, _ *Request) { s.states["form"].places = []string{"unavailable"} }, want: NotAvailable, lost: "settings policy direct"},
	{name: "unavailable and unreachable", change: func(s *site, r *Request) {
		s.states["form"].places = []string{"unavailable"}
		s.open["home"] = effect{err: &chrome.NavigationError{Reason: "net::ERR_TIMED_OUT"}}
	}, want: NotAvailable},
	{name: "already", change: func(s *site, _ *Request) { s.states["form"].places = []string{"already"} }, want: AlreadyObjected, trail: "privacy-center already"},
	{name: "one form of two", change: func(s *site, r *Request) {
		r.Route = "direct"
		s.states["form-2025"] = &state{status: 404}
		s.open["form"] = effect{to: "form-2025"}
	}, trail: "form", acts: 2},

	{name: "wrong form", change: func(s *site, _ *Request) { s.states["form"].places = []string{"form", "wrong-form"} }, want: Refused, trail: "privacy-center wrong-form"},
	{name: "link to another form", change: func(s *site, _ *Request) { s.states["privacy-center"].targets["object-link"] = otherForm }, want: Refused, trail: "settings privacy-center", acts: 3},
	{name: "link to another site", change: func(s *site, _ *Request) { s.states["privacy-center"].targets["object-link"] = "vetoed" }, trail: "privacy-center ai-topic form"},
	{name: "off host", change: press("settings", "privacy-center-link", effect{tries: stops[0]}), want: Refused, trail: "home settings", acts: 3},
	{name: "off host, opened", change: all(effect{err: &chrome.NavigationError{Reason: "net::ERR_ABORTED"}, tries: stops[0]}), want: Refused, acts: 1},
	{name: "sends", change: press("privacy-center", "object-link", effect{tries: stops[1]}), want: Refused, acts: 4},
	{name: "sends, and the form shows", change: press("privacy-center", "object-link", effect{to: "form", tries: stops[1]}), want: Refused, acts: 4},
	{name: "a harmless request is stopped", change: press("privacy-center", "object-link", effect{to: "form", tries: stops[2]}), trail: "privacy-center form"},

	{name: "lost link", change: press("home", "settings-link", effect{err: chrome.ErrLost}), trail: "home privacy-center form"},
	{name: "dead link", change: press("home", "settings-link", effect{}), trail: "home privacy-center form"},
	{name: "two links", change: func(s *site, _ *Request) { s.states["home"].targets["settings-link"] = "ambiguous" }, trail: "home privacy-center form"},
	{name: "two places at once", change: func(s *site, _ *Request) { s.states["settings"].places = []string{"settings", "policy"} }, trail: "form"},
	{name: "in circles", change: func(s *site, _ *Request) {
		for _, one := range s.states {
			for target := range one.press {
				one.press[target] = effect{to: "home"}
			}
		}
	}, trail: "form", lost: "settings policy"},

	{name: "late link", change: func(s *site, _ *Request) {
		later(s, "privacy-center", state{places: []string{"privacy-center"}}, 3*time.Second)
	}, trail: "home settings privacy-center form", acts: 4},
	{name: "late link on a strange page", change: func(s *site, _ *Request) {
		s.states["settings"].places = nil
		later(s, "settings", state{}, 8*time.Second)
	}, trail: "home privacy-center form", acts: 4},
	{name: "late form", change: func(s *site, _ *Request) { later(s, "form", state{}, 8*time.Second) }, trail: "privacy-center form", acts: 4},
	{name: "late form, direct", change: func(s *site, r *Request) { r.Route = "direct"; later(s, "form", state{}, 8*time.Second) }, trail: "form", acts: 1},
	{name: "a page that goes on to the form", change: func(s *site, _ *Request) {
		gone(s, "object-link", "ai-topic-link")
		s.states["privacy-center"].itself = move{2 * time.Second, "form"}
	}, trail: "privacy-center form", acts: 3},
	{name: "a page that goes on to another", change: func(s *site, _ *Request) {
		gone(s, "settings-link", "privacy-center-link")
		s.states["home"].itself = move{2 * time.Second, "policy"}
	}, trail: "home policy form", acts: 2},
	{name: "a page that goes on to an end", change: func(s *site, _ *Request) {
		gone(s, "object-link", "ai-topic-link")
		s.states["privacy-center"].itself = move{2 * time.Second, "already"}
	}, want: AlreadyObjected, trail: "privacy-center already", acts: 3},
	{name: "a page that goes on to a gate", change: func(s *site, _ *Request) {
		gone(s, "object-link", "ai-topic-link")
		s.states["privacy-center"].itself = move{2 * time.Second, "checkpoint"}
	}, want: NeedsUser, trail: "privacy-center checkpoint", acts: 3},

	{name: "cookies", change: func(s *site, _ *Request) { s.open["home"] = effect{to: "cookies"} }, trail: "cookies home settings privacy-center form", acts: 5},
	{name: "cookies that stay", change: press("cookies", "cookies-decline", effect{}), trail: "privacy-center form"},
	{name: "cookies that stay, in the way", change: func(s *site, r *Request) {
		all(effect{to: "cookies"})(s, r)
		press("cookies", "cookies-decline", effect{})(s, r)
	}, want: NeedsUser, trail: "cookies", acts: 2},
	{name: "cookies that go by themselves", change: func(s *site, r *Request) {
		s.open["home"] = effect{to: "cookies"}
		press("cookies", "cookies-decline", effect{to: "home", err: chrome.ErrLost})(s, r)
	}, trail: "cookies home settings privacy-center form"},

	{name: "the person signs in", change: met("sign-in", "home"), trail: "sign-in home settings privacy-center form"},
	{name: "the person signs in and is at the form", change: met("sign-in", "form"), trail: "sign-in form", acts: 1},
	{name: "the person signs in and is further on", change: met("sign-in", "privacy-center"), trail: "sign-in privacy-center form", acts: 2},
	{name: "the person signs in and types a code", change: func(s *site, r *Request) {
		met("sign-in", "code")(s, r)
		s.states["code"].person = move{40 * time.Second, "home"}
	}, trail: "sign-in code home settings privacy-center form", acts: 4},
	{name: "the person signs in and has objected", change: met("sign-in", "already"), want: AlreadyObjected, trail: "sign-in already", acts: 1},
	{name: "the person signs in and meets cookies", change: met("sign-in", "cookies"), trail: "sign-in cookies home settings privacy-center form", acts: 5},
	{name: "the person signs in and stays somewhere", change: met("sign-in", "nowhere"), want: NeedsUser, trail: "sign-in", acts: 1},
	{name: "the person signs in, is somewhere, and goes to the start page", change: func(s *site, r *Request) {
		met("sign-in", "nowhere")(s, r)
		s.states["nowhere"].person = move{8 * time.Minute, "home"}
	}, trail: "sign-in home settings privacy-center form", acts: 4},
	{name: "the person looks for their phone for as long as they may", change: func(s *site, r *Request) {
		met("sign-in", "phone")(s, r)
		s.states["phone"] = &state{person: move{25 * time.Minute, "home"}, theirs: true}
	}, trail: "sign-in home settings privacy-center form", acts: 4},
	{name: "the person does not come", change: func(s *site, r *Request) {
		met("sign-in", "home")(s, r)
		s.states["sign-in"].person = move{}
	}, want: NeedsUser, trail: "sign-in", acts: 1},
	{name: "the person does not find the code", change: func(s *site, r *Request) {
		met("sign-in", "code")(s, r)
		s.states["code"].person = move{}
	}, want: NeedsUser, trail: "sign-in code", acts: 1},

	{name: "the person finds the form", change: func(s *site, r *Request) {
		all(effect{to: "nowhere"})(s, r)
		r.NoWait, s.states["nowhere"].person = false, move{5 * time.Minute, "form"}
	}, trail: "form", lost: "settings policy direct"},
	{name: "the person finds the form past another", change: func(s *site, r *Request) {
		all(effect{to: "nowhere"})(s, r)
		r.NoWait, s.states["nowhere"].person = false, move{time.Minute, "unavailable"}
		s.states["unavailable"].person = move{2 * time.Minute, "form"}
	}, trail: "form", lost: "settings policy direct"},
	{name: "not offered, with a person", change: func(s *site, r *Request) {
		all(effect{to: "unavailable"})(s, r)
		r.NoWait = false
	}, want: NotAvailable},
	{name: "the person finds the form after trouble", change: func(s *site, r *Request) {
		all(effect{to: "nowhere"})(s, r)
		r.NoWait, s.states["nowhere"].person = false, move{time.Minute, "trouble"}
		s.states["trouble"].person = move{time.Minute, "form"}
	}, trail: "form", lost: "settings policy direct"},
	{name: "the person does not find the form", change: func(s *site, r *Request) { all(effect{to: "nowhere"})(s, r); r.NoWait = false }, want: NotFound},
}

func TestWalk(t *testing.T) {
	for _, service := range selectors.Services() {
		f := flows(t)[service]
		for _, c := range walks {
			t.Run(service+"/"+c.name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					s, req := sound(f), Request{NoWait: true, Wait: 30 * time.Minute, Route: "settings"}
					if c.change != nil {
						c.change(&s, &req)
					}
					got := tell(s, req)
					if got.outcome() != c.want {
						got.breaks("outcome %q, want %q", got.outcome(), c.want)
					}
					if trail := strings.Join(got.trail, " "); c.trail != "" && !strings.HasSuffix(" "+trail, " "+c.trail) {
						got.breaks("trail %q, want %q", trail, c.trail)
					}
					if c.acts > 0 && len(got.acts) > c.acts {
						got.breaks("%d acts, want %d: %v", len(got.acts), c.acts, got.acts)
					}
					if lost := strings.Join(got.kept("lost"), " "); c.lost != "" && lost != c.lost {
						got.breaks("lost %q, want %q", lost, c.lost)
					}
					if len(got.promises()) > 0 {
						got.report(t, c.name)
					}
				})
			})
		}
	}
}

// TestNothingIsPressedOnAFormThatNobodyKnows: what a route presses on strange pages, it
// does not press on the form's own page, whether that is late or has changed.
func TestNothingIsPressedOnAFormThatNobodyKnows(t *testing.T) {
	f := flows(t)["facebook"]
	page := "help/contact/" + f.Forms[0]
	for name, late := range map[string]time.Duration{"changed": 0, "late": 3 * time.Second} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, req := sound(f), Request{NoWait: true, Route: "settings"}
				press("privacy-center", "object-link", effect{to: page})(&s, &req)
				all(effect{to: page})(&s, &req)
				s.open["home"] = effect{to: "home"}
				s.states[page] = &state{targets: map[string]string{"ai-topic-link": "found"}, press: map[string]effect{"ai-topic-link": {to: "nowhere"}}, status: 200}
				want := NotFound
				if late > 0 {
					s.states[page].itself, want = move{late, "form"}, 0
				}
				got := tell(s, req)
				if got.outcome() != want || slices.Contains(got.acts, "press ai-topic-link") {
					t.Errorf("outcome %q, want %q, after %v", got.outcome(), want, got.acts)
				}
			})
		})
	}
}

// TestAnAsideThatAsksNobody: where a prompt cannot be put away, and the flow asks
// nobody about it, the walk goes on past it.
func TestAnAsideThatAsksNobody(t *testing.T) {
	for _, err := range []error{&guard.Refusal{Reason: guard.Submits, Target: "not-now"}, chrome.ErrLost, nil} {
		synctest.Test(t, func(t *testing.T) {
			f, _, fault := selectors.Load("", "instagram")
			if fault != nil {
				t.Fatal(fault)
			}
			s := sound(f)
			s.states["home"].places = append(s.states["home"].places, "prompt")
			s.states["home"].targets["not-now"] = "found"
			s.states["home"].press["not-now"] = effect{err: err}
			got := tell(s, Request{NoWait: true, Wait: time.Minute, Route: "settings"})
			if trail := strings.Join(got.trail, " "); got.outcome() != 0 || trail != "prompt home settings privacy-center form" {
				t.Errorf("%v: %s, %s", err, got.outcome(), trail)
			}
		})
	}
}

// TestGates meets every gate of the built-in flows, without a person and with
// one.
func TestGates(t *testing.T) {
	for _, service := range selectors.Services() {
		f := flows(t)[service]
		for id, place := range f.Places {
			if place.Kind != selectors.Gate {
				continue
			}
			t.Run(service+"/"+id, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					s, req := sound(f), Request{Wait: 30 * time.Minute}
					met(id, "home")(&s, &req)
					got := tell(s, req)
					if got.outcome() != 0 || got.asked != 1 || len(got.told) != 2 {
						got.breaks("outcome %q, asked %d times, told %v", got.outcome(), got.asked, got.told)
					}
					if len(got.promises()) > 0 {
						got.report(t, "with a person")
					}
					req.NoWait = true
					got = tell(s, req)
					var end *stop
					if ask := asking(f, id); !errors.As(got.err, &end) || end.outcome != NeedsUser || end.what.String() != ask.what.String() || end.next.String() != ask.alone.String() {
						got.breaks("want %q and %q", ask.what, ask.alone)
					}
					if !slices.Equal(got.trail, []string{id}) || !slices.Equal(got.kept("gate"), []string{id}) || len(got.acts) != 1 {
						got.breaks("trail %v, journal %v, done %v", got.trail, got.kept("gate"), got.acts)
					}
					if len(got.promises()) > 0 {
						got.report(t, "without")
					}
				})
			})
		}
	}
}

// TestTheLastGateIsTheOne asks that somebody who passed one gate and not the
// next is told of the next.
func TestTheLastGateIsTheOne(t *testing.T) {
	f := flows(t)["facebook"]
	synctest.Test(t, func(t *testing.T) {
		s, req := sound(f), Request{Wait: 5 * time.Minute}
		met("sign-in", "code")(&s, &req)
		s.states["code"].person = move{}
		got := tell(s, req)
		var end *stop
		if want := asking(f, "code").what.String(); !errors.As(got.err, &end) || end.what.String() != want {
			got.breaks("want %q", want)
		}
		if gates := got.kept("gate"); !slices.Equal(gates, []string{"sign-in", "code"}) {
			got.breaks("gates in the journal: %v", gates)
		}
		if len(got.promises()) > 0 {
			got.report(t, "code")
		}
	})
}

// TestRefusals presses a link that the judge refuses for each reason.
func TestRefusals(t *testing.T) {
	f := flows(t)["instagram"]
	for _, reason := range reasons() {
		t.Run(reason.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, req := sound(f), Request{NoWait: true}
				press("home", "settings-link", effect{err: fmt.Errorf("press: %w", &guard.Refusal{Reason: reason, Target: "settings-link"})})(&s, &req)
				got := tell(s, req)
				want := Outcome(0)
				if dangerous(reason) {
					want = Refused
				}
				if got.outcome() != want || len(got.kept("blocked")) != 1 {
					got.breaks("outcome %q, want %q; blocked %v", got.outcome(), want, got.kept("blocked"))
				}
				if len(got.promises()) > 0 {
					got.report(t, reason.String())
				}
			})
		})
	}
}

// TestNoBusyLoop has a page whose looks come back at once, with nothing new.
// While it waits, the walk must not ask it without a pause.
func TestNoBusyLoop(t *testing.T) {
	f := flows(t)["facebook"]
	for _, place := range []string{"sign-in", "nowhere"} {
		t.Run(place, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, req := sound(f), Request{Wait: 2 * time.Minute}
				all(effect{to: place})(&s, &req)
				s.states[place].person, s.spins = move{}, true
				if got := tell(s, req); len(got.promises()) > 0 {
					got.report(t, fmt.Sprintf("%d looks in %s", len(got.views), got.took))
				}
			})
		})
	}
}
