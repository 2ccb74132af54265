//go:build !windows

package chrome

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

// signIn is a site that knows who has signed in by a cookie, which a page sets
// once. What a browser brings along is what this program may not read.
type signIn struct {
	*web
	mu  sync.Mutex
	saw []string // the cookies of the visits to /who/
}

func newSignIn(t *testing.T) *signIn {
	t.Helper()
	w, err := serveWeb()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.close)
	s := &signIn{web: w}
	w.put("/in/", "<!doctype html><p>You are in.")
	w.put("/who/", "<!doctype html><p>Who?")
	w.server.Handler = http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/in/":
			http.SetCookie(rw, &http.Cookie{Name: "session", Value: "marie", Path: "/", MaxAge: 1 << 24, Secure: true, HttpOnly: true})
		case "/who/":
			value := "nobody"
			if c, err := r.Cookie("session"); err == nil {
				value = c.Value
			}
			s.mu.Lock()
			s.saw = append(s.saw, value)
			s.mu.Unlock()
		}
		w.ServeHTTP(rw, r)
	})
	return s
}

// visit starts a browser on the profile, opens a page, and ends it: in order, or
// by force. It returns who the site took the visitor for.
func (s *signIn) visit(t *testing.T, o Options, path string, kill bool) string {
	t.Helper()
	o.Args = append(s.args(), o.Args...)
	b, err := Start(t.Context(), o)
	if err != nil {
		t.Fatalf("start: %v", err)
	}
	defer b.Close()
	if err := b.Open(t.Context(), "https://www.facebook.com"+path); err != nil {
		t.Fatal(err)
	}
	if kill {
		killTree(b.proc.cmd)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.saw) == 0 {
		return ""
	}
	return s.saw[len(s.saw)-1]
}

// kept are options for a profile that is kept.
func kept(t *testing.T) Options {
	o := options(t)
	o.Profile, o.Fleeting, o.Lookup = filepath.Join(t.TempDir(), "data", "profile"), false, os.LookupEnv
	return o
}

// without is the environment with some variables changed; empty: not there.
func without(changed map[string]string) func(string) (string, bool) {
	return func(name string) (string, bool) {
		if value, ok := changed[name]; ok {
			return value, value != ""
		}
		return os.LookupEnv(name)
	}
}

// noBus is an environment in which no keyring can be asked.
func noBus() map[string]string {
	return map[string]string{"DBUS_SESSION_BUS_ADDRESS": "", "XDG_RUNTIME_DIR": ""}
}

// TestTheSignInSurvives: closed, killed and started again, the browser is still
// signed in.
func TestTheSignInSurvives(t *testing.T) {
	t.Parallel()
	o, s := kept(t), newSignIn(t)
	o.Lookup = without(noBus())
	rounds := 3
	if *thorough {
		rounds = 50
	}
	if got := s.visit(t, o, "/who/", false); got != "nobody" {
		t.Fatalf("before the sign-in the site sees %q", got)
	}
	s.visit(t, o, "/in/", false)
	for i := range rounds {
		kill := i%2 == 1
		if got := s.visit(t, o, "/who/", kill); got != "marie" {
			t.Fatalf("after %d starts the site sees %q", i+1, got)
		}
	}
	for path, want := range map[string]fs.FileMode{".": 0o700, "..": 0o700, markName: 0o600, holdName: 0o600} {
		if info, err := os.Stat(filepath.Join(o.Profile, path)); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v, %v", path, info.Mode(), err)
		}
	}
}

