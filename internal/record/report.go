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

// view is what the page shows, in words. Its first screen is made in facts.go.
type view struct {
	Lang, Name, Title, State, Outcome, Gap, Tone, Message string
	Rehearsal                                             bool
	W                                                     map[string]string // fixed words of the page
	Facts                                                 []fact            // the first screen
	Steps                                                 []stepView
	Proves, Not                                           []string
	Shots                                                 []shot
	Readings                                              []readingView
	With                                                  []fact
	Args                                                  []string
	Lines                                                 []lineView
	Head, Tool                                            string
	Check                                                 string // what to hand to records verify
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
	readings, p := w.readings(), s.Progress()
	v := &view{
		Lang: w.lang, Name: filepath.Base(s.Dir), Rehearsal: s.Meta.Rehearsal, W: w.words(), Message: s.Message,
		Title: w.say(hint.Say("Objection to the use of %s data for Meta’s AI", w.service())),
		State: w.say(stepName(p.State)), Outcome: w.outcome(), Gap: w.say(p.Gap), Tone: tone(p.State, s.Outcome),
		Facts: w.facts(readings), Steps: w.steps(p), Proves: w.proves(), Not: w.provesNot(),
		Check: filepath.Base(s.Dir), Shots: shots, Readings: readings, With: w.with(), Args: s.Meta.BrowserArgs, Lines: w.lines(), Head: s.Head, Tool: s.Meta.Tool,
	}
	if w.left != nil { // whoever reads a copy has no record
		v.Check = "FILE.zip"
	}
	return v, nil
}

func (w writer) say(t hint.Text) string { return t.In(w.lang) }

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
			Alt: w.alt(i+1, p.Caption), Place: place, Address: p.Caption.Address, When: when,
		})
	}
	return shots, nil
}

// alt says what a picture shows to who cannot see it.
func (w writer) alt(n int, c Caption) string {
	alt := w.say(hint.Say("Picture %d of the browser’s window: %s.", n, PlaceWords(c.Place)))
	if slices.Contains([]string{"filled", "fields"}, c.Place) && len(w.Readings) > 0 {
		alt += " " + w.say(hint.Say("The table “What the form held” gives its fields as text."))
	}
	return alt
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
	checked, here := hint.Say("nobody has yet"), hint.Say("not yet")
	if w.Meta.Checked != "" {
		checked = onDay(w.Meta.Checked, w.Meta.CheckedIn)
	}
	if w.Meta.Here != "never" {
		here = onDay(w.Meta.Here, w.Meta.HereIn)
	}
	facts := []fact{
		{w.say(hint.Say("Program")), w.Meta.Tool},
		{w.say(hint.Say("Driver of the browser")), w.Meta.Driver},
		{w.say(hint.Say("Browser")), w.Meta.Browser},
		{w.say(hint.Say("System")), w.System},
		{w.say(hint.Say("Description of the pages (flow)")), w.say(flow)},
		{w.say(hint.Say("Seen to fit the live pages")), w.say(checked)},
	}
	if w.Meta.Here != "" {
		facts = append(facts, fact{w.say(hint.Say("Before this, on this computer, it last led to a form that was sent")), w.say(here)})
	}
	return facts
}

func onDay(date, language string) hint.Text {
	if language == "" {
		return hint.Say("on %s", date)
	}
	return hint.Say("on %s, on pages in the language %s", date, language)
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
