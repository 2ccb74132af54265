package record

import (
	"bytes"
	"html"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

const (
	shortestWord = 3  // runes; a country's code stands everywhere
	shortestText = 6  // runes; shorter ones count as whole words only
	window       = 40 // runes; so much of a long text is enough to know it again
)

// holds says whether a file has a private value in it, or a longer piece of one,
// however it is spelt there: in capitals, with the escapes of JSON, HTML and
// addresses, with other spaces, soft hyphens and line breaks, or with accents that
// are put together otherwise.
func holds(b []byte, value string, text bool) bool {
	if !text {
		value = strings.TrimSpace(value)
		return utf8.RuneCountInString(value) >= shortestText && bytes.Contains(b, []byte(value))
	}
	in, key := inlinePicture.ReplaceAllString(string(b), ""), squeezed(value)
	if n := utf8.RuneCountInString(key); n < shortestText {
		return n >= shortestWord && slices.ContainsFunc(spellings(in), func(s string) bool { return hasWord(s, value) })
	}
	pieces := piecesOf(key)
	return slices.ContainsFunc(spellings(in), func(s string) bool {
		s = squeezed(s)
		return slices.ContainsFunc(pieces, func(p string) bool { return strings.Contains(s, p) })
	})
}

// piecesOf gives a text, or the stretches of a long one that lie so close that no
// window of two lengths is without one.
func piecesOf(key string) []string {
	runes := []rune(key)
	if len(runes) <= 2*window {
		return []string{key}
	}
	pieces := []string{}
	for at := 0; at+window <= len(runes); at += window / 2 {
		pieces = append(pieces, string(runes[at:at+window]))
	}
	return append(pieces, string(runes[len(runes)-window:]))
}

var (
	percents   = regexp.MustCompile(`(?:%[0-9A-Fa-f]{2})+`)
	jsonEscape = regexp.MustCompile(`\\(?:u[0-9A-Fa-f]{4}|[nrt"\\/])`)
)

// spellings are a text as it is written, and as programs read it.
func spellings(s string) []string {
	plain := html.UnescapeString(s)
	addressed := percents.ReplaceAllStringFunc(plain, func(m string) string {
		var b strings.Builder
		for i := 0; i < len(m); i += 3 {
			n, _ := strconv.ParseUint(m[i+1:i+3], 16, 8)
			b.WriteByte(byte(n))
		}
		return b.String()
	})
	unescaped := jsonEscape.ReplaceAllStringFunc(plain, func(m string) string {
		if out, err := strconv.Unquote(`"` + strings.ReplaceAll(m, `\/`, "/") + `"`); err == nil {
			return out
		}
		return m
	})
	return slices.Compact([]string{s, plain, addressed, unescaped})
}

// squeezed leaves of a text what tells it from another one: no case, no spaces,
// nothing that is not to be seen, and each letter in one spelling.
func squeezed(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.In(r, unicode.Z, unicode.C) {
			return -1
		}
		return unicode.ToLower(unicode.ToUpper(r))
	}, norm.NFKC.String(s))
}

// hasWord finds a short value as a word of its own.
func hasWord(text, value string) bool {
	value = strings.ToLower(norm.NFKC.String(strings.TrimSpace(value)))
	if slices.Contains([]string{"true", "false", "null"}, value) {
		return false
	}
	text = strings.ToLower(norm.NFKC.String(text))
	for from := 0; ; {
		at := strings.Index(text[from:], value)
		if at < 0 {
			return false
		}
		begin, end := from+at, from+at+len(value)
		before, _ := utf8.DecodeLastRuneInString(text[:begin])
		after, _ := utf8.DecodeRuneInString(text[end:])
		if !wordy(before) && !wordy(after) {
			return true
		}
		from = begin + 1
	}
}

func wordy(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_' }