// TestProfileOfAnotherKind: what could cost the sign-ins is not started, and the
// profile stays as it was.
func TestProfileOfAnotherKind(t *testing.T) {
	t.Parallel()
	real, s := kept(t), newSignIn(t)
	changed, config := noBus(), t.TempDir()
	changed["CHROME_CONFIG_HOME"] = config
	real.Lookup = without(changed)
	s.visit(t, real, "/in/", false)
	before := inventory(t, real.Profile)
	other := filepath.Join(t.TempDir(), "other-browser")
	script := fmt.Sprintf("#!/bin/sh\n[ \"$1\" = --version ] && { echo 'Google Chrome 157.0.1.2 beta'; exit; }\nexec %s \"$@\"\n", real.Path)
	if err := os.WriteFile(other, []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	foreign := filepath.Join(t.TempDir(), "foreign")
	for _, jar := range []string{"Default/Cookies", "Default/Network/Cookies"} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(foreign, jar)), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(foreign, "Default", "Network", "Cookies"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	newer := filepath.Join(t.TempDir(), "newer")
	if err := os.Mkdir(newer, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(newer, markName), []byte(`{"schema": 99}`), 0o600); err != nil {
		t.Fatal(err)
	}
	everyday := filepath.Join(config, "chromium")
	// Where the person keeps other things, and where a browser keeps a profile.
	theirs := t.TempDir()
	if err := os.WriteFile(filepath.Join(theirs, "thesis.txt"), []byte("years of work"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name   string
		change func(o *Options)
		why    Misfit
	}{
		{"another browser", func(o *Options) { o.Path = other }, OtherBrowser},
		{"another password store", func(o *Options) { o.Args = []string{"password-store=gnome-libsecret"} }, OtherStore},
		{"not ours", func(o *Options) { o.Profile = foreign }, NotOurs},
		{"everyday", func(o *Options) { o.Profile = everyday }, Everyday},
		{"one level down", func(o *Options) { o.Profile = filepath.Join(everyday, "Default") }, Everyday},
		{"around it", func(o *Options) { o.Profile = config }, Everyday},
		{"the person's own folder", func(o *Options) { o.Profile = theirs }, NotOurs},
		{"a store that nobody can look for", func(o *Options) {
			o.Profile, o.Args = filepath.Join(theirs, "new"), []string{"password-store=kwallet6"}
		}, StoreUnknown},
		{"a later version's", func(o *Options) { o.Profile = newer }, 0},
	} {
		o := real
		c.change(&o)
		b, err := Start(t.Context(), o)
		if err == nil {
			b.Close()
			t.Errorf("%s: started", c.name)
			continue
		}
		var unfit *Unfit
		if errors.As(err, &unfit) != (c.why != 0) || unfit != nil && unfit.Why != c.why {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	if _, err := os.Stat(everyday); err == nil {
		t.Error("the everyday profile was touched")
	}
	if left, err := os.ReadDir(foreign); err != nil || len(left) != 1 {
		t.Errorf("the foreign profile was touched: %v %v", left, err)
	}
	if left, err := os.ReadDir(theirs); err != nil || len(left) > 2 {
		t.Errorf("the person's own folder was touched: %v %v", left, err)
	}
	if after := inventory(t, real.Profile); after != before {
		t.Errorf("the profile was changed:\n%s\nbefore:\n%s", after, before)
	}
	if got := s.visit(t, real, "/who/", false); got != "marie" {
		t.Errorf("afterwards the site sees %q", got)
	}
	if p, err := ReadProfile(real.Profile); err != nil || p.Browser == "" || runtime.GOOS == "linux" && p.Store != inFile {
		t.Errorf("the mark: %+v, %v", p, err)
	}
}

// TestForget removes what this program made, where it made it, and nothing else.
func TestForget(t *testing.T) {
	t.Parallel()
	lookup := without(map[string]string{"CHROME_CONFIG_HOME": t.TempDir()})
	root := t.TempDir()
	marked := func(dir, says string) string {
		if err := os.MkdirAll(filepath.Join(dir, "Default"), 0o700); err != nil {
			t.Fatal(err)
		}
		raw, err := json.Marshal(Profile{Schema: markSchema, Browser: "Chromium", Store: inFile, Dir: says})
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, markName), raw, 0o600); err != nil {
			t.Fatal(err)
		}
		return dir
	}
	mine := marked(filepath.Join(root, "mine"), filepath.Join(root, "mine"))
	copied := marked(filepath.Join(root, "copied"), mine)
	for _, dir := range []string{copied, t.TempDir()} {
		var unfit *Unfit
		if err := Forget(dir, lookup); !errors.As(err, &unfit) || unfit.Why != NotOurs {
			t.Errorf("%s: %v", filepath.Base(dir), err)
		}
		if _, err := os.Stat(dir); err != nil {
			t.Error(err)
		}
	}
	link := filepath.Join(root, "link")
	if err := os.Symlink(mine, link); err != nil {
		t.Fatal(err)
	}
	if err := Forget(link, lookup); err != nil {
		t.Errorf("by a link: %v", err)
	}
	if _, err := os.Stat(mine); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the profile is still there: %v", err)
	}
	if err := Forget(mine, lookup); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a second time: %v", err)
	}
}

