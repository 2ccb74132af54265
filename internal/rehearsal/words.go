package rehearsal

import (
	"hash/fnv"
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
}

func (w word) in(language string) string {
	switch language {
	case "fr":
		return w.Fr
	case "xx":
		return invent(w.En)
	}
	return w.En
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
	invented := out.String()
	if unicode.IsUpper(rune(word[0])) {
		return strings.ToUpper(invented[:1]) + invented[1:]
	}
	return invented
}

// syllable36 is a short name that tells nothing.
func syllable36(text string) string {
	sum := fnv.New32a()
	_, _ = sum.Write([]byte(text)) // a hash never fails
	return strconv.FormatUint(uint64(sum.Sum32()), 36)
}
