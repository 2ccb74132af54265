package record

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/nonmerci/nonmerci/internal/hint"
)

// deletedFile is where the records folder remembers what was in it.
const deletedFile = "deleted.jsonl"

// awayPrefix begins the name of a folder whose record is being removed.
const awayPrefix = ".nonmerci-deleted-"

// Why a record was not deleted, for [errors.Is]: with ErrRemove it should have
// been.
var (
	ErrNotDeletable = errors.New("not a record that can be deleted")
	ErrInUse        = errors.New("the record is being written")
	ErrRemove       = errors.New("the files could not be removed")
)

// Tombstone is what is left of a deleted record. Nothing in it is private.
type Tombstone struct {
	Name      string    `json:"name"`
	Service   string    `json:"service"`
	Started   time.Time `json:"started"`
	Outcome   string    `json:"outcome"`
	Rehearsal bool      `json:"rehearsal,omitempty"`
	Deleted   time.Time `json:"deleted"`
}

// Delete removes a record, and appends a tombstone to a file in the folder of the
// records where it lay in it. It refuses what is not a record, links, and a record that is being
// written; and a folder with anything in it that a person may have put there: that
// is whatever has another name or place than this program's own files and
// leftovers, is no plain file, or lies in the mail folder without standing in its
// manifest. What file managers drop everywhere goes, too. The record goes away as
// a whole before its files are removed. Where err is nil but untold is not, the
// record is gone and the tombstone is missing. Errors are *hint.Problems.
//
// The files are unlinked, not overwritten: what a disk keeps of them is beyond a
// program.
func Delete(records, dir string, now time.Time) (untold, err error) {
	f, err := deletable(dir)
	if err != nil {
		return nil, err
	}
	stone := Tombstone{Deleted: now.UTC().Truncate(time.Second), Outcome: "unreadable", Name: filepath.Base(f.dir)}
	if s, err := f.summary(); err == nil {
		stone.Service, stone.Started, stone.Outcome, stone.Rehearsal = s.Meta.Service, s.Started.UTC().Truncate(time.Second), s.Outcome, s.Meta.Rehearsal
	}
	stone.Name = shareName(stone.Name, f.journal)
	free, err := f.claim()
	if err != nil {
		return nil, hint.Wrap(ErrInUse, hint.Say("This record is being written by a run that goes on. It was not touched."), hint.Say("Wait for the end of the run, or end it with Ctrl-C, and delete the record then."))
	}
	defer free()
	// Away first, so that half a record never stands where a whole one is looked for.
	away, err := os.MkdirTemp(filepath.Dir(f.dir), awayPrefix+"*")
	if err != nil {
		return nil, notDeleted(err)
	}
	if err := os.Rename(f.dir, filepath.Join(away, "record")); err != nil {
		return nil, notDeleted(errors.Join(err, os.Remove(away)))
	}
	if real, err := filepath.EvalSymlinks(records); err == nil && real == filepath.Dir(f.dir) { // a copy elsewhere is not missed here
		untold = remember(records, stone)
	}
	if err := errors.Join(os.RemoveAll(away), removeHalves(filepath.Dir(away))); err != nil {
		return untold, hint.Wrap(fmt.Errorf("%w: %w", ErrRemove, err), hint.Say("Not everything of the record could be removed. What is left is in a hidden folder beside the records, %s.", awayPrefix+"*"),
			hint.Say("Remove that folder by hand."))
	}
	return untold, nil
}

// removeHalves removes what earlier deletions left behind when they were killed.
func removeHalves(dir string) error {
	entries, err := os.ReadDir(dir)
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), awayPrefix) {
			err = errors.Join(err, os.RemoveAll(filepath.Join(dir, e.Name())))
		}
	}
	return err
}

func notDeleted(err error) error {
	return hint.Wrap(fmt.Errorf("%w: %w", ErrRemove, err), hint.Say("The record could not be removed. It is still there."), hint.Say("Check that no other program has one of its files open, and that you may write into the folder."))
}

// deletable reads a record that holds nothing but what is a record's.
func deletable(dir string) (*folder, error) {
	dir = filepath.Clean(dir) // a slash at its end would lead through a link
	info, err := os.Lstat(dir)
	if err != nil {
		return nil, unreadable(err)
	}
	no := func(what hint.Text) error {
		return hint.Wrap(ErrNotDeletable, what, hint.Say("`nonmerci records list` shows the records."))
	}
	if !info.IsDir() {
		return nil, no(hint.Say("This is not the folder of a record, but a file or a link. It was not touched."))
	}
	f, err := readFolder(dir)
	if err != nil {
		return nil, err
	}
	if f.exported() || len(f.journal.lines) == 0 && !folderName.MatchString(filepath.Base(f.dir)) {
		return nil, no(hint.Say("This folder is not the record itself. It was not touched."))
	}
	switch name, err := f.stranger(); {
	case err != nil:
		return nil, unreadable(err)
	case name != "":
		return nil, hint.Wrap(ErrNotDeletable, hint.Say("The folder holds more than the record, such as %s, so it was not touched.", oneLine(name)), hint.Say("Move what is yours elsewhere, and delete the record then."))
	}
	return f, nil
}

