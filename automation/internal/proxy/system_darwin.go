package proxy

import (
	"context"
	"os/exec"
	"time"
)

// System reads the proxies that the browser would take: those of macOS' network
// settings.
func System(func(string) (string, bool)) Settings {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, "/usr/sbin/scutil", "--proxy").Output()
	if err != nil {
		return Settings{Script: true} // not known: the browser has to find its way itself
	}
	return scutil(string(out))
}
