package automation_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nonmerci/nonmerci/automation"
	"github.com/nonmerci/nonmerci/internal/hint"
	"github.com/nonmerci/nonmerci/internal/record"
	"github.com/nonmerci/nonmerci/internal/rehearsal"
)

// everyday is a browser that a person has started, with a tab of theirs.
type everyday struct {
	t     *testing.T
	ended chan struct{}
}

// theirPage is the person's own.
const theirPage = "data:text/html,<title>mine</title>"

func startEveryday(t *testing.T, args ...string) *everyday {
	t.Helper()
	args = append(args, "--no-first-run", "--no-default-browser-check")
	if os.Geteuid() == 0 {
		args = append(args, "--no-sandbox")
	}
	cmd := exec.Command(browser(t), append(args, theirPage)...)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	e := &everyday{t, make(chan struct{})}
	go func() {
		defer close(e.ended)
		_ = cmd.Wait()
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt)
		select {
		case <-e.ended:
		case <-time.After(5 * time.Second):
			_ = cmd.Process.Kill()
			<-e.ended
		}
	})
	return e
}

// soon waits for something that a browser has to do.
func soon(t *testing.T, what string, ok func() bool) {
	t.Helper()
	deadline := time.NewTimer(20 * time.Second)
	defer deadline.Stop()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-tick.C:
		case <-deadline.C:
			t.Fatal(what + ": not in time")
		}
	}
}

// ask reads one of the pages that a browser with a debugging port has.
func (h *hand) ask(page string, into any) bool {
	res, err := http.Get(fmt.Sprintf("http://127.0.0.1:%d/json/%s", h.port, page))
	if err != nil {
		return false
	}
	defer res.Body.Close()
	return json.NewDecoder(res.Body).Decode(into) == nil
}

// titles are those of the open tabs.
func (h *hand) titles() []string {
	var tabs []struct{ Type, Title string }
	h.ask("list", &tabs)
	var out []string
	for _, one := range tabs {
		if one.Type == "page" {
			out = append(out, one.Title)
		}
	}
	slices.Sort(out)
	return out
}

// attached runs one objection in a browser that ran before.
func attached(t *testing.T, change func(*automation.Request, *hand)) (automation.Result, *rehearsal.Site, *hand) {
	t.Helper()
	if testing.Short() {
		t.Skip("needs a browser")
	}
	h := newHand(t)
	res, site := object(t, rehearsal.Variant{Service: "instagram"}, func(r *automation.Request) {
		args := []string{"--headless=new", "--user-data-dir=" + t.TempDir(), "--" + h.arg()}
		for _, arg := range r.Browser.Args {
			args = append(args, "--"+arg)
		}
		startEveryday(t, args...)
		var browser struct {
			Socket string `json:"webSocketDebuggerUrl"`
		}
		soon(t, "the browser listens", func() bool { return h.ask("version", &browser) && slices.Equal(h.titles(), []string{"mine"}) })
		r.Email, r.Browser = "marie@courrier.example", automation.Browser{Attach: &automation.Attach{Address: browser.Socket}}
		change(r, h)
	})
	if verdict, findings, err := record.Verify(res.Record); err != nil || verdict != record.Verified {
		t.Errorf("record %v %v %v", verdict, findings, err)
	}
	return res, site, h
}

