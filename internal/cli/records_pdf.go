package cli

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/nonmerci/nonmerci/automation"
	"github.com/nonmerci/nonmerci/config"
	"github.com/nonmerci/nonmerci/internal/hint"
	"github.com/nonmerci/nonmerci/internal/record"
)

func (a *app) recordsPDFCmd() *cobra.Command {
	var to, lang string
	cmd := &cobra.Command{
		Use: "pdf [PATH]", Short: "print the report of a record as PDF; without PATH of the newest",
		Long: `Prints the report of a record as a PDF for authorities and lawyers: A4, readable
by screen readers. It is private: it holds what the form held, and the pictures.

A browser without window and without network prints it, with a profile that is
thrown away. A file that exists is never replaced.

EXIT STATUS
  0  the PDF is there; its name is on standard output
  2  not a record, an altered one, or the file exists or would lie in a record
  7  the browser or the disk failed; no file was made`,
		Example: "  nonmerci records pdf --to objection.pdf\n  nonmerci records pdf --language fr",
		Args:    between(0, 1, hint.Say("Name one record: its folder, or its name as in `nonmerci records list`.")),
		RunE:    func(cmd *cobra.Command, args []string) error { return a.recordsPDF(cmd.Context(), args, to, lang) },
	}
	cmd.Flags().StringVar(&to, "to", "", "write it to this `FILE`; else it is named after the record, in the current folder")
	cmd.Flags().StringVar(&lang, "language", "", "`en|fr`; else the language of the record")
	return cmd
}

func (a *app) recordsPDF(ctx context.Context, args []string, to, lang string) error {
	dir, err := a.recordDir(args)
	if err != nil {
		return err
	}
	if lang != "" && lang != "en" && lang != "fr" {
		return hint.New(hint.Say("The value of the flag --%s was not understood. Nothing was started.", "language"), hint.Say("Name en or fr."))
	}
	verdict, _, err := record.Verify(dir)
	if err != nil {
		return err
	}
	if verdict == record.Altered {
		return hint.New(hint.Say("This record is not what it was: something is missing, changed or added. No PDF was made of it."),
			hint.Say("`nonmerci records verify` with this folder says what."))
	}
	s, err := record.Open(dir)
	if err != nil {
		return err
	}
	if to == "" {
		to = filepath.Base(s.Dir) + ".pdf"
	}
	if err := record.Outside(to); err != nil {
		return err
	}
	if _, err := os.Lstat(to); err == nil {
		return fileExists()
	}
	html, err := s.Report(cmp.Or(lang, s.Meta.Language))
	if err != nil {
		return err
	}
	pdf, err := a.pdf(ctx, html)
	if err != nil {
		return a.saidExit(err, automation.Failed)
	}
	switch err := writeNew(to, pdf); {
	case errors.Is(err, fs.ErrExist):
		return fileExists()
	case err != nil:
		return a.saidExit(hint.Wrap(err, hint.Say("The PDF could not be written. No file was made."), hint.Say("Choose a folder that you may write to with --to, and check that the disk is not full.")), automation.Failed)
	}
	return a.print(to + "\n")
}

func fileExists() error {
	return hint.New(hint.Say("There is a file of this name already. It was left as it is, and no PDF was made."), hint.Say("Name another file with --to."))
}

// printReport prints a report of the program's own, in a browser that is thrown away. Its
// errors are *hint.Problems.
func (a *app) printReport(ctx context.Context, html []byte) ([]byte, error) {
	c, err := config.Load(config.Source{Lookup: a.Lookup, File: a.configFile()})
	if err != nil {
		return nil, err
	}
	path, err := automation.FindBrowser(c.Browser, a.Lookup)
	if err != nil {
		return nil, hint.New(noBrowser(c.Browser, err).What,
			hint.Say("A PDF needs Google Chrome, Chromium, Microsoft Edge or Brave: install one, or name it with the setting browser. Or print the report from any browser: `nonmerci records open` shows it."))
	}
	dir, err := throwaway("pdf")
	if err != nil {
		return nil, hint.Wrap(err, hint.Say("A temporary folder could not be made. Nothing was done."), hint.Say("Check that the disk is not full."))
	}
	defer os.RemoveAll(dir)
	pdf, err := automation.PDF(ctx, automation.Browser{Path: path, Profile: dir, Sandbox: !a.Root, Lookup: a.Lookup}, html)
	if err != nil {
		return nil, hint.Wrap(err, hint.Say("The report could not be printed as PDF. No file was made."),
			hint.Say("Try `nonmerci doctor`, or print the report from any browser: `nonmerci records open` shows it."))
	}
	return pdf, nil
}

// writeNew makes a file for this user alone that is whole or absent, and replaces
// none: then the error is fs.ErrExist.
func writeNew(path string, data []byte) error {
	part, err := os.CreateTemp(filepath.Dir(path), ".nonmerci-*") // created with 0600
	if err != nil {
		return err
	}
	defer os.Remove(part.Name())
	_, err = part.Write(data)
	if err == nil {
		err = part.Sync()
	}
	if cerr := part.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return err
	}
	if err = os.Link(part.Name(), path); err == nil || errors.Is(err, fs.ErrExist) {
		return err
	}
	// Not every file system knows links. There, looking first is the best there is.
	if _, err := os.Lstat(path); err == nil {
		return fs.ErrExist
	}
	return os.Rename(part.Name(), path)
}
