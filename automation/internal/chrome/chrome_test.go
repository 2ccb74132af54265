package chrome

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"maps"
	"math/big"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-rod/rod/lib/cdp"

	"github.com/nonmerci/nonmerci/selectors"
)

// The tests of this package that need a browser share one where they can: see
// [shared]. It ends with the test binary, and must leave nothing behind.
func TestMain(m *testing.M) {
	if profile := os.Getenv(victim); profile != "" {
		fmt.Fprintln(os.Stderr, beVictim(profile, os.Args[1:]))
		os.Exit(1)
	}
	code := m.Run()
	if err := common.end(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// browserPath is the browser to test with.
func browserPath(t testing.TB) string {
	t.Helper()
	if testing.Short() {
		t.Skip("needs a browser; -short is without one")
	}
	path, err := Find("", os.LookupEnv)
	if err != nil {
		t.Fatal("install Chromium: make setup")
	}
	return path
}

// options start a browser without a window on a fresh profile.
func options(t testing.TB, args ...string) Options {
	return Options{Path: browserPath(t), Profile: t.TempDir(), Headless: true, Sandbox: os.Geteuid() != 0, Fleeting: true, Args: args}
}

// started is a browser of a test's own, closed at its end.
func started(t testing.TB, o Options) *Browser {
	t.Helper()
	b, err := Start(t.Context(), o)
	if err != nil {
		t.Fatalf("start %s: %v", o.Path, err)
	}
	t.Cleanup(func() {
		begin := time.Now()
		if err := b.Close(); err != nil {
			t.Error(err)
		}
		t.Logf("closed in %s", time.Since(begin).Round(time.Millisecond))
	})
	return b
}

// commons is the browser, the site and the second client that tests share.
type commons struct {
	once sync.Once
	b    *Browser
	web  *web
	hand *hand
	err  error
	dir  string
}

var common commons

// TestInOneBrowser runs, one after another and beside all others, the tests that
// leave the browser as they found it.
func TestInOneBrowser(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		test func(*testing.T)
	}{
		{"finding", testFinding},
		{"form box", testFormBox},
		{"pressing", testPressing},
		{"filling", testFilling},
		{"choosing", testChoosing},
		{"waiting", testWaiting},
		{"near its question", testNearItsQuestion},
		{"name first", testNameFirst},
		{"judge race", testJudgeRace},
		{"pictures", testPictures},
		{"private areas", testPrivateAreas},
		{"moving page", testMovingPage},
		{"showing", testShowing},
		{"near", testNear},
	} {
		t.Run(c.name, c.test)
	}
}

// shared returns a browser for tests that leave its locks as they are, with a
// site of the test's own pages and a second client that plays the person.
func shared(t testing.TB) (*Browser, *web, *hand) {
	t.Helper()
	o := options(t)
	common.once.Do(func() { common.begin(o) })
	if common.err != nil {
		t.Fatal(common.err)
	}
	return common.b, common.web, common.hand
}

func (c *commons) begin(o Options) {
	if c.dir, c.err = os.MkdirTemp("", "chrome-test-"); c.err != nil {
		return
	}
	if c.web, c.err = serveWeb(); c.err != nil {
		return
	}
	if c.hand, c.err = newHand(); c.err != nil {
		return
	}
	o.Profile = c.dir
	o.Args = append(c.web.args(), c.hand.arg())
	c.b, c.err = Start(context.Background(), o)
}

func (c *commons) end() error {
	var err error
	if c.b != nil {
		pid := c.b.proc.cmd.Process.Pid
		err = c.b.Close()
		if alive(pid) {
			err = errors.Join(err, fmt.Errorf("the shared browser (%d) lives on", pid))
		}
	}
	if c.web != nil {
		c.web.close()
	}
	if c.dir != "" {
		err = errors.Join(err, os.RemoveAll(c.dir))
	}
	return err
}

// web is a small TLS server that stands for every host, like the rehearsal's.
// It shows the pages that tests give it, and counts what is sent: each request
// to /sent/WAY, whatever its method.
type web struct {
	server *http.Server
	port   int
	spki   string

	mu    sync.Mutex
	next  int
	pages map[string]string
	sent  map[string]int
}

func serveWeb() (*web, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	now := time.Now()
	plan := &x509.Certificate{
		SerialNumber: big.NewInt(now.UnixNano()), NotBefore: now.Add(-time.Hour), NotAfter: now.Add(24 * time.Hour),
		DNSNames: []string{"*.facebook.com", "*.instagram.com", "elsewhere.example", "localhost"},
	}
	der, err := x509.CreateCertificate(rand.Reader, plan, plan, key.Public(), key)
	if err != nil {
		return nil, err
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	digest := sha256.Sum256(leaf.RawSubjectPublicKeyInfo)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	w := &web{
		port: l.Addr().(*net.TCPAddr).Port, spki: base64.StdEncoding.EncodeToString(digest[:]),
		pages: map[string]string{}, sent: map[string]int{},
	}
	w.server = &http.Server{
		Handler:   w,
		TLSConfig: &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}},
		ErrorLog:  log.New(io.Discard, "", 0), // broken handshakes of a closing browser
	}
	go func() { _ = w.server.ServeTLS(l, "", "") }()
	return w, nil
}

