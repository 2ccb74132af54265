package guard

import (
	"errors"
	"math"
	"strings"
	"testing"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

const (
	formPage = "https://help.instagram.com/contact/767264225370182"
	hubPage  = "https://www.facebook.com/privacy/center"
)

// link, button, field, area, country and yes are what good pages hold.
func link(name, href string) Facts {
	return Facts{Node: 7, Point: Point{10, 20}, Matches: 1, Address: hubPage, Tag: "a", Role: "link", Names: []string{name}, Href: href, OnTop: true, Visible: true, Enabled: true}
}

func button(name string) Facts {
	return Facts{Node: 7, Point: Point{10, 20}, Matches: 1, Address: hubPage, Tag: "div", Role: "button", Names: []string{name}, OnTop: true, Visible: true, Enabled: true}
}

func field() Facts {
	return Facts{Node: 7, Point: Point{10, 20}, Matches: 1, Address: formPage, Tag: "input", Type: "email", Role: "textbox", Names: []string{"Email address"}, InForm: true, NearSend: true, OnTop: true, Visible: true, Enabled: true}
}

func area() Facts {
	f := field()
	f.Tag, f.Type, f.Multiline = "textarea", "textarea", true
	return f
}

func country() Facts {
	f := field()
	f.Tag, f.Type, f.Role, f.Names = "select", "select-one", "combobox", []string{"Country of residence"}
	return f
}

func yes() Facts {
	f := field()
	f.Type, f.Role, f.Names = "radio", "radio", []string{"Ja"}
	return f
}

// but changes one thing about good facts.
func but(f Facts, change func(*Facts)) Facts {
	change(&f)
	return f
}

// reasonOf returns the reason of a refusal, and zero for a permit.
func reasonOf(t *testing.T, i Intent, f Facts) Reason {
	t.Helper()
	p, err := Judge(i, f, noon)
	if (p == nil) == (err == nil) {
		t.Fatalf("Judge returned %v and %v", p, err)
	}
	if err == nil {
		return 0
	}
	var refusal *Refusal
	if !errors.As(err, &refusal) {
		t.Fatalf("Judge returned %T, not a *Refusal", err)
	}
	return refusal.Reason
}

func TestJudgePress(t *testing.T) {
	cases := []struct {
		name  string
		facts Facts
		want  Reason
	}{
		{"link to the form", link("object", formPage), 0},
		{"link that begins like Send", link("Submit an objection request", formPage), 0},
		{"link in the form to another page", but(link("Privacy Policy", hubPage), func(f *Facts) { f.Address, f.InForm, f.NearSend = formPage, true, true }), 0},
		{"expander", button("AI at Meta"), 0},
		{"link without address", but(button("Privacy topics"), func(f *Facts) { f.Role = "link" }), 0},
		{"button without type attribute, no form", but(button("Decline optional cookies"), func(f *Facts) { f.Tag, f.Type = "button", "submit" }), 0},
		{"button with type button in a harmless form", but(button("Privacy"), func(f *Facts) { f.Tag, f.Type, f.InForm = "button", "button", true }), 0},

		{"nothing read", Facts{}, NoElement},
		{"no node", but(button("x"), func(f *Facts) { f.Node = 0 }), NoElement},
		{"no match", but(button("x"), func(f *Facts) { f.Matches = 0 }), NoElement},
		{"negative matches", but(button("x"), func(f *Facts) { f.Matches = -1 }), NoElement},
		{"two matches", but(link("object", formPage), func(f *Facts) { f.Matches = 2 }), Ambiguous},
		{"hidden", but(button("x"), func(f *Facts) { f.Visible = false }), Hidden},
		{"disabled", but(button("x"), func(f *Facts) { f.Enabled = false }), Disabled},
		{"covered", but(button("x"), func(f *Facts) { f.OnTop = false }), Covered},
		{"no point", but(button("x"), func(f *Facts) { f.Point.X = math.NaN() }), Covered},
		{"point above the window", but(button("x"), func(f *Facts) { f.Point.Y = -1 }), Covered},
		{"foreign page", but(button("x"), func(f *Facts) { f.Address = "https://privacycenter.example/" }), OffList},
		{"no address", but(button("x"), func(f *Facts) { f.Address = "" }), OffList},
		{"foreign link", link("object", "https://privacycenter.example/"), OffList},
		{"script link", link("object", "javascript:document.forms[0].submit()"), OffList},
		{"mail link", link("object", "mailto:a@b.example"), OffList},
		{"data link", link("object", "data:text/html,x"), OffList},
		{"plain http link", link("object", "http://help.instagram.com/contact/1"), OffList},
		{"blob link", link("object", "blob:https://www.facebook.com/1"), OffList},
		{"foreign link that is drawn as a button", but(link("object", "https://x.example/"), func(f *Facts) { f.Role = "button" }), OffList},
		{"link to where forms post", link("object", "https://www.facebook.com/ajax/help/contact/submit/page"), Submits},
		{"submit control", but(button("Next"), func(f *Facts) { f.Submits = true }), Submits},
		{"type submit in a form that was not told apart", but(button("Next"), func(f *Facts) { f.Tag, f.Type, f.InForm = "button", "submit", true }), Submits},
		{"image button", but(button("Next"), func(f *Facts) { f.Tag, f.Type = "input", "image" }), Submits},
		{"button beside Send", but(button("Help"), func(f *Facts) { f.NearSend = true }), NearSend},
		{"button beside what is called Send", but(button("Help"), func(f *Facts) { f.Near = []string{"Save", "Jetzt senden"} }), NearSend},
		{"button beside what saves", but(button("Help"), func(f *Facts) { f.Near = []string{"Save"} }), 0},
		{"div link beside Send", but(button("Help"), func(f *Facts) { f.Role, f.NearSend = "link", true }), NearSend},
		{"div link in a form", but(button("Help"), func(f *Facts) { f.Role, f.InForm = "link", true }), NearSend},
		{"link to nowhere beside Send", but(link("Help", formPage+"#"), func(f *Facts) { f.Address, f.NearSend = formPage, true }), NearSend},
		{"link to its own page beside Send", but(link("Help", formPage+"?next"), func(f *Facts) { f.Address, f.NearSend = formPage, true }), NearSend},
		{"link drawn as a button beside Send", but(link("Help", hubPage), func(f *Facts) { f.Address, f.Role, f.NearSend = formPage, "button", true }), NearSend},
		{"button called Send", button("Send"), SendWord},
		{"button with Send in the title only", but(button("➤"), func(f *Facts) { f.Names = []string{"➤", "", "Envoyer"} }), SendWord},
		{"button that begins like Send", button("Submit an objection request"), SendWord},
		{"German button with the verb at the end", button("Anfrage senden"), SendWord},
		{"verb in the middle", button("Jetzt absenden, bitte"), SendWord},
		{"link called Send", link("Envoyer »", formPage), SendWord},
		{"link to nowhere that begins like Send", link("Send now", hubPage+"#"), SendWord},
		{"no name", but(button(""), func(f *Facts) { f.Names = nil }), Unnamed},
		{"a paper plane", button("➤ ✈️"), Unnamed},
		{"mixed alphabets", button("Sеttings"), Disguised},
		{"overridden direction", button("\u202edneS"), Disguised},
		{"text field", field(), WrongKind},
		{"password", but(field(), func(f *Facts) { f.Type = "password" }), WrongKind},
		{"file", but(button("Choose"), func(f *Facts) { f.Tag, f.Type = "input", "file" }), WrongKind},
		{"unread role", but(button("Settings"), func(f *Facts) { f.Role = "" }), WrongKind},
		{"heading", but(button("Settings"), func(f *Facts) { f.Role = "heading" }), WrongKind},
	}
	for _, c := range cases {
		if got := reasonOf(t, Intent{Act: Press, Target: "t"}, c.facts); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

func TestJudgeFill(t *testing.T) {
	text := func(kind string) Facts { return but(field(), func(f *Facts) { f.Type = kind }) }
	cases := []struct {
		name  string
		facts Facts
		text  string
		want  Reason
	}{
		{"e-mail", field(), "someone@b.example", 0},
		{"covered by its own label", but(field(), func(f *Facts) { f.OnTop = false }), "someone@b.example", 0},
		{"field with suggestions", but(text("text"), func(f *Facts) { f.Role = "combobox" }), "x", 0},
		{"label that begins like Send", but(field(), func(f *Facts) { f.Names = []string{"Send the receipt to"} }), "x", 0},
		{"without label", but(field(), func(f *Facts) { f.Names = nil }), "x", 0},
		{"explanation", area(), "One line.\nAnother, with an emoji 👩‍🔧.\n\tIndented.", 0},
		{"editable div", but(area(), func(f *Facts) { f.Tag, f.Type = "div", "" }), "a\nb", 0},

		{"line break", field(), "a@b.example\n", BadText},
		{"carriage return", area(), "a\r\nb", BadText},
		{"tab in one line", text("text"), "a\tb", BadText},
		{"line separator", text("text"), "a\u2028b", BadText},
		{"escape", area(), "a\x1b[0m", BadText},
		{"next line", text("text"), "a\u0085b", BadText},
		{"not UTF-8", area(), "a\xffb", BadText},
		{"password", text("password"), "x", WrongKind},
		{"file", text("file"), "x", WrongKind},
		{"search", text("search"), "x", WrongKind},
		{"hidden type", text("hidden"), "x", WrongKind},
		{"reset", text("reset"), "x", WrongKind},
		{"submit", text("submit"), "x", Submits},
		{"input drawn as a button", but(text("text"), func(f *Facts) { f.Role = "button" }), "x", WrongKind},
		{"button", button("Settings"), "x", WrongKind},
		{"link that says it is a field", but(link("x", hubPage), func(f *Facts) { f.Role = "textbox" }), "x", WrongKind},
		{"field called Send", but(field(), func(f *Facts) { f.Names = []string{"SEND"} }), "x", SendWord},
		{"two fields", but(field(), func(f *Facts) { f.Matches = 2 }), "x", Ambiguous},
		{"foreign page", but(field(), func(f *Facts) { f.Address = "https://help-instagram.example/" }), "x", OffList},
		{"hidden", but(field(), func(f *Facts) { f.Visible = false }), "x", Hidden},
		{"read-only", but(field(), func(f *Facts) { f.Enabled = false }), "x", Disabled},
	}
	for _, c := range cases {
		if got := reasonOf(t, Intent{Act: Fill, Target: "t", Text: c.text}, c.facts); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

func TestJudgeChoose(t *testing.T) {
	cases := []struct {
		name  string
		facts Facts
		want  Reason
	}{
		{"country", country(), 0},
		{"radio button under its label", but(yes(), func(f *Facts) { f.OnTop = false }), 0},
		{"list without label", but(country(), func(f *Facts) { f.Names = nil }), 0},
		{"custom option", but(button("France"), func(f *Facts) { f.Role, f.NearSend = "option", true }), 0},
		{"custom option that is covered", but(button("France"), func(f *Facts) { f.Role, f.OnTop = "option", false }), Covered},
		{"custom option without name", but(button(""), func(f *Facts) { f.Role = "option" }), Unnamed},
		{"button", button("Ja"), WrongKind},
		{"text field", field(), WrongKind},
		{"link", but(link("France", hubPage), func(f *Facts) { f.Role = "option" }), WrongKind},
		{"radio button that submits", but(yes(), func(f *Facts) { f.Submits = true }), Submits},
		{"submit drawn as a radio button", but(yes(), func(f *Facts) { f.Type = "submit" }), Submits},
		{"radio button called Send", but(yes(), func(f *Facts) { f.Names = []string{"Absenden"} }), SendWord},
		{"custom option called Send", but(button("Send it"), func(f *Facts) { f.Role = "option" }), SendWord},
	}
	for _, c := range cases {
		if got := reasonOf(t, Intent{Act: Choose, Target: "t", Text: "FR"}, c.facts); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

func TestOnlyKnownActs(t *testing.T) {
	for _, act := range []Act{0, -1, Choose + 1} {
		if got := reasonOf(t, Intent{Act: act}, button("Settings")); got != NoAct {
			t.Errorf("act %d: %v", act, got)
		}
	}
}

// The labels that lead to the form, in the languages in which they are known,
// must not be taken for Send.
func TestLabelsOnTheWayArePermitted(t *testing.T) {
	for label := range strings.SplitSeq(`Settings & privacy|More info and support|Privacy Center|Privacy Centre|About|Privacy Policy|object|right to object|AI at Meta|Privacy topics|Information you've shared on Meta Products|Accounts Center
Paramètres et confidentialité|Plus d'infos et assistance|Centre de confidentialité|À propos|Politique de confidentialité|opposer|s'opposer|Espace Comptes
Einstellungen und Privatsphäre|Einstellungen|Gemeinschaftsstandards und Rechtliches|Info|Datenschutzrichtlinie|widersprechen|zu widersprechen|Widerspruchsrecht|Ja|Nein
Configuración y privacidad|Configuración y actividad|Más información y ayuda|Centro de privacidad|Información|Política de privacidad|oponerte|oponerse|derecho a oponerte
Impostazioni e privacy|Maggiori informazioni e assistenza|Centro sulla privacy|Centro per la privacy|Informazioni|Informativa sulla privacy|opporti|diritto di opposizione
Instellingen|Privacycentrum|bezwaar maken|Accountcentrum|Definições e privacidade|Centro de Privacidade|IA na Meta|Configurações e privacidade|Central de Privacidade|direito de se opor|Central de Contas
Ustawienia i prywatność|Centrum ochrony prywatności|sprzeciw|Centrum kont|Integritetscenter|Integritetspolicy|rätt att invända|Center for privatindstillinger|AI hos Meta|Tietosuojakeskus|oikeus vastustaa
Nastavení a soukromí|Centrum soukromí|vznést námitku|Centar za korisničke račune|Setări și confidențialitate|Centrul de confidențialitate|Close|Not now|OK|Continue|Yes|No|Back|Menu
Ρυθμίσεις και απόρρητο|Κέντρο απορρήτου|Настройки и поверителност|Beállítások és adatvédelem|Adatvédelmi központ|Ayarlar ve gizlilik|Gizlilik Merkezi|الإعدادات والخصوصية|הגדרות ופרטיות|Privātuma centrs|Privatumo centras|Privaatsuskeskus|Decline optional cookies|Allow all cookies|Optionale Cookies ablehnen|Refuser les cookies optionnels`, "|") {
		for line := range strings.SplitSeq(label, "\n") {
			if got := reasonOf(t, Intent{Act: Press}, button(line)); got != 0 {
				t.Errorf("%q: %v", line, got)
			}
		}
	}
}

func TestSendWordsOfEveryLanguage(t *testing.T) {
	for line := range strings.Lines(sendList) {
		language, list, ok := strings.Cut(line, ":")
		if !ok {
			continue
		}
		for term := range strings.SplitSeq(list, ",") {
			term = strings.TrimSpace(term)
			if _, disguised := fold(term); disguised {
				t.Errorf("%s: %q counts as disguised", language, term)
			}
			for _, name := range []string{term, strings.ToUpper(term), strings.ToUpperSpecial(unicode.TurkishCase, term), term + " 42", "→ " + term + "!", term + " x", norm.NFD.String(term)} {
				if got := reasonOf(t, Intent{Act: Press}, button(name)); got != SendWord {
					t.Errorf("%s: button %q: %v", language, name, got)
				}
			}
			if got := reasonOf(t, Intent{Act: Press}, link(strings.ToUpper(term), formPage)); got != SendWord {
				t.Errorf("%s: link %q: %v", language, term, got)
			}
		}
	}
}

func TestFlowsCanAddSendWordsOnly(t *testing.T) {
	added := Intent{Act: Press, SendWords: []string{"Los geht's", "", "➤"}}
	if got := reasonOf(t, added, button("LOS GEHT’S")); got != SendWord {
		t.Errorf("added word: %v", got)
	}
	if got := reasonOf(t, added, button("Send")); got != SendWord {
		t.Errorf("compiled-in word beside an added one: %v", got)
	}
	if got := reasonOf(t, added, button("Settings")); got != 0 {
		t.Errorf("harmless name: %v", got)
	}
}

func TestSpellingsOfSend(t *testing.T) {
	for _, name := range []string{
		"S e n d", "S.E.N.D", "Se nd", "Se\u200bnd", "Se\u00adnd", "\ufeffSend", "ＳＥＮＤ", "𝓢𝓮𝓷𝓭", "𝗦𝗘𝗡𝗗", "Ⓢⓔⓝⓓ", "🅂🄴🄽🄳", "🆂🅴🅽🅳", "🇸🇪🇳🇩", "⒮⒠⒩⒟", "ˢᵉⁿᵈ",
		"S̶e̶n̶d̶", "Sénd", "send_now", "sendNow", "Send👉now", "👉 Send", "Send\u3164", "Se\u115fnd", "SEND…", "«Send»", "Send\u00a0it", "S\u034fend", "SΕΝD", "Ѕеnd", "ꜱᴇɴᴅ", "Տend", "s·u·b·m·i·t", "lnvia", "INVlA", "Εnvoyer", "SUВМІТ", "フォームを送信する", "送信", "제출하기", "GÖNDER", "gonder", "Wyslij", "ABSENDEN", "Bestaetigen",
	} {
		if got := reasonOf(t, Intent{Act: Press}, button(name)); got != SendWord && got != Disguised {
			t.Errorf("button %q (%+q): %v", name, name, got)
		}
	}
}

// FuzzJudge spells a send word in a way that a reader still takes for it, and
// expects that nothing that is called so is ever pressed.
func FuzzJudge(f *testing.F) {
	for seed := range uint64(40) {
		f.Add(uint16(seed*37), seed*0x9e3779b97f4a7c15, " x")
	}
	f.Add(uint16(0), uint64(0), "")
	f.Add(uint16(3), uint64(math.MaxUint64), " an objection request")
	var terms []string
	for line := range strings.Lines(sendList) {
		if _, list, ok := strings.Cut(line, ":"); ok {
			terms = append(terms, strings.Split(strings.TrimSpace(list), ",")...)
		}
	}
	f.Fuzz(func(t *testing.T, which uint16, tricks uint64, tail string) {
		name := respell(strings.TrimSpace(terms[int(which)%len(terms)]), tricks)
		for _, facts := range []Facts{
			button(name),
			button(name + " " + tail),
			button("<b>" + name + "</b>"),
			button("&nbsp;" + name),
			but(button("Settings"), func(f *Facts) { f.Names = append(f.Names, tail, name) }),
			but(button(name), func(f *Facts) { f.Tag, f.Type = "button", "button" }),
			but(button(name), func(f *Facts) { f.Role = "link" }),
			link(name, formPage),
			link(name, hubPage+"#x"),
		} {
			if p, err := Judge(Intent{Act: Press, SendWords: []string{tail}}, facts, noon); err == nil {
				t.Fatalf("a press on %+q is permitted: %v", facts.Names, p)
			}
		}
	})
}

// respell writes a word differently, letter by letter, as the bits of tricks
// say.
func respell(word string, tricks uint64) string {
	switch tricks & 3 {
	case 1:
		word = norm.NFD.String(word)
	case 2:
		word = norm.NFKC.String(word)
	case 3:
		word = norm.NFKD.String(word)
	}
	spaced := tricks&4 != 0
	tricks >>= 3
	similar := map[rune]string{
		'a': "аα", 'c': "с", 'e': "еε", 'i': "іιl", 'l': "I", 'n': "ηп", 'o': "оο", 'p': "рρ", 's': "ѕ", 'u': "υ", 'v': "ν", 'x': "хχ", 'y': "у", 'k': "кκ", 't': "тτ", 'm': "м", 'd': "ԁ", 'h': "һ",
	}
	between := []string{"", "\u200b", "\u200d", "\u2060", "\ufeff", "\u00ad", "\u034f", "\ufe0f", "\u0301", "\u3164",
		"\u200e", "\u200f", "\u061c", "\u2066", "\u2069", "\u202a\u202c", "\u0336", "\u0327\u0300\u0308", "\u180e", "\u2063", "\U000e0041", "\U000e0100", "\ufffb", "\u200c", "\u17b4"}
	apart := []string{" ", "\u00a0", "\u3000", "\n", ".", "-", "_", "·", "👉", "→", "❤️", " \u200b "}
	var b strings.Builder
	b.WriteString([]string{"", "→ ", "👉", "\u200f", "«", " ", "<>", "1. ", "\u2067", "&#8203;", "\x00", "[", "☐ ", "\u202e"}[tricks%14])
	for _, r := range word {
		// A step of a linear congruential generator, for bits that never end.
		tricks = tricks*6364136223846793005 + 1442695040888963407
		dice := tricks >> 33
		switch {
		case dice%5 == 0:
			r = unicode.ToUpper(r)
		case dice%5 == 1 && 'a' <= r && r <= 'z':
			r = 'ａ' + r - 'a'
		case dice%5 == 2 && 'a' <= r && r <= 'z':
			r = []rune{'𝐚', 'ⓐ', '𝖺', '𝚊', '⒜'}[dice/5%5] + r - 'a'
		case dice%5 == 3 && similar[r] != "":
			choice := []rune(similar[r])
			r = choice[int(dice/5)%len(choice)]
		}
		b.WriteRune(r)
		b.WriteString(between[int(dice/25)%len(between)])
		if spaced {
			b.WriteString(apart[int(dice/250)%len(apart)])
		}
	}
	b.WriteString([]string{"", " →", "!", " ✉️", "\u200e", "…"}[tricks>>40%6])
	return b.String()
}
