package chrome

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/nonmerci/nonmerci/selectors"
)

const sendSelector = `button[type=submit]:not([name=search]), main div[role=button]`

// TestHandOver: all locks are on, the form is filled and handed over. What the
// page does by itself sends nothing; what the person does to Send sends once;
// what the person does elsewhere sends nothing.
func TestHandOver(t *testing.T) {
	t.Parallel()
	js := func(script string) func(*tab) { return func(h *tab) { h.try(script) } }
	const post = `fetch(location.origin + '/ajax/help/contact/submit/page', {method: 'POST', keepalive: true, body: new URLSearchParams({email: document.querySelector('input[type=email]').value})}).catch(() => {})`
	focus := func(h *tab, selector string) { h.eval(fmt.Sprintf(`document.querySelector(%q).focus()`, selector)) }
	button := `(() => { const b = document.createElement('button'); b.id = 'other'; b.textContent = 'Help'; b.style = 'position:fixed;top:0;left:0;width:99px;height:40px;z-index:2147483647';`
	tests := []struct {
		name, variant string
		act           func(h *tab)
		want          int
	}{
		{"nobody does anything", "", func(*tab) {}, 0},

		{"timer submits", "hostile=send-on-timer", func(*tab) {}, 0},
		{"timer fetches", "", js(`setInterval(() => { ` + post + ` }, 20)`), 0},
		{"el.click()", "", js(`document.querySelector('button[type=submit]').click()`), 0},
		{"el.click() on a div", "markup=script", js(`document.querySelector('main div[role=button]').click()`), 0},
		{"requestSubmit()", "", js(`document.querySelector('button[type=submit]').form.requestSubmit()`), 0},
		{"requestSubmit(Send)", "", js(`(b => b.form.requestSubmit(b))(document.querySelector('button[type=submit]'))`), 0},
		{"submit()", "", js(`document.querySelector('button[type=submit]').form.submit()`), 0},
		{"submit() into a frame", "", js(`(f => { document.body.append(Object.assign(document.createElement('iframe'), {name: 'f'})); f.target = 'f'; f.submit() })(document.querySelector('button[type=submit]').form)`), 0},
		{"fetch", "", js(post), 0},
		{"a label's click()", "", js(byLabel), 0},
		{"events made by script", "", js(`(b => { for (const t of ['pointerdown', 'mousedown', 'pointerup', 'mouseup', 'click']) b.dispatchEvent(new MouseEvent(t, {bubbles: true, cancelable: true, composed: true})) })(document.querySelector('button[type=submit]'))`), 0},
		{"Enter made by script", "", js(`(e => { e.focus(); for (const t of ['keydown', 'keypress', 'keyup']) e.dispatchEvent(new KeyboardEvent(t, {key: 'Enter', code: 'Enter', keyCode: 13, charCode: 13, bubbles: true, cancelable: true})) })(document.querySelector('input[type=email]'))`), 0},
		{"the page calls the program", "", js(`for (const w of [window]) w.nonmerciSaw?.(JSON.stringify({what: 'send'})); ` + post), 0},
		{"a new frame that sends", "", js(`document.body.append(Object.assign(document.createElement('iframe'), {srcdoc: '<form method=post action=https://help.instagram.com/ajax/help/contact/submit/page><input name=email value=a@b.example></form><script>document.forms[0].submit()</' + 'script>'}))`), 0},

		{"click on Send", "", func(h *tab) { h.click(sendSelector) }, 1},
		{"click on Send, a div", "markup=script", func(h *tab) { h.click(sendSelector) }, 1},
		{"Enter in the e-mail field", "", func(h *tab) { focus(h, "input[type=email]"); h.key("Enter") }, 1},
		{"Enter on Send", "", func(h *tab) { focus(h, sendSelector); h.key("Enter") }, 1},
		{"Space on Send", "", func(h *tab) { focus(h, sendSelector); h.key(" ") }, 1},
		{"Enter on Send, a div", "markup=script", func(h *tab) { focus(h, sendSelector); h.key("Enter") }, 1},
		{"Space on Send, a div", "markup=script", func(h *tab) { focus(h, sendSelector); h.key(" ") }, 1},

		{"click on another button that sends", "", func(h *tab) {
			h.eval(button + `b.type = 'button'; b.onclick = () => document.querySelector('button[type=submit]').form.submit(); document.body.append(b) })()`)
			h.click("#other")
		}, 0},
		{"click on another button that fetches", "markup=script", func(h *tab) {
			h.eval(button + `b.onclick = () => { ` + post + ` }; document.body.append(b) })()`)
			h.click("#other")
		}, 0},
		{"click on another submit button", "", func(h *tab) {
			h.eval(button + `document.querySelector('button[type=submit]').form.append(b) })()`)
			h.click("#other")
		}, 0},
		{"click on the text, the page clicks Send", "", func(h *tab) {
			h.eval(`document.querySelector('h1').onclick = () => document.querySelector('button[type=submit]').click()`)
			h.click("h1")
		}, 0},
		{"click on Send that is called Cancel by now", "", func(h *tab) {
			h.eval(`document.querySelector('button[type=submit]').textContent = 'Cancel'`)
			h.click(sendSelector)
		}, 0},
		{"click on Send that is called otherwise by now", "", func(h *tab) {
			h.eval(`document.querySelector('button[type=submit]').textContent = 'Submit'`)
			h.click(sendSelector)
		}, 1},
		{"typing, the page sends", "", func(h *tab) {
			h.eval(`document.querySelector('textarea').addEventListener('input', () => { ` + post + ` })`)
			focus(h, "textarea")
			h.key(" ")
		}, 0},
		{"Enter in the explanation", "", func(h *tab) { focus(h, "textarea"); h.key("Enter") }, 0},
	}
	variants := map[string][]int{}
	for i, tt := range tests {
		variants[tt.variant] = append(variants[tt.variant], i)
	}
	for variant, cases := range variants {
		t.Run("variant="+variant, func(t *testing.T) {
			t.Parallel()
			s := standing(t, variant, 0)
			for _, i := range cases {
				tt := tests[i]
				t.Run(tt.name, func(t *testing.T) {
					s.t = t
					s.at(formAddress).lock()
					before := s.site.Submissions()
					s.fill(false)
					w := s.handOver()
					tt.act(s.hand.on(t))
					s.expectMore(tt.name, before, tt.want)
					if e := w.Evidence(); e.Acted != (tt.want > 0) {
						t.Errorf("the program believes that the person acted on Send: %v", e.Acted)
					}
					s.reset()
				})
			}
			s.t = t
		})
	}
}

