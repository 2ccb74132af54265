package automation_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"

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

// checkSecrets wants nothing private in what was said, and in the record only
// what the person must keep.
func checkSecrets(t *testing.T, req automation.Request, res automation.Result, heard *said) {
	t.Helper()
	answer, _ := json.Marshal(res)
	heard.add("result", "%s\n%+v\n%s\n%s", answer, res, res.Message.In("en"), res.Message.In("fr"))
	values := canary.Values(rehearsal.Secrets(), req.Email, req.Explanation)
	for channel, text := range heard.text {
		for _, found := range canary.In([]byte(text.String()), values) {
			t.Errorf("%s holds a secret: %s", channel, found)
		}
	}
	found, err := canary.InTree(req.Records, values)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range found {
		t.Errorf("the record holds a secret: %s", f)
	}
}
