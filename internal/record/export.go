package record

import (
	"errors"
	"fmt"
	"image"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/nonmerci/nonmerci/internal/hint"
)

// Why an export was refused or failed, for [errors.Is].
var (
	ErrAltered  = errors.New("the record was altered")
	ErrUnwanted = errors.New("the export would hold what it must not")
	ErrWrite    = errors.New("the export was not written")
)

// ExportOptions say what a copy for others holds.
type ExportOptions struct {
	Redact  []Kind                            // left out beside what always is: pictures of people and telephone numbers
	Mail    bool                              // with the mails that were filed
	PDF     func(html []byte) ([]byte, error) // prints the report; nil: it stays a page, without pictures
	Encrypt func(zip []byte) ([]byte, error)  // what is written instead; nil: the zip itself
	Suffix  string                            // of the file's name, after .zip, where Export names it
}

// Share is an export that was written.
type Share struct {
	File      string
	Size      int64 // of the zip, before it was encrypted
	Verdict   Verdict
	Rehearsal bool
	Report    string      // "report.pdf", or "report.html" without pictures
	Kinds     []Kind      // what is left out
	Pictures  []string    // those that are in it
	Left      []string    // those that are not
	Notes     []hint.Text // what the person should know of it
	Explained bool        // the explanation can be read in it, with whatever it says of people
}

// Export writes a copy of a record for others into one new file: a zip of at most
// 1.4 MB with the report, the pictures with boxes over what is left out, and all
// that is needed to check them. Where "to" is a folder, the file is named after
// the record. It is whole or absent, and never replaces one. The private files
// (values, original pictures) are not in it.
//
// Nothing is written where the record was altered, where a text holds what looks
// like a token, or where a value that is to be left out stands anywhere in the
// package. Errors are *hint.Problems.
func Export(dir, to string, o ExportOptions) (Share, error) {
	return export(dir, to, o, newDisk())
}

func export(dir, to string, o ExportOptions, d disk) (Share, error) {
	e, err := newExporter(dir, o)
	if err != nil {
		return Share{}, err
	}
	if info, err := os.Stat(to); err == nil && info.IsDir() {
		to = filepath.Join(to, e.name()+".zip"+o.Suffix)
	}
	if err := Outside(to); err != nil {
		return Share{}, err
	}
	if _, err := os.Lstat(to); err == nil {
		return Share{}, hint.New(hint.Say("There is a file of this name already. It was not touched, and nothing was written."), hint.Say("Name another one with --to."))
	}
	files, err := e.fit()
	if err != nil {
		return Share{}, err
	}
	b := pack(files, e.journal.stamp())
	// What a stranger will find, before anybody is given it.
	f, err := readPackage(b)
	if err != nil {
		return Share{}, unwanted(err)
	}
	switch checked, err := f.check(); {
	case err != nil:
		return Share{}, unwanted(err)
	case checked.Verdict != e.share.Verdict:
		return Share{}, unwanted(fmt.Errorf("the package is %s: %v", checked.Verdict, checked.Findings))
	}
	e.share.File, e.share.Size = to, int64(len(b))
	if o.Encrypt != nil {
		if b, err = o.Encrypt(b); err != nil {
			return Share{}, notWritten(err)
		}
	}
	if err := d.exclusive(to, b); err != nil {
		return Share{}, notWritten(err)
	}
	return e.share, nil
}

func notWritten(err error) error {
	return hint.Wrap(fmt.Errorf("%w: %w", ErrWrite, err), hint.Say("The export could not be written. The record was not touched."),
		hint.Say("Check that you may write there and that the disk is not full, or name another file with --to."))
}

func unwanted(err error) error {
	return hint.Wrap(fmt.Errorf("%w: %w", ErrUnwanted, err), hint.Say("The export did not come out as it must, so nothing was written."),
		hint.Say("Please report what happened, without the record."))
}

// exporter makes one package.
type exporter struct {
	*folder
	s        *Summary
	o        ExportOptions
	lang     string
	fixed    map[string][]byte // what is in every package of this record
	pictures []*private        // those that may be shown, the most telling first
	left     []leftPicture     // those that may not
	values   []string          // what no file may hold
	unfit    int               // mails whose names no package can have
	noPDF    bool              // it was tried in vain
	weight   float64           // of a picture in the report, as against its file
	share    Share
}

// private is an original picture, with the boxes on it.
type private struct {
	line Line
	of   image.Rectangle
	m    *image.RGBA
	made map[scale]*copied
}

// copied is a picture for others.
type copied struct {
	bytes []byte
	doc   sharedPicture
}

func newExporter(dir string, o ExportOptions) (*exporter, error) {
	f, err := readFolder(dir)
	if err != nil {
		return nil, err
	}
	if f.exported() {
		return nil, hint.New(hint.Say("This is an export already."), hint.Say("Name the folder of a record; the command “nonmerci records list” shows them."))
	}
	checked, err := f.check()
	if err != nil {
		return nil, err
	}
	if checked.Verdict == Altered {
		return nil, hint.Wrap(ErrAltered, hint.Say("This record is not what it was, so no copy of it was made."), hint.Say("`nonmerci records verify` with the folder says what was changed."))
	}
	s, err := f.summary()
	if err != nil {
		return nil, err
	}
	s.Dir = shareName(filepath.Base(f.dir), f.journal) // which is all that the report says of it
	e := &exporter{folder: f, s: s, o: o, lang: s.Meta.Language, fixed: map[string][]byte{}, weight: 1}
	if o.PDF == nil {
		e.weight = 0
	}
	e.share = Share{Verdict: checked.Verdict, Rehearsal: s.Meta.Rehearsal, Kinds: []Kind{}, Pictures: []string{}, Left: []string{}}
	if err := e.choose(); err != nil {
		return nil, err
	}
	if err := e.keep(); err != nil {
		return nil, err
	}
	return e, e.look()
}

