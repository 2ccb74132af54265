package record

import (
	"io/fs"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"
)

// TestVerifyIsAsFastAsHashing checks 1,000 records of the usual size, and lets
// sha256sum read the same files: reading and hashing is nearly all that a check
// does. With -full, because that are 600 MB.
func TestVerifyIsAsFastAsHashing(t *testing.T) {
	records := 1000
	if !*full {
		records = 20 // shows that the test works; the ratio is for -full
	}
	tool, err := exec.LookPath("sha256sum")
	if err != nil {
		t.Skip("there is no sha256sum on this system")
	}
	one := usual(t)
	root := t.TempDir()
	var files []string
	size := int64(0)
	for i := range records {
		dir := filepath.Join(root, strconv.Itoa(i))
		copyTree(t, one, dir)
		err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() {
				return err
			}
			info, err := e.Info()
			size += info.Size()
			files = append(files, path)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	verify := func() {
		for i := range records {
			mustVerify(t, filepath.Join(root, strconv.Itoa(i)), Verified)
		}
	}
	hash := func() {
		if out, err := exec.Command(tool, files...).CombinedOutput(); err != nil {
			t.Fatalf("%v\n%.200s", err, out)
		}
	}
	best := [2]time.Duration{time.Hour, time.Hour}
	for range 4 { // in turns: other jobs run on the machine, too
		for i, do := range []func(){hash, verify} {
			begin := time.Now()
			do()
			best[i] = min(best[i], time.Since(begin))
		}
	}
	ratio := best[1].Seconds() / best[0].Seconds()
	t.Logf("%d records, %d files, %d MB: sha256sum %v, verify %v, ratio %.2f", records, len(files), size>>20, best[0], best[1], ratio)
	if *full && ratio > 1.3 {
		t.Errorf("verify takes %.2f times as long as hashing", ratio)
	}
}

// usual writes a record of the usual size: 600 KB, 60 lines.
func usual(t testing.TB) (dir string) {
	t.Helper()
	r, err := Create(t.TempDir(), meta())
	if err != nil {
		t.Fatal(err)
	}
	for i, place := range []string{"home", "settings", "privacy_center", "form", "filled", "thanks"} {
		for range 9 {
			fields := map[string]any{"place": place, "verb": "press", "on": "object-link", "detail": "found by three of four signs", "address": formAddress}
			if err := r.Event(EventAction, BasisProgram, fields); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := r.Picture(place, Caption{Place: place, Areas: []Area{{KindEmail, 9, 9, 20, 9}}}, encoded(t, noise(160, 90, uint64(i)))); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.Close("failed", ""); err != nil {
		t.Fatal(err)
	}
	return r.Dir()
}
