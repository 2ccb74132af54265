package config

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/nonmerci/nonmerci/internal/hint"
	"github.com/spf13/viper"
)

// The settings file is a plain corner of YAML: each key on a line of its own,
// at its start. Two readers must agree on it: the outline below, which knows
// lines and columns and is strict, and viper, which knows the values. What only
// one of them sees is refused.

// readFile takes the settings file apart. That it does not exist is no error.
func readFile(path string, origins map[string]origin) (map[string]any, error) {
	if path == "" {
		return nil, nil
	}
	data, err := readUpTo(path, maxFile)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case errors.Is(err, errTooLong):
		return nil, refuse(path, hint.Say("It is larger than 64 KB, which no settings file needs to be."))
	case err != nil:
		return nil, hint.Wrap(err,
			hint.Say("The settings file %s could not be read. Nothing was started.", path),
			hint.Say("Make sure that it is a file and that you may read it, then start again."))
	}
	data = bytes.TrimPrefix(data, []byte(byteOrderMark))
	if !utf8.Valid(data) {
		return nil, refuse(spot(path, string(data), notUTF8(data)), hint.Say("It is not a text file in UTF-8. Save it again with this encoding."))
	}
	places, err := outline(path, string(data))
	if err != nil {
		return nil, err
	}
	file := viper.New()
	file.SetConfigType("yaml")
	if err := file.ReadConfig(bytes.NewReader(data)); err != nil {
		return nil, refuse(atLine(path, string(data), err), hint.Say("This is not valid YAML. Write each setting as NAME: VALUE, and put the value in quotes if it holds special characters."))
	}
	for name := range file.AllSettings() {
		if _, ok := places[name]; !ok {
			at := strings.Index(strings.ToLower(string(data)), name)
			return nil, refuse(spot(path, string(data), at), hint.Say("Each setting must begin at the start of a line of its own."))
		}
	}
	values := map[string]any{}
	for _, k := range table() {
		at, ok := places[k.name]
		if !ok {
			continue
		}
		from := origin{byFile, fmt.Sprintf("%s:%d", path, at.line), at.column}
		raw := file.Get(k.name)
		if raw == nil {
			return nil, refuse(from.exact(), hint.Say("The setting %s has no value. Give it one, or put a # in front of the line.", k.name))
		}
		value, ok := k.convert(raw)
		if !ok {
			return nil, from.wrong(k)
		}
		values[k.name], origins[k.name] = value, from
	}
	return values, nil
}

// refuse is the problem with a place in the settings file. The cause is a text
// of ours: the parser's own words could quote the file.
func refuse(place string, why hint.Text) error {
	return hint.New(
		hint.Say("The settings file cannot be used: %s: %s Nothing was started.", place, why),
		hint.Say("Correct the file there, then start again. The command \"nonmerci config init\" writes an example file where there is none."))
}

// spot is the place of a byte of the file, or its beginning.
func spot(path, text string, at int) string {
	before := text[:max(min(at, len(text)), 0)]
	line := strings.LastIndexByte(before, '\n') + 1
	return fmt.Sprintf("%s:%d:%d", path, 1+strings.Count(before, "\n"), 1+len(before)-line)
}

func notUTF8(data []byte) int {
	at := 0
	for at < len(data) {
		r, size := utf8.DecodeRune(data[at:])
		if r == utf8.RuneError && size == 1 {
			break
		}
		at += size
	}
	return at
}

// breaks are what YAML takes for the end of a line.
var breaks = regexp.MustCompile(`\r\n|[\n\r\x{85}\x{2028}\x{2029}]`)

// atLine is the place that a YAML error names, if it names one. Nothing else of
// the error is fit to be shown.
func atLine(path, text string, err error) string {
	m := regexp.MustCompile(`yaml:(?: unmarshal errors:\s+)? line (\d+)`).FindStringSubmatch(err.Error())
	ends := breaks.FindAllStringIndex(text, -1)
	if m == nil || len(ends) == 0 {
		return spot(path, text, 0)
	}
	line, _ := strconv.Atoi(m[1])
	if line < 2 {
		return spot(path, text, 0)
	}
	return spot(path, text, ends[min(line-2, len(ends)-1)][1])
}

// place is where the value of a key begins, counted from 1, columns in bytes.
type place struct{ line, column int }

