//go:build !windows

package chrome

// registryNumber: only Windows has a registry.
func registryNumber(string, string) (uint64, bool) { return 0, false }
