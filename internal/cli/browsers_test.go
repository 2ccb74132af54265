package cli

import (
	"path/filepath"
	"testing"

	"github.com/nonmerci/nonmerci/automation"
	"github.com/nonmerci/nonmerci/config"
)

// TestSnapWritesNoHiddenFolder: a browser from Snap cannot be started on a profile
// below a folder whose name begins with a dot.
func TestSnapWritesNoHiddenFolder(t *testing.T) {
	home := t.TempDir()
	a := &app{World: World{Lookup: func(name string) (string, bool) { return home, name == "HOME" || name == "USERPROFILE" }}}
	for _, test := range []struct {
		installed, profile string
		want               automation.Answer
	}{
		{"snap", filepath.Join(home, ".local", "share", "nonmerci", "profile"), automation.No},
		{"snap", filepath.Join(home, "snap", "chromium", "common", "nonmerci"), automation.Should},
		{"snap", filepath.Join(filepath.Dir(home), ".elsewhere"), automation.Should},
		{"package", filepath.Join(home, ".local", "share", "nonmerci", "profile"), automation.Should},
	} {
		b := automation.InstalledBrowser{Installed: test.installed, Path: "/snap/bin/chromium", Start: automation.Verdict{Answer: automation.Should}}
		if got := a.start(config.Config{Profile: test.profile}, b); got.Answer != test.want {
			t.Errorf("%s on %s: %s, want %s", test.installed, test.profile, got.Answer, test.want)
		}
	}
}