var (
	keyLine = regexp.MustCompile(`^([^\s:#][^:#]*?)[ \t]*:(?:[ \t]+(.*))?$`)
	quoted  = regexp.MustCompile(`"(?:[^"\\]|\\.)*"|'[^']*'`)
	marked  = regexp.MustCompile(`(?:^|[\[,\s])[&*!]`)
)

// outline finds the keys of the file, and refuses everything that is not a
// known key, once, with a value of its own.
func outline(path, text string) (map[string]place, error) {
	places := map[string]place{}
	value := "" // of the key that the lines belong to
	number := 0
	for line := range strings.Lines(text) {
		number++
		line = strings.TrimRight(line, " \t\r\n")
		at := func(column int) string { return fmt.Sprintf("%s:%d:%d", path, number, column) }
		switch {
		case line == "" || line[0] == '#', line == "---" && len(places) == 0:
			continue
		case strings.ContainsRune(" \t-", rune(line[0])) && !strings.HasPrefix(line, "---"):
			if len(places) == 0 {
				return nil, refuse(at(1), hint.Say("A setting must begin at the start of the line."))
			}
			if column := anchor(value, line); column > 0 {
				return nil, refuse(at(column), noAnchors())
			}
			continue
		}
		m := keyLine.FindStringSubmatchIndex(line)
		if m == nil {
			return nil, refuse(at(1), hint.Say("Every line must have the form NAME: VALUE."))
		}
		name := line[m[2]:m[3]]
		if _, ok := find(name); !ok {
			return nil, refuse(at(1), unknown(name))
		}
		if earlier, ok := places[name]; ok {
			return nil, refuse(at(1), hint.Say("The setting %s already stands in line %s. Keep only one of the two lines.", name, strconv.Itoa(earlier.line)))
		}
		places[name] = place{number, 1}
		value = ""
		if m[4] >= 0 {
			value = strings.TrimLeft(line[m[4]:], " \t")
			start := len(line) - len(value)
			places[name] = place{number, start + 1}
			if strings.HasPrefix(value, "[") || value != "" && strings.ContainsRune("&*!", rune(value[0])) {
				if column := marker(line[start:]); column > 0 {
					return nil, refuse(at(start+column), noAnchors())
				}
			}
		}
	}
	return places, nil
}

// anchor finds an anchor, alias or tag in a line that goes on with value, and
// returns its column, or 0. Lines of a block of text are text.
func anchor(value, line string) int {
	rest := strings.TrimLeft(line, " \t")
	start := len(line) - len(rest)
	switch {
	case strings.HasPrefix(value, "|"), strings.HasPrefix(value, ">"):
		return 0
	case value == "" && strings.HasPrefix(rest, "- "):
		item := strings.TrimLeft(rest[1:], " \t")
		if item != "" && strings.ContainsRune("&*!", rune(item[0])) {
			return len(line) - len(item) + 1
		}
	case value == "" && rest != "" && strings.ContainsRune("&*!", rune(rest[0])):
		return start + 1
	case strings.HasPrefix(value, "["):
		if column := marker(rest); column > 0 {
			return start + column
		}
	}
	return 0
}

// marker finds &, * or ! at the beginning of a value, outside quotes, and
// returns its column, or 0.
func marker(s string) int {
	blank := quoted.ReplaceAllStringFunc(s, func(q string) string { return strings.Repeat("x", len(q)) })
	if m := marked.FindStringIndex(blank); m != nil {
		return m[1]
	}
	return 0
}

func noAnchors() hint.Text {
	return hint.Say("A value that begins with &, * or ! must be put in quotes.")
}

// unknown says that a key is unknown, without quoting it: it could be a line of
// the explanation.
func unknown(name string) hint.Text {
	if near := nearest(name); near != "" {
		return hint.Say("There is no setting of this name. Did you mean %s?", near)
	}
	return hint.Say("There is no setting of this name. The command \"nonmerci config show\" lists all of them.")
}

// nearest is the key that name is most likely a misspelling of, or empty.
func nearest(name string) string {
	clean := strings.Trim(strings.ToLower(strings.ReplaceAll(name, "_", "-")), `-"'`)
	clean = strings.TrimPrefix(clean, "nonmerci-")
	best, limit := "", 3
	for _, k := range table() {
		if d := distance(clean, k.name); d < limit && d < len(k.name)/2+1 {
			best, limit = k.name, d
		}
	}
	return best
}

// distance is the edit distance of Levenshtein, in bytes; 99 for long words.
func distance(a, b string) int {
	if len(a) > 40 {
		return 99
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