// Leftovers of a run that was killed: half a file, and half a time stamp.
var (
	partFile  = regexp.MustCompile(`^\.part-[a-z2-7]{8}$`)
	partStamp = regexp.MustCompile(`^\.part-time-\d+$`)
)

// stranger names something in the folder that is not the record's, or nothing.
func (f *folder) stranger() (name string, err error) {
	var mails []entry
	if manifest := mailDir + "/" + manifestFile; slices.Contains(f.mails, manifest) {
		b, err := f.text(manifest)
		if err != nil {
			return "", err
		}
		mails, _ = readManifest(b)
	}
	err = filepath.WalkDir(f.dir, func(at string, e fs.DirEntry, err error) error {
		if err != nil || at == f.dir {
			return err
		}
		rel, err := filepath.Rel(f.dir, at)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		known := e.Type().IsRegular() && (owned(rel) || slices.ContainsFunc(mails, func(m entry) bool { return rel == mailDir+"/"+m.name }))
		if e.IsDir() {
			known = slices.Contains([]string{shotDir, mailDir, timeDir}, rel) || partStamp.MatchString(rel)
		}
		if !known {
			name = rel
			return fs.SkipAll
		}
		return nil
	})
	return name, err
}

// owned says whether only this program, or a file manager, gives this name to a
// file of a record.
func owned(name string) bool {
	dir, base := path.Split(name)
	if partStamp.MatchString(path.Clean(dir)) {
		dir = timeDir + "/"
	}
	base = strings.TrimPrefix(base, "._") // macOS keeps beside a file what its disk cannot hold
	name = dir + base
	switch dir {
	case "", shotDir + "/", mailDir + "/", timeDir + "/":
		if partFile.MatchString(base) || dropped(base) || shotFile.MatchString(name) || fieldsFile.MatchString(name) {
			return true
		}
	}
	return slices.Contains(slices.Concat(stampFiles(), []string{
		journalFile, manifestFile, provenanceFile, reportFile, mailDir + "/" + manifestFile, shotDir, mailDir, timeDir, // ._shots
	}), name)
}

// claim makes sure that nobody writes the record, until free is called.
func (f *folder) claim() (free func(), err error) {
	journal, err := os.OpenFile(filepath.Join(f.dir, journalFile), os.O_RDWR, 0)
	if err != nil {
		return func() {}, nil // without a journal there is no run
	}
	if held(journal) {
		return nil, errors.Join(ErrInUse, journal.Close())
	}
	if holdsFolder { // there the open file would keep the folder from moving
		return func() {}, journal.Close()
	}
	return func() { _ = journal.Close() }, nil
}

// remember appends a tombstone.
func remember(records string, stone Tombstone) error {
	b, err := marshal(stone)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(records, 0o700); err != nil {
		return err
	}
	list := filepath.Join(records, deletedFile)
	if err := plain(list); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	f, err := os.OpenFile(list, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	// A full disk may have left half a line.
	last := []byte{'\n'}
	if end, err := f.Seek(-1, io.SeekEnd); err == nil {
		if _, err := f.ReadAt(last, end); err != nil {
			return errors.Join(err, f.Close())
		}
	}
	if last[0] != '\n' {
		b = append([]byte{'\n'}, b...)
	}
	_, err = f.Write(append(b, '\n'))
	return errors.Join(err, f.Sync(), f.Close())
}

// plain refuses what is no plain file: reading a pipe would never end.
func plain(file string) error {
	info, err := os.Stat(file)
	if err == nil && !info.Mode().IsRegular() {
		err = &fs.PathError{Op: "open", Path: file, Err: errors.New("not a plain file")}
	}
	return err
}

// Deleted gives the tombstones of a folder of records, the newest first, without
// those whose records are there again. Lines that cannot be read are passed over.
func Deleted(records string) ([]Tombstone, error) {
	list := filepath.Join(records, deletedFile)
	err := plain(list)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var b []byte
	if err == nil {
		b, err = os.ReadFile(list)
	}
	if err != nil {
		return nil, fmt.Errorf("read deleted records: %w", err)
	}
	var stones []Tombstone
	for line := range bytes.Lines(b) {
		var s Tombstone
		if json.Unmarshal(line, &s) != nil || s.Name == "" || filepath.Base(s.Name) != s.Name {
			continue
		}
		if _, err := os.Lstat(filepath.Join(records, s.Name)); err == nil {
			continue
		}
		stones = append(stones, s)
	}
	slices.SortStableFunc(stones, func(a, b Tombstone) int { return b.Started.Compare(a.Started) })
	return stones, nil
}
