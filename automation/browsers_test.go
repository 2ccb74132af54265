package automation

import (
	"errors"
	"testing"

	"github.com/nonmerci/nonmerci/automation/internal/chrome"
)

func TestVerdicts(t *testing.T) {
	debian := chrome.Installed{Brand: "chromium", Kind: chrome.Package, Major: 156, Tried: true}
	google := chrome.Installed{Brand: "chrome", Kind: chrome.Package, Major: 156}
	with := func(b chrome.Installed, change func(*chrome.Installed)) chrome.Installed {
		change(&b)
		return b
	}
	for _, test := range []struct {
		name          string
		browser       chrome.Installed
		start, attach string
	}{
		{"tried", debian, "yes ", "yes "},
		{"not tried", google, "should ", "should "},
		{"locked", with(debian, func(b *chrome.Installed) { b.Locked, b.Major = true, 100 }), "no policy", "no policy"},
		{"144", with(debian, func(b *chrome.Installed) { b.Major = 144 }), "yes ", "yes "},
		{"143", with(debian, func(b *chrome.Installed) { b.Major = 143 }), "yes ", "no old"},
		{"136", with(google, func(b *chrome.Installed) { b.Major = 136 }), "should ", "no old"},
		{"135", with(google, func(b *chrome.Installed) { b.Major = 135 }), "should old", "no old"},
		{"113", with(debian, func(b *chrome.Installed) { b.Major = 113 }), "yes old", "no old"},
		{"112", with(debian, func(b *chrome.Installed) { b.Major = 112 }), "no too_old", "no old"},
		{"does not say", with(debian, func(b *chrome.Installed) { b.Major, b.Mute = 0, errors.New("no answer") }), "unknown no_version", "unknown no_version"},
		{"a number of its own", chrome.Installed{Brand: "opera", Kind: chrome.Package}, "should ", "unknown brand"},
		{"Brave", chrome.Installed{Brand: "brave", Kind: chrome.App, Major: 156}, "should ", "unknown brand"},
		{"Edge on Windows", chrome.Installed{Brand: "edge", Kind: chrome.Installer, Major: 156}, "should ", "should "},
		{"Snap", with(google, func(b *chrome.Installed) { b.Kind = chrome.Snap }), "should ", "unknown packaging"},
		{"Flatpak", with(google, func(b *chrome.Installed) { b.Kind = chrome.UserFlatpak }), "unknown flatpak", "unknown packaging"},
	} {
		start, attach := startable(test.browser), attachable(test.browser)
		if got := string(start.Answer) + " " + start.Reason; got != test.start {
			t.Errorf("%s: start %q, want %q", test.name, got, test.start)
		}
		if got := string(attach.Answer) + " " + attach.Reason; got != test.attach {
			t.Errorf("%s: attach %q, want %q", test.name, got, test.attach)
		}
		for _, v := range []Verdict{start, attach} {
			if (v.Reason == "") != (v.Why.Format == "") || v.Answer == No && v.Next.Format == "" {
				t.Errorf("%s: a reason without words, or no way on: %+v", test.name, v)
			}
		}
	}
}
