package record

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

var errFull = errors.New("no space left on device")

// fullAfter is a disk that takes so many bytes and no more. Waiting for a real
// disk is left out: it would only take time.
func fullAfter(room int) disk {
	d := newDisk()
	d.sync = func(*os.File) error { return nil }
	d.write = func(f *os.File, b []byte) (int, error) {
		if len(b) <= room {
			room -= len(b)
			return f.Write(b)
		}
		n, _ := f.Write(b[:room])
		room = 0
		return n, errFull
	}
	return d
}

// writes gives the sizes of all writes of a whole record.
func writes(t *testing.T) (sizes []int) {
	t.Helper()
	d := fullAfter(1 << 30)
	write := d.write
	d.write = func(f *os.File, b []byte) (int, error) {
		sizes = append(sizes, len(b))
		return write(f, b)
	}
	if _, err := run(t, t.TempDir(), d); err != nil {
		t.Fatal(err)
	}
	return sizes
}

// full runs what takes too long for every day: see `make faults`.
var full = flag.Bool("full", false, "let the disk be full after every single byte of a record")

func TestFullDiskLeavesATrueRecord(t *testing.T) {
	stride := 19
	switch {
	case *full:
		stride = 1
	case testing.Short():
		stride = 151
	}
	// Every room around the edges of each write, and a sample of those between.
	var rooms []int
	total := 0
	for _, size := range writes(t) {
		between := max(stride, size/5)
		if size < 1000 || *full {
			between = stride
		}
		for n := range size {
			if n < 2 || n > size-3 || n%between == 0 {
				rooms = append(rooms, total+n)
			}
		}
		total += size
	}
	for _, room := range rooms {
		root := t.TempDir()
		dir, err := run(t, root, fullAfter(room))
		if !errors.Is(err, errFull) {
			t.Fatalf("room for %d of %d bytes: %v, want a full disk", room, total, err)
		}
		if dir == "" { // Create failed: what it left behind
			made, err := filepath.Glob(filepath.Join(root, "*"))
			if err != nil || len(made) != 1 {
				t.Fatal(made, err)
			}
			dir = made[0]
		}
		if got, findings, err := Verify(dir); err != nil || got != Incomplete {
			t.Fatalf("room for %d of %d bytes: %v, %v; %v", room, total, got, err, findings)
		}
		if _, err := Open(dir); err != nil {
			t.Fatalf("room for %d of %d bytes: the record cannot be read: %v", room, total, err)
		}
	}
	t.Logf("%d of %d possible rooms", len(rooms), total)
}

func TestKilledAfterAnyStep(t *testing.T) {
	root, copies := t.TempDir(), t.TempDir()
	n := 0
	d := newDisk()
	d.step = func() {
		n++
		made, err := filepath.Glob(filepath.Join(root, "*"))
		if err != nil || len(made) != 1 {
			t.Fatal(made, err)
		}
		dir := filepath.Join(copies, filepath.Base(made[0]))
		if err := os.RemoveAll(dir); err != nil {
			t.Fatal(err)
		}
		copyTree(t, made[0], dir)
		want := Incomplete
		if _, err := os.Stat(filepath.Join(dir, manifestFile)); err == nil {
			want = Verified // the rename of the seal was the last step
		}
		mustVerify(t, dir, want)
	}
	if _, err := run(t, root, d); err != nil {
		t.Fatal(err)
	}
	if n < 35 {
		t.Errorf("only %d steps were seen", n)
	}
}

