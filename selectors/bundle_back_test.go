package selectors

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// TestUpdateOvertaken: one that was read before a newer one was taken over, by another
// program, takes nothing back.
func TestUpdateOvertaken(t *testing.T) {
	p, dir := newPublisher(t), t.TempDir()
	one, two := edited(t, first), edited(t, second)
	late, err := ReadBundle(one, p.sign(one, named(first)), []string{p.line})
	if err != nil {
		t.Fatal(err)
	}
	if news, err := late.News(dir); news == nil || err != nil {
		t.Fatal(news, err)
	}
	if _, err := take(dir, two, p.sign(two, named(second)), p.line); err != nil {
		t.Fatal(err)
	}
	wantKept(t, late.Save(dir), "are older than those in force")
	inForceNow(t, dir, second)
}

// TestUpdateHalfInForce: where only one service can use what was downloaded, nothing
// older takes its place there.
func TestUpdateHalfInForce(t *testing.T) {
	p, dir := newPublisher(t), t.TempDir()
	old, half := edited(t, first), edited(t, second)
	at := bytes.Index(half, []byte("-- facebook.yaml --"))
	half = append(half[:at:at], bytes.Replace(half[at:], []byte("commit: true"), []byte("near: email"), 1)...)
	write := os.WriteFile(filepath.Join(dir, downloadedFile), half, 0o600)
	_, err := take(dir, old, p.sign(old, named(first)), p.line)
	wantKept(t, err, "are older than those in force")
	if flow, _, err := Load(dir, "instagram"); write != nil || err != nil || flow.Downloaded != second {
		t.Error(write, err, flow.Downloaded)
	}
}

// TestUndoTellsWhatIsInForce: what lay there before comes back only where it counts.
func TestUndoTellsWhatIsInForce(t *testing.T) {
	p := newPublisher(t)
	for name, former := range map[string][]byte{"older than the program": edited(t, 2020010101), "without Send": edited(t, first, "commit: true", "near: email")} {
		dir, now := t.TempDir(), edited(t, second)
		if _, err := take(dir, now, p.sign(now, named(second)), p.line); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, downloadedFile+Former), former, 0o600); err != nil {
			t.Fatal(err)
		}
		if revision, found, err := Undo(dir); revision != 0 || !found || err != nil {
			t.Errorf("%s: %d, %v, %v", name, revision, found, err)
		}
		inForceNow(t, dir, 0)
	}
}
