package chrome

import (
	"context"
	"path"
	"path/filepath"
	"regexp"
	"strings"
)

// versionLine is what browsers print for --version: "Chromium 156.0.8078.79 built
// on …", "Google Chrome 157.0.1.0 beta".
var versionLine = regexp.MustCompile(`^(\D+?) \d+\.[\d.]+(?: (beta|dev|unstable|canary|nightly))?\b`)

// product is what the browser is called, with its channel and without its
// version; where nobody knows, the name of its file. The key of the cookies goes
// by it.
func (o Options) product(ctx context.Context) string {
	c := here(o.lookup)
	program := c.resolve(o.Path)
	for _, b := range c.installed() {
		if c.resolve(b.Path) == program {
			return b.Name
		}
	}
	if c.system == "windows" { // asking would open a window; the folder above Application tells
		return path.Base(path.Dir(path.Dir(c.slashed(o.Path))))
	}
	out, _ := c.say(ctx, o.Path) // what does not answer goes by its file
	if m := versionLine.FindStringSubmatch(out); m != nil {
		return strings.TrimSpace(m[1] + " " + m[2])
	}
	return filepath.Base(o.Path)
}

// Mate is the installed browser to which a profile belongs.
func Mate(profile string, lookup func(string) (string, bool)) (program string, ok bool) {
	mark, err := ReadProfile(profile)
	if err != nil {
		return "", false
	}
	for _, b := range here(lookup).installed() {
		if strings.EqualFold(b.Name, mark.Browser) && b.usable() == nil {
			return b.Path, true
		}
	}
	return "", false
}

// everyday is the browser whose everyday profiles are in a folder, around it or
// below it; empty: none.
func everyday(dir string, lookup func(string) (string, bool)) string {
	within := func(dir, in string) bool {
		rel, err := filepath.Rel(in, dir)
		return err == nil && filepath.IsLocal(rel)
	}
	dir = real(dir)
	for _, h := range Homes("", lookup) {
		if home := real(h.Dir); within(dir, home) || within(home, dir) {
			return h.Name
		}
	}
	return ""
}
