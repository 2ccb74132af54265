package chrome

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/go-rod/rod/lib/cdp"
	"github.com/go-rod/rod/lib/proto"

	"github.com/nonmerci/nonmerci/internal/guard"
)

// recorder is a DevTools client that only writes down what reached it.
type recorder struct {
	methods []string
	sent    [][]byte
}

func (r *recorder) Event() <-chan *cdp.Event { return nil }

func (r *recorder) Call(_ context.Context, _, method string, args interface{}) ([]byte, error) {
	raw, err := json.Marshal(args)
	if err != nil {
		return nil, err
	}
	r.methods, r.sent = append(r.methods, method), append(r.sent, raw)
	return []byte(`{}`), nil
}

func newGate() (*gate, *recorder) {
	r := &recorder{}
	return &gate{client: r}, r
}

// passes makes a call and tells whether it reached the browser. A call that did
// not must have been refused with a *Forbidden.
func passes(t *testing.T, g *gate, method string, args any) bool {
	t.Helper()
	r := g.client.(*recorder)
	before := len(r.methods)
	_, err := g.Call(t.Context(), "", method, args)
	var f *Forbidden
	switch reached := len(r.methods) > before; {
	case err == nil && reached:
		return true
	case errors.As(err, &f) && !reached && f.Method == method:
		return false
	default:
		t.Errorf("%s %v: reached the browser: %v, error: %v", method, args, reached, err)
		return reached
	}
}

// raw is parameters as bytes, for spellings that Go's own encoder never writes.
func raw(s string) json.RawMessage { return json.RawMessage(s) }

// allowed holds, for every method on the list, parameters that it lets through.
var allowed = map[string]string{
	"Browser.getVersion":                    `{}`,
	"Browser.close":                         `{}`,
	"Target.setDiscoverTargets":             `{"discover":true}`,
	"Target.setAutoAttach":                  `{"autoAttach":true,"waitForDebuggerOnStart":true,"flatten":true}`,
	"Target.createTarget":                   `{"url":"about:blank","newWindow":true}`,
	"Target.attachToTarget":                 `{"targetId":"ours","flatten":true}`,
	"Target.closeTarget":                    `{"targetId":"ours"}`,
	"Runtime.runIfWaitingForDebugger":       `{}`,
	"Fetch.enable":                          `{"patterns":[{"urlPattern":"*","requestStage":"Request"}]}`,
	"Fetch.continueRequest":                 `{"requestId":"1"}`,
	"Fetch.failRequest":                     `{"requestId":"1","errorReason":"Aborted"}`,
	"Fetch.fulfillRequest":                  `{"requestId":"1","responseCode":200,"responseHeaders":[],"body":"eA=="}`,
	"Network.enable":                        `{}`,
	methodSockets:                           `{"offline":true,"matchedNetworkConditions":` + socketsJSON + `}`,
	"Page.enable":                           `{}`,
	"Page.addScriptToEvaluateOnNewDocument": `{"source":` + quoted(engine) + `,"worldName":"nonmerci","runImmediately":true}`,
	"Page.createIsolatedWorld":              `{"frameId":"F","worldName":"nonmerci"}`,
	"Runtime.addBinding":                    `{"name":"nonmerciSaw","executionContextId":7}`,
	"Runtime.callFunctionOn":                `{"functionDeclaration":"function(a){return globalThis.nonmerci.look(a)}","arguments":[{"value":{"timeout":1}}],"executionContextId":7,"returnByValue":true,"awaitPromise":true}`,
	"Page.navigate":                         `{"url":"https://www.facebook.com/privacy/center/"}`,
	"Page.bringToFront":                     `{}`,
	"Page.captureScreenshot":                `{"format":"png","optimizeForSpeed":true,"clip":{"x":0,"y":0.5,"width":600,"height":8000,"scale":1}}`,
	"Page.printToPDF":                       `{"printBackground":true,"paperWidth":8.27,"paperHeight":11.69,"preferCSSPageSize":true,"generateTaggedPDF":true,"generateDocumentOutline":true}`,
	"Page.handleJavaScriptDialog":           `{"accept":false}`,
	"Input.setIgnoreInputEvents":            `{"ignore":false}`,
	"Input.dispatchMouseEvent":              `{"type":"mouseMoved","x":10,"y":20}`,
	"Input.insertText":                      `{"text":"marie@courrier.example"}`,
	"DOM.enable":                            `{}`,
	"Overlay.enable":                        `{}`,
	"Overlay.highlightRect":                 `{"x":1,"y":1,"width":9,"height":9,"color":{"r":1,"g":1,"b":1},"outlineColor":{"r":1,"g":1,"b":1}}`,
	"Overlay.hideHighlight":                 `{}`,
	"Overlay.setInspectMode":                `{"mode":"searchForNode","highlightConfig":{"contentColor":{"r":1,"g":1,"b":1}}}`,
	"Overlay.highlightNode":                 `{"nodeId":3,"selector":":root \u003e :nth-child(2), :root \u003e :nth-child(2) \u003e :nth-child(11)","highlightConfig":{"contentColor":{"r":1,"g":1,"b":1}}}`,
	"DOM.getDocument":                       `{"depth":2}`,
	"DOM.getContentQuads":                   `{"backendNodeId":7}`,
}

