package record

import (
	"bytes"
	_ "embed" // for the page
	"encoding/base64"
	"fmt"
	"html/template"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/nonmerci/nonmerci/internal/hint"
)

//go:embed report.html
var reportPage string

// Report gives the record as one HTML file without script, in English or French
// ("en", "fr"). It says what the journal says, and nothing else; the pictures
// are inside.
func (s *Summary) Report(lang string) ([]byte, error) {
	page, err := template.New(reportFile).Option("missingkey=error").Parse(reportPage)
	if err != nil {
		return nil, fmt.Errorf("write report: %w", err)
	}
	v, err := newView(s, lang)
	if err != nil {
		return nil, fmt.Errorf("write report: %w", err)
	}
	var b bytes.Buffer
	if err := page.Execute(&b, v); err != nil {
		return nil, fmt.Errorf("write report: %w", err)
	}
	return b.Bytes(), nil
}

// view is what the page shows, in words.
type view struct {
	Lang, Name, Title, Outcome, Tone, Message string
	Rehearsal                                 bool
	W                                         map[string]string // fixed words of the page
	Facts                                     []fact            // the first screen
	Proves, Not                               []string
	Shots                                     []shot
	Readings                                  []readingView
	With                                      []fact
	Args                                      []string
	Lines                                     []lineView
	Head, Tool                                string
}

type fact struct{ Name, Value string }

type shot struct {
	Src                       template.URL // a data address that we made
	Alt, Place, Address, When string
}

type readingView struct {
	When   string
	Fields []fieldView
}

type fieldView struct{ Label, Target, Value, How string }

type lineView struct {
	Seq                int
	When, Words, Basis string
	Strong             bool
	Details            []fact
}

// writer puts a summary into words.
type writer struct {
	*Summary
	lang string
	zone *time.Location
}

func newView(s *Summary, lang string) (*view, error) {
	w := writer{s, "en", time.UTC}
	if strings.HasPrefix(strings.ToLower(lang), "fr") {
		w.lang = "fr"
	}
	if t, err := time.Parse(zoneFormat, s.Zone); err == nil {
		w.zone = t.Location()
	}
	shots, err := w.shots()
	if err != nil {
		return nil, err
	}
	v := &view{
		Lang: w.lang, Name: filepath.Base(s.Dir), Rehearsal: s.Meta.Rehearsal, W: w.words(), Message: s.Message,
		Title:   w.say(hint.Say("Objection to the use of %s data for Meta’s AI", w.service())),
		Outcome: w.outcome(), Tone: tone(s.Outcome), Facts: w.facts(), Proves: w.proves(), Not: w.provesNot(),
		Shots: shots, Readings: w.readings(), With: w.with(), Args: s.Meta.BrowserArgs, Lines: w.lines(), Head: s.Head, Tool: s.Meta.Tool,
	}
	return v, nil
}

func (w writer) say(t hint.Text) string { return t.In(w.lang) }

