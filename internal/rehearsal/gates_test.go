package rehearsal

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// Each gate alone: where it stands, what it says, what a person sends there.
func TestGateIsPassedOnceAndLeadsOn(t *testing.T) {
	tests := []struct {
		gate     GateKind
		on       site
		path     string
		says     string
		send     string
		scripted string // what the page of the scripted markup holds
	}{
		{SignIn, onInstagram, "/accounts/login/", `name="password"`, "username=robin&password=x", `name="pass"`},
		{ContinueAs, onInstagram, "/accounts/login/", `>Continue as Marie Rehearsal</button>`, "", `role="button"`},
		{ContinueAs, onFacebook, "/login/", `>Continue as Marie Rehearsal</button>`, "", `role="button"`},
		{Chooser, onInstagram, "/accounts/login/", `>Sample Bakery</button>`, "account=2", `<div role="link"`},
		{Chooser, onFacebook, "/login/", `>Marie Rehearsal</button>`, "account=1", `<div role="link"`},
		{Checkpoint, onFacebook, "/checkpoint/1501092823525282/", "Dismiss", "", "Dismiss"},
		{Automated, onFacebook, "/checkpoint/1501092823525282/", "We suspect automated behavior", "", `role="button"`},
		{Automated, onInstagram, "/challenge/", "Dismiss", "", `role="button"`},
		{Age, onInstagram, "/accounts/confirm_age/", `<select name="birthday_year"`, "birthday_day=1&birthday_month=2&birthday_year=1980", `type="date"`},
		{Age, onFacebook, "/confirm_age/", "Date of birth", "birthday=1980-02-01", `type="date"`},
		{SaveLogin, onInstagram, "/accounts/onetap/", "Not now", "", `<div role="button"`},
	}
	for _, tt := range tests {
		t.Run(string(tt.gate)+" "+string(tt.on), func(t *testing.T) {
			address := igForm
			if tt.on == onFacebook {
				address = fbForm
			}
			v := visitTo(t, "gate="+string(tt.gate))
			answer, body := v.ask(http.MethodGet, address, "")
			at := answer.Request.URL
			if at.Path != tt.path || !strings.Contains(body, tt.says) || v.site.Visits(string(tt.gate)) != 1 || v.site.Visits(atForm) != 0 {
				t.Fatalf("%s leads to %s, %d visits to the gate:\n%s", address, at, v.site.Visits(string(tt.gate)), body)
			}
			answer, _ = v.ask(http.MethodPost, at.String(), tt.send+"&next="+url.QueryEscape(at.Query().Get("next")))
			if got := answer.Request.URL.String(); got != address {
				t.Errorf("passing leads to %s, want %s", got, address)
			}
			if v.get(address); v.site.Visits(atForm) != 2 || v.site.Visits(string(tt.gate)) != 1 || v.site.Submissions() != 0 {
				t.Errorf("form %d, gate %d, submissions %d", v.site.Visits(atForm), v.site.Visits(string(tt.gate)), v.site.Submissions())
			}
			if body := visitTo(t, "markup=script&gate="+string(tt.gate)).get(address); !strings.Contains(body, tt.scripted) {
				t.Errorf("scripted page without %s:\n%s", tt.scripted, body)
			}
		})
	}
}

func TestGatesStandInTheOrderGiven(t *testing.T) {
	for _, order := range []string{"continue-as,sign-in,save-login,chooser,automated,age", "age,automated,checkpoint,chooser,sign-in"} {
		v := visitTo(t, "gate="+order)
		answer, _ := v.ask(http.MethodGet, igForm, "")
		for i, gate := range strings.Split(order, ",") {
			for _, later := range strings.Split(order, ",")[i+1:] {
				if v.site.Visits(later) != 0 {
					t.Errorf("%s: %s was shown before %s was passed", order, later, gate)
				}
			}
			if v.site.Visits(gate) != 1 {
				t.Fatalf("%s: %s was not shown, but %s", order, gate, answer.Request.URL)
			}
			answer, _ = v.ask(http.MethodPost, answer.Request.URL.String(), "birthday=1980-02-01")
		}
		if got := answer.Request.URL.String(); got != igForm || v.site.Submissions() != 0 {
			t.Errorf("%s: ends at %s with %d submissions", order, got, v.site.Submissions())
		}
	}
}

