//go:build linux

package automation_test

import (
	"context"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nonmerci/nonmerci/automation"
	"github.com/nonmerci/nonmerci/internal/hint"
	"github.com/nonmerci/nonmerci/internal/record"
	"github.com/nonmerci/nonmerci/internal/rehearsal"
)

// TestStandInSpeaksLikeChromium compares the calls that the stand-in answers
// with those of a run in a real browser, up to the person's Send.
func TestStandInSpeaksLikeChromium(t *testing.T) {
	if testing.Short() {
		t.Skip("needs a browser")
	}
	t.Parallel()
	dir, v := t.TempDir(), rehearsal.Variant{}
	v, err := rehearsal.ParseVariant("form=long&gate=cookies&with=after-scroll")
	if err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "browser"), []byte(browser(t)), 0o600); err != nil {
		t.Fatal(err)
	}
	h := newHand(t)
	res, site := object(t, v, func(r *automation.Request) {
		r.Email, r.Explanation, r.Country, r.NoWait, r.Wait = "marie@courrier.example", "Non merci.", "FR", false, 20*time.Second
		r.Browser.Path, r.Browser.Args = self, append(r.Browser.Args, h.arg(), "eavesdrop="+dir)
		tell := r.Tell
		r.Tell = func(s hint.Text) {
			tell(s)
			if strings.HasPrefix(s.Format, "If everything is right") {
				go h.press(t.Context(), sendButton)
			}
		}
	})
	if res.Outcome != automation.Sent || site.Submissions() != 1 {
		t.Fatalf("outcome %s, %d submissions", res.Outcome, site.Submissions())
	}
	var real evidence
	readTrace(dir, &real)
	got := plainRun(t)
	// In the real one a message box would stay over the thanks, and this page does
	// nothing that must be stopped.
	onlyHere := []string{"Page.handleJavaScriptDialog", "Fetch.failRequest"}
	for _, name := range both(real.calls, got.calls) {
		if !slices.Contains(got.calls, name) {
			t.Errorf("the stand-in is never asked for %s, Chromium is", name)
		}
		if !slices.Contains(real.calls, name) && !slices.Contains(onlyHere, name) {
			t.Errorf("Chromium is never asked for %s, the stand-in is", name)
		}
	}
	t.Logf("%d calls of %d kinds in Chromium, %d of %d with the stand-in", len(real.calls), len(both(real.calls)), len(got.calls), len(both(got.calls)))
}

func both(traces ...[]string) []string {
	all := map[string]bool{}
	for _, trace := range traces {
		for _, name := range trace {
			all[name] = true
		}
	}
	return slices.Sorted(maps.Keys(all))
}

// plainRun is a run in which nothing goes wrong.
func plainRun(t *testing.T) evidence {
	t.Helper()
	c := faultCase{script: script{Sends: true}}
	e := suffer(t, t.TempDir(), c)
	if bad := broken(c, e); len(bad) > 0 || e.outcome != automation.Sent {
		t.Fatalf("without any fault: %s, %v\n%s", e.outcome, bad, e.said)
	}
	return e
}

// TestFaultsReachEveryPower: whatever the program may ask of a browser is asked
// in the run that the fault table breaks.
func TestFaultsReachEveryPower(t *testing.T) {
	calls := plainRun(t).calls
	_, powers, _ := strings.Cut(automation.Powers(), "DevTools methods")
	list := regexp.MustCompile(`(?m)^[* ] (\w+(?:\.\w+)?) +[a-z]`)
	n := 0
	for _, m := range list.FindAllStringSubmatch(powers, -1) {
		name := m[1]
		if !strings.Contains(name, ".") {
			name = "Runtime.callFunctionOn " + name
		}
		n++
		elsewhere := []string{"Fetch.fulfillRequest", // where a saved page is shown
			"Page.printToPDF",                                                               // where the report is printed
			"Overlay.setInspectMode", "DOM.getContentQuads", "Runtime.callFunctionOn shown", // where the person points at something
			"Overlay.highlightNode", "DOM.getDocument", "Runtime.callFunctionOn near", // where they are shown what comes near
			"Runtime.callFunctionOn outline",              // where a page is kept for others
			"Runtime.callFunctionOn",                      // by its functions
			"Target.attachToTarget", "Target.closeTarget"} // in a browser that ran before
		if slices.Contains(elsewhere, name) {
			continue
		}
		if !slices.Contains(calls, name) {
			t.Errorf("%s is never called", name)
		}
	}
	if n < 35 {
		t.Errorf("only %d powers were read", n)
	}
}

