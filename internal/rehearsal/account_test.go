package rehearsal

import (
	"net/http"
	"strings"
	"testing"
)

// TestThePagesTellWhoIsSignedIn, on the service of the account alone, and on
// Instagram among the pictures of others.
func TestThePagesTellWhoIsSignedIn(t *testing.T) {
	const fb, ig = "https://www.facebook.com/", "https://www.instagram.com/"
	for _, tt := range []struct{ query, at, says, never string }{
		{"", ig, `<a href="/marie.rehearsal/">`, "atelier"},
		{"", ig, `>Profile</span>`, ""},
		{"", ig, `aria-label="Robin Sample&#39;s profile picture"`, ""},
		{"", ig + "accounts/edit/", `aria-label="marie.rehearsal&#39;s profile picture"`, ">Profile</span>"},
		{"language=de", ig + "accounts/edit/", `aria-label="Profilbild von marie.rehearsal"`, ""},
		{"account=noor_2", ig, `<a href="/noor_2/">`, "marie"},
		{"lost=account", ig, "Home", "marie"},
		{"", fb, "Home", "Marie"},
		{"service=facebook", fb, `<a href="/me/" aria-label="Marie Rehearsal&#39;s profile">`, "Atelier"},
		{"service=facebook&account=Noor%20X", fb + "settings/", `aria-label="Noor X&#39;s profile"`, "Marie"},
		{"service=facebook&language=xx", fb, "Marie Rehearsal", "profile"},
		{"service=facebook&with=several-accounts", fb, ">Switch to Atelier Rehearsal</button>", ""},
		{"with=several-accounts", ig + "accounts/edit/", ">Switch to atelier.rehearsal</button>", ""},
	} {
		body := visitTo(t, tt.query).get(tt.at)
		if !strings.Contains(body, tt.says) || tt.never != "" && strings.Contains(body, tt.never) {
			t.Errorf("%s: %s: want %q and no %q in\n%s", tt.query, tt.at, tt.says, tt.never, body)
		}
	}
}

// TestCookiesSurviveTheBrowser: what keeps somebody signed in is no cookie of one
// session of the browser's.
func TestCookiesSurviveTheBrowser(t *testing.T) {
	v := visitTo(t, "gate=sign-in,code,passkey")
	sessions := 0
	v.client.CheckRedirect = func(r *http.Request, _ []*http.Request) error {
		for _, set := range r.Response.Header.Values("Set-Cookie") {
			name, _, _ := strings.Cut(set, "=")
			if name == sessionCookie {
				sessions++
			}
			if !strings.Contains(set, "Max-Age=") {
				t.Errorf("the cookie %s ends with the browser", name)
			}
		}
		return nil
	}
	answer, _ := v.ask(http.MethodGet, "https://www.facebook.com/", "")
	for _, want := range []string{"/login/", "/two_step_verification/two_factor/", "/passkey/offer/", "/"} {
		if got := answer.Request.URL.Path; got != want {
			t.Fatalf("at %s, want %s", got, want)
		}
		answer, _ = v.ask(http.MethodPost, answer.Request.URL.String(), "approvals_code=1")
	}
	if sessions != 2 {
		t.Errorf("the session was set %d times, want once half and once whole", sessions)
	}
}
