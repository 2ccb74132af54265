package record

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// tiny is a small export, with everything in it that one can have.
func tiny(t testing.TB) (zipped []byte, files map[string][]byte) {
	t.Helper()
	dir := sealed(t)
	address, a := runAuthority(t)
	if _, err := Stamp(t.Context(), dir, address, a.Roots()); err != nil {
		t.Fatal(err)
	}
	answer := []byte("From: x@meta.example\n\nyes\n")
	write(t, dir, "mail/answer.eml", answer)
	write(t, dir, "mail/manifest-sha256.txt", []byte(digest(answer)+"  answer.eml\n"))
	s, files := shared(t, dir, ExportOptions{Mail: true, PDF: func([]byte) ([]byte, error) { return []byte("%PDF-1.4 tiny"), nil }})
	zipped, err := os.ReadFile(s.File)
	if err != nil {
		t.Fatal(err)
	}
	return zipped, files
}

// judge gives the verdict on a zip file; what cannot be read is found, too.
func judge(b []byte) Verdict {
	f, err := readPackage(b)
	if err != nil {
		return 0
	}
	return verdictOf(f)
}

// judgeFiles gives the verdict on files as they lie in a folder.
func judgeFiles(files map[string][]byte) Verdict {
	f := packed(files)
	if err := f.load(); err != nil {
		return 0
	}
	return verdictOf(f)
}

func verdictOf(f *folder) Verdict {
	c, err := f.check()
	if err != nil {
		return 0
	}
	return c.Verdict
}

// filesOf reads a folder into memory.
func filesOf(t testing.TB, dir string) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		rel, _ := filepath.Rel(dir, path)
		files[filepath.ToSlash(rel)], err = os.ReadFile(path)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// stride is the distance of the samples in what would take long otherwise.
func stride(short, daily int) int {
	switch {
	case *full:
		return 1
	case testing.Short():
		return short
	}
	return daily
}

func TestEveryByteOfTheZipCounts(t *testing.T) {
	b, _ := tiny(t)
	if judge(b) != Verified {
		t.Fatal("the export as it is was not verified")
	}
	flips, cuts := 0, 0
	for at := 0; at < len(b); at += stride(211, 41) {
		for _, mask := range []byte{0x01, 0x20, 0x80}[:1+at%3] {
			b[at] ^= mask
			if v := judge(b); v != Altered && v != 0 {
				t.Errorf("byte %d of the zip changed by %#x: %v", at, mask, v)
			}
			b[at] ^= mask
			flips++
		}
	}
	for at := 0; at < len(b); at += stride(211, 41) {
		if v := judge(b[:at]); v != Altered && v != 0 {
			t.Errorf("the zip cut at %d: %v", at, v)
		}
		cuts++
	}
	for _, more := range [][]byte{append(bytes.Clone(b), 0), append([]byte{0}, b...), append(bytes.Clone(b), b...)} {
		if v := judge(more); v == Verified {
			t.Error("bytes were added to the zip, and it is verified")
		}
	}
	t.Logf("%d bytes: %d changes and %d cuts, all found", len(b), flips, cuts)
}

func TestEveryByteOfEveryFileCounts(t *testing.T) {
	_, export := tiny(t)
	for what, files := range map[string]map[string][]byte{"record": filesOf(t, sealed(t)), "export": export} {
		if judgeFiles(files) != Verified {
			t.Fatalf("the %s as it is was not verified", what)
		}
		flips, cuts, total := 0, 0, 0
		for name, b := range files {
			step := stride(max(53, len(b)/4), max(11, len(b)/12))
			if name == reportFile { // large, and only the seal knows of it
				step = stride(len(b)/4, len(b)/12)
			}
			total += len(b)
			for at := 0; at < len(b); at += step {
				b[at] ^= 0x01 << (at % 8)
				if v := judgeFiles(files); v != Altered && v != 0 {
					t.Errorf("%s: byte %d of %s changed: %v", what, at, name, v)
				}
				b[at] ^= 0x01 << (at % 8)
				files[name] = b[:at]
				if v := judgeFiles(files); v != Altered && v != 0 {
					t.Errorf("%s: %s cut at %d: %v", what, name, at, v)
				}
				files[name] = b
				flips, cuts = flips+1, cuts+1
			}
		}
		t.Logf("%s of %d bytes in %d files: %d changes and %d cuts, all found", what, total, len(files), flips, cuts)
	}
}

