package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/nonmerci/nonmerci/automation"
	"github.com/nonmerci/nonmerci/config"
	"github.com/nonmerci/nonmerci/internal/hint"
	"github.com/nonmerci/nonmerci/selectors"
)

// checkup is what doctor came upon at one point.
type checkup struct {
	grade grade
	what  hint.Text
	mend  hint.Text // what to do about it
}

// grade says how much a checkup matters.
type grade int

const (
	fine    grade = iota + 1
	remark        // worth mending, but nonmerci works
	trouble       // nonmerci cannot do its main job
)

func (g grade) word() hint.Text {
	switch g {
	case fine:
		return hint.Say("ok")
	case remark:
		return hint.Say("note")
	}
	return hint.Say("problem")
}

func (a *app) doctorCmd() *cobra.Command {
	var powers bool
	cmd := &cobra.Command{
		Use: "doctor", Short: "check what could keep nonmerci from working here",
		Long: `Looks at everything that could keep nonmerci from working on this computer, and
says how to mend it. It starts no walk and opens no page.

EXIT STATUS
  0  nothing stands in the way
  7  something does`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if powers {
				return a.print(automation.Powers())
			}
			return a.doctor(cmd.Context())
		},
	}
	cmd.Flags().BoolVar(&powers, "powers", false, "print all that nonmerci can do in the browser, and check nothing")
	return cmd
}

func (a *app) doctor(ctx context.Context) error {
	c, settings := a.checkSettings()
	all := []checkup{settings, a.checkUser(), a.checkScreen()}
	all = append(all, a.checkBrowser(ctx, c)...)
	all = append(all, a.checkNetwork(c), a.checkProfile(c))
	all = append(all, a.checkKeyring(ctx, c)...)
	all = append(all, a.checkRecords(c))
	all = append(all, a.checkDisk(c)...)
	all = append(all, a.checkClock(time.Now())...)
	for _, service := range selectors.Services() {
		all = append(all, a.checkFlow(service)...)
	}
	var b strings.Builder
	blocked := false
	for _, one := range all {
		blocked = blocked || one.grade == trouble
		fmt.Fprintf(&b, "%-9s%s\n", one.grade.word().In(a.lang), one.what.In(a.lang))
		if one.mend.Format != "" {
			fmt.Fprintf(&b, "%-9s→ %s\n", "", one.mend.In(a.lang))
		}
	}
	if err := a.print(b.String()); err != nil {
		return err
	}
	if blocked {
		return exit(exitFailed)
	}
	return nil
}

func (a *app) checkSettings() (config.Config, checkup) {
	file := a.configFile()
	c, err := config.Load(config.Source{Lookup: a.Lookup, File: file})
	if err != nil {
		// What comes after it is checked with the defaults.
		c, _ = config.Load(config.Source{})
		if p, ok := hint.Of(err); ok {
			return c, checkup{trouble, p.What, p.Next}
		}
		return c, checkup{trouble, hint.Say("The settings could not be read."), hint.Say("Correct the file %s, or move it away.", file)}
	}
	if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
		return c, checkup{grade: fine, what: hint.Say("Settings: there is no settings file, and none is needed.")}
	}
	return c, checkup{grade: fine, what: hint.Say("Settings: %s", file)}
}

func (a *app) checkUser() checkup {
	if a.Root {
		return checkup{trouble, hint.Say("You are the superuser (root), for whom the browser cannot protect itself. Only rehearsals work."),
			hint.Say("Run nonmerci as an ordinary user.")}
	}
	return checkup{grade: fine, what: hint.Say("User: an ordinary one, as it should be.")}
}

func (a *app) checkScreen() checkup {
	if !a.display() {
		return checkup{trouble, hint.Say("There is no screen to show a window on. Only rehearsals work."),
			hint.Say("Run nonmerci in a desktop session.")}
	}
	return checkup{grade: fine, what: hint.Say("Screen: there is one.")}
}

func (a *app) checkBrowser(ctx context.Context, c config.Config) []checkup {
	found, err := automation.Browsers(ctx, a.wanted(c), a.Lookup)
	taken := slices.IndexFunc(found, func(b automation.InstalledBrowser) bool { return b.Taken })
	if err != nil || taken < 0 {
		p := noBrowser(c.Browser, err)
		return []checkup{{trouble, p.What, p.Next}}
	}
	b := found[taken]
	start := a.start(c, b)
	all := []checkup{{grade: fine, what: hint.Say("Browser: %s (%s)", b.Path, called(b))}}
	switch {
	case start.Answer == automation.No, start.Reason == "no_version":
		all = append(all, checkup{trouble, start.Why, start.Next})
	case start.Why.Format != "":
		all = append(all, checkup{remark, start.Why, start.Next})
	}
	return all
}

