package stamp

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"flag"
	"fmt"
	"io"
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
)

// authority is a time stamp authority of the test's own, on this computer.
type authority struct {
	t        testing.TB
	root     *x509.Certificate
	between  *x509.Certificate
	leaf     *x509.Certificate
	key      *ecdsa.PrivateKey
	now      time.Time
	serve    http.HandlerFunc // nil: as an authority should
	change   func(*timestamp.Timestamp)
	asked    [][]byte
	requests int
}

var (
	madeAt   = time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	stampAt  = time.Date(2021, 6, 1, 12, 0, 0, 0, time.UTC)
	expireAt = time.Date(2022, 1, 1, 0, 0, 0, 0, time.UTC) // the authorities over the one that signs: long before today
)

// purposes is the extension that names what a certificate is for.
func purposes(t testing.TB, critical bool, ids ...asn1.ObjectIdentifier) pkix.Extension {
	t.Helper()
	value, err := asn1.Marshal(ids)
	if err != nil {
		t.Fatal(err)
	}
	return pkix.Extension{Id: asn1.ObjectIdentifier{2, 5, 29, 37}, Critical: critical, Value: value}
}

var (
	stamping = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 3, 8}
	mailing  = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 3, 4}
	unheard  = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 99999, 1}
)

func newAuthority(t testing.TB, change func(leaf *x509.Certificate)) *authority {
	t.Helper()
	a := &authority{t: t, now: stampAt}
	sign := func(name string, ca bool, parent *x509.Certificate, parentKey *ecdsa.PrivateKey, change func(*x509.Certificate)) (*x509.Certificate, *ecdsa.PrivateKey) {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		serial, _ := rand.Int(rand.Reader, big.NewInt(1<<62))
		plan := &x509.Certificate{
			SerialNumber: serial, Subject: pkix.Name{CommonName: name, Organization: []string{"Stamps of a test"}},
			NotBefore: madeAt, NotAfter: expireAt, IsCA: ca, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature,
		}
		if ca {
			plan.KeyUsage = x509.KeyUsageCertSign
		}
		if change != nil {
			change(plan)
		}
		if parent == nil {
			parent, parentKey = plan, key
		}
		der, err := x509.CreateCertificate(rand.Reader, plan, parent, key.Public(), parentKey)
		if err != nil {
			t.Fatal(err)
		}
		c, err := x509.ParseCertificate(der)
		if err != nil {
			t.Fatal(err)
		}
		return c, key
	}
	var key *ecdsa.PrivateKey
	a.root, key = sign("root.example", true, nil, nil, nil)
	a.between, key = sign("between.example", true, a.root, key, nil)
	if change == nil {
		change = func(leaf *x509.Certificate) { leaf.ExtraExtensions = []pkix.Extension{purposes(t, true, stamping)} }
	}
	a.leaf, a.key = sign("stamps.example", false, a.between, key, func(leaf *x509.Certificate) {
		leaf.NotAfter = time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC) // the library that signs says when it did, and minds
		change(leaf)
	})
	return a
}

func (a *authority) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.requests++
	query, err := io.ReadAll(r.Body)
	if err != nil {
		a.t.Error(err)
	}
	a.asked = append(a.asked, query)
	if a.serve != nil {
		a.serve(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/timestamp-reply")
	_, _ = w.Write(a.answer(query))
}

func (a *authority) answer(query []byte) []byte {
	a.t.Helper()
	req, err := timestamp.ParseRequest(query)
	if err != nil {
		a.t.Error(err)
		return nil
	}
	s := timestamp.Timestamp{
		HashAlgorithm: req.HashAlgorithm, HashedMessage: req.HashedMessage, Nonce: req.Nonce, Time: a.now, Accuracy: time.Second,
		SerialNumber: big.NewInt(7), Policy: asn1.ObjectIdentifier{1, 2, 3, 4}, AddTSACertificate: true, Certificates: []*x509.Certificate{a.between},
	}
	if a.change != nil {
		a.change(&s)
	}
	b, err := s.CreateResponseWithOpts(a.leaf, a.key, crypto.SHA256)
	if err != nil {
		a.t.Error(err)
	}
	return b
}

func (a *authority) roots() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.root)
	return pool
}

var told = sha256.Sum256([]byte("the manifest of a record"))

func (a *authority) ask(ctx context.Context) (Answer, Stamp, error) {
	server := httptest.NewServer(a)
	defer server.Close()
	return Ask(ctx, server.URL+"/tsa", told, a.roots())
}