func quoted(s string) string {
	b, _ := json.Marshal(s)
	return string(b)
}

// permitted opens the gate as a press or a fill does.
func permitted(g *gate) (closeIt func()) {
	text := "marie@courrier.example"
	return g.open(opening{point: guard.Point{X: 10, Y: 20}, mouse: []string{"mouseMoved", "mousePressed", "mouseReleased"}, text: &text})
}

// TestWirePassesWhatIsListed also takes, for every method, each kind of
// parameter that is not on the list, and every spelling that an indulgent reader
// at the other end could take for one that is.
func TestWirePassesWhatIsListed(t *testing.T) {
	for _, p := range powers {
		t.Run(p.method, func(t *testing.T) {
			good, ok := allowed[p.method]
			if !ok {
				t.Fatal("no example in this test: add one, and try to get round its check")
			}
			g, r := gateFor(p.method)
			g.saved = true // the one who shows a page from a file may answer for the site
			defer permitted(g)()
			if !passes(t, g, p.method, raw(good)) {
				t.Fatalf("%s is refused", good)
			}
			if !sameJSON(r.sent[0], []byte(good)) {
				t.Errorf("sent %s", r.sent[0])
			}
			for _, more := range []string{`"extra":1`, `"sessionId":"x"`, `"":1`, `"url\u0000":"x"`, `"contextId":1`, `"objectId":"x"`} {
				name, _, _ := strings.Cut(strings.Trim(more, `"`), `"`)
				if contains(p.params, name) {
					continue
				}
				g, _ := newGate()
				defer permitted(g)()
				if passes(t, g, p.method, raw(with(good, more))) {
					t.Errorf("%s passes with %s", p.method, more)
				}
			}
			for _, name := range p.params {
				g, _ := newGate()
				defer permitted(g)()
				if passes(t, g, p.method, raw(with(good, quoted(strings.ToUpper(name))+`:"https://evil.example/"`))) {
					t.Errorf("%s passes with %s", p.method, strings.ToUpper(name))
				}
			}
			for _, odd := range []string{`[]`, `"x"`, `1`, `true`, `[{}]`} {
				if passes(t, g, p.method, raw(odd)) {
					t.Errorf("%s passes with %s for parameters", p.method, odd)
				}
			}
		})
	}
}

// with adds one more member to a JSON object.
func with(object, member string) string {
	if object == "{}" {
		return "{" + member + "}"
	}
	return strings.TrimSuffix(object, "}") + "," + member + "}"
}

func sameJSON(a, b []byte) bool {
	var x, y any
	if json.Unmarshal(a, &x) != nil || json.Unmarshal(b, &y) != nil {
		return false
	}
	ax, _ := json.Marshal(x)
	by, _ := json.Marshal(y)
	return bytes.Equal(ax, by)
}

