package rehearsal

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"strings"
	"testing"
)

const (
	fbForm = "https://www.facebook.com/help/contact/712876720715583"
	igForm = "https://help.instagram.com/contact/767264225370182"
)

// visitor is a browser without script: it follows redirects and keeps cookies.
type visitor struct {
	t      *testing.T
	site   *Site
	client *http.Client
}

func visitTo(t *testing.T, query string) visitor {
	t.Helper()
	v, err := ParseVariant(query)
	if err != nil {
		t.Fatal(err)
	}
	s, err := Serve(t.Context(), v)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	roots := x509.NewCertPool()
	roots.AddCert(s.cert)
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	resolver, _ := strings.CutPrefix(s.BrowserArgs()[0], "host-resolver-rules=MAP * ")
	return visitor{t, s, &http.Client{Jar: jar, Transport: &http.Transport{
		ForceAttemptHTTP2: true,
		// One name for every host: a foreign one is on no certificate.
		TLSClientConfig: &tls.Config{RootCAs: roots, ServerName: "www.facebook.com"},
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "tcp", resolver)
		},
	}}}
}

// ask sends one request as a browser would mark it, and returns the answer with
// its body.
func (v visitor) ask(method, address, body string, headers ...string) (*http.Response, string) {
	v.t.Helper()
	r, err := http.NewRequestWithContext(v.t.Context(), method, address, strings.NewReader(body))
	if err != nil {
		v.t.Fatal(err)
	}
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.Header.Set("Sec-Fetch-Mode", "navigate")
	r.Header.Set("Sec-Fetch-Dest", "document")
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	answer, err := v.client.Do(r)
	if err != nil {
		v.t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	return answer, string(text)
}

func (v visitor) get(address string) string {
	v.t.Helper()
	_, body := v.ask(http.MethodGet, address, "")
	return body
}

func TestEveryPlaceAnswersInEveryVariant(t *testing.T) {
	addresses := map[string]string{
		"https://www.facebook.com/":                              atHome,
		"https://facebook.com/":                                  atHome,
		"https://m.facebook.com/":                                atHome,
		"https://www.instagram.com/":                             atHome,
		"https://www.facebook.com/settings/":                     atSettings,
		"https://www.facebook.com/settings":                      atSettings,
		"https://www.instagram.com/accounts/edit/":               atSettings,
		"https://www.facebook.com/privacy/center/?entry_point=x": atCenter,
		"https://privacycenter.instagram.com/":                   atCenter,
		"https://www.facebook.com/privacy/policy/":               atPolicy,
		"https://privacycenter.instagram.com/policy/":            atPolicy,
		"https://privacycenter.instagram.com/policies/privacy/":  atPolicy,
		fbForm:       atForm,
		fbForm + "/": atForm,
		igForm:       atForm,
		"https://fr-fr.facebook.com/help/contact/6359191084165019":   atForm,
		"https://help.instagram.com/contact/233964459562201":         atForm,
		"https://m.facebook.com/help/contact/712876720715583":        atForm,
		"https://www.facebook.com/help/contact/510058597920541":      atWrongForm,
		"https://www.facebook.com/help/contact/507739850846588":      atOtherForm,
		"https://www.facebook.com/help/contact/1":                    atNotHere,
		"https://help.instagram.com/contact/712876720715583":         atNotHere,
		"https://accountscenter.facebook.com/":                       atAccounts,
		"https://accountscenter.instagram.com/profiles/":             atAccounts,
		"https://accountscenter.meta.com/":                           atAccounts,
		"https://www.facebook.com/privacy/genai/":                    atElsewhere,
		"https://www.facebook.com/ajax/help/contact/submit/page":     atElsewhere,
		"https://www.instagram.com/help/contact/712876720715583":     atElsewhere,
		"https://www.facebook.com/login/":                            atSignIn,
		"https://www.instagram.com/accounts/login/":                  atSignIn,
		"https://www.facebook.com/two_step_verification/two_factor/": atCode,
		"https://www.facebook.com/checkpoint/1501092823525282/":      atCheckpoint,
		"https://www.instagram.com/challenge/":                       atCheckpoint,
		"https://www.evil.example/help/contact/712876720715583":      atForeign,
		"https://www.facebook.com.evil.example/":                     atForeign,
		"https://evil.facebook.com/":                                 atForeign,
	}
	for _, language := range []string{english, french, invented} { // the others: TestEveryLanguageIsOnThePages
		for _, markup := range choices("markup") {
			for _, form := range choices("form") {
				t.Run(language+" "+markup+" "+form, func(t *testing.T) {
					v := visitTo(t, url.Values{"language": {language}, "markup": {markup}, "form": {form}, "email": {"m@b.example"}}.Encode())
					for address, place := range addresses {
						before := v.site.Visits(place)
						answer, body := v.ask(http.MethodGet, address, "")
						if answer.StatusCode != http.StatusOK || v.site.Visits(place) != before+1 {
							t.Errorf("%s: status %d, %d visits to %s; want 200 and %d", address, answer.StatusCode, v.site.Visits(place), place, before+1)
						}
						checkPage(t, address, language, body)
					}
					if n := v.site.Submissions(); n != 0 {
						t.Errorf("%d submissions (%v) from looking at pages", n, v.site.ByChannel())
					}
				})
			}
		}
	}
}

// checkPage asserts what every page owes the person.
func checkPage(t *testing.T, address, language, body string) {
	t.Helper()
	banner, lang := "rehearsal – not Meta", language
	switch language {
	case "fr":
		banner = "répétition – ce n&#39;est pas Meta"
	case "xx":
		lang = "art-x-nonmerci"
	}
	for _, want := range []string{banner, `role="note"`, `<html lang="` + lang + `">`, "</html>"} {
		if strings.Count(body, want) != 1 {
			t.Errorf("%s: %q stands there %d times", address, want, strings.Count(body, want))
		}
	}
	for _, never := range []string{`src="`, "@import", "url(", "ZgotmplZ", "<no value>", "<link rel=\"stylesheet"} {
		if strings.Contains(body, never) {
			t.Errorf("%s: holds %q", address, never)
		}
	}
}

func TestServesHTTP2AndHTTP1(t *testing.T) {
	v := visitTo(t, "")
	if answer, _ := v.ask(http.MethodGet, fbForm, ""); answer.ProtoMajor != 2 {
		t.Errorf("answered with %s", answer.Proto)
	}
	transport, ok := v.client.Transport.(*http.Transport)
	if !ok {
		t.Fatal("unexpected transport")
	}
	old := transport.Clone()
	old.ForceAttemptHTTP2, old.TLSNextProto = false, map[string]func(string, *tls.Conn) http.RoundTripper{}
	old.TLSClientConfig.NextProtos = []string{"http/1.1"}
	v.client.Transport = old
	if answer, _ := v.ask(http.MethodGet, fbForm, ""); answer.ProtoMajor != 1 {
		t.Errorf("answered with %s", answer.Proto)
	}
}

func TestBrowserArgsNameTheKey(t *testing.T) {
	v := visitTo(t, "")
	digest := sha256.Sum256(v.site.cert.RawSubjectPublicKeyInfo)
	want := "ignore-certificate-errors-spki-list=" + base64.StdEncoding.EncodeToString(digest[:])
	if !slices.Contains(v.site.BrowserArgs(), want) {
		t.Errorf("%q is not among %q", want, v.site.BrowserArgs())
	}
}

func TestForeignHostsAreNamedOnce(t *testing.T) {
	v := visitTo(t, "")
	v.get("https://b.example/")
	v.get("https://a.example/x?y")
	v.get("https://A.example:443/")
	v.get(fbForm)
	// What the browser fetches for itself.
	v.ask(http.MethodGet, "https://update.example/", "", "Sec-Fetch-Site", "none", "Sec-Fetch-Mode", "no-cors", "Sec-Fetch-Dest", "empty")
	if got := v.site.Foreign(); !slices.Equal(got, []string{"a.example", "b.example"}) {
		t.Errorf("foreign hosts %q", got)
	}
}

func TestCloseEndsHangingRequests(t *testing.T) {
	v := visitTo(t, "fault=form:hang")
	ended := make(chan error, 1)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, fbForm, nil)
	if err != nil {
		t.Fatal(err)
	}
	sent := make(chan struct{})
	go func() {
		close(sent)
		answer, err := v.client.Do(r)
		if err == nil {
			err = answer.Body.Close()
		}
		ended <- err
	}()
	<-sent
	if err := v.site.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; err == nil {
		t.Error("the hanging place answered")
	}
	if err := v.site.Close(); err != nil {
		t.Errorf("second Close: %v", err)
	}
}

func TestSiteEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s, err := Serve(ctx, Variant{})
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	if err := s.Close(); err != nil { // waits for the end
		t.Error(err)
	}
}
