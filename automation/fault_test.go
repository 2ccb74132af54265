//go:build linux

package automation_test

import (
	"cmp"
	"flag"
	"fmt"
	"hash/fnv"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nonmerci/nonmerci/automation"
)

// One case of the fault table is one whole run of the program against the
// stand-in, in which one thing goes wrong. What must hold whatever goes wrong
// stands in fault_check_test.go.

// acceptable is how long a person waits for a program on which something went
// wrong, before they end it by hand.
const acceptable = 90 * time.Second

// only runs the cases that fit, whatever the sample of the day is.
var only = flag.String("only", "", "a regular expression of names of the fault table")

// faultCase is one line of the fault table.
type faultCase struct {
	script
	group   string // the line of the summary that it counts for
	walker  bool   // the program is a process of its own
	journal int    // with walker: killed when its journal has this many lines
	room    int    // with walker: bytes that a file may have, -1 for none; then the disk is full
	waits   bool   // it is over only when the program's patience is
}

func (c faultCase) name() string {
	n := cmp.Or(c.Kind, "no fault")
	if c.journal > 0 {
		n = "program killed"
	}
	if c.room != 0 {
		n = "disk full"
	}
	if c.On != "" {
		n += " on " + c.On
	}
	switch {
	case c.room != 0:
		n += fmt.Sprintf(" after %d", max(c.room, 0))
	case c.At > 0:
		n += fmt.Sprintf(" %d", c.At)
	case c.journal > 0:
		n += fmt.Sprintf(" line %d", c.journal)
	default:
		n += " always"
	}
	if c.Sly {
		n += ", sly page"
	}
	return strings.ReplaceAll(n, " ", "_")
}

// answers are what can become of the answer to a call, and whether the program
// must then wait until its patience is over.
var answers = []struct {
	kind  string
	waits bool
}{
	{"error", false}, {"moved", false}, {"deaf", true}, {"mute", true}, {"closes", false}, {"hangs up", false}, {"not JSON", false}, {"half", false},
	{"shape", false}, {"empty", false}, {"wrong values", false}, {"huge", false}, {"wrong id", true}, {"twice", false}, {"late", true},
}

// falls are what can happen to the browser, the tab and the program at a call.
var falls = []struct {
	kind  string
	waits bool
}{
	{"killed", false}, {"frozen", true}, {"tab closed", true}, {"tab crashed", true}, {"tab crashed and gone", true}, {"interrupt", false},
}

// table lists every case, given the calls of a run in which nothing goes wrong.
func table(calls []string) []faultCase {
	return slices.Concat(answerCases(calls), callCases(calls), eventCases(calls), diskCases())
}

// answerCases spoil the answers to each kind of call: the first, the last, all of
// them, and the first on a page that tries to send by itself.
func answerCases(calls []string) (out []faultCase) {
	count := map[string]int{}
	for _, c := range calls {
		count[c]++
	}
	for _, on := range slices.Sorted(maps.Keys(count)) {
		for _, a := range answers {
			add := func(at int, sly bool) {
				out = append(out, faultCase{group: "answer: " + a.kind, waits: a.waits, script: script{Sends: true, Sly: sly, Fault: Fault{Kind: a.kind, On: on, At: at}}})
			}
			add(0, false)
			add(1, false)
			if count[on] > 1 {
				add(count[on], false)
			}
			add(1, true)
		}
	}
	return out
}

// callCases let browser, tab and program fall at every call.
func callCases(calls []string) (out []faultCase) {
	for n := 1; n <= len(calls); n++ {
		add := func(kind string, waits, walker bool) {
			out = append(out, faultCase{group: "at a call: " + kind, waits: waits, walker: walker, script: script{Sends: true, Fault: Fault{Kind: kind, At: n}}})
		}
		for _, f := range falls {
			add(f.kind, f.waits, false)
		}
		add("kills the program", false, true)
		add("Ctrl-C", false, true)
		add("Ctrl-C twice", false, true)
		if n%4 == 3 {
			add("asleep", true, true)
		}
	}
	return out
}

// eventCases let the browser tell something that is not as it should be, on the
// walk and while the person has the form.
func eventCases(calls []string) (out []faultCase) {
	for _, event := range []string{"Fetch.requestPaused", "Target.attachedToTarget", "Target.detachedFromTarget", "Runtime.bindingCalled",
		"Page.javascriptDialogOpening", "Page.frameNavigated", "Network.responseReceived", "Network.requestWillBeSent", "Network.loadingFailed",
		"Inspector.targetCrashed", "Nobody.knowsThis"} {
		for _, shape := range []string{"nothing", "null", "empty", "a list", "words", "numbers", "hollow"} {
			for _, n := range []int{len(calls) / 2, len(calls) - 8} {
				out = append(out, faultCase{group: "event: as " + shape, script: script{Sends: true, Fault: Fault{Kind: "event " + event + " as " + shape, At: n}}})
			}
		}
	}
	return out
}

