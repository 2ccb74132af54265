package automation_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nonmerci/nonmerci/automation"
	"github.com/nonmerci/nonmerci/internal/hint"
	"github.com/nonmerci/nonmerci/internal/rehearsal"
)

// own is a site of a test's own pages, under every host name. It counts what
// carries the person's e-mail address, and whatever asks for /sent/.
type own struct {
	pages map[string]string // by host and path, or by path
	codes map[string]int    // HTTP status, by path
	moved map[string]string // redirects, by host and path

	mu   sync.Mutex
	sent []string
}

func (o *own) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	if all := r.URL.String() + string(body); strings.Contains(all, "courrier") || strings.HasPrefix(r.URL.Path, "/sent/") {
		o.mu.Lock()
		o.sent = append(o.sent, r.Method+" "+r.URL.Path)
		o.mu.Unlock()
	}
	if to := o.moved[r.Host+r.URL.Path]; to != "" {
		http.Redirect(w, r, to, http.StatusFound)
		return
	}
	page, ok := o.pages[r.Host+r.URL.Path]
	if !ok {
		page = o.pages[r.URL.Path]
	}
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	if code := o.codes[r.URL.Path]; code != 0 {
		w.WriteHeader(code)
	}
	fmt.Fprintf(w, "<!doctype html><html lang=en><meta charset=utf-8><title>test</title>%s", page)
}

// serve starts the site and returns the browser's switches that lead there.
func (o *own) serve(t *testing.T) []string {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	plan := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		DNSNames: []string{"*.facebook.com", "*.instagram.com", "elsewhere.example"}}
	der, err := x509.CreateCertificate(rand.Reader, plan, plan, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &http.Server{Handler: o, ErrorLog: log.New(io.Discard, "", 0),
		TLSConfig: &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}}
	go func() { _ = s.ServeTLS(l, "", "") }()
	t.Cleanup(func() { s.Close() })
	digest := sha256.Sum256(leaf.RawSubjectPublicKeyInfo)
	return []string{"host-resolver-rules=MAP * " + l.Addr().String(), "ignore-certificate-errors-spki-list=" + base64.StdEncoding.EncodeToString(digest[:])}
}

const (
	ownForm   = "/help/contact/712876720715583" // Facebook's, see selectors/flows/facebook.yaml
	ownFields = `<h1>Object to your information being used for AI at Meta</h1><form id=f onsubmit="go();return false"><label>Email <input type=email name=email id=e></label><label>Explanation <textarea name=why id=x></textarea></label><button type=submit id=s>Send</button></form>`
	prefilled = `<h1>Object to your information being used for AI at Meta</h1><form id=f onsubmit="go();return false"><label>Email <input type=email name=email id=e value="marie@courrier.example"></label><label>Explanation <textarea name=why id=x></textarea></label><button type=submit id=s>Send</button></form>`
	overlaid  = `<div role=dialog aria-modal=true id=d style="position:fixed;inset:0;background:#fff"><h2>Turn on notifications</h2>`
	ownExtra  = `<form id=g><h3>Help us improve</h3><label>Your comment <textarea name=comment></textarea></label><button type=submit id=s2>Submit</button></form>`
)

