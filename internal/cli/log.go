package cli

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/nonmerci/nonmerci/internal/hint"
	"go.uber.org/zap"
	"go.uber.org/zap/buffer"
	"go.uber.org/zap/zapcore"
)

// newLog returns the diagnosis log: JSON lines from debug level on, appended to
// the file (0600, empty: none), and plain lines on stderr with verbose. Every
// entry is kept; sampling would make holes. The values in private appear in
// neither, nor does whatever [redactor] knows. The function that comes with the
// log ends it.
func newLog(file string, verbose bool, stderr io.Writer, private []string) (*zap.Logger, func() error, error) {
	redact := newRedactor(private)
	var cores []zapcore.Core
	end := func() error { return nil }
	if file != "" {
		f, err := openLog(file)
		if err != nil {
			return nil, nil, hint.Wrap(err,
				hint.Say("The log file %s could not be opened. Nothing was started.", file),
				hint.Say("Make sure that you may write to its folder, or leave out --log-file."))
		}
		end = func() error { return errors.Join(f.Sync(), f.Close()) }
		form := zap.NewProductionEncoderConfig()
		form.EncodeTime = zapcore.ISO8601TimeEncoder
		form.EncodeDuration = zapcore.StringDurationEncoder
		enc := zapcore.NewJSONEncoder(form)
		cores = append(cores, zapcore.NewCore(redacting{enc, redact, enc.Clone()}, zapcore.Lock(f), zap.DebugLevel))
	}
	if verbose {
		form := zap.NewDevelopmentEncoderConfig()
		form.EncodeTime = zapcore.TimeEncoderOfLayout("15:04:05.000")
		enc := zapcore.NewConsoleEncoder(form)
		cores = append(cores, zapcore.NewCore(redacting{enc, redact, nil}, zapcore.Lock(zapcore.AddSync(stderr)), zap.DebugLevel))
	}
	if len(cores) == 0 {
		return zap.NewNop(), end, nil
	}
	// zap reports its own write errors; they belong to stderr, not to os.Stderr.
	return zap.New(zapcore.NewTee(cores...), zap.ErrorOutput(zapcore.Lock(zapcore.AddSync(stderr)))), end, nil
}

// openLog appends, so that a log of an earlier run stays. A file that others
// could read is closed to them.
func openLog(path string) (*os.File, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	if info, err := f.Stat(); err != nil || info.Mode().IsRegular() && info.Mode().Perm() != 0o600 {
		if err = errors.Join(err, f.Chmod(0o600)); err != nil {
			return nil, errors.Join(err, f.Close())
		}
	}
	return f, nil
}

// redacting encodes first and redacts the bytes, so that nothing gets past it:
// message, fields, errors, fields of With, names and stack traces alike.
type redacting struct {
	zapcore.Encoder
	redact *redactor
	bare   zapcore.Encoder // for JSON: the encoder without fields of With
}

func (e redacting) Clone() zapcore.Encoder {
	return redacting{e.Encoder.Clone(), e.redact, e.bare}
}

func (e redacting) EncodeEntry(entry zapcore.Entry, fields []zapcore.Field) (*buffer.Buffer, error) {
	line, err := e.Encoder.EncodeEntry(entry, fields)
	if err != nil {
		return nil, errors.New("encode a log entry") // the cause could hold values
	}
	clean := e.redact.line(line.Bytes())
	if e.bare != nil && !json.Valid(clean) {
		// A private value reached beyond a string, into a number say. Better a
		// poor line than a broken one.
		line.Free()
		return e.bare.EncodeEntry(zapcore.Entry{Level: entry.Level, Time: entry.Time, Message: redacted}, nil)
	}
	line.Reset()
	_, err = line.Write(clean)
	return line, err
}

const redacted = "[redacted]"

const (
	// shortest is the length in bytes from which a private value is looked for.
	// Shorter ones would tear every other word out of the log.
	shortest = 4

	// deepest is how many times over a text is looked for as escaped: JSON in a
	// query in JSON is 3.
	deepest = 5
)

