package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/nonmerci/nonmerci/config"
	"github.com/nonmerci/nonmerci/internal/hint"
	"github.com/nonmerci/nonmerci/internal/record"
)

func (a *app) recordsCmd() *cobra.Command {
	var asJSON, onlyPath bool
	one := hint.Say("Name one record: its folder, or its name as in `nonmerci records list`.")
	verify := &cobra.Command{
		Use: "verify PATH", Short: "check that a record or an export is as it was sealed",
		Long: `Checks a record or an export (its zip file, or the folder into which it was
unpacked), offline and layer by layer: files against the seal, the chain of the
journal, what it claims against its grounds, the boxes on the pictures of an
export, mails. For each it says what that does not prove.

EXIT STATUS
  0  verified: every file is as it was sealed
  1  incomplete (without a seal) or altered
  2  neither a record nor an export, or not readable`,
		Args: between(1, 1, one),
		RunE: func(_ *cobra.Command, args []string) error { return a.recordsVerify(args[0], asJSON) },
	}
	verify.Flags().BoolVar(&asJSON, "json", false, "print one JSON object as the last line of standard output")
	open := &cobra.Command{
		Use: "open [PATH]", Short: "open the report of a record; without PATH of the newest",
		Args: between(0, 1, one),
		RunE: func(_ *cobra.Command, args []string) error { return a.recordsOpen(args, onlyPath) },
	}
	open.Flags().BoolVar(&onlyPath, "print", false, "only print where the report is")
	return group(&cobra.Command{Use: "records", Short: "your records: list, show, verify, pdf, export, delete, …"},
		&cobra.Command{
			Use: "list", Short: "all records, the newest first", Args: noArgs,
			Long: `Lists the records in the folder of the records, the newest first, and what was
deleted there. The setting records, or NONMERCI_RECORDS, names another folder.`,
			RunE: func(*cobra.Command, []string) error { return a.recordsList() },
		},
		&cobra.Command{
			Use: "show [PATH]", Short: "what a record says; without PATH the newest",
			Args: between(0, 1, one),
			RunE: func(_ *cobra.Command, args []string) error { return a.recordsShow(args) },
		},
		open, verify, a.recordsPDFCmd(), a.exportCmd(), a.recordsTimestampCmd(), a.deleteCmd())
}

// recordNames lists the records of a folder, the newest first: their names begin
// with the time. A folder that does not exist holds none.
func (a *app) recordNames() (dir string, names []string, err error) {
	c, err := config.Load(config.Source{Lookup: a.Lookup, File: a.configFile()})
	if err != nil {
		return "", nil, err
	}
	dir = a.records(c)
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", nil, hint.Wrap(err, hint.Say("The folder of the records could not be read."), hint.Say("Check that you may read it, or name another with the setting records."))
	}
	for _, e := range slices.Backward(entries) {
		if e.IsDir() && !strings.HasPrefix(e.Name(), ".") {
			names = append(names, e.Name())
		}
	}
	return dir, names, nil
}

// recordDir is the folder of the record that is meant: a path, a name, or the
// newest.
func (a *app) recordDir(args []string) (string, error) {
	if len(args) == 1 {
		if _, err := os.Stat(args[0]); err == nil || filepath.Base(args[0]) != args[0] {
			return args[0], nil
		}
	}
	dir, names, err := a.recordNames()
	switch {
	case err != nil:
		return "", err
	case len(args) == 1:
		return filepath.Join(dir, args[0]), nil
	case len(names) == 0:
		return "", hint.New(hint.Say("There is no record in %s.", dir), hint.Say("`nonmerci rehearse` makes one, without any account."))
	}
	return filepath.Join(dir, names[0]), nil
}

func (a *app) recordsList() error {
	dir, names, err := a.recordNames()
	if err != nil {
		return err
	}
	deleted, err := record.Deleted(dir)
	if err != nil {
		a.problem(err) // the records are there all the same
	}
	if len(names)+len(deleted) == 0 {
		a.say(hint.Say("There is no record in %s.", dir))
		return nil
	}
	return a.print(table(func(row func(...string)) {
		row(hint.Say("STARTED").In(a.lang), hint.Say("SERVICE").In(a.lang), hint.Say("OUTCOME").In(a.lang), "", hint.Say("CHECK").In(a.lang), hint.Say("NAME").In(a.lang))
		for _, name := range names {
			path := filepath.Join(dir, name)
			verdict, _, err := record.Verify(path)
			if err != nil {
				row("", "", "", "", "unreadable", name)
				continue
			}
			s, err := record.Open(path)
			if err != nil {
				s = &record.Summary{}
			}
			mark := ""
			if s.Meta.Rehearsal {
				mark = hint.Say("rehearsal").In(a.lang)
			}
			row(local(s.Started), s.Meta.Service, s.Outcome, mark, verdict.String(), name)
		}
		for _, d := range deleted {
			mark := ""
			if d.Rehearsal {
				mark = hint.Say("rehearsal").In(a.lang)
			}
			row(local(d.Started), d.Service, d.Outcome, mark, hint.Say("deleted").In(a.lang)+" "+d.Deleted.Local().Format(time.DateOnly), d.Name)
		}
	}))
}