// TestAttacks: pages that were made to mislead. Each came out of an attack on the
// program; want are the outcomes that are right, and what may have left.
func TestAttacks(t *testing.T) {
	t.Parallel()
	type outcomes []automation.Outcome
	none := outcomes{automation.NotFound, automation.NeedsUser, automation.Refused, automation.NotAvailable}
	for _, c := range []struct {
		name  string
		site  *own
		press bool // the person presses Send
		want  outcomes
		sent  []string
	}{
		{name: "the answer was no, and the page reports the error", press: true, want: outcomes{automation.SentUnconfirmed},
			site: &own{codes: map[string]int{"/api/graphql/": 500}, pages: map[string]string{ownForm: `<main>` + ownFields + `</main><script>async function go() { const v = e.value;
				await fetch('/api/graphql/', {method: 'POST', body: 'email=' + v}); await fetch('/ajax/log/', {method: 'POST', body: 'error=1&email=' + v});
				document.querySelector('main').innerHTML = '<p>That did not work. Your objection was not received.</p>' }</script>`}},
			sent: []string{"POST /api/graphql/", "POST /ajax/log/"}},
		{name: "only checked so far", press: true, want: outcomes{automation.SentUnconfirmed},
			site: &own{pages: map[string]string{ownForm: `<main>` + ownFields + `</main><script>async function go() { const v = e.value;
				await fetch('/ajax/validate/', {method: 'POST', body: 'email=' + v});
				document.querySelector('main').innerHTML = '<h1>Check your answers</h1><button onclick="fetch(\'/sent/real\')">Confirm and send</button>' }</script>`}},
			sent: []string{"POST /ajax/validate/"}},
		{name: "only checked so far, on another page", press: true, want: outcomes{automation.SentUnconfirmed},
			site: &own{pages: map[string]string{"/help/confirm/": `<main><h1>Check your answers</h1><button onclick="fetch('/sent/real')">Confirm and send</button></main>`,
				ownForm: `<main>` + ownFields + `</main><script>async function go() { const v = e.value;
				await fetch('/ajax/validate/', {method: 'POST', body: 'email=' + v}); location = '/help/confirm/' }</script>`}},
			sent: []string{"POST /ajax/validate/"}},
		{name: "another page that says no", press: true, want: outcomes{automation.SentUnconfirmed},
			site: &own{pages: map[string]string{"/help/result/": `<main><h1>Not this time</h1><p>Your objection was not received.</p></main>`,
				ownForm: `<main>` + ownFields + `</main><script>async function go() { const v = e.value;
				await fetch('/api/graphql/', {method: 'POST', body: 'email=' + v}); location = '/help/result/' }</script>`}},
			sent: []string{"POST /api/graphql/"}},
		{name: "thanks that are none, after an error", press: true, want: outcomes{automation.SentUnconfirmed},
			site: &own{codes: map[string]int{"/api/graphql/": 500}, pages: map[string]string{ownForm: `<main>` + ownFields + `</main><script>async function go() { const v = e.value;
				await fetch('/api/graphql/', {method: 'POST', body: 'email=' + v});
				document.body.insertAdjacentHTML('beforeend', '<div role=dialog aria-modal=true style="position:fixed;inset:0;background:#fff"><p>If you try again, your request will be applied.</p><button>OK</button></div>') }</script>`}},
			sent: []string{"POST /api/graphql/"}},
		{name: "not available, and a form to complain", want: none,
			site: &own{pages: map[string]string{ownForm: `<main><h1>This form isn't available</h1><p>You cannot use it in your region.</p>` + ownExtra + `</main>`}}},
		{name: "not available, and a newsletter", want: none,
			site: &own{pages: map[string]string{ownForm: `<main><h1>This form isn't available</h1><form id=g><h3>Newsletter</h3><label>Your email <input name=mail type=email></label><button type=submit>Send</button></form></main>`}}},
		{name: "turns into another form while it is filled", want: none,
			site: &own{pages: map[string]string{ownForm: `<main>` + ownFields + `</main><script>e.addEventListener('input', () => setTimeout(() => { document.querySelector('main').innerHTML =
				'<h1>Generative AI Data Subject Rights</h1><form><input type=email name=email value="' + e.value + '"><textarea name=delete-account></textarea><button type=submit>Delete my account</button></form>' }, 0))</script>`}}},
		{name: "Send appears while it is filled, and sends at once", want: outcomes{automation.Ready, automation.NotFound, automation.Refused},
			site: &own{pages: map[string]string{ownForm: `<main>` + strings.Replace(ownFields, `<button type=submit id=s>Send</button>`, "", 1) + `</main><script>x.addEventListener('input', () => {
				if (!window.s) f.insertAdjacentHTML('beforeend', '<button type=submit id=s>Send</button>'); s.click(); f.submit(); fetch('/sent/input?' + e.value);
				navigator.sendBeacon('/sent/beacon', e.value); new Image().src = '/sent/img?' + e.value; open('/sent/tab') })</script>`}}},
		{name: "closing a dialog sends by script", want: outcomes{automation.Ready, automation.NeedsUser, automation.Refused},
			site: &own{pages: map[string]string{ownForm: `<main>` + prefilled + `</main>` + overlaid + `<button onclick="d.remove(); fetch('/api/graphql/', {method: 'POST', body: 'email=' + e.value})">Not now</button></div>`}}},
		{name: "closing a dialog submits", want: outcomes{automation.Ready, automation.NeedsUser, automation.Refused},
			site: &own{pages: map[string]string{ownForm: `<main>` + prefilled + `</main>` + overlaid + `<button onclick="d.remove(); f.submit()">Not now</button></div>`}}},
		{name: "closing a dialog leads to the sending address", want: outcomes{automation.Ready, automation.NeedsUser, automation.Refused},
			site: &own{pages: map[string]string{ownForm: `<main>` + prefilled + `</main>` + overlaid + `<button onclick="d.remove(); location = '/ajax/help/contact/submit/page?email=' + e.value">Not now</button></div>`}}},
		{name: "the link to the form sends", want: none,
			site: &own{pages: map[string]string{"/privacy/policy/": `<main><h1>Privacy</h1><p>marie <span role=link tabindex=0 onclick="fetch('/api/graphql/', {method: 'POST', body: 'objection=1&email=marie@courrier.example'})">Object</span></p></main>`}}},
		{name: "a frame that leads elsewhere", want: none,
			site: &own{moved: map[string]string{"m.facebook.com" + ownForm: "https://elsewhere.example/page"},
				pages: map[string]string{"www.facebook.com" + ownForm: `<main><iframe src="https://m.facebook.com` + ownForm + `" width=600 height=300></iframe></main>`}}},
	} {
		if !*full && c.name != "only checked so far" {
			continue // one every day, the rest before a release
		}
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h := newHand(t)
			args := append(c.site.serve(t), h.arg())
			res, _ := object(t, rehearsal.Variant{Service: "facebook"}, func(r *automation.Request) {
				r.Route, r.Email, r.Explanation, r.NoWait, r.Wait = "direct", "marie@courrier.example", "Non merci. Vraiment pas.", !c.press, 7*time.Second
				if strings.HasPrefix(c.name, "the link") {
					r.Route = "policy"
				}
				r.Browser.Args = args
				tell := r.Tell
				r.Tell = func(s hint.Text) {
					tell(s)
					if c.press && strings.HasPrefix(s.Format, "If everything is right") {
						go func(ctx context.Context) { h.press(ctx, "#s") }(t.Context())
					}
				}
			})
			c.site.mu.Lock()
			defer c.site.mu.Unlock()
			if !slices.Contains(c.want, res.Outcome) {
				t.Errorf("outcome %s, want one of %v: %s", res.Outcome, c.want, res.Message)
			}
			if !slices.Equal(c.site.sent, c.sent) {
				t.Errorf("left: %v, want %v", c.site.sent, c.sent)
			}
		})
	}
}
