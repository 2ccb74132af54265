package hint

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestEverySentenceHasAFrenchTwin reads the source of the whole module, so that
// no sentence reaches a French reader in English and no twin outlives its
// sentence.
func TestEverySentenceHasAFrenchTwin(t *testing.T) {
	root := moduleRoot(t)
	said := map[string]bool{}
	files := token.NewFileSet()
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := entry.Name()
		if entry.IsDir() && path != root && (name == "testdata" || strings.HasPrefix(name, ".")) {
			return filepath.SkipDir
		}
		if entry.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		file, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		for _, s := range sentences(file) {
			place := files.Position(s.pos)
			if rel, err := filepath.Rel(root, place.Filename); err == nil {
				place.Filename = rel
			}
			for _, fault := range s.faults {
				t.Errorf("%v: %s", place, fault)
			}
			if len(s.faults) > 0 {
				continue
			}
			said[s.format] = true
			checkTwin(t, place, s.format)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for english := range french() {
		if !said[english] {
			t.Errorf("french.go: nobody says %q any more; remove its twin", english)
		}
	}
}

func checkTwin(t *testing.T, place token.Position, english string) {
	t.Helper()
	twin, ok := french()[english]
	if !ok {
		t.Errorf("%v: no French twin for %q", place, english)
		return
	}
	want, _ := verbs(english)
	if got, err := verbs(twin); err != nil || !slices.Equal(got, want) {
		t.Errorf("%v: the twin of %q takes %v, not %v (%v)", place, english, got, want, err)
	}
	if fault := typography(twin); fault != "" {
		t.Errorf("french.go: %s: %q", fault, twin)
	}
}

// sentence is one call of Say, or another use of the catalogue that the test
// cannot follow.
type sentence struct {
	pos    token.Pos
	format string
	faults []string
}

func sentences(file *ast.File) []sentence {
	local := file.Name.Name == "hint"
	pkg := importName(file)
	if !local && pkg == "" {
		return nil
	}
	names := func(expr ast.Expr, name string) bool {
		if id, ok := expr.(*ast.Ident); ok {
			return local && id.Name == name
		}
		sel, ok := expr.(*ast.SelectorExpr)
		if !ok || local {
			return false
		}
		id, ok := sel.X.(*ast.Ident)
		return ok && id.Name == pkg && sel.Sel.Name == name
	}
	var found []sentence
	called := map[ast.Expr]bool{}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			called[n.Name] = true // its declaration is not a use
		case *ast.CallExpr:
			if names(n.Fun, "Say") {
				called[n.Fun] = true
				found = append(found, call(n))
			}
		case *ast.CompositeLit:
			if !local && names(n.Type, "Text") && len(n.Elts) > 0 {
				found = append(found, sentence{pos: n.Pos(), faults: []string{"make the sentence with Say, so that it gets a twin"}})
			}
		case ast.Expr:
			if names(n, "Say") && !called[n] {
				found = append(found, sentence{pos: n.Pos(), faults: []string{"call Say, do not pass it on: its sentences could not be found"}})
			}
		}
		return true
	})
	return found
}

func call(n *ast.CallExpr) sentence {
	s := sentence{pos: n.Pos()}
	format, ok := constant(n.Args[0])
	if !ok {
		s.faults = append(s.faults, "the sentence must be a string literal")
		return s
	}
	s.format = format
	want, err := verbs(format)
	if err != nil {
		s.faults = append(s.faults, err.Error())
	} else if got := len(n.Args) - 1; got != len(want) && !n.Ellipsis.IsValid() {
		s.faults = append(s.faults, fmt.Sprintf("%q takes %d arguments, not %d", format, len(want), got))
	}
	return s
}

// constant folds string literals joined with +.
func constant(expr ast.Expr) (string, bool) {
	switch expr := expr.(type) {
	case *ast.BasicLit:
		s, err := strconv.Unquote(expr.Value)
		return s, err == nil && expr.Kind == token.STRING
	case *ast.ParenExpr:
		return constant(expr.X)
	case *ast.BinaryExpr:
		left, okLeft := constant(expr.X)
		right, okRight := constant(expr.Y)
		return left + right, okLeft && okRight && expr.Op == token.ADD
	}
	return "", false
}

