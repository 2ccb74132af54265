package selectors

import (
	"errors"
	"io/fs"
	"path/filepath"
	"slices"
	"sync"

	"github.com/nonmerci/nonmerci/internal/hint"
)

// Base is what a person's own files lie over: for each service the built-in
// files, or downloaded ones. The zero Base is the built-in files.
type Base struct {
	down   *Bundle
	path   string   // where it lies
	counts []string // the services for which it counts
}

// OpenBase reads what lies in the folder of flows. Downloaded files that cannot be
// used are told of in the warnings, each a [hint.Problem], and left out.
func OpenBase(dir string) (Base, []error) {
	base, warnings := readBase(dir)
	for _, service := range Services() {
		if _, err := base.admit(service); err != nil {
			warnings = append(warnings, err)
		}
	}
	return base, warnings
}

// downloadedFile is where the bundle lies that was taken over last. Its signature
// has the ending .minisig, the one before it [Former].
//
// The signature was checked when the bundle was taken over, and is not looked at
// again: whoever can write into that folder can as well put a flow file of their
// own there, which counts more. What a file can say, either way, the locks bound.
const (
	downloadedFile  = "downloaded.flows"
	SignatureEnding = ".minisig"
)

func readBase(dir string) (Base, []error) {
	if dir == "" {
		return Base{}, nil
	}
	path := filepath.Join(dir, downloadedFile)
	down, err := readBundle(path)
	if err != nil {
		return Base{}, []error{leftOut(path, err)}
	}
	return Base{down: down, path: path}, nil
}

// readBundle reads a bundle that was taken over; nil: there is none.
func readBundle(path string) (*Bundle, error) {
	data, err := readLimited(path, MaxBundle)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, err
	}
	return parseBundle(data)
}

// leftOut is the problem with downloaded files that cannot be used.
func leftOut(path string, err error) error {
	what, cause := hint.Say("The file itself could not be read."), err
	if p, ok := hint.Of(err); ok {
		what, cause = p.What, nil
	}
	return hint.Wrap(cause, hint.Say("The downloaded flow files (%s) cannot be used, so the built-in ones are used. %s", path, what),
		hint.Say("Run `nonmerci selectors update` again to replace them, or `nonmerci selectors update --undo` to take them back."))
}

// admit lets the downloaded files count for a service, and returns their flow. Where
// a newer program brings newer files along, those count, and the flow is nil.
func (b *Base) admit(service string) (*Flow, error) {
	if b.down == nil || b.down.below(service) {
		return nil, nil
	}
	flow, findings := b.down.build(service)
	if flow == nil {
		return nil, leftOut(b.path, unfit(findings[0]))
	}
	b.counts = append(b.counts, service)
	return flow, nil
}

// Base is the bundle as what a person's own files lie over.
func (b *Bundle) Base() Base { return Base{down: b, counts: Services()} }

// below tells whether the built-in files of a service are newer.
func (b *Bundle) below(service string) bool {
	last := len(b.files) - 1
	at := slices.Index(Services(), service)
	built := builtInBundle()
	return b.revisions[at] < built.revisions[at] || b.revisions[last] < built.revisions[last]
}

// of returns what lies under the person's own files for a service.
func (b Base) of(service string) (flow, phrases file) {
	if slices.Contains(b.counts, service) {
		return b.down.of(service)
	}
	return builtInFile(service + ".yaml"), builtInPhrases()
}

// Flow is the flow of a service without the person's own files.
func (b Base) Flow(service string) (*Flow, error) {
	flow, phrases := b.of(service)
	out, findings := build(service, []file{flow}, []file{phrases})
	if out == nil {
		return nil, findings[0]
	}
	return out, nil
}

// builtInBundle is the built-in files as if they had been downloaded, to compare
// others with.
var builtInBundle = sync.OnceValue(func() *Bundle {
	b := &Bundle{}
	for _, name := range bundled() {
		f := builtInFile(name)
		if name == phraseFile {
			f = builtInPhrases()
		}
		if b.add(f) != nil { // a test looks; without a revision every other file is newer
			b.files, b.revisions = append(b.files, f), append(b.revisions, 0)
		}
	}
	return b
})

// promised is the built-in flow of a service, by which downloaded ones are
// measured. It is never handed out, because a caller may change what it gets.
func promised(service string) (*Flow, []Finding) {
	if flow, ok := promises.Load(service); ok {
		return flow.(*Flow), nil
	}
	flow, findings := build(service, []file{builtInFile(service + ".yaml")}, []file{builtInPhrases()})
	if flow != nil {
		promises.Store(service, flow)
	}
	return flow, findings
}

var promises sync.Map // from a service to its *Flow: built once
