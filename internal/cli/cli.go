// Package cli is nonmerci's command line: commands, prompts, output channels and
// exit codes. It builds everything and hands it down.
//
// Four channels, never mixed: standard output carries results, standard error
// the talk with the person, the log (-v, --log-file) what helps to find a fault,
// the record the evidence. Private values stand in the record alone.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"strings"
	"unicode"

	"github.com/spf13/cobra"

	"github.com/nonmerci/nonmerci/config"
	"github.com/nonmerci/nonmerci/internal/hint"
	"github.com/nonmerci/nonmerci/selectors"
)

// World is everything outside the program that the commands may touch.
type World struct {
	Args     []string // without the program's name
	Stdin    io.Reader
	Stdout   io.Writer
	Stderr   io.Writer
	Lookup   func(string) (string, bool) // the environment
	Root     bool                        // runs as the superuser
	Terminal bool                        // a person reads standard error and can answer
	Password func() ([]byte, error)      // reads a line that is not shown; nil: nobody can type one
}

// Exit codes that are not an outcome's.
const (
	exitOK     = 0
	exitFault  = 1 // a fault of the program
	exitUsage  = 2 // wrong flags, settings or flow file
	exitFailed = 7 // browser, network or disk
)

// exit ends a command with a code; what there was to say has been said.
type exit int

func (e exit) Error() string { return fmt.Sprintf("exit code %d", int(e)) }

// app is one call of the program.
type app struct {
	World
	lang string
	keys keyboard
	pdf  func(ctx context.Context, html []byte) ([]byte, error) // prints a report; a seam for tests

	publishers []string // whose flow files are taken over: keys; a seam for tests
	net        fetcher
}

// Main runs one command and returns the exit code.
func Main(ctx context.Context, w World) int {
	return (&app{World: w, publishers: selectors.Publishers()}).main(ctx)
}

func (a *app) main(ctx context.Context) int {
	a.lang, a.pdf = hint.Lang(a.Lookup), a.printReport
	if c, err := config.Load(config.Source{Lookup: a.Lookup, File: a.configFile()}); err == nil {
		a.lang = c.Language // also for what is said before a command has its settings
	}
	root := a.rootCmd()
	root.SetArgs(a.Args)
	root.SetOut(a.Stdout)
	root.SetErr(a.Stderr)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitOK
	}
	if code, ok := errors.AsType[exit](err); ok {
		return int(code)
	}
	a.problem(err)
	return exitUsage
}

func (a *app) rootCmd() *cobra.Command {
	root := &cobra.Command{
		Use:   "nonmerci",
		Short: "object to the use of your Facebook and Instagram data for training Meta's AI",
		Long: `nonmerci helps you to object (Art. 21 GDPR) to the use of your Facebook and
Instagram data for training Meta's AI. In your own browser and your own login
it walks to Meta's objection form, puts your e-mail address in, and stops
before Send. You review the form and send it. A record with pictures is kept.

Try it without an account:   nonmerci rehearse
Then, for real:              nonmerci object instagram`,
		Version:       version(),
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.AddGroup(&cobra.Group{ID: "main", Title: "Commands:"}, &cobra.Group{ID: "more", Title: "More:"})
	group(root, under("main", a.rehearseCmd(), a.objectCmd(), a.loginCmd(), a.recordsCmd(), a.browsersCmd(), a.doctorCmd())...)
	root.AddCommand(under("more", a.configCmd(), a.profileCmd(), a.selectorsCmd(), a.versionCmd())...)
	root.SetVersionTemplate("{{.Version}}\n")
	root.SetUsageTemplate(usage)
	root.SetFlagErrorFunc(flagError)
	root.SetHelpCommand(helpCmd())
	root.SetHelpCommandGroupID("more")
	root.SetCompletionCommandGroupID("more")
	root.InitDefaultCompletionCmd()
	if completion, _, err := root.Find([]string{"completion"}); err == nil {
		completion.Short = "print a script that lets your shell complete commands"
		group(completion)
	}
	return root
}

func under(id string, list ...*cobra.Command) []*cobra.Command {
	for _, cmd := range list {
		cmd.GroupID = id
	}
	return list
}

// say talks to the person.
func (a *app) say(t hint.Text) { fmt.Fprintln(a.Stderr, harmless(t.In(a.lang))) }

// harmless leaves out of what is said what could steer a terminal: what pages call
// their things, and what servers answer, is quoted in it.
func harmless(said string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' || unicode.IsPrint(r) || unicode.Is(unicode.Zs, r) {
			return r
		}
		return -1
	}, said)
}

// problem tells what happened and what to do next, in the one voice.
func (a *app) problem(err error) {
	p, ok := hint.Of(err)
	if !ok {
		fmt.Fprintf(a.Stderr, "nonmerci: %s\n", harmless(err.Error()))
		return
	}
	fmt.Fprintf(a.Stderr, "nonmerci: %s\n", harmless(p.What.In(a.lang)))
	if p.Err != nil {
		fmt.Fprintf(a.Stderr, "  %s\n", harmless(p.Err.Error()))
	}
	a.next(p.Next)
}

// next tells what to do next, where there is something.
func (a *app) next(t hint.Text) {
	if t.Format != "" {
		fmt.Fprintf(a.Stderr, "→ %s\n", harmless(t.In(a.lang)))
	}
}

// print writes a result to standard output.
func (a *app) print(result string) error {
	if _, err := io.WriteString(a.Stdout, result); err != nil {
		a.problem(hint.Wrap(err, hint.Say("The result could not be written to standard output."), hint.Say("Check where the output goes, and run the command again.")))
		return exit(exitFailed)
	}
	return nil
}

// settings merges flags, environment, file and defaults.
func (a *app) settings(cmd *cobra.Command) (config.Config, error) {
	c, err := config.Load(config.Source{Flags: cmd.Flags(), Lookup: a.Lookup, File: a.configFile()})
	if err != nil {
		return c, err
	}
	a.lang = c.Language
	return c, nil
}

// version is what the program calls itself, from the build.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "nonmerci (devel)"
	}
	return "nonmerci " + info.Main.Version
}

func (a *app) versionCmd() *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "print the version", Args: noArgs,
		RunE: func(*cobra.Command, []string) error { return a.print(version() + "\n") },
	}
}
