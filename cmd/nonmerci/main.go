// Command nonmerci objects to the use of a person's Facebook and Instagram data
// for training Meta's AI, up to the person's own press on Send.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/term"

	"github.com/nonmerci/nonmerci/internal/cli"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the program at once
	code := cli.Main(ctx, cli.World{
		Args: os.Args[1:], Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Lookup: os.LookupEnv,
		Root: os.Geteuid() == 0, Terminal: term.IsTerminal(int(os.Stdin.Fd())) && term.IsTerminal(int(os.Stderr.Fd())),
		Password: func() ([]byte, error) { return term.ReadPassword(int(os.Stdin.Fd())) },
	})
	stop()
	os.Exit(code)
}
