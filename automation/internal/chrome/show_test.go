package chrome

import (
	"context"
	"errors"
	"testing"
	"time"
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
