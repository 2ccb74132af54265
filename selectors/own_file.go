package selectors

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/nonmerci/nonmerci/internal/hint"
)

// Former is the ending of the file that [Own.Save] keeps: what the person's file
// held before.
const Former = ".before"

// OpenOwn reads a person's own file for a service from the folder of flows,
// together with their own phrases. A file that is not there is empty. Without a
// folder there is nowhere to keep it. Errors are *hint.Problems.
func OpenOwn(dir, service string) (Own, error) {
	if dir == "" {
		return Own{}, hint.New(hint.Say("Your home folder is not known (the variable HOME is empty). Nothing was changed."), hint.Say("Set HOME to your home folder, then start again."))
	}
	base, _ := OpenBase(dir) // whoever loads the flow is told
	o := Own{Name: filepath.Join(dir, service+".yaml"), Service: service, Base: base}
	for path, data := range map[string]*[]byte{o.Name: &o.Data, filepath.Join(dir, phraseFile): &o.Phrases} {
		b, err := readLimited(path, maxBytes)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return o, hint.Wrap(err, hint.Say("The file %s could not be read, so nothing was changed.", path), hint.Say("Check that you may read it, or take it away."))
		}
		*data = b
	}
	return o, nil
}

// Save writes the file, whole or not at all. What it held before stays beside it,
// with the ending [Former]. Where the file is not any more what was read, nothing
// is written. Errors are *hint.Problems.
func (o Own) Save(was Own) error {
	path, err := filepath.EvalSymlinks(o.Name)
	if errors.Is(err, fs.ErrNotExist) {
		path, err = o.Name, nil
	}
	if err == nil {
		err = os.MkdirAll(filepath.Dir(path), 0o700)
	}
	if err != nil {
		return o.unsaved(err)
	}
	now, err := readLimited(path, maxBytes)
	switch {
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return o.unsaved(err)
	case !bytes.Equal(now, was.Data):
		return hint.New(hint.Say("The file %s was changed meanwhile, so it was left as it is.", o.Name), hint.Say("Close it in your editor, and run the command again."))
	}
	parts := []part{{path, o.Data}}
	if now != nil {
		parts = slices.Insert(parts, 0, part{path + Former, now})
	}
	if err := replace(parts); err != nil {
		return o.unsaved(err)
	}
	return nil
}

func (o Own) unsaved(err error) error {
	return hint.Wrap(err, hint.Say("The file %s could not be written. It is as it was.", o.Name), hint.Say("Check that the disk is not full and that you may write there."))
}

// part is a file that is written together with others.
type part struct {
	path string
	data []byte
}

// replace writes files for this user alone, each whole, and all of them or none:
// what can fill a disk is done before the first is put in its place.
func replace(parts []part) error {
	var written []string
	defer func() {
		for _, name := range written {
			_ = os.Remove(name)
		}
	}()
	for _, p := range parts {
		f, err := os.CreateTemp(filepath.Dir(p.path), ".nonmerci-*") // created with 0600
		if err != nil {
			return err
		}
		written = append(written, f.Name())
		_, err = f.Write(p.data)
		if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
			return err
		}
	}
	for i, p := range parts {
		if err := os.Rename(written[i], p.path); err != nil {
			return err
		}
	}
	return nil
}
