package selectors

import (
	_ "embed"
	"path/filepath"
	"slices"

	"github.com/nonmerci/nonmerci/internal/hint"
)

// Schema returns the JSON Schema (draft 2020-12) of flow and phrase files, for
// editors. It knows the shape of a file; [Lint] knows all the rest.
func Schema() []byte {
	return builtInFile("flow.schema.json").data
}

// Help tells, in Markdown, how to mend a flow file, with one heading for each key.
func Help() string { return mending }

//go:embed mending.md
var mending string

// Lint is [Base.Lint] over the built-in files.
func Lint(name string, data []byte, phrases ...[]byte) []Finding {
	return Base{}.Lint(name, data, phrases...)
}

// Lint checks one file of the user's, a flow or a phrase file, as it would lie
// over these ones. A flow file may use the user's own phrases: hand over
// that file's content, too. The findings come in the order of the file; those
// that are not [Finding.Warning] keep the file from being used.
func (b Base) Lint(name string, data []byte, phrases ...[]byte) []Finding {
	var words []file // the user's
	for _, p := range phrases {
		words = append(words, file{name: filepath.Join(filepath.Dir(name), phraseFile), layer: 1, data: p})
	}
	own := file{name: name, layer: 2, data: data}
	root := newBuilder().read(own.name, own.layer, own.data)
	if root.has("phrases") {
		return b.lintPhrases(append(words, own))
	}
	services := Services()
	if s := root.get("service"); s != nil && slices.Contains(services, s.text) {
		services = []string{s.text}
	}
	r := newBuilder()
	under, below := b.of(services[0])
	r.run(services[0], []file{under, own}, append([]file{below}, words...))
	if faults := r.faults(); len(faults) > 0 {
		return faults // advice about half a file would mislead
	}
	r.advise(own.layer)
	return sorted(r.advice)
}

func (b Base) lintPhrases(words []file) []Finding {
	r := b.readPhrases(words)
	if faults := r.faults(); len(faults) > 0 {
		return faults
	}
	r.advisePhrases(words[len(words)-1].layer)
	return sorted(r.advice)
}

// readPhrases reads the user's phrase files under every service, because a phrase
// may be of use, or do harm, in one of them only.
func (b Base) readPhrases(words []file) *builder {
	all := newBuilder()
	for _, service := range Services() {
		r := newBuilder()
		under, below := b.of(service)
		r.run(service, []file{under}, append([]file{below}, words...))
		all.findings = append(all.findings, r.findings...)
		all.lacking = append(all.lacking, r.lacking...)
		all.phrases = r.phrases
		for what := range r.used {
			all.used[what] = true
		}
	}
	return all
}

// advise warns of what is valid in a layer and yet of no use.
func (b *builder) advise(layer int) {
	mine := func(n *node) bool { return n != nil && n.src.layer == layer }
	for _, id := range names(b.flow.Targets) {
		at := b.where["target "+id]
		if !mine(at) {
			continue
		}
		weight := 0
		for _, l := range b.flow.Targets[id].Find {
			weight += l.Weight
		}
		if weight < Enough {
			b.warn(at, hint.Say("%q can never be found: its locators weigh %d together, and %d are needed.", id, weight, Enough), hint.Say("Add a second locator, or give a structural one weight: 2."))
		}
		if !b.used["target "+id] {
			b.warn(at, hint.Say("Nothing uses %q.", id), hint.Say("Use it in places or routes, or take it out."))
		}
	}
	for _, id := range names(b.flow.Address) {
		if at := b.where["address "+id]; mine(at) && !b.used["address "+id] {
			b.warn(at, hint.Say("Nothing uses %q.", id), hint.Say("Use it in places or routes, or take it out."))
		}
	}
	for _, id := range names(b.flow.Places) {
		if at := b.where["place "+id]; mine(at) && b.flow.Places[id].Kind == PageKind && !b.used["place "+id] {
			b.warn(at, hint.Say("No route leads on from %q.", id), hint.Say("Name it in a route, or take it out."))
		}
	}
}

// Enough is the weight from which on a target counts as found.
const Enough = 2

func (b *builder) advisePhrases(layer int) {
	for _, id := range names(b.phrases) {
		p := b.phrases[id]
		if p.key.src.layer != layer {
			continue
		}
		for _, language := range []string{"en", "fr"} {
			if len(p.languages[language]) == 0 {
				b.warn(p.key, hint.Say("%q has no words in the language %s.", id, language), hint.Say("Add them if you know them."))
			}
		}
		if !b.used["phrase "+id] {
			b.warn(p.key, hint.Say("Nothing uses %q.", id), hint.Say("Write \"@\" and its name in a target of a flow file, or take it out."))
		}
	}
}

// get returns the value of a key of a mapping, or nil.
func (n *node) get(key string) *node {
	if n != nil {
		for _, p := range n.pairs {
			if p.key.text == key {
				return p.value
			}
		}
	}
	return nil
}

func (n *node) has(key string) bool { return n.get(key) != nil }
