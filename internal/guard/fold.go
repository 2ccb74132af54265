package guard

import (
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// fold breaks a name into words in a spelling that ignores everything by which
// the same label can be written differently: case, accents, width, styled and
// circled letters, invisible characters, punctuation, digits and ornaments.
// Letters that look alike become one letter.
//
// disguised reports spellings that no label of a real page needs: letters of
// look-alike alphabets within one word, rare letters of those alphabets, and
// text whose direction is overridden.
//
// Compatibility forms (full-width, mathematical, circled letters) follow
// Unicode's NFKD, the idea of mixed alphabets Unicode's UTS #39.
func fold(name string) (words []string, disguised bool) {
	var (
		word     strings.Builder
		alphabet *unicode.RangeTable // of the letters since the last gap
		lower    bool                // the letter before was a small one
	)
	fold := cases.Fold()
	end := func() {
		if word.Len() > 0 {
			words = append(words, lookalikes.Replace(fold.String(word.String())))
			word.Reset()
		}
	}
	for _, r := range norm.NFKD.String(name) {
		r = unboxed(r)
		switch {
		case r == '\u202d' || r == '\u202e': // direction overrides: "dneS" would read "Send"
			disguised = true
		case invisible(r):
		case !unicode.IsLetter(r):
			end()
			alphabet, lower = nil, false
		case unicode.In(r, unspaced...):
			end()
			words = append(words, string(r))
			alphabet, lower = nil, false
		default:
			a, rare := alphabetOf(r)
			disguised = disguised || rare || alphabet != nil && a != nil && a != alphabet
			if a != nil {
				alphabet = a
			}
			if lower && unicode.IsUpper(r) { // sendNow
				end()
			}
			lower = unicode.IsLower(r)
			word.WriteRune(r)
		}
	}
	end()
	return words, disguised
}

// unspaced are the scripts that do not put spaces between words. Each of their
// characters counts as a word, so that a send word is found inside a sentence.
var unspaced = []*unicode.RangeTable{
	unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar,
}

// invisible reports characters that change how a word is written, not what it
// says: accents, joiners, direction marks, fillers.
func invisible(r rune) bool {
	return unicode.In(r, unicode.M, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point)
}

// unboxed undoes the letters that Unicode draws in a box, disc or flag and that
// have no compatibility form.
func unboxed(r rune) rune {
	for _, first := range [...]rune{0x1F150, 0x1F170, 0x1F1E6} {
		if first <= r && r < first+26 {
			return 'A' + r - first
		}
	}
	return r
}

// alphabetOf returns the alphabet of a letter if it is one of those that share
// shapes, else nil. rare reports letters of them that the languages of this
// program do not use; they serve disguise only.
func alphabetOf(r rune) (alphabet *unicode.RangeTable, rare bool) {
	switch {
	case unicode.Is(unicode.Latin, r):
		plain := 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z'
		return unicode.Latin, !plain && !strings.ContainsRune("æÆœŒøØłŁđĐðÐþÞħĦŧŦŋŊıəƏßẞ", r)
	case unicode.Is(unicode.Cyrillic, r):
		plain := 'Ѐ' <= r && r <= 'џ' || r == 'ґ' || r == 'Ґ'
		return unicode.Cyrillic, !plain
	case unicode.Is(unicode.Greek, r):
		return unicode.Greek, r < 'Α' || r > 'ω'
	case unicode.Is(unicode.Armenian, r):
		return unicode.Armenian, false
	case unicode.In(r, unicode.Cherokee, unicode.Coptic, unicode.Lisu, unicode.Deseret, unicode.Old_Italic):
		return nil, true
	}
	return nil, false
}

// lookalikes gives letters that can be taken for each other, in either case,
// the same spelling: the Greek small eta looks like n and its capital like H, so
// n, h and eta fall together. What matters is that no two look-alikes stay
// apart; send words are spelt the same way.
var lookalikes = strings.NewReplacer(
	"а", "a", "α", "a",
	"в", "b", "β", "b", "ь", "b",
	"с", "c", "ϲ", "c", "ς", "c",
	"đ", "d", "ð", "d",
	"е", "e", "ε", "e", "э", "e", "є", "e", "ə", "e",
	"ζ", "z",
	"һ", "n", "h", "n", "ħ", "n", "н", "n", "η", "n", "п", "n", "ν", "n", "v", "n", "ŋ", "n",
	"і", "i", "ι", "i", "ı", "i", "l", "i", "ł", "i",
	"ј", "j",
	"к", "k", "κ", "k",
	"м", "m", "μ", "m",
	"о", "o", "ο", "o", "ø", "o", "σ", "o",
	"р", "p", "ρ", "p",
	"г", "r",
	"ѕ", "s",
	"т", "t", "τ", "t", "ŧ", "t",
	"у", "y", "υ", "y", "u", "y", "γ", "y", "ц", "y",
	"х", "x", "χ", "x",
	"ω", "w", "ш", "w",
	"æ", "ae", "œ", "oe", "þ", "tn",
)