// TestAttachedObject: in the person's own browser the walk, the form and what is
// seen are the same; who does not wait leaves no tab behind, who has sent finds
// theirs.
func TestAttachedObject(t *testing.T) {
	t.Parallel()
	t.Run("nobody waits", func(t *testing.T) {
		if !*full {
			t.Skip("every day the one in which the person sends; the others with -full")
		}
		t.Parallel()
		res, site, h := attached(t, func(*automation.Request, *hand) {})
		if res.Outcome != automation.Ready || site.Submissions() != 0 {
			t.Errorf("outcome %s, %d submissions: %s", res.Outcome, site.Submissions(), res.Message)
		}
		if got := h.titles(); !slices.Equal(got, []string{"mine"}) {
			t.Errorf("open tabs: %q", got)
		}
	})
	t.Run("the person sends", func(t *testing.T) {
		t.Parallel()
		var told []string
		res, site, h := attached(t, func(r *automation.Request, h *hand) {
			r.NoWait, r.Wait = false, 20*time.Second
			r.Linger = func(context.Context) { t.Error("the tab stays, so there is nothing to wait for") }
			tell := r.Tell
			r.Tell = func(s hint.Text) {
				tell(s)
				told = append(told, s.String())
				if strings.HasPrefix(s.Format, "If everything is right") {
					go h.press(t.Context(), sendButton)
				}
			}
		})
		if res.Outcome != automation.Sent || site.Submissions() != 1 {
			t.Errorf("outcome %s, %d submissions: %s", res.Outcome, site.Submissions(), res.Message)
		}
		if got := h.titles(); len(got) != 2 || !slices.Contains(got, "mine") {
			t.Errorf("open tabs: %q", got)
		}
		all := strings.Join(told, "\n")
		for _, want := range []string{"It touches no other tab", "some locks are missing", "your other tabs cannot open", "The tab stays open"} {
			if !strings.Contains(all, want) {
				t.Errorf("the person is not told %q:\n%s", want, all)
			}
		}
	})
	t.Run("the person closes the tab", func(t *testing.T) {
		if !*full {
			t.Skip("every day the one in which the person sends; the others with -full")
		}
		t.Parallel()
		res, site, h := attached(t, func(r *automation.Request, h *hand) {
			r.NoWait, r.Wait = false, 20*time.Second
			tell := r.Tell
			r.Tell = func(s hint.Text) {
				tell(s)
				if strings.HasPrefix(s.Format, "If everything is right") {
					go h.on(t.Context(), func(call func(string, any) json.RawMessage) { call("Page.close", nil) })
				}
			}
		})
		if res.Outcome != automation.NotSent || site.Submissions() != 0 {
			t.Errorf("outcome %s, %d submissions: %s", res.Outcome, site.Submissions(), res.Message)
		}
		if got := h.titles(); !slices.Equal(got, []string{"mine"}) {
			t.Errorf("open tabs: %q", got)
		}
	})
}

// TestTheBrowserAsks goes through the browser's own question, on a screen: no,
// Ctrl-C, yes. The switch is set in a profile of the test's, as a person sets it
// by hand; the program never writes it.
func TestTheBrowserAsks(t *testing.T) {
	if testing.Short() {
		t.Skip("needs a browser window")
	}
	t.Parallel()
	s := newScreen(t)
	config := t.TempDir()
	dir := filepath.Join(config, "chromium")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "Local State"), []byte(`{"devtools":{"remote_debugging":{"user-enabled":true}}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	site, err := rehearsal.Serve(t.Context(), rehearsal.Variant{Service: "instagram"})
	if err != nil {
		t.Fatal(err)
	}
	defer site.Close()
	args := []string{"--user-data-dir=" + dir, "--" + s.arg(), "--window-size=1200,900", "--window-position=0,0"}
	for _, arg := range site.BrowserArgs() {
		args = append(args, "--"+arg)
	}
	startEveryday(t, args...)
	soon(t, "the browser listens", func() bool {
		_, err := os.Stat(filepath.Join(dir, "DevToolsActivePort"))
		return err == nil
	})
	lookup := func(name string) (string, bool) { return config, name == "CHROME_CONFIG_HOME" }
	for _, c := range []struct {
		name  string
		keys  []string // pressed when the browser asks; none: Ctrl-C
		want  automation.Outcome
		after []string // pressed at the end
	}{
		{"Cancel", []string{"Return"}, automation.NeedsUser, nil},
		{"Ctrl-C", nil, automation.Interrupted, []string{"Escape"}},
		{"Allow", []string{"Tab", "Return"}, automation.Ready, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			var asked, stopped time.Time
			run := func(_ context.Context, r automation.Request) (automation.Result, error) {
				return automation.Object(ctx, r)
			}
			res, _ := walk(t, rehearsal.Variant{Service: "instagram"}, func(r *automation.Request) {
				r.Email, r.Browser = "marie@courrier.example", automation.Browser{Attach: &automation.Attach{Name: "chromium"}, Lookup: lookup}
				tell := r.Tell
				r.Tell = func(said hint.Text) {
					tell(said)
					if !strings.HasPrefix(said.Format, "Your browser now asks") {
						return
					}
					asked = time.Now()
					if c.keys == nil {
						cancel()
						return
					}
					s.do(append([]string{"key"}, c.keys...)...)
				}
			}, run)
			stopped = time.Now()
			if res.Outcome != c.want {
				t.Errorf("outcome %s, want %s: %s", res.Outcome, c.want, res.Message)
			}
			if asked.IsZero() {
				t.Error("the person was not told of the question")
			}
			if c.keys == nil && stopped.Sub(asked) > time.Second {
				t.Errorf("Ctrl-C took %s", stopped.Sub(asked))
			}
			if c.after != nil {
				s.do(append([]string{"key"}, c.after...)...)
			}
		})
	}
	if n := site.Submissions(); n != 0 {
		t.Errorf("%d submissions", n)
	}
}
