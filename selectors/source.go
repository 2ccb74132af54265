package selectors

import (
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	"github.com/nonmerci/nonmerci/internal/hint"
)

// The limits of a file. The YAML parser is recursive, and slows down with the
// square of the number of tokens: at the limit it takes half a second. The
// largest honest file is the built-in phrases, with 215 kB and 25,000 tokens.
const (
	maxBytes  = 256 << 10
	maxTokens = 40_000
	maxNested = 12
)

// source is one file: a layer that lies over the layers with lower numbers.
type source struct {
	name  string // as people are told
	layer int    // 0: built-in
	lines []string
}

type nodeKind int

const (
	scalar nodeKind = iota + 1
	list
	mapping
	empty // nothing, ~ or null
)

// node is a value of a file with its place. It knows less than YAML: no
// anchors, no aliases, no tags, no numbers. A scalar is the text as written, so
// that 012 and 1e3 stay what they are.
type node struct {
	src    *source
	line   int
	column int
	kind   nodeKind
	text   string
	quoted bool
	items  []*node // of a list
	pairs  []pair  // of a mapping
}

type pair struct{ key, value *node }

// read turns a file into nodes. A nil root was reported.
func (b *builder) read(name string, layer int, data []byte) *node {
	src := &source{name: name, layer: layer}
	top := &node{src: src, line: 1, column: 1}
	if len(data) > maxBytes {
		b.fault(top, hint.Say("This file is larger than %d kB.", maxBytes>>10),
			hint.Say("A flow or phrase file is much smaller. Check that this is the right file."))
		return nil
	}
	// The lexer counts the lines of Windows wrongly.
	text := strings.ReplaceAll(strings.TrimPrefix(string(data), "\ufeff"), "\r\n", "\n")
	src.lines = strings.Split(text, "\n")
	if !utf8.ValidString(text) {
		b.fault(top, hint.Say("This file is not UTF-8 text."), hint.Say("Save it again as UTF-8."))
		return nil
	}
	tokens := lexer.Tokenize(text)
	if !b.plain(src, tokens) {
		return nil
	}
	file, err := parser.Parse(tokens, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		b.syntax(src, top, err)
		return nil
	}
	var body ast.Node
	for _, doc := range file.Docs {
		if doc.Body != nil {
			body = doc.Body
		}
	}
	if body == nil {
		b.fault(top, hint.Say("This file is empty."), hint.Say("Begin with %q.", "schema: 1"))
		return nil
	}
	return b.convert(src, body)
}

// plain refuses the parts of YAML that a flow does not need, before the parser
// sees them.
func (b *builder) plain(src *source, tokens token.Tokens) bool {
	if len(tokens) > maxTokens {
		b.fault(src.at(tokens[maxTokens]), hint.Say("This file holds far more than a flow or phrase file needs."),
			hint.Say("Check that this is the right file."))
		return false
	}
	depth, dashes, dashLine := 0, 0, 0
	for i, t := range tokens {
		at := src.at(t)
		switch t.Type {
		case token.AnchorType, token.AliasType:
			b.fault(at, hint.Say("Anchors and aliases (& and *) are not used in these files."),
				hint.Say("Put quotes around a text that begins with & or *."))
			return false
		case token.TagType, token.DirectiveType, token.MergeKeyType, token.MappingKeyType:
			b.fault(at, hint.Say("Tags, directives, merge keys and complex keys are not used in these files."),
				hint.Say("Put quotes around a text that begins with !, %%, ? or <<."))
			return false
		case token.LiteralType, token.FoldedType:
			b.fault(at, hint.Say("Texts over several lines (| and >) are not used in these files."),
				hint.Say("Write the text on one line, in quotes."))
			return false
		case token.DocumentEndType, token.DocumentHeaderType:
			if i == 0 && t.Type == token.DocumentHeaderType {
				continue
			}
			b.fault(at, hint.Say("A file holds one document only."), hint.Say("Take this line out."))
			return false
		case token.MappingStartType, token.SequenceStartType:
			depth++
		case token.MappingEndType, token.SequenceEndType:
			depth--
		case token.SequenceEntryType:
			if at.line != dashLine {
				dashes, dashLine = 0, at.line
			}
			dashes++
		}
		if depth > maxNested || dashes > maxNested {
			b.fault(at, hint.Say("Lists and brackets are nested too deeply here."),
				hint.Say("Check for a bracket or dash too many."))
			return false
		}
	}
	return true
}

func (b *builder) syntax(src *source, top *node, err error) {
	at, message := top, err.Error()
	if e, ok := errors.AsType[yaml.Error](err); ok {
		message = e.GetMessage()
		if t := e.GetToken(); t != nil {
			at = src.at(t)
		}
	}
	b.fault(at, hint.Say("This is not valid YAML: %s.", message),
		hint.Say("Look at the marked place and the line above it. Often a quote mark, a bracket, a colon or a space is missing. "+
			"A text that begins with @, * or # needs quotes."))
}

func (b *builder) convert(src *source, n ast.Node) *node {
	out := src.at(n.GetToken())
	switch n := n.(type) {
	case *ast.MappingNode:
		b.pairs(out, n.Values)
	case *ast.MappingValueNode:
		b.pairs(out, []*ast.MappingValueNode{n})
	case *ast.SequenceNode:
		out.kind = list
		for _, item := range n.Values {
			if item == nil {
				out.items = append(out.items, &node{src: src, line: out.line, column: out.column, kind: empty})
				continue
			}
			out.items = append(out.items, b.convert(src, item))
		}
	case *ast.NullNode:
		out.kind = empty
	default:
		out.kind, out.text = scalar, n.GetToken().Value
		switch n.GetToken().Type {
		case token.SingleQuoteType, token.DoubleQuoteType:
			out.quoted = true
		}
	}
	return out
}

// pairs refuses a key that comes twice, because a second "send" could say
// something else than the one that a reader has seen.
func (b *builder) pairs(out *node, values []*ast.MappingValueNode) {
	out.kind = mapping
	seen := map[string]*node{}
	for _, v := range values {
		key := b.convert(out.src, v.Key)
		if len(out.pairs) == 0 && before(key, out) {
			out.line, out.column = key.line, key.column
		}
		if first := seen[key.text]; first != nil {
			b.fault(key, hint.Say("%q stands here twice; the first is in line %d.", key.text, first.line),
				hint.Say("Take one of the two out."))
			continue
		}
		seen[key.text] = key
		value := &node{src: out.src, line: key.line, column: key.column, kind: empty}
		if v.Value != nil {
			value = b.convert(out.src, v.Value)
		}
		out.pairs = append(out.pairs, pair{key, value})
	}
}

// before tells whether a stands before b: the token of a block mapping is its
// first colon, but people look at its first key.
func before(a, b *node) bool {
	return a.line < b.line || a.line == b.line && a.column < b.column
}

func (s *source) at(t *token.Token) *node {
	n := &node{src: s, line: 1, column: 1}
	if t != nil && t.Position != nil {
		n.line = min(max(t.Position.Line, 1), max(len(s.lines), 1))
		n.column = max(t.Position.Column, 1)
	}
	return n
}