// TestTheClockJumps sets the computer's clock at every line of the journal, as
// summer time, a person or a time server does.
func TestTheClockJumps(t *testing.T) {
	for _, by := range []time.Duration{time.Hour, -time.Hour, 24 * time.Hour, -24 * time.Hour} {
		for at := 1; ; at++ {
			m, tick, now := meta(), 0, ticking()
			m.Clock = func() time.Time {
				if tick++; tick >= at {
					return now().Add(by)
				}
				return now()
			}
			dir, err := runWith(t, t.TempDir(), m, fullAfter(1<<30))
			if err != nil {
				t.Fatalf("by %s at %d: %v", by, at, err)
			}
			if tick < at {
				break // the run was over before
			}
			findings := mustVerify(t, dir, Verified)
			noted := strings.Contains(fmt.Sprint(findings), "was set back")
			if want := by < 0 && at > 1; want != noted {
				t.Errorf("by %s at %d: noted %v: %v", by, at, noted, findings)
			}
			if _, err := Open(dir); err != nil {
				t.Errorf("by %s at %d: %v", by, at, err)
			}
		}
	}
}

func copyTree(t *testing.T, from, to string) {
	t.Helper()
	err := filepath.WalkDir(from, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		if e.IsDir() {
			return os.Mkdir(filepath.Join(to, rel), 0o700)
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, rel), b, 0o600)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// change applies a change to one file, has it judged, and takes it back.
func change(t *testing.T, dir, name string, edit func([]byte) []byte, judge func(Verdict)) {
	t.Helper()
	path := filepath.Join(dir, filepath.FromSlash(name))
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, edit(bytes.Clone(b)), 0o600); err != nil {
		t.Fatal(err)
	}
	verdict, _, err := Verify(dir)
	if err != nil {
		verdict = Altered // refused as unreadable: that is found, too
	}
	judge(verdict)
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestEveryChangedByteIsFound(t *testing.T) {
	dir := sealed(t)
	f, err := readFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range f.files {
		size := len(read(t, dir, name))
		samples := 80
		if testing.Short() {
			samples = 15
		}
		stride := max(1, size/samples)
		for at := 0; at < size; at += stride {
			for _, flip := range []byte{0x20, 0x01} {
				change(t, dir, name, func(b []byte) []byte { b[at] ^= flip; return b }, func(v Verdict) {
					if v != Altered {
						t.Errorf("%s, byte %d changed: %v", name, at, v)
					}
				})
			}
			change(t, dir, name, func(b []byte) []byte { return b[:at] }, func(v Verdict) {
				if v != Altered {
					t.Errorf("%s, cut at %d: %v", name, at, v)
				}
			})
		}
		change(t, dir, name, func(b []byte) []byte { return append(b, '\n') }, func(v Verdict) {
			if v != Altered {
				t.Errorf("%s, a byte added: %v", name, v)
			}
		})
	}
	mustVerify(t, dir, Verified)
}

func TestWithoutSealNothingIsVerified(t *testing.T) {
	dir := sealed(t)
	if err := os.Remove(filepath.Join(dir, manifestFile)); err != nil {
		t.Fatal(err)
	}
	mustVerify(t, dir, Incomplete)
	// The digests in the journal still hold pictures and values.
	for _, name := range []string{"shots/02-form.png", "fields.json"} {
		change(t, dir, name, func(b []byte) []byte { b[9] ^= 1; return b }, func(v Verdict) {
			if v != Altered {
				t.Errorf("%s changed: %v", name, v)
			}
		})
	}
	journal := read(t, dir, journalFile)
	last := strings.LastIndexByte(strings.TrimSuffix(journal, "\n"), '\n') + 1
	for at := 0; at < len(journal); at += 11 {
		change(t, dir, journalFile, func(b []byte) []byte { b[at] ^= 1; return b }, func(v Verdict) {
			if v == Verified || (at < last-1 && v != Altered) {
				t.Errorf("journal, byte %d changed: %v", at, v)
			}
		})
		change(t, dir, journalFile, func(b []byte) []byte { return b[:at] }, func(v Verdict) {
			if v == Verified {
				t.Errorf("journal, cut at %d: %v", at, v)
			}
		})
	}
}

func TestMissingExtraAndRenamedFiles(t *testing.T) {
	join := filepath.Join
	remove := func(name string) func(string) error {
		return func(dir string) error { return os.Remove(join(dir, name)) }
	}
	add := func(name string) func(string) error {
		return func(dir string) error { return os.WriteFile(join(dir, name), []byte("x"), 0o600) }
	}
	rename := func(from, to string) func(string) error {
		return func(dir string) error { return os.Rename(join(dir, from), join(dir, to)) }
	}
	for _, tc := range []struct {
		name             string
		do               func(dir string) error
		sealed, unsealed Verdict
	}{
		{"picture missing", remove("shots/01-privacy-center.png"), Altered, Altered},
		{"values missing", remove("fields.json"), Altered, Altered},
		{"journal missing", remove(journalFile), Altered, Altered},
		{"report missing", remove(reportFile), Altered, Incomplete},
		{"provenance missing", remove(provenanceFile), Altered, Incomplete},
		{"file added", add("notes.txt"), Altered, Altered},
		{"picture added", add("shots/04-more.png"), Altered, Incomplete},
		{"picture renamed", rename("shots/01-privacy-center.png", "shots/01-home.png"), Altered, Altered},
		{"pictures swapped", func(dir string) error {
			return errors.Join(rename("shots/01-privacy-center.png", "x")(dir), rename("shots/02-form.png", "shots/01-privacy-center.png")(dir),
				os.WriteFile(join(dir, "shots/02-form.png"), picture(t, 13), 0o600), remove("x")(dir))
		}, Altered, Altered},
		{"folder added", func(dir string) error { return os.Mkdir(join(dir, "more"), 0o700) }, Altered, Altered},
		{"picture is a link", func(dir string) error {
			if runtime.GOOS == "windows" {
				return remove("shots/02-form.png")(dir) // links need a privilege there
			}
			return errors.Join(rename("shots/02-form.png", "../02.png")(dir), os.Symlink("../../02.png", join(dir, "shots/02-form.png")))
		}, Altered, Altered},
		{"half a file of a crash", add(partPrefix + "abcdefgh"), Verified, Incomplete},
		{"what a file manager drops", add("shots/.DS_Store"), Verified, Incomplete},
		{"nothing", func(string) error { return nil }, Verified, Incomplete},
	} {
		t.Run(tc.name, func(t *testing.T) {
			dir := sealed(t)
			if err := tc.do(dir); err != nil {
				t.Fatal(err)
			}
			mustVerify(t, dir, tc.sealed)
			if err := os.Remove(join(dir, manifestFile)); err != nil {
				t.Fatal(err)
			}
			mustVerify(t, dir, tc.unsealed)
		})
	}
}

func TestResealedLiesAreFound(t *testing.T) {
	for name, edit := range map[string]func([]byte) []byte{
		"a claim without grounds": func(b []byte) []byte {
			return bytes.ReplaceAll(b, []byte(`"event":"answer-seen"`), []byte(`"event":"note"`))
		},
		"a line taken out": func(b []byte) []byte {
			lines := bytes.SplitAfter(b, []byte("\n"))
			return bytes.Join(append(lines[:3:3], lines[4:]...), nil)
		},
		"the end cut off": func(b []byte) []byte { return b[:bytes.LastIndexByte(b[:len(b)-1], '\n')+1] },
	} {
		t.Run(name, func(t *testing.T) {
			dir := sealed(t)
			journal := edit([]byte(read(t, dir, journalFile)))
			if name == "a claim without grounds" {
				journal = rechain(t, journal)
			}
			if err := os.WriteFile(filepath.Join(dir, journalFile), journal, 0o600); err != nil {
				t.Fatal(err)
			}
			f, err := readFolder(dir)
			if err != nil {
				t.Fatal(err)
			}
			manifest, err := f.seal()
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, manifestFile), manifest, 0o600); err != nil {
				t.Fatal(err)
			}
			mustVerify(t, dir, Altered)
		})
	}
}

