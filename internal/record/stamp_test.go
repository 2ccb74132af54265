package record

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"io/fs"
	"maps"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nonmerci/nonmerci/internal/authority"
	"github.com/nonmerci/nonmerci/internal/hint"
	"github.com/nonmerci/nonmerci/internal/stamp"
)

// runAuthority runs a time stamp authority on this computer.
func runAuthority(t testing.TB) (address string, a *authority.Authority) {
	t.Helper()
	a, err := authority.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(a)
	t.Cleanup(server.Close)
	return server.URL, a
}

// TestStamp: the authority learns one digest; the record has the time from
// outside beside its seal, and is as verified as before.
func TestStamp(t *testing.T) {
	t.Parallel()
	address, a := runAuthority(t)
	dir := sealed(t)
	got, err := Stamp(t.Context(), dir, address+"/tsa?policy=secret", a.Roots())
	if err != nil {
		t.Fatal(err)
	}
	if got.Host != "127.0.0.1" || !got.Time.Equal(authority.StampAt) || !strings.Contains(got.Authority, "stamps.example") {
		t.Errorf("%+v", got)
	}
	if len(a.Asked()) != 1 || bytes.Contains(a.Asked()[0], []byte("anna")) || len(a.Asked()[0]) > 100 {
		t.Errorf("the authority was told %q", a.Asked())
	}
	if verdict, findings, err := Verify(dir); verdict != Verified || len(findings) > 0 || err != nil {
		t.Errorf("%v %v %v", verdict, findings, err)
	}
	var problem *hint.Problem
	if _, err := Stamp(t.Context(), dir, address, a.Roots()); !errors.As(err, &problem) || len(a.Asked()) != 1 {
		t.Errorf("a second one: %v", err)
	}
	for _, name := range stampFiles() {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v %v", name, info, err)
		}
		b, _ := os.ReadFile(filepath.Join(dir, name))
		if bytes.Contains(b, []byte("secret")) || bytes.Contains(b, []byte("canary")) {
			t.Errorf("%s holds something private", name)
		}
	}
	if sum, err := exec.LookPath("sha256sum"); err == nil {
		cmd := exec.Command(sum, "-c", manifestFile)
		cmd.Dir = filepath.Join(dir, timeDir)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%v %s", err, out)
		}
	}
}

