package cli

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/nonmerci/nonmerci/internal/hint"
	"github.com/nonmerci/nonmerci/internal/record"
)

func (a *app) recordsTimestampCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use: "timestamp [PATH]", Short: "get a time from outside for a record; without PATH for the newest",
		Long: `Asks a time stamp authority (RFC 3161) for the time, and files its answer in the
record. The authority gets the digest of the record's seal and nothing else: no
name, no picture, no text. Its answer shows that the record existed then, on the
word of that authority and not of your clock.

Which authority is asked is for you to say, with --timestamp URL or the setting
timestamp. nonmerci has none built in and asks nobody by itself.

EXIT STATUS
  0  the record has a time stamp now
  2  there is no such record, or no authority was named
  7  the authority did not answer, or with nothing good; or the record has a time stamp`,
		Args: between(0, 1, hint.Say("Name one record: its folder, or its name as in `nonmerci records list`.")),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := a.settings(cmd)
			if err != nil {
				return err
			}
			if c.Timestamp == "" {
				return hint.New(hint.Say("No time stamp authority was named, and nonmerci has none of its own. Nobody was asked."),
					hint.Say("Name one with --timestamp URL."))
			}
			dir, err := a.recordDir(args)
			if err != nil {
				return err
			}
			if err := a.stamp(cmd.Context(), dir, c.Timestamp); err != nil {
				a.problem(err)
				return exit(exitFailed)
			}
			return nil
		},
	}
	cmd.Flags().String("timestamp", "", "the authority's `URL`")
	return cmd
}

// stamp gets a time stamp for a record and tells the person.
func (a *app) stamp(ctx context.Context, dir, address string) error {
	s, err := record.Stamp(ctx, dir, address, nil)
	if err != nil {
		return err
	}
	a.say(hint.Say("Time stamp: %s confirms that this record existed at %s. It got one digest and nothing else.", s.Host, s.Time.Format("2006-01-02 15:04:05 UTC")))
	return nil
}
