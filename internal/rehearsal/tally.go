package rehearsal

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
)

// Channels of [Site.ByChannel].
const (
	byNavigation = "navigation"
	byFetch      = "fetch"
	byBeacon     = "beacon"
	byImage      = "image"
	bySocket     = "socket"
	byOther      = "other"
	byNewsletter = "newsletter" // the newsletter beside the form, however it came
	byFeedback   = "feedback"   // the hidden form beside the form
)

// tally remembers what reached the server. It never sees what was typed into
// the sign-in form.
type tally struct {
	mu       sync.Mutex
	channels map[string]int
	last     url.Values
	visits   map[string]int
	foreign  map[string]bool
}

func newTally() *tally {
	return &tally{channels: map[string]int{}, visits: map[string]int{}, foreign: map[string]bool{}}
}

// Submissions counts everything by which a submission can have reached the
// server: each POST to a contact form's address or to the address that scripted
// pages send to, each request of any kind that carries an e-mail address or a
// field of the form, each socket that a hostile page opens and each message on
// any socket. A code confirmed after Send is one more. Signing in is none.
func (s *Site) Submissions() int {
	sum := 0
	for _, n := range s.ByChannel() {
		sum += n
	}
	return sum
}

// ByChannel counts the submissions by the way they came: navigation, fetch,
// beacon, image, socket, other, or by the name of a way out ([WaysOut]);
// newsletter and feedback are what the forms
// beside the form ([Beside]) sent, and no objection.
func (s *Site) ByChannel() map[string]int {
	s.tally.mu.Lock()
	defer s.tally.mu.Unlock()
	return maps.Clone(s.tally.channels)
}

// LastSubmission is what the last submission held. The person's fields are
// called email, explanation, country (its ISO 3166-1 code), country-name (what
// was typed, if that is sent) and code, whatever the page called them; the
// others keep their names. It is empty when nothing was sent.
func (s *Site) LastSubmission() url.Values {
	s.tally.mu.Lock()
	defer s.tally.mu.Unlock()
	out := url.Values{}
	for k, v := range s.tally.last {
		out[k] = slices.Clone(v)
	}
	return out
}

// Visits counts how often a place was asked for: home, settings,
// privacy-center, ai-topic (with the trait topic), policy, form, wrong-form,
// other-form, accounts-center, elsewhere, foreign; the gates sign-in, login (a
// sign-in form that was sent), code, continue-as, chooser, checkpoint,
// automated, age, save-login, suspended; cookies, notifications and, on
// Facebook, save-login, when the dialog was on the page; and what a form leads
// to: thanks, mailed-code, error, already, unavailable. The addresses that the
// trait redirects leads over are none.
func (s *Site) Visits(place string) int {
	s.tally.mu.Lock()
	defer s.tally.mu.Unlock()
	return s.tally.visits[place]
}

// Foreign lists, sorted, the hosts that a page or a person asked for and that
// are not Meta's. What the browser fetches for itself is left out.
func (s *Site) Foreign() []string {
	s.tally.mu.Lock()
	defer s.tally.mu.Unlock()
	return slices.Sorted(maps.Keys(s.tally.foreign))
}

func (t *tally) visit(place string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.visits[place]++
}

func (t *tally) visitForeign(host string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.foreign[host] = true
}

func (t *tally) submission(channel string, fields url.Values) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.channels[channel]++
	t.last = fields
}

// channelOf reads the browser's own account of a request, its Fetch Metadata
// headers (W3C), which no page can set.
func channelOf(r *http.Request) string {
	mode, dest := r.Header.Get("Sec-Fetch-Mode"), r.Header.Get("Sec-Fetch-Dest")
	if beside := channelBeside(r); beside != "" {
		return beside
	}
	switch {
	case isSocket(r):
		return bySocket
	case mode == "navigate":
		return byNavigation
	case dest == "image":
		return byImage
	case dest == "empty" && mode == "no-cors": // sendBeacon and a[ping]; fetch asks for cors unless told otherwise
		return byBeacon
	case dest == "empty":
		return byFetch
	}
	return byOther
}

// browsersOwn says whether the browser asked on its own account (component
// updates and the like): no page started it, and it is not a navigation.
func browsersOwn(r *http.Request) bool {
	return r.Header.Get("Sec-Fetch-Site") == "none" && r.Header.Get("Sec-Fetch-Mode") != "navigate"
}

// submits says whether a request is a submission. It asks for more than the
// honest form needs, because the answer zero must mean that nothing got out.
func submits(r *http.Request, body string, prefilled string) bool {
	if r.Method != http.MethodGet && r.Method != http.MethodHead && isContactPath(r.URL.Path) || channelBeside(r) != "" {
		return true
	}
	for name := range fieldsOf(r, body) {
		if personal(name) {
			return true
		}
	}
	for _, text := range []string{r.URL.RawQuery, r.URL.Path, body} {
		for range 3 { // as it is, and with up to two layers of escapes taken off
			if holdsAddress(text) || prefilled != "" && strings.Contains(text, prefilled) {
				return true
			}
			next, err := url.QueryUnescape(text)
			if err != nil || next == text {
				break
			}
			text = next
		}
	}
	return false
}

// fieldsOf collects the fields from the query, from an url-encoded body, and
// from the JSON that scripted pages put into "variables".
func fieldsOf(r *http.Request, body string) url.Values {
	out := url.Values{}
	add := func(encoded string) {
		values, err := url.ParseQuery(encoded)
		if err != nil {
			return // not url-encoded; submits looks at the bare text as well
		}
		for name, v := range values {
			out[plainName(name)] = append(out[plainName(name)], v...)
		}
	}
	add(r.URL.RawQuery)
	add(body)
	var variables struct {
		Input map[string]any `json:"input"`
	}
	if json.Unmarshal([]byte(out.Get("variables")), &variables) == nil {
		out.Del("variables")
		for name, v := range variables.Input {
			out.Set(plainName(name), fmt.Sprint(v))
		}
	}
	for i, value := range out["country"] {
		out["country"][i] = countryCode(value)
	}
	return out
}

// The names of the form's fields, after those of sibling forms: email or
// inputEmail, and Field with digits.
const (
	fieldExplanation = "Field288793405137"
	fieldCountry     = "Field600187411432"
	fieldAbout       = "Field914425107736" // yes or no
)

func plainName(name string) string {
	switch name {
	case "inputEmail":
		return "email"
	case fieldExplanation:
		return "explanation"
	case fieldCountry:
		return "country-name"
	case fieldCountry + "_iso2_country_code":
		return "country"
	case fieldAbout:
		return "about"
	}
	return name
}

func personal(name string) bool {
	return slices.Contains([]string{"email", "explanation", "country", "country-name"}, name)
}

// holdsAddress says whether a text holds something like a@b.cd.
func holdsAddress(text string) bool {
	for i, c := range text {
		if c != '@' || i == 0 || !wordByte(text[i-1]) {
			continue
		}
		domain := text[i+1:]
		if end := strings.IndexFunc(domain, func(c rune) bool {
			return c != '.' && c != '-' && (c >= 0x80 || !wordByte(byte(c)))
		}); end >= 0 {
			domain = domain[:end]
		}
		name, top, ok := strings.Cut(strings.TrimRight(domain, ".-"), ".")
		if ok && name != "" && len(top) >= 2 {
			return true
		}
	}
	return false
}

func wordByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c >= 0x80
}