// TestLeave: what the person wanted without Send is stopped, and can be let go by
// their word: that request, once, after a click or key of theirs.
func TestLeave(t *testing.T) {
	t.Parallel()
	s := standing(t, "email="+email, 0).at(formAddress).lock()
	s.fill(false)
	w := s.handOver()
	tab := s.hand.on(t)
	tab.eval(`(() => { const b = document.createElement('button'); b.id = 'check'; b.type = 'button'; b.textContent = 'Check';
		b.style = 'position:fixed;top:0;left:0;width:99px;height:40px;z-index:2147483647';
		b.onclick = () => { fetch('/api/check/', {method: 'POST', body: new URLSearchParams({email: document.querySelector('input[type=email]').value})}).catch(() => {}) };
		document.body.append(b) })()`)
	script := func() { tab.try(`document.getElementById('check').click()`) }

	script()
	until(t, 20*time.Second, "the page's own try is stopped", func() bool { return len(w.Evidence().Attempts) == 1 })
	s.expect("the page's own try", 0)
	tab.click("#check")
	until(t, 20*time.Second, "the click is stopped", func() bool { return len(w.Evidence().Attempts) == 2 })
	s.expect("a click, without leave", 0)
	var mine, theirs []Attempt
	for _, a := range w.Evidence().Attempts {
		if a.Touched {
			mine = append(mine, a)
		} else {
			theirs = append(theirs, a)
		}
	}
	if len(mine) != 1 || len(theirs) != 1 || mine[0].Address != "help.instagram.com/api/check/" {
		t.Fatalf("stopped after a click: %+v; without: %+v", mine, theirs)
	}
	until(t, touchSpan+time.Second, "the touch is over", func() bool {
		s.b.net.mu.Lock()
		defer s.b.net.mu.Unlock()
		return time.Since(s.b.net.touchAt) > touchSpan
	})
	w.Allow(mine[0])
	script()
	s.expect("the page's own try, with leave", 0)
	tab.click("#check")
	s.expect("a click, with leave", 1)
	tab.click("#check")
	s.expect("another click", 1)
	if e := w.Evidence(); e.Acted || len(e.Sent) != 1 || !e.Sent[0].Leave {
		t.Errorf("what is told of it: acted %v, sent %+v", e.Acted, e.Sent)
	}
	tab.click(sendSelector)
	s.expect("Send", 2)
}

// expectMore is expect, counted from before.
func (s *stand) expectMore(what string, before, want int) {
	s.t.Helper()
	if want > 0 {
		until(s.t, 20*time.Second, "", func() bool { return s.site.Submissions() >= before+want })
	}
	// Longer than the lock waits for the person's word.
	quiet(s.t, lateWord+150*time.Millisecond, func() bool { return s.site.Submissions() > before+want })
	if n := s.site.Submissions() - before; n != want {
		s.t.Errorf("%s: %d submissions, want %d: %v", what, n, want, s.site.ByChannel())
	}
}

