package rehearsal

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// How the traits of the form combine: a combobox wins over a pair, a frame of
// another host over one of the same, and a form without a button has no twin of
// it. Everything else adds up.

// mobileHost is the second host of facebook.com: a frame on www comes from here.
const mobileHost = "m.facebook.com"

// Where the forms beside the form are sent to.
const (
	newsSend     = "/newsletter/"
	feedbackSend = "/feedback/"
)

// channelBeside is the channel of what is sent by a form beside the form; empty
// for everything else.
func channelBeside(r *http.Request) string {
	switch {
	case r.Method != http.MethodPost:
		return ""
	case r.URL.Path == newsSend:
		return byNewsletter
	case r.URL.Path == feedbackSend:
		return byFeedback
	}
	return ""
}

func (p *page) NewsSend() string     { return newsSend }
func (p *page) FeedbackSend() string { return feedbackSend }

// embedded says whether a request is that of a frame. It comes past gates and
// dialogs: the page around it stands behind them, and a browser gives no cookie
// to a frame of another site.
func (s *Site) embedded(r *http.Request) bool {
	framed := s.variant.Is(Frame) || s.variant.Is(CrossFrame)
	return framed && r.URL.Query().Get("embedded") == "1"
}

// Embedded says whether this page is in a frame.
func (p *page) Embedded() bool { return p.s.embedded(p.r) }

// stayEmbedded makes what is sent from a frame be answered for the frame.
func (p *page) stayEmbedded(address string) string {
	if p.Embedded() {
		return address + "?embedded=1"
	}
	return address
}

// Outer says whether this page holds the frame instead of the form.
func (p *page) Outer() bool {
	return p.Place == atForm && !p.Embedded() && (p.Is(Frame) || p.Is(CrossFrame))
}

// FrameAddress is where the form in the frame is.
func (p *page) FrameAddress() string {
	if !p.Is(CrossFrame) {
		return p.r.URL.Path + "?embedded=1"
	}
	host := facebookHost
	if p.Facebook() && p.v.host != mobileHost {
		host = mobileHost
	}
	return "https://" + host + "/help/contact/" + facebookForm + "?embedded=1"
}

// Long says whether this is the form with a country.
func (p *page) Long() bool { return p.Variant.Form == Long }

// Asks says whether a question covers the form.
func (p *page) Asks() bool { return p.Variant.Form == YesNoFirst }

// Answered says whether that question has its answer already.
func (p *page) Answered() bool { return p.Error || p.Stays() }

// Explains says whether the explanation is required.
func (p *page) Explains() bool { return p.Long() || p.Is(MustExplain) }

// Combobox and Pair are the two ways of typing a country; Typed is either.
func (p *page) Combobox() bool { return p.Long() && p.Is(CountryCombobox) }
func (p *page) Pair() bool     { return p.Long() && p.Is(CountryPair) && !p.Is(CountryCombobox) }
func (p *page) Typed() bool    { return p.Combobox() || p.Pair() }

// Twin says whether there is a second Send.
func (p *page) Twin() bool { return p.Is(TwinSend) && !p.Is(NoSend) }

// Later says whether a section of the form comes after another one.
func (p *page) Later(section string) bool {
	return p.Is(Steps) && (section != "email" || p.Long())
}

// Stays says whether this is the page of thanks with the form still on it.
func (p *page) Stays() bool {
	objection := slices.Contains([]string{facebookForm, instagramForm, olderFacebookForm, olderInstagramForm}, p.v.form)
	return p.Place == atThanks && objection && (p.Is(ThanksDialog) || p.Is(ThanksBelow))
}

// Said is what a field of the form holds when the page comes.
func (p *page) Said(field string) string {
	switch {
	case p.Error || p.Stays() && !p.Is(ThanksBelow):
		return p.v.said.Get(field)
	case field == "email" && !p.Stays():
		return p.Email
	}
	return ""
}

// Button makes one of the two Sends.
func (p *page) Button(name string) part { return part{Page: p, Name: name} }

