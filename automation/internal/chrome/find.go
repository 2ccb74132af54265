package chrome

import (
	"cmp"
	"context"
	"errors"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// Reasons why no browser can be taken.
var (
	ErrNoBrowser = errors.New("no browser of the Chromium family was found")
	ErrTooOld    = errors.New("the browser is too old")
	ErrLocked    = errors.New("a policy keeps programs from steering the browser")
)

// Kind is how a browser was installed.
type Kind string

// The kinds, the most dependable first.
const (
	Package       Kind = "package"        // of the system
	App           Kind = "app"            // a bundle on macOS
	Installer     Kind = "installer"      // on Windows, for all users
	UserInstaller Kind = "installer-user" // on Windows, for this user
	Snap          Kind = "snap"
	Other         Kind = "other"        // found on PATH, or named
	Flatpak       Kind = "flatpak"      // for all users
	UserFlatpak   Kind = "flatpak-user" // for this user
)

// kinds is the order in which two installations of the same build are preferred.
var kinds = []Kind{Package, App, Installer, UserInstaller, Snap, Other, Flatpak, UserFlatpak}

// Installed is one browser that was found on the computer.
type Installed struct {
	Brand   string // as for --browser; empty: not in the table
	Channel string // stable, beta, dev or canary; empty: not in the table
	Name    string // as its maker calls it
	Kind    Kind
	Path    string // the program
	Version string // its own number; empty: not known
	Major   int    // Chromium's major version; 0: not known
	Mute    error  // why it did not say its version; nil: it did, or was not asked
	Locked  bool   // a policy forbids DevTools, so it can be neither started nor attached to
	Tried   bool   // of the sort with which this program is tested
	Taken   bool   // the one that Find takes
	Listens bool   // it runs, and its person lets programs in

	UserData string            // the person's everyday user data dir, there or not; empty: not known
	Profiles []EverydayProfile // in it. Their names are private: for the person's own eyes
}

// usable says why the browser cannot be used, as far as is known.
func (b Installed) usable() error {
	switch {
	case b.Locked:
		return ErrLocked
	case b.Major > 0 && b.Major < OldestUsable:
		return ErrTooOld
	}
	return nil
}

// Brands lists the names that Find knows.
func Brands() []string {
	var out []string
	for _, b := range builds {
		if !slices.Contains(out, b.brand) {
			out = append(out, b.brand)
		}
	}
	return out
}

// Find returns the browser to start: the first usable one, or the one that
// wanted names: a brand, brand and channel (chrome-beta), a program on PATH, or a
// path. lookup reads the environment. It starts nothing, so what a browser tells
// only when it is asked is not known here.
func Find(wanted string, lookup func(string) (string, bool)) (string, error) {
	wanted, err := absolute(wanted)
	if err != nil {
		return "", err
	}
	all, err := here(lookup).find(wanted)
	if err != nil {
		return "", err
	}
	return all[slices.IndexFunc(all, func(b Installed) bool { return b.Taken })].Path, nil
}

// Survey tells all about the browsers on this computer, those that Find prefers
// first. The error is Find's, and then none is taken. It asks them for their
// version where no file tells it.
func Survey(ctx context.Context, wanted string, lookup func(string) (string, bool)) ([]Installed, error) {
	c := here(lookup)
	wanted, notThere := absolute(wanted)
	all, err := c.find(wanted)
	c.ask(ctx, all)
	for i, b := range all {
		all[i].Profiles = c.profiles(b.UserData)
		all[i].Listens = b.UserData != "" && listens(ctx, Home{b.Name, b.UserData}) != ""
	}
	return all, cmp.Or(notThere, err)
}

// absolute is wanted as it is, but a path made absolute. Only the real computer
// has a current folder.
func absolute(wanted string) (string, error) {
	if !strings.ContainsAny(wanted, `/\`) {
		return wanted, nil
	}
	found, err := exec.LookPath(wanted)
	if err != nil {
		return wanted, ErrNoBrowser
	}
	return filepath.Abs(found)
}

// find lists what is installed, with the browser that is taken marked. A program
// that is named but not in the table comes last.
func (c *computer) find(wanted string) ([]Installed, error) {
	all := c.installed()
	meant := func(b Installed) bool {
		return wanted == "" || wanted == b.Brand || wanted == b.Brand+"-"+b.Channel
	}
	if !slices.ContainsFunc(all, meant) {
		named := c.named(wanted)
		if named == "" {
			return all, ErrNoBrowser
		}
		same := func(b Installed) bool { return c.resolve(b.Path) == c.resolve(named) }
		if !slices.ContainsFunc(all, same) {
			all = append(all, Installed{Name: path.Base(named), Kind: Other, Path: c.native(named)})
		}
		meant = same
	}
	err := ErrNoBrowser
	for i, b := range all {
		if !meant(b) {
			continue
		}
		reason := b.usable()
		if reason == nil {
			all[i].Taken = true
			return all, nil
		}
		if errors.Is(err, ErrNoBrowser) {
			err = reason // of the one that comes first
		}
	}
	return all, err
}

// named is the program that wanted names, or empty.
func (c *computer) named(wanted string) string {
	if p := c.slashed(wanted); strings.Contains(p, "/") {
		if c.program(p) {
			return p
		}
		return ""
	}
	return c.onPath(wanted)
}

// installed lists what the table knows and this computer has, in the order of
// preference. Nothing is asked.
func (c *computer) installed() []Installed {
	var all []Installed
	claimed := map[string]bool{}
	// The stable channel of a brand comes last: its names may lead to another one.
	for _, b := range slices.Backward(builds) {
		for _, s := range c.spots(b) {
			for _, p := range s.paths {
				if real := c.resolve(p); !claimed[real] {
					claimed[real] = true
					all = append(all, c.about(b, s, p))
					break
				}
			}
		}
	}
	slices.SortStableFunc(all, func(a, b Installed) int { return slices.Compare(a.rank(), b.rank()) })
	return all
}

// rank orders browsers by preference. Those in Flatpak come last, because it is
// not known whether they get the pipe that steers them.
func (b Installed) rank() []int {
	boxed := 0
	if b.Kind == Flatpak || b.Kind == UserFlatpak {
		boxed = 1
	}
	return []int{boxed, slices.Index(channels, b.Channel), slices.Index(Brands(), b.Brand), slices.Index(kinds, b.Kind)}
}
