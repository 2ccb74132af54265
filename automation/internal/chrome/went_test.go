package chrome

import (
	"testing"
	"time"

	"github.com/nonmerci/nonmerci/internal/guard"
)

// TestWhatWentIsWhatTheBrowserSays: a request that was let go counts as sent once
// the browser has said so, or an answer came; one that it did not know never left.
func TestWhatWentIsWhatTheBrowserSays(t *testing.T) {
	for name, c := range map[string]struct {
		then        func(*netlock)
		sent, going bool
	}{
		"not a word":   {func(*netlock) {}, false, true},
		"it left":      {func(n *netlock) { n.went("1", true) }, true, false},
		"it did not":   {func(n *netlock) { n.went("1", false) }, false, false},
		"an answer":    {func(n *netlock) { n.answered("1", 200) }, true, false},
		"said late":    {func(n *netlock) { n.answered("1", 200); n.went("1", false) }, true, false},
		"another left": {func(n *netlock) { n.went("2", true) }, false, true},
	} {
		n := newNetlock(0, nil)
		n.to(watching)
		now := time.Now()
		n.person("send", nil, now)
		n.passed(guard.Request{Method: "POST", URL: "https://help.instagram.com/ajax/help/contact/submit/page", Kind: "xhr", HasBody: true}, "1", now)
		c.then(n)
		e := (&Watch{b: &Browser{net: n}}).Evidence()
		if (len(e.Sent) == 1) != c.sent || e.Going != c.going {
			t.Errorf("%s: sent %v, going %v", name, e.Sent, e.Going)
		}
	}
}
