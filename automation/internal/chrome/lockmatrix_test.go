package chrome

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nonmerci/nonmerci/selectors"
)

// lockVocabulary stands for the flow file's own lock, which is not in the browser.
const lockVocabulary locks = 1 << 7

// everyLock is the list of them, in the order of the documents.
var everyLock = []struct {
	name string
	lock locks
}{
	{"vocabulary", lockVocabulary}, {"judge", lockJudge}, {"press", lockPress}, {"wire", lockWire}, {"brakes", lockBrakes}, {"outlet", lockOutlet},
}

// attempts are what each set of locks is tried with, and the locks of which each
// alone stops it.
var attempts = []struct {
	name  string
	stops locks
	try   func(s *stand, off locks)
}{
	{"a flow file presses Send", lockVocabulary | lockJudge | lockPress | lockWire | lockBrakes | lockOutlet, func(s *stand, off locks) {
		if off.has(lockVocabulary) || flowThatSends(s.t) == nil {
			s.at(formAddress).lock()
			_ = s.b.Press(s.t.Context(), "send", s.target("send"))
		}
	}},
	// On the walk, so the outlet is open.
	{"a Send that looks like the link is pressed", lockJudge | lockPress | lockWire | lockBrakes, func(s *stand, _ locks) {
		s.b.Guard(email)
		s.at(centerAddress)
		_ = s.b.Press(s.t.Context(), "object-link", s.target("object-link"))
	}},
	{"a click on Send, past the judge", lockWire | lockBrakes | lockOutlet, byDevTools("mouse")},
	{"Enter in the e-mail field", lockWire | lockBrakes | lockOutlet, byDevTools("Enter in the e-mail field")},
	{"the page submits by itself", lockBrakes | lockOutlet, func(s *stand, _ locks) {
		s.at(formAddress).lock()
		s.hand.on(s.t).try(`document.querySelector('button[type=submit]').form.submit()`)
	}},
	{"the page fetches by itself", lockBrakes | lockOutlet, func(s *stand, _ locks) {
		s.at(formAddress).lock()
		s.hand.on(s.t).try(`fetch('/ajax/help/contact/submit/page', {method: 'POST', body: new URLSearchParams(new FormData(document.querySelector('button[type=submit]').form))}).catch(() => {})`)
	}},
}

// byDevTools does one of ways, past everything but wire and brakes.
func byDevTools(name string) func(*stand, locks) {
	return func(s *stand, _ locks) {
		s.at(formAddress).lock()
		for _, w := range ways {
			if w.name != name {
				continue
			}
			for _, p := range w.params(s) {
				_ = s.calls(w.method, p)
			}
		}
	}
}

// flowThatSends tells why a flow file that presses Send is refused.
func flowThatSends(t testing.TB) error {
	t.Helper()
	dir := filepath.Join("..", "..", "..", "selectors", "flows")
	flow, err1 := os.ReadFile(filepath.Join(dir, "instagram.yaml"))
	phrases, err2 := os.ReadFile(filepath.Join(dir, "phrases.yaml"))
	if err1 != nil || err2 != nil {
		t.Fatal(err1, err2)
	}
	_, err := selectors.Parse("instagram.yaml", []byte(strings.Replace(string(flow), "- {point: send}", "- {press: send}", 1)), phrases)
	return err
}

// lockSets are the sets of locks that are tried: none, each alone, all but two,
// all. The value is what is on.
func lockSets() (names []string, on []locks) {
	var all locks
	for _, l := range everyLock {
		all |= l.lock
	}
	add := func(name string, set locks) { names, on = append(names, name), append(on, set) }
	add("no lock", 0)
	for _, l := range everyLock {
		add(l.name+" alone", l.lock)
	}
	for i, a := range everyLock {
		for _, b := range everyLock[i+1:] {
			add("without "+a.name+" and "+b.name, all&^a.lock&^b.lock)
		}
	}
	add("all", all)
	return names, on
}

// TestLockMatrix tries every attempt with each lock alone, with every two locks
// gone, and with none: what a lock that is on is there to stop, is stopped; what
// no lock that is on is there to stop, sends.
func TestLockMatrix(t *testing.T) {
	if !*thorough {
		t.Skip("takes minutes; the locks one by one are in locks_test.go: run with -thorough")
	}
	browserPath(t)
	names, on := lockSets()
	var mu sync.Mutex
	came := map[[2]int]int{}
	t.Run("set", func(t *testing.T) {
		for i, name := range names {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				off := (allLocks | lockVocabulary) &^ on[i]
				s := standing(t, "hostile=send-under-link&email="+email, off)
				for j, a := range attempts {
					before := s.site.Submissions()
					a.try(s, off)
					sends := on[i]&a.stops == 0
					within := 700 * time.Millisecond
					if sends {
						within = 5 * time.Second // it ends when it came
					}
					until(t, within, "", func() bool { return s.site.Submissions() > before })
					n := s.site.Submissions() - before
					if sends != (n > 0) {
						t.Errorf("%s: %d submissions", a.name, n)
					}
					mu.Lock()
					came[[2]int{i, j}] = n
					mu.Unlock()
					s.reset()
				}
			})
		}
	})
	writeTable(t, "locks", matrixTable(names, came), "each set in a browser of its own")
}

func matrixTable(names []string, came map[[2]int]int) string {
	var out strings.Builder
	head := []string{"locks that are on"}
	for _, a := range attempts {
		head = append(head, a.name)
	}
	row(&out, head...)
	row(&out, slices.Repeat([]string{"---"}, len(head))...)
	for i, name := range names {
		cells := []string{name}
		for j := range attempts {
			cells = append(cells, map[bool]string{true: signStopped, false: fmt.Sprintf("%d sent", came[[2]int{i, j}])}[came[[2]int{i, j}] == 0])
		}
		row(&out, cells...)
	}
	return out.String()
}