// diskCases let the disk be full when a file of the record or the profile has so
// many bytes, and kill the program at every line of its journal.
func diskCases() (out []faultCase) {
	for room := 0; room < 60_000; room += max(1, room/12) {
		out = append(out, faultCase{group: "disk: full after n bytes of a file", walker: true, room: cmp.Or(room, -1), script: script{Sends: true}})
	}
	for n := 1; n <= 60; n++ {
		out = append(out, faultCase{group: "at a line of the journal: the program killed", walker: true, journal: n, script: script{Sends: true}})
	}
	return out
}

// daily tells whether a case is in the sample of every day.
func (c faultCase) daily() bool {
	h := fnv.New32a()
	h.Write([]byte(c.name()))
	slow := c.waits || c.At == 0 && c.On != "" || slices.Contains([]string{"huge", "half", "hangs up"}, c.Kind)
	share := uint32(40)
	if testing.Short() {
		share = 250
	}
	return !slow && h.Sum32()%share == 0
}

// summary is one line of what is printed at the end.
type summary struct {
	cases, met int
	outcomes   map[string]int
	slowest    time.Duration
	bad        int
}

// ledger runs cases and sums them up.
type ledger struct {
	root  string
	mu    sync.Mutex
	ran   int
	lines map[string]*summary
}

// run is one case, as a test of its own.
func (l *ledger) run(t *testing.T, c faultCase) (e evidence) {
	l.mu.Lock()
	l.ran++
	dir := filepath.Join(l.root, fmt.Sprint("case", l.ran))
	l.mu.Unlock()
	t.Run(c.name(), func(t *testing.T) {
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		defer os.RemoveAll(dir)
		e = suffer(t, dir, c)
		bad := broken(c, e)
		if len(bad) > 0 {
			t.Errorf("%s\n%s\n%s", strings.Join(bad, "\n"), e.said, strings.Join(e.calls, " "))
		}
		l.note(c, e, len(bad) > 0)
	})
	return e
}

func (l *ledger) note(c faultCase, e evidence, bad bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := l.lines[c.group]
	if s == nil {
		s = &summary{outcomes: map[string]int{}}
		l.lines[c.group] = s
	}
	s.cases++
	s.outcomes[cmp.Or(e.outcome.String(), "(killed)")]++
	s.slowest = max(s.slowest, e.took)
	if e.met {
		s.met++
	}
	if bad {
		s.bad++
	}
}

// chosen are the cases of this run: those that were asked for, all, or the
// sample of the day.
func chosen(t *testing.T, all []faultCase) []faultCase {
	t.Helper()
	fits, err := regexp.Compile(*only)
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(all, func(c faultCase) bool {
		return !fits.MatchString(c.name()) || *only == "" && !*full && !c.daily()
	})
}

// TestFaults runs the fault table: a sample every day, all of it with -full.
func TestFaults(t *testing.T) {
	l := &ledger{root: t.TempDir(), lines: map[string]*summary{}}
	temporary := t.TempDir()
	t.Setenv("TMPDIR", temporary)
	plain := l.run(t, faultCase{group: "nothing", script: script{Sends: true}})
	if plain.outcome != automation.Sent || plain.sent != 1 {
		t.Fatalf("without any fault the outcome is %q: %s\n%s", plain.outcome, plain.message, strings.Join(plain.calls, "\n"))
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		quiet := l.run(t, faultCase{group: "nothing", script: script{Fault: Fault{Kind: "nobody sends"}}})
		if quiet.outcome != automation.NotSent || quiet.sent != 0 {
			t.Errorf("when nobody sends the outcome is %q: %s", quiet.outcome, quiet.message)
		}
	})
	busy, waiting := make(chan struct{}, 12), make(chan struct{}, 48)
	for _, c := range chosen(t, table(plain.calls)) {
		room := busy
		if c.waits {
			room = waiting
		}
		wg.Go(func() {
			room <- struct{}{}
			defer func() { <-room }()
			l.run(t, c)
		})
	}
	wg.Wait()
	if left := mine(stacks()); left != "" {
		t.Errorf("goroutines that go on:\n%.4000s", left)
	}
	left, err := os.ReadDir(temporary)
	if err != nil || len(left) > 0 {
		t.Errorf("left in the folder for temporary files: %v %v", left, err)
	}
	t.Logf("\n%s", report(l.lines))
}

// report is the table for people.
func report(lines map[string]*summary) string {
	var b strings.Builder
	total, bad := 0, 0
	fmt.Fprintf(&b, "%-45s %6s %6s %5s %9s  %s\n", "fault", "cases", "met", "bad", "slowest", "outcomes")
	for _, group := range slices.Sorted(maps.Keys(lines)) {
		s := lines[group]
		total, bad = total+s.cases, bad+s.bad
		var outcomes []string
		for _, o := range slices.Sorted(maps.Keys(s.outcomes)) {
			outcomes = append(outcomes, fmt.Sprintf("%s %d", o, s.outcomes[o]))
		}
		fmt.Fprintf(&b, "%-45s %6d %6d %5d %7.1f s  %s\n", group, s.cases, s.met, s.bad, s.slowest.Seconds(), strings.Join(outcomes, ", "))
	}
	fmt.Fprintf(&b, "%-45s %6d %6s %5d\n", "all", total, "", bad)
	return b.String()
}
