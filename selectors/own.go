package selectors

import (
	"cmp"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/token"

	"github.com/nonmerci/nonmerci/internal/hint"
)

// This file changes a person's own flow file as text: what they wrote beside the
// entry in question (order, comments, quotes, empty lines) stays as it is, byte
// by byte.

// Own is a person's own flow file for a service. The zero Data is a file that is
// not there yet.
type Own struct {
	Name    string // for messages; also where it lies
	Service string
	Data    []byte
	Phrases []byte // the person's own phrases, or nothing
	Base    Base   // what they lie over
}

// Flow is the flow that would be in force with this file. Its error is a [Finding].
func (o Own) Flow() (*Flow, error) {
	under, phrases := o.Base.of(o.Service)
	flows, words := []file{under}, []file{phrases}
	if o.Data != nil {
		flows = append(flows, file{name: o.Name, layer: 1, data: o.Data})
	}
	if o.Phrases != nil {
		words = append(words, file{name: filepath.Join(filepath.Dir(o.Name), phraseFile), layer: 1, data: o.Phrases})
	}
	flow, findings := build(o.Service, flows, words)
	if flow == nil {
		return nil, findings[0]
	}
	return flow, nil
}

// Mend puts a target into the file, or in place of the one of that name. Comments
// that stood in the old one stay with the new one. Everything else stays as it
// was. What [Lint] would refuse is refused, with the [Finding]: no mend makes a
// flow that presses Send.
func (o Own) Mend(id string, t Target) (Own, error) {
	return o.put("targets", id, t.lines(id))
}

// Without takes the entries of a name (targets, places, routes, addresses) out of
// the file, so that the built-in ones count again.
func (o Own) Without(id string) (Own, error) {
	root, err := o.root()
	if err != nil {
		return o, err
	}
	next, found, all := o, false, []string{}
	for _, section := range sections {
		in := root.get(section)
		if in == nil {
			continue
		}
		for _, p := range in.pairs {
			all = append(all, p.key.text)
		}
		if !in.has(id) {
			continue
		}
		found = true
		if next, err = next.put(section, id, nil); err != nil {
			return o, err
		}
	}
	if !found {
		return o, hint.New(hint.Say("Your file holds nothing of the name %q. It was left as it is.", id), meant(id, all))
	}
	return next, nil
}

// put replaces, adds or (without lines) takes out one entry of a section.
func (o Own) put(section, id string, lines []string) (Own, error) {
	before, err := o.root()
	if err != nil {
		return o, err
	}
	next, err := o.write(section, id, lines)
	if err != nil {
		return o, err
	}
	return next, next.stands(before, func(in, name string) bool { return in == section && name == id })
}

// write is put without looking at what comes of it.
func (o Own) write(section, id string, lines []string) (Own, error) {
	root, err := o.root()
	if err != nil {
		return o, err
	}
	text := o.text()
	if err := text.put(root, section, id, lines); err != nil {
		return o, err
	}
	o.Data = text.bytes()
	return o, nil
}

// root reads what the file says, however wrong that may be as a flow.
func (o Own) root() (*node, error) {
	b := newBuilder()
	if len(o.Data) == 0 {
		return &node{src: &source{name: o.Name, layer: 1}, kind: mapping}, nil
	}
	root := b.read(o.Name, 1, o.Data)
	switch {
	case len(b.findings) > 0:
		return nil, b.faults()[0]
	case root == nil || root.kind != mapping:
		return nil, (&node{src: &source{name: o.Name}, line: 1, column: 1}).finding(hint.Say("This is not a flow file."), hint.Say("Begin with %q.", "schema: 1"))
	}
	if s := root.get("service"); s != nil && s.text != o.Service {
		return nil, s.finding(hint.Say("This file is for %s, and here the flow of %s is read.", s.text, o.Service), hint.Say("Name the file after its service, or mend the name of the service in it."))
	}
	return root, nil
}

