package record

import (
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/nonmerci/nonmerci/internal/hint"
)

// Verdict is what a check of a record came to, the worst first. The zero value
// is no verdict.
type Verdict int

// The verdicts.
const (
	// Altered: something is missing, changed or added.
	Altered Verdict = iota + 1
	// Incomplete: the record has no seal. What it holds fits together.
	Incomplete
	// Verified: every file is as it was sealed. It does not say who sealed it.
	Verified
)

func (v Verdict) String() string {
	switch v {
	case Altered:
		return "altered"
	case Incomplete:
		return "incomplete"
	case Verified:
		return "verified"
	}
	return "none"
}

// MarshalText gives the name of the verdict.
func (v Verdict) MarshalText() ([]byte, error) { return []byte(v.String()), nil }

// Finding is one thing that a check came upon.
type Finding struct {
	Verdict Verdict   // the best that the record can be with it; Verified: a remark
	File    string    // relative to the folder, or empty
	What    hint.Text // for the person
}

// Verify checks a record, offline: the files against the seal, the chain of the
// journal, and the claims of the journal against their grounds and files. The
// error, a *hint.Problem, means that there is nothing to judge.
func Verify(dir string) (Verdict, []Finding, error) {
	f, err := readFolder(dir)
	if err != nil {
		return 0, nil, err
	}
	c := &check{folder: f, verdict: Verified}
	if err := c.seal(); err != nil {
		return 0, nil, unreadable(err)
	}
	c.chain()
	if err := c.claims(); err != nil {
		return 0, nil, unreadable(err)
	}
	c.time()
	c.strays()
	return c.verdict, c.findings, nil
}

// check gathers findings about one folder.
type check struct {
	*folder
	verdict  Verdict
	findings []Finding
	reported []string // files that have a finding already
}

func (c *check) find(v Verdict, file string, what hint.Text) {
	c.verdict = min(c.verdict, v)
	c.findings = append(c.findings, Finding{v, file, what})
	c.reported = append(c.reported, file)
}

var manifestLine = regexp.MustCompile(`^([0-9a-f]{64})  (.+)$`)

// seal compares the files with the manifest.
func (c *check) seal() error {
	if !c.sealed {
		c.find(Incomplete, manifestFile, hint.Say("The record has no seal: the run did not come to its end, or the seal could not be written."))
		return nil
	}
	text, whole := strings.CutSuffix(string(c.manifest), "\n")
	var listed []string
	for line := range strings.SplitSeq(text, "\n") {
		m := manifestLine.FindStringSubmatch(line)
		if m == nil || !whole {
			c.find(Altered, manifestFile, hint.Say("The seal itself was changed: it cannot be read."))
			return nil
		}
		sum, name := m[1], m[2]
		listed = append(listed, name)
		if !c.has(name) || name == manifestFile {
			c.find(Altered, name, hint.Say("The seal names this file, but it is missing."))
			continue
		}
		switch now, err := c.digest(name); {
		case err != nil:
			return err
		case now != sum:
			c.find(Altered, name, hint.Say("This file is not what it was when the record was sealed."))
		}
	}
	if !slices.IsSorted(listed) || len(slices.Compact(slices.Clone(listed))) != len(listed) {
		c.find(Altered, manifestFile, hint.Say("The seal itself was changed: its lines are not in order."))
	}
	for _, name := range c.files {
		if name != manifestFile && !slices.Contains(listed, name) && !slices.Contains(stampFiles(), name) {
			c.find(Altered, name, hint.Say("This file was added after the record was sealed."))
		}
	}
	for _, name := range []string{journalFile, provenanceFile, reportFile} {
		if !slices.Contains(listed, name) {
			c.find(Altered, name, hint.Say("Every sealed record has this file, but the seal does not name it."))
		}
	}
	return nil
}

// chain looks at the journal as a whole.
func (c *check) chain() {
	j := c.journal
	// A seal is only ever put on a journal that ended.
	unfinished := Incomplete
	if c.sealed {
		unfinished = Altered
	}
	switch {
	case c.fault != nil:
		c.find(Altered, journalFile, hint.Say("The journal was changed at line %d.", len(j.lines)+1))
		return
	case len(j.lines) == 0:
		if slices.ContainsFunc(c.files, func(name string) bool { return name != journalFile }) {
			unfinished = Altered
		}
		c.find(unfinished, journalFile, hint.Say("The journal has no line: the run stopped as it began, or the lines were taken away."))
		return
	case j.torn:
		c.find(unfinished, journalFile, hint.Say("The last line of the journal is not finished. The lines before it are whole."))
	}
	if j.lines[len(j.lines)-1].Event != EventEnded {
		c.find(unfinished, journalFile, hint.Say("The journal stops before the end of the run."))
	}
	for i := 1; i < len(j.lines); i++ {
		if j.lines[i].Time.Before(j.lines[i-1].Time) {
			c.find(Verified, journalFile, hint.Say("The clock of the computer was set back during the run."))
			break
		}
	}
}

// claims follows the journal line by line: no claim without its grounds, no file
// that is missing or another.
func (c *check) claims() error {
	var s story
	for _, l := range c.journal.lines {
		if why, bad := s.claim(l); bad {
			c.find(Altered, journalFile, hint.Say("The journal claims more than it has grounds for, in line %d (%s).", l.Seq, why))
		}
		s.tell(l)
		if l.File == "" || slices.Contains(c.reported, l.File) {
			continue
		}
		if !c.has(l.File) {
			c.find(Altered, l.File, hint.Say("The journal names this file, but it is missing."))
			continue
		}
		switch now, err := c.digest(l.File); {
		case err != nil:
			return err
		case now != l.SHA256:
			c.find(Altered, l.File, hint.Say("This file is not what it was when the journal named it."))
		}
	}
	return nil
}

// time checks the time stamp, where there is one.
func (c *check) time() {
	if !c.stamped() {
		return
	}
	if _, err := c.stamp(); err != nil || !c.sealed {
		c.find(Altered, timeDir, hint.Say("The time stamp does not fit this record, or was changed."))
	}
}

// strays looks for what no line of the journal explains.
func (c *check) strays() {
	named := append(stampFiles(), journalFile, manifestFile, provenanceFile, reportFile)
	for _, l := range c.journal.lines {
		named = append(named, l.File)
	}
	for _, name := range c.files {
		switch {
		case slices.Contains(named, name) || slices.Contains(c.reported, name):
		case !c.sealed && (shotFile.MatchString(name) || fieldsFile.MatchString(name)):
			c.find(Incomplete, name, hint.Say("No line of the journal names this file: the run may have stopped in between, or lines are missing."))
		default:
			c.find(Altered, name, hint.Say("The journal does not name this file: it is not part of the run."))
		}
	}
	for _, name := range c.odd {
		c.find(Altered, name, hint.Say("This is not a file of the record: it was added."))
	}
	if c.open {
		c.find(Verified, "", hint.Say("Other users of this computer may look into this folder, which holds private pictures and texts."))
	}
}

// changed says in one line why the folder may not be sealed, or nothing.
func changed(dir string) error {
	verdict, findings, err := Verify(dir)
	if err != nil || verdict != Altered {
		return err
	}
	for _, f := range findings {
		if f.Verdict == Altered {
			return fmt.Errorf("%s: %s", filepath.ToSlash(f.File), f.What)
		}
	}
	return nil
}
