package chrome

import (
	"os"
	"path/filepath"
)

// takenName is what a browser makes when it takes a profile.
const takenName = "lockfile"

// occupied tells who else holds the profile, or nil: a browser keeps "lockfile"
// open without sharing (Chromium's process_singleton_win.cc). Not measured:
// nobody has run it on Windows yet.
func occupied(profile string) *Busy {
	name := filepath.Join(profile, takenName)
	if _, err := os.Stat(name); err != nil {
		return nil
	}
	f, err := os.OpenFile(name, os.O_WRONLY, 0)
	if err != nil {
		return &Busy{By: HeldByBrowser}
	}
	f.Close()
	return nil
}
