package cli

import (
	"context"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/nonmerci/nonmerci/config"
	"github.com/nonmerci/nonmerci/internal/hint"
)

// TestConsent: only the word itself is a yes, a no ends the waiting, and so does
// the end of the time or of the terminal.
func TestConsent(t *testing.T) {
	for typed, want := range map[string]bool{
		"yes\n": true, "OUI\n": true, "  yes  \n": true, "\nwhat?\nyes\n": true,
		"no\nyes\n": false, "Non\noui\n": false, "": false, "\n\n": false, "yes please\n": false, "y\n": false,
	} {
		var said strings.Builder
		a := &app{World: World{Stdin: strings.NewReader(typed), Stderr: &said, Terminal: true}, lang: "en"}
		if got := a.consent(config.Config{})(t.Context(), hint.Say("Yes")); got != want || said.String() != "Yes\n" {
			t.Errorf("%q: %v, want %v; said %q", typed, got, want, said.String())
		}
	}
	silent, _ := io.Pipe()
	a := &app{World: World{Stdin: silent, Stderr: io.Discard, Terminal: true}, lang: "en"}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if a.consent(config.Config{})(ctx, hint.Say("Yes")) {
		t.Error("silence is a yes")
	}
	for _, nobody := range []func(context.Context, hint.Text) bool{
		(&app{World: World{Terminal: false}}).consent(config.Config{}),
		(&app{World: World{Terminal: true}}).consent(config.Config{Headless: true}),
	} {
		if nobody != nil {
			t.Error("somebody is asked where nobody is")
		}
	}
}
