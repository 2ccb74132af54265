//go:build unix && !solaris && !illumos && !aix

package record

import (
	"errors"
	"os"
	"syscall"
)

// holdsFolder: an open file does not keep its folder from moving.
const holdsFolder = false

// hold marks the journal as being written, as long as the file is open. Some
// network file systems cannot; then nobody is kept away.
func hold(f *os.File) { _ = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) }

// held says whether somebody else has marked it.
func held(f *os.File) bool {
	err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	return errors.Is(err, syscall.EWOULDBLOCK)
}
