package rehearsal

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// Variant says how the pages look and behave. The zero value is a friendly
// site: Instagram in English, signed in, the short form in plain markup.
type Variant struct {
	Service        string      // "instagram" (default) or "facebook": whose account it is; every host answers in both cases
	Language       string      // "en" (default), "fr", the tag of a file in pages/words, or "xx": invented words in a language that nobody knows
	Form           FormKind    // default Short
	Markup         MarkupKind  // default Plain
	Gates          []GateKind  // what stands in the way, in this order; default nothing
	Traits         []Trait     // peculiarities of the pages; default none
	Lost           []string    // links that are missing: "settings", "privacy-center", "topic", "policy", "object", "policy-object"; "account": what tells who is signed in
	Account        string      // who is signed in: on Instagram a handle, on Facebook a name; default an invented one
	Email          string      // the address that the form holds already; empty: the field is empty
	WrongForm      bool        // the Privacy Center's link leads to the form about third-party information
	NewTab         bool        // the Privacy Center's link opens a new tab
	CodeAfterSend  bool        // after Send the site asks for a code that it has mailed
	ErrorAfterSend bool        // Send is answered with status 200, the form again and an error
	Faults         []Fault     // places that do not answer as they should
	Hostile        HostileKind // default: the page is honest; also the name of a way out, see [WaysOut], or "all"
	HostileWhen    WhenKind    // when a way out is tried; default OnFill
}

// FormKind is a version of the objection form.
type FormKind string

// The forms.
const (
	Short      FormKind = "short"        // a long text, then e-mail and an optional explanation (EU, from April 2025)
	Long       FormKind = "long"         // country, e-mail and a required explanation (EU 2024, Brazil 2025)
	YesNoFirst FormKind = "yes-no-first" // a question whose answer "yes" uncovers the short form (Germany 2025)
)

// MarkupKind is a way of building the pages.
type MarkupKind string

// The markups.
const (
	Plain  MarkupKind = "plain"  // a form with named fields, hidden tokens and a submit button
	Script MarkupKind = "script" // no form element, generated ids and classes, a div as button, sent by fetch
)

// GateKind is what stands between the person and the form.
type GateKind string

// The gates. The last three are never passed.
const (
	SignIn        GateKind = "sign-in"
	Code          GateKind = "code"        // a sign-in that asks for a second factor
	ContinueAs    GateKind = "continue-as" // a sign-in that offers the account of the last time
	Chooser       GateKind = "chooser"     // several accounts to choose from
	Checkpoint    GateKind = "checkpoint"
	Automated     GateKind = "automated"     // "We suspect automated behavior on your account"
	Age           GateKind = "age"           // asks for the date of birth
	Cookies       GateKind = "cookies"       // a dialog over every page
	SaveLogin     GateKind = "save-login"    // after sign-in: keep the login?
	Passkey       GateKind = "passkey"       // after sign-in: a question that no flow knows
	Notifications GateKind = "notifications" // a dialog over the home page: allow notifications?
	Suspended     GateKind = "suspended"     // the account is suspended
	Already       GateKind = "already"       // instead of the form: an objection stands
	Unavailable   GateKind = "unavailable"   // instead of the form: not offered here
)

// Fault makes one place, by its name in [Site.Visits], fail.
type Fault struct {
	At   string
	Kind FaultKind
}

// FaultKind is a way of failing.
type FaultKind string

// The faults.
const (
	Status500 FaultKind = "status-500"
	Reset     FaultKind = "reset"      // the connection is reset
	Hang      FaultKind = "hang"       // no answer until the browser gives up or the site closes
	OffHost   FaultKind = "off-host"   // a redirect to a host that is not Meta's
	LookAlike FaultKind = "look-alike" // a redirect to a host that only looks like Meta's
	Drip      FaultKind = "drip"       // the page comes byte by byte, for longer than anybody waits
	Slow      FaultKind = "slow"       // the page comes after three seconds
)

// HostileKind is a way in which a page tries to send without the person.
type HostileKind string

