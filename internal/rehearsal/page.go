package rehearsal

import (
	"bytes"
	"crypto/rand"
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
	salt  string          // of names that change at each load
	ways  map[string]goal // links without an address that have been shown
}

// loadPages reads the embedded templates, words and style.
func (s *Site) loadPages() error {
	var tags []string
	if language := s.variant.Language; slices.Contains(otherLanguages(), language) {
		tags = []string{language}
	}
	var err error
	if s.words, err = loadWords(tags...); err != nil {
		return err
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
	p := &page{Variant: s.variant, s: s, v: v, r: r, Place: v.place, On: v.on, Lang: s.variant.Language, Next: next(r, nil), ids: map[string]string{},
		salt: rand.Text(), ways: map[string]goal{}}
	if p.Lang == invented {
		p.Lang = "art-x-nonmerci"
	}
	name := v.place
	switch v.place {
	case atForm, atWrongForm, atOtherForm:
		p.Form = path.Base(r.URL.Path)
	case atMailedCode:
		p.Form = v.form
	case atThanks:
		if p.Form = v.form; p.Stays() {
			name = atForm
		}
	case atError:
		name, p.Error, p.Form = atForm, true, v.form
		if v.form == wrongForm {
			name = atWrongForm
		}
	}
	if status == http.StatusInternalServerError {
		name = "trouble"
	}
	for _, dialog := range s.asides(r, v) {
		s.tally.visit(string(dialog))
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

// T says a word in the page's language, for text and for attributes: a string,
// or, where words are cut into spans, HTML, whose tags html/template leaves out
// of attributes. Scripts, titles and text areas need [page.Plain].
func (p *page) T(key string) (any, error) {
	text, err := p.Plain(key)
	if err == nil && p.Is(SplitSpans) {
		return inSpans(text), nil
	}
	return text, err
}

// Dir is the direction of the document's text; empty is left to right.
func (p *page) Dir() string {
	if p.Is(RightToLeft) {
		return "rtl"
	}
	return ""
}

// Clearly says a word that the person must understand, whatever the language of
// the page.
func (p *page) Clearly(key string) string {
	if p.Variant.Language == french {
		return p.s.words[key].Fr
	}
	return p.s.words[key].En
}

// Title is the heading of the page, for the tab.
func (p *page) Title() (string, error) {
	key, ok := map[string]string{
		atHome: "home.title", atSettings: "settings.title", atCenter: "center.title", atPolicy: "policy.title", atForm: "form.title",
		atError: "form.title", atWrongForm: "wrong.title", atOtherForm: "other.title", atAccounts: "accounts.title",
		atTopic: "center.box", atAge: "age.title", atSaveLogin: "prompt.save.title", atPasskey: "passkey.title", atSuspended: "suspended.title",
		string(ContinueAs): "signin.button", string(Chooser): "chooser.title", string(Automated): "automated.title",
		atSignIn: "signin.button", atCode: "code.title", atCheckpoint: "checkpoint.title", atThanks: "thanks.title",
		atMailedCode: "mailed.title", atAlready: "already.title", atNotHere: "unavailable.title",
	}[p.Place]
	if !ok {
		key = "elsewhere.title"
	}
	return p.Plain(key)
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
	salt, generated := p.named()
	if !generated {
		return names
	}
	out := strings.Fields(names)
	for i, name := range out {
		out[i] = "x" + syllable36(salt+name)
	}
	return strings.Join(out, " ")
}

// Style is the style sheet with the class names of this page.
func (p *page) Style() template.CSS {
	if _, generated := p.named(); !generated {
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
	if p.Is(ChangingNames) {
		return "n" + syllable36(p.salt+name)
	}
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
func (p *page) Has(link string) bool {
	if p.Is(Moved) && (link == linkObject || link == linkPolicyObject) {
		return p.Place == atSettings && link == linkObject
	}
	return !p.lost(link)
}

// To is the address that a link leads to.
func (p *page) To(link string) string {
	if to := p.detour(link); to != "" {
		return to
	}
	facebook := p.On == onFacebook
	switch {
	case link == linkTopic:
		return p.topicAddress()
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
		return "https://" + facebookHost + "/privacy/center/?apc=" + apc
	case link == linkCenter:
		return "https://" + centerHost + "/?apc=" + apc
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
	if !p.Scripted() {
		return p.PlainSend()
	}
	return p.stayEmbedded(scriptSend)
}

// PlainSend is where forms without script are sent to.
func (p *page) PlainSend() string { return p.stayEmbedded(plainSend) }

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

// Sockets are the addresses of the hostile sockets.
func (p *page) Sockets() map[string]string {
	return map[string]string{"fresh": socketHostile, "idle": socketIdle}
}
