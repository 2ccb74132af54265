//go:build unix

package selectors

import (
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// TestSaveOnAFullDisk: whatever room there is for a file, nothing is half written,
// and what was in force stays. It runs itself, because the limit is one of a whole
// process.
func TestSaveOnAFullDisk(t *testing.T) {
	if room := os.Getenv("ROOM"); room != "" {
		saveWithRoom(t, room)
		return
	}
	p, dir := newPublisher(t), t.TempDir()
	one, two := smallBundle(t, first), smallBundle(t, second)
	if _, err := take(dir, one, p.sign(one, named(first)), p.line); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "two")
	for name, data := range map[string][]byte{file: two, file + SignatureEnding: p.sign(two, named(second))} {
		if err := os.WriteFile(name, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	save := func(room int) string {
		child := exec.CommandContext(t.Context(), self, "-test.run=^TestSaveOnAFullDisk$", "-test.v")
		child.Env = append(os.Environ(), "ROOM="+strconv.Itoa(room), "FILE="+file, "INTO="+dir, "KEY="+p.line)
		said, err := child.CombinedOutput()
		if err != nil {
			t.Fatalf("room for %d bytes: %v\n%s", room, err, said)
		}
		return string(said)
	}
	before := listed(t, dir)
	for _, room := range []int{0, 1, 100, 1000, len(two) / 2, len(two) - 1} {
		if said := save(room); !strings.Contains(said, "could not be written") || !strings.Contains(said, "What was in force stays in force") {
			t.Errorf("room for %d bytes: %s", room, said)
		}
		if after := listed(t, dir); !slices.Equal(before, after) {
			t.Errorf("room for %d bytes: %v, before %v", room, after, before)
		}
		inForceNow(t, dir, first)
	}
	save(len(two))
	inForceNow(t, dir, second)
}

func saveWithRoom(t *testing.T, room string) {
	bytes, err := strconv.ParseUint(room, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	data, err1 := os.ReadFile(os.Getenv("FILE"))
	signature, err2 := os.ReadFile(os.Getenv("FILE") + SignatureEnding)
	b, err := ReadBundle(data, signature, []string{os.Getenv("KEY")})
	if err1 != nil || err2 != nil || err != nil {
		t.Fatal(err1, err2, err)
	}
	signal.Ignore(syscall.SIGXFSZ) // so that a write fails as on a full disk
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: bytes, Max: bytes}); err != nil {
		t.Fatal(err)
	}
	fmt.Println(b.Save(os.Getenv("INTO")))
}
