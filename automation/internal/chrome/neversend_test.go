package chrome

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nonmerci/nonmerci/internal/rehearsal"
)

// mode is a way in which a browser runs under the program. A control shows that
// the ways out are ways out.
type mode struct {
	name    string
	says    string
	off     locks
	control bool
	attach  bool              // in a browser that ran before
	open    map[string]string // the ways out that no lock closes; whoever closes one takes it out
}

var modes = []mode{
	{"launch", "every lock on, in a browser that the program has started", 0, false, false, nil},
	{"no outlet", "the same without the outlet, as where a script of the system leads to the network", lockOutlet, false, false, map[string]string{
		"web-transport": "QUIC from the network service; no DevTools method and no switch stops it in Chromium 156",
		"close-socket":  "a closing tab loses its rules first",
	}},
	{"attach", "in a browser that ran before, with every lock on that there can be", lockOutlet, false, true, map[string]string{
		"web-transport":        "QUIC from the network service; no DevTools method and no switch stops it in Chromium 156",
		"web-rtc":              "attached: only a switch stops it",
		"payment":              "attached: only a switch stops it",
		"fedcm":                "attached: only a switch stops it",
		"prefetch-rules":       "attached: only a preference stops it",
		"prerender-rules":      "attached: only a preference stops it",
		"shared-worker-socket": "attached: no tab holds that worker",
		"shared-there-socket":  "attached: no tab holds that worker",
		"close-socket":         "a closing tab loses its rules first",
	}},
	{"control", "the same without brakes and outlet", lockBrakes | lockOutlet, true, false, nil},
}

// stand brings a browser of the mode in front of a hostile site.
func (m mode) stand(t testing.TB, variant string) *stand {
	t.Helper()
	if m.attach {
		s, _ := attached(t, variant, m.off)
		return s
	}
	return standing(t, variant, m.off)
}

// phases are the moments of a run at which a page tries to send. Each brings the
// page there; what the page then does is fired by the test.
var phases = []struct {
	name  string
	says  string
	begin func(s *stand) *tab
}{
	{"walk", "on a page before the form", func(s *stand) *tab {
		s.b.Guard(email, explanation)
		s.at(centerAddress)
		return s.wing()
	}},
	{"fill", "while the program fills the form", func(s *stand) *tab {
		s.at(formAddress).lock()
		return s.wing()
	}},
	{"held", "between filling and hand-over", func(s *stand) *tab {
		s.at(formAddress).lock().fill(true)
		tab := s.wing()
		s.b.Seal()
		return tab
	}},
	{"after", "after hand-over, untouched", func(s *stand) *tab {
		s.at(formAddress).lock().fill(true)
		s.handOver()
		return s.wing()
	}},
}

// notSending are the ways out that do not work in the Chromium of the tests even
// without the brakes, with the reason. They are tried all the same.
var notSending = map[string]string{
	"manifest":    "loaded on installation only",
	"icon":        "not loaded without a window",
	"attribution": "switched off in this version",
	"web-rtc-tcp": "not asked on loopback",
}

// unsteady are those that do not send every time, with the reason: that their
// control sends nothing is no fault.
var unsteady = map[string]string{
	"leave-xhr":    "only where Chromium keeps the page that is left",
	"close-socket": "a race with the end of the tab",
}

