package cli

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nonmerci/nonmerci/internal/hint"
)

const linkMended = "schema: 1\nservice: instagram\ntargets:\n  settings-link:\n    is: [link]\n    find:\n      - {name: \"%s\"}\n      - {text: \"Mended\"}\n"

// TestOwnFilesNeedAHome: without one, the folder in which somebody happens to be is
// neither read nor written.
func TestOwnFilesNeedAHome(t *testing.T) {
	a, _, said := talker(t, "")
	a.Lookup = func(string) (string, bool) { return "", false }
	t.Chdir(t.TempDir())
	theirs := filepath.Join(t.TempDir(), "theirs.yaml")
	const here = "instagram.yaml"
	if err := errors.Join(os.WriteFile(theirs, []byte(strings.ReplaceAll(linkMended, "%s", "New")), 0o600), os.WriteFile(here, []byte(linkMended), 0o600)); err != nil {
		t.Fatal(err)
	}
	for name, err := range map[string]error{
		"import": a.selectorsImport(t.Context(), theirs, importFlags{yes: true}), "reset": a.selectorsReset([]string{"instagram"}), "export": a.selectorsExport("instagram", ""),
	} {
		if p, ok := hint.Of(err); !ok || !strings.Contains(p.What.String(), "home folder is not known") {
			t.Errorf("%s: %v\n%s", name, err, said)
		}
	}
	if left, err := os.ReadFile(here); err != nil || string(left) != linkMended {
		t.Errorf("%v: %s", err, left)
	}
}

// TestRecorderTellsNobody: what a person learned on a page goes to others as a
// recording only where their flow file could go as well.
func TestRecorderTellsNobody(t *testing.T) {
	for name, want := range map[string]string{"Settings of anna@mail.example": "looks like something personal", "Mes réglages": ""} {
		a, out, said := talker(t, "")
		file := filepath.Join(a.flowDir(), "instagram.yaml")
		if err := errors.Join(os.MkdirAll(a.flowDir(), 0o700), os.WriteFile(file, []byte(strings.ReplaceAll(linkMended, "%s", name)), 0o600)); err != nil {
			t.Fatal(err)
		}
		err := a.exportRecording("instagram", "settings", "en", "")
		if want == "" && err == nil && strings.Contains(out.String(), name) && strings.Contains(said.String(), "Read it before you give it to others") {
			continue
		}
		if p, ok := hint.Of(err); want == "" || !ok || !strings.Contains(p.What.String(), want) || out.Len() > 0 {
			t.Errorf("%s: %v\n%s%s", name, err, out, said)
		}
	}
}

// TestUndoTellsWhatDoesNotFit: what was mended over downloaded files, with a phrase that
// they alone have, is left out over those before, and that is said at once.
func TestUndoTellsWhatDoesNotFit(t *testing.T) {
	a, _, said := talker(t, "")
	p, err := NewPublisher()
	if err != nil {
		t.Fatal(err)
	}
	a.publishers = []string{p.Line}
	data, err := Published(2097010101, "ai-question", "ai-matter")
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "x.flows")
	if err := errors.Join(os.WriteFile(file, data, 0o600), os.WriteFile(file+".minisig", p.Sign(data, 2097010101), 0o600)); err != nil {
		t.Fatal(err)
	}
	if err := a.selectorsUpdate(t.Context(), file, true); err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	mended := strings.ReplaceAll(linkMended, `"%s"`, `"@ai-matter"`)
	if err := os.WriteFile(filepath.Join(a.flowDir(), "instagram.yaml"), []byte(mended), 0o600); err != nil {
		t.Fatal(err)
	}
	inForce(t, a, 2097010101)
	said.Reset()
	if err := a.selectorsUndo(); err != nil || !strings.Contains(said.String(), "Your own files do not fit over these") || !strings.Contains(said.String(), `There is no phrase "ai-matter"`) {
		t.Errorf("%v\n%s", err, said)
	}
}