func (a *app) checkNetwork(c config.Config) checkup {
	if automation.Outlet(c.BrowserArgs, a.Lookup) != nil {
		return checkup{remark, hint.Say("Network: your proxy settings are a script, or of a kind that nonmerci cannot follow. The browser goes its own way, and one of nonmerci's six locks is missing; the README says what it adds."),
			hint.Say("If you know your proxy, name it: --browser-arg proxy-server=HOST:PORT")}
	}
	return checkup{grade: fine, what: hint.Say("Network: the browser's traffic passes through nonmerci, still encrypted, and nonmerci can cut it off.")}
}

func (a *app) checkProfile(c config.Config) checkup {
	dir := a.profile(c)
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if err := writable(dir); err != nil {
			return checkup{trouble, hint.Say("The browser profile cannot be made in %s.", dir), hint.Say("Make sure that you may write there, or name another folder with --profile.")}
		}
		return checkup{grade: fine, what: hint.Say("Browser profile: %s will be made when it is needed; you sign in there once.", dir)}
	case err != nil || !info.IsDir():
		return checkup{trouble, hint.Say("The browser profile %s is not a folder that can be used.", dir), hint.Say("Name another folder with --profile.")}
	case runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0:
		return checkup{remark, hint.Say("Other users of this computer may look into the browser profile %s, which holds your sign-in.", dir),
			hint.Say("Close it to them: chmod 700 %s", dir)}
	}
	if err := writable(dir); err != nil {
		return checkup{trouble, hint.Say("The browser profile %s cannot be written to.", dir), hint.Say("Make sure that you may write there, or name another folder with --profile.")}
	}
	return checkup{grade: fine, what: hint.Say("Browser profile: %s", dir)}
}

func (a *app) checkRecords(c config.Config) checkup {
	dir := a.records(c)
	if err := writable(dir); err != nil {
		return checkup{trouble, hint.Say("No record can be kept in %s.", dir), hint.Say("Make sure that you may write there and that the disk is not full, or name another folder with --records.")}
	}
	return checkup{grade: fine, what: hint.Say("Records: %s", dir)}
}

// writable tries whether a file can be made in dir or, where dir is missing, in
// the nearest folder above it. It leaves nothing behind.
func writable(dir string) error {
	for {
		f, err := os.CreateTemp(dir, ".nonmerci-*")
		if err == nil {
			return errors.Join(f.Close(), os.Remove(f.Name()))
		}
		above := filepath.Dir(dir)
		if !errors.Is(err, fs.ErrNotExist) || above == dir {
			return err
		}
		dir = above
	}
}

func (a *app) checkFlow(service string) []checkup {
	flow, warnings, err := selectors.Load(a.flowDir(), service)
	if err != nil {
		return []checkup{{trouble, hint.Say("The flow of %s cannot be used: %s.", service, err), hint.Say("This is a fault of nonmerci. Please report it.")}}
	}
	var all []checkup
	for _, w := range warnings {
		what := hint.Say("%s", w.Error())
		next := hint.Say("Correct the file; `nonmerci selectors lint` tells more.")
		if f, ok := errors.AsType[selectors.Finding](w); ok {
			what = hint.Say("%s:%d:%d: %s The file is left out.", f.File, f.Line, f.Column, f.What)
		} else if p, ok := hint.Of(w); ok {
			what, next = p.What, p.Next
		}
		all = append(all, checkup{remark, what, next})
	}
	day := strconv.Itoa(flow.Revision)
	if len(day) == len("yyyymmddnn") {
		day = day[:4] + "-" + day[4:6] + "-" + day[6:8]
	}
	what := hint.Say("Flow of %s: of %s, never checked on the live pages.", flow.Title, day)
	if last := flow.LastCheck().Date; last != "" {
		what = hint.Say("Flow of %s: of %s, last checked on the live pages on %s.", flow.Title, day, last)
	}
	return append(all, checkup{grade: fine, what: what})
}
