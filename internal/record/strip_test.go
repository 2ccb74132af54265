package record

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// filled is a picture of one colour.
func filled(t testing.TB, w, h int, c color.Color) []byte {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(m, m.Bounds(), image.NewUniform(c), image.Point{}, draw.Src)
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestStrip files pictures and looks at the files: the picture is untouched in
// the upper left corner, and under it, not over it, something is written.
func TestStrip(t *testing.T) {
	red := color.RGBA{R: 200, A: 255}
	for _, c := range []struct {
		w, h    int
		scale   float64
		address string
	}{
		{600, 80, 0, formAddress}, {600, 400, 1, formAddress}, {900, 300, 1.5, formAddress}, {1200, 600, 2, formAddress}, {1800, 200, 3, formAddress},
		{20, 20, 1, formAddress}, {800, 60, 2, "https://www.facebook.com/" + strings.Repeat("αβγδ-ёжик-çœŭ-", 20)},
	} {
		t.Run(fmt.Sprintf("%dx%d, %v", c.w, c.h, c.scale), func(t *testing.T) {
			m := meta()
			m.Rehearsal = true
			r, err := Create(t.TempDir(), m)
			if err != nil {
				t.Fatal(err)
			}
			file, err := r.Picture("form", Caption{Place: "form", Address: c.address + "?secret=1#frag", Scale: c.scale}, filled(t, c.w, c.h, red))
			if err != nil {
				t.Fatal(err)
			}
			data, err := os.ReadFile(filepath.Join(r.Dir(), file))
			if err != nil {
				t.Fatal(err)
			}
			shown, err := png.Decode(bytes.NewReader(data))
			if err != nil {
				t.Fatal(err)
			}
			written := 0
			for y := 0; y < shown.Bounds().Dy(); y += 2 { // every one takes long
				for x := 0; x < shown.Bounds().Dx(); x += 3 {
					got := color.RGBAModel.Convert(shown.At(x, y)).(color.RGBA)
					if in := x < c.w && y < c.h; in != (got == red) {
						t.Fatalf("%v at %d,%d", got, x, y)
					}
					if got.R < 100 && y >= c.h {
						written++
					}
				}
			}
			scale := max(c.scale, 1)
			if low := float64(shown.Bounds().Dy()-c.h) / scale; low < 30 || low > 300 {
				t.Errorf("the strip is %v px high", low)
			}
			if float64(written) < 60*scale*scale {
				t.Errorf("%d dark pixels under the picture", written)
			}
		})
	}
}

// TestStripSays reads the texts under a picture before they are drawn.
func TestStripSays(t *testing.T) {
	at := time.Date(2026, 11, 23, 11, 41, 12, 0, time.FixedZone("", 3600))
	for _, c := range []struct {
		lang      string
		rehearsal bool
		want      string
	}{
		{"en", false, "the objection form|https://help.instagram.com/contact/1|2026-11-23 11:41:12 (UTC+01:00)"},
		{"en", true, "REHEARSAL – not Meta|the objection form|https://help.instagram.com/contact/1|2026-11-23 11:41:12 (UTC+01:00)"},
		{"fr", true, "RÉPÉTITION – pas Meta|le formulaire d’opposition|https://help.instagram.com/contact/1|2026-11-23 11:41:12 (UTC+01:00)"},
	} {
		r := &Record{lang: c.lang, rehearsal: c.rehearsal}
		if got := strings.Join(r.says(Caption{Place: "form", Address: "https://help.instagram.com/contact/1?igsh=canary#anna@mail.example"}, at), "|"); got != c.want {
			t.Errorf("%s: %q, want %q", c.lang, got, c.want)
		}
	}
}

// TestEveryLetterIsDrawn draws each letter that a name of a place or an address
// may hold: the font must not show a box for it.
func TestEveryLetterIsDrawn(t *testing.T) {
	shapes, err := letterShapes()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range "abcxyzABCXYZ0123456789 –—·…()[]“”‘’«»:/.-_~%&=+àâçéèêëîïôùûüÿœæÀÉŒßñãõłńśźżčďěňřšťůžőűăâîșțģķļņāēīūėįųŪøåäöÅÄÖđĦħġċαβγδεζηθικλμνξοπρστυφχψωάέήίόύώΑΒΓΔΩбвгджзийклмнопрстуфхцчшщъыьэюяёіїєґЖЩЮЯ" {
		if i, err := shapes.GlyphIndex(nil, r); err != nil || i == 0 {
			t.Errorf("no letter for %q", r)
		}
	}
}

func BenchmarkPicture(b *testing.B) {
	shot := filled(b, 1300, 1700, color.RGBA{R: 200, A: 255})
	for b.Loop() {
		shown, err := readShot(shot)
		if err != nil {
			b.Fatal(err)
		}
		if _, _, err := captioned(shown, []string{"the objection form", formAddress}, 2); err != nil {
			b.Fatal(err)
		}
	}
}
