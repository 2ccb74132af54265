package cli

import (
	"bytes"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nonmerci/nonmerci/internal/hint"
	"github.com/nonmerci/nonmerci/selectors"
)

// publishedFor makes flow files that this program takes, and their signature.
func publishedFor(t *testing.T, a *app, revision int) (data, signature []byte) {
	t.Helper()
	p, err := NewPublisher()
	if err != nil {
		t.Fatal(err)
	}
	a.publishers = append(a.publishers, p.Line)
	if data, err = Published(revision, "{say: object, seen", "{say: say no, seen"); err != nil {
		t.Fatal(err)
	}
	return data, p.Sign(data, revision)
}

// inForce wants the flows of a downloaded revision; 0: the built-in ones.
func inForce(t *testing.T, a *app, revision int) {
	t.Helper()
	for _, service := range selectors.Services() {
		flow, warnings, err := selectors.Load(a.flowDir(), service)
		if err != nil || warnings != nil || flow.Downloaded != revision {
			t.Errorf("%s: %d is in force, want %d (%v, %v)", service, flow.Downloaded, revision, warnings, err)
		}
	}
}

// coded is the exit code that an error comes to.
func coded(err error) int {
	if code, ok := errors.AsType[exit](err); ok {
		return int(code)
	}
	if err != nil {
		return exitUsage
	}
	return exitOK
}

// TestUpdateAsksFirst: nothing is written but after a yes.
func TestUpdateAsksFirst(t *testing.T) {
	for typed, want := range map[string]int{"yes\n": 2097010101, "oui\n": 2097010101, "y\n": 0, "\nyes\n": 0, "": 0} {
		a, out, said := talker(t, typed)
		data, signature := publishedFor(t, a, 2097010101)
		file := filepath.Join(t.TempDir(), "x.flows")
		if err := errors.Join(os.WriteFile(file, data, 0o600), os.WriteFile(file+".minisig", signature, 0o600)); err != nil {
			t.Fatal(err)
		}
		if err := a.selectorsUpdate(t.Context(), file, false); err != nil {
			t.Fatalf("%v\n%s", err, said)
		}
		if !strings.Contains(out.String(), "2097010101") || strings.Contains(said.String(), "Nothing was written") != (want == 0) {
			t.Errorf("%q: %s\n%s", typed, out, said)
		}
		inForce(t, a, want)
		if want == 0 {
			if left, _ := os.ReadDir(a.flowDir()); len(left) > 0 {
				t.Errorf("%q: left behind: %v", typed, left)
			}
		}
	}
}

// site serves flow files over TLS.
type site struct {
	*httptest.Server
	answers map[string]http.HandlerFunc
	asked   []*http.Request
}

func newSite(t *testing.T) *site {
	s := &site{answers: map[string]http.HandlerFunc{}}
	s.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.asked = append(s.asked, r)
		if answer := s.answers[r.URL.Path]; answer != nil {
			answer(w, r)
			return
		}
		http.NotFound(w, r)
	}))
	s.Config.ErrorLog = log.New(io.Discard, "", 0) // a client that refuses the certificate
	s.StartTLS()
	t.Cleanup(s.Close)
	return s
}

// hijacked answers with what no server should say.
func hijacked(answer string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		if conn, _, err := http.NewResponseController(w).Hijack(); err == nil {
			_, _ = io.WriteString(conn, answer)
			_ = conn.Close()
		}
	}
}

func bytesOf(data []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(data) }
}

// TestUpdateFetches: two requests, which say nothing of the person; also where the
// file lies behind a redirection, as releases do.
func TestUpdateFetches(t *testing.T) {
	s := newSite(t)
	a, out, said := talker(t, "")
	a.net.via = s.Client().Transport
	data, signature := publishedFor(t, a, 2097010101)
	s.answers["/latest/nonmerci.flows"] = func(w http.ResponseWriter, r *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "a", Value: "b"})
		http.Redirect(w, r, "/files/1?token=canary", http.StatusFound)
	}
	s.answers["/latest/nonmerci.flows.minisig"] = bytesOf(signature)
	s.answers["/files/1"] = bytesOf(data)
	if err := a.selectorsUpdate(t.Context(), s.URL+"/latest/nonmerci.flows", true); err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	inForce(t, a, 2097010101)
	var paths []string
	for _, r := range s.asked {
		paths = append(paths, r.Method+" "+r.URL.Path)
		if r.UserAgent() != "nonmerci" || r.Header.Get("Cookie")+r.Header.Get("Referer") != "" {
			t.Errorf("%s says %v", r.URL, r.Header)
		}
	}
	if got := strings.Join(paths, ", "); got != "GET /latest/nonmerci.flows, GET /files/1, GET /latest/nonmerci.flows.minisig" {
		t.Error(got)
	}
	if before, _, found := strings.Cut(said.String(), "What the new flow files change"); !found || !strings.Contains(before, "now fetches "+s.URL) || strings.Contains(said.String()+out.String(), "canary") {
		t.Errorf("%s%s", out, said)
	}
}

