package chrome

import (
	"cmp"
	"path"
	"slices"
	"strings"
)

// spot is one way in which a build may be installed.
type spot struct {
	kind  Kind
	paths []string // programs that are there; any of them is the whole installation
	data  string   // everyday user data dir
}

// spots are the ways in which a build is installed on this computer.
func (c *computer) spots(b build) []spot {
	var all []spot
	switch c.system {
	case "windows":
		all = c.windowsSpots(b.windows)
	case "darwin":
		all = c.macSpots(b.mac)
	default:
		all = c.linuxSpots(b.linux)
	}
	for i, s := range all {
		all[i].paths = slices.DeleteFunc(s.paths, func(p string) bool { return p == "" || !c.program(p) })
	}
	return all
}

func (c *computer) linuxSpots(p linuxPlaces) []spot {
	home := c.variable("HOME")
	config := cmp.Or(c.variable("CHROME_CONFIG_HOME"), c.variable("XDG_CONFIG_HOME"), below(home, ".config"))
	system := spot{kind: Package, data: below(config, p.config)}
	for _, program := range p.programs {
		if !path.IsAbs(program) {
			program = c.onPath(program)
		}
		if program != "" && !c.forSnap(program) {
			system.paths = append(system.paths, program)
		}
	}
	snapData := p.snapData
	if snapData == "" && p.snap != "" {
		snapData = path.Join(p.snap, "current", ".config", p.config)
	}
	local := cmp.Or(c.variable("XDG_DATA_HOME"), below(home, ".local", "share"))
	boxed := below(home, ".var", "app", p.flatpak, "config", p.config)
	return []spot{
		system,
		// The second is where systems without /snap keep it (Fedora, Arch).
		{Snap, []string{below("/snap/bin", p.snap), below("/var/lib/snapd/snap/bin", p.snap)}, below(home, "snap", snapData)},
		{Flatpak, []string{below("/var/lib/flatpak/exports/bin", p.flatpak)}, boxed},
		{UserFlatpak, []string{below(local, "flatpak/exports/bin", p.flatpak)}, boxed},
	}
}

// brought tells programs that a package brought from those that a person put
// somewhere.
func brought(program string) Kind {
	for _, dir := range []string{"/usr/bin/", "/usr/lib/", "/usr/lib64/", "/bin/", "/opt/", "/nix/", "/run/current-system/"} {
		if strings.HasPrefix(program, dir) {
			return Package
		}
	}
	return Other
}

func (c *computer) macSpots(p macPlaces) []spot {
	home := c.variable("HOME")
	data := below(home, "Library/Application Support", p.data)
	var all []spot
	for _, dir := range []string{"/Applications", below(home, "Applications")} {
		all = append(all, spot{App, []string{below(dir, p.app+".app", "Contents/MacOS", p.app)}, data})
	}
	return all
}

func (c *computer) windowsSpots(p windowsPlaces) []spot {
	local := c.variable("LOCALAPPDATA")
	data := cmp.Or(below(local, p.data), below(c.variable("APPDATA"), p.roaming))
	// A program of 32 bits sees its own folder under the first name.
	machine := spot{kind: Installer, data: data}
	for _, name := range []string{"ProgramFiles", "ProgramW6432", "ProgramFiles(x86)"} {
		machine.paths = append(machine.paths, below(c.variable(name), p.machine))
	}
	return []spot{machine, {UserInstaller, []string{below(local, p.user)}, data}}
}
