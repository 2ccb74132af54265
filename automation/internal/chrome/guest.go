package chrome

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/go-rod/rod/lib/proto"

	"github.com/nonmerci/nonmerci/internal/guard"
)

// guest is what the program has in a browser that ran before: its tabs, the tabs
// that these open, and what they hold. Everything else there is the person's, and
// nothing that is meant for it passes the wire. A nil guest has the whole browser.
//
// Requests are asked about twice: all of the program's own tabs, and those to
// Meta's hosts in the whole browser. The second finds what the first does not
// see: a tab that is just opening or closing, workers that tabs share, and pages
// that another tab loads meanwhile.
type guest struct {
	mu       sync.Mutex
	tabs     map[proto.TargetTargetID]bool // the program's (true) and the person's
	sessions map[string]bool
	cleared  map[string]string               // requests that were let go in a tab and will be seen once more, by network id
	shown    map[proto.TargetTargetID]string // the addresses of the program's tabs
	changed  chan struct{}                   // closed and replaced when one of them changes
}

func newGuest() *guest {
	return &guest{tabs: map[proto.TargetTargetID]bool{}, sessions: map[string]bool{}, cleared: map[string]string{},
		shown: map[proto.TargetTargetID]string{}, changed: make(chan struct{})}
}

// atRoot are the calls that do not go to one of the program's tabs.
var atRoot = []string{
	"Browser.getVersion", "Target.setDiscoverTargets", "Target.createTarget", "Target.attachToTarget", "Target.closeTarget",
	"Fetch.enable", "Fetch.continueRequest", "Fetch.failRequest",
}

// allow is the part of the wire that knows whose a tab is.
func (g *guest) allow(session, method string, raw []byte) error {
	if g == nil {
		return nil
	}
	var given params
	if err := json.Unmarshal(raw, &given); err != nil {
		return &Forbidden{method, "its parameters cannot be read"}
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	root := contains(atRoot, method)
	switch {
	case method == "Browser.close":
		return &Forbidden{method, "the browser is the person's"}
	case session == "" && !root:
		return &Forbidden{method, "it would concern the whole browser, which is the person's"}
	case session != "" && !g.sessions[session]:
		return &Forbidden{method, "the tab is not the program's"}
	case session != "" && root && !strings.HasPrefix(method, "Fetch."):
		return &Forbidden{method, "it does not go to a tab"}
	case method == "Fetch.enable" && (session == "") != (string(given["patterns"]) == sitesOnly):
		return &Forbidden{method, "the program's tabs are asked about whole, the browser for Meta's hosts alone"}
	case (method == "Target.attachToTarget" || method == "Target.closeTarget") && !g.tabs[proto.TargetTargetID(given.text("targetId"))]:
		return &Forbidden{method, "the tab is not the program's"}
	}
	return nil
}

// everything and sitesOnly are the patterns of the requests that are asked about:
// in the program's own tabs, and in a browser that is the person's.
const everything = `[{"requestStage":"Request","urlPattern":"*"}]`

var sites, sitesOnly = func() ([]*proto.FetchRequestPattern, string) {
	var list []*proto.FetchRequestPattern
	for _, host := range guard.Hosts() {
		host = strings.Replace(host, "xx-xx.", "??-??.", 1) // every language host
		list = append(list, &proto.FetchRequestPattern{URLPattern: "https://" + host + "/*", RequestStage: proto.FetchRequestStageRequest})
	}
	var text strings.Builder
	for i, p := range list {
		if i > 0 {
			text.WriteString(",")
		}
		text.WriteString(`{"requestStage":"Request","urlPattern":"` + p.URLPattern + `"}`)
	}
	return list, "[" + text.String() + "]"
}()

// meets takes the news of a tab, and tells whether it is one that a tab of the
// program's has opened and that nobody has met yet.
func (g *guest) meets(t *proto.TargetTargetInfo) bool {
	if g == nil || t.Type != proto.TargetTargetInfoTypePage {
		return false
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	ours := g.tabs[t.OpenerID]
	fresh := ours && !g.tabs[t.TargetID]
	g.tabs[t.TargetID] = g.tabs[t.TargetID] || ours
	if g.tabs[t.TargetID] && g.shown[t.TargetID] != t.URL {
		g.shown[t.TargetID] = t.URL
		close(g.changed)
		g.changed = make(chan struct{})
	}
	return fresh
}

// awaitBlank waits until a tab of the program's shows the empty page.
func (g *guest) awaitBlank(ctx context.Context, id proto.TargetTargetID) {
	for {
		g.mu.Lock()
		shown, changed := g.shown[id], g.changed
		g.mu.Unlock()
		if shown == blankPage {
			return
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return
		}
	}
}

// own takes a tab that the program has opened.
func (g *guest) own(id proto.TargetTargetID) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.tabs[id] = true
}

// owned lists the program's tabs.
func (g *guest) owned() []proto.TargetTargetID {
	g.mu.Lock()
	defer g.mu.Unlock()
	var out []proto.TargetTargetID
	for id, ours := range g.tabs {
		if ours {
			out = append(out, id)
		}
	}
	return out
}

// whose tells whether the main frame of a tab is the program's or the person's;
// known is false for any other frame.
func (g *guest) whose(frame proto.PageFrameID) (ours, known bool) {
	if g == nil {
		return false, false
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	ours, known = g.tabs[proto.TargetTargetID(frame)]
	return ours, known
}

func (g *guest) forget(id proto.TargetTargetID) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.tabs, id)
	delete(g.shown, id)
}