// TestFilesComeAndGo: what is added, removed, renamed or given another's content,
// and lines that change places.
func TestFilesComeAndGo(t *testing.T) {
	_, export := tiny(t)
	for what, files := range map[string]map[string][]byte{"record": filesOf(t, sealed(t)), "export": export} {
		tried := 0
		bad := func(how string, changed map[string][]byte) {
			t.Helper()
			tried++
			for how2, v := range map[string]Verdict{"in a folder": judgeFiles(changed), "in a zip": judge(pack(changed, readStamp(changed)))} {
				_, hasSeal := changed[manifestFile]
				if v == Verified || v == Incomplete && (hasSeal || what == "export") {
					t.Errorf("%s, %s, %s: %v", what, how, how2, v)
				}
			}
		}
		names := slices.Sorted(maps.Keys(files))
		for _, name := range names {
			changed := maps.Clone(files)
			delete(changed, name)
			bad("without "+name, changed)
			for _, to := range append(names, "x.txt", "shots/77-form.png", strings.ToUpper(name), name+" ", "../"+name, "/"+name) {
				if to == name {
					continue
				}
				changed := maps.Clone(files)
				delete(changed, name)
				changed[to] = files[name]
				bad(name+" as "+to, changed)
				if _, there := files[to]; there && !bytes.Equal(files[to], files[name]) {
					changed := maps.Clone(files)
					changed[to], changed[name] = files[name], files[to]
					bad(name+" and "+to+" swapped", changed)
				} else if !there {
					changed := maps.Clone(files)
					changed[to] = files[name]
					bad(name+" also as "+to, changed)
				}
			}
			lines := bytes.SplitAfter(files[name], []byte("\n"))
			for i := 1; i < len(lines) && !strings.HasSuffix(name, ".png") && name != reportFile; i++ {
				if bytes.Equal(lines[i-1], lines[i]) || len(lines[i]) == 0 {
					continue
				}
				turned := slices.Clone(lines)
				turned[i-1], turned[i] = lines[i], lines[i-1]
				changed := maps.Clone(files)
				changed[name] = bytes.Join(turned, nil)
				bad(fmt.Sprintf("lines %d and %d of %s", i, i+1, name), changed)
				changed[name] = bytes.Join(slices.Delete(slices.Clone(lines), i, i+1), nil)
				bad(fmt.Sprintf("without line %d of %s", i+1, name), changed)
			}
		}
		t.Logf("%s: %d changes, all found", what, tried)
	}
}

// readStamp is that of the journal among the files.
func readStamp(files map[string][]byte) time.Time {
	j, _ := readJournal(files[journalFile])
	return j.stamp()
}

// resealed makes the seal of an export anew, and packs it.
func resealed(files map[string][]byte) []byte {
	files = maps.Clone(files)
	delete(files, manifestFile)
	var manifest strings.Builder
	for _, name := range slices.Sorted(maps.Keys(files)) {
		fmt.Fprintf(&manifest, "%s  %s\n", digest(files[name]), name)
	}
	files[manifestFile] = []byte(manifest.String())
	return pack(files, readStamp(files))
}

// TestResealedExportsAreFound: who makes the seal anew still has to lie about the
// boxes, the journal and the record's own seal, which fit together.
func TestResealedExportsAreFound(t *testing.T) {
	_, covered := shared(t, sealed(t), ExportOptions{Redact: []Kind{KindEmail}, PDF: printed})
	if judge(resealed(covered)) != Verified {
		t.Fatal("the same files, sealed and packed again, are not the same")
	}
	const shot = "shots/02-form.png"
	replace := func(name, old, new string) func(map[string][]byte) {
		return func(files map[string][]byte) {
			if !bytes.Contains(files[name], []byte(old)) {
				t.Fatalf("%s holds no %q", name, old)
			}
			files[name] = bytes.Replace(files[name], []byte(old), []byte(new), 1)
		}
	}
	for how, tc := range map[string]struct {
		do    func(files map[string][]byte)
		layer LayerName
	}{
		"a picture without its boxes": {func(files map[string][]byte) { files[shot] = picture(t, 12) }, Redactions},
		"a picture with a text in it": {func(files map[string][]byte) { files[shot] = append(bytes.Clone(files[shot]), "more"...) }, Redactions},
		"no picture":                  {func(files map[string][]byte) { files[shot] = []byte("no") }, Redactions},
		"another size": {func(files map[string][]byte) {
			files[redactionsFile] = regexp.MustCompile(`"width": \d+`).ReplaceAll(files[redactionsFile], []byte(`"width": 7`))
		}, Redactions},
		"a box less":                {replace(redactionsFile, `"kind": "email"`, `"kind": "name"`), Redactions},
		"a kind less":               {replace(redactionsFile, `"phone"`, `"field"`), Redactions},
		"another colour":            {replace(redactionsFile, fillName, "#ffffff"), Redactions},
		"a rehearsal all at once":   {replace(redactionsFile, `"rehearsal": false`, `"rehearsal": true`), Redactions},
		"another record":            {replace(redactionsFile, `"record": "2026-11-23`, `"record": "2026-11-24`), Redactions},
		"a key twice":               {replace(redactionsFile, `"schema": 1,`, `"schema": 1, "schema": 1,`), Redactions},
		"another picture behind it": {replace(redactionsFile, `"original_sha256": "`, `"original_sha256": "0`), Redactions},
		"no report":                 {func(files map[string][]byte) { delete(files, pdfFile) }, Redactions},
		"another report":            {func(files map[string][]byte) { files[reportFile] = []byte("x") }, Files},
		"no words on checking":      {func(files map[string][]byte) { delete(files, verifyFile) }, Files},
		"another verdict":           {replace(redactionsFile, `"verified"`, `"incomplete"`), Claims},
		"without the record's seal": {func(files map[string][]byte) { delete(files, originalFile) }, Claims},
		"a digest in the record's seal": {func(files map[string][]byte) {
			files[originalFile] = append([]byte(strings.Repeat("0", 64)), files[originalFile][64:]...)
		}, Claims},
		"another provenance":   {replace(provenanceFile, `"outcome": "sent"`, `"outcome": "ready"`), Claims},
		"without a provenance": {func(files map[string][]byte) { delete(files, provenanceFile) }, Claims},
		"another journal": {func(files map[string][]byte) {
			files[journalFile] = rechain(t, bytes.Replace(files[journalFile], []byte("It was sent."), []byte("It was not sent."), 1))
		}, Claims},
		"a broken chain": {replace(journalFile, "It was sent.", "It was read."), Claims},
	} {
		changed := maps.Clone(covered)
		tc.do(changed)
		f, err := readPackage(resealed(changed))
		if err != nil {
			t.Errorf("%s: %v", how, err)
			continue
		}
		c, err := f.check()
		if err != nil || c.Verdict != Altered || !strings.Contains(results(c), string(tc.layer)+" bad") {
			t.Errorf("%s: %v, %s, %v", how, c.Verdict, results(c), err)
		}
	}
}

