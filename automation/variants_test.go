package automation_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/nonmerci/nonmerci/automation"
)

// variant is a stand-in site and what a run without a person must come to on it.
type variant struct {
	of      string // as rehearsal.ParseVariant reads it, without the service
	ends    automation.Outcome
	other   automation.Outcome // on instagram, where that differs
	last    string             // the last places of the route, or empty
	email   string             // default: marie@courrier.example; "none": none
	explain string
	country string
	only    string // the one service that has this
	both    bool   // on both services every time
	soak    bool   // with -full only: the combinations hold it, or it is much like others
}

func (v variant) name() string {
	if v.of == "" {
		return "friendly"
	}
	return strings.NewReplacer("&", ",", "=", " ").Replace(v.of)
}

func (v variant) want(service string) automation.Outcome {
	if service == "instagram" && v.other != 0 {
		return v.other
	}
	return v.ends
}

const (
	ready     = automation.Ready
	needsUser = automation.NeedsUser
	notFound  = automation.NotFound
	refused   = automation.Refused
	failed    = automation.Failed
)

// variants is every variant alone. What leads to a form that is ready runs with
// -full only, because the combinations hold it.
var variants = []variant{
	{of: "", ends: ready, last: "home settings privacy-center form", both: true},
	{of: "language=xx", ends: ready, last: "form"},
	{of: "language=xx&markup=script", ends: ready, soak: true},
	{of: "email=marie@courrier.example", email: "none", ends: ready, soak: true},
	{of: "email=other@courrier.example", ends: ready, soak: true},
	{of: "markup=script", explain: "I do not want this.\nReally not.", ends: ready},
	{of: "", email: "none", ends: needsUser, last: "form"},

	// ways
	{of: "with=topic", ends: ready, last: "privacy-center ai-topic form", soak: true},
	{of: "with=role-links", ends: ready, last: "form", soak: true},
	{of: "with=lazy-list", ends: ready, last: "form", soak: true},
	{of: "with=after-scroll", ends: ready, last: "privacy-center form"},
	{of: "with=see-more", ends: ready, last: "form", soak: true},
	{of: "with=sticky-header", ends: ready, last: "privacy-center form", soak: true},
	{of: "with=policy-question&lost=object,privacy-center", ends: ready, last: "question form", soak: true},
	{of: "with=policy-question&lost=object,privacy-center&markup=script", ends: ready, last: "question form", soak: true},
	{of: "with=loop", ends: ready, last: "form", soak: true},
	{of: "with=learn-more-twin", ends: ready, last: "privacy-center form", soak: true},
	{of: "with=twin-object", ends: ready, last: "form", soak: true},
	{of: "with=hidden-twins", ends: ready, last: "privacy-center form", soak: true},
	{of: "with=look-alike-link", ends: refused, last: "privacy-center"},
	{of: "with=relabelled", ends: ready, last: "privacy-center form", soak: true},
	{of: "with=button-links", ends: ready, last: "form", soak: true},
	{of: "with=only-way", ends: ready, last: "privacy-center form", soak: true},
	{of: "with=relabelled,role-links,only-way", ends: notFound, soak: true},
	{of: "new-tab=true", ends: ready, last: "privacy-center form", soak: true},
	{of: "with=opened-tabs", ends: ready, last: "form", soak: true},
	{of: "lost=settings", ends: ready, last: "form", soak: true},
	{of: "lost=settings,privacy-center", ends: ready, last: "form", soak: true},
	{of: "lost=object", ends: ready, last: "form", soak: true},
	{of: "lost=settings,privacy-center,policy,object,policy-object", ends: ready, last: "form", soak: true},
	{of: "wrong-form=true", ends: refused},

	// words
	{of: "with=right-to-left", ends: ready, soak: true},
	{of: "with=no-break&language=fr", ends: ready, soak: true},
	{of: "with=soft-hyphens&language=de", ends: ready, soak: true},
	{of: "with=split-spans", ends: ready, soak: true},
	{of: "with=mixed&language=hr", ends: ready, soak: true},

	// forms
	{of: "form=long", country: "FR", explain: "Non merci.", ends: ready},
	{of: "form=long", ends: needsUser, last: "form", soak: true},
	{of: "form=long&markup=script", country: "FR", explain: "Non merci.", ends: needsUser, last: "form", soak: true},
	{of: "form=long&with=country-pair", country: "FR", explain: "Non merci.", ends: needsUser, last: "form"},
	{of: "form=long&with=country-combobox", country: "FR", explain: "Non merci.", ends: needsUser, last: "form", soak: true},
	{of: "form=yes-no-first", ends: ready, last: "question form", soak: true},
	{of: "form=yes-no-first&markup=script", ends: ready, last: "question form", soak: true},
	{of: "with=must-explain", ends: needsUser, last: "form", soak: true},
	{of: "with=must-explain", explain: "Non merci.", ends: ready, soak: true},
	{of: "with=shadow", ends: ready, soak: true},
	{of: "with=frame", ends: ready, soak: true},
	{of: "with=cross-frame", ends: ready, only: "facebook", soak: true},
	{of: "with=cross-frame", ends: notFound, only: "instagram", soak: true},
	{of: "with=steps", ends: ready, soak: true},
	{of: "with=disabled-send", ends: ready, soak: true},
	{of: "with=validation", ends: ready, soak: true},
	{of: "with=twin-send", ends: notFound, last: "form"},
	{of: "with=no-send", ends: notFound, last: "form", soak: true},
	{of: "with=beside", ends: ready, soak: true},
	{of: "with=thanks-dialog", ends: ready, soak: true},
	{of: "with=thanks-below", ends: ready, soak: true},

	// gates
	{of: "gate=sign-in", ends: needsUser, last: "sign-in"},
	{of: "gate=sign-in&markup=script", ends: needsUser, last: "sign-in", soak: true},
	{of: "gate=code", ends: needsUser, last: "sign-in", soak: true},
	{of: "gate=continue-as", ends: needsUser, last: "choose-account", soak: true},
	{of: "gate=chooser", ends: needsUser, last: "choose-account", soak: true},
	{of: "gate=checkpoint&language=xx", ends: needsUser, last: "checkpoint"},
	{of: "gate=checkpoint", ends: needsUser, last: "automated", soak: true},
	{of: "gate=automated", ends: needsUser, last: "automated", soak: true},
	{of: "gate=age", ends: needsUser, last: "age", soak: true},
	{of: "gate=suspended", ends: needsUser, last: "suspended"},
	{of: "gate=cookies", ends: ready, last: "form", soak: true},
	{of: "gate=cookies,sign-in", ends: needsUser, soak: true},
	// On Instagram's page of its own, "Not now" may submit a form; Facebook's dialog
	// is closed by a sign without words, and stays until that happens.
	{of: "gate=save-login", ends: needsUser, only: "instagram", last: "save-login"},
	{of: "gate=save-login", ends: needsUser, only: "facebook", soak: true},
	{of: "gate=save-login&markup=script", ends: needsUser, last: "save-login", only: "instagram", soak: true},
	{of: "gate=notifications", ends: ready, last: "form"},
	{of: "gate=already", ends: automation.AlreadyObjected, last: "already"},
	{of: "gate=unavailable", ends: automation.NotAvailable},

	// weather
	{of: "with=hydration", ends: ready, soak: true},
	{of: "with=rerender", ends: ready, soak: true},
	{of: "with=replace", ends: ready, soak: true},
	{of: "with=huge", ends: ready, soak: true},
	{of: "with=self-navigate", ends: ready, last: "form", soak: true},
	{of: "with=before-unload", ends: ready, last: "form", soak: true},
	{of: "with=alert-dialog", ends: ready, soak: true},
	{of: "with=print-dialog", ends: ready, soak: true},
	{of: "with=redirects", ends: ready, soak: true},
	{of: "with=changing-names", ends: ready, soak: true},
	{of: "fault=privacy-center:slow", ends: ready, soak: true},
	{of: "fault=privacy-center:reset", ends: ready, soak: true},
	{of: "fault=home:hang", ends: ready, soak: true},
	{of: "fault=privacy-center:drip", ends: ready, soak: true},
	{of: "fault=form:status-500", ends: failed},
	{of: "fault=form:reset", ends: failed, soak: true},
	{of: "fault=privacy-center:off-host", ends: refused},
	{of: "fault=privacy-center:look-alike", ends: refused, soak: true},
	{of: "hostile=send-under-link", ends: refused},
}

