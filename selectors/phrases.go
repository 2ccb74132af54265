package selectors

import (
	"slices"
	"strings"

	"github.com/nonmerci/nonmerci/internal/hint"
)

// phrase is one idea in the words of each language.
type phrase struct {
	key       *node
	languages map[string][]word
	replaced  []string // words that an upper layer took out
}

type word struct {
	say  string
	mark string // one of marks
	at   *node
}

// marks say where a wording comes from, the best one first.
var marks = [...]string{"seen", "translated", "expected"}

// decodePhrases reads the phrase files, lowest layer first. An upper layer
// replaces the words of one idea in one language.
func (b *builder) decodePhrases(roots []*node) {
	for _, root := range roots {
		f := b.fields(root, "phrases")
		b.header(root, f)
		if f["revision"] != nil {
			b.number(f["revision"], 1, 2099123199)
		}
		b.entries(f["phrases"], b.phrase)
	}
}

func (b *builder) phrase(id string, key, value *node) {
	p := b.phrases[id]
	if p == nil {
		p = &phrase{languages: map[string][]word{}}
		b.phrases[id] = p
	}
	p.key = key
	if value.kind != mapping || len(value.pairs) == 0 {
		b.fault(value, hint.Say("Here languages with a colon behind them are expected."), hint.Say("Write for example: fr: [{say: …, seen: …}]."))
		return
	}
	for _, pair := range value.pairs {
		language := pair.key.text
		if !languageForm.MatchString(language) {
			b.fault(pair.key, hint.Say("%q is not a language tag.", language), hint.Say("Write a tag such as fr, en-GB or pt-BR."))
			continue
		}
		var words []word
		for _, n := range b.filled(pair.value) {
			if w, ok := b.say(n); ok {
				words = append(words, w)
			}
		}
		for _, old := range p.languages[language] {
			p.replaced = append(p.replaced, old.say)
		}
		p.languages[language] = words
	}
}

// say reads one wording. In the built-in file each one tells where it comes
// from; what a person adds for themselves they have seen.
func (b *builder) say(n *node) (word, bool) {
	w, say := word{mark: marks[0], at: n}, n
	if n.kind == mapping {
		f := b.fields(n, "word")
		given := 0
		for _, mark := range marks {
			if _, ok := b.text(f[mark]); ok {
				w.mark = mark
				given++
			}
		}
		if f["say"] == nil || given > 1 || given == 0 && n.src.layer == 0 {
			b.lack(n, hint.Say("A wording needs say and one of: seen, translated, expected."), hint.Say("Tell where it was seen and when, or that it was not."))
			return w, false
		}
		say = f["say"]
	} else if n.kind == scalar && n.src.layer == 0 {
		b.fault(n, hint.Say("This wording does not tell where it comes from."), hint.Say("Write it as {say: …, seen: \"source, date\"}."))
		return w, false
	}
	var ok bool
	w.say, ok = b.saying(say)
	return w, ok
}

// saying checks words that are compared with those of a page.
func (b *builder) saying(n *node) (string, bool) {
	s, ok := b.text(n)
	if ok && !speaks(s) {
		b.fault(n, hint.Say("There is no letter and no digit in this text, so it would fit everything."), hint.Say("Write the words as they stand in the page."))
		return "", false
	}
	return s, ok
}

// phraseOrWords reads what a locator by words looks for: one phrase, or, in a
// person's own file, the words themselves.
func (b *builder) phraseOrWords(n *node, l *Locator) {
	for _, item := range b.filled(n) {
		s, ok := b.saying(item)
		if !ok {
			continue
		}
		id, isPhrase := strings.CutPrefix(s, "@")
		switch {
		case isPhrase && n.kind == list:
			b.fault(item, hint.Say("A phrase stands alone, not in a list."), hint.Say("Make a locator of its own for it."))
		case isPhrase:
			b.used["phrase "+id] = true
			if b.phrases[id] == nil {
				b.fault(item, hint.Say("There is no phrase %q.", id), meant(id, names(b.phrases)))
				continue
			}
			l.Phrase, l.Values = id, b.phrases[id].words()
		case n.src.layer == 0:
			b.fault(item, hint.Say("The words of a page stand in phrases.yaml, in every language, not in the flow."), hint.Say("Write \"@\" and the name of a phrase, or put these words into a flow file of your own."))
		default:
			l.Values = append(l.Values, s)
		}
	}
}

// said are the words of every phrase, by language.
func (b *builder) said() map[string]map[string][]string {
	out := map[string]map[string][]string{}
	for id, p := range b.phrases {
		out[id] = map[string][]string{}
		for language, words := range p.languages {
			for _, w := range words {
				out[id][language] = append(out[id][language], w.say)
			}
		}
	}
	return out
}

// words spreads a phrase out: English and French first, then the other
// languages by their tags, each wording once.
func (p *phrase) words() []string {
	var out []string
	for _, language := range p.order() {
		for _, w := range p.languages[language] {
			out = append(out, w.say)
		}
	}
	return distinct(out)
}

func (p *phrase) order() []string {
	order := []string{"en", "fr"}
	for _, language := range names(p.languages) {
		if !slices.Contains(order, language) {
			order = append(order, language)
		}
	}
	return order
}

// former are the words of a phrase that an upper layer took out.
func (b *builder) former(id string) []string {
	if p := b.phrases[id]; p != nil {
		return p.replaced
	}
	return nil
}

// wordNode is where a wording of a phrase stands, or nil.
func (b *builder) wordNode(id, say string) *node {
	if p := b.phrases[id]; p != nil {
		for _, words := range p.languages {
			for _, w := range words {
				if w.say == say {
					return w.at
				}
			}
		}
	}
	return nil
}
