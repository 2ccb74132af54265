package selectors

// The publisher's keys: lines of minisign public keys, as `minisign -G` prints
// them. A bundle is good when either has signed it, so that a new key can be
// carried out to everybody before the old one is given up. Both are empty until
// the project has published keys; CONTRIBUTING.md tells how. A flag, a setting or
// the environment cannot add one.
var current, next = "", ""

// Publishers are the keys whose bundles this build takes; none while the project
// has published none.
func Publishers() []string {
	var keys []string
	for _, key := range []string{current, next} {
		if key != "" {
			keys = append(keys, key)
		}
	}
	return keys
}
