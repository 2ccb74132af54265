package automation_test

import (
	"flag"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/nonmerci/nonmerci/automation"
	"github.com/nonmerci/nonmerci/internal/hint"
	"github.com/nonmerci/nonmerci/internal/rehearsal"
	"github.com/nonmerci/nonmerci/selectors"
)

// object runs one objection against a stand-in site of the variant.
func object(t *testing.T, v rehearsal.Variant, change func(*automation.Request)) (automation.Result, *rehearsal.Site) {
	t.Helper()
	site, err := rehearsal.Serve(t.Context(), v)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { site.Close() })
	flow, warnings, err := selectors.Load("", v.Service)
	if err != nil || len(warnings) > 0 {
		t.Fatal(err, warnings)
	}
	req := automation.Request{
		Flow: flow, Route: "settings", NoWait: true, Wait: 20 * time.Second, Rehearsal: true, Records: t.TempDir(), Language: "en", Program: "test",
		Browser: automation.Browser{Path: browser(t), Profile: t.TempDir(), Headless: true, Sandbox: os.Geteuid() != 0, Args: site.BrowserArgs()},
		Tell:    func(s hint.Text) { t.Log("told: " + s.String()) },
		Log:     func(m string, f map[string]any) { t.Log(m, f) },
	}
	if change != nil {
		change(&req)
	}
	res, err := automation.Object(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	return res, site
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

// cases say what a run without a person must come to on each variant.
var cases = []struct {
	name    string
	variant string
	email   string
	explain string
	want    automation.Outcome
	route   string // the last places, or empty
	both    bool   // on both services every time; the others in turn, unless -full
	rare    bool   // with -full only: much the same as others
}{
	{name: "plain", variant: "", email: "marie@courrier.example", want: automation.Ready, route: "home settings privacy-center form", both: true},
	{name: "explained", variant: "", email: "marie@courrier.example", explain: "I do not want this.\nReally not.", want: automation.Ready},
	{name: "prefilled", variant: "email=marie@courrier.example", want: automation.Ready, rare: true},
	{name: "prefilled, changed", variant: "email=marie@courrier.example", email: "m.other@courrier.example", want: automation.Ready},
	{name: "french", variant: "language=fr", email: "marie@courrier.example", want: automation.Ready, route: "home settings privacy-center form", both: true},
	{name: "french script", variant: "language=fr&markup=script", email: "marie@courrier.example", explain: "Non merci.", want: automation.Ready, route: "home settings privacy-center form"},
	{name: "script", variant: "markup=script", email: "marie@courrier.example", want: automation.Ready, rare: true},
	{name: "unknown language", variant: "language=xx", email: "marie@courrier.example", want: automation.Ready, both: true},
	{name: "unknown language, script", variant: "language=xx&markup=script", email: "marie@courrier.example", want: automation.Ready},
	{name: "new tab", variant: "new-tab=true", email: "marie@courrier.example", want: automation.Ready},
	{name: "settings lost", variant: "lost=settings", email: "marie@courrier.example", want: automation.Ready, rare: true},
	{name: "center lost", variant: "lost=settings,privacy-center", email: "marie@courrier.example", want: automation.Ready, rare: true},
	{name: "object lost", variant: "lost=object", email: "marie@courrier.example", want: automation.Ready, rare: true},
	{name: "all lost", variant: "lost=settings,privacy-center,policy,object,policy-object", email: "marie@courrier.example", want: automation.Ready},
	{name: "cookies", variant: "gate=cookies", email: "marie@courrier.example", want: automation.Ready},
	{name: "no e-mail", variant: "", want: automation.NeedsUser},
	{name: "sign-in", variant: "gate=sign-in", want: automation.NeedsUser, route: "sign-in"},
	{name: "code", variant: "gate=code", want: automation.NeedsUser, route: "sign-in", rare: true},
	{name: "checkpoint", variant: "gate=checkpoint", want: automation.NeedsUser, route: "checkpoint"},
	{name: "already", variant: "gate=already", want: automation.AlreadyObjected},
	{name: "already, french", variant: "gate=already&language=fr", want: automation.AlreadyObjected, rare: true},
	{name: "unavailable", variant: "gate=unavailable", want: automation.NotAvailable},
	{name: "wrong form", variant: "wrong-form=true", want: automation.Refused},
	{name: "form answers 500", variant: "fault=form:status-500", want: automation.Failed},
	{name: "off host", variant: "fault=privacy-center:off-host", want: automation.Refused},
	{name: "link that sends", variant: "hostile=send-under-link", email: "marie@courrier.example", want: automation.Refused},
}

// full runs what takes too long for every day: see `make soak`.
var full = flag.Bool("full", false, "run every case on every service")

// TestRehearsal runs the cases on both services, and asks the site each time
// how many submissions reached it.
func TestRehearsal(t *testing.T) {
	if testing.Short() {
		t.Skip("needs a browser")
	}
	for _, service := range selectors.Services() {
		for i, c := range cases {
			if !*full && (c.rare || !c.both && selectors.Services()[i%2] != service) {
				continue
			}
			t.Run(service+"/"+c.name, func(t *testing.T) {
				t.Parallel()
				v, err := rehearsal.ParseVariant(c.variant)
				if err != nil {
					t.Fatal(err)
				}
				v.Service = service
				res, site := object(t, v, func(r *automation.Request) { r.Email, r.Explanation = c.email, c.explain })
				if res.Outcome != c.want {
					t.Errorf("outcome %s, want %s: %s", res.Outcome, c.want, res.Message)
				}
				if got := strings.Join(res.Route, " "); c.route != "" && !strings.HasSuffix(got, c.route) {
					t.Errorf("route %q, want %q", got, c.route)
				}
				if n := site.Submissions(); n != 0 {
					t.Errorf("%d submissions reached the site: %v", n, site.ByChannel())
				}
				t.Logf("%-10s %-28s %-16s %-50s %4d ms", service, c.name, res.Outcome, strings.Join(res.Route, " "), res.Took.Milliseconds())
			})
		}
	}
}
