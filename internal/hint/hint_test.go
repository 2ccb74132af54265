package hint

import (
	"errors"
	"fmt"
	"io/fs"
	"testing"
)

func TestIn(t *testing.T) {
	plain := Text{Format: "No twin for %d%% of this."}
	tests := []struct {
		name string
		text Text
		lang string
		want string
	}{
		{"zero value", Text{}, "fr", ""},
		{"no twin", Say("Nothing %s here.", "at all"), "fr", "Nothing at all here."},
		{"percent without arguments", Say("100%% sure."), "en", "100% sure."},
		{"nested sentence", Say("First: %s", Say("second.")), "en", "First: second."},
		{"arguments", Text{plain.Format, []any{7}}, "en", "No twin for 7% of this."},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := test.text.In(test.lang); got != test.want {
				t.Errorf("In(%q) = %q, want %q", test.lang, got, test.want)
			}
		})
	}
}

func TestFrenchIsSaid(t *testing.T) {
	for english, twin := range french() {
		text := Text{Format: english}
		if !hasVerbs(english) {
			for _, lang := range []string{"fr", "fr-FR", "fr_CA", "FR", "fr_FR.UTF-8"} {
				if got := text.In(lang); got != twin {
					t.Errorf("In(%q) = %q, want %q", lang, got, twin)
				}
			}
			for _, lang := range []string{"", "en", "de", "frr", "C"} {
				if got := text.In(lang); got != english {
					t.Errorf("In(%q) = %q, want %q", lang, got, english)
				}
			}
		}
	}
}

func TestProblem(t *testing.T) {
	what, next := Say("The file\ncould not be read."), Say("Try again.")
	tests := []struct {
		name string
		err  error
		want string
	}{
		{"no cause", New(what, next), "The file could not be read"},
		{"cause", Wrap(fs.ErrPermission, what, next), "The file could not be read: permission denied"},
		{"cause that adds nothing", Wrap(errors.New("could not be read"), what, next), "The file could not be read"},
		{"nothing to say", Wrap(fs.ErrPermission, Text{}, Text{}), "permission denied"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := test.err.Error(); got != test.want {
				t.Errorf("Error() = %q, want %q", got, test.want)
			}
			found, ok := Of(fmt.Errorf("do something: %w", test.err))
			if !ok || found != test.err {
				t.Errorf("Of did not find the problem in its wrapping")
			}
		})
	}
	if err := Wrap(fs.ErrPermission, what, next); !errors.Is(err, fs.ErrPermission) {
		t.Error("the cause is lost")
	}
	if _, ok := Of(fs.ErrPermission); ok {
		t.Error("Of found a problem in a plain error")
	}
	if _, ok := Of(nil); ok {
		t.Error("Of found a problem in nil")
	}
}

func TestLang(t *testing.T) {
	tests := []struct {
		env  map[string]string
		want string
	}{
		{nil, "en"},
		{map[string]string{"LANG": "fr_FR.UTF-8"}, "fr"},
		{map[string]string{"LANG": "fr"}, "fr"},
		{map[string]string{"LANG": "de_DE.UTF-8"}, "en"},
		{map[string]string{"LANG": "fr_CA.UTF-8", "LC_MESSAGES": "en_GB"}, "en"},
		{map[string]string{"LANG": "en_GB", "LC_MESSAGES": "fr_BE@euro"}, "fr"},
		{map[string]string{"LANG": "fr_FR", "LC_MESSAGES": "fr_FR", "LC_ALL": "C"}, "en"},
		{map[string]string{"LANG": "fr_FR", "LC_ALL": ""}, "fr"},
		{map[string]string{"LANG": "fr_FR", "LC_ALL": "POSIX"}, "en"},
		{map[string]string{"LANG": "C.UTF-8"}, "en"},
	}
	for _, test := range tests {
		lookup := func(name string) (string, bool) { v, ok := test.env[name]; return v, ok }
		if got := Lang(lookup); got != test.want {
			t.Errorf("Lang(%v) = %q, want %q", test.env, got, test.want)
		}
	}
}