// importName is the name under which a file imports this package, or empty.
func importName(file *ast.File) string {
	for _, spec := range file.Imports {
		if path, _ := strconv.Unquote(spec.Path.Value); strings.HasSuffix(path, "/internal/hint") {
			if spec.Name != nil {
				return spec.Name.Name
			}
			return "hint"
		}
	}
	return ""
}

// verbPattern is a verb of fmt: flags, an argument number, width, precision.
var verbPattern = regexp.MustCompile(`%([-+# 0]*)(?:\[(\d+)\])?(\d*(?:\.\d*)?)(.)`)

// verbs lists what each argument of a format is printed as, in the order of the
// arguments.
func verbs(format string) ([]string, error) {
	byArg := map[int]string{}
	next := 1
	for _, m := range verbPattern.FindAllStringSubmatch(format, -1) {
		if m[4] == "%" {
			continue
		}
		if m[2] != "" {
			next, _ = strconv.Atoi(m[2])
		}
		verb := m[1] + m[3] + m[4]
		if old, ok := byArg[next]; ok && old != verb {
			return nil, fmt.Errorf("%q prints argument %d as %s and as %s", format, next, old, verb)
		}
		byArg[next] = verb
		next++
	}
	list := make([]string, len(byArg))
	for i := range list {
		verb, ok := byArg[i+1]
		if !ok {
			return nil, fmt.Errorf("%q skips argument %d", format, i+1)
		}
		list[i] = verb
	}
	return list, nil
}

func hasVerbs(format string) bool {
	list, err := verbs(format)
	return err != nil || len(list) > 0 || strings.Contains(format, "%%")
}

// Marks that French sets off with a narrow no-break space. A mark inside a word
// (an address, a time of day) stands as it is, and so do code in back quotes and
// the place in a file that a sentence begins with.
var (
	code       = regexp.MustCompile("`[^`]*`|^%s: ")
	tight      = regexp.MustCompile(`[^\x{202F}][:;!?»](?:\s|$)|«[^\x{202F}]`)
	apostrophe = regexp.MustCompile(`\pL\x27\pL`)
)

func typography(twin string) string {
	words := code.ReplaceAllString(twin, "")
	if m := tight.FindString(words); m != "" {
		return fmt.Sprintf("put a narrow no-break space (U+202F) into %q", m)
	}
	if m := apostrophe.FindString(words); m != "" {
		return fmt.Sprintf("use the apostrophe ’ in %q", m)
	}
	return ""
}

func moduleRoot(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			t.Fatal("no go.mod above this package")
		}
		dir = parent
	}
}

func TestSentencesAreFound(t *testing.T) {
	tests := []struct {
		name   string
		source string
		format string
		fault  string
	}{
		{"literal", `hint.Say("Hello.")`, "Hello.", ""},
		{"joined", `hint.Say("Hello, " + ("you" + "."))`, "Hello, you.", ""},
		{"spread", `hint.Say("%s.", list...)`, "%s.", ""},
		{"variable", `hint.Say(text)`, "", "must be a string literal"},
		{"called text", `hint.Say(name())`, "", "must be a string literal"},
		{"argument too few", `hint.Say("%s and %s.", a)`, "", "takes 2 arguments, not 1"},
		{"argument skipped", `hint.Say("%[2]s.", a, b)`, "", "skips argument 1"},
		{"passed on", `say(hint.Say)`, "", "do not pass it on"},
		{"by hand", `hint.Text{Format: "Hello."}`, "", "with Say"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			source := "package p\nimport \"example.com/m/internal/hint\"\nvar _ = " + test.source
			file, err := parser.ParseFile(token.NewFileSet(), "p.go", source, parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			found := sentences(file)
			if len(found) != 1 {
				t.Fatalf("found %d sentences, want 1", len(found))
			}
			faults := strings.Join(found[0].faults, "; ")
			if test.fault == "" && (found[0].format != test.format || faults != "") {
				t.Errorf("found %q with faults %q, want %q", found[0].format, faults, test.format)
			}
			if !strings.Contains(faults, test.fault) {
				t.Errorf("faults %q, want %q", faults, test.fault)
			}
		})
	}
}
