package selectors

// This file looks inside the package: it makes bundles, which the program itself
// only reads.

import (
	"bytes"
	"crypto/rand"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"aead.dev/minisign"

	"github.com/nonmerci/nonmerci/internal/hint"
)

// publisher signs bundles.
type publisher struct {
	line string // its public key
	key  minisign.PrivateKey
}

func newPublisher(t testing.TB) publisher {
	t.Helper()
	public, key, err := minisign.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return publisher{public.String(), key}
}

// sign is what `minisign -S -t COMMENT` does.
func (p publisher) sign(data []byte, comment string) []byte {
	r := minisign.NewReader(bytes.NewReader(data))
	_, _ = io.Copy(io.Discard, r)
	return r.SignWithComments(p.key, comment, "signature from minisign secret key")
}

func named(revision int) string { return "nonmerci flows " + strconv.Itoa(revision) }

// builtInFiles are the files of the tree, in the order of a bundle.
func builtInFiles() (files [][]byte) {
	for _, f := range builtInBundle().files {
		files = append(files, f.data)
	}
	return files
}

// edited makes a bundle of the built-in files with this revision, in which each
// pair of edits replaces a text wherever it stands in them.
func edited(t testing.TB, revision int, edits ...string) []byte {
	t.Helper()
	files := builtInFiles()
	for i := range files {
		files[i] = revisionLine.ReplaceAll(files[i], fmt.Appendf(nil, "revision: %d", revision))
	}
	for pair := range slices.Chunk(edits, 2) {
		if !slices.ContainsFunc(files, func(f []byte) bool { return bytes.Contains(f, []byte(pair[0])) }) {
			t.Fatalf("%q stands nowhere", pair[0])
		}
		for i := range files {
			files[i] = bytes.ReplaceAll(files[i], []byte(pair[0]), []byte(pair[1]))
		}
	}
	return format(revision, "Made by a test.\n", files)
}

var revisionLine = regexp.MustCompile(`(?m)^revision: [0-9]+$`)

// take does what the command does with a bundle.
func take(dir string, data, signature []byte, publishers ...string) ([]News, error) {
	b, err := ReadBundle(data, signature, publishers)
	if err != nil {
		return nil, err
	}
	news, err := b.News(dir)
	if err != nil || news == nil {
		return nil, err
	}
	return news, b.Save(dir)
}

// inForceNow wants flows of a downloaded revision, or with 0 the built-in ones.
func inForceNow(t testing.TB, dir string, revision int) {
	t.Helper()
	for _, service := range Services() {
		flow, warnings, err := Load(dir, service)
		if err != nil || warnings != nil {
			t.Fatal(err, warnings)
		}
		source := Downloaded
		if revision == 0 {
			source = BuiltIn
		}
		if flow.Downloaded != revision || flow.Source != source || flow.Targets["send"].Source != source+"/"+service+".yaml" {
			t.Errorf("%s: %d from %s, %s; want %d", service, flow.Downloaded, flow.Source, flow.Targets["send"].Source, revision)
		}
	}
}

const (
	first  = 2097010101
	second = 2097010201
	third  = 2097010301
)

