// Package rehearsal is the stand-in for Meta's pages: one small TLS server on
// this computer that answers under the real host names, so that the program
// walks the same addresses with the same flow files as on the live sites,
// without an account and without a network.
//
// The pages are written from what guides, authorities and other people's code
// tell about the real ones (each template names its source); nobody has
// compared them with the live form. What no source tells is made up; of the
// words only those with "from" were found somewhere. The section numbers
// are those of the project's notes on Meta's flow as of 2026-11.
//
// Invariants:
//
//   - It imports nothing of nonmerci, so that both cannot make the same mistake.
//   - Every page says at its top that it is a rehearsal and not Meta.
//   - No page loads anything from outside; nothing leaves the computer.
//   - It counts every way in which a submission can reach it, rather one too
//     many than one too few: [Site.Submissions] is zero only when nothing came.
//   - What a person types into the sign-in form is neither kept nor counted.
package rehearsal

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"html/template"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"time"
)

// Site is a running rehearsal site.
type Site struct {
	variant Variant
	pages   *template.Template
	words   map[string]word
	style   string
	tally   *tally
	token   string // cookie value of this site alone, so that a kept profile is not signed in already

	port  int
	spki  string
	cert  *x509.Certificate
	http  *http.Server
	ctx   context.Context // ends with the site
	close func() error

	barePort int            // of the hostile wing, for what comes without HTTP
	bare     sync.WaitGroup // who listens for it
}

// Serve starts a site on a free port of 127.0.0.1. It runs until Close or until
// ctx ends. The error tells of a variant with unknown words, or that no port
// could be opened.
func Serve(ctx context.Context, v Variant) (*Site, error) {
	v, err := v.settled()
	if err != nil {
		return nil, err
	}
	s := &Site{variant: v, tally: newTally(), token: sessionMark + rand.Text()}
	if err := s.loadPages(); err != nil {
		return nil, err
	}
	cert, spki, err := newCertificate(hostNames())
	if err != nil {
		return nil, err
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("open a port for the rehearsal: %w", err)
	}
	address, ok := listener.Addr().(*net.TCPAddr)
	if !ok {
		return nil, errors.Join(fmt.Errorf("open a port for the rehearsal: unexpected address %v", listener.Addr()), listener.Close())
	}
	s.port, s.spki, s.cert = address.Port, spki, cert.Leaf

	own, cancel := context.WithCancel(ctx)
	s.ctx = own
	if err := s.listenBare(own); err != nil {
		cancel()
		return nil, errors.Join(err, listener.Close())
	}
	s.http = &http.Server{
		Handler:           http.HandlerFunc(s.serve),
		TLSConfig:         &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12},
		BaseContext:       func(net.Listener) context.Context { return own },
		ConnContext:       func(ctx context.Context, c net.Conn) context.Context { return context.WithValue(ctx, connKey{}, c) },
		ErrorLog:          log.New(io.Discard, "", 0), // broken handshakes of a closing browser
		ReadHeaderTimeout: 10 * time.Second,
	}
	ended := make(chan error, 1)
	go func() { ended <- s.http.ServeTLS(listener, "", "") }()
	context.AfterFunc(own, func() { _ = s.http.Close() }) // whoever ended it
	s.close = sync.OnceValue(func() error {
		cancel()
		err := s.http.Close()
		s.bare.Wait()
		if end := <-ended; !errors.Is(end, http.ErrServerClosed) {
			err = errors.Join(err, end)
		}
		if err != nil {
			return fmt.Errorf("close the rehearsal: %w", err)
		}
		return nil
	})
	return s, nil
}

// Close ends the site and every request to it. The counters can still be read.
func (s *Site) Close() error { return s.close() }

// BrowserArgs are the browser switches, without the dashes, that bring every
// host name to this site and make the browser take its key. Chromium honours
// the second one only together with a user data dir.
func (s *Site) BrowserArgs() []string {
	return []string{
		fmt.Sprintf("host-resolver-rules=MAP * 127.0.0.1:%d", s.port),
		"ignore-certificate-errors-spki-list=" + s.spki,
	}
}
