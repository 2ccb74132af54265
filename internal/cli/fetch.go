package cli

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/nonmerci/nonmerci/internal/hint"
)

// fetcher gets files over https: the one way in which this program, and not the
// browser, loads something. It keeps no cookies, says nothing about the person, and
// tries nothing twice.
type fetcher struct {
	via      http.RoundTripper // nil: the usual way, with the system's proxy; a seam for tests
	patience time.Duration     // for one file; 0: 30 seconds
}

// isAddress tells an address from the name of a file.
func isAddress(source string) bool { return strings.Contains(source, "://") }

// fetchable takes plain https addresses only: what stands behind ? or # could be a
// token, and would be seen wherever the address is.
func fetchable(address string) error {
	u, err := url.Parse(address)
	if err == nil && u.Scheme == "https" && u.Hostname() != "" && u.User == nil && !strings.ContainsAny(address, "?#") {
		return nil
	}
	return hint.New(hint.Say("Only plain https addresses are fetched: without a name or password, and without ? or #. Nothing was fetched, and what was in force stays in force."),
		hint.Say("Copy the address of the file itself, or download the file and its signature, and name the file."))
}

var errAnswer = errors.New("the answer was not the file")

// get fetches one file of at most so many bytes. One that is not there is
// [fs.ErrNotExist]. Errors name no address: where a redirection leads can hold a
// token.
func (f fetcher) get(ctx context.Context, address string, most int64) ([]byte, error) {
	patience := f.patience
	if patience == 0 {
		patience = 30 * time.Second
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, errAnswer
	}
	req.Header.Set("User-Agent", "nonmerci")
	client := &http.Client{Transport: f.via, CheckRedirect: redirected}
	res, err := client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("fetch: %w", unquoted(err))
	}
	defer res.Body.Close()
	switch res.StatusCode {
	case http.StatusOK:
	case http.StatusNotFound, http.StatusGone:
		return nil, fs.ErrNotExist
	default:
		return nil, fmt.Errorf("%w: status %d", errAnswer, res.StatusCode)
	}
	data, err := io.ReadAll(io.LimitReader(res.Body, most+1))
	if err == nil && int64(len(data)) > most {
		err = fmt.Errorf("%w: it is too long", errAnswer)
	}
	return data, err
}

// unquoted keeps what a connection says of itself: other errors quote the answer,
// and in that may stand the address that it leads to.
func unquoted(err error) error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		err = u.Err
	}
	_, network := errors.AsType[net.Error](err)
	_, certificate := errors.AsType[*tls.CertificateVerificationError](err)
	if network || certificate || errors.Is(err, errAnswer) || errors.Is(err, context.Canceled) {
		return err
	}
	return errAnswer
}

// redirected follows a few redirections, as the places that keep releases make
// them, and only to https. They do not learn where from.
func redirected(req *http.Request, via []*http.Request) error {
	const most = 3
	if len(via) > most || req.URL.Scheme != "https" || req.URL.User != nil {
		return fmt.Errorf("%w: it leads elsewhere", errAnswer)
	}
	req.Header.Del("Referer")
	return nil
}
