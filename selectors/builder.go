package selectors

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"

	"github.com/nonmerci/nonmerci/internal/hint"
)

// builder makes one flow out of layers: the built-in files and, over them, the
// user's. It gathers every finding instead of stopping at the first.
type builder struct {
	findings []Finding // what is wrong
	lacking  []Finding // what is missing, see lack
	advice   []Finding // warnings
	flow     *Flow
	phrases  map[string]*phrase
	where    map[string]*node   // "target send" → where it is defined, for findings
	used     map[string]bool    // "target send" → something refers to it
	commits  []Target           // every layer's commit target, also one that was overlaid
	sends    []sendKey          // their words, see sendWords
	cleared  map[string]bool    // "press object-link" → the lock has nothing against it
	also     map[string][]*node // where else a target is pressed
	told     map[string]*node   // targets that are read to tell whose account it is → where
}

func newBuilder() *builder {
	return &builder{
		flow: &Flow{
			Address: map[string]string{}, Targets: map[string]Target{},
			Places: map[string]Place{}, Routes: map[string]Route{},
		},
		phrases: map[string]*phrase{},
		where:   map[string]*node{},
		used:    map[string]bool{},
		cleared: map[string]bool{},
		also:    map[string][]*node{},
		told:    map[string]*node{},
	}
}

// keys are the words that may stand left of a colon, by what they stand in. The
// published schema is tested against this table.
func keys(of string) []string {
	switch of {
	case "flow":
		return []string{"schema", "service", "title", "revision", "checked", "hosts", "forms", "wrong-forms",
			"addresses", "targets", "places", "routes"}
	case "check":
		return []string{"date", "language", "by"}
	case "target":
		return []string{"is", "in", "near", "commit", "also", "learned", "find", "never"}
	case "learned":
		return []string{"date", "language", "browser"}
	case "locator":
		return append(locatorKinds(), "weight")
	case "never":
		return locatorKinds()
	case "place":
		return []string{"kind", "when", "means", "do", "account"}
	case "sign":
		return texts(signs[:])
	case "rule":
		return []string{"at", "see", "any", "none"}
	case "step":
		return append(texts(verbs[:]), "with")
	case "phrases":
		return []string{"schema", "revision", "phrases"}
	case "word":
		return append([]string{"say"}, marks[:]...)
	}
	return nil
}

func locatorKinds() []string { return texts(kindsOfLocators[:]) }

// fields takes a mapping apart and reports every key that is not known in it.
func (b *builder) fields(n *node, of string) map[string]*node {
	if n.kind != mapping {
		b.fault(n, hint.Say("Here something like {%s: …} is expected.", keys(of)[0]), meant("", keys(of)))
		return nil
	}
	known := keys(of)
	out := map[string]*node{}
	for _, p := range n.pairs {
		found := false
		for _, k := range known {
			found = found || p.key.text == k
		}
		switch {
		case found:
			out[p.key.text] = p.value
		case positional(p.key.text):
			b.fault(p.key, hint.Say("A flow cannot name a class, an id, a path or a position, because they change with every release of the page (%q).", p.key.text),
				hint.Say("Use what a person sees (name, text, label) or what an element is for (type, href, autocomplete)."))
		default:
			b.fault(p.key, hint.Say("%q is not known here.", p.key.text), meant(p.key.text, known))
		}
	}
	return out
}

// positional recognises the ways of other tools to say where an element stands.
func positional(key string) bool {
	switch strings.ToLower(key) {
	case "css", "class", "classname", "id", "selector", "xpath", "path", "nth", "index", "position", "data-testid", "testid", "pierce", "aria":
		return true
	}
	return false
}

// text returns a scalar that is not empty and holds nothing hidden.
func (b *builder) text(n *node) (string, bool) {
	switch {
	case n == nil:
		return "", false
	case n.kind == empty || n.kind == scalar && n.text == "":
		b.fault(n, hint.Say("A value is missing here."), hint.Say("Write one, or take the line out."))
	case n.kind != scalar:
		b.fault(n, hint.Say("Here a single text is expected."), hint.Say("Take the brackets or dashes away."))
	case strings.ContainsFunc(n.text, hidden):
		b.fault(n, hint.Say("This text holds control characters or line breaks."), hint.Say("Write it again by hand, on one line."))
	case n.text != strings.TrimSpace(n.text):
		b.fault(n, hint.Say("This text begins or ends with a space."), hint.Say("Take the space away."))
	case len(n.text) > maxText:
		b.fault(n, hint.Say("This text is longer than %d bytes.", maxText), hint.Say("A shorter piece of it is enough."))
	default:
		return n.text, true
	}
	return "", false
}