// TestZipTricks: no name leads out of the package, nothing is read twice, nothing
// grows, and nothing is written.
func TestZipTricks(t *testing.T) {
	_, files := tiny(t)
	made := func(extra func(z *zip.Writer)) []byte {
		var b bytes.Buffer
		z := zip.NewWriter(&b)
		for _, name := range slices.Sorted(maps.Keys(files)) {
			w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store})
			if err != nil {
				t.Fatal(err)
			}
			_, _ = w.Write(files[name])
		}
		extra(z)
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	add := func(h zip.FileHeader, content []byte) func(z *zip.Writer) {
		return func(z *zip.Writer) {
			w, err := z.CreateHeader(&h)
			if err != nil {
				t.Fatal(err)
			}
			_, _ = w.Write(content)
		}
	}
	link := zip.FileHeader{Name: "shots/04-x.png"}
	link.SetMode(fs.ModeSymlink | 0o777)
	tricks := map[string]func(z *zip.Writer){
		"as another program packs it": func(*zip.Writer) {}, "a comment": func(z *zip.Writer) { _ = z.SetComment("more") },
		"a link": add(link, []byte("/etc/passwd")), "a folder": add(zip.FileHeader{Name: "shots/"}, nil),
		"a bomb": add(zip.FileHeader{Name: "shots/04-x.png", Method: zip.Deflate}, make([]byte, 80<<20)),
	}
	for _, name := range []string{"../x", "/etc/x", `shots\..\x.png`, "shots/../../x", "C:/x", "journal.jsonl", "Journal.jsonl", "VERIFY.TXT", "x\x00", "shots/01-x.png/", "mail/..eml", "mail/ANSWER.eml", "report.html"} {
		tricks["named "+name] = add(zip.FileHeader{Name: name}, []byte("x"))
	}
	dir := t.TempDir()
	for how, trick := range tricks {
		path := filepath.Join(dir, "x.zip")
		if err := os.WriteFile(path, made(trick), 0o600); err != nil {
			t.Fatal(err)
		}
		c, err := Check(path)
		if err == nil && c.Verdict != Altered {
			t.Errorf("%s: %v", how, c.Verdict)
		}
		if left, _ := os.ReadDir(dir); len(left) != 1 {
			t.Errorf("%s: %v was written", how, left)
		}
	}
	large := filepath.Join(dir, "large.zip")
	if err := errors.Join(os.WriteFile(large, nil, 0o600), os.Truncate(large, maxPackage+1)); err != nil {
		t.Fatal(err)
	}
	if _, err := Check(large); err == nil {
		t.Error("a file that is larger than any export was read")
	}
}

