package selectors

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// TestMutatedFiles changes flow files by accident and with intent, and reads each.
// Either the file is refused with its place and the line that stands there, or it
// is a flow in which the button that sends is pointed at and nothing else. It
// reads the built-in flow as a whole, a person's file over it, and a small flow
// with its phrases.
func TestMutatedFiles(t *testing.T) {
	t.Parallel()
	small, smallWords := seed(t, "testdata/small.yaml"), seed(t, "testdata/small-phrases.yaml")
	own := "# mine\n" + seed(t, "testdata/own.yaml")
	whole := string(builtInFile("instagram.yaml").data)
	base := builtInFile("instagram.yaml")
	below, _ := build("instagram", []file{base}, []file{builtInPhrases()})
	send := wordsOf(below.Targets["send"])
	files := []struct {
		name, good string
		read       func(data string) (*Flow, []Finding)
		send       []string
	}{
		{"a person's file", own, func(data string) (*Flow, []Finding) {
			return build("instagram", []file{base, {name: "mine.yaml", layer: 1, data: []byte(data)}}, []file{builtInPhrases()})
		}, send},
		{"the built-in flow", whole, func(data string) (*Flow, []Finding) {
			return build("", []file{{name: "mine.yaml", data: []byte(data)}}, []file{builtInPhrases()})
		}, nil},
		{"a small flow", small, func(data string) (*Flow, []Finding) {
			return build("", []file{{name: "mine.yaml", data: []byte(data)}}, []file{{name: "small-phrases.yaml", data: []byte(smallWords)}})
		}, nil},
		{"its phrases", smallWords, func(data string) (*Flow, []Finding) {
			return build("", []file{{name: "small.yaml", data: []byte(small)}}, []file{{name: "mine.yaml", data: []byte(data)}})
		}, nil},
	}
	mutations := 5000
	if testing.Short() {
		mutations = 1000
	}
	refused, taken, changed := 0, 0, 0
	for i := range mutations {
		f := files[[]int{0, 0, 0, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3}[i%20]]
		r := rand.New(rand.NewPCG(uint64(i), 2026))
		data := f.good
		for range 1 + r.IntN(5)/4 {
			data = mutated(r, data)
		}
		if data != f.good {
			changed++
		}
		flow, findings := f.read(data)
		if flow == nil {
			refused++
			if i%20 < 3 && findings[0].File != "mine.yaml" {
				t.Errorf("a person's file is wrong, and they are shown another: %v", findings[0])
			}
			wantFinding(t, findings[0], data, f.good, whole)
			if at := findings[0]; at.File == "mine.yaml" && (at.Snippet == "" || !strings.Contains(at.Snippet, "^")) {
				t.Errorf("no snippet: %+v", at)
			}
		} else {
			taken++
			wantLocked(t, flow, slices.Clone(f.send))
			if f.send != nil && !flow.Targets["send"].Commit {
				t.Error("send is no longer the button that sends")
			}
		}
		if t.Failed() {
			t.Fatalf("%s, number %d:\n%s", f.name, i, data)
		}
	}
	t.Logf("%d files, %d of them changed: %d refused, %d taken", mutations, changed, refused, taken)
	if refused < mutations/4 || taken < mutations/20 || changed < mutations*9/10 {
		t.Errorf("%d refused, %d taken, %d changed: this test no longer tries both", refused, taken, changed)
	}
}

// intents are pieces that somebody might put into a flow to have Send pressed, to
// go elsewhere, or to break the reader.
var intents = []string{
	"{press: send}", "{fill: send, with: email}", "{choose: send, with: country}", "{point: email}", "{submit: send}", "{click: send}",
	"commit: false", "commit: true", "commit: yes", "is: [button]", "is: [link, button]", "is: [choice]", "in: form", "in: page",
	"find: [{only: true}]", "{type: submit}", "{type: submit, weight: 3}", `{name: "Send"}`, `{name: "Envoyer", weight: 2}`, `{text: "@send"}`, `{label: "@send"}`,
	`{says: "s"}`, `{name: "Ѕend"}`, "{name: \"S\u200bend\"}", `{field: "*"}`, `{href: "*"}`, `{css: "button"}`, `{xpath: "//button"}`, "also: [form]", "also: [home, elsewhere]",
	"hosts: [evil.example]", "https://evil.example/", "https://www.instagram.com@evil.example/", "javascript:alert(1)", "schema: 2", "service: facebook",
	"&a [*a]", "<<: {x: y}", "!!binary x", "? x", "---", "...", "|", ">", "\t", "\x00", "\xff", "\u202e", strings.Repeat("[", 60), strings.Repeat("- ", 40),
	strings.Repeat("x", 500), "99999999999999999999", "~", "null", `""`, "'", `"`, "{", "}", "]", "#", ": ", "@", "@send", "@nothing", "send", "email", "object-link", "form",
}

// mutated changes one thing in a file.
func mutated(r *rand.Rand, data string) string {
	lines := strings.Split(data, "\n")
	at, other := r.IntN(len(lines)), r.IntN(len(lines))
	intent := intents[r.IntN(len(intents))]
	switch r.IntN(13) {
	case 0: // a line less, or twice
		return strings.Join(slices.Delete(lines, at, at+1), "\n")
	case 1:
		return strings.Join(slices.Insert(lines, at, lines[other]), "\n")
	case 2:
		lines[at], lines[other] = lines[other], lines[at]
	case 3: // another depth
		lines[at] = strings.Repeat(" ", r.IntN(6)) + strings.TrimLeft(lines[at], " ")
	case 4: // a byte that is another
		if n := len(data); n > 0 {
			b := []byte(data)
			b[r.IntN(n)] = byte(r.IntN(256))
			return string(b)
		}
	case 5: // cut short
		return data[:r.IntN(len(data)+1)]
	case 6: // a value or key of another line
		_, value, _ := strings.Cut(lines[other], ":")
		key, _, _ := strings.Cut(lines[at], ":")
		lines[at] = key + ":" + value
	case 7: // an intent as a value
		key, _, _ := strings.Cut(lines[at], ":")
		lines[at] = key + ": " + intent
	case 8: // as a line of its own, as deep as another
		depth := len(lines[at]) - len(strings.TrimLeft(lines[at], " "))
		return strings.Join(slices.Insert(lines, at, strings.Repeat(" ", depth)+intent), "\n")
	case 9: // as an entry of a list
		depth := len(lines[at]) - len(strings.TrimLeft(lines[at], " "))
		return strings.Join(slices.Insert(lines, at, strings.Repeat(" ", depth)+"- "+intent), "\n")
	case 10: // a word in the place of another
		words := strings.Fields(data)
		return strings.Replace(data, words[r.IntN(len(words))], words[r.IntN(len(words))], 1+r.IntN(2))
	case 11: // a name in the place of another, everywhere
		names := []string{"send", "email", "object-link", "form", "press", "point", "fill", "home", "settings", "button", "link"}
		return strings.ReplaceAll(data, names[r.IntN(len(names))], names[r.IntN(len(names))])
	case 12:
		n := r.IntN(len(data) + 1)
		return data[:n] + fmt.Sprint(intent) + data[n:]
	}
	return strings.Join(lines, "\n")
}
