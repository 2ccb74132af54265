package record

import (
	"errors"
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
	// Incomplete: the record has no seal. What can be checked fits together.
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
	Layer   LayerName // to which it belongs
	File    string    // relative to the folder, or empty
	What    hint.Text // for the person
}

// Checked is what a check came to.
type Checked struct {
	Verdict  Verdict
	Findings []Finding
	Layers   []Layer
	Export   bool // it was an export, not a record
}

// Verify is [Check] for who does not ask about the layers.
func Verify(path string) (Verdict, []Finding, error) {
	c, err := Check(path)
	return c.Verdict, c.Findings, err
}

// Check looks at a record, or at an export of one (its zip file, or the folder
// into which it was unpacked), offline and layer by layer. The error, a
// *hint.Problem, means that there is nothing to judge.
func Check(path string) (Checked, error) {
	f, err := readAny(path)
	if errors.Is(err, errSpoiled) {
		what := Finding{Altered, Files, "", hint.Say("The zip file is damaged or was changed, so it cannot be read. Ask for it again.")}
		return Checked{Altered, []Finding{what}, []Layer{{Files, "bad", hint.Say("This does not hold."), hint.Say("It does not show who made the seal.")}}, true}, nil
	}
	if err != nil {
		return Checked{}, err
	}
	return f.check()
}

func (f *folder) check() (Checked, error) {
	c := &check{folder: f, verdict: Verified, sums: map[string]string{}, export: f.exported()}
	// A seal is only ever put on a journal that ended.
	c.ended = c.sealed && !c.export || c.has(originalFile)
	if c.has(journalFile) {
		c.sums[journalFile] = digest(c.raw) // it has been read
	}
	look := c.record
	if c.export {
		look = c.share
	}
	if err := look(); err != nil {
		return Checked{}, unreadable(err)
	}
	return Checked{c.verdict, c.findings, c.layers(), c.export}, nil
}

// check gathers findings about one folder.
type check struct {
	*folder
	export   bool
	ended    bool // a seal says that the run came to its end
	verdict  Verdict
	findings []Finding
	reported []string          // files that have a finding already
	broken   bool              // a file that the journal names is one of them
	sums     map[string]string // digests of the files, so that each is read once
	outside  Stamped           // the time from outside, where there is one
}

func (c *check) find(v Verdict, layer LayerName, file string, what hint.Text) {
	c.verdict = min(c.verdict, v)
	c.findings = append(c.findings, Finding{v, layer, oneLine(file), what}) // somebody else may have named the file
	c.reported = append(c.reported, file)
}

// sum is the digest of a file.
func (c *check) sum(name string) (string, error) {
	if sum, ok := c.sums[name]; ok {
		return sum, nil
	}
	sum, err := c.digest(name)
	if err == nil {
		c.sums[name] = sum
	}
	return sum, err
}

// record checks a record's folder.
func (c *check) record() error {
	if err := c.seal(journalFile, provenanceFile, reportFile); err != nil {
		return err
	}
	c.chain()
	c.claims()
	if err := c.named(); err != nil {
		return err
	}
	if !c.sealed {
		if err := c.unsealed(); err != nil {
			return err
		}
	}
	c.time()
	c.strays()
	return c.mail()
}

var manifestLine = regexp.MustCompile(`^([0-9a-f]{64})  (.+)$`)

// entry is one line of a manifest.
type entry struct{ sum, name string }

// readManifest gives the lines; false where one is not of the format.
func readManifest(b []byte) (entries []entry, ok bool) {
	text, whole := strings.CutSuffix(string(b), "\n")
	for line := range strings.SplitSeq(text, "\n") {
		m := manifestLine.FindStringSubmatch(line)
		if m == nil || !whole {
			return entries, false
		}
		entries = append(entries, entry{m[1], m[2]})
	}
	return entries, true
}

// seal compares the files with the manifest, which must name some of them.
func (c *check) seal(must ...string) error {
	if !c.sealed {
		verdict, what := Incomplete, hint.Say("The record has no seal: the run did not come to its end, the seal could not be written, or it was taken away.")
		if c.export {
			verdict, what = Altered, hint.Say("Every export has a seal, but this one has none.")
		}
		c.find(verdict, Files, manifestFile, what)
		return nil
	}
	entries, ok := readManifest(c.manifest)
	var listed []string
	for _, e := range entries {
		listed = append(listed, e.name)
		if !c.has(e.name) || e.name == manifestFile {
			c.find(Altered, Files, e.name, hint.Say("The seal names this file, but it is missing."))
			continue
		}
		switch now, err := c.sum(e.name); {
		case err != nil:
			return err
		case now != e.sum:
			c.find(Altered, Files, e.name, hint.Say("This file is not what it was when it was sealed."))
		}
	}
	if !ok {
		c.find(Altered, Files, manifestFile, hint.Say("The seal itself was changed: it cannot be read."))
		return nil
	}
	if !slices.IsSorted(listed) || len(slices.Compact(slices.Clone(listed))) != len(listed) {
		c.find(Altered, Files, manifestFile, hint.Say("The seal itself was changed: its lines are not in order."))
	}
	for _, name := range c.files {
		if name != manifestFile && !slices.Contains(listed, name) && (c.export || !slices.Contains(stampFiles(), name)) {
			c.find(Altered, Files, name, hint.Say("The seal does not name this file: it was added."))
		}
	}
	for _, name := range must {
		if !slices.Contains(listed, name) {
			c.find(Altered, Files, name, hint.Say("This file must be there, but the seal does not name it."))
		}
	}
	return nil
}