// maxText bounds words, patterns and sources.
const maxText = 400

// texts returns one text or a list of texts, with their nodes.
func (b *builder) texts(n *node) (values []string, nodes []*node) {
	for _, item := range b.items(n) {
		if s, ok := b.text(item); ok {
			values, nodes = append(values, s), append(nodes, item)
		}
	}
	return values, nodes
}

// items lets a single value stand for a list of one.
func (b *builder) items(n *node) []*node {
	switch {
	case n == nil:
		return nil
	case n.kind == list:
		return n.items
	}
	return []*node{n}
}

// filled is items for a list that must not be empty.
func (b *builder) filled(n *node) []*node {
	items := b.items(n)
	if n != nil && len(items) == 0 {
		b.fault(n, hint.Say("This list is empty."), hint.Say("Write at least one entry, or take the line out."))
	}
	return items
}

func (b *builder) number(n *node, low, high int) (int, bool) {
	s, ok := b.text(n)
	if !ok {
		return 0, false
	}
	i, err := strconv.Atoi(s)
	if err != nil || n.quoted || i < low || i > high || s != strconv.Itoa(i) {
		b.fault(n, hint.Say("Here a whole number from %d to %d is expected.", low, high), hint.Say("Write it in digits, without quotes."))
		return 0, false
	}
	return i, true
}

// flag knows true and false only: what "yes" or "True" mean depends on the
// reader's idea of YAML.
func (b *builder) flag(n *node) bool {
	s, ok := b.text(n)
	if ok && (n.quoted || s != "true" && s != "false") {
		b.fault(n, hint.Say("Here true or false is expected."), hint.Say("Write it in small letters, without quotes."))
		return false
	}
	return s == "true"
}

// word returns a text that must be one of a closed set.
func (b *builder) word(n *node, known []string) (string, bool) {
	s, ok := b.text(n)
	if !ok {
		return "", false
	}
	for _, k := range known {
		if s == k {
			return s, true
		}
	}
	b.fault(n, hint.Say("%q is not known here.", s), meant(s, known))
	return "", false
}

// id checks the name of a target, place, address or phrase. Only one spelling
// is possible, so that no two names look alike.
func (b *builder) id(key *node) (string, bool) {
	if key.kind == scalar && idForm.MatchString(key.text) {
		return key.text, true
	}
	b.fault(key, hint.Say("%q cannot be a name.", key.text),
		hint.Say("Names are small letters a to z and digits, with single dashes between, as in privacy-center."))
	return "", false
}

var idForm = regexp.MustCompile(`^[a-z][a-z0-9]{0,30}(-[a-z0-9]{1,30}){0,5}$`)

// entries goes through a section such as targets: a mapping from names.
func (b *builder) entries(n *node, each func(id string, key, value *node)) {
	switch {
	case n == nil:
	case n.kind != mapping:
		b.fault(n, hint.Say("Here names with a colon behind them are expected."), hint.Say("Write each entry as NAME: …"))
	default:
		for _, p := range n.pairs {
			if id, ok := b.id(p.key); ok {
				each(id, p.key, p.value)
			}
		}
	}
}

// ref uses the name of something that must be defined.
func (b *builder) ref(n *node, section string, defined []string) (string, bool) {
	s, ok := b.word(n, defined)
	if ok {
		b.used[section+" "+s] = true
	}
	return s, ok
}

// later returns the node that stands in the upper layer, so that a clash is
// shown in the file that caused it.
func later(first *node, others ...*node) *node {
	for _, n := range others {
		if n != nil && n.src.layer > first.src.layer {
			first = n
		}
	}
	return first
}

// header checks what every file begins with.
func (b *builder) header(root *node, f map[string]*node) {
	if f["schema"] == nil {
		b.lack(root, hint.Say("%q is missing.", "schema"), hint.Say("Begin the file with %q.", "schema: 1"))
		return
	}
	n, ok := b.number(f["schema"], 1, 9999)
	if ok && n > Format {
		b.fault(f["schema"], hint.Say("This file is written for a newer version of nonmerci: format %d, and this one knows %d.", n, Format),
			hint.Say("Update nonmerci, or use an older file."))
	}
}

// Format is the newest version of the file format that this program knows.
const Format = 1

// speaks tells whether there is a letter or a digit in the text: without one it
// would fit everything.
func speaks(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) })
}

func texts[T ~string](values []T) []string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = string(v)
	}
	return out
}
