package cli

import (
	"cmp"
	"context"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/nonmerci/nonmerci/automation"
	"github.com/nonmerci/nonmerci/config"
	"github.com/nonmerci/nonmerci/internal/hint"
)

func (a *app) browsersCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use: "browsers", Short: "the browsers on this computer, and which can be used",
		Long: `Lists the browsers on this computer, with the profiles in them: which of them
nonmerci can start, which one it takes, and which would let a program in while
they run (--attach); where not, why, and what to do. The names of your profiles
are shown to you and written down nowhere. Nothing is opened or changed.

With --json: one array with an object for each browser, the preferred one first:
  brand, channel, name, version, installed, path, taken, user_data,
  profiles  [{dir, name}]
  start, attach  {answer: yes|should|unknown|no, reason, why, next}

EXIT STATUS
  0  there is a browser that nonmerci can use
  7  there is none, or not the one that was named`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := a.settings(cmd)
			if err != nil {
				return err
			}
			return a.browsers(cmd.Context(), c)
		},
	}
	cmd.Flags().String("browser", "", "the browser that is meant: `PATH|NAME`, as for object")
	cmd.Flags().Bool("json", false, "one JSON array")
	return cmd
}

func (a *app) browsers(ctx context.Context, c config.Config) error {
	found, missing := automation.Browsers(ctx, a.wanted(c), a.Lookup)
	for i, b := range found {
		found[i].Start = a.start(c, b)
	}
	if err := a.tellBrowsers(found, c.JSON); err != nil {
		return err
	}
	if missing != nil {
		return a.saidExit(noBrowser(c.Browser, missing), automation.Failed)
	}
	if slices.ContainsFunc(found, func(b automation.InstalledBrowser) bool { return b.Taken && b.Start.Answer == automation.No }) {
		return exitCode(automation.Failed) // its block says why
	}
	return nil
}

// start is the verdict on starting a browser with the profile that a run would
// give it. A snap may not write where a part of the path begins with a dot.
func (a *app) start(c config.Config, b automation.InstalledBrowser) automation.Verdict {
	c.Browser = b.Path
	dir := a.profile(c)
	if b.Start.Answer == automation.No || b.Installed != "snap" || !hidden(dir, a.home()) {
		return b.Start
	}
	return automation.Verdict{Answer: automation.No, Reason: "profile",
		Why:  hint.Say("A browser from Snap may not write to %s, because a part of this path begins with a dot.", dir),
		Next: hint.Say("Give another folder with --profile, such as %s, or install Google Chrome.", filepath.Join(a.home(), "snap", filepath.Base(b.Path), "common", "nonmerci"))}
}

// hidden tells whether a path below home goes through a folder whose name begins
// with a dot.
func hidden(path, home string) bool {
	rel, err := filepath.Rel(home, path)
	return err == nil && !strings.HasPrefix(rel, "..") && strings.Contains("/"+filepath.ToSlash(rel), "/.")
}

// called is a browser's name with its version.
func called(b automation.InstalledBrowser) string {
	return strings.TrimSpace(b.Name + " " + b.Version)
}

func (a *app) tellBrowsers(found []automation.InstalledBrowser, asJSON bool) error {
	if asJSON {
		list := []browserResult{}
		for _, b := range found {
			list = append(list, a.browserResult(b))
		}
		return a.json(list)
	}
	var blocks []string
	for _, b := range found {
		blocks = append(blocks, a.browserBlock(b))
	}
	return a.print(strings.Join(blocks, "\n"))
}

// browserBlock tells a person about one browser.
func (a *app) browserBlock(b automation.InstalledBrowser) string {
	head := called(b)
	if b.Taken {
		head = hint.Say("%s – nonmerci takes this one", head).In(a.lang)
	}
	var names []string
	for _, p := range b.Profiles {
		names = append(names, p.Name)
	}
	profiles := cmp.Or(strings.Join(names, ", "), hint.Say("none found").In(a.lang))
	return head + "\n" + table(func(row func(...string)) {
		fact := func(name hint.Text, value string) { row("  "+name.In(a.lang), value) }
		verdict := func(name hint.Text, v automation.Verdict) {
			fact(name, strings.TrimSpace(answer(v.Answer).In(a.lang)+" "+v.Why.In(a.lang)))
			if v.Next.Format != "" {
				row("", "→ "+v.Next.In(a.lang))
			}
		}
		fact(hint.Say("Where"), b.Path)
		fact(hint.Say("Installed"), installed(b.Installed).In(a.lang))
		fact(hint.Say("Your profiles"), profiles)
		verdict(hint.Say("Can be started"), b.Start)
		verdict(hint.Say("Can be attached to"), b.Attach)
	})
}

func answer(v automation.Answer) hint.Text {
	switch v {
	case automation.Yes:
		return hint.Say("Yes.")
	case automation.Should:
		return hint.Say("It should; nobody has tried it yet.")
	case automation.No:
		return hint.Say("No, it cannot.")
	}
	return hint.Say("Not known.")
}

func installed(how string) hint.Text {
	switch how {
	case "package":
		return hint.Say("as a package of the system")
	case "snap":
		return hint.Say("from Snap")
	case "flatpak":
		return hint.Say("from Flatpak, for all users")
	case "flatpak-user":
		return hint.Say("from Flatpak, for you")
	case "app":
		return hint.Say("as an app")
	case "installer":
		return hint.Say("by its installer, for all users")
	case "installer-user":
		return hint.Say("by its installer, for you")
	}
	return hint.Say("by hand")
}

// browserResult is one browser in --json.
type browserResult struct {
	Brand     string          `json:"brand"`
	Channel   string          `json:"channel"`
	Name      string          `json:"name"`
	Version   string          `json:"version"`
	Installed string          `json:"installed"`
	Path      string          `json:"path"`
	Taken     bool            `json:"taken"`
	UserData  string          `json:"user_data"`
	Profiles  []profileResult `json:"profiles"`
	Start     verdictResult   `json:"start"`
	Attach    verdictResult   `json:"attach"`
}

type profileResult struct {
	Dir  string `json:"dir"`
	Name string `json:"name"`
}

type verdictResult struct {
	Answer automation.Answer `json:"answer"`
	Reason string            `json:"reason,omitempty"`
	Why    string            `json:"why,omitempty"`
	Next   string            `json:"next,omitempty"`
}

func (a *app) browserResult(b automation.InstalledBrowser) browserResult {
	verdict := func(v automation.Verdict) verdictResult {
		return verdictResult{v.Answer, v.Reason, v.Why.In(a.lang), v.Next.In(a.lang)}
	}
	profiles := []profileResult{}
	for _, p := range b.Profiles {
		profiles = append(profiles, profileResult(p))
	}
	return browserResult{
		Brand: b.Brand, Channel: b.Channel, Name: b.Name, Version: b.Version, Installed: b.Installed, Path: b.Path, Taken: b.Taken,
		UserData: b.UserData, Profiles: profiles, Start: verdict(b.Start), Attach: verdict(b.Attach),
	}
}