// chain looks at the journal as a whole.
func (c *check) chain() {
	j := c.journal
	unfinished := Incomplete
	if c.ended {
		unfinished = Altered
	}
	switch {
	case c.fault != nil:
		c.find(Altered, Journal, journalFile, hint.Say("The journal was changed at line %d.", len(j.lines)+1))
		return
	case len(j.lines) == 0:
		if slices.ContainsFunc(c.files, func(name string) bool { return name != journalFile }) {
			unfinished = Altered
		}
		c.find(unfinished, Journal, journalFile, hint.Say("The journal has no line: the run stopped as it began, or the lines were taken away."))
		return
	case j.torn:
		c.find(unfinished, Journal, journalFile, hint.Say("The last line of the journal is not finished. The lines before it are whole."))
	}
	if j.lines[len(j.lines)-1].Event != EventEnded {
		c.find(unfinished, Journal, journalFile, hint.Say("The journal stops before the end of the run."))
	}
	for i := 1; i < len(j.lines); i++ {
		if j.lines[i].Time.Before(j.lines[i-1].Time) {
			c.find(Verified, Journal, journalFile, hint.Say("The clock of the computer was set back during the run."))
			break
		}
	}
}

// claims follows the journal line by line: no claim without its grounds.
func (c *check) claims() {
	var s story
	for _, l := range c.journal.lines {
		if why, bad := s.claim(l); bad {
			c.find(Altered, Claims, journalFile, hint.Say("The journal claims more than it has grounds for, in line %d (%s).", l.Seq, why))
		}
		s.tell(l)
	}
}

// named looks for the files that the journal names.
func (c *check) named() error {
	for _, l := range c.journal.lines {
		if l.File == "" {
			continue
		}
		if slices.Contains(c.reported, l.File) {
			c.broken = true
			continue
		}
		if !c.has(l.File) {
			c.find(Altered, Claims, l.File, hint.Say("The journal names this file, but it is missing."))
			continue
		}
		switch now, err := c.sum(l.File); {
		case err != nil:
			return err
		case now != l.SHA256:
			c.find(Altered, Claims, l.File, hint.Say("This file is not what it was when the journal named it."))
		}
	}
	return nil
}

// time checks the time stamp, where there is one.
func (c *check) time() {
	if !c.stamped() {
		return
	}
	s, err := c.stamp()
	c.outside = s
	switch early := c.early(s); {
	case err != nil || !c.sealed:
		c.find(Altered, Time, timeDir, hint.Say("The time stamp does not fit this record, or was changed."))
	case early > clockWrong:
		c.find(Altered, Time, timeDir, hint.Say("The time stamp is of more than a year before the end of the run that it is about."))
	case early > clockSlack:
		c.find(Verified, Time, timeDir, hint.Say("The time stamp is of more than a day before the end of the run: one of the two clocks was wrong."))
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
			c.find(Incomplete, Files, name, hint.Say("No line of the journal names this file: the run may have stopped in between, or lines are missing."))
		default:
			c.find(Altered, Files, name, hint.Say("The journal does not name this file: it is not part of the run."))
		}
	}
	for _, name := range c.odd {
		c.find(Altered, Files, name, hint.Say("This is not a file of the record: it was added."))
	}
	if c.loose {
		c.find(Verified, Files, "", hint.Say("Other users of this computer may look into this folder, which holds private pictures and texts."))
	}
}

// mail compares the mails that were filed later with the manifest of their folder.
func (c *check) mail() error {
	if len(c.mails) == 0 {
		return nil
	}
	const own = mailDir + "/" + manifestFile
	listed := []string{own}
	if slices.Contains(c.mails, own) {
		b, err := c.text(own)
		if err != nil {
			return err
		}
		entries, ok := readManifest(b)
		if !ok {
			c.find(Altered, Mail, own, hint.Say("The seal itself was changed: it cannot be read."))
		}
		for _, e := range entries {
			name := mailDir + "/" + e.name
			listed = append(listed, name)
			if !slices.Contains(c.mails, name) {
				c.find(Altered, Mail, name, hint.Say("The seal names this file, but it is missing."))
				continue
			}
			switch now, err := c.sum(name); {
			case err != nil:
				return err
			case now != e.sum:
				c.find(Altered, Mail, name, hint.Say("This file is not what it was when it was sealed."))
			}
		}
	}
	for _, name := range c.mails {
		if !slices.Contains(listed, name) {
			c.find(Altered, Mail, name, hint.Say("The seal does not name this file: it was added."))
		}
	}
	return nil
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