// TestWireRefuses holds what would be a way to press, type, send, read secrets
// or switch a lock off. None may pass, with or without a permit that is open.
func TestWireRefuses(t *testing.T) {
	call := func(more string) string {
		return `{"functionDeclaration":"function(a){return globalThis.nonmerci.look(a)}","executionContextId":7,` + more + `}`
	}
	refused := []struct{ method, params string }{
		// scripts
		{"Runtime.evaluate", `{"expression":"document.forms[0].submit()"}`},
		{"Runtime.compileScript", `{"expression":"1","sourceURL":"x","persistScript":true}`},
		{"Runtime.runScript", `{"scriptId":"1"}`},
		{"Runtime.enable", `{}`},
		{"Runtime.callFunctionOn", `{"functionDeclaration":"function(){this.click()}","objectId":"1"}`},
		{"Runtime.callFunctionOn", `{"functionDeclaration":"function(a){return globalThis.nonmerci.look(a)}","objectId":"1"}`},
		{"Runtime.callFunctionOn", `{"functionDeclaration":"function(a){return globalThis.nonmerci.look(a)};fetch('/')","executionContextId":7}`},
		{"Runtime.callFunctionOn", `{"functionDeclaration":" function(a){return globalThis.nonmerci.look(a)}","executionContextId":7}`},
		{"Runtime.callFunctionOn", `{"functionDeclaration":"function(a){return globalThis.nonmerci.click(a)}","executionContextId":7}`},
		{"Runtime.callFunctionOn", `{"functionDeclaration":"function(a){return globalThis.nonmerci.constructor(a)}","executionContextId":7}`},
		{"Runtime.callFunctionOn", `{"executionContextId":7}`},
		{"Runtime.callFunctionOn", `{"functionDeclaration":null,"executionContextId":7}`},
		{"Runtime.callFunctionOn", call(`"arguments":[{"objectId":"1"}]`)},
		{"Runtime.callFunctionOn", call(`"arguments":[{"value":1},{"objectId":"1"}]`)},
		{"Runtime.callFunctionOn", call(`"arguments":[{"value":1,"objectId":"1"}]`)},
		{"Runtime.callFunctionOn", call(`"arguments":[{"unserializableValue":"NaN"}]`)},
		{"Runtime.callFunctionOn", call(`"arguments":{"objectId":"1"}`)},
		{"Runtime.callFunctionOn", call(`"userGesture":true`)},
		{"Runtime.callFunctionOn", call(`"uniqueContextId":"x"`)},
		{"Page.addScriptToEvaluateOnNewDocument", `{"source":"alert(1)","worldName":"nonmerci"}`},
		{"Page.addScriptToEvaluateOnNewDocument", `{"source":` + quoted(engine+"\nalert(1)") + `,"worldName":"nonmerci"}`},
		{"Page.addScriptToEvaluateOnNewDocument", `{"source":` + quoted(engine) + `}`},
		{"Page.addScriptToEvaluateOnNewDocument", `{"source":` + quoted(engine) + `,"worldName":""}`},
		{"Page.addScriptToEvaluateOnNewDocument", `{"source":` + quoted(engine) + `,"worldName":"nonmerci","includeCommandLineAPI":true}`},
		{"Page.removeScriptToEvaluateOnNewDocument", `{"identifier":"1"}`},
		{"Page.createIsolatedWorld", `{"frameId":"F","worldName":"other"}`},
		{"Page.createIsolatedWorld", `{"frameId":"F","worldName":"nonmerci","grantUniveralAccess":true}`},
		{"Page.setDocumentContent", `{"frameId":"F","html":"<form>"}`},
		{"Page.setBypassCSP", `{"enabled":true}`},
		{"Runtime.addBinding", `{"name":"nonmerciSaw"}`},
		{"Runtime.addBinding", `{"name":"nonmerciSaw","executionContextName":"nonmerci"}`},
		{"Runtime.addBinding", `{"name":"fetch","executionContextId":7}`},
		{"DOM.setAttributeValue", `{"nodeId":1,"name":"type","value":"button"}`},
		{"DOM.setOuterHTML", `{"nodeId":1,"outerHTML":""}`},
		{"DOM.focus", `{"nodeId":1}`},
		{"DOM.setFileInputFiles", `{"files":["/etc/passwd"],"nodeId":1}`},
		{"DOM.resolveNode", `{"nodeId":1}`},
		{"Debugger.enable", `{}`},
		{"Debugger.evaluateOnCallFrame", `{"callFrameId":"1","expression":"1"}`},
		{"WebMCP.invoke", `{}`},
		// input
		{"Input.dispatchKeyEvent", `{"type":"keyDown","key":"Enter"}`},
		{"Input.dispatchTouchEvent", `{"type":"touchStart","touchPoints":[{"x":10,"y":20}]}`},
		{"Input.emulateTouchFromMouseEvent", `{"type":"mousePressed","x":10,"y":20,"button":"left"}`},
		{"Input.synthesizeTapGesture", `{"x":10,"y":20}`},
		{"Input.dispatchDragEvent", `{"type":"drop","x":10,"y":20,"data":{}}`},
		{"Input.imeSetComposition", `{"text":"x","selectionStart":0,"selectionEnd":0}`},
		{"Input.cancelDragging", `{}`},
		{"Input.insertText", `{"text":"somebody@else.example"}`},
		{"Input.insertText", `{"text":"marie@courrier.example\n"}`},
		{"Input.insertText", `{"text":null}`},
		{"Input.insertText", `{}`},
		{"Input.dispatchMouseEvent", `{"type":"mousePressed","x":10,"y":20,"button":"left"}`}, // before it moved
		{"Input.dispatchMouseEvent", `{"type":"mouseMoved","x":10,"y":21}`},
		{"Input.dispatchMouseEvent", `{"type":"mouseMoved","x":"10","y":20}`},
		{"Input.dispatchMouseEvent", `{"type":"mouseWheel","x":10,"y":20,"deltaX":0,"deltaY":100}`},
		{"Input.dispatchMouseEvent", `{"type":"mouseMoved","x":10,"y":20,"deltaY":1}`},
		{"Input.dispatchMouseEvent", `{"type":"mouseMoved","x":10,"y":20,"modifiers":2}`},
		{"Input.dispatchMouseEvent", `{"type":"mouseMoved","x":10,"y":20,"pointerType":"pen"}`},
		{"Input.dispatchMouseEvent", `{"type":"mouseMoved","x":10,"y":20,"button":"middle"}`},
		{"Input.dispatchMouseEvent", `{"type":"mouseMoved","x":10,"y":20,"clickCount":2}`},
		{"Input.dispatchMouseEvent", `{"x":10,"y":20}`},
		// secrets
		{"Network.getCookies", `{}`},
		{"Network.getAllCookies", `{}`},
		{"Network.setCookie", `{"name":"a","value":"b"}`},
		{"Network.getRequestPostData", `{"requestId":"1"}`},
		{"Network.getResponseBody", `{"requestId":"1"}`},
		{"Storage.getCookies", `{}`},
		{"Storage.clearDataForOrigin", `{"origin":"*","storageTypes":"all"}`},
		{"DOMStorage.getDOMStorageItems", `{}`},
		{"IndexedDB.requestData", `{}`},
		{"CacheStorage.requestEntries", `{}`},
		{"Page.getResourceContent", `{"frameId":"F","url":"x"}`},
		{"Page.captureSnapshot", `{}`},
		{"Page.printToPDF", `{}`},
		{"Page.captureScreenshot", `{"format":"png"}`},
		{"Page.captureScreenshot", `{"format":"png","clip":null}`},
		{"Page.captureScreenshot", `{"clip":{"x":0,"y":0,"width":9,"height":9,"scale":1}}`},
		{"Page.captureScreenshot", `{"format":"jpeg","clip":{"x":0,"y":0,"width":9,"height":9,"scale":1}}`},
		{"Page.captureScreenshot", `{"format":"png","quality":9,"clip":{"x":0,"y":0,"width":9,"height":9,"scale":1}}`},
		{"Page.captureScreenshot", `{"format":"png","captureBeyondViewport":true,"clip":{"x":0,"y":0,"width":9,"height":9,"scale":1}}`},
		{"Page.captureScreenshot", `{"format":"png","fromSurface":false,"clip":{"x":0,"y":0,"width":9,"height":9,"scale":1}}`},
		{"Page.captureScreenshot", `{"format":"png","clip":{"x":0,"y":0,"width":9,"height":9,"scale":2}}`},
		{"Page.captureScreenshot", `{"format":"png","clip":{"x":0,"y":0,"width":9,"height":9}}`},
		{"Page.captureScreenshot", `{"format":"png","clip":{"x":0,"width":9,"height":9,"scale":1,"z":0}}`},
		{"Page.captureScreenshot", `{"format":"png","clip":{"x":0,"y":0,"width":9,"height":8001,"scale":1}}`},
		{"Page.captureScreenshot", `{"format":"png","clip":{"x":0,"y":0,"width":0,"height":9,"scale":1}}`},
		{"Page.captureScreenshot", `{"format":"png","clip":{"x":1e9,"y":0,"width":9,"height":9,"scale":1}}`},
		{"DOM.getDocument", `{"depth":-1,"pierce":true}`},
		{"DOMSnapshot.captureSnapshot", `{"computedStyles":[]}`},
		{"Accessibility.getFullAXTree", `{}`},
		{"WebAuthn.enable", `{}`},
		{"Autofill.trigger", `{}`},
		{"FedCm.clickDialogButton", `{}`},
		// requests in the site's or the person's name
		{"Fetch.fulfillRequest", `{"requestId":"1","responseCode":204}`}, // but for a page from a file
		{"Fetch.continueWithAuth", `{"requestId":"1","authChallengeResponse":{"response":"Default"}}`},
		{"Fetch.continueResponse", `{"requestId":"1"}`},
		{"Fetch.continueRequest", `{"requestId":"1","url":"https://evil.example/"}`},
		{"Fetch.continueRequest", `{"requestId":"1","method":"POST"}`},
		{"Fetch.continueRequest", `{"requestId":"1","postData":"eA=="}`},
		{"Fetch.continueRequest", `{"requestId":"1","headers":[]}`},
		{"Fetch.continueRequest", `{"requestId":"1","interceptResponse":true}`},
		{"Fetch.getResponseBody", `{"requestId":"1"}`},
		{"Fetch.failRequest", `{"requestId":"1","errorReason":"BlockedByClient"}`},
		{"Network.loadNetworkResource", `{"url":"https://evil.example/","options":{}}`},
		{"Network.replayXHR", `{"requestId":"1"}`},
		// locks
		{"Fetch.disable", `{}`},
		{"Fetch.enable", `{}`},
		{"Fetch.enable", `{"patterns":[]}`},
		{"Fetch.enable", `{"patterns":[{"urlPattern":"https://a/*","requestStage":"Request"}]}`},
		{"Fetch.enable", `{"patterns":[{"urlPattern":"*","requestStage":"Response"}]}`},
		{"Fetch.enable", `{"patterns":[{"urlPattern":"*","requestStage":"Request"}],"handleAuthRequests":true}`},
		{"Network.disable", `{}`},
		{"Network.setBlockedURLs", `{"urls":[]}`},
		{methodSockets, `{"offline":false,"matchedNetworkConditions":` + socketsJSON + `}`},
		{methodSockets, `{"offline":true,"matchedNetworkConditions":[]}`},
		{methodSockets, `{"offline":true}`},
		{"Network.setBypassServiceWorker", `{"bypass":false}`},
		{"Network.emulateNetworkConditions", `{"offline":false,"latency":0,"downloadThroughput":0,"uploadThroughput":0}`},
		{"Network.setExtraHTTPHeaders", `{"headers":{}}`},
		{"Network.setUserAgentOverride", `{"userAgent":"x"}`},
		{"Target.setAutoAttach", `{"autoAttach":false,"waitForDebuggerOnStart":true,"flatten":true}`},
		{"Target.setAutoAttach", `{"autoAttach":true,"waitForDebuggerOnStart":false,"flatten":true}`},
		{"Target.setAutoAttach", `{"autoAttach":true,"flatten":true}`},
		{"Target.setAutoAttach", `{"autoAttach":true,"waitForDebuggerOnStart":true,"flatten":true,"filter":[{"exclude":true}]}`},
		{"Target.createTarget", `{"url":"https://www.facebook.com/"}`},
		{"Target.createTarget", `{}`},
		{"Target.createTarget", `{"url":"about:blank#https://x"}`},
		{"Target.createTarget", `{"url":"about:blank","browserContextId":"x"}`},
		{"Target.attachToTarget", `{"targetId":"x","flatten":true}`},
		{"Target.attachToBrowserTarget", `{}`},
		{"Target.detachFromTarget", `{"sessionId":"x"}`},
		{"Target.closeTarget", `{"targetId":"x"}`},
		{"Target.sendMessageToTarget", `{"message":"{}"}`},
		{"Target.exposeDevToolsProtocol", `{"targetId":"x"}`},
		{"Target.createBrowserContext", `{}`},
		{"Page.disable", `{}`},
		{"Page.close", `{}`},
		{"Page.reload", `{}`},
		{"Page.navigateToHistoryEntry", `{"entryId":1}`},
		{"Page.setInterceptFileChooserDialog", `{"enabled":true}`},
		{"Page.setDownloadBehavior", `{"behavior":"allow"}`},
		{"Page.handleJavaScriptDialog", `{"accept":true}`},
		{"Page.handleJavaScriptDialog", `{"accept":"false"}`},
		{"Page.handleJavaScriptDialog", `{}`},
		{"Page.handleJavaScriptDialog", `{"accept":false,"promptText":"x"}`},
		{"Page.captureScreenshot", `{"format":"png","captureBeyondViewport":true}`},
		{"Browser.grantPermissions", `{"permissions":["geolocation"]}`},
		{"Browser.setPermission", `{"permission":{"name":"x"},"setting":"granted"}`},
		{"Browser.setDownloadBehavior", `{"behavior":"allow"}`},
		{"Browser.executeBrowserCommand", `{"commandId":"openTabSearch"}`},
		{"Security.setIgnoreCertificateErrors", `{"ignore":true}`},
		{"Emulation.setUserAgentOverride", `{"userAgent":"x"}`},
		{"Emulation.setDeviceMetricsOverride", `{"width":1,"height":1,"deviceScaleFactor":1,"mobile":false}`},
		{"Emulation.setGeolocationOverride", `{}`},
		{"Emulation.setScriptExecutionDisabled", `{"value":true}`},
		{"ServiceWorker.skipWaiting", `{"scopeURL":"x"}`},
		{"Extensions.loadUnpacked", `{"path":"/tmp"}`},
		{"Tracing.start", `{}`},
		{"Tethering.bind", `{"port":1}`},
		{"IO.read", `{"handle":"x"}`},
		{"SystemInfo.getInfo", `{}`},
		{"Overlay.highlightNode", `{"nodeId":3,"selector":"input[value^=a]","highlightConfig":{}}`},
		{"Overlay.highlightNode", `{"nodeId":3,"selector":":root > :nth-child(2) > input","highlightConfig":{}}`},
		{"Overlay.highlightNode", `{"nodeId":3,"highlightConfig":{}}`},
		{"DOM.getDocument", `{"depth":-1}`},
		{"DOM.getDocument", `{"depth":2,"pierce":true}`},
		{"DOM.getDocument", `{}`},
		// spellings of methods
		{"page.navigate", `{"url":"https://www.facebook.com/"}`},
		{"Page.Navigate", `{"url":"https://www.facebook.com/"}`},
		{"Page.navigate ", `{"url":"https://www.facebook.com/"}`},
		{"", `{}`},
		// places
		{"Page.navigate", `{"url":"https://evil.example/"}`},
		{"Page.navigate", `{"url":"http://www.facebook.com/"}`},
		{"Page.navigate", `{"url":"https://www.facebook.com@evil.example/"}`},
		{"Page.navigate", `{"url":"https://www.facebook.com.evil.example/"}`},
		{"Page.navigate", `{"url":"https://www.facebook.com:8443/"}`},
		{"Page.navigate", `{"url":"javascript:document.forms[0].submit()"}`},
		{"Page.navigate", `{"url":"data:text/html,x"}`},
		{"Page.navigate", `{"url":"file:///etc/passwd"}`},
		{"Page.navigate", `{"url":"chrome://settings"}`},
		{"Page.navigate", `{"url":""}`},
		{"Page.navigate", `{"url":null}`},
		{"Page.navigate", `{"url":["https://www.facebook.com/"]}`},
		{"Page.navigate", `{}`},
		{"Page.navigate", `{"url":"https://www.facebook.com/ajax/help/contact/submit/page?email=marie"}`},
		{"Page.navigate", `{"url":"https://help.instagram.com/ajax/help/contact/%73ubmit/page"}`},
		{"Page.navigate", `{"url":"https://www.facebook.com/","referrer":"https://evil.example/"}`},
		{"Page.navigate", `{"url":"https://www.facebook.com/","transitionType":"form_submit"}`},
		{"Page.navigate", `{"url":"https://www.facebook.com/","frameId":"F"}`},
	}
	for _, c := range refused {
		for _, permit := range []bool{false, true} {
			g, r := newGate()
			if permit {
				permitted(g)
			}
			if passes(t, g, c.method, raw(c.params)) {
				t.Errorf("%s %s passes (permit open: %v), sent as %s", c.method, c.params, permit, r.sent[0])
			}
		}
	}
}

