package cli_test

import (
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/nonmerci/nonmerci/internal/canary"
	"github.com/nonmerci/nonmerci/internal/rehearsal"
)

// heard keeps what a command of a script says on a channel, for [checkSecrets].
func heard(out io.Writer, channel string) io.Writer {
	f, err := os.OpenFile(filepath.Join(os.Getenv("SAID"), channel), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return out
	}
	return io.MultiWriter(out, f)
}

// scriptValues are what the scripts put into forms and records.
func scriptValues() []canary.Value {
	return canary.Values(rehearsal.Secrets(), "marie.canary@mail.example", "private canary words")
}

// filesBelow are the files that a script brings along.
func filesBelow(dir string) (files []string, err error) {
	err = filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		rel, err := filepath.Rel(dir, path)
		files = append(files, filepath.ToSlash(rel))
		return err
	})
	return files, err
}

// checkSecrets looks, after a script, at all that its commands said and wrote:
// output, logs and records, but not what the script brought along.
func checkSecrets(t testscript.T, dir string, brought []string) {
	found, err := canary.InTree(dir, scriptValues(), brought...)
	if err != nil {
		t.Fatal(err)
	}
	// Who is signed in stands in the talk with the person, and nowhere else: "err" is
	// that of a command that was started.
	who := canary.Values(map[string]string{"a handle": rehearsal.Variant{}.SignedIn(), "a name": rehearsal.Variant{Service: "facebook"}.SignedIn()})
	more, err := canary.InTree(dir, who, append(brought, ".said/stderr", "err")...)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range append(found, more...) {
		t.Log("holds a secret: " + f)
	}
	if len(found)+len(more) > 0 {
		t.FailNow()
	}
}