// value is one of a factor's.
type value struct{ factor, value int }

func ordered(a, b value) [2]value {
	if a.factor > b.factor {
		a, b = b, a
	}
	return [2]value{a, b}
}

// factors are what combines freely and still leads to a form that is ready.
var factors = [][]string{
	{"language=bg", "language=cs", "language=da", "language=de", "language=el", "language=en", "language=es", "language=et", "language=fi",
		"language=fr", "language=ga", "language=hr", "language=hu", "language=it", "language=lt", "language=lv", "language=mt", "language=nl",
		"language=pl", "language=pt-PT", "language=ro", "language=sk", "language=sl", "language=sv", "language=nb", "language=pt-BR",
		"language=uk", "language=tr"},
	{"markup=plain", "markup=script"},
	{"", "with=topic", "with=role-links", "with=lazy-list", "with=after-scroll", "with=see-more", "with=sticky-header", "with=loop",
		"with=learn-more-twin", "with=twin-object", "with=hidden-twins", "with=opened-tabs", "new-tab=true", "lost=settings", "lost=object"},
	{"", "with=right-to-left", "with=no-break", "with=soft-hyphens", "with=split-spans", "with=mixed"},
	{"", "form=yes-no-first", "with=shadow", "with=frame", "with=steps", "with=disabled-send", "with=validation", "with=beside",
		"with=thanks-dialog", "with=thanks-below"},
	{"", "with=hydration", "with=rerender", "with=replace", "with=self-navigate", "with=before-unload", "with=alert-dialog",
		"with=print-dialog", "with=redirects", "with=changing-names", "fault=privacy-center:slow"},
	{"", "gate=cookies", "gate=notifications"},
}

