package rehearsal

import (
	"bufio"
	"crypto/tls"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// plainPost is what a browser sends when a person presses Send on the plain form.
func plainPost(number string) string {
	return url.Values{
		"support_form_id": {number}, "lsd": {"AVrRehearsal"}, "email": {"m@b.example"},
		fieldExplanation: {"My pictures & me"}, fieldCountry + "_iso2_country_code": {"FR"},
	}.Encode()
}

// scriptPost is the same from the scripted form.
func scriptPost(number string) string {
	input, _ := json.Marshal(map[string]any{"input": map[string]string{
		"support_form_id": number, "inputEmail": "m@b.example", fieldExplanation: "My pictures & me", fieldCountry + "_iso2_country_code": "FR",
	}})
	return url.Values{"fb_api_req_friendly_name": {"ContactFormSubmitMutation"}, "variables": {string(input)}}.Encode()
}

var asFetch = []string{"Sec-Fetch-Mode", "cors", "Sec-Fetch-Dest", "empty"}

func TestSendLeadsToWhatTheVariantSays(t *testing.T) {
	tests := []struct {
		query, place, says, never string
	}{
		{"", atThanks, "We will honour your objection", "<textarea"},
		{"language=fr", atThanks, "Nous honorerons votre opposition", "<textarea"},
		{"code-after-send=true", atMailedCode, `name="code"`, "<textarea"},
		{"error-after-send=true", atError, `role="alert"`, "honour"},
		{"error-after-send=true&form=long", atError, `<option value="FR" selected>`, "honour"},
		{"error-after-send=true", atError, "My pictures &amp; me</textarea>", "honour"},
		{"error-after-send=true", atError, `value="m@b.example"`, "honour"},
	}
	for _, tt := range tests {
		t.Run("plain "+tt.query+" "+tt.says, func(t *testing.T) {
			v := visitTo(t, tt.query)
			answer, body := v.ask(http.MethodPost, "https://help.instagram.com"+plainSend, plainPost(instagramForm))
			if answer.StatusCode != http.StatusOK || !strings.Contains(body, tt.says) || strings.Contains(body, tt.never) {
				t.Errorf("status %d, page without %q or with %q:\n%s", answer.StatusCode, tt.says, tt.never, body)
			}
			checkSent(t, v.site, tt.place, byNavigation)
		})
		t.Run("script "+tt.query, func(t *testing.T) {
			v := visitTo(t, "markup=script&"+tt.query)
			_, body := v.ask(http.MethodPost, "https://help.instagram.com"+scriptSend, scriptPost(instagramForm), asFetch...)
			if want := fmt.Sprintf(`{"outcome":%q}`, tt.place); strings.TrimSpace(body) != want {
				t.Errorf("answer %s, want %s", body, want)
			}
			checkSent(t, v.site, tt.place, byFetch)
		})
	}
}

func checkSent(t *testing.T, s *Site, place, channel string) {
	t.Helper()
	if n := s.Visits(place); n != 1 {
		t.Errorf("%d visits to %s", n, place)
	}
	if got := s.ByChannel(); s.Submissions() != 1 || got[channel] != 1 {
		t.Errorf("%d submissions: %v", s.Submissions(), got)
	}
	for name, want := range map[string]string{"email": "m@b.example", "explanation": "My pictures & me", "country": "FR", "support_form_id": instagramForm} {
		if got := s.LastSubmission().Get(name); got != want {
			t.Errorf("%s arrived as %q", name, got)
		}
	}
}

func TestMailedCodeEndsInThanksAndCounts(t *testing.T) {
	v := visitTo(t, "code-after-send=true")
	v.ask(http.MethodPost, "https://www.facebook.com"+plainSend, plainPost(facebookForm))
	_, body := v.ask(http.MethodPost, "https://www.facebook.com"+plainSend, "code=123456")
	if !strings.Contains(body, "We will honour") || v.site.Submissions() != 2 || v.site.LastSubmission().Get("code") != "123456" {
		t.Errorf("%d submissions, last %v", v.site.Submissions(), v.site.LastSubmission())
	}
}

func TestEveryWayOutIsCounted(t *testing.T) {
	mail := url.QueryEscape("m@b.example")
	tests := []struct {
		name, method, address, body string
		headers                     []string
		want                        string // channel, or nothing
	}{
		{"form", "POST", "https://www.facebook.com" + plainSend, "", nil, byNavigation},
		{"form at its own address", "POST", fbForm, "", nil, byNavigation},
		{"wrong form", "POST", "https://www.facebook.com/help/contact/" + wrongForm, "", nil, byNavigation},
		{"put", "PUT", igForm, "", asFetch, byFetch},
		{"fetch", "POST", "https://www.facebook.com/api/graphql/", "", asFetch, byFetch},
		{"beacon", "POST", "https://www.facebook.com/api/graphql", "", []string{"Sec-Fetch-Mode", "no-cors", "Sec-Fetch-Dest", "empty"}, byBeacon},
		{"image", "GET", "https://www.facebook.com/tr/?x=" + mail, "", []string{"Sec-Fetch-Mode", "no-cors", "Sec-Fetch-Dest", "image"}, byImage},
		{"style sheet", "GET", "https://www.facebook.com/a.css?" + mail, "", []string{"Sec-Fetch-Mode", "no-cors", "Sec-Fetch-Dest", "style"}, byOther},
		{"escaped twice", "GET", "https://www.facebook.com/?n=" + url.QueryEscape(mail), "", nil, byNavigation},
		{"in the path", "GET", "https://www.facebook.com/m@b.example/x", "", nil, byNavigation},
		{"foreign host", "POST", "https://collect.example/", "e=m@b.example", asFetch, byFetch},
		{"field without an address", "GET", "https://www.facebook.com/?" + fieldExplanation + "=hello", "", nil, byNavigation},
		{"JSON", "POST", "https://www.facebook.com/log", `{"who":"m@b.example"}`, asFetch, byFetch},
		{"behind a gate's form by GET", "GET", "https://www.facebook.com/login/?email=x", "", nil, byNavigation},
		{"search", "GET", "https://www.facebook.com/search/?q=privacy", "", nil, ""},
		{"handle", "GET", "https://www.instagram.com/@robin.sample/", "", nil, ""},
		{"sign-in", "POST", "https://www.facebook.com/login/", "email=m@b.example&pass=x", nil, ""},
		{"code", "POST", "https://www.instagram.com/auth_platform/codeentry/", "approvals_code=1", nil, ""},
		{"checkpoint", "POST", "https://www.facebook.com/checkpoint/1501092823525282/", "next=", nil, ""},
		{"log without values", "POST", "https://www.facebook.com/ajax/bz", "a=b", asFetch, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			v := visitTo(t, "")
			v.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
			v.ask(tt.method, tt.address, tt.body, tt.headers...)
			want := map[string]int{}
			if tt.want != "" {
				want[tt.want] = 1
			}
			if got := v.site.ByChannel(); !maps.Equal(got, want) {
				t.Errorf("counted %v, want %v", got, want)
			}
			if tt.want == "" && len(v.site.LastSubmission()) != 0 {
				t.Errorf("kept %v", v.site.LastSubmission())
			}
		})
	}
}