// TestWirePressIsOnePress spends a permit event by event.
func TestWirePressIsOnePress(t *testing.T) {
	at := func(kind string, x, y float64) proto.InputDispatchMouseEvent {
		e := proto.InputDispatchMouseEvent{Type: proto.InputDispatchMouseEventType(kind), X: x, Y: y}
		if kind != "mouseMoved" {
			e.Button, e.ClickCount = proto.InputMouseButtonLeft, 1
		}
		return e
	}
	const method = "Input.dispatchMouseEvent"
	all := []string{"mouseMoved", "mousePressed", "mouseReleased"}
	tests := []struct {
		name  string
		calls []proto.InputDispatchMouseEvent
		want  string // + passes, - does not
	}{
		{"the press", []proto.InputDispatchMouseEvent{at("mouseMoved", 5, 6), at("mousePressed", 5, 6), at("mouseReleased", 5, 6)}, "+++"},
		{"twice", []proto.InputDispatchMouseEvent{
			at("mouseMoved", 5, 6), at("mousePressed", 5, 6), at("mouseReleased", 5, 6),
			at("mouseMoved", 5, 6), at("mousePressed", 5, 6), at("mouseReleased", 5, 6),
		}, "+++---"},
		{"two clicks in one", []proto.InputDispatchMouseEvent{at("mouseMoved", 5, 6), at("mousePressed", 5, 6), at("mousePressed", 5, 6), at("mouseReleased", 5, 6), at("mouseReleased", 5, 6)}, "++-+-"},
		{"elsewhere", []proto.InputDispatchMouseEvent{at("mouseMoved", 5, 7), at("mousePressed", 5, 7), at("mouseReleased", 5, 7)}, "---"},
		{"dragged", []proto.InputDispatchMouseEvent{at("mouseMoved", 5, 6), at("mousePressed", 5, 6), at("mouseMoved", 50, 60), at("mouseReleased", 50, 60)}, "++--"},
		{"released first", []proto.InputDispatchMouseEvent{at("mouseReleased", 5, 6), at("mousePressed", 5, 6), at("mouseMoved", 5, 6)}, "--+"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			g, _ := newGate()
			closeIt := g.open(opening{point: guard.Point{X: 5, Y: 6}, mouse: all})
			got := ""
			for _, c := range tt.calls {
				got += map[bool]string{true: "+", false: "-"}[passes(t, g, method, c)]
			}
			if got != tt.want {
				t.Errorf("passed %s, want %s", got, tt.want)
			}
			closeIt()
			for _, kind := range all {
				if passes(t, g, method, at(kind, 5, 6)) {
					t.Errorf("%s passes after the permit was closed", kind)
				}
			}
		})
	}
}

