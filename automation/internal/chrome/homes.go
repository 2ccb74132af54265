package chrome

import "slices"

// Homes lists where browsers keep their everyday profiles on this computer, for
// the brand that wanted names (or brand and channel, as in chrome-beta); empty:
// all. Whether there is anything in these folders is not looked at.
func Homes(wanted string, lookup func(string) (string, bool)) []Home {
	c := here(lookup)
	var all []Home
	for _, b := range builds {
		if wanted != "" && wanted != b.brand && wanted != b.brand+"-"+b.channel {
			continue
		}
		for _, s := range c.spots(b) {
			home := Home{b.name, c.native(s.data)}
			if s.data != "" && !slices.Contains(all, home) {
				all = append(all, home)
			}
		}
	}
	return all
}
