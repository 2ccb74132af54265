package record

import (
	"errors"
	"path/filepath"
	"strings"

	"github.com/nonmerci/nonmerci/internal/hint"
)

// Close writes the outcome (one of those that the command line promises) and
// what the person was told, then the report, and seals the record. An outcome
// that the journal has no grounds for is refused and leaves the record open.
// Where the closing stops half-way, the record stays readable without a seal,
// and the same *hint.Problem comes again. A closed record closes without effect.
func (r *Record) Close(outcome, message string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return nil
	}
	err := r.add(Line{Event: EventEnded, Basis: BasisProgram, Fields: map[string]any{"outcome": outcome, "message": message}})
	if err != nil {
		return err
	}
	if err := r.seal(); err != nil {
		if _, told := hint.Of(err); !told {
			return r.broken(err)
		}
		_ = r.journal.Close()
		r.err = err
		return err
	}
	r.closed = true
	return r.journal.Close()
}

func (r *Record) seal() error {
	s, err := Open(r.dir)
	if err != nil {
		return err
	}
	provenance, err := s.provenance()
	if err != nil {
		return err
	}
	report, err := s.Report(s.Meta.Language)
	if err != nil {
		return err
	}
	if err := r.disk.file(filepath.Join(r.dir, provenanceFile), provenance); err != nil {
		return err
	}
	if err := r.disk.file(filepath.Join(r.dir, reportFile), report); err != nil {
		return err
	}
	if err := changed(r.dir); err != nil {
		return hint.Wrap(err, hint.Say("Something changed the record while it was being written, so it was not sealed."),
			hint.Say("Keep the folder as it is, and do not rely on it alone."))
	}
	f, err := readFolder(r.dir)
	if err != nil {
		return err
	}
	if err := r.scan(f); err != nil {
		return err
	}
	manifest, err := f.seal()
	if err != nil {
		return err
	}
	return r.disk.file(filepath.Join(r.dir, manifestFile), manifest)
}

// scan refuses a record that holds secrets, or private values where they do not
// belong. It is the last look: the journal was cleaned as it was written.
func (r *Record) scan(f *folder) error {
	for _, name := range f.files {
		if strings.HasSuffix(name, ".png") {
			continue
		}
		b, err := f.text(name)
		if err != nil {
			return err
		}
		if hasSecret(b) {
			return leak(name, hint.Say("The file %s of the record holds something that looks like a cookie or a token, so the record was not sealed.", name))
		}
	}
	for _, l := range f.journal.lines {
		private := false
		_, err := cleanAll(l.Fields, func(s string) string {
			private = private || r.clean(s) != s
			return s
		})
		if private || err != nil {
			return leak(journalFile, hint.Say("The journal of the record holds something private that does not belong there, so the record was not sealed."))
		}
	}
	return nil
}

func leak(name string, what hint.Text) error {
	return hint.Wrap(errors.New("private text in "+name), what, hint.Say("Do not give this folder to anybody. Please report what happened, without the folder."))
}

// unsealed looks at what a run writes between its end and its seal. It may be
// killed after each of these files, so that they may be there without a seal; but
// not before the end, and with nothing in them beyond the journal. The provenance
// follows from that to the byte, in every version of the format. So does the
// report, but its words are those of one version of the program.
func (c *check) unsealed() error {
	lines := c.journal.lines
	if c.fault != nil || len(lines) == 0 {
		return nil // the journal has a finding of its own
	}
	s, err := c.summary()
	if err != nil {
		return err
	}
	for _, written := range []struct {
		name  string
		again func() ([]byte, error)
		worst Verdict
		what  hint.Text
	}{
		{provenanceFile, s.provenance, Altered, hint.Say("This file does not say what the journal says: it was changed.")},
		{reportFile, func() ([]byte, error) { return s.Report(s.Meta.Language) }, Incomplete,
			hint.Say("The report was not checked: no seal fixes it, and it is not what this version of nonmerci makes of the journal. Do not rely on it.")},
	} {
		if !c.has(written.name) || c.export && written.name == reportFile { // that of an export is another one, and sealed
			continue
		}
		if lines[len(lines)-1].Event != EventEnded {
			c.find(Altered, Files, written.name, hint.Say("A run writes this file after its end, of which the journal does not tell: lines are missing, or the file was added."))
			continue
		}
		b, err := written.again()
		if err != nil {
			return err
		}
		switch now, err := c.sum(written.name); {
		case err != nil:
			return err
		case now != digest(b):
			c.find(written.worst, Files, written.name, written.what)
		}
	}
	return nil
}

// provenance says with what the record was made. It follows from the journal
// alone; who changes its form counts the schema up.
func (s *Summary) provenance() ([]byte, error) {
	return encodeDoc(struct {
		Schema      int      `json:"schema"`
		Service     string   `json:"service"`
		Rehearsal   bool     `json:"rehearsal"`
		Outcome     string   `json:"outcome"`
		Started     string   `json:"started"`
		Ended       string   `json:"ended"`
		Zone        string   `json:"tz"`
		Clock       string   `json:"clock"`
		Tool        string   `json:"tool"`
		Driver      string   `json:"driver"`
		Go          string   `json:"go"`
		System      string   `json:"system"`
		Browser     string   `json:"browser"`
		BrowserArgs []string `json:"browser_args"`
		Flow        string   `json:"flow"`
		Revision    int      `json:"flow_revision"`
		Checked     string   `json:"flow_checked"`
		Language    string   `json:"language"`
		Lines       int      `json:"journal_lines"`
		Head        string   `json:"journal_head"`
		Pictures    int      `json:"pictures"`
	}{
		schema, s.Meta.Service, s.Meta.Rehearsal, s.Outcome, s.Started.Format(timeFormat), s.Ended.Format(timeFormat), s.Zone,
		"of this computer, not compared with any other", s.Meta.Tool, s.Meta.Driver, s.compiler, s.System,
		s.Meta.Browser, s.Meta.BrowserArgs, s.Meta.Flow, s.Meta.Revision, s.Meta.Checked, s.Meta.Language,
		len(s.Lines), s.Head, len(s.Pictures),
	})
}
