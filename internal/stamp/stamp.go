// Package stamp asks a time stamp authority what time it is (RFC 3161), and
// checks what it answered.
//
// The authority gets one digest and learns nothing else. Its answer says: this
// digest was known at this time. Whoever has the answer, the certificates and
// what was digested can check that later, offline, for ever.
//
// Invariants:
//
//   - An answer is checked as strictly when it comes as when it is read again:
//     the digest, the nonce, the signature, the one purpose of the certificate,
//     and its chain, at the time that the answer itself names.
//   - The chain is kept up to its root. Whether that root deserves trust was for
//     the computer that asked to say; later it is for the reader, who is told
//     which root it is: whoever forges a chain makes a root of their own.
//   - Nothing is tried twice, and no redirection is followed.
package stamp

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"math/big"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	"github.com/digitorus/pkcs7"
	"github.com/digitorus/timestamp"
)

// Answer is what an authority gave, as it is kept.
type Answer struct {
	Response []byte // its answer (TimeStampResp), DER, to the letter
	Chain    []byte // the certificates, PEM, from the one that signed up to a root
}

// Stamp is what an answer says.
type Stamp struct {
	Time       time.Time     // by the clock of the authority, UTC
	Accuracy   time.Duration // as the authority says; 0: it does not
	Authority  string        // who signed, as its certificate says
	Root       string        // on whose word, as the last certificate of the chain says
	RootSHA256 string        // digest of that certificate, hex
}

// Errors of [Ask] and [Answer.Check], beside those of the network.
var (
	ErrAddress  = errors.New("not an address of a time stamp authority")
	ErrRefused  = errors.New("the authority did not answer with a time stamp")
	ErrInvalid  = errors.New("the time stamp does not stand up")
	ErrUntraced = errors.New("the authority's certificate leads to no root that this computer knows")
)

const (
	patience  = 20 * time.Second
	maxAnswer = 1 << 20 // bytes; common ones have five thousand
)

// CheckAddress says whether Ask would take the address: http or https, a host,
// no name or password.
func CheckAddress(address string) error {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil || u.Fragment != "" {
		return ErrAddress
	}
	return nil
}

// Ask sends a digest to the authority at an address and returns its answer, once
// that has been checked. A nil roots means those of this computer.
func Ask(ctx context.Context, address string, digest [sha256.Size]byte, roots *x509.CertPool) (Answer, Stamp, error) {
	if err := CheckAddress(address); err != nil {
		return Answer{}, Stamp{}, err
	}
	nonce, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return Answer{}, Stamp{}, fmt.Errorf("ask for a time stamp: %w", err)
	}
	query, err := (&timestamp.Request{HashAlgorithm: crypto.SHA256, HashedMessage: digest[:], Certificates: true, Nonce: nonce}).Marshal()
	if err != nil {
		return Answer{}, Stamp{}, fmt.Errorf("ask for a time stamp: %w", err)
	}
	response, err := post(ctx, address, query)
	if err != nil {
		return Answer{}, Stamp{}, err
	}
	token, err := read(response, digest)
	if err != nil {
		return Answer{}, Stamp{}, err
	}
	if token.Nonce == nil || token.Nonce.Cmp(nonce) != 0 {
		return Answer{}, Stamp{}, fmt.Errorf("%w: it answers another question", ErrInvalid)
	}
	chain, err := token.chain(roots, token.Certificates)
	if err != nil {
		return Answer{}, Stamp{}, err
	}
	a := Answer{Response: response, Chain: encode(chain)}
	s, err := a.Check(digest)
	return a, s, err
}

// post makes the one request. It does not follow redirections: the person named
// an address, not where that may lead.
func post(ctx context.Context, address string, query []byte) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(query))
	if err != nil {
		return nil, ErrAddress
	}
	req.Header.Set("Content-Type", "application/timestamp-query")
	req.Header.Set("User-Agent", "nonmerci")
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("ask for a time stamp: %w", err)
	}
	defer res.Body.Close()
	kind, _, _ := mime.ParseMediaType(res.Header.Get("Content-Type"))
	if res.StatusCode != http.StatusOK || kind != "application/timestamp-reply" {
		return nil, fmt.Errorf("%w: status %d, content %q", ErrRefused, res.StatusCode, kind)
	}
	body, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer+1))
	if err == nil && len(body) > maxAnswer {
		err = fmt.Errorf("%w: it is too long", ErrRefused)
	}
	return body, err
}

