package record

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"io"
	"slices"
)

const (
	boxMargin = 2        // pixels by which a box is larger than its area: letters have soft edges
	maxPixels = 50 << 20 // of one picture; more is not one of ours, and would fill the memory
	fillName  = "#000000"
)

// fill is the one colour of all boxes.
func fill() color.RGBA { return color.RGBA{A: 0xff} }

// Box is a part of a picture that was painted over, in pixels of the picture as
// it is in the package.
type Box struct {
	Kind   Kind   `json:"kind"`
	Reason string `json:"reason"`
	X      int    `json:"x"`
	Y      int    `json:"y"`
	W      int    `json:"w"`
	H      int    `json:"h"`
}

func (b Box) rect() image.Rectangle { return image.Rect(b.X, b.Y, b.X+b.W, b.Y+b.H) }

// alwaysLeftOut are the kinds that no copy for others holds: faces and numbers
// may be those of other people.
func alwaysLeftOut() []Kind { return []Kind{KindImage, KindPhone} }

// Redact gives a copy of a picture with the areas of these kinds under opaque
// boxes. The copy is painted and encoded anew, so that nothing of the original is
// left under a box or beside the pixels, and read again before it is given out.
// What is odd in any way is refused.
func Redact(png []byte, areas []Area, kinds []Kind) ([]byte, error) {
	m, err := decodePicture(png)
	if err != nil {
		return nil, fmt.Errorf("redact picture: %w", err)
	}
	w, h := m.Rect.Dx(), m.Rect.Dy()
	if err := checkAreas(areas, w, h); err != nil {
		return nil, fmt.Errorf("redact picture: %w", err)
	}
	return boxed(m, boxes(areas, kinds, m.Rect, m.Rect))
}

// boxes gives the boxes over the areas of these kinds, in a picture of the size
// "in" whose areas were noted at the size "of".
func boxes(areas []Area, kinds []Kind, of, in image.Rectangle) []Box {
	over := []Box{}
	for _, a := range areas {
		if !slices.Contains(kinds, a.Kind) {
			continue
		}
		reason := "asked"
		if slices.Contains(alwaysLeftOut(), a.Kind) {
			reason = "always"
		}
		r := a.Rect().Inset(-boxMargin).Intersect(of)
		// Outwards, so that a smaller picture shows no edge of what is under the box.
		x, y := r.Min.X*in.Dx()/of.Dx(), r.Min.Y*in.Dy()/of.Dy()
		right, bottom := (r.Max.X*in.Dx()+of.Dx()-1)/of.Dx(), (r.Max.Y*in.Dy()+of.Dy()-1)/of.Dy()
		over = append(over, Box{a.Kind, reason, x, y, right - x, bottom - y})
	}
	return over
}

func paint(m *image.RGBA, over []Box) {
	for _, b := range over {
		draw.Draw(m, b.rect(), image.NewUniform(fill()), image.Point{}, draw.Src)
	}
}

// boxed paints the boxes, encodes the picture, and looks at what came out.
func boxed(m *image.RGBA, over []Box) ([]byte, error) {
	paint(m, over)
	var b bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&b, m); err != nil {
		return nil, fmt.Errorf("redact picture: %w", err)
	}
	if err := checkBoxed(b.Bytes(), m.Rect.Size(), over); err != nil {
		return nil, fmt.Errorf("redact picture: %w", err)
	}
	return b.Bytes(), nil
}

// checkBoxed says why a picture is not what a redacted one must be: of this size,
// nothing in the file but pixels, and under every box one opaque colour.
func checkBoxed(b []byte, size image.Point, over []Box) error {
	if err := onlyPixels(b); err != nil {
		return err
	}
	if c, err := png.DecodeConfig(bytes.NewReader(b)); err != nil || image.Pt(c.Width, c.Height) != size {
		return errors.New("the picture has another size")
	}
	m, err := decodePicture(b)
	if err != nil {
		return err
	}
	for _, box := range over {
		if r := box.rect(); r.Empty() || !r.In(m.Rect) {
			return fmt.Errorf("the box over %q is not inside the picture", box.Kind)
		}
		for y := box.Y; y < box.Y+box.H; y++ {
			for x := box.X; x < box.X+box.W; x++ {
				if m.RGBAAt(x, y) != fill() {
					return fmt.Errorf("the box over %q is not opaque", box.Kind)
				}
			}
		}
	}
	return nil
}

