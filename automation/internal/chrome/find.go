package chrome

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

// ErrNoBrowser means that no browser of the Chromium family was found.
var ErrNoBrowser = errors.New("no browser of the Chromium family was found")

// brand is a browser and where it is usually installed. Names without a path
// are looked up on PATH.
type brand struct {
	name  string
	paths map[string][]string // by GOOS; "" for every Unix that is not macOS
}

// Sources: the packages of Debian, Fedora and Arch, Google's and Microsoft's
// .deb and .rpm, Snapcraft; the bundles' own names on macOS; the installers'
// default folders on Windows.
var brands = []brand{
	{"chrome", map[string][]string{
		"":        {"google-chrome-stable", "google-chrome", "/opt/google/chrome/chrome"},
		"darwin":  {"/Applications/Google Chrome.app/Contents/MacOS/Google Chrome", "~/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"},
		"windows": {`Google\Chrome\Application\chrome.exe`},
	}},
	{"chromium", map[string][]string{
		"":        {"chromium", "chromium-browser", "/snap/bin/chromium"},
		"darwin":  {"/Applications/Chromium.app/Contents/MacOS/Chromium", "~/Applications/Chromium.app/Contents/MacOS/Chromium"},
		"windows": {`Chromium\Application\chrome.exe`},
	}},
	{"edge", map[string][]string{
		"":        {"microsoft-edge-stable", "microsoft-edge"},
		"darwin":  {"/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge"},
		"windows": {`Microsoft\Edge\Application\msedge.exe`},
	}},
	{"brave", map[string][]string{
		"":        {"brave-browser", "brave"},
		"darwin":  {"/Applications/Brave Browser.app/Contents/MacOS/Brave Browser"},
		"windows": {`BraveSoftware\Brave-Browser\Application\brave.exe`},
	}},
}

// Brands lists the names that Find knows.
func Brands() []string {
	var out []string
	for _, b := range brands {
		out = append(out, b.name)
	}
	return out
}

// Find returns the browser to start: the first usable one, or the one that
// wanted names (a brand or a path). lookup reads the environment.
func Find(wanted string, lookup func(string) (string, bool)) (string, error) {
	if strings.ContainsAny(wanted, `/\`) {
		if path, err := exec.LookPath(wanted); err == nil {
			return filepath.Abs(path)
		}
		return "", ErrNoBrowser
	}
	for _, b := range brands {
		if wanted != "" && wanted != b.name {
			continue
		}
		for _, p := range b.candidates(lookup) {
			if path, err := exec.LookPath(p); err == nil {
				return path, nil
			}
		}
	}
	if wanted != "" {
		if path, err := exec.LookPath(wanted); err == nil {
			return path, nil
		}
	}
	return "", ErrNoBrowser
}

func (b brand) candidates(lookup func(string) (string, bool)) []string {
	switch runtime.GOOS {
	case "windows":
		var out []string
		for _, base := range []string{"ProgramFiles", "ProgramFiles(x86)", "LOCALAPPDATA"} {
			if dir, ok := lookup(base); ok {
				for _, p := range b.paths["windows"] {
					out = append(out, filepath.Join(dir, p))
				}
			}
		}
		return out
	case "darwin":
		var out []string
		for _, p := range b.paths["darwin"] {
			if home, err := os.UserHomeDir(); err == nil && strings.HasPrefix(p, "~/") {
				p = filepath.Join(home, p[2:])
			}
			out = append(out, p)
		}
		return out
	}
	return b.paths[""]
}
