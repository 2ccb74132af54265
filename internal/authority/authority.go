// Package authority is a time stamp authority (RFC 3161) without a network, for
// the tests of those that ask one. Only tests import it.
//
// Its certificates are good from [MadeAt] to [ExpireAt], which is a long time
// off, and it stamps at [StampAt]: who checks a stamp at another time than its own
// finds nothing good, and no record of a test is made after its stamp.
package authority

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"io"
	"math/big"
	"net/http"
	"sync"
	"time"

	"github.com/digitorus/timestamp"
)

// The times of an authority, as long as nobody changes them.
var (
	MadeAt   = time.Date(2097, 1, 1, 0, 0, 0, 0, time.UTC)
	StampAt  = time.Date(2098, 6, 1, 12, 0, 0, 0, time.UTC)
	ExpireAt = time.Date(2099, 1, 1, 0, 0, 0, 0, time.UTC)
)

// Stamping is the purpose of a certificate that stamps times: id-kp-timeStamping.
var Stamping = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 3, 8}

// Purposes is the extension that names what a certificate is for.
func Purposes(critical bool, ids ...asn1.ObjectIdentifier) pkix.Extension {
	value, _ := asn1.Marshal(ids) // an extension without a value stamps nothing, and a test sees that
	return pkix.Extension{Id: asn1.ObjectIdentifier{2, 5, 29, 37}, Critical: critical, Value: value}
}

// Authority answers as a time stamp authority does. What is exported may be
// changed before it is asked.
type Authority struct {
	Root, Between, Leaf *x509.Certificate
	Key                 *ecdsa.PrivateKey // of Leaf
	Now                 time.Time
	Serve               http.HandlerFunc           // what it does instead of answering
	Change              func(*timestamp.Timestamp) // of an answer, before it is signed

	mu    sync.Mutex
	asked [][]byte
}

// New makes one. The certificate that signs can be another than such a one should
// be.
func New(change func(leaf *x509.Certificate)) (*Authority, error) {
	a := &Authority{Now: StampAt}
	var err error
	var keys [2]*ecdsa.PrivateKey
	if a.Root, keys[0], err = sign("root.example", nil, nil, nil); err != nil {
		return nil, err
	}
	if a.Between, keys[1], err = sign("between.example", a.Root, keys[0], nil); err != nil {
		return nil, err
	}
	a.Leaf, a.Key, err = sign("stamps.example", a.Between, keys[1], func(leaf *x509.Certificate) {
		leaf.IsCA, leaf.KeyUsage = false, x509.KeyUsageDigitalSignature
		leaf.NotBefore = time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC) // the library that signs says when it did, and minds
		leaf.ExtraExtensions = []pkix.Extension{Purposes(true, Stamping)}
		if change != nil {
			change(leaf)
		}
	})
	return a, err
}

// sign makes a certificate and its key; without a parent it is a root.
func sign(name string, parent *x509.Certificate, parentKey *ecdsa.PrivateKey, change func(*x509.Certificate)) (*x509.Certificate, *ecdsa.PrivateKey, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	serial, err := rand.Int(rand.Reader, big.NewInt(1<<62))
	if err != nil {
		return nil, nil, err
	}
	plan := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: name, Organization: []string{"Stamps of a test"}},
		NotBefore: MadeAt, NotAfter: ExpireAt, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	if change != nil {
		change(plan)
	}
	if parent == nil {
		parent, parentKey = plan, key
	}
	der, err := x509.CreateCertificate(rand.Reader, plan, parent, key.Public(), parentKey)
	if err != nil {
		return nil, nil, err
	}
	c, err := x509.ParseCertificate(der)
	return c, key, err
}

// ServeHTTP answers a query.
func (a *Authority) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	query, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	a.mu.Lock()
	a.asked = append(a.asked, query)
	a.mu.Unlock()
	if a.Serve != nil {
		a.Serve(w, r)
		return
	}
	answer, err := a.answer(query)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/timestamp-reply")
	_, _ = w.Write(answer)
}

func (a *Authority) answer(query []byte) ([]byte, error) {
	req, err := timestamp.ParseRequest(query)
	if err != nil {
		return nil, err
	}
	s := timestamp.Timestamp{
		HashAlgorithm: req.HashAlgorithm, HashedMessage: req.HashedMessage, Nonce: req.Nonce, Time: a.Now, Accuracy: time.Second,
		SerialNumber: big.NewInt(7), Policy: asn1.ObjectIdentifier{1, 2, 3, 4}, AddTSACertificate: true, Certificates: []*x509.Certificate{a.Between},
	}
	if a.Change != nil {
		a.Change(&s)
	}
	return s.CreateResponseWithOpts(a.Leaf, a.Key, crypto.SHA256)
}

// Asked gives the queries so far.
func (a *Authority) Asked() [][]byte {
	a.mu.Lock()
	defer a.mu.Unlock()
	return append([][]byte{}, a.asked...)
}

// Roots holds the one that the certificates lead to.
func (a *Authority) Roots() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.Root)
	return pool
}
