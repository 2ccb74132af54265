package rehearsal

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"html/template"
	"net/http"
	"path"
	"slices"
	"strings"
)

//go:embed pages
var files embed.FS

// page is what a template sees.
type page struct {
	Variant
	s     *Site
	v     visit
	r     *http.Request
	Place string
	On    site
	Lang  string // of the document
	Form  string // number of the form that this page is or leads to
	Next  string // where a gate leads to
	Error bool   // the form is shown again, with an error
	ids   map[string]string
}

// loadPages reads the embedded templates, words and style.
func (s *Site) loadPages() error {
	data, err := files.ReadFile("pages/words.json")
	if err != nil {
		return fmt.Errorf("read the rehearsal's words: %w", err)
	}
	if err := json.Unmarshal(data, &s.words); err != nil {
		return fmt.Errorf("read the rehearsal's words: %w", err)
	}
	style, err := files.ReadFile("pages/style.css")
	if err != nil {
		return fmt.Errorf("read the rehearsal's style: %w", err)
	}
	s.style = string(style)
	if s.pages, err = template.ParseFS(files, "pages/*.html"); err != nil {
		return fmt.Errorf("read the rehearsal's pages: %w", err)
	}
	return nil
}

// show writes the page of a place, or, to a page's own script, what became of
// its request.
func (s *Site) show(w http.ResponseWriter, r *http.Request, v visit, status int) {
	if v.on != "" && r.Method == http.MethodPost && r.URL.Path == scriptSend && channelOf(r) != byNavigation {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(map[string]string{"outcome": v.place}) // the browser has gone: nothing to do
		return
	}
	p := &page{Variant: s.variant, s: s, v: v, r: r, Place: v.place, On: v.on, Lang: s.variant.Language, Next: next(r, nil), ids: map[string]string{}}
	if p.Lang == "xx" {
		p.Lang = "art-x-nonmerci"
	}
	name := v.place
	switch v.place {
	case atForm, atWrongForm, atOtherForm:
		p.Form = path.Base(r.URL.Path)
	case atMailedCode:
		p.Form = v.form
	case atError:
		name, p.Error, p.Form = atForm, true, v.form
		if v.form == wrongForm {
			name = atWrongForm
		}
	}
	if name == atForm && s.variant.Markup == Script {
		name = "form-script"
	}
	if status == http.StatusInternalServerError {
		name = "trouble"
	}
	if s.showsCookies(r, v) {
		s.tally.visit(atCookies)
	}
	var out bytes.Buffer
	if err := s.pages.ExecuteTemplate(&out, name, p); err != nil {
		http.Error(w, "rehearsal: "+err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(out.Bytes()) // the browser has gone: nothing to do
}

// Dialog says whether the cookie dialog lies over the page.
func (p *page) Dialog() bool { return p.s.showsCookies(p.r, p.v) }

func (s *Site) showsCookies(r *http.Request, v visit) bool {
	return s.variant.Gate == Cookies && v.on != "" && !s.holds(r, cookiesCookie, s.token)
}

// CookieCrumb is what the cookie dialog's script keeps.
func (p *page) CookieCrumb() string {
	return cookiesCookie + "=" + p.s.token + "; path=/; secure; domain=" + parentDomain(p.v.host)
}

// T says a word in the page's language.
func (p *page) T(key string) (string, error) {
	w, ok := p.s.words[key]
	if !ok {
		return "", fmt.Errorf("no word %q", key)
	}
	return w.in(p.Variant.Language), nil
}

// Clearly says a word that the person must understand, whatever the language of
// the page.
func (p *page) Clearly(key string) string {
	if p.Variant.Language == "fr" {
		return p.s.words[key].Fr
	}
	return p.s.words[key].En
}

// Title is the heading of the page, for the tab.
func (p *page) Title() (string, error) {
	key, ok := map[string]string{
		atHome: "home.title", atSettings: "settings.title", atCenter: "center.title", atPolicy: "policy.title", atForm: "form.title",
		atError: "form.title", atWrongForm: "wrong.title", atOtherForm: "other.title", atAccounts: "accounts.title",
		atSignIn: "signin.button", atCode: "code.title", atCheckpoint: "checkpoint.title", atThanks: "thanks.title",
		atMailedCode: "mailed.title", atAlready: "already.title", atNotHere: "unavailable.title",
	}[p.Place]
	if !ok {
		key = "elsewhere.title"
	}
	return p.T(key)
}

// Brand is the service's name, in plain letters; no logo is imitated.
func (p *page) Brand() string {
	switch p.On {
	case onFacebook:
		return "Facebook"
	case onInstagram:
		return "Instagram"
	}
	return p.v.host
}

// Scripted says whether the page is built by script.
func (p *page) Scripted() bool { return p.Markup == Script }

// Facebook says which of the two sites this is.
func (p *page) Facebook() bool { return p.On == onFacebook }

// C gives the classes their names: readable ones, or the meaningless ones of a
// scripted page, which are others at each start.
func (p *page) C(names string) string {
	if !p.Scripted() {
		return names
	}
	out := strings.Fields(names)
	for i, name := range out {
		out[i] = "x" + syllable36(p.s.token+name)
	}
	return strings.Join(out, " ")
}

// Style is the style sheet with the class names of this page.
func (p *page) Style() template.CSS {
	if !p.Scripted() {
		return template.CSS(p.s.style) // #nosec G203: our own file
	}
	var out strings.Builder
	rest := p.s.style
	for {
		before, after, found := strings.Cut(rest, ".")
		out.WriteString(before)
		if !found {
			return template.CSS(out.String()) // #nosec G203: our own file
		}
		out.WriteByte('.')
		end := 0
		for end < len(after) && (after[end] >= 'a' && after[end] <= 'z' || after[end] == '-') {
			end++
		}
		if end > 0 {
			out.WriteString(p.C(after[:end]))
		}
		rest = after[end:]
	}
}

// ID names an element: readably, or as React's useId does (_r_1_).
func (p *page) ID(name string) string {
	if !p.Scripted() {
		return name
	}
	if p.ids[name] == "" {
		p.ids[name] = fmt.Sprintf("_r_%x_", len(p.ids)+1)
	}
	return p.ids[name]
}

// IDs are the ids that the page's script needs to know.
func (p *page) IDs(names ...string) map[string]string {
	out := make(map[string]string, len(names))
	for _, name := range names {
		out[name] = p.ID(name)
	}
	return out
}

// JS is one of the page's own scripts.
func (p *page) JS(name string) (template.JS, error) {
	data, err := files.ReadFile("pages/" + name + ".js")
	return template.JS(data), err // #nosec G203: our own file
}

// Has says whether a link is there.
func (p *page) Has(link string) bool { return !p.lost(link) }

// To is the address that a link leads to.
func (p *page) To(link string) string {
	facebook := p.On == onFacebook
	switch {
	case link == linkObject && p.WrongForm:
		return "https://" + facebookHost + "/help/contact/" + wrongForm
	case link == linkObject || link == linkPolicyObject:
		if facebook {
			return "https://" + facebookHost + "/help/contact/" + facebookForm
		}
		return "https://" + helpHost + "/contact/" + instagramForm
	case link == linkSettings && facebook:
		return "https://" + facebookHost + "/settings/"
	case link == linkSettings:
		return "https://" + instagram + "/accounts/edit/"
	case link == linkCenter && facebook:
		return "https://" + facebookHost + "/privacy/center/"
	case link == linkCenter:
		return "https://" + centerHost + "/"
	case link == linkPolicy && facebook:
		return "https://" + facebookHost + "/privacy/policy/"
	case link == linkPolicy:
		return "https://" + centerHost + "/policy/"
	case link == "accounts":
		return "https://accountscenter." + string(p.On) + ".com/"
	}
	return "/" + link + "/"
}

// Send is the address that the form is sent to.
func (p *page) Send() string {
	if p.Scripted() {
		return scriptSend
	}
	return plainSend
}

// PlainSend is where forms without script are sent to.
func (p *page) PlainSend() string { return plainSend }

// SignInPath and CodePath are where the gates' forms are sent to.
func (p *page) SignInPath() string { return signInPath(p.On) }

func (p *page) CodePath() string { return codePath(p.On) }

// part is what a template inside a page sees.
type part struct {
	Page        *page
	Name, Label string
	Kind        string
}

// Message, Post and Line make the parts of a page.
func (p *page) Message(name string) part { return part{Page: p, Name: name} }

func (p *page) Post(who, what string) part { return part{Page: p, Name: who, Label: what} }

func (p *page) Line(label, name, kind string) part {
	return part{Page: p, Name: name, Label: label, Kind: kind}
}

// The names of the form's fields.

func (p *page) EmailField() string {
	if p.Facebook() {
		return "email"
	}
	return "inputEmail"
}

func (p *page) ExplanationField() string { return fieldExplanation }
func (p *page) CountryField() string     { return fieldCountry }
func (p *page) AboutField() string       { return fieldAbout }

// SignInFields are the names of the sign-in form's fields: both pairs have been
// seen on Instagram.
func (p *page) SignInFields() [2]string {
	if p.Facebook() || p.Scripted() {
		return [2]string{"email", "pass"}
	}
	return [2]string{"username", "password"}
}

// Long says whether this is the form with a country and a required explanation.
func (p *page) Long() bool { return p.Variant.Form == Long }

// Asks says whether a question covers the form.
func (p *page) Asks() bool { return p.Variant.Form == YesNoFirst }

// Countries are the codes of the list of countries.
func (p *page) Countries() []string {
	var codes []string
	for key := range p.s.words {
		if code, ok := strings.CutPrefix(key, "country."); ok {
			codes = append(codes, code)
		}
	}
	slices.Sort(codes)
	return codes
}

// Said is what came in a field of the form that is shown again.
func (p *page) Said(field string) string {
	if field == "email" && !p.Error {
		return p.Email
	}
	if !p.Error {
		return ""
	}
	return p.v.said.Get(field)
}

// Sockets are the addresses of the hostile sockets.
func (p *page) Sockets() map[string]string {
	return map[string]string{"fresh": socketHostile, "idle": socketIdle}
}
