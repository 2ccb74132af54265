package cli

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/nonmerci/nonmerci/internal/hint"
	"github.com/nonmerci/nonmerci/internal/record"
)

// exportFlags is what the person asks of an export.
type exportFlags struct {
	to         string
	redact     []string
	mail, json bool
	lock       lockFlags
}

func (a *app) exportCmd() *cobra.Command {
	var f exportFlags
	cmd := &cobra.Command{
		Use: "export [PATH]", Short: "make a copy of a record for others; without PATH of the newest",
		Long: `Writes one zip file for an authority or a lawyer, of at most 1.4 MB: the report,
the pictures, the journal, and how to check it all without nonmerci. Pictures of
people and telephone numbers on the pages are always under black boxes; what else
is left out you say with --redact: email, name, explanation, country, field (all others).
What is left out stands nowhere in the file, or nothing is written. Your own
explanation stays as you wrote it, unless you leave it out.

With --recipient or --passphrase the file is encrypted, in the format of age.

EXIT STATUS
  0  written; its name is on standard output
  1  the record was altered, or something would have come along that must not
  2  wrong flags, not a record, or a file that exists or would lie in a record
  7  it could not be written`,
		Args: between(0, 1, hint.Say("Name one record: its folder, or its name as in `nonmerci records list`.")),
		RunE: func(cmd *cobra.Command, args []string) error { return a.recordsExport(cmd.Context(), args, f) },
	}
	flags := cmd.Flags()
	flags.StringVar(&f.to, "to", "", "the `FILE` to write; without it, named after the record in this folder")
	flags.StringSliceVar(&f.redact, "redact", nil, "what to leave out, too: a `LIST` of email, name, explanation, country, field")
	flags.BoolVar(&f.mail, "mail", false, "with the mails that were filed under the record")
	flags.BoolVar(&f.json, "json", false, "print one JSON object as the last line of standard output")
	f.lock.add(flags)
	return cmd
}

// exported is the JSON object of records export.
type exported struct {
	File      string   `json:"file"`
	Size      int64    `json:"size"` // of the zip, before it was encrypted
	Verdict   string   `json:"verdict"`
	Rehearsal bool     `json:"rehearsal"`
	Encrypted bool     `json:"encrypted"`
	Report    string   `json:"report"`
	LeftOut   []string `json:"left_out"`
	Pictures  []string `json:"pictures"`
	Missing   []string `json:"missing_pictures"`
	Notes     []string `json:"notes"`
}

func (a *app) recordsExport(ctx context.Context, args []string, f exportFlags) error {
	dir, err := a.recordDir(args)
	if err != nil {
		return err
	}
	o := record.ExportOptions{Mail: f.mail}
	for _, name := range f.redact {
		kind := record.Kind(strings.TrimSpace(name))
		if !slices.Contains(record.Kinds(), kind) {
			return hint.New(hint.Say("--redact was not understood. Nothing was written."), hint.Say("It takes a list without spaces of these words: email,name,explanation,country,field."))
		}
		o.Redact = append(o.Redact, kind)
	}
	if a.pdf != nil {
		o.PDF = func(html []byte) ([]byte, error) { return a.pdf(ctx, html) }
	}
	if o.Encrypt, err = a.encryption(f.lock); err != nil {
		return err
	}
	if o.Encrypt != nil {
		o.Suffix = ".age"
	}
	if f.to == "" {
		f.to = "."
	}
	share, err := record.Export(dir, f.to, o)
	switch {
	case errors.Is(err, record.ErrAltered), errors.Is(err, record.ErrUnwanted):
		a.problem(err)
		return exit(exitBad)
	case errors.Is(err, record.ErrWrite):
		a.problem(err)
		return exit(exitFailed)
	case err != nil:
		return err
	}
	return a.exported(share, o.Encrypt != nil, f.json)
}

func (a *app) exported(s record.Share, encrypted, asJSON bool) error {
	out := exported{
		File: s.File, Size: s.Size, Verdict: s.Verdict.String(), Rehearsal: s.Rehearsal, Encrypted: encrypted, Report: s.Report,
		LeftOut: []string{}, Pictures: s.Pictures, Missing: s.Left, Notes: []string{},
	}
	var left []string
	for _, k := range s.Kinds {
		out.LeftOut = append(out.LeftOut, string(k))
		left = append(left, k.Words().In(a.lang))
	}
	for _, n := range s.Notes {
		out.Notes = append(out.Notes, n.In(a.lang))
		a.say(n)
	}
	if encrypted {
		a.say(hint.Say("The file is encrypted. To open it: `age -d -o export.zip FILE`, or with a key `age -d -i KEYFILE -o export.zip FILE`."))
	}
	if s.Rehearsal {
		a.say(hint.Say("This is a copy of a rehearsal, and says so."))
	}
	a.say(hint.Say("Left out, or covered by black boxes: %s.", strings.Join(left, ", ")))
	if s.Explained {
		a.say(hint.Say("Your explanation can be read in it, with every name and number that you wrote there. To leave it out as well: --redact explanation"))
	}
	a.say(hint.Say("The other values of the form and what the pictures show stay readable. Look through the file before you give it to anybody."))
	if asJSON {
		return a.json(out)
	}
	return a.print(s.File + "\n")
}
