// Package record keeps what was seen during one run: one folder, made for a
// person and for the authority that they may complain to.
//
//	2026-11-23T104112Z-instagram-k3f9/   0700, every file 0600
//	    report.html           for people: one file, no script, pictures inside
//	    journal.jsonl         one line an event, each with the digest of the line before
//	    shots/01-form.png     pictures of the pages; private
//	    fields.json           the values as they were read back; private
//	    provenance.json       which program, browser and system
//	    manifest-sha256.txt   the seal: digests of all files, written last
//
// The manifest has the format of BagIt (RFC 8493) and is checked by
// "sha256sum -c manifest-sha256.txt" inside the folder. The folder is not a bag:
// it has no data folder, and no bagit.txt that would claim so. What is filed
// later, such as a mail or a time stamp, goes into a folder with a manifest of
// its own; the first seal is never written again.
//
// [Export] makes a copy for others, one zip file, and [Check] takes it, too:
//
//	VERIFY.txt                     how to check it without this program
//	report.pdf                     or report.html, without pictures
//	shots/01-form.png              with boxes over what is left out
//	journal.jsonl provenance.json  as they are
//	redactions.json                what is left out, and the digests of the originals
//	original-manifest-sha256.txt   the seal of the record
//	manifest-sha256.txt            the seal of the copy
//
// Invariants:
//
//   - A file is whole or absent; the journal is only ever appended to. After a
//     crash at any moment before the seal the folder is a shorter record that is
//     still true: [Verify] calls it incomplete, never altered, never verified.
//   - A file is on the disk before the journal names it, and everything is on
//     the disk before the seal. What is written between the end of the run and the
//     seal follows from the journal.
//   - What was seen is always taken; a claim (prepared, handed over, an outcome)
//     is refused as long as its grounds are missing.
//   - Values and pictures are the only private things in it. No cookies, tokens,
//     queries of addresses, bodies, HTML, folders of the person's own. Journal
//     texts are cleaned as they come, and a last scan refuses the seal.
//   - It does not prove who made it. A person can make up a record of their own.
package record

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/nonmerci/nonmerci/internal/hint"
)

const (
	schema  = 1 // version of the format, in the first line of the journal
	shotDir = "shots"
)