func (g *guest) enter(session proto.TargetSessionID) {
	if g != nil {
		g.mu.Lock()
		defer g.mu.Unlock()
		g.sessions[string(session)] = true
	}
}

// clears remembers a request that a tab was told to let go. Chromium asks the
// browser's own end next.
func (g *guest) clears(e *proto.FetchRequestPaused) {
	if id := string(e.NetworkID); g != nil && id != "" {
		g.mu.Lock()
		defer g.mu.Unlock()
		if len(g.cleared) > 4096 { // those of hosts that are not Meta's never come back
			clear(g.cleared)
		}
		g.cleared[id] = e.Request.Method + " " + e.Request.URL
	}
}

// isCleared tells, once, whether that was this request.
func (g *guest) isCleared(e *proto.FetchRequestPaused) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	id := string(e.NetworkID)
	if g.cleared[id] != e.Request.Method+" "+e.Request.URL {
		return false
	}
	delete(g.cleared, id)
	return true
}

// moveIn puts the locks on that a browser can have which ran before, and opens
// the program's tab.
func (b *Browser) moveIn(root caller) error {
	if err := (proto.FetchEnable{Patterns: sites}).Call(root); err != nil {
		return fmt.Errorf("put the network lock on: %w", err)
	}
	// Rod has asked for the news of tabs before anybody listened.
	for _, on := range []bool{false, true} {
		if err := (proto.TargetSetDiscoverTargets{Discover: on}).Call(root); err != nil {
			return fmt.Errorf("ask for the tabs: %w", err)
		}
	}
	if err := b.newTab(root, false); err != nil {
		return err
	}
	s, err := b.current(root.ctx)
	if err != nil {
		return err
	}
	// Again, and this time an error counts: nothing else stops what the tab sends to
	// other hosts.
	return s.on(root.ctx).askAll()
}

// askAll has every request asked about: of a session, or of the whole browser.
func (c caller) askAll() error {
	err := proto.FetchEnable{Patterns: []*proto.FetchRequestPattern{{URLPattern: "*", RequestStage: proto.FetchRequestStageRequest}}}.Call(c)
	if err != nil {
		return fmt.Errorf("put the network lock on: %w", err)
	}
	return nil
}

// newTab opens an empty tab of the program's.
func (b *Browser) newTab(root caller, window bool) error {
	res, err := proto.TargetCreateTarget{URL: blankPage, NewWindow: window}.Call(root)
	if err == nil && b.guest != nil {
		b.guest.own(res.TargetID)
		_, err = proto.TargetAttachToTarget{TargetID: res.TargetID, Flatten: true}.Call(root)
	}
	if err != nil {
		return fmt.Errorf("open a tab: %w", err)
	}
	return nil
}