// Check reads an answer again: what it says of a digest, and on whose word.
func (a Answer) Check(digest [sha256.Size]byte) (Stamp, error) {
	token, err := read(a.Response, digest)
	if err != nil {
		return Stamp{}, err
	}
	kept, err := decode(a.Chain)
	if err != nil {
		return Stamp{}, err
	}
	root := kept[len(kept)-1]
	roots := x509.NewCertPool()
	roots.AddCert(root)
	chain, err := token.chain(roots, kept)
	if err != nil || len(chain) != len(kept) {
		return Stamp{}, fmt.Errorf("%w: the certificates that were kept do not lead from it to a root", ErrInvalid)
	}
	sum := sha256.Sum256(root.Raw)
	return Stamp{token.Time.UTC(), token.Accuracy, token.signer.Subject.String(), root.Subject.String(), hex.EncodeToString(sum[:])}, nil
}

// token is a time stamp whose signature is good.
type token struct {
	*timestamp.Timestamp
	signer *x509.Certificate
}

// parsing lets one answer be read at a time: pkcs7 counts in a variable of its
// package how deep it is (found by the race detector).
var parsing sync.Mutex

// read takes an answer that grants a stamp for this digest and no other.
func read(response []byte, digest [sha256.Size]byte) (token, error) {
	parsing.Lock()
	defer parsing.Unlock()
	stamp, err := timestamp.ParseResponse(response) // checks the signature where there are certificates
	if err != nil {
		return token{}, fmt.Errorf("%w: %w", ErrRefused, err)
	}
	if stamp.HashAlgorithm != crypto.SHA256 || !bytes.Equal(stamp.HashedMessage, digest[:]) {
		return token{}, fmt.Errorf("%w: it is about something else", ErrInvalid)
	}
	p7, err := pkcs7.Parse(stamp.RawToken)
	if err != nil {
		return token{}, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	signer := p7.GetOnlySigner()
	if signer == nil {
		return token{}, fmt.Errorf("%w: it does not say by whom it is signed", ErrInvalid)
	}
	if err := p7.Verify(); err != nil {
		return token{}, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	if err := onlyStamps(signer); err != nil {
		return token{}, err
	}
	return token{stamp, signer}, nil
}

// onlyStamps holds a certificate to RFC 3161, section 2.3: it may stamp times and
// nothing else, critically, and is no authority over others.
func onlyStamps(c *x509.Certificate) error {
	purpose := asn1.ObjectIdentifier{2, 5, 29, 37}
	critical := false
	for _, e := range c.Extensions {
		critical = critical || e.Id.Equal(purpose) && e.Critical
	}
	if !critical || c.IsCA || len(c.UnknownExtKeyUsage) > 0 || !slices.Equal(c.ExtKeyUsage, []x509.ExtKeyUsage{x509.ExtKeyUsageTimeStamping}) {
		return fmt.Errorf("%w: its certificate is not one for stamping times", ErrInvalid)
	}
	return nil
}

// chain leads from who signed to a root, at the time of the stamp.
func (t token) chain(roots *x509.CertPool, others []*x509.Certificate) ([]*x509.Certificate, error) {
	between := x509.NewCertPool()
	for _, c := range others {
		between.AddCert(c)
	}
	chains, err := t.signer.Verify(x509.VerifyOptions{Roots: roots, Intermediates: between, CurrentTime: t.Time, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageTimeStamping}})
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUntraced, err)
	}
	return slices.MinFunc(chains, func(a, b []*x509.Certificate) int { return len(a) - len(b) }), nil
}

func encode(chain []*x509.Certificate) []byte {
	var b bytes.Buffer
	for _, c := range chain {
		_ = pem.Encode(&b, &pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})
	}
	return b.Bytes()
}

func decode(chain []byte) ([]*x509.Certificate, error) {
	var certs []*x509.Certificate
	for rest := chain; len(rest) > 0; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			return nil, fmt.Errorf("%w: its certificates cannot be read", ErrInvalid)
		}
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrInvalid, err)
		}
		certs = append(certs, c)
	}
	if len(certs) == 0 {
		return nil, fmt.Errorf("%w: its certificates are missing", ErrInvalid)
	}
	if !bytes.Equal(encode(certs), chain) { // people read this file, too
		return nil, fmt.Errorf("%w: there is more than its certificates", ErrInvalid)
	}
	return certs, nil
}
