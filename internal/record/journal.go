package record

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

const (
	journalFile = "journal.jsonl"
	timeFormat  = "2006-01-02T15:04:05.000Z" // RFC 3339, UTC, milliseconds
	zoneFormat  = "-07:00"
)

// genesis is what the first line names as its predecessor.
func genesis() string { return strings.Repeat("0", sha256.Size*2) }

// Line is one line of the journal.
type Line struct {
	Seq    int       // from 1
	Prev   string    // SHA-256 (hex) of the line before, its newline included
	Time   time.Time // UTC, by this computer's clock
	Zone   string    // offset of the local time, as in +01:00
	Event  Event
	Basis  Basis
	File   string // the file that the line files, or empty
	SHA256 string // of that file, hex
	Size   int64  // of that file, bytes
	Fields map[string]any
}

// text is a field that holds a string, or empty.
func (l Line) text(key string) string {
	s, _ := l.Fields[key].(string)
	return s
}

// head is the fixed part of a line, in the order in which it is written.
type head struct {
	Seq    int    `json:"seq"`
	Prev   string `json:"prev"`
	Time   string `json:"t"`
	Zone   string `json:"tz"`
	Event  Event  `json:"event"`
	Basis  Basis  `json:"basis"`
	File   string `json:"file,omitempty"`
	SHA256 string `json:"sha256,omitempty"`
	Size   int64  `json:"size,omitempty"`
}

func headKeys() []string {
	return []string{"seq", "prev", "t", "tz", "event", "basis", "file", "sha256", "size"}
}

// encode gives the bytes of the line, its newline included.
func (l Line) encode() ([]byte, error) {
	b, err := marshal(head{l.Seq, l.Prev, l.Time.UTC().Format(timeFormat), l.Zone, l.Event, l.Basis, l.File, l.SHA256, l.Size})
	if err != nil {
		return nil, err
	}
	if len(l.Fields) > 0 {
		more, err := marshal(l.Fields)
		if err != nil {
			return nil, err
		}
		b = append(append(b[:len(b)-1], ','), more[1:]...)
	}
	return append(b, '\n'), nil
}

// marshal is json.Marshal that leaves <, > and & readable.
func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// journal is what a journal file says.
type journal struct {
	lines []Line
	torn  bool   // one unfinished line follows the last one
	head  string // digest of the last whole line; it fixes all lines
}

// readJournal reads the lines and checks their chain. Exactly one line at the
// end may be unfinished: that is what a crash or a full disk leaves behind.
func readJournal(b []byte) (journal, error) {
	j := journal{head: genesis()}
	for len(b) > 0 {
		end := bytes.IndexByte(b, '\n') + 1
		if end == 0 {
			j.torn = true
			break
		}
		n := len(j.lines) + 1
		l, err := decodeLine(b[:end])
		switch {
		case err != nil:
			return j, fmt.Errorf("journal line %d: %w", n, err)
		case l.Seq != n:
			return j, fmt.Errorf("journal line %d: says that it is number %d", n, l.Seq)
		case l.Prev != j.head:
			return j, fmt.Errorf("journal line %d: does not follow from the line before", n)
		case (n == 1) != (l.Event == EventStarted):
			return j, fmt.Errorf("journal line %d: %q is out of place", n, l.Event)
		}
		j.lines = append(j.lines, l)
		j.head = digest(b[:end])
		b = b[end:]
	}
	return j, nil
}

func decodeLine(b []byte) (Line, error) {
	var h head
	if err := json.Unmarshal(b, &h); err != nil {
		return Line{}, err
	}
	var fields map[string]any
	if err := json.Unmarshal(b, &fields); err != nil {
		return Line{}, err
	}
	for _, key := range headKeys() {
		delete(fields, key)
	}
	t, err := time.Parse(timeFormat, h.Time)
	if err != nil {
		return Line{}, err
	}
	if _, err := time.Parse(zoneFormat, h.Zone); err != nil {
		return Line{}, err
	}
	switch {
	case !slices.Contains(events(), h.Event):
		return Line{}, fmt.Errorf("unknown event %q", h.Event)
	case h.Basis == "":
		return Line{}, errors.New("it does not say what it rests on")
	}
	l := Line{h.Seq, h.Prev, t, h.Zone, h.Event, h.Basis, h.File, h.SHA256, h.Size, fields}
	// Two readers of JSON may differ on a key that stands there twice or in
	// another case. A line of ours has one spelling.
	if again, err := l.encode(); err != nil || !bytes.Equal(again, b) {
		return Line{}, errors.New("not spelt as this program does")
	}
	return l, nil
}

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
