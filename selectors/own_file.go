package selectors

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/nonmerci/nonmerci/internal/hint"
)

// Former is the ending of the file that [Own.Save] keeps: what the person's file
// held before.
const Former = ".before"

// OpenOwn reads a person's own file for a service from the folder of flows,
// together with their own phrases. A file that is not there is empty. Errors are
// *hint.Problems.
func OpenOwn(dir, service string) (Own, error) {
	o := Own{Name: filepath.Join(dir, service+".yaml"), Service: service}
	for path, data := range map[string]*[]byte{o.Name: &o.Data, filepath.Join(dir, phraseFile): &o.Phrases} {
		b, err := readOverlay(path)
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
	now, err := readOverlay(path)
	switch {
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return o.unsaved(err)
	case !bytes.Equal(now, was.Data):
		return hint.New(hint.Say("The file %s was changed meanwhile, so it was left as it is.", o.Name), hint.Say("Close it in your editor, and run the command again."))
	}
	if now != nil {
		if err := replace(path+Former, now); err != nil {
			return o.unsaved(err)
		}
	}
	if err := replace(path, o.Data); err != nil {
		return o.unsaved(err)
	}
	return nil
}

func (o Own) unsaved(err error) error {
	return hint.Wrap(err, hint.Say("The file %s could not be written. It is as it was.", o.Name), hint.Say("Check that the disk is not full and that you may write there."))
}

// replace writes a file for this user alone, whole or not at all.
func replace(path string, data []byte) error {
	part, err := os.CreateTemp(filepath.Dir(path), ".nonmerci-*") // created with 0600
	if err != nil {
		return err
	}
	defer os.Remove(part.Name())
	_, err = part.Write(data)
	if err = errors.Join(err, part.Sync(), part.Close()); err != nil {
		return err
	}
	return os.Rename(part.Name(), path)
}
