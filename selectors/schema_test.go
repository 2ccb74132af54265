package selectors

// This file looks inside the package: the table of keys is not exported.

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

func compiled(t *testing.T) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(Schema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("flow.schema.json", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("flow.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// TestSchemaAcceptsWhatIsBuiltIn keeps editors from marking good files.
func TestSchemaAcceptsWhatIsBuiltIn(t *testing.T) {
	schema := compiled(t)
	files, err := filepath.Glob("flows/*.yaml")
	if err != nil || len(files) != 1+len(Services()) {
		t.Fatalf("files = %q, %v", files, err)
	}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(decoded(t, data)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestSchemaAndParserAgree: what one of them refuses for its shape, the other
// refuses, too.
func TestSchemaAndParserAgree(t *testing.T) {
	schema := compiled(t)
	const head = "schema: 1\nservice: facebook\n"
	tests := []struct {
		data string
		good bool
	}{
		{head, true},
		{"service: facebook\n", false},
		{"schema: 1\n", false},
		{"schema: 2\nservice: facebook\n", false},
		{head + "title: 5e\n", true},
		{head + "unknown: 1\n", false},
		{head + "hosts: www.facebook.com\n", true},
		{head + "forms: [\"12\"]\n", false},
		{head + "addresses: {a: \"http://www.facebook.com/\"}\n", false},
		{head + "addresses: {A: \"https://www.facebook.com/\"}\n", false},
		{head + "checked: [{date: 2026-11-23, language: fr, by: me}]\n", true},
		{head + "checked: [{date: 2026-11-23, language: fr}]\n", false},
		{head + "targets: {x: {is: link, find: {name: Menu}}}\n", true},
		{head + "targets: {x: {is: [link, button], find: [{name: [Menu, Menü]}, {says: Menu, weight: 2}]}}\n", true},
		{head + "targets: {x: {is: link}}\n", false},
		{head + "targets: {x: {is: [], find: {name: Menu}}}\n", false},
		{head + "targets: {x: {is: link, find: []}}\n", false},
		{head + "targets: {x: {is: link, find: {css: Menu}}}\n", false},
		{head + "targets: {x: {is: link, find: {name: Menu, weight: 0}}}\n", false},
		{head + "targets: {x: {is: link, find: {name: Menu}, never: {name: More}}}\n", true},
		{head + "targets: {x: {is: link, find: {name: Menu}, never: {name: More, weight: 2}}}\n", false},
		{head + "targets: {x: {is: link, in: dialog, find: {name: Menu}}}\n", false},
		{head + "targets: {x: {is: textbox, find: {only: true}}}\n", true},
		{head + "targets: {x: {is: textbox, find: {only: false}}}\n", false},
		{head + "places: {x: {kind: page, when: {at: /x}}}\n", true},
		{head + "places: {x: {kind: page, when: {at: /x}, do: {click: y}}}\n", false},
		{head + "places: {x: {kind: page}}\n", false},
		{head + "targets: {x: {is: link, find: {around: \"Page of {}\", weight: 2}}}\nplaces: {y: {kind: page, when: {at: /x}, account: {name: x}}}\n", true},
		{head + "targets: {x: {is: link, find: {name: Menu}}}\nplaces: {y: {kind: page, when: {at: /x}, account: [{handle: x, others: x}]}}\n", false},
		{head + "targets: {x: {is: link, find: {name: Menu}}}\nplaces: {y: {kind: page, when: {at: /x}, account: [{who: x}]}}\n", false},
		{head + "routes: {direct: {start: {open: form}}}\n", true},
		{head + "routes: {direct: {}}\n", false},
		{head + "routes: {other: {start: {open: form}}}\n", false},
		{"schema: 1\nphrases: {object: {fr: refuser}}\n", true},
		{"schema: 1\nphrases: {object: {fr: [{say: refuser, seen: here}, refuser]}}\n", true},
		{"schema: 1\nphrases: {object: {french: refuser}}\n", false},
		{"schema: 1\nphrases: {object: {fr: [{say: refuser, seen: here, expected: there}]}}\n", false},
		{"schema: 1\nphrases: {object: {}}\n", false},
		{"schema: 1\nphrases: {object: {fr: []}}\n", false},
	}
	for _, tt := range tests {
		shape := schema.Validate(decoded(t, []byte(tt.data))) == nil
		var faults []Finding
		for _, f := range Lint("mine.yaml", []byte(tt.data)) {
			if !f.Warning {
				faults = append(faults, f)
			}
		}
		if shape != tt.good || (len(faults) == 0) != tt.good {
			t.Errorf("%s\nschema accepts: %v; the parser says %v; want %v", tt.data, shape, faults, tt.good)
		}
	}
}

// TestSchemaKnowsEveryKey: a key that is added to the parser and not to the
// schema would be marked as a mistake in every editor.
func TestSchemaKnowsEveryKey(t *testing.T) {
	doc := decoded(t, Schema()).(map[string]any)
	defs := doc["$defs"].(map[string]any)
	for _, of := range []string{"flow", "check", "target", "locator", "never", "place", "sign", "rule", "step", "phrases", "word"} {
		def, ok := defs[of].(map[string]any)
		if !ok {
			t.Errorf("no definition %q", of)
			continue
		}
		var got []string
		for key := range def["properties"].(map[string]any) {
			got = append(got, key)
		}
		want := keys(of)
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%s: the schema knows %q, the parser %q", of, got, want)
		}
		if def["additionalProperties"] != false {
			t.Errorf("%s: the schema lets unknown keys pass", of)
		}
	}
	for name, want := range map[string][]string{"role": texts(roles[:]), "type": inputTypes[:], "inputmode": inputModes[:]} {
		wantEnum(t, name, defs[name], want)
	}
	property := func(of, key string) any {
		return defs[of].(map[string]any)["properties"].(map[string]any)[key]
	}
	wantEnum(t, "service", property("flow", "service"), Services())
	wantEnum(t, "in", property("target", "in"), texts(scopes[:]))
	wantEnum(t, "form", property("locator", "form"), formLists[:])
	wantEnum(t, "kind", property("place", "kind"), texts(kindsOfPlaces[:]))
	wantEnum(t, "means", property("place", "means"), texts(meanings[:]))
	wantEnum(t, "ask", property("step", "ask"), texts(matters[:]))
	wantEnum(t, "with", property("step", "with"), texts(values[:]))
	wantEnum(t, "routes", property("flow", "routes").(map[string]any)["propertyNames"], routeNames[:])
}

func wantEnum(t *testing.T, name string, def any, want []string) {
	t.Helper()
	var got []string
	for _, v := range def.(map[string]any)["enum"].([]any) {
		got = append(got, v.(string))
	}
	if !slices.Equal(got, want) {
		t.Errorf("%s: the schema knows %q, the parser %q", name, got, want)
	}
}

// decoded reads YAML, or JSON, the way an editor does.
func decoded(t *testing.T, data []byte) any {
	t.Helper()
	asJSON, err := yaml.YAMLToJSON(data)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(asJSON))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}
