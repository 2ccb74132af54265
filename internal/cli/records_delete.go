package cli

import (
	"context"
	"errors"
	"time"

	"github.com/spf13/cobra"

	"github.com/nonmerci/nonmerci/internal/hint"
	"github.com/nonmerci/nonmerci/internal/record"
)

func (a *app) deleteCmd() *cobra.Command {
	var yes bool
	cmd := &cobra.Command{
		Use: "delete PATH", Short: "remove a record, after asking",
		Long: `Removes a record with its pictures and values, after asking. A line without
anything private stays in deleted.jsonl: name, service, dates, outcome. Exports
of it are files of their own and stay.

The files are removed, not overwritten. Whether a disk keeps traces of them,
above all an SSD, is beyond a program; encrypt the disk if that matters.

EXIT STATUS
  0  removed, or kept because you did not say yes
  2  not a record, one that a run still writes, or nobody is there to answer
  7  it could not be removed`,
		Args: between(1, 1, hint.Say("Name one record: its folder, or its name as in `nonmerci records list`.")),
		RunE: func(cmd *cobra.Command, args []string) error { return a.recordsDelete(cmd.Context(), args, yes) },
	}
	cmd.Flags().BoolVar(&yes, "yes", false, "do not ask")
	return cmd
}

func (a *app) recordsDelete(ctx context.Context, args []string, yes bool) error {
	dir, err := a.recordDir(args)
	if err != nil {
		return err
	}
	records, _, err := a.recordNames()
	if err != nil {
		return err
	}
	if !yes {
		if _, err := record.Check(dir); err != nil {
			return err
		}
		if !a.Terminal {
			return hint.New(hint.Say("Nobody is there to answer, so the record was not removed."), hint.Say("Add --yes if you are sure."))
		}
		a.say(hint.Say("This removes the record %s, with its pictures and the values of the form. Nothing can bring it back.", dir))
		if !a.agrees(ctx, hint.Say("Type yes and press Enter to remove it; anything else keeps it.")) {
			return a.print(hint.Say("Kept. Nothing was removed.").In(a.lang) + "\n")
		}
	}
	untold, err := record.Delete(records, dir, time.Now())
	if err != nil {
		if !errors.Is(err, record.ErrRemove) {
			return err
		}
		a.problem(err)
		return exit(exitFailed)
	}
	if untold != nil {
		a.problem(hint.Wrap(untold, hint.Say("The record was removed, but the line that remembers it could not be written."), hint.Text{}))
	}
	a.say(hint.Say("The files were removed, not overwritten. What a disk keeps of them, above all an SSD, is beyond a program."))
	return a.print(hint.Say("The record was removed.").In(a.lang) + "\n")
}
