package automation_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nonmerci/nonmerci/automation"
	"github.com/nonmerci/nonmerci/internal/hint"
	"github.com/nonmerci/nonmerci/internal/rehearsal"
	"github.com/nonmerci/nonmerci/selectors"
)

// center is the page on which the link to the form stands, which is at theForm.
const (
	center  = "https://privacycenter.instagram.com/"
	theForm = "https://help.instagram.com/contact/767264225370182"
)

const settingsPage = "https://www.instagram.com/accounts/edit/"

// newWords is the link to the form as the rehearsal site calls it where the
// guides are out of date.
const newWords = "a[href*='/contact/767264225370182'], [data-way=way-object]"

// goes takes the tab to an address, as a person would, and waits for the page.
func (h *hand) goes(ctx context.Context, address string) {
	for ctx.Err() == nil && !h.shows(ctx, "https://") {
	}
	h.on(ctx, func(call func(string, any) json.RawMessage) { call("Page.navigate", map[string]any{"url": address}) })
	for ctx.Err() == nil && !h.shows(ctx, address) {
	}
	h.on(ctx, func(call func(string, any) json.RawMessage) {
		call("Runtime.evaluate", map[string]any{"awaitPromise": true, "expression": "new Promise((done) => document.readyState === 'loading' ? addEventListener('DOMContentLoaded', done) : done())"})
	})
}

// shows tells whether a tab is at an address that begins like this.
func (h *hand) shows(ctx context.Context, address string) bool {
	req, _ := http.NewRequestWithContext(ctx, http.MethodGet, fmt.Sprintf("http://127.0.0.1:%d/json/list", h.port), nil)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	defer res.Body.Close()
	var tabs []struct{ Type, URL string }
	return json.NewDecoder(res.Body).Decode(&tabs) == nil && slices.ContainsFunc(tabs, func(t struct{ Type, URL string }) bool { return t.Type == "page" && strings.HasPrefix(t.URL, address) })
}

// points clicks on an element as the browser's own end does, each event after the
// one before was taken.
func (h *hand) points(ctx context.Context, selector string) {
	h.on(ctx, func(call func(string, any) json.RawMessage) {
		raw := call("Runtime.evaluate", map[string]any{"returnByValue": true, "expression": fmt.Sprintf(`(() => {
			document.querySelector(%[1]q).scrollIntoView({block: 'center', behavior: 'instant'});
			return (%[2]s)(%[1]q);
		})()`, selector, finding)})
		var got struct{ Result struct{ Value []float64 } }
		if json.Unmarshal(raw, &got) != nil || len(got.Result.Value) != 2 {
			h.t.Errorf("find %s: %s", selector, raw)
			return
		}
		for _, kind := range []string{"mouseMoved", "mousePressed", "mouseReleased"} {
			e := map[string]any{"type": kind, "x": got.Result.Value[0], "y": got.Result.Value[1]}
			if kind != "mouseMoved" {
				e["button"], e["clickCount"] = "left", 1
			}
			call("Input.dispatchMouseEvent", e)
		}
	})
}

// showsWithTheMouse moves the real mouse onto an element, lets the page paint,
// and clicks: who points at something looks before.
func (s *screen) showsWithTheMouse(ctx context.Context, h *hand, selector string) {
	x, y := h.place(ctx, selector)
	s.do("mousemove", "5", "5", "mousemove", "--sync", strconv.Itoa(x), strconv.Itoa(y))
	h.on(ctx, func(call func(string, any) json.RawMessage) {
		call("Runtime.evaluate", map[string]any{"awaitPromise": true, "expression": `new Promise((done) => {
			let frames = 10;
			const next = () => frames-- ? requestAnimationFrame(next) : done();
			next();
		})`})
	})
	s.do("click", "1")
}

// mender plays the person at the terminal: they want to show the thing of this
// name, and keep what was learned in their own file.
type mender struct {
	t     *testing.T
	dir   string
	wants string
	goes  func(ctx context.Context) // before they type the number; nil: nobody types
	takes chan struct{}             // they type the letter of what is marked, once this is closed; nil: they click
	asked int
	lost  []string

	own, next selectors.Own
}

