package automation

import (
	"context"
	"errors"
	"io/fs"

	"github.com/nonmerci/nonmerci/automation/internal/chrome"
	"github.com/nonmerci/nonmerci/automation/internal/keyring"
	"github.com/nonmerci/nonmerci/internal/hint"
)

// Profile is a browser profile of nonmerci's own.
type Profile struct {
	Browser string // the browser that it was made with and belongs to, such as "Chromium"
	Keyring bool   // the key of its cookies is in the desktop's keyring
	Plain   bool   // the key is no secret: who can read the files can read the sign-ins
	Made    string // the day, as 2006-01-02
}

// ReadProfile tells about the profile in a folder. The error is
// [fs.ErrNotExist] where there is none of nonmerci's.
func ReadProfile(dir string) (Profile, error) {
	p, err := chrome.ReadProfile(dir)
	if err != nil {
		return Profile{}, err
	}
	return Profile{Browser: p.Browser, Keyring: p.InKeyring(), Plain: p.Plain(), Made: p.Made}, nil
}

// ErrNotOurs means that nonmerci did not make what is there.
var ErrNotOurs = errors.New("not made by nonmerci")

// ForgetProfile removes a profile with all sign-ins in it. It removes nothing
// that nonmerci did not make, and nothing that is in use.
func ForgetProfile(dir string, lookup func(string) (string, bool)) error {
	err := chrome.Forget(dir, lookup)
	var busy *chrome.Busy
	var unfit *chrome.Unfit
	switch {
	case err == nil:
		return nil
	case errors.Is(err, fs.ErrNotExist):
		return hint.Wrap(err, hint.Say("There is no browser profile of nonmerci's in that folder, so there is nothing to remove."), hint.Say("`nonmerci profile show` tells which folder is meant."))
	case errors.As(err, &busy):
		what, next := inUse(busy)
		return hint.Wrap(err, what, next)
	case errors.As(err, &unfit):
		return hint.Wrap(ErrNotOurs, hint.Say("nonmerci did not make what is in that folder, so it removes nothing there."), hint.Say("If you are sure, delete the folder by hand."))
	}
	return hint.Wrap(err, hint.Say("The browser profile could not be removed whole."), hint.Say("Check that the folder and the one around it may be written to, and run the command again."))
}

// ProfileHome is the folder below which a browser can keep a profile, or empty
// where any will do: a snap or a flatpak writes below a folder of its own alone.
func ProfileHome(browser, home string) string { return chrome.ProfileHome(browser, home) }

// Keyring is how the desktop's password store stands.
type Keyring = keyring.State

// The states of the password store.
const (
	KeyringAbsent = keyring.Absent
	KeyringLocked = keyring.Locked
	KeyringOpen   = keyring.Open
)

// Mate is the program of the installed browser to which a profile belongs; false:
// there is no profile, or that browser is gone.
func Mate(profile string, lookup func(string) (string, bool)) (program string, ok bool) {
	return chrome.Mate(profile, lookup)
}

// AskKeyring looks at the password store of a Linux desktop, without opening a
// prompt. On other systems it is always open.
func AskKeyring(ctx context.Context, lookup func(string) (string, bool)) Keyring {
	return keyring.Ask(ctx, lookup)
}
