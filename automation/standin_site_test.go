//go:build linux

package automation_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"os"
	"strings"
)

// site is what the stand-in shows: one tab that goes from page to page, and the
// requests that it makes.
type site struct {
	page     string // name of the page that is shown
	document int    // counts the documents
	world    int    // the engine's execution context in it; 0: none yet
	contexts int
	plans    map[string]bool // plans that the document knows
	fields   map[string]*element
	scrolled bool    // far enough down
	rolled   float64 // how far, for a picture
	settled  bool    // the cookie dialog is gone
	dialog   bool    // a message box stands there
	belt     string  // open, press, shut
	pressed  int     // the node that a press was permitted on
	landed   bool
	ignores  bool // the tab takes no input
	focus    int  // the node that text goes to
	handed   bool // the person's input is on again
	listens  bool // the engine can reach the program
	gated    bool // every request is asked about
	tab      int  // number of the tab; 0: none
	gone     bool // the tab is
	dead     bool // its page crashed
	paused   map[string]chan bool
	requests int
}

// element is one thing on a page.
type element struct {
	target, tag, kind, role, name, href string
	value, shown                        string
	leads                               string // the page that a press leads to
	inForm                              bool
	node                                int
}

const (
	host = "https://www.instagram.com"
	form = "https://help.instagram.com/contact/767264225370182"
)

var addresses = map[string]string{
	"blank": "about:blank", "home": host + "/", "settings": host + "/accounts/edit/", "privacy-center": "https://privacycenter.instagram.com/",
	"form": form, "thanks": form,
}

func (s *standin) begin() {
	s.site = site{page: "blank", belt: "open", fields: map[string]*element{
		"country":     {target: "country", tag: "select", role: "combobox", name: "Country of residence", value: "DE", shown: "Germany", inForm: true, node: 11},
		"email":       {target: "email", tag: "input", kind: "email", role: "textbox", name: "Email address", value: "you@mail.example", inForm: true, node: 12},
		"explanation": {target: "explanation", tag: "textarea", role: "textbox", name: "Explain how this impacts you", inForm: true, node: 13},
		"send":        {target: "send", tag: "button", kind: "submit", role: "button", name: "Send", inForm: true, node: 14},
	}, plans: map[string]bool{}, paused: map[string]chan bool{}, gated: false}
}

// elements are what is on the page now.
func (s *standin) elements() []*element {
	link := func(target, leads string, node int) *element {
		return &element{target: target, tag: "a", role: "link", name: "To the " + leads, href: addresses[leads], leads: leads, node: node}
	}
	switch s.page {
	case "home":
		var out []*element
		if !s.settled {
			out = append(out, &element{target: "cookies-decline", tag: "button", kind: "button", role: "button", name: "Decline optional cookies", node: 1})
		}
		if s.scrolled {
			out = append(out, link("settings-link", "settings", 2))
		}
		return append(out, link("privacy-center-link", "privacy-center", 3))
	case "settings":
		return []*element{link("privacy-center-link", "privacy-center", 4)}
	case "privacy-center":
		return []*element{link("object-link", "form", 5)}
	case "form":
		return []*element{s.fields["country"], s.fields["email"], s.fields["explanation"], s.fields["send"]}
	case "thanks":
		return []*element{{target: "thanks-words", tag: "h1", role: "heading", name: "Thanks", node: 20}}
	}
	return nil
}

func (s *standin) element(node int) *element {
	for _, e := range s.elements() {
		if e.node == node {
			return e
		}
	}
	return nil
}

// at is the middle of an element.
func (e *element) at() (x, y float64) { return 200, float64(20 * e.node) }

type dict = map[string]any

type failure struct {
	code int
	text string
}

var (
	noSession = &failure{-32001, "Session with given id not found."}
	noContext = &failure{-32000, "Cannot find context with specified id"}
	noMethod  = &failure{-32601, "'?' wasn't found"}
)

