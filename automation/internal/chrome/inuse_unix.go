//go:build !windows

package chrome

import (
	"errors"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// takenName is what a browser makes when it takes a profile.
const takenName = "SingletonLock"

// occupied tells who else holds the profile, or nil: SingletonLock is a symbolic
// link to HOST-PID, and SingletonSocket leads to where that browser listens
// (Chromium's process_singleton_posix.cc). A lock whose process is gone, or whose
// number another program has by now, is stale, and Chromium takes it over.
func occupied(profile string) *Busy {
	target, err := os.Readlink(filepath.Join(profile, takenName))
	if err != nil {
		return nil
	}
	cut := strings.LastIndex(target, "-")
	if cut < 0 {
		return nil
	}
	if host, err := os.Hostname(); err == nil && host != target[:cut] {
		return &Busy{By: HeldElsewhere, Host: target[:cut]} // on a shared disk, or this computer had another name
	}
	pid, err := strconv.Atoi(target[cut+1:])
	if err != nil || pid <= 0 {
		return nil
	}
	if err := syscall.Kill(pid, 0); err != nil && !errors.Is(err, syscall.EPERM) {
		return nil
	}
	conn, err := net.DialTimeout("unix", filepath.Join(profile, "SingletonSocket"), time.Second)
	if errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, syscall.ENOENT) {
		return nil
	}
	if err == nil {
		conn.Close()
	}
	return &Busy{By: HeldByBrowser}
}
