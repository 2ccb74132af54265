package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/nonmerci/nonmerci/automation"
	"github.com/nonmerci/nonmerci/internal/hint"
)

func (a *app) profileCmd() *cobra.Command {
	var yes bool
	forget := &cobra.Command{
		Use: "forget", Short: "remove nonmerci's browser profile, with the sign-ins in it",
		Long: `Removes the browser profile that nonmerci made, with the sign-ins in it, after
asking. Records, settings and your everyday browser stay as they are. Meta may
list the sign-in as a device until you sign it out there.

EXIT STATUS
  0  removed, or kept because you did not say yes
  2  there is none, or nonmerci did not make it
  7  in use, or it could not be removed`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.profileForget(cmd, yes) },
	}
	forget.Flags().BoolVar(&yes, "yes", false, "do not ask")
	cmd := &cobra.Command{Use: "profile", Short: "nonmerci's own browser profile: show, forget"}
	subs := []*cobra.Command{forget, {
		Use: "show", Short: "where nonmerci's browser profile is, and what it is bound to", Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.profileShow(cmd) },
	}}
	for _, sub := range subs {
		sub.Flags().String("profile", "", "the browser `DIR` that is meant instead of nonmerci's own")
	}
	return group(cmd, subs...)
}

func (a *app) profileShow(cmd *cobra.Command) error {
	c, err := a.settings(cmd)
	if err != nil {
		return err
	}
	dir := a.profile(c)
	p, err := automation.ReadProfile(dir)
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) {
			return hint.Wrap(err, hint.Say("The browser profile in %s cannot be understood.", dir), hint.Say("Start over with another folder: --profile DIR."))
		}
		what := hint.Say("There is no browser profile yet. It will be made in %s when it is needed.", dir)
		if entries, err := os.ReadDir(dir); len(entries) > 0 || err != nil && !errors.Is(err, fs.ErrNotExist) || writable(dir) != nil {
			what = hint.Say("There is no browser profile in %s, and none can be made there: it is no empty folder that you may write to.", dir)
		}
		return a.print(what.In(a.lang) + "\n")
	}
	where := hint.Say("the system's own place for keys")
	switch {
	case p.Keyring:
		where = hint.Say("your desktop's keyring")
	case p.Plain:
		where = hint.Say("the folder itself; who can read its files can use the sign-ins")
	}
	var b strings.Builder
	for _, line := range []hint.Text{
		hint.Say("Folder: %s", dir),
		hint.Say("Belongs to: %s", p.Browser),
		hint.Say("Made: %s", p.Made),
		hint.Say("The key of the sign-ins is in: %s", where),
	} {
		fmt.Fprintln(&b, line.In(a.lang))
	}
	return a.print(b.String())
}

func (a *app) profileForget(cmd *cobra.Command, yes bool) error {
	c, err := a.settings(cmd)
	if err != nil {
		return err
	}
	dir, err := filepath.Abs(a.profile(c))
	if err != nil {
		return err
	}
	if !yes {
		if _, err := automation.ReadProfile(dir); err == nil {
			if !a.Terminal {
				return hint.New(hint.Say("Nobody is there to answer, so the browser profile was not removed."), hint.Say("Add --yes if you are sure."))
			}
			a.say(hint.Say("This removes the folder %s with all that is in it: nonmerci's browser profile and its sign-ins. Records and settings stay.", dir))
			if !a.agrees(cmd.Context(), hint.Say("Type yes and press Enter to remove it; anything else keeps it.")) {
				return a.print(hint.Say("Kept. Nothing was removed.").In(a.lang) + "\n")
			}
		}
	}
	if err := automation.ForgetProfile(dir, a.Lookup); err != nil {
		a.problem(err)
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, automation.ErrNotOurs) {
			return exit(exitUsage)
		}
		return exit(exitFailed)
	}
	defer a.next(hint.Say("To end the sign-in at Meta as well, remove this computer there under Accounts Center, Password and security, Where you're logged in."))
	return a.print(hint.Say("The browser profile was removed. The next run makes a new one, and you sign in again.").In(a.lang) + "\n")
}

// agrees asks once and takes yes for a yes.
func (a *app) agrees(ctx context.Context, question hint.Text) bool {
	a.keys.forget()
	a.say(question)
	line, _ := a.line(ctx)
	return slices.Contains([]string{"yes", "oui"}, strings.ToLower(strings.TrimSpace(line)))
}
