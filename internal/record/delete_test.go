package record

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/nonmerci/nonmerci/internal/hint"
)

func moment() time.Time { return time.Date(2026, 11, 28, 7, 0, 0, 5, time.UTC) }

func TestDelete(t *testing.T) {
	dir := sealed(t)
	root, name := filepath.Dir(dir), filepath.Base(dir)
	// What a killed deletion left behind goes, too.
	write(t, root, awayPrefix+"123/record/journal.jsonl", []byte("x"))
	if untold, err := Delete(root, dir, moment()); err != nil || untold != nil {
		t.Fatal(untold, err)
	}
	left, err := os.ReadDir(root)
	if err != nil || len(left) != 1 || left[0].Name() != deletedFile {
		t.Errorf("%v, %v", left, err)
	}
	want := `{"name":"` + name + `","service":"instagram","started":"2026-11-23T10:41:13Z","outcome":"sent","deleted":"2026-11-28T07:00:00Z"}` + "\n"
	if got := read(t, root, deletedFile); got != want {
		t.Errorf("%s", got)
	}
	// Half a line of a full disk costs no other line.
	write(t, root, deletedFile, []byte(want+`{"name":"half`))
	other, err := run(t, root, newDisk())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Delete(root, other, moment()); err != nil {
		t.Fatal(err)
	}
	stones, err := Deleted(root)
	if err != nil || len(stones) != 2 || stones[0].Name != name && stones[1].Name != name {
		t.Errorf("%v, %v", stones, err)
	}
	// What is there again is not gone.
	if err := os.Mkdir(filepath.Join(root, name), 0o700); err != nil {
		t.Fatal(err)
	}
	if stones, err := Deleted(root); err != nil || len(stones) != 1 {
		t.Errorf("%v, %v", stones, err)
	}
	if stones, err := Deleted(filepath.Join(root, "none")); err != nil || len(stones) != 0 {
		t.Errorf("%v, %v", stones, err)
	}
	if info, err := os.Stat(filepath.Join(root, deletedFile)); err != nil || info.Mode().Perm()&0o077 != 0 && runtime.GOOS != "windows" {
		t.Errorf("%v, %v", info, err)
	}
}

// TestDeleteInFoldersOfAnyName: what a name means to a shell means nothing here.
func TestDeleteInFoldersOfAnyName(t *testing.T) {
	base := t.TempDir()
	write(t, base, "recs/"+awayPrefix+"mine/precious.txt", []byte("x"))
	for _, name := range []string{"my [private] records", "rec[s]", "[", "a b"} {
		root := filepath.Join(base, name)
		dir, err := run(t, root, newDisk())
		if err != nil {
			t.Fatal(err)
		}
		write(t, root, awayPrefix+"123/record/journal.jsonl", []byte("x"))
		if untold, err := Delete(root, dir, moment()); err != nil || untold != nil {
			t.Errorf("%s: %v, %v", name, untold, err)
		}
		if left, err := os.ReadDir(root); err != nil || len(left) != 1 || left[0].Name() != deletedFile {
			t.Errorf("%s: %v is left, %v", name, left, err)
		}
	}
	if read(t, base, "recs/"+awayPrefix+"mine/precious.txt") != "x" {
		t.Error("a file of another folder is gone")
	}
}

// TestDeleteTakesWhatIsTheRecords: what was filed later goes with it, and what a
// killed run or a file manager left.
func TestDeleteTakesWhatIsTheRecords(t *testing.T) {
	t.Parallel()
	address, a := runAuthority(t)
	dir := sealed(t)
	if _, err := Stamp(t.Context(), dir, address, a.Roots()); err != nil {
		t.Fatal(err)
	}
	write(t, dir, "mail/answer.eml", []byte("yes"))
	write(t, dir, "mail/manifest-sha256.txt", []byte(digest([]byte("yes"))+"  answer.eml\n"))
	for _, name := range []string{
		".part-abcdefgh", "shots/.part-a2c4efgh", ".part-time-123/stamp.tsr", ".part-time-123/.part-abcdefgh", ".DS_Store", "shots/Thumbs.db", "._report.html", "._shots",
	} {
		write(t, dir, name, []byte("x"))
	}
	if untold, err := Delete(filepath.Dir(dir), dir, moment()); err != nil || untold != nil {
		t.Error(untold, err)
	}
	if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v", err)
	}
}

