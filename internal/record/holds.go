package record

import (
	"bytes"
	"html"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	shortestWord = 3 // runes; a country's code stands everywhere
	shortestText = 6 // runes; shorter ones count as whole words only
)

// holds says whether a file has a private value in it: as it is, as JSON and HTML
// write it, with its spaces run together, or one of its longer lines.
func holds(b []byte, value string, text bool) bool {
	value = strings.TrimSpace(value)
	wanted := []string{value, oneLine(value)}
	for line := range strings.Lines(value) {
		if line = oneLine(line); utf8.RuneCountInString(line) >= 2*shortestText {
			wanted = append(wanted, line)
		}
	}
	if !text {
		return utf8.RuneCountInString(value) >= shortestText && slices.ContainsFunc(wanted, func(w string) bool { return bytes.Contains(b, []byte(w)) })
	}
	if escaped, err := marshal(value); err == nil {
		wanted = append(wanted, strings.Trim(string(escaped), `"`))
	}
	raw := inlinePicture.ReplaceAllString(string(b), "")
	plain := html.UnescapeString(raw)
	for _, in := range []string{raw, plain, oneLine(plain)} {
		if slices.ContainsFunc(wanted, func(w string) bool { return has(in, w) }) {
			return true
		}
	}
	return false
}

func has(text, value string) bool {
	switch n := utf8.RuneCountInString(value); {
	case n < shortestWord, slices.Contains([]string{"true", "false", "null"}, value):
		return false
	case n >= shortestText:
		return strings.Contains(text, value)
	}
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
