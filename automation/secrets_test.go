package automation_test

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nonmerci/nonmerci/automation"
	"github.com/nonmerci/nonmerci/internal/canary"
	"github.com/nonmerci/nonmerci/internal/hint"
	"github.com/nonmerci/nonmerci/internal/rehearsal"
)

// said is all that a run tells, logs and answers.
type said struct {
	sync.Mutex
	text map[string]*strings.Builder // by channel
}

func (s *said) add(channel, format string, args ...any) {
	s.Lock()
	defer s.Unlock()
	if s.text == nil {
		s.text = map[string]*strings.Builder{}
	}
	if s.text[channel] == nil {
		s.text[channel] = &strings.Builder{}
	}
	fmt.Fprintf(s.text[channel], format+"\n", args...)
}

// listen lets all that the run says be heard here as well.
func (s *said) listen(req *automation.Request) {
	tell, log := req.Tell, req.Log
	req.Tell = func(t hint.Text) {
		s.add("told", "%s\n%s", t.In("en"), t.In("fr"))
		tell(t)
	}
	req.Log = func(m string, f map[string]any) {
		fields, _ := json.Marshal(f)
		s.add("log", "%s %s %v", m, fields, f)
		log(m, f)
	}
}

// TestLoginTellsNothing: whoever is signed in, and whoever is not, neither their
// name nor what keeps them signed in leaves the browser, and no record is kept.
func TestLoginTellsNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("needs a browser")
	}
	t.Parallel()
	for of, want := range map[string]automation.Outcome{"": automation.Ready, "gate=sign-in": automation.NeedsUser, "gate=continue-as": automation.NeedsUser} {
		if of == "gate=continue-as" && !*full {
			continue
		}
		t.Run(of, func(t *testing.T) {
			t.Parallel()
			v, err := rehearsal.ParseVariant(of)
			if err != nil {
				t.Fatal(err)
			}
			v.Service = "facebook"
			records := ""
			res, site := walk(t, v, func(r *automation.Request) {
				r.Wait, records = 3*time.Second, r.Records
			}, automation.Login)
			if res.Outcome != want {
				t.Errorf("outcome %s, want %s: %s", res.Outcome, want, res.Message)
			}
			if kept, err := os.ReadDir(records); err != nil || len(kept) > 0 {
				t.Errorf("login leaves %v, %v", kept, err)
			}
			if n := site.Submissions(); n != 0 {
				t.Errorf("%d submissions", n)
			}
		})
	}
}

// checkSecrets wants nothing private in what was said, and in the record only
// what the person must keep. The name of the account that is signed in stands in
// what the person is told, and nowhere else.
func checkSecrets(t *testing.T, req automation.Request, res automation.Result, heard *said, account string) {
	t.Helper()
	answer, _ := json.Marshal(res)
	heard.add("result", "%s\n%+v\n%s\n%s", answer, res, res.Message.In("en"), res.Message.In("fr"))
	values := canary.Values(rehearsal.Secrets(), req.Email, req.Explanation)
	who := canary.Values(map[string]string{"account": account, "account that was named": req.Account})
	who = slices.DeleteFunc(who, func(v canary.Value) bool { return v.Text == "" })
	for channel, text := range heard.text {
		look := values
		if channel != "told" {
			look = slices.Concat(values, who)
		}
		for _, found := range canary.In([]byte(text.String()), look) {
			t.Errorf("%s holds a secret: %s", channel, found)
		}
	}
	found, err := canary.InTree(req.Records, slices.Concat(values, who))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range found {
		t.Errorf("the record holds a secret: %s", f)
	}
}