// carryOut does what a call asks for. No result and no failure: it is never
// answered.
func (s *standin) carryOut(c call) (any, *failure) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c.SessionID != "" {
		switch {
		case s.tab == 0, c.SessionID != s.session(), s.gone:
			return nil, noSession
		case s.dead && c.Method != "Page.enable":
			return nil, nil
		}
	}
	switch c.Method {
	case "Runtime.callFunctionOn":
		return s.function(c)
	case "Browser.getVersion":
		return dict{"protocolVersion": "1.3", "product": "Chrome/156.0.0.0", "revision": "@1", "userAgent": "Mozilla/5.0", "jsVersion": "15.6"}, nil
	case "Browser.close":
		s.write(s.frame(c, dict{}))
		s.exit()
	case "Fetch.enable":
		s.gated = true
	case "Fetch.continueRequest", "Fetch.failRequest":
		var p struct{ RequestID string }
		_ = json.Unmarshal(c.Params, &p)
		answer, ok := s.paused[p.RequestID]
		if !ok {
			return nil, &failure{-32602, "Invalid InterceptionId."}
		}
		delete(s.paused, p.RequestID)
		answer <- c.Method == "Fetch.continueRequest"
	case "Target.createTarget":
		return s.newTab(), nil
	case "Page.createIsolatedWorld":
		if s.dialog {
			s.await(func() bool { return !s.dialog })
		}
		if s.world == 0 {
			s.contexts++
			s.world = s.contexts
		}
		return dict{"executionContextId": s.world}, nil
	case "Page.navigate":
		return s.navigate(c)
	case "Page.captureScreenshot":
		return dict{"data": picture()}, nil
	case "Page.addScriptToEvaluateOnNewDocument":
		return dict{"identifier": "1"}, nil
	case "Page.handleJavaScriptDialog":
		if !s.dialog {
			return nil, &failure{-32602, "No dialog is showing"}
		}
		s.dialog = false
		s.event(s.session(), "Page.javascriptDialogClosed", dict{"result": false, "userInput": ""})
		s.moved.Broadcast()
	case "Input.setIgnoreInputEvents":
		var p struct{ Ignore bool }
		_ = json.Unmarshal(c.Params, &p)
		s.ignores = p.Ignore
		if !p.Ignore {
			s.note("handed")
			s.handed = true
			go s.person()
		}
	case "Input.dispatchMouseEvent":
		s.mouse(c)
	case "Input.insertText":
		s.insert(c)
	case "Runtime.addBinding":
		s.listens = true
		s.moved.Broadcast()
	case "Network.emulateNetworkConditionsByRule":
		return dict{"ruleIds": []string{"1", "2"}}, nil
	case "Target.setDiscoverTargets", "Target.setAutoAttach", "Runtime.runIfWaitingForDebugger", "Network.enable", "Page.enable", "Page.bringToFront",
		"DOM.enable", "Overlay.enable", "Overlay.highlightRect", "Overlay.hideHighlight":
	default:
		return nil, noMethod
	}
	return dict{}, nil
}

func (s *standin) exit() {
	s.note("closed")
	os.Exit(0)
}

func (s *standin) session() string { return fmt.Sprintf("S%d", s.tab) }
func (s *standin) target() string  { return fmt.Sprintf("T%d", s.tab) }

func (s *standin) newTab() dict {
	s.tab++
	s.gone, s.dead, s.page = false, false, "blank"
	s.document++
	s.world = 0
	s.event("", "Target.attachedToTarget", dict{"sessionId": s.session(), "waitingForDebugger": true,
		"targetInfo": dict{"targetId": s.target(), "type": "page", "title": "", "url": "about:blank", "attached": true, "canAccessOpener": false}})
	return dict{"targetId": s.target()}
}

func (s *standin) closeTab() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.tab == 0 || s.gone {
		return
	}
	s.gone = true
	s.drop()
	s.event("", "Target.detachedFromTarget", dict{"sessionId": s.session(), "targetId": s.target()})
	s.event("", "Target.targetDestroyed", dict{"targetId": s.target()})
	s.moved.Broadcast()
}

// drop gives up the requests of a tab that is gone.
func (s *standin) drop() {
	for id, answer := range s.paused {
		delete(s.paused, id)
		answer <- false
	}
}

// crashTab is what a tab does that runs out of memory: what is asked of it from
// then on is never answered.
func (s *standin) crashTab(andGoes bool) {
	s.mu.Lock()
	if s.tab == 0 || s.gone || s.dead {
		s.mu.Unlock()
		return
	}
	s.dead = true
	s.drop()
	s.event(s.session(), "Inspector.targetCrashed", dict{})
	s.event("", "Target.targetCrashed", dict{"targetId": s.target(), "status": "oom", "errorCode": 9})
	s.moved.Broadcast()
	s.mu.Unlock()
	if andGoes {
		s.closeTab()
	}
}

// await waits, with the lock given up, until something holds or the tab is gone.
func (s *standin) await(holds func() bool) {
	for !holds() && !s.gone && !s.dead {
		s.moved.Wait()
	}
}

// request asks the network lock, where there is one, and tells whether the
// request left. The lock on s is given up meanwhile.
func (s *standin) request(method, address, kind, body string) (left bool, id string) {
	s.requests++
	id = fmt.Sprintf("R%d", s.requests)
	if !s.gated || s.Wild {
		return true, id
	}
	answer := make(chan bool, 1)
	s.paused[id] = answer
	r := dict{"url": address, "method": method, "headers": dict{}, "initialPriority": "High", "referrerPolicy": "origin"}
	if body != "" {
		r["hasPostData"], r["postData"] = true, body
	}
	s.event("", "Fetch.requestPaused", dict{"requestId": id, "networkId": "N" + id, "request": r, "frameId": s.target(), "resourceType": kind})
	s.mu.Unlock()
	left = <-answer
	s.mu.Lock()
	return left, id
}

