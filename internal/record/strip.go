package record

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"

	"github.com/nonmerci/nonmerci/internal/hint"
)

// Under each picture stands what it shows, so that the file says it wherever it
// goes. Nothing is drawn over the picture, and what lies where in it stays.

// In pixels of the page.
const (
	letters    = 13  // how large they are
	leading    = 19  // from line to line
	margin     = 8   // around the text
	leastWidth = 360 // a narrower picture gets room at its right

	mostPixels = 100_000_000
)

var (
	paper = color.RGBA{0xf2, 0xf2, 0xee, 0xff}
	ink   = color.RGBA{0x20, 0x20, 0x20, 0xff}
	white = color.RGBA{0xff, 0xff, 0xff, 0xff}
)

// The Go font has Latin, Greek and Cyrillic letters.
var letterShapes = sync.OnceValues(func() (*opentype.Font, error) { return opentype.Parse(goregular.TTF) })

// readShot reads a PNG that is whole and not too large to be worked on.
func readShot(shot []byte) (image.Image, error) {
	size, err := png.DecodeConfig(bytes.NewReader(shot))
	if err != nil || !bytes.HasSuffix(shot, []byte("\x00\x00\x00\x00IEND\xaeB`\x82")) {
		return nil, errors.New("not a whole PNG")
	}
	if size.Width > mostPixels/size.Height {
		return nil, errors.New("too large")
	}
	shown, err := png.Decode(bytes.NewReader(shot))
	if err != nil {
		return nil, errors.New("not a whole PNG")
	}
	return shown, nil
}

// captioned is a picture with texts under it, as PNG. scale is how many of its
// pixels make one of the page.
func captioned(shot image.Image, texts []string, scale float64) ([]byte, image.Point, error) {
	if scale == 0 {
		scale = 1
	}
	scale = min(max(scale, 0.5), 8)
	px := func(n float64) int { return int(math.Round(n * scale)) }
	shapes, err := letterShapes()
	if err != nil {
		return nil, image.Point{}, fmt.Errorf("read the font: %w", err)
	}
	face, err := opentype.NewFace(shapes, &opentype.FaceOptions{Size: letters * scale, DPI: 72, Hinting: font.HintingFull})
	if err != nil {
		return nil, image.Point{}, fmt.Errorf("read the font: %w", err)
	}
	defer face.Close()
	in := shot.Bounds()
	width := max(in.Dx(), px(leastWidth))
	lines := broken(face, texts, width-2*px(margin))
	out := image.NewRGBA(image.Rect(0, 0, width, in.Dy()+2*px(margin)+len(lines)*px(leading)))
	strip := out.Bounds()
	strip.Min.Y = in.Dy()
	draw.Draw(out, image.Rect(0, 0, in.Dx(), in.Dy()), shot, in.Min, draw.Src)
	draw.Draw(out, image.Rect(in.Dx(), 0, width, in.Dy()), image.NewUniform(white), image.Point{}, draw.Src)
	draw.Draw(out, strip, image.NewUniform(paper), image.Point{}, draw.Src)
	draw.Draw(out, image.Rect(0, in.Dy(), width, in.Dy()+px(1)), image.NewUniform(ink), image.Point{}, draw.Src)
	for i, line := range lines {
		pen := font.Drawer{Dst: out, Src: image.NewUniform(ink), Face: face, Dot: fixed.P(px(margin), in.Dy()+px(margin)+i*px(leading)+px(letters))}
		pen.DrawString(line)
	}
	var b bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestSpeed}
	if err := encoder.Encode(&b, out); err != nil {
		return nil, image.Point{}, err
	}
	return b.Bytes(), out.Bounds().Size(), nil
}

// broken lays texts out in lines: side by side where they fit, and one that is
// too wide wherever its letters end.
func broken(face font.Face, texts []string, width int) []string {
	fits := func(s string) bool { return font.MeasureString(face, s).Ceil() <= width }
	var lines []string
	for _, text := range texts {
		if n := len(lines); n > 0 && fits(lines[n-1]+"  ·  "+text) {
			lines[n-1] += "  ·  " + text
			continue
		}
		for !fits(text) {
			end := len(text)
			for end > 1 && !fits(text[:end]) {
				_, size := utf8.DecodeLastRuneInString(text[:end])
				end -= size
			}
			if end = max(end, 1); strings.LastIndexByte(text[:end], ' ') > 0 {
				end = strings.LastIndexByte(text[:end], ' ') + 1
			}
			lines = append(lines, strings.TrimSpace(text[:end]))
			text = text[end:]
		}
		if text != "" {
			lines = append(lines, text)
		}
	}
	return lines
}

// says is what stands under a picture.
func (r *Record) says(c Caption, at time.Time) []string {
	texts := []string{r.clean(PlaceWords(c.Place).In(r.lang)), r.clean(c.Address), at.Format("2006-01-02 15:04:05 (UTC-07:00)")}
	if r.rehearsal {
		texts = append([]string{hint.Say("REHEARSAL – not Meta").In(r.lang)}, texts...)
	}
	var kept []string
	for _, text := range texts {
		if text != "" {
			kept = append(kept, text)
		}
	}
	return kept
}