// The hostile pages. All but the last are the form's.
const (
	SendOnInput       HostileKind = "send-on-input"        // the page's own script sends at the first typed letter; no submit event
	SendOnBlur        HostileKind = "send-on-blur"         // … when the e-mail field loses the focus
	SendOnTimer       HostileKind = "send-on-timer"        // … every 400 ms
	SendOnLoad        HostileKind = "send-on-load"         // … at once
	SubmitOnFocus     HostileKind = "submit-on-focus"      // presses its own Send when the e-mail field gets the focus
	BeaconOnInput     HostileKind = "beacon-on-input"      // navigator.sendBeacon
	FetchOnInput      HostileKind = "fetch-on-input"       // fetch, kept alive
	ImageOnInput      HostileKind = "image-on-input"       // an image whose address holds the fields
	NewTabOnInput     HostileKind = "new-tab-on-input"     // a form posted into a new tab
	WebSocketOnInput  HostileKind = "web-socket-on-input"  // a new socket
	OpenSocketOnInput HostileKind = "open-socket-on-input" // a socket that has been open since the page came
	SlidingSend       HostileKind = "sliding-send"         // Send slides under the pointer
	SendUnderLink     HostileKind = "send-under-link"      // in the Privacy Center: what looks like the link "object" submits a form
)

// Vocabulary lists the keys that [ParseVariant] reads and that take words, with
// the words of each.
func Vocabulary() []struct {
	Key   string
	Words []string
} {
	var out []struct {
		Key   string
		Words []string
	}
	for _, key := range []string{"service", "language", "form", "markup", "gate", "with", "lost", "fault", "hostile", "hostile-when"} {
		all := slices.DeleteFunc(choices(key), func(w string) bool { return w == "" })
		if key == "fault" {
			all = append([]string{"PLACE:KIND, where KIND is one of"}, all...)
		}
		out = append(out, struct {
			Key   string
			Words []string
		}{key, all})
	}
	return out
}

// choices is the closed vocabulary of everything that is a word.
func choices(of string) []string {
	switch of {
	case "service":
		return []string{"instagram", "facebook"}
	case "language":
		return append(append([]string{english, french}, otherLanguages()...), invented)
	case "form":
		return words(Short, Long, YesNoFirst)
	case "markup":
		return words(Plain, Script)
	case "gate":
		return words(SignIn, Code, ContinueAs, Chooser, Checkpoint, Automated, Age, Cookies, SaveLogin, Passkey, Notifications, Suspended, Already, Unavailable)
	case "with":
		return words(traits()...)
	case "lost":
		return []string{linkSettings, linkCenter, linkTopic, linkPolicy, linkObject, linkPolicyObject, linkAccount}
	case "place":
		return places()
	case "fault":
		return words(Status500, Reset, Hang, OffHost, LookAlike, Drip, Slow)
	case "hostile":
		return append(words(SendOnInput, SendOnBlur, SendOnTimer, SendOnLoad, SubmitOnFocus, BeaconOnInput, FetchOnInput,
			ImageOnInput, NewTabOnInput, WebSocketOnInput, OpenSocketOnInput, SlidingSend, SendUnderLink), slices.Concat(named(WaysOut()), named(Tricks()), []string{allWays, ""})...)
	case "hostile-when":
		return words(OnFill, OnWalk, Later, Timer, Called)
	}
	return nil
}

func words[T ~string](values ...T) []string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = string(v)
	}
	return out
}