func (w *web) close() {
	w.server.Close()
}

func (w *web) args() []string {
	return []string{fmt.Sprintf("host-resolver-rules=MAP * 127.0.0.1:%d", w.port), "ignore-certificate-errors-spki-list=" + w.spki}
}

func (w *web) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	way, sends := strings.CutPrefix(r.URL.Path, "/sent/")
	w.mu.Lock()
	if sends {
		w.sent[way]++
	}
	page, ok := w.pages[r.URL.Path]
	w.mu.Unlock()
	rw.Header().Set("Cache-Control", "no-store")
	switch {
	case strings.HasSuffix(r.URL.Path, ".js"):
		rw.Header().Set("Content-Type", "text/javascript")
		io.WriteString(rw, page)
	case ok:
		rw.Header().Set("Content-Type", "text/html; charset=utf-8")
		io.WriteString(rw, page)
	case r.Header.Get("Sec-Fetch-Dest") == "document" || r.Header.Get("Sec-Fetch-Dest") == "iframe":
		rw.Header().Set("Content-Type", "text/html; charset=utf-8")
		io.WriteString(rw, "<!doctype html><title>other</title><p>another page</p>")
	default:
		rw.WriteHeader(http.StatusNoContent)
	}
}

// page puts a document under an address of its own.
func (w *web) page(html string) (address string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.next++
	path := fmt.Sprintf("/test/%d/", w.next)
	w.pages[path] = "<!doctype html><html lang=en><meta charset=utf-8><title>test</title>" + html
	return "https://www.facebook.com" + path
}

// put puts a text under a path.
func (w *web) put(path, text string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.pages[path] = text
}

// counted is what was sent so far, by its way.
func (w *web) counted() map[string]int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return maps.Clone(w.sent)
}

func (w *web) total() int {
	n := 0
	for _, one := range w.counted() {
		n += one
	}
	return n
}

// hand is a person's hand: a second DevTools client, beside the program's pipe,
// by which a test presses, types and plays the page's own script.
type hand struct{ port int }

func newHand() (*hand, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	defer l.Close()
	return &hand{l.Addr().(*net.TCPAddr).Port}, nil
}

func (h *hand) arg() string { return fmt.Sprintf("remote-debugging-port=%d", h.port) }

// tab is one tab as the hand reaches it.
type tab struct {
	t    testing.TB
	call func(method string, params any) (json.RawMessage, error)
}

// on connects the hand with the newest tab that shows a page.
func (h *hand) on(t testing.TB) *tab {
	t.Helper()
	var socket string
	if !until(t, 20*time.Second, "a tab with a page", func() bool { socket = h.socket(t); return socket != "" }) {
		t.FailNow()
	}
	return h.at(t, socket)
}

// at connects the hand with one tab.
func (h *hand) at(t testing.TB, socket string) *tab {
	t.Helper()
	ws := &cdp.WebSocket{}
	if err := ws.Connect(t.Context(), socket, nil); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ws.Close() })
	c := cdp.New().Start(ws)
	go func() {
		for range c.Event() {
		}
	}()
	one := &tab{t, func(method string, params any) (json.RawMessage, error) {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		return c.Call(ctx, "", method, params)
	}}
	// Open returns as soon as the site answers; what is on the page comes later.
	one.eval(`new Promise((done) => document.readyState === 'loading' ? addEventListener('DOMContentLoaded', () => done()) : done())`)
	return one
}

func (h *hand) socket(t testing.TB) string {
	req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, fmt.Sprintf("http://127.0.0.1:%d/json/list", h.port), nil)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var tabs []struct {
		Type, URL string
		Socket    string `json:"webSocketDebuggerUrl"`
	}
	if err := json.NewDecoder(res.Body).Decode(&tabs); err != nil {
		t.Fatal(err)
	}
	for _, one := range tabs {
		if one.Type == "page" && strings.HasPrefix(one.URL, "https://") {
			return one.Socket
		}
	}
	return ""
}

// eval runs a script in the page's own world, as the page could, and returns its
// value. A promise is awaited.
func (h *tab) eval(script string) any {
	h.t.Helper()
	raw, err := h.call("Runtime.evaluate", map[string]any{"expression": script, "returnByValue": true, "awaitPromise": true})
	if err != nil {
		h.t.Fatalf("%.80s: %v", script, err)
	}
	var got struct {
		Result           struct{ Value any }
		ExceptionDetails *struct{ Text string }
	}
	if err := json.Unmarshal(raw, &got); err != nil || got.ExceptionDetails != nil {
		h.t.Fatalf("%.80s: %v %s", script, err, raw)
	}
	return got.Result.Value
}

