package chrome

import (
	"os"
	"path/filepath"
)

// inUse tells whether another browser holds the profile: it keeps "lockfile"
// open without sharing (Chromium's process_singleton_win.cc). Not measured:
// nobody has run it on Windows yet.
func inUse(profile string) bool {
	name := filepath.Join(profile, "lockfile")
	if _, err := os.Stat(name); err != nil {
		return false
	}
	f, err := os.OpenFile(name, os.O_WRONLY, 0)
	if err != nil {
		return true
	}
	f.Close()
	return false
}