// choose settles what is left out, and which values that are.
func (e *exporter) choose() error {
	for _, k := range e.o.Redact {
		if !slices.Contains(Kinds(), k) {
			return fmt.Errorf("export record: no such kind %q", k)
		}
	}
	for _, k := range Kinds() {
		if slices.Contains(e.o.Redact, k) || slices.Contains(alwaysLeftOut(), k) {
			e.share.Kinds = append(e.share.Kinds, k)
		}
	}
	if e.o.Mail && len(e.o.Redact) > 0 && len(e.mails) > 0 {
		return hint.New(hint.Say("A mail cannot be given out with a part left out: that would break its signature. Nothing was written."), hint.Say("Leave out --mail, or --redact."))
	}
	// A word that the program itself says in every report gives nothing away.
	own, err := (&Summary{Meta: Meta{Service: e.s.Meta.Service, Rehearsal: e.s.Meta.Rehearsal, Language: e.lang}}).Report(e.lang)
	if err != nil {
		return unwanted(err)
	}
	for _, r := range e.s.Readings {
		if r.Fields == nil {
			return unwanted(errors.New("the values cannot be read"))
		}
		for _, f := range r.Fields {
			if f.kind() == KindExplanation && f.Value != "" && !slices.Contains(e.share.Kinds, KindExplanation) {
				e.share.Explained = true
			}
			if slices.Contains(e.share.Kinds, f.kind()) && !holds(own, f.Value, true) {
				e.values = append(e.values, f.Value)
			}
		}
	}
	return nil
}

// keep takes over the files that are given out as they are.
func (e *exporter) keep() error {
	e.fixed[journalFile] = e.raw
	if e.sealed {
		e.fixed[originalFile] = e.manifest
	}
	names := []string{provenanceFile}
	if e.s.Stamp != nil {
		names = append(names, stampFiles()...)
	}
	if e.o.Mail {
		names = append(names, e.mails...)
	}
	for _, name := range names {
		if name == provenanceFile && !e.has(name) || name == mailDir+"/"+manifestFile {
			continue
		}
		if !packName.MatchString(name) {
			e.unfit++
			continue
		}
		b, err := e.text(name)
		if err != nil {
			return unreadable(err)
		}
		e.fixed[name] = b
	}
	return nil
}

// look reads the pictures, and paints over them what is left out, so that
// nothing later works on the originals.
func (e *exporter) look() error {
	for _, l := range e.journal.lines {
		if l.Event != EventPicture {
			continue
		}
		if l.areas() == nil {
			e.left = append(e.left, leftPicture{l.File, l.SHA256, whyUnknown})
			continue
		}
		p, err := e.original(l)
		if err != nil {
			return unwanted(fmt.Errorf("%s: %w", l.File, err))
		}
		e.pictures = append(e.pictures, p)
	}
	rank(e.pictures)
	return nil
}

func (e *exporter) original(l Line) (*private, error) {
	b, err := e.text(l.File)
	if err != nil {
		return nil, err
	}
	of, areas, err := l.shows()
	if err != nil {
		return nil, err
	}
	if digest(b) != l.SHA256 {
		return nil, errors.New("it is not the one that the journal names")
	}
	m, err := decodePicture(b)
	if err != nil {
		return nil, err
	}
	if m.Rect != of {
		return nil, errors.New("it has another size than the journal says")
	}
	paint(m, boxes(areas, e.share.Kinds, of, of))
	return &private{l, of, m, map[scale]*copied{}}, nil
}

// at gives the picture at a size, for others.
func (p *private) at(s scale, kinds []Kind) (*copied, error) {
	if c, ok := p.made[s]; ok {
		return c, nil
	}
	m := p.m
	if s.num != s.den {
		m = shrink(m, s.num, s.den)
	}
	over := boxes(p.line.areas(), kinds, p.of, m.Rect)
	b, err := boxed(m, over)
	if err != nil {
		return nil, unwanted(err)
	}
	c := &copied{b, sharedPicture{p.line.File, p.line.SHA256, m.Rect.Dx(), m.Rect.Dy(), over}}
	p.made[s] = c
	return c, nil
}

// name is that of the record's folder. A folder that the person gave another name
// is called as it was: their name for it is private.
func (e *exporter) name() string { return shareName(filepath.Base(e.dir), e.journal) }

func shareName(name string, j journal) string {
	if len(j.lines) == 0 {
		return "record"
	}
	made := j.lines[0].Time.UTC().Format(nameTime) + "-" + j.lines[0].text("service")
	if folderName.MatchString(name) && strings.HasPrefix(name, made+"-") {
		return name
	}
	return made
}
