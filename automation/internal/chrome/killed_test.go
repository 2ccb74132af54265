package chrome

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/nonmerci/nonmerci/selectors"
)

// victim, in the environment, makes the test binary a program that drives a
// browser and waits to be killed; its value is the browser's profile.
const victim = "NONMERCI_TEST_VICTIM"

// beVictim opens an address, locks the form that is there and says so. Its
// arguments are the address and the browser's switches.
func beVictim(profile string, args []string) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	path, err := Find("", os.LookupEnv)
	if err != nil {
		return err
	}
	b, err := Start(ctx, Options{Path: path, Profile: profile, Headless: true, Sandbox: os.Geteuid() != 0, Fleeting: true, Args: args[1:]})
	if err != nil {
		return err
	}
	defer b.Close()
	if err := b.Open(ctx, args[0]); err != nil {
		return err
	}
	plan := looking([]selectors.Role{selectors.Button}, selectors.Form, planLocator{By: selectors.ByOnly})
	if _, err := b.Look(ctx, plan, Until{Within: 10 * time.Second, Patience: 100 * time.Millisecond}); err != nil {
		return err
	}
	if err := b.Lock(ctx, email); err != nil {
		return err
	}
	fmt.Println("locked", b.proc.cmd.Process.Pid)
	<-ctx.Done()
	return ctx.Err()
}

// TestTheProgramIsKilled: kill -9 in the middle, in front of a page that sends all
// the time by whatever there is. The browser lives on for a moment; nothing of
// the page's leaves it. (Without the outlet something did in some runs, not in
// all: its control is [TestOutletAlone].)
func TestTheProgramIsKilled(t *testing.T) {
	t.Parallel()
	browserPath(t)
	w, err := serveWeb()
	if err != nil {
		t.Fatal(err)
	}
	defer w.close()
	h, err := newHand()
	if err != nil {
		t.Fatal(err)
	}
	address := w.page(`<form onsubmit="return false"><input type=email><textarea></textarea><button>Send</button></form>`)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self, append([]string{address, h.arg()}, w.args()...)...)
	cmd.Env = append(os.Environ(), victim+"="+t.TempDir())
	cmd.Stderr = os.Stderr
	said, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(said).ReadString('\n')
	if err != nil {
		t.Fatalf("the program said %q: %v", line, err)
	}
	var pid int
	if _, err := fmt.Sscanf(line, "locked %d", &pid); err != nil {
		t.Fatal(err)
	}
	tab := h.on(t)
	tab.try("document.open(); document.write(" + "`" + strings.ReplaceAll(restless, "`", "") + "`" + ")")
	until(t, 20*time.Second, "the page tries", func() bool { return tab.eval(`performance.now() > 0 && !!self.worker`) == true })
	if n := w.total(); n > 0 {
		t.Errorf("%d left before", n)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	begin := time.Now()
	_ = cmd.Wait()
	until(t, 20*time.Second, "the browser ends with the program", func() bool { return !alive(pid) })
	t.Logf("the browser ended after %s", time.Since(begin).Round(time.Millisecond))
	if got := w.counted(); len(got) > 0 {
		t.Errorf("got out: %v", got)
	}
}
