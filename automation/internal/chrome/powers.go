package chrome

import (
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/nonmerci/nonmerci/internal/guard"
)

// engine is the only script that runs in a page, in a world of its own.
//
//go:embed engine.js
var engine string

const (
	worldName   = "nonmerci"    // the isolated world
	bindingName = "nonmerciSaw" // how the engine reports the person's own action
	blankPage   = "about:blank" // the only page a tab is opened with
	callPrefix  = "function(a){return globalThis.nonmerci."
	callSuffix  = "(a)}"
)

// function is one function of the engine that the program may call.
type function struct {
	name  string
	looks bool // changes nothing in the page, so it stays allowed after hand-over
	why   string
}

func (f function) source() string { return callPrefix + f.name + callSuffix }

// functions lists every function that may be called in a page.
var functions = []function{
	{"look", true, "find what is on the page and wait until it says something"},
	{"outline", true, "read what of the page may be given to others: roles, words of links, buttons, fields and headings, no other text"},
	{"facts", true, "read one element: role, name, link, whether it is on top"},
	{"values", true, "read the form's fields back"},
	{"blanks", true, "name the fields that the form insists on and that are empty"},
	{"scene", true, "tell what a picture would show: where the content is, what lies over it, where fields and images are"},
	{"watch", true, "notice the person's own action on Send"},
	{"mark", true, "remember which element is Send, so that it is never pressed"},
	{"shown", true, "read what the person has pointed out"},
	{"near", true, "list what comes nearest to something that was not found, for the person to look at"},
	{"release", true, "let the person's clicks and keys through again"},
	{"setBelt", false, "stop clicks and keys that the program did not intend"},
	{"further", false, "scroll down by most of a screen"},
	{"steady", false, "scroll an element into view and wait until it stands still"},
	{"pose", false, "scroll for a picture"},
	{"rest", false, "scroll back after the pictures"},
	{"select", false, "put the cursor into a field and select its text"},
	{"choose", false, "choose an entry of a list"},
}

// power is one DevTools method that may pass the gate.
type power struct {
	method string
	params []string // the only parameters that may be given
	looks  bool     // still allowed after hand-over
	why    string   // for a person who reads the list
	check  func(*gate, params) error
}

type params map[string]json.RawMessage

// text is a string parameter, or empty.
func (p params) text(name string) string {
	var s string
	if json.Unmarshal(p[name], &s) != nil {
		return ""
	}
	return s
}

func (p params) number(name string) float64 {
	var n float64
	if json.Unmarshal(p[name], &n) != nil {
		return 0
	}
	return n
}

func (p params) is(name, value string) bool { return string(p[name]) == value }

