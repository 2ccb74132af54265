package record

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"

	"github.com/nonmerci/nonmerci/internal/hint"
)

const (
	manifestFile   = "manifest-sha256.txt"
	provenanceFile = "provenance.json"
	reportFile     = "report.html"

	maxText = 64 << 20 // of a journal or manifest, bytes; more is not one of ours
)

// folderName is the name that [Create] gives.
var folderName = regexp.MustCompile(`^(\d{4}-\d{2}-\d{2}T\d{6}Z)-([a-z0-9]+)-[a-z2-7]{4}$`)

// folder is what lies in a record's folder.
type folder struct {
	dir      string
	files    []string // regular files by slash path, sorted; without leftovers
	odd      []string // anything else that is neither leftover nor one of the record's folders
	open     bool     // others on this computer may look in
	sealed   bool     // there is a manifest
	manifest []byte
	journal  journal
	fault    error // what is wrong with the journal
}

// readFolder reads names, journal and manifest. Its errors mean that the folder
// cannot be judged: it is no record, cannot be read, or is newer than this
// program.
func readFolder(dir string) (*folder, error) {
	real, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return nil, unreadable(err)
	}
	f := &folder{dir: real}
	if err := filepath.WalkDir(real, f.visit); err != nil {
		return nil, unreadable(err)
	}
	slices.Sort(f.files)
	f.sealed = f.has(manifestFile)
	switch {
	case f.has(journalFile):
		b, err := f.text(journalFile)
		if err != nil {
			return nil, unreadable(err)
		}
		f.journal, f.fault = readJournal(b)
	case f.sealed || folderName.MatchString(filepath.Base(real)):
		f.journal.head = genesis()
	default:
		return nil, hint.New(hint.Say("This folder is not a record of nonmerci."),
			hint.Say("Name the folder of one run; the command “nonmerci records list” shows them."))
	}
	if f.sealed {
		if f.manifest, err = f.text(manifestFile); err != nil {
			return nil, unreadable(err)
		}
	}
	if len(f.journal.lines) > 0 && f.journal.lines[0].Fields["schema"] != float64(schema) {
		return nil, hint.New(hint.Say("This record was written by another version of nonmerci, in a form that this one does not know."),
			hint.Say("Use a newer version of nonmerci to look at it."))
	}
	return f, nil
}

func unreadable(err error) error {
	return hint.Wrap(err, hint.Say("The record could not be read."), hint.Say("Check that the folder is there and that you may read it."))
}

// visit notes one entry of the folder.
func (f *folder) visit(path string, e fs.DirEntry, err error) error {
	if err != nil {
		return err
	}
	rel, err := filepath.Rel(f.dir, path)
	if err != nil {
		return err
	}
	name := filepath.ToSlash(rel)
	switch {
	case name == ".":
		info, err := e.Info()
		if err != nil {
			return err
		}
		f.open = runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0
		if !e.IsDir() {
			return errors.New("not a folder")
		}
	case e.IsDir():
		if leftover(name) {
			return fs.SkipDir
		}
		if name != shotDir && name != timeDir {
			f.odd = append(f.odd, name)
			return fs.SkipDir
		}
	case !e.Type().IsRegular():
		f.odd = append(f.odd, name)
	case !leftover(e.Name()):
		f.files = append(f.files, name)
	}
	return nil
}

// leftover tells files that say nothing: halves of files that a crash left
// behind, and what file managers drop into every folder that they show.
func leftover(name string) bool {
	return strings.HasPrefix(name, partPrefix) || strings.HasPrefix(name, "._") ||
		slices.Contains([]string{".DS_Store", ".directory", "Thumbs.db", "desktop.ini"}, name)
}

func (f *folder) has(name string) bool {
	_, found := slices.BinarySearch(f.files, name)
	return found
}

func (f *folder) path(name string) string { return filepath.Join(f.dir, filepath.FromSlash(name)) }

// text reads a file that must not be huge.
func (f *folder) text(name string) ([]byte, error) {
	file, err := os.Open(f.path(name))
	if err != nil {
		return nil, err
	}
	defer file.Close()
	b, err := io.ReadAll(io.LimitReader(file, maxText+1))
	if err == nil && len(b) > maxText {
		err = fmt.Errorf("%s is too large", name)
	}
	return b, err
}

// digest is the SHA-256 of a file.
func (f *folder) digest(name string) (string, error) {
	file, err := os.Open(f.path(name))
	if err != nil {
		return "", err
	}
	defer file.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, file); err != nil {
		return "", err
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// seal gives the manifest of the files as they are now.
func (f *folder) seal() ([]byte, error) {
	var b strings.Builder
	for _, name := range f.files {
		if name == manifestFile {
			continue
		}
		sum, err := f.digest(name)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(&b, "%s  %s\n", sum, name)
	}
	return []byte(b.String()), nil
}
