package cli

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/rogpeppe/go-internal/diff"
	"github.com/spf13/cobra"

	"github.com/nonmerci/nonmerci/internal/hint"
	"github.com/nonmerci/nonmerci/selectors"
)

// ownCmds are the commands about a person's own flow files.
func (a *app) ownCmds() []*cobra.Command {
	var f importFlags
	var to, route, lang string
	var recorder bool
	services := hint.Say("Name one service: %s.", strings.Join(selectors.Services(), ", "))
	adopt := &cobra.Command{
		Use: "import FILE", Short: "take over a flow file, or a recording of Chrome's Recorder, after showing what it changes",
		Long: `Reads a flow file that somebody gave you, shows what it would change in yours,
and asks before it writes. Your own comments and the order of your file stay.
What your file held before stays beside it, with the ending .before.

A recording made in anyone's Chrome (DevTools, Recorder, Export as JSON) is read
as well. It shows how the pages call things; which step was done on which target
you say, with --as or when you are asked. Nothing that was typed is read, and a
recording with a password in it is refused. Sign in before you record.

No file can make nonmerci press Send, or visit other hosts.

EXIT STATUS
  0  taken over, or left because you did not say yes
  2  the file cannot be used; nothing was written`,
		Args: between(1, 1, hint.Say("Name one file.")),
		RunE: func(cmd *cobra.Command, args []string) error { return a.selectorsImport(cmd.Context(), args[0], f) },
	}
	adopt.Flags().BoolVar(&f.yes, "yes", false, "do not ask")
	adopt.Flags().StringVar(&f.service, "service", "", "of a recording: the `SERVICE` that it was made on, where that is not clear")
	adopt.Flags().StringArrayVar(&f.as, "as", nil, "of a recording: `STEP=TARGET`, what a step was done on; may be repeated")
	give := &cobra.Command{
		Use: "export SERVICE", Short: "your own flow file for others, without comments",
		Long: `Prints your own flow file as you may give it to others: without comments, and
only if nothing in it looks like an address, a telephone number or a handle. Read
it all the same: the words that you picked on a page stand in it.

With --recorder it prints a route for the Recorder panel of Chrome's DevTools
(Import), as it is in force: from the start page to the form, click by click. It
fills nothing in and does not send. The Recorder clicks the first thing that fits,
also where several do, so look on while it plays.`,
		Example: "  nonmerci selectors export instagram --to mended.yaml\n  nonmerci selectors export instagram --recorder --lang fr --to way.json",
		Args:    between(1, 1, services), ValidArgs: selectors.Services(),
		RunE: func(_ *cobra.Command, args []string) error {
			if recorder {
				return a.exportRecording(args[0], route, lang, to)
			}
			return a.selectorsExport(args[0], to)
		},
	}
	give.Flags().BoolVar(&recorder, "recorder", false, "a route as a recording for Chrome's Recorder, instead of your flow file")
	give.Flags().StringVar(&route, "route", "settings", "with --recorder: the `ROUTE` (settings, policy, direct)")
	give.Flags().StringVar(&lang, "lang", "en", "with --recorder: the language of your account on the site, as `CODE`")
	give.Flags().StringVar(&to, "to", "", "write to this `FILE` instead; one that exists is not replaced")
	return []*cobra.Command{
		{
			Use: "help", Short: "how to mend a flow file, key by key", Args: noArgs,
			RunE: func(*cobra.Command, []string) error { return a.print(selectors.Help()) },
		},
		{
			Use: "diff SERVICE", Short: "what your own files change", Args: between(1, 1, services), ValidArgs: selectors.Services(),
			RunE: func(_ *cobra.Command, args []string) error { return a.selectorsDiff(args[0]) },
		},
		{
			Use: "reset SERVICE [NAME]", Short: "back to what lies under your own file: as a whole, or one target, place, route or address",
			Long: `Takes NAME out of your own flow file, so that the one under it counts again.
Without NAME your file is put aside as a whole. What it held before stays beside
it, with the ending .before.`,
			Args: between(1, 2, services), ValidArgs: selectors.Services(),
			RunE: func(_ *cobra.Command, args []string) error { return a.selectorsReset(args) },
		},
		adopt, give, a.updateCmd(), a.pickCmd(),
	}
}

// ownFile reads the person's own file of a service.
func (a *app) ownFile(service string) (selectors.Own, error) {
	if _, _, err := selectors.Load("", service); err != nil {
		return selectors.Own{}, err // no such service
	}
	return selectors.OpenOwn(a.flowDir(), service)
}

// spelt is a flow as `selectors show` prints it, with every target and every word.
func spelt(f *selectors.Flow) []byte {
	var b strings.Builder
	writeFlow(&b, f)
	for _, id := range sorted(f.Targets) {
		b.WriteString("\n")
		writeTarget(&b, id, f.Targets[id])
	}
	b.WriteString("\nphrases:\n")
	for _, id := range sorted(f.Phrases) {
		for _, language := range sorted(f.Phrases[id]) {
			fmt.Fprintf(&b, "  @%s %s: %s\n", id, language, strings.Join(quoted(f.Phrases[id][language]), ", "))
		}
	}
	return []byte(b.String())
}

func (a *app) selectorsDiff(service string) error {
	base, _ := selectors.OpenBase(a.flowDir())
	under, err := base.Flow(service)
	if err != nil {
		return err
	}
	flow, err := a.flow(service)
	if err != nil {
		return err
	}
	changes := diff.Diff(under.Source, spelt(under), filepath.Join(a.flowDir(), service+".yaml"), spelt(flow))
	if changes == nil {
		a.say(hint.Say("You have changed nothing: what lies under your own files is in force."))
	}
	return a.print(string(changes))
}