// rechain makes the digests of a changed journal fit again.
func rechain(t *testing.T, b []byte) (out []byte) {
	t.Helper()
	prev := genesis()
	for line := range bytes.SplitAfterSeq(b, []byte("\n")) {
		if len(line) == 0 {
			continue
		}
		l, err := decodeLine(line)
		if err != nil {
			t.Fatal(err)
		}
		l.Prev = prev
		line, err = l.encode()
		if err != nil {
			t.Fatal(err)
		}
		prev = digest(line)
		out = append(out, line...)
	}
	return out
}

func TestFilesAreNeverReplaced(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x")
	d := newDisk()
	if err := d.file(path, []byte("first")); err != nil {
		t.Fatal(err)
	}
	if err := d.file(path, []byte("second")); !errors.Is(err, fs.ErrExist) {
		t.Errorf("error %v, want that it exists", err)
	}
	if got := read(t, filepath.Dir(path), "x"); got != "first" {
		t.Errorf("the file holds %q", got)
	}
}

func TestEveryByteOfTheJournalCounts(t *testing.T) {
	b := []byte(read(t, sealed(t), journalFile))
	whole, err := readJournal(b)
	if err != nil {
		t.Fatal(err)
	}
	for at := range b {
		for _, flip := range []byte{0x01, 0x20, 0x80} {
			b[at] ^= flip
			j, err := readJournal(b)
			if err == nil && !j.torn && j.head == whole.head {
				t.Errorf("byte %d changed by %#x, and nobody sees it", at, flip)
			}
			b[at] ^= flip
		}
		if j, err := readJournal(b[:at]); err != nil || j.head == whole.head {
			t.Errorf("cut at %d: %v, want a shorter journal", at, err)
		}
	}
}