// local gives a moment as the person's clock shows it, or nothing.
func local(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Local().Format("2006-01-02 15:04")
}

func (a *app) recordsShow(args []string) error {
	dir, err := a.recordDir(args)
	if err != nil {
		return err
	}
	s, err := record.Open(dir)
	if err != nil {
		return err
	}
	head := table(func(row func(...string)) {
		fact := func(name hint.Text, value string) {
			if value != "" {
				row(name.In(a.lang), value)
			}
		}
		fact(hint.Say("Record"), s.Dir)
		fact(hint.Say("Started"), s.Started.Local().Format("2006-01-02 15:04:05 -07:00"))
		fact(hint.Say("Service"), s.Meta.Service)
		if s.Meta.Rehearsal {
			fact(hint.Say("Rehearsal"), hint.Say("these were not Meta's pages").In(a.lang))
		}
		if verdict, _, err := record.Verify(dir); err == nil {
			fact(hint.Say("Check"), verdict.String())
		}
		if s.Stamp != nil {
			fact(hint.Say("Time stamp"), s.Stamp.Time.Format("2006-01-02 15:04:05 UTC")+", "+s.Stamp.Authority)
		}
		p := s.Progress()
		fact(hint.Say("State"), string(p.State)+": "+p.State.Words().In(a.lang))
		fact(hint.Say("Gap"), p.Gap.In(a.lang))
		fact(hint.Say("Outcome"), s.Outcome)
		fact(hint.Say("Message"), s.Message)
		fact(hint.Say("Way"), strings.Join(s.Route, " → "))
		fact(hint.Say("Form"), s.Form)
		fact(hint.Say("Browser"), s.Meta.Browser)
	})
	journal := table(func(row func(...string)) {
		for _, l := range s.Lines {
			row(l.Time.Local().Format("15:04:05"), l.Event.Words().In(a.lang), about(l))
		}
	})
	var pictures strings.Builder
	for _, p := range s.Pictures {
		fmt.Fprintln(&pictures, filepath.Join(s.Dir, filepath.FromSlash(p.File)))
	}
	if pictures.Len() == 0 {
		return a.print(head + "\n" + journal)
	}
	return a.print(head + "\n" + journal + "\n" + pictures.String())
}

// about is what a line of the journal is about: the fields that say it.
func about(l record.Line) string {
	var said []string
	for _, name := range []string{"place", "verb", "on", "what", "detail", "address", "status", "outcome", "version"} {
		switch v := l.Fields[name].(type) {
		case string:
			said = append(said, v)
		case float64:
			said = append(said, fmt.Sprint(v))
		}
	}
	if l.File != "" {
		said = append(said, l.File)
	}
	return strings.Join(slices.DeleteFunc(said, func(s string) bool { return s == "" }), " · ")
}

func (a *app) recordsOpen(args []string, onlyPath bool) error {
	dir, err := a.recordDir(args)
	if err != nil {
		return err
	}
	report, err := filepath.Abs(filepath.Join(dir, "report.html"))
	if err != nil {
		return err
	}
	if _, err := os.Stat(report); err != nil {
		return hint.New(hint.Say("There is no report in %s. Either the run did not come to its end, or this is not a record.", dir),
			hint.Say("`nonmerci records show` with this folder tells what the record holds."))
	}
	if err := a.print(report + "\n"); err != nil || onlyPath {
		return err
	}
	opener := []string{"xdg-open"}
	switch runtime.GOOS {
	case "darwin":
		opener = []string{"open"}
	case "windows":
		opener = []string{"rundll32", "url.dll,FileProtocolHandler"}
	}
	// Nobody waits for it: some openers stay until the window is closed.
	cmd := exec.Command(opener[0], append(opener[1:], report)...)
	if err := cmd.Start(); err != nil {
		a.problem(hint.Wrap(err, hint.Say("The report could not be opened."), hint.Say("Open this file in a browser: %s", report)))
		return exit(exitFailed)
	}
	return cmd.Process.Release()
}
