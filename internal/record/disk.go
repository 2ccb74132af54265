package record

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
)

// partPrefix begins the name of a file that is not whole yet.
const partPrefix = ".part-"

// disk is all that the record writes with. The functions are seams for the
// fault tests; everywhere else they are those of [newDisk].
type disk struct {
	write func(*os.File, []byte) (int, error)
	sync  func(*os.File) error
	step  func() // after every change of the folder
}

func newDisk() disk {
	return disk{write: (*os.File).Write, sync: (*os.File).Sync, step: func() {}}
}

// file writes a file that is whole or absent, and never replaces one.
//
// It renames instead of linking, because links do not exist on every file
// system; nobody else writes into the folder, so that looking first is enough.
func (d disk) file(path string, b []byte) error {
	switch _, err := os.Lstat(path); {
	case err == nil:
		return &fs.PathError{Op: "create", Path: path, Err: fs.ErrExist}
	case !os.IsNotExist(err):
		return err
	}
	return d.whole(path, b, os.Rename)
}

// exclusive is [disk.file] for a folder in which others write, too: a link never
// replaces a file. Where the file system knows no links, looking first must do.
func (d disk) exclusive(path string, b []byte) error {
	return d.whole(path, b, func(part, path string) error {
		err := os.Link(part, path)
		switch {
		case err == nil:
			d.step()
			return os.Remove(part)
		case errors.Is(err, fs.ErrExist):
			return err
		}
		if _, err := os.Lstat(path); err == nil {
			return &fs.PathError{Op: "create", Path: path, Err: fs.ErrExist}
		}
		return os.Rename(part, path)
	})
}

// whole writes a file under another name, and moves it when it is whole.
func (d disk) whole(path string, b []byte, move func(part, path string) error) error {
	part := filepath.Join(filepath.Dir(path), partPrefix+strings.ToLower(rand.Text()[:8]))
	f, err := os.OpenFile(part, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	d.step()
	err = d.append(f, b)
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = move(part, path)
	}
	if err != nil {
		_ = os.Remove(part) // best effort: a reader passes over it
		return err
	}
	d.step()
	return d.syncDir(filepath.Dir(path))
}

// append writes the bytes at the end of an open file and waits until they are
// on the disk.
func (d disk) append(f *os.File, b []byte) error {
	defer d.step()
	if n, err := d.write(f, b); err != nil {
		return err
	} else if n < len(b) {
		return fmt.Errorf("write %s: short write", f.Name())
	}
	return d.sync(f)
}

// folder makes one new folder that only this user can read.
func (d disk) folder(path string) error {
	if err := os.Mkdir(path, 0o700); err != nil {
		return err
	}
	d.step()
	return d.syncDir(filepath.Dir(path))
}

// syncDir makes new names in a folder last. Windows has no such call for
// folders, and some network file systems refuse it: there the names are as
// lasting as the system makes them.
func (d disk) syncDir(path string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	err = d.sync(f)
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, syscall.ENOTSUP) {
		err = nil
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	return err
}
