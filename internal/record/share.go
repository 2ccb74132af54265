package record

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"os"
	"slices"

	"github.com/nonmerci/nonmerci/internal/hint"
)

// The files of an export that a record does not have.
const (
	redactionsFile = "redactions.json"
	originalFile   = "original-manifest-sha256.txt" // the record's own seal
	verifyFile     = "VERIFY.txt"
	pdfFile        = "report.pdf"
)

// redactionsDoc says what the copy for others leaves out.
type redactionsDoc struct {
	Schema    int             `json:"schema"`
	Record    string          `json:"record"`  // name of its folder
	Verdict   string          `json:"verdict"` // of the record when it was exported
	Rehearsal bool            `json:"rehearsal"`
	Stamped   bool            `json:"stamped"` // there is a time stamp
	Report    string          `json:"report"`
	Kinds     []Kind          `json:"left_out_kinds"`
	Fill      string          `json:"fill"`
	Pictures  []sharedPicture `json:"pictures"`
	Left      []leftPicture   `json:"left_out_pictures"`
}

// sharedPicture is a picture of the package, and the private one behind it.
type sharedPicture struct {
	File     string `json:"file"`
	Original string `json:"original_sha256"`
	Width    int    `json:"width"`
	Height   int    `json:"height"`
	Boxes    []Box  `json:"boxes"`
}

// leftPicture is one that is not in the package.
type leftPicture struct {
	File     string `json:"file"`
	Original string `json:"original_sha256"`
	Why      string `json:"why"`
}

// Why a picture is not in the package.
const (
	whySize    = "size"    // it did not fit
	whyUnknown = "unknown" // nobody noted what it shows
)

// readRedactions takes one spelling alone, so that two readers of JSON cannot
// differ on it.
func readRedactions(b []byte) (redactionsDoc, error) {
	var doc redactionsDoc
	if err := json.Unmarshal(b, &doc); err != nil {
		return doc, err
	}
	if again, err := encodeDoc(doc); err != nil || !bytes.Equal(again, b) {
		return doc, errors.New("not spelt as this program does")
	}
	if doc.Schema != schema {
		return doc, fmt.Errorf("schema %d is not known", doc.Schema)
	}
	return doc, nil
}

// exported tells an export from a record.
func (f *folder) exported() bool {
	return f.has(redactionsFile) || f.has(originalFile) || f.has(verifyFile)
}

// readAny reads a record, an export's zip file, or the folder of one.
func readAny(path string) (*folder, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, unreadable(err)
	}
	if !info.Mode().IsRegular() {
		return readFolder(path)
	}
	if info.Size() > maxPackage {
		return nil, noExport(errors.New("the file is too large"))
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, unreadable(err)
	}
	f, err := readPackage(b)
	if err != nil && bytes.HasPrefix(b, []byte("PK\x03\x04")) && (bytes.Contains(b, []byte(verifyFile)) || bytes.Contains(b, []byte(redactionsFile))) {
		return nil, fmt.Errorf("%w: %w", errSpoiled, err)
	}
	return f, err
}

// errSpoiled is an export that cannot be read any more.
var errSpoiled = errors.New("the zip file is damaged")

func noExport(err error) error {
	return hint.Wrap(err, hint.Say("This file is not an export of nonmerci."),
		hint.Say("Name the folder of a record, or the zip file that “nonmerci records export” wrote."))
}

// readPackage reads a package, in memory.
func readPackage(b []byte) (*folder, error) {
	if bytes.HasPrefix(b, []byte("age-encryption.org/")) {
		return nil, hint.New(hint.Say("This export is encrypted, so nothing in it can be checked."), hint.Say("Decrypt it first, with age or rage: `age -d -o export.zip FILE`."))
	}
	files, err := unpack(b)
	if err != nil {
		return nil, noExport(err)
	}
	f := packed(files)
	if err := f.load(); err != nil {
		return nil, noExport(err)
	}
	if !bytes.Equal(pack(files, f.journal.stamp()), b) {
		f.repacked = true
	}
	return f, nil
}

// share checks an export.
func (c *check) share() error {
	if c.repacked {
		c.find(Altered, Files, "", hint.Say("The zip file is not as nonmerci wrote it: it was changed, or another program packed it again. If so, unpack it and check the folder."))
	}
	if err := c.seal(verifyFile, journalFile, redactionsFile); err != nil {
		return err
	}
	c.chain()
	c.claims()
	doc, err := c.leftOut()
	if err != nil {
		return err
	}
	if err := c.originals(doc); err != nil {
		return err
	}
	if err := c.boxes(doc); err != nil {
		return err
	}
	c.time()
	if doc.Stamped != c.stamped() {
		c.find(Altered, Time, timeDir, hint.Say("The time stamp was taken out of this export, or put into it."))
	}
	for _, name := range c.files {
		named := name == doc.Report || slices.Contains(stampFiles(), name) || slices.ContainsFunc(doc.Pictures, func(p sharedPicture) bool { return p.File == name }) ||
			slices.Contains([]string{verifyFile, journalFile, redactionsFile, manifestFile, originalFile, provenanceFile}, name) || slices.Contains(c.mails, name)
		if !packName.MatchString(name) || !named {
			c.find(Altered, Files, name, hint.Say("No export has a file of this name."))
		}
	}
	for _, name := range c.odd {
		c.find(Altered, Files, name, hint.Say("No export has a file of this name."))
	}
	return nil
}