// wing connects the hand with the tab that the program works in, and waits until
// its page has made ready what its ways need.
func (s *stand) wing() *tab {
	s.t.Helper()
	now, err := s.b.current(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	tab := s.hand.at(s.t, fmt.Sprintf("ws://127.0.0.1:%d/devtools/page/%s", s.hand.port, now.target))
	tab.eval(`wing.ready`)
	return tab
}

// earlierTab opens a tab that listens, before the one that the program works in.
func (s *stand) earlierTab(phase string) {
	s.t.Helper()
	origin := strings.TrimSuffix(centerAddress, "/")
	if phase != "walk" {
		origin = "https://help.instagram.com"
	}
	if err := s.b.Open(s.t.Context(), origin+"/hostile-wing/tab"); err != nil {
		s.t.Fatal(err)
	}
	first, err := s.b.current(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	s.hand.on(s.t).try(`open('/hostile-wing/away', '_blank', 'noopener')`)
	if _, err := s.b.currentAfter(s.t.Context(), first); err != nil {
		s.t.Fatal(err)
	}
}

// fire makes the page send by some ways out: at once, or, while the program
// fills, at the first letter.
func (s *stand) fire(tab *tab, phase string, ways ...string) {
	s.t.Helper()
	if phase != "fill" {
		for _, name := range ways {
			tab.try(fmt.Sprintf(`wing.send(%q)`, name))
		}
		return
	}
	tab.try(fmt.Sprintf(`wing.onInput(...%q.split(' '))`, strings.Join(ways, " ")))
	for _, f := range [][2]string{{"email", email}, {"explanation", explanation}} {
		_ = s.b.Fill(s.t.Context(), f[0], s.target(f[0]), f[1]) // a page that is gone has no fields
	}
}

// results are the submissions that came, by mode, way and phase.
type results struct {
	mu   sync.Mutex
	came map[[3]string]int
}

func (r *results) add(mode, way, phase string, n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.came[[3]string{mode, way, phase}] = n
}

func (r *results) of(mode, way, phase string) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.came[[3]string{mode, way, phase}]
}

// TestNeverSend is the promise: whatever way out a page tries, at whatever moment,
// nothing reaches the site while the program is at work or waits for the person.
// All ways share one page where they can; with -thorough each is tried alone, and
// what came of it is the table in ARCHITECTURE.md (make never-send).
func TestNeverSend(t *testing.T) {
	t.Parallel()
	browserPath(t)
	r := &results{came: map[[3]string]int{}}
	if *thorough {
		t.Run("alone", func(t *testing.T) { neverSendAlone(t, r) })
	} else {
		t.Run("together", func(t *testing.T) { neverSendTogether(t, r) })
	}
	if *thorough || *table != "" {
		how := map[bool]string{true: "each way alone", false: "all ways on one page; the control at one moment only"}[*thorough]
		writeTable(t, "ways", waysTable(r), how)
	}
}

func neverSendTogether(t *testing.T, r *results) {
	for _, mode := range modes {
		daily, moments := *table == "", phases
		if daily && mode.attach {
			moments = phases[2:3] // a sample
		} else if daily && mode.off != 0 {
			continue // every day, the browser as it is; the others are for make never-send
		}
		t.Run(mode.name, func(t *testing.T) {
			t.Parallel()
			s := mode.stand(t, "hostile=all&hostile-when=called&email="+email)
			if mode.control {
				neverSendControl(s)
			}
			for _, phase := range moments {
				before := s.site.ByChannel()
				if !mode.control {
					s.earlierTab(phase.name)
					s.together(phase.begin(s), phase.name)
					s.reset()
				}
				for _, way := range rehearsal.WaysOut() {
					n := s.site.ByChannel()[way.Name] - before[way.Name]
					if mode.control {
						n = before[way.Name] // tried once for all phases
					}
					r.add(mode.name, way.Name, phase.name, n)
					if n > 0 && !mode.control && mode.open[way.Name] == "" {
						t.Errorf("%s: %s got out %d times", phase.name, way.Name, n)
					}
				}
			}
			before := s.site.ByChannel()
			if err := s.b.Close(); err != nil {
				t.Error(err)
			}
			for way, n := range s.site.ByChannel() {
				if n > before[way] && !mode.control && mode.open[way] == "" {
					t.Errorf("%s got out when the browser was closed", way)
				}
			}
		})
	}
}

// together fires all ways on one page: what leaves the page one after the other,
// each when the one before was stopped, and what opens tabs at the end.
func (s *stand) together(tab *tab, phase string) {
	s.t.Helper()
	now, err := s.b.current(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	share, leave := sharing()
	s.fire(tab, phase, share...)
	quiet(s.t, 600*time.Millisecond, func() bool { return false })
	for _, name := range leave {
		before := len(s.b.Attempts())
		s.fire(tab, phase, name)
		until(s.t, 150*time.Millisecond, "", func() bool { return len(s.b.Attempts()) > before })
	}
	s.closes(now, tab)
}

// closes closes a tab as the person would, and waits until it is gone.
func (s *stand) closes(now *session, tab *tab) {
	s.t.Helper()
	until(s.t, 20*time.Second, "the tab closes", func() bool {
		select {
		case <-now.closed:
			return true
		default:
			_, _ = tab.call("Page.close", nil) // a page that is just leaving refuses
			return false
		}
	})
}

// sharing parts the ways out that can share a page from those that leave it; what
// opens a tab comes last.
func sharing() (share, leave []string) {
	var tabs []string
	for _, way := range rehearsal.WaysOut() {
		switch {
		case way.Tab:
			tabs = append(tabs, way.Name)
		case way.Leaves:
			leave = append(leave, way.Name)
		default:
			share = append(share, way.Name)
		}
	}
	return share, append(leave, tabs...)
}

// neverSendControl shows that each way sends where nothing brakes it.
func neverSendControl(s *stand) {
	share, leave := sharing()
	came := func(names ...string) func() bool {
		return func() bool {
			got := s.site.ByChannel()
			return !slices.ContainsFunc(names, func(n string) bool { return got[n] == 0 && notSending[n] == "" && unsteady[n] == "" })
		}
	}
	s.earlierTab("walk")
	tab := phases[0].begin(s)
	s.fire(tab, "walk", share...)
	until(s.t, 3*time.Second, "", came(slices.DeleteFunc(slices.Clone(share), func(n string) bool { return strings.HasPrefix(n, "close-") })...))
	for _, name := range leave {
		if err := s.b.Open(s.t.Context(), centerAddress); err != nil {
			s.t.Fatal(err)
		}
		s.fire(s.wing(), "walk", name)
		until(s.t, 2*time.Second, "", came(name))
	}
	until(s.t, 2*time.Second, "", came(share...))
	got := s.site.ByChannel()
	for _, way := range rehearsal.WaysOut() {
		if got[way.Name] == 0 && notSending[way.Name] == "" && unsteady[way.Name] == "" {
			s.t.Errorf("%s sends nothing, so its test proves nothing", way.Name)
		}
	}
}

// neverSendAlone tries every way out on a page of its own, and each in a browser
// of its own, at every phase, in every mode.
func neverSendAlone(t *testing.T, r *results) {
	for _, mode := range modes {
		for _, way := range rehearsal.WaysOut() {
			t.Run(mode.name+"/"+way.Name, func(t *testing.T) {
				t.Parallel()
				s := mode.stand(t, "hostile="+way.Name+"&hostile-when=called&email="+email)
				for _, phase := range phases {
					s.earlierTab(phase.name)
					n := s.alone(way, phase.begin(s), phase.name, mode.control)
					r.add(mode.name, way.Name, phase.name, n)
					switch {
					case !mode.control && n > 0 && mode.open[way.Name] == "":
						t.Errorf("%s: got out %d times", phase.name, n)
					case mode.control && n == 0 && notSending[way.Name] == "" && unsteady[way.Name] == "":
						t.Errorf("%s: sends nothing, so its test proves nothing", phase.name)
					}
					s.reset()
				}
				before := s.site.Submissions()
				if err := s.b.Close(); err != nil {
					t.Error(err)
				}
				if n := s.site.Submissions() - before; n > 0 && !mode.control && mode.open[way.Name] == "" {
					t.Errorf("%d got out when the browser was closed", n)
				}
			})
		}
	}
}

// alone fires one way and closes the tab. The result is what came by it.
func (s *stand) alone(way rehearsal.WayOut, tab *tab, phase string, control bool) int {
	s.t.Helper()
	now, err := s.b.current(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	long, short := time.Second, 300*time.Millisecond
	if control { // which ends as soon as it came
		long, short = 3*time.Second, 2*time.Second
	}
	if strings.HasPrefix(way.Name, "close-") {
		long, short = short, long
	}
	before, all := s.site.ByChannel()[way.Name], s.site.Submissions()
	came := func() bool { return s.site.Submissions() > all }
	s.fire(tab, phase, way.Name)
	until(s.t, long, "", came)
	s.closes(now, tab)
	until(s.t, short, "", came)
	n := s.site.ByChannel()[way.Name] - before
	if other := s.site.Submissions() - all - n; other > 0 {
		s.t.Errorf("%s: %d came by another way: %v", phase, other, s.site.ByChannel())
	}
	if control && n > 0 && !way.Bare && !strings.Contains(s.site.LastSubmission().Encode(), "marie") {
		s.t.Errorf("%s: what came holds no address: %v", phase, s.site.LastSubmission())
	}
	s.t.Logf("RESULT %s %s: %d", way.Name, phase, n)
	return n
}
