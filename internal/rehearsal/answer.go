package rehearsal

import (
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/url"
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
	private := r.Method == http.MethodPost && isGate(v.place) && s.gateAt(r, v).secret()
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, longestBody))
	if !private {
		v.said = fieldsOf(r, string(body))
		// A body that is too long, or broken off, still was on its way here.
		hostileSocket := isSocket(r) && r.URL.Path == socketHostile
		if way := cameBy(r); way != "" {
			s.tally.submission(way, v.said)
		} else if hostileSocket || submits(r, string(body), s.variant.Email) {
			s.tally.submission(channelOf(r), v.said)
		}
	}
	switch {
	case err != nil:
		http.Error(w, "too much", http.StatusRequestEntityTooLarge)
	case isSocket(r):
		s.socket(w, r)
	case s.hostileAnswer(w, r):
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

// admit sends to the first gate that is not passed, or lets through.
func (s *Site) admit(w http.ResponseWriter, r *http.Request, v visit, body []byte) {
	if r.URL.Path == hopPath && s.leadsOver(w, r, v) {
		return
	}
	if isGate(v.place) {
		s.atGate(w, r, v, body)
		return
	}
	if gate := s.gateBefore(r, v); gate != "" {
		http.Redirect(w, r, gateAddress(v.on, gate, "https://"+v.host+r.URL.RequestURI()), http.StatusFound)
		return
	}
	if s.variant.Is(OnlyWay) && v.place == atForm && r.Method == http.MethodGet && r.Referer() == "" {
		v.place = atElsewhere
	}
	s.answer(w, r, s.outcome(v, r.Method == http.MethodPost))
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
	case v.place == atForm && s.variant.gate(Already):
		v.place = atAlready
	case v.place == atForm && s.variant.gate(Unavailable):
		v.place = atNotHere
	}
	return v
}

// answer is the end of every request: count, fail where the variant says so,
// else show the page.
func (s *Site) answer(w http.ResponseWriter, r *http.Request, v visit) {
	w.Header().Set("Cache-Control", "no-store")
	strew(w, r, v)
	if s.leadsOver(w, r, v) {
		return
	}
	s.tally.visit(v.place)
	switch s.variant.fault(v.place) {
	case Status500:
		s.show(w, r, v, http.StatusInternalServerError)
	case Reset:
		reset(r)
	case Hang:
		<-r.Context().Done()
	case OffHost:
		http.Redirect(w, r, "https://"+foreignHost+"/", http.StatusFound)
	case LookAlike:
		http.Redirect(w, r, lookAlike(v.on, r.URL.Path), http.StatusFound)
	case Drip:
		s.show(slowly{w, r.Context()}, r, v, http.StatusOK)
	case Slow:
		wait(r.Context(), slowness)
		s.show(w, r, v, http.StatusOK)
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
