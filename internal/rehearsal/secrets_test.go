package rehearsal

import (
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// Each secret is really there: in a cookie, a page or an address.
func TestSecretsAreThere(t *testing.T) {
	var seen strings.Builder
	for _, query := range []string{"gate=sign-in&markup=script", "", "language=fr"} {
		for _, form := range []string{fbForm, igForm} {
			v := visitTo(t, query)
			answer, body := v.ask("GET", form, "")
			seen.WriteString(body + answer.Request.URL.String() + "\n" + v.site.token + "\n")
			for _, address := range []string{"https://www.facebook.com/", "https://www.instagram.com/"} {
				seen.WriteString(v.get(address))
				at, err := url.Parse(address)
				if err != nil {
					t.Fatal(err)
				}
				for _, c := range v.client.Jar.Cookies(at) {
					seen.WriteString(c.String() + "\n")
				}
			}
		}
	}
	seen.WriteString(visitTo(t, "markup=script").get(fbForm))
	for _, name := range slices.Sorted(maps.Keys(Secrets())) {
		if value := Secrets()[name]; !strings.Contains(seen.String(), value) {
			t.Errorf("%s is nowhere: %q", name, value)
		}
	}
}
