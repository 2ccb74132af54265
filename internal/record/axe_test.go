package record

import (
	"encoding/json"
	"html"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// axeRun stands behind the report: it runs axe and leaves what it found in the
// page, for --dump-dom to print.
const axeRun = `<script>axe.run(document, {resultTypes: ["violations"]}).then(r => {
	const pre = document.createElement("pre");
	pre.id = "axe";
	pre.textContent = JSON.stringify({passes: r.passes.length, violations: r.violations.map(v => ({id: v.id, impact: v.impact, at: v.nodes.map(n => n.html).join(" ")}))});
	document.body.append(pre);
});</script>`

// TestAxe has the report judged by axe-core, which is not kept here: it runs where
// the file is named, as in
//
//	npm install --prefix /tmp/axe axe-core
//	NONMERCI_AXE=/tmp/axe/node_modules/axe-core/axe.min.js go test ./internal/record -run TestAxe -v
func TestAxe(t *testing.T) {
	file := os.Getenv("NONMERCI_AXE")
	if file == "" {
		t.Skip("needs axe-core: name its axe.min.js in NONMERCI_AXE")
	}
	axe, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	browser := ""
	for _, name := range []string{os.Getenv("NONMERCI_BROWSER"), "chromium", "google-chrome", "chromium-browser"} {
		if path, err := exec.LookPath(name); browser == "" && name != "" && err == nil {
			browser = path
		}
	}
	if browser == "" {
		t.Skip("needs Chromium or Chrome")
	}
	for _, lang := range []string{"en", "fr"} {
		for _, rehearsal := range []bool{true, false} {
			m := meta()
			m.Language, m.Rehearsal = lang, rehearsal
			axeFinds(t, browser, string(axe), report(t, m, values()))
		}
	}
	axeFinds(t, browser, string(axe), reportOf(t, summaryOf(upToThanks+" ended=sent"), "en"))
	axeFinds(t, browser, string(axe), reportOf(t, summaryOf(upToSend+" ended=unknown"), "fr"))
}

// axeFinds fails on whatever axe finds in a report.
func axeFinds(t *testing.T, browser, axe, page string) {
	t.Helper()
	page = regexp.MustCompile(`<meta http-equiv="Content-Security-Policy"[^>]*>`).ReplaceAllString(page, "")
	page = strings.Replace(page, "</body>", "<script>"+strings.ReplaceAll(axe, "</script", `<\/script`)+"</script>"+axeRun+"</body>", 1)
	file := filepath.Join(t.TempDir(), "report.html")
	if err := os.WriteFile(file, []byte(page), 0o600); err != nil {
		t.Fatal(err)
	}
	args := []string{"--headless", "--user-data-dir=" + t.TempDir(), "--virtual-time-budget=30000", "--dump-dom", "file://" + filepath.ToSlash(file)}
	if os.Geteuid() == 0 {
		args = append([]string{"--no-sandbox"}, args...)
	}
	dom, err := exec.CommandContext(t.Context(), browser, args...).Output()
	if err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile(`<pre id="axe">([^<]*)</pre>`).FindSubmatch(dom)
	if m == nil {
		t.Fatal("axe did not come to its end")
	}
	var said struct {
		Passes     int
		Violations []struct{ ID, Impact, At string }
	}
	if err := json.Unmarshal([]byte(html.UnescapeString(string(m[1]))), &said); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d rules pass, %d do not", said.Passes, len(said.Violations))
	if said.Passes < 30 {
		t.Errorf("axe looked at little: %d rules", said.Passes)
	}
	for _, v := range said.Violations {
		t.Errorf("%s (%s): %s", v.ID, v.Impact, v.At)
	}
}
