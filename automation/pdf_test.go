package automation_test

import (
	"bytes"
	"image"
	"image/png"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/nonmerci/nonmerci/automation"
	"github.com/nonmerci/nonmerci/internal/record"
)

// aReport is the report of a rehearsal that came to the form.
func aReport(t *testing.T, lang string) []byte {
	t.Helper()
	r, err := record.Create(t.TempDir(), record.Meta{Service: "instagram", Rehearsal: true, Tool: "nonmerci test", Language: lang})
	if err != nil {
		t.Fatal(err)
	}
	var shot bytes.Buffer
	if err := png.Encode(&shot, image.NewGray(image.Rect(0, 0, 640, 500))); err != nil {
		t.Fatal(err)
	}
	steps := []func() error{
		func() error {
			return r.Values([]record.Field{{Label: "Email address", Target: "email", Value: "marie@courrier.example", Changed: true}})
		},
		func() error {
			_, err := r.Picture("filled", record.Caption{Place: "filled", Address: "https://help.instagram.com/contact/767264225370182"}, shot.Bytes())
			return err
		},
		func() error { return r.Event(record.EventPrepared, record.BasisPage, nil) },
		func() error { return r.Close("ready", "") },
	}
	for _, step := range steps {
		if err := step(); err != nil {
			t.Fatal(err)
		}
	}
	html, err := os.ReadFile(filepath.Join(r.Dir(), "report.html"))
	if err != nil {
		t.Fatal(err)
	}
	return html
}

// TestPDF prints a report with a real browser: a PDF with pages, tagged, with the
// words and the picture of the report, and the mark of a rehearsal on every page.
func TestPDF(t *testing.T) {
	b := automation.Browser{Path: browser(t), Profile: t.TempDir(), Sandbox: os.Geteuid() != 0}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	came := make(chan net.Addr, 16)
	go func() {
		for c, err := l.Accept(); err == nil; c, err = l.Accept() {
			came <- c.RemoteAddr()
			c.Close()
		}
	}()
	// What is no report of ours asks for something from outside.
	html := bytes.Replace(aReport(t, "en"), []byte("</main>"), []byte(`<img alt="" src="http://`+l.Addr().String()+`/"></main>`), 1)
	pdf, err := automation.PDF(t.Context(), b, html)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.HasPrefix(pdf, []byte("%PDF-")) || !bytes.Contains(pdf[max(0, len(pdf)-64):], []byte("%%EOF")) {
		t.Errorf("no PDF: %.20q", pdf)
	}
	pages := len(regexp.MustCompile(`/Type\s*/Page\b[^s]`).FindAll(pdf, -1))
	if pages < 2 || pages > 6 {
		t.Errorf("%d pages", pages)
	}
	for _, part := range []string{"/StructTreeRoot", "/Marked true", "/Lang (en)", "/Outlines", "/S /H1", "/S /Figure", "/Alt", "/S /TH", "/Subtype /Image"} {
		if !bytes.Contains(pdf, []byte(part)) {
			t.Errorf("the PDF has no %s", part)
		}
	}
	// A4 in points, whatever the system's own paper is.
	for _, m := range regexp.MustCompile(`/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]`).FindAllSubmatch(pdf, -1) {
		w, _ := strconv.ParseFloat(string(m[1]), 64)
		h, _ := strconv.ParseFloat(string(m[2]), 64)
		if w < 594 || w > 597 || h < 841 || h > 843 {
			t.Errorf("the paper is %g x %g points", w, h)
		}
	}
	l.Close()
	select {
	case from := <-came:
		t.Errorf("somebody was asked for something while the report was printed, from %s", from)
	default:
	}
	t.Run("words", func(t *testing.T) { words(t, pdf, pages) })
}

// words reads the PDF as others do.
func words(t *testing.T, pdf []byte, pages int) {
	tool, err := exec.LookPath("pdftotext")
	if err != nil {
		t.Skip("needs pdftotext (poppler-utils)")
	}
	cmd := exec.CommandContext(t.Context(), tool, "-", "-")
	cmd.Stdin = bytes.NewReader(pdf)
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Join(strings.Fields(string(out)), " ")
	for _, want := range []string{"How far it came: Form prepared", "marie@courrier.example", "sha256sum -c manifest-sha256.txt", "The form was ready to be reviewed"} {
		if !strings.Contains(text, want) {
			t.Errorf("the PDF does not say %q:\n%s", want, text)
		}
	}
	for i, page := range strings.Split(strings.TrimSuffix(string(out), "\f"), "\f") {
		if !strings.Contains(page, "REHEARSAL") {
			t.Errorf("page %d of %d does not say that it is a rehearsal", i+1, pages)
		}
	}
}
