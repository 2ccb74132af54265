package automation_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nonmerci/nonmerci/automation"
	"github.com/nonmerci/nonmerci/internal/rehearsal"
)

// TestAWindowLeftOpen: a person has opened a window of nonmerci's profile by hand.
// The run says so and leaves it alone; when they have closed it, the next goes on.
func TestAWindowLeftOpen(t *testing.T) {
	if testing.Short() {
		t.Skip("needs a browser window")
	}
	t.Parallel()
	s := newScreen(t)
	profile := filepath.Join(t.TempDir(), "profile")
	run := func() automation.Result {
		res, site := object(t, rehearsal.Variant{Service: "instagram"}, func(r *automation.Request) {
			r.Email, r.Browser.Profile, r.Browser.Fleeting = "marie@courrier.example", profile, false
		})
		if n := site.Submissions(); n != 0 {
			t.Errorf("%d submissions", n)
		}
		return res
	}
	if res := run(); res.Outcome != automation.Ready {
		t.Fatalf("on a new profile: %s: %s", res.Outcome, res.Message)
	}
	args := []string{"--user-data-dir=" + profile, "--no-first-run", "--password-store=basic", "--" + s.arg(), "about:blank"}
	if os.Geteuid() == 0 {
		args = append(args, "--no-sandbox")
	}
	window := exec.CommandContext(t.Context(), browser(t), args...)
	if err := window.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { _ = window.Wait(); close(ended) }()
	// Windows come and go while a browser starts, and xdotool fails at one that goes.
	soon(t, "a window", func() bool {
		find := exec.Command("xdotool", "search", "--onlyvisible", "--class", "chromium", "windowactivate", "--sync")
		find.Env = append(os.Environ(), "DISPLAY="+s.display)
		return find.Run() == nil
	})
	res := run()
	if res.Outcome != automation.Failed || !strings.Contains(res.Message.String(), "a browser window of it is open") {
		t.Errorf("with a window open: %s: %s", res.Outcome, res.Message)
	}
	select {
	case <-ended:
		t.Error("the window was closed")
	default:
	}
	s.do("key", "alt+F4")
	select {
	case <-ended:
	case <-time.After(10 * time.Second):
		t.Fatal("the window does not close")
	}
	if res := run(); res.Outcome != automation.Ready {
		t.Errorf("when it is closed: %s: %s", res.Outcome, res.Message)
	}
}
