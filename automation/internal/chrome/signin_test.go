package chrome

import (
	"slices"
	"testing"
	"time"
)

// testNameFirst: a start page that asks for the name is a sign-in, although it has
// no field for a password yet; one with a search field is none.
func testNameFirst(t *testing.T) {
	b, w, _ := shared(t)
	const page = `<!doctype html><html lang=en><title>Service</title><main><h1>Welcome</h1>`
	for html, want := range map[string]string{
		`<form method=post><label>Mobile number, username or email <input name=username autocomplete="username webauthn"></label><button>Next</button></form><button>Use a passkey</button>`: "sign-in",
		`<form method=post><label>Email or phone <input name=email autocomplete=username></label><button>Next</button></form>`:                                                               "sign-in",
		`<form method=post><label>Newsletter <input name=email type=email></label><button>Next</button></form>`:                                                                              "home",
		`<form role=search><input type=search name=q aria-label=Search></form><a href="/marie/">Profile</a>`:                                                                                 "home",
	} {
		w.put("/", page+html+"</main>")
		for service, address := range map[string]string{"instagram": "https://www.instagram.com/", "facebook": "https://www.facebook.com/"} {
			if err := b.Open(t.Context(), address); err != nil {
				t.Fatal(err)
			}
			v, err := b.Look(t.Context(), NewPlan(flows(t, service)), Until{Within: 20 * time.Second, Patience: 3 * time.Second})
			if err != nil || !slices.Equal(v.Places, []string{want}) {
				t.Errorf("%s: %v %v, want %s: %s", service, v.Places, err, want, html)
			}
		}
	}
}
