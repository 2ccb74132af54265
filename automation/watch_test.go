package automation_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-rod/rod/lib/cdp"

	"github.com/nonmerci/nonmerci/automation"
	"github.com/nonmerci/nonmerci/internal/hint"
	"github.com/nonmerci/nonmerci/internal/rehearsal"
)

// hand is a person's hand: a second DevTools client, beside the program's pipe.
type hand struct {
	t    *testing.T
	port int
}

func newHand(t *testing.T) *hand {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return &hand{t, l.Addr().(*net.TCPAddr).Port}
}

func (h *hand) arg() string { return fmt.Sprintf("remote-debugging-port=%d", h.port) }

// on runs act in the tab that shows one of Meta's pages.
func (h *hand) on(ctx context.Context, act func(call func(method string, params any) json.RawMessage)) {
	req, _ := http.NewRequestWithContext(ctx, http.MethodGet, fmt.Sprintf("http://127.0.0.1:%d/json/list", h.port), nil)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		h.t.Error(err)
		return
	}
	defer res.Body.Close()
	var tabs []struct {
		Type, URL string
		Socket    string `json:"webSocketDebuggerUrl"`
	}
	if err := json.NewDecoder(res.Body).Decode(&tabs); err != nil {
		h.t.Error(err)
		return
	}
	for _, tab := range tabs {
		if tab.Type != "page" || !strings.HasPrefix(tab.URL, "https://") {
			continue
		}
		ws := &cdp.WebSocket{}
		if err := ws.Connect(ctx, tab.Socket, nil); err != nil {
			h.t.Error(err)
			return
		}
		defer ws.Close()
		c := cdp.New().Start(ws)
		go func() {
			for range c.Event() {
			}
		}()
		act(func(method string, params any) json.RawMessage {
			raw, err := c.Call(ctx, "", method, params)
			if err != nil {
				h.t.Errorf("%s: %v", method, err)
			}
			return raw
		})
		return
	}
	h.t.Error("no tab")
}

// finding is a function that gives the middle of the first element that fits a
// selector, or of the first button in an open shadow root or a frame of the same
// origin.
const finding = `(selector) => {
  const find = (root, dx, dy) => {
    for (const el of root.querySelectorAll(root === document ? selector : 'button[type=submit],[role=button]')) {
      const r = el.getBoundingClientRect();
      if (r.width) return [r.x + r.width / 2 + dx, r.y + r.height / 2 + dy];
    }
    for (const el of root.querySelectorAll('*')) {
      const b = el.getBoundingClientRect();
      const got = el.shadowRoot ? find(el.shadowRoot, dx, dy) : el.contentDocument && find(el.contentDocument, dx + b.x + el.clientLeft, dy + b.y + el.clientTop);
      if (got) return got;
    }
  };
  return find(document, 0, 0);
}`

// press clicks the middle of the first element that the selector finds.
func (h *hand) press(ctx context.Context, selector string) {
	h.on(ctx, func(call func(string, any) json.RawMessage) {
		raw := call("Runtime.evaluate", map[string]any{"returnByValue": true, "expression": fmt.Sprintf("(%s)(%q)", finding, selector)})
		var got struct{ Result struct{ Value []float64 } }
		if err := json.Unmarshal(raw, &got); err != nil || len(got.Result.Value) != 2 {
			h.t.Errorf("find %s: %v %s", selector, err, raw)
			return
		}
		at := map[string]any{"x": got.Result.Value[0], "y": got.Result.Value[1], "button": "left", "clickCount": 1}
		for _, kind := range []string{"mousePressed", "mouseReleased"} {
			at["type"] = kind
			call("Input.dispatchMouseEvent", at)
		}
	})
}

const sendButton = `button[type=submit]:not([name=search]), div[role=button].send, main [role=button]`

// watched runs one objection to hand-over and lets the hand act there.
func watched(t *testing.T, variant string, wait time.Duration, act func(ctx context.Context, h *hand)) (automation.Result, *rehearsal.Site) {
	t.Helper()
	return watchedWith(t, variant, wait, act, func(*automation.Request, *hand) {})
}

func watchedWith(t *testing.T, variant string, wait time.Duration, act func(ctx context.Context, h *hand), change func(*automation.Request, *hand)) (automation.Result, *rehearsal.Site) {
	t.Helper()
	if testing.Short() {
		t.Skip("needs a browser")
	}
	v, err := rehearsal.ParseVariant(variant)
	if err != nil {
		t.Fatal(err)
	}
	h := newHand(t)
	return object(t, v, func(r *automation.Request) {
		r.Email, r.Explanation, r.NoWait, r.Wait = "marie@courrier.example", "Non merci.", false, wait
		r.Browser.Args = append(r.Browser.Args, h.arg())
		tell := r.Tell
		r.Tell = func(s hint.Text) {
			tell(s)
			if strings.HasPrefix(s.Format, "If everything is right") && act != nil {
				go act(t.Context(), h)
			}
		}
		change(r, h)
	})
}

