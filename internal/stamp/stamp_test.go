package stamp

import (
	"bytes"
	"context"
	"crypto"
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

	"github.com/nonmerci/nonmerci/internal/authority"
)

var (
	mailing = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 3, 4}
	unheard = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 99999, 1}
)

func newAuthority(t testing.TB, change func(leaf *x509.Certificate)) *authority.Authority {
	t.Helper()
	a, err := authority.New(change)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

var told = sha256.Sum256([]byte("the manifest of a record"))

func ask(ctx context.Context, a *authority.Authority) (Answer, Stamp, error) {
	server := httptest.NewServer(a)
	defer server.Close()
	return Ask(ctx, server.URL+"/tsa", told, a.Roots())
}

// TestAsk: the authority gets the digest and nothing else, and what it says is
// believed at the time that it says, although its chain is not valid any more.
func TestAsk(t *testing.T) {
	t.Parallel()
	a := newAuthority(t, nil)
	answer, s, err := ask(t.Context(), a)
	if err != nil {
		t.Fatal(err)
	}
	again, err := answer.Check(told)
	if err != nil || again != s {
		t.Errorf("read again: %+v, %v", again, err)
	}
	if !s.Time.Equal(authority.StampAt) || s.Accuracy != time.Second || !strings.Contains(s.Authority, "stamps.example") || !strings.Contains(s.Root, "root.example") {
		t.Errorf("%+v", s)
	}
	if len(a.Asked()) != 1 {
		t.Errorf("%d requests", len(a.Asked()))
	}
	req, err := timestamp.ParseRequest(a.Asked()[0])
	if err != nil || !bytes.Equal(req.HashedMessage, told[:]) || len(a.Asked()[0]) > 100 {
		t.Errorf("the authority was told %x, %v", a.Asked()[0], err)
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
		act  func(*authority.Authority)
		want error
	}{
		{"not for stamping", with(authority.Purposes(true, mailing)), nil, ErrInvalid},
		{"for stamping, not critical", with(authority.Purposes(false, authority.Stamping)), nil, ErrInvalid},
		{"for more than stamping", with(authority.Purposes(true, authority.Stamping, mailing)), nil, ErrInvalid},
		{"for something unheard of", with(authority.Purposes(true, authority.Stamping, unheard)), nil, ErrInvalid},
		{"for whatever", with(), nil, ErrInvalid},
		{"an authority over others", func(leaf *x509.Certificate) {
			leaf.IsCA, leaf.ExtraExtensions = true, []pkix.Extension{authority.Purposes(true, authority.Stamping)}
		}, nil, ErrInvalid},
		{"not yet valid then", nil, func(a *authority.Authority) { a.Now = authority.MadeAt.Add(-time.Hour) }, ErrUntraced},
		{"not valid any more then", nil, func(a *authority.Authority) { a.Now = authority.ExpireAt.Add(time.Hour) }, ErrUntraced},
		{"another nonce", nil, func(a *authority.Authority) { a.Change = func(s *timestamp.Timestamp) { s.Nonce = big.NewInt(5) } }, ErrInvalid},
		{"no nonce", nil, func(a *authority.Authority) { a.Change = func(s *timestamp.Timestamp) { s.Nonce = nil } }, ErrInvalid},
		{"another digest", nil, func(a *authority.Authority) {
			a.Change = func(s *timestamp.Timestamp) { s.HashedMessage = bytes.Repeat([]byte{1}, 32) }
		}, ErrInvalid},
		{"another kind of digest", nil, func(a *authority.Authority) {
			a.Change = func(s *timestamp.Timestamp) { s.HashAlgorithm, s.HashedMessage = crypto.SHA512, make([]byte, 64) }
		}, ErrInvalid},
		{"no certificates", nil, func(a *authority.Authority) { a.Change = func(s *timestamp.Timestamp) { s.AddTSACertificate = false } }, ErrInvalid},
		{"a chain with a hole", nil, func(a *authority.Authority) { a.Change = func(s *timestamp.Timestamp) { s.Certificates = nil } }, ErrUntraced},
		{"another root", nil, func(a *authority.Authority) { a.Root = newAuthority(t, nil).Root }, ErrUntraced},
		{"a key that is not the certificate's", nil, func(a *authority.Authority) { a.Key = newAuthority(t, nil).Key }, ErrRefused},
		{"no", nil, func(a *authority.Authority) { a.Serve = says(200, "application/timestamp-reply", string(rejection)) }, ErrRefused},
		{"a page", nil, func(a *authority.Authority) { a.Serve = says(200, "text/html", "<p>Hello") }, ErrRefused},
		{"an error", nil, func(a *authority.Authority) { a.Serve = says(500, "application/timestamp-reply", "") }, ErrRefused},
		{"garbage", nil, func(a *authority.Authority) { a.Serve = says(200, "application/timestamp-reply", "\x30\x80\x00") }, ErrRefused},
		{"an endless answer", nil, func(a *authority.Authority) {
			a.Serve = says(200, "application/timestamp-reply", strings.Repeat("0", maxAnswer+1))
		}, ErrRefused},
		{"another address", nil, func(a *authority.Authority) {
			a.Serve = func(w http.ResponseWriter, r *http.Request) {
				http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
			}
		}, ErrRefused},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := newAuthority(t, c.leaf)
			if c.act != nil {
				c.act(a)
			}
			answer, s, err := ask(t.Context(), a)
			if !errors.Is(err, c.want) {
				t.Errorf("%v, want %v", err, c.want)
			}
			if s != (Stamp{}) || len(a.Asked()) != 1 {
				t.Errorf("%+v, %+v after %d requests", s, answer, len(a.Asked()))
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
	a.Serve = func(_ http.ResponseWriter, r *http.Request) { cancel(); <-r.Context().Done() }
	if _, _, err := ask(ctx, a); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// TestNothingCanBeChanged flips a bit of every byte of the answer and of the
// chain: what is still taken says the same, or names another root. Nobody vouches
// for a root, so that its digest has to be looked at.
func TestNothingCanBeChanged(t *testing.T) {
	t.Parallel()
	a := newAuthority(t, nil)
	answer, s, err := ask(t.Context(), a)
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
	answer, _, err := ask(t.Context(), a)
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
			"-CAfile", filepath.Join(dir, "chain.pem"), "-attime", fmt.Sprint(authority.StampAt.Unix())).CombinedOutput()
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
		answer, _, err := ask(context.Background(), newAuthority(t, nil))
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
	if _, s := kept(t); !s.Time.Equal(authority.StampAt) {
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
