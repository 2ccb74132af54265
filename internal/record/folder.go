package record

import (
	"bytes"
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
	mailDir        = "mail"

	nameTime = "2006-01-02T150405Z" // how the name of a folder begins

	maxText = 64 << 20 // of a journal or manifest, bytes; more is not one of ours
)

// folderName is the name that [Create] gives.
var folderName = regexp.MustCompile(`^(\d{4}-\d{2}-\d{2}T\d{6}Z)-([a-z0-9]+)-[a-z2-7]{4}$`)

// folder is what lies in a record's folder, or in an export.
type folder struct {
	dir      string
	open     func(name string) (io.ReadCloser, error)
	files    []string // regular files by slash path, sorted; without leftovers and mails
	mails    []string // regular files of the mail folder, the same way
	odd      []string // anything else that is neither leftover nor a folder of ours
	loose    bool     // others on this computer may look in
	repacked bool     // it is a zip file, and not as we write it
	sealed   bool     // there is a manifest
	manifest []byte
	raw      []byte // of the journal
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
	f.open = func(name string) (io.ReadCloser, error) {
		return os.Open(filepath.Join(real, filepath.FromSlash(name)))
	}
	if err := filepath.WalkDir(real, f.visit); err != nil {
		return nil, unreadable(err)
	}
	if err := f.load(); err != nil {
		return nil, err
	}
	return f, nil
}

// packed is a folder that lies in memory.
func packed(files map[string][]byte) *folder {
	f := &folder{open: func(name string) (io.ReadCloser, error) {
		b, ok := files[name]
		if !ok {
			return nil, fs.ErrNotExist
		}
		return io.NopCloser(bytes.NewReader(b)), nil
	}}
	for name := range files {
		if strings.HasPrefix(name, mailDir+"/") {
			f.mails = append(f.mails, name)
		} else {
			f.files = append(f.files, name)
		}
	}
	return f
}

// load reads journal and manifest, once the names are known.
func (f *folder) load() (err error) {
	slices.Sort(f.files)
	slices.Sort(f.mails)
	if f.exported() { // one seal is for all
		f.files = append(f.files, f.mails...)
		slices.Sort(f.files)
	}
	f.sealed = f.has(manifestFile)
	switch {
	case f.has(journalFile):
		if f.raw, err = f.text(journalFile); err != nil {
			return unreadable(err)
		}
		f.journal, f.fault = readJournal(f.raw)
	case f.sealed || folderName.MatchString(filepath.Base(f.dir)):
		f.journal.head = genesis()
	default:
		return hint.New(hint.Say("This folder is not a record of nonmerci."),
			hint.Say("Name the folder of one run; the command “nonmerci records list” shows them."))
	}
	if f.sealed {
		if f.manifest, err = f.text(manifestFile); err != nil {
			return unreadable(err)
		}
	}
	if len(f.journal.lines) > 0 && f.journal.lines[0].Fields["schema"] != float64(schema) {
		return hint.New(hint.Say("This record was written by another version of nonmerci, in a form that this one does not know."),
			hint.Say("Use a newer version of nonmerci to look at it."))
	}
	return nil
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
		f.loose = runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0
		if !e.IsDir() {
			return errors.New("not a folder")
		}
	case e.IsDir():
		if leftover(name) {
			return fs.SkipDir
		}
		if name != shotDir && name != mailDir && name != timeDir {
			f.odd = append(f.odd, name)
			return fs.SkipDir
		}
	case !e.Type().IsRegular():
		f.odd = append(f.odd, name)
	case leftover(e.Name()):
	case strings.HasPrefix(name, mailDir+"/"):
		f.mails = append(f.mails, name)
	default:
		f.files = append(f.files, name)
	}
	return nil
}

// leftover tells files that say nothing: halves of files that a crash left
// behind, and what file managers drop into every folder that they show.
func leftover(name string) bool {
	return strings.HasPrefix(name, partPrefix) || strings.HasPrefix(name, "._") || dropped(name)
}

// dropped tells the files of file managers.
func dropped(name string) bool {
	return slices.Contains([]string{".DS_Store", ".directory", "Thumbs.db", "desktop.ini"}, name)
}

// Outside refuses a file that would lie in the folder of a record, or of an export:
// whatever is added there alters it. Links are followed; such a folder is known by
// its journal, or by the name of a record. The error is a *hint.Problem. Whether
// anything can be written to the path at all is for its writer to find.
func Outside(path string) error {
	dir, err := filepath.Abs(filepath.Dir(path))
	if err == nil {
		dir, err = filepath.EvalSymlinks(dir)
	}
	for ; err == nil; dir = filepath.Dir(dir) {
		if _, missing := os.Lstat(filepath.Join(dir, journalFile)); missing == nil || folderName.MatchString(filepath.Base(dir)) {
			return hint.New(hint.Say("A new file there would lie in the folder of a record, and alter it. Nothing was written."), hint.Say("Name a file in another folder with --to."))
		}
		if dir == filepath.Dir(dir) {
			break
		}
	}
	return nil
}

func (f *folder) has(name string) bool {
	_, found := slices.BinarySearch(f.files, name)
	return found
}

// text reads a file that must not be huge.
func (f *folder) text(name string) ([]byte, error) {
	file, err := f.open(name)
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
	file, err := f.open(name)
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
