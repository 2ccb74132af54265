package chrome

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/go-rod/rod/lib/cdp"
	"github.com/go-rod/rod/lib/proto"

	"github.com/nonmerci/nonmerci/internal/rehearsal"
)

// running is a browser that a person has started, with a tab of theirs.
type running struct {
	home   Home
	hand   *hand
	mine   string // the target of the person's tab
	client *cdp.Client

	mu      sync.Mutex
	touched map[string]bool   // targets that anybody was attached to since the last look
	shown   map[string]string // the last address of each target
}

// mine is the person's page.
const mine = `data:text/html,<title>mine</title><p id=p>mine</p>`

// runs starts a browser as a person would who allows remote debugging, but for
// the question: one that is started with a port does not ask.
func runs(t testing.TB, args ...string) *running {
	t.Helper()
	r := &running{home: Home{"Chromium", t.TempDir()}, touched: map[string]bool{}, shown: map[string]string{}}
	args = append(args, "headless=new", "window-size=1200,900", "remote-debugging-port=0", "no-first-run", "no-default-browser-check", "user-data-dir="+r.home.Dir)
	if os.Geteuid() == 0 {
		args = append(args, "no-sandbox")
	}
	for i := range args {
		args[i] = "--" + args[i]
	}
	cmd := exec.Command(browserPath(t), append(args, mine)...)
	said := &tail{}
	cmd.Stderr, cmd.WaitDelay = said, time.Second
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = cmd.Wait()
	}()
	t.Cleanup(func() {
		if r.client != nil {
			_, _ = r.call("Browser.close", nil) // and the connection with it
		}
		select {
		case <-ended:
		case <-time.After(5 * time.Second):
			_ = cmd.Process.Kill()
			<-ended
		}
	})
	var port, path string
	if !until(t, 20*time.Second, "the browser listens", func() (ok bool) { port, path, ok = activePort(r.home.Dir); return ok }) {
		t.Fatalf("the browser says:\n%s", said)
	}
	number, err := strconv.Atoi(port)
	if err != nil {
		t.Fatal(err)
	}
	r.hand = &hand{number}
	ws := &cdp.WebSocket{}
	if err := ws.Connect(context.Background(), "ws://127.0.0.1:"+port+path, nil); err != nil {
		t.Fatal(err)
	}
	r.client = cdp.New().Start(ws)
	go r.hear()
	until(t, 20*time.Second, "the person's tab is there", func() bool {
		for id, info := range r.pages(t) {
			if info.Title == "mine" {
				r.mine = id
			}
		}
		return r.mine != ""
	})
	if _, err := r.call("Target.setDiscoverTargets", proto.TargetSetDiscoverTargets{Discover: true}); err != nil {
		t.Fatal(err)
	}
	return r
}

// hear notes to which targets anybody is attached.
func (r *running) hear() {
	for e := range r.client.Event() {
		var info struct{ TargetInfo proto.TargetTargetInfo }
		if e.Method == "Target.targetInfoChanged" && json.Unmarshal(e.Params, &info) == nil {
			r.mu.Lock()
			r.shown[string(info.TargetInfo.TargetID)] = info.TargetInfo.URL
			r.mu.Unlock()
		}
		if (e.Method == "Target.targetInfoChanged" || e.Method == "Target.targetCreated") && json.Unmarshal(e.Params, &info) == nil && info.TargetInfo.Attached {
			r.mu.Lock()
			r.touched[string(info.TargetInfo.TargetID)] = true
			r.mu.Unlock()
		}
	}
}

func (r *running) call(method string, params any) (json.RawMessage, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	return r.client.Call(ctx, "", method, params)
}

// pages are the open tabs.
func (r *running) pages(t testing.TB) map[string]proto.TargetTargetInfo {
	t.Helper()
	raw, err := r.call("Target.getTargets", nil)
	var got proto.TargetGetTargetsResult
	if err != nil || json.Unmarshal(raw, &got) != nil {
		t.Fatal(err)
	}
	pages := map[string]proto.TargetTargetInfo{}
	for _, one := range got.TargetInfos {
		if one.Type == proto.TargetTargetInfoTypePage {
			pages[string(one.TargetID)] = *one
		}
	}
	return pages
}

