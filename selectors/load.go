package selectors

import (
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/nonmerci/nonmerci/internal/hint"
)

//go:embed flows
var builtIn embed.FS

// The [Flow.Source] of a flow without a file of the user's.
const (
	BuiltIn    = "built-in"
	Downloaded = "downloaded" // from a signed [Bundle]
)

const phraseFile = "phrases.yaml"

// Services lists the services that there is a flow for.
func Services() []string { return []string{"instagram", "facebook"} }

// Load returns the flow of a service: the built-in one, or in its place the one of
// a [Bundle] that was taken over into the folder dir and is not older; overlaid by
// the files SERVICE.yaml and phrases.yaml in that folder where they exist. An
// empty dir means the built-in flow alone.
//
// An overlay replaces targets, places, routes and addresses by their names, each
// as a whole, and the words of a phrase by language; hosts, forms and
// wrong-forms are added to. A file that is not valid is left out, whole, and
// told of in the warnings, each a [Finding] or a [hint.Problem]: a broken file
// never stops the program. The error is for an unknown service.
func Load(dir, service string) (*Flow, []error, error) {
	if !slices.Contains(Services(), service) {
		return nil, nil, hint.New(hint.Say("There is no service %q.", service), meant(service, Services()))
	}
	base, warnings := readBase(dir)
	flow, err := base.admit(service)
	if err != nil {
		warnings = append(warnings, err)
	}
	if flow == nil {
		if flow, err = base.Flow(service); err != nil {
			return nil, nil, fmt.Errorf("built-in flow %q: %w", service, err)
		}
	}
	below, words := base.of(service)
	phrases, flows := []file{words}, []file{below}
	overlay := func(name string, onto *[]file) {
		path := filepath.Join(dir, name)
		data, err := readLimited(path, maxBytes)
		if errors.Is(err, fs.ErrNotExist) {
			return
		}
		if err != nil {
			warnings = append(warnings, hint.Wrap(err, hint.Say("The file %s could not be read, so it is left out.", path), hint.Say("Check that you may read it, or take it away.")))
			return
		}
		kept := *onto
		*onto = append(slices.Clip(kept), file{name: path, layer: 1, data: data})
		better, findings := build(service, flows, phrases)
		if better != nil {
			flow = better
			return
		}
		*onto = kept
		for _, f := range findings {
			warnings = append(warnings, f)
		}
	}
	if dir != "" {
		overlay(phraseFile, &phrases)
		overlay(service+".yaml", &flows)
	}
	return flow, warnings, nil
}

// readLimited reads a file, and no more of it than is needed to know that it is
// too large. A pipe or device is not waited for.
func readLimited(path string, limit int64) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("read %s: not a file", path)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, limit+1))
}

// Parse reads a complete flow and the phrases that it refers to, with nothing
// under them. The name is for messages. The error is the first [Finding].
func Parse(name string, flow, phrases []byte) (*Flow, error) {
	beside := filepath.Join(filepath.Dir(name), phraseFile)
	out, findings := build("", []file{{name: name, data: flow}}, []file{{name: beside, data: phrases}})
	if out == nil {
		return nil, findings[0]
	}
	out.Source = name
	return out, nil
}

type file struct {
	name  string
	layer int
	data  []byte
	root  *node   // what data says, if it was read before
	from  *Bundle // that it was downloaded in, or nil
}

// source is where a file that lies under the user's came from.
func (f file) source() string {
	if f.from != nil {
		return Downloaded
	}
	return BuiltIn
}

func builtInFile(name string) file {
	data, err := builtIn.ReadFile("flows/" + name)
	if err != nil {
		return file{name: name} // an empty file is reported as such
	}
	return file{name: BuiltIn + "/" + name, data: data}
}

// builtInPhrases is read once: it is by far the largest file, every service
// needs it, and nodes are never changed.
var builtInPhrases = sync.OnceValue(func() file {
	f := builtInFile(phraseFile)
	b := newBuilder()
	if root := b.read(f.name, f.layer, f.data); len(b.findings) == 0 {
		f.root = root
	}
	return f
})

// build makes a flow of layers. It returns either a flow or the findings that
// speak against it.
func build(service string, flows, phrases []file) (*Flow, []Finding) {
	b := newBuilder()
	b.run(service, flows, phrases)
	if faults := b.faults(); len(faults) > 0 {
		return nil, faults
	}
	return b.flow, nil
}

func (b *builder) run(service string, flows, phrases []file) {
	roots := func(files []file) (out []*node) {
		for _, f := range files {
			root := f.root
			if root == nil {
				root = b.read(f.name, f.layer, f.data)
			}
			if root != nil {
				out = append(out, root)
			}
		}
		return out
	}
	words, pages := roots(phrases), roots(flows)
	if len(words) < len(phrases) || len(pages) < len(flows) {
		return
	}
	var before *Flow
	if from := flows[0].from; from != nil {
		var findings []Finding
		before, findings = promised(service)
		b.findings = append(b.findings, findings...)
		b.flow.Downloaded = from.Revision
	}
	b.remember(before)
	b.decodePhrases(words)
	b.decode(service, pages)
	b.finish(pages[len(pages)-1])
	b.flow.Phrases = b.said()
	b.keep(before, pages[0])
	b.flow.Source = flows[0].source()
	if top := flows[len(flows)-1]; top.layer > 0 {
		b.flow.Source = top.name
	}
}

// finish checks what can be said about the whole flow only.
func (b *builder) finish(root *node) {
	top := &node{src: root.src, line: 1, column: 1}
	var commits []string
	form := false
	for id, t := range b.flow.Targets {
		if t.Commit {
			commits = append(commits, id)
		}
	}
	for _, p := range b.flow.Places {
		form = form || p.Kind == FormKind
	}
	slices.Sort(commits)
	switch {
	case len(commits) == 0:
		b.lack(top, hint.Say("No target has commit: true, so nobody knows which button sends the form."), hint.Say("Mark the Send button with commit: true."))
	case len(commits) > 1:
		at := b.where["target "+commits[0]]
		for _, id := range commits[1:] {
			at = later(at, b.where["target "+id])
		}
		b.fault(at, hint.Say("More than one target has commit: true: %s.", strings.Join(commits, ", ")), hint.Say("Exactly one button sends the form."))
	}
	if len(b.flow.Hosts) == 0 || len(b.flow.Forms) == 0 {
		b.lack(top, hint.Say("A flow needs hosts and forms."), hint.Say("Write at least one of each."))
	}
	if !form {
		b.lack(top, hint.Say("No place is of the kind form, so the flow leads nowhere."), hint.Say("Add one."))
	}
	for _, name := range routeNames {
		if b.flow.Routes[name] == nil {
			b.lack(top, hint.Say("The route %q is missing.", name), hint.Say("Write it below routes, with a start."))
		}
	}
}
