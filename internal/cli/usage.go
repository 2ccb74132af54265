package cli

import (
	"errors"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/nonmerci/nonmerci/config"
	"github.com/nonmerci/nonmerci/internal/hint"
)

// What was typed wrong is told in the one voice and never quoted: it could be
// an e-mail address or a piece of the explanation.

// usage is the second half of every help text, no wider than 80 columns. The list
// leaves out help, which the last line tells of, to fit one screen.
const usage = `{{if .HasAvailableSubCommands}}{{$all := .Commands}}{{range $g := .Groups}}{{.Title}}{{range $all}}{{if and (eq .GroupID $g.ID) .IsAvailableCommand}}
  {{rpad .Name .NamePadding}}  {{.Short}}{{end}}{{end}}

{{else}}Commands:{{range $all}}{{if .IsAvailableCommand}}
  {{rpad .Name .NamePadding}}  {{.Short}}{{end}}{{end}}

{{end}}{{.CommandPath}} COMMAND --help tells more about one of them.
{{else}}Usage:
  {{.UseLine}}
{{if .HasExample}}
Examples:
{{.Example}}
{{end}}{{if .HasAvailableLocalFlags}}
Flags:
{{.LocalFlags.FlagUsagesWrapped 80 | trimTrailingWhitespaces}}
{{end}}{{end}}`

// group makes cmd a command that only holds others. Alone it prints its help.
func group(cmd *cobra.Command, below ...*cobra.Command) *cobra.Command {
	cmd.Args = noArgs
	cmd.RunE = func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
	cmd.AddCommand(below...)
	return cmd
}

// noArgs refuses arguments.
func noArgs(cmd *cobra.Command, args []string) error {
	switch {
	case len(args) == 0:
		return nil
	case cmd.HasSubCommands():
		return unknownCommand(cmd, args[0])
	}
	return hint.New(hint.Say("There is more on the command line than `%s` understands. Nothing was started.", cmd.CommandPath()), seeHelp(cmd))
}

// between wants so many arguments; wanted says what they are.
func between(least, most int, wanted hint.Text) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) < least || len(args) > most {
			return hint.New(hint.Say("It is not clear what is meant. Nothing was started."), wanted)
		}
		return nil
	}
}

func seeHelp(cmd *cobra.Command) hint.Text {
	return hint.Say("`%s --help` tells what there is.", cmd.CommandPath())
}

func unknownCommand(cmd *cobra.Command, typed string) error {
	what := hint.Say("There is no command of this name. Nothing was started.")
	if near := similar(cmd, typed); near != "" {
		return hint.New(what, hint.Say("Did you mean `%s`?", cmd.CommandPath()+" "+near))
	}
	return hint.New(what, seeHelp(cmd))
}

// similar is the command below cmd that was probably meant, or empty.
func similar(cmd *cobra.Command, typed string) string {
	cmd.SuggestionsMinimumDistance = 2
	if near := cmd.SuggestionsFor(typed); len(near) > 0 {
		return near[0]
	}
	return ""
}

// flagError puts the flag parser's errors into words. Its own would quote what
// was typed.
func flagError(cmd *cobra.Command, err error) error {
	if words := cmd.Flags().Args(); cmd.HasSubCommands() && len(words) > 0 {
		return unknownCommand(cmd, words[0])
	}
	var unknown *pflag.NotExistError
	var bare *pflag.ValueRequiredError
	var wrong *pflag.InvalidValueError
	switch {
	case errors.As(err, &unknown) && unknown.GetSpecifiedShortnames() != "":
		return hint.New(hint.Say("There is no flag -%s. Nothing was started.", unknown.GetSpecifiedName()),
			hint.Say("Flags that are words begin with two dashes, such as --email. `%s --help` lists them.", cmd.CommandPath()))
	case errors.As(err, &unknown):
		what := hint.Say("There is no flag of this name. Nothing was started.")
		if near := similarFlag(cmd.Flags(), unknown.GetSpecifiedName()); near != "" {
			return hint.New(what, hint.Say("Did you mean --%s?", near))
		}
		return hint.New(what, seeHelp(cmd))
	case errors.As(err, &bare):
		return hint.New(hint.Say("The flag --%s needs a value. Nothing was started.", bare.GetFlag().Name), seeHelp(cmd))
	case errors.As(err, &wrong):
		if wants, ok := config.Wants(wrong.GetFlag().Name); ok {
			return hint.New(hint.Say("The value of the flag --%s must be %s. Nothing was started.", wrong.GetFlag().Name, wants), seeHelp(cmd))
		}
		return hint.New(hint.Say("The value of the flag --%s was not understood. Nothing was started.", wrong.GetFlag().Name), seeHelp(cmd))
	}
	return hint.New(hint.Say("The flags were not understood. Nothing was started."), seeHelp(cmd))
}

// similarFlag asks cobra's search for similar commands, which knows no flags.
func similarFlag(flags *pflag.FlagSet, typed string) string {
	var names cobra.Command
	flags.VisitAll(func(f *pflag.Flag) {
		names.AddCommand(&cobra.Command{Use: f.Name, Run: func(*cobra.Command, []string) {}})
	})
	return similar(&names, strings.ToLower(typed))
}

// helpCmd is cobra's, but that an unknown name is an error.
func helpCmd() *cobra.Command {
	return &cobra.Command{
		Use: "help [COMMAND]", Short: "tell more about a command",
		RunE: func(cmd *cobra.Command, args []string) error {
			about, rest, err := cmd.Root().Find(args)
			if err != nil || len(rest) > 0 {
				return noArgs(about, rest)
			}
			about.InitDefaultHelpFlag()
			return about.Help()
		},
	}
}
