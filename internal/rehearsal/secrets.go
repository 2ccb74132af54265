package rehearsal

import (
	"maps"
	"net/http"
)

// Secrets are the values, by name, that the stand-in puts into cookies, hidden
// fields, scripts and addresses, as Meta's sites do, and the name of somebody else
// whose post the start page shows. All are made up. A program that visits the pages may
// repeat none of them.
func Secrets() map[string]string {
	all := map[string]string{
		"fb_dtsg": dtsg, "lsd": lsd, "jazoest": jazoest, "apc": apc, "session": sessionMark,
		"name": "Robin Sample", "name in French": "Robin Exemple",
	}
	for _, on := range []site{onFacebook, onInstagram} {
		maps.Copy(all, crumbs(on))
	}
	return all
}

const (
	dtsg        = "NAftCanaryDtsg4Zq8w:17:1750000000"
	lsd         = "AVrRehearsalLsd"
	jazoest     = "25339417086264"
	apc         = "AYdCanaryApc_2-Kx7"
	sessionMark = "CanarySession" // begins the session cookie of every site
)

// crumbs are the cookies that a site sets on everybody.
func crumbs(on site) map[string]string {
	if on == onFacebook {
		return map[string]string{"c_user": "100088231974265", "xs": "29%3ACanaryXsKw81vQ%3A2%3A1750000000", "datr": "CanaryDatrP7x2mLqT", "fr": "0CanaryFrW3r.AWU"}
	}
	return map[string]string{"ds_user_id": "58213994071", "sessionid": "58213994071%3ACanarySidB5n%3A22", "csrftoken": "CanaryCsrf9vYt3Lm0Qa", "mid": "CanaryMidZk41XgAE"}
}

// strew sets the cookies that the request does not bring. Some of them, as on
// the live sites, can be read by scripts.
func strew(w http.ResponseWriter, r *http.Request, v visit) {
	if v.on == "" {
		return
	}
	for name, value := range crumbs(v.on) {
		if _, err := r.Cookie(name); err == nil {
			continue
		}
		open := name == "c_user" || name == "csrftoken"
		http.SetCookie(w, &http.Cookie{Name: name, Value: value, Domain: parentDomain(v.host), Path: "/", Secure: true, HttpOnly: !open, SameSite: http.SameSiteLaxMode, MaxAge: remembered})
	}
}

// Secret is one of the values of [Secrets], for a page.
func (p *page) Secret(name string) string { return Secrets()[name] }
