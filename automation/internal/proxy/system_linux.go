package proxy

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// System reads the proxies that the browser would take: the desktop's, or those
// of the environment, as Chromium chooses (net/proxy_resolution).
func System(lookup func(string) (string, bool)) Settings {
	get := func(name string) string { v, _ := lookup(name); return v }
	for desktop := range strings.SplitSeq(get("XDG_CURRENT_DESKTOP"), ":") {
		switch {
		case slices.Contains([]string{"GNOME", "Unity", "X-Cinnamon", "Deepin", "DDE", "Pantheon", "UKUI"}, desktop):
			ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
			defer cancel()
			out, err := exec.CommandContext(ctx, "gsettings", "list-recursively", "org.gnome.system.proxy").Output()
			if err == nil {
				return gnome(string(out))
			}
		case desktop == "KDE":
			home := get("XDG_CONFIG_HOME")
			if home == "" {
				home = filepath.Join(get("HOME"), ".config")
			}
			if text, err := os.ReadFile(filepath.Join(home, "kioslaverc")); err == nil {
				return kde(string(text), lookup)
			}
		}
	}
	return environment(lookup)
}
