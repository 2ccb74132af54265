package guard

import (
	"net/url"
	"slices"
	"strings"
)

// The hosts that the program may visit. help.instagram.com and
// www.facebook.com carry the forms, the others lead there; the two bare domains
// do nothing but redirect. Meta's imitators live on other domains, so nothing
// here is a pattern except the two-part language hosts (see [localeHost]).
var hosts = [...]string{
	"accountscenter.facebook.com",
	"accountscenter.instagram.com",
	"accountscenter.meta.com",
	"facebook.com",
	"help.instagram.com",
	"instagram.com",
	"m.facebook.com",
	"privacycenter.instagram.com",
	"www.facebook.com",
	"www.instagram.com",
}

// localeHosts is how the language hosts (fr-fr.facebook.com) are printed.
const localeHosts = "xx-xx.facebook.com"

// Hosts lists, for people, the hosts that [Host] accepts. The entry xx-xx
// stands for every language host such as fr-fr.facebook.com.
func Hosts() []string {
	return append(hosts[:len(hosts):len(hosts)], localeHosts)
}

// Host returns the host of an address that the program may visit, in lower
// case. It refuses everything that is not https on its own port, and every
// spelling on which a browser and this program could disagree: user names,
// backslashes, spaces, control characters, escapes, non-ASCII letters and their
// xn-- form, a dot at the end. The error is a *[Refusal].
func Host(rawURL string) (string, error) {
	off := &Refusal{Reason: OffList}
	for _, b := range []byte(rawURL) {
		if b <= ' ' || b == '\\' || b == 0x7f {
			return "", off
		}
	}
	const scheme = "https://"
	if len(rawURL) < len(scheme) || !strings.EqualFold(rawURL[:len(scheme)], scheme) {
		return "", off
	}
	// The authority is taken from the bytes themselves and must be the host and
	// nothing else; net/url then has to agree.
	authority := rawURL[len(scheme):]
	if i := strings.IndexAny(authority, "/?#"); i >= 0 {
		authority = authority[:i]
	}
	host, ok := listed(strings.TrimSuffix(authority, ":443"))
	if !ok {
		return "", off
	}
	u, err := url.Parse(rawURL)
	if err != nil || u.User != nil || !strings.EqualFold(u.Hostname(), host) {
		return "", off
	}
	return host, nil
}

// listed lower-cases ASCII only: strings.ToLower would turn the Kelvin sign
// into a k.
func listed(host string) (string, bool) {
	lower := []byte(host)
	for i, b := range lower {
		if b >= 0x80 {
			return "", false
		}
		if 'A' <= b && b <= 'Z' {
			lower[i] = b + ('a' - 'A')
		}
	}
	host = string(lower)
	return host, slices.Contains(hosts[:], host) || localeHost(host)
}

// localeHost recognises fr-fr.facebook.com, de-de.facebook.com, pt-br.facebook.com.
func localeHost(host string) bool {
	label, isFacebook := strings.CutSuffix(host, ".facebook.com")
	if !isFacebook || len(label) != len("xx-xx") || label[2] != '-' {
		return false
	}
	for i := range len(label) {
		if i != 2 && (label[i] < 'a' || label[i] > 'z') {
			return false
		}
	}
	return true
}