// combinations picks one value of every factor for each row: the languages in
// turn, later the first pair that no row has yet, and beside it what makes the
// most new pairs. It stops after so many rows; with -full when every pair has
// been had. share is that of the pairs in the rows.
func combinations(rows int) (out []variant, share float64) {
	var all [][2]value
	for f := range factors {
		for g := range factors[:f] {
			for v := range factors[f] {
				for w := range factors[g] {
					all = append(all, [2]value{{g, w}, {f, v}})
				}
			}
		}
	}
	had := map[[2]value]bool{}
	used := map[value]int{}
	for *full || len(out) < rows {
		next := slices.IndexFunc(all, func(p [2]value) bool { return !had[p] })
		if next < 0 {
			break
		}
		row := []value{{0, len(out)}}
		if len(out) >= len(factors[0]) {
			row = []value{all[next][0], all[next][1]}
		}
		for f := range factors {
			if slices.ContainsFunc(row, func(v value) bool { return v.factor == f }) {
				continue
			}
			best, most := value{f, 0}, -1
			for v := range factors[f] {
				gain := 0
				for _, other := range row {
					if !had[ordered(other, value{f, v})] {
						gain += 1000
					}
				}
				if gain -= used[value{f, v}]; gain > most {
					best, most = value{f, v}, gain
				}
			}
			row = append(row, best)
		}
		var parts []string
		slices.SortFunc(row, func(a, b value) int { return a.factor - b.factor })
		for i, one := range row {
			used[one]++
			for _, other := range row[:i] {
				had[[2]value{other, one}] = true
			}
			if s := factors[one.factor][one.value]; s != "" {
				parts = append(parts, s)
			}
		}
		out = append(out, variant{of: joined(parts), ends: ready, last: "form"})
	}
	return out, float64(len(had)) / float64(len(all))
}

// joined makes one variant of several; only with may stand there twice.
func joined(parts []string) string {
	var with, rest []string
	for _, p := range parts {
		if v, ok := strings.CutPrefix(p, "with="); ok {
			with = append(with, v)
		} else {
			rest = append(rest, p)
		}
	}
	if len(with) > 0 {
		rest = append(rest, "with="+strings.Join(with, ","))
	}
	return strings.Join(rest, "&")
}

// noPicture are places of which there is no picture.
var noPicture = regexp.MustCompile(`-(home|settings|sign-in|choose-account|code|checkpoint|automated|save-login|prompt|prompt-close)\.png$`)

// checkStop: a run that did not come to a form says what stood in the way, and
// its record has a picture of it, or says that there is none. A form that is
// ready has one.
func checkStop(t *testing.T, res automation.Result) {
	t.Helper()
	if res.Message.String() == "" {
		t.Error("the outcome comes without a sentence")
	}
	data, err := os.ReadFile(filepath.Join(res.Record, "journal.jsonl"))
	if err != nil {
		t.Error(err)
		return
	}
	var shown, none []string
	for line := range strings.Lines(string(data)) {
		var l struct {
			File  string `json:"file"`
			What  string `json:"what"`
			Place string `json:"place"`
		}
		if json.Unmarshal([]byte(line), &l) != nil {
			continue
		}
		if strings.HasSuffix(l.File, ".png") {
			shown = append(shown, l.File)
		}
		if l.What == "no picture" {
			none = append(none, l.Place)
		}
	}
	last := "stopped"
	if res.Outcome == ready {
		last = "filled"
	}
	if !slices.ContainsFunc(shown, func(f string) bool { return strings.Contains(f, last) }) {
		if last == "filled" || !slices.Contains(none, last) {
			t.Errorf("no picture %q in the record: %v, none of %v", last, shown, none)
		}
	}
	for _, f := range shown {
		if noPicture.MatchString(f) {
			t.Errorf("a picture that nobody may have: %s", f)
		}
	}
}
