package selectors

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"aead.dev/minisign"
	"golang.org/x/tools/txtar"

	"github.com/nonmerci/nonmerci/internal/hint"
)

// Bundle is a set of complete flow files, as a publisher gives it out: one text
// file (txtar) with a signature (minisign) beside it.
//
//	nonmerci flows
//	schema: 1
//	revision: 2026112801
//
//	What changed, for people.
//	-- instagram.yaml --
//	…
//	-- facebook.yaml --
//	…
//	-- phrases.yaml --
//	…
//
// A bundle has one spelling, and its revision is the highest of its files'. It is
// held to what a built-in file is held to (see the package's invariants), and to
// what the built-in flow promises: the same target sends the form, no wrong form
// is forgotten, and no file is older. The words that read like "send" are
// compiled in, and so is the list of hosts.
type Bundle struct {
	Revision int

	data, signature []byte
	files           []file // one for each of bundled, in that order
	revisions       []int  // theirs
}

// The limits of a bundle and of its signature, in bytes: three files of the
// largest size that is read, and what a signature has at most.
const (
	MaxBundle    = 3*maxBytes + 4<<10
	MaxSignature = 2 << 10
)

// bundled names the files of a bundle.
func bundled() []string {
	var names []string
	for _, service := range Services() {
		names = append(names, service+".yaml")
	}
	return append(names, phraseFile)
}

var (
	bundleHead  = regexp.MustCompile(`^nonmerci flows\nschema: ([1-9][0-9]{0,3})\nrevision: (20[0-9]{8})\n(?:\n|$)`)
	trustedForm = regexp.MustCompile(`^nonmerci flows (20[0-9]{8})$`)
)

// ReadBundle reads a bundle that one of the publishers has signed and that this
// program can use. Nothing is read of a bundle whose signature is not good.
// Errors are *hint.Problems.
func ReadBundle(data, signature []byte, publishers []string) (*Bundle, error) {
	b, err := readSigned(data, signature, publishers)
	if p, ok := hint.Of(err); ok {
		return nil, hint.New(hint.Say("%s What was in force stays in force.", p.What), p.Next)
	}
	return b, err
}

// What to do next about a bundle that is refused.
var (
	getAgain = hint.Say("Get the file and its signature again, from the same place.")
	getNewer = hint.Say("Where you got it, look for a newer one.")
	tellThem = hint.Say("Get the file again. If that does not help, tell those who publish it.")
	tooLarge = hint.New(hint.Say("The file is larger than flow files are."), hint.Say("Check that this is the right file."))
)

func readSigned(data, signature []byte, publishers []string) (*Bundle, error) {
	if len(publishers) == 0 {
		return nil, hint.New(hint.Say("This build of nonmerci knows no publisher of flow files, so it takes no updates."),
			hint.Say("The project has not published its keys yet. You can mend files of your own: `nonmerci selectors help`."))
	}
	signed, err := verified(data, signature, publishers)
	if err != nil {
		return nil, err
	}
	b, err := parseBundle(data)
	switch {
	case err != nil:
		return nil, err
	case b.Revision != signed:
		return nil, hint.New(hint.Say("The signature is for other flow files (%d) than these (%d).", signed, b.Revision), getAgain)
	}
	b.signature = signature
	if err := b.notBelow(builtInBundle()); err != nil {
		return nil, err
	}
	for _, service := range Services() {
		if _, findings := b.build(service); len(findings) > 0 {
			return nil, unfit(findings[0])
		}
	}
	return b, nil
}

// verified tells as which revision a publisher has signed data.
func verified(data, signature []byte, publishers []string) (int, error) {
	switch {
	case len(data) > MaxBundle || len(signature) > MaxSignature:
		return 0, tooLarge
	case len(signature) == 0:
		return 0, hint.New(hint.Say("The flow files are not signed."), hint.Say("The signature must stand beside the file, under its name with the ending .minisig."))
	}
	var s minisign.Signature
	// One spelling: base64 would allow several for the same bytes.
	if err := s.UnmarshalText(signature); err != nil || s.String() != string(signature) {
		return 0, hint.New(hint.Say("The signature cannot be read."), getAgain)
	}
	known := false
	for _, line := range publishers {
		var key minisign.PublicKey
		if err := key.UnmarshalText([]byte(line)); err != nil {
			return 0, fmt.Errorf("publisher's key: %w", err) // a fault of the program; a test looks
		}
		known = known || key.ID() == s.KeyID
		if !minisign.Verify(key, data, signature) {
			continue
		}
		m := trustedForm.FindStringSubmatch(s.TrustedComment)
		if m == nil {
			return 0, hint.New(hint.Say("What is signed there is something else than flow files."), getAgain)
		}
		return strconv.Atoi(m[1])
	}
	if !known {
		return 0, hint.New(hint.Say("The flow files are signed by somebody whom nonmerci does not know."),
			hint.Say("Take only what the project publishes. If it has new keys, a newer nonmerci knows them."))
	}
	return 0, hint.New(hint.Say("The flow files are not what was signed: something was changed, or is missing."), getAgain)
}

