package selectors

import (
	"bytes"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/net/html"

	"github.com/nonmerci/nonmerci/internal/guard"
	"github.com/nonmerci/nonmerci/internal/hint"
)

// This file looks, in what is to be given to others, for what must not be: the
// copy has been stripped where it was read, and here nobody relies on that.

// savedTags are the elements of a stripped page, and savedAttributes what they may
// carry.
var (
	savedTags = strings.Fields("html meta title style body a button input select textarea summary dialog form label " +
		"nav header footer aside main section article h1 h2 h3 h4 h5 h6 div")
	savedAttributes = strings.Fields("lang charset href type role contenteditable aria-multiline name autocomplete inputmode multiple value " +
		"aria-label id form for aria-level aria-modal open")
	savedID   = regexp.MustCompile(`^(?:e|mail)-\d{1,5}$`)
	savedLink = regexp.MustCompile(`^(https://[a-z.-]+/[A-Za-z0-9_./-]*)(?:#\d{1,5})?$`)
)

// shape is what something personal looks like.
type shape struct {
	re   *regexp.Regexp
	what hint.Text
}

func shapes() []shape {
	return []shape{
		{regexp.MustCompile(`[^\s@<>"']+@[^\s@<>"']+\.[^\s@<>"'.]{2,}`), hint.Say("This looks like an e-mail address.")},
		{regexp.MustCompile(`(?:^|[\s(])@[\pL\pN._]{2,}`), hint.Say("This looks like somebody's handle.")},
		{regexp.MustCompile(`(?:^|[^\d.])(?:\+|0)\d[\d\s().\x{a0}\x{202f}/-]{6,}\d`), hint.Say("This looks like a telephone number.")},
		{regexp.MustCompile(`\d{6,}`), hint.Say("This long number may be somebody's.")},
		{regexp.MustCompile(`[A-Za-z0-9_+=-]{16,}`), hint.Say("This looks like a token.")},
		{regexp.MustCompile(`\?[A-Za-z0-9_.%-]+=`), hint.Say("This address has a query.")},
	}
}

// Secrets lists what in a saved page must not be given to others: the shapes of
// what is personal, and the words of own, such as the name of the account. No
// finding holds the value. Lines and columns are those of the stripped page.
func (p SavedPage) Secrets(f *Flow, own ...string) []Finding {
	findings := scanSaved(p.Name+".html", p.HTML, f, own...)
	s := scanner{name: p.Name + ".json", flow: f, own: own}
	for _, id := range names(p.Targets) {
		s.look(p.Targets[id].Name, 0)
	}
	s.address(p.Address, 0)
	return sorted(append(findings, s.findings...))
}

// scanner collects what is found in one file.
type scanner struct {
	name     string
	data     []byte
	flow     *Flow
	own      []string
	findings []Finding
}

func (s *scanner) find(at int, what hint.Text) {
	if len(s.findings) < maxFindings {
		s.findings = append(s.findings, savedFinding(s.name, s.data, at, what, saveAgain()))
	}
}

// scanSaved reads a stripped page as a browser does: nothing but the known
// elements and attributes, and no value that looks personal.
func scanSaved(name string, data []byte, f *Flow, own ...string) []Finding {
	s := &scanner{name: name, data: data, flow: f, own: own}
	z := html.NewTokenizer(bytes.NewReader(data))
	at, inside := 0, ""
	for {
		kind := z.Next()
		if kind == html.ErrorToken {
			break
		}
		raw := len(z.Raw())
		t := z.Token()
		switch kind {
		case html.CommentToken:
			s.find(at, hint.Say("A stripped page has no comments."))
		case html.TextToken:
			if inside == "style" {
				if t.Data != savedStyle {
					s.find(at, hint.Say("A stripped page has no styles of its own."))
				}
				break
			}
			s.look(t.Data, at)
		case html.StartTagToken, html.SelfClosingTagToken:
			inside = t.Data
			s.tag(t, at)
		case html.EndTagToken:
			inside = ""
		}
		at += raw
	}
	return sorted(s.findings)
}

func (s *scanner) tag(t html.Token, at int) {
	if !slices.Contains(savedTags, t.Data) {
		s.find(at, hint.Say("A stripped page has no element %q.", t.Data))
	}
	for _, a := range t.Attr {
		switch {
		case !slices.Contains(savedAttributes, a.Key) || a.Namespace != "":
			s.find(at, hint.Say("A stripped page has no attribute %q.", a.Key))
		case a.Key == "href":
			s.address(a.Val, at)
		case a.Key == "id" || a.Key == "for" || a.Key == "form":
			if !savedID.MatchString(a.Val) {
				s.find(at, hint.Say("In a stripped page the attribute %q holds a number that nonmerci gave.", a.Key))
			}
		case a.Key == "value" && (t.Data != "input" || !slices.ContainsFunc(t.Attr, isButton)):
			s.find(at, hint.Say("A stripped page has no values of fields."))
		default:
			s.look(a.Val, at)
		}
	}
}

