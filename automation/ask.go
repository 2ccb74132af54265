package automation

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/nonmerci/nonmerci/internal/hint"
	"github.com/nonmerci/nonmerci/selectors"
)

// question is what only the person can do.
type question struct {
	what  hint.Text // what stands in the way
	next  hint.Text // what to do, with the window open
	alone hint.Text // what to do when nobody waits
}

// late is the next step when the person did not come in time.
func late() hint.Text {
	return hint.Say("The time to wait is over. Run the command again when you have time; --wait gives you more of it.")
}

// asking says what a gate asks of the person. The flow names the matter; the
// words are the program's.
func asking(f *selectors.Flow, place string) question {
	again := hint.Say("Run the command again without --no-wait and with a window, and do this step yourself.")
	goesOn := hint.Say("Please do this yourself in the browser window. nonmerci touches nothing meanwhile and goes on by itself afterwards.")
	switch matterOf(f, place) {
	case "sign-in":
		return question{hint.Say("%s asks you to sign in. nonmerci never sees your password.", f.Title),
			hint.Say("Please sign in in the browser window. nonmerci touches nothing meanwhile and goes on by itself afterwards."),
			hint.Say("Sign in once with `nonmerci login %s`, then run the command again. In a rehearsal: run it without --no-wait.", f.Service)}
	case "code":
		return question{hint.Say("%s asks for a code to make sure that it is you.", f.Title), goesOn, again}
	case "checkpoint":
		return question{hint.Say("%s wants to check that it is really you.", f.Title), goesOn, again}
	case "cookies":
		return question{hint.Say("%s asks about cookies. The choice is yours.", f.Title), goesOn, again}
	case "choose-account":
		return question{hint.Say("%s asks which account you want to use.", f.Title), goesOn, again}
	case "account":
		return question{hint.Say("%s says that this account is suspended or restricted. Only you can settle that with the site.", f.Title), goesOn,
			hint.Say("Open the site in a browser and read what it says about the account. The objection can wait: it has no deadline.")}
	case "automated":
		return question{hint.Say("%s says that it suspects automated behaviour. Please read what it says; whether you go on is up to you.", f.Title), goesOn,
			hint.Say("Open the site in a browser and answer it yourself. To be on the safe side, fill in the form by hand this time (the README tells how).")}
	case "prompt":
		return question{hint.Say("%s asks whether to keep your login here or to send you notifications. The choice is yours.", f.Title), goesOn, again}
	case "age":
		return question{hint.Say("%s asks for your age. What you answer is up to you.", f.Title), goesOn, again}
	}
	return question{hint.Say("%s shows a page that only you can answer.", f.Title), goesOn, again}
}

// matterOf is what a gate asks for.
func matterOf(f *selectors.Flow, place string) string {
	for _, s := range f.Places[place].Do {
		if s.Verb == selectors.Ask {
			return s.On
		}
	}
	return place
}

// byHandNext is the next step where the program must not or cannot go on.
func byHandNext() hint.Text {
	return hint.Say("Open the form by hand (the README tells how), or try `nonmerci doctor`. If Meta has changed its pages, a newer flow file may help.")
}

// hostOf is the host of an address, which may be without its scheme.
func hostOf(address string) string {
	host, _, _ := strings.Cut(strings.TrimPrefix(address, "https://"), "/")
	if u, err := url.Parse("https://" + host); err == nil {
		return u.Hostname()
	}
	return "?"
}

func itoa(n int) string { return strconv.Itoa(n) }