// foreign tells whether a request that the browser's own end asks about is
// nothing to judge, and goes on: a tab of the program's was asked about it before,
// or it is the person's own, while no form is there. Later what other tabs load
// is judged like all, since one could be the form's accomplice; but it is aside:
// nothing that the form itself has tried or sent. So is what a worker sends that
// the person's tabs may share, and what comes from nobody knows where, whatever it
// carries: it may be a frame of the person's own pages.
func (b *Browser) foreign(p *paused) bool {
	switch {
	case b.guest == nil:
		return false
	case p.by != "":
		s := b.session(p.by)
		p.aside = s != nil && (s.kind == "service_worker" || s.kind == "shared_worker")
		return false
	}
	ours, known := b.guest.whose(p.FrameID)
	if b.guest.isCleared(p.FetchRequestPaused) || known && !ours && b.net.open() {
		return true
	}
	p.aside = !ours
	return false
}

// open tells whether pages may load as they like: no form was recognised yet.
func (n *netlock) open() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.stage == walking || n.off.has(lockBrakes)
}

// meet attaches to a tab that a tab of the program's has opened. Until then the
// browser's own end asks about what it wants from Meta's hosts.
func (b *Browser) meet(t *proto.TargetTargetInfo) {
	if b.guest.meets(t) {
		b.send(func() {
			_, _ = proto.TargetAttachToTarget{TargetID: t.TargetID, Flatten: true}.Call(b.on(b.ctx, ""))
		})
	}
}

// afterglow is how long what a page that goes still wants to send may take to come.
const afterglow = 500 * time.Millisecond

// leaveWait is how long the pages of closing tabs may take to be left. Only a page
// that hangs, or a computer with much to do, needs more than a moment.
const leaveWait = 10 * time.Second

// moveOut ends the program's part in a browser that ran before: its tabs are
// closed or stay, the browser runs on.
func (b *Browser) moveOut(closing bool) error {
	b.net.shut()
	var err error
	if b.ctx.Err() == nil {
		if closing {
			err = b.closeTabs()
		}
		// An answer to this means that what was held before is answered too. What is
		// held when the connection ends would leave.
		ctx, cancel := context.WithTimeout(context.Background(), closeGrace)
		_, _ = proto.BrowserGetVersion{}.Call(b.on(ctx, ""))
		cancel()
	}
	b.conn.Close()
	b.cancel()
	b.wg.Wait()
	return err
}

// closeTabs closes the program's tabs, and answers what they send at their end.
// A tab that closes loses its locks before its page is gone. So the page goes
// first; one that does not want to be left goes with the tab.
func (b *Browser) closeTabs() error {
	b.mu.Lock()
	tabs := slices.Clone(b.tabs)
	b.mu.Unlock()
	b.gate.leaving.Store(true)
	blank, cancel := context.WithTimeout(b.ctx, leaveWait)
	var left sync.WaitGroup
	for _, s := range tabs {
		left.Go(func() { b.leavePage(blank, s) })
	}
	left.Wait()
	cancel()
	ctx, cancel := context.WithTimeout(context.Background(), closeGrace)
	defer cancel()
	b.glow()
	for _, id := range b.guest.owned() {
		_, _ = proto.TargetCloseTarget{TargetID: id}.Call(b.on(ctx, "")) // it may be gone
	}
	for _, s := range tabs {
		select {
		case <-s.closed:
		case <-b.ctx.Done():
			return nil
		case <-ctx.Done():
			return ErrStays
		}
	}
	b.glow()
	return nil
}

// leavePage brings a tab to the empty page, unless its page asks to be stayed on.
func (b *Browser) leavePage(ctx context.Context, s *session) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	select {
	case <-s.leave: // asked before
	default:
	}
	go func() {
		select {
		case <-s.leave:
		case <-s.closed:
		case <-ctx.Done():
		}
		cancel()
	}()
	if _, err := (proto.PageNavigate{URL: blankPage}).Call(s.on(ctx)); err == nil {
		b.guest.awaitBlank(ctx, s.target)
	}
}

// glow waits for the afterglow.
func (b *Browser) glow() {
	timer := time.NewTimer(afterglow)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-b.ctx.Done():
	}
}

// ErrStays means that a tab of the program's could not be closed.
var ErrStays = errors.New("the program's tab stays open")
