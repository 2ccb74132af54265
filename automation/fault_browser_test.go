//go:build linux

package automation_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/nonmerci/nonmerci/automation"
	"github.com/nonmerci/nonmerci/internal/hint"
	"github.com/nonmerci/nonmerci/internal/record"
	"github.com/nonmerci/nonmerci/internal/rehearsal"
)

// TestTwoAtOnce starts two on one new profile in the same moment: one does its
// work undisturbed, the other says that the profile is in use.
func TestTwoAtOnce(t *testing.T) {
	if !*full {
		t.Skip("two that ran one after the other by chance are hard to tell from two at once: run with -full")
	}
	for round := range 20 {
		profile := filepath.Join(t.TempDir(), "profile")
		var both [2]automation.Result
		var sites [2]*rehearsal.Site
		var wg sync.WaitGroup
		var began, ended [2]time.Time
		for i := range both {
			wg.Go(func() {
				began[i] = time.Now()
				defer func() { ended[i] = time.Now() }()
				both[i], sites[i] = object(t, rehearsal.Variant{Service: "instagram"}, func(r *automation.Request) {
					r.Email, r.Browser.Profile = "marie@courrier.example", profile
					r.Tell, r.Log = func(hint.Text) {}, func(string, map[string]any) {}
				})
			})
		}
		wg.Wait()
		ready, inUse := 0, 0
		for i, res := range both {
			switch {
			case res.Outcome == automation.Ready:
				ready++
			case res.Outcome == automation.Failed && strings.Contains(res.Message.String(), "in use"):
				inUse++
			}
			if verdict, findings, err := record.Verify(res.Record); err != nil || verdict != record.Verified {
				t.Errorf("round %d: record %v %v %v", round, verdict, findings, err)
			}
			if n := sites[i].Submissions(); n != 0 {
				t.Errorf("round %d: %d submissions", round, n)
			}
		}
		after := began[0].After(ended[1]) || began[1].After(ended[0]) // a busy machine ran one after the other
		if !after && (ready != 1 || inUse != 1) {
			t.Errorf("round %d: %s: %s; %s: %s", round, both[0].Outcome, both[0].Message, both[1].Outcome, both[1].Message)
		}
		if res, _ := object(t, rehearsal.Variant{Service: "instagram"}, func(r *automation.Request) {
			r.Email, r.Browser.Profile = "marie@courrier.example", profile
		}); res.Outcome != automation.Ready {
			t.Errorf("round %d: afterwards the profile gives %s: %s", round, res.Outcome, res.Message)
		}
	}
}

// TestFrozenChromium stops a real browser, with all its processes, on the way:
// the program says so in time, and none of them is left.
func TestFrozenChromium(t *testing.T) {
	if !*full {
		t.Skip("takes a minute, and the stand-in is frozen at every call: see make faults")
	}
	profile := t.TempDir()
	began := time.Now()
	res, site := object(t, rehearsal.Variant{Service: "instagram"}, func(r *automation.Request) {
		r.Email, r.Browser.Profile = "marie@courrier.example", profile
		tell := r.Tell
		r.Tell = func(s hint.Text) {
			tell(s)
			if strings.Contains(s.String(), "the settings") {
				for _, pid := range on(profile) {
					syscall.Kill(pid, syscall.SIGSTOP)
				}
			}
		}
	})
	if res.Outcome != automation.Failed || time.Since(began) > acceptable {
		t.Errorf("%s after %s: %s", res.Outcome, time.Since(began), res.Message)
	}
	if n := site.Submissions(); n != 0 {
		t.Errorf("%d submissions", n)
	}
	for until := time.Now().Add(5 * time.Second); len(on(profile)) > 0; <-time.After(20 * time.Millisecond) {
		if time.Now().After(until) {
			t.Fatalf("%d processes live on", len(on(profile)))
		}
	}
}

// on lists the processes of the browser on a profile.
func on(profile string) (pids []int) {
	dirs, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, file := range dirs {
		raw, _ := os.ReadFile(file)
		if !strings.Contains(string(raw), "--user-data-dir="+profile) {
			continue
		}
		var pid int
		fmt.Sscanf(file, "/proc/%d/", &pid)
		pids = append(pids, pid)
	}
	return pids
}
