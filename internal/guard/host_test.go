package guard

import (
	"errors"
	"net/url"
	"slices"
	"strings"
	"testing"
)

func TestHost(t *testing.T) {
	allowed := map[string]string{
		"https://help.instagram.com/contact/767264225370182":        "help.instagram.com",
		"https://www.facebook.com":                                  "www.facebook.com",
		"https://www.facebook.com:443/help/contact/712876720715583": "www.facebook.com",
		"HTTPS://WWW.Facebook.COM/privacy/center?entry=a@b#x":       "www.facebook.com",
		"https://fr-fr.facebook.com/help/contact/712876720715583":   "fr-fr.facebook.com",
		"https://pt-br.facebook.com/":                               "pt-br.facebook.com",
		"https://facebook.com?x":                                    "facebook.com",
		"https://instagram.com#x":                                   "instagram.com",
		"https://accountscenter.meta.com/":                          "accountscenter.meta.com",
	}
	for raw, want := range allowed {
		if got, err := Host(raw); err != nil || got != want {
			t.Errorf("Host(%q) = %q, %v; want %q", raw, got, err, want)
		}
	}
	for _, raw := range []string{
		"", "https:", "https://", "https:///www.facebook.com", "https:www.facebook.com", "//www.facebook.com", "www.facebook.com",
		"http://www.facebook.com/", "ftp://www.facebook.com/", "javascript:alert(1)//https://www.facebook.com",
		"data:text/html,x", "blob:https://www.facebook.com/1", "view-source:https://www.facebook.com/", "about:blank", "file:///etc/passwd",
		"https://www.facebook.com:8443/", "https://www.facebook.com:0443/", "https://www.facebook.com:/", "https://www.facebook.com:443:443/",
		"https://person@www.facebook.com/", "https://www.facebook.com@evil.example/", "https://www.facebook.com:443@evil.example/", "https://@www.facebook.com/",
		"https://www.facebook.com./", "https://www.facebook.com..", "https://.www.facebook.com/", "https://www..facebook.com/",
		`https://evil.example\@www.facebook.com/`, `https:\\www.facebook.com/`, `https://www.facebook.com\.evil.example/`, `https://www.facebook.com/\x`,
		" https://www.facebook.com/", "https://www.facebook.com/ ", "https://www.face\tbook.com/", "https://www.facebook.com\n.evil.example", "https://www.facebook.com\x00.evil.example",
		"https://www.fаcebook.com/", "https://xn--www-8cd.facebook.com/", "https://xn--fcebook-2fg.com", "https://www.faceboo\u212a.com/",
		"https://www。facebook.com/", "https://ｗｗｗ.facebook.com/", "https://www.face\u00adbook.com/", "https://www%2efacebook.com/", "https://%77ww.facebook.com/",
		"https://evil.facebook.com/", "https://l.facebook.com/l.php?u=x", "https://web.facebook.com/", "https://wwwfacebook.com/", "https://www.facebook.com.evil.example/",
		"https://fr-frx.facebook.com/", "https://fr-f1.facebook.com/", "https://fr_fr.facebook.com/", "https://fr-fr.www.facebook.com/", "https://fr-fr.instagram.com/", "https://fr-.facebook.com/",
		"https://help.instagram.com.evil.example/", "https://evil.example/https://help.instagram.com/", "https://evil.example/?https://help.instagram.com", "https://evil.example#https://help.instagram.com",
		"https://privacycenter.facebook.com/", "https://meta.com/", "https://www.meta.com/", "https://127.0.0.1/", "https://localhost/", "https://[::1]/", "https://www.facebook.com%00/", "https://www.facebook.com/%zz",
	} {
		got, err := Host(raw)
		var refusal *Refusal
		if got != "" || !errors.As(err, &refusal) || refusal.Reason != OffList {
			t.Errorf("Host(%q) = %q, %v; want a refusal", raw, got, err)
		}
	}
}

func TestHostsIsACopy(t *testing.T) {
	for i, list := 0, Hosts(); i < len(list); i++ {
		list[i] = "evil.example"
	}
	if _, err := Host("https://evil.example/"); err == nil {
		t.Error("the list can be changed from outside")
	}
	if list := Hosts(); !slices.Contains(list, "help.instagram.com") || !slices.Contains(list, localeHosts) {
		t.Errorf("Hosts() = %q", list)
	}
}

// FuzzHost: what is accepted is where a browser would go, and that is on the
// list. Both are written a second time, see goes and visits.
func FuzzHost(f *testing.F) {
	for _, seed := range []string{
		"https://www.facebook.com/privacy/center?locale=fr_FR", "https://de-de.facebook.com:443#x", "https://a@www.facebook.com",
		`https://evil.example\@help.instagram.com`, "https://help.instagram.com.", "https://xn--fcebook-2fg.com", "https://www%2efacebook.com",
		"https://www.facebook.com:443:443/", "https://[www.facebook.com]/", "https://www.faceboo\u212a.com", "hTTps://M.FACEBOOK.com/\u2028",
		"https:/www.facebook.com", "https:www.facebook.com", "https:///www.facebook.com", "https://www.facebook.com;@evil.example/", "https://www.facebook.com:@evil.example",
		"https://www.facebook.com&@evil.example/", "https://[::ffff:1.2.3.4]/", "https://0x7f.1/", "javascript:https://www.facebook.com/", "data:text/html,https://www.facebook.com",
		"blob:https://www.facebook.com/x", "https://www.facebook.com:0443/", "https://www.facebook.com:+443/", "\thttps://www.facebook.com", "https://evil.example?@www.facebook.com",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		for _, raw := range []string{raw, "https://" + raw, "https://www.facebook.com" + raw, "https://" + raw + ".facebook.com/"} {
			host, err := Host(raw)
			if err != nil {
				if host != "" {
					t.Fatalf("Host(%q) refuses and returns %q", raw, host)
				}
				continue
			}
			if there, port, user, ok := goes(raw); !ok || there != host || port != "" || user || !visits(host) {
				t.Fatalf("accepted %q as %q, and a browser goes to %q %q (user %v, https %v)", raw, host, there, port, user, ok)
			}
			u, err := url.Parse(raw)
			if err != nil || u.Scheme != "https" || u.User != nil || strings.ToLower(u.Hostname()) != host || u.Port() != "" && u.Port() != "443" {
				t.Fatalf("accepted %q as %q, but it parses to %v, %v", raw, host, u, err)
			}
		}
	})
}