func isButton(a html.Attribute) bool {
	return a.Key == "type" && (a.Val == "button" || a.Val == "submit" || a.Val == "reset")
}

// address looks at where a link leads: to one of Meta's hosts or to one that says
// nothing, without a query.
func (s *scanner) address(to string, at int) {
	if to == "#" {
		return
	}
	m := savedLink.FindStringSubmatch(to)
	if m == nil {
		s.find(at, hint.Say("This address is not written as in a stripped page."))
		return
	}
	u, err := url.Parse(m[1])
	if err != nil {
		s.find(at, hint.Say("This address is not written as in a stripped page."))
		return
	}
	if _, err := guard.Host(m[1]); err != nil && u.Host != "www.whatsapp.com" && u.Host != "elsewhere.example" {
		s.find(at, hint.Say("This address is not one of Meta's."))
	}
	for part := range strings.SplitSeq(u.Path, "/") {
		if !strings.Contains(u.Path, "/contact/"+part) { // the number of a contact form is everybody's
			s.look(part, at)
		}
	}
}

// look tells what in a text looks personal; at is where its element begins.
func (s *scanner) look(text string, at int) {
	tell := func(match string, what hint.Text) {
		if i := bytes.Index(s.data[min(at, len(s.data)):], []byte(match)); i >= 0 && match != "" {
			at += i
		}
		s.find(at, what)
	}
	for _, word := range s.own {
		if len([]rune(word)) > 2 && strings.Contains(strings.ToLower(text), strings.ToLower(word)) {
			tell("", hint.Say("This is the name of the account that is signed in."))
			return
		}
	}
	for i, shape := range shapes() {
		for _, match := range shape.re.FindAllString(text, -1) {
			switch {
			case i == numberShape && (slices.Contains(s.flow.Forms, match) || slices.Contains(s.flow.Wrong, match)):
			case i == tokenShape && !random(match):
			default:
				tell(match, shape.what)
				return
			}
		}
	}
}

// The places of two shapes in the list.
const (
	numberShape = 3
	tokenShape  = 4
)

// Personal tells whether a text looks as if something in it belonged to a person.
func Personal(text string) bool {
	s := scanner{flow: &Flow{}}
	s.look(text, 0)
	return len(s.findings) > 0
}

// random tells what no person has thought of: letters and digits in turn, or
// capitals in the middle of words.
func random(s string) bool {
	turns := 0
	class := func(r rune) int {
		switch {
		case unicode.IsDigit(r):
			return 1
		case unicode.IsUpper(r):
			return 2
		case unicode.IsLower(r):
			return 3
		}
		return 0
	}
	last := 0
	for i, r := range s {
		now := class(r)
		if i > 0 && last != 0 && now != 0 && now != last && !(last == 2 && now == 3) {
			turns++
		}
		last = now
	}
	return turns >= 3
}

// statuses are what can become of a target.
var statuses = []string{"found", "none", "ambiguous", "vetoed"}

// indexFindings checks that an index names what the flow knows, and nothing else.
func (p SavedPage) indexFindings(f *Flow, file string, raw []byte) []Finding {
	s := &scanner{name: file, data: raw, flow: f}
	if _, known := f.Places[p.Place]; p.Place != "" && !known {
		s.find(keyAt(raw, p.Place), hint.Say("There is no place %q.", p.Place))
	}
	if !dateForm.MatchString(p.Date) {
		s.find(keyAt(raw, "date"), hint.Say("This is not the date of a saved page."))
	}
	if !savedLanguage.MatchString(p.Language) {
		s.find(keyAt(raw, "language"), hint.Say("This is not the language of a saved page."))
	}
	if _, err := guard.Host(p.Address); err != nil { // links may lead elsewhere, but no page is shown there
		s.find(keyAt(raw, "address"), hint.Say("This address is not one of Meta's."))
	}
	s.address(p.Address, keyAt(raw, "address"))
	for _, id := range slices.Sorted(maps.Keys(p.Targets)) {
		e := p.Targets[id]
		if _, known := f.Targets[id]; !known {
			s.find(keyAt(raw, id), hint.Say("There is no target %q.", id))
		}
		if !slices.Contains(statuses, e.Status) {
			s.find(keyAt(raw, id), hint.Say("%q is not what can become of a target.", e.Status))
		}
		for _, text := range []string{e.Name, e.Tag, e.Role} {
			s.look(text, keyAt(raw, id))
		}
	}
	return s.findings
}
