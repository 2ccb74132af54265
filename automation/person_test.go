package automation_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/nonmerci/nonmerci/automation"
	"github.com/nonmerci/nonmerci/internal/hint"
	"github.com/nonmerci/nonmerci/internal/rehearsal"
)

// screen is an X server of the test's own with a window manager, on which a real
// mouse moves and real keys are pressed.
type screen struct {
	t       *testing.T
	display string
}

func newScreen(t *testing.T) *screen {
	t.Helper()
	for _, tool := range []string{"Xvfb", "xdotool", "openbox"} {
		if _, err := exec.LookPath(tool); err != nil {
			if os.Getenv("CI") != "" {
				t.Fatalf("%s is missing: run `make setup`", tool)
			}
			t.Skipf("%s is not installed, so there is no screen with a real mouse: run `make setup`", tool)
		}
	}
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer read.Close()
	x := exec.Command("Xvfb", "-displayfd", "3", "-screen", "0", "1280x1000x24", "-nolisten", "tcp")
	x.ExtraFiles = []*os.File{write}
	if err := x.Start(); err != nil {
		t.Fatal(err)
	}
	write.Close()
	t.Cleanup(func() { x.Process.Kill(); x.Wait() })
	number, err := bufio.NewReader(read).ReadString('\n')
	if err != nil {
		t.Fatal("the X server did not start: ", err)
	}
	s := &screen{t, ":" + strings.TrimSpace(number)}
	wm := exec.Command("openbox")
	wm.Env = append(os.Environ(), "DISPLAY="+s.display)
	if err := wm.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { wm.Process.Kill(); wm.Wait() })
	return s
}

// arg makes a browser open its windows there (Chromium's ozone for X11), whatever
// the environment says, so that tests with screens run beside one another.
func (s *screen) arg() string { return "display=" + s.display }

// do moves the mouse or presses keys.
func (s *screen) do(args ...string) {
	cmd := exec.Command("xdotool", args...)
	cmd.Env = append(os.Environ(), "DISPLAY="+s.display)
	if out, err := cmd.CombinedOutput(); err != nil {
		s.t.Errorf("xdotool %s: %v %s", args, err, out)
	}
}

// place tells where on the screen the middle of an element is.
func (h *hand) place(ctx context.Context, selector string) (x, y int) {
	h.on(ctx, func(call func(string, any) json.RawMessage) {
		raw := call("Runtime.evaluate", map[string]any{"returnByValue": true, "expression": fmt.Sprintf(`(() => {
			const [x, y] = (%s)(%q);
			return [screenX + (outerWidth - innerWidth) / 2 + x, screenY + outerHeight - innerHeight + y];
		})()`, finding, selector)})
		var got struct{ Result struct{ Value []float64 } }
		if json.Unmarshal(raw, &got) != nil || len(got.Result.Value) != 2 {
			h.t.Errorf("find %s: %s", selector, raw)
			return
		}
		x, y = int(got.Result.Value[0]), int(got.Result.Value[1])
	})
	return x, y
}

// click clicks the middle of the first element that the selector finds.
func (s *screen) click(ctx context.Context, h *hand, selector string) {
	x, y := h.place(ctx, selector)
	s.do("mousemove", "5", "5", "mousemove", "--sync", strconv.Itoa(x), strconv.Itoa(y), "click", "1")
}

// TestARealMouse runs in a real window: a person clicks Send with the mouse, or
// presses Enter in the e-mail field.
func TestARealMouse(t *testing.T) {
	if testing.Short() {
		t.Skip("needs a browser window")
	}
	t.Parallel()
	s := newScreen(t)
	acts := map[string]func(ctx context.Context, h *hand){
		"click on Send": func(ctx context.Context, h *hand) {
			s.click(ctx, h, sendButton)
		},
		"Enter in the e-mail field": func(ctx context.Context, h *hand) {
			x, y := h.place(ctx, "input[type=email]")
			s.do("mousemove", "--sync", strconv.Itoa(x), strconv.Itoa(y), "click", "1", "key", "Return")
		},
	}
	for name, act := range acts {
		t.Run(name, func(t *testing.T) {
			h := newHand(t)
			res, site := object(t, rehearsal.Variant{Service: "facebook"}, func(r *automation.Request) {
				r.Email, r.NoWait, r.Wait, r.Browser.Headless = "marie@courrier.example", false, 25*time.Second, false
				r.Browser.Args = append(r.Browser.Args, h.arg(), s.arg(), "window-size=1200,900", "window-position=0,0")
				tell := r.Tell
				r.Tell = func(said hint.Text) {
					tell(said)
					if strings.HasPrefix(said.Format, "If everything is right") {
						go act(t.Context(), h)
					}
				}
			})
			if res.Outcome != automation.Sent {
				t.Errorf("outcome %s: %s", res.Outcome, res.Message)
			}
			if n := site.Submissions(); n != 1 {
				t.Errorf("%d submissions, want 1: %v", n, site.ByChannel())
			}
		})
	}
}