// powers is everything that the program can ask of the browser. It is closed:
// what is not here does not pass the gate. No method here reads cookies, storage
// or request bodies, types a key or accepts a dialog. A site is answered for only
// where a saved page or the program's own report is shown without network.
var powers = []power{
	{"Browser.getVersion", nil, true, "ask which browser this is", nil},
	{"Browser.close", nil, true, "close the browser that the program started", nil},
	{"Target.setDiscoverTargets", []string{"discover"}, true, "be told of tabs that open and close", nil},
	{"Target.setAutoAttach", []string{"autoAttach", "waitForDebuggerOnStart", "flatten"}, true, "put the locks on every tab, frame and worker before it runs", checkAttach},
	{"Target.createTarget", []string{"url", "newWindow"}, false, "open one empty tab", checkBlank},
	{"Target.attachToTarget", []string{"targetId", "flatten"}, true, "in a browser that ran before: put the locks on the program's tab, and on what that opens", checkGuest},
	{"Target.closeTarget", []string{"targetId"}, true, "in a browser that ran before: close the program's tab", checkGuest},
	{"Runtime.runIfWaitingForDebugger", nil, true, "let a tab run once its locks are on", nil},
	{"Fetch.enable", []string{"patterns"}, true, "be asked about every request before it leaves", checkPatterns},
	{"Fetch.continueRequest", []string{"requestId"}, true, "let a request go, unchanged", nil},
	{"Fetch.failRequest", []string{"requestId", "errorReason"}, true, "stop a request", checkAborted},
	{"Fetch.fulfillRequest", []string{"requestId", "responseCode", "responseHeaders", "body"}, false, "show a page from a file, where the network is cut (selectors check, records pdf)", checkSaved},
	{"Network.enable", []string{"maxTotalBufferSize", "maxResourceBufferSize", "maxPostDataSize"}, true, "be told the status of the site's answers", nil},
	{methodSockets, []string{"offline", "matchedNetworkConditions"}, true, "close the way that leaves no request behind (WebSocket)", checkSockets},
	{"Page.enable", nil, true, "be told when a page changes", nil},
	{"Page.addScriptToEvaluateOnNewDocument", []string{"source", "worldName", "runImmediately"}, true, "put the program's eyes into a page, out of the page's reach", checkEngine},
	{"Page.createIsolatedWorld", []string{"frameId", "worldName"}, true, "reach the program's eyes in a page", checkWorld},
	{"Runtime.addBinding", []string{"name", "executionContextId"}, true, "hear what the program's eyes see", checkBinding},
	{"Runtime.callFunctionOn", []string{"functionDeclaration", "arguments", "executionContextId", "returnByValue", "awaitPromise"}, true, "call one of the functions below", checkCall},
	{"Page.navigate", []string{"url"}, true, "go to an address of Meta's; after hand-over only to the empty page, just before it closes its tab", checkAddress},
	{"Page.bringToFront", nil, true, "show the tab", nil},
	{"Page.captureScreenshot", []string{"format", "optimizeForSpeed", "clip"}, true, "take a picture of a part of what the tab shows", checkPicture},
	{"Page.printToPDF", []string{"printBackground", "paperWidth", "paperHeight", "preferCSSPageSize", "generateTaggedPDF", "generateDocumentOutline"}, false, "print the program's own report, in a browser of its own that shows nothing else and has no network (records pdf)", checkPrint},
	{"Page.handleJavaScriptDialog", []string{"accept"}, false, "dismiss a message box of the page, never accept it", checkDismiss},
	{"Input.setIgnoreInputEvents", []string{"ignore"}, true, "switch mouse and keyboard of the tab off while it fills the form, and on again", checkIgnore},
	{"Input.dispatchMouseEvent", []string{"type", "x", "y", "button", "clickCount", "deltaX", "deltaY"}, false, "one press, on what the judge has permitted", checkMouse},
	{"Input.insertText", []string{"text"}, false, "put the permitted text into the permitted field", checkInsert},
	{"DOM.enable", nil, true, "needed to mark an element", nil},
	{"Overlay.enable", nil, true, "needed to mark an element", nil},
	{"Overlay.highlightRect", []string{"x", "y", "width", "height", "color", "outlineColor"}, true, "mark Send on the screen; the page does not notice", nil},
	{"Overlay.hideHighlight", nil, true, "take the mark away for a picture", nil},
	{"Overlay.setInspectMode", []string{"mode", "highlightConfig"}, true, "before hand-over: let the person point at a thing that was not found; the page does not get that click", checkPointing},
	{"Overlay.highlightNode", []string{"nodeId", "selector", "highlightConfig"}, false, "before hand-over: mark what comes nearest to a thing that was not found; the page does not notice", checkMarks},
	{"DOM.getDocument", []string{"depth"}, false, "learn the number of the page's head, on which those marks hang", checkDepth},
	{"DOM.getContentQuads", []string{"backendNodeId"}, false, "learn where the thing lies that the person has pointed at", nil},
}

func digest(source string) string {
	sum := sha256.Sum256([]byte(source))
	return hex.EncodeToString(sum[:])
}