func TestWireTextIsInsertedOnce(t *testing.T) {
	g, _ := newGate()
	text := "Non merci.\nVraiment."
	closeIt := g.open(opening{text: &text})
	for i, want := range []bool{true, false} {
		if passes(t, g, "Input.insertText", proto.InputInsertText{Text: text}) != want {
			t.Errorf("time %d: passes is not %v", i+1, want)
		}
	}
	closeIt()
	g.open(opening{text: &text})()
	if passes(t, g, "Input.insertText", proto.InputInsertText{Text: text}) {
		t.Error("passes after the permit was closed")
	}
	g.open(opening{point: guard.Point{X: 1, Y: 1}, mouse: []string{"mouseMoved"}})
	if passes(t, g, "Input.insertText", proto.InputInsertText{}) {
		t.Error("a permit to press lets text through")
	}
}

// TestEyesOnly: where the program only looks, nothing passes that acts, permit or
// not; it may go to an address, and show the next page from a file.
func TestEyesOnly(t *testing.T) {
	acts := map[string]bool{
		"Target.createTarget": true, "Page.handleJavaScriptDialog": true, "Input.dispatchMouseEvent": true, "Input.insertText": true,
		"Page.printToPDF": true, "Overlay.setInspectMode": true, "DOM.getContentQuads": true,
		"Overlay.highlightNode": true, "DOM.getDocument": true,
	}
	for method, good := range allowed {
		g, _ := gateFor(method)
		g.saved = true
		permitted(g)
		(&Browser{gate: g}).EyesOnly()
		if got := passes(t, g, method, raw(good)); got == acts[method] {
			t.Errorf("%s: passes %v", method, got)
		}
	}
	for _, f := range functions {
		g, _ := newGate()
		g.eyes.Store(true)
		got := passes(t, g, "Runtime.callFunctionOn", raw(`{"functionDeclaration":`+quoted(f.source())+`,"executionContextId":7}`))
		if got != f.looks {
			t.Errorf("function %s: passes %v", f.name, got)
		}
	}
	g, _ := newGate()
	g.eyes.Store(true)
	if passes(t, g, "Input.setIgnoreInputEvents", raw(`{"ignore":true}`)) {
		t.Error("the person's mouse can be switched off")
	}
}

