package selectors

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/nonmerci/nonmerci/internal/hint"
)

// News is how a file of a bundle differs from the one in force.
type News struct {
	File    string // such as "instagram.yaml"
	Was, Is int    // revisions
	Entries []Difference
}

// Difference is what is new, gone or changed in one section of a file.
type Difference struct {
	Section string // "targets", "phrases", …, or a key of the file such as "forms"
	How     Edit
	Names   []string // of entries; empty for a key of the file
}

// Edit is how an entry differs.
type Edit string

// The ways to differ.
const (
	Added   Edit = "new"
	Changed Edit = "changed"
	Gone    Edit = "gone"
)

// News tells how a bundle differs from what is in force with the folder of flows,
// file by file; nothing: that bundle is in force. A bundle that is not newer is
// refused with a *hint.Problem.
func (b *Bundle) News(dir string) ([]News, error) {
	now := inForce(dir)
	switch {
	case b.Revision == now.Revision && b.same(now):
		return nil, nil
	case b.Revision < now.Revision:
		return nil, hint.New(hint.Say("These flow files (revision %d) are older than those in force (revision %d). What was in force stays in force.", b.Revision, now.Revision), getNewer)
	case b.Revision == now.Revision:
		return nil, hint.New(hint.Say("These flow files have the revision of those in force (%d), and say something else. What was in force stays in force.", b.Revision), tellThem)
	}
	if err := b.notBelow(now); err != nil {
		p, _ := hint.Of(err)
		return nil, hint.New(hint.Say("%s What was in force stays in force.", p.What), p.Next)
	}
	var out []News
	for i, name := range bundled() {
		out = append(out, News{name, now.revisions[i], b.revisions[i], differences(now.files[i].root, b.files[i].root)})
	}
	return out, nil
}

// inForce is, file by file, the newest of what was downloaded and can be used, and
// of what is built in.
func inForce(dir string) *Bundle {
	now, built := &Bundle{}, builtInBundle()
	base, warnings := OpenBase(dir)
	for i, name := range bundled() {
		f, revision := built.files[i], built.revisions[i]
		// One that can be used for a single service is in force for that one.
		counts := len(warnings) == 0 || slices.ContainsFunc(base.counts, func(s string) bool { return name == s+".yaml" || name == phraseFile })
		if down := base.down; down != nil && counts && down.revisions[i] >= revision {
			f, revision = down.files[i], down.revisions[i]
		}
		now.files, now.revisions = append(now.files, f), append(now.revisions, revision)
		now.Revision = max(now.Revision, revision)
	}
	return now
}

// differences compares what two files say, section by section.
func differences(was, is *node) (out []Difference) {
	for _, section := range append(slices.Clone(sections), "phrases") {
		found := map[Edit][]string{}
		old, now := was.get(section), is.get(section)
		for _, p := range now.entries() {
			switch before := old.get(p.key.text); {
			case before == nil:
				found[Added] = append(found[Added], p.key.text)
			case before.spelt() != p.value.spelt():
				found[Changed] = append(found[Changed], p.key.text)
			}
		}
		for _, p := range old.entries() {
			if !now.has(p.key.text) {
				found[Gone] = append(found[Gone], p.key.text)
			}
		}
		for _, how := range []Edit{Added, Changed, Gone} {
			if len(found[how]) > 0 {
				out = append(out, Difference{section, how, found[how]})
			}
		}
	}
	for _, key := range []string{"title", "checked", "hosts", "forms", "wrong-forms"} {
		if old, now := was.get(key), is.get(key); old.saying() != now.saying() {
			out = append(out, Difference{Section: key, How: Changed})
		}
	}
	return out
}

// entries are the pairs of a mapping, or none.
func (n *node) entries() []pair {
	if n == nil {
		return nil
	}
	return n.pairs
}

// saying is spelt for a node that may not be there.
func (n *node) saying() string {
	if n == nil {
		return ""
	}
	return n.spelt()
}

// Save takes a bundle over into the folder of flows, whole or not at all. The one
// that was there stays beside it, with the ending [Former]. Where a newer one was
// taken over since [Bundle.News], nothing is written. Errors are *hint.Problems.
func (b *Bundle) Save(dir string) error {
	if _, err := b.News(dir); err != nil {
		return err
	}
	path := filepath.Join(dir, downloadedFile)
	parts := []part{{path + SignatureEnding, b.signature}, {path, b.data}}
	// One that cannot be used is not worth going back to.
	if base, warnings := OpenBase(dir); base.down != nil && len(warnings) == 0 {
		signature, _ := readLimited(path+SignatureEnding, MaxSignature)
		parts = slices.Insert(parts, 0, part{path + SignatureEnding + Former, signature}, part{path + Former, base.down.data})
	}
	if err := errors.Join(os.MkdirAll(dir, 0o700), replace(parts)); err != nil {
		return hint.Wrap(err, hint.Say("The flow files could not be written into %s. What was in force stays in force.", dir), hint.Say("Check that the disk is not full and that you may write there."))
	}
	return nil
}

// Undo goes back to the bundle before the one in the folder of flows, where that can
// be used and is not older than the program, or else to the built-in files, and
// returns that bundle's revision or 0. There was nothing to undo where found is
// false. Errors are *hint.Problems.
func Undo(dir string) (revision int, found bool, err error) {
	path := filepath.Join(dir, downloadedFile)
	if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) {
		return 0, false, nil
	}
	former, _ := readBundle(path + Former)
	if former.usable() {
		err = errors.Join(moved(path+SignatureEnding+Former, path+SignatureEnding), moved(path+Former, path))
		revision = former.Revision
	} else {
		err = errors.Join(gone(path), gone(path+SignatureEnding))
	}
	if err != nil {
		return 0, true, hint.Wrap(err, hint.Say("The downloaded flow files in %s could not be put away.", dir), hint.Say("Check that you may write there."))
	}
	return revision, true, nil
}

// usable tells whether a bundle would be in force for every service.
func (b *Bundle) usable() bool {
	return b != nil && !slices.ContainsFunc(Services(), func(service string) bool {
		flow, err := (&Base{down: b}).admit(service)
		return flow == nil || err != nil
	})
}

// moved and gone are content where there is nothing to move or remove.
func moved(from, to string) error { return unlessMissing(os.Rename(from, to)) }
func gone(path string) error      { return unlessMissing(os.Remove(path)) }

func unlessMissing(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
