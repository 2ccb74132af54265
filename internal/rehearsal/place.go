package rehearsal

import (
	"net"
	"strings"
)

// Names of places; see [Site.Visits].
const (
	atHome       = "home"
	atSettings   = "settings"
	atCenter     = "privacy-center"
	atTopic      = "ai-topic" // with the trait topic only, else elsewhere
	atPolicy     = "policy"
	atForm       = "form"
	atWrongForm  = "wrong-form"
	atOtherForm  = "other-form"
	atAccounts   = "accounts-center"
	atElsewhere  = "elsewhere"
	atForeign    = "foreign"
	atSignIn     = "sign-in"
	atLogin      = "login"
	atCode       = "code"
	atCheckpoint = "checkpoint"
	atCookies    = "cookies"
	atAge        = "age"
	atSaveLogin  = "save-login"
	atPasskey    = "passkey"
	atSuspended  = "suspended"
	atThanks     = "thanks"
	atMailedCode = "mailed-code"
	atError      = "error"
	atAlready    = "already"
	atNotHere    = "unavailable"
	atSubmit     = "submit" // where forms are sent to; what comes of it is another place
)

// places are those at which a variant can put a fault.
func places() []string {
	return []string{atHome, atSettings, atCenter, atTopic, atPolicy, atForm, atWrongForm, atOtherForm, atAccounts, atElsewhere, atForeign,
		atSignIn, atCode, string(ContinueAs), string(Chooser), atCheckpoint, string(Automated), atAge, atSaveLogin, atPasskey, atSuspended, atThanks, atMailedCode, atError, atAlready, atNotHere}
}

// Names of the links that a variant can lose.
const (
	linkSettings     = "settings"
	linkCenter       = "privacy-center"
	linkPolicy       = "policy"
	linkTopic        = "topic" // with the trait topic only
	linkObject       = "object"
	linkPolicyObject = "policy-object"
	linkAccount      = "account" // no link of the way, but to the person's own page
)

// Addresses. The forms' numbers are those that circulate in guides and pull
// requests (datenanfragen/website #1179, 2025-05-11, and others).
const (
	facebookHost = "www.facebook.com"
	centerHost   = "privacycenter.instagram.com"
	helpHost     = "help.instagram.com"
	instagram    = "www.instagram.com"

	facebookForm  = "712876720715583"
	instagramForm = "767264225370182"
	// Those of 2024.
	olderFacebookForm  = "6359191084165019"
	olderInstagramForm = "233964459562201"
	wrongForm          = "510058597920541" // Data Subject Rights for Third Party Information Used for AI at Meta

	plainSend  = "/ajax/help/contact/submit/page"
	scriptSend = "/api/graphql/"

	// The reported suspensions on facebook.com have an address like that of a
	// checkpoint; this number is made up.
	suspendedNumber = "1000000000000001"

	foreignHost = "elsewhere.example"
)

// site is one of the two services, as a host shows it.
type site string

const (
	onFacebook  site = "facebook"
	onInstagram site = "instagram"
)

// hostNames are all names on the certificate.
func hostNames() []string {
	return []string{facebookHost, "m.facebook.com", "*.facebook.com", "facebook.com", instagram, helpHost, centerHost,
		"*.instagram.com", "instagram.com", "accountscenter.meta.com", "localhost"}
}

// siteOf says whose host this is; an empty answer means that it is foreign. The
// bare names are Meta's as well: they only lead to www.
func (s *Site) siteOf(host string) site {
	switch host {
	case facebookHost, "m.facebook.com", "facebook.com", "accountscenter.facebook.com":
		return onFacebook
	case instagram, helpHost, centerHost, "instagram.com", "accountscenter.instagram.com":
		return onInstagram
	case "accountscenter.meta.com":
		return site(s.variant.Service)
	}
	if locale, ok := strings.CutSuffix(host, ".facebook.com"); ok && isLocale(locale) {
		return onFacebook
	}
	return ""
}

