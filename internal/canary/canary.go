// Package canary looks for private values where they do not belong. Only tests
// import it.
//
// A value is found plain, in any case, and as programs write it: percent-encoded,
// with the escapes of JSON and HTML, in base64 wherever in a longer text it
// begins, and over several lines. Of a text of several lines, each line counts.
//
// Two kinds of values are looked for. A [Secret] opens a session or names the
// person, and may stand nowhere at all. A [Kept] value is what the person puts
// into the form: the record keeps it in the form's values and in the report, and
// nothing else holds it.
package canary

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"io/fs"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
)

// Kind says where a value may stand.
type Kind int

// The kinds.
const (
	Secret Kind = iota + 1 // nowhere
	Kept                   // in the values and the report of a record
)

// Value is one value that is looked for.
type Value struct {
	Name string // for messages, which never hold the value
	Kind Kind
	Text string
}

// Values makes the list of what is looked for: the secrets of the stand-in, and
// what a person puts into the form. Empty ones are left out.
func Values(secrets map[string]string, kept ...string) []Value {
	var out []Value
	for _, name := range slices.Sorted(maps.Keys(secrets)) {
		out = append(out, Value{name, Secret, secrets[name]})
	}
	for i, text := range kept {
		for line := range strings.Lines(text) {
			if line = strings.TrimSpace(line); len(line) >= shortest {
				out = append(out, Value{fmt.Sprintf("value %d of the form", i+1), Kept, line})
			}
		}
	}
	return out
}

// shortest is the length from which a line is looked for; shorter ones stand
// everywhere.
const shortest = 6

// In names the values that a text holds, and how they are written there.
func In(text []byte, values []Value) []string {
	var out []string
	plain := string(text)
	small := strings.ToLower(plain)
	for _, v := range values {
		for _, s := range Spellings(v.Text) {
			if s.Exact && strings.Contains(plain, s.Text) || !s.Exact && strings.Contains(small, strings.ToLower(s.Text)) {
				out = append(out, v.Name+", "+s.How)
				break
			}
		}
	}
	return out
}

// Spelling is one way in which a value can be written.
type Spelling struct {
	How   string
	Text  string
	Exact bool // case matters
}

// Spellings are the ways in which a value is looked for.
func Spellings(value string) []Spelling {
	quoted, _ := json.Marshal(value) // a string always can be written
	var percent, escaped, entities strings.Builder
	for _, c := range []byte(value) {
		fmt.Fprintf(&percent, "%%%02x", c)
	}
	for _, u := range utf16.Encode([]rune(value)) {
		fmt.Fprintf(&escaped, `\u%04x`, u)
	}
	for _, r := range value {
		fmt.Fprintf(&entities, "&#%d;", r)
	}
	query := url.QueryEscape(value)
	ascii := strconv.QuoteToASCII(value)
	out := []Spelling{
		{How: "plain", Text: value},
		{How: "URL-encoded", Text: query},
		{How: "URL-encoded in a path", Text: url.PathEscape(value)},
		{How: "URL-encoded without plus", Text: strings.ReplaceAll(query, "+", "%20")},
		{How: "URL-encoded twice", Text: url.QueryEscape(query)},
		{How: "URL-encoded letter by letter", Text: percent.String()},
		{How: "JSON-escaped", Text: string(quoted[1 : len(quoted)-1])},
		{How: "JSON-escaped outside ASCII", Text: ascii[1 : len(ascii)-1]},
		{How: "JSON-escaped letter by letter", Text: escaped.String()},
		{How: "HTML-escaped", Text: html.EscapeString(value)},
		{How: "HTML-escaped letter by letter", Text: entities.String()},
	}
	for from := range 3 {
		std := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("x", from) + value))
		// What the letters before and behind have a part in is left out.
		sure := []int{0, 2, 3}[from]
		end := len(std) - 4
		if (from+len(value))%3 == 0 {
			end = len(std)
		}
		if end-sure < shortest {
			continue
		}
		std = std[sure:end]
		out = append(out, Spelling{How: "base64", Text: std, Exact: true},
			Spelling{How: "base64 for addresses", Text: strings.NewReplacer("+", "-", "/", "_").Replace(std), Exact: true})
	}
	return out
}

// keeps are the files of a record that hold what the person put into the form.
var keeps = regexp.MustCompile(`^(?:fields(-\d+)?\.json|report\.html)$`)

// InTree names the files below a folder that hold a value where it may not
// stand, in their names or in what is in them. Browser profiles are left out:
// what a browser keeps is its own affair. So are the files, by slash path, that
// were there before.
func InTree(dir string, values []Value, before ...string) ([]string, error) {
	var out []string
	secrets := slices.DeleteFunc(slices.Clone(values), func(v Value) bool { return v.Kind != Secret })
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		if slices.Contains(before, filepath.ToSlash(rel)) {
			return nil
		}
		for _, found := range In([]byte(filepath.ToSlash(rel)), values) {
			out = append(out, fmt.Sprintf("the name of a file (%s)", found))
		}
		if _, err := os.Stat(filepath.Join(path, "Local State")); err == nil {
			return fs.SkipDir // a profile
		}
		if !e.Type().IsRegular() {
			return nil
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		look := values
		if keeps.MatchString(e.Name()) {
			look = secrets
		}
		for _, found := range In(data, look) {
			out = append(out, fmt.Sprintf("%s (%s)", e.Name(), found))
		}
		return nil
	})
	return out, err
}
