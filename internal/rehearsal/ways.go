package rehearsal

import "strings"

// lookAlike is the address of a page on a host that only looks like Meta's:
// one that begins with a real name, or one with a nought for an o. Imitations of
// the Privacy Center have been reported (notes §6); these hosts are made up.
func lookAlike(on site, path string) string {
	if on == onFacebook {
		return "https://www.faceb00k.example" + path
	}
	return "https://help.instagram.com.objection.example" + path
}

// detour is where the traits let a link lead instead of to the form.
func (p *page) detour(link string) string {
	switch {
	case link != linkObject && link != linkPolicyObject:
		return ""
	case p.Is(LookAlikeLink) && p.Facebook():
		return lookAlike(p.On, "/help/contact/"+facebookForm)
	case p.Is(LookAlikeLink):
		return lookAlike(p.On, "/contact/"+instagramForm)
	case p.Is(Loop):
		return p.To(linkSettings)
	case p.Is(TwinObject):
		return twinPaths()[0]
	}
	return ""
}

// twinPaths are articles that look from their links as if they were the form.
func twinPaths() [2]string {
	return [2]string{"/privacy/guide/objecting/", "/privacy/guide/objection/"}
}

// way is one link on the way to the form.
type way struct {
	Page  *page
	Link  string
	Key   string // of its words
	Lead  string // of words before them, in the link
	Class string
	Hide  string // how this copy is hidden; empty: it is the link itself
	to    string // where it leads, unless to where the link of that name does
}

// Way makes a link on the way, with the key of its words.
func (p *page) Way(link, key, class string) way {
	return way{Page: p, Link: link, Key: key, Class: class}
}

// SecondTwin is the other link with the same words; LearnMore is the one that
// only says them as well.
func (p *page) SecondTwin(link, key string) way {
	return way{Page: p, Link: link + "-twin", Key: key, Class: "inline", to: twinPaths()[1]}
}

func (p *page) LearnMore(link, key string) way {
	return way{Page: p, Link: link + "-more", Key: key, Lead: "center.more", Class: "inline", to: twinPaths()[0]}
}

// Twins are the hidden copies, which stand before the link.
func (w way) Twins() []way {
	if !w.Page.Is(HiddenTwins) {
		return nil
	}
	var out []way
	for _, hide := range []string{"gone", "unseen", "unheard", "sizeless", "outside"} {
		copied := w
		copied.Hide = hide
		out = append(out, copied)
	}
	return out
}

// Address is where the link leads.
func (w way) Address() string {
	p := w.Page
	switch {
	case w.to != "":
		return w.to
	case w.Link == linkPolicyObject && p.Questions():
		return "#about-ai"
	}
	return p.To(w.Link)
}

// Tab says whether the link opens a tab of its own.
func (w way) Tab() bool {
	return w.Page.Is(OpenedTabs) || w.Page.NewTab && w.Link == linkObject
}

// Div says whether the link is no anchor: everywhere, or on a scripted start
// page.
func (w way) Div() bool {
	p := w.Page
	return p.Is(RoleLinks) || p.Is(ButtonLinks) || p.Scripted() && p.Place == atHome
}

// Role is what a link that is no anchor says it is.
func (w way) Role() string {
	if w.Page.Is(ButtonLinks) {
		return "button"
	}
	return "link"
}

// Renamed says whether the link has other words than those that guides tell of.
func (w way) Renamed() bool {
	return w.Page.Is(Relabelled) && (w.Link == linkObject || w.Link == linkPolicyObject)
}

// Name is what the page's script knows a link without an address by.
func (w way) Name() string {
	p, name := w.Page, w.Page.ID("way-"+w.Link)
	p.ways[name] = goal{w.Address(), w.Tab()}
	return name
}

// Classes are the link's, and those that hide it.
func (w way) Classes() string {
	class := w.Class
	if class == "inline" && !w.Div() {
		class = "" // an anchor is one by itself
	}
	return w.Page.C(strings.TrimSpace(class + " " + w.Hide))
}

// goal is where a link without an address leads.
type goal struct {
	To  string `json:"to"`
	Tab bool   `json:"tab"`
}

// Ways are the links without an address that the page has shown so far.
func (p *page) Ways() map[string]goal { return p.ways }

// WayScript says whether pages/ways.js has anything to do here.
func (p *page) WayScript() bool {
	return len(p.ways) > 0 || p.Is(LazyList) || p.Is(AfterScroll) || p.Is(SeeMore) || p.Questions()
}

// Questions says whether the link asks a question before it leads to the form.
func (p *page) Questions() bool {
	return p.Is(PolicyQuestion) && p.Place == atPolicy && !p.Is(TwinObject) && p.Has(linkPolicyObject)
}

// topicAddress is the page of the topic about AI.
func (p *page) topicAddress() string {
	if p.Facebook() {
		return "https://" + facebookHost + "/privacy/genai/"
	}
	return "https://" + centerHost + "/privacy/genai/"
}
