package selectors

import (
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/token"

	"github.com/nonmerci/nonmerci/internal/hint"
)

// The sections of a flow file that hold entries, in the order in which one may
// refer to the other.
var sections = []string{"addresses", "targets", "places", "routes"}

// Change is one entry that an import puts into a person's own file.
type Change struct {
	Section string
	Name    string
	Over    string // what it replaces: "own", [BuiltIn], [Downloaded], or empty: nothing
}

// Import puts all entries of somebody else's flow file into this one, each as a
// whole and with its comments, and tells which. An entry that stands here in the
// same words is left alone. Its error is a [Finding] in one of the two files.
func (o Own) Import(name string, data []byte) (Own, []Change, error) {
	from := Own{Name: name, Service: o.Service, Data: data, Phrases: o.Phrases}
	if len(data) == 0 {
		return o, nil, (&node{src: &source{name: name}, line: 1, column: 1}).finding(hint.Say("This file is empty."), hint.Say("Begin with %q.", "schema: 1"))
	}
	for _, f := range o.Base.Lint(name, data, o.phrases()...) {
		if !f.Warning {
			return o, nil, f
		}
	}
	root, err := from.root()
	if err != nil {
		return o, nil, err
	}
	if err := whole(root); err != nil {
		return o, nil, err
	}
	mine, err := o.root()
	if err != nil {
		return o, nil, err
	}
	under, _ := o.Base.of(o.Service)
	below := newBuilder().read(under.name, under.layer, under.data)
	var changes []Change
	next, text := o, from.text()
	for _, section := range sections {
		in := root.get(section)
		if in == nil || in.kind == empty {
			continue
		}
		depth := in.pairs[0].key.column - 1
		for _, p := range in.pairs {
			c := Change{Section: section, Name: p.key.text}
			switch old := mine.get(section).get(c.Name); {
			case old != nil && old.spelt() == p.value.spelt():
				continue
			case old != nil:
				c.Over = "own"
			case below.get(section).has(c.Name):
				c.Over = under.source()
			}
			lines := slices.Clone(text.lines[p.key.line-1 : text.end(p.key.line, depth)])
			for i, l := range lines {
				lines[i] = l[min(depth, len(l)-len(strings.TrimLeft(l, " "))):]
			}
			if next, err = next.write(section, c.Name, lines); err != nil {
				return o, nil, err
			}
			changes = append(changes, c)
		}
	}
	return next, changes, next.stands(mine, func(section, id string) bool {
		return slices.ContainsFunc(changes, func(c Change) bool { return c.Section == section && c.Name == id })
	})
}

// ServiceOf is the service that a flow file says it is for, or empty.
func ServiceOf(data []byte) string {
	b := newBuilder()
	if s := b.read("", 1, data).get("service"); s != nil && slices.Contains(Services(), s.text) {
		return s.text
	}
	return ""
}

// whole refuses a file that holds more than entries written in lines: what counts
// for all pages alike (hosts, forms) is for a person to take over by hand.
func whole(root *node) error {
	for _, p := range root.pairs {
		switch {
		case slices.Contains([]string{"schema", "service", "title", "revision", "checked"}, p.key.text):
		case !slices.Contains(sections, p.key.text):
			return p.key.finding(hint.Say("This file changes %s, and that is not imported.", p.key.text), hint.Say("If you know why, write it into your own file by hand; else take it out here."))
		case p.value.kind == mapping && (len(p.value.pairs) == 0 || p.value.pairs[0].key.line == p.key.line):
			return p.value.finding(hint.Say("This section stands in brackets, so nothing can be put into it or taken out of it automatically. The file was left as it is."),
				hint.Say("Write each entry on lines of its own, below the name of its section."))
		}
	}
	return nil
}

// Bare is the file without comments, to be given to others. Its error is a
// [Finding]: the file cannot be used, or something in it looks like an address or
// a number of a person's.
func (o Own) Bare() ([]byte, error) {
	root, err := o.root()
	if err != nil {
		return nil, err
	}
	for _, f := range o.Base.Lint(o.Name, o.Data, o.phrases()...) {
		if !f.Warning {
			return nil, f
		}
	}
	if n := root.personal(); n != nil {
		return nil, n.finding(hint.Say("This looks like something personal, so the file was not given out."), hint.Say("Take it out, or write words there that everybody sees on that page."))
	}
	whole := o.text()
	columns := map[int]int{}
	for _, t := range lexer.Tokenize(strings.Join(whole.lines, "\n")) {
		if t.Type == token.CommentType && t.Position != nil {
			columns[t.Position.Line] = t.Position.Column
		}
	}
	bare := &text{ends: "\n"}
	for i, l := range whole.lines {
		if column, noted := columns[i+1]; noted {
			l = string([]rune(l)[:min(column-1, len([]rune(l)))])
		}
		if l = strings.TrimRight(l, " "); l != "" {
			bare.lines = append(bare.lines, l)
		}
	}
	again := Own{Name: o.Name, Service: o.Service, Data: bare.bytes(), Phrases: o.Phrases, Base: o.Base}
	return again.Data, again.stands(root, func(string, string) bool { return false })
}

// personals are the shapes of what belongs to one person: an e-mail address, a
// telephone number, an @handle.
var personals = []*regexp.Regexp{
	regexp.MustCompile(`\S@\S+\.\S`), regexp.MustCompile(`(?:^|[^\pL\pN])@[a-zA-Z0-9._]{2,}`), regexp.MustCompile(`\+?\d[\d ()/.-]{7,}\d`),
}

func personal(text string) bool {
	return slices.ContainsFunc(personals, func(p *regexp.Regexp) bool { return p.MatchString(text) })
}

// personal finds the first text of that kind below a target; the numbers of forms
// are everybody's.
func (n *node) personal() *node {
	switch n.kind {
	case scalar:
		if n.quotedPhrase() || formID.MatchString(n.text) || dateForm.MatchString(n.text) || revisionForm.MatchString(n.text) {
			return nil
		}
		if personal(n.text) {
			return n
		}
	case list:
		for _, item := range n.items {
			if found := item.personal(); found != nil {
				return found
			}
		}
	case mapping:
		for _, p := range n.pairs {
			if found := p.value.personal(); found != nil {
				return found
			}
		}
	}
	return nil
}

// quotedPhrase tells "@settings", which is a phrase and not a handle.
func (n *node) quotedPhrase() bool {
	return strings.HasPrefix(n.text, "@") && idForm.MatchString(n.text[1:])
}
