package chrome

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"image"
	"image/draw"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nonmerci/nonmerci/selectors"
)

var keep = flag.String("keep", "", "leave the pictures in this folder, to be looked at")

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

// screen is a browser with a screen of its own, and a page in it, which the
// person has enlarged.
func screen(t *testing.T, scale, zoom float64, w, h int, html string) (*Browser, *tab) {
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
	o := options(t, args...)
	if err := os.Mkdir(filepath.Join(o.Profile, "Default"), 0o700); err != nil {
		t.Fatal(err)
	}
	enlarged := fmt.Sprintf(`{"partition":{"default_zoom_level":{"x":%v}}}`, math.Log(zoom)/math.Log(1.2))
	if err := os.WriteFile(filepath.Join(o.Profile, "Default", "Preferences"), []byte(enlarged), 0o600); err != nil {
		t.Fatal(err)
	}
	b := started(t, o)
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
func keepShots(t *testing.T, name string, shots Shots) {
	if *keep == "" {
		return
	}
	for i, s := range shots.Shots {
		if err := os.WriteFile(filepath.Join(*keep, fmt.Sprintf("%s-%02d.png", name, i)), s.PNG, 0o600); err != nil {
			t.Error(err)
		}
	}
}

// TestFormPicture takes pictures of a form on several screens: all of it is in
// them, and nothing of other people's.
func TestFormPicture(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		scale, zoom float64
		w, h        int
	}{{1, 1.25, 1280, 720}, {1.5, 1, 400, 700}, {2, 1, 1280, 400}, {3, 1, 2560, 1300}} {
		t.Run(fmt.Sprintf("%v times, %d px", c.scale, c.w), func(t *testing.T) {
			t.Parallel()
			b, tab := screen(t, c.scale, c.zoom, c.w, c.h, formPage(40, `<script>resized = 0; addEventListener('resize', () => resized++); visualViewport.addEventListener('resize', () => resized++)</script>`))
			want := sight(t, b, FormContent)
			tab.eval(`scrollTo(0, 33); document.querySelector('textarea').scrollTop = 47`)
			const where = `[scrollX, scrollY, document.querySelector('textarea').scrollTop, resized, innerWidth, innerHeight, document.activeElement.localName].join()`
			before := tab.eval(where)
			shots, err := b.Pictures(t.Context(), want)
			if err != nil || shots.Cut || shots.Covered {
				t.Errorf("%v, cut %v, covered %v", err, shots.Cut, shots.Covered)
			}
			keepShots(t, fmt.Sprint(c.scale), shots)
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
			checkAreas(t, shots, c.scale*c.zoom)
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
			if wide := 60 * scale; a.Kind == "image" && math.Abs(float64(a.W)-wide) > 3 {
				errs = append(errs, fmt.Errorf("%+v is not %v px wide", a, wide))
			}
		}
	}
	for _, kind := range []string{"email", "phone", "explanation", "image"} {
		if !seen[kind] {
			errs = append(errs, fmt.Errorf("no area %s", kind))
		}
	}
	if err := errors.Join(errs...); err != nil {
		t.Error(err)
	}
}

// stripes is a page as tall as 50 of its stripes of 600 px.
func stripes() string {
	var b strings.Builder
	b.WriteString(`<style>body{margin:0} i{display:block;height:600px}</style><main>`)
	for i := range 50 {
		fmt.Fprintf(&b, `<i style="background:#%06x">%[2]d</i>`, lineColour(i), i)
	}
	return b.String() + `<input type=email></main>`
}

// testPictures takes pictures of pages on which somebody else's things stand in
// odd places.
func testPictures(t *testing.T) {
	form := formPage(3, "")
	over := func(style, more string) string {
		return formPage(3, fmt.Sprintf(`<div style="position:fixed;background:#%06x;%s" %s>Jane Roe<br><b style="background:#%[1]x">overflows</b></div>`, someoneElse, style, more))
	}
	body := strings.NewReplacer("<main>", "<div>", "</main>", "</div>", "class=list>Jane Roe was here", ">").Replace(form)
	thanks := fmt.Sprintf(`<main style="height:900px;background:#%06x">Jane Roe</main><div role=dialog aria-modal=true style="position:fixed;top:99px;left:99px;width:300px;background:#%06x">
		Thanks <input type=email></div>`, someoneElse, formTop)
	for _, c := range []struct {
		name, html string
		of         Content
		whole      bool
		parts      []int // colours that are there
		covered    bool
		cut        bool
		none       bool
	}{
		{name: "form", html: form, of: FormContent, whole: true, parts: []int{formTop, formEnd}},
		{name: "what is in view", html: stripes(), of: MainContent, parts: []int{lineColour(0)}},
		{name: "tall page", html: stripes(), of: MainContent, whole: true, parts: []int{lineColour(0), lineColour(3), lineColour(7)}, cut: true},
		{name: "modal over everything", html: over("inset:0", "role=dialog aria-modal=true"), of: FormContent, whole: true, none: true},
		{name: "see-through cover", html: form + `<div style="position:fixed;inset:0"></div>`, of: FormContent, whole: true, none: true},
		{name: "box in the way", html: over("top:200px;left:40%;width:200px;height:80px", "") + `<div style="height:1500px">`, of: FormContent, whole: true, parts: []int{formTop, formEnd}},
		{name: "box that stays in the way", html: over("top:200px;left:40%;width:200px;height:150px", ""), of: FormContent, whole: true, parts: []int{formEnd}, covered: true},
		{name: "small sign", html: over("top:250px;left:50%;width:7px;height:7px;overflow:hidden", "") + `<div style="height:1500px">`, of: FormContent, whole: true, parts: []int{formTop, formEnd}},
		{name: "lets the mouse through", html: over("top:250px;left:45%;width:60px;height:30px;pointer-events:none", "") + `<div style="height:1500px">`, of: FormContent, whole: true, parts: []int{formTop, formEnd}},
		{name: "runs over its edge", html: form + fmt.Sprintf(`<div style="position:fixed;top:230px;left:45%%;width:30px;height:10px;pointer-events:none;font:60px/60px sans-serif;color:#%06x">JANE</div>`, someoneElse),
			of: FormContent, whole: true, parts: []int{formEnd}, covered: true},
		{name: "empty room for signs", html: form + `<div style="position:fixed;inset:0;pointer-events:none"></div>`, of: FormContent, whole: true, parts: []int{formTop, formEnd}},
		{name: "in a shadow root", html: form + fmt.Sprintf(`<x-bar></x-bar><script>document.querySelector('x-bar').attachShadow({mode:'open'}).innerHTML =
			'<p style="position:fixed;top:250px;left:0;right:0;background:#%06x">Jane Roe</p>'</script><div style="height:1500px">`, someoneElse), of: FormContent, whole: true, parts: []int{formTop, formEnd}},
		{name: "no main", html: body, of: MainContent, parts: []int{formTop}},
		{name: "two mains", html: form + `<main>other</main>`, of: MainContent, none: true},
		{name: "dialog that says it", html: thanks, of: MainContent, parts: []int{formTop}},
		{name: "no dialog", html: form, of: DialogContent, none: true},
	} {
		b, w, _ := shared(t)
		if err := b.Open(t.Context(), w.page(c.html)); err != nil {
			t.Fatal(err)
		}
		want := sight(t, b, c.of)
		want.Whole = c.whole
		if c.name == "dialog that says it" {
			want.Holds = want.Kinds["email"]
		}
		shots, err := b.Pictures(t.Context(), want)
		keepShots(t, strings.ReplaceAll(c.name, " ", "-"), shots)
		seen := colours(t, shots)
		if none := len(shots.Shots) == 0; none != c.none || shots.Cut != c.cut || !none && shots.Covered != c.covered || !none && err != nil {
			t.Errorf("%s: %d pictures, cut %v, covered %v, %v", c.name, len(shots.Shots), shots.Cut, shots.Covered, err)
		}
		if seen[someoneElse] > 0 {
			t.Errorf("%s: %d pixels of somebody else's", c.name, seen[someoneElse])
		}
		for _, rgb := range c.parts {
			if seen[rgb] == 0 {
				t.Errorf("%s: #%06x is missing", c.name, rgb)
			}
		}
	}
	another := Sight{Of: FormContent, Document: "another"}
	b, _, _ := shared(t)
	if shots, err := b.Pictures(t.Context(), another); !errors.Is(err, ErrUnclear) || len(shots.Shots) > 0 {
		t.Errorf("a picture of another document: %v", err)
	}
}

// testPrivateAreas: addresses, numbers and the person's own words have
// areas wherever they stand in the content, and nothing else has.
func testPrivateAreas(t *testing.T) {
	b, w, _ := shared(t)
	const page = `<body style="margin:0"><main style="font:16px/20px monospace;width:800px">
		<form><input type=email value=marie@courrier.example><input name=other autocomplete=email><textarea>marie@courrier.example</textarea><button>Send</button></form>
		<script>"x@script.example"</script><p id=plain>Nobody @ home, on 2025-05-27 10:15, form 767264225370182</p>
		<p id=mail>We will write to marie@courrier.example soon.</p>
		<p id=split>Or to <b>anna</b>@<i>mail.example</i></p>
		<p id=phone>Call <span>+33 6 12 34 56 78</span></p>
		<p id=words>You wrote: my&shy; PHOTOS are <b>mine</b></p>
		<p id=shadow></p><p id=bare></p><img id=face width=20 height=20 alt="" src="data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg'/>">
		<div id=drawn style="width:40px;height:40px;content:url(&quot;data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg'/%3E&quot;)"></div>
		<p hidden>hidden@mail.example</p></main>
		<script>shadow.attachShadow({mode: 'open'}).innerHTML = '<p>shade@mail.example</p>'; bare.attachShadow({mode: 'open'}).innerHTML = 'bare@mail.example'; for (const el of document.querySelectorAll('p,img,div')) el.dataset.y = el.getBoundingClientRect().y</script>`
	if err := b.Open(t.Context(), w.page(page)); err != nil {
		t.Fatal(err)
	}
	want := sight(t, b, MainContent)
	want.Whole, want.Says = false, map[string][]string{"explanation": {"My photos are mine"}}
	shots, err := b.Pictures(t.Context(), want)
	if err != nil || len(shots.Shots) != 1 {
		t.Fatalf("%d pictures, %v", len(shots.Shots), err)
	}
	kinds := map[string]int{}
	for _, a := range shots.Shots[0].Areas {
		kinds[a.Kind]++
		if a.H > 60 {
			t.Errorf("an area of %s is %d pixels high: far more than what is private is covered", a.Kind, a.H)
		}
	}
	// Two fields and five texts; the text area and the words; two images.
	if kinds["email"] != 6 || kinds["phone"] != 1 || kinds["explanation"] != 2 || kinds["image"] != 2 || kinds["field"] != 0 {
		t.Errorf("%v\n%+v", kinds, shots.Shots[0].Areas)
	}
}

// TestAPictureOfWhatMoves: where the fields have moved meanwhile there is no
// picture, as nobody knows what would be under the boxes.
func TestAPictureOfWhatMoves(t *testing.T) {
	was := &scene{Scale: 1, Span: box{"", 0, 0, 600, 600}, Clip: box{"", 0, 0, 600, 600}, Areas: []box{{"email", 10, 100, 300, 30}}, Typed: []box{{"field", 10, 100, 300, 30}}}
	if !was.shows(was, run{0, 600}) {
		t.Error("what stands still is not shown")
	}
	for _, move := range []func(*scene){
		func(v *scene) { v.Areas = []box{{"email", 10, 101, 300, 30}} }, func(v *scene) { v.Areas = []box{{"email", 10, 100, 200, 30}} },
		func(v *scene) { v.Areas = []box{{"field", 10, 100, 300, 30}} }, func(v *scene) { v.Areas = nil },
		func(v *scene) { v.Typed = []box{{"field", 12, 100, 300, 30}} }, func(v *scene) { v.Span.H = 700 },
	} {
		now := *was
		move(&now)
		if now.shows(was, run{0, 600}) {
			t.Errorf("%+v counts as the same as %+v", now, *was)
		}
	}
}

// testMovingPage: on a page that moves its fields to and fro, there is a picture
// only where the field is under its area.
func testMovingPage(t *testing.T) {
	b, w, _ := shared(t)
	page := fmt.Sprintf(`<body style="margin:0"><main style="height:500px;overflow:hidden"><div id=gap style="height:10px"></div>
		<form><input type=email value=marie@courrier.example style="background:#%06x;border:0;width:300px;height:30px"><button>Send</button></form></main>
		<script>let on = 0; setInterval(() => { on = !on; gap.style.height = (on ? 10 : 130) + 'px' }, 45)</script>`, someoneElse)
	if err := b.Open(t.Context(), w.page(page)); err != nil {
		t.Fatal(err)
	}
	want := sight(t, b, MainContent)
	want.Whole = false
	for range 10 {
		shots, err := b.Pictures(t.Context(), want)
		if err != nil && !errors.Is(err, ErrLost) && !errors.Is(err, ErrUnclear) {
			t.Fatal(err)
		}
		for _, s := range shots.Shots {
			shown := decoded(t, s.PNG)
			for _, a := range s.Areas {
				draw.Draw(shown.(draw.Image), image.Rect(a.X-1, a.Y-1, a.X+a.W+1, a.Y+a.H+1), image.Black, image.Point{}, draw.Src)
			}
			for y := range shown.Bounds().Dy() {
				for x := range shown.Bounds().Dx() {
					if r, g, b, _ := shown.At(x, y).RGBA(); int(r>>8)<<16|int(g>>8)<<8|int(b>>8) == someoneElse {
						t.Fatalf("the field is beside its area, at %d, %d: %+v", x, y, s.Areas)
					}
				}
			}
		}
	}
}
