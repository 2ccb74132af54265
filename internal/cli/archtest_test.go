package cli_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/nonmerci/nonmerci"

// room says what a package may import. Whoever wants a further arrow changes
// this table, and with it the reason.
type room struct {
	own    []string // rooms of this repository
	others []string // modules of other people
	reason string
	later  bool // planned; the mark goes when the room is built
}

const (
	chromeRoom = "automation/internal/chrome"
	proxyRoom  = "automation/internal/proxy"
	ringRoom   = "automation/internal/keyring"
)

var rooms = map[string]room{
	"cmd/nonmerci": {
		own: []string{"internal/cli"}, others: []string{"golang.org/x/term"},
		reason: "hands the process (arguments, streams, environment) to cli and turns its code into os.Exit",
	},
	"internal/cli": {
		own: []string{"automation", "config", "selectors", "internal/guard", "internal/hint", "internal/ledger",
			"internal/mail", "internal/record", "internal/rehearsal"},
		others: []string{"charm.land/huh", "filippo.io/age", "github.com/charmbracelet/huh", "github.com/rogpeppe/go-internal", "github.com/spf13/cobra", "github.com/spf13/pflag", "go.uber.org/zap", "golang.org/x/sys", "golang.org/x/text"},
		reason: "builds everything and hands it down; the only room that talks with the person; x/sys knows how full a disk is, age encrypts exports, go-internal tells two flows apart line by line",
	},
	"config": {
		own: []string{"internal/hint"}, others: []string{"github.com/spf13/pflag", "github.com/spf13/viper", "golang.org/x/text"},
		reason: "merges settings; pflag is what viper binds flags with; x/text knows the countries",
	},
	"selectors": {
		own: []string{"internal/guard", "internal/hint"}, others: []string{"aead.dev/minisign", "github.com/goccy/go-yaml", "github.com/santhosh-tekuri/jsonschema", "golang.org/x/net", "golang.org/x/tools"},
		reason: "pure data; a flow is checked against the judge's lists when it is read; minisign tells who signed the flow files that x/tools' txtar holds together (go-internal's panics at a line of dashes); x/net reads saved pages as a browser does, so that nothing hides in one",
	},
	"automation": {
		own: []string{chromeRoom, ringRoom, "selectors", "internal/guard", "internal/hint", "internal/record"}, others: []string{"go.uber.org/zap", "golang.org/x/text"},
		reason: "the walk; it gets its few settings handed over and knows neither flags nor files; x/text names the countries",
	},
	chromeRoom: {
		own: []string{proxyRoom, ringRoom, "selectors", "internal/guard", "internal/hint"}, others: []string{"github.com/coder/websocket", "github.com/go-rod/rod", "github.com/gofrs/flock", "golang.org/x/sys"},
		reason: "the only room that knows rod; websocket speaks with a browser that ran before, because rod's own client ignores contexts and panics on odd frames; flock keeps two processes out of one profile, x/sys keeps the browser from outliving the program",
	},
	proxyRoom: {
		others: []string{"golang.org/x/net", "golang.org/x/sys"},
		reason: "passes bytes on and knows nothing of browsers; x/net speaks SOCKS and reads NO_PROXY, x/sys reads Windows' registry",
	},
	ringRoom: {
		others: []string{"github.com/godbus/dbus"},
		reason: "one question to the desktop, on its session bus",
	},
	"internal/guard": {
		own: []string{"internal/hint"}, others: []string{"golang.org/x/text"},
		reason: "the judge stays pure, so that every lock can rest on it",
	},
	"internal/record": {
		own: []string{"internal/hint", "internal/stamp"}, others: []string{"golang.org/x/image", "golang.org/x/text"},
		reason: "evidence is read and checked without trusting the rest of the program; x/image writes under each picture what it shows, x/text spells letters in one way, so that a private value is found however it is written",
	},
	"internal/stamp": {
		others: []string{"github.com/digitorus/pkcs7", "github.com/digitorus/timestamp"},
		reason: "asks a time stamp authority and checks its answer; timestamp speaks RFC 3161, pkcs7 tells who signed",
	},
	"internal/mail": {
		own: []string{"internal/hint"}, others: []string{"github.com/emersion/go-message", "github.com/emersion/go-msgauth"},
		reason: "reads a mail file; which record it answers is told to it", later: true,
	},
	"internal/ledger": {
		own: []string{"internal/hint"}, others: []string{"github.com/arran4/golang-ical"},
		reason: "rebuilt from what records say", later: true,
	},
	"internal/rehearsal": {reason: "a stand-in that shares code with the product would hide the product's mistakes"},
	"internal/authority": {
		others: []string{"github.com/digitorus/timestamp"},
		reason: "a time stamp authority for the tests of those that ask one; no code but tests imports it",
	},
	"internal/canary": {reason: "looks for private values in what the tests leave behind; no code that it checks may help it, and no code but tests imports it"},
	"internal/hint":   {reason: "everybody imports it"},
}

