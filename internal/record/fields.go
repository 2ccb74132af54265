package record

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
)

var (
	shotFile   = regexp.MustCompile(`^shots/\d{2,}-[a-z0-9-]+\.png$`)
	fieldsFile = regexp.MustCompile(`^fields(-\d+)?\.json$`)
)

// fieldsName is the name of the nth reading.
func fieldsName(n int) string {
	if n == 1 {
		return "fields.json"
	}
	return fmt.Sprintf("fields-%d.json", n)
}

// fieldsDoc is the content of a fields file.
type fieldsDoc struct {
	Schema int        `json:"schema"`
	Nonce  string     `json:"nonce"`
	Fields []fieldDoc `json:"fields"`
}

type fieldDoc struct {
	Label     string `json:"label"`
	Target    string `json:"target"`
	Value     string `json:"value"`
	SHA256    string `json:"sha256"` // of the value, UTF-8
	Prefilled bool   `json:"prefilled"`
	Changed   bool   `json:"changed"`
}

func encodeFields(nonce string, fields []Field) ([]byte, error) {
	doc := fieldsDoc{Schema: schema, Nonce: nonce, Fields: make([]fieldDoc, len(fields))}
	for i, f := range fields {
		doc.Fields[i] = fieldDoc{f.Label, f.Target, f.Value, digest([]byte(f.Value)), f.Prefilled, f.Changed}
	}
	return encodeDoc(doc)
}

func decodeFields(b []byte) ([]Field, error) {
	var doc fieldsDoc
	if err := json.Unmarshal(b, &doc); err != nil {
		return nil, err
	}
	fields := make([]Field, len(doc.Fields))
	for i, f := range doc.Fields {
		fields[i] = Field{f.Label, f.Target, f.Value, f.Prefilled, f.Changed}
	}
	return fields, nil
}

// encodeDoc gives a JSON file that a person can read.
func encodeDoc(v any) ([]byte, error) {
	b, err := marshal(v)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := json.Indent(&out, b, "", "  "); err != nil {
		return nil, err
	}
	out.WriteByte('\n')
	return out.Bytes(), nil
}
