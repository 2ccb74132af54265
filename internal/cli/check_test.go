package cli_test

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/nonmerci/nonmerci/automation"
	"github.com/nonmerci/nonmerci/internal/canary"
	"github.com/nonmerci/nonmerci/internal/cli"
	"github.com/nonmerci/nonmerci/internal/rehearsal"
)

// TestCheckOpensThePages: without a file, the browser opens the home address, the
// first page is told and, where asked for, kept; and nothing says whose it is.
func TestCheckOpensThePages(t *testing.T) {
	if testing.Short() {
		t.Skip("starts browsers")
	}
	if _, err := automation.FindBrowser("", os.LookupEnv); err != nil {
		t.Skip("needs a browser of the Chromium family")
	}
	t.Parallel()
	v := rehearsal.Variant{Service: "instagram"}
	site, err := rehearsal.Serve(t.Context(), v)
	if err != nil {
		t.Fatal(err)
	}
	defer site.Close()
	home := t.TempDir()
	kept := filepath.Join(home, "pages")
	var out, said bytes.Buffer
	args := []string{"selectors", "check", "instagram", "--headless", "--place", "home", "--save", kept}
	for _, arg := range site.BrowserArgs() {
		args = append(args, "--browser-arg", arg)
	}
	code := cli.Main(t.Context(), cli.World{Args: args, Stdin: strings.NewReader(""), Stdout: &out, Stderr: &said, Root: os.Geteuid() == 0,
		Lookup: func(name string) (string, bool) {
			switch name {
			case "HOME", "USERPROFILE", "LOCALAPPDATA", "APPDATA":
				return home, true
			case "PATH":
				return os.LookupEnv(name)
			}
			return "", false
		}})
	if code != 0 || !regexp.MustCompile(`(?m)^Page: home \(www\.instagram\.com/\)$`).MatchString(said.String()) ||
		!regexp.MustCompile(`(?m)^home +own-profile +found +a +Profile `).MatchString(out.String()) {
		t.Errorf("exit code %d\n%s\n%s", code, said.String(), out.String())
	}
	if _, err := os.Stat(filepath.Join(kept, "home.json")); err != nil || !strings.Contains(said.String(), "Kept, ") {
		t.Errorf("nothing was kept: %v\n%s", err, said.String())
	}
	private := rehearsal.Secrets()
	private["account"] = v.SignedIn()
	if found := canary.In(append(out.Bytes(), said.Bytes()...), canary.Values(private)); len(found) > 0 {
		t.Errorf("what is told holds %q", found)
	}
	if n := site.Submissions(); n != 0 {
		t.Errorf("%d submissions", n)
	}
}
