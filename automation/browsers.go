package automation

import (
	"context"
	"errors"
	"strings"

	"github.com/nonmerci/nonmerci/automation/internal/chrome"
	"github.com/nonmerci/nonmerci/internal/hint"
)

// InstalledBrowser is one browser of the Chromium family on this computer.
type InstalledBrowser struct {
	Brand     string // chrome, chromium, edge, brave, vivaldi or opera; empty: a named program of another brand
	Channel   string // stable, beta, dev or canary; empty as Brand
	Name      string // as its maker calls it
	Installed string // package, snap, flatpak, flatpak-user, app, installer, installer-user or other
	Path      string
	Version   string // empty: not known
	Taken     bool   // the one that a run would start

	UserData string           // the folder of the person's everyday profiles, there or not; empty: not known
	Profiles []BrowserProfile // in it

	Start  Verdict // whether a run can start it
	Attach Verdict // whether a run could use it while it is open anyway
}

// BrowserProfile is one of a person's everyday profiles. Its name is private: it
// is for their own eyes, not for logs.
type BrowserProfile struct {
	Dir  string // its folder in the user data dir
	Name string // as the browser shows it
}

// Answer says whether something can be done with a browser.
type Answer string

// The answers.
const (
	Yes      Answer = "yes"
	Should   Answer = "should"  // nothing speaks against it, but nobody has tried it
	NotKnown Answer = "unknown" // it may or may not
	No       Answer = "no"
)

// Verdict is an answer with its reason and with what to do.
type Verdict struct {
	Answer Answer
	Reason string    // for programs: policy, too_old, old, no_version, flatpak, brand, packaging; empty: none
	Why    hint.Text // may be empty
	Next   hint.Text // may be empty
}

// Browsers lists the browsers on this computer, the preferred ones first. wanted
// and the error are those of [FindBrowser]; where there is an error none is taken,
// and the list may hold others all the same. Browsers are asked for their version
// where no file tells it, which ends with ctx.
func Browsers(ctx context.Context, wanted string, lookup func(string) (string, bool)) ([]InstalledBrowser, error) {
	found, err := chrome.Survey(ctx, wanted, lookup)
	var all []InstalledBrowser
	for _, b := range found {
		one := InstalledBrowser{
			Brand: b.Brand, Channel: b.Channel, Name: b.Name, Installed: string(b.Kind), Path: b.Path, Version: b.Version,
			Taken: b.Taken, UserData: b.UserData, Start: startable(b), Attach: attachable(b),
		}
		for _, p := range b.Profiles {
			one.Profiles = append(one.Profiles, BrowserProfile(p))
		}
		all = append(all, one)
	}
	return all, unusable(err)
}

// FindBrowser returns the path of the browser to start: the first usable one, or
// the one that wanted names (a brand, a brand and its channel such as chrome-beta,
// a program on the PATH, or a path). lookup reads the environment. Where a browser
// is there but cannot be used, the error is a [hint.Problem].
func FindBrowser(wanted string, lookup func(string) (string, bool)) (string, error) {
	path, err := chrome.Find(wanted, lookup)
	return path, unusable(err)
}

// unusable puts into words why a browser that is there cannot be taken.
func unusable(err error) error {
	switch {
	case errors.Is(err, chrome.ErrLocked):
		return hint.New(locked(), otherBrowser())
	case errors.Is(err, chrome.ErrTooOld):
		return hint.New(tooOld(), newer())
	}
	return err
}

func locked() hint.Text {
	return hint.Say("A policy of this computer (RemoteDebuggingAllowed) keeps programs from steering this browser.")
}

func otherBrowser() hint.Text {
	return hint.Say("That is for the administrator of this computer to decide. Another browser may do: install one, or name it with --browser.")
}

func tooOld() hint.Text {
	return hint.Say("The browser is too old for nonmerci, which needs version %d or later.", chrome.OldestUsable)
}

func newer() hint.Text { return hint.Say("Update the browser, or name another one with --browser.") }

// startable judges whether a run can start a browser with nonmerci's profile.
func startable(b chrome.Installed) Verdict {
	answer := Should
	if b.Tried {
		answer = Yes
	}
	switch {
	case b.Locked:
		return Verdict{No, "policy", locked(), otherBrowser()}
	case b.Major > 0 && b.Major < chrome.OldestUsable:
		return Verdict{No, "too_old", tooOld(), newer()}
	case b.Mute != nil:
		return Verdict{NotKnown, "no_version", hint.Say("The browser does not say its version: %s.", strings.TrimSuffix(b.Mute.Error(), ".")),
			hint.Say("Start this browser by hand to see what is wrong, or name another one with --browser.")}
	case b.Kind == chrome.Flatpak || b.Kind == chrome.UserFlatpak:
		return Verdict{NotKnown, "flatpak", hint.Say("It comes from Flatpak, which nobody has tried; it may not start."),
			hint.Say("If it does not start, install a browser from a package, or name another one with --browser.")}
	case b.Major > 0 && b.Major < chrome.OldestSecure:
		return Verdict{answer, "old", hint.Say("It is so old that it gets no security updates any more."), hint.Say("Update the browser.")}
	}
	return Verdict{Answer: answer}
}

// attachable judges whether a browser lets programs in while it runs, once the
// person has opened it for them.
func attachable(b chrome.Installed) Verdict {
	inspect := "chrome://inspect/#remote-debugging"
	if b.Brand == "edge" {
		inspect = "edge://inspect/#remote-debugging"
	}
	tick := hint.Say("In that browser, open %s and tick “Allow remote debugging for this browser instance”.", inspect)
	known := b.Brand == "chrome" || b.Brand == "chromium" || b.Brand == "edge"
	switch {
	case b.Locked:
		return Verdict{No, "policy", locked(), otherBrowser()}
	case !known:
		return Verdict{NotKnown, "brand", hint.Say("Nobody has tried it with this brand."), hint.Text{}}
	case b.Major == 0:
		return Verdict{NotKnown, "no_version", hint.Say("Its version is not known; it takes %d or later.", chrome.OldestAttach), hint.Say("Look its version up in its menu, under Help.")}
	case b.Major < chrome.OldestAttach:
		return Verdict{No, "old", hint.Say("It takes version %d or later.", chrome.OldestAttach), hint.Say("Update the browser.")}
	case b.Kind == chrome.Snap || b.Kind == chrome.Flatpak || b.Kind == chrome.UserFlatpak:
		return Verdict{NotKnown, "packaging", hint.Say("Nobody has tried it with a browser from Snap or Flatpak."), tick}
	case b.Listens:
		return Verdict{Answer: Yes, Why: hint.Say("It runs, and its switch for that is on.")}
	case b.Tried:
		return Verdict{Answer: Yes, Next: tick}
	}
	return Verdict{Answer: Should, Next: tick}
}
