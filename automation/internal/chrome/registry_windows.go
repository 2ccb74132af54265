package chrome

import "golang.org/x/sys/windows/registry"

// registryNumber reads a number: the machine's, or else the user's. Nobody has
// run this on Windows yet.
func registryNumber(key, value string) (uint64, bool) {
	for _, root := range []registry.Key{registry.LOCAL_MACHINE, registry.CURRENT_USER} {
		k, err := registry.OpenKey(root, key, registry.QUERY_VALUE)
		if err != nil {
			continue
		}
		n, _, err := k.GetIntegerValue(value)
		k.Close()
		if err == nil {
			return n, true
		}
	}
	return 0, false
}