// TestAsk: the authority gets the digest and nothing else, and what it says is
// believed at the time that it says, although its chain is not valid any more.
func TestAsk(t *testing.T) {
	t.Parallel()
	a := newAuthority(t, nil)
	answer, s, err := a.ask(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	again, err := answer.Check(told)
	if err != nil || again != s {
		t.Errorf("read again: %+v, %v", again, err)
	}
	if !s.Time.Equal(stampAt) || s.Accuracy != time.Second || !strings.Contains(s.Authority, "stamps.example") || !strings.Contains(s.Root, "root.example") {
		t.Errorf("%+v", s)
	}
	if a.requests != 1 {
		t.Errorf("%d requests", a.requests)
	}
	req, err := timestamp.ParseRequest(a.asked[0])
	if err != nil || !bytes.Equal(req.HashedMessage, told[:]) || len(a.asked[0]) > 100 {
		t.Errorf("the authority was told %x, %v", a.asked[0], err)
	}
	if _, err := answer.Check(sha256.Sum256([]byte("another"))); !errors.Is(err, ErrInvalid) {
		t.Errorf("of another digest: %v", err)
	}
}

// TestAuthoritiesThatWillNotDo: whatever is wrong with the answer or with who
// gives it, there is no stamp.
func TestAuthoritiesThatWillNotDo(t *testing.T) {
	t.Parallel()
	with := func(ext ...pkix.Extension) func(*x509.Certificate) {
		return func(leaf *x509.Certificate) { leaf.ExtraExtensions = ext }
	}
	says := func(status int, kind, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", kind)
			w.WriteHeader(status)
			_, _ = io.WriteString(w, body)
		}
	}
	rejection, err := timestamp.CreateErrorResponse(timestamp.Rejection, timestamp.BadAlgorithm)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		leaf func(*x509.Certificate)
		act  func(*authority)
		want error
	}{
		{"not for stamping", with(purposes(t, true, mailing)), nil, ErrInvalid},
		{"for stamping, not critical", with(purposes(t, false, stamping)), nil, ErrInvalid},
		{"for more than stamping", with(purposes(t, true, stamping, mailing)), nil, ErrInvalid},
		{"for something unheard of", with(purposes(t, true, stamping, unheard)), nil, ErrInvalid},
		{"for whatever", with(), nil, ErrInvalid},
		{"an authority over others", func(leaf *x509.Certificate) {
			leaf.IsCA, leaf.ExtraExtensions = true, []pkix.Extension{purposes(t, true, stamping)}
		}, nil, ErrInvalid},
		{"not yet valid then", nil, func(a *authority) { a.now = madeAt.Add(-time.Hour) }, ErrUntraced},
		{"not valid any more then", nil, func(a *authority) { a.now = expireAt.Add(time.Hour) }, ErrUntraced},
		{"another nonce", nil, func(a *authority) { a.change = func(s *timestamp.Timestamp) { s.Nonce = big.NewInt(5) } }, ErrInvalid},
		{"no nonce", nil, func(a *authority) { a.change = func(s *timestamp.Timestamp) { s.Nonce = nil } }, ErrInvalid},
		{"another digest", nil, func(a *authority) {
			a.change = func(s *timestamp.Timestamp) { s.HashedMessage = bytes.Repeat([]byte{1}, 32) }
		}, ErrInvalid},
		{"another kind of digest", nil, func(a *authority) {
			a.change = func(s *timestamp.Timestamp) { s.HashAlgorithm, s.HashedMessage = crypto.SHA512, make([]byte, 64) }
		}, ErrInvalid},
		{"no certificates", nil, func(a *authority) { a.change = func(s *timestamp.Timestamp) { s.AddTSACertificate = false } }, ErrInvalid},
		{"a chain with a hole", nil, func(a *authority) { a.change = func(s *timestamp.Timestamp) { s.Certificates = nil } }, ErrUntraced},
		{"another root", nil, func(a *authority) { a.root = newAuthority(t, nil).root }, ErrUntraced},
		{"a key that is not the certificate's", nil, func(a *authority) { a.key = newAuthority(t, nil).key }, ErrRefused},
		{"no", nil, func(a *authority) { a.serve = says(200, "application/timestamp-reply", string(rejection)) }, ErrRefused},
		{"a page", nil, func(a *authority) { a.serve = says(200, "text/html", "<p>Hello") }, ErrRefused},
		{"an error", nil, func(a *authority) { a.serve = says(500, "application/timestamp-reply", "") }, ErrRefused},
		{"garbage", nil, func(a *authority) { a.serve = says(200, "application/timestamp-reply", "\x30\x80\x00") }, ErrRefused},
		{"an endless answer", nil, func(a *authority) {
			a.serve = says(200, "application/timestamp-reply", strings.Repeat("0", maxAnswer+1))
		}, ErrRefused},
		{"another address", nil, func(a *authority) {
			a.serve = func(w http.ResponseWriter, r *http.Request) {
				http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
			}
		}, ErrRefused},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := newAuthority(t, c.leaf)
			if c.act != nil {
				c.act(a)
			}
			answer, s, err := a.ask(t.Context())
			if !errors.Is(err, c.want) {
				t.Errorf("%v, want %v", err, c.want)
			}
			if s != (Stamp{}) || a.requests != 1 {
				t.Errorf("%+v, %+v after %d requests", s, answer, a.requests)
			}
		})
	}
}

