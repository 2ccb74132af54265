//go:build !windows

package chrome

import (
	"fmt"
	"os"
	"os/exec"
	"syscall"
)

// plug starts cmd with the two ends that --remote-debugging-pipe expects as
// file descriptors 3 (the browser reads) and 4 (it writes), in a process group
// of its own, so that Ctrl-C in the terminal reaches this program alone.
func plug(cmd *exec.Cmd) (*pipe, error) {
	theirIn, ourOut, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("make a pipe: %w", err)
	}
	ourIn, theirOut, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("make a pipe: %w", err)
	}
	cmd.Args = append(cmd.Args[:1:1], append([]string{"--remote-debugging-pipe"}, cmd.Args[1:]...)...)
	cmd.ExtraFiles = []*os.File{theirIn, theirOut}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	err = cmd.Start()
	theirIn.Close()
	theirOut.Close()
	if err != nil {
		ourIn.Close()
		ourOut.Close()
		return nil, err
	}
	return newPipe(ourOut, ourIn), nil
}

// killTree ends the browser and its children at once.
func killTree(cmd *exec.Cmd) {
	syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
}
