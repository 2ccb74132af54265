package chrome

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nonmerci/nonmerci/selectors"
)

// Colours that nothing else on the pages has.
const (
	someoneElse = 0xff00fe
	formTop     = 0x123456
	formEnd     = 0x654321
)

// lineColour is that of one line of a text area, or of one stripe of a page.
func lineColour(i int) int { return (40+3*i)<<16 | (200-4*i)<<8 | (40 + i) }

// formPage is a form between what belongs to other people: a header that stays,
// a chat in a corner, a list at the side. more is what lies over it.
func formPage(lines int, more string) string {
	var stops, text strings.Builder
	for i := range lines {
		fmt.Fprintf(&stops, "#%06x %dpx %dpx,", lineColour(i), 20*i, 20*i+20)
		fmt.Fprintf(&text, "line %d\n", i)
	}
	return fmt.Sprintf(`<style>
		body { margin: 0 0 200px; font: 16px/1.25 sans-serif }
		header { position: fixed; top: 0; left: 0; right: 0; height: 50px; background: #%06x }
		.chat { position: fixed; right: 0; bottom: 0; width: 90px; height: 60px; background: #%[1]x; pointer-events: none }
		.list { height: 120px; background: #%[1]x; margin-top: 50px }
		main { max-width: 600px; margin: 0 auto } .part { height: 30px }
		textarea { box-sizing: border-box; width: 100%%; height: 84px; padding: 0; border: 2px solid; font: 16px/20px monospace;
			background: linear-gradient(%[2]s) local; resize: none }
	</style>
	<header>3 notifications from Jane Roe</header><div class=list>Jane Roe was here</div>
	<main><h1>Object</h1><form><div class=part style="background:#%06[3]x"></div>
	<p><label>E-mail <input type=email value=marie@courrier.example></label><p><label>Phone <input type=tel></label>
	<p><img width=60 height=40 alt="" src="data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg'/>">
	<p><label>Explain <textarea>%[5]s</textarea></label>
	<div class=part style="background:#%06[4]x"></div><button>Send</button></form></main>
	<div class=chat>Jane Roe writes</div>%[6]s`, someoneElse, strings.TrimSuffix(stops.String(), ","), formTop, formEnd, strings.TrimSpace(text.String()), more)
}

// at is a browser with a screen of its own, and a page in it.
func screen(t *testing.T, scale float64, w, h int, html string) (*Browser, *tab) {
	t.Helper()
	web, err := serveWeb()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(web.close)
	hand, err := newHand()
	if err != nil {
		t.Fatal(err)
	}
	args := append(web.args(), hand.arg(), fmt.Sprintf("force-device-scale-factor=%v", scale), fmt.Sprintf("window-size=%d,%d", w, h))
	b := started(t, options(t, args...))
	if err := b.Open(t.Context(), web.page(html)); err != nil {
		t.Fatal(err)
	}
	return b, hand.on(t)
}

var pictureTargets = &Plan{
	Targets: map[string]planTarget{
		"email": {Is: []selectors.Role{"textbox"}, In: "page", Find: []planLocator{{By: "type", Values: []string{"email"}, Label: "type", Weight: 2}}},
	},
	Places: []planPlace{{ID: "there", When: []planRule{{See: []string{"email"}}}}},
}

// sight looks at the page and says what a picture of it is to show.
func sight(t *testing.T, b *Browser, of Content) Sight {
	t.Helper()
	v, err := b.Look(t.Context(), pictureTargets, Until{Within: 20 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	return Sight{Of: of, Document: v.Document, Whole: true, Kinds: map[string][]int64{"email": {v.Targets["email"].Node}}}
}

// colours counts how often each colour is in pictures.
func colours(t *testing.T, shots Shots) map[int]int {
	t.Helper()
	all := map[int]int{}
	for _, s := range shots.Shots {
		shown := decoded(t, s.PNG)
		for y := shown.Bounds().Min.Y; y < shown.Bounds().Max.Y; y++ {
			for x := shown.Bounds().Min.X; x < shown.Bounds().Max.X; x++ {
				r, g, b, _ := shown.At(x, y).RGBA()
				all[int(r>>8)<<16|int(g>>8)<<8|int(b>>8)]++
			}
		}
	}
	return all
}

func decoded(t *testing.T, data []byte) image.Image {
	t.Helper()
	shown, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return shown
}

// keepShots leaves the pictures where a person can look at them.
func keepShots(t *testing.T, shots Shots) {
	dir := os.Getenv("SHOTS")
	if dir == "" {
		return
	}
	for i, s := range shots.Shots {
		name := fmt.Sprintf("%s-%02d.png", strings.ReplaceAll(t.Name(), "/", "-"), i)
		if err := os.WriteFile(filepath.Join(dir, name), s.PNG, 0o600); err != nil {
			t.Error(err)
		}
	}
}

// TestFormPicture takes pictures of a form on several screens: all of it is in
// them, and nothing of other people's.
func TestFormPicture(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		scale float64
		w, h  int
	}{{1, 1280, 720}, {1.5, 400, 700}, {2, 1280, 400}, {3, 2560, 1300}} {
		t.Run(fmt.Sprintf("%v times, %d px", c.scale, c.w), func(t *testing.T) {
			t.Parallel()
			b, tab := screen(t, c.scale, c.w, c.h, formPage(40, `<script>resized = 0; addEventListener('resize', () => resized++)</script>`))
			want := sight(t, b, FormContent)
			tab.eval(`scrollTo(0, 33); document.querySelector('textarea').scrollTop = 47`)
			const where = `[scrollX, scrollY, document.querySelector('textarea').scrollTop, resized, innerWidth, innerHeight, document.activeElement.localName].join()`
			before := tab.eval(where)
			shots, err := b.Pictures(t.Context(), want)
			if err != nil || shots.Cut || shots.Covered {
				t.Errorf("%v, cut %v, covered %v", err, shots.Cut, shots.Covered)
			}
			keepShots(t, shots)
			if after := tab.eval(where); before != after {
				t.Errorf("the page was disturbed: %v, then %v", before, after)
			}
			seen := colours(t, shots)
			if n := seen[someoneElse]; n > 0 {
				t.Errorf("%d pixels of somebody else's", n)
			}
			for _, rgb := range []int{formTop, formEnd} {
				if seen[rgb] == 0 {
					t.Errorf("#%06x of the form is missing", rgb)
				}
			}
			for i := range 40 {
				if seen[lineColour(i)] == 0 {
					t.Errorf("line %d of the text is missing", i)
				}
			}
			t.Logf("%d pictures", len(shots.Shots))
			checkAreas(t, shots, c.scale)
		})
	}
}

// checkAreas looks whether each area of the form is somewhere, in its size.
func checkAreas(t *testing.T, shots Shots, scale float64) {
	t.Helper()
	var errs []error
	seen := map[string]bool{}
	for _, s := range shots.Shots {
		bounds := decoded(t, s.PNG).Bounds()
		for _, a := range s.Areas {
			seen[a.Kind] = true
			if !image.Rect(a.X, a.Y, a.X+a.W, a.Y+a.H).In(bounds) {
				errs = append(errs, fmt.Errorf("%+v is not in %v", a, bounds))
			}
			if a.Kind == "image" && float64(a.W) > 64*scale {
				errs = append(errs, fmt.Errorf("%+v is too large", a))
			}
		}
	}
	for _, kind := range []string{"email", "phone", "field", "image"} {
		if !seen[kind] {
			errs = append(errs, fmt.Errorf("no area %s", kind))
		}
	}
	if err := errors.Join(errs...); err != nil {
		t.Error(err)
	}
}
