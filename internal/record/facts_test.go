package record

import (
	"fmt"
	"html"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// firstScreen is the text of the report before the pictures, without its tags.
func firstScreen(t *testing.T, page string) string {
	t.Helper()
	_, body, _ := strings.Cut(page, "<body")
	top, _, found := strings.Cut(body, `id="shots-section"`)
	if !found {
		t.Fatal("the report has no pictures")
	}
	text := regexp.MustCompile(`<[^>]*>`).ReplaceAllString(top, " ")
	return strings.Join(strings.Fields(html.UnescapeString(text)), " ")
}

// summaryOf is the summary of a journal that is no file.
func summaryOf(script string) *Summary {
	s := &Summary{Dir: "2026-11-23T104112Z-instagram-k3f9", Lines: journalOf(script)}
	handedOver := false
	for _, l := range s.Lines {
		s.take(l, &folder{})
		handedOver = handedOver || l.Event == EventHandedOver
	}
	if s.Outcome == "" && handedOver {
		s.Outcome = "unknown" // as Open does
	}
	s.Meta.Service = "instagram"
	return s
}

func reportOf(t *testing.T, s *Summary, lang string) string {
	t.Helper()
	b, err := s.Report(lang)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestFirstScreen: who never saw the program reads there what was asked, by whom,
// of whom, when, where, what came back, and what the record is worth.
func TestFirstScreen(t *testing.T) {
	for lang, wants := range map[string][]string{
		"en": {
			"Objection to the use of Instagram data for Meta’s AI", "nonmerci is a program on the person’s own computer", "This report is private",
			"How far it came: Form prepared", "No submission was seen leaving the browser.", "Please look at the form.",
			"What was to be asked That the person’s data on Instagram no longer be used for training AI at Meta: an objection under Article 21 of the GDPR.",
			"By whom The person who was signed in to Instagram; only the pictures may show who that was. E-mail address in the form: " + email + ".",
			"Of whom Meta, which runs Instagram (in the European Union: Meta Platforms Ireland Limited, Dublin).",
			"On which page The form was not reached.", "When From 2026-11-23 11:41:", "by the clock of this computer",
			"What the site answered No submission was seen that it could have answered.",
			"Form prepared seen 11:41:", "the program’s own act Filled in, and read back from the page.",
			"Form handed over to the person not seen Submission seen leaving not seen Confirmation seen not seen Meta’s decision accepted, refused or more asked for: comes by mail",
			"What this record shows", "What it does not prove Who made it.", "That anything was sent.",
		},
		"fr": {
			"Opposition à l’utilisation des données Instagram pour l’IA de Meta", "nonmerci est un programme sur l’ordinateur de la personne", "Ce rapport est privé",
			"Où en est la démarche : Formulaire préparé", "On n’a vu aucun envoi quitter le navigateur.",
			"une opposition au titre de l’article 21 du RGPD.", "Par qui La personne connectée à Instagram", "Adresse e-mail dans le formulaire : " + email + ".",
			"À qui Meta, qui exploite Instagram", "Sur quelle page Le formulaire n’a pas été atteint.", "Quand De 2026-11-23 11:41:",
			"Ce que le site a répondu On n’a vu aucun envoi", "Formulaire préparé constaté 11:41:", "Envoi constaté non constaté", "Décision de Meta",
			"Ce que ce compte rendu montre", "Ce qu’il ne prouve pas Qui l’a fait.", "Que quelque chose a été envoyé.",
		},
	} {
		m := meta()
		m.Language = lang
		screen := strings.ReplaceAll(firstScreen(t, report(t, m, values())), "\u202f", " ")
		for _, want := range wants {
			if !strings.Contains(screen, want) {
				t.Errorf("%s: the first screen lacks %q:\n%s", lang, want, screen)
			}
		}
	}
}

// TestFirstScreenOfARehearsal names nobody who was asked, and nobody who asked.
func TestFirstScreenOfARehearsal(t *testing.T) {
	m := meta()
	m.Rehearsal = true
	screen := firstScreen(t, report(t, m, values()))
	for _, want := range []string{"REHEARSAL – not Meta", "By whom Nobody: no account was involved.", "Of whom Nobody.", "Meta’s decision none will come"} {
		if !strings.Contains(screen, want) {
			t.Errorf("the first screen lacks %q:\n%s", want, screen)
		}
	}
}

var stepSeen = regexp.MustCompile(`<li class="seen"><span class="name">([^<]+)</span>`)

// TestReportShowsTheStepsSeen compares the way on the first screen with the state,
// for each journal of the state's table.
func TestReportShowsTheStepsSeen(t *testing.T) {
	for _, tt := range stateTests {
		s := summaryOf(tt.script)
		page := reportOf(t, s, "en")
		p := s.Progress()
		var want []string
		for _, state := range States() {
			if _, ok := p.Seen[state]; ok {
				want = append(want, stepName(state).String())
			}
		}
		var got []string
		for _, m := range stepSeen.FindAllStringSubmatch(page, -1) {
			got = append(got, m[1])
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: the steps that were seen are %q, want %q", tt.name, got, want)
		}
		screen := firstScreen(t, page)
		if !strings.Contains(screen, "How far it came: "+stepName(p.State).String()) {
			t.Errorf("%s: the state is not said: %s", tt.name, screen)
		}
		if strings.Contains(screen, "Why that is not known") != (p.State == StateUnknown) || !strings.Contains(screen, p.Gap.String()) {
			t.Errorf("%s: why the state is not known: %q is not said, or too often", tt.name, p.Gap)
		}
	}
}

// claims are sentences that need grounds, in both languages.
var claims = []struct {
	en, fr string
	holds  func(reached int, outcome string) bool // reached counts what is below
}{
	{"The person sent the form", "La personne a envoyé le formulaire", func(n int, o string) bool { return n == 4 && o == "sent" }},
	{"A submission was seen leaving the browser", "On a vu un envoi quitter le navigateur", func(n int, _ string) bool { return n >= 3 }},
	{"The form was seen leaving the browser", "Le départ du formulaire a été vu", func(n int, o string) bool { return n >= 3 && o == "sent_unconfirmed" }},
	{"When a submission was seen leaving", "Quand on a vu un envoi quitter", func(n int, _ string) bool { return n >= 3 }},
	{"The server answered", "Le serveur a répondu", func(n int, _ string) bool { return n == 4 }},
	{"the page confirmed it", "la page l’a confirmé", func(n int, _ string) bool { return n == 4 }},
	{"How far it came: Confirmation seen", "Où en est la démarche : Confirmation vue", func(n int, o string) bool {
		return n == 4 && (o == "sent" || o == "sent_unconfirmed" || o == "interrupted")
	}},
	{"How far it came: Submission seen", "Où en est la démarche : Envoi constaté", func(n int, o string) bool { return n == 3 && (o == "sent_unconfirmed" || o == "interrupted") }},
	{"How far it came: Form handed over", "Où en est la démarche : Formulaire remis", func(n int, o string) bool { return n == 2 && o == "not_sent" }},
	{"From when on the program could only look", "À partir de quand le programme ne pouvait plus que regarder", func(n int, _ string) bool { return n >= 2 }},
	{"Filled in, and read back", "Rempli, puis relu", func(n int, _ string) bool { return n >= 1 }},
	{"Objection accepted", "Opposition acceptée", func(int, string) bool { return false }},
}

// TestReportClaimsNothingBeyondTheJournal tries every outcome at the end of every
// way, also those that no run could write.
func TestReportClaimsNothingBeyondTheJournal(t *testing.T) {
	ways := []string{"place", upToReview, upToPerson, upToSend, upToThanks}
	for reached, way := range ways {
		for _, outcome := range append(outcomes(), "") {
			script := way
			if outcome != "" {
				script += " ended=" + outcome
			}
			for _, lang := range []string{"en", "fr"} {
				screen := strings.ReplaceAll(firstScreen(t, reportOf(t, summaryOf(script), lang)), "\u202f", " ")
				for _, c := range claims {
					claim := map[string]string{"en": c.en, "fr": c.fr}[lang]
					if strings.Contains(screen, claim) && !c.holds(reached, outcome) {
						t.Errorf("%s, outcome %q: %q is said without grounds:\n%s", way, outcome, claim, screen)
					}
				}
			}
		}
	}
	// Each claim is made where it has grounds, or the table above proves nothing.
	said := ""
	for _, script := range []string{upToThanks + " ended=sent", upToSend + " ended=sent_unconfirmed", upToPerson + " ended=not_sent", upToSend + " ended=interrupted"} {
		for _, lang := range []string{"en", "fr"} {
			said += strings.ReplaceAll(firstScreen(t, reportOf(t, summaryOf(script), lang)), "\u202f", " ")
		}
	}
	for _, c := range claims[:len(claims)-1] {
		for _, claim := range []string{c.en, c.fr} {
			if !strings.Contains(said, claim) {
				t.Errorf("%q is never said", claim)
			}
		}
	}
}

// TestWhatTheSiteAnswered follows what came back after a submission.
func TestWhatTheSiteAnswered(t *testing.T) {
	for _, tt := range []struct {
		script string
		status any
		want   string
	}{
		{upToSend + " ended=sent_unconfirmed", nil, "No answer to the submission was seen."},
		{upToSend + " answer-seen ended=sent_unconfirmed", 200.0, "The server answered without an error (status 200)."},
		{upToSend + " answer-seen ended=sent_unconfirmed", 500.0, "The server answered with an error (status 500)."},
		{upToSend + " answer-seen ended=sent_unconfirmed", 0.0, "The server’s answer was not complete."},
		{upToThanks + " ended=sent", 200.0, "The server answered without an error (status 200). Then the page confirmed it, or no longer asked."},
		{upToSend + " answer-seen still-asking ended=sent_unconfirmed", 200.0, "The server answered without an error (status 200). Then the page still asked for the objection."},
		{upToThanks + " submit-seen ended=sent_unconfirmed", 200.0, "No answer to the submission was seen."},
		{"place ended=already_objected", nil, "The site says that an objection already stands."},
	} {
		s := summaryOf(tt.script)
		for _, l := range s.Lines {
			if l.Event == EventAnswerSeen {
				l.Fields["status"] = tt.status
			}
		}
		want := fmt.Sprintf("What the site answered %s Step by step", tt.want)
		if screen := firstScreen(t, reportOf(t, s, "en")); !strings.Contains(screen, want) {
			t.Errorf("%s, status %v: %q is not said:\n%s", tt.script, tt.status, want, screen)
		}
	}
}