// settled fills in the defaults and refuses what is not in the vocabulary.
func (v Variant) settled() (Variant, error) {
	if v.Service == "" {
		v.Service = "instagram"
	}
	if v.Language == "" {
		v.Language = english
	}
	if v.Form == "" {
		v.Form = Short
	}
	if v.Markup == "" {
		v.Markup = Plain
	}
	if v.HostileWhen == "" {
		v.HostileWhen = OnFill
	}
	said := [][2]string{
		{"service", v.Service}, {"language", v.Language}, {"form", string(v.Form)}, {"markup", string(v.Markup)},
		{"hostile", string(v.Hostile)}, {"hostile-when", string(v.HostileWhen)},
	}
	for _, g := range v.Gates {
		said = append(said, [2]string{"gate", string(g)})
	}
	for _, t := range v.Traits {
		said = append(said, [2]string{"with", string(t)})
	}
	for _, link := range v.Lost {
		said = append(said, [2]string{"lost", link})
	}
	for _, f := range v.Faults {
		said = append(said, [2]string{"place", f.At}, [2]string{"fault", string(f.Kind)})
	}
	for _, s := range said {
		if all := choices(s[0]); !slices.Contains(all, s[1]) {
			return Variant{}, fmt.Errorf("rehearsal variant: %s %q is not one of %s",
				s[0], s[1], strings.Join(slices.DeleteFunc(all, func(c string) bool { return c == "" }), ", "))
		}
	}
	return v, nil
}

// ParseVariant reads a variant from a query string, such as
//
//	service=facebook&language=fr&markup=script&lost=settings,object&fault=form:hang
//
// The keys are service, language, form, markup, gate, with (traits), email,
// account, hostile, hostile-when, lost and fault (PLACE:KIND), and the switches wrong-form, new-tab,
// code-after-send and error-after-send (true or false). Gate, with, lost and
// fault take several values, by comma or by repetition. An unknown key, an
// unknown word or another key said twice is an error.
func ParseVariant(query string) (Variant, error) {
	said, err := url.ParseQuery(query)
	if err != nil {
		return Variant{}, fmt.Errorf("parse rehearsal variant: %w", err)
	}
	var v Variant
	for key, values := range said {
		if err := v.set(key, values); err != nil {
			return Variant{}, fmt.Errorf("rehearsal variant: %s: %w", key, err)
		}
	}
	return v.settled()
}

func (v *Variant) set(key string, values []string) error {
	switch key {
	case "lost":
		v.Lost = several(values)
		return nil
	case "gate":
		v.Gates = unlessNone[GateKind](values)
		return nil
	case "with":
		v.Traits = unlessNone[Trait](values)
		return nil
	case "fault":
		for _, one := range several(values) {
			at, kind, ok := strings.Cut(one, ":")
			if !ok {
				return fmt.Errorf("%q is not PLACE:KIND", one)
			}
			v.Faults = append(v.Faults, Fault{at, FaultKind(kind)})
		}
		return nil
	}
	if len(values) != 1 {
		return fmt.Errorf("said %d times", len(values))
	}
	value := values[0]
	var err error
	switch key {
	case "service":
		v.Service = value
	case "language":
		v.Language = value
	case "form":
		v.Form = FormKind(value)
	case "markup":
		v.Markup = MarkupKind(value)
	case "hostile":
		if value != "none" {
			v.Hostile = HostileKind(value)
		}
	case "hostile-when":
		v.HostileWhen = WhenKind(value)
	case "email":
		v.Email = value
	case "account":
		v.Account = value
	case "wrong-form":
		v.WrongForm, err = strconv.ParseBool(value)
	case "new-tab":
		v.NewTab, err = strconv.ParseBool(value)
	case "code-after-send":
		v.CodeAfterSend, err = strconv.ParseBool(value)
	case "error-after-send":
		v.ErrorAfterSend, err = strconv.ParseBool(value)
	default:
		return fmt.Errorf("unknown key")
	}
	return err
}

func several(values []string) []string { return strings.Split(strings.Join(values, ","), ",") }

// unlessNone takes a list of words; "none" is the empty one.
func unlessNone[T ~string](values []string) []T {
	var out []T
	for _, one := range several(values) {
		if one != "none" {
			out = append(out, T(one))
		}
	}
	return out
}

func (v Variant) gate(g GateKind) bool { return slices.Contains(v.Gates, g) }

func (v Variant) lost(link string) bool { return slices.Contains(v.Lost, link) }

func (v Variant) fault(place string) FaultKind {
	for _, f := range v.Faults {
		if f.At == place {
			return f.Kind
		}
	}
	return ""
}
