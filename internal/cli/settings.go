package cli

import (
	"errors"
	"io/fs"
	"strconv"
	"strings"
	"text/tabwriter"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/nonmerci/nonmerci/config"
	"github.com/nonmerci/nonmerci/internal/hint"
)

func (a *app) configCmd() *cobra.Command {
	show := &cobra.Command{
		Use: "show", Short: "every setting: its value, and where it comes from",
		Long: `Prints every setting, its value, and where the value comes from. A flag wins over
an environment variable, that over the settings file, that over the default.
Private values are masked. Flags may be given, to see what would come of them.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := a.settings(cmd)
			if err != nil {
				return err
			}
			return a.print(a.shown(c))
		},
	}
	config.Flags(show.Flags())
	return group(&cobra.Command{Use: "config", Short: "the settings file: init, show, path"},
		&cobra.Command{
			Use: "init", Short: "write a settings file with every setting explained", Args: noArgs,
			RunE: func(*cobra.Command, []string) error { return a.configInit() },
		},
		show,
		&cobra.Command{
			Use: "path", Short: "print where the settings file is looked for", Args: noArgs,
			RunE: func(*cobra.Command, []string) error { return a.print(a.configFile() + "\n") },
		})
}

func (a *app) configInit() error {
	err := config.WriteExample(a.configFile())
	switch {
	case errors.Is(err, fs.ErrExist):
		p, _ := hint.Of(err)
		return hint.New(p.What, p.Next) // the cause says the same again
	case err != nil:
		a.problem(err)
		return exit(exitFailed)
	}
	a.say(hint.Say("The settings file was written. It changes nothing yet: open it in an editor and remove the # in front of what you want to set."))
	return a.print(a.configFile() + "\n")
}

// shown is the table of all settings.
func (a *app) shown(c config.Config) string {
	return table(func(row func(...string)) {
		for _, name := range config.Keys() {
			origin := c.Origin(name)
			if origin == "default" {
				origin = hint.Say("default").In(a.lang)
			}
			for i, value := range strings.Split(a.value(c, name), "\n") {
				if i > 0 {
					name, origin = "", ""
				}
				row(name, value, origin)
			}
		}
	})
}

// value is a setting as people read it. Where it is empty it is what nonmerci
// makes of that, or a dash.
func (a *app) value(c config.Config, name string) string {
	value := c.Value(name)
	switch {
	case name == "explain" && c.Explain != "":
		value = hint.Say("%s characters", strconv.Itoa(utf8.RuneCountInString(c.Explain))).In(a.lang)
	case name == "profile":
		value = a.profile(c)
	case name == "records":
		value = a.records(c)
	case name == "wait":
		if strings.HasSuffix(value, "m0s") {
			value = strings.TrimSuffix(value, "0s")
		}
		if strings.HasSuffix(value, "h0m") {
			value = strings.TrimSuffix(value, "0m")
		}
	case value == "":
		value = "–"
	}
	return value
}

// table lines up what fill puts into its rows.
func table(fill func(row func(...string))) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fill(func(cells ...string) { _, _ = w.Write([]byte(strings.Join(cells, "\t") + "\n")) })
	_ = w.Flush() // into memory: cannot fail
	return b.String()
}
