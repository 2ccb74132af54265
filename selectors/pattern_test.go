package selectors_test

import (
	"testing"

	"github.com/nonmerci/nonmerci/selectors"
)

func TestFits(t *testing.T) {
	flow := &selectors.Flow{Hosts: []string{"www.facebook.com", "fr-fr.facebook.com"}}
	tests := []struct {
		pattern, address string
		want             bool
	}{
		{"/help/contact/*", "https://www.facebook.com/help/contact/1", true},
		{"/help/contact/*", "https://fr-fr.facebook.com/help/contact/1?x=/y#z", true},
		{"/help/contact/*", "https://help.instagram.com/help/contact/1", false},
		{"/help/contact/*", "https://www.facebook.com/x/help/contact/1", false},
		{"/help/contact/*", "https://www.facebook.com/?next=/help/contact/1", false},
		{"/help/contact/*", "http://www.facebook.com/help/contact/1", false},
		{"/help/contact/*", "https://www.facebook.com.evil.example/help/contact/1", false},
		{"/help/contact/*", "https://wwwXfacebook.com/help/contact/1", false},
		{"/help/contact/*", "https://evil.example/https://www.facebook.com/help/contact/1", false},
		{"/help/contact/1/", "https://www.facebook.com/help/contact/1", true},
		{"/help/contact/1/", "https://www.facebook.com/help/contact/1/", true},
		{"/help/contact/1/", "https://www.facebook.com/help/contact/12", false},
		{"/help/contact/1", "https://www.facebook.com/help/contact/1/", false},
		{"/", "https://www.facebook.com", true},
		{"/", "https://www.facebook.com/", true},
		{"/", "https://www.facebook.com/x", false},
		{"www.facebook.com/", "https://fr-fr.facebook.com/", false},
		{"*.facebook.com/*", "https://fr-fr.facebook.com/x", true},
		{"*.facebook.com/*", "https://evil.example/.facebook.com/x", false},
		{"*/login/*", "https://m.facebook.com/login/device", true},
		{"/a.b/", "https://www.facebook.com/aXb/", false},
	}
	for _, tt := range tests {
		if got := flow.Fits(tt.pattern, tt.address); got != tt.want {
			t.Errorf("Fits(%q, %q) = %v", tt.pattern, tt.address, got)
		}
	}
}