func (m *mender) mending() *automation.Mending {
	return &automation.Mending{
		Wish: func(ctx context.Context, lost []automation.Lost) automation.Wish {
			m.asked++
			for _, l := range lost {
				m.lost = append(m.lost, l.Target)
			}
			if m.goes == nil {
				<-ctx.Done()
				return automation.Wish{}
			}
			m.goes(ctx)
			if m.takes != nil {
				select {
				case <-m.takes:
					return automation.Wish{Do: automation.Take}
				case <-ctx.Done():
					return automation.Wish{}
				}
			}
			return automation.Wish{Do: automation.Show, Number: slices.IndexFunc(lost, func(l automation.Lost) bool { return l.Target == m.wants })}
		},
		Waiting: func(ctx context.Context) { <-ctx.Done() },
		Agree: func(_ context.Context, target string, learned selectors.Target) (*selectors.Flow, error) {
			var err error
			if m.own, err = selectors.OpenOwn(m.dir, "instagram"); err != nil {
				return nil, err
			}
			if m.next, err = m.own.Mend(target, learned); err != nil {
				return nil, err
			}
			return m.next.Flow()
		},
		Keep: func(string) error { return m.next.Save(m.own) },
	}
}

// TestMending: a link that has other words, is a button now, or has moved to
// another page, is lost on every route. The person shows it with a real mouse, types
// the letter of what is marked, or goes on by hand, and the walk ends at the form;
// what was shown once is found by itself the next time. Nothing is sent.
func TestMending(t *testing.T) {
	if testing.Short() {
		t.Skip("needs a browser window")
	}
	t.Parallel()
	s := newScreen(t)
	for _, c := range []struct {
		name, variant, at, selector, learned string
		letter, byHand, daily                bool
	}{
		{name: "relabelled", variant: "with=relabelled,role-links,only-way", at: center, selector: newWords, learned: "Say that you mind"},
		{name: "a button now", variant: "with=relabelled,button-links,only-way", at: center, selector: newWords, learned: "is: [link, button]", daily: true},
		{name: "moved", variant: "with=moved,only-way", at: settingsPage, selector: newWords, learned: "also: [settings]"},
		{name: "moved, by letter", variant: "with=moved,role-links,only-way", at: settingsPage, learned: "also: [settings]", letter: true},
		{name: "by hand", variant: "with=relabelled,role-links,only-way", at: center, selector: newWords, byHand: true},
		{name: "a button now, by hand", variant: "with=relabelled,button-links,only-way", at: center, selector: newWords, byHand: true},
		{name: "moved, by hand", variant: "with=moved,only-way", at: settingsPage, selector: newWords, byHand: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			if !c.daily && !*full {
				t.Skip("every way gets lost first, which takes a minute; one is daily: run with -full")
			}
			v, err := rehearsal.ParseVariant(c.variant)
			if err != nil {
				t.Fatal(err)
			}
			h := newHand(t)
			m := &mender{t: t, dir: t.TempDir(), wants: "object-link", goes: func(ctx context.Context) { h.goes(ctx, c.at) }}
			if c.letter {
				m.takes = make(chan struct{})
			}
			if c.byHand {
				m.goes = nil
			}
			window := func(r *automation.Request) {
				r.Email, r.Browser.Headless, r.Mending = "marie@courrier.example", false, m.mending()
				r.Browser.Args = append(r.Browser.Args, h.arg(), s.arg(), "window-size=1200,900", "window-position=0,0")
			}
			// The run ends at the question before the hand-over would: with nobody to send.
			res, site := object(t, v, func(r *automation.Request) {
				window(r)
				r.NoWait, r.Wait = false, 40*time.Second
				tell := r.Tell
				var once sync.Once
				ctx, stop := context.WithCancel(t.Context())
				t.Cleanup(stop)
				r.Tell = func(said hint.Text) {
					tell(said)
					switch {
					case strings.HasPrefix(said.Format, "Now click on "):
						go s.showsWithTheMouse(ctx, h, c.selector)
					case c.letter && strings.HasPrefix(said.Format, "If one of these is "):
						once.Do(func() { close(m.takes) })
					case strings.HasPrefix(said.Format, "The window stays open") && c.byHand:
						go func() {
							h.goes(ctx, c.at)
							s.click(ctx, h, c.selector)
						}()
					case strings.HasPrefix(said.Format, "If everything is right"):
						go h.on(ctx, func(call func(string, any) json.RawMessage) { call("Page.close", nil) })
					}
				}
			})
			if n := site.Submissions(); n != 0 {
				t.Errorf("%d submissions", n)
			}
			if res.Form == "" || res.Outcome != automation.NotSent || !slices.Contains(m.lost, "object-link") {
				t.Fatalf("%s at %q, lost %v: %s", res.Outcome, res.Form, m.lost, res.Message)
			}
			written, err := os.ReadFile(filepath.Join(m.dir, "instagram.yaml"))
			if c.byHand {
				if err == nil {
					t.Errorf("nobody showed anything, and there is a file:\n%s", written)
				}
				return
			}
			if err != nil || !strings.Contains(string(written), c.learned) || !strings.Contains(string(written), "learned: {date: ") {
				t.Fatalf("%v\n%s", err, written)
			}
			// The second run needs no help, and no window.
			asked := m.asked
			again, site := object(t, v, func(r *automation.Request) {
				flow, _, err := selectors.Load(m.dir, "instagram")
				if err != nil {
					t.Fatal(err)
				}
				r.Flow, r.Email, r.Mending = flow, "marie@courrier.example", m.mending()
			})
			if again.Outcome != automation.Ready || m.asked != asked {
				t.Errorf("again: %s, asked %d times: %s", again.Outcome, m.asked-asked, again.Message)
			}
			if n := site.Submissions(); n != 0 {
				t.Errorf("again: %d submissions", n)
			}
		})
	}
}

