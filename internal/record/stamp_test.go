package record

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"io"
	"io/fs"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/digitorus/timestamp"

	"github.com/nonmerci/nonmerci/internal/hint"
)

// authority answers as a time stamp authority does, on this computer.
func authority(t *testing.T) (address string, roots *x509.CertPool, asked *[][]byte) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	plan := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "root.example"}, NotBefore: time.Now().Add(-time.Hour),
		NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	leafPlan := &x509.Certificate{SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "stamps.example"}, NotBefore: plan.NotBefore, NotAfter: plan.NotAfter,
		// extendedKeyUsage, critical: id-kp-timeStamping and nothing else
		ExtraExtensions: []pkix.Extension{{Id: []int{2, 5, 29, 37}, Critical: true, Value: []byte{0x30, 0x0a, 0x06, 0x08, 0x2b, 6, 1, 5, 5, 7, 3, 8}}}}
	certificate := func(plan, parent *x509.Certificate) *x509.Certificate {
		der, err := x509.CreateCertificate(rand.Reader, plan, parent, key.Public(), key)
		if err != nil {
			t.Fatal(err)
		}
		c, err := x509.ParseCertificate(der)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	root := certificate(plan, plan)
	leaf := certificate(leafPlan, root)
	asked = new([][]byte)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		query, _ := io.ReadAll(r.Body)
		*asked = append(*asked, query)
		req, err := timestamp.ParseRequest(query)
		if err != nil {
			t.Error(err)
			return
		}
		s := timestamp.Timestamp{HashAlgorithm: req.HashAlgorithm, HashedMessage: req.HashedMessage, Nonce: req.Nonce, Time: time.Now(), SerialNumber: big.NewInt(7), Policy: []int{1, 2, 3}, AddTSACertificate: true}
		b, err := s.CreateResponseWithOpts(leaf, key, crypto.SHA256)
		if err != nil {
			t.Error(err)
		}
		w.Header().Set("Content-Type", "application/timestamp-reply")
		_, _ = w.Write(b)
	}))
	t.Cleanup(server.Close)
	roots = x509.NewCertPool()
	roots.AddCert(root)
	return server.URL, roots, asked
}

// TestStamp: the authority learns one digest; the record has the time from
// outside beside its seal, and is as verified as before.
func TestStamp(t *testing.T) {
	t.Parallel()
	address, roots, asked := authority(t)
	dir := sealed(t)
	got, err := Stamp(t.Context(), dir, address+"/tsa?policy=secret", roots)
	if err != nil {
		t.Fatal(err)
	}
	if got.Host != "127.0.0.1" || time.Since(got.Time) > time.Minute || !strings.Contains(got.Authority, "stamps.example") {
		t.Errorf("%+v", got)
	}
	if len(*asked) != 1 || bytes.Contains((*asked)[0], []byte("anna")) || len((*asked)[0]) > 100 {
		t.Errorf("the authority was told %q", *asked)
	}
	if verdict, findings, err := Verify(dir); verdict != Verified || len(findings) > 0 || err != nil {
		t.Errorf("%v %v %v", verdict, findings, err)
	}
	var problem *hint.Problem
	if _, err := Stamp(t.Context(), dir, address, roots); !errors.As(err, &problem) || len(*asked) != 1 {
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
	address, roots, asked := authority(t)
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
		{"altered", altered, address, roots, 0},
		{"not sealed", open.Dir(), address, roots, 0},
		{"a password", whole, "https://anna:x@stamps.example", roots, 0},
		{"no record", t.TempDir(), address, roots, 0},
		{"not known here", whole, address, x509.NewCertPool(), 1},
		{"nobody there", whole, "http://127.0.0.1:1/", roots, 0},
	} {
		was := len(*asked)
		var problem *hint.Problem
		if _, err := Stamp(t.Context(), c.dir, c.address, c.roots); !errors.As(err, &problem) || problem.Next.Format == "" {
			t.Errorf("%s: %v", c.name, err)
		}
		if len(*asked)-was != c.asked {
			t.Errorf("%s: %d requests", c.name, len(*asked)-was)
		}
	}
	if after := listing(t, whole); after != before {
		t.Errorf("the record was\n%s and is\n%s", before, after)
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
	address, roots, _ := authority(t)
	dir := sealed(t)
	if _, err := Stamp(t.Context(), dir, address, roots); err != nil {
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
	address, roots, _ := authority(t)
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
		_, err := stampWith(context.Background(), dir, address, roots, d, time.Now)
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
