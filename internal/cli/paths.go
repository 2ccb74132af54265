package cli

import (
	"cmp"
	"path/filepath"
	"runtime"

	"github.com/nonmerci/nonmerci/automation"
	"github.com/nonmerci/nonmerci/config"
	"github.com/nonmerci/nonmerci/internal/hint"
)

// home is the person's home folder, as the environment says, or empty.
func (a *app) home() string {
	for _, name := range []string{"HOME", "USERPROFILE"} {
		if dir, ok := a.Lookup(name); ok && filepath.IsAbs(dir) {
			return dir
		}
	}
	return ""
}

// homeless refuses to keep a login and records where anybody could read them:
// without a home folder both must be named.
func (a *app) homeless(c config.Config) error {
	if filepath.IsAbs(a.dataDir()) || c.Profile != "" && c.Records != "" {
		return nil
	}
	return hint.New(hint.Say("Your home folder is not known (the variable HOME is empty). Nothing was started."),
		hint.Say("Set HOME to your home folder, then start again."))
}

// dataDir is where profile and records live: $XDG_DATA_HOME, ~/Library/
// Application Support, or %LOCALAPPDATA% (which is not synchronised to a cloud).
func (a *app) dataDir() string {
	return filepath.Join(a.base("XDG_DATA_HOME", filepath.Join(a.home(), ".local", "share"), "LOCALAPPDATA"), "nonmerci")
}

func (a *app) configDir() string {
	return filepath.Join(a.base("XDG_CONFIG_HOME", filepath.Join(a.home(), ".config"), "APPDATA"), "nonmerci")
}

func (a *app) base(xdg, unix, windows string) string {
	if dir, ok := a.Lookup(xdg); ok && filepath.IsAbs(dir) {
		return dir
	}
	switch runtime.GOOS {
	case "darwin":
		return filepath.Join(a.home(), "Library", "Application Support")
	case "windows":
		if dir, ok := a.Lookup(windows); ok && dir != "" {
			return dir
		}
		return filepath.Join(a.home(), "AppData", "Local")
	}
	return unix
}

func (a *app) configFile() string { return a.own("config.yaml") }
func (a *app) flowDir() string    { return a.own("flows") }

// own is a file among the settings, or empty where there is no home folder.
func (a *app) own(name string) string {
	if dir := a.configDir(); filepath.IsAbs(dir) {
		return filepath.Join(dir, name)
	}
	return ""
}

// profile is the browser profile to use: where the settings name none, nonmerci's
// own, in a place that the browser may write to.
func (a *app) profile(c config.Config) string {
	if c.Profile != "" {
		return c.Profile
	}
	if path, err := automation.FindBrowser(c.Browser, a.Lookup); err == nil {
		if home := automation.ProfileHome(path, a.home()); home != "" {
			return filepath.Join(home, "nonmerci", "profile")
		}
	}
	return filepath.Join(a.dataDir(), "profile")
}

// wanted names the browser to take: the one that the person names, or the one to
// which the profile belongs. Empty: the first that can be used.
func (a *app) wanted(c config.Config) string {
	if c.Browser == "" {
		if program, ok := automation.Mate(a.profile(c), a.Lookup); ok {
			return program
		}
	}
	return c.Browser
}

// records is the folder of the records.
func (a *app) records(c config.Config) string {
	return cmp.Or(c.Records, filepath.Join(a.dataDir(), "records"))
}

// display tells whether a window could be shown.
func (a *app) display() bool {
	if runtime.GOOS == "windows" || runtime.GOOS == "darwin" {
		return true
	}
	for _, name := range []string{"DISPLAY", "WAYLAND_DISPLAY"} {
		if v, ok := a.Lookup(name); ok && v != "" {
			return true
		}
	}
	return false
}
