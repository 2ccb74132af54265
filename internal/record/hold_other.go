//go:build !unix || solaris || illumos || aix

package record

import "os"

// holdsFolder: Windows moves no folder in which a file is open, so that a record
// that is being written stays without a mark.
const holdsFolder = true

func hold(*os.File) {}

func held(*os.File) bool { return false }