// decodePicture gives the pixels of a PNG, on white: what a picture keeps where
// it is transparent is not to be seen, and does not live on.
func decodePicture(b []byte) (*image.RGBA, error) {
	size, err := png.DecodeConfig(bytes.NewReader(b))
	if err != nil {
		return nil, err
	}
	if size.Width > maxPixels/max(1, size.Height) {
		return nil, errors.New("the picture is too large")
	}
	m, err := png.Decode(bytes.NewReader(b))
	if err != nil {
		return nil, err
	}
	flat := image.NewRGBA(image.Rect(0, 0, size.Width, size.Height))
	draw.Draw(flat, flat.Rect, image.White, image.Point{}, draw.Src)
	draw.Draw(flat, flat.Rect, m, m.Bounds().Min, draw.Over)
	return flat, nil
}

// errMore refuses a picture that could hide something.
var errMore = errors.New("the picture holds more than its pixels, or is not whole")

// onlyPixels refuses a PNG that holds more than its pixels: texts, times, colour
// profiles, bytes after its end or after the pixels, or pixels finer than they are
// looked at.
func onlyPixels(b []byte) error {
	const signature, header = "\x89PNG\r\n\x1a\n", 13
	rest, ok := bytes.CutPrefix(b, []byte(signature))
	var head, data []byte
	for ok && len(rest) >= 12 {
		n := uint64(binary.BigEndian.Uint32(rest))
		kind := string(rest[4:8])
		if n+12 > uint64(len(rest)) {
			break
		}
		body := rest[8 : 8+n]
		rest = rest[n+12:]
		switch {
		case kind == "IHDR" && head == nil && n == header:
			head = body
		case kind == "IDAT" && head != nil:
			data = append(data, body...)
		case kind == "IEND" && n == 0 && len(rest) == 0 && head != nil:
			return onlyRows(head, data)
		default:
			return errMore
		}
	}
	return errMore
}

// onlyRows wants one stream with the rows of pixels in it and nothing after them:
// eight bits a channel, three or four channels, not interlaced, as [boxed] writes.
func onlyRows(head, data []byte) error {
	width, height := int64(binary.BigEndian.Uint32(head)), int64(binary.BigEndian.Uint32(head[4:]))
	channels := map[byte]int64{2: 3, 6: 4}[head[9]]
	if head[8] != 8 || channels == 0 || head[12] != 0 || width > maxPixels || height > maxPixels/max(1, width) {
		return errMore
	}
	in := bytes.NewReader(data)
	rows, err := zlib.NewReader(in)
	if err != nil {
		return errMore
	}
	n, err := io.Copy(io.Discard, io.LimitReader(rows, height*(1+width*channels)+1))
	if err != nil || n != height*(1+width*channels) || in.Len() > 0 {
		return errMore
	}
	return nil
}

// scale is a size at which a picture is given out.
type scale struct{ num, den int }

// scales go from the picture as it is to the smallest in which a page is known
// again, though not read.
func scales() []scale { return []scale{{1, 1}, {3, 4}, {1, 2}, {3, 8}, {1, 4}} }

// shrink gives the picture at num/den of its size; every pixel is the mean of
// those that it stands for.
func shrink(m *image.RGBA, num, den int) *image.RGBA {
	w, h := m.Rect.Dx(), m.Rect.Dy()
	narrow := image.NewRGBA(image.Rect(0, 0, max(1, w*num/den), h))
	for y := range h {
		squeeze(stripe{narrow.Pix[y*narrow.Stride:], 4, narrow.Rect.Dx()}, stripe{m.Pix[y*m.Stride:], 4, w})
	}
	small := image.NewRGBA(image.Rect(0, 0, narrow.Rect.Dx(), max(1, h*num/den)))
	for x := range small.Rect.Dx() {
		squeeze(stripe{small.Pix[x*4:], small.Stride, small.Rect.Dy()}, stripe{narrow.Pix[x*4:], narrow.Stride, h})
	}
	return small
}

// stripe is a row or a column of opaque pixels.
type stripe struct {
	pix     []uint8
	step, n int
}

// squeeze fills a shorter stripe with the means of a longer one.
func squeeze(to, from stripe) {
	for i := range to.n {
		// Where the pixel begins and ends, in parts of which each source pixel has to.n.
		begin, end := i*from.n, (i+1)*from.n
		var sum [3]int
		for j := begin / to.n; j*to.n < end; j++ {
			weight := min(end, (j+1)*to.n) - max(begin, j*to.n)
			for c, v := range from.pix[j*from.step : j*from.step+3] {
				sum[c] += weight * int(v)
			}
		}
		p := to.pix[i*to.step : i*to.step+4]
		for c := range sum {
			p[c] = uint8((sum[c] + from.n/2) / from.n)
		}
		p[3] = 0xff
	}
}
