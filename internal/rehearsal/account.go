package rehearsal

import "strings"

// Who is signed in, as the pages tell it. No source shows how the live ones do;
// the words and the addresses are those that one would expect.

// SignedIn is the account that the pages show, as the service names accounts.
func (v Variant) SignedIn() string {
	switch {
	case v.Account != "":
		return v.Account
	case v.Service == "facebook":
		return "Marie Rehearsal"
	}
	return "marie.rehearsal"
}

// About says words about somebody: {} in them is the name.
func (p *page) About(key, name string) (string, error) {
	text, err := p.Plain(key)
	return strings.Replace(text, "{}", name, 1), err
}

// Other is a further account of the same person.
func (p *page) Other() string {
	if p.Facebook() {
		return "Atelier Rehearsal"
	}
	return "atelier.rehearsal"
}

// Mine says whether the page belongs to the service on which somebody is signed
// in and shows who.
func (p *page) Mine() bool { return p.Has(linkAccount) && string(p.On) == p.Service }

// Handle is the address of somebody who wrote a post.
func (p *page) Handle(key string) string {
	return "/" + strings.ReplaceAll(key, ".", "_") + "/"
}
