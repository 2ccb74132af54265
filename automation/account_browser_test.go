package automation_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/nonmerci/nonmerci/automation"
	"github.com/nonmerci/nonmerci/internal/hint"
	"github.com/nonmerci/nonmerci/internal/rehearsal"
)

// TestWhoIsSignedIn: the person is told before anything is filled in, and where
// it is not the one that they mean, or nobody can tell, nothing is.
func TestWhoIsSignedIn(t *testing.T) {
	if testing.Short() {
		t.Skip("needs a browser")
	}
	t.Parallel()
	yes := func(context.Context, hint.Text) bool { return true }
	no := func(context.Context, hint.Text) bool { return false }
	const unknown = "The pages did not say which account is signed in."
	tests := []struct {
		of, account string
		consent     func(context.Context, hint.Text) bool
		want        automation.Outcome
		told        string
		masked      string
		soak        bool
	}{
		{of: "", want: ready, told: "Signed in as marie.rehearsal, as", masked: "m…", soak: true},
		{of: "service=facebook", want: ready, told: "Signed in as Marie Rehearsal, as", masked: "M…"},
		{of: "markup=script&language=fr", account: "@Marie.REHEARSAL", want: ready, told: "Signed in as marie.rehearsal, as", masked: "m…"},
		{of: "service=facebook&account=%C3%89lodie%20R.&language=el", account: "élodie r.", want: ready, told: "Signed in as Élodie R., as", masked: "É…", soak: true},
		{of: "with=hydration", account: "marie.rehearsal", want: ready, told: "Signed in as marie.rehearsal, as", masked: "m…"},
		{of: "service=facebook&with=split-spans,no-break,right-to-left&language=fr", account: "marie rehearsal", want: ready, told: "Signed in as Marie Rehearsal, as", masked: "M…", soak: true},
		{of: "lost=settings", want: ready, told: "Signed in as marie.rehearsal, as", masked: "m…", soak: true},

		{of: "", account: "noor", want: refused, told: "Signed in as marie.rehearsal, as", masked: "m…"},
		{of: "service=facebook", account: "Marie Else", want: refused, told: "Signed in as Marie Rehearsal, as", masked: "M…", soak: true},

		{of: "service=facebook&language=xx", want: ready, told: unknown},
		{of: "lost=account", want: ready, told: unknown, soak: true},
		{of: "lost=account", account: "marie.rehearsal", want: needsUser, soak: true},
		{of: "service=facebook&language=xx", account: "Marie Rehearsal", want: needsUser, soak: true},
		{of: "lost=account", account: "marie.rehearsal", consent: yes, want: automation.NotSent, told: unknown, soak: true},
		{of: "lost=account", account: "marie.rehearsal", consent: no, want: needsUser, told: unknown, soak: true},

		{of: "with=several-accounts", want: needsUser, told: "Signed in as", masked: "m…"},
		{of: "with=several-accounts&service=facebook&language=fi", want: needsUser, told: "Signed in as", masked: "M…", soak: true},
		{of: "with=several-accounts", account: "marie.rehearsal", want: ready, told: "Signed in as", masked: "m…", soak: true},
		{of: "with=several-accounts", consent: yes, want: automation.NotSent, told: "more than one account", masked: "m…"},
		{of: "with=several-accounts&service=facebook", consent: no, want: needsUser, told: "more than one account", masked: "M…", soak: true},
	}
	for i, tt := range tests {
		if tt.soak && !*full {
			continue
		}
		t.Run(fmt.Sprint(i, " ", tt.of), func(t *testing.T) {
			t.Parallel()
			v, err := rehearsal.ParseVariant(tt.of)
			if err != nil {
				t.Fatal(err)
			}
			var told []string
			res, site := object(t, v, func(r *automation.Request) {
				r.Email, r.Account, r.Consent = "marie@courrier.example", tt.account, tt.consent
				if tt.consent != nil {
					r.NoWait, r.Wait = false, 2*time.Second
				}
				tell := r.Tell
				r.Tell = func(s hint.Text) { tell(s); told = append(told, s.String()) }
			})
			if res.Outcome != tt.want || res.Account != tt.masked {
				t.Errorf("outcome %s, want %s; account %q, want %q: %s", res.Outcome, tt.want, res.Account, tt.masked, res.Message)
			}
			if all := strings.Join(told, "\n"); !strings.Contains(all, tt.told) {
				t.Errorf("told\n%s\nwant %q", all, tt.told)
			}
			filled := tt.want == ready || tt.want == automation.NotSent
			if (res.Email.Masked != "") != filled || site.Submissions() != 0 {
				t.Errorf("filled %q, %d submissions", res.Email.Masked, site.Submissions())
			}
		})
	}
}

// TestWhoIsSignedInInEveryLanguage reads the name in every language that the
// phrases know.
func TestWhoIsSignedInInEveryLanguage(t *testing.T) {
	if !*full {
		t.Skip("takes minutes; TestWhoIsSignedIn is its sample for every day: run with -full")
	}
	t.Parallel()
	for _, language := range factors[0] {
		for _, service := range []string{"instagram", "facebook"} {
			t.Run(service+" "+language, func(t *testing.T) {
				t.Parallel()
				v, err := rehearsal.ParseVariant("service=" + service + "&" + language)
				if err != nil {
					t.Fatal(err)
				}
				res, _ := object(t, v, func(r *automation.Request) { r.Email, r.Account = "marie@courrier.example", v.SignedIn() })
				if res.Outcome != ready {
					t.Errorf("outcome %s: %s", res.Outcome, res.Message)
				}
			})
		}
	}
}