func TestDeleteRefuses(t *testing.T) {
	kept := func(what, dir string, why error) {
		t.Helper()
		root := filepath.Dir(filepath.Clean(dir))
		before, err := os.ReadDir(root)
		if err != nil {
			t.Fatal(err)
		}
		_, err = Delete(root, dir, moment())
		if p, told := hint.Of(err); !told || p.Next.Format == "" || why != nil && !errors.Is(err, why) {
			t.Errorf("%s: %v", what, err)
		}
		if after, err := os.ReadDir(root); err != nil || len(after) != len(before) {
			t.Errorf("%s: %v became %v", what, before, after)
		}
	}
	// What a person put there, whatever it is called.
	for _, name := range []string{
		"my notes.txt", "more/x", "mail/my only copy.pdf", "mail/mine.eml", "time/x.txt", "shots/mine.png", "shots/more/01-form.png",
		".part-thesis/chapter1.txt", ".part-thesis", ".part-time-x/stamp.tsr", ".part-time-1/mine.tsr", "._notes/more.txt", "._notes", ".git/config",
	} {
		more := sealed(t)
		write(t, more, "mail/manifest-sha256.txt", []byte(digest([]byte("yes"))+"  answer.eml\n"))
		write(t, more, name, []byte("x"))
		kept("a record with "+name, more, ErrNotDeletable)
	}
	kept("any folder", filepath.Join(t.TempDir()), nil)
	whole := sealed(t)
	kept("a file", filepath.Join(whole, journalFile), ErrNotDeletable)
	kept("nothing", filepath.Join(t.TempDir(), "x"), nil)
	_, files := shared(t, whole, ExportOptions{})
	kept("an export", spread(t, files), ErrNotDeletable)
	if runtime.GOOS != "windows" { // links need a privilege there
		link := filepath.Join(t.TempDir(), filepath.Base(whole))
		if err := os.Symlink(whole, link); err != nil {
			t.Fatal(err)
		}
		kept("a link", link, ErrNotDeletable)
		kept("a link, with a slash", link+"/", ErrNotDeletable)
		kept("a link, with more after it", link+"/./", ErrNotDeletable)
		linked := sealed(t)
		if err := os.Symlink(whole, filepath.Join(linked, ".part-abcdefgh")); err != nil {
			t.Fatal(err)
		}
		kept("a record with a link", linked, ErrNotDeletable)
	}
	mustVerify(t, whole, Verified)
}

func TestDeleteWaitsForTheRun(t *testing.T) {
	root := t.TempDir()
	r, err := Create(root, meta())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Delete(root, r.Dir(), moment()); err == nil || !holdsFolder && !errors.Is(err, ErrInUse) {
		t.Errorf("a record that is being written: %v", err)
	}
	if err := r.Event(EventNote, BasisProgram, nil); err != nil {
		t.Errorf("the run could not go on: %v", err)
	}
	// A run that was killed holds nothing any more.
	_ = r.journal.Close()
	if untold, err := Delete(root, r.Dir(), moment()); err != nil || untold != nil {
		t.Error(untold, err)
	}
	if _, err := os.Stat(r.Dir()); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v", err)
	}
}

// TestDeleteWithoutRoomForTheNote: who deletes to make room gets it.
func TestDeleteWithoutRoomForTheNote(t *testing.T) {
	dir := sealed(t)
	if err := os.Mkdir(filepath.Join(filepath.Dir(dir), deletedFile), 0o700); err != nil { // no file can be there
		t.Fatal(err)
	}
	untold, err := Delete(filepath.Dir(dir), dir, moment())
	if err != nil || untold == nil || strings.Contains(untold.Error(), email) {
		t.Errorf("%v, %v", untold, err)
	}
	if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v", err)
	}
}

// TestACopyElsewhereIsNotMissed: only what lay among the records is remembered
// there.
func TestACopyElsewhereIsNotMissed(t *testing.T) {
	records, dir := t.TempDir(), sealed(t)
	if untold, err := Delete(records, dir, moment()); err != nil || untold != nil {
		t.Fatal(untold, err)
	}
	if stones, err := Deleted(records); err != nil || len(stones) != 0 {
		t.Errorf("%+v, %v", stones, err)
	}
}

// TestAPipeIsNoList: who waits for its end waits for ever.
func TestAPipeIsNoList(t *testing.T) {
	mkfifo, err := exec.LookPath("mkfifo")
	if err != nil {
		t.Skip("there is no mkfifo on this system")
	}
	dir := sealed(t)
	root := filepath.Dir(dir)
	if out, err := exec.Command(mkfifo, filepath.Join(root, deletedFile)).CombinedOutput(); err != nil {
		t.Fatalf("%v %s", err, out)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		if stones, err := Deleted(root); err == nil || len(stones) != 0 {
			t.Errorf("%v, %v", stones, err)
		}
		if untold, err := Delete(root, dir, moment()); err != nil || untold == nil {
			t.Errorf("the record was to go, without a line: %v, %v", untold, err)
		}
	}()
	select {
	case <-done:
	case <-time.After(20 * time.Second):
		t.Fatal("it waits for the pipe")
	}
}