// TestSealIsOneWay: after hand-over the wire lets pass what looks, and nothing
// else, permit or not.
func TestSealIsOneWay(t *testing.T) {
	acts := map[string]bool{
		"Target.createTarget": true, "Page.navigate": true, "Page.handleJavaScriptDialog": true,
		"Input.dispatchMouseEvent": true, "Input.insertText": true, "Fetch.fulfillRequest": true, "Page.printToPDF": true,
		"Overlay.setInspectMode": true, "DOM.getContentQuads": true, "Overlay.highlightNode": true, "DOM.getDocument": true,
	}
	for method, good := range allowed {
		g, _ := gateFor(method)
		g.saved = true
		permitted(g)
		g.seal()
		g.seal()
		if got := passes(t, g, method, raw(good)); got == acts[method] {
			t.Errorf("%s after hand-over: passes %v", method, got)
		}
	}
	hands := map[string]bool{"setBelt": true, "further": true, "steady": true, "pose": true, "rest": true, "select": true, "choose": true}
	for _, f := range functions {
		g, _ := newGate()
		g.seal()
		got := passes(t, g, "Runtime.callFunctionOn", raw(`{"functionDeclaration":`+quoted(f.source())+`,"executionContextId":7}`))
		if got == hands[f.name] {
			t.Errorf("function %s after hand-over: passes %v", f.name, got)
		}
	}
	g, _ := newGate()
	g.seal()
	if passes(t, g, "Input.setIgnoreInputEvents", raw(`{"ignore":true}`)) {
		t.Error("the person's input can be switched off after hand-over")
	}
}

