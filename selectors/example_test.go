package selectors_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/nonmerci/nonmerci/selectors"
)

// The flow of a service tells what a walk may do at each place. The button that
// sends the form is only ever pointed at.
func Example() {
	flow, _, err := selectors.Load("", "instagram")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(flow.Title)
	for _, step := range flow.Places["form"].Do {
		fmt.Println(step.Verb, step.On, step.With)
	}
	// Output:
	// Instagram
	// choose country country
	// fill email email
	// fill explanation explanation
	// point send
}

// A file of one's own replaces single targets. A mistake in it is told with its
// place, and the built-in flow stays in force.
func ExampleLoad() {
	dir, err := os.MkdirTemp("", "flows")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	mine := "schema: 1\nservice: facebook\ntargets:\n  settings-link:\n    is: lnik\n    find: [{name: Menu}, {text: Menu}]\n"
	if err := os.WriteFile(filepath.Join(dir, "facebook.yaml"), []byte(mine), 0o600); err != nil {
		fmt.Println(err)
		return
	}
	flow, warnings, err := selectors.Load(dir, "facebook")
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, w := range warnings {
		fmt.Println(strings.TrimPrefix(w.Error(), dir+string(filepath.Separator)))
	}
	fmt.Println(flow.Source)
	// Output:
	// facebook.yaml:5:9: "lnik" is not known here.
	// built-in
}

func ExampleLint() {
	mine := []byte("schema: 1\nservice: facebook\nroutes:\n  direct:\n    start: {open: form}\n    home: {press: send}\n")
	for _, finding := range selectors.Lint("facebook.yaml", mine) {
		fmt.Println(finding)
		fmt.Println(finding.Snippet)
		fmt.Println(finding.Next)
	}
	// Output:
	// facebook.yaml:6:19: "send" sends the form, and nonmerci never does that.
	//     6 |     home: {press: send}
	//       |                   ^
	// Use {point: send}. Sending is left to the person.
}
