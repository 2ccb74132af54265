package chrome

import (
	"context"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"time"
)

// versionLine is what browsers print for --version: "Chromium 156.0.8078.79 built
// on …", "Google Chrome 157.0.1.0 beta".
var versionLine = regexp.MustCompile(`^(\D+?) \d+\.[\d.]+(?: (beta|dev|unstable|canary|nightly))?\b`)

// product is what the browser calls itself, with its channel and without its
// version; where it does not say, the name of its file. The key of the cookies
// goes by it.
func product(ctx context.Context, path string) string {
	if runtime.GOOS == "windows" { // asking would open a window; the folder above Application tells
		return filepath.Base(filepath.Dir(filepath.Dir(path)))
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, "--version")
	cmd.WaitDelay = time.Second
	out, _ := cmd.Output() // what cannot be asked goes by its file
	if m := versionLine.FindStringSubmatch(string(out)); m != nil {
		return strings.TrimSpace(m[1] + " " + m[2])
	}
	return filepath.Base(path)
}