// stands is the last word on a change: the file can be used, and says what it
// said before, but for the entries that were meant.
func (o Own) stands(before *node, meant func(section, id string) bool) error {
	for _, f := range o.Base.Lint(o.Name, o.Data, o.phrases()...) {
		if !f.Warning {
			return f
		}
	}
	after, err := o.root()
	if err != nil {
		return err
	}
	if saying(before, meant) != saying(after, meant) {
		return after.finding(hint.Say("This file is written in a way that cannot be changed without touching the rest. It was left as it is."),
			hint.Say("Write each entry on lines of its own, below the name of its section."))
	}
	return nil
}

func (o Own) phrases() [][]byte {
	if o.Phrases == nil {
		return nil
	}
	return [][]byte{o.Phrases}
}

// saying spells out what a file says, but for some entries and for what every
// file begins with.
func saying(root *node, without func(section, id string) bool) string {
	var b strings.Builder
	for _, p := range root.pairs {
		if slices.Contains(sections, p.key.text) {
			for _, entry := range p.value.pairs {
				if !without(p.key.text, entry.key.text) {
					fmt.Fprintf(&b, "%q %q %s\n", p.key.text, entry.key.text, entry.value.spelt())
				}
			}
			continue
		}
		if p.key.text != "schema" && p.key.text != "service" {
			fmt.Fprintf(&b, "%q %s\n", p.key.text, p.value.spelt())
		}
	}
	return b.String()
}

// spelt is the value in one spelling.
func (n *node) spelt() string {
	switch n.kind {
	case list:
		said := make([]string, len(n.items))
		for i, item := range n.items {
			said[i] = item.spelt()
		}
		return "[" + strings.Join(said, ", ") + "]"
	case mapping:
		said := make([]string, len(n.pairs))
		for i, p := range n.pairs {
			said[i] = strconv.Quote(p.key.text) + ": " + p.value.spelt()
		}
		return "{" + strings.Join(said, ", ") + "}"
	case scalar:
		return strconv.Quote(n.text)
	}
	return "nothing"
}

// text is a file by its lines.
type text struct {
	lines []string
	mark  string         // what it begins with: a byte order mark, or nothing
	ends  string         // how its lines end
	notes map[int]string // comments, by line from 1
}

func (o Own) text() *text {
	t := &text{ends: "\n", notes: map[int]string{}}
	whole := string(o.Data)
	if len(o.Data) == 0 {
		whole = o.opening()
	}
	if strings.HasPrefix(whole, "\ufeff") {
		t.mark, whole = "\ufeff", strings.TrimPrefix(whole, "\ufeff")
	}
	if strings.Contains(whole, "\r\n") {
		t.ends, whole = "\r\n", strings.ReplaceAll(whole, "\r\n", "\n")
	}
	for _, tok := range lexer.Tokenize(whole) {
		if tok.Type == token.CommentType && tok.Position != nil {
			t.notes[tok.Position.Line] = strings.TrimSpace(tok.Value)
		}
	}
	t.lines = strings.Split(strings.TrimRight(whole, "\n"), "\n")
	return t
}

// opening is how a file begins that the program writes.
func (o Own) opening() string {
	return fmt.Sprintf("# Your own mends for %s. They lie over what nonmerci brings along; what is not\n# here stays as it is there. `nonmerci selectors help` explains the format.\nschema: 1\nservice: %s\n", o.Service, o.Service)
}

func (t *text) bytes() []byte { return []byte(t.mark + strings.Join(t.lines, t.ends) + t.ends) }

