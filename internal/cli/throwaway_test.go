package cli

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"
)

// TestThrowawayClearsAway: of what lies in the folder for temporary files, only
// what a program of ours left there that is gone.
func TestThrowawayClearsAway(t *testing.T) {
	tmp := t.TempDir()
	t.Setenv("TMPDIR", tmp)
	t.Setenv("TMP", tmp)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dead := exec.Command(self, "-test.run=^$")
	if err := dead.Run(); err != nil {
		t.Fatal(err)
	}
	gone, me := strconv.Itoa(dead.Process.Pid), strconv.Itoa(os.Getpid())
	long := time.Now().Add(-24 * time.Hour)
	for name, stays := range map[string]bool{
		"nonmerci-rehearsal-" + gone + "-111": false,
		"nonmerci-rehearsal-" + me + "-222":   true, // runs
		"nonmerci-rehearsal-" + gone + "-333": true, // of today
		"nonmerci-check-" + gone + "-444":     true, // another command's
		"nonmerci-rehearsal-555":              true, // nobody's
		"nonmerci-rehearsal-x-666":            true,
		"other-" + gone + "-777":              true,
	} {
		dir := filepath.Join(tmp, name)
		if err := os.MkdirAll(filepath.Join(dir, "Default"), 0o700); err != nil {
			t.Fatal(err)
		}
		if filepath.Base(dir) != "nonmerci-rehearsal-"+gone+"-333" {
			if err := os.Chtimes(dir, long, long); err != nil {
				t.Fatal(err)
			}
		}
		made, err := throwaway("rehearsal")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(dir); (err == nil) != stays {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := os.Stat(made); err != nil {
			t.Error(err)
		}
	}
}
