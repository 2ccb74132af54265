package selectors

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"sort"
	"unicode/utf8"

	"github.com/nonmerci/nonmerci/internal/hint"
)

// readJSON turns a JSON text into nodes, which know their lines. A key that comes
// twice, or more depth than a file of ours or of the Recorder has, is a finding.
// Findings show no line of the file: what somebody typed may stand in it.
func readJSON(name string, data []byte) (*node, error) {
	r := &jsonReader{src: &source{name: name}, data: data, dec: json.NewDecoder(bytes.NewReader(data))}
	r.dec.UseNumber()
	for i, c := range data {
		if c == '\n' {
			r.ends = append(r.ends, i)
		}
	}
	if !utf8.Valid(data) {
		return nil, r.at().finding(hint.Say("This file is not UTF-8 text."), hint.Say("Save it again as UTF-8."))
	}
	root, err := r.value(0)
	if err == nil {
		if _, more := r.dec.Token(); !errors.Is(more, io.EOF) {
			err = r.at().finding(hint.Say("A file holds one document only."), hint.Say("Take this line out."))
		}
	}
	return root, err
}

type jsonReader struct {
	src  *source
	data []byte
	dec  *json.Decoder
	ends []int // of lines

	begin, counted, column int // of a line, what of it was counted, and how many letters that was
}

// at is where the decoder stands: at the next thing that is no space or comma.
func (r *jsonReader) at() *node {
	at := int(r.dec.InputOffset())
	for at < len(r.data) && bytes.IndexByte([]byte(" \t\r\n,:"), r.data[at]) >= 0 {
		at++
	}
	line := sort.SearchInts(r.ends, at)
	begin := 0
	if line > 0 {
		begin = r.ends[line-1] + 1
	}
	// Many exports are one line of a megabyte, so nothing is counted twice.
	if begin != r.begin || at < r.counted {
		r.begin, r.counted, r.column = begin, begin, 0
	}
	r.column += utf8.RuneCount(r.data[r.counted:at])
	r.counted = at
	return &node{src: r.src, line: line + 1, column: r.column + 1}
}

func (r *jsonReader) broken(n *node) error {
	return n.finding(hint.Say("This is not valid JSON."), hint.Say("Export it from the Recorder again, as JSON."))
}

func (r *jsonReader) value(depth int) (*node, error) {
	n := r.at()
	token, err := r.dec.Token()
	if err != nil {
		return nil, r.broken(n)
	}
	if depth > maxNested {
		return nil, n.finding(hint.Say("Lists and brackets are nested too deeply here."), hint.Say("Check for a bracket or dash too many."))
	}
	switch t := token.(type) {
	case json.Delim:
		if t == '[' {
			n.kind = list
			for r.dec.More() {
				item, err := r.value(depth + 1)
				if err != nil {
					return nil, err
				}
				n.items = append(n.items, item)
			}
		} else if err := r.members(n, depth); err != nil {
			return nil, err
		}
		if _, err := r.dec.Token(); err != nil {
			return nil, r.broken(r.at())
		}
	case string:
		n.kind, n.text, n.quoted = scalar, t, true
	case json.Number:
		n.kind, n.text = scalar, t.String()
	case bool:
		n.kind, n.text = scalar, map[bool]string{true: "true", false: "false"}[t]
	default:
		n.kind = empty
	}
	return n, nil
}

func (r *jsonReader) members(n *node, depth int) error {
	n.kind = mapping
	seen := map[string]bool{}
	for r.dec.More() {
		key, err := r.value(depth + 1)
		if err != nil {
			return err
		}
		if seen[key.text] {
			return key.finding(hint.Say("%q stands here twice.", key.text), hint.Say("Take one of the two out."))
		}
		value, err := r.value(depth + 1)
		if err != nil {
			return err
		}
		seen[key.text] = true
		n.pairs = append(n.pairs, pair{key, value})
	}
	return nil
}