// inventory is the names, sizes and times of a folder's files.
func inventory(t *testing.T, dir string) string {
	t.Helper()
	var b strings.Builder
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err == nil && !d.IsDir() {
			fmt.Fprintln(&b, path, info.Size(), info.ModTime())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestKeyring: a profile whose key is in the keyring is started only where the
// keyring answers, and the sign-in survives what would have deleted it. The
// control shows that it would have.
func TestKeyring(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux has several password stores")
	}
	o, s := kept(t), newSignIn(t)
	ring := startKeyring(t)
	s.visit(t, o, "/in/", false)
	if p, err := ReadProfile(o.Profile); err != nil || p.Store != inKeyring {
		t.Fatalf("with a keyring the mark is %+v, %v", p, err)
	}
	refused := func(when string, why Misfit) {
		t.Helper()
		b, err := Start(t.Context(), o)
		if err == nil {
			b.Close()
			t.Fatalf("%s: started", when)
		}
		var unfit *Unfit
		if !errors.As(err, &unfit) || unfit.Why != why {
			t.Fatalf("%s: %v", when, err)
		}
	}
	bus := os.Getenv("DBUS_SESSION_BUS_ADDRESS")
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus")
	refused("without a bus", KeyringGone)
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", bus)
	ring.lock()
	refused("locked", KeyringLocked)
	ring.unlock()
	keys := filepath.Join(ring.dir, "keyrings")
	ring.end()
	if err := os.Rename(keys, keys+".first"); err != nil {
		t.Fatal(err)
	}
	ring.unlock()
	refused("with another keyring", OtherKeyring)
	ring.end()
	if err := errors.Join(os.RemoveAll(keys), os.Rename(keys+".first", keys)); err != nil {
		t.Fatal(err)
	}
	ring.unlock()
	if got := s.visit(t, o, "/who/", false); got != "marie" {
		t.Errorf("with the keyring again the site sees %q", got)
	}
	if !*thorough {
		return
	}
	if err := os.Remove(filepath.Join(o.Profile, markName)); err != nil {
		t.Fatal(err)
	}
	forged, _ := json.Marshal(Profile{Schema: markSchema, Browser: o.product(t.Context()), Store: inFile})
	if err := os.WriteFile(filepath.Join(o.Profile, markName), forged, 0o600); err != nil {
		t.Fatal(err)
	}
	if got := s.visit(t, o, "/who/", false); got != "nobody" {
		t.Errorf("control: opened without its keyring, the profile is still signed in as %q", got)
	}
}

// keyringDaemon is a keyring of the test's own on a bus of its own.
type keyringDaemon struct {
	t    *testing.T
	dir  string
	stop func()
}

func startKeyring(t *testing.T) *keyringDaemon {
	t.Helper()
	for _, name := range []string{"dbus-daemon", "dbus-send", "gnome-keyring-daemon"} {
		if _, err := exec.LookPath(name); err != nil {
			if os.Getenv("CI") != "" {
				t.Fatalf("%s is missing: run `make setup`", name)
			}
			t.Skipf("%s is not installed, so there is no keyring to try: run `make setup`", name)
		}
	}
	dir := t.TempDir()
	for name, value := range map[string]string{"HOME": dir, "XDG_RUNTIME_DIR": dir, "XDG_DATA_HOME": dir, "XDG_CACHE_HOME": dir, "XDG_CONFIG_HOME": dir} {
		t.Setenv(name, value)
	}
	address := "unix:path=" + filepath.Join(dir, "bus")
	bus := exec.Command("dbus-daemon", "--session", "--nofork", "--nopidfile", "--address="+address)
	if err := bus.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = bus.Process.Kill(); _ = bus.Wait() })
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", address)
	until(t, 20*time.Second, "the bus", func() bool {
		conn, err := net.Dial("unix", filepath.Join(dir, "bus"))
		if err == nil {
			conn.Close()
		}
		return err == nil
	})
	k := &keyringDaemon{t: t, dir: dir}
	k.unlock()
	t.Cleanup(k.end)
	return k
}

