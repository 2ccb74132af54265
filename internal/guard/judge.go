package guard

import (
	"math"
	"net/url"
	"path"
	"slices"
	"strings"
	"sync/atomic"
	"time"
	"unicode"
	"unicode/utf8"
)

// Judge compares an intent with the facts read from the live element and
// returns a permit that is good for about two seconds, or a *[Refusal].
//
// Everything needs exactly one visible, enabled match on an allowed host.
// Beyond that:
//
//   - Press needs a pressable role, nothing lying over the point, and a name
//     that is no send word. It never gets a submit control. Together with Send, or
//     a submit control that is called like it, in one form or dialog, it gets real
//     links only: those that lead to another page on an allowed host. Their words
//     may begin like Send ("Submit an objection request" leads to the form), but
//     not be Send.
//   - Fill gets text fields only, and plain text: line breaks only where the
//     field takes several lines, no other control characters.
//   - Choose gets radio buttons, checkboxes and lists.
func Judge(i Intent, f Facts, now time.Time) (*Permit, error) {
	if reason := judge(i, f); reason != 0 {
		return nil, &Refusal{Reason: reason, Target: i.Target}
	}
	return &Permit{
		act: i.Act, target: i.Target, node: f.Node, point: f.Point, text: i.Text,
		from: now, until: now.Add(lifetime), spent: new(atomic.Bool),
	}, nil
}

// judge returns zero when nothing speaks against the intent.
func judge(i Intent, f Facts) Reason {
	if i.Act != Press && i.Act != Fill && i.Act != Choose {
		return NoAct
	}
	switch {
	case f.Matches > 1:
		return Ambiguous
	case f.Matches != 1 || f.Node == 0:
		return NoElement
	case !f.Visible:
		return Hidden
	case !f.Enabled:
		return Disabled
	case !finite(f.Point):
		return Covered
	}
	if _, err := Host(f.Address); err != nil {
		return OffList
	}
	if f.submits() {
		return Submits
	}
	switch i.Act {
	case Press:
		return judgePress(i, f)
	case Fill:
		return judgeFill(i, f)
	default:
		return judgeChoose(i, f)
	}
}

// pressable are the roles that a press makes sense for. Text fields are not
// among them, and neither is the empty role of an element nobody could read.
var pressable = [...]string{
	"button", "checkbox", "combobox", "link", "listbox", "menuitem", "menuitemcheckbox",
	"menuitemradio", "option", "radio", "switch", "tab", "treeitem",
}

func judgePress(i Intent, f Facts) Reason {
	switch {
	case !slices.Contains(pressable[:], f.Role):
		return WrongKind
	case f.Tag == "textarea", f.Tag == "input" && !slices.Contains([]string{"button", "radio", "checkbox"}, f.Type):
		return WrongKind
	case !f.OnTop || f.Point.X < 0 || f.Point.Y < 0:
		return Covered
	}
	if f.Href != "" {
		if _, err := Host(f.Href); err != nil {
			return OffList
		}
		if submitAddress(f.Href) {
			return Submits
		}
	}
	link := f.realLink()
	switch {
	case !link && (f.NearSend || slices.ContainsFunc(f.Near, newSendWords(i.SendWords).reads)):
		return NearSend
	case f.Role == "link" && f.Href == "" && f.InForm:
		return NearSend
	}
	return judgeNames(i, f, link)
}

// judgeNames refuses what is, or may be, called like Send. What is a link may
// begin like it.
func judgeNames(i Intent, f Facts, link bool) Reason {
	send := newSendWords(i.SendWords)
	named := false
	for _, name := range f.Names {
		words, disguised := fold(name)
		switch {
		case disguised:
			return Disguised
		case send.is(words), !link && send.leads(words):
			return SendWord
		}
		named = named || len(words) > 0
	}
	if !named {
		return Unnamed
	}
	return 0
}