// TestThePersonSends: wherever the form stands and however the site thanks, one
// click on Send is one submission, and no more is claimed than was seen.
func TestThePersonSends(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		variant string
		want    automation.Outcome
		soak    bool
	}{
		{"", automation.Sent, false},
		{"language=fr&markup=script", automation.Sent, false},
		{"service=facebook&language=xx", automation.Sent, true},
		{"with=frame", automation.Sent, false},
		{"service=facebook&markup=script&with=shadow,thanks-dialog", automation.Sent, false},
		{"with=thanks-dialog", automation.Sent, true},
		{"markup=script&with=thanks-below", automation.SentUnconfirmed, true},
		{"service=facebook&with=cross-frame", automation.Sent, true},
		{"with=steps", automation.Sent, true},
		{"service=facebook&markup=script&with=steps,validation", automation.Sent, true},
		{"markup=script&with=rerender", automation.Sent, true},
		{"with=disabled-send", automation.Sent, true},
	} {
		if c.soak && !*full {
			continue
		}
		t.Run(c.variant, func(t *testing.T) {
			t.Parallel()
			res, site := watched(t, c.variant, 20*time.Second, func(ctx context.Context, h *hand) { h.press(ctx, sendButton) })
			if res.Outcome != c.want {
				t.Errorf("outcome %s, want %s: %s", res.Outcome, c.want, res.Message)
			}
			if n := site.Submissions(); n != 1 {
				t.Errorf("%d submissions, want 1: %v", n, site.ByChannel())
			}
			for _, name := range []string{"filled", "after", "still-asking"} {
				shots, err := filepath.Glob(filepath.Join(res.Record, "shots", "*-"+name+".png"))
				if there := c.want == automation.Sent && name == "after" || c.want != automation.Sent && name == "still-asking" || name == "filled"; err != nil || there != (len(shots) > 0) {
					t.Errorf("%d pictures %s: %v", len(shots), name, err)
				}
			}
			if got := site.LastSubmission().Encode(); !strings.Contains(got, "marie%40courrier.example") || !strings.Contains(got, "Non+merci.") {
				t.Errorf("what arrived: %s", got)
			}
		})
	}
}

// TestPermission: what a button other than Send wants to send is stopped; who is
// asked and says yes gets it through by doing the same again, and nobody calls
// that the objection.
func TestPermission(t *testing.T) {
	t.Parallel()
	const check = `(() => { if (document.getElementById('check')) return; const b = document.createElement('button'); b.id = 'check'; b.type = 'button'; b.textContent = 'Check';
		b.style = 'position:fixed;top:0;left:0;width:99px;height:40px;z-index:2147483647';
		b.onclick = () => { fetch('/api/check/', {method: 'POST', body: new URLSearchParams({email: document.querySelector('input[type=email]').value})}).catch(() => {}) };
		document.body.append(b) })()`
	for _, c := range []struct {
		name string
		asks bool
		want automation.Outcome
		sent int
	}{{"asked", true, automation.Unknown, 1}, {"nobody to ask", false, automation.NotSent, 0}} {
		if !c.asks && !*full {
			continue
		}
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var told []string
			press := func(ctx context.Context, h *hand) {
				h.on(ctx, func(call func(string, any) json.RawMessage) {
					call("Runtime.evaluate", map[string]any{"expression": check})
				})
				h.press(ctx, "#check")
			}
			res, site := watchedWith(t, "", 6*time.Second, press, func(r *automation.Request, h *hand) {
				tell := r.Tell
				r.Tell = func(s hint.Text) {
					tell(s)
					told = append(told, s.String())
					if strings.HasPrefix(s.Format, "Good. Now do the same") {
						go press(t.Context(), h)
					}
				}
				if c.asks {
					r.Consent = func(_ context.Context, question hint.Text) bool {
						return strings.Contains(question.String(), "type yes")
					}
				}
			})
			if res.Outcome != c.want || site.Submissions() != c.sent {
				t.Errorf("outcome %s, want %s; %d arrived, want %d: %s", res.Outcome, c.want, site.Submissions(), c.sent, res.Message)
			}
			if all := strings.Join(told, "\n"); !strings.Contains(all, "wanted to send what you typed to help.instagram.com") {
				t.Errorf("what the person was told:\n%s", all)
			}
		})
	}
}

// TestAWayThatCannotBeShut: where a script leads to the network, the form is
// handed over all the same, and the person is told what is missing.
func TestAWayThatCannotBeShut(t *testing.T) {
	if !*full {
		t.Skip("doctor says the same every day: run with -full")
	}
	t.Parallel()
	missing := false
	res, site := watchedWith(t, "", 2*time.Second, nil, func(r *automation.Request, _ *hand) {
		r.Browser.Args = append(r.Browser.Args, "proxy-pac-url=data:application/x-ns-proxy-autoconfig,function FindProxyForURL(){return 'DIRECT'}")
		tell := r.Tell
		r.Tell = func(s hint.Text) {
			tell(s)
			missing = missing || strings.Contains(s.String(), "in a way that nonmerci cannot shut")
		}
	})
	if !missing || res.Outcome != automation.NotSent || site.Submissions() != 0 {
		t.Errorf("told: %v, outcome %s, %d submissions", missing, res.Outcome, site.Submissions())
	}
}

func TestNobodySends(t *testing.T) {
	t.Parallel()
	res, site := watched(t, "", 2*time.Second, nil)
	if res.Outcome != automation.NotSent {
		t.Errorf("outcome %s: %s", res.Outcome, res.Message)
	}
	if n := site.Submissions(); n != 0 {
		t.Errorf("%d submissions reached the site", n)
	}
}
