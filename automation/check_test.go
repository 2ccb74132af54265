package automation

import "testing"

// TestPublicAddress: what is told of an address names nobody.
func TestPublicAddress(t *testing.T) {
	for address, want := range map[string]string{
		"https://www.instagram.com/":                                         "www.instagram.com/",
		"https://www.instagram.com/accounts/edit/":                           "www.instagram.com/accounts/edit/",
		"https://help.instagram.com/contact/767264225370182":                 "help.instagram.com/contact/767264225370182",
		"https://www.instagram.com/marie.sample/":                            "www.instagram.com/…",
		"https://www.instagram.com/accounts/confirm/a1b2c3d4e5f6a7b8c9d0/":   "www.instagram.com/…",
		"https://www.instagram.com/accounts/of/58213994071/":                 "www.instagram.com/…",
		"https://robin.example/accounts/edit/":                               "robin.example/…",
		"https://www.facebook.com/help/contact/712876720715583/robin.sample": "www.facebook.com/…",
	} {
		if got := publicAddress(address); got != want {
			t.Errorf("%s: %q, want %q", address, got, want)
		}
	}
}
