package chrome

import (
	"testing"
	"time"

	"github.com/nonmerci/nonmerci/selectors"
)

// slidingPage has an honest link, and a Send that moves under the pointer as
// soon as it comes near, or that keeps jumping over the link.
func slidingPage(send, move string) string {
	return `<body style="margin:0"><div style="position:relative;height:400px">
	<a id="it" href="/test/next/" style="position:absolute;left:100px;top:100px;width:200px;height:40px">Object</a>` + send + `</div>
	<script>
	const send = document.getElementById('send'), link = document.getElementById('it');
	const put = (x, y) => { send.style.left = x + 'px'; send.style.top = y + 'px' };
	` + move + `
	</script>`
}

// testJudgeRace: what the judge saw is not what the click would hit. The belt
// stops the click; the control shows that it would have sent.
func testJudgeRace(t *testing.T) {
	const style = `style="position:absolute;left:600px;top:300px;width:220px;height:60px;z-index:5"`
	sends := map[string]string{
		"form":  `<iframe name="f" hidden></iframe><form method="post" action="/sent/form" target="f"><button id="send" ` + style + `>Go on</button></form>`,
		"fetch": `<div id="send" role="button" onclick="fetch('/sent/fetch', {method: 'POST'})" ` + style + `>Go on</div>`,
		"down":  `<div id="send" role="button" onpointerdown="fetch('/sent/down', {method: 'POST'})" onmousedown="fetch('/sent/down', {method: 'POST'})" ` + style + `>Go on</div>`,
	}
	moves := map[string]string{
		"when the pointer comes": `document.addEventListener('pointermove', (e) => put(e.clientX - 100, e.clientY - 20), true)`,
		"between moves":          `for (const t of ['pointerover', 'mouseover', 'mousemove', 'pointerrawupdate', 'pointerdown']) addEventListener(t, (e) => put(e.clientX - 100, e.clientY - 20), true)`,
		"all the time":           `let there = false; setInterval(() => { there = !there; there ? put(90, 90) : put(600, 300) }, 3)`,
	}
	press := func(t *testing.T, b *Browser, w *web, moving, sending string) int {
		before := w.total()
		for range 2 {
			if err := b.Open(t.Context(), w.page(slidingPage(sends[sending], moves[moving]))); err != nil {
				t.Fatal(err)
			}
			plan := looking([]selectors.Role{selectors.Link}, "", named("Object"))
			v, err := b.Look(t.Context(), plan, Until{Within: 3 * time.Second, Patience: 100 * time.Millisecond})
			if err != nil || !v.Sees("it") {
				t.Fatal(v.Targets["it"], err)
			}
			_ = b.Press(t.Context(), "it", v.Targets["it"])
			quiet(t, 60*time.Millisecond, func() bool { return w.total() > before })
		}
		return w.total() - before
	}
	for moving := range moves {
		for sending := range sends {
			t.Run(moving+"/"+sending, func(t *testing.T) {
				b, w, _ := shared(t)
				if n := press(t, b, w, moving, sending); n != 0 {
					t.Errorf("%d clicks of the program reached Send", n)
				}
			})
		}
	}
	t.Run("control", func(t *testing.T) {
		_, w, _ := shared(t)
		o := options(t, w.args()...)
		o.off = allLocks
		b := started(t, o)
		for sending := range sends {
			if press(t, b, w, "when the pointer comes", sending) == 0 {
				t.Errorf("%s sends nothing, so its test proves nothing", sending)
			}
		}
	})
}
