package automation_test

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nonmerci/nonmerci/automation"
	"github.com/nonmerci/nonmerci/internal/hint"
	"github.com/nonmerci/nonmerci/internal/rehearsal"
)

var tableFile = flag.String("table", "", "with -full: write into this document what real people and scripts came to")

// formKinds are the forms that people meet.
var formKinds = []string{
	"", "markup=script", "with=shadow", "markup=script&with=shadow", "with=frame", "with=steps", "with=validation", "with=disabled-send",
	"form=yes-no-first", "with=beside",
}

// acts are what a person does to Send with a real mouse or real keys.
var acts = []struct {
	name string
	keys []string
}{{"mouse", nil}, {"Enter", []string{"Return"}}, {"Space", []string{"space"}}}

// scripted are activations without a person; sends holds the page's Send.
var scripted = []string{
	`send.click()`,
	`send.dispatchEvent(new MouseEvent('click', {bubbles: true, cancelable: true, composed: true}))`,
	`send.focus(); for (const t of ['keydown', 'keypress', 'keyup']) send.dispatchEvent(new KeyboardEvent(t, {key: 'Enter', code: 'Enter', keyCode: 13, bubbles: true, composed: true}))`,
	`send.form?.requestSubmit(); send.form?.submit(); fetch('/ajax/help/contact/submit/page', {method: 'POST', body: 'email=marie@courrier.example'}).catch(() => {})`,
}

// deep finds the page's Send, also in a shadow root or a frame.
const deep = `(() => {
	const find = (root) => {
		const selector = root === document ? 'button[type=submit]:not([name=search]), main [role=button], [role=button].send' : 'button[type=submit],[role=button]';
		for (const el of root.querySelectorAll(selector)) if (el.getBoundingClientRect().width && (!el.form || el.form.querySelector('textarea'))) return el;
		for (const el of root.querySelectorAll('*')) { const got = el.shadowRoot ? find(el.shadowRoot) : el.contentDocument && find(el.contentDocument); if (got) return got; }
	};
	return find(document);
})()`

// people counts what came of real presses and of scripts.
type people struct {
	mu               sync.Mutex
	presses, once    map[string]int
	scripts, escaped int
}

// TestRealPeople: whatever the form is like, a real click on Send, or a real key,
// sends exactly once; what a script does to Send before sends nothing. All forms
// on both services with -full, where the counts go into the document.
func TestRealPeople(t *testing.T) {
	if !*full {
		t.Skip("takes minutes; TestARealMouse is its sample for every day: run with -full")
	}
	s := newScreen(t)
	p := &people{presses: map[string]int{}, once: map[string]int{}}
	for i, kind := range formKinds {
		for j, service := range []string{"instagram", "facebook"} {
			for k, act := range acts {
				if j+1 == k { // Enter on one service, Space on the other
					continue
				}
				t.Run(service+"/"+kind+"/"+act.name, func(t *testing.T) {
					p.one(t, s, service, kind, act.name, act.keys, scripted[(i+2*j+k)%len(scripted)])
				})
			}
		}
	}
	text := fmt.Sprintf("Real presses on Send, with the mouse and keys of a virtual screen, in %d kinds of forms: %d clicks, %d of them sent exactly once;\n"+
		"%d keys, %d of them sent exactly once. Before each a script pressed Send: %d times, %d got out.\n",
		len(formKinds), p.presses["mouse"], p.once["mouse"], p.presses["key"], p.once["key"], p.scripts, p.escaped)
	t.Log(text)
	if *full && *tableFile != "" && !t.Failed() {
		p.write(t, text)
	}
}

// one is one objection in a window: a script presses Send first, then the person
// does.
func (p *people) one(t *testing.T, s *screen, service, kind, name string, keys []string, script string) {
	v, err := rehearsal.ParseVariant("service=" + service + "&" + kind)
	if err != nil {
		t.Fatal(err)
	}
	h := newHand(t)
	act := func(ctx context.Context) {
		h.on(ctx, func(call func(string, any) json.RawMessage) {
			call("Runtime.evaluate", map[string]any{"expression": "{ const send = " + deep + "; send.scrollIntoView({block: 'center', behavior: 'instant'}); " + script + " }"})
			// Longer than the lock waits for the person's word.
			timer := time.NewTimer(600 * time.Millisecond)
			defer timer.Stop()
			<-timer.C
			// Stopped, a page may have put an error above, and Send out of sight.
			call("Runtime.evaluate", map[string]any{"expression": "{ const send = " + deep + "; send.scrollIntoView({block: 'center', behavior: 'instant'}); send.focus() }"})
		})
		if keys == nil {
			selector := sendButton
			if kind == "with=beside" {
				selector = "form:has(textarea) button[type=submit]" // and not that of the newsletter
			}
			x, y := h.place(ctx, selector)
			s.do("mousemove", "5", "5", "mousemove", "--sync", strconv.Itoa(x), strconv.Itoa(y), "click", "1")
			return
		}
		s.do(append([]string{"key"}, keys...)...)
	}
	res, site := object(t, v, func(r *automation.Request) {
		r.Email, r.NoWait, r.Wait, r.Browser.Headless = "marie@courrier.example", false, 25*time.Second, false
		r.Browser.Args = append(r.Browser.Args, h.arg(), s.arg(), "window-size=1200,900", "window-position=0,0")
		tell := r.Tell
		r.Tell = func(said hint.Text) {
			tell(said)
			if strings.HasPrefix(said.Format, "If everything is right") {
				go act(t.Context())
			}
		}
	})
	what := map[bool]string{true: "mouse", false: "key"}[keys == nil]
	n := site.Submissions()
	if n != 1 || res.Outcome != automation.Sent {
		t.Errorf("%d submissions, want 1: %v; outcome %s: %s", n, site.ByChannel(), res.Outcome, res.Message)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.presses[what]++
	p.scripts++
	if n == 1 {
		p.once[what]++
	} else {
		p.escaped += max(0, n-1)
	}
}

// write puts the counts between their two markers in the document.
func (p *people) write(t *testing.T, text string) {
	raw, err := os.ReadFile(*tableFile)
	if err != nil {
		t.Fatal(err)
	}
	between := regexp.MustCompile(`(?s)(<!-- never-send: people -->\n).*?(<!-- end -->)`)
	if !between.Match(raw) {
		t.Fatalf("%s has no place for people", *tableFile)
	}
	text = fmt.Sprintf("\n%s\nMeasured on %s.\n\n", text, time.Now().Format(time.DateOnly))
	if err := os.WriteFile(*tableFile, between.ReplaceAll(raw, []byte("${1}"+text+"${2}")), 0o644); err != nil {
		t.Fatal(err)
	}
}
