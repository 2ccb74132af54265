package record

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestWithoutSealTheRestFollowsFromTheJournal: what a run writes after its end is
// worth no more than what the journal says.
func TestWithoutSealTheRestFollowsFromTheJournal(t *testing.T) {
	forge := func(name, old, with string) func(string) error {
		return func(dir string) error {
			b := read(t, dir, name)
			if !strings.Contains(b, old) {
				t.Fatalf("%s holds no %q", name, old)
			}
			return os.WriteFile(filepath.Join(dir, name), []byte(strings.Replace(b, old, with, 1)), 0o600)
		}
	}
	cut := func(left ...string) func(string) error { // the journal, before its end
		return func(dir string) error {
			for _, name := range []string{provenanceFile, reportFile} {
				if !strings.Contains(strings.Join(left, " "), name) {
					if err := os.Remove(filepath.Join(dir, name)); err != nil {
						return err
					}
				}
			}
			j := strings.TrimSuffix(read(t, dir, journalFile), "\n")
			return os.WriteFile(filepath.Join(dir, journalFile), []byte(j[:strings.LastIndexByte(j, '\n')+1]), 0o600)
		}
	}
	for _, tt := range []struct {
		name string
		do   func(dir string) error
		want Verdict
		of   string // the file that is not as it must be
		says string
	}{
		{"as it was", func(string) error { return nil }, Incomplete, "", ""},
		{"killed before the report", func(dir string) error { return os.Remove(filepath.Join(dir, reportFile)) }, Incomplete, "", ""},
		{"another report", forge(reportFile, "It was sent.", "It was accepted."), Incomplete, reportFile, "was not checked"},
		{"a report of one line", func(dir string) error {
			return os.WriteFile(filepath.Join(dir, reportFile), []byte("<h1>Accepted"), 0o600)
		}, Incomplete, reportFile, "was not checked"},
		{"another outcome", forge(provenanceFile, `"outcome": "sent"`, `"outcome": "accepted"`), Altered, provenanceFile, "does not say what the journal says"},
		{"another version of Go", forge(provenanceFile, `"go": "`, `"go": "checked by `), Altered, provenanceFile, "does not say what the journal says"},
		{"one more line", forge(provenanceFile, "{\n", "{\n  \"accepted\": true,\n"), Altered, provenanceFile, "does not say what the journal says"},
		{"cut, with its report", cut(reportFile), Altered, reportFile, "after its end"},
		{"cut, with its provenance", cut(provenanceFile), Altered, provenanceFile, "after its end"},
		{"cut, with nothing more", cut(), Incomplete, "", ""},
	} {
		dir := sealed(t)
		if err := os.Remove(filepath.Join(dir, manifestFile)); err != nil {
			t.Fatal(err)
		}
		if err := tt.do(dir); err != nil {
			t.Fatal(err)
		}
		verdict, findings, err := Verify(dir)
		if err != nil || verdict != tt.want {
			t.Errorf("%s: %v, %v", tt.name, verdict, err)
		}
		said := ""
		for _, f := range findings {
			if f.File == provenanceFile || f.File == reportFile {
				said += f.File + ": " + f.What.String()
			}
		}
		if (said == "") != (tt.of == "") || !strings.HasPrefix(said, tt.of) || !strings.Contains(said, tt.says) {
			t.Errorf("%s: %q is said", tt.name, said)
		}
	}
}

// TestAnExportWithoutSealFollowsFromTheJournal: the report of the copy is made for
// it, and its provenance is that of the journal.
func TestAnExportWithoutSealFollowsFromTheJournal(t *testing.T) {
	dir := sealed(t)
	if err := os.Remove(filepath.Join(dir, manifestFile)); err != nil {
		t.Fatal(err)
	}
	write(t, dir, reportFile, []byte("<h1>Accepted"))
	s, files := shared(t, dir, ExportOptions{})
	if c, err := Check(s.File); err != nil || c.Verdict != Incomplete || strings.Contains(string(files[reportFile]), "Accepted") {
		t.Errorf("%+v, %v", c, err)
	}
	forged := maps.Clone(files)
	forged[provenanceFile] = []byte(strings.Replace(string(files[provenanceFile]), `"outcome": "sent"`, `"outcome": "accepted"`, 1))
	if got := judge(resealed(forged)); got != Altered {
		t.Errorf("with another provenance: %v", got)
	}
}

// TestWhatALayerSaysIsSo: what nobody can see is not said to be ruled out.
func TestWhatALayerSaysIsSo(t *testing.T) {
	dir := sealed(t)
	layer := func(name LayerName) string {
		t.Helper()
		c, err := Check(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range c.Layers {
			if l.Name == name {
				return l.Result + ": " + l.Proves.String() + " " + l.Not.String()
			}
		}
		return ""
	}
	write(t, dir, ".DS_Store", []byte("x"))
	write(t, dir, "mail/answer.eml", []byte("yes"))
	write(t, dir, "mail/manifest-sha256.txt", []byte(digest([]byte("yes"))+"  answer.eml\n"))
	for name, says := range map[LayerName]string{
		Files: "ok: Each file that the seal names is as it was sealed. No other is there, but for mails", Journal: "ok: Each line of the journal follows from the one before: none was changed",
		Time: "nobody can tell whether the record had one",
	} {
		if said := layer(name); !strings.Contains(said, says) {
			t.Errorf("%s: %s", name, said)
		}
	}
	if err := os.Remove(filepath.Join(dir, manifestFile)); err != nil {
		t.Fatal(err)
	}
	if said := layer(Journal); !strings.Contains(said, "ok: ") || !strings.Contains(said, "lines may be missing at its end") || strings.Contains(said, "none was") {
		t.Errorf("without a seal: %s", said)
	}
}
