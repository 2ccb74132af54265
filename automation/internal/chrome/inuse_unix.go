//go:build !windows

package chrome

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// inUse tells whether another browser holds the profile: SingletonLock is a
// symbolic link to HOST-PID (Chromium's process_singleton_posix.cc). A lock
// whose process is gone is stale, and Chromium takes it over.
func inUse(profile string) bool {
	target, err := os.Readlink(filepath.Join(profile, "SingletonLock"))
	if err != nil {
		return false
	}
	cut := strings.LastIndex(target, "-")
	if cut < 0 {
		return false
	}
	if host, err := os.Hostname(); err == nil && host != target[:cut] {
		return true // another computer's, on a shared disk
	}
	pid, err := strconv.Atoi(target[cut+1:])
	if err != nil || pid <= 0 {
		return false
	}
	err = syscall.Kill(pid, 0)
	return err == nil || errors.Is(err, syscall.EPERM)
}
