package guard

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// This file writes the rules of the package down a second time, plainly and
// without its code, for the fuzz tests to compare with.

// goes is where a browser would go: the URL standard's parser for https, as far
// as scheme, user, host and port. ok is false where it would not go to a site
// over https at all.
func goes(raw string) (host, port string, user, ok bool) {
	raw = strings.TrimFunc(raw, func(r rune) bool { return r <= ' ' })
	raw = strings.NewReplacer("\t", "", "\n", "", "\r", "").Replace(raw)
	scheme, rest, found := strings.Cut(raw, ":")
	if !found || !strings.EqualFold(scheme, "https") || len(scheme) != len("https") {
		return "", "", false, false
	}
	rest = strings.TrimLeft(rest, `/\`)
	if i := strings.IndexAny(rest, `/\?#`); i >= 0 {
		rest = rest[:i]
	}
	if i := strings.LastIndexByte(rest, '@'); i >= 0 {
		user, rest = true, rest[i+1:]
	}
	if i := strings.LastIndexByte(rest, ':'); i > strings.LastIndexByte(rest, ']') {
		rest, port = rest[:i], strings.TrimLeft(rest[i+1:], "0")
		if strings.Trim(port, "0123456789") != "" || len(port) > 5 {
			return "", "", user, false
		}
		if port == "443" {
			port = ""
		}
	}
	host = toASCII(unescapeHost(rest))
	if host == "" || strings.ContainsAny(host, "\x00\t\n\r #%/:<>?@[\\]^|") && !strings.HasPrefix(host, "[") {
		return "", "", user, false
	}
	return host, port, user, true
}

func unescapeHost(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			if c, err := strconv.ParseUint(s[i+1:i+3], 16, 8); err == nil {
				b.WriteByte(byte(c))
				i += 2
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// toASCII maps a host as browsers do, save that what stays outside ASCII is left
// there: it is on no list either way.
func toASCII(s string) string {
	s = norm.NFKC.String(s)
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\u00ad' || r == '\u200b' || r == '\u2060' || r == '\ufeff' || unicode.Is(unicode.Variation_Selector, r):
			return -1
		case r == '。' || r == '．' || r == '｡':
			return '.'
		}
		return unicode.ToLower(r)
	}, s)
}

// visits are the hosts, written again.
func visits(host string) bool {
	switch host {
	case "accountscenter.facebook.com", "accountscenter.instagram.com", "accountscenter.meta.com", "facebook.com", "help.instagram.com",
		"instagram.com", "m.facebook.com", "privacycenter.instagram.com", "www.facebook.com", "www.instagram.com":
		return true
	}
	label, rest, _ := strings.Cut(host, ".")
	if rest != "facebook.com" || len(label) != 5 {
		return false
	}
	for i := range 5 {
		if small := label[i] >= 'a' && label[i] <= 'z'; small == (i == 2) || i == 2 && label[i] != '-' {
			return false
		}
	}
	return true
}

// mayGo is the whole rule for addresses.
func mayGo(raw string) bool {
	host, port, user, ok := goes(raw)
	return ok && !user && port == "" && visits(host)
}

// plainSends are words that send, in the plainest spelling.
var plainSends = []string{
	"send", "submit", "confirm", "envoyer", "soumettre", "valider", "senden", "absenden", "enviar", "invia", "verzenden", "skicka",
	"wyślij", "odeslat", "küldés", "отправить", "υποβολή", "送信", "提交", "보내기", "إرسال", "שלח",
}

// forbids says which of the documented rules speaks against the intent, or
// nothing. It must find every reason for which a permit would be wrong, not
// every reason for which Judge refuses one.
func forbids(i Intent, f Facts) string {
	in := func(s string, list ...string) bool { return slices.Contains(list, s) }
	link := f.Tag == "a" && f.Role == "link" && mayGo(f.Href) && bare(f.Href) != bare(f.Address)
	switch {
	case i.Act < Press || i.Act > Choose:
		return "no such act"
	case f.Matches != 1 || f.Node == 0 || !f.Visible || !f.Enabled:
		return "not one visible, enabled match"
	case !mayGo(f.Address):
		return "another host"
	case math.IsNaN(f.Point.X+f.Point.Y) || math.IsInf(f.Point.X, 0) || math.IsInf(f.Point.Y, 0):
		return "no point"
	case f.Submits || in(f.Type, "submit", "image") && (f.Tag == "input" || f.InForm || f.NearSend):
		return "submits"
	}
	switch i.Act {
	case Press:
		switch {
		case !in(f.Role, "button", "checkbox", "combobox", "link", "listbox", "menuitem", "menuitemcheckbox", "menuitemradio", "option", "radio", "switch", "tab", "treeitem"):
			return "not for pressing"
		case f.Tag == "textarea" || f.Tag == "input" && !in(f.Type, "button", "radio", "checkbox"):
			return "a field"
		case !f.OnTop || f.Point.X < 0 || f.Point.Y < 0:
			return "covered"
		case f.Href != "" && !mayGo(f.Href):
			return "leads elsewhere"
		case strings.Contains(strings.ToLower(f.Href), "/ajax/help/contact/submit"):
			return "leads to the submission"
		case f.NearSend && !link:
			return "next to Send"
		}
	case Fill:
		lines := strings.ContainsFunc(i.Text, func(r rune) bool { return r == '\n' || r == '\u2028' || r == '\u2029' || r == '\t' })
		control := strings.ContainsFunc(i.Text, func(r rune) bool { return r != '\n' && r != '\t' && unicode.IsControl(r) })
		switch {
		case f.Tag != "textarea" && !(f.Tag == "input" && in(f.Type, "", "text", "email", "tel")) && (f.Role != "textbox" || in(f.Tag, "a", "button", "select", "option", "input")):
			return "no text field"
		case !utf8.ValidString(i.Text) || control || lines && !f.Multiline:
			return "no plain text"
		}
	case Choose:
		box := f.Tag == "input" && in(f.Type, "radio", "checkbox") || f.Tag == "input" && f.Role == "combobox" && in(f.Type, "", "text")
		list := in(f.Tag, "select", "option") || f.Tag != "input" && in(f.Role, "radio", "checkbox", "option", "combobox", "listbox")
		native := in(f.Tag, "input", "select", "option")
		switch {
		case !box && !list || f.Tag == "a" && f.Href != "":
			return "nothing to choose"
		case !native && (!f.OnTop || f.Point.X < 0 || f.Point.Y < 0):
			return "covered"
		case strings.ContainsFunc(i.Text, func(r rune) bool { return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' }) || !utf8.ValidString(i.Text):
			return "no plain text"
		}
	}
	return forbidsNames(i, f, link)
}

func forbidsNames(i Intent, f Facts, link bool) string {
	letters := false
	for _, name := range f.Names {
		letters = letters || strings.ContainsFunc(name, unicode.IsLetter)
		words := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsMark(r) })
		for _, send := range append(plainSends, i.SendWords...) {
			send = strings.ToLower(send)
			switch {
			case !strings.ContainsFunc(send, unicode.IsLetter):
			case strings.Join(words, "") == send:
				return "is called " + send
			case i.Act != Fill && !link && utf8.RuneCountInString(name) <= 40 && slices.Contains(words, send):
				return "is called " + name
			}
		}
	}
	if i.Act == Press && !letters {
		return "has no name"
	}
	return ""
}

func bare(address string) string {
	address, _, _ = strings.Cut(address, "#")
	address, _, _ = strings.Cut(address, "?")
	return address
}