func TestCountsSubmissionsThatAGateTurnsAway(t *testing.T) {
	for _, gate := range []string{"sign-in", "code", "checkpoint", "already", "unavailable"} {
		t.Run(gate, func(t *testing.T) {
			v := visitTo(t, "gate="+gate)
			v.ask(http.MethodPost, "https://help.instagram.com"+plainSend, plainPost(instagramForm))
			if n := v.site.Submissions(); n != 1 {
				t.Errorf("%d submissions", n)
			}
		})
	}
}

func TestPrefilledAddressCountsHoweverItLooks(t *testing.T) {
	v := visitTo(t, "email=odd-address")
	v.get("https://www.facebook.com/tr/?x=odd-address")
	if v.site.Submissions() != 1 {
		t.Error("the prefilled value left uncounted")
	}
}

func TestSocketsAreCounted(t *testing.T) {
	for path, want := range map[string]int{socketHostile: 2, socketIdle: 1} {
		t.Run(path, func(t *testing.T) {
			v := visitTo(t, "")
			transport, ok := v.client.Transport.(*http.Transport)
			if !ok {
				t.Fatal("unexpected transport")
			}
			conn, err := (&tls.Dialer{Config: &tls.Config{RootCAs: transport.TLSClientConfig.RootCAs, ServerName: facebookHost}}).
				DialContext(t.Context(), "tcp", fmt.Sprintf("127.0.0.1:%d", v.site.port))
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: www.facebook.com\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"+
				"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n", path)
			in := bufio.NewReader(conn)
			answer, err := http.ReadResponse(in, nil)
			if err != nil {
				t.Fatal(err)
			}
			// The key and its answer are the example of RFC 6455, section 1.3.
			if got := answer.Header.Get("Sec-WebSocket-Accept"); answer.StatusCode != 101 || got != "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" {
				t.Fatalf("status %d, accept %q", answer.StatusCode, got)
			}
			message := []byte("email=m@b.example&filler=" + strings.Repeat("x", 200))
			frame := append([]byte{0x81, 0x80 | 126}, binary.BigEndian.AppendUint16(nil, uint16(len(message)))...)
			frame = append(frame, 0, 0, 0, 0) // a mask that changes nothing
			frame = append(append(frame, message...), 0x88, 0x80, 0, 0, 0, 0)
			if _, err := conn.Write(frame); err != nil {
				t.Fatal(err)
			}
			if _, err := in.ReadByte(); err != io.EOF { // the site has read the close
				t.Errorf("after close: %v", err)
			}
			if got := v.site.ByChannel()[bySocket]; got != want || v.site.LastSubmission().Get("email") != "m@b.example" {
				t.Errorf("%d by socket, last %v; want %d", got, v.site.LastSubmission(), want)
			}
		})
	}
}

