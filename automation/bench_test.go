package automation_test

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-rod/rod"
	"github.com/go-rod/rod/lib/launcher"
	"github.com/go-rod/rod/lib/launcher/flags"

	"github.com/nonmerci/nonmerci/automation"
	"github.com/nonmerci/nonmerci/internal/rehearsal"
	"github.com/nonmerci/nonmerci/selectors"
)

// BenchmarkReady measures the time from start to `ready` beside a bare rod
// script that does the same walk without locks, record or checks, in turn in one
// run, and reports both medians and the median of the ratios pair by pair.
func BenchmarkReady(b *testing.B) {
	site, err := rehearsal.Serve(b.Context(), rehearsal.Variant{Service: "facebook"})
	if err != nil {
		b.Fatal(err)
	}
	defer site.Close()
	flow, _, err := selectors.Load("", "facebook")
	if err != nil {
		b.Fatal(err)
	}
	path, err := automation.FindBrowser("", os.LookupEnv)
	if err != nil {
		b.Fatal(err)
	}
	var ours, bare, ratio []float64
	for b.Loop() {
		started := time.Now()
		res, err := automation.Object(b.Context(), automation.Request{
			Flow: flow, Email: "marie@courrier.example", Route: "settings", NoWait: true, Wait: time.Minute, Rehearsal: true,
			Records: b.TempDir(), Language: "en", Program: "bench",
			Browser: automation.Browser{Path: path, Profile: b.TempDir(), Headless: true, Sandbox: os.Geteuid() != 0, Fleeting: true, Args: site.BrowserArgs()},
		})
		if err != nil || res.Outcome != automation.Ready {
			b.Fatal(err, res.Outcome, res.Message)
		}
		a := time.Since(started).Seconds()
		started = time.Now()
		bareWalk(b, path, site.BrowserArgs())
		c := time.Since(started).Seconds()
		ours, bare, ratio = append(ours, a), append(bare, c), append(ratio, a/c)
	}
	b.ReportMetric(median(ours)*1000, "ready-ms")
	b.ReportMetric(median(bare)*1000, "bare-ms")
	b.ReportMetric(median(ratio), "ratio")
	if n := site.Submissions(); n != 0 {
		b.Errorf("%d submissions reached the site", n)
	}
}

func median(v []float64) float64 {
	v = slices.Sorted(slices.Values(v))
	return v[len(v)/2]
}

// bareWalk is what somebody would write with rod in ten minutes.
func bareWalk(b *testing.B, path string, args []string) {
	l := launcher.New().Bin(path).Headless(true).Leakless(false).NoSandbox(os.Geteuid() == 0).UserDataDir(b.TempDir())
	for _, a := range args {
		name, value, _ := strings.Cut(a, "=")
		l = l.Set(flags.Flag(name), value)
	}
	browser := rod.New().ControlURL(l.MustLaunch()).NoDefaultDevice().MustConnect()
	page := browser.MustPage("https://www.facebook.com/").MustWaitLoad()
	page.MustElement(`a[href*="/settings"]`).MustClick()
	page.MustElement(`a[href*="/privacy/center"]`).MustClick()
	page.MustElement(`a[href*="/help/contact/712876720715583"]`).MustClick()
	page.MustElement(`input[type=email]`).MustInput("marie@courrier.example")
	if got := page.MustElement(`input[type=email]`).MustProperty("value").Str(); got != "marie@courrier.example" {
		b.Fatal(got)
	}
	page.MustElement(`form button[type=submit]`).MustScrollIntoView()
	browser.MustClose()
	l.Kill()
	l.Cleanup()
}
