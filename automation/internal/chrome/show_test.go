package chrome

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image/png"
	"slices"
	"testing"
	"time"

	"github.com/nonmerci/nonmerci/selectors"
)

// testShowing: what the person points at is read, as the thing that does
// something, and the page gets nothing of the click.
func testShowing(t *testing.T) {
	b, w, hand := shared(t)
	const page = `<body><p><a id=link href="/help/contact/1?secret=x#y"><span><b id=letters>Say no</b> to AI</span></a></p>
		<p><div role=button tabindex=0 id=div aria-label="Do it"><i id=icon>go</i></div></p><p id=plain>Just words</p>
		<form><input id=field name=email type=email value=canary@mail.example aria-label="Your e-mail"><button id=send>Send</button></form>
		<script>for (const type of ['pointerdown', 'mousedown', 'mouseup', 'click', 'focusin']) addEventListener(type, () => { document.title += ' ' + type }, true)</script>`
	if err := b.Open(t.Context(), w.page(page)); err != nil {
		t.Fatal(err)
	}
	tab := hand.on(t)
	tab.eval(`document.title = 'quiet'; 1`)
	for _, c := range []struct {
		at   string
		want Shown
		err  error
	}{
		{"#letters", Shown{Family: "link", Name: "Say no to AI", Text: "Say no to AI", Link: "https://www.facebook.com/help/contact/1", Language: "en"}, nil},
		{"#icon", Shown{Family: "button", Name: "Do it", Text: "go", Language: "en"}, nil},
		{"#field", Shown{Family: "textbox", Name: "Your e-mail", Field: "email", Language: "en"}, nil},
		{"#send", Shown{Family: "button", Name: "Send", Text: "Send", Language: "en", Submits: true}, nil},
		{"#plain", Shown{}, ErrNoThing},
	} {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		type answer struct {
			s   Shown
			err error
		}
		got, ready := make(chan answer, 1), make(chan struct{})
		go func() {
			s, err := b.Show(ctx, func() { close(ready) })
			got <- answer{s, err}
		}()
		<-ready
		tab.clickOver(c.at)
		a := <-got
		cancel()
		a.s.Node = 0
		if a.s != c.want || !errors.Is(a.err, c.err) {
			t.Errorf("%s: %+v, %v; want %+v", c.at, a.s, a.err, c.want)
		}
	}
	if title := tab.eval(`document.title`); title != "quiet" {
		t.Errorf("the page noticed: %q", title)
	}
	tab.clickOver("#plain")
	until(t, 20*time.Second, "the page gets clicks again", func() bool { return tab.eval(`document.title`) != "quiet" })
}

// testNear: what comes near to something that is not found is listed, the nearest
// first, and marked without the page noticing; what sends, and what a flow says it
// is not, is never among it.
func testNear(t *testing.T) {
	plan := looking([]selectors.Role{selectors.Link}, "", planLocator{By: selectors.ByName, Values: []string{"Object to this", "Widerspruch einlegen"}, Weight: 1},
		planLocator{By: selectors.ByForm, Values: []string{"767264225370182"}})
	plan.Targets["it"] = func(t planTarget) planTarget {
		t.Never = []planLocator{{By: selectors.ByName, Values: []string{"Object to this ad"}}}
		return t
	}(plan.Targets["it"])
	const style = ` style="display:block;width:200px;height:40px;background:#fff;color:#fff"`
	v, b := look(t, plan, `<body style="margin:0;background:#fff"><a id=a href="/x"`+style+`>Object to this now</a><p><a href="/settings"`+style+`>Settings</a>
		<p><a href="/help/contact/111111111111"`+style+`>What I want</a><p><div id=c role=button`+style+`>Widerspruch einlegen!</div>
		<form><button`+style+`>Object to this</button></form><a href="/ad"`+style+`>Object to this ad</a>
		<p hidden><a href="/p"`+style+`>Object to this here</a>`)
	if v.Sees("it") {
		t.Fatalf("found: %+v", v.Targets["it"])
	}
	near, err := b.Nearest(t.Context(), plan, "it")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, n := range near {
		got = append(got, n.Family+" "+n.Name)
	}
	if want := []string{"link What I want", "button Widerspruch einlegen!", "link Object to this now"}; !slices.Equal(got, want) {
		t.Fatalf("near: %q, want %q", got, want)
	}
	_, _, hand := shared(t)
	tab := hand.on(t)
	marked := func() (yellow []string) {
		for _, at := range []string{"#a", "a[href='/settings']", "a[href^='/help']", "#c", "button", "a[href='/ad']"} {
			if tab.isYellow(at) {
				yellow = append(yellow, at)
			}
		}
		return yellow
	}
	tab.eval(`document.title = 'quiet'; new MutationObserver(() => { document.title = 'noticed' }).observe(document.body, {subtree: true, childList: true, attributes: true}); 1`)
	if err := b.Highlight(t.Context(), near); err != nil {
		t.Fatal(err)
	}
	if got := marked(); !slices.Equal(got, []string{"#a", "a[href^='/help']", "#c"}) {
		t.Errorf("marked: %q", got)
	}
	if err := b.Highlight(t.Context(), near[:1]); err != nil {
		t.Fatal(err)
	}
	if got := marked(); !slices.Equal(got, []string{"a[href^='/help']"}) {
		t.Errorf("marked in the place of those before: %q", got)
	}
	if err := b.Highlight(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if got := marked(); got != nil {
		t.Errorf("still marked: %q", got)
	}
	if title := tab.eval(`document.title`); title != "quiet" {
		t.Errorf("the page noticed: %q", title)
	}
}

// isYellow tells whether the middle of an element is marked in a picture of the tab.
func (t *tab) isYellow(selector string) bool {
	t.t.Helper()
	raw, err := t.call("Page.captureScreenshot", map[string]any{"format": "png"})
	var shot struct{ Data []byte }
	if err != nil || json.Unmarshal(raw, &shot) != nil {
		t.t.Fatalf("a picture: %v", err)
	}
	picture, err := png.Decode(bytes.NewReader(shot.Data))
	if err != nil {
		t.t.Fatal(err)
	}
	var x, y int
	if _, err := fmt.Sscan(fmt.Sprint(t.eval(fmt.Sprintf(`(() => { const r = document.querySelector(%q).getBoundingClientRect(); return Math.round(r.x + r.width / 2) + ' ' + Math.round(r.y + r.height / 2) })()`, selector))), &x, &y); err != nil {
		t.t.Fatal(err)
	}
	r, _, b, _ := picture.At(x, y).RGBA()
	return r>>8 > 200 && b>>8 < 200
}