// put changes one entry of a section that is written in lines.
func (t *text) put(root *node, section, id string, lines []string) error {
	var head *pair
	for i, p := range root.pairs {
		if p.key.text == section {
			head = &root.pairs[i]
		}
	}
	if head == nil || head.value.kind == empty {
		if lines == nil {
			return nil
		}
		if head == nil {
			t.lines = append(t.lines, "", section+":")
			t.lines = append(t.lines, indented(lines, 2)...)
			return nil
		}
		t.insert(head.key.line, indented(lines, 2))
		return nil
	}
	in := head.value
	if in.kind != mapping || len(in.pairs) == 0 || in.pairs[0].key.line == head.key.line {
		return in.finding(hint.Say("This section stands in brackets, so nothing can be put into it or taken out of it automatically. The file was left as it is."),
			hint.Say("Write each entry on lines of its own, below the name of its section."))
	}
	depth := in.pairs[0].key.column - 1
	at := slices.IndexFunc(in.pairs, func(p pair) bool { return p.key.text == id })
	if at < 0 {
		if lines != nil {
			last := in.pairs[len(in.pairs)-1].key.line
			t.insert(t.end(last, depth), indented(lines, depth))
		}
		return nil
	}
	first := in.pairs[at].key.line
	end := t.end(first, depth)
	if lines != nil {
		lines = slices.Insert(slices.Clone(lines), 1, t.comments(first, end)...)
		lines = indented(lines, depth)
	} else if len(in.pairs) == 1 { // nothing stays in the section
		first = head.key.line
	}
	t.lines = slices.Replace(t.lines, first-1, end, lines...)
	return nil
}

// end is the last line of an entry that begins in a line: what follows, and
// stands farther in, belongs to it.
func (t *text) end(first, depth int) int {
	last := first
	for n := first + 1; n <= len(t.lines); n++ {
		line := t.lines[n-1]
		bare := strings.TrimLeft(line, " ")
		if bare == "" {
			continue
		}
		if len(line)-len(bare) <= depth {
			break
		}
		last = n
	}
	return last
}

// comments are what somebody noted in an entry.
func (t *text) comments(first, last int) (notes []string) {
	for n := first; n <= last; n++ {
		if note, ok := t.notes[n]; ok {
			notes = append(notes, "  # "+strings.TrimSpace(strings.TrimPrefix(note, "#")))
		}
	}
	return notes
}

func (t *text) insert(after int, lines []string) { t.lines = slices.Insert(t.lines, after, lines...) }

func indented(lines []string, by int) []string {
	out := make([]string, len(lines))
	for i, l := range lines {
		out[i] = strings.Repeat(" ", by) + l
	}
	return out
}

// lines writes a target as it stands in a file.
func (t Target) lines(id string) []string {
	out := []string{id + ":", "  is: [" + strings.Join(texts(t.Is), ", ") + "]"}
	add := func(key, value string) {
		if value != "" {
			out = append(out, "  "+key+": "+value)
		}
	}
	if t.In != "" && t.In != Top {
		add("in", string(t.In))
	}
	add("near", t.Near)
	if t.Commit {
		add("commit", "true")
	}
	if len(t.Also) > 0 {
		add("also", "["+strings.Join(t.Also, ", ")+"]")
	}
	if l := t.Learned; l != nil {
		add("learned", fmt.Sprintf("{date: %s, language: %s, browser: %s}", l.Date, l.Language, quoted(l.Browser)))
	}
	out = append(out, "  find:")
	for _, l := range t.Find {
		out = append(out, "    - "+l.line(true))
	}
	if len(t.Never) > 0 {
		out = append(out, "  never:")
		for _, l := range t.Never {
			out = append(out, "    - "+l.line(false))
		}
	}
	return out
}

// line writes a locator.
func (l Locator) line(weighs bool) string {
	value := "true"
	switch {
	case l.By == ByOnly:
	case l.Phrase != "":
		value = quoted("@" + l.Phrase)
	case l.By == ByForm:
		value = cmp.Or(l.List, formLists[0])
	case len(l.Values) == 1:
		value = quoted(l.Values[0])
	default:
		said := make([]string, len(l.Values))
		for i, v := range l.Values {
			said[i] = quoted(v)
		}
		value = "[" + strings.Join(said, ", ") + "]"
	}
	weight := ""
	if weighs && l.Weight > 1 {
		weight = ", weight: " + strconv.Itoa(l.Weight)
	}
	return "{" + string(l.By) + ": " + value + weight + "}"
}

// quoted writes a text so that YAML reads nothing else into it.
func quoted(s string) string {
	r := strings.NewReplacer(`\`, `\\`, `"`, `\"`)
	return `"` + r.Replace(s) + `"`
}
