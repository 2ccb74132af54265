package rehearsal

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// The cookies that remember a passed gate, on the parent domain of each site.
// Every gate has one of its own; signing in and its code share the session.
const (
	gateCookie    = "rehearsal_" // before the name of the gate
	sessionCookie = gateCookie + "session"
	cookiesCookie = gateCookie + string(Cookies)
)

// remembered is how long a browser keeps them, in seconds: they survive it, as on
// the live sites.
const remembered = 90 * 24 * 60 * 60

// halfway is the session of somebody who still owes the code.
func (s *Site) halfway() string { return s.token + "-half" }

func (s *Site) holds(r *http.Request, cookie, value string) bool {
	c, err := r.Cookie(cookie)
	return err == nil && c.Value == value
}

// group names the place whose address a gate's page has; empty for the gates
// without a page of their own: dialogs, and what stands instead of the form.
func (g GateKind) group(on site) string {
	switch g {
	case SignIn, Code, ContinueAs, Chooser:
		return atSignIn
	case Checkpoint, Automated:
		return atCheckpoint
	case Age:
		return atAge
	case SaveLogin:
		if on == onInstagram {
			return atSaveLogin
		}
	case Passkey:
		return atPasskey
	case Suspended:
		return atSuspended
	}
	return ""
}

// gatePath is the address of a group of gates.
func gatePath(group string, on site) string {
	facebook := on == onFacebook
	switch {
	case group == atSignIn:
		return signInPath(on)
	case group == atCheckpoint:
		return checkpointPath(on)
	case group == atAge && facebook:
		return "/confirm_age/"
	case group == atAge:
		return "/accounts/confirm_age/"
	case group == atSaveLogin:
		return "/accounts/onetap/"
	case group == atPasskey:
		return "/passkey/offer/"
	case group == atSuspended && facebook:
		return "/checkpoint/" + suspendedNumber + "/"
	}
	return "/accounts/suspended/"
}

// isGate says whether a place is a gate's page: it answers whether or not other
// gates stand before it.
func isGate(place string) bool {
	return slices.Contains([]string{atSignIn, atCode, atCheckpoint, atAge, atSaveLogin, atPasskey, atSuspended}, place)
}

// secret says whether what a person types there is not for the tally.
func (g GateKind) secret() bool { return g == SignIn || g == Code }

func (s *Site) passed(r *http.Request, g GateKind) bool {
	if g.secret() {
		return s.holds(r, sessionCookie, s.token)
	}
	return s.holds(r, gateCookie+string(g), s.token)
}

// gateBefore is the address that a request must pass first, or nothing.
// accountscenter.meta.com and frames stay open: no cookie of the two sites
// reaches the one, and the page around the other was behind the gate.
func (s *Site) gateBefore(r *http.Request, v visit) string {
	if parentDomain(v.host) == "meta.com" || s.embedded(r) {
		return ""
	}
	for _, g := range s.variant.Gates {
		if group := g.group(v.on); group != "" && !s.passed(r, g) {
			return gatePath(group, v.on)
		}
	}
	return ""
}

// gateAt is the gate that a gate's page shows: of several at one address the
// first that is not passed.
func (s *Site) gateAt(r *http.Request, v visit) GateKind {
	if v.place == atCode {
		return Code
	}
	for _, g := range s.variant.Gates {
		if g.group(v.on) != v.place || s.passed(r, g) {
			continue
		}
		if g == Code {
			return SignIn
		}
		return g
	}
	return GateKind(v.place)
}

// atGate shows a gate, or takes what was posted to it.
func (s *Site) atGate(w http.ResponseWriter, r *http.Request, v visit, body []byte) {
	gate := s.gateAt(r, v)
	v.place = string(gate)
	posted := r.Method == http.MethodPost
	switch {
	case gate == Code && s.variant.gate(Code) && !s.holds(r, sessionCookie, s.halfway()):
		http.Redirect(w, r, gateAddress(v.on, signInPath(v.on), next(r, nil)), http.StatusFound)
	case gate == SignIn && posted:
		s.passSignIn(w, r, v, body)
	case gate == Code && posted:
		s.pass(w, r, v, sessionCookie, body)
	case posted && opens(gate, body):
		s.pass(w, r, v, gateCookie+string(gate), body)
	default:
		s.answer(w, r, v)
	}
}