func (a *app) selectorsReset(args []string) error {
	own, err := a.ownFile(args[0])
	switch {
	case err != nil:
		return err
	case own.Data == nil:
		a.say(hint.Say("You have no flow file of your own for this service. Nothing was changed."))
		return nil
	case len(args) == 1:
		if err := os.Rename(own.Name, own.Name+selectors.Former); err != nil {
			return hint.Wrap(err, hint.Say("The file %s could not be put aside. It is as it was.", own.Name), hint.Say("Check that you may write there."))
		}
		a.say(hint.Say("Your file was put aside as %s. What lies under it counts again.", own.Name+selectors.Former))
		return nil
	}
	next, err := own.Without(args[1])
	if err != nil {
		return err
	}
	if err := next.Save(own); err != nil {
		return err
	}
	a.say(hint.Say("%s was taken out of your file; the one under it counts again. What the file held before is in %s.", args[1], own.Name+selectors.Former))
	return nil
}

func (a *app) selectorsImport(ctx context.Context, file string, f importFlags) error {
	data, err := readFlow(file)
	if err != nil {
		return hint.Wrap(err, hint.Say("The file could not be read."), hint.Say("Check its name, and that you may read it."))
	}
	if selectors.Recognised(data) {
		return a.importRecording(ctx, file, data, f)
	}
	// One that names no service is told of below, with the place.
	own, err := a.ownFile(cmp.Or(selectors.ServiceOf(data), selectors.Services()[0]))
	if err != nil {
		return err
	}
	next, changes, err := own.Import(file, data)
	if err != nil {
		return err
	}
	if len(changes) == 0 {
		a.say(hint.Say("Your file says all of this already. Nothing was changed."))
		return nil
	}
	a.say(hint.Say("What %s changes:", filepath.Base(file)))
	if err := a.print(table(func(row func(...string)) {
		for _, c := range changes {
			row(c.Section, c.Name, a.over(c.Over))
		}
	})); err != nil {
		return err
	}
	return a.keepOwn(ctx, own, next, f.yes)
}

// keepOwn writes the person's own file, after asking.
func (a *app) keepOwn(ctx context.Context, own, next selectors.Own, yes bool) error {
	if ok, err := a.sure(ctx, yes, hint.Say("Type yes and press Enter to write it; anything else leaves your file as it is.")); err != nil || !ok {
		return err
	}
	if err := next.Save(own); err != nil {
		return err
	}
	a.say(hint.Say("Taken over into %s. `nonmerci selectors diff %s` shows what differs now, `nonmerci selectors reset %s` goes back.", own.Name, own.Service, own.Service))
	return nil
}

// sure asks whether to write; a no leaves all as it is.
func (a *app) sure(ctx context.Context, yes bool, question hint.Text) (bool, error) {
	switch {
	case yes:
		return true, nil
	case !a.Terminal:
		return false, hint.New(hint.Say("Nobody is there to answer, so nothing was written."), hint.Say("Add --yes if you are sure."))
	case a.agrees(ctx, question):
		return true, nil
	}
	a.say(hint.Say("Nothing was written."))
	return false, nil
}

// over says what an entry would replace.
func (a *app) over(what string) string {
	switch what {
	case "own":
		return hint.Say("replaces yours").In(a.lang)
	case selectors.BuiltIn:
		return hint.Say("replaces the built-in one").In(a.lang)
	case selectors.Downloaded:
		return hint.Say("replaces the downloaded one").In(a.lang)
	}
	return hint.Say("new").In(a.lang)
}

func (a *app) selectorsExport(service, to string) error {
	own, err := a.ownFile(service)
	if err != nil {
		return err
	}
	if own.Data == nil {
		return hint.New(hint.Say("You have no flow file of your own for this service."), hint.Say("Only what you have mended yourself can be given to others."))
	}
	bare, err := own.Bare()
	if err != nil {
		return err
	}
	a.say(hint.Say("Read it before you give it to others: the words that were picked on a page stand in it as they are."))
	return a.give(bare, to)
}

// exportRecording prints a route for Chrome's Recorder.
func (a *app) exportRecording(service, route, lang, to string) error {
	flow, err := a.flow(service)
	if err != nil {
		return err
	}
	recording, err := flow.Recording(route, lang)
	if err != nil {
		return err
	}
	if flow.Source != selectors.BuiltIn && flow.Source != selectors.Downloaded {
		a.say(hint.Say("Read it before you give it to others: the words that were picked on a page stand in it as they are."))
	}
	return a.give(recording, to)
}

// give prints something for others, or writes it to a file that is not there yet.
func (a *app) give(data []byte, to string) error {
	if to == "" {
		return a.print(string(data))
	}
	if err := writeNew(to, data); err != nil {
		return hint.Wrap(err, hint.Say("The file could not be written, or one of this name exists. Nothing was replaced."), hint.Say("Name another one with --to."))
	}
	return nil
}

// readFlow reads a file that may hold a flow, and no more of it than one has.
func readFlow(name string) ([]byte, error) {
	const most = 16 << 20 // bytes; a recording is larger than a flow, and neither is that large
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, most+1))
	if err == nil && len(data) > most {
		err = fmt.Errorf("it holds more than %d MB", most>>20)
	}
	return data, err
}