// TestThePersonsTurn: while the person signs in, the wire lets nothing pass that
// moves the mouse, types, or changes the page, permit or not; and afterwards all
// that passed before.
func TestThePersonsTurn(t *testing.T) {
	g, _ := newGate()
	theirs := func(yes bool) { (&Browser{gate: g, net: &netlock{}}).ByHand(yes) }
	acts := []string{"Input.dispatchMouseEvent", "Input.insertText"}
	try := func(want bool) {
		t.Helper()
		for _, method := range acts {
			permitted(g)
			if got := passes(t, g, method, raw(allowed[method])); got != want {
				t.Errorf("%s: passes %v, want %v", method, got, want)
			}
		}
		if got := passes(t, g, "Input.setIgnoreInputEvents", raw(`{"ignore":true}`)); got != want {
			t.Errorf("the person's input is switched off: %v, want %v", got, want)
		}
		for _, f := range functions {
			got := passes(t, g, "Runtime.callFunctionOn", raw(`{"functionDeclaration":`+quoted(f.source())+`,"executionContextId":7}`))
			if got != (want || f.looks) {
				t.Errorf("function %s: passes %v, want %v", f.name, got, want || f.looks)
			}
		}
	}
	try(true)
	theirs(true)
	try(false)
	if !passes(t, g, "Page.captureScreenshot", raw(allowed["Page.captureScreenshot"])) || !passes(t, g, "Input.setIgnoreInputEvents", raw(`{"ignore":false}`)) {
		t.Error("looking is refused")
	}
	theirs(false)
	try(true)
}

