package chrome

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Chromium's major versions that matter here.
const (
	OldestUsable = 113 // below it something is missing that is used here: --headless=new came with 112
	OldestSecure = 136 // of April 2025; older ones get no security updates any more
	OldestAttach = 144 // the first that a person can open for programs while it runs
)

var versionNumber = regexp.MustCompile(`\d+(\.\d+)+`)

// major is the first number of a version, or 0.
func major(version string) int {
	first, _, _ := strings.Cut(versionNumber.FindString(version), ".")
	n, err := strconv.Atoi(first)
	if err != nil {
		return 0
	}
	return n
}

// about tells of one installation what needs no question.
func (c *computer) about(b build, s spot, p string) Installed {
	i := Installed{Brand: b.brand, Channel: b.channel, Name: b.name, Kind: s.kind, Path: c.native(p), UserData: c.native(s.data)}
	if i.Kind == Package {
		i.Kind = brought(p)
	}
	i.Tried = c.system == "linux" && b.brand == "chromium" && i.Kind == Package
	i.Version = c.writtenVersion(b, i.Kind, p)
	i.Major = b.chromium(i.Kind, i.Version)
	i.Locked = c.locked(b, i.Kind)
	return i
}

// chromium is Chromium's major version for a version of the build; 0: that one
// does not tell.
func (b build) chromium(k Kind, version string) int {
	if b.own || k == Snap && b.linux.snapOwn {
		return 0
	}
	return major(version)
}

// writtenVersion is the version as a file beside the program tells it, or empty.
func (c *computer) writtenVersion(b build, k Kind, p string) string {
	switch k {
	case Installer, UserInstaller:
		return c.newestFolder(path.Dir(p))
	case App:
		// …/Google Chrome.app/Contents/MacOS/Google Chrome. A binary property list is
		// not read.
		list := c.read(path.Join(path.Dir(path.Dir(p)), "Info.plist"))
		return versionNumber.FindString(plistValue(list, "CFBundleShortVersionString"))
	case Snap:
		// /snap/bin/chromium
		about := c.read(path.Join(path.Dir(path.Dir(p)), b.linux.snap, "current/meta/snap.yaml"))
		for line := range bytes.Lines(about) {
			if value, ok := bytes.CutPrefix(line, []byte("version:")); ok {
				return versionNumber.FindString(string(value))
			}
		}
	}
	return ""
}

// newestFolder is the highest version among the folders of an installer, which
// keeps each version in one beside the program.
func (c *computer) newestFolder(dir string) string {
	newest, parts := "", []int(nil)
	for _, name := range c.list(dir) {
		if versionNumber.FindString(name) != name {
			continue
		}
		var these []int
		for part := range strings.SplitSeq(name, ".") {
			n, _ := strconv.Atoi(part) // digits alone
			these = append(these, n)
		}
		if slices.Compare(these, parts) > 0 {
			newest, parts = name, these
		}
	}
	return newest
}

// plistValue is the value of a key of an XML property list: a text, or true or
// false. Empty: it is not there.
func plistValue(list []byte, key string) string {
	var root struct {
		Dict struct {
			All []struct {
				XMLName xml.Name
				Text    string `xml:",chardata"`
			} `xml:",any"`
		} `xml:"dict"`
	}
	if xml.Unmarshal(list, &root) != nil {
		return ""
	}
	all := root.Dict.All // each key before its value
	for i := range len(all) - 1 {
		if all[i].XMLName != (xml.Name{Local: "key"}) || all[i].Text != key {
			continue
		}
		switch all[i+1].XMLName {
		case xml.Name{Local: "true"}:
			return "true"
		case xml.Name{Local: "false"}:
			return "false"
		}
		return all[i+1].Text
	}
	return ""
}

// ask asks the browsers that no file tells the version of, all at once. On
// Windows a browser that is asked opens a window, and macOS' bundles tell it.
func (c *computer) ask(ctx context.Context, all []Installed) {
	if c.system == "windows" {
		return
	}
	var wg sync.WaitGroup
	for i := range all {
		if all[i].Version == "" && all[i].Kind != App {
			wg.Go(func() { c.askOne(ctx, &all[i]) })
		}
	}
	wg.Wait()
}

func (c *computer) askOne(ctx context.Context, b *Installed) {
	said, err := c.say(ctx, c.slashed(b.Path))
	if err != nil {
		b.Mute = err
		return
	}
	said, _, _ = strings.Cut(strings.TrimSpace(said), "\n")
	b.Version = versionNumber.FindString(said)
	if b.Version == "" {
		b.Mute = errors.New("the answer holds no version")
		return
	}
	if b.Brand == "" {
		if strings.Count(b.Version, ".") < 3 { // as all of the family count, and hardly anything else
			b.Version, b.Mute = "", errors.New("the answer is not that of a browser")
			return
		}
		b.introduce(said)
	}
	for _, known := range builds {
		if known.brand == b.Brand && known.channel == b.Channel {
			b.Major = known.chromium(b.Kind, b.Version)
		}
	}
}

// introduce gives a program that is not in the table the brand that it says it is
// of. What it says before its version is its name.
func (b *Installed) introduce(said string) {
	if name, _, _ := strings.Cut(said, b.Version); strings.TrimSpace(name) != "" {
		b.Name = printable(strings.TrimSpace(name))
	}
	for _, known := range builds {
		if known.channel == stable && strings.HasPrefix(said, known.name+" ") {
			b.Brand, b.Channel = known.brand, known.channel
		}
	}
}