// TestNoStamp: a record that is not whole gets none, and an authority that nobody
// knows leaves the record as it was.
func TestNoStamp(t *testing.T) {
	t.Parallel()
	address, a := runAuthority(t)
	whole := sealed(t)
	altered := sealed(t)
	if err := os.WriteFile(filepath.Join(altered, "more.txt"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	open, err := create(t.TempDir(), meta(), newDisk())
	if err != nil {
		t.Fatal(err)
	}
	before := listing(t, whole)
	for _, c := range []struct {
		name, dir, address string
		roots              *x509.CertPool
		asked              int
	}{
		{"altered", altered, address, a.Roots(), 0},
		{"not sealed", open.Dir(), address, a.Roots(), 0},
		{"a password", whole, "https://anna:x@stamps.example", a.Roots(), 0},
		{"no record", t.TempDir(), address, a.Roots(), 0},
		{"not known here", whole, address, x509.NewCertPool(), 1},
		{"nobody there", whole, "http://127.0.0.1:1/", a.Roots(), 0},
	} {
		was := len(a.Asked())
		var problem *hint.Problem
		if _, err := Stamp(t.Context(), c.dir, c.address, c.roots); !errors.As(err, &problem) || problem.Next.Format == "" {
			t.Errorf("%s: %v", c.name, err)
		}
		if len(a.Asked())-was != c.asked {
			t.Errorf("%s: %d requests", c.name, len(a.Asked())-was)
		}
	}
	if after := listing(t, whole); after != before {
		t.Errorf("the record was\n%s and is\n%s", before, after)
	}
}

// TestAStampGoesWithTheExport: a stranger finds it there, is told how to check it
// with OpenSSL, and what its word is worth.
func TestAStampGoesWithTheExport(t *testing.T) {
	t.Parallel()
	address, a := runAuthority(t)
	dir := sealed(t)
	s, err := Stamp(t.Context(), dir, address, a.Roots())
	if err != nil {
		t.Fatal(err)
	}
	share, files := shared(t, dir, ExportOptions{PDF: func([]byte) ([]byte, error) { return nil, errors.New("no browser") }})
	checked, err := Check(share.File)
	if err != nil || checked.Verdict != Verified {
		t.Fatalf("%+v %v", checked, err)
	}
	for _, l := range checked.Layers {
		if l.Name == Time && (l.Result != "ok" || !strings.Contains(string(l.Proves.In("en")), s.when())) {
			t.Errorf("%+v", l)
		}
	}
	for _, name := range []string{verifyFile, reportFile} {
		if !bytes.Contains(files[name], []byte(s.when())) || bytes.Contains(files[name], []byte("nobody compared")) {
			t.Errorf("%s does not tell of the time stamp as it is", name)
		}
	}
	folder := t.TempDir()
	for name, b := range files {
		write(t, folder, name, b)
	}
	out := func(name string, args ...string) string {
		cmd := exec.Command(name, args...)
		cmd.Dir = folder
		b, _ := cmd.CombinedOutput()
		return string(b)
	}
	_, line, _ := strings.Cut(string(files[verifyFile]), "openssl ")
	line, _, _ = strings.Cut(line, "\n")
	// Who takes the stamp out and makes the seal anew still says that there was one.
	changed := maps.Clone(files)
	for _, name := range stampFiles() {
		delete(changed, name)
	}
	if got := judge(resealed(changed)); got != Altered {
		t.Errorf("without its stamp, sealed anew: %v", got)
	}
	changed = maps.Clone(files)
	changed[redactionsFile] = bytes.Replace(files[redactionsFile], []byte(`"stamped": true`), []byte(`"stamped": false`), 1)
	if got := judge(resealed(changed)); got != Altered {
		t.Errorf("with a stamp of which it does not tell: %v", got)
	}
	if _, err := exec.LookPath("openssl"); err != nil {
		t.Skip("the rest needs openssl, to see that the command of VERIFY.txt is right")
	}
	if got := out("openssl", strings.Fields(line)...); !strings.Contains(got, "Verification: OK") {
		t.Errorf("openssl %s: %s", line, got)
	}
	write(t, folder, originalFile, []byte("something else\n"))
	if got := out("openssl", strings.Fields(line)...); !strings.Contains(got, "Verification: FAILED") {
		t.Errorf("of something else: %s", got)
	}
}

// listing is what lies in a folder.
func listing(t *testing.T, dir string) string {
	t.Helper()
	var b strings.Builder
	err := filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		b.WriteString(path + "\n")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestStampedRecordsNoticeChanges flips a bit of the bytes of the stamp's files (of
// every one with -full), takes each file away and adds one.
func TestStampedRecordsNoticeChanges(t *testing.T) {
	t.Parallel()
	address, a := runAuthority(t)
	dir := sealed(t)
	if _, err := Stamp(t.Context(), dir, address, a.Roots()); err != nil {
		t.Fatal(err)
	}
	flips, missed := 0, 0
	bad := func(what string) {
		t.Helper()
		if verdict, _, err := Verify(dir); verdict == Verified || err != nil {
			missed++
			t.Errorf("%s: %v %v", what, verdict, err)
		}
	}
	for _, name := range stampFiles() {
		path := filepath.Join(dir, name)
		whole, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		step := 29
		if *full {
			step = 1
		}
		for i := 0; i < len(whole); i += step {
			changed := bytes.Clone(whole)
			changed[i] ^= 1 << (i % 8)
			if err := os.WriteFile(path, changed, 0o600); err != nil {
				t.Fatal(err)
			}
			flips++
			bad(name)
		}
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		bad(name + " taken away")
		if err := os.WriteFile(path, whole, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, timeDir, "more.txt"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	bad("a file added")
	t.Logf("%d flips, %d not noticed", flips, missed)
}

// TestStampOnAFullDisk: the folder with the stamp is whole or absent, whenever the
// disk is full or the program is killed.
func TestStampOnAFullDisk(t *testing.T) {
	t.Parallel()
	address, a := runAuthority(t)
	dir := sealed(t)
	for n := 0; ; n++ {
		d, writes := newDisk(), 0
		d.write = func(f *os.File, b []byte) (int, error) {
			if writes++; writes > n {
				half, _ := f.Write(b[:len(b)/2])
				return half, errors.New("no space left on device")
			}
			return f.Write(b)
		}
		_, err := stampWith(context.Background(), dir, address, a.Roots(), d, time.Now)
		if verdict, findings, verr := Verify(dir); verdict != Verified || verr != nil {
			t.Fatalf("after %d writes: %v %v %v", n, verdict, findings, verr)
		}
		f, rerr := readFolder(dir)
		if rerr != nil || f.stamped() != (err == nil) {
			t.Fatalf("after %d writes: %v, stamped %v", n, err, f.stamped())
		}
		if err == nil {
			if n != len(stampFiles()) {
				t.Errorf("%d writes", n)
			}
			return
		}
	}
}

// TestTwoStampsAtOnce lets a second run ask and file at every step of the first:
// one of them has filed its stamp, and whoever comes too late leaves all as it is.
func TestTwoStampsAtOnce(t *testing.T) {
	t.Parallel()
	address, a := runAuthority(t)
	for at := 1; ; at++ {
		dir, err := run(t, t.TempDir(), fullAfter(1<<30))
		if err != nil {
			t.Fatal(err)
		}
		d, steps, second := fullAfter(1<<30), 0, error(nil)
		d.step = func() {
			if steps++; steps == at {
				_, second = stampWith(t.Context(), dir, address, a.Roots(), fullAfter(1<<30), time.Now)
			}
		}
		_, first := stampWith(t.Context(), dir, address, a.Roots(), d, time.Now)
		if steps < at {
			if at < 10 {
				t.Errorf("only %d steps", at)
			}
			return
		}
		mustVerify(t, dir, Verified)
		late := first
		if first == nil {
			late = second
		}
		if p, told := hint.Of(late); (first == nil) == (second == nil) || !told || !strings.Contains(p.What.String(), "has a time stamp already") {
			t.Errorf("at step %d: the first got %v, the second %v", at, first, second)
		}
		if left := listing(t, dir); strings.Contains(left, partPrefix) {
			t.Errorf("at step %d this is left:\n%s", at, left)
		}
	}
}

// TestEarlyStamps: a stamp of before the end of the run that it is about, by what
// the computer's clock said.
func TestEarlyStamps(t *testing.T) {
	t.Parallel()
	address, a := runAuthority(t)
	for _, tt := range []struct {
		by   time.Duration
		kept bool // where the authority is asked
		want Verdict
		says string
	}{
		{-time.Hour, true, Verified, ""},
		{20 * time.Hour, true, Verified, ""},
		{2 * 24 * time.Hour, true, Verified, "one of the two clocks was wrong"},
		{500 * 24 * time.Hour, false, Altered, "more than a year before"},
	} {
		m, now := meta(), authority.StampAt.Add(tt.by)
		m.Clock = func() time.Time { return now }
		dir, err := runWith(t, t.TempDir(), m, fullAfter(1<<30))
		if err != nil {
			t.Fatal(err)
		}
		before := listing(t, dir)
		if _, err := Stamp(t.Context(), dir, address, a.Roots()); (err == nil) != tt.kept {
			t.Errorf("by %s: %v", tt.by, err)
		} else if p, told := hint.Of(err); err != nil && (!told || p.Next.Format == "" || listing(t, dir) != before) {
			t.Errorf("by %s: %v", tt.by, err)
		}
		if !tt.kept { // somebody else files it
			f, err := readFolder(dir)
			if err != nil {
				t.Fatal(err)
			}
			answer, s, err := stamp.Ask(t.Context(), address, sha256.Sum256(f.manifest), a.Roots())
			if err != nil {
				t.Fatal(err)
			}
			if err := f.file(newDisk(), answer, stampedBy(s, now, "stamps.example")); err != nil {
				t.Fatal(err)
			}
		}
		findings := mustVerify(t, dir, tt.want)
		if (len(findings) > 0) != (tt.says != "") || len(findings) > 0 && (findings[0].Layer != Time || !strings.Contains(findings[0].What.String(), tt.says)) {
			t.Errorf("by %s: %v", tt.by, findings)
		}
	}
}

// TestNamesOfAnAuthority come from whoever made the certificate. No terminal obeys
// them, and nobody is told that somebody has checked them.
func TestNamesOfAnAuthority(t *testing.T) {
	t.Parallel()
	a, err := authority.New(func(leaf *x509.Certificate) { leaf.Subject.CommonName = "Well known\x1b[2J\nverified\u202e\u009b2K" })
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(a)
	t.Cleanup(server.Close)
	dir := sealed(t)
	s, err := Stamp(t.Context(), dir, server.URL, a.Roots())
	if err != nil || !strings.Contains(s.Authority, "Well known [2J verified 2K") {
		t.Errorf("%q, %v", s.Authority, err)
	}
	c, err := Check(dir)
	if err != nil || c.Verdict != Verified {
		t.Fatalf("%+v, %v", c, err)
	}
	_, files := shared(t, dir, ExportOptions{})
	said := string(files[verifyFile]) + string(files[reportFile]) + read(t, dir, stampAbout)
	for _, l := range c.Layers {
		for _, lang := range []string{"en", "fr"} {
			said += l.Proves.In(lang) + l.Not.In(lang)
		}
		if l.Name == Time && (!strings.Contains(l.Proves.String(), "Well known") || !strings.Contains(l.Proves.String(), "a name that anybody can give themselves") || !strings.Contains(l.Not.String(), "with no list")) {
			t.Errorf("%s %s", l.Proves, l.Not)
		}
	}
	if i := strings.IndexAny(said, "\x1b\u009b\u202e"); i >= 0 {
		t.Errorf("a control character reaches people: %q", said[max(0, i-40):i+10])
	}
}

// TestAStampHasOneSpelling: nothing can be told along with it.
func TestAStampHasOneSpelling(t *testing.T) {
	t.Parallel()
	address, a := runAuthority(t)
	dir := sealed(t)
	if _, err := Stamp(t.Context(), dir, address, a.Roots()); err != nil {
		t.Fatal(err)
	}
	for how, tt := range map[string]struct{ file, old, with string }{
		"a key twice":         {stampAbout, `"schema": 1,`, `"schema": 1, "schema": 1,`},
		"a key in capitals":   {stampAbout, `"schema": 1,`, `"Host": "stamps.example", "schema": 1,`},
		"an unknown key":      {stampAbout, `"schema": 1,`, `"schema": 1, "note": "checked",`},
		"another order":       {stampAbout, "{\n", "{\n\n"},
		"a control character": {stampAbout, `"host": "127`, `"host": "\u001b127`},
		"a text":              {stampChain, "-----BEGIN", "Checked by nonmerci\n-----BEGIN"},
		"a text at the end":   {stampChain, "", "Checked by nonmerci\n"},
		"a header":            {stampChain, "CERTIFICATE-----\n", "CERTIFICATE-----\nNote: checked\n\n"},
		"bytes after it":      {stampAnswer, "", "checked"},
	} {
		whole := read(t, dir, tt.file)
		changed := whole + tt.with
		if tt.old != "" {
			changed = strings.Replace(whole, tt.old, tt.with, 1)
		}
		if changed == whole {
			t.Fatalf("%s: nothing was changed", how)
		}
		write(t, dir, tt.file, []byte(changed))
		sealAnew := func() {
			files := map[string][]byte{}
			for _, name := range stampFiles() {
				files[name] = []byte(read(t, dir, name))
			}
			write(t, dir, stampSeal, sealStamp(files))
		}
		sealAnew()
		mustVerifyLayer(t, how, dir, Time)
		write(t, dir, tt.file, []byte(whole))
		sealAnew()
	}
	mustVerify(t, dir, Verified)
}

// mustVerifyLayer wants a record to be altered, and why.
func mustVerifyLayer(t *testing.T, what, dir string, want LayerName) {
	t.Helper()
	c, err := Check(dir)
	if err != nil || c.Verdict != Altered || !strings.Contains(results(c), string(want)+" bad") {
		t.Errorf("%s: %v, %s, %v", what, c.Verdict, results(c), err)
	}
}
