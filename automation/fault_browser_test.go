//go:build linux

package automation_test

import (
	"encoding/json"
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
	if testing.Short() {
		t.Skip("needs a browser")
	}
	t.Parallel()
	rounds := 1
	if *full {
		rounds = 20
	}
	for round := range rounds {
		profile := filepath.Join(t.TempDir(), "profile")
		var both [2]automation.Result
		var sites [2]*rehearsal.Site
		var wg sync.WaitGroup
		for i := range both {
			wg.Go(func() {
				both[i], sites[i] = object(t, rehearsal.Variant{Service: "instagram"}, func(r *automation.Request) {
					r.Email, r.Browser.Profile, r.Browser.Fleeting = "marie@courrier.example", profile, false
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
		switch {
		case ready == 1 && inUse == 1:
		case ready == 2: // by chance one after the other, or there were two in one profile
			if a, b := inBrowser(t, both[0].Record), inBrowser(t, both[1].Record); a[0].Before(b[1]) && b[0].Before(a[1]) {
				t.Errorf("round %d: both had the profile at once, %v and %v", round, a, b)
			}
		default:
			t.Errorf("round %d: %s: %s; %s: %s", round, both[0].Outcome, both[0].Message, both[1].Outcome, both[1].Message)
		}
		if res, _ := object(t, rehearsal.Variant{Service: "instagram"}, func(r *automation.Request) {
			r.Email, r.Browser.Profile, r.Browser.Fleeting = "marie@courrier.example", profile, false
		}); res.Outcome != automation.Ready {
			t.Errorf("round %d: afterwards the profile gives %s: %s", round, res.Outcome, res.Message)
		}
	}
}

// inBrowser is the span in which a run certainly had its browser: from the line
// that names it to the form that was ready.
func inBrowser(t *testing.T, folder string) (span [2]time.Time) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(folder, "journal.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(data)) {
		var l struct {
			T     time.Time `json:"t"`
			Event string    `json:"event"`
		}
		if err := json.Unmarshal([]byte(line), &l); err != nil {
			t.Fatal(err)
		}
		switch l.Event {
		case "browser":
			span[0] = l.T
		case "prepared":
			span[1] = l.T
		}
	}
	if span[0].IsZero() || !span[0].Before(span[1]) {
		t.Fatalf("the journal tells no span: %v", span)
	}
	return span
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
		r.Email, r.Browser.Profile, r.Browser.Fleeting = "marie@courrier.example", profile, false
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