// The repository's top level, beside dot files. Everything else has a room or a
// place in docs.
var topLevel = []string{
	"ARCHITECTURE.md", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "Makefile", "README.md",
	"automation", "cmd", "config", "docs", "go.mod", "go.sum", "internal", "selectors",
}

// pkg is one package with its files for every system, tests left out.
type pkg struct {
	room  string
	files map[string]*ast.File // by base name
}

func TestRooms(t *testing.T) {
	built := map[string]bool{}
	for _, p := range packages(t) {
		built[p.room] = true
		rules, ok := rooms[p.room]
		if !ok {
			t.Errorf("%s is no room of the table in archtest_test.go: say there what it may import, and why", p.room)
			continue
		}
		if rules.later {
			t.Errorf("%s is built now: take away its mark \"later\"", p.room)
		}
		for name, file := range p.files {
			for _, spec := range file.Imports {
				path, _ := strconv.Unquote(spec.Path.Value)
				if why := rules.refuses(path); why != "" {
					t.Errorf("%s/%s imports %s: %s (%s)", p.room, name, path, why, rules.reason)
				}
			}
		}
	}
	for name, rules := range rooms {
		if !built[name] && !rules.later {
			t.Errorf("the room %s is gone: take it out of the table, or bring it back", name)
		}
	}
}

// refuses says why a room may not import a path, or nothing.
func (r room) refuses(path string) string {
	if own, ok := strings.CutPrefix(path, module+"/"); ok {
		if slices.Contains(r.own, own) {
			return ""
		}
		return "there is no such arrow"
	}
	if first, _, _ := strings.Cut(path, "/"); !strings.Contains(first, ".") {
		return "" // standard library
	}
	for _, m := range r.others {
		if path == m || strings.HasPrefix(path, m+"/") {
			return ""
		}
	}
	return "not a library of this room"
}

func TestEveryPackageExplainsItself(t *testing.T) {
	for _, p := range packages(t) {
		explained := false
		for _, file := range p.files {
			want := "Package " + file.Name.Name + " "
			if file.Name.Name == "main" {
				want = "Command "
				if file.Doc != nil && strings.HasPrefix(file.Doc.Text(), "Nonmerci ") {
					explained = true
				}
			}
			if file.Doc != nil && strings.HasPrefix(file.Doc.Text(), want) {
				explained = true
			}
		}
		if !explained {
			t.Errorf("%s has no package comment; begin with its model and its invariants", p.room)
		}
	}
}

// hatch is a way round the house rules, by the name of its package and of what
// is used of it.
type hatch struct {
	path   string         // import path
	names  *regexp.Regexp // what of it
	except []string       // rooms and files where it is allowed
	reason string
}

var hatches = []hatch{
	{"time", regexp.MustCompile(`^Sleep$`), nil, "wait for a condition with a deadline"},
	{"os", regexp.MustCompile(`^Exit$`), []string{"cmd/nonmerci"}, "return an error; main alone ends the program"},
	{"log", regexp.MustCompile(`^(Fatal|Panic)`), nil, "return an error"},
	{"os", regexp.MustCompile(`^(Getenv|LookupEnv|Environ|ExpandEnv|Stdin|Stdout|Stderr|Args)$`), []string{"cmd/nonmerci", "internal/cli"}, "the outside world is handed down from the command line"},
	{"fmt", regexp.MustCompile(`^(Print|Scan)`), nil, "standard output carries results only, and cli writes them"},
	{"github.com/go-rod/rod/lib/proto", regexp.MustCompile(`^Input(Dispatch|InsertText|Ime|Synthesize|Emulate)`), []string{chromeRoom + "/press.go"}, "only press.go acts on the page"},
	{module + "/internal/guard", regexp.MustCompile(`^Judge$`), []string{chromeRoom + "/press.go", "selectors"}, "press.go alone judges, on facts that it has read from the page; selectors asks what could ever be pressed and has no page"},
}

func TestEscapeHatches(t *testing.T) {
	for _, p := range packages(t) {
		for name, file := range p.files {
			at := p.room + "/" + name
			imports := importNames(file)
			ast.Inspect(file, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.SelectorExpr:
					if path, used := usedPackage(n, imports); used {
						checkHatches(t, p.room, at, path, n.Sel.Name)
					}
				case *ast.CallExpr:
					checkCall(t, at, n, imports)
				case *ast.BasicLit:
					if n.Kind == token.STRING {
						checkInputLiteral(t, p.room, name, n.Value)
					}
				}
				return true
			})
		}
	}
}

