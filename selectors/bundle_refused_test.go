package selectors

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestUpdateRefuses: whatever is wrong with a bundle, the last good one stays in
// force, and the person is told what it was.
func TestUpdateRefuses(t *testing.T) {
	p, dir, _ := updated(t)
	files := builtInFiles()
	header := fmt.Sprintf("nonmerci flows\nschema: 1\nrevision: %d\n", third)
	swap := func(old, new string) []byte { // outside the files
		return bytes.Replace(edited(t, third), []byte(old), []byte(new), 1)
	}
	wrong := promisedWrong(t)
	const send = "    find:\n      - {type: submit, weight: 2}\n      - {name: \"@send\"}\n      - {text: \"@send\"}"
	for _, c := range []struct {
		name string
		data []byte
		what string
	}{
		{"older than the downloaded", edited(t, first), "are older than those in force"},
		{"older than the built-in", edited(t, 2026010101), "is older than the one in force"},
		{"one file older than the downloaded", edited(t, third, fmt.Sprintf("service: facebook\ntitle: Facebook\nrevision: %d", third), "service: facebook\ntitle: Facebook\nrevision: 2097010101"), "facebook.yaml in it (revision 2097010101) is older"},
		{"the same revision, other words", edited(t, second, "{say: object, seen", "{say: say no, seen"), "and say something else"},
		{"newer, by the head", swap("schema: 1", "schema: 2"), "need a newer nonmerci: they have format 2"},
		{"newer, by a file", edited(t, third, "\nschema: 1\nservice: facebook", "\nschema: 2\nservice: facebook\nnew-key: [x]"), "need a newer nonmerci: they have format 2"},

		{"empty", nil, "does not begin as"},
		{"another first line", swap("nonmerci flows\n", "nonmerci flow\n"), "does not begin as"},
		{"lines of Windows", bytes.ReplaceAll(edited(t, third), []byte("\n"), []byte("\r\n")), "does not begin as"},
		{"no head", edited(t, third)[len(header):], "does not begin as"},
		{"hidden in the notes", swap("Made by", "Made\u202e by"), "something is missing, or was added"},
		{"no UTF-8", swap("Made by", "Made\xff by"), "something is missing, or was added"},
		{"another spelling", swap("-- facebook.yaml --", "--   facebook.yaml --"), "something is missing, or was added"},
		{"head and files differ", swap(fmt.Sprintf("revision: %d", third), "revision: 2097010302"), "is not the highest of the files in it"},
		{"no revision", edited(t, third, fmt.Sprintf("title: Facebook\nrevision: %d", third), "title: Facebook"), "A revision is a date"},
		{"two files of one name", append(edited(t, third), "-- phrases.yaml --\nschema: 1\n"...), "and nothing else"},
		{"one more file", append(edited(t, third), "-- other.yaml --\nschema: 1\n"...), "and nothing else"},
		{"a file missing", swap("-- facebook.yaml --", "# facebook.yaml"), "and nothing else"},
		{"another order", format(third, "", [][]byte{files[1], files[0], files[2]}), "is not the highest"},
		{"a path", swap("-- facebook.yaml --", "-- ../facebook.yaml --"), "and nothing else"},
		{"huge", append(edited(t, third), bytes.Repeat([]byte("# much\n"), MaxBundle/7)...), "larger than flow files are"},
		{"a huge file", edited(t, third, "title: Facebook\n", "title: Facebook\n"+strings.Repeat("# much\n", maxBytes/7)), "larger than 256 kB"},
		{"no YAML", edited(t, third, "title: Facebook\n", "title: [\n"), "downloaded/facebook.yaml, line "},

		{"a foreign host", edited(t, third, "  - help.instagram.com\n", "  - help.instagram.com\n  - evil.example\n"), `"evil.example" is not a host that nonmerci visits`},
		{"an address elsewhere", edited(t, third, "home: \"https://www.instagram.com/\"", "home: \"https://evil.example/\""), "is not an address that nonmerci opens"},
		{"words in a flow", edited(t, third, "{name: \"@see-more\"}", "{name: \"See more\"}"), "The words of a page stand in phrases.yaml"},
		{"words of nowhere", edited(t, third, "{say: object, seen: \"guides in English, 2025\"}", "object"), "does not tell where it comes from"},
		{"an unknown key", edited(t, third, "title: Facebook\n", "title: Facebook\nscript: x\n"), `"script" is not known here`},

		{"Send is another target", edited(t, third, "\n  send:\n    is:", "\n  go:\n    is:", "{point: send}", "{point: go}", " send,", " go,", "[send,", "[go,", " send]", " go]"), `must stay "send"`},
		{"Send is pressed", edited(t, third, "- {press: see-more}", "- {press: send}"), "sends the form, and nonmerci never does that"},
		{"Send is unmarked", edited(t, third, "    commit: true\n", ""), `must stay "send"`},
		{"a wrong form forgotten", edited(t, third, "wrong-forms: [\""+wrong+"\", ", "wrong-forms: ["), wrong + " must stay in wrong-forms"},
		{"a wrong form is the right one", edited(t, third, "forms: [\"767264225370182\"", "forms: [\""+wrong+"\", \"767264225370182\"", "wrong-forms: [\""+wrong+"\", ", "wrong-forms: ["), wrong + " must stay in wrong-forms"},
		{"a phrase reads like Send", edited(t, third, "{say: object, seen", "{say: Submit, seen"), "reads like a button that sends something"},
		{"a phrase reads like Send in another language", edited(t, third, "{say: object, seen", "{say: Pošalji, seen"), "reads like a button that sends something"},
		{"Send gives its words away", edited(t, third, send, "    find:\n      - {type: submit, weight: 2}", "- {name: \"@object\"}", "- {label: \"@object\"}", "{say: object, seen", "{say: ubmi, seen"), `"ubmi" is too much like "Submit"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := take(dir, c.data, p.sign(c.data, named(revisionOf(c.data, third))), p.line)
			wantKept(t, err, c.what)
			inForceNow(t, dir, second)
		})
	}
}

// updated is a folder of flows with a bundle, of the second revision, that is loaded
// quickly.
func updated(t *testing.T) (p publisher, dir string, good []byte) {
	t.Helper()
	p, dir, good = newPublisher(t), t.TempDir(), smallBundle(t, second)
	if _, err := take(dir, good, p.sign(good, named(second)), newPublisher(t).line, p.line); err != nil {
		t.Fatal(err)
	}
	return p, dir, good
}

// TestUpdateRefusesSignatures: a bundle counts only with a publisher's signature of
// just this one.
func TestUpdateRefusesSignatures(t *testing.T) {
	p, dir, good := updated(t)
	stranger, next := newPublisher(t), smallBundle(t, third)
	for name, c := range map[string]struct {
		signature []byte
		what      string
	}{
		"a stranger's":               {stranger.sign(next, named(third)), "by somebody whom nonmerci does not know"},
		"none":                       {nil, "are not signed"},
		"no signature":               {[]byte("signed, yours truly\n"), "The signature cannot be read"},
		"of other files":             {p.sign(good, named(third)), "are not what was signed"},
		"that says another revision": {p.sign(next, named(second)), "is for other flow files (2097010201) than these (2097010301)"},
		"of something else":          {p.sign(next, "timestamp:1"), "something else than flow files"},
		"with more in its words":     {p.sign(next, named(third)+" "), "something else than flow files"},
		"with something behind":      {append(p.sign(next, named(third)), '\n'), "The signature cannot be read"},
		"huge":                       {bytes.Repeat([]byte("x"), MaxSignature+1), "larger than flow files are"},
		"in another spelling":        {respelt(t, p.sign(next, named(third))), "The signature cannot be read"},
		"with the words of another":  {withLine(p.sign(next, named(third)), 2, "trusted comment: "+named(second)), "are not what was signed"},
		"by a stranger, dressed up":  {dressed(t, stranger.sign(next, named(third)), p.sign(good, named(third))), "are not what was signed"},
		"prehashed, said not to be":  {relabelled(t, p.sign(next, named(third))), "are not what was signed"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := take(dir, next, c.signature, p.line, newPublisher(t).line)
			wantKept(t, err, c.what)
			inForceNow(t, dir, second)
		})
	}
}

// revisionOf is the revision at the top of a bundle, so that its signature says the
// same.
func revisionOf(data []byte, otherwise int) int {
	if m := bundleHead.FindSubmatch(data); m != nil {
		_, _ = fmt.Sscan(string(m[2]), &otherwise)
	}
	return otherwise
}

func promisedWrong(t *testing.T) string {
	t.Helper()
	flow, findings := promised("instagram")
	if flow == nil {
		t.Fatal(findings)
	}
	return flow.Wrong[0]
}

// withLine replaces one line of a signature.
func withLine(signature []byte, n int, line string) []byte {
	lines := strings.Split(string(signature), "\n")
	lines[n] = line
	return []byte(strings.Join(lines, "\n"))
}

// raw is the second line of a signature: algorithm, key, signature.
func raw(t *testing.T, signature []byte) []byte {
	t.Helper()
	b, err := base64.StdEncoding.DecodeString(strings.Split(string(signature), "\n")[1])
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// respelt has other letters for the same bytes.
func respelt(t *testing.T, signature []byte) []byte {
	t.Helper()
	line := []byte(strings.Split(string(signature), "\n")[1])
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	last := len(line) - 1
	for line[last] == '=' {
		last--
	}
	line[last] = letters[strings.IndexByte(letters, line[last])^1] // a bit that stands for nothing
	return withLine(signature, 1, string(line))
}

// dressed gives a signature the key number of another.
func dressed(t *testing.T, signature, like []byte) []byte {
	t.Helper()
	b := raw(t, signature)
	copy(b[2:10], raw(t, like)[2:10])
	return withLine(signature, 1, base64.StdEncoding.EncodeToString(b))
}

// relabelled says of a prehashed signature that it is not.
func relabelled(t *testing.T, signature []byte) []byte {
	t.Helper()
	b := raw(t, signature)
	b[1] ^= 'D' ^ 'd'
	return withLine(signature, 1, base64.StdEncoding.EncodeToString(b))
}

// TestUpdateAltered: no byte of a bundle can be another one, and no end of it can
// be missing; nor of its signature, but for the words that nobody signed.
func TestUpdateAltered(t *testing.T) {
	p := newPublisher(t)
	data := smallBundle(t, first)
	signature := p.sign(data, named(first))
	if _, err := ReadBundle(data, signature, []string{p.line}); err != nil {
		t.Fatal(err)
	}
	refused := func(what string, at int, data, signature []byte) {
		if _, err := ReadBundle(data, signature, []string{p.line}); err == nil {
			t.Errorf("%s at %d: taken", what, at)
		}
	}
	flipped := func(b []byte, at int, bit byte) []byte {
		b = slices.Clone(b)
		b[at] ^= bit
		return b
	}
	for at := range data {
		refused("altered", at, flipped(data, at, 1<<(at%8)), signature)
		refused("cut short", at, data[:at], signature)
	}
	signed := bytes.IndexByte(signature, '\n') + 1
	for at := range signature {
		for bit := range 8 {
			if changed := flipped(signature, at, 1<<bit); at >= signed || bytes.Count(changed, []byte("\n")) != 4 {
				refused("signature altered", at, data, changed)
			}
		}
		refused("signature cut short", at, data, signature[:at])
	}
	refused("longer", len(data), append(slices.Clone(data), '\n'), signature)
}

// TestDownloadedIsBroken: whatever became of the file in the folder, the built-in
// flow is there, and the person is told.
func TestDownloadedIsBroken(t *testing.T) {
	good, small := edited(t, first), smallBundle(t, first)
	for name, data := range map[string][]byte{
		"empty": nil, "cut short": good[:len(good)/2], "no text": []byte("\x00\xff"), "no flows": format(first, "", [][]byte{nil, nil, nil}),
		"by hand":  edited(t, first, "  - help.instagram.com\n", "  - help.instagram.com\n  - evil.example\n", "  - www.facebook.com\n", "  - www.facebook.com\n  - evil.example\n"),
		"no send":  edited(t, first, "    commit: true\n", ""),
		"newer":    bytes.Replace(good, []byte("schema: 1"), []byte("schema: 7"), 1),
		"too much": append(slices.Clone(good), bytes.Repeat([]byte("# x\n"), MaxBundle)...),
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, downloadedFile), data, 0o600); err != nil {
				t.Fatal(err)
			}
			for _, service := range Services() {
				flow, warnings, err := Load(dir, service)
				if err != nil || len(warnings) != 1 || flow.Source != BuiltIn || flow.Downloaded != 0 {
					t.Fatalf("%v %v", err, warnings)
				}
				if said := warnings[0].Error(); !strings.Contains(said, "cannot be used, so the built-in ones are used") || !strings.Contains(said, dir) {
					t.Error(said)
				}
			}
			p := newPublisher(t) // and it is replaced as if it were not there
			if _, err := take(dir, small, p.sign(small, named(first)), p.line); err != nil {
				t.Fatal(err)
			}
			inForceNow(t, dir, first)
			if _, err := os.Stat(filepath.Join(dir, downloadedFile+Former)); !os.IsNotExist(err) {
				t.Errorf("it was kept to go back to: %v", err)
			}
		})
	}
	dir := t.TempDir() // a folder of this name is not waited for, nor a file
	if err := os.Mkdir(filepath.Join(dir, downloadedFile), 0o700); err != nil {
		t.Fatal(err)
	}
	if flow, warnings, err := Load(dir, "facebook"); err != nil || len(warnings) != 1 || flow.Source != BuiltIn {
		t.Errorf("%v %v", warnings, err)
	}
}

// TestNewerProgram: what a newer nonmerci brings along counts more than what was
// downloaded before, service by service.
func TestNewerProgram(t *testing.T) {
	built := builtInBundle()
	for _, c := range []struct {
		name  string
		lower int // which file is older than the built-in one
		want  map[string]string
	}{
		{"facebook", 1, map[string]string{"instagram": Downloaded, "facebook": BuiltIn}},
		{"phrases", 2, map[string]string{"instagram": BuiltIn, "facebook": BuiltIn}},
	} {
		t.Run(c.name, func(t *testing.T) {
			files := builtInFiles()
			for i := range files {
				revision := first
				if i == c.lower {
					revision = built.revisions[i] - 1
				}
				files[i] = revisionLine.ReplaceAll(files[i], fmt.Appendf(nil, "revision: %d", revision))
			}
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, downloadedFile), format(first, "", files), 0o600); err != nil {
				t.Fatal(err)
			}
			for service, want := range c.want {
				if flow, warnings, err := Load(dir, service); err != nil || warnings != nil || flow.Source != want {
					t.Errorf("%s from %s, want %s (%v, %v)", service, flow.Source, want, warnings, err)
				}
			}
		})
	}
}

// TestOwnOverDownloaded: a person's own file lies over what was downloaded: it is
// loaded, linted, mended and imported into over that.
func TestOwnOverDownloaded(t *testing.T) {
	p, dir := newPublisher(t), t.TempDir()
	const head = "schema: 1\nservice: instagram\n"
	write := func(data string) {
		if err := os.WriteFile(filepath.Join(dir, "instagram.yaml"), []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(head + "targets: {mine: {is: [link], near: see-more, find: [{name: Mine}, {text: Mine}]}}\n")
	data := edited(t, first, "\n  see-more:\n    is:", "\n  more:\n    is:", "see-more}", "more}")
	if _, err := take(dir, data, p.sign(data, named(first)), p.line); err != nil {
		t.Fatal(err)
	}
	flow, warnings, err := Load(dir, "instagram")
	if err != nil || len(warnings) != 1 || !strings.Contains(warnings[0].Error(), `instagram.yaml:3:`) || flow.Source != Downloaded {
		t.Errorf("a file that does not fit any more: %v %v, from %s", warnings, err, flow.Source)
	}

	write(head + "targets:\n  mine: {is: [link], near: more, find: [{name: Mine}, {text: Mine}]}\n")
	own, err := OpenOwn(dir, "instagram")
	if err != nil {
		t.Fatal(err)
	}
	mended, err := own.Mend("object-link", link("No"))
	if err != nil {
		t.Fatal("mended over the built-in flow: ", err)
	}
	next, changes, err := mended.Import("theirs.yaml", []byte(head+"targets:\n  more: {is: [link], find: [{name: More}, {text: More}]}\n  see-more: {is: [link], find: [{name: M}, {text: M}]}\n"))
	if err != nil || fmt.Sprint(changes) != "[{targets more downloaded} {targets see-more }]" {
		t.Errorf("%v %v", changes, err)
	}
	if err := next.Save(own); err != nil {
		t.Fatal(err)
	}
	flow, warnings, err = Load(dir, "instagram")
	if err != nil || warnings != nil || flow.Source != own.Name || flow.Downloaded != first {
		t.Fatalf("%v %v, from %s", warnings, err, flow.Source)
	}
	if from := flow.Targets["object-link"].Source; from != own.Name {
		t.Errorf("the mended target is from %s", from)
	}
	if from := flow.Targets["email"].Source; from != Downloaded+"/instagram.yaml" {
		t.Errorf("the rest is from %s", from)
	}
	if now, err := next.Flow(); err != nil || now.Downloaded != first || now.Targets["more"].Source != own.Name {
		t.Errorf("%v", err)
	}
	if findings := Lint("mine.yaml", []byte(head+"targets: {mine: {is: [link], near: more, find: [{name: Mine}, {text: Mine}]}}\n")); len(findings) == 0 {
		t.Error("over the built-in flow there is no such target")
	}
}

// TestSaveFails: what cannot be written whole leaves all as it was.
func TestSaveFails(t *testing.T) {
	p, dir := newPublisher(t), t.TempDir()
	one, two := smallBundle(t, first), smallBundle(t, second)
	if _, err := take(dir, one, p.sign(one, named(first)), p.line); err != nil {
		t.Fatal(err)
	}
	b, err := ReadBundle(two, p.sign(two, named(second)), []string{p.line})
	if err != nil {
		t.Fatal(err)
	}
	before := listed(t, dir)
	if err := os.Mkdir(filepath.Join(dir, downloadedFile+SignatureEnding+Former), 0o700); err != nil {
		t.Fatal(err)
	}
	wantKept(t, b.Save(dir), "could not be written")
	if err := os.Remove(filepath.Join(dir, downloadedFile+SignatureEnding+Former)); err != nil {
		t.Fatal(err)
	}
	if after := listed(t, dir); !slices.Equal(before, after) {
		t.Errorf("left behind: %v, before %v", after, before)
	}
	inForceNow(t, dir, first)
	blocked := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(blocked, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	wantKept(t, b.Save(filepath.Join(blocked, "flows")), "could not be written")
}

func listed(t *testing.T, dir string) (names []string) {
	t.Helper()
	if err := fs.WalkDir(os.DirFS(dir), ".", func(path string, _ fs.DirEntry, err error) error {
		names = append(names, path)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return names
}
