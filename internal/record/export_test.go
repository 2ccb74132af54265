package record

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/nonmerci/nonmerci/internal/hint"
)

// everything leaves out all that can be.
func everything() []Kind { return []Kind{KindEmail, KindName, KindExplanation, KindCountry, KindField} }

// printed stands in for the browser: a PDF is about as large as its page.
func printed(html []byte) ([]byte, error) {
	return append([]byte("%PDF-1.4\n"), bytes.Repeat([]byte{'x'}, len(html)*3/4)...), nil
}

// shared exports a record, and gives the file and what is in it.
func shared(t testing.TB, dir string, o ExportOptions) (Share, map[string][]byte) {
	t.Helper()
	to := filepath.Join(t.TempDir(), "copy.zip")
	s, err := Export(dir, to, o)
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(to)
	if err != nil {
		t.Fatal(err)
	}
	files, err := unpack(b)
	if err != nil {
		t.Fatal(err)
	}
	if s.File != to || s.Size != int64(len(b)) || s.Size > maxShare {
		t.Errorf("%d bytes, and the share says %+v", len(b), s)
	}
	return s, files
}

// spread writes the files of a package into a folder.
func spread(t testing.TB, files map[string][]byte) (dir string) {
	t.Helper()
	dir = t.TempDir()
	for name, b := range files {
		write(t, dir, name, b)
	}
	return dir
}

func TestExport(t *testing.T) {
	dir := sealed(t)
	s, files := shared(t, dir, ExportOptions{Redact: []Kind{KindEmail}, PDF: printed})
	want := []string{
		"VERIFY.txt", "journal.jsonl", "manifest-sha256.txt", "original-manifest-sha256.txt", "provenance.json", "redactions.json", "report.pdf",
		"shots/01-privacy-center.png", "shots/02-form.png", "shots/03-thanks.png",
	}
	if got := slices.Sorted(maps.Keys(files)); !slices.Equal(got, want) {
		t.Errorf("files %v", got)
	}
	if s.Verdict != Verified || s.Report != "report.pdf" || len(s.Notes) != 0 || len(s.Pictures) != 3 || len(s.Left) != 0 || !slices.Equal(s.Kinds, []Kind{KindEmail, KindPhone, KindImage}) {
		t.Errorf("share %+v", s)
	}
	if string(files[journalFile]) != read(t, dir, journalFile) || string(files[originalFile]) != read(t, dir, manifestFile) {
		t.Error("the journal or the seal of the record is another one")
	}
	verify := string(files[verifyFile])
	for _, want := range []string{"sha256sum -c manifest-sha256.txt", "shasum -a 256 -c", "Get-FileHash", "make up a record of their own", "the e-mail address", filepath.Base(dir)} {
		if !strings.Contains(verify, want) {
			t.Errorf("VERIFY.txt lacks %q", want)
		}
	}
	for name, b := range files {
		if bytes.Contains(b, []byte(email)) {
			t.Errorf("%s holds the address", name)
		}
	}
	for _, name := range []string{s.File, spread(t, files)} {
		c, err := Check(name)
		remarks := slices.DeleteFunc(c.Findings, func(f Finding) bool { return f.Verdict == Verified })
		if err != nil || c.Verdict != Verified || len(remarks) != 0 || !c.Export {
			t.Errorf("%s: %+v, %v", name, c, err)
		}
		if got := results(c); got != "files ok, journal ok, states ok, redactions ok, mail none, time none" {
			t.Error(got)
		}
	}
	if info, err := os.Stat(s.File); err != nil || info.Mode().Perm()&0o077 != 0 && runtime.GOOS != "windows" {
		t.Errorf("%v, %v", info, err)
	}
}

// results says the layers in one line.
func results(c Checked) string {
	said := []string{}
	for _, l := range c.Layers {
		if l.Proves.Format == "" || l.Not.Format == "" {
			return string(l.Name) + " says nothing"
		}
		said = append(said, string(l.Name)+" "+l.Result)
	}
	return strings.Join(said, ", ")
}