// leftOut reads what the export says of itself.
func (c *check) leftOut() (redactionsDoc, error) {
	if !c.has(redactionsFile) {
		return redactionsDoc{}, nil // the seal misses it
	}
	b, err := c.text(redactionsFile)
	if err != nil {
		return redactionsDoc{}, err
	}
	doc, err := readRedactions(b)
	var started Line
	if len(c.journal.lines) > 0 {
		started = c.journal.lines[0]
	}
	rehearsal, _ := started.Fields["rehearsal"].(bool)
	if err != nil || doc.Rehearsal != rehearsal || doc.Record != shareName(doc.Record, c.journal) || doc.Fill != fillName || !slices.Contains([]string{pdfFile, reportFile}, doc.Report) || !c.has(doc.Report) {
		c.find(Altered, Redactions, redactionsFile, hint.Say("What is left out cannot be read there, or does not fit the other files."))
	}
	return doc, nil
}

// originals compares what the package says of the private files with the journal
// and with the record's own seal.
func (c *check) originals(doc redactionsDoc) error {
	if !c.has(originalFile) {
		if doc.Verdict != Incomplete.String() {
			c.find(Altered, Claims, originalFile, hint.Say("The record’s own seal is missing."))
			return nil
		}
		c.find(Incomplete, Claims, originalFile, hint.Say("The record has no seal: the run did not come to its end, the seal could not be written, or it was taken away."))
		return c.unsealed()
	}
	b, err := c.text(originalFile)
	if err != nil {
		return err
	}
	entries, ok := readManifest(b)
	if !ok || doc.Verdict != Verified.String() {
		c.find(Altered, Claims, originalFile, hint.Say("The record’s own seal was changed, or does not fit the other files."))
	}
	wanted := []entry{}
	for _, name := range []string{journalFile, provenanceFile} {
		if !c.has(name) {
			c.find(Altered, Claims, name, hint.Say("The record’s own seal names this file, but it is missing."))
			continue
		}
		sum, err := c.sum(name)
		if err != nil {
			return err
		}
		wanted = append(wanted, entry{sum, name})
	}
	for _, l := range c.journal.lines {
		if l.File != "" {
			wanted = append(wanted, entry{l.SHA256, l.File})
		}
	}
	for _, e := range wanted {
		if !slices.Contains(entries, e) {
			c.find(Altered, Claims, e.name, hint.Say("This file is not the one that the record’s own seal names."))
		}
	}
	return nil
}

// boxes looks at the pictures: each is one that the journal names, of the size
// and with the boxes that follow from what the journal noted, and no more.
func (c *check) boxes(doc redactionsDoc) error {
	for _, k := range alwaysLeftOut() {
		if !slices.Contains(doc.Kinds, k) {
			c.find(Altered, Redactions, redactionsFile, hint.Say("What every export leaves out is not left out here."))
		}
	}
	told := 0
	for _, l := range c.journal.lines {
		if l.Event != EventPicture {
			continue
		}
		at := slices.IndexFunc(doc.Pictures, func(p sharedPicture) bool { return p.File == l.File && p.Original == l.SHA256 })
		if at < 0 {
			if !slices.ContainsFunc(doc.Left, func(p leftPicture) bool { return p.File == l.File && p.Original == l.SHA256 }) {
				c.find(Altered, Redactions, l.File, hint.Say("The journal names this picture, and nothing says where it is left."))
			}
			continue
		}
		told++
		if !c.has(l.File) {
			c.find(Altered, Redactions, l.File, hint.Say("This picture is missing."))
			continue
		}
		b, err := c.text(l.File)
		if err != nil {
			return err
		}
		p := doc.Pictures[at]
		if err := l.covered(p, b, doc.Kinds); err != nil {
			c.find(Altered, Redactions, l.File, hint.Say("This picture does not hide what it was to hide, or it is another one."))
		}
	}
	if told != len(doc.Pictures) {
		c.find(Altered, Redactions, redactionsFile, hint.Say("It names a picture of which the journal does not know."))
	}
	return nil
}

// covered says why a picture of a package is not what must be made of the private
// one in the line.
func (l Line) covered(p sharedPicture, b []byte, kinds []Kind) error {
	of, areas, err := l.shows()
	switch {
	case err != nil:
		return err
	case p.Width <= 0 || p.Height <= 0 || p.Width > of.Dx() || p.Height > of.Dy():
		return errors.New("its size does not fit")
	}
	in := image.Rect(0, 0, p.Width, p.Height)
	if !slices.Equal(p.Boxes, boxes(areas, kinds, of, in)) {
		return errors.New("its boxes are not those of the journal")
	}
	return checkBoxed(b, in.Size(), p.Boxes)
}

// shows gives the size of the picture that the line names, and its areas.
func (l Line) shows() (image.Rectangle, []Area, error) {
	w, _ := l.Fields["width"].(float64)
	h, _ := l.Fields["height"].(float64)
	if w != float64(int(w)) || h != float64(int(h)) || w < 1 || h < 1 || w*h > maxPixels {
		return image.Rectangle{}, nil, errors.New("the journal does not say how large it is")
	}
	areas := l.areas()
	if areas == nil {
		return image.Rectangle{}, nil, errors.New("the journal does not say what it shows")
	}
	return image.Rect(0, 0, int(w), int(h)), areas, checkAreas(areas, int(w), int(h))
}