// redactor knows what must not stand in the log. It looks at an entry as it is
// and with its escapes (\n, \u0026, %40) undone once, twice, and so on, so that
// neither values nor patterns need a spelling for each way of quoting.
type redactor struct {
	values   []string // ASCII letters in lower case
	patterns []*regexp.Regexp
}

// newRedactor takes the values that are private in this run. A text of several
// lines is looked for line by line, too.
func newRedactor(private []string) *redactor {
	var values []string
	for _, text := range private {
		for _, value := range append(strings.Split(text, "\n"), text) {
			if value = strings.TrimSpace(value); len(value) >= shortest {
				values = append(values, forms(value)...)
			}
		}
	}
	for i, value := range values {
		values[i] = string(lower([]byte(value)))
	}
	values = slices.DeleteFunc(values, func(value string) bool { return len(value) < shortest })
	slices.Sort(values)
	return &redactor{slices.Compact(values), patterns()}
}

// forms are the ways in which a log spells a value, but for escapes.
func forms(value string) []string {
	var all []string
	for _, v := range []string{value, strings.ToLower(value), strings.ToUpper(value)} {
		v = strings.ToValidUTF8(v, "\uFFFD")
		plain := views([]byte(v))
		for _, view := range append(plain, plain[len(plain)-1]) {
			all = append(all, string(view.text))
		}
		all = append(all, strings.ReplaceAll(v, " ", "+")) // in a query
		for _, quoted := range []string{v, jsonText(v), url.QueryEscape(v), url.PathEscape(v)} {
			all = append(all, base64Forms(quoted)...)
		}
	}
	return all
}

func jsonText(s string) string {
	quoted, err := json.Marshal(s)
	if err != nil {
		return s
	}
	return string(quoted[1 : len(quoted)-1])
}

// base64Forms gives s in base64, alone and in the middle of something longer,
// where it can begin at any of three bits and only the inner letters are its
// own.
func base64Forms(s string) []string {
	all := []string{base64.StdEncoding.EncodeToString([]byte(s)), base64.URLEncoding.EncodeToString([]byte(s))}
	for shift := range 3 {
		padded := append(make([]byte, shift), s...)
		first, last := (8*shift+5)/6, 8*len(padded)/6
		for _, enc := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			if inner := enc.EncodeToString(padded)[first:last]; len(inner) >= 8 {
				all = append(all, inner)
			}
		}
	}
	return all
}

// patterns match what is private in every run; their groups are redacted.
func patterns() []*regexp.Regexp {
	return []*regexp.Regexp{
		// An e-mail address.
		regexp.MustCompile(`(?i)([\pL\pM\pN.!#$%&'*+/?^_\x60{|}~-]+(?:@|&#64;)[\pL\pM\pN-]+(?:\.[\pL\pM\pN-]+)*\.\pL[\pL\pM\pN-]+)`),
		// User, query and fragment of an address, and a query that stands alone.
		regexp.MustCompile(`://([^\s"/@]+)@`),
		regexp.MustCompile(`(?i)[a-z][a-z0-9+.-]*://[^\s"<>\\?#]*[?#]([^\s"<>\\]+)`),
		regexp.MustCompile(`\?([^\s"<>\\?=]+=[^\s"<>\\]+)`),
		// Tokens and session cookies: by name, in JSON, in a form or header, in
		// HTML; and by shape.
		regexp.MustCompile(`(?i)(?:^|[^a-z0-9_])(?:fb_dtsg(?:_ag)?|lsd|jazoest|apc|__user|c_user|xs|datr|sessionid|ds_user_id|csrftoken|device_id|(?:access_)?token)(?:\\?"\s*[:=]\s*\[?\\?"([^"\\]+)|["']?\s*[:=]\s*\[?["']?([^\s"'\\&,;}\]<>]+)|\\?["']\s+value=\\?["']([^\s"'\\<>]+))`),
		regexp.MustCompile(`(?i)\b(EAA[a-z0-9]{20,})`),
	}
}