// outcome says what came back, and whether a submission was seen where the
// outcome does not say it.
func (w writer) outcome() string {
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

// tone is the colour of an outcome.
func tone(outcome string) string {
	switch outcome {
	case "sent", "already_objected":
		return "good"
	case "ready", "needs_user", "not_available", "interrupted", "not_sent":
		return "open"
	}
	return "care"
}

func (w writer) service() string {
	if w.Meta.Service == "" {
		return "?"
	}
	return strings.ToUpper(w.Meta.Service[:1]) + w.Meta.Service[1:]
}

// when gives a moment in the local time of the run.
func (w writer) when(t time.Time) string {
	if t.IsZero() {
		return "–"
	}
	return t.In(w.zone).Format("2006-01-02 15:04:05 (UTC-07:00)")
}

// first gives the moment of the first line of an event.
func (w writer) first(e Event) (time.Time, bool) {
	i := slices.IndexFunc(w.Lines, func(l Line) bool { return l.Event == e })
	if i < 0 {
		return time.Time{}, false
	}
	return w.Lines[i].Time, true
}

func (w writer) facts() []fact {
	of := hint.Say("Meta, which runs %s (in the European Union: Meta Platforms Ireland Limited, Dublin).", w.service())
	if w.Meta.Rehearsal {
		of = hint.Say("Nobody. The pages were a stand-in on this computer, and nothing reached Meta.")
	}
	page := w.Form
	if page == "" {
		page = w.say(hint.Say("The form was not reached."))
	}
	facts := []fact{
		{w.say(hint.Say("What was to be asked")), w.say(hint.Say("That the person’s data on %s no longer be used for training AI at Meta: an objection under Article 21 of the GDPR.", w.service()))},
		{w.say(hint.Say("Of whom")), w.say(of)},
		{w.say(hint.Say("On which page")), page},
		{w.say(hint.Say("Started")), w.when(w.Started)},
	}
	if t, ok := w.first(EventHandedOver); ok {
		facts = append(facts, fact{w.say(hint.Say("Handed over to the person")), w.when(t)})
	}
	if t, ok := w.first(EventSubmitSeen); ok {
		facts = append(facts, fact{w.say(hint.Say("Submission seen leaving")), w.when(t)})
	}
	if !w.Ended.IsZero() {
		facts = append(facts, fact{w.say(hint.Say("Ended")), w.when(w.Ended)})
	}
	return facts
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
	return append(texts, hint.Say("The time of day. It comes from this computer’s clock, which nobody compared with another."))
}

func (w writer) sayAll(texts []hint.Text) []string {
	said := make([]string, len(texts))
	for i, t := range texts {
		said[i] = w.say(t)
	}
	return said
}

func (w writer) shots() ([]shot, error) {
	shots := make([]shot, 0, len(w.Pictures))
	for i, p := range w.Pictures {
		if !shotFile.MatchString(p.File) {
			continue
		}
		b, err := w.picture(p.File)
		if os.IsNotExist(err) {
			continue // Verify tells, or it is left out
		} else if err != nil {
			return nil, err
		}
		place, when := w.say(PlaceWords(p.Caption.Place)), w.when(p.Caption.Time)
		shots = append(shots, shot{
			Src: template.URL("data:image/png;base64," + base64.StdEncoding.EncodeToString(b)),
			Alt: w.say(hint.Say("Picture %d of the page: %s, %s", i+1, place, when)), Place: place, Address: p.Caption.Address, When: when,
		})
	}
	return shots, nil
}

// differs tells whether a field held something else in a reading.
func differs(r Reading, now Field) bool {
	i := slices.IndexFunc(r.Fields, func(f Field) bool { return f.Target == now.Target && f.Label == now.Label })
	return i >= 0 && r.Fields[i].Value != now.Value
}

func (w writer) readings() []readingView {
	views := make([]readingView, 0, len(w.Readings))
	for i, r := range w.Readings {
		v := readingView{When: w.when(r.Time)}
		for _, f := range r.Fields {
			how := hint.Say("Left as it was")
			switch {
			case i > 0 && differs(w.Readings[0], f):
				how = hint.Say("Changed after the hand-over, not by the program")
			case f.Changed && f.Prefilled:
				how = hint.Say("Filled in by the site, changed by the program")
			case f.Changed:
				how = hint.Say("Filled in by the program")
			case f.Value == "":
				how = hint.Say("Left empty")
			case f.Prefilled:
				how = hint.Say("Filled in by the site, left as it was")
			}
			v.Fields = append(v.Fields, fieldView{f.Label, f.Target, w.value(f), w.say(how)})
		}
		views = append(views, v)
	}
	return views
}

func (w writer) with() []fact {
	flow := hint.Say("%s, revision %s", w.Meta.Flow, strconv.Itoa(w.Meta.Revision))
	checked := hint.Say("nobody has yet")
	if w.Meta.Checked != "" {
		checked = hint.Say("on %s", w.Meta.Checked)
	}
	return []fact{
		{w.say(hint.Say("Program")), w.Meta.Tool},
		{w.say(hint.Say("Driver of the browser")), w.Meta.Driver},
		{w.say(hint.Say("Browser")), w.Meta.Browser},
		{w.say(hint.Say("System")), w.System},
		{w.say(hint.Say("Description of the pages (flow)")), w.say(flow)},
		{w.say(hint.Say("Seen to fit the live pages")), w.say(checked)},
	}
}

func (w writer) lines() []lineView {
	views := make([]lineView, len(w.Lines))
	for i, l := range w.Lines {
		v := lineView{Seq: l.Seq, When: l.Time.In(w.zone).Format("15:04:05.000"), Words: w.say(l.Event.Words()), Basis: l.Basis.in(w.lang)}
		v.Strong = slices.Contains([]Event{EventPrepared, EventHandedOver, EventSubmitSeen, EventAnswerSeen, EventConfirmationSeen, EventEnded}, l.Event)
		if l.File != "" {
			v.Details = append(v.Details, fact{w.say(hint.Say("file")), l.File})
		}
		// The first line and that of the browser have a table of their own.
		if l.Event != EventStarted && l.Event != EventBrowser {
			v.Details = append(v.Details, w.details(l.Fields)...)
		}
		views[i] = v
	}
	return views
}

func (w writer) details(fields map[string]any) []fact {
	facts := make([]fact, 0, len(fields))
	for key, value := range fields {
		shown := ""
		switch v := value.(type) {
		case string:
			shown = v
			if key == "place" {
				shown = w.say(PlaceWords(v))
			}
		case bool:
			shown = w.say(yesNo(v))
		case nil:
		default:
			if b, err := marshal(v); err == nil {
				shown = string(b)
			}
		}
		// The size and time of a picture are in its caption; its areas are for copies.
		if shown != "" && !slices.Contains([]string{"width", "height", "taken", "areas"}, key) {
			facts = append(facts, fact{key, shown})
		}
	}
	slices.SortFunc(facts, func(a, b fact) int { return strings.Compare(a.Name, b.Name) })
	return facts
}
