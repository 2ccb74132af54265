package chrome

import (
	"encoding/json"
	"path"
)

// debugging is the policy that allows or forbids DevTools from outside. Where it
// is false, a browser can be neither started with a pipe nor attached to.
const debugging = "RemoteDebuggingAllowed"

// locked tells whether a policy of this computer forbids DevTools. A policy that
// cannot be read counts as none: the browser itself will say.
func (c *computer) locked(b build, k Kind) bool {
	switch {
	case k == Flatpak || k == UserFlatpak:
		return false // it does not see the system's policies
	case c.system == "windows":
		return c.lockedByRegistry(b.windows.policies)
	case c.system == "darwin":
		return c.lockedByPreferences(b.mac.domain)
	}
	return c.lockedByFiles(b.linux.policies)
}

// lockedByFiles reads policies as config_dir_policy_loader.cc does: managed wins
// over recommended, and of the files in one folder the last.
func (c *computer) lockedByFiles(dirs []string) bool {
	for _, level := range []string{"managed", "recommended"} {
		allowed, known := true, false
		for _, dir := range dirs {
			for _, name := range c.list(path.Join(dir, level)) {
				var file map[string]json.RawMessage
				var value bool
				if json.Unmarshal(c.read(path.Join(dir, level, name)), &file) == nil && json.Unmarshal(file[debugging], &value) == nil {
					allowed, known = value, true
				}
			}
		}
		if known {
			return !allowed
		}
	}
	return false
}

// lockedByPreferences reads managed preferences that are XML; the person's own
// win over the computer's.
func (c *computer) lockedByPreferences(domain string) bool {
	const dir = "/Library/Managed Preferences"
	user := path.Base(c.variable("HOME"))
	for _, file := range []string{below(dir, user, domain+".plist"), below(dir, domain+".plist")} {
		if value := plistValue(c.read(file), debugging); value != "" {
			return value == "false"
		}
	}
	return false
}

func (c *computer) lockedByRegistry(key string) bool {
	for _, level := range []string{"", `\Recommended`} {
		if key == "" {
			return false
		}
		if value, ok := c.registry(key+level, debugging); ok {
			return value == 0
		}
	}
	return false
}
