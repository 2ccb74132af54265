package cli

import (
	"context"
	"errors"
	"io/fs"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/nonmerci/nonmerci/internal/hint"
	"github.com/nonmerci/nonmerci/selectors"
)

func (a *app) updateCmd() *cobra.Command {
	var yes, undo bool
	cmd := &cobra.Command{
		Use: "update FILE|URL", Short: "take over newer flow files that the project has signed, after showing what changes",
		Long: `Takes over a file with newer flow files, in place of those that came with
nonmerci. Your own files lie over them as before. It never runs by itself: you
name the file, or its https address. From an address two files are fetched, that
one and its signature (the same address with .minisig behind it), and nothing is
sent but the request.

The file counts only if one of the project's two keys has signed it, if it is
newer than what is in force, and if nonmerci can use it as it stands. No file can
make nonmerci press Send, visit other hosts, or forget a wrong form. You see what
changes, and are asked before anything is written.

--undo goes back to the flow files before, or else to those of the program. Until
the project has published its keys, nonmerci says so and takes nothing over.

EXIT STATUS
  0  taken over; or nothing new; or left because you did not say yes
  2  refused: older, changed, cut short, not signed, or by somebody else
  7  network or disk
In every case but the first, what was in force stays in force.`,
		Example: "  nonmerci selectors update nonmerci.flows\n  nonmerci selectors update --undo",
		Args: func(cmd *cobra.Command, args []string) error {
			if undo {
				return noArgs(cmd, args)
			}
			return between(1, 1, hint.Say("Name one file with flow files, or its https address."))(cmd, args)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if a.flowDir() == "" {
				return hint.New(hint.Say("Your home folder is not known (the variable HOME is empty). Nothing was changed."), hint.Say("Set HOME to your home folder, then start again."))
			}
			if undo {
				return a.selectorsUndo()
			}
			return a.selectorsUpdate(cmd.Context(), args[0], yes)
		},
	}
	cmd.Flags().BoolVar(&yes, "yes", false, "do not ask")
	cmd.Flags().BoolVar(&undo, "undo", false, "go back to the flow files before")
	return cmd
}

func (a *app) selectorsUpdate(ctx context.Context, source string, yes bool) error {
	if len(a.publishers) == 0 { // then nothing is fetched either
		_, err := selectors.ReadBundle(nil, nil, nil)
		return err
	}
	data, signature, err := a.bundle(ctx, source)
	if err != nil {
		return err
	}
	bundle, err := selectors.ReadBundle(data, signature, a.publishers)
	if err != nil {
		return err
	}
	news, err := bundle.News(a.flowDir())
	if err != nil {
		return err
	}
	if news == nil {
		a.say(hint.Say("These flow files (revision %s) are in force already. Nothing was changed.", strconv.Itoa(bundle.Revision)))
		return nil
	}
	if err := a.tellNews(news); err != nil {
		return err
	}
	a.tellOwn(bundle.Base(), hint.Say("Your own files do not fit over the new ones, and would be left out until you correct them:"))
	if ok, err := a.sure(ctx, yes, hint.Say("Type yes and press Enter to take them over; anything else leaves all as it is.")); err != nil || !ok {
		return err
	}
	if err := bundle.Save(a.flowDir()); err != nil {
		a.problem(err)
		return exit(exitFailed)
	}
	a.say(hint.Say("Taken over: the flow files of revision %s are in force. `nonmerci selectors update --undo` goes back.", strconv.Itoa(bundle.Revision)))
	return nil
}

// bundle gets a bundle and its signature from where the person says.
func (a *app) bundle(ctx context.Context, source string) (data, signature []byte, err error) {
	get, failed := readFlow, hint.Say("The file could not be read. What was in force stays in force.")
	next := hint.Say("Check its name, and that you may read it.")
	code := exitUsage
	if isAddress(source) {
		if err := fetchable(source); err != nil {
			return nil, nil, err
		}
		a.say(hint.Say("nonmerci now fetches %s and its signature. Apart from a time stamp that you ask for, it fetches nothing else itself, ever.", source))
		get = func(address string) ([]byte, error) { return a.net.get(ctx, address, selectors.MaxBundle) }
		failed = hint.Say("The flow files could not be fetched. What was in force stays in force.")
		next = hint.Say("Check the address and the connection, or download the file and its signature yourself, and name the file.")
		code = exitFailed
	}
	if data, err = get(source); err == nil {
		signature, err = get(source + selectors.SignatureEnding)
		if errors.Is(err, fs.ErrNotExist) {
			signature, err = nil, nil // which is told as what it is: not signed
		}
	}
	if err != nil {
		a.problem(hint.Wrap(err, failed, next))
		return nil, nil, exit(code)
	}
	return data, signature, nil
}

// tellNews shows what is different, file by file.
func (a *app) tellNews(news []selectors.News) error {
	a.say(hint.Say("What the new flow files change:"))
	if err := a.print(table(func(row func(...string)) {
		row(hint.Say("FILE").In(a.lang), hint.Say("IN FORCE").In(a.lang), hint.Say("NEW").In(a.lang))
		for _, n := range news {
			row(n.File, strconv.Itoa(n.Was), strconv.Itoa(n.Is))
		}
	})); err != nil {
		return err
	}
	return a.print(table(func(row func(...string)) {
		for _, n := range news {
			for _, d := range n.Entries {
				row(n.File, d.Section, a.edit(d.How), strings.Join(d.Names, ", "))
			}
		}
	}))
}

// edit says how an entry differs.
func (a *app) edit(how selectors.Edit) string {
	switch how {
	case selectors.Added:
		return hint.Say("new").In(a.lang)
	case selectors.Gone:
		return hint.Say("gone").In(a.lang)
	}
	return hint.Say("changed").In(a.lang)
}

// tellOwn warns of files of the person's that do not fit over others: what was
// learned over downloaded ones may use names that they alone have.
func (a *app) tellOwn(base selectors.Base, then hint.Text) {
	for _, service := range selectors.Services() {
		own, err := selectors.OpenOwn(a.flowDir(), service)
		if err != nil {
			continue // whoever loads the flow is told
		}
		own.Base = base
		if _, err := own.Flow(); err != nil {
			a.say(then)
			a.problem(err)
		}
	}
}

func (a *app) selectorsUndo() error {
	revision, found, err := selectors.Undo(a.flowDir())
	switch {
	case err != nil:
		a.problem(err)
		return exit(exitFailed)
	case !found:
		a.say(hint.Say("No flow files were taken over. Nothing was changed."))
	case revision == 0:
		a.say(hint.Say("The flow files that came with nonmerci are in force again."))
	default:
		a.say(hint.Say("The flow files before, of revision %s, are in force again.", strconv.Itoa(revision)))
	}
	base, _ := selectors.OpenBase(a.flowDir())
	a.tellOwn(base, hint.Say("Your own files do not fit over these, so they are left out until you correct them:"))
	return nil
}
