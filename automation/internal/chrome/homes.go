package chrome

import (
	"os"
	"path/filepath"
	"runtime"
)

// homes are the everyday user data dirs by brand, below the folder of homeBase.
var homes = []struct{ brand, name, linux, mac, windows string }{
	{"chrome", "Google Chrome", "google-chrome", "Google/Chrome", "Google/Chrome/User Data"},
	{"chromium", "Chromium", "chromium", "Chromium", "Chromium/User Data"},
	{"edge", "Microsoft Edge", "microsoft-edge", "Microsoft Edge", "Microsoft/Edge/User Data"},
	{"brave", "Brave", "BraveSoftware/Brave-Browser", "BraveSoftware/Brave-Browser", "BraveSoftware/Brave-Browser/User Data"},
}

// Attachable lists the brands that Homes knows.
func Attachable() []string {
	var out []string
	for _, h := range homes {
		out = append(out, h.brand)
	}
	return out
}

// Homes lists where the browsers of this computer keep their everyday profiles,
// for the brand that wanted names; empty: all. Sources: Chromium's
// chrome_paths_*.cc and the vendors' packages.
func Homes(wanted string, lookup func(string) (string, bool)) []Home {
	base := homeBase(lookup)
	if base == "" {
		return nil
	}
	var out []Home
	for _, h := range homes {
		dir := h.linux
		switch runtime.GOOS {
		case "darwin":
			dir = h.mac
		case "windows":
			dir = h.windows
		}
		if wanted == "" || wanted == h.brand {
			out = append(out, Home{h.name, filepath.Join(base, filepath.FromSlash(dir))})
		}
	}
	return out
}

func homeBase(lookup func(string) (string, bool)) string {
	home, _ := os.UserHomeDir()
	switch {
	case runtime.GOOS == "windows":
		base, _ := lookup("LOCALAPPDATA")
		return base
	case home == "":
		return ""
	case runtime.GOOS == "darwin":
		return filepath.Join(home, "Library", "Application Support")
	}
	for _, name := range []string{"CHROME_CONFIG_HOME", "XDG_CONFIG_HOME"} {
		if dir, ok := lookup(name); ok && filepath.IsAbs(dir) {
			return dir
		}
	}
	return filepath.Join(home, ".config")
}