// parseBundle takes a bundle apart. Whether its flows can be used, build tells.
func parseBundle(data []byte) (*Bundle, error) {
	if len(data) > MaxBundle {
		return nil, tooLarge
	}
	archive := txtar.Parse(data)
	head := bundleHead.FindSubmatch(archive.Comment)
	if head == nil {
		return nil, hint.New(hint.Say("The file does not begin as one with flow files does."), hint.Say("Check that this is the right file."))
	}
	if schema, err := strconv.Atoi(string(head[1])); err != nil || schema > Format {
		return nil, tooNew(schema)
	}
	var names []string
	for _, f := range archive.Files {
		names = append(names, f.Name)
	}
	if !slices.Equal(names, bundled()) {
		return nil, hint.New(hint.Say("The file must hold %s, in this order and nothing else.", strings.Join(bundled(), ", ")), tellThem)
	}
	// One spelling, in which nothing is hidden from those who read it.
	if !bytes.Equal(txtar.Format(archive), data) || !utf8.Valid(data) || bytes.ContainsFunc(archive.Comment, func(r rune) bool { return r != '\n' && hidden(r) }) {
		return nil, hint.New(hint.Say("The file is not written as one with flow files is: something is missing, or was added."), tellThem)
	}
	b := &Bundle{data: data}
	for _, f := range archive.Files {
		if err := b.add(file{name: Downloaded + "/" + f.Name, data: f.Data, from: b}); err != nil {
			return nil, err
		}
	}
	if revision, err := strconv.Atoi(string(head[2])); err != nil || revision != b.Revision {
		return nil, hint.New(hint.Say("The revision at the top (%d) is not the highest of the files in it (%d).", revision, b.Revision), tellThem)
	}
	return b, nil
}

// tooNew is the problem with files that this program is too old for.
func tooNew(schema int) error {
	return hint.New(hint.Say("The flow files need a newer nonmerci: they have format %d, and this one knows %d.", schema, Format),
		hint.Say("Update nonmerci, then run the command again."))
}

// unfit is the problem with a bundle in which one thing is wrong.
func unfit(f Finding) error {
	return hint.New(hint.Say("%s, line %d, column %d: %s", f.File, f.Line, f.Column, f.What), tellThem)
}

// add reads the next file. Its nodes are kept: phrases are large, and every
// service needs them.
func (b *Bundle) add(f file) error {
	r := newBuilder()
	if f.root = r.read(f.name, f.layer, f.data); len(r.findings) > 0 {
		return unfit(r.faults()[0])
	}
	if s := f.root.get("schema"); s != nil {
		if n, err := strconv.Atoi(s.text); err == nil && n > Format {
			return tooNew(n)
		}
	}
	revision := 0
	if n := f.root.get("revision"); n != nil && !n.quoted && revisionForm.MatchString(n.text) {
		revision, _ = strconv.Atoi(n.text)
	}
	if revision == 0 {
		return unfit(f.root.finding(hint.Say("A revision is a date and two digits more, as in 2026112301."), hint.Text{}))
	}
	b.files, b.revisions = append(b.files, f), append(b.revisions, revision)
	b.Revision = max(b.Revision, revision)
	return nil
}

// notBelow refuses a bundle with a file that is older than another bundle's.
func (b *Bundle) notBelow(other *Bundle) error {
	for i, name := range bundled() {
		if b.revisions[i] < other.revisions[i] {
			return hint.New(hint.Say("%s in it (revision %d) is older than the one in force (revision %d).", name, b.revisions[i], other.revisions[i]), getNewer)
		}
	}
	return nil
}

// of returns a service's flow file and the phrases.
func (b *Bundle) of(service string) (flow, phrases file) {
	return b.files[slices.Index(Services(), service)], b.files[len(b.files)-1]
}

func (b *Bundle) build(service string) (*Flow, []Finding) {
	flow, phrases := b.of(service)
	return build(service, []file{flow}, []file{phrases})
}

// same tells whether two bundles hold the same files, letter by letter.
func (b *Bundle) same(other *Bundle) bool {
	return slices.EqualFunc(b.files, other.files, func(x, y file) bool { return bytes.Equal(x.data, y.data) })
}

// format writes a bundle. The files come in the order of bundled.
func format(revision int, notes string, files [][]byte) []byte {
	a := &txtar.Archive{Comment: fmt.Appendf(nil, "nonmerci flows\nschema: %d\nrevision: %d\n\n%s", Format, revision, notes)}
	for i, name := range bundled() {
		a.Files = append(a.Files, txtar.File{Name: name, Data: files[i]})
	}
	return txtar.Format(a)
}
