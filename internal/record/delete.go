package record

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
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
	Name    string    `json:"name"`
	Service string    `json:"service"`
	Started time.Time `json:"started"`
	Outcome string    `json:"outcome"`
	Deleted time.Time `json:"deleted"`
}

// Delete removes a record, and appends a tombstone to a file in the folder of the
// records. It refuses what is not a record, or holds more than one does; links;
// and a record that is being written. The record goes away as a whole before its
// files are removed. Where err is nil but untold is not, the record is gone and
// the tombstone is missing. Errors are *hint.Problems.
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
		stone.Service, stone.Started, stone.Outcome = s.Meta.Service, s.Started.UTC().Truncate(time.Second), s.Outcome
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
	untold = remember(records, stone)
	// With what an earlier deletion left behind when it was killed.
	halves, err := filepath.Glob(filepath.Join(filepath.Dir(away), awayPrefix+"*"))
	if err != nil {
		halves = []string{away}
	}
	for _, half := range halves {
		err = errors.Join(err, os.RemoveAll(half))
	}
	if err != nil {
		return untold, hint.Wrap(fmt.Errorf("%w: %w", ErrRemove, err), hint.Say("Not everything of the record could be removed. What is left is in a hidden folder beside the records, %s.", filepath.Base(away)),
			hint.Say("Remove that folder by hand."))
	}
	return untold, nil
}

func notDeleted(err error) error {
	return hint.Wrap(fmt.Errorf("%w: %w", ErrRemove, err), hint.Say("The record could not be removed. It is still there."), hint.Say("Check that no other program has one of its files open, and that you may write into the folder."))
}

// deletable reads a record that holds nothing but what is a record's.
func deletable(dir string) (*folder, error) {
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
	for _, name := range slices.Concat(f.files, f.odd) {
		if !slices.Contains([]string{journalFile, manifestFile, provenanceFile, reportFile}, name) && !shotFile.MatchString(name) && !fieldsFile.MatchString(name) {
			return nil, hint.Wrap(ErrNotDeletable, hint.Say("The folder holds more than the record, such as %s, so it was not touched.", oneLine(name)), hint.Say("Move what is yours elsewhere, and delete the record then."))
		}
	}
	return f, nil
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
	f, err := os.OpenFile(filepath.Join(records, deletedFile), os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
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

// Deleted gives the tombstones of a folder of records, the newest first, without
// those whose records are there again. Lines that cannot be read are passed over.
func Deleted(records string) ([]Tombstone, error) {
	b, err := os.ReadFile(filepath.Join(records, deletedFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	} else if err != nil {
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
