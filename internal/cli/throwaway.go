package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// throwaway makes a folder for a browser profile that is not kept. A program
// that is killed leaves its own behind, which the next one clears away.
func throwaway(purpose string) (string, error) {
	begin := "nonmerci-" + purpose + "-"
	left, err := filepath.Glob(filepath.Join(os.TempDir(), begin+"*-*"))
	if err != nil {
		return "", err
	}
	for _, dir := range left {
		pid, _, _ := strings.Cut(strings.TrimPrefix(filepath.Base(dir), begin), "-")
		if n, err := strconv.Atoi(pid); err == nil && !running(n) && old(dir) {
			_ = os.RemoveAll(dir) // somebody else's cannot be removed
		}
	}
	return os.MkdirTemp("", fmt.Sprintf("%s%d-", begin, os.Getpid()))
}

// old leaves out what may belong to a program that this one cannot see, in
// another container.
func old(dir string) bool {
	info, err := os.Lstat(dir)
	return err == nil && info.IsDir() && time.Since(info.ModTime()) > 2*time.Hour
}

func running(pid int) bool {
	p, err := os.FindProcess(pid)
	if err != nil || pid <= 0 {
		return false
	}
	defer p.Release()
	if runtime.GOOS == "windows" {
		return true // otherwise it is not found there
	}
	err = p.Signal(syscall.Signal(0))
	return err == nil || errors.Is(err, os.ErrPermission)
}