// end stops the daemon.
func (k *keyringDaemon) end() {
	if k.stop != nil {
		k.stop()
	}
	k.stop = nil
}

// unlock starts the daemon with the password, as signing in to a desktop does.
func (k *keyringDaemon) unlock() { k.daemon("--unlock") }

// lock starts it without one.
func (k *keyringDaemon) lock() { k.daemon() }

func (k *keyringDaemon) daemon(args ...string) {
	k.t.Helper()
	k.end()
	cmd := exec.Command("gnome-keyring-daemon", append([]string{"--foreground", "--components=secrets"}, args...)...)
	cmd.Stdin = strings.NewReader("a password")
	if err := cmd.Start(); err != nil {
		k.t.Fatal(err)
	}
	k.stop = func() { _ = cmd.Process.Kill(); _ = cmd.Wait() }
	until(k.t, 20*time.Second, "the keyring answers", func() bool {
		return exec.Command("dbus-send", "--session", "--print-reply", "--dest=org.freedesktop.DBus", "/", "org.freedesktop.DBus.GetNameOwner", "string:org.freedesktop.secrets").Run() == nil
	})
}

// TestAStartThatFailsGivesBackAnEmptyFolder: somebody else who waits for the
// profile gets it when it is empty again, and loses nothing of theirs.
func TestAStartThatFailsGivesBackAnEmptyFolder(t *testing.T) {
	t.Parallel()
	got := 0
	for range 6 {
		o := Options{Path: filepath.Join(t.TempDir(), "Browser"), Profile: filepath.Join(t.TempDir(), "profile"), Args: []string{"password-store=basic"}, Lookup: os.LookupEnv}
		const script = "#!/bin/sh\n[ \"$1\" = --version ] && { echo 'Chromium 156.0.1.0'; exit; }\nexit 1\n"
		if err := os.WriteFile(o.Path, []byte(script), 0o755); err != nil {
			t.Fatal(err)
		}
		over, waited := make(chan struct{}), make(chan *lease, 1)
		go func() {
			for {
				if _, err := os.Stat(filepath.Join(o.Profile, markName)); err == nil {
					if l, err := o.take(context.Background()); err == nil {
						waited <- l
						return
					}
				}
				select {
				case <-over:
					waited <- nil
					return
				default:
				}
			}
		}()
		if _, err := Start(t.Context(), o); err == nil {
			t.Fatal("started")
		}
		close(over)
		if l := <-waited; l != nil {
			got++
			if _, err := os.Stat(filepath.Join(o.Profile, markName)); err != nil {
				t.Errorf("the profile was emptied under somebody who held it: %v", err)
			}
			l.end()
		}
	}
	t.Logf("somebody else got the profile in %d of 6 starts", got)
}
