package chrome

import (
	"cmp"
	"encoding/json"
	"path"
	"slices"
	"strings"
	"unicode"
)

// EverydayProfile is one of the profiles in a person's everyday user data dir. Neither
// mail address nor anything else of it is read.
type EverydayProfile struct {
	Dir  string // its folder: Default, Profile 1, …
	Name string // as the browser shows it; private
}

// profiles lists the profiles of a user data dir by what its Local State says. A
// file that is broken or missing tells of none.
func (c *computer) profiles(userData string) []EverydayProfile {
	if userData == "" {
		return nil
	}
	var state struct {
		Profile struct {
			Cache map[string]struct {
				Name      string `json:"name"`
				Ephemeral bool   `json:"is_ephemeral"`
			} `json:"info_cache"`
		} `json:"profile"`
	}
	if json.Unmarshal(c.read(path.Join(c.slashed(userData), "Local State")), &state) != nil {
		return nil
	}
	var all []EverydayProfile
	for dir, p := range state.Profile.Cache {
		if p.Ephemeral {
			continue // a guest's
		}
		name := printable(p.Name)
		if name == "" || strings.Contains(name, "@") {
			name = printable(dir) // some people's profile is called like their mail address
		}
		all = append(all, EverydayProfile{Dir: printable(dir), Name: name})
	}
	slices.SortFunc(all, func(a, b EverydayProfile) int { // Profile 10 after Profile 9
		return cmp.Or(cmp.Compare(len(a.Dir), len(b.Dir)), cmp.Compare(a.Dir, b.Dir))
	})
	return all
}

// printable leaves out of a text from elsewhere what could steer a terminal.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return -1
	}, s)
}
