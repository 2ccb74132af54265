package cli

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/nonmerci/nonmerci/automation"
	"github.com/nonmerci/nonmerci/config"
	"github.com/nonmerci/nonmerci/internal/hint"
	"github.com/nonmerci/nonmerci/selectors"
)

// checkKeyring tells how safe the sign-ins lie, and whether they can be reached.
func (a *app) checkKeyring(ctx context.Context, c config.Config) []checkup {
	p, err := automation.ReadProfile(a.profile(c))
	state := automation.AskKeyring(ctx, a.Lookup)
	switch {
	case err == nil && p.Keyring && state == automation.KeyringAbsent:
		return []checkup{{trouble, hint.Say("The key of the sign-ins is in your desktop's keyring, and that does not answer here. nonmerci will not start the browser, which would delete them."),
			hint.Say("Run nonmerci in your desktop session, not over ssh, su or cron.")}}
	case (err != nil || p.Keyring) && state == automation.KeyringLocked:
		return []checkup{{trouble, hint.Say("Your keyring, the password store of your desktop, is locked."),
			hint.Say("Unlock it: start a program that uses it, such as your everyday browser, and type its password there.")}}
	case err == nil && p.Plain, err != nil && state == automation.KeyringAbsent:
		return []checkup{{remark, hint.Say("No keyring keeps the key of the sign-ins: who can read the files of the browser profile can use them. The folder is closed to other users."),
			hint.Say("Nothing has to be done. Do not copy the folder anywhere, and encrypt the disk of a computer that travels.")}}
	}
	return []checkup{{grade: fine, what: hint.Say("Password store: the sign-ins are encrypted, and the key is in your system's store.")}}
}

// leastSpace is what a browser profile and a record take together, in bytes,
// with room to spare.
const leastSpace = 300 << 20

func (a *app) checkDisk(c config.Config) []checkup {
	var all []checkup
	for _, dir := range []string{a.profile(c), a.records(c)} {
		free, err := freeSpace(existing(dir))
		if err == nil && free < leastSpace {
			all = append(all, checkup{trouble, hint.Say("The disk of %s is almost full: %d MB are free.", dir, free>>20),
				hint.Say("Make room: nonmerci needs about %d MB there.", leastSpace>>20)})
		}
	}
	if all == nil {
		all = []checkup{{grade: fine, what: hint.Say("Disk: there is room.")}}
	}
	return all
}

// existing is the folder or the nearest one above it that is there.
func existing(dir string) string {
	for {
		if _, err := os.Stat(dir); err == nil {
			return dir
		}
		above := filepath.Dir(dir)
		if above == dir {
			return dir
		}
		dir = above
	}
}

// checkClock finds a clock that is far behind: with it no certificate of a site
// is valid yet, and a record would tell a wrong time. The built-in flows carry
// the day on which they were made.
func (a *app) checkClock(now time.Time) []checkup {
	for _, service := range selectors.Services() {
		flow, _, err := selectors.Load("", service)
		if err != nil {
			continue // the flow's own line says so
		}
		made, err := time.Parse("20060102", strconv.Itoa(flow.Revision/100))
		if err == nil && now.Before(made.AddDate(0, 0, -1)) {
			return []checkup{{trouble, hint.Say("The clock of this computer says %s, which is before nonmerci's own files were made.", now.Format(time.DateOnly)),
				hint.Say("Set date and time, best by the network, in the settings of your system.")}}
		}
	}
	return []checkup{{grade: fine, what: hint.Say("Clock: %s", now.Format("2006-01-02 15:04 MST"))}}
}