// A reader never panics, and the head of the chain fixes every byte before it.
func FuzzJournal(f *testing.F) {
	var whole []byte
	prev := genesis()
	for i, e := range []Event{EventStarted, EventPlace, EventNote, EventEnded} {
		b, err := Line{Seq: i + 1, Prev: prev, Zone: "+01:00", Event: e, Basis: BasisPage, Fields: map[string]any{"place": "form"}}.encode()
		if err != nil {
			f.Fatal(err)
		}
		prev = digest(b)
		whole = append(whole, b...)
	}
	f.Add(whole, 5, byte(1))
	f.Add(whole[:len(whole)-9], 40, byte(0x20))
	f.Add([]byte("{}\n"), 0, byte(1))
	f.Add([]byte("null\n\n"), 0, byte(0))
	f.Add([]byte(`{"seq":1e400}`+"\n"), 0, byte(0))
	f.Fuzz(func(t *testing.T, b []byte, at int, flip byte) {
		_, _ = readJournal(b)
		if at < 0 || at >= len(whole) || flip == 0 {
			return
		}
		changed := bytes.Clone(whole)
		changed[at] ^= flip
		j, err := readJournal(changed)
		if err == nil && !j.torn && j.head == prev {
			t.Fatalf("byte %d changed by %#x, and nobody sees it", at, flip)
		}
	})
}

// Cleaning twice is cleaning once, which the scan before sealing relies on, and
// nothing private survives it.
func FuzzClean(f *testing.F) {
	for _, s := range []string{
		"https://a:b@c.example/x?y#z", "/home/anna/x", "a@b.example", "//x?@y/", "c_user=1234567 x", strings.Repeat("é", 600),
		"x@y.zz@w.vv", "file:///home/anna/a b", "://@/?", "Cookie: a=b; c=d", "\x00\xff/\n?", "~/x y", "https://a@b@c/",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		once := clean(s)
		if twice := clean(once); twice != once {
			t.Fatalf("%q is cleaned to %q, and that to %q", s, once, twice)
		}
		if !utf8.ValidString(once) || utf8.RuneCountInString(once) > maxRunes {
			t.Fatalf("%q is cleaned to %q", s, once)
		}
		for word := range strings.FieldsSeq(once) {
			if _, after, ok := strings.Cut(word, "/"); ok && strings.ContainsAny(after, "?#") {
				t.Fatalf("%q keeps a query: %q", s, once)
			}
		}
	})
}
