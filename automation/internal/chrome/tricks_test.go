package chrome

import (
	"strings"
	"testing"
	"time"

	"github.com/nonmerci/nonmerci/internal/rehearsal"
)

// TestTricks: a page makes a press on something harmless send. The program's own
// press, on the walk, sends nothing; nor does the person's, after hand-over, on
// anything but Send. The control has no lock.
func TestTricks(t *testing.T) {
	t.Parallel()
	r := &results{came: map[[3]string]int{}}
	t.Run("each", func(t *testing.T) {
		for _, trick := range rehearsal.Tricks() {
			modes := map[string]locks{"launch": 0, "control": allLocks}
			if !*thorough {
				if trick.Name != "swap" && trick.Name != "overlay" {
					continue // each, and its control, for make never-send
				}
				delete(modes, "control")
			}
			t.Run(trick.Name, func(t *testing.T) {
				t.Parallel()
				for mode, off := range modes {
					s := standing(t, "hostile="+trick.Name+"&email="+email, off)
					r.add(mode, trick.Name, "press", s.programPresses(trick.Name))
					r.add(mode, trick.Name, "touch", s.personPresses(trick.Name))
				}
				for _, phase := range []string{"press", "touch"} {
					if n := r.of("launch", trick.Name, phase); n > 0 {
						t.Errorf("%s: got out %d times", phase, n)
					}
					// A dialog on the walk is dismissed, whatever lock is off.
					if *thorough && r.of("control", trick.Name, phase) == 0 && trick.Name+phase != "dialogpress" {
						t.Errorf("%s: sends nothing, so its test proves nothing", phase)
					}
				}
			})
		}
	})
	if *table != "" {
		writeTable(t, "tricks", tricksTable(r), "each trick alone")
	}
}

func (s *stand) programPresses(way string) int {
	s.t.Helper()
	s.b.Guard(email, explanation)
	s.at(centerAddress)
	before := s.site.ByChannel()[way]
	err := s.b.Press(s.t.Context(), "object-link", s.target("object-link"))
	s.t.Logf("%s: the program's press: %v", way, err)
	return s.came(way, before)
}

func (s *stand) personPresses(way string) int {
	s.t.Helper()
	before := s.site.ByChannel()[way]
	s.reset()
	s.at(formAddress).lock().fill(true)
	s.handOver()
	tab := s.hand.on(s.t)
	tab.clickOver("#trick")
	if way == "dialog" {
		_, _ = tab.call("Page.enable", nil)
		until(s.t, 20*time.Second, "the dialog", func() bool {
			_, err := tab.call("Page.handleJavaScriptDialog", map[string]any{"accept": true})
			return err == nil
		})
	}
	return s.came(way, before)
}

// came waits for what comes by a way, and tells how much did.
func (s *stand) came(way string, before int) int {
	s.t.Helper()
	long := time.Second
	if s.b.off != 0 {
		long = 3 * time.Second // a control, which ends as soon as it came
	}
	until(s.t, long, "", func() bool { return s.site.ByChannel()[way] > before })
	return s.site.ByChannel()[way] - before
}

func tricksTable(r *results) string {
	var out strings.Builder
	row(&out, "trick", "what the page does", "launch", "control")
	row(&out, "---", "---", "---", "---")
	for _, trick := range rehearsal.Tricks() {
		cells := map[string]string{}
		for _, phase := range []string{"press", "touch"} {
			sends := r.came[[3]string{"control", trick.Name, phase}] > 0
			cells["control"] += map[bool]string{true: signOut, false: signNothing}[sends]
			sign := map[bool]string{true: signStopped, false: signNothing}[sends]
			if r.came[[3]string{"launch", trick.Name, phase}] > 0 {
				sign = signOut
			}
			cells["launch"] += sign
		}
		row(&out, "`"+trick.Name+"`", trick.Says, cells["launch"], strings.Replace(cells["control"], signOut+signOut, "sends", 1))
	}
	return out.String()
}
