package record

import (
	"io/fs"
	"slices"
	"strings"

	"github.com/nonmerci/nonmerci/internal/hint"
)

// ReportLeft says what a report for others leaves out.
type ReportLeft struct {
	Kinds    []Kind            // of which it shows no value
	Pictures map[string][]byte // what it shows of a picture, by the file of the record; it shows no others
}

// ReportFor is [Summary.Report] for others.
func (s *Summary) ReportFor(lang string, left ReportLeft) ([]byte, error) {
	copied := *s
	copied.left = &left
	return copied.Report(lang)
}

// picture gives what the report shows of a picture.
func (s *Summary) picture(file string) ([]byte, error) {
	if s.left == nil && s.read != nil {
		return s.read(file)
	}
	if s.left != nil {
		if b, ok := s.left.Pictures[file]; ok {
			return b, nil
		}
	}
	return nil, fs.ErrNotExist
}

// value gives what the report shows of a field.
func (w writer) value(f Field) string {
	if w.left != nil && f.Value != "" && slices.Contains(w.left.Kinds, f.kind()) {
		return w.say(hint.Say("(left out)"))
	}
	return f.Value
}

// kind is what the value of a field shows.
func (f Field) kind() Kind {
	if k := Kind(f.Target); slices.Contains(Kinds(), k) {
		return k
	}
	return KindField
}

// words are the fixed words of the report; those that speak of what is private
// are others in a report for others.
func (w writer) words() map[string]string {
	said := words(w.lang)
	if w.left == nil {
		return said
	}
	said["private"] = w.say(hint.Say("This report is a copy for others. Left out, or covered by black boxes: %s.", kindsIn(w.left.Kinds, w.lang)))
	said["full"] = w.say(hint.Say("Black boxes cover what is left out; the pictures themselves stay with the person."))
	if len(w.Pictures) > 0 {
		said["noShots"] = w.say(hint.Say("The pictures are not in this report."))
	}
	return said
}

// Words says what the kind is.
func (k Kind) Words() hint.Text {
	switch k {
	case KindEmail:
		return hint.Say("the e-mail address")
	case KindName:
		return hint.Say("the name of the account")
	case KindExplanation:
		return hint.Say("the explanation")
	case KindCountry:
		return hint.Say("the country")
	case KindPhone:
		return hint.Say("telephone numbers on the pages")
	case KindImage:
		return hint.Say("pictures of people and other pictures inside the pages")
	default:
		return hint.Say("the other fields of the form")
	}
}

func kindsIn(kinds []Kind, lang string) string {
	said := make([]string, len(kinds))
	for i, k := range kinds {
		said[i] = k.Words().In(lang)
	}
	return strings.Join(said, ", ")
}