func TestRecordsHaveLayersToo(t *testing.T) {
	dir := sealed(t)
	look := func(want string) {
		t.Helper()
		c, err := Check(dir)
		if err != nil || c.Export || results(c) != want {
			t.Errorf("%s, %v, want %s", results(c), err, want)
		}
	}
	look("files ok, journal ok, states ok, redactions none, mail none, time none")
	write(t, dir, "mail/answer.eml", []byte("From: x@meta.example\n\nyes\n"))
	look("files ok, journal ok, states ok, redactions none, mail bad, time none")
	write(t, dir, "mail/manifest-sha256.txt", []byte(digest([]byte("From: x@meta.example\n\nyes\n"))+"  answer.eml\n"))
	look("files ok, journal ok, states ok, redactions none, mail ok, time none")
	write(t, dir, "mail/answer.eml", []byte("From: x@meta.example\n\nno\n"))
	look("files ok, journal ok, states ok, redactions none, mail bad, time none")
	if err := os.RemoveAll(filepath.Join(dir, mailDir)); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, manifestFile)); err != nil {
		t.Fatal(err)
	}
	look("files none, journal ok, states ok, redactions none, mail none, time none")
	write(t, dir, "fields.json", []byte("{}"))
	look("files none, journal ok, states bad, redactions none, mail none, time none")
	write(t, dir, "journal.jsonl", []byte("{}\n"))
	c, err := Check(dir)
	if err != nil || !strings.Contains(results(c), "journal bad") {
		t.Errorf("%s, %v", results(c), err)
	}
}

// TestWhatIsLeftOutIsNowhere: no value in any file, and no pixel of its area.
func TestWhatIsLeftOutIsNowhere(t *testing.T) {
	areas := []Area{{KindEmail, 20, 10, 100, 12}, {KindExplanation, 20, 30, 100, 40}, {KindImage, 2, 2, 12, 12}, {KindPhone, 130, 60, 25, 9}}
	page := form(160, 90, areas...)
	dir := recorded(t, meta(), values(), shotOf{"filled", encoded(t, page), areas})
	var told []byte
	pdf := func(html []byte) ([]byte, error) { told = html; return printed(html) }
	_, files := shared(t, dir, ExportOptions{Redact: []Kind{KindEmail, KindExplanation}, PDF: pdf})
	for _, value := range []string{email, explanation, "a machine to learn"} {
		files["the page that is printed"] = told
		for name, b := range files {
			if bytes.Contains(b, []byte(value)) {
				t.Errorf("%s holds %q", name, value)
			}
		}
	}
	if n := reddish(t, files["shots/01-filled.png"]); n != 0 {
		t.Errorf("%d pixels of what is left out", n)
	}
	if !bytes.Contains(told, []byte("(left out)")) || !bytes.Contains(told, []byte("This report is a copy for others")) || bytes.Contains(told, []byte("This report is private")) {
		t.Error("the report does not say that something is left out")
	}
	// Without a word from the person only what may be other people's is covered.
	_, files = shared(t, dir, ExportOptions{PDF: pdf})
	if n := reddish(t, files["shots/01-filled.png"]); n < 100*12+100*38 || n > 100*12+100*40 {
		t.Errorf("%d pixels of what stays", n)
	}
	if !bytes.Contains(told, []byte(email)) {
		t.Error("the report lost the address")
	}
}

// shotOf is a picture for [recorded].
type shotOf struct {
	place string
	png   []byte
	areas []Area
}