var (
	serviceName = regexp.MustCompile(`^[a-z0-9]{1,32}$`)
	shotName    = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,40}$`)
	fieldKey    = regexp.MustCompile(`^[a-z][a-z0-9_]{0,40}$`)
)

// Meta is what is known about a run when it starts.
type Meta struct {
	Service     string   // "instagram" or "facebook"
	Rehearsal   bool     // the pages were the built-in stand-in for Meta's
	Tool        string   // name and version of this program
	Driver      string   // what drives the browser, and its version
	Browser     string   // version of the browser; may come later, see SetBrowser
	BrowserArgs []string // its switches; values that hold paths or names are left out
	Flow        string   // "built-in", "downloaded", or that the person uses a file of their own
	Revision    int      // of the flow file
	Checked     string   // yyyy-mm-dd when somebody saw the flow file fit the live pages; empty: never
	CheckedIn   string   // the language (BCP 47) of those pages; empty: not known
	Here        string   // yyyy-mm-dd when, on this computer, it last led to a form that the person sent; "never"; empty: not known
	HereIn      string   // the language of those pages, as they said; empty: not known
	Language    string   // of the report: "en" or "fr"

	Clock func() time.Time // nil: time.Now. Its location gives the time zone
}

// Caption says what a picture shows.
type Caption struct {
	Place   string    // the place that was recognised
	Address string    // of the page; the query and fragment are cut off
	Time    time.Time // when it was taken; zero: now
	Areas   []Area    // what a copy for others may leave out; nil: nobody looked, so that a copy leaves out the picture
	Scale   float64   // pixels of the picture for one of the page; zero: 1
}

// Field is one field of the form, as it was read back from the page.
type Field struct {
	Label     string // what the page calls it
	Target    string // what the flow calls it
	Value     string // private
	Prefilled bool   // the site had filled it in
	Changed   bool   // the program changed it
}

// Record is a record that is being written. It may be used from several
// goroutines. The first fault of the disk ends the writing: every later call
// returns that error, and the folder stays as it is. A call that is refused for
// its arguments writes nothing and ends nothing.
type Record struct {
	dir       string
	disk      disk
	clock     func() time.Time
	lang      string // of the report
	rehearsal bool

	mu       sync.Mutex
	journal  *os.File
	seq      int
	prev     string
	story    story
	shots    int
	readings int
	private  []string // values that no text of the journal may repeat
	err      error    // what ended the writing
	closed   bool
}

// Create makes the folder of a new record under dir, with its first line. It
// makes dir where it is missing, readable by this user only, and never uses a
// folder that exists. It fails with a *hint.Problem.
func Create(dir string, meta Meta) (*Record, error) {
	return create(dir, meta, newDisk())
}

func create(dir string, meta Meta, d disk) (*Record, error) {
	if meta.Clock == nil {
		meta.Clock = time.Now
	}
	if !serviceName.MatchString(meta.Service) {
		return nil, fmt.Errorf("create record: service %q is not a plain name", meta.Service)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, noRecord(err)
	}
	now := meta.Clock()
	name := fmt.Sprintf("%s-%s-%s", now.UTC().Format(nameTime), meta.Service, strings.ToLower(rand.Text()[:4]))
	r := &Record{dir: filepath.Join(dir, name), disk: d, clock: meta.Clock, lang: meta.Language, rehearsal: meta.Rehearsal, prev: genesis()}
	if err := r.start(meta, now); err != nil {
		return nil, noRecord(err)
	}
	return r, nil
}

func noRecord(err error) error {
	return hint.Wrap(err, hint.Say("The record of this run could not be started, so nothing was done."),
		hint.Say("Choose a folder that you may write to with --records, and check that the disk is not full."))
}

func (r *Record) start(meta Meta, now time.Time) error {
	if err := r.disk.folder(r.dir); err != nil {
		return err
	}
	if err := r.disk.folder(filepath.Join(r.dir, shotDir)); err != nil {
		return err
	}
	f, err := os.OpenFile(filepath.Join(r.dir, journalFile), os.O_WRONLY|os.O_CREATE|os.O_EXCL|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	r.journal = f
	hold(f)
	r.disk.step()
	fields := map[string]any{
		"schema": schema, "service": meta.Service, "rehearsal": meta.Rehearsal, "tool": meta.Tool, "driver": meta.Driver,
		"flow": meta.Flow, "revision": meta.Revision, "checked": meta.Checked, "language": meta.Language,
		"checked_in": meta.CheckedIn, "here": meta.Here, "here_in": meta.HereIn,
		"system": runtime.GOOS + "/" + runtime.GOARCH, "go": runtime.Version(),
	}
	if err := r.add(Line{Event: EventStarted, Basis: BasisProgram, Time: now, Fields: fields}); err != nil {
		return err
	}
	if err := r.disk.syncDir(r.dir); err != nil {
		return r.broken(err)
	}
	if meta.Browser == "" {
		return nil
	}
	return r.SetBrowser(meta.Browser, meta.BrowserArgs)
}

// Dir is the folder of the record.
func (r *Record) Dir() string { return r.dir }

// SetBrowser notes the version and the switches of the browser in use.
func (r *Record) SetBrowser(version string, args []string) error {
	kept := make([]string, len(args))
	for i, arg := range args {
		kept[i] = cleanSwitch(arg)
	}
	return r.Event(EventBrowser, BasisBrowser, map[string]any{"version": version, "args": kept})
}

// Event appends one line and waits until it is on the disk. The basis says what
// the line rests on. Texts lose the queries of addresses, e-mail addresses, and
// folders of the person's own. Refused are events that are not in the list, the
// three that the record writes itself, claims without grounds, and field names
// that are taken.
func (r *Record) Event(event Event, basis Basis, fields map[string]any) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if slices.Contains([]Event{EventStarted, EventPicture, EventEnded}, event) {
		return fmt.Errorf("record %s: written by the record itself", event)
	}
	return r.add(Line{Event: event, Basis: basis, Fields: fields})
}

// Picture files a PNG under shots/NN-name.png and returns that path, relative
// to the folder. Under it, in the same file, stands what it shows and when. The
// name may hold lower-case letters, digits, - and _.
func (r *Record) Picture(name string, caption Caption, shot []byte) (file string, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	name = strings.ReplaceAll(name, "_", "-")
	if !shotName.MatchString(name) {
		return "", errors.New("record picture: its name is not plain")
	}
	shown, err := readShot(shot)
	if err != nil {
		return "", fmt.Errorf("record picture %s: %w", name, err)
	}
	if err := checkAreas(caption.Areas, shown.Bounds().Dx(), shown.Bounds().Dy()); err != nil {
		return "", fmt.Errorf("record picture %s: %w", name, err)
	}
	at := caption.Time
	if at.IsZero() {
		at = r.clock()
	}
	filed, size, err := captioned(shown, r.says(caption, at), caption.Scale)
	if err != nil {
		return "", fmt.Errorf("record picture %s: %w", name, err)
	}
	file = fmt.Sprintf("%s/%02d-%s.png", shotDir, r.shots+1, name)
	fields := map[string]any{
		"place": caption.Place, "address": caption.Address, "taken": at.UTC().Format(timeFormat),
		"width": size.X, "height": size.Y,
	}
	if caption.Areas != nil {
		fields["areas"] = caption.Areas
	}
	if err = r.file(file, filed, Line{Event: EventPicture, Basis: BasisPage, Fields: fields}); err != nil {
		return "", err
	}
	r.shots++
	return file, nil
}

// Values files the fields as they were read back from the page, in fields.json;
// a later reading in fields-2.json, and so on. Together with the report these
// are the only texts of the record that hold private values.
func (r *Record) Values(fields []Field) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	file := fieldsName(r.readings + 1)
	// The nonce keeps a digest of the file, where it is shown to others, from
	// being used to guess the values.
	nonce := make([]byte, 16)
	if _, err := rand.Read(nonce); err != nil {
		return fmt.Errorf("record values: %w", err)
	}
	b, err := encodeFields(hex.EncodeToString(nonce), fields)
	if err != nil {
		return fmt.Errorf("record values: %w", err)
	}
	for _, f := range fields {
		// Short values without @ are no names or texts of the person: a country,
		// a yes. Taking them out would blind the journal.
		if strings.Contains(f.Value, "@") || utf8.RuneCountInString(f.Value) >= 20 {
			r.private = append(r.private, oneLine(f.Value))
		}
	}
	if err := r.file(file, b, Line{Event: EventReadBack, Basis: BasisPage, Fields: map[string]any{"fields": len(fields)}}); err != nil {
		return err
	}
	r.readings++
	return nil
}

// file writes a file and the line that names it.
func (r *Record) file(name string, b []byte, l Line) error {
	if err := r.ready(l); err != nil {
		return err
	}
	if err := r.disk.file(filepath.Join(r.dir, filepath.FromSlash(name)), b); err != nil {
		return r.broken(err)
	}
	l.File, l.SHA256, l.Size = name, digest(b), int64(len(b))
	return r.add(l)
}

// ready says whether the line may be written.
func (r *Record) ready(l Line) error {
	switch {
	case r.err != nil:
		return r.err
	case r.closed:
		return fmt.Errorf("record %s: the record is closed", l.Event)
	case !slices.Contains(events(), l.Event):
		return fmt.Errorf("record %q: no such event", l.Event)
	case l.Basis == "":
		return fmt.Errorf("record %s: without a basis", l.Event)
	}
	if why, bad := r.story.claim(l); bad {
		return fmt.Errorf("record %s: %s", l.Event, why)
	}
	for key := range l.Fields {
		if !fieldKey.MatchString(key) || slices.Contains(headKeys(), key) {
			return fmt.Errorf("record %s: field %q cannot be used", l.Event, key)
		}
	}
	return nil
}

// add completes a line, appends it and waits until it is on the disk.
func (r *Record) add(l Line) error {
	if err := r.ready(l); err != nil {
		return err
	}
	fields, err := cleanAll(l.Fields, r.clean)
	if err != nil {
		return fmt.Errorf("record %s: %w", l.Event, err)
	}
	if l.Time.IsZero() {
		l.Time = r.clock()
	}
	l.Seq, l.Prev, l.Zone, l.Fields = r.seq+1, r.prev, l.Time.Format(zoneFormat), fields
	l.Basis = Basis(r.clean(string(l.Basis)))
	b, err := l.encode()
	if err != nil {
		return fmt.Errorf("record %s: %w", l.Event, err)
	}
	if err := r.disk.append(r.journal, b); err != nil {
		return r.broken(err)
	}
	r.seq, r.prev = l.Seq, digest(b)
	r.story.tell(l)
	return nil
}

// clean is [clean] that also knows the values of the form.
func (r *Record) clean(s string) string {
	s = oneLine(s)
	for _, v := range r.private {
		s = strings.ReplaceAll(s, v, leftOut)
	}
	return clean(s)
}

// broken ends the writing.
func (r *Record) broken(err error) error {
	_ = r.journal.Close() // its lines are synced one by one
	r.err = hint.Wrap(err, hint.Say("The record could not be written any further. What it holds so far is true, but it has no seal."),
		hint.Say("Check that the disk is not full and that the folder of the records is still there."))
	return r.err
}
