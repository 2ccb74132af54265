package record_test

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"os"
	"path/filepath"

	"github.com/nonmerci/nonmerci/internal/record"
)

// A run that ends with the form ready for the person.
func Example() {
	root, err := os.MkdirTemp("", "records")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(root)

	r, err := record.Create(root, record.Meta{
		Service: "instagram", Rehearsal: true, Tool: "nonmerci 0.1.0", Driver: "rod v0.116.2", Flow: "built-in", Revision: 2026110101, Language: "en",
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	var shot bytes.Buffer
	_ = png.Encode(&shot, image.NewGray(image.Rect(0, 0, 40, 30)))

	form := "https://help.instagram.com/contact/767264225370182?secret=1"
	_ = r.SetBrowser("Chromium 156.0.8078.79", []string{"--lang=en", "--user-data-dir=/home/anna/profile"})
	_ = r.Event(record.EventPlace, record.BasisPage, map[string]any{"place": "form", "address": form})
	_ = r.Event(record.EventForm, record.BasisPage, map[string]any{"address": form})
	_ = r.Values([]record.Field{{Label: "Email", Target: "email", Value: "anna@mail.example", Changed: true}})
	file, _ := r.Picture("form", record.Caption{Place: "form", Address: form}, shot.Bytes())
	_ = r.Event(record.EventPrepared, record.BasisProgram, nil)
	if err := r.Close("ready", "The form is ready."); err != nil {
		fmt.Println(err)
		return
	}

	s, _ := record.Open(r.Dir())
	verdict, findings, err := record.Verify(r.Dir())
	fmt.Println(file, s.Outcome, s.Form)
	fmt.Println(verdict, len(findings), err)
	_ = os.WriteFile(filepath.Join(r.Dir(), file), nil, 0o600)
	verdict, findings, _ = record.Verify(r.Dir())
	fmt.Println(verdict, findings[0].File)
	// Output:
	// shots/01-form.png ready https://help.instagram.com/contact/767264225370182
	// verified 0 <nil>
	// altered shots/01-form.png
}