func TestSignInLeadsBackToThePage(t *testing.T) {
	for _, tt := range []struct{ address, at, send string }{
		{fbForm, "https://www.facebook.com/login/?next=https%3A%2F%2Fwww.facebook.com%2Fhelp%2Fcontact%2F712876720715583&apc=" + apc, "email=robin&pass=secret"},
		{igForm, "https://www.instagram.com/accounts/login/?next=https%3A%2F%2Fhelp.instagram.com%2Fcontact%2F767264225370182&apc=" + apc, "username=robin&password=secret"},
	} {
		v := visitTo(t, "gate=sign-in")
		answer, body := v.ask(http.MethodGet, tt.address, "")
		if got := answer.Request.URL.String(); got != tt.at {
			t.Fatalf("%s leads to %s", tt.address, got)
		}
		for _, name := range []string{strings.Split(tt.send, "=")[0], `type="password"`, "real password"} {
			if !strings.Contains(body, name) {
				t.Errorf("%s: no %q on the sign-in page", tt.address, name)
			}
		}
		next := answer.Request.URL.Query().Get("next")
		answer, _ = v.ask(http.MethodPost, tt.at, tt.send+"&next="+url.QueryEscape(next))
		if got := answer.Request.URL.String(); got != tt.address {
			t.Errorf("signing in leads to %s, want %s", got, tt.address)
		}
		if v.site.Visits(atLogin) != 1 || v.site.Visits(atForm) != 1 || v.site.Submissions() != 0 {
			t.Errorf("login %d, form %d, submissions %d", v.site.Visits(atLogin), v.site.Visits(atForm), v.site.Submissions())
		}
	}
}

func TestSignInLeadsToNoForeignHost(t *testing.T) {
	for _, next := range []string{"https://evil.example/", "http://www.facebook.com/", "//evil.example", "https://www.facebook.com@evil.example/", "javascript:alert(1)"} {
		v := visitTo(t, "gate=sign-in")
		answer, _ := v.ask(http.MethodPost, "https://www.facebook.com/login/", "next="+url.QueryEscape(next))
		if got := answer.Request.URL.String(); got != "https://www.facebook.com/" {
			t.Errorf("next=%s leads to %s", next, got)
		}
	}
}

func TestSecondFactorStandsBetween(t *testing.T) {
	for address, at := range map[string]string{fbForm: codePath(onFacebook), igForm: codePath(onInstagram)} {
		v := visitTo(t, "gate=code")
		answer, _ := v.ask(http.MethodGet, address, "")
		answer, _ = v.ask(http.MethodPost, answer.Request.URL.String(), "next="+url.QueryEscape(address))
		if answer.Request.URL.Path != at {
			t.Fatalf("signing in leads to %s, want %s", answer.Request.URL.Path, at)
		}
		if v.get(address); v.site.Visits(atForm) != 0 {
			t.Error("the form can be reached without the code")
		}
		answer, _ = v.ask(http.MethodPost, answer.Request.URL.String(), "approvals_code=123456&next="+url.QueryEscape(address))
		if got := answer.Request.URL.String(); got != address || v.site.Visits(atCode) != 1 || v.site.Submissions() != 0 {
			t.Errorf("the code leads to %s; %d visits to the code page, %d submissions", got, v.site.Visits(atCode), v.site.Submissions())
		}
	}
}