// recorded writes a record with these pictures.
func recorded(t testing.TB, m Meta, fields []Field, shots ...shotOf) (dir string) {
	t.Helper()
	d := newDisk()
	d.sync = func(*os.File) error { return nil }
	r, err := create(t.TempDir(), m, d)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Values(fields); err != nil {
		t.Fatal(err)
	}
	for _, s := range shots {
		if _, err := r.Picture(s.place, Caption{Place: s.place, Address: formAddress, Areas: s.areas}, s.png); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.Event(EventPrepared, BasisProgram, nil); err != nil {
		t.Fatal(err)
	}
	if err := r.Close("ready", "Please look at the form."); err != nil {
		t.Fatal(err)
	}
	return r.Dir()
}

// TestALeakKeepsTheExportAway: whatever way a value or a token comes into the
// package, nothing is written.
func TestALeakKeepsTheExportAway(t *testing.T) {
	refused := func(what string, dir string, o ExportOptions) {
		t.Helper()
		to := filepath.Join(t.TempDir(), "copy.zip")
		_, err := Export(dir, to, o)
		p, told := hint.Of(err)
		if !told || !errors.Is(err, ErrUnwanted) || strings.Contains(err.Error(), email) || p.Next.Format == "" {
			t.Errorf("%s: %v", what, err)
		}
		if made, _ := filepath.Glob(filepath.Join(filepath.Dir(to), "*")); len(made) != 0 {
			t.Errorf("%s: %v was written", what, made)
		}
	}
	leaky := func(label, value string) string {
		return recorded(t, meta(), []Field{{Label: "Email", Target: "email", Value: email}, {Label: label, Target: "explanation", Value: value}})
	}
	only := ExportOptions{Redact: []Kind{KindEmail}, PDF: printed}
	refused("the address in the explanation", leaky("Why", "Write to "+email+"."), only)
	refused("the address in the name of a field", leaky("Why, "+email, "Because."), only)
	if _, err := Export(leaky("Why", "Write to "+email+"."), filepath.Join(t.TempDir(), "x.zip"), ExportOptions{Redact: []Kind{KindEmail, KindExplanation}}); err != nil {
		t.Errorf("with both left out: %v", err)
	}
	name := recorded(t, meta(), []Field{{Label: "Name", Target: "name", Value: "Anna"}, {Label: "Why", Target: "explanation", Value: "Ask Anna!"}})
	refused("a short name", name, ExportOptions{Redact: []Kind{KindName}})
	refused("the PDF", sealed(t), ExportOptions{Redact: []Kind{KindEmail}, PDF: func(html []byte) ([]byte, error) { return []byte("%PDF-1.4 " + email), nil }})
	ireland := recorded(t, meta(), []Field{{Label: "Country", Target: "country", Value: "Ireland"}, {Label: "Over 18", Target: "adult", Value: "true"}, {Label: "Code", Target: "code", Value: "FR"}, {Label: "Where", Target: "product", Value: "instagram"}})
	if _, err := Export(ireland, filepath.Join(t.TempDir(), "x.zip"), ExportOptions{Redact: everything()}); err != nil {
		t.Errorf("words that stand everywhere: %v", err)
	}

	mail := sealed(t)
	write(t, mail, "mail/answer.eml", []byte("access_token=EAAB12345678\n"))
	write(t, mail, "mail/manifest-sha256.txt", []byte(digest([]byte("access_token=EAAB12345678\n"))+"  answer.eml\n"))
	refused("a token in a mail", mail, ExportOptions{Mail: true})
	if _, err := Export(mail, filepath.Join(t.TempDir(), "x.zip"), ExportOptions{Mail: true, Redact: everything()}); err == nil {
		t.Error("a mail was given out though something is to be left out")
	}
	if _, files := shared(t, mail, ExportOptions{}); files["mail/answer.eml"] != nil {
		t.Error("the mail went in though nobody asked for it")
	}
}

func TestMailsGoInWhenAsked(t *testing.T) {
	dir := sealed(t)
	write(t, dir, "mail/my answer.eml", []byte("x"))
	answer := []byte("From: x@meta.example\r\n\r\nYour objection has been accepted.\r\n")
	write(t, dir, "mail/answer.eml", answer)
	write(t, dir, "mail/manifest-sha256.txt", []byte(digest(answer)+"  answer.eml\n"+digest([]byte("x"))+"  my answer.eml\n"))
	s, files := shared(t, dir, ExportOptions{Mail: true, PDF: printed})
	if len(s.Notes) != 1 || !strings.Contains(s.Notes[0].String(), "plain name: 1.") || bytes.Contains(files[verifyFile], []byte("my answer")) {
		t.Errorf("%v", s.Notes)
	}
	if !bytes.Equal(files["mail/answer.eml"], answer) {
		t.Error("the mail is not in the package as it was")
	}
	for _, path := range []string{s.File, spread(t, files)} {
		if c, err := Check(path); err != nil || c.Verdict != Verified || !strings.Contains(results(c), "mail ok") {
			t.Errorf("%s: %v %s %v", path, c.Verdict, results(c), c.Findings)
		}
	}
}

func TestExportWithoutPDF(t *testing.T) {
	stopped := func([]byte) ([]byte, error) { return nil, context.Canceled }
	to := filepath.Join(t.TempDir(), "x.zip")
	if _, err := Export(sealed(t), to, ExportOptions{PDF: stopped}); !errors.Is(err, ErrWrite) {
		t.Errorf("who stops the printing gets %v", err)
	}
	for what, pdf := range map[string]func([]byte) ([]byte, error){
		"none":   nil,
		"failed": func([]byte) ([]byte, error) { return nil, errors.New("no browser") },
		"no PDF": func([]byte) ([]byte, error) { return []byte("<html>"), nil },
	} {
		s, files := shared(t, sealed(t), ExportOptions{PDF: pdf})
		if s.Report != reportFile || len(s.Notes) != 1 || !strings.Contains(s.Notes[0].String(), "No PDF") || bytes.Contains(files[reportFile], []byte("data:image")) {
			t.Errorf("%s: %+v", what, s)
		}
		if !bytes.Contains(files[reportFile], []byte("The pictures are not in this report.")) || !strings.Contains(string(files[verifyFile]), "No PDF") {
			t.Errorf("%s: it is not said where the pictures are", what)
		}
	}
}

func TestExportOfOtherRecords(t *testing.T) {
	// A rehearsal stays one, in the language of its run.
	m := meta()
	m.Rehearsal, m.Language = true, "fr"
	s, files := shared(t, recorded(t, m, values(), shotOf{"form", encoded(t, form(30, 30)), []Area{}}), ExportOptions{})
	if !s.Rehearsal || !strings.Contains(string(files[verifyFile]), "RÉPÉTITION – pas Meta") || !strings.Contains(string(files[reportFile]), "RÉPÉTITION – pas Meta") {
		t.Error("the mark of the rehearsal was lost")
	}
	if !strings.Contains(string(files[redactionsFile]), `"rehearsal": true`) || !strings.Contains(string(files[verifyFile]), "Get-FileHash") {
		t.Error("VERIFY.txt or redactions.json does not tell enough")
	}
	// Without a seal it warns.
	dir := sealed(t)
	if err := os.Remove(filepath.Join(dir, manifestFile)); err != nil {
		t.Fatal(err)
	}
	s, files = shared(t, dir, ExportOptions{PDF: printed})
	if s.Verdict != Incomplete || len(s.Notes) != 1 || !strings.Contains(string(files[verifyFile]), "ATTENTION: this record is incomplete.") || files[originalFile] != nil {
		t.Errorf("%+v\n%s", s, files[verifyFile])
	}
	if c, err := Check(s.File); err != nil || c.Verdict != Incomplete {
		t.Errorf("%+v, %v", c, err)
	}
	// A crash leaves half a line, before what follows from the journal is written.
	for _, name := range []string{provenanceFile, reportFile} {
		if err := os.Remove(filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	journal := read(t, dir, journalFile)
	write(t, dir, journalFile, []byte(journal[:len(journal)-30]))
	if s, _ := shared(t, dir, ExportOptions{}); s.Verdict != Incomplete {
		t.Errorf("%+v", s)
	}
	// What was altered is refused.
	write(t, dir, "fields.json", []byte("{}"))
	if _, err := Export(dir, filepath.Join(t.TempDir(), "x.zip"), ExportOptions{}); !errors.Is(err, ErrAltered) {
		t.Errorf("an altered record: %v", err)
	}
	// A picture at which nobody looked is private.
	s, _ = shared(t, recorded(t, meta(), values(), shotOf{"form", encoded(t, form(30, 30)), nil}), ExportOptions{})
	if len(s.Pictures) != 0 || !slices.Equal(s.Left, []string{"shots/01-form.png"}) || !strings.Contains(s.Notes[len(s.Notes)-1].String(), "nobody noted what they show") {
		t.Errorf("%+v", s)
	}
	// The person's own name for the folder is private.
	own := filepath.Join(t.TempDir(), "Anna Canary")
	if err := os.Rename(sealed(t), own); err != nil {
		t.Fatal(err)
	}
	_, files = shared(t, own, ExportOptions{})
	for name, b := range files {
		if bytes.Contains(b, []byte("Anna Canary")) {
			t.Errorf("%s holds the name of the folder", name)
		}
	}
	// An export is no record, and a file is never replaced.
	whole := sealed(t)
	s, files = shared(t, whole, ExportOptions{})
	for _, err := range []error{
		second(Export(spread(t, files), filepath.Join(t.TempDir(), "x.zip"), ExportOptions{})), second(Export(whole, s.File, ExportOptions{})),
		second(Export(whole, filepath.Join(t.TempDir(), "no", "x.zip"), ExportOptions{})), second(Export(whole, filepath.Join(t.TempDir(), "x.zip"), ExportOptions{Redact: []Kind{"cookie"}})),
	} {
		if err == nil {
			t.Error("an export went wrong without a word")
		}
	}
}

func second[T any](_ T, err error) error { return err }

// TestLargePicturesFit: noise is the worst that a PNG can be given.
func TestLargePicturesFit(t *testing.T) {
	if !*full {
		t.Skip("makes pictures of 37 MB, which takes ten seconds: run with -full; TestManyPicturesFit is daily")
	}
	var shots []shotOf
	places := []string{"home", "settings", "privacy_center", "ai_topic", "form", "fields", "filled", "after", "prompt", "question", "thanks", "home"}
	for i, place := range places {
		shots = append(shots, shotOf{place, encoded(t, noise(1280, 800, uint64(i))), []Area{{KindEmail, 100, 100, 300, 40}, {KindImage, 0, 0, 50, 50}}})
	}
	dir := recorded(t, meta(), values(), shots...)
	calls := 0
	s, files := shared(t, dir, ExportOptions{Redact: []Kind{KindEmail}, PDF: func(html []byte) ([]byte, error) { calls++; return printed(html) }})
	t.Logf("12 pictures of noise: %d bytes, %v, left out %d, printed %d times; %v", s.Size, s.Pictures, len(s.Left), calls, s.Notes)
	if !slices.Equal(s.Pictures, []string{"shots/07-filled.png", "shots/11-thanks.png"}) || len(s.Left) != 10 || len(s.Notes) != 2 || calls > 3 {
		t.Errorf("%+v", s)
	}
	if !strings.Contains(string(files[verifyFile]), "shots/01-home.png") {
		t.Error("VERIFY.txt does not say which pictures are missing")
	}
}

// TestManyPicturesFit: pages as they are, with text and even colours, go in whole.
func TestManyPicturesFit(t *testing.T) {
	var shots []shotOf
	for i, place := range []string{"home", "settings", "privacy_center", "ai_topic", "form", "fields", "filled", "after", "prompt", "question", "thanks", "home"} {
		shots = append(shots, shotOf{place, encoded(t, form(1280, 800, Area{KindEmail, 10, 10 + i, 200, 30})), []Area{{KindEmail, 10, 10 + i, 200, 30}}})
	}
	if s, _ := shared(t, recorded(t, meta(), values(), shots...), ExportOptions{PDF: printed}); len(s.Pictures) != 12 {
		t.Errorf("%+v", s)
	} else {
		t.Logf("12 plain pictures: %d bytes; %v", s.Size, s.Notes)
	}
}

func TestTheTellingPicturesGoLast(t *testing.T) {
	var list []*private
	for _, place := range []string{"home", "form", "filled", "privacy_center", "filled", "after", "thanks", "still-asking", "home"} {
		list = append(list, &private{line: Line{Seq: len(list), Fields: map[string]any{"place": place}}})
	}
	rank(list)
	var got []string
	for _, p := range list {
		got = append(got, fmt.Sprintf("%d-%s", p.line.Seq, p.line.text("place")))
	}
	want := []string{"4-filled", "7-still-asking", "2-filled", "6-thanks", "5-after", "1-form", "8-home", "3-privacy_center", "0-home"}
	if !slices.Equal(got, want) {
		t.Errorf("%v", got)
	}
	rank(nil)
}

func TestStockToolsTakeThePackage(t *testing.T) {
	sum, err := exec.LookPath("sha256sum")
	if err != nil {
		t.Skip("there is no sha256sum on this system")
	}
	s, files := shared(t, sealed(t), ExportOptions{PDF: printed})
	dir := spread(t, files)
	if unzip, err := exec.LookPath("unzip"); err == nil {
		dir = t.TempDir()
		if out, err := exec.Command(unzip, "-q", s.File, "-d", dir).CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		if verdict, findings, err := Verify(dir); verdict != Verified {
			t.Errorf("unpacked: %v %v %v", verdict, findings, err)
		}
	} else {
		t.Log("there is no unzip on this system; only the files are checked")
	}
	cmd := exec.Command(sum, "--strict", "-c", manifestFile)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil || bytes.Count(out, []byte(": OK")) != len(files)-1 {
		t.Errorf("%v\n%s", err, out)
	}
}

// TestNoExportIntoARecord: a file there would make it an altered one.
func TestNoExportIntoARecord(t *testing.T) {
	dir, other := sealed(t), sealed(t)
	_, files := shared(t, other, ExportOptions{})
	unpacked := spread(t, files)
	bare := filepath.Join(t.TempDir(), filepath.Base(other), "deep") // a record's name, and no journal yet
	if err := os.MkdirAll(bare, 0o700); err != nil {
		t.Fatal(err)
	}
	targets := []string{dir, filepath.Join(dir, "x.zip"), filepath.Join(dir, "shots"), filepath.Join(dir, "shots", "x.zip"), filepath.Join(other, "x.zip"), filepath.Join(unpacked, "x.zip"), bare}
	if runtime.GOOS != "windows" { // links need a privilege there
		link := filepath.Join(t.TempDir(), "desk")
		if err := os.Symlink(filepath.Join(dir, "shots"), link); err != nil {
			t.Fatal(err)
		}
		targets = append(targets, link, filepath.Join(link, "x.zip"))
	}
	for _, to := range targets {
		_, err := Export(dir, to, ExportOptions{})
		if p, told := hint.Of(err); !told || !strings.Contains(p.What.String(), "alter it") || p.Next.Format == "" {
			t.Errorf("%s: %v", to, err)
		}
	}
	t.Chdir(filepath.Join(dir, "shots"))
	if _, err := Export(other, ".", ExportOptions{}); err == nil {
		t.Error("the folder in which one stands was taken")
	}
	for _, whole := range []string{dir, other, unpacked} {
		mustVerify(t, whole, Verified)
	}
	if _, err := Export(dir, filepath.Dir(dir), ExportOptions{}); err != nil {
		t.Errorf("beside the records: %v", err)
	}
}

func TestEncryptedExport(t *testing.T) {
	to := filepath.Join(t.TempDir(), "x.zip.age")
	if _, err := Export(sealed(t), to, ExportOptions{Encrypt: func(b []byte) ([]byte, error) { return append([]byte("age-encryption.org/v1\n"), b[:9]...), nil }}); err != nil {
		t.Fatal(err)
	}
	if _, err := Check(to); err == nil || !strings.Contains(err.Error(), "encrypted") {
		t.Errorf("%v", err)
	}
	no := errors.New("no key")
	to += "2"
	if _, err := Export(sealed(t), to, ExportOptions{Encrypt: func([]byte) ([]byte, error) { return nil, no }}); !errors.Is(err, no) {
		t.Errorf("%v", err)
	}
	if _, err := os.Stat(to); err == nil {
		t.Error("something was written")
	}
}