// TestWhatIsNotLearned: what sends is learned for nothing that is pressed, and what
// does nothing is not learned at all.
func TestWhatIsNotLearned(t *testing.T) {
	if testing.Short() {
		t.Skip("needs a browser")
	}
	t.Parallel()
	h, tries, heard := newHand(t), 0, []string{}
	clicks := []string{sendButton, "h1"}
	m := &mender{t: t, dir: t.TempDir(), wants: "object-link", goes: func(ctx context.Context) { h.goes(ctx, theForm) }}
	res, site := walk(t, rehearsal.Variant{Service: "instagram"}, func(r *automation.Request) {
		r.Browser.Args, r.Mending = append(r.Browser.Args, h.arg()), m.mending()
		wish, tell := r.Mending.Wish, r.Tell
		r.Mending.Wish = func(ctx context.Context, lost []automation.Lost) automation.Wish {
			if tries == len(clicks) {
				return automation.Wish{Do: automation.Leave}
			}
			return wish(ctx, lost)
		}
		r.Tell = func(said hint.Text) {
			tell(said)
			heard = append(heard, said.Format)
			if strings.HasPrefix(said.Format, "Now click on ") {
				tries++
				go h.points(t.Context(), clicks[tries-1])
			}
		}
	}, func(ctx context.Context, req automation.Request) (automation.Result, error) {
		return automation.Pick(ctx, req, "object-link")
	})
	if n := site.Submissions(); n != 0 {
		t.Errorf("%d submissions", n)
	}
	for _, want := range []string{"What you clicked on sends a form", "What you clicked on is no link"} {
		if !slices.ContainsFunc(heard, func(s string) bool { return strings.HasPrefix(s, want) }) {
			t.Errorf("nobody said %q: %q", want, heard)
		}
	}
	if _, err := os.Stat(filepath.Join(m.dir, "instagram.yaml")); err == nil || res.Outcome != automation.Interrupted {
		t.Errorf("%s, and the file: %v", res.Outcome, err)
	}
}
