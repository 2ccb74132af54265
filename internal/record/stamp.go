package record

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/nonmerci/nonmerci/internal/hint"
	"github.com/nonmerci/nonmerci/internal/stamp"
)

// What a stamped record has beside what was sealed: a folder with a manifest of
// its own. The stamp is about the seal, which fixes all other files.
const (
	timeDir      = "time"
	stampAnswer  = timeDir + "/stamp.tsr" // the authority's answer
	stampChain   = timeDir + "/chain.pem" // its certificates up to the root
	stampAbout   = timeDir + "/stamp.json"
	stampSeal    = timeDir + "/" + manifestFile
	partOfFolder = partPrefix + timeDir + "-"
)

// A stamp is made after the run whose seal it is about. Clocks and their zones are
// wrong by a day at most, as a rule. One that was ahead by more than a year would
// have taken the certificate of every web site for expired, so that there had been
// no run.
const (
	clockSlack = 24 * time.Hour
	clockWrong = 400 * 24 * time.Hour
)

func stampFiles() []string { return []string{stampChain, stampAbout, stampAnswer, stampSeal} }

// Stamped is the time from outside that a record has.
type Stamped struct {
	stamp.Stamp
	Asked time.Time // when it was asked for, by this computer's clock
	Host  string    // of the authority's address
}

// stampedBy takes what a stamp says. Names are of whoever made the certificates,
// so that nothing in them may steer a terminal or turn a sentence round.
func stampedBy(s stamp.Stamp, asked time.Time, host string) Stamped {
	name := func(s string) string {
		return oneLine(strings.Map(func(r rune) rune {
			if unicode.Is(unicode.Bidi_Control, r) {
				return -1
			}
			return r
		}, s))
	}
	s.Authority, s.Root = name(s.Authority), name(s.Root)
	return Stamped{s, asked, name(host)}
}

// when is the time as people read it.
func (s Stamped) when() string { return s.Time.Format("2006-01-02 15:04:05 UTC") }

// stampDoc is the content of time/stamp.json.
type stampDoc struct {
	Schema    int    `json:"schema"`
	Of        string `json:"of"` // the file that was stamped
	SHA256    string `json:"sha256"`
	Host      string `json:"host"`
	Asked     string `json:"asked"`
	Time      string `json:"time"`
	Authority string `json:"authority"`
	Root      string `json:"root"`
	RootSum   string `json:"root_sha256"`
	Qualified string `json:"qualified"`
}

// Stamp asks a time stamp authority for the time and files its answer beside the
// seal. It sends the digest of the seal, and nothing else. A record has one stamp;
// one that is not verified gets none. A nil roots means those of this computer.
// Its errors are *hint.Problems; after one the record is as it was.
func Stamp(ctx context.Context, dir, address string, roots *x509.CertPool) (Stamped, error) {
	return stampWith(ctx, dir, address, roots, newDisk(), time.Now)
}

func stampWith(ctx context.Context, dir, address string, roots *x509.CertPool, d disk, clock func() time.Time) (Stamped, error) {
	if stamp.CheckAddress(address) != nil {
		return Stamped{}, hint.New(hint.Say("What --timestamp names is not the address of a time stamp authority. Nothing was sent to it."),
			hint.Say("Name one that begins with https:// or http:// and holds no password."))
	}
	switch verdict, _, err := Verify(dir); {
	case err != nil:
		return Stamped{}, err
	case verdict != Verified:
		return Stamped{}, hint.New(hint.Say("This record is not whole, so no time stamp was asked for."), hint.Say("`nonmerci records verify` with its folder says what is wrong."))
	}
	f, err := readFolder(dir)
	if err != nil {
		return Stamped{}, err
	}
	already := hint.New(hint.Say("This record has a time stamp already. It stays as it is."), hint.Say("`nonmerci records verify` with its folder shows it."))
	if f.stamped() {
		return Stamped{}, already
	}
	asked := clock()
	answer, s, err := stamp.Ask(ctx, address, sha256.Sum256(f.manifest), roots)
	if err != nil {
		return Stamped{}, noStamp(err)
	}
	out := stampedBy(s, asked, host(address))
	if f.early(out) > clockWrong {
		return Stamped{}, hint.New(hint.Say("The time stamp authority says a time that is more than a year before the record was made, by the clock of this computer, so its stamp was not kept."),
			hint.Say("Check the clock of this computer, and try another authority. The record stands without a stamp."))
	}
	if err := f.file(d, answer, out); err != nil {
		if again, rerr := readFolder(dir); rerr == nil && again.stamped() { // another run was faster
			return Stamped{}, already
		}
		return Stamped{}, hint.Wrap(err, hint.Say("The time stamp could not be filed. The record is as it was."), hint.Say("Check that the disk is not full, and try again."))
	}
	return out, nil
}