// looks is what the person's page sees of itself and of its window.
func (r *running) looks(t testing.TB) string {
	t.Helper()
	tab := r.hand.at(t, fmt.Sprintf("ws://127.0.0.1:%d/devtools/page/%s", r.hand.port, r.mine))
	return fmt.Sprint(tab.eval(`JSON.stringify([document.title, location.href, p.textContent, navigator.webdriver, navigator.userAgent, navigator.languages,
		innerWidth, outerWidth, outerHeight, devicePixelRatio, screen.width, matchMedia('(prefers-color-scheme: dark)').matches])`))
}

// attached is a stand in a browser that ran before; what the person did there
// comes first.
func attached(t testing.TB, variant string, off locks, before ...func(r *running)) (*stand, *running) {
	t.Helper()
	v, err := rehearsal.ParseVariant(variant)
	if err != nil {
		t.Fatal(err)
	}
	site, err := rehearsal.Serve(t.Context(), v)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { site.Close() })
	r := runs(t, site.BrowserArgs()...)
	for _, act := range before {
		act(r)
	}
	b, err := Attach(t.Context(), AttachOptions{Homes: []Home{r.home}, Patience: 10 * time.Second, off: off})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	})
	return &stand{t: t, b: b, site: site, hand: r.hand, plan: NewPlan(flows(t, "instagram"))}, r
}

// TestAttach goes the whole way in a browser that ran before: the program has a
// tab of its own, the person sends there, and nothing else in the browser notices.
func TestAttach(t *testing.T) {
	t.Parallel()
	s, r := attached(t, "email="+email, 0)
	if s.b.Outlet("www.instagram.com") {
		t.Error("a way that can be shut is claimed")
	}
	before := r.looks(t)
	r.mu.Lock()
	r.touched = map[string]bool{}
	r.mu.Unlock()
	s.at(centerAddress).at(formAddress).lock().fill(false)
	s.hand.at(t, s.own()).try(`document.querySelector('button[type=submit]').form.requestSubmit(); document.querySelector('button[type=submit]').form.submit()`)
	until(t, 20*time.Second, "what the page tried is noted", func() bool { return len(s.b.Attempts()) > 0 })
	s.expect("the page alone", 0)
	w := s.handOver()
	s.hand.at(t, s.own()).click("button[type=submit]")
	s.expect("after the person's click", 1)
	until(t, 20*time.Second, "the answer is seen", func() bool {
		e := w.Evidence()
		return e.Acted && !e.Going && len(e.Sent) == 1 && e.Sent[0].Status == 200
	})
	t.Logf("evidence: %+v", w.Evidence())
	r.mu.Lock()
	if r.touched[r.mine] {
		t.Error("somebody was attached to the person's tab")
	}
	own, err := s.b.current(t.Context())
	if err != nil || !r.touched[string(own.target)] {
		t.Error("the test does not see who attaches")
	}
	r.mu.Unlock()
	if err := s.b.Leave(); err != nil {
		t.Error(err)
	}
	if pages := r.pages(t); len(pages) != 2 {
		t.Errorf("tabs after the program has left: %v", pages)
	}
	if after := r.looks(t); after != before {
		t.Errorf("the person's tab was\n%s, is\n%s", before, after)
	}
}