// try runs a script that may end the page, and does not wait for what it starts.
// It may open tabs, as after a click of the person's.
func (h *tab) try(script string) {
	h.t.Helper()
	if _, err := h.call("Runtime.evaluate", map[string]any{"expression": script, "userGesture": true}); err != nil {
		h.t.Logf("%.80s: %v", script, err)
	}
}

// click is a click of the person's on the middle of what the selector finds, which
// nothing may lie over.
func (h *tab) click(selector string) {
	h.t.Helper()
	if h.eval(fmt.Sprintf(`(() => { const e = document.querySelector(%q); e.scrollIntoView({block: 'center', behavior: 'instant'});
		const r = e.getBoundingClientRect(); return e.contains(document.elementFromPoint(r.x + r.width / 2, r.y + r.height / 2)) })()`, selector)) != true {
		h.t.Fatalf("something lies over %s", selector)
	}
	h.clickOver(selector)
}

// clickOver is the same, whatever lies over it.
func (h *tab) clickOver(selector string) {
	h.t.Helper()
	at, ok := h.eval(fmt.Sprintf(`(() => { const e = document.querySelector(%q); e.scrollIntoView({block: 'center', behavior: 'instant'});
		const r = e.getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2] })()`, selector)).([]any)
	if !ok {
		h.t.Fatalf("nothing fits %s", selector)
	}
	for _, kind := range []string{"mouseMoved", "mousePressed", "mouseReleased"} {
		e := map[string]any{"type": kind, "x": at[0], "y": at[1]}
		if kind != "mouseMoved" {
			e["button"], e["clickCount"] = "left", 1
		}
		if _, err := h.call("Input.dispatchMouseEvent", e); err != nil && kind != "mouseReleased" {
			h.t.Fatalf("%s: %v", kind, err)
		}
	}
}

// key presses one key of the keyboard.
func (h *tab) key(name string) {
	h.t.Helper()
	text := map[string]string{"Enter": "\r", " ": " "}[name]
	code := map[string]int{"Enter": 13, " ": 32}[name]
	for _, kind := range []string{"keyDown", "keyUp"} {
		e := map[string]any{"type": kind, "key": name, "windowsVirtualKeyCode": code}
		if kind == "keyDown" {
			e["text"] = text
		}
		if _, err := h.call("Input.dispatchKeyEvent", e); err != nil && kind == "keyDown" {
			h.t.Fatalf("key %q: %v", name, err)
		}
	}
}

// until waits for a condition that a server or a process has to fulfil.
func until(t testing.TB, within time.Duration, what string, ok func() bool) bool {
	t.Helper()
	deadline := time.NewTimer(within)
	defer deadline.Stop()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-tick.C:
		case <-deadline.C:
			if what != "" {
				t.Errorf("%s: not within %s", what, within)
			}
			return false
		}
	}
	return true
}

// quiet waits and tells whether nothing happened meanwhile. It is the one place
// where a test waits for nothing: that something is not sent shows in no event.
func quiet(t testing.TB, during time.Duration, happened func() bool) bool {
	t.Helper()
	return !until(t, during, "", happened)
}

// looking is a plan with one target, in the words of a flow file.
func looking(is []selectors.Role, in selectors.Scope, find ...planLocator) *Plan {
	for i := range find {
		if find[i].Weight == 0 {
			find[i].Weight = 2
		}
	}
	if in == "" {
		in = selectors.Top
	}
	return &Plan{
		Targets: map[string]planTarget{"it": {Is: is, In: in, Find: find}},
		Places:  []planPlace{{ID: "test", When: []planRule{{At: []string{`^https://www\.facebook\.com/test/`}}}}},
	}
}

// named is a locator by accessible name.
func named(words ...string) planLocator {
	return planLocator{By: selectors.ByName, Values: words, Weight: 2}
}

// look opens a page of the shared site and looks at it.
func look(t testing.TB, plan *Plan, html string) (View, *Browser) {
	t.Helper()
	b, w, _ := shared(t)
	if err := b.Open(t.Context(), w.page(html)); err != nil {
		t.Fatal(err)
	}
	v, err := b.Look(t.Context(), plan, Until{Within: 10 * time.Second, Patience: 3 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	return v, b
}

// flows loads the built-in flow of a service.
func flows(t testing.TB, service string) *selectors.Flow {
	t.Helper()
	f, warnings, err := selectors.Load("", service)
	if err != nil || len(warnings) > 0 {
		t.Fatal(err, warnings)
	}
	return f
}
