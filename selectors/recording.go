package selectors

import (
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/nonmerci/nonmerci/internal/guard"
	"github.com/nonmerci/nonmerci/internal/hint"
)

// Recording is what a recording of the Recorder panel of Chrome's DevTools says
// of the pages: which things were clicked or changed, and what they are called.
// Nothing else of it is kept, above all nothing that was typed.
//
// The format is that of @puppeteer/replay: {title, steps: [{type, …}]}.
type Recording struct {
	Title string
	Steps []Recorded
	Left  map[string]int // steps that say nothing about a page, by type
}

// Recorded is one thing that a person did.
type Recorded struct {
	Number  int    // of the step, from 1
	Verb    Verb   // Press, or Fill for what was changed
	Address string // of the page, without query; empty: not said
	Role    Role   // what it is, if the recording says it
	Names   []string
	Texts   []string // visible texts, or how they begin
}

// What a recording may hold. A person's way to the form takes some dozens.
const (
	maxRecorded = 2 << 20 // bytes
	maxSteps    = 500
	maxFrames   = 8
	maxWays     = 40 // selectors of one step
)

// noise are the steps that say nothing about what a page is made of.
var noise = []string{"setViewport", "emulateNetworkConditions", "hover", "scroll", "keyDown", "keyUp", "waitForElement", "close"}

// Recognised tells a recording from a flow file.
func Recognised(data []byte) bool {
	return strings.HasPrefix(strings.TrimLeft(strings.TrimPrefix(string(data), "\ufeff"), " \t\r\n"), "{")
}

// ReadRecording reads a recording. A step that types a password, runs a script or
// goes to a host that is not Meta's makes it useless as a whole, and the error, a
// [Finding], says where.
func ReadRecording(name string, data []byte) (*Recording, error) {
	data = []byte(strings.TrimPrefix(string(data), "\ufeff"))
	top := &node{src: &source{name: name}, line: 1, column: 1}
	if len(data) > maxRecorded {
		return nil, top.finding(hint.Say("This file is larger than %d kB.", maxRecorded>>10), hint.Say("Record again, from the start page to the form and no more."))
	}
	root, err := readJSON(name, data)
	if err != nil {
		return nil, err
	}
	steps := root.get("steps")
	if root.kind != mapping || steps == nil || steps.kind != list {
		return nil, root.finding(hint.Say("This is not a recording of Chrome's Recorder."), hint.Say("In the Recorder panel choose Export, then JSON."))
	}
	r := &recorder{out: &Recording{Left: map[string]int{}}}
	if t := root.get("title"); t != nil && t.kind == scalar && !strings.ContainsFunc(t.text, hidden) {
		r.out.Title = t.text
	}
	for i, step := range steps.items {
		if i == maxSteps {
			return nil, step.finding(hint.Say("This recording has more than %d steps.", maxSteps), hint.Say("Record again, from the start page to the form and no more."))
		}
		if err := r.step(i+1, step); err != nil {
			return nil, err
		}
	}
	return r.out, nil
}

type recorder struct {
	out     *Recording
	address string // of the page
}

// step takes over one step. Keys that it does not know are left out, as the
// Recorder's own reader does.
func (r *recorder) step(number int, n *node) error {
	kind := n.get("type")
	if n.kind != mapping || kind == nil || kind.kind != scalar || !kind.quoted {
		return n.finding(hint.Say("This step does not say what it is."), hint.Say("Export it from the Recorder again, as JSON."))
	}
	if err := r.framed(n); err != nil {
		return err
	}
	switch {
	case kind.text == "navigate":
		if err := r.goes(n.get("url"), n); err != nil {
			return err
		}
		return r.events(n)
	case kind.text == "click", kind.text == "doubleClick", kind.text == "change":
		s := Recorded{Number: number, Verb: Press, Address: r.address}
		if kind.text == "change" {
			s.Verb = Fill
		}
		if err := s.signs(n); err != nil {
			return err
		}
		r.out.Steps = append(r.out.Steps, s)
		return r.events(n)
	case kind.text == "waitForExpression", kind.text == "customStep":
		return kind.finding(hint.Say("This step runs a script, and nonmerci takes none over."), hint.Say("Take the step out in the Recorder, and export it again."))
	case slices.Contains(noise, kind.text):
		r.out.Left[kind.text]++
		return r.events(n)
	}
	return kind.finding(hint.Say("No such kind of step is known: %q.", kind.text), hint.Say("Export it from the Recorder again, as JSON."))
}

