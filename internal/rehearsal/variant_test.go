package rehearsal

import (
	"reflect"
	"strings"
	"testing"
)

func TestParseVariant(t *testing.T) {
	friendly := Variant{Service: "instagram", Language: "en", Form: Short, Markup: Plain, HostileWhen: OnFill}
	with := func(change func(*Variant)) Variant { v := friendly; change(&v); return v }
	tests := []struct {
		query string
		want  Variant
	}{
		{"", friendly},
		{"gate=none&hostile=none", friendly},
		{"service=facebook&language=fr&markup=script", with(func(v *Variant) { v.Service, v.Language, v.Markup = "facebook", "fr", Script })},
		{"language=pt-PT&with=mixed,no-break", with(func(v *Variant) { v.Language, v.Traits = "pt-PT", []Trait{Mixed, NoBreak} })},
		{"form=long&gate=sign-in&email=m%40b.example", with(func(v *Variant) { v.Form, v.Gates, v.Email = Long, []GateKind{SignIn}, "m@b.example" })},
		{"lost=settings,object&lost=policy", with(func(v *Variant) { v.Lost = []string{"settings", "object", "policy"} })},
		{"fault=form:hang,home:reset", with(func(v *Variant) { v.Faults = []Fault{{"form", Hang}, {"home", Reset}} })},
		{"wrong-form=true&new-tab=1&code-after-send=t&error-after-send=false", with(func(v *Variant) { v.WrongForm, v.NewTab, v.CodeAfterSend = true, true, true })},
		{"hostile=sliding-send", with(func(v *Variant) { v.Hostile = SlidingSend })},
	}
	for _, tt := range tests {
		if got, err := ParseVariant(tt.query); err != nil || !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%q: %+v, %v", tt.query, got, err)
		}
	}
}

func TestParseVariantRefuses(t *testing.T) {
	for query, says := range map[string]string{
		"servise=facebook":            "servise: unknown key",
		"service=whatsapp":            `service "whatsapp" is not one of instagram, facebook`,
		"language=tlh":                "language",
		"language=pt":                 "language",
		"form=tiny":                   "form",
		"gate=moat":                   "gate",
		"lost=hope":                   "lost",
		"fault=form":                  "PLACE:KIND",
		"fault=form:melt":             "fault",
		"fault=moon:hang":             "place",
		"hostile=rude":                "hostile",
		"new-tab=perhaps":             "new-tab",
		"service=facebook&service=in": "said 2 times",
		"email=%zz":                   "parse rehearsal variant",
		"service=facebook;form=long":  "parse rehearsal variant",
	} {
		_, err := ParseVariant(query)
		if err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v, want %q in it", query, err, says)
		}
	}
}

func TestServeRefusesUnknownVariants(t *testing.T) {
	if s, err := Serve(t.Context(), Variant{Markup: "wax"}); err == nil {
		t.Error("served a markup that does not exist", s.Close())
	}
}

// Whatever is accepted stays within the vocabulary and is accepted again.
func FuzzParseVariant(f *testing.F) {
	f.Add("service=facebook&language=fr&markup=script&gate=none")
	f.Add("fault=form:hang,thanks:reset&lost=object")
	f.Add("lost=&fault=:")
	f.Fuzz(func(t *testing.T, query string) {
		v, err := ParseVariant(query)
		if err != nil {
			return
		}
		if again, err := v.settled(); err != nil || !reflect.DeepEqual(again, v) {
			t.Errorf("%q: %+v becomes %+v, %v", query, v, again, err)
		}
	})
}

// No e-mail address gets past, wherever it stands.
func FuzzHoldsAddress(f *testing.F) {
	f.Add("", "m", "b.example", "")
	f.Add("x=", "first.last+tag", "mail.b.example", "&y=1")
	f.Add("é@", "m", "b.example", "@")
	f.Fuzz(func(t *testing.T, before, local, domain, after string) {
		plain := func(s, and string) bool {
			return s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789"+and) == ""
		}
		name, top, ok := strings.Cut(domain, ".")
		if !plain(local, "") || !ok || !plain(name, "-") || !plain(top, "") || len(top) < 2 {
			t.Skip("not an address")
		}
		if !holdsAddress(before + local + "@" + domain + after) {
			t.Errorf("%q is not seen as an address", before+local+"@"+domain+after)
		}
	})
}