// TestWireSendsWhatItChecked: two readers of one JSON text can disagree about a
// member that stands there twice, so no such text may leave.
func TestWireSendsWhatItChecked(t *testing.T) {
	for _, c := range []struct{ method, params string }{
		{"Page.navigate", `{"url":"https://evil.example/","url":"https://www.facebook.com/"}`},
		{"Page.navigate", `{"\u0075rl":"https://evil.example/","url":"https://www.facebook.com/"}`},
		{"Page.handleJavaScriptDialog", `{"accept":true,"accept":false}`},
		{"Target.setAutoAttach", `{"autoAttach":false,"autoAttach":true,"waitForDebuggerOnStart":true}`},
		{"Fetch.failRequest", `{"errorReason":"Failed","requestId":"1","errorReason":"Aborted"}`},
		{"Input.dispatchMouseEvent", `{"type":"mouseMoved","x":500,"x":10,"y":20}`},
		{"Input.insertText", `{"text":"\n","text":"marie@courrier.example"}`},
		{"Runtime.callFunctionOn", `{"functionDeclaration":"function(){}","functionDeclaration":"function(a){return globalThis.nonmerci.look(a)}","executionContextId":7}`},
		{"Runtime.callFunctionOn", `{"arguments":[{"objectId":"1"}],"arguments":[{"value":1}],"functionDeclaration":"function(a){return globalThis.nonmerci.look(a)}","executionContextId":7}`},
	} {
		g, r := newGate()
		permitted(g)
		if passes(t, g, c.method, raw(c.params)) {
			if again := twice(r.sent[0]); again != "" {
				t.Errorf("%s left with %s twice: %s", c.method, again, r.sent[0])
			}
		}
	}
}

// TestWireRefusesWhatIsNoJSON: numbers that JSON has not, and values that cannot
// be written, never reach the browser.
func TestWireRefusesWhatIsNoJSON(t *testing.T) {
	for _, args := range []any{
		proto.InputDispatchMouseEvent{Type: "mouseMoved", X: math.NaN(), Y: 20},
		proto.InputDispatchMouseEvent{Type: "mouseMoved", X: math.Inf(1), Y: 20},
		raw(`{"type":"mouseMoved","x":NaN,"y":20}`),
		raw(`{"type":"mouseMoved","x":10,"y":20}{"type":"mousePressed"}`),
		raw(`{"type":"mouseMoved","x":1e999,"y":20}`),
		func() {},
		make(chan int),
	} {
		g, r := newGate()
		permitted(g)
		if _, err := g.Call(t.Context(), "", "Input.dispatchMouseEvent", args); err == nil || len(r.sent) > 0 {
			t.Errorf("%v: error %v, sent %q", fmt.Sprintf("%T %v", args, args), err, r.sent)
		}
	}
}

// twice names a member that stands twice in a JSON object or in one inside it.
func twice(raw []byte) string {
	d := json.NewDecoder(bytes.NewReader(raw))
	var walk func() string
	walk = func() string {
		tok, err := d.Token()
		if err != nil {
			return ""
		}
		open, ok := tok.(json.Delim)
		if !ok {
			return ""
		}
		seen := map[string]bool{}
		for d.More() {
			if open == '{' {
				name, _ := d.Token()
				s, _ := name.(string)
				if seen[s] {
					return s
				}
				seen[s] = true
			}
			if again := walk(); again != "" {
				return again
			}
		}
		_, _ = d.Token()
		return ""
	}
	return walk()
}
