package record

import (
	"io/fs"
	"path/filepath"
	"time"

	"github.com/nonmerci/nonmerci/internal/hint"
)

// Summary is a record as it was read. It never holds more than the journal
// says; what the files are worth is for [Verify] to say.
type Summary struct {
	Dir      string
	Meta     Meta // without the clock
	Started  time.Time
	Ended    time.Time // zero: the run did not come to its end
	System   string    // operating system and processor, as in linux/amd64
	Zone     string    // offset of the local time at the start, as in +01:00
	Outcome  string    // empty: the run did not come to its end and nothing had been handed over
	Message  string    // what the person was told at the end
	Form     string    // address of the form, without query; empty: not reached
	Route    []string  // the places in the order in which they were recognised
	Lines    []Line
	Pictures []Picture
	Readings []Reading // the last one is what the form held in the end
	Sealed   bool
	Head     string   // digest of the last line of the journal; it fixes all lines
	Stamp    *Stamped // the time from outside; nil: there is none that stands up

	compiler string // version of Go that made the program
	read     func(file string) ([]byte, error)
	left     *ReportLeft // what its report leaves out; nil: nothing
}

// Picture is one picture of a record.
type Picture struct {
	File    string // relative to the folder
	Caption Caption
}

// Reading is what the form held at one moment.
type Reading struct {
	File   string
	Time   time.Time
	Fields []Field // nil: the file is missing or not readable
}

// Open reads a record, sealed or not. Its errors are *hint.Problems.
func Open(dir string) (*Summary, error) {
	f, err := readFolder(dir)
	if err != nil {
		return nil, err
	}
	return f.summary()
}

func (f *folder) summary() (*Summary, error) {
	if f.fault != nil {
		return nil, hint.Wrap(f.fault, hint.Say("The journal of this record was changed, so what it says is not shown."),
			hint.Say("“nonmerci records verify” with the folder says which files fit."))
	}
	s := &Summary{Dir: f.dir, Lines: f.journal.lines, Sealed: f.sealed, Head: f.journal.head, read: f.listed}
	if m := folderName.FindStringSubmatch(filepath.Base(f.dir)); m != nil {
		s.Meta.Service = m[2]
		s.Started, _ = time.Parse(nameTime, m[1])
	}
	handedOver := false
	for _, l := range s.Lines {
		s.take(l, f)
		handedOver = handedOver || l.Event == EventHandedOver
	}
	if s.Outcome == "" && handedOver {
		s.Outcome = "unknown"
	}
	if stamp, err := f.stamp(); err == nil && f.sealed {
		s.Stamp = &stamp
	}
	return s, nil
}

// listed reads a file that was there, and a plain one, when the folder was read.
func (f *folder) listed(name string) ([]byte, error) {
	if !f.has(name) {
		return nil, fs.ErrNotExist
	}
	return f.text(name)
}

// take adds what one line says.
func (s *Summary) take(l Line, f *folder) {
	switch l.Event {
	case EventStarted:
		rehearsal, _ := l.Fields["rehearsal"].(bool)
		revision, _ := l.Fields["revision"].(float64)
		s.Started, s.Zone, s.System, s.compiler = l.Time, l.Zone, l.text("system"), l.text("go")
		s.Meta = Meta{
			Service: l.text("service"), Rehearsal: rehearsal, Tool: l.text("tool"), Driver: l.text("driver"), Flow: l.text("flow"),
			Revision: int(revision), Checked: l.text("checked"), Language: l.text("language"),
			CheckedIn: l.text("checked_in"), Here: l.text("here"), HereIn: l.text("here_in"),
		}
	case EventBrowser:
		s.Meta.Browser, s.Meta.BrowserArgs = l.text("version"), l.texts("args")
	case EventPlace:
		if place := l.text("place"); len(s.Route) == 0 || s.Route[len(s.Route)-1] != place {
			s.Route = append(s.Route, place)
		}
	case EventForm:
		s.Form = l.text("address")
	case EventPicture:
		taken, err := time.Parse(timeFormat, l.text("taken"))
		if err != nil {
			taken = l.Time
		}
		s.Pictures = append(s.Pictures, Picture{l.File, Caption{Place: l.text("place"), Address: l.text("address"), Time: taken, Areas: l.areas()}})
	case EventReadBack:
		if l.File != "" {
			s.Readings = append(s.Readings, Reading{l.File, l.Time, f.reading(l.File)})
		}
	case EventEnded:
		s.Ended, s.Outcome, s.Message = l.Time, l.text("outcome"), l.text("message")
	}
}

// texts is a field that holds a list of strings.
func (l Line) texts(key string) []string {
	list, _ := l.Fields[key].([]any)
	texts := make([]string, 0, len(list))
	for _, v := range list {
		if s, ok := v.(string); ok {
			texts = append(texts, s)
		}
	}
	return texts
}

// reading gives the fields of a file, or nil.
func (f *folder) reading(name string) []Field {
	b, err := f.listed(name)
	if err != nil {
		return nil
	}
	fields, err := decodeFields(b)
	if err != nil {
		return nil
	}
	return fields
}