func noStamp(err error) error {
	next := hint.Say("The record stands without it. Try again later, or name another authority.")
	switch {
	case errors.Is(err, stamp.ErrUntraced):
		return hint.Wrap(err, hint.Say("The time stamp authority is not one that this computer trusts, so its stamp was not kept."), next)
	case errors.Is(err, stamp.ErrInvalid), errors.Is(err, stamp.ErrRefused):
		return hint.Wrap(err, hint.Say("What the time stamp authority answered is no good time stamp, so nothing was kept."), next)
	}
	return hint.Wrap(err, hint.Say("The time stamp authority could not be reached, or did not answer."), next)
}

func host(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Hostname()
}

// about is what time/stamp.json says of a stamp.
func (s Stamped) about(seal []byte) stampDoc {
	return stampDoc{
		Schema: schema, Of: manifestFile, SHA256: digest(seal), Host: s.Host, Asked: s.Asked.UTC().Format(timeFormat),
		Time: s.Time.UTC().Format(timeFormat), Authority: s.Authority, Root: s.Root, RootSum: s.RootSHA256, Qualified: "unknown",
	}
}

// sealStamp is the manifest of the folder with the stamp.
func sealStamp(files map[string][]byte) []byte {
	var b strings.Builder
	for _, name := range stampFiles() {
		if name != stampSeal {
			fmt.Fprintf(&b, "%s  %s\n", digest(files[name]), filepath.Base(name))
		}
	}
	return []byte(b.String())
}

// file puts the stamp beside the seal: the folder is whole or absent.
func (f *folder) file(d disk, a stamp.Answer, s Stamped) error {
	about, err := encodeDoc(s.about(f.manifest))
	if err != nil {
		return err
	}
	part, err := os.MkdirTemp(f.dir, partOfFolder+"*") // no other run works in it
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(part) }()
	d.step()
	files := map[string][]byte{stampAnswer: a.Response, stampChain: a.Chain, stampAbout: about}
	files[stampSeal] = sealStamp(files)
	for _, name := range stampFiles() {
		if err := d.file(filepath.Join(part, filepath.Base(name)), files[name]); err != nil {
			return err
		}
	}
	if err := os.Rename(part, filepath.Join(f.dir, timeDir)); err != nil {
		return err
	}
	d.step()
	return d.syncDir(f.dir)
}

// stamped tells whether the record has a time stamp, good or bad.
func (f *folder) stamped() bool {
	return slices.ContainsFunc(f.files, func(name string) bool { return strings.HasPrefix(name, timeDir+"/") })
}

// early is by how much a stamp is older than the last line of the journal. What was
// stamped holds the digest of that line, and so was not there before it.
func (f *folder) early(s Stamped) time.Duration {
	if len(f.journal.lines) == 0 {
		return 0
	}
	return f.journal.lines[len(f.journal.lines)-1].Time.Sub(s.Time)
}

// errStamp is a time stamp that does not stand up.
var errStamp = errors.New("the time stamp does not stand up")

// stamp reads the time stamp and checks it against the record's own seal;
// [fs.ErrNotExist]: there is none.
func (f *folder) stamp() (Stamped, error) {
	if !f.stamped() {
		return Stamped{}, fs.ErrNotExist
	}
	seal, files := f.manifest, map[string][]byte{}
	if f.exported() {
		b, err := f.text(originalFile)
		if err != nil {
			return Stamped{}, fmt.Errorf("%w: %w", errStamp, err)
		}
		seal = b
	}
	for _, name := range stampFiles() {
		b, err := f.text(name)
		if err != nil {
			return Stamped{}, fmt.Errorf("%w: %w", errStamp, err)
		}
		files[name] = b
	}
	var doc stampDoc
	if err := json.Unmarshal(files[stampAbout], &doc); err != nil {
		return Stamped{}, fmt.Errorf("%w: %w", errStamp, err)
	}
	asked, err := time.Parse(timeFormat, doc.Asked)
	if err != nil {
		return Stamped{}, fmt.Errorf("%w: %w", errStamp, err)
	}
	s, err := stamp.Answer{Response: files[stampAnswer], Chain: files[stampChain]}.Check(sha256.Sum256(seal))
	if err != nil {
		return Stamped{}, fmt.Errorf("%w: %w", errStamp, err)
	}
	out := stampedBy(s, asked, doc.Host)
	// One spelling: two readers of JSON could differ on another, or find more in it.
	about, err := encodeDoc(out.about(seal))
	if err != nil || !bytes.Equal(files[stampAbout], about) || !bytes.Equal(files[stampSeal], sealStamp(files)) {
		return Stamped{}, errStamp
	}
	return out, nil
}
