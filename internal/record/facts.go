package record

import (
	"fmt"
	"slices"
	"time"

	"github.com/nonmerci/nonmerci/internal/hint"
)

// stepView is one step of an objection, seen or not.
type stepView struct {
	Name, What string
	Seen       bool
	When       string // where it was seen; else what is said instead
	Basis      string
}

// stepName is what a state is called.
func stepName(s State) hint.Text {
	switch s {
	case StateNone:
		return hint.Say("No form prepared")
	case StatePrepared:
		return hint.Say("Form prepared")
	case StateHandedOver:
		return hint.Say("Form handed over to the person")
	case StateSubmitSeen:
		return hint.Say("Submission seen leaving")
	case StateConfirmationSeen:
		return hint.Say("Confirmation seen")
	case StateAccepted:
		return hint.Say("Objection accepted")
	case StateRefused:
		return hint.Say("Objection refused")
	case StateAskedForMore:
		return hint.Say("More asked for")
	default:
		return hint.Say("Not known")
	}
}

// steps gives the way that an objection goes, with what was seen of it. What was
// not seen is there as well, and says so.
func (w writer) steps(p Progress) []stepView {
	what := map[State]hint.Text{
		StatePrepared:         hint.Say("Filled in, and read back from the page."),
		StateHandedOver:       hint.Say("From then on only the person could send."),
		StateConfirmationSeen: hint.Say("The page confirmed it, or no longer asked."),
	}
	var views []stepView
	for _, s := range []State{StatePrepared, StateHandedOver, StateSubmitSeen, StateConfirmationSeen} {
		v := stepView{Name: w.say(stepName(s)), When: w.say(hint.Say("not seen"))}
		if l, ok := p.Seen[s]; ok {
			v.Seen, v.What, v.When, v.Basis = true, w.say(what[s]), w.sameDay(l.Time), l.Basis.in(w.lang)
		}
		views = append(views, v)
	}
	later := hint.Say("accepted, refused or more asked for: comes by mail and is not in this record")
	if w.Meta.Rehearsal {
		later = hint.Say("none will come: nothing reached Meta")
	}
	return append(views, stepView{Name: w.say(hint.Say("Meta’s decision")), When: w.say(later)})
}

// outcome says how the run ended, as far as the journal has grounds for it, and
// whether a submission was seen where the outcome does not say it.
func (w writer) outcome() string {
	var s story
	for _, l := range w.Lines {
		if why, bad := s.claim(l); bad {
			return w.say(hint.Say("The journal claims more than it has grounds for, in line %d (%s).", l.Seq, why))
		}
		s.tell(l)
	}
	said := w.say(outcomeWords(w.Outcome))
	if slices.Contains([]string{"sent", "sent_unconfirmed", "unknown"}, w.Outcome) {
		return said
	}
	seen := hint.Say("No submission was seen leaving the browser.")
	if _, ok := w.first(EventSubmitSeen); ok {
		seen = hint.Say("A submission was seen leaving the browser.")
	}
	return said + " " + w.say(seen)
}

// tone is the colour of what is said first.
func tone(s State, outcome string) string {
	switch {
	case s == StateConfirmationSeen, s == StateNone && outcome == "already_objected":
		return "good"
	case slices.Contains([]string{"ready", "needs_user", "not_available", "interrupted", "not_sent"}, outcome) && s != StateUnknown:
		return "open"
	}
	return "care"
}

// first gives the first line of an event.
func (w writer) first(e Event) (Line, bool) {
	i := slices.IndexFunc(w.Lines, func(l Line) bool { return l.Event == e })
	if i < 0 {
		return Line{}, false
	}
	return w.Lines[i], true
}

func (w writer) facts(readings []readingView) []fact {
	of := hint.Say("Meta, which runs %s (in the European Union: Meta Platforms Ireland Limited, Dublin).", w.service())
	if w.Meta.Rehearsal {
		of = hint.Say("Nobody. The pages were a stand-in on this computer, and nothing reached Meta.")
	}
	page := w.Form
	if page == "" {
		page = w.say(hint.Say("The form was not reached."))
	}
	return []fact{
		{w.say(hint.Say("What was to be asked")), w.say(hint.Say("That the person’s data on %s no longer be used for training AI at Meta: an objection under Article 21 of the GDPR.", w.service()))},
		{w.say(hint.Say("By whom")), w.byWhom(readings)},
		{w.say(hint.Say("Of whom")), w.say(of)},
		{w.say(hint.Say("On which page")), page},
		{w.say(hint.Say("When")), w.span()},
		{w.say(hint.Say("What the site answered")), w.answer()},
	}
}

// byWhom says what the record knows of the person: the address that the form
// held. Whose account it was no text of a record says.
func (w writer) byWhom(readings []readingView) string {
	whose := hint.Say("The person who was signed in to %s; only the pictures may show who that was.", w.service())
	if w.Meta.Rehearsal {
		whose = hint.Say("Nobody: no account was involved.")
	}
	held := hint.Say("The form was not read back, so no e-mail address is known.")
	if n := len(readings); n > 0 {
		held = hint.Say("The form held no e-mail address.")
		for _, f := range readings[n-1].Fields {
			if f.Target == "email" && f.Value != "" {
				held = hint.Say("E-mail address in the form: %s.", f.Value)
			}
		}
	}
	return w.say(whose) + " " + w.say(held)
}