// framed checks in which frame and which tab a step was done.
func (r *recorder) framed(n *node) error {
	if f := n.get("frame"); f != nil {
		if f.kind != list || len(f.items) > maxFrames {
			return f.finding(hint.Say("This step is in a frame that cannot be followed."), hint.Say("Record again, in the page itself."))
		}
	}
	t := n.get("target")
	if t == nil || t.kind == scalar && t.text == "main" {
		return nil
	}
	_, err := r.allowed(t)
	return err
}

// events follow where a step has led.
func (r *recorder) events(n *node) error {
	list := n.get("assertedEvents")
	if list == nil {
		return nil
	}
	for _, e := range list.items {
		if u := e.get("url"); u != nil {
			if err := r.goes(u, e); err != nil {
				return err
			}
		}
	}
	return nil
}

// goes takes the walk to an address. Chrome's own pages, on which recordings
// begin, are nowhere.
func (r *recorder) goes(u, at *node) error {
	if u == nil || u.kind != scalar || !u.quoted {
		return at.finding(hint.Say("This step does not say where it leads."), hint.Say("Export it from the Recorder again, as JSON."))
	}
	if u.text == "" || strings.HasPrefix(u.text, "chrome://") || u.text == "about:blank" {
		r.address = ""
		return nil
	}
	address, err := r.allowed(u)
	if err == nil {
		r.address = address
	}
	return err
}

// allowed is an address of Meta's, without query and fragment.
func (r *recorder) allowed(n *node) (string, error) {
	if n.kind == scalar {
		u, parseErr := url.Parse(n.text)
		if _, err := guard.Host(n.text); err == nil && parseErr == nil {
			return "https://" + u.Hostname() + u.EscapedPath(), nil
		}
	}
	return "", n.finding(hint.Say("This step leads to an address that nonmerci does not visit."), hint.Say("Record again on Facebook or Instagram alone. Hosts come from a fixed list: %s.", strings.Join(guard.Hosts(), ", ")))
}

// secretField knows fields for passwords and codes by how selectors call them.
var secretField = regexp.MustCompile(`(?i)passw|[#=."']pass\b|kennwort|mot de passe|contrase|\bsenha|one-time-code|wachtwoord|salasana|lösenord|adgangskode|hasło|heslo|jelszó|parol`)

// ariaRole is how a selector of the accessibility tree names a role.
var ariaRole = regexp.MustCompile(`\[role="([a-z]+)"\]$`)

// signs takes over what a step calls its element. Positions, classes and paths
// change with every release of a page, so they are left out.
func (s *Recorded) signs(n *node) error {
	ways := n.get("selectors")
	if ways == nil || ways.kind != list || len(ways.items) == 0 || len(ways.items) > maxWays {
		return n.finding(hint.Say("This step does not say on what it was done."), hint.Say("Export it from the Recorder again, as JSON."))
	}
	for _, way := range ways.items {
		parts := way.items // a path through shadow roots
		if way.kind == scalar {
			parts = []*node{way}
		}
		if len(parts) == 0 {
			return way.finding(hint.Say("This step does not say on what it was done."), hint.Say("Export it from the Recorder again, as JSON."))
		}
		for _, p := range parts {
			if p.kind != scalar || !p.quoted {
				return p.finding(hint.Say("This step does not say on what it was done."), hint.Say("Export it from the Recorder again, as JSON."))
			}
			if s.Verb == Fill && secretField.MatchString(p.text) {
				return p.finding(hint.Say("This recording types a password or a code. Nothing of it was taken over."), hint.Say("Delete the file. Sign in first, and record after that."))
			}
		}
		s.sign(parts[len(parts)-1].text)
	}
	return nil
}

func (s *Recorded) sign(selector string) {
	kind, what, _ := strings.Cut(selector, "/")
	switch kind {
	case "aria":
		if m := ariaRole.FindStringSubmatch(what); m != nil {
			s.Role, what = families[m[1]], strings.TrimSuffix(what, m[0])
		}
		s.Names = known(s.Names, what)
	case "text":
		s.Texts = known(s.Texts, what)
	}
}

// known adds words that a flow could hold: none that begin like a phrase, as
// people's handles do.
func known(list []string, words string) []string {
	words = strings.TrimSpace(words)
	if speaks(words) && !strings.HasPrefix(words, "@") && len(words) <= maxText && !strings.ContainsFunc(words, hidden) && !slices.Contains(list, words) {
		return append(list, words)
	}
	return list
}

// families are the roles of ARIA that a flow has a word for.
var families = map[string]Role{
	"link": Link, "button": Button, "menuitem": Button, "tab": Button, "textbox": Textbox, "searchbox": Textbox, "combobox": Select, "listbox": Select,
	"radio": Choice, "checkbox": Choice, "switch": Choice,
}