// opens says whether what was posted is what the gate asks for.
func opens(gate GateKind, body []byte) bool {
	switch gate {
	case Suspended:
		return false
	case Age:
		said, err := url.ParseQuery(string(body))
		whole := said.Get("birthday_day") != "" && said.Get("birthday_month") != "" && said.Get("birthday_year") != ""
		return err == nil && (whole || said.Get("birthday") != "")
	}
	return true
}

// asides are the dialogs over a page, in the variant's order. A dialog that
// comes after a gate waits until that gate is passed.
func (s *Site) asides(r *http.Request, v visit) []GateKind {
	var out []GateKind
	for _, g := range s.variant.Gates {
		switch {
		case v.on == "" || s.embedded(r) || g == Already || g == Unavailable || s.passed(r, g):
		case g.group(v.on) != "":
			return out
		case g == Notifications && v.place != atHome:
		default:
			out = append(out, g)
		}
	}
	return out
}

func (s *Site) passSignIn(w http.ResponseWriter, r *http.Request, v visit, body []byte) {
	s.tally.visit(atLogin)
	if !s.variant.gate(Code) {
		s.pass(w, r, v, sessionCookie, body)
		return
	}
	s.setCookie(w, v, sessionCookie, s.halfway())
	http.Redirect(w, r, gateAddress(v.on, codePath(v.on), next(r, body)), http.StatusSeeOther)
}

// pass remembers a passed gate and goes on to where the person wanted to go, as
// long as that is Meta's.
func (s *Site) pass(w http.ResponseWriter, r *http.Request, v visit, cookie string, body []byte) {
	s.setCookie(w, v, cookie, s.token)
	to, err := url.Parse(next(r, body))
	if err != nil || to.Scheme != "https" || s.siteOf(bareHost(to.Host)) == "" {
		to = &url.URL{Scheme: "https", Host: homeHost(v.on), Path: "/"}
	}
	http.Redirect(w, r, to.String(), http.StatusSeeOther)
}

func (s *Site) setCookie(w http.ResponseWriter, v visit, name, value string) {
	http.SetCookie(w, &http.Cookie{Name: name, Value: value, Domain: parentDomain(v.host), Path: "/", Secure: true,
		HttpOnly: true, SameSite: http.SameSiteLaxMode, MaxAge: remembered})
}

func parentDomain(host string) string {
	labels := strings.Split(host, ".")
	return strings.Join(labels[max(0, len(labels)-2):], ".")
}

// next reads where a gate leads to, from the posted field or from the query.
func next(r *http.Request, body []byte) string {
	if said, err := url.ParseQuery(string(body)); err == nil && said.Get("next") != "" {
		return said.Get("next")
	}
	return r.URL.Query().Get("next")
}

func gateAddress(on site, path, next string) string {
	return "https://" + homeHost(on) + path + "?next=" + url.QueryEscape(next) + "&apc=" + apc
}

// Asides are the dialogs over the page.
func (p *page) Asides() []GateKind { return p.s.asides(p.r, p.v) }

// Crumb is what the script of a dialog keeps in document.cookie.
func (p *page) Crumb(g GateKind) string {
	return gateCookie + string(g) + "=" + p.s.token + "; path=/; secure; max-age=" + strconv.Itoa(remembered) + "; domain=" + parentDomain(p.v.host)
}

// press is the button that sends a gate's form.
type press struct {
	Page *page
	Keys []string // of its words
}

// Press makes a gate's button.
func (p *page) Press(keys ...string) press { return press{p, keys} }

// Numbers are those of a list of days, months or years.
func (p *page) Numbers(from, to int) []int {
	var out []int
	for n := from; n <= to; n++ {
		out = append(out, n)
	}
	return out
}
