package chrome

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the golden files of this package")

// TestPowersAreWhatWasRead compares the whole list of what the program can ask
// of a browser with the copy that a person has read.
func TestPowersAreWhatWasRead(t *testing.T) {
	const name = "powers.golden"
	path := filepath.Join("testdata", name)
	got := Powers()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	want := strings.ReplaceAll(string(raw), "\r\n", "\n")
	if got == want {
		return
	}
	t.Errorf("What the program can do in a browser has changed:\n%s\n"+
		"A person must read this. Each new line is a power that every page of every user is open to;\n"+
		"each new digest is a script that somebody has to read in engine.js. When it is meant:\n"+
		"  go test ./automation/internal/chrome -run TestPowersAreWhatWasRead -update\n"+
		"and the change of testdata/%s goes into the same commit, for the second reader.", lineDiff(want, got), name)
}

// lineDiff shows the lines that only one of two texts has.
func lineDiff(was, is string) string {
	count := func(s string) map[string]int {
		m := map[string]int{}
		for l := range strings.Lines(s) {
			m[l]++
		}
		return m
	}
	before, after := count(was), count(is)
	var b strings.Builder
	for l := range strings.Lines(was) {
		if after[l]--; after[l] < 0 {
			b.WriteString("- " + l)
		}
	}
	for l := range strings.Lines(is) {
		if before[l]--; before[l] < 0 {
			b.WriteString("+ " + l)
		}
	}
	return b.String()
}

// TestPowersNameWhatTheyCannot makes sure that the list says of each method why
// it is there, that none is there twice, and that no family of methods that
// would be a way round the locks has crept in.
func TestPowersNameWhatTheyCannot(t *testing.T) {
	seen := map[string]bool{}
	for _, p := range powers {
		if p.why == "" || seen[p.method] {
			t.Errorf("%s: no reason, or listed twice", p.method)
		}
		seen[p.method] = true
		for _, never := range []string{
			"Key", "Touch", "Cookie", "Storage.", "DOMStorage.", "IndexedDB.", "CacheStorage.", "evaluate", "compileScript", "Emulation.", "Debugger.",
			"fulfill", "PostData", "ResponseBody", "Permission", "Download", "WebAuthn.", "disable", "Disable", "setDocumentContent", "setAttribute", "setOuterHTML",
		} {
			if strings.Contains(p.method, never) && p.method != "Fetch.fulfillRequest" { // for a page from a file, see checkSaved
				t.Errorf("%s is on the list, although it holds %q", p.method, never)
			}
		}
	}
	for _, f := range functions {
		if strings.Count(engine, " "+f.name+",")+strings.Count(engine, " "+f.name+" }") == 0 {
			t.Errorf("the engine has no function %s", f.name)
		}
	}
}

// TestEngineHasNoWayOut reads the one script that runs in pages for words by
// which a script acts, sends or remembers. It is no proof; it is a trip wire for
// whoever adds one.
func TestEngineHasNoWayOut(t *testing.T) {
	code := withoutComments(engine)
	for _, word := range []string{
		".click(", "submit(", "requestSubmit", "fetch(", "XMLHttpRequest", "sendBeacon", "WebSocket", "EventSource", "RTCPeer", "import(", "eval(",
		"Function(", "localStorage", "sessionStorage", "indexedDB", "document.cookie", "cookieStore", "innerHTML", "outerHTML", "insertAdjacent",
		"appendChild", ".append(", ".assign(\"", "location =", "location=", "location.href =", "window.open", "execCommand", "KeyboardEvent", "MouseEvent(", "PointerEvent(",
		"postMessage", "navigator.", "caches.", ".src =", ".action =",
	} {
		if strings.Contains(code, word) {
			t.Errorf("engine.js holds %q", word)
		}
	}
}

func withoutComments(js string) string {
	var b strings.Builder
	for l := range strings.Lines(js) {
		if !strings.HasPrefix(strings.TrimSpace(l), "//") {
			b.WriteString(l)
		}
	}
	return b.String()
}
