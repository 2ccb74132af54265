package chrome

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"
)

// computer is where browsers are looked for: this one, or in tests one that is
// made up. Its paths have slashes on every system.
type computer struct {
	system string // GOOS
	lookup func(string) (string, bool)
	files  fs.FS // "usr/bin" for /usr/bin, "C:/Program Files" as it is

	// registry reads a number of Windows' registry: the machine's first, then the
	// user's.
	registry func(key, value string) (uint64, bool)
	// say runs a program with --version.
	say func(ctx context.Context, program string) (string, error)
}

// here is the computer that this program runs on.
func here(lookup func(string) (string, bool)) *computer {
	if lookup == nil {
		lookup = func(string) (string, bool) { return "", false }
	}
	return &computer{system: runtime.GOOS, lookup: lookup, files: disk{}, registry: registryNumber, say: sayVersion}
}

// disk is the file system of this computer.
type disk struct{}

var _ fs.ReadLinkFS = disk{}

func (disk) path(name string) string {
	if runtime.GOOS == "windows" {
		return filepath.FromSlash(name)
	}
	return "/" + name
}

func (d disk) Open(name string) (fs.File, error)          { return os.Open(d.path(name)) }
func (d disk) Stat(name string) (fs.FileInfo, error)      { return os.Stat(d.path(name)) }
func (d disk) Lstat(name string) (fs.FileInfo, error)     { return os.Lstat(d.path(name)) }
func (d disk) ReadLink(name string) (string, error)       { return os.Readlink(d.path(name)) }
func (d disk) ReadDir(name string) ([]fs.DirEntry, error) { return os.ReadDir(d.path(name)) }

// sayVersion asks a browser for its version. It opens no window and reads no
// profile.
func sayVersion(ctx context.Context, program string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, "--version")
	cmd.WaitDelay = time.Second
	var said line
	cmd.Stdout = &said
	err := cmd.Run()
	if ctx.Err() != nil {
		return "", errors.New("no answer within 10 seconds")
	}
	return string(said), err
}

// line is the answer to --version. A program that goes on and on is cut off.
type line []byte

func (l *line) Write(b []byte) (int, error) {
	if len(*l)+len(b) > 4<<10 {
		return 0, errors.New("the answer holds no version")
	}
	*l = append(*l, b...)
	return len(b), nil
}

// variable is a folder that the environment names, with slashes; empty where it
// names none.
func (c *computer) variable(name string) string {
	dir, _ := c.lookup(name)
	dir = c.slashed(dir)
	if rooted := strings.HasPrefix(dir, "/") || c.system == "windows" && len(dir) > 2 && dir[1:3] == ":/"; !rooted {
		return ""
	}
	return strings.TrimRight(dir, "/")
}

// below joins where dir is known, and is empty where it is not or nothing comes
// below it.
func below(dir string, rest ...string) string {
	if dir == "" || slices.Contains(rest, "") {
		return ""
	}
	return path.Join(append([]string{dir}, rest...)...)
}

func (c *computer) slashed(p string) string {
	if c.system == "windows" {
		return strings.ReplaceAll(p, `\`, "/")
	}
	return p
}

func (c *computer) native(p string) string {
	if c.system == "windows" {
		return strings.ReplaceAll(p, "/", `\`)
	}
	return p
}

// name is a path as [fs.FS] wants it.
func (c *computer) name(p string) string { return strings.TrimPrefix(c.slashed(p), "/") }

// read returns a file that is not too large to be what it should be; nil: there
// is none.
func (c *computer) read(p string) []byte {
	const most = 32 << 20
	if p == "" {
		return nil
	}
	// What is no file, such as a pipe, could keep whoever opens it waiting for ever.
	if info, err := fs.Stat(c.files, c.name(p)); err != nil || !info.Mode().IsRegular() {
		return nil
	}
	f, err := c.files.Open(c.name(p))
	if err != nil {
		return nil
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, most+1))
	if err != nil || len(data) > most {
		return nil
	}
	return data
}

// list names what is in a folder, sorted.
func (c *computer) list(dir string) []string {
	entries, err := fs.ReadDir(c.files, c.name(dir))
	if err != nil {
		return nil
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// program tells whether there is something at p that can be started.
func (c *computer) program(p string) bool {
	info, err := fs.Stat(c.files, c.name(p))
	return err == nil && info.Mode().IsRegular() && (c.system == "windows" || info.Mode()&0o111 != 0)
}

// onPath finds a program by its name, or returns nothing.
func (c *computer) onPath(name string) string {
	list, _ := c.lookup("PATH")
	separator, endings := ":", []string{""}
	if c.system == "windows" {
		separator, endings = ";", []string{"", ".exe"}
	}
	if name == "" {
		return ""
	}
	for _, dir := range strings.Split(c.slashed(list), separator) {
		for _, ending := range endings {
			if p := path.Join(dir, name+ending); dir != "" && (path.IsAbs(p) || c.system == "windows") && c.program(p) {
				return p
			}
		}
	}
	return ""
}

// resolve follows symbolic links, so that two names of a program are one. A snap
// is not followed: all of them lead to the same program, snap itself.
func (c *computer) resolve(p string) string {
	p = c.slashed(p)
	for range 40 {
		target, err := fs.ReadLink(c.files, c.name(p))
		if err != nil || ofSnap(p) {
			break
		}
		target = c.slashed(target)
		if !path.IsAbs(target) && !(c.system == "windows" && strings.Contains(target, ":/")) {
			target = path.Join(path.Dir(p), target)
		}
		p = target
	}
	return p
}

func ofSnap(p string) bool {
	return strings.HasPrefix(p, "/snap/") || strings.HasPrefix(p, "/var/lib/snapd/")
}

// forSnap tells whether a program is only a way to a snap, as Ubuntu's
// /usr/bin/chromium-browser is: a script, or a link to snap itself.
func (c *computer) forSnap(p string) bool {
	if ofSnap(p) || path.Base(c.resolve(p)) == "snap" {
		return true
	}
	f, err := c.files.Open(c.name(p))
	if err != nil {
		return false
	}
	defer f.Close()
	start, err := io.ReadAll(io.LimitReader(f, 4<<10))
	return err == nil && bytes.HasPrefix(start, []byte("#!")) && bytes.Contains(start, []byte("/snap/bin/"))
}