// FormIDs are the ids that the form's script needs to know.
func (p *page) FormIDs() map[string]string {
	out := p.IDs("form", "alerts", "yes", "no", "not-about", "rest", "below", "send", "twin", "countries", "country-code", "code", "confirm",
		"country-field", "email-field", "explain-field", "send-field", "twin-field", "country-wrong", "email-wrong", "explain-wrong",
		"thanks-dialog", "thanks-close", "said-missing", "said-error", "said-thanks", "said-below", "said-dialog", "said-code")
	out["email"] = p.ID(p.EmailField())
	out["explain"] = p.ID(p.ExplanationField())
	out["country"] = p.ID(p.CountryField())
	if !p.Typed() && !p.Scripted() {
		out["country-code"] = out["country"] // the native list holds the code itself
	}
	return out
}

// FormTraits are the traits that the form's script needs to know.
func (p *page) FormTraits() map[string]bool {
	return map[string]bool{
		"shadow": p.Is(Shadow), "steps": p.Is(Steps), "disabled": p.Is(DisabledSend), "validation": p.Is(Validation),
		"noSend": p.Is(NoSend), "dialog": p.Is(ThanksDialog), "below": p.Is(ThanksBelow),
	}
}

// country is one line of the list of countries.
type country struct{ code, own string }

// countries are the member states of the EU, those of the EEA, and the others
// that sources name (notes §1.3); with the names that they give themselves, for
// languages whose words have none.
func countries() []country {
	return []country{
		{"AT", "Österreich"}, {"BE", "België / Belgique"}, {"BG", "България"}, {"BR", "Brasil"}, {"CH", "Schweiz / Suisse"}, {"CY", "Κύπρος"},
		{"CZ", "Česko"}, {"DE", "Deutschland"}, {"DK", "Danmark"}, {"EE", "Eesti"}, {"ES", "España"}, {"FI", "Suomi"}, {"FR", "France"},
		{"GB", "United Kingdom"}, {"GR", "Ελλάδα"}, {"HR", "Hrvatska"}, {"HU", "Magyarország"}, {"IE", "Éire / Ireland"}, {"IS", "Ísland"},
		{"IT", "Italia"}, {"LI", "Liechtenstein"}, {"LT", "Lietuva"}, {"LU", "Luxembourg"}, {"LV", "Latvija"}, {"MT", "Malta"},
		{"NL", "Nederland"}, {"NO", "Norge"}, {"PL", "Polska"}, {"PT", "Portugal"}, {"RO", "România"}, {"SE", "Sverige"}, {"SI", "Slovenija"},
		{"SK", "Slovensko"},
	}
}

// Countries are the codes of the list, by ISO 3166-1.
func (p *page) Countries() []string {
	var codes []string
	for _, c := range countries() {
		codes = append(codes, c.code)
	}
	return codes
}

// CountryName is a country's name in the page's language, or else its own.
func (p *page) CountryName(code string) (any, error) {
	language := p.Variant.Language
	if _, named := p.s.words["country."+code].others[language]; named || language == english || language == french || language == invented {
		return p.T("country." + code)
	}
	for _, c := range countries() {
		if c.code == code {
			return c.own, nil
		}
	}
	return code, nil
}

// firstCountry is the number of the first country in a list that has numbers.
const firstCountry = 101

// CountryValue is what the native list sends for a country: its code, or, with
// an account of Facebook's, a number that tells nothing.
func (p *page) CountryValue(code string) string {
	if p.Service != string(onFacebook) {
		return code
	}
	return strconv.Itoa(firstCountry + slices.IndexFunc(countries(), func(c country) bool { return c.code == code }))
}

// countryCode turns what CountryValue made back into the code.
func countryCode(value string) string {
	n, err := strconv.Atoi(strings.TrimSpace(value))
	if all := countries(); err == nil && n >= firstCountry && n < firstCountry+len(all) {
		return all[n-firstCountry].code
	}
	return value
}