// line returns a copy without what is private. Escapes stay whole, so that JSON
// stays JSON.
func (r *redactor) line(line []byte) []byte {
	hidden := make([]bool, len(line))
	for _, view := range views(line) {
		hide := func(from, to int) {
			for i := view.at[from]; i < view.at[to]; i++ {
				hidden[i] = true
			}
		}
		low := string(lower(view.text))
		for _, value := range r.values {
			for from := 0; ; from++ {
				i := strings.Index(low[from:], value)
				if i < 0 {
					break
				}
				from += i
				hide(from, from+len(value))
			}
		}
		for _, pattern := range r.patterns {
			for _, m := range pattern.FindAllSubmatchIndex(view.text, -1) {
				for group := 2; group < len(m); group += 2 {
					if m[group] >= 0 {
						hide(m[group], m[group+1])
					}
				}
			}
		}
	}
	clean := make([]byte, 0, len(line))
	open := false
	for i := 0; i < len(line); {
		_, size := unescape(line[i:])
		if slices.Contains(hidden[i:i+size], true) {
			if !open {
				clean = append(clean, redacted...)
			}
			open = true
		} else {
			clean = append(clean, line[i:i+size]...)
			open = false
		}
		i += size
	}
	return clean
}

// view is a text with some of its escapes undone.
type view struct {
	text []byte
	at   []int // where each byte, and the end, came from
}

// views gives the text as it is, and each further reading that differs.
func views(text []byte) []view {
	first := view{text, make([]int, len(text)+1)}
	for i := range first.at {
		first.at[i] = i
	}
	all := []view{first}
	for len(all) <= deepest {
		last := all[len(all)-1]
		if !slices.ContainsFunc(last.text, func(b byte) bool { return b == '\\' || b == '%' }) {
			break
		}
		var next view
		for i := 0; i < len(last.text); {
			plain, size := unescape(last.text[i:])
			next.text = append(next.text, plain...)
			for range plain {
				next.at = append(next.at, last.at[i])
			}
			i += size
		}
		next.at = append(next.at, len(text))
		if bytes.Equal(next.text, last.text) {
			break
		}
		all = append(all, next)
	}
	return all
}

// unescape reads the first character of b, which may be escaped as in JSON, in
// Go or in an address, and says how many bytes stand for it.
func unescape(b []byte) (plain []byte, size int) {
	digits := func(from, n int) (rune, bool) {
		if len(b) < from+n {
			return 0, false
		}
		r, err := strconv.ParseUint(string(b[from:from+n]), 16, 32)
		return rune(r), err == nil
	}
	switch {
	case b[0] == '%':
		if r, ok := digits(1, 2); ok {
			return []byte{byte(r)}, 3
		}
	case b[0] == '\\' && len(b) > 1:
		switch c := b[1]; c {
		case 'u':
			r, ok := digits(2, 4)
			if !ok {
				break
			}
			if utf16.IsSurrogate(r) && len(b) >= 12 && b[6] == '\\' && b[7] == 'u' {
				if low, ok := digits(8, 4); ok {
					return utf8.AppendRune(nil, utf16.DecodeRune(r, low)), 12
				}
			}
			return utf8.AppendRune(nil, r), 6
		case 'x':
			if r, ok := digits(2, 2); ok {
				return []byte{byte(r)}, 4
			}
		default:
			if i := strings.IndexByte("abfnrtv", c); i >= 0 {
				return []byte{"\a\b\f\n\r\t\v"[i]}, 2
			}
			return b[1:2], 2
		}
	}
	return b[:1], 1
}

// lower makes ASCII letters small, and keeps every byte in its place.
func lower(b []byte) []byte {
	small := slices.Clone(b)
	for i, c := range small {
		if 'A' <= c && c <= 'Z' {
			small[i] = c + 'a' - 'A'
		}
	}
	return small
}