// span is the time from the first line to the end.
func (w writer) span() string {
	started := w.when(w.Started)
	if w.Ended.IsZero() {
		return w.say(hint.Say("Started %s. The record does not say when it ended.", started))
	}
	span := w.say(hint.Say("From %s to %s, by the clock of this computer.", started, w.sameDay(w.Ended)))
	if l, ok := w.first(EventSubmitSeen); ok {
		return w.say(hint.Say("A submission was seen leaving at %s. The run:", w.when(l.Time))) + " " + span
	}
	return span
}

// sameDay is [writer.when], and on the day of the start the time of day alone.
func (w writer) sameDay(t time.Time) string {
	if t.In(w.zone).Format(time.DateOnly) == w.Started.In(w.zone).Format(time.DateOnly) {
		return t.In(w.zone).Format(time.TimeOnly)
	}
	return w.when(t)
}

// answer says what came back from the site, on its pages and from its server.
func (w writer) answer() string {
	if slices.Contains([]string{"already_objected", "not_available"}, w.Outcome) {
		return w.say(outcomeWords(w.Outcome))
	}
	last := func(e Event) (at int, found Line) {
		for _, l := range w.Lines {
			if l.Event == e {
				at, found = l.Seq, l
			}
		}
		return at, found
	}
	sent, _ := last(EventSubmitSeen)
	answered, line := last(EventAnswerSeen)
	confirmed, _ := last(EventConfirmationSeen)
	asked, _ := last(EventStillAsking)
	switch {
	case sent == 0:
		return w.say(hint.Say("No submission was seen that it could have answered."))
	case answered < sent:
		return w.say(hint.Say("No answer to the submission was seen."))
	}
	said := []hint.Text{serverSaid(line)}
	switch {
	case confirmed > max(answered, asked):
		said = append(said, hint.Say("Then the page confirmed it, or no longer asked."))
	case asked > answered:
		said = append(said, hint.Say("Then the page still asked for the objection."))
	}
	text := ""
	for i, t := range said {
		if i > 0 {
			text += " "
		}
		text += w.say(t)
	}
	return text
}

// serverSaid says what the status of an answer means, and no more.
func serverSaid(l Line) hint.Text {
	status, _ := l.Fields["status"].(float64)
	switch {
	case status == 0:
		return hint.Say("The server’s answer was not complete.")
	case status >= 400:
		return hint.Say("The server answered with an error (status %s).", fmt.Sprint(status))
	}
	return hint.Say("The server answered without an error (status %s).", fmt.Sprint(status))
}

// proves lists what follows from the record, and no more than that.
func (w writer) proves() []string {
	texts := []hint.Text{hint.Say("Which pages the program saw, in which order, and when by this computer’s clock.")}
	if len(w.Pictures) > 0 {
		texts = append(texts, hint.Say("What those pages looked like when the pictures were taken."))
	}
	if len(w.Readings) > 0 {
		texts = append(texts, hint.Say("What the form held when it was read back from the page."))
	}
	if _, ok := w.first(EventHandedOver); ok {
		texts = append(texts, hint.Say("From when on the program could only look, so that only the person could send."))
	}
	if _, ok := w.first(EventSubmitSeen); ok {
		texts = append(texts, hint.Say("When a submission was seen leaving the browser."))
	}
	if w.Stamp != nil {
		texts = append(texts, hint.Say("With its time stamp: that the record existed at %s, on the word of %s. Whether that word counts is for the reader to judge.", w.Stamp.when(), w.Stamp.Authority))
	}
	texts = append(texts, hint.Say("With its seal: that no file was changed, added or removed since, unless somebody made the seal again."))
	return w.sayAll(texts)
}

func (w writer) provesNot() []string { return w.sayAll(w.provesNotTexts()) }

func (w writer) provesNotTexts() []hint.Text {
	texts := []hint.Text{hint.Say("Who made it. A person could make up a record of their own. Only a mail from Meta with its DKIM signature and a time stamp from outside are beyond them.")}
	if w.Meta.Rehearsal {
		texts = append(texts, hint.Say("Anything about Meta: this was a rehearsal, on pages of the program’s own."))
	}
	if _, ok := w.first(EventSubmitSeen); !ok {
		texts = append(texts, hint.Say("That anything was sent."))
	}
	texts = append(texts, hint.Say("That Meta accepted the objection. A click is not a submission, and a server’s answer is not an acceptance: that comes by mail."))
	if _, ok := w.first(EventHandedOver); ok {
		texts = append(texts, hint.Say("That the form still held the same when it was sent: the person could change it after the hand-over."))
	}
	if w.Stamp != nil {
		return append(texts, hint.Say("The time of each step. It comes from this computer’s clock; the time stamp only says by when the record was there."))
	}
	return append(texts, hint.Say("The time of day. It comes from this computer’s clock, which nobody compared with another."))
}

func (w writer) sayAll(texts []hint.Text) []string {
	said := make([]string, len(texts))
	for i, t := range texts {
		said[i] = w.say(t)
	}
	return said
}
