package automation

import (
	"context"
	"errors"
	"io/fs"

	"github.com/nonmerci/nonmerci/automation/internal/chrome"
	"github.com/nonmerci/nonmerci/internal/hint"
	"github.com/nonmerci/nonmerci/internal/record"
)

func (r *run) startBrowser(ctx context.Context) error {
	o := r.req.Browser
	start := func() (*chrome.Browser, error) {
		return chrome.Start(ctx, chrome.Options{Path: o.Path, Profile: o.Profile, Headless: o.Headless, Args: o.Args, Sandbox: o.Sandbox, Fleeting: o.Fleeting, Lookup: o.Lookup})
	}
	if o.Attach != nil {
		start = func() (*chrome.Browser, error) { return r.attach(ctx) }
	}
	b, err := start()
	if err != nil {
		return r.notStarted(err)
	}
	r.browser = b
	b.Guard(r.req.Email, r.req.Explanation) // no page on the way may carry them out
	r.journal(func() error { return r.rec.SetBrowser(b.Version(), b.Args()) })
	if o.Attach != nil {
		r.event(record.EventNote, record.BasisProgram, map[string]any{"what": "attached to a browser that ran before"})
	}
	return r.recErr
}

// notStarted puts a browser that did not start into words.
func (r *run) notStarted(err error) error {
	s := &stop{outcome: Failed, cause: err}
	var busy *chrome.Busy
	var unfit *chrome.Unfit
	switch attached := r.notAttached(err); {
	case attached != nil:
		return attached
	case errors.As(err, &busy):
		s.what, s.next = inUse(busy)
	case errors.As(err, &unfit):
		return misfit(unfit)
	case errors.Is(err, chrome.ErrInUse):
		s.what, s.next = inUse(&chrome.Busy{By: chrome.HeldByBrowser})
	case isPath(err):
		s.what = hint.Say("The browser profile could not be made or used in %s. Nothing was done.", r.req.Browser.Profile)
		s.next = hint.Say("Make sure that this is a folder that you may write to and that the disk is not full, or name another one with --profile.")
	case errors.Is(err, chrome.ErrNoDisplay):
		s.what = hint.Say("The browser found no screen to show a window on. Nothing was done.")
		s.next = hint.Say("Run nonmerci in a desktop session. For a try without a window, add --headless.")
	case errors.Is(err, chrome.ErrTooOld):
		s.what, s.next = hint.Say("%s Nothing was done.", tooOld()), newer()
	case errors.Is(err, context.Canceled), r.ctx.Err() != nil: // the browser ends with its pipe, which is then no fault
		if r.req.Browser.Attach != nil {
			return &stop{outcome: Interrupted, what: hint.Say("You stopped nonmerci before it had a tab in your browser. Nothing was done."),
				next: hint.Say("If the browser still shows its box, press Cancel in it: nobody waits for the answer any more."), cause: err}
		}
		return context.Canceled
	case r.req.Browser.Attach != nil:
		s.what = hint.Say("The connection to your browser broke before there was a tab. Nothing was done.")
		s.next = hint.Say("Look whether the browser still runs, and run the command again.")
	default:
		s.what = hint.Say("The browser did not start. Nothing was done.")
		s.next = hint.Say("Try `nonmerci doctor`, or name another browser with --browser.")
	}
	return s
}

// isPath tells whether a file or folder was the trouble, and not the browser.
func isPath(err error) bool {
	var path *fs.PathError
	return errors.As(err, &path) && path.Op != "fork/exec"
}

// inUse says who has the profile, and how to get it back.
func inUse(b *chrome.Busy) (what, next hint.Text) {
	switch b.By {
	case chrome.HeldByUs:
		return hint.Say("Another nonmerci is at work in nonmerci's browser profile, and two at once would disturb each other: the profile is in use. Nothing was done."),
			hint.Say("Wait until the other one has ended, or end it with Ctrl-C in its terminal. Then run the command again.")
	case chrome.HeldElsewhere:
		return hint.Say("The browser profile of nonmerci is in use on another computer, %s, or was when that one was switched off. Nothing was done.", b.Host),
			hint.Say("End nonmerci there. If it does not run there any more, start over with `nonmerci profile forget`, or name another folder with --profile.")
	}
	return hint.Say("The browser profile of nonmerci is in use: a browser window of it is open. Nothing was done."),
		hint.Say("Close that window (all windows of that browser that show nonmerci's sign-ins), and run the command again.")
}

// misfit says why a start could have cost the person their sign-ins.
func misfit(u *chrome.Unfit) *stop {
	s := &stop{outcome: Failed, cause: u}
	switch u.Why {
	case chrome.Everyday:
		s.what = hint.Say("The folder named with --profile is where %s keeps your everyday profiles. nonmerci never works in them, so nothing was started.", u.Made)
		s.next = hint.Say("Name a new, empty folder with --profile, or leave it out: nonmerci then uses a profile of its own.")
	case chrome.NotOurs:
		s.what = hint.Say("The folder named with --profile is not empty, and nonmerci did not make what is in it. Nothing was started, and nothing in it was changed.")
		s.next = hint.Say("Name a new, empty folder with --profile, or leave it out: nonmerci then uses a profile of its own.")
	case chrome.OtherBrowser:
		s.what = hint.Say("nonmerci's browser profile was made with %s, and this is %s. It could not read the sign-ins and would delete them, so nothing was started.", u.Made, u.Now)
		s.next = hint.Say("Name that browser with --browser. Or start over, with a new sign-in: `nonmerci profile forget`, or another folder with --profile.")
	case chrome.OtherStore:
		s.what = hint.Say("nonmerci's browser profile keeps its key in the password store %q, and --browser-arg password-store names %q. The sign-ins could be lost, so nothing was started.", u.Made, u.Now)
		s.next = hint.Say("Leave that switch out, or name another folder with --profile.")
	case chrome.StoreUnknown:
		s.what = hint.Say("nonmerci cannot look whether the password store %q is there, and without it the sign-ins would be lost. Nothing was started.", u.Now)
		s.next = hint.Say("Leave --browser-arg password-store out: nonmerci then takes your keyring where there is one.")
	case chrome.KeyringLocked:
		s.outcome = NeedsUser
		s.what = hint.Say("Your keyring, the password store of your desktop, is locked. Without it the browser would lose its sign-ins, so nothing was started.")
		s.next = hint.Say("Unlock it: start a program that uses it, such as your everyday browser or \"Passwords and Keys\", type its password there, and run the command again.")
	case chrome.KeyringGone:
		s.what = hint.Say("nonmerci's browser profile keeps its key in your desktop's keyring, and that does not answer here. The browser would delete the sign-ins, so nothing was started.")
		s.next = hint.Say("Run nonmerci in your desktop session, not over ssh, su or cron. If you have no keyring any more, start over with `nonmerci profile forget`.")
	case chrome.OtherKeyring:
		s.what = hint.Say("The keyring, the password store of your desktop, is another one than nonmerci's browser profile was made with. The browser would delete the sign-ins, so nothing was started.")
		s.next = hint.Say("Run nonmerci in the desktop session in which you used it first. If that keyring is gone, start over with `nonmerci profile forget`.")
	}
	return s
}
