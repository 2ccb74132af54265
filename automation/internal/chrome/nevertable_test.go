package chrome

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nonmerci/nonmerci/internal/rehearsal"
)

var table = flag.String("table", "", "write what was measured into this document")

// The signs of the table, one for each phase.
const (
	signStopped = "✓"
	signOut     = "✗"
	signNothing = "·" // does not send without the brakes either
	document    = "../../../ARCHITECTURE.md"
)

// waysTable says what came of each way out.
func waysTable(r *results) string {
	var out strings.Builder
	modes := slices.DeleteFunc(slices.Clone(modes), func(m mode) bool { return !r.has(m.name) }) // with -run, some were not tried
	head := []string{"way out", "what the page uses"}
	for _, mode := range modes {
		head = append(head, mode.name)
	}
	row(&out, head...)
	row(&out, slices.Repeat([]string{"---"}, len(head))...)
	for _, way := range rehearsal.WaysOut() {
		cells := []string{"`" + way.Name + "`", way.Says}
		for _, mode := range modes {
			if reason := mode.open[way.Name]; reason != "" && !strings.Contains(cells[1], reason) {
				cells[1] += " (" + reason + ")"
			}
			cells = append(cells, r.cell(mode.name, way.Name, mode.control))
		}
		if reason := notSending[way.Name] + unsteady[way.Name]; reason != "" {
			cells[1] += " (" + reason + ")"
		}
		row(&out, cells...)
	}
	return out.String()
}

func (r *results) has(mode string) bool {
	for key := range r.came {
		if key[0] == mode {
			return true
		}
	}
	return false
}

// cell holds one sign a phase; that of a control says in how many of them the way
// sends.
func (r *results) cell(mode, way string, control bool) string {
	var signs strings.Builder
	sends := 0
	for _, phase := range phases {
		n := r.came[[3]string{mode, way, phase.name}]
		switch {
		case n > 0:
			signs.WriteString(signOut)
			sends++
		case control || r.came[[3]string{"control", way, phase.name}] == 0:
			signs.WriteString(signNothing)
		default:
			signs.WriteString(signStopped)
		}
	}
	if control && sends == len(phases) {
		return "sends"
	}
	return signs.String()
}

func row(out *strings.Builder, cells ...string) {
	fmt.Fprintf(out, "| %s |\n", strings.Join(cells, " | "))
}

// writing lets one table at a time into the document.
var writing sync.Mutex

// writeTable puts a measured part between its two markers in the document, where
// one is named, and says when and with what it was measured.
func writeTable(t *testing.T, part, text, how string) {
	t.Helper()
	t.Log("\n" + text)
	if *table == "" {
		return
	}
	version, err := exec.Command(browserPath(t), "--version").Output()
	if err != nil {
		t.Fatal(err)
	}
	writing.Lock()
	defer writing.Unlock()
	raw, err := os.ReadFile(*table)
	if err != nil {
		t.Fatal(err)
	}
	at := markers(part).FindIndex(raw)
	if at == nil {
		t.Fatalf("%s has no place for %q", *table, part)
	}
	whole := fmt.Sprintf("<!-- never-send: %s -->\n\n%s\nMeasured on %s with %s: %s.\n\n<!-- end -->", part, text, time.Now().Format(time.DateOnly),
		strings.Join(strings.Fields(string(version))[:2], " "), how)
	if err := os.WriteFile(*table, []byte(string(raw[:at[0]])+whole+string(raw[at[1]:])), 0o644); err != nil {
		t.Fatal(err)
	}
}

func markers(part string) *regexp.Regexp {
	return regexp.MustCompile(`(?s)<!-- never-send: ` + part + ` -->.*?<!-- end -->`)
}

// tableRows are the rows of a part of the document, without its head.
func tableRows(t *testing.T, part string) [][]string {
	t.Helper()
	raw, err := os.ReadFile(document)
	if err != nil {
		t.Fatal(err)
	}
	var rows [][]string
	for line := range strings.Lines(string(markers(part).Find(raw))) {
		if line = strings.TrimSpace(line); strings.HasPrefix(line, "| ") {
			rows = append(rows, strings.Split(strings.Trim(line, "| "), " | "))
		}
	}
	if len(rows) < 3 {
		t.Fatalf("the document has no table %q", part)
	}
	return rows[2:]
}

// TestTheDocumentSaysWhatIsStopped: the table in ARCHITECTURE.md has every way
// out and no other, and in every mode nothing got out but what is known.
func TestTheDocumentSaysWhatIsStopped(t *testing.T) {
	for part, ways := range map[string][]rehearsal.WayOut{"ways": rehearsal.WaysOut(), "tricks": rehearsal.Tricks()} {
		var want, got []string
		for _, way := range ways {
			want = append(want, way.Name)
		}
		for _, cells := range tableRows(t, part) {
			name := strings.Trim(cells[0], "`")
			got = append(got, name)
			for i, mode := range modes {
				if part == "ways" && !mode.control && mode.open[name] == "" && strings.Contains(cells[2+i], signOut) {
					t.Errorf("%s: the document says %s for %s", name, cells[2+i], mode.name)
				}
			}
			_, open := modes[0].open[name]
			if strings.Trim(cells[2], signStopped+signNothing) != "" && !open || notSending[name] == "" && unsteady[name] == "" && !strings.Contains(cells[2], signStopped) {
				t.Errorf("%s: the document says %s for a browser that the program starts", name, cells[2])
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("the document's %s are %q, want %q: run make never-send", part, got, want)
		}
	}
}