// own is the socket of the program's tab.
func (s *stand) own() string {
	s.t.Helper()
	now, err := s.b.current(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	return fmt.Sprintf("ws://127.0.0.1:%d/devtools/page/%s", s.hand.port, now.target)
}

// TestAttachedClose closes the program's tabs and no other, and what a page does
// at its end does not leave.
func TestAttachedClose(t *testing.T) {
	t.Parallel()
	s, r := attached(t, "email="+email, 0)
	s.at(centerAddress)
	first := s.own()
	s.hand.at(t, first).try(`open('/', '_blank', 'noopener')`)
	until(t, 20*time.Second, "the tab that the page opened is the program's", func() bool { return s.own() != first })
	s.at(formAddress).lock().fill(false)
	s.hand.at(t, s.own()).try(`addEventListener('pagehide', () => navigator.sendBeacon('/ajax/help/contact/submit/page', 'email=` + email + `'));
		addEventListener('beforeunload', (e) => e.preventDefault())`)
	if len(r.pages(t)) != 3 {
		t.Errorf("tabs: %v", r.pages(t))
	}
	if err := s.b.Close(); err != nil {
		t.Error(err)
	}
	if pages := r.pages(t); len(pages) != 1 || pages[r.mine].Title != "mine" {
		t.Errorf("tabs after the end: %v", pages)
	}
	s.expect("at the end", 0)
}

// TestAttachedAndClosedByThePerson: who closes the program's tab ends its part.
func TestAttachedAndClosedByThePerson(t *testing.T) {
	t.Parallel()
	s, r := attached(t, "email="+email, 0)
	s.at(centerAddress)
	own, err := s.b.current(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.call("Target.closeTarget", proto.TargetCloseTarget{TargetID: own.target}); err != nil {
		t.Fatal(err)
	}
	<-own.closed
	if _, err := s.b.Look(t.Context(), s.plan, Until{Within: 5 * time.Second}); err != ErrClosed {
		t.Errorf("look: %v, want %v", err, ErrClosed)
	}
	if err := s.b.Open(t.Context(), centerAddress); err != ErrClosed {
		t.Errorf("open: %v, want %v", err, ErrClosed)
	}
}

// TestOtherTabsWhileTheFormIsHeld: a tab of the person's loads Meta's pages until
// the form is there and not while it is held; that is nothing that the form has
// tried.
func TestOtherTabsWhileTheFormIsHeld(t *testing.T) {
	t.Parallel()
	s, r := attached(t, "email="+email, 0)
	mine := fmt.Sprintf("ws://127.0.0.1:%d/devtools/page/%s", s.hand.port, r.mine)
	goes := func(to string) bool {
		raw, err := s.hand.at(t, mine).call("Page.navigate", proto.PageNavigate{URL: to})
		if err != nil {
			t.Fatal(err)
		}
		var res proto.PageNavigateResult
		_ = json.Unmarshal(raw, &res)
		return res.ErrorText == ""
	}
	s.at(centerAddress)
	if !goes(centerAddress) {
		t.Error("on the walk another tab cannot load a page of Meta's")
	}
	s.at(formAddress).lock().fill(false)
	if goes(centerAddress) {
		t.Error("while the form is held another tab loads a page of Meta's")
	}
	if a := s.b.Attempts(); len(a) > 0 {
		t.Errorf("noted as the form's: %+v", a)
	}
	if !goes("data:text/html,<title>mine</title><p id=p>") {
		t.Error("another tab cannot load anything")
	}
}

// TestWhatWasThereBefore: a service worker that ran before the program came is
// held like a new one. A tab of the site's that was open is the person's, and no
// lock reaches it: the README says so, and whoever closes that changes it there.
func TestWhatWasThereBefore(t *testing.T) {
	if !*thorough {
		t.Skip("takes ten seconds; the rest of the sample is daily: run with -thorough")
	}
	for _, c := range []struct {
		way, page string
		want      int
	}{
		{"tab-there", "https://help.instagram.com/hostile-wing/tab", 1}, {"tab-there-socket", "https://help.instagram.com/hostile-wing/tab", 1},
		{"service-worker", formAddress, 0}, {"service-worker-socket", formAddress, 0},
	} {
		t.Run(c.way, func(t *testing.T) {
			s, _ := attached(t, "hostile="+c.way+"&hostile-when=called&email="+email, 0, func(r *running) {
				tab := r.hand.at(t, fmt.Sprintf("ws://127.0.0.1:%d/devtools/page/%s", r.hand.port, r.mine))
				tab.try(`location.href = "` + c.page + `"`)
				until(t, 20*time.Second, "the person's page is there", func() bool {
					return r.pages(t)[r.mine].URL == c.page
				})
				tab = r.hand.at(t, fmt.Sprintf("ws://127.0.0.1:%d/devtools/page/%s", r.hand.port, r.mine))
				tab.eval(`self.wing ? wing.ready : 0`)
			})
			s.at(formAddress).lock().fill(true)
			s.fire(s.wing(), "held", c.way)
			until(t, time.Second, "", func() bool { return s.site.Submissions() > 0 })
			if n := s.site.Submissions(); n != c.want {
				t.Errorf("%d got out, want %d", n, c.want)
			}
		})
	}
}

// TestAnotherTabIsNotTheForm: what the person's other tab sends, or a worker that
// it shares, or a frame of it, holds their address, and leaves after Send. It is not the form's, and
// nobody may say so.
func TestAnotherTabIsNotTheForm(t *testing.T) {
	t.Parallel()
	s, r := attached(t, "hostile=service-worker&hostile-when=called&email="+email, 0, func(r *running) {
		tab := r.hand.at(t, r.socket())
		tab.try(`location.href = "` + formAddress + `"`)
		until(t, 20*time.Second, "the person's tab is there", func() bool { return r.pages(t)[r.mine].URL == formAddress })
		r.hand.at(t, r.socket()).eval(`self.wing ? wing.ready : 0`)
	})
	s.at(formAddress).lock().fill(true)
	s.wing()
	w := s.handOver()
	own := s.hand.at(t, s.own())
	own.eval(`addEventListener('submit', (e) => { e.preventDefault(); e.stopImmediatePropagation() }, true); 1`)
	before, held := s.site.Submissions(), len(w.Evidence().Attempts)
	own.click("button[type=submit]")
	until(t, 20*time.Second, "the person has acted", func() bool { return w.Evidence().Acted })
	other := s.hand.at(t, r.socket())
	other.try(`fetch('/ajax/help/contact/submit/page', {method: 'POST', body: 'text=write to ` + email + `'})`)
	other.try(`wing.send("service-worker")`)
	other.try(`{ const frame = document.body.appendChild(document.createElement('iframe')).contentDocument, form = frame.createElement('form');
		form.method = 'POST'; form.action = 'https://help.instagram.com/api/newsletter';
		form.append(Object.assign(frame.createElement('input'), {name: 'a', value: '` + email + `'})); frame.body.append(form); form.submit() }`)
	until(t, 20*time.Second, "it leaves", func() bool { return s.site.Submissions() > before && w.Evidence().Beside })
	quiet(t, 500*time.Millisecond, func() bool { return len(w.Evidence().Sent) > 0 })
	if e := w.Evidence(); len(e.Sent) > 0 || e.Going || len(e.Attempts) > held {
		t.Errorf("another tab's requests count as the form's: sent %+v, stopped %+v", e.Sent, e.Attempts[held:])
	}
	last, err := s.b.current(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := s.b.Close(); err != nil {
		t.Error(err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if got := r.shown[string(last.target)]; got != blankPage {
		t.Errorf("the tab closed while it showed %q, so nothing held what the page sends at its end", got)
	}
}

// socket is that of the person's tab.
func (r *running) socket() string {
	return fmt.Sprintf("ws://127.0.0.1:%d/devtools/page/%s", r.hand.port, r.mine)
}

// TestAStalePortIsNobodys: the file with the port outlives its browser, and who
// listens there by now may be anybody, also while the browser runs again without
// listening.
func TestAStalePortIsNobodys(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	for _, runs := range []bool{false, true} {
		dir := t.TempDir()
		file := filepath.Join(dir, "DevToolsActivePort")
		if err := os.WriteFile(file, []byte(port+"\n/devtools/browser/x\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		old := time.Now().Add(-time.Hour)
		if err := os.Chtimes(file, old, old); err != nil {
			t.Fatal(err)
		}
		if runs {
			holdProfile(t, dir)
		}
		if _, err := Attach(t.Context(), AttachOptions{Homes: []Home{{"Chromium", dir}}, Patience: time.Second}); !errors.Is(err, ErrNoneRuns) {
			t.Errorf("runs %v: error %v", runs, err)
		}
	}
}