// Powers prints what the program can do in a browser, for people: every
// DevTools method with its parameters, every script with its digest.
func Powers() string {
	var b strings.Builder
	b.WriteString(`In plain words
  It can open pages of Facebook and Instagram, look at them, take pictures, press
  links on the way, put your text into the form, and stop what a page tries to send.
  It cannot press Send, type a key, answer a message box, read cookies, passwords or
  storage, or go to any other site. Once the form is handed to you, it can only look.
  While you sign in, it moves no mouse, types nothing and changes nothing in the page.
  The browser's traffic passes through it unread, so that it can shut the way.
  It prints no page of a site: only its own report, in a second browser without
  network that is thrown away afterwards.
  Below is the complete list, for those who want to check it: every line is something
  the program may ask of the browser, and nothing else passes.

`)
	b.WriteString("DevTools methods (* also after hand-over)\n")
	for _, p := range powers {
		fmt.Fprintf(&b, "%s %-40s %s\n    %s\n", star(p.looks), p.method, p.why, strings.Join(p.params, " "))
	}
	b.WriteString("\nFunctions called in a page (* also after hand-over)\n")
	for _, f := range functions {
		fmt.Fprintf(&b, "%s %-40s %s\n    sha256 %s\n", star(f.looks), f.name, f.why, digest(f.source()))
	}
	fmt.Fprintf(&b, "\nScript that holds these functions\n  engine.js\n    sha256 %s\n", digest(engine))
	b.WriteString("\nHosts that a tab may be taken to\n")
	for _, h := range guard.Hosts() {
		fmt.Fprintf(&b, "  %s\n", h)
	}
	return b.String()
}

func star(yes bool) string {
	if yes {
		return "*"
	}
	return " "
}

func checkAttach(_ *gate, p params) error {
	if !p.is("autoAttach", "true") || !p.is("waitForDebuggerOnStart", "true") {
		return errors.New("attaching is never switched off")
	}
	return nil
}

func checkBlank(_ *gate, p params) error {
	if p.text("url") != blankPage {
		return errors.New("a tab is opened empty")
	}
	return nil
}

// checkGuest lets pass what makes sense in a browser that ran before; whose the
// tab is, the guest knows.
func checkGuest(g *gate, p params) error {
	if g.guest == nil {
		return errors.New("the whole browser is the program's, and every tab is attached to when it opens")
	}
	if p["flatten"] != nil && !p.is("flatten", "true") {
		return errors.New("a session speaks over the one connection")
	}
	return nil
}

func checkPatterns(g *gate, p params) error {
	if all := string(p["patterns"]) == everything; !all && (g.guest == nil || string(p["patterns"]) != sitesOnly) {
		return errors.New("every request is asked about")
	}
	return nil
}

func checkAborted(_ *gate, p params) error {
	if p.text("errorReason") != "Aborted" {
		return errors.New("a request is stopped as aborted, which keeps the page and its text")
	}
	return nil
}

func checkSaved(g *gate, _ params) error {
	if !g.saved {
		return errors.New("nothing is answered in a site's name")
	}
	return nil
}

func checkSockets(_ *gate, p params) error {
	if !p.is("offline", "true") || string(p["matchedNetworkConditions"]) != socketsJSON {
		return errors.New("the sockets stay closed")
	}
	return nil
}

func checkEngine(_ *gate, p params) error {
	if p.text("source") != engine || p.text("worldName") != worldName {
		return errors.New("a script that is not the engine, or not in its own world")
	}
	return nil
}

func checkWorld(_ *gate, p params) error {
	if p.text("worldName") != worldName {
		return errors.New("not the engine's world")
	}
	return nil
}

func checkBinding(_ *gate, p params) error {
	if p.text("name") != bindingName || p.number("executionContextId") == 0 {
		return errors.New("not the engine's binding")
	}
	return nil
}