// TestUpdateFetchesNot: whatever the network gives, the last good flow files stay in
// force, and nothing that an address could hold is repeated.
func TestUpdateFetchesNot(t *testing.T) {
	s := newSite(t)
	plain := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(plain.Close)
	a, _, said := talker(t, "")
	a.net = fetcher{via: s.Client().Transport, patience: 10 * time.Second}
	data, signature := publishedFor(t, a, 2097010101)
	s.answers["/good"], s.answers["/good.minisig"] = bytesOf(data), bytesOf(signature)
	if err := a.selectorsUpdate(t.Context(), s.URL+"/good", true); err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	a.publishers = nil
	data, signature = publishedFor(t, a, 2097010201)
	for path, answer := range map[string]http.HandlerFunc{
		"/unsigned":         bytesOf(data),
		"/down":             http.RedirectHandler(plain.URL+"/x?token=canary", http.StatusFound).ServeHTTP,
		"/round":            http.RedirectHandler("/round?token=canary", http.StatusFound).ServeHTTP,
		"/named":            http.RedirectHandler(strings.Replace(s.URL, "https://", "https://canary:canary@", 1)+"/good", http.StatusFound).ServeHTTP,
		"/nowhere":          hijacked("HTTP/1.1 302 Found\r\nLocation: https://flows.example/%zz?token=canary\r\n\r\n"),
		"/strange":          hijacked("HTTP/1.1 200 OK\r\ncanary\r\n\r\n"),
		"/fault":            func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "canary", http.StatusInternalServerError) },
		"/endless":          func(w http.ResponseWriter, r *http.Request) { endless(w, r) },
		"/short":            bytesOf(data[:len(data)/2]),
		"/short.minisig":    bytesOf(signature),
		"/silent":           func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
		"/halfsign":         bytesOf(data),
		"/halfsign.minisig": func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "canary", http.StatusBadGateway) },
	} {
		s.answers[path] = answer
	}
	secret := strings.Replace(s.URL, "https://", "https://canary:canary@", 1)
	for _, c := range []struct {
		address string
		code    int
		what    string
	}{
		{"http" + strings.TrimPrefix(s.URL, "https") + "/good", 2, "Only plain https addresses"},
		{"ftp://flows.example/x", 2, "Only plain https addresses"},
		{s.URL + "/good?token=canary", 2, "Only plain https addresses"},
		{s.URL + "/good#canary", 2, "Only plain https addresses"},
		{s.URL + "/good?", 2, "Only plain https addresses"},
		{secret + "/good", 2, "Only plain https addresses"},
		{"https:///good", 2, "Only plain https addresses"},
		{s.URL + "/nothing", 7, "could not be fetched"},
		{s.URL + "/unsigned", 2, "are not signed"},
		{s.URL + "/down", 7, "leads elsewhere"},
		{s.URL + "/round", 7, "leads elsewhere"},
		{s.URL + "/named", 7, "leads elsewhere"},
		{s.URL + "/nowhere", 7, "was not the file"},
		{s.URL + "/strange", 7, "was not the file"},
		{s.URL + "/fault", 7, "status 500"},
		{s.URL + "/endless", 7, "too long"},
		{s.URL + "/short", 2, "are not what was signed"},
		{s.URL + "/halfsign", 7, "status 502"},
		{s.URL + "/silent", 7, "deadline"},
		{s.URL + "/stranger", 7, "certificate"},
	} {
		t.Run(c.what, func(t *testing.T) {
			said.Reset()
			switch c.what {
			case "deadline":
				a.net.patience = 50 * time.Millisecond
			case "certificate":
				a.net = fetcher{} // which does not know this site's
			}
			err := a.selectorsUpdate(t.Context(), c.address, true)
			if _, told := errors.AsType[exit](err); !told && err != nil {
				a.problem(err)
			}
			if coded(err) != c.code || !strings.Contains(said.String(), c.what) || !strings.Contains(said.String(), "stays in force") || !strings.Contains(said.String(), "→ ") {
				t.Errorf("%s: %v\n%s", c.address, err, said)
			}
			if strings.Contains(strings.Replace(said.String(), c.address, "", 1), "canary") {
				t.Errorf("%s: %s", c.address, said)
			}
			inForce(t, a, 2097010101)
		})
	}
}

func endless(w http.ResponseWriter, r *http.Request) {
	for r.Context().Err() == nil {
		if _, err := w.Write(bytes.Repeat([]byte("# much\n"), 1<<12)); err != nil {
			return
		}
	}
}

// TestUpdateCannotWrite: a folder that cannot be written to is told of, with the
// code for it.
func TestUpdateCannotWrite(t *testing.T) {
	a, _, said := talker(t, "")
	data, signature := publishedFor(t, a, 2097010101)
	file := filepath.Join(t.TempDir(), "x.flows")
	if err := errors.Join(os.WriteFile(file, data, 0o600), os.WriteFile(file+".minisig", signature, 0o600),
		os.MkdirAll(filepath.Dir(a.flowDir()), 0o700), os.WriteFile(a.flowDir(), nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	if err := a.selectorsUpdate(t.Context(), file, true); coded(err) != exitFailed || !strings.Contains(said.String(), "could not be written") {
		t.Errorf("%v\n%s", err, said)
	}
}

// TestUpdateIsToldInFrench looks at a refusal, whose sentences are put together.
func TestUpdateIsToldInFrench(t *testing.T) {
	_, err := selectors.ReadBundle(nil, nil, nil)
	p, ok := hint.Of(err)
	if !ok || !strings.HasSuffix(p.What.In("fr"), "Ce qui était en vigueur le reste.") || strings.Contains(p.What.In("fr"), "What") {
		t.Errorf("%v", p.What.In("fr"))
	}
}
