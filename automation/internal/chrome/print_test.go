package chrome

import (
	"bytes"
	"errors"
	"net"
	"os"
	"strings"
	"sync/atomic"
	"testing"
)

// TestOnlyTheReportIsPrinted: the wire lets nothing be printed in a browser in
// which a person signs in, nor where a saved page is shown; and a browser that
// prints goes nowhere else.
func TestOnlyTheReportIsPrinted(t *testing.T) {
	prints, meta := raw(allowed["Page.printToPDF"]), raw(`{"url":"https://www.facebook.com/"}`)
	report := raw(`{"url":"` + reportAddress + `"}`)
	for _, c := range []struct {
		name             string
		set              func(*gate)
		prints, to, meta bool
	}{
		{"the person's", func(*gate) {}, false, false, true},
		{"handed over", func(g *gate) { g.seal() }, false, false, false},
		{"a guest's", func(g *gate) { v, _ := visiting(); g.guest = v.guest }, false, false, true},
		{"a saved page's", func(g *gate) { g.saved = true }, false, false, true},
		{"a report's", func(g *gate) { g.saved, g.report = true, true }, true, true, false},
		{"a report's, sealed", func(g *gate) { g.saved, g.report = true, true; g.seal() }, false, false, false},
	} {
		g, r := newGate()
		c.set(g)
		try := func(method string, args any) bool {
			before := len(r.methods)
			_, err := g.Call(t.Context(), "ours", method, args)
			return err == nil && len(r.methods) > before
		}
		if g.guest != nil {
			c.meta = try("Page.navigate", meta) // whose tab it is, is another test's
		}
		if got := try("Page.printToPDF", prints); got != c.prints {
			t.Errorf("%s browser: it prints: %v", c.name, got)
		}
		if got := try("Page.navigate", report); got != c.to {
			t.Errorf("%s browser: it shows a report: %v", c.name, got)
		}
		if got := try("Page.navigate", meta); got != c.meta {
			t.Errorf("%s browser: it goes to a site: %v", c.name, got)
		}
	}
	for _, more := range []string{`{"transferMode":"ReturnAsStream"}`, `{"headerTemplate":"<b>x</b>"}`, `{"displayHeaderFooter":true}`} {
		g, _ := gateFor("Page.printToPDF")
		if passes(t, g, "Page.printToPDF", raw(more)) {
			t.Errorf("it prints with %s", more)
		}
	}
}

// TestWaitsForTheReport: the load of the empty tab is not that of the report, and
// a page that loads itself again is no surprise.
func TestWaitsForTheReport(t *testing.T) {
	p := &Saved{Address: reportAddress, report: true, loaded: make(chan struct{})}
	is := func() bool {
		select {
		case <-p.loaded:
			return true
		default:
			return false
		}
	}
	p.follow(blankPage, false)
	if p.follow("", true); is() {
		t.Error("the empty tab counts as the report")
	}
	p.follow(reportAddress, false)
	if is() {
		t.Error("a report that is still loading counts as whole")
	}
	p.follow("", true)
	p.follow(reportAddress, false)
	if p.follow("", true); !is() {
		t.Error("the report is there, and nobody notices")
	}
	(*Saved)(nil).follow(reportAddress, true) // a browser that shows none
}

// listening counts the connections that come to an address of this computer.
func listening(t *testing.T) (address string, came *atomic.Int32) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	came = &atomic.Int32{}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			came.Add(1)
			c.Close()
		}
	}()
	return l.Addr().String(), came
}

// TestPrintingReachesNobody prints a page that tries every plain way to fetch,
// and to run: nothing comes anywhere, and the words stay what they were.
func TestPrintingReachesNobody(t *testing.T) {
	path := browserPath(t)
	address, came := listening(t)
	html := strings.ReplaceAll(`<!DOCTYPE html><html lang="en"><title>Report</title>
<link rel="stylesheet" href="//HOST/a.css"><link rel="preload" as="image" href="http://HOST/p.png"><link rel="dns-prefetch" href="//HOST">
<script src="http://HOST/a.js"></script><script>document.title = "ran"; new Image().src = "http://HOST/ran"; fetch("http://HOST/f")</script>
<style>@import "http://HOST/b.css"; body { background: url(http://HOST/c.png) }</style>
<meta http-equiv="refresh" content="0; url=http://HOST/refresh">
<body onload="fetch('http://HOST/onload')"><h1>Said</h1><img src="http://HOST/d.png" alt="x"><iframe src="http://HOST/e.html"></iframe>
<video src="http://HOST/v.mp4" autoplay></video><object data="http://HOST/o.svg"></object>`, "HOST", address)
	pdf, err := PrintReport(t.Context(), Options{Path: path, Profile: t.TempDir(), Sandbox: os.Geteuid() != 0}, []byte(html))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.HasPrefix(pdf, []byte("%PDF-")) || bytes.Contains(pdf, []byte("/Title (ran)")) || !bytes.Contains(pdf, []byte("/Title (Report)")) {
		t.Errorf("not the PDF of this page, or its script ran: %.200q", pdf)
	}
	if n := came.Load(); n > 0 {
		t.Errorf("%d connections came", n)
	}
}

func TestPrintingRefusesWhatIsTooLarge(t *testing.T) {
	_, err := PrintReport(t.Context(), Options{Path: "nowhere"}, make([]byte, maxReport+1))
	if !errors.Is(err, ErrTooLarge) {
		t.Errorf("error %v", err)
	}
}
