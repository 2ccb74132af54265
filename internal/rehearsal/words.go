package rehearsal

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"html"
	"html/template"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// word is one text of the pages. From names the section of the notes on Meta's
// flow that the words were found in; where it is empty they are made up.
type word struct {
	En   string `json:"en"`
	Fr   string `json:"fr"`
	From string `json:"from"`

	others map[string]saying // by language tag
}

// saying is a word in one of the other languages. In its file it is the words
// alone, or {"say": …, "from": …}.
type saying struct {
	Say  string `json:"say"`
	From string `json:"from"`
}

func (s *saying) UnmarshalJSON(data []byte) error {
	if json.Unmarshal(data, &s.Say) == nil {
		return nil
	}
	type object saying // without this method
	return json.Unmarshal(data, (*object)(s))
}

// The languages of words.json, and the one that nobody knows.
const (
	english  = "en"
	french   = "fr"
	invented = "xx"
)

// otherLanguages are the tags of those that have a file of their own.
func otherLanguages() []string {
	names, _ := fs.Glob(files, "pages/words/*.json") // only a bad pattern is an error
	for i, name := range names {
		names[i] = strings.TrimSuffix(path.Base(name), ".json")
	}
	return names
}

// loadWords reads words.json and the files of other languages. A key that
// words.json lacks is an error: no page would ever show it.
func loadWords(tags ...string) (map[string]word, error) {
	var all map[string]word
	if err := readWords("pages/words.json", &all); err != nil {
		return nil, err
	}
	for _, tag := range tags {
		var said map[string]saying
		if err := readWords("pages/words/"+tag+".json", &said); err != nil {
			return nil, err
		}
		for key, says := range said {
			w, ok := all[key]
			if !ok {
				return nil, fmt.Errorf("read the rehearsal's words: %s: words.json has no %q", tag, key)
			}
			if w.others == nil {
				w.others = map[string]saying{}
			}
			w.others[tag] = says
			all[key] = w
		}
	}
	return all, nil
}

func readWords(name string, into any) error {
	data, err := files.ReadFile(name)
	if err == nil {
		err = json.Unmarshal(data, into)
	}
	if err != nil {
		return fmt.Errorf("read the rehearsal's words: %s: %w", name, err)
	}
	return nil
}

// in says the word in a language. Words that a language lacks are invented, so
// that English on such a page is always meant.
func (w word) in(language string) string {
	switch language {
	case english:
		return w.En
	case french:
		return w.Fr
	}
	if says, ok := w.others[language]; ok {
		return says.Say
	}
	return invent(w.En)
}

// leftEnglish are the words that stay English on a page of mixed languages, as
// a notice in Croatian had it (2025, notes §2.5).
func leftEnglish(key string) bool {
	return slices.Contains([]string{"center.second.link", "policy.object.link", "topic.object", "topic.shared", "form.send"}, key)
}

// Plain says a word in the page's language, with those of the variant's
// peculiarities that are characters and not tags.
func (p *page) Plain(key string) (string, error) {
	w, ok := p.s.words[key]
	if !ok {
		return "", fmt.Errorf("no word %q", key)
	}
	language := p.Variant.Language
	if p.Is(Mixed) && leftEnglish(key) {
		language = english
	}
	text := w.in(language)
	if p.Is(SoftHyphens) {
		text = hyphenated(text)
	}
	if p.Is(NoBreak) {
		text = unbroken(text, language)
	}
	if p.Is(RightToLeft) {
		text = rightToLeftMark + text + rightToLeftMark
	}
	return text, nil
}

const (
	noBreakSpace       = "\u00a0"
	narrowNoBreakSpace = "\u202f"
	softHyphen         = '\u00ad'
	rightToLeftMark    = "\u200f"
)

// unbroken keeps the words of a label on one line, and in French the signs with
// their words in any text.
func unbroken(text, language string) string {
	if language == french {
		text = strings.NewReplacer(" ?", narrowNoBreakSpace+"?", " !", narrowNoBreakSpace+"!", " ;", narrowNoBreakSpace+";", " :", narrowNoBreakSpace+":").Replace(text)
	}
	if len(strings.Fields(text)) <= 6 {
		text = strings.ReplaceAll(text, " ", noBreakSpace)
	}
	return text
}

// hyphenated allows words of eight letters and more to break after every third
// letter.
func hyphenated(text string) string {
	var out strings.Builder
	for _, run := range runs(text, unicode.IsLetter) {
		letters := []rune(run)
		for i, c := range letters {
			if len(letters) >= 8 && unicode.IsLetter(c) && i > 0 && i%3 == 0 && i < len(letters)-1 {
				out.WriteRune(softHyphen)
			}
			out.WriteRune(c)
		}
	}
	return out.String()
}

// inSpans cuts every word of a text in two and puts the pieces into nested
// spans.
func inSpans(text string) template.HTML {
	var out strings.Builder
	out.WriteString("<span>")
	for _, run := range runs(text, func(c rune) bool { return !unicode.IsSpace(c) }) {
		if strings.TrimSpace(run) == "" {
			out.WriteString(run)
			continue
		}
		letters := []rune(run)
		half := (len(letters) + 1) / 2
		out.WriteString("<span>" + html.EscapeString(string(letters[:half])))
		if half < len(letters) {
			out.WriteString("<span>" + html.EscapeString(string(letters[half:])) + "</span>")
		}
		out.WriteString("</span>")
	}
	out.WriteString("</span>")
	return template.HTML(out.String()) // #nosec G203: fixed tags around escaped text
}

// runs cuts a text where it begins or ceases to be of a kind.
func runs(text string, of func(rune) bool) []string {
	var out []string
	start, was := 0, false
	for i, c := range text {
		is := of(c)
		if i > 0 && is != was {
			out, start = append(out, text[start:i]), i
		}
		was = is
	}
	if start < len(text) {
		out = append(out, text[start:])
	}
	return out
}

// invent turns a text into one of the same shape in no language at all. Equal
// words stay equal; the names of the services stay, as they do everywhere.
func invent(text string) string {
	var out strings.Builder
	for text != "" {
		end := strings.IndexFunc(text, func(c rune) bool { return !unicode.IsLetter(c) && c != '\'' })
		if end < 0 {
			end = len(text)
		}
		if end == 0 {
			out.WriteByte(text[0])
			text = text[1:]
			continue
		}
		out.WriteString(inventWord(text[:end]))
		text = text[end:]
	}
	return out.String()
}

func inventWord(word string) string {
	switch word {
	case "Meta", "Facebook", "Instagram":
		return word
	}
	syllables := []string{"vro", "zku", "mlo", "fnir", "gwa", "plix", "droq", "skle", "bnij", "jtu", "hvaz", "tsig", "kwem", "ruxo", "pfol", "yidz"}
	sum := fnv.New64a()
	_, _ = sum.Write([]byte(strings.ToLower(word))) // a hash never fails
	n := sum.Sum64()
	n ^= n >> 29 // the low bits of short words are much alike
	var out strings.Builder
	for range 2 + len(word)/5 {
		out.WriteString(syllables[n%16])
		n = n>>4 | n<<60
	}
	made := out.String()
	if unicode.IsUpper(rune(word[0])) {
		return strings.ToUpper(made[:1]) + made[1:]
	}
	return made
}

// syllable36 is a short name that tells nothing.
func syllable36(text string) string {
	sum := fnv.New32a()
	_, _ = sum.Write([]byte(text)) // a hash never fails
	return strconv.FormatUint(uint64(sum.Sum32()), 36)
}