func checkHatches(t *testing.T, in, at, path, name string) {
	t.Helper()
	for _, h := range hatches {
		if h.path == path && h.names.MatchString(name) && !slices.Contains(h.except, in) && !slices.Contains(h.except, at) {
			t.Errorf("%s uses %s.%s: %s", at, path, name, h.reason)
		}
	}
}

var must = regexp.MustCompile(`^Must[A-Z]`)

// checkCall refuses calls that panic. A regular expression that stands in the
// source is exempt: it fails the first test that runs, or never.
func checkCall(t *testing.T, at string, call *ast.CallExpr, imports map[string]string) {
	t.Helper()
	switch fun := call.Fun.(type) {
	case *ast.SelectorExpr:
		if !must.MatchString(fun.Sel.Name) {
			return
		}
		if path, _ := usedPackage(fun, imports); path == "regexp" && len(call.Args) == 1 {
			if _, literal := call.Args[0].(*ast.BasicLit); literal {
				return
			}
		}
		t.Errorf("%s calls %s, which panics; handle the error", at, fun.Sel.Name)
	case *ast.Ident:
		if fun.Name == "panic" || fun.Name == "print" || fun.Name == "println" {
			t.Errorf("%s calls %s", at, fun.Name)
		}
	}
}

// checkInputLiteral keeps the protocol's names for acting on a page in two
// files: press.go, which acts, and powers.go, which lists what may pass the gate.
func checkInputLiteral(t *testing.T, in, name, literal string) {
	t.Helper()
	if !strings.Contains(literal, "Input.dispatch") && !strings.Contains(literal, "Input.insertText") {
		return
	}
	if in == chromeRoom && (name == "press.go" || name == "powers.go") {
		return
	}
	t.Errorf("%s/%s mentions %s; only press.go acts on a page", in, name, literal)
}

func TestTopLevel(t *testing.T) {
	entries, err := os.ReadDir(root(t))
	if err != nil {
		t.Fatal(err)
	}
	built := []string{"bin", "dist", "records"} // as in .gitignore
	var found []string
	for _, e := range entries {
		name := e.Name()
		if strings.HasPrefix(name, ".") || slices.Contains(built, name) || strings.HasSuffix(name, ".test") || strings.HasSuffix(name, ".out") {
			continue
		}
		found = append(found, name)
		if !slices.Contains(topLevel, name) {
			t.Errorf("%s does not belong at the top level", name)
		}
	}
	for _, name := range topLevel {
		if !slices.Contains(found, name) {
			t.Errorf("%s is missing at the top level", name)
		}
	}
}

// root is the repository's folder.
func root(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// packages lists what go list knows, and parses all files of each package: also
// those for other systems, which go list calls ignored.
func packages(t *testing.T) []pkg {
	t.Helper()
	// -e: a room that does not compile here still has its rules.
	list := exec.CommandContext(t.Context(), "go", "list", "-e", "-buildvcs=false", "-json=Dir,ImportPath,GoFiles,CgoFiles,IgnoredGoFiles", "./...")
	list.Dir = root(t)
	var stderr bytes.Buffer
	list.Stderr = &stderr
	out, err := list.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, stderr.String())
	}
	var all []pkg
	for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
		var listed struct {
			Dir, ImportPath                   string
			GoFiles, CgoFiles, IgnoredGoFiles []string
		}
		if err := decoder.Decode(&listed); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		p := pkg{room: strings.TrimPrefix(listed.ImportPath, module+"/"), files: map[string]*ast.File{}}
		for _, name := range slices.Concat(listed.GoFiles, listed.CgoFiles, listed.IgnoredGoFiles) {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(listed.Dir, name), nil, parser.ParseComments)
			if err != nil {
				t.Fatal(err)
			}
			p.files[name] = file
		}
		if len(p.files) > 0 { // a folder of tests is no room
			all = append(all, p)
		}
	}
	if len(all) == 0 {
		t.Fatal("go list found no package")
	}
	return all
}

// importNames maps the name that a file uses for an import to its path.
func importNames(file *ast.File) map[string]string {
	names := map[string]string{}
	for _, spec := range file.Imports {
		path, _ := strconv.Unquote(spec.Path.Value)
		name := path[strings.LastIndex(path, "/")+1:]
		if spec.Name != nil {
			name = spec.Name.Name
		}
		names[name] = path
	}
	return names
}

// usedPackage tells which package a selector names something of.
func usedPackage(s *ast.SelectorExpr, imports map[string]string) (path string, used bool) {
	name, ok := s.X.(*ast.Ident)
	if !ok {
		return "", false
	}
	path, used = imports[name.Name]
	return path, used
}