func TestAddresses(t *testing.T) {
	t.Parallel()
	for address, good := range map[string]bool{
		"https://stamps.example/": true, "http://stamps.example:8080/tsa?policy=1": true,
		"": false, "stamps.example": false, "ftp://stamps.example": false, "https://": false, "https://anna:secret@stamps.example/": false, "file:///etc/passwd": false, "https://stamps.example/#x": false, "https://%zz": false,
	} {
		if err := CheckAddress(address); (err == nil) != good {
			t.Errorf("%q: %v", address, err)
		}
	}
	if _, _, err := Ask(t.Context(), "https://anna:secret@stamps.example/", told, nil); !errors.Is(err, ErrAddress) {
		t.Error(err)
	}
}

// TestAskEnds when the person stops waiting.
func TestAskEnds(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	a := newAuthority(t, nil)
	a.serve = func(_ http.ResponseWriter, r *http.Request) { cancel(); <-r.Context().Done() }
	if _, _, err := a.ask(ctx); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// TestNothingCanBeChanged flips a bit of every byte of the answer and of the
// chain: what is still taken says the same, or names another root. Nobody vouches
// for a root, so that its digest has to be looked at.
func TestNothingCanBeChanged(t *testing.T) {
	t.Parallel()
	a := newAuthority(t, nil)
	answer, s, err := a.ask(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	flips, same := 0, 0
	for _, part := range []*[]byte{&answer.Response, &answer.Chain} {
		whole := *part
		for i := range whole {
			*part = bytes.Clone(whole)
			(*part)[i] ^= 1 << (i % 8)
			flips++
			if got, err := answer.Check(told); err == nil && got.RootSHA256 == s.RootSHA256 {
				same++
				if got != s {
					t.Errorf("byte %d flipped, and it says %+v", i, got)
				}
			}
		}
		for n := range len(whole) {
			*part = whole[:n]
			if got, err := answer.Check(told); err == nil && got.RootSHA256 == s.RootSHA256 && got != s {
				t.Errorf("cut at %d, and it says %+v", n, got)
			}
		}
		*part = whole
	}
	t.Logf("%d flips, %d of them without meaning", flips, same)
	if same > flips/5 { // the answer brings certificates along that the chain holds, too
		t.Errorf("%d of %d flips are not noticed", same, flips)
	}
}

// TestOpenSSLAgrees: what is kept is enough for others to check it with.
func TestOpenSSLAgrees(t *testing.T) {
	t.Parallel()
	openssl, err := exec.LookPath("openssl")
	if err != nil {
		t.Skip("openssl is not installed; it is the second opinion")
	}
	a := newAuthority(t, nil)
	answer, _, err := a.ask(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for name, b := range map[string][]byte{"stamp.tsr": answer.Response, "chain.pem": answer.Chain} {
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	verify := func(digest [sha256.Size]byte) (string, error) {
		out, err := exec.Command(openssl, "ts", "-verify", "-digest", fmt.Sprintf("%x", digest), "-in", filepath.Join(dir, "stamp.tsr"),
			"-CAfile", filepath.Join(dir, "chain.pem"), "-attime", fmt.Sprint(stampAt.Unix())).CombinedOutput()
		return string(out), err
	}
	if out, err := verify(told); err != nil || !strings.Contains(out, "Verification: OK") {
		t.Errorf("%v: %s", err, out)
	}
	if out, err := verify(sha256.Sum256(nil)); err == nil {
		t.Errorf("openssl takes another digest: %s", out)
	}
}

var update = flag.Bool("update", false, "write testdata anew")

// kept is a stamp that was asked for once, and what it says.
func kept(t testing.TB) (Answer, Stamp) {
	t.Helper()
	if *update {
		answer, _, err := newAuthority(t, nil).ask(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		for name, b := range map[string][]byte{"stamp.tsr": answer.Response, "chain.pem": answer.Chain} {
			if err := os.WriteFile(filepath.Join("testdata", name), b, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	response, err := os.ReadFile(filepath.Join("testdata", "stamp.tsr"))
	if err != nil {
		t.Fatal(err)
	}
	chain, err := os.ReadFile(filepath.Join("testdata", "chain.pem"))
	if err != nil {
		t.Fatal(err)
	}
	answer := Answer{response, chain}
	s, err := answer.Check(told)
	if err != nil {
		t.Fatal(err)
	}
	return answer, s
}

// TestKept: what was kept stands up for ever.
func TestKept(t *testing.T) {
	if _, s := kept(t); !s.Time.Equal(stampAt) {
		t.Errorf("%+v", s)
	}
}

// FuzzCheck: whatever is read, nothing breaks, and a stamp on the word of a known
// root is the one that was given.
func FuzzCheck(f *testing.F) {
	answer, s := kept(f)
	f.Add(answer.Response, answer.Chain)
	f.Add([]byte{0x30, 0x80}, []byte("-----BEGIN CERTIFICATE-----\n"))
	f.Add(answer.Response, answer.Chain[bytes.LastIndex(answer.Chain, []byte("-----BEGIN")):])
	f.Fuzz(func(t *testing.T, response, chain []byte) {
		if got, err := (Answer{response, chain}).Check(told); err == nil && got.RootSHA256 == s.RootSHA256 && got != s {
			t.Errorf("%+v is believed", got)
		}
	})
}
