//go:build !linux && !darwin && !windows

package proxy

// System reads the proxies that the browser would take: those of the
// environment.
func System(lookup func(string) (string, bool)) Settings { return environment(lookup) }