func TestAgeWantsTheWholeDate(t *testing.T) {
	v := visitTo(t, "gate=age")
	answer, body := v.ask(http.MethodPost, "https://www.facebook.com/confirm_age/", "birthday_day=1&birthday_year=1980")
	if answer.Request.URL.Path != "/confirm_age/" || !strings.Contains(body, "Date of birth") {
		t.Errorf("leads to %s", answer.Request.URL)
	}
}

func TestGatesAreNoWayOutForAForm(t *testing.T) {
	for _, gate := range []string{"continue-as", "chooser", "automated", "age", "save-login", "suspended"} {
		v := visitTo(t, "gate="+gate)
		answer, _ := v.ask(http.MethodGet, igForm, "")
		v.ask(http.MethodPost, answer.Request.URL.String(), "birthday=1980-02-01&x=m@b.example")
		if v.site.Submissions() != 1 {
			t.Errorf("%s: an address went out uncounted", gate)
		}
	}
}

func TestSuspendedIsNeverPassed(t *testing.T) {
	for address, path := range map[string]string{fbForm: "/checkpoint/" + suspendedNumber + "/", igForm: "/accounts/suspended/"} {
		v := visitTo(t, "gate=sign-in,suspended")
		answer, _ := v.ask(http.MethodGet, address, "")
		for range 3 {
			answer, _ = v.ask(http.MethodPost, answer.Request.URL.String(), "")
		}
		if answer.Request.URL.Path != path || v.site.Visits(atForm) != 0 || v.site.Visits(atSuspended) == 0 {
			t.Errorf("%s leads to %s", address, answer.Request.URL)
		}
	}
}

// dialogs are the names of the dialogs on a page, in order; the first is seen.
func dialogs(t *testing.T, body string) []string {
	t.Helper()
	var out []string
	for _, piece := range strings.Split(body, `class="over" id="`)[1:] {
		name, rest, _ := strings.Cut(piece, `"`)
		if hidden := strings.HasPrefix(rest, " hidden>"); hidden != (len(out) > 0) {
			t.Errorf("dialog %s: hidden %v", name, hidden)
		}
		out = append(out, name)
	}
	return out
}

func TestDialogsLieOverThePages(t *testing.T) {
	const fb, ig = "https://www.facebook.com", "https://www.instagram.com"
	tests := []struct {
		gates, at string
		want      []string
		says      string
	}{
		{"cookies,sign-in", ig + "/", []string{"cookies"}, `type="password"`},
		{"sign-in,cookies", ig + "/", nil, `type="password"`},
		{"notifications", ig + "/", []string{"notifications"}, "Turn on notifications"},
		{"notifications", ig + "/", []string{"notifications"}, ">Not now</button>"},
		{"notifications", fb + "/", []string{"notifications"}, `role="alertdialog" aria-modal="true" aria-label="Push notifications request"`},
		{"notifications", fb + "/", []string{"notifications"}, `aria-label="Close"`},
		{"notifications", fb + "/settings/", nil, "Settings"},
		{"save-login", fb + "/settings/", []string{"save-login"}, "Remember Password"},
		{"save-login", fb + "/settings/", []string{"save-login"}, ">OK</button>"},
		{"save-login,notifications,cookies", fb + "/", []string{"save-login", "notifications", "cookies"}, "Home"},
		{"notifications,checkpoint", fb + "/", nil, "Dismiss"},
		{"cookies,already", igForm, []string{"cookies"}, "already objected"},
		{"cookies", "https://elsewhere.example/", nil, "elsewhere"},
	}
	for _, tt := range tests {
		v := visitTo(t, "gate="+tt.gates)
		body := v.get(tt.at)
		if got := dialogs(t, body); !slices.Equal(got, tt.want) || !strings.Contains(body, tt.says) {
			t.Errorf("%s at %s: dialogs %q, want %q, and %q", tt.gates, tt.at, got, tt.want, tt.says)
		}
		for _, name := range tt.want {
			if v.site.Visits(name) != 1 {
				t.Errorf("%s at %s: %d visits to %s", tt.gates, tt.at, v.site.Visits(name), name)
			}
		}
		at, err := url.Parse(tt.at)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range tt.want { // what the dialogs' script does
			v.client.Jar.SetCookies(at, []*http.Cookie{{Name: gateCookie + name, Value: v.site.token, Domain: parentDomain(at.Host), Path: "/", Secure: true}})
		}
		if got := dialogs(t, v.get(tt.at)); len(got) != 0 {
			t.Errorf("%s at %s: %q come back", tt.gates, tt.at, got)
		}
	}
}
