package cli

import (
	"errors"
	"testing"

	"github.com/nonmerci/nonmerci/internal/hint"
)

// TestWhatIsSaidSteersNoTerminal: what a page calls its things is repeated letter by
// letter, but for what a terminal would obey, or which turns the direction.
func TestWhatIsSaidSteersNoTerminal(t *testing.T) {
	const evil, tame = "Réglages\x1b]0;pwned\x07 « x\u202f»\u009b2J\u202e\r設定", "Réglages]0;pwned « x\u202f»2J設定"
	a, _, said := talker(t, "")
	a.say(hint.Say("  %s  “%s”", "a", evil))
	a.problem(hint.Wrap(errors.New(evil), hint.Say("%q is not known here.", "x"), hint.Say("  %s: %s", "x", evil)))
	a.problem(errors.New(evil))
	want := "  a  “" + tame + "”\nnonmerci: \"x\" is not known here.\n  " + tame + "\n→   x: " + tame + "\nnonmerci: " + tame + "\n"
	if said.String() != want {
		t.Errorf("said %q\nwant %q", said, want)
	}
}
