package rehearsal

import (
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
)

// longestBody is far more than a form holds.
const longestBody = 1 << 20

type connKey struct{} // the connection of a request, for Reset

// visit is one request on its way to an answer.
type visit struct {
	host  string
	on    site
	place string
	form  string     // number of the form that was sent
	said  url.Values // what was posted
}

// serve counts first and answers second, so that nothing that is refused goes
// uncounted.
func (s *Site) serve(w http.ResponseWriter, r *http.Request) {
	host := bareHost(r.Host)
	v := visit{host: host, on: s.siteOf(host), place: atForeign}
	if v.on != "" {
		v.place = s.placeAt(host, r.URL.Path)
	} else if !browsersOwn(r) {
		s.tally.visitForeign(host)
	}
	private := v.on != "" && r.Method == http.MethodPost && (v.place == atSignIn || v.place == atCode)
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, longestBody))
	if !private {
		v.said = fieldsOf(r, string(body))
		// A body that is too long, or broken off, still was on its way here.
		hostileSocket := isSocket(r) && r.URL.Path == socketHostile
		if hostileSocket || submits(r, string(body), s.variant.Email) {
			s.tally.submission(channelOf(r), v.said)
		}
	}
	switch {
	case err != nil:
		http.Error(w, "too much", http.StatusRequestEntityTooLarge)
	case isSocket(r):
		s.socket(w, r)
	case host == "facebook.com" || host == "instagram.com":
		http.Redirect(w, r, "https://www."+host+r.URL.RequestURI(), http.StatusMovedPermanently)
	case v.on == "" && browsersOwn(r), r.URL.Path == "/favicon.ico":
		w.WriteHeader(http.StatusNoContent)
	case v.on == "":
		s.answer(w, r, v)
	default:
		s.admit(w, r, v, body)
	}
}

// admit sends to the gate, passes the gate, or lets through.
func (s *Site) admit(w http.ResponseWriter, r *http.Request, v visit, body []byte) {
	posted := r.Method == http.MethodPost
	switch v.place {
	case atSignIn:
		if posted {
			s.passSignIn(w, r, v, body)
			return
		}
	case atCode:
		if !s.holds(r, sessionCookie, s.halfway()) && s.variant.Gate == Code {
			http.Redirect(w, r, gateAddress(v.on, signInPath(v.on), next(r, nil)), http.StatusFound)
			return
		}
		if posted {
			s.pass(w, r, v, sessionCookie, s.token, body)
			return
		}
	case atCheckpoint:
		if posted {
			s.pass(w, r, v, checkpointCookie, s.token, body)
			return
		}
	default:
		if gate := s.gateBefore(r, v); gate != "" {
			http.Redirect(w, r, gateAddress(v.on, gate, "https://"+v.host+r.URL.RequestURI()), http.StatusFound)
			return
		}
	}
	s.answer(w, r, s.outcome(v, posted))
}

// outcome turns an address into what the variant shows there.
func (s *Site) outcome(v visit, posted bool) visit {
	formAddress := v.place == atSubmit || v.place == atForm || v.place == atWrongForm || v.place == atOtherForm
	switch {
	case posted && formAddress:
		v.form = v.said.Get("support_form_id")
		switch {
		case s.variant.ErrorAfterSend:
			v.place = atError
		case s.variant.CodeAfterSend && v.said.Get("code") == "":
			v.place = atMailedCode
		default:
			v.place = atThanks
		}
	case v.place == atSubmit:
		v.place = atElsewhere
	case v.place == atForm && s.variant.Gate == Already:
		v.place = atAlready
	case v.place == atForm && s.variant.Gate == Unavailable:
		v.place = atNotHere
	}
	return v
}

// answer is the end of every request: count, fail where the variant says so,
// else show the page.
func (s *Site) answer(w http.ResponseWriter, r *http.Request, v visit) {
	s.tally.visit(v.place)
	w.Header().Set("Cache-Control", "no-store")
	switch s.variant.fault(v.place) {
	case Status500:
		s.show(w, r, v, http.StatusInternalServerError)
	case Reset:
		reset(r)
	case Hang:
		<-r.Context().Done()
	case OffHost:
		http.Redirect(w, r, "https://"+foreignHost+"/", http.StatusFound)
	default:
		s.show(w, r, v, http.StatusOK)
	}
}

// reset breaks the connection below HTTP, so that it looks alike for HTTP/1.1
// and HTTP/2.
func reset(r *http.Request) {
	conn, ok := r.Context().Value(connKey{}).(net.Conn)
	if !ok {
		return
	}
	if secure, ok := conn.(*tls.Conn); ok {
		conn = secure.NetConn()
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // RST instead of FIN
	}
	_ = conn.Close()
}

// The cookies that remember a passed gate, on the parent domain of each site.
const (
	sessionCookie    = "rehearsal_session"
	checkpointCookie = "rehearsal_checkpoint"
	cookiesCookie    = "rehearsal_cookies"
)

// halfway is the session of somebody who still owes the code.
func (s *Site) halfway() string { return s.token + "-half" }

func (s *Site) holds(r *http.Request, cookie, value string) bool {
	c, err := r.Cookie(cookie)
	return err == nil && c.Value == value
}

// gateBefore names the gate's path that a request must pass first, or nothing.
// accountscenter.meta.com stays open: no cookie of the two sites reaches it.
func (s *Site) gateBefore(r *http.Request, v visit) string {
	if parentDomain(v.host) == "meta.com" {
		return ""
	}
	switch s.variant.Gate {
	case SignIn, Code:
		if !s.holds(r, sessionCookie, s.token) {
			return signInPath(v.on)
		}
	case Checkpoint:
		if !s.holds(r, checkpointCookie, s.token) {
			return checkpointPath(v.on)
		}
	}
	return ""
}

func (s *Site) passSignIn(w http.ResponseWriter, r *http.Request, v visit, body []byte) {
	s.tally.visit(atLogin)
	if s.variant.Gate != Code {
		s.pass(w, r, v, sessionCookie, s.token, body)
		return
	}
	s.setCookie(w, v, sessionCookie, s.halfway())
	http.Redirect(w, r, gateAddress(v.on, codePath(v.on), next(r, body)), http.StatusSeeOther)
}

// pass remembers a passed gate and goes on to where the person wanted to go, as
// long as that is Meta's.
func (s *Site) pass(w http.ResponseWriter, r *http.Request, v visit, cookie, value string, body []byte) {
	s.setCookie(w, v, cookie, value)
	to, err := url.Parse(next(r, body))
	if err != nil || to.Scheme != "https" || s.siteOf(bareHost(to.Host)) == "" {
		to = &url.URL{Scheme: "https", Host: homeHost(v.on), Path: "/"}
	}
	http.Redirect(w, r, to.String(), http.StatusSeeOther)
}

func (s *Site) setCookie(w http.ResponseWriter, v visit, name, value string) {
	http.SetCookie(w, &http.Cookie{Name: name, Value: value, Domain: parentDomain(v.host), Path: "/", Secure: true,
		HttpOnly: true, SameSite: http.SameSiteLaxMode})
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
	return "https://" + homeHost(on) + path + "?next=" + url.QueryEscape(next)
}
