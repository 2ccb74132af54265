package guard

import (
	"encoding/base64"
	"net/url"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// Request is what a page is about to send, as the browser reports it.
type Request struct {
	Method  string
	URL     string
	Kind    string // the browser's resource type: document, xhr, fetch, ping, … in any case
	Body    []byte // all of it, or nil if it could not be read whole
	HasBody bool
	Main    bool // from the main frame
}

// Sending says what a request is.
type Sending int

// What a request can be. The zero value is none of them and lets nothing pass.
const (
	Traffic    Sending = iota + 1 // nothing of the person's is in it
	Submission                    // it sends a form, or carries one of the person's values
	Unreadable                    // it carries something that could not be read
)

// String names the classification for logs and the record.
func (s Sending) String() string {
	switch s {
	case Traffic:
		return "traffic"
	case Submission:
		return "submission"
	case Unreadable:
		return "unreadable"
	}
	return "unknown"
}

// tooLong is the number of bytes beyond which a body is not searched. Pages send
// some kilobytes; a form with a long explanation stays below a hundred.
const tooLong = 1 << 20

// Leaves classifies a request. A submission is a document that is asked for with
// anything but GET or HEAD, an address to which contact forms post, or a request
// that carries one of the values: in the address or in the body, in any case,
// plain, percent-encoded, with JSON escapes, in base64, or several of these over
// each other. Values of fewer than four letters are not looked for, as they
// would be found everywhere; of a long text each longer line counts, and of a
// line its beginning, because pages cut texts short.
//
// It cannot see through compression or encryption: a body that is not text is
// Unreadable.
func Leaves(r Request, values []string) Sending {
	method := strings.ToUpper(r.Method)
	if strings.EqualFold(r.Kind, "document") && method != "GET" && method != "HEAD" {
		return Submission
	}
	if submitAddress(r.URL) {
		return Submission
	}
	if len(r.Body) > tooLong || len(r.URL) > tooLong {
		return Unreadable
	}
	if looked := needles(values); carries(r.URL, looked) || carries(string(r.Body), looked) {
		return Submission
	}
	if _, err := url.Parse(r.URL); err != nil || r.HasBody && len(r.Body) == 0 || !isText(r.Body) {
		return Unreadable
	}
	return Traffic
}

// needles are the pieces of the values that are looked for.
func needles(values []string) []string {
	const shortest, line, longest = 4, 12, 40 // letters
	var pieces []string
	add := func(s string, atLeast int) {
		runes := []rune(plain(s))
		if len(runes) >= atLeast {
			pieces = append(pieces, strings.TrimSpace(string(runes[:min(len(runes), longest)])))
		}
	}
	for _, v := range values {
		add(v, shortest)
		for l := range strings.Lines(v) {
			add(l, line)
		}
	}
	return pieces
}

// plain brings a text into the form in which it is compared: lower case, and one
// space for each stretch of white space and control characters.
func plain(s string) string {
	gap := func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }
	return strings.ToLower(strings.Join(strings.FieldsFunc(s, gap), " "))
}

// carries reports whether one of the pieces is in the text, however encoded.
// Each round undoes one layer in every way that there is.
func carries(text string, pieces []string) bool {
	const layers = 4
	if text == "" || len(pieces) == 0 {
		return false
	}
	seen := map[string]bool{}
	found := func(s string) bool {
		s = plain(s)
		for _, p := range pieces {
			if strings.Contains(s, p) {
				return true
			}
		}
		return false
	}
	now := []string{text}
	for range layers {
		var next []string
		for _, s := range now {
			if seen[s] {
				continue
			}
			seen[s] = true
			if found(s) {
				return true
			}
			next = append(next, unpercent(s), unpercent(strings.ReplaceAll(s, "+", " ")), unescape(s), unbase64(s))
		}
		now = next
	}
	for _, s := range now {
		if !seen[s] && found(s) {
			return true
		}
	}
	return false
}

// unpercent decodes %XX where it is well formed and leaves the rest, as browsers
// do and net/url does not.
func unpercent(s string) string {
	if !strings.Contains(s, "%") {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			if c, err := strconv.ParseUint(s[i+1:i+3], 16, 8); err == nil {
				b.WriteByte(byte(c))
				i += 2
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// unescape decodes the escapes of JSON and JavaScript strings and leaves the
// rest.
func unescape(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	var b strings.Builder
	hex := func(from, digits int) (rune, bool) {
		if from+digits > len(s) {
			return 0, false
		}
		n, err := strconv.ParseUint(s[from:from+digits], 16, 32)
		return rune(n), err == nil
	}
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			b.WriteByte(s[i])
			continue
		}
		i++
		switch s[i] {
		case 'n', 'r', 't', 'b', 'f', 'v':
			b.WriteByte(' ')
		case 'x':
			if r, ok := hex(i+1, 2); ok {
				b.WriteRune(r)
				i += 2
			}
		case 'u':
			r, ok := hex(i+1, 4)
			if !ok {
				continue
			}
			i += 4
			if low, ok := hex(i+3, 4); utf16.IsSurrogate(r) && ok && s[i+1] == '\\' && s[i+2] == 'u' {
				r = utf16.DecodeRune(r, low)
				i += 6
			}
			b.WriteRune(r)
		default:
			b.WriteByte(s[i])
		}
	}
	return b.String()
}

// unbase64 decodes everything that could be base64, in both alphabets, and at
// each of the four places at which it could begin.
func unbase64(s string) string {
	std := strings.NewReplacer("-", "+", "_", "/")
	var b strings.Builder
	for run := range strings.FieldsFuncSeq(s, func(r rune) bool { return !inBase64(r) }) {
		if len(run) < 6 { // less than four letters
			continue
		}
		run = std.Replace(run)
		for from := range 4 {
			part := run[from:]
			if len(part)%4 == 1 {
				part = part[:len(part)-1]
			}
			if decoded, err := base64.RawStdEncoding.DecodeString(part); err == nil {
				writeText(&b, decoded)
			}
		}
	}
	return b.String()
}

func inBase64(r rune) bool {
	return 'A' <= r && r <= 'Z' || 'a' <= r && r <= 'z' || '0' <= r && r <= '9' ||
		r == '+' || r == '/' || r == '-' || r == '_'
}

// writeText keeps the stretches of text in what was decoded. Most of what looks
// like base64 is words, and decodes to noise.
func writeText(b *strings.Builder, decoded []byte) {
	const shortest = 4
	from := 0
	keep := func(to int) {
		if to-from >= shortest {
			b.Write(decoded[from:to])
			b.WriteByte('\n')
		}
	}
	for i := 0; i < len(decoded); {
		r, size := utf8.DecodeRune(decoded[i:])
		i += size
		if r == utf8.RuneError && size == 1 {
			keep(i - 1)
			from = i
		}
	}
	keep(len(decoded))
}

// isText reports whether a body can be read as text. Compressed and binary
// bodies hold bytes that text does not.
func isText(body []byte) bool {
	if !utf8.Valid(body) {
		return false
	}
	for _, c := range body {
		if c < ' ' && c != '\n' && c != '\r' && c != '\t' {
			return false
		}
	}
	return true
}
