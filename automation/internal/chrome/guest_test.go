package chrome

import (
	"errors"
	"testing"

	"github.com/go-rod/rod/lib/proto"
)

// visiting is a gate in front of a browser that ran before: the program has one
// tab there, with a session, and the person one.
func visiting() (*gate, *recorder) {
	g, r := newGate()
	g.guest = newGuest()
	g.guest.own("ours")
	g.guest.enter("session")
	g.guest.meets(&proto.TargetTargetInfo{Type: "page", TargetID: "theirs"})
	return g, r
}

// gateFor is a gate that could let the method pass.
func gateFor(method string) (*gate, *recorder) {
	if method == "Target.attachToTarget" || method == "Target.closeTarget" {
		return visiting()
	}
	g, r := newGate()
	g.report = method == "Page.printToPDF"
	return g, r
}

// TestAGuestTouchesItsOwnAlone: in a browser that ran before nothing passes that
// concerns a tab of the person's, or the browser as a whole.
func TestAGuestTouchesItsOwnAlone(t *testing.T) {
	const follow = `{"autoAttach":true,"waitForDebuggerOnStart":true,"flatten":true}`
	for _, c := range []struct {
		session, method, params string
		passes                  bool
	}{
		{"", "Browser.getVersion", `{}`, true},
		{"", "Target.setDiscoverTargets", `{"discover":true}`, true},
		{"", "Target.createTarget", `{"url":"about:blank"}`, true},
		{"", "Target.attachToTarget", `{"targetId":"ours","flatten":true}`, true},
		{"", "Target.attachToTarget", `{"targetId":"opened","flatten":true}`, true},
		{"", "Target.closeTarget", `{"targetId":"ours"}`, true},
		{"", "Fetch.enable", `{"patterns":` + sitesOnly + `}`, true},
		{"", "Fetch.failRequest", `{"requestId":"1","errorReason":"Aborted"}`, true},
		{"session", "Fetch.enable", `{"patterns":` + everything + `}`, true},
		{"session", "Target.setAutoAttach", follow, true},
		{"session", "Page.enable", `{}`, true},
		{"session", "Page.navigate", `{"url":"https://www.facebook.com/"}`, true},

		{"", "Browser.close", `{}`, false},
		{"session", "Browser.close", `{}`, false},
		{"", "Target.setAutoAttach", follow, false}, // it would attach to every tab
		{"", "Target.attachToTarget", `{"targetId":"theirs","flatten":true}`, false},
		{"", "Target.attachToTarget", `{"targetId":"unknown","flatten":true}`, false},
		{"", "Target.attachToTarget", `{"flatten":true}`, false},
		{"", "Target.attachToTarget", `{"targetId":"ours","flatten":false}`, false},
		{"session", "Target.attachToTarget", `{"targetId":"ours","flatten":true}`, false},
		{"", "Target.closeTarget", `{"targetId":"theirs"}`, false},
		{"", "Fetch.enable", `{"patterns":` + everything + `}`, false}, // it would ask about all that the person loads
		{"session", "Fetch.enable", `{"patterns":` + sitesOnly + `}`, false},
		{"theirs", "Page.enable", `{}`, false},
		{"theirs", "Network.enable", `{}`, false},
		{"theirs", "Page.navigate", `{"url":"https://www.facebook.com/"}`, false},
		{"", "Page.enable", `{}`, false},
		{"", "Page.bringToFront", `{}`, false},
		{"", "Input.setIgnoreInputEvents", `{"ignore":true}`, false},
		{"", "Target.createTarget", `{"url":"https://www.facebook.com/"}`, false},
	} {
		g, r := visiting()
		g.guest.meets(&proto.TargetTargetInfo{Type: "page", TargetID: "opened", OpenerID: "ours"})
		_, err := g.Call(t.Context(), c.session, c.method, raw(c.params))
		var f *Forbidden
		if passed := err == nil && len(r.methods) == 1; passed != c.passes || !passed && !errors.As(err, &f) {
			t.Errorf("%q %s %s: passed %v, error %v", c.session, c.method, c.params, passed, err)
		}
	}
}

// TestAGuestMeetsWhatItsTabsOpen, and nothing else, and once.
func TestAGuestMeetsWhatItsTabsOpen(t *testing.T) {
	g, _ := visiting()
	for _, c := range []struct {
		what proto.TargetTargetInfo
		want bool
	}{
		{proto.TargetTargetInfo{Type: "page", TargetID: "1"}, false},
		{proto.TargetTargetInfo{Type: "page", TargetID: "2", OpenerID: "theirs"}, false},
		{proto.TargetTargetInfo{Type: "page", TargetID: "3", OpenerID: "ours"}, true},
		{proto.TargetTargetInfo{Type: "page", TargetID: "3", OpenerID: "ours"}, false},
		{proto.TargetTargetInfo{Type: "page", TargetID: "4", OpenerID: "3"}, true},
		{proto.TargetTargetInfo{Type: "page", TargetID: "5", OpenerID: "1"}, false},
		{proto.TargetTargetInfo{Type: "service_worker", TargetID: "6", OpenerID: "ours"}, false},
		{proto.TargetTargetInfo{Type: "page", TargetID: "ours"}, false},
	} {
		if got := g.guest.meets(&c.what); got != c.want {
			t.Errorf("%s opened by %q: %v", c.what.TargetID, c.what.OpenerID, got)
		}
	}
	if ours, known := g.guest.whose("ours"); !ours || !known {
		t.Error("the program's tab was lost")
	}
}

// TestAskedTwice: a request that a tab was asked about is known again, once, and
// as what it was.
func TestAskedTwice(t *testing.T) {
	g := newGuest()
	request := func(id, method, url string) *proto.FetchRequestPaused {
		return &proto.FetchRequestPaused{NetworkID: proto.NetworkRequestID(id), Request: &proto.NetworkRequest{Method: method, URL: url}}
	}
	g.clears(request("1", "GET", "https://www.facebook.com/a"))
	for _, c := range []struct {
		what *proto.FetchRequestPaused
		want bool
	}{
		{request("2", "GET", "https://www.facebook.com/a"), false},
		{request("1", "GET", "https://www.facebook.com/b"), false}, // it was led on
		{request("1", "POST", "https://www.facebook.com/a"), false},
		{request("", "GET", "https://www.facebook.com/a"), false},
		{request("1", "GET", "https://www.facebook.com/a"), true},
		{request("1", "GET", "https://www.facebook.com/a"), false},
	} {
		if got := g.isCleared(c.what); got != c.want {
			t.Errorf("%s %s %s: %v", c.what.NetworkID, c.what.Request.Method, c.what.Request.URL, got)
		}
	}
}