// TestFaultChecksCanFail shows evidence of every broken promise to the judge of
// the fault table.
func TestFaultChecksCanFail(t *testing.T) {
	t.Parallel() // it does little but wait
	good := evidence{outcome: automation.Sent, message: "You sent the objection.", sent: 1, handed: true, records: 1, verdict: record.Verified, told: "sent"}
	stopped := evidence{outcome: automation.Failed, message: "It failed. Nothing was sent.", records: 1, verdict: record.Verified, told: "failed"}
	for _, e := range []evidence{good, stopped} {
		if bad := broken(faultCase{}, e); len(bad) > 0 {
			t.Errorf("%s: %v", e.outcome, bad)
		}
	}
	for name, c := range map[string]struct {
		of     evidence
		change func(*evidence)
	}{
		"hangs":                          {good, func(e *evidence) { e.hung = true }},
		"fault of the program":           {good, func(e *evidence) { e.err = context.Canceled }},
		"no outcome":                     {stopped, func(e *evidence) { e.outcome, e.told = 0, "" }},
		"no such outcome":                {stopped, func(e *evidence) { e.outcome = 99 }},
		"no word":                        {good, func(e *evidence) { e.message = "" }},
		"the page sent":                  {stopped, func(e *evidence) { e.others = 1 }},
		"the program pressed Send":       {stopped, func(e *evidence) { e.inputs = 1 }},
		"something leaked":               {stopped, func(e *evidence) { e.leaks = 1 }},
		"sent twice":                     {good, func(e *evidence) { e.sent = 2 }},
		"sent before the hand-over":      {good, func(e *evidence) { e.handed = false }},
		"sent, but it was not":           {good, func(e *evidence) { e.sent = 0 }},
		"not sent, but it was":           {stopped, func(e *evidence) { e.sent, e.handed = 1, true }},
		"unknown before the hand-over":   {stopped, func(e *evidence) { e.outcome, e.told = automation.Unknown, "unknown" }},
		"ready, and nobody asked":        {stopped, func(e *evidence) { e.outcome, e.told = automation.Ready, "ready" }},
		"interrupted by nobody":          {stopped, func(e *evidence) { e.outcome, e.told = automation.Interrupted, "interrupted" }},
		"stopped, and says it failed":    {stopped, func(e *evidence) { e.stopped, e.met = true, true }},
		"two records":                    {good, func(e *evidence) { e.records = 2 }},
		"no record":                      {stopped, func(e *evidence) { e.records = 0 }},
		"altered":                        {good, func(e *evidence) { e.verdict = record.Altered }},
		"no seal":                        {good, func(e *evidence) { e.verdict, e.told = record.Incomplete, "" }},
		"the record says something else": {good, func(e *evidence) { e.told = "sent_unconfirmed" }},
		"the browser lives on":           {stopped, func(e *evidence) { e.alive = true }},
	} {
		e := c.of
		if c.change(&e); len(broken(faultCase{}, e)) == 0 {
			t.Errorf("%s: nobody minds", name)
		}
	}
	wild := faultCase{script: script{Wild: true, Sends: true}}
	if e := suffer(t, t.TempDir(), wild); e.others == 0 || e.leaks == 0 || len(broken(wild, e)) == 0 {
		t.Errorf("nothing holds the requests back, and nobody minds: %+v", e)
	}
}