func judgeFill(i Intent, f Facts) Reason {
	if !f.textField() {
		return WrongKind
	}
	if !plainText(i.Text, f.Multiline) {
		return BadText
	}
	// A label may well begin with "Send"; a field that is called "Send" and
	// nothing else is a button in disguise.
	send := newSendWords(i.SendWords)
	for _, name := range f.Names {
		if words, _ := fold(name); send.is(words) {
			return SendWord
		}
	}
	return 0
}

func judgeChoose(i Intent, f Facts) Reason {
	switch {
	case !f.choice():
		return WrongKind
	case !f.native() && (!f.OnTop || f.Point.X < 0 || f.Point.Y < 0):
		return Covered // only a press can set it
	case !plainText(i.Text, false):
		return BadText
	}
	reason := judgeNames(i, f, false)
	if reason == Unnamed && f.native() {
		return 0 // a list without a label is still a list
	}
	return reason
}

// submits reports whether pressing could submit a form. The type of a button
// without the attribute reads "submit" even where there is no form to submit.
func (f Facts) submits() bool {
	if f.Type != "submit" && f.Type != "image" {
		return f.Submits
	}
	return f.Submits || f.Tag == "input" || f.InForm || f.NearSend
}

// realLink reports whether the element is a link that leaves the page for
// another one on an allowed host. An <a href="#"> or <a href="?"> is a button in
// all but tag.
func (f Facts) realLink() bool {
	if f.Tag != "a" || f.Role != "link" {
		return false
	}
	if _, err := Host(f.Href); err != nil {
		return false
	}
	return page(f.Address) != page(f.Href)
}

// page is an address without query and fragment.
func page(address string) string {
	if i := strings.IndexAny(address, "?#"); i >= 0 {
		return address[:i]
	}
	return address
}

// textField reports whether typing into the element is all that Fill can do to
// it. The computed role of a password field is "textbox", so the type decides.
func (f Facts) textField() bool {
	switch f.Tag {
	case "textarea":
		return true
	case "input":
		return slices.Contains([]string{"", "text", "email", "tel"}, f.Type) && !pressOnly(f.Role)
	case "a", "button", "select", "option":
		return false
	}
	return f.Role == "textbox"
}

// pressOnly reports whether a role says that the element is for pressing. A
// text field with suggestions has the role combobox.
func pressOnly(role string) bool {
	return role != "combobox" && slices.Contains(pressable[:], role)
}

// choice reports whether the element is a radio button, checkbox or list.
func (f Facts) choice() bool {
	if f.Tag == "a" && f.Href != "" {
		return false
	}
	if f.Tag == "input" {
		return f.Type == "radio" || f.Type == "checkbox" ||
			f.Role == "combobox" && (f.Type == "" || f.Type == "text")
	}
	return f.native() ||
		slices.Contains([]string{"radio", "checkbox", "option", "combobox", "listbox"}, f.Role)
}

// native reports whether the element has a state that can be set without a
// press.
func (f Facts) native() bool {
	return f.Tag == "input" || f.Tag == "select" || f.Tag == "option"
}

// plainText reports whether a text is nothing but text. In a one-line field a
// line break can act as Enter, and Enter sends.
func plainText(s string, lines bool) bool {
	if !utf8.ValidString(s) {
		return false
	}
	for _, r := range s {
		switch r {
		case '\n', '\u2028', '\u2029':
			if !lines {
				return false
			}
		case '\t':
			if !lines {
				return false // in a one-line field it would move on to the next
			}
		default:
			if unicode.IsControl(r) {
				return false
			}
		}
	}
	return true
}

func finite(p Point) bool {
	return !math.IsNaN(p.X) && !math.IsNaN(p.Y) && !math.IsInf(p.X, 0) && !math.IsInf(p.Y, 0)
}

// submitPath begins the addresses to which Meta's help contact forms post
// (form[action="/ajax/help/contact/submit/page"] on www.facebook.com and
// help.instagram.com).
const submitPath = "/ajax/help/contact/submit"

// submitAddress reports whether an address belongs to a contact form's sending.
func submitAddress(raw string) bool {
	u, err := url.Parse(raw)
	if err != nil {
		return false
	}
	return strings.Contains(path.Clean("/"+strings.ToLower(u.Path)), submitPath)
}
