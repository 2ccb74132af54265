package record

import (
	"fmt"

	"testing"
)

// TestHolds: a private value is found however it is spelt, and only where it is.
func TestHolds(t *testing.T) {
	long := "My photographs show my children, and nobody asked them. I live by them.\nAnd what I wrote to friends was not meant for a machine, whatever your terms of use may say about that."
	for _, c := range []struct {
		value, in string
		want      bool
	}{
		{"anna.canary@mail.example", `"anna.canary@mail.example"`, true},
		{"anna.canary@mail.example", "Anna.CANARY@mail.example", true},
		{"anna.canary@mail.example", "anna.canary%40mail.example", true},
		{"anna.canary@mail.example", "anna.canary&#64;mail.example", true},
		{"anna.canary@mail.example", "anna.cana\u00adry@mail.\u200bexample", true},
		{"anna.canary@mail.example", "anna.canary@\n  mail.example", true},
		{"anna.canary@mail.example", `anna.canary\u0040mail.example`, true},
		{"anna.canary@mail.example", "a…@mail.example", false},
		{"Zoé Müller", "Zoe\u0301 Mu\u0308ller", true},
		{"Zoé Müller", "Zoé\u00a0Müller", true},
		{"Zoé Müller", "Zoe Muller", false},
		{"Léa", "hello, LÉA!", true},
		{"Léa", "Léandre", false},
		{"FR", "FR", false},
		{"true", `{"a":true}`, false},
		{long, long[:120], true},
		{long, "MY PHOTOGRAPHS SHOW MY CHILDREN, AND NOBODY asked them. I live by them.", true},
		{long, long[len(long)-90:], true},
		{long, "My photographs", false},
	} {
		for _, in := range []string{c.in, fmt.Sprintf("<p>before %s after</p>", c.in)} {
			if got := holds([]byte(in), c.value, true); got != c.want {
				t.Errorf("%q in %q: %v", c.value, in, got)
			}
		}
	}
}
