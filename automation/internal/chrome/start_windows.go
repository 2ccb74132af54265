package chrome

import (
	"fmt"
	"os"
	"os/exec"
	"syscall"
)

// plug starts cmd with two inherited pipe handles, named by
// --remote-debugging-io-pipes (Chromium, content/public/common/content_switches).
// Not measured: nobody has run it on Windows yet.
func plug(cmd *exec.Cmd) (*pipe, error) {
	theirIn, ourOut, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("make a pipe: %w", err)
	}
	ourIn, theirOut, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("make a pipe: %w", err)
	}
	in, out := syscall.Handle(theirIn.Fd()), syscall.Handle(theirOut.Fd())
	for _, h := range []syscall.Handle{in, out} {
		if err := syscall.SetHandleInformation(h, syscall.HANDLE_FLAG_INHERIT, syscall.HANDLE_FLAG_INHERIT); err != nil {
			return nil, fmt.Errorf("hand a pipe to the browser: %w", err)
		}
	}
	cmd.Args = append(cmd.Args[:1:1], append([]string{
		"--remote-debugging-pipe",
		fmt.Sprintf("--remote-debugging-io-pipes=%d,%d", in, out),
	}, cmd.Args[1:]...)...)
	cmd.SysProcAttr = &syscall.SysProcAttr{
		CreationFlags:              syscall.CREATE_NEW_PROCESS_GROUP,
		AdditionalInheritedHandles: []syscall.Handle{in, out},
	}
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

// killTree ends the browser; its children end with it, because their pipe to
// it breaks.
func killTree(cmd *exec.Cmd) {
	cmd.Process.Kill()
}
