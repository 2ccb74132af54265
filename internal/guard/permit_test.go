package guard

import (
	"errors"
	"math"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func permit(t *testing.T) *Permit {
	t.Helper()
	p, err := Judge(Intent{Act: Fill, Target: "email", Text: "someone@b.example"}, field(), noon)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func spend(p *Permit, now time.Time) error {
	return p.Spend(Fill, 7, Point{10, 20}, "someone@b.example", now)
}

func wantReason(t *testing.T, err error, want Reason) {
	t.Helper()
	var refusal *Refusal
	if !errors.As(err, &refusal) || refusal.Reason != want {
		t.Errorf("got %v, want %v", err, want)
	}
}

func TestPermitIsSpentOnce(t *testing.T) {
	p := permit(t)
	if err := spend(p, noon.Add(lifetime-1)); err != nil {
		t.Fatal(err)
	}
	wantReason(t, spend(p, noon), Spent)
}

func TestPermitCopiesShareTheUse(t *testing.T) {
	p := permit(t)
	twin := *p
	if err := spend(&twin, noon); err != nil {
		t.Fatal(err)
	}
	wantReason(t, spend(p, noon), Spent)
}

func TestNoPermit(t *testing.T) {
	wantReason(t, spend(nil, noon), NoPermit)
	wantReason(t, spend(&Permit{}, noon), NoPermit)
	wantReason(t, (&Permit{}).Spend(0, 0, Point{}, "", time.Time{}), NoPermit)
}

func TestPermitDeadline(t *testing.T) {
	wantReason(t, spend(permit(t), noon.Add(lifetime)), Expired)
	wantReason(t, spend(permit(t), noon.Add(-1)), Expired)
	wantReason(t, spend(permit(t), time.Time{}), Expired)
}

func TestPermitIsForOneThing(t *testing.T) {
	at, text := Point{10, 20}, "someone@b.example"
	for name, attempt := range map[string]func(*Permit) error{
		"act":   func(p *Permit) error { return p.Spend(Press, 7, at, text, noon) },
		"node":  func(p *Permit) error { return p.Spend(Fill, 8, at, text, noon) },
		"point": func(p *Permit) error { return p.Spend(Fill, 7, Point{10, 20.5}, text, noon) },
		"nan":   func(p *Permit) error { return p.Spend(Fill, 7, Point{math.NaN(), 20}, text, noon) },
		"text":  func(p *Permit) error { return p.Spend(Fill, 7, at, text+"\n", noon) },
	} {
		t.Run(name, func(t *testing.T) {
			p := permit(t)
			wantReason(t, attempt(p), OtherThing)
			wantReason(t, spend(p, noon), Spent) // a wrong attempt uses it up
		})
	}
}

func TestPermitHasOneWinner(t *testing.T) {
	for range 50 {
		p := permit(t)
		var wins atomic.Int32
		var all sync.WaitGroup
		for range 16 {
			all.Go(func() {
				if spend(p, noon) == nil {
					wins.Add(1)
				}
			})
		}
		all.Wait()
		if n := wins.Load(); n != 1 {
			t.Fatalf("%d winners", n)
		}
	}
}

// Refusals go to logs, so they must not repeat what the page or the person wrote.
func TestRefusalsTellNothingPrivate(t *testing.T) {
	f := field()
	f.Names = []string{"secret label"}
	f.Address += "?token=secret"
	_, err := Judge(Intent{Act: Fill, Target: "email", Text: "secret\n"}, f, noon)
	if err == nil || strings.Contains(err.Error(), "secret") || !strings.Contains(err.Error(), "email") {
		t.Errorf("got %v", err)
	}
	_, err = Host("https://secret:secret@www.facebook.com/?secret")
	if err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("got %v", err)
	}
}

func TestEveryReasonHasItsWords(t *testing.T) {
	other := (&Refusal{}).What().Format
	for r := NoAct; r <= OtherThing; r++ {
		if s := r.String(); s == "" || strings.HasPrefix(s, "reason ") {
			t.Errorf("reason %d has no name", r)
		}
		if what := (&Refusal{Reason: r, Target: "t"}).What(); what.Format == other {
			t.Errorf("%v: nothing to say to the person", r)
		}
	}
}
