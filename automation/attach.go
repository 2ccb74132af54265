package automation

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/nonmerci/nonmerci/automation/internal/chrome"
	"github.com/nonmerci/nonmerci/internal/hint"
)

// Attach says which running browser to use.
type Attach struct {
	Address  string // a port, HOST:PORT or ws://HOST:PORT/…; empty: the one that is found
	Anywhere bool   // the address may be another computer's
	Name     string // the brand to look for; empty: any
}

// Brands lists the brands that [Attach] and [FindBrowser] know by name.
func Brands() []string { return chrome.Brands() }

// answerWait is what the person gets to answer the browser's question, where
// nothing else waits for them.
const answerWait = 3 * time.Minute

// attach connects with the running browser.
func (r *run) attach(ctx context.Context) (*chrome.Browser, error) {
	a := r.req.Browser.Attach
	lookup := r.req.Browser.Lookup
	if lookup == nil {
		lookup = func(string) (string, bool) { return "", false }
	}
	patience := r.req.Wait
	if r.req.NoWait {
		patience = answerWait
	}
	b, err := chrome.Attach(ctx, chrome.AttachOptions{
		Address: a.Address, Anywhere: a.Anywhere, Homes: chrome.Homes(a.Name, lookup), Patience: patience,
		Asked: func() {
			r.req.Tell(hint.Say("Your browser now asks whether nonmerci may use it. Look at its window: it has gone grey, and at the top, in the middle, there is a white box “Allow remote debugging?” (in the browser's language). Press Allow, at its lower right. What it warns of is true of any program; what nonmerci does there is in the README."))
		},
	})
	if err == nil {
		r.req.Tell(hint.Say("nonmerci has opened a tab of its own in your browser. It touches no other tab."))
	}
	return b, err
}

// notAttached puts into words why a running browser could not be used; nil: for
// a reason that it does not know.
func (r *run) notAttached(err error) *stop {
	allow := hint.Say("In the browser that you use, type chrome://inspect/#remote-debugging into the address bar (in Edge: edge://inspect), tick “Allow remote debugging for this browser instance”, and run the command again. The browser must be of version 144 or newer.")
	s := &stop{outcome: NeedsUser, cause: err}
	var several *chrome.SeveralError
	var refused *chrome.RefusedError
	switch {
	case errors.Is(err, chrome.ErrNoneRuns) && r.req.Browser.Attach.Name != "":
		s.what = hint.Say("The browser that --browser names (%s) does not let nonmerci in: it does not run, or its switch for that is off. Nothing was done.", r.req.Browser.Attach.Name)
		s.next = allow
	case errors.Is(err, chrome.ErrNoneRuns):
		s.what, s.next = hint.Say("No running browser lets nonmerci in: none runs, or its switch for that is off. Nothing was done."), allow
	case errors.Is(err, chrome.ErrLeft):
		s.what = hint.Say("The browser was closed before its question was answered. Nothing was done.")
		s.next = hint.Say("Open it, run the command again, and press Allow.")
	case errors.Is(err, chrome.ErrNotThere):
		s.what, s.next = hint.Say("Nothing answers at the address that --attach names: the browser does not run, or its switch for that is off. Nothing was done."), allow
	case errors.As(err, &several):
		s.what = hint.Say("More than one running browser could be meant: %s. Nothing was done.", strings.Join(several.Names, ", "))
		s.next = hint.Say("Say which with --browser: %s.", strings.Join(Brands(), ", "))
	case errors.As(err, &refused) && refused.Asked:
		s.what = hint.Say("The browser asked, and the answer was no. Nothing was done.")
		s.next = hint.Say("Run the command again and press Allow, or leave --attach out: nonmerci then starts a browser with a profile of its own.")
	case errors.As(err, &refused):
		s.what = hint.Say("The browser said no without asking you: no window of it is open, or its administrator forbids it. Nothing was done.")
		s.next = hint.Say("Open a window of that browser and run the command again, or leave --attach out: nonmerci then starts a browser with a profile of its own.")
	case errors.Is(err, chrome.ErrUnanswered):
		s.what = hint.Say("The browser asked whether nonmerci may use it, and nobody answered. Nothing was done.")
		s.next = hint.Say("Run the command again and press Allow in the white box in the browser's window. If boxes of earlier tries are still there, press Cancel in them.")
	case errors.Is(err, chrome.ErrElsewhere):
		s.outcome = Refused
		s.what = hint.Say("The address that --attach names is another computer's. Nothing was done.")
		s.next = hint.Say("Name an address of this computer. If you know what you do, add --attach-anywhere (its help says what that means).")
	case errors.Is(err, chrome.ErrAddress), errors.Is(err, chrome.ErrNotBrowser):
		s.outcome = Failed
		s.what = hint.Say("What answers at the address that --attach names is no browser that nonmerci can use. Nothing was done.")
		s.next = hint.Say("Leave the address out and nonmerci looks for the browser, or write it whole: ws://127.0.0.1:PORT/devtools/browser/… as the browser shows it.")
	default:
		return nil
	}
	return s
}

// partWith ends the program's part in the browser. A page that has sent something
// stays open in a browser that ran before; any other is closed, because with the
// program its locks end.
func (r *run) partWith(ctx context.Context, end *stop) {
	attached := r.req.Browser.Attach != nil
	sent := end.outcome == Sent || end.outcome == SentUnconfirmed
	part := r.browser.Close
	switch {
	case attached && (sent || r.left || r.allowed || r.going):
		part = r.browser.Leave
		r.req.Tell(hint.Say("The tab stays open in your browser. nonmerci has let go of it."))
	case sent && r.req.Linger != nil:
		r.req.Tell(end.what)
		r.req.Linger(ctx)
	}
	if attached {
		r.req.Tell(hint.Say("The switch in your browser stays on, also after a restart, until you take its tick away (where you set it)."))
	}
	if err := part(); err != nil {
		r.req.Log("close the browser", map[string]any{"error": err.Error()})
		if errors.Is(err, chrome.ErrStays) {
			r.req.Tell(hint.Say("nonmerci could not close its tab in your browser. Please close it yourself: nothing guards it any more."))
		}
	}
}

// locksLeft tells, at hand-over, which locks are missing.
func (r *run) locksLeft(outlet bool) {
	switch {
	case r.req.Browser.Attach != nil:
		r.req.Tell(hint.Say("Note: in a browser that ran before, some locks are missing. A page that wants to send by itself still could, by WebRTC, WebTransport, pages loaded ahead, payment and sign-in offers, or sockets of shared workers; the README says more (“What holds when attached”). Meta's pages are not known to do that."))
		r.req.Tell(hint.Say("Until you are done, your other tabs cannot open pages of Facebook and Instagram. When nonmerci ends without your Send, it closes its tab."))
	case !outlet:
		r.req.Tell(hint.Say("Note: here the browser reaches the network in a way that nonmerci cannot shut (a proxy script, a policy or an extension). Its other locks hold; the README says what this one would add."))
	}
}