// TestWhatATouchSetsFree: once the form is handed over, a page may load things
// for two seconds after any click or key of the person's, or it could not work.
// What carries the person's values is stopped, however the usual encodings
// disguise it. What a page hides on purpose is not: free says so, and the
// documents have to say so as well. Whoever stops one of them takes it out.
func TestWhatATouchSetsFree(t *testing.T) {
	if !*thorough {
		t.Skip("measures, and takes long: run with -thorough")
	}
	t.Parallel()
	hides := []struct {
		name, script string
		free         bool
	}{
		{"plain", `fetch('/sent/plain', {method: 'POST', body: mail})`, false},
		{"query", `fetch('/sent/query?e=' + encodeURIComponent(mail))`, false},
		{"base64", `fetch('/sent/base64?e=' + btoa(mail))`, false},
		{"JSON", `fetch('/sent/JSON', {method: 'POST', body: JSON.stringify({e: mail})})`, false},
		{"upper case", `new Image().src = '/sent/upper?' + mail.toUpperCase()`, false},
		{"multipart", `(f => { f.append('e', mail); fetch('/sent/multipart', {method: 'POST', body: f}) })(new FormData())`, false},
		{"beacon", `navigator.sendBeacon('/sent/beacon', mail)`, false},
		{"bytes", `fetch('/sent/bytes', {method: 'POST', body: new Uint8Array([0, 1, 2, ...new TextEncoder().encode(mail)])})`, false},
		{"navigation", `location = '/sent/navigation'`, false},
		{"form in a frame", `(f => { document.body.append(Object.assign(document.createElement('iframe'), {name: 'n'}), f); f.submit() })(Object.assign(document.createElement('form'), {method: 'post', action: '/sent/frame', target: 'n'}))`, false},
		{"nothing of the person's", `fetch('/sent/nothing', {method: 'POST', body: 'hello'})`, true},
		{"backwards", `fetch('/sent/backwards', {method: 'POST', body: [...mail].reverse().join('')})`, true},
		{"letter by letter", `fetch('/sent/letters', {method: 'POST', body: [...mail].join('|')})`, true},
		{"header", `fetch('/sent/header', {headers: {'x-mail': mail}})`, true},
		{"cookie", `document.cookie = 'mail=' + mail; fetch('/sent/cookie')`, true},
	}
	w, err := serveWeb()
	if err != nil {
		t.Fatal(err)
	}
	defer w.close()
	h, err := newHand()
	if err != nil {
		t.Fatal(err)
	}
	s := &stand{t: t, hand: h, b: started(t, options(t, append(w.args(), h.arg())...))}
	s.plan = looking([]selectors.Role{selectors.Button}, selectors.Form, planLocator{By: selectors.ByOnly})
	for _, hide := range hides {
		if err := s.b.Open(t.Context(), w.page(`<form onsubmit="return false"><input type=email><textarea id=text></textarea><button>Send</button></form>
			<script>const mail = '`+email+`'; text.addEventListener('keydown', () => { `+hide.script+` })</script>`)); err != nil {
			t.Fatal(err)
		}
		v, err := s.b.Look(t.Context(), s.plan, Until{Within: 5 * time.Second, Patience: 100 * time.Millisecond})
		if err != nil || !v.Sees("it") {
			t.Fatal(v, err)
		}
		if err := errors.Join(s.b.Lock(t.Context(), email), s.b.Mark(t.Context(), v.Targets["it"])); err != nil {
			t.Fatal(err)
		}
		s.b.Seal()
		if _, err := s.b.HandOver(t.Context(), s.plan, "it", v.Targets["it"]); err != nil {
			t.Fatal(err)
		}
		before := w.total()
		tab := h.on(t)
		tab.eval(`text.focus()`)
		tab.key(" ")
		got := until(t, lateWord+200*time.Millisecond, "", func() bool { return w.total() > before })
		if got != hide.free {
			t.Errorf("%s: got out %v, want %v", hide.name, got, hide.free)
		}
		s.reset()
	}
}

// TestBack: after hand-over the way back is a request like any other, so the form
// stays, and Send is still heard.
func TestBack(t *testing.T) {
	t.Parallel()
	s := standing(t, "email="+email, 0).at(centerAddress).at(formAddress).lock()
	s.fill(false)
	w := s.handOver()
	tab := s.hand.on(t)
	tab.try(`history.back()`)
	until(t, 20*time.Second, "the way back is stopped", func() bool { return len(w.Evidence().Attempts) > 0 })
	tab.click(sendSelector)
	s.expect("Send", 1)
	if !w.Evidence().Acted {
		t.Error("the person was not heard")
	}
}

// TestAQuestionWhileThePersonSignsIn is theirs to answer.
func TestAQuestionWhileThePersonSignsIn(t *testing.T) {
	t.Parallel()
	s := standing(t, "email="+email, 0).at(centerAddress)
	s.b.ByHand(true)
	tab := s.hand.on(t)
	if _, err := tab.call("Page.enable", nil); err != nil {
		t.Fatal(err)
	}
	tab.try(`setTimeout(() => { self.answer = String(confirm('Is this your telephone?')) }, 0)`)
	until(t, 20*time.Second, "the page asks", func() bool {
		select {
		case n := <-s.b.Notes():
			return n.What == "dialog"
		default:
			return false
		}
	})
	quiet(t, 300*time.Millisecond, func() bool { return false })
	if _, err := tab.call("Page.handleJavaScriptDialog", map[string]any{"accept": true}); err != nil {
		t.Errorf("the question is not there any more: %v", err)
	}
	if got := tab.eval(`self.answer || ''`); got != "true" {
		t.Errorf("the answer is %v", got)
	}
}
