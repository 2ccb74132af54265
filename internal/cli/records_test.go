package cli

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"filippo.io/age"

	"github.com/nonmerci/nonmerci/internal/record"
)

// talker is a program with a person at the terminal, who types these lines and
// these passphrases.
func talker(t *testing.T, typed string, secrets ...string) (a *app, out, said *bytes.Buffer) {
	t.Helper()
	out, said = &bytes.Buffer{}, &bytes.Buffer{}
	home := t.TempDir()
	a = &app{lang: "en", World: World{
		Stdin: strings.NewReader(typed), Stdout: out, Stderr: said, Terminal: true,
		Lookup: func(name string) (string, bool) { return home, name == "HOME" || name == "LOCALAPPDATA" },
		Password: func() ([]byte, error) {
			if len(secrets) == 0 {
				return nil, io.EOF
			}
			next := secrets[0]
			secrets = secrets[1:]
			return []byte(next), nil
		},
	}}
	return a, out, said
}

// kept writes a record of a run that failed.
func kept(t *testing.T) (dir string) {
	t.Helper()
	r, err := record.Create(t.TempDir(), record.Meta{Service: "instagram", Tool: "nonmerci", Driver: "none", Flow: "built-in", Language: "en"})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(r.Values([]record.Field{{Label: "Email", Target: "email", Value: "anna.canary@mail.example"}}), r.Close("failed", "")); err != nil {
		t.Fatal(err)
	}
	return r.Dir()
}

// TestEncryptedExportOpensAgain: with the passphrase that was typed twice, or the
// key that belongs to the recipient, and with nothing else.
func TestEncryptedExportOpensAgain(t *testing.T) {
	const phrase = "horse battery staple"
	pair, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	byPhrase, err := age.NewScryptIdentity(phrase)
	if err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		flags lockFlags
		opens age.Identity
	}{
		"typed":     {lockFlags{passphrase: true}, byPhrase},
		"recipient": {lockFlags{recipients: []string{" " + pair.Recipient().String() + "\n"}}, pair},
	} {
		a, out, said := talker(t, "", phrase, phrase)
		to := filepath.Join(t.TempDir(), "x.zip.age")
		if err := a.recordsExport(t.Context(), []string{kept(t)}, exportFlags{to: to, redact: []string{"email"}, lock: tc.flags}); err != nil {
			t.Fatalf("%s: %v\n%s", name, err, said)
		}
		f, err := os.Open(to)
		if err != nil {
			t.Fatal(err)
		}
		r, err := age.Decrypt(f, tc.opens)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		plain, err := io.ReadAll(r)
		if err = errors.Join(err, f.Close()); err != nil {
			t.Fatal(err)
		}
		open := filepath.Join(t.TempDir(), "x.zip")
		if err := os.WriteFile(open, plain, 0o600); err != nil {
			t.Fatal(err)
		}
		if verdict, findings, err := record.Verify(open); verdict != record.Verified {
			t.Errorf("%s: %v %v %v", name, verdict, findings, err)
		}
		if strings.Contains(out.String()+said.String(), phrase) {
			t.Errorf("%s: the passphrase is shown", name)
		}
	}
}

func TestPassphraseRefusals(t *testing.T) {
	for name, secrets := range map[string][]string{
		"two that differ": {"horse battery staple", "horse battery stable"}, "too short": {"horse", "horse"}, "none": nil, "only one": {"horse battery staple"},
	} {
		a, _, said := talker(t, "", secrets...)
		dir := t.TempDir()
		err := a.recordsExport(t.Context(), []string{kept(t)}, exportFlags{to: filepath.Join(dir, "x"), lock: lockFlags{passphrase: true}})
		if left, _ := os.ReadDir(dir); err == nil || len(left) != 0 || strings.Contains(err.Error()+said.String(), "horse") {
			t.Errorf("%s: %v, %v", name, err, left)
		}
	}
}

func TestExportPrintsTheReport(t *testing.T) {
	a, out, said := talker(t, "")
	var page []byte
	a.pdf = func(_ context.Context, html []byte) ([]byte, error) { page = html; return []byte("%PDF-1.7\n"), nil }
	to := filepath.Join(t.TempDir(), "x.zip")
	if err := a.recordsExport(t.Context(), []string{kept(t)}, exportFlags{to: to, redact: []string{"email"}, json: true}); err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	if !strings.Contains(out.String(), `"report":"report.pdf"`) || strings.Contains(said.String(), "PDF") || !bytes.Contains(page, []byte("(left out)")) || bytes.Contains(page, []byte("canary")) {
		t.Errorf("%s\n%s", out, said)
	}
}

func TestDeleteAsksFirst(t *testing.T) {
	for typed, gone := range map[string]bool{"yes\n": true, "oui\n": true, "y\n": false, "\nyes\n": false, "": false} {
		a, out, said := talker(t, typed)
		dir := kept(t)
		if err := a.recordsDelete(t.Context(), []string{dir}, false); err != nil {
			t.Fatalf("%v\n%s", err, said)
		}
		_, err := os.Stat(dir)
		if os.IsNotExist(err) != gone || strings.Contains(out.String(), "The record was removed") != gone || !strings.Contains(said.String(), "Nothing can bring it back") {
			t.Errorf("%q: %v\n%s%s", typed, err, out, said)
		}
	}
}
