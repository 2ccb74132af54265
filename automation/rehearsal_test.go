package automation_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nonmerci/nonmerci/automation"
	"github.com/nonmerci/nonmerci/internal/hint"
	"github.com/nonmerci/nonmerci/internal/rehearsal"
	"github.com/nonmerci/nonmerci/selectors"
)

// full runs what takes too long for every day: see `make soak`.
var full = flag.Bool("full", false, "run every case on every service, and every pair of what can be combined")

// object runs one objection against a stand-in site of the variant.
func object(t *testing.T, v rehearsal.Variant, change func(*automation.Request)) (automation.Result, *rehearsal.Site) {
	t.Helper()
	return walk(t, v, change, automation.Object)
}

// walk runs one of the walks, and looks afterwards for what it must not have
// told anybody.
func walk(t *testing.T, v rehearsal.Variant, change func(*automation.Request), walk func(context.Context, automation.Request) (automation.Result, error)) (automation.Result, *rehearsal.Site) {
	t.Helper()
	site, err := rehearsal.Serve(t.Context(), v)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { site.Close() })
	return walkOn(t, site, v, change, walk), site
}

// walkOn is walk on a site that runs already.
func walkOn(t *testing.T, site *rehearsal.Site, v rehearsal.Variant, change func(*automation.Request), walk func(context.Context, automation.Request) (automation.Result, error)) automation.Result {
	t.Helper()
	flow, warnings, err := selectors.Load("", v.Service)
	if err != nil || len(warnings) > 0 {
		t.Fatal(err, warnings)
	}
	began := time.Now()
	req := automation.Request{
		Flow: flow, Route: "settings", NoWait: true, Wait: 20 * time.Second, Rehearsal: true, Records: t.TempDir(), Language: "en", Program: "test",
		Browser: automation.Browser{Path: browser(t), Profile: t.TempDir(), Headless: true, Sandbox: os.Geteuid() != 0, Fleeting: true, Args: site.BrowserArgs()},
		Tell:    func(s hint.Text) { t.Log("told: " + s.String()) },
		Log:     func(m string, f map[string]any) { t.Logf("%5.1f s %s %v", time.Since(began).Seconds(), m, f) },
	}
	var heard said
	heard.listen(&req)
	if change != nil {
		change(&req)
	}
	res, err := walk(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	checkSecrets(t, req, res, &heard, v.SignedIn())
	return res
}

// browser is the one that the tests drive.
func browser(t *testing.T) string {
	t.Helper()
	path, err := automation.FindBrowser(os.Getenv("NONMERCI_BROWSER"), os.LookupEnv)
	if err != nil {
		t.Fatal("no browser found: run `make setup`")
	}
	return path
}

// rehearsed is one line of the table that `go test -run Rehearsal -v` prints.
type rehearsed struct {
	service, variant string
	want, got        automation.Outcome
	route, says      string
	submissions      int
	took             time.Duration
	bad              bool
}

func (r rehearsed) String() string {
	mark := "ok  "
	if r.bad {
		mark = "FAIL"
	}
	return fmt.Sprintf("%s %-9s  %-62s %-16s %-16s %d sent  %5.1f s  %s", mark, r.service, r.variant, r.want, r.got, r.submissions, r.took.Seconds(), r.route)
}

// rehearse runs one variant without a person and compares what it came to.
func rehearse(t *testing.T, service string, c variant) rehearsed {
	v, err := rehearsal.ParseVariant(c.of)
	if err != nil {
		t.Fatal(err)
	}
	v.Service = service
	email := c.email
	if email == "" {
		email = "marie@courrier.example"
	}
	if email == "none" {
		email = ""
	}
	res, site := object(t, v, func(r *automation.Request) { r.Email, r.Explanation, r.Country = email, c.explain, c.country })
	out := rehearsed{service: service, variant: c.of, want: c.want(service), got: res.Outcome, route: strings.Join(res.Route, " "),
		says: res.Message.String(), submissions: site.Submissions(), took: res.Took}
	if out.variant == "" {
		out.variant = "(friendly)"
	}
	if out.got != out.want {
		t.Errorf("outcome %s, want %s: %s", out.got, out.want, res.Message)
	}
	if c.last != "" && !strings.HasSuffix(out.route, c.last) {
		t.Errorf("route %q, want it to end in %q", out.route, c.last)
	}
	if out.submissions != 0 {
		t.Errorf("%d submissions reached the site: %v", out.submissions, site.ByChannel())
	}
	checkStop(t, res)
	out.bad = t.Failed()
	return out
}

// TestRehearsal runs every variant, and a sample of their combinations in every
// language, without a person: on both services with -full, else two thirds of
// them on one service in turn.
func TestRehearsal(t *testing.T) {
	if testing.Short() {
		t.Skip("needs a browser")
	}
	t.Parallel()
	var table struct {
		sync.Mutex
		lines []string
	}
	t.Cleanup(func() {
		t.Log("\n     service    variant                                                        expected         measured         \n" + strings.Join(table.lines, "\n"))
	})
	run := func(t *testing.T, i int, c variant) {
		for k, service := range selectors.Services() {
			if !*full && (c.soak || !c.both && (i%2 != k || i%3 == 2)) || c.only != "" && c.only != service {
				continue
			}
			t.Run(service+"/"+c.name(), func(t *testing.T) {
				t.Parallel()
				r := rehearse(t, service, c)
				table.Lock()
				defer table.Unlock()
				table.lines = append(table.lines, r.String())
			})
		}
	}
	for i, c := range variants {
		run(t, i, c)
	}
	rows, share := combinations(daily)
	t.Logf("%d combinations, with %.0f %% of all pairs", len(rows), 100*share)
	for i, c := range rows {
		run(t, i, c)
	}
}

// daily is how many combinations are run every day.
const daily = 2