// TestFullDiskLeavesNoHalfExport: the file is whole or absent, whatever room
// there is, and the record is as it was.
func TestFullDiskLeavesNoHalfExport(t *testing.T) {
	b, _ := tiny(t)
	root := t.TempDir()
	rooms := 0
	for room := 0; room < len(b); room += stride(211, 5) {
		to := filepath.Join(root, "x.zip")
		if err := fullAfter(room).exclusive(to, b); !errors.Is(err, errFull) {
			t.Fatalf("room for %d of %d bytes: %v", room, len(b), err)
		}
		if left, err := os.ReadDir(root); err != nil || len(left) != 0 {
			t.Fatalf("room for %d of %d bytes: %v is left, %v", room, len(b), left, err)
		}
		rooms++
	}
	dir := sealed(t)
	for _, room := range []int{0, 1, 5000} {
		_, err := export(dir, filepath.Join(root, "x.zip"), ExportOptions{}, fullAfter(room))
		if left, _ := os.ReadDir(root); !errors.Is(err, ErrWrite) || len(left) != 0 {
			t.Errorf("room for %d: %v, %v", room, err, left)
		}
	}
	mustVerify(t, dir, Verified)
	t.Logf("%d of %d possible rooms", rooms, len(b))
}

func TestKilledExport(t *testing.T) {
	dir, root := sealed(t), t.TempDir()
	to := filepath.Join(root, "x.zip")
	steps, whole := 0, 0
	d := newDisk()
	d.step = func() {
		steps++
		b, err := os.ReadFile(to)
		switch {
		case err == nil && judge(b) == Verified:
			whole++
		case !errors.Is(err, fs.ErrNotExist):
			t.Errorf("after step %d: %d bytes, %v", steps, len(b), err)
		}
	}
	if _, err := export(dir, to, ExportOptions{}, d); err != nil {
		t.Fatal(err)
	}
	if steps < 4 || whole == 0 || whole == steps {
		t.Errorf("%d steps, whole after %d", steps, whole)
	}
	if left, _ := os.ReadDir(root); len(left) != 1 {
		t.Errorf("%v", left)
	}
	// Somebody else's file, made in the meantime, stays.
	other := filepath.Join(root, "y.zip")
	d = newDisk()
	d.sync = func(*os.File) error { return os.WriteFile(other, []byte("theirs"), 0o600) }
	if _, err := export(dir, other, ExportOptions{}, d); !errors.Is(err, fs.ErrExist) || read(t, root, "y.zip") != "theirs" {
		t.Errorf("%v", err)
	}
}

// FuzzShare lays bytes over a good export: nothing panics, and only the export as
// it was is verified, zipped or not.
func FuzzShare(f *testing.F) {
	good, files := tiny(f)
	names := slices.Sorted(maps.Keys(files))
	for what := range byte(7) {
		f.Add(what, uint16(0), []byte("x"))
		f.Add(what, uint16(4000), good[:200])
		f.Add(what, uint16(9), files[redactionsFile])
	}
	f.Fuzz(func(t *testing.T, what byte, at uint16, b []byte) {
		changed := bytes.Clone(good)
		i := int(at) % len(changed)
		switch what % 7 {
		case 0:
			for n := range b {
				changed[(i+n)%len(changed)] ^= b[n]
			}
		case 1:
			changed = changed[:i]
		case 2:
			changed = append(changed[:i:i], append(bytes.Clone(b), changed[i:]...)...)
		case 3:
			changed = append(changed[:i:i], append(bytes.Clone(b), changed[min(len(changed), i+len(b)):]...)...)
		case 4:
			changed = b
		case 5, 6: // one file, with a seal that fits it or not
			name := names[int(at)%len(names)]
			other := maps.Clone(files)
			other[name] = b
			if what%7 == 5 {
				if v := judgeFiles(other); v == Verified && !bytes.Equal(b, files[name]) {
					t.Fatalf("%s changed, and the folder is verified", name)
				}
				return
			}
			v := judge(resealed(other))
			// Only what nothing but the seal fixes can be another one: that is what the
			// seal is for, and who made it is not known.
			free := slices.Contains([]string{verifyFile, pdfFile, manifestFile, "mail/answer.eml"}, name)
			if v == Verified && !bytes.Equal(nameless(b), nameless(files[name])) && !free && !plainly(b, name) {
				t.Fatalf("%s changed and sealed again, and the export is verified", name)
			}
			return
		}
		if v := judge(changed); v == Verified != bytes.Equal(changed, good) {
			t.Fatalf("the zip changed (%d), and it is %v", what%7, v)
		}
	})
}

// plainly tells pictures that an honest export could hold in place of the one:
// pixels beside the boxes are fixed by the seal alone.
func plainly(b []byte, name string) bool {
	return strings.HasSuffix(name, ".png") && onlyPixels(b) == nil
}

// nameless takes out the end of a record's name, which is made by chance.
func nameless(b []byte) []byte {
	return regexp.MustCompile(`("record": "[^"]*-)[a-z2-7]{4}"`).ReplaceAll(b, []byte("$1"))
}
