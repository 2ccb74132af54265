package selectors

import (
	"slices"
	"strings"
)

// languages are those that the built-in phrases speak, in the order of their
// file: the official ones of the European Union, and Norwegian, Brazilian
// Portuguese, Turkish and Ukrainian.
var languages = [...]struct{ tag, name string }{
	{"en", "English"}, {"fr", "French"}, {"de", "German"}, {"es", "Spanish"}, {"it", "Italian"}, {"nl", "Dutch"},
	{"pt-PT", "Portuguese"}, {"pt-BR", "Portuguese (Brazil)"}, {"pl", "Polish"},
	{"bg", "Bulgarian"}, {"cs", "Czech"}, {"da", "Danish"}, {"el", "Greek"}, {"et", "Estonian"}, {"fi", "Finnish"},
	{"ga", "Irish"}, {"hr", "Croatian"}, {"hu", "Hungarian"}, {"lt", "Lithuanian"}, {"lv", "Latvian"}, {"mt", "Maltese"},
	{"no", "Norwegian"}, {"ro", "Romanian"}, {"sk", "Slovak"}, {"sl", "Slovenian"}, {"sv", "Swedish"}, {"tr", "Turkish"},
	{"uk", "Ukrainian"},
}

// Listed tells whether the built-in phrases speak a language, given as a page
// does (BCP 47): what is not understood there says something.
func Listed(tag string) bool {
	base, _, _ := strings.Cut(strings.ToLower(tag), "-")
	if base == "nb" || base == "nn" {
		base = "no"
	}
	return slices.ContainsFunc(languages[:], func(l struct{ tag, name string }) bool {
		own, _, _ := strings.Cut(strings.ToLower(l.tag), "-")
		return base == own
	})
}

// LanguageCoverage tells how well one language is known. Every idea of the
// phrase files counts once: as the best that is known of its words.
type LanguageCoverage struct {
	Language   string   // tag, as in the files
	Name       string   // in English; empty for a language that only a person's own file speaks
	Seen       int      // ideas with a wording that somebody has read on the page
	Translated int      // ideas with no better wording than our own translation of one that was seen
	Expected   int      // ideas with no better wording than a likely one
	Missing    []string // ideas without words, sorted
}

// Coverage is [Base.Coverage] over the built-in files.
func Coverage(own ...[]byte) ([]LanguageCoverage, error) { return Base{}.Coverage(own...) }

// Coverage counts the words of each language, those of the phrases here or,
// with the content of phrase files of a person's own, those in force with these
// over them. The languages of the built-in phrases come first. What a person's
// own file does not mark counts as seen. The error is the first [Finding] about
// content that is no phrase file that can be used, such as a flow.
func (b Base) Coverage(own ...[]byte) ([]LanguageCoverage, error) {
	var files []file
	for i, data := range own {
		files = append(files, file{name: phraseFile, layer: i + 1, data: data})
	}
	r := b.readPhrases(files)
	if faults := r.faults(); len(faults) > 0 {
		return nil, faults[0]
	}
	var out []LanguageCoverage
	for _, l := range languages {
		out = append(out, r.coverage(l.tag, l.name))
	}
	for _, tag := range r.otherLanguages() {
		out = append(out, r.coverage(tag, ""))
	}
	return out, nil
}

func (b *builder) coverage(tag, name string) LanguageCoverage {
	c := LanguageCoverage{Language: tag, Name: name}
	for _, id := range names(b.phrases) {
		best := ""
		for _, w := range b.phrases[id].languages[tag] {
			if best == "" || slices.Index(marks[:], w.mark) < slices.Index(marks[:], best) {
				best = w.mark
			}
		}
		switch best {
		case "seen":
			c.Seen++
		case "translated":
			c.Translated++
		case "expected":
			c.Expected++
		default:
			c.Missing = append(c.Missing, id)
		}
	}
	return c
}

// otherLanguages are those that only a person's own files speak.
func (b *builder) otherLanguages() []string {
	spoken := map[string]bool{}
	for _, p := range b.phrases {
		for tag := range p.languages {
			spoken[tag] = true
		}
	}
	for _, l := range languages {
		delete(spoken, l.tag)
	}
	return names(spoken)
}