func TestCheckpointIsDismissedOnce(t *testing.T) {
	v := visitTo(t, "gate=checkpoint")
	answer, body := v.ask(http.MethodGet, fbForm, "")
	if answer.Request.URL.Path != "/checkpoint/1501092823525282/" || !strings.Contains(body, "Dismiss") {
		t.Fatalf("form leads to %s", answer.Request.URL)
	}
	answer, _ = v.ask(http.MethodPost, answer.Request.URL.String(), "")
	if got := answer.Request.URL.String(); got != fbForm {
		t.Errorf("dismissing leads to %s", got)
	}
}

func TestCookieDialogIsRemembered(t *testing.T) {
	for host, mark := range map[string]string{"https://www.facebook.com/": `data-cookiebanner="accept_only_essential_button"`, "https://www.instagram.com/": `<div role="button"`} {
		v := visitTo(t, "gate=cookies")
		body := v.get(host)
		if !strings.Contains(body, mark) || !strings.Contains(body, "Decline optional cookies") || v.site.Visits(atCookies) != 1 {
			t.Errorf("%s: no dialog", host)
		}
		// What the dialog's script does.
		at, err := url.Parse(host)
		if err != nil {
			t.Fatal(err)
		}
		v.client.Jar.SetCookies(at, []*http.Cookie{{Name: cookiesCookie, Value: v.site.token, Domain: parentDomain(at.Host), Path: "/", Secure: true}})
		if strings.Contains(v.get(host), "Decline optional cookies") {
			t.Errorf("%s: the dialog comes back", host)
		}
	}
}

func TestFormAddressTellsWhatStandsThere(t *testing.T) {
	for _, tt := range []struct{ gate, language, says string }{
		{"already", "en", "You have already objected"},
		{"already", "fr", "Vous vous êtes déjà opposé"},
		{"unavailable", "en", "available in your region"},
		{"unavailable", "fr", "disponible dans votre région"},
	} {
		v := visitTo(t, "gate="+tt.gate+"&language="+tt.language)
		for _, address := range []string{fbForm, igForm} {
			if body := v.get(address); !strings.Contains(body, tt.says) || strings.Contains(body, "<textarea") {
				t.Errorf("%s in %s at %s:\n%s", tt.gate, tt.language, address, body)
			}
		}
		if v.site.Visits(tt.gate) != 2 || v.site.Visits(atForm) != 0 {
			t.Errorf("%s: %d visits", tt.gate, v.site.Visits(tt.gate))
		}
	}
}

func TestFaults(t *testing.T) {
	for place, address := range map[string]string{atHome: "https://www.facebook.com/", atForm: igForm, atCenter: "https://privacycenter.instagram.com/"} {
		v := visitTo(t, "fault="+place+":status-500")
		if answer, body := v.ask(http.MethodGet, address, ""); answer.StatusCode != 500 || !strings.Contains(body, "something went wrong") {
			t.Errorf("%s: status %d", place, answer.StatusCode)
		}
		v = visitTo(t, "fault="+place+":off-host")
		if answer, _ := v.ask(http.MethodGet, address, ""); answer.Request.URL.Host != foreignHost || v.site.Visits(atForeign) != 1 {
			t.Errorf("%s: led to %s", place, answer.Request.URL)
		}
		v = visitTo(t, "fault="+place+":reset")
		if answer, err := v.client.Get(address); err == nil {
			t.Errorf("%s: answered %s", place, answer.Status)
		}
		if v.site.Visits(place) == 0 {
			t.Errorf("%s: visit not counted", place)
		}
	}
	v := visitTo(t, "markup=script&fault=thanks:status-500")
	if answer, _ := v.ask(http.MethodPost, "https://help.instagram.com"+scriptSend, scriptPost(instagramForm), asFetch...); answer.StatusCode != 500 || v.site.Submissions() != 1 {
		t.Errorf("sending: status %d, %d submissions", answer.StatusCode, v.site.Submissions())
	}
}
