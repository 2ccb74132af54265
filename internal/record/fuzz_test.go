package record

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// FuzzVerify lays bytes over a good record: as its journal, as its seal, as one
// flipped byte of any file, cut off, or added. Nothing panics, and only the
// record as it was is verified.
func FuzzVerify(f *testing.F) {
	good := sealed(f)
	files := map[string][]byte{}
	var names []string
	err := filepath.WalkDir(good, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		rel, _ := filepath.Rel(good, path)
		names = append(names, filepath.ToSlash(rel))
		files[filepath.ToSlash(rel)], err = os.ReadFile(path)
		return err
	})
	if err != nil {
		f.Fatal(err)
	}
	for what := range byte(7) {
		f.Add(what, uint8(0), uint16(40), []byte("x"))
		f.Add(what, uint8(3), uint16(4000), files[journalFile])
		f.Add(what, uint8(6), uint16(1), files[manifestFile])
	}
	f.Add(byte(5), uint8(0), uint16(0), []byte("{}\n"))
	f.Add(byte(5), uint8(0), uint16(0), bytes.Replace(files[journalFile], []byte(`"event":"ended"`), []byte(`"event":"note","Event":"ended"`), 1))
	dir := f.TempDir()
	for name, b := range files {
		write(f, dir, name, b)
	}
	f.Fuzz(func(t *testing.T, what, which uint8, at uint16, b []byte) {
		name := names[int(which)%len(names)]
		changed := bytes.Clone(files[name])
		i := int(at) % len(changed)
		switch what % 7 {
		case 0: // one byte
			if len(b) > 0 {
				changed[i] ^= b[0]
			}
		case 1:
			changed = changed[:i]
		case 2:
			changed = append(changed, b...)
		case 3:
			changed = append(changed[:i:i], append(bytes.Clone(b), changed[i:]...)...)
		case 4:
			changed = b
		case 5: // a journal, and a seal that fits it
			name, changed = journalFile, b
			defer write(t, dir, manifestFile, files[manifestFile])
			old, now := sha256.Sum256(files[journalFile]), sha256.Sum256(b)
			write(t, dir, manifestFile, bytes.ReplaceAll(files[manifestFile], []byte(hex.EncodeToString(old[:])), []byte(hex.EncodeToString(now[:]))))
		case 6: // a file that was not there
			name = "shots/" + strings.Map(func(r rune) rune {
				if r < 'a' || r > 'z' {
					return 'x'
				}
				return r
			}, string(b[:min(len(b), 20)])) + ".png"
			changed = b
			defer os.Remove(filepath.Join(dir, filepath.FromSlash(name)))
		}
		defer func() {
			if old, ok := files[name]; ok {
				write(t, dir, name, old)
			}
		}()
		write(t, dir, name, changed)
		verdict, findings, err := Verify(dir)
		same := bytes.Equal(changed, files[name]) && files[name] != nil
		switch {
		case same && (err != nil || verdict != Verified):
			t.Fatalf("the record as it was: %v, %v, %v", verdict, findings, err)
		case same || err != nil:
		case verdict == Verified && !chained(changed):
			t.Fatalf("%s changed, and the record is %v", name, verdict)
		case verdict == Verified && what%7 != 5, verdict == 0, verdict == Incomplete:
			t.Fatalf("%s changed, and the record is %v", name, verdict)
		}
		if s, err := Open(dir); err == nil {
			for _, lang := range []string{"en", "fr"} {
				if _, err := s.Report(lang); err != nil {
					t.Fatalf("report: %v", err)
				}
			}
		}
	})
}

func write(t testing.TB, dir, name string, b []byte) {
	t.Helper()
	path := filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

// chained follows a journal as a stranger would, with nothing but JSON and
// SHA-256: whole lines that each name the one before, from "started" to "ended",
// each key once.
func chained(b []byte) bool {
	prev, n, last := strings.Repeat("0", 64), 0, ""
	for line := range bytes.Lines(b) {
		n++
		var l map[string]any
		if !bytes.HasSuffix(line, []byte("\n")) || json.Unmarshal(line, &l) != nil || doubled(line) {
			return false
		}
		if l["prev"] != prev || fmt.Sprint(l["seq"]) != fmt.Sprint(n) || (n == 1) != (l["event"] == "started") || last == "ended" {
			return false
		}
		last, _ = l["event"].(string)
		sum := sha256.Sum256(line)
		prev = hex.EncodeToString(sum[:])
	}
	return last == "ended"
}

// doubled tells whether a key of the line stands there twice, in any case.
func doubled(line []byte) bool {
	d := json.NewDecoder(bytes.NewReader(line))
	seen := map[string]bool{}
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return true
	}
	for d.More() {
		t, err := d.Token()
		key, _ := t.(string)
		if key = strings.ToLower(key); err != nil || seen[key] {
			return true
		}
		seen[key] = true
		var value json.RawMessage
		if d.Decode(&value) != nil {
			return true
		}
	}
	return false
}

// follows tells whether every whole line names the digest of the one before.
func follows(b []byte) bool {
	prev := genesis()
	for line := range bytes.Lines(b) {
		if !bytes.HasSuffix(line, []byte("\n")) {
			break
		}
		var l struct{ Prev string }
		if json.Unmarshal(line, &l) != nil || l.Prev != prev {
			return false
		}
		prev = fmt.Sprintf("%x", sha256.Sum256(line))
	}
	return true
}

// FuzzTorn: of a run that was killed, one unfinished line at the end is
// forgiven, and nothing else: a whole line has to follow from the one before.
// (A chain has no key: a line that follows can be made by anybody, and only the
// seal speaks against it. Found by fuzzing.)
func FuzzTorn(f *testing.F) {
	journal := []byte(read(f, sealed(f), journalFile))
	lines := bytes.SplitAfter(journal, []byte("\n"))
	at := uint16(len(lines[0]))
	f.Add(at, bytes.Replace(lines[1], []byte(digest(lines[0])), []byte(genesis()), 1)) // follows from nothing
	f.Add(at, lines[2])
	f.Add(at, lines[0])
	f.Add(at, append(bytes.Clone(lines[1]), lines[3]...))
	f.Add(at, bytes.Replace(lines[1], []byte(`"seq"`), []byte(`"Seq"`), 1))
	for _, tail := range []string{"", "{", "{}", "{}\n", "\n", "{\"seq\":2\n{", "\x00", string(journal[:70])} {
		f.Add(uint16(300), []byte(tail))
		f.Add(uint16(len(journal)), []byte(tail))
	}
	f.Fuzz(func(t *testing.T, cut uint16, tail []byte) {
		whole := journal[:bytes.LastIndexByte(journal[:min(int(cut), len(journal))], '\n')+1]
		b := append(bytes.Clone(whole), tail...)
		j, err := readJournal(b)
		lines, started := bytes.Count(whole, []byte("\n")), len(whole) > 0
		switch {
		case bytes.HasPrefix(journal, b) && err != nil:
			t.Fatalf("the beginning of a good journal: %v", err)
		case bytes.HasPrefix(journal, b):
		case bytes.Contains(tail, []byte("\n")) && err == nil && started && !follows(b):
			t.Fatalf("foreign lines are taken: %q", tail)
		case !bytes.Contains(tail, []byte("\n")) && (err != nil || !j.torn || len(j.lines) != lines):
			t.Fatalf("one unfinished line %q: %v, torn %v, %d lines of %d", tail, err, j.torn, len(j.lines), lines)
		}
	})
}
