package record

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/png"
	"math/rand/v2"
	"testing"
)

// encoded gives a picture as PNG.
func encoded(t testing.TB, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// secretColour stands for what must not be seen: no pixel of it may be left.
func secretColour() color.RGBA { return color.RGBA{R: 250, G: 1, B: 2, A: 255} }

// form draws a page in which each area is of the secret colour, on light paper.
func form(w, h int, areas ...Area) *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			m.SetRGBA(x, y, color.RGBA{R: 230, G: 231, B: uint8(200 + (x*y)%40), A: 255})
		}
	}
	for _, a := range areas {
		for y := a.Y; y < a.Y+a.H; y++ {
			for x := a.X; x < a.X+a.W; x++ {
				m.SetRGBA(x, y, secretColour())
			}
		}
	}
	return m
}

// noise is the worst case of a PNG: nothing in it can be made smaller.
func noise(w, h int, seed uint64) *image.RGBA {
	m, r := image.NewRGBA(image.Rect(0, 0, w, h)), rand.New(rand.NewPCG(seed, 7))
	for i := 0; i+4 <= len(m.Pix); i += 4 {
		binary.LittleEndian.PutUint32(m.Pix[i:], r.Uint32()|0xff000000)
	}
	return m
}

// reddish counts the pixels that have something of the secret colour.
func reddish(t testing.TB, b []byte) (n int) {
	t.Helper()
	m, err := png.Decode(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	for y := range m.Bounds().Dy() {
		for x := range m.Bounds().Dx() {
			if c := color.RGBAModel.Convert(m.At(x, y)).(color.RGBA); int(c.R)-int(c.G) > 20 {
				n++
			}
		}
	}
	return n
}

func TestNoPixelOfASecretIsLeft(t *testing.T) {
	areas := []Area{{KindEmail, 30, 20, 90, 14}, {KindImage, 0, 0, 9, 9}, {KindExplanation, 151, 81, 9, 9}}
	page := form(160, 90, areas...)
	out, err := Redact(encoded(t, page), areas, []Kind{KindEmail, KindImage, KindExplanation})
	if err != nil {
		t.Fatal(err)
	}
	if n := reddish(t, out); n != 0 {
		t.Errorf("%d pixels of what is left out are to be seen", n)
	}
	m, _ := decodePicture(out)
	for _, at := range []image.Point{{30 - boxMargin, 20 - boxMargin}, {0, 0}, {10, 10}, {159, 89}} {
		if m.RGBAAt(at.X, at.Y) != fill() {
			t.Errorf("at %v there is no box", at)
		}
	}
	if m.RGBAAt(80, 60) != page.RGBAAt(80, 60) || m.RGBAAt(27, 20) != page.RGBAAt(27, 20) {
		t.Error("something was painted over that was to stay")
	}
	// What nobody asked for stays.
	out, err = Redact(encoded(t, page), areas, []Kind{KindImage})
	if err != nil || reddish(t, out) != 90*14+9*9 {
		t.Errorf("%d pixels of the areas that stay, %v", reddish(t, out), err)
	}
	// At every size.
	for _, s := range scales() {
		small := form(160, 90, areas...)
		paint(small, boxes(areas, Kinds(), small.Rect, small.Rect))
		small = shrink(small, s.num, s.den)
		over := boxes(areas, Kinds(), page.Rect, small.Rect)
		b, err := boxed(small, over)
		if err != nil || len(over) != len(areas) || reddish(t, b) != 0 {
			t.Errorf("at %d/%d: %d pixels, %d boxes, %v", s.num, s.den, reddish(t, b), len(over), err)
		}
	}
}

// TestNothingOfTheFileIsLeft: texts in the file, colours under transparent
// pixels, and what follows the end do not come through.
func TestNothingOfTheFileIsLeft(t *testing.T) {
	m := image.NewNRGBA(image.Rect(0, 0, 40, 30))
	for i := 0; i < len(m.Pix); i += 4 {
		copy(m.Pix[i:], []uint8{250, 1, 2, 0}) // seen by nobody, but there
	}
	b := encoded(t, m)
	const text = "tEXtAuthor\x00canary"
	chunk := binary.BigEndian.AppendUint32(nil, uint32(len(text)-4))
	chunk = binary.BigEndian.AppendUint32(append(chunk, text...), crc32.ChecksumIEEE([]byte(text)))
	head := 8 + 25
	b = append(append(append(bytes.Clone(b[:head]), chunk...), b[head:]...), "canary"...)
	if err := onlyPixels(b); err == nil {
		t.Error("a text in a picture was not seen")
	}
	out, err := Redact(b, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(out, []byte("canary")) || onlyPixels(out) != nil || reddish(t, out) != 0 {
		t.Error("something of the file came through")
	}
}

func TestRedactRefusesWhatIsOdd(t *testing.T) {
	good := encoded(t, form(20, 20))
	for name, tc := range map[string]struct {
		b     []byte
		areas []Area
	}{
		"no picture":         {[]byte("<html>"), nil},
		"half a picture":     {good[:len(good)-20], nil},
		"outside":            {good, []Area{{KindEmail, 15, 0, 6, 2}}},
		"negative":           {good, []Area{{KindEmail, -1, 0, 6, 2}}},
		"empty":              {good, []Area{{KindEmail, 1, 1, 0, 2}}},
		"not asked, outside": {good, []Area{{KindName, 15, 0, 6, 2}}},
		"no such kind":       {good, []Area{{"cookie", 1, 1, 2, 2}}},
		"huge":               {huge(t), nil},
	} {
		if _, err := Redact(tc.b, tc.areas, []Kind{KindEmail}); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
	over := []Box{{KindEmail, "asked", 2, 2, 5, 5}}
	if err := checkBoxed(good, image.Pt(20, 20), over); err == nil {
		t.Error("a box that is not there was taken for one")
	}
	out, err := Redact(good, []Area{{KindEmail, 4, 4, 1, 1}}, []Kind{KindEmail})
	if err != nil || checkBoxed(out, image.Pt(20, 20), over) != nil {
		t.Errorf("a box that is there was not seen: %v", err)
	}
	for what, err := range map[string]error{"another size": checkBoxed(out, image.Pt(20, 21), over), "a box outside": checkBoxed(out, image.Pt(20, 20), []Box{{X: 19, Y: 0, W: 2, H: 1}})} {
		if err == nil {
			t.Errorf("%s was taken", what)
		}
	}
}

// huge says that it has more pixels than any memory.
func huge(t testing.TB) []byte {
	b := bytes.Clone(encoded(t, form(4, 4)))
	binary.BigEndian.PutUint32(b[16:], 1<<30)
	binary.BigEndian.PutUint32(b[29:], crc32.ChecksumIEEE(b[12:29]))
	return b
}

func TestShrinkKeepsWhatIsSeen(t *testing.T) {
	m := image.NewRGBA(image.Rect(0, 0, 4, 2))
	for i := 0; i < len(m.Pix); i += 4 {
		v := uint8(0)
		if (i/4)%4 >= 2 {
			v = 200
		}
		copy(m.Pix[i:], []uint8{v, v, v, 255})
	}
	small := shrink(m, 1, 2)
	if small.Rect != image.Rect(0, 0, 2, 1) || small.RGBAAt(0, 0).R != 0 || small.RGBAAt(1, 0).R != 200 {
		t.Errorf("%v %v", small.Rect, small.Pix)
	}
	if c := shrink(m, 1, 4).RGBAAt(0, 0); c != (color.RGBA{100, 100, 100, 255}) {
		t.Errorf("the mean of black and 200 is %v", c)
	}
}

// TestNothingHidesInAPicture: finer pixels than are looked at, or bytes behind
// the pixels in their stream, could hold what a box covers.
func TestNothingHidesInAPicture(t *testing.T) {
	m := form(40, 30)
	good, err := boxed(m, nil)
	if err != nil {
		t.Fatal(err)
	}
	deep := image.NewNRGBA64(m.Rect)
	grey := image.NewGray(m.Rect)
	for i := range deep.Pix {
		deep.Pix[i] = 0xff
	}
	var stream bytes.Buffer
	z := zlib.NewWriter(&stream)
	_, _ = z.Write(make([]byte, 30*(1+40*3)))
	_ = z.Close()
	chunks := func(data ...[]byte) []byte {
		var b bytes.Buffer
		b.WriteString("\x89PNG\r\n\x1a\n")
		put := func(kind string, body []byte) {
			_ = binary.Write(&b, binary.BigEndian, uint32(len(body)))
			b.WriteString(kind)
			b.Write(body)
			_ = binary.Write(&b, binary.BigEndian, crc32.ChecksumIEEE(append([]byte(kind), body...)))
		}
		put("IHDR", []byte{0, 0, 0, 40, 0, 0, 0, 30, 8, 2, 0, 0, 0})
		for _, d := range data {
			put("IDAT", d)
		}
		put("IEND", nil)
		return b.Bytes()
	}
	for _, c := range []struct {
		name string
		b    []byte
		want bool
	}{
		{"as we write it", good, true},
		{"in two parts", chunks(stream.Bytes()[:9], stream.Bytes()[9:]), true},
		{"16 bits", encoded(t, deep), false},
		{"grey", encoded(t, grey), false},
		{"bytes behind the stream", chunks(stream.Bytes(), []byte("a secret")), false},
		{"cut short", chunks(stream.Bytes()[:9]), false},
	} {
		if err := checkBoxed(c.b, m.Rect.Size(), nil); (err == nil) != c.want {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}
