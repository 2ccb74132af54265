package selectors

import (
	"regexp"
	"strings"
	"testing"
)

// TestHelpTellsOfEveryKey: who meets a key in a file finds it in the help, and the
// examples there can be used.
func TestHelpTellsOfEveryKey(t *testing.T) {
	help := Help()
	for _, of := range []string{"flow", "target", "place", "rule", "step", "phrases", "word"} {
		for _, key := range keys(of) {
			if !strings.Contains(help, "\n### "+key+"\n") && !strings.Contains(help, "`"+key+"`") {
				t.Errorf("no heading for %q, which stands in a %s", key, of)
			}
		}
	}
	for _, list := range [][]string{texts(roles[:]), texts(scopes[:]), texts(kindsOfPlaces[:]), texts(meanings[:]), texts(matters[:]), texts(values[:]), texts(signs[:]), routeNames[:]} {
		for _, word := range list {
			if !strings.Contains(help, "`"+word+"`") {
				t.Errorf("nothing says what %q is", word)
			}
		}
	}
	for _, by := range kindsOfLocators {
		if !strings.Contains(help, "{"+string(by)+": ") {
			t.Errorf("nothing says what %q is", by)
		}
	}
	examples := regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllStringSubmatch(help, -1)
	if len(examples) < 2 {
		t.Fatal("there are no examples")
	}
	for _, e := range examples {
		indent := regexp.MustCompile(`(?m)^   `)
		file := e[1]
		if strings.HasPrefix(file, "   ") {
			file = indent.ReplaceAllString(file, "")
		}
		for _, f := range Lint("example.yaml", []byte(strings.TrimRight(file, " "))) {
			if !f.Warning {
				t.Errorf("%v\n%s", f, file)
			}
		}
	}
}