func checkCall(g *gate, p params) error {
	// A remote object as argument would be a hand of the page's inside the engine.
	var arguments []map[string]json.RawMessage
	if p["arguments"] != nil && json.Unmarshal(p["arguments"], &arguments) != nil {
		return errors.New("its arguments cannot be read")
	}
	for _, a := range arguments {
		if len(a) != 1 || a["value"] == nil {
			return errors.New("an argument that is no plain value")
		}
	}
	source := p.text("functionDeclaration")
	for _, f := range functions {
		if f.source() != source {
			continue
		}
		switch {
		case f.looks:
			return nil
		case g.sealed.Load():
			return fmt.Errorf("%s changes the page, and the form is handed over", f.name)
		case g.eyes.Load():
			return fmt.Errorf("%s changes the page, and %w", f.name, errEyes)
		case g.theirs.Load():
			return fmt.Errorf("%s changes the page, and %w", f.name, errTheirs)
		}
		return nil
	}
	return errors.New("a script that is not on the list")
}

func checkAddress(g *gate, p params) error {
	switch {
	case g.leaving.Load() && p.text("url") == blankPage:
		return nil
	case g.sealed.Load():
		return errors.New("after hand-over the page stays")
	case g.report && p.text("url") != reportAddress:
		return errors.New("a browser that prints shows the report and nothing else")
	case g.report:
		return nil
	}
	if submits(p.text("url")) {
		return errors.New("an address that submits a form")
	}
	_, err := guard.Host(p.text("url"))
	return err
}

func checkPrint(g *gate, _ params) error {
	if !g.report {
		return errors.New("only the program's own report is printed")
	}
	return nil
}

// checkPicture lets pass a picture of a part that somebody has named, as large
// as it is on the screen.
func checkPicture(_ *gate, p params) error {
	var clip map[string]float64
	if !p.is("format", `"png"`) || json.Unmarshal(p["clip"], &clip) != nil || len(clip) != 5 || clip["scale"] != 1 {
		return errors.New("a picture is a PNG of a part of the page")
	}
	fits := func(v, least, most float64) bool { return v >= least && v <= most }
	_, x := clip["x"]
	_, y := clip["y"]
	if !x || !y || !fits(clip["x"], -mostPage, mostPage) || !fits(clip["y"], -mostPage, mostPage) ||
		!fits(clip["width"], 1, mostHeight) || !fits(clip["height"], 1, mostHeight) {
		return errors.New("the part is too large, or none")
	}
	return nil
}

func checkDismiss(_ *gate, p params) error {
	if !p.is("accept", "false") {
		return errors.New("a dialog is never accepted")
	}
	return nil
}

// errEyes refuses what does more than look.
var errEyes = errors.New("the program only looks")

// errTheirs refuses what would come between the person and the page.
var errTheirs = errors.New("it is the person's turn")

// checkPointing keeps the program from coming between the person and the page
// when it is their turn.
func checkPointing(g *gate, p params) error {
	switch {
	case p.is("mode", `"none"`):
		return nil
	case !p.is("mode", `"searchForNode"`):
		return errors.New("a person points at one thing")
	case g.sealed.Load():
		return errors.New("after hand-over every click is the person's")
	case g.eyes.Load():
		return errEyes
	case g.theirs.Load():
		return errTheirs
	}
	return nil
}

func checkIgnore(g *gate, p params) error {
	if g.eyes.Load() && !p.is("ignore", "false") {
		return errEyes
	}
	if g.theirs.Load() && !p.is("ignore", "false") {
		return errTheirs
	}
	if g.sealed.Load() && !p.is("ignore", "false") {
		return errors.New("after hand-over the person's input stays on")
	}
	return nil
}

func checkMouse(g *gate, p params) error {
	if g.theirs.Load() {
		return errTheirs
	}
	if p.number("deltaX") != 0 || p.number("deltaY") != 0 {
		return errors.New("a press does not scroll")
	}
	if b := p.text("button"); b != "" && b != "none" && b != "left" || p.number("clickCount") > 1 {
		return errors.New("a press is one click with the left button")
	}
	return g.spendMouse(p.text("type"), p.number("x"), p.number("y"))
}

func checkInsert(g *gate, p params) error {
	if g.theirs.Load() {
		return errTheirs
	}
	return g.spendText(p.text("text"))
}
