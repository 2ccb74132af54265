package chrome

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/nonmerci/nonmerci/internal/guard"
)

// member is one member of an object, in the order in which it stands.
type member struct {
	name  string
	value any // nil, bool, json.Number, string, []any or []member
}

var errStrict = errors.New("two readers could differ on it")

// strict reads JSON as a reader does who takes nothing for granted: no name
// twice, no broken UTF-8 or half a surrogate pair, nothing after the value. What it reads,
// every other reader reads in the same way.
func strict(raw []byte) (any, error) {
	if !utf8.Valid(raw) || halfPair.Match(raw) {
		return nil, errStrict
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	v, err := strictValue(d)
	if err != nil {
		return nil, err
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, errStrict
	}
	return v, nil
}

func strictValue(d *json.Decoder) (any, error) {
	t, err := d.Token()
	if err != nil {
		return nil, err
	}
	open, ok := t.(json.Delim)
	if !ok {
		return t, nil
	}
	var list []any
	var members []member
	for d.More() {
		m := member{}
		if open == '{' {
			t, err := d.Token()
			if err != nil {
				return nil, err
			}
			m.name, _ = t.(string)
			if slices.ContainsFunc(members, func(o member) bool { return o.name == m.name }) {
				return nil, errStrict
			}
		}
		if m.value, err = strictValue(d); err != nil {
			return nil, err
		}
		list, members = append(list, m.value), append(members, m)
	}
	if _, err := d.Token(); err != nil {
		return nil, err
	}
	if open == '{' {
		return members, nil
	}
	return list, nil
}

// halfPair are the escapes of surrogates, of which a browser may make something
// else than Go does. Go writes none.
var halfPair = regexp.MustCompile(`(?i)(?:^|[^\\])(?:\\\\)*\\ud[89a-f]`)

// mayPass is the list of powers a second time: the parameters that each method
// may have, and after a star that it may still be called after hand-over.
var mayPass = map[string]string{
	"Browser.getVersion": "*", "Browser.close": "*", "Target.setDiscoverTargets": "* discover",
	"Target.setAutoAttach": "* autoAttach waitForDebuggerOnStart flatten", "Target.createTarget": "url newWindow",
	"Runtime.runIfWaitingForDebugger": "*", "Fetch.enable": "* patterns", "Fetch.continueRequest": "* requestId",
	"Fetch.failRequest": "* requestId errorReason", "Network.enable": "* maxTotalBufferSize maxResourceBufferSize maxPostDataSize",
	"Network.emulateNetworkConditionsByRule": "* offline matchedNetworkConditions", "Page.enable": "*",
	"Page.addScriptToEvaluateOnNewDocument": "* source worldName runImmediately", "Page.createIsolatedWorld": "* frameId worldName",
	"Runtime.addBinding": "* name executionContextId", "Runtime.callFunctionOn": "* functionDeclaration arguments executionContextId returnByValue awaitPromise",
	"Page.navigate": "url", "Page.bringToFront": "*", "Page.captureScreenshot": "* format optimizeForSpeed clip",
	"Page.handleJavaScriptDialog": "accept", "Input.setIgnoreInputEvents": "* ignore",
	"Input.dispatchMouseEvent": "type x y button clickCount deltaX deltaY", "Input.insertText": "text", "DOM.enable": "*", "Overlay.enable": "*",
	"Overlay.highlightRect": "* x y width height color outlineColor", "Overlay.hideHighlight": "*",
	"Overlay.setInspectMode": "* mode highlightConfig", "DOM.getContentQuads": "backendNodeId",
	"Overlay.highlightNode": "nodeId selector highlightConfig", "DOM.getDocument": "depth",
}

// FuzzWire: whatever is asked, only what is listed here passes, and the bytes
// that pass mean to a strict reader what is written here.
func FuzzWire(f *testing.F) {
	for method, good := range allowed {
		f.Add(method, []byte(good), false, false)
		f.Add(method, []byte(good), false, true)
		f.Add(method, []byte(good), true, true)
	}
	for _, s := range [][2]string{
		{"Page.navigate", `{"url":"https://evil.example/","url":"https://www.facebook.com/"}`}, {"Page.navigate", `{"URL":"https://evil.example/","url":"https://www.facebook.com/"}`},
		{"Page.navigate", `{"\u0075rl":"https://www.facebook.com/\ud800"}`}, {"Runtime.evaluate", `{"expression":"1"}`}, {"Input.insertText", `{"text":""}`}, {"Page.createIsolatedWorld", `null`},
		{"Runtime.callFunctionOn", `{"functionDeclaration":"function(a){return globalThis.nonmerci.look(a)}","arguments":[{"value":1,"value":{"a":1,"a":2}}]}`},
		{"Runtime.callFunctionOn", `{"functionDeclaration":"function(a){return globalThis.nonmerci.choose(a)}","arguments":[{"value":1,"Value":2,"objectId":"3"}]}`},
		{"Input.dispatchMouseEvent", `{"type":"mouseMoved","x":1e1,"y":2E+1,"button":null,"clickCount":1e400}`}, {"Overlay.highlightRect", `{"x":1,"color":{"r":1,"r":2}}`},
		{"Target.setAutoAttach", `{"autoAttach":true,"waitForDebuggerOnStart":true,"flatten":false}`}, {"Fetch.failRequest", `{"requestId":["1"],"errorReason":"Aborted"}`},
		{"Overlay.highlightRect", `{"color":` + strings.Repeat("[", 200) + strings.Repeat("]", 200) + "}"}, {"Browser.close", `[]`}, {"Input.insertText", "{\"text\":\"\xff\"}"},
	} {
		f.Add(s[0], []byte(s[1]), false, true)
	}
	f.Fuzz(func(t *testing.T, method string, params []byte, sealed, open bool) {
		g, r := newGate()
		if open {
			permitted(g)
		}
		if sealed {
			g.seal()
		}
		for range 4 { // a press has three events, and none is let through a second time
			if _, err := g.Call(t.Context(), "", method, json.RawMessage(params)); err != nil {
				if no := (*Forbidden)(nil); !errors.As(err, &no) && json.Valid(params) {
					t.Fatalf("refused with %v", err)
				}
			}
		}
		if len(r.sent) > 1 && (method == "Input.insertText" || method == "Input.dispatchMouseEvent") {
			t.Fatalf("one permit, and %d times %s", len(r.sent), method)
		}
		for i, sent := range r.sent {
			if r.methods[i] != method {
				t.Fatalf("asked %s, sent %s", method, r.methods[i])
			}
			wantAllowed(t, method, sent, sealed, open)
		}
	})
}

func wantAllowed(t *testing.T, method string, sent []byte, sealed, open bool) {
	t.Helper()
	rule, listed := mayPass[method]
	after, still := strings.CutPrefix(rule, "*")
	if !listed || sealed && !still {
		t.Fatalf("%s passed (after hand-over: %v): %s", method, sealed, sent)
	}
	v, err := strict(sent)
	if err != nil {
		t.Fatalf("%s: %v: %q", method, err, sent)
	}
	members, ok := v.([]member)
	if !ok && v != nil {
		t.Fatalf("%s: no object: %s", method, sent)
	}
	is := map[string]any{}
	for _, m := range members {
		if !slices.Contains(strings.Fields(after), m.name) {
			t.Fatalf("%s with %q: %s", method, m.name, sent)
		}
		is[m.name] = m.value
	}
	text := func(name string) string { s, _ := is[name].(string); return s }
	url := text("url")
	_, offList := guard.Host(url)
	good := true
	switch method {
	case "Page.navigate":
		good = offList == nil && !strings.Contains(strings.ToLower(url), "/ajax/help/contact/submit")
	case "Target.createTarget":
		good = url == "about:blank"
	case "Page.handleJavaScriptDialog":
		good = is["accept"] == false
	case "Target.setAutoAttach":
		good = is["autoAttach"] == true && is["waitForDebuggerOnStart"] == true
	case "Page.addScriptToEvaluateOnNewDocument":
		good = text("source") == engine && text("worldName") == "nonmerci"
	case "Page.createIsolatedWorld":
		good = text("worldName") == "nonmerci"
	case "Runtime.addBinding":
		good = text("name") == "nonmerciSaw"
	case "Fetch.failRequest":
		good = text("errorReason") == "Aborted"
	case "Network.emulateNetworkConditionsByRule":
		good = is["offline"] == true && strings.Contains(string(sent), "wss://*:*/*") && strings.Contains(string(sent), `"ws://*:*/*"`)
	case "Fetch.enable":
		good = strings.Contains(string(sent), `[{"requestStage":"Request","urlPattern":"*"}]`)
	case "Page.captureScreenshot":
		clip, _ := is["clip"].([]member)
		of := map[string]float64{}
		for _, m := range clip {
			n, _ := m.value.(json.Number)
			of[m.name], _ = n.Float64()
		}
		good = text("format") == "png" && len(clip) == 5 && of["scale"] == 1 && min(of["width"], of["height"]) >= 1 && max(of["width"], of["height"]) <= 8000
	case "Overlay.setInspectMode":
		good = text("mode") == "none" || text("mode") == "searchForNode" && !sealed
	case "Overlay.highlightNode":
		good = strings.HasPrefix(text("selector"), ":root") && !strings.ContainsAny(text("selector"), "[]'\"\\#.*+~=|&")
	case "DOM.getDocument":
		good = is["depth"] == json.Number("2")
	case "Input.setIgnoreInputEvents":
		good = !sealed || is["ignore"] == false
	case "Input.insertText":
		good = open && text("text") == "marie@courrier.example"
	case "Input.dispatchMouseEvent":
		x, _ := is["x"].(json.Number)
		y, _ := is["y"].(json.Number)
		fx, _ := x.Float64()
		fy, _ := y.Float64()
		good = open && fx == 10 && fy == 20 && text("type") == "mouseMoved" && slices.Contains([]any{nil, "", "none", "left"}, is["button"]) &&
			slices.Contains([]any{nil, json.Number("0"), json.Number("1")}, is["clickCount"])
	case "Runtime.callFunctionOn":
		name := strings.TrimSuffix(strings.TrimPrefix(text("functionDeclaration"), "function(a){return globalThis.nonmerci."), "(a)}")
		known := []string{"look", "facts", "values", "blanks", "scene", "shown", "near", "outline", "watch", "mark", "release"}
		if !sealed {
			known = append(known, "setBelt", "further", "steady", "pose", "rest", "select", "choose")
		}
		good = slices.Contains(known, name)
		list, _ := is["arguments"].([]any)
		for _, a := range list {
			m, _ := a.([]member)
			good = good && len(m) == 1 && m[0].name == "value"
		}
	}
	if !good {
		t.Fatalf("%s passed with %s", method, sent)
	}
}

// FuzzPipeMessages: what the pipe passes on, rod's client can take apart, each
// message by itself; and reading never takes much more memory than there is to
// read.
func FuzzPipeMessages(f *testing.F) {
	for _, s := range []string{"{}\x00{\"id\":1}\x00", "\x00\x00", "{\"id\":1}", "[]\x00", "null\x00", "{\"id\":1.5}\x00", "{\"method\":null}\x00", "{\"params\":\"\\ud800\"}\x00{", "1\x00", "{\"id\":1}{}\x00"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		p := newPipe(nopCloser{io.Discard}, io.NopCloser(bytes.NewReader(data)))
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		rest := data
		for {
			msg, err := p.Read()
			if err != nil {
				break
			}
			want, more, ended := bytes.Cut(rest, []byte{0})
			if rest = more; !ended || !bytes.Equal(msg, want) {
				t.Fatalf("passed on %q of %q", msg, want)
			}
			var shape struct {
				ID                *int
				SessionID, Method *string
				Params, Result    json.RawMessage
				Error             *struct {
					Code          *int
					Message, Data *string
				}
			}
			if err := json.Unmarshal(msg, &shape); err != nil || bytes.TrimSpace(msg)[0] != '{' {
				t.Fatalf("passed on %q: %v", msg, err)
			}
		}
		runtime.ReadMemStats(&after)
		if used := after.TotalAlloc - before.TotalAlloc; used > 1<<20+uint64(len(data))*64 {
			t.Fatalf("%d bytes took %d", len(data), used)
		}
	})
}

// TestPipeIsBounded: a message without end is given up before it fills the
// memory.
func TestPipeIsBounded(t *testing.T) {
	read := &counting{}
	if _, err := newPipe(nopCloser{io.Discard}, io.NopCloser(read)).Read(); err == nil {
		t.Fatal("a message without end was read")
	}
	if read.n > maxFrame+1<<20 {
		t.Errorf("%d bytes read", read.n)
	}
}

// counting is a peer that never stops talking and never ends a message.
type counting struct{ n int }

func (c *counting) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = ' '
	}
	c.n += len(b)
	return len(b), nil
}