// isLocale fits fr-fr, es-la, zh-hans.
func isLocale(name string) bool {
	language, region, ok := strings.Cut(name, "-")
	return ok && len(language) >= 2 && len(language) <= 3 && len(region) >= 2 && len(region) <= 4 &&
		strings.Trim(language+region, "abcdefghijklmnopqrstuvwxyz") == ""
}

func bareHost(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	return strings.ToLower(strings.TrimSuffix(host, "."))
}

// placeAt says what stands at an address of Meta's.
func (s *Site) placeAt(host, path string) string {
	path = strings.TrimSuffix(path, "/")
	if strings.HasPrefix(host, "accountscenter.") {
		return atAccounts
	}
	if path == plainSend || path+"/" == scriptSend {
		return atSubmit
	}
	if host == helpHost || s.siteOf(host) == onFacebook {
		if place := formAt(host, path); place != "" {
			return place
		}
	}
	switch {
	case host == centerHost:
		switch path {
		case "":
			return atCenter
		case "/policy", "/policies/privacy":
			return atPolicy
		case "/privacy/genai", "/dialog/learn-more-about-genai":
			return s.topicPlace()
		}
		return atElsewhere
	case host == helpHost:
		return atElsewhere
	}
	switch path {
	case "":
		return atHome
	case "/login", "/accounts/login":
		return atSignIn
	case "/two_step_verification/two_factor", "/two_step_verification/authentication", "/auth_platform/codeentry":
		return atCode
	}
	if place := ownGatePlace(s.siteOf(host), path); place != "" {
		return place
	}
	if strings.HasPrefix(path, "/checkpoint/") || path == "/challenge" || strings.HasPrefix(path, "/challenge/") {
		return atCheckpoint
	}
	switch s.siteOf(host) {
	case onFacebook:
		switch path {
		case "/settings":
			return atSettings
		case "/privacy/center":
			return atCenter
		case "/privacy/policy":
			return atPolicy
		case "/privacy/genai", "/privacy/guide/genai", "/privacy/guide/generative-ai":
			return s.topicPlace()
		}
	case onInstagram:
		if path == "/accounts/edit" {
			return atSettings
		}
	}
	return atElsewhere
}

// topicPlace is the page of the topic about AI, where the variant has one.
func (s *Site) topicPlace() string {
	if s.variant.Is(Topic) {
		return atTopic
	}
	return atElsewhere
}

// ownGatePlace finds the gates that have an address of their own.
func ownGatePlace(on site, path string) string {
	for _, group := range []string{atAge, atSaveLogin, atPasskey, atSuspended} {
		if path+"/" == gatePath(group, on) {
			return group
		}
	}
	return ""
}

// formAt tells the contact forms apart by host and number; empty when the
// address is none.
func formAt(host, path string) string {
	prefix, right := "/help/contact/", []string{facebookForm, olderFacebookForm}
	if host == helpHost {
		prefix, right = "/contact/", []string{instagramForm, olderInstagramForm}
	}
	number, ok := strings.CutPrefix(path, prefix)
	if !ok {
		return ""
	}
	switch number {
	case right[0], right[1]:
		return atForm
	case wrongForm:
		return atWrongForm
	case "507739850846588", "540977946302970": // general questions about privacy
		return atOtherForm
	}
	return atNotHere
}

// isContactPath is true for every address whose POSTs count as submissions.
func isContactPath(path string) bool {
	for _, prefix := range []string{"/ajax/help/contact/", "/help/contact/", "/contact/", strings.TrimSuffix(scriptSend, "/"), socketHostile} {
		if strings.HasPrefix(path, prefix) {
			return true
		}
	}
	return false
}

// The gates' addresses.

func signInPath(on site) string {
	if on == onInstagram {
		return "/accounts/login/"
	}
	return "/login/"
}

func codePath(on site) string {
	if on == onInstagram {
		return "/auth_platform/codeentry/"
	}
	return "/two_step_verification/two_factor/"
}

func checkpointPath(on site) string {
	if on == onInstagram {
		return "/challenge/"
	}
	return "/checkpoint/1501092823525282/"
}

func homeHost(on site) string {
	if on == onInstagram {
		return instagram
	}
	return facebookHost
}