// show puts another page into the tab.
func (s *standin) show(page string) {
	s.page = page
	s.document++
	s.world, s.plans, s.belt, s.listens = 0, map[string]bool{}, "open", false
	s.event(s.session(), "Page.frameNavigated", dict{"type": "Navigation",
		"frame": dict{"id": s.target(), "loaderId": "L", "url": addresses[page], "domainAndRegistry": "", "securityOrigin": "", "mimeType": "text/html",
			"secureContextType": "Secure", "crossOriginIsolatedContextType": "NotIsolated", "gatedAPIFeatures": []string{}}})
	if page == "settings" && !s.dialog {
		s.dialog = true
		s.event(s.session(), "Page.javascriptDialogOpening", dict{"url": addresses[page], "message": "Welcome", "type": "alert", "hasBrowserHandler": false})
	}
	s.moved.Broadcast()
}

// load is a navigation: a request, and the page where it left.
func (s *standin) load(page string) bool {
	left, id := s.request("GET", addresses[page], "Document", "")
	if !left || s.gone || s.dead {
		return false
	}
	s.event(s.session(), "Network.responseReceived", response(id, addresses[page], "Document"))
	s.show(page)
	return true
}

func response(id, address, kind string) dict {
	return dict{"requestId": "N" + id, "loaderId": "L", "timestamp": 1, "type": kind, "hasExtraInfo": false, "response": dict{
		"url": address, "status": 200, "statusText": "OK", "headers": dict{}, "mimeType": "text/html", "charset": "", "connectionReused": false,
		"connectionId": 1, "encodedDataLength": 1, "securityState": "secure"}}
}

func (s *standin) navigate(c call) (any, *failure) {
	var p struct{ URL string }
	_ = json.Unmarshal(c.Params, &p)
	for page, address := range addresses {
		if page == "thanks" || strings.TrimSuffix(address, "/") != strings.TrimSuffix(p.URL, "/") {
			continue
		}
		if !s.load(page) {
			return dict{"frameId": s.target(), "errorText": "net::ERR_ABORTED"}, nil
		}
		return dict{"frameId": s.target(), "loaderId": "L"}, nil
	}
	return dict{"frameId": s.target(), "errorText": "net::ERR_NAME_NOT_RESOLVED"}, nil
}

// ping is what a page sends all the time. While the form is filled in, nothing
// may leave, whatever it is.
func (s *standin) ping() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.belt != "shut" || s.page != "form" {
		return
	}
	if left, _ := s.request("GET", host+"/ajax/bz?x=1", "Fetch", ""); left && s.belt == "shut" { // what is decided after the hand-over is the person's
		s.note("leak")
	}
}

const submitAddress = "https://help.instagram.com/ajax/help/contact/submit/page"

// submit sends the form, as the page or as the person.
func (s *standin) submit(who string) bool {
	left, id := s.request("POST", submitAddress, "XHR", "email=marie%40courrier.example&explanation=Non+merci.")
	if !left {
		s.note("held %s", who)
		return false
	}
	s.note("sent %s", who)
	if s.gone || s.dead {
		return false
	}
	s.event(s.session(), "Network.responseReceived", response(id, submitAddress, "XHR"))
	return true
}

// person is what happens once the person has the form: the page tries to send it
// by itself, in vain; then the person presses Send.
func (s *standin) person() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.submit("page")
	if !s.Sends || s.belt != "open" {
		return
	}
	s.await(func() bool { return s.listens })
	if s.gone || s.dead {
		return
	}
	payload, _ := json.Marshal(dict{"what": "send", "values": s.values([]int{11, 12, 13})})
	s.event(s.session(), "Runtime.bindingCalled", dict{"name": "nonmerciSaw", "payload": string(payload), "executionContextId": s.world})
	if s.submit("person") {
		s.page = "thanks"
		s.moved.Broadcast()
	}
}

func (s *standin) mouse(c call) {
	var p struct {
		Type string
		X, Y float64
	}
	_ = json.Unmarshal(c.Params, &p)
	if s.ignores || p.Type != "mouseReleased" {
		return
	}
	for _, e := range s.elements() {
		if x, y := e.at(); x != p.X || y != p.Y {
			continue
		}
		if e.target == "send" {
			s.note("input on send")
		}
		if s.belt != "press" || s.pressed != e.node {
			continue
		}
		s.landed = true
		switch {
		case e.target == "cookies-decline":
			s.settled = true
			s.moved.Broadcast()
		case e.leads != "":
			go func() {
				s.mu.Lock()
				defer s.mu.Unlock()
				s.load(e.leads)
			}()
		}
	}
}

func (s *standin) insert(c call) {
	var p struct{ Text string }
	_ = json.Unmarshal(c.Params, &p)
	if e := s.element(s.focus); e != nil {
		e.value = p.Text
		s.moved.Broadcast()
	}
	if s.Sly {
		go func() {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.submit("page")
		}()
	}
}

// shotSide is how wide and how high pictures are.
const shotSide = 64

// picture is a PNG of nothing.
func picture() []byte {
	var b bytes.Buffer
	_ = png.Encode(&b, image.NewGray(image.Rect(0, 0, shotSide, shotSide)))
	return b.Bytes()
}
