package chrome

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/go-rod/rod/lib/cdp"

	"github.com/nonmerci/nonmerci/internal/guard"
)

// WebSockets are seen by no request gate, and Network.setBlockedURLs does not
// stop them (measured, Chromium 156). What does is a rule by which their
// addresses alone are offline: new sockets fail, open ones carry nothing, and
// the rest of the page does not notice.
const (
	methodSockets = "Network.emulateNetworkConditionsByRule"
	socketsJSON   = `[{"downloadThroughput":-1,"latency":0,"uploadThroughput":-1,"urlPattern":"wss://*:*/*"},` +
		`{"downloadThroughput":-1,"latency":0,"uploadThroughput":-1,"urlPattern":"ws://*:*/*"}]`
)

// socketsClosed are the parameters of methodSockets.
type socketsClosed struct {
	Offline bool            `json:"offline"`
	Rules   json.RawMessage `json:"matchedNetworkConditions"`
}

// Forbidden is the gate's answer to a call that is not on the list.
type Forbidden struct {
	Method string
	Why    string
}

func (e *Forbidden) Error() string { return fmt.Sprintf("%s is not allowed: %s", e.Method, e.Why) }

// client is what the gate stands in front of; it has the shape of rod.CDPClient.
type client interface {
	Event() <-chan *cdp.Event
	Call(ctx context.Context, sessionID, method string, params interface{}) ([]byte, error)
}

// gate is lock 4, the wire: between rod and the browser it lets pass what
// [powers] lists, with parameters that were checked, as the bytes that were
// checked.
type gate struct {
	client
	off     locks
	saved   bool   // a saved page is shown, without network
	report  bool   // that page is the program's own report, to be printed
	guest   *guest // what is the program's in a browser that ran before; nil: all of it
	sealed  atomic.Bool
	leaving atomic.Bool // the program's tabs close, and show the empty page before
	eyes    atomic.Bool // the program only looks and goes to addresses, for good
	theirs  atomic.Bool // the person signs in or answers: nothing of ours moves the mouse, types or changes the page

	mu      sync.Mutex
	opening *opening
}

// opening is a permit that is being used: the wire lets exactly these inputs
// through.
type opening struct {
	point guard.Point
	mouse []string // the mouse events that are still to come, in order
	text  *string  // the text that may be inserted, once
}

var powerOf = func() map[string]*power {
	m := map[string]*power{}
	for i := range powers {
		m[powers[i].method] = &powers[i]
	}
	return m
}()

// Call passes one call on, or refuses it with a *[Forbidden].
func (g *gate) Call(ctx context.Context, sessionID, method string, args interface{}) ([]byte, error) {
	raw, err := json.Marshal(args)
	if err != nil {
		return nil, fmt.Errorf("write the parameters of %s: %w", method, err)
	}
	if !g.off.has(lockWire) {
		if raw, err = g.allow(method, raw); err == nil {
			err = g.guest.allow(sessionID, method, raw)
		}
		if err != nil {
			return nil, err
		}
	}
	return g.client.Call(ctx, sessionID, method, json.RawMessage(raw))
}

// allow checks a call and returns its parameters as they were read, written
// anew: what stands twice in one JSON text, however deep, could mean one thing
// here and another in the browser.
func (g *gate) allow(method string, raw []byte) ([]byte, error) {
	p, ok := powerOf[method]
	if !ok {
		return nil, &Forbidden{method, "it is not on the list of powers"}
	}
	if g.sealed.Load() && !p.looks {
		return nil, &Forbidden{method, "the form is handed over"}
	}
	if g.eyes.Load() && !p.looks && method != "Fetch.fulfillRequest" { // for the next page from a file, see checkSaved
		return nil, &Forbidden{method, errEyes.Error()}
	}
	given, err := readAnew(raw)
	if err != nil {
		return nil, &Forbidden{method, "its parameters cannot be read"}
	}
	for name := range given {
		if !contains(p.params, name) {
			return nil, &Forbidden{method, "parameter " + name + " is not on the list"}
		}
	}
	if p.check != nil {
		if err := p.check(g, given); err != nil {
			return nil, &Forbidden{method, err.Error()}
		}
	}
	checked, err := json.Marshal(given)
	if err != nil {
		return nil, &Forbidden{method, "its parameters cannot be written"}
	}
	return checked, nil
}

// readAnew reads parameters, each written as Go writes what it has read: keys in
// order and once, whole UTF-8, numbers that are numbers.
func readAnew(raw []byte) (params, error) {
	var read map[string]any
	if err := json.Unmarshal(raw, &read); err != nil {
		return nil, err
	}
	given := params{}
	for name, value := range read {
		anew, err := json.Marshal(value)
		if err != nil {
			return nil, err
		}
		given[name] = anew
	}
	return given, nil
}

// seal ends the time in which the program may do anything but look. There is no
// way back.
func (g *gate) seal() { g.sealed.Store(true) }

// open lets one permit's input pass until the returned function is called.
func (g *gate) open(o opening) (closeIt func()) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.opening = &o
	return func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		g.opening = nil
	}
}

func (g *gate) spendMouse(kind string, x, y float64) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	o := g.opening
	if o == nil || len(o.mouse) == 0 || o.mouse[0] != kind {
		return fmt.Errorf("no permit for %s", kind)
	}
	if o.point.X != x || o.point.Y != y {
		return fmt.Errorf("the permit is for another point")
	}
	o.mouse = o.mouse[1:]
	return nil
}

func (g *gate) spendText(text string) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	o := g.opening
	if o == nil || o.text == nil || *o.text != text {
		return fmt.Errorf("no permit for this text")
	}
	o.text = nil
	return nil
}

func contains(list []string, s string) bool {
	for _, v := range list {
		if v == s {
			return true
		}
	}
	return false
}

// locks are the locks that a test of this package has switched off. Outside of
// tests the value is always zero: all locks on.
type locks uint8

const (
	lockJudge locks = 1 << iota
	lockPress
	lockWire
	lockBrakes
	lockOutlet
)

func (l locks) has(one locks) bool { return l&one != 0 }