// TestUpdate: a bundle that either publisher signed takes the place of the built-in
// files, as a whole; the next one takes its place; and both can be undone.
func TestUpdate(t *testing.T) {
	now, next := newPublisher(t), newPublisher(t)
	keys := []string{now.line, next.line}
	dir := filepath.Join(t.TempDir(), "flows")
	one := edited(t, first, "  see-more:\n    is: [button, link]", "  more:\n    is: [button, link]", "see-more}", "more}")
	news, err := take(dir, one, now.sign(one, named(first)), keys...)
	if err != nil {
		t.Fatal(err)
	}
	inForceNow(t, dir, first)
	flow, _, _ := Load(dir, "instagram")
	if _, kept := flow.Targets["see-more"]; kept || flow.Targets["more"].Is == nil {
		t.Error("what the bundle left out is still there, or what is new in it is not")
	}
	want := "[{targets new [more]} {targets gone [see-more]} {routes changed [settings policy]}]"
	if got := fmt.Sprint(news[0].Entries); len(news) != 3 || news[0].Is != first || news[0].Was != builtInBundle().revisions[0] || got != want {
		t.Errorf("%+v\nwant %s", news, want)
	}

	two := edited(t, second, "{say: object, seen", "{say: say no, seen", "# 2025 (EU, CH), then 2024.", "# Comments count for nothing.")
	legacy := minisign.SignWithComments(next.key, two, named(second), "not prehashed, as minisign -l does")
	if news, err = take(dir, two, legacy, keys...); err != nil {
		t.Fatal(err)
	}
	inForceNow(t, dir, second)
	if got := fmt.Sprint(news[2].Entries); got != "[{phrases changed [object]}]" {
		t.Errorf("phrases: %s", got)
	}
	if news, err := take(dir, two, legacy, keys...); news != nil || err != nil {
		t.Errorf("the same once more: %v, %v", news, err)
	}
	for _, want := range []int{first, 0} {
		if got, found, err := Undo(dir); got != want || !found || err != nil {
			t.Errorf("undo: %d, %v, %v; want %d", got, found, err, want)
		}
		inForceNow(t, dir, want)
	}
	if got, found, err := Undo(dir); got != 0 || found || err != nil {
		t.Errorf("nothing to undo: %d, %v, %v", got, found, err)
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// TestBundleOfTheTree: a bundle of the files that the program has is nothing new.
// With -publish it makes the one that is given out, signed with a key of its own;
// with -signed as well it looks at one that a publisher has signed since (make
// flows).
func TestBundleOfTheTree(t *testing.T) {
	dir := *publish
	if dir == "" {
		dir = t.TempDir()
	}
	revision := builtInBundle().Revision
	data := format(revision, "The flow files of nonmerci. `nonmerci selectors update FILE` takes them over when\nthe signature stands beside this file, under its name with the ending .minisig.\n", builtInFiles())
	path, keys := filepath.Join(dir, "nonmerci.flows"), Publishers()
	if !*signed {
		p := newPublisher(t)
		keys = []string{p.line}
		write := func(name string, data []byte) {
			if err := os.WriteFile(name, data, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		write(path, data)
		write(path+SignatureEnding, p.sign(data, named(revision)))
	}
	written, err1 := os.ReadFile(path)
	signature, err2 := os.ReadFile(path + SignatureEnding)
	if err1 != nil || err2 != nil {
		t.Fatal(err1, err2)
	}
	if !bytes.Equal(written, data) {
		t.Fatalf("%s does not hold the files of the tree", path)
	}
	b, err := ReadBundle(written, signature, keys)
	if err != nil {
		t.Fatal(err)
	}
	if news, err := b.News(""); news != nil || err != nil {
		t.Errorf("%v, %v", news, err)
	}
}

var (
	publish = flag.String("publish", "", "TestBundleOfTheTree writes its bundle into this `folder`")
	signed  = flag.Bool("signed", false, "the bundle in that folder is signed: would the program take it?")
)

// TestPublishersKeys: a key that is filled in wrongly would keep everybody from
// updates.
func TestPublishersKeys(t *testing.T) {
	for _, line := range Publishers() {
		var key minisign.PublicKey
		if err := key.UnmarshalText([]byte(line)); err != nil || key.String() != line {
			t.Errorf("%q: %v", line, err)
		}
	}
	data := edited(t, first)
	p := newPublisher(t)
	_, err := ReadBundle(data, p.sign(data, named(first)), nil)
	wantKept(t, err, "knows no publisher")
}

// wantKept wants a problem that says what stayed as it was and what to do.
func wantKept(t testing.TB, err error, what string) {
	t.Helper()
	p, ok := hint.Of(err)
	if !ok || !strings.Contains(p.What.String(), what) || !strings.Contains(p.What.String(), "What was in force stays in force.") || p.Next.Format == "" {
		t.Errorf("%v\nwant %q", err, what)
	}
}
