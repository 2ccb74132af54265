//go:build !windows

package chrome

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/nonmerci/nonmerci/automation/internal/proxy"
)

// TestStartOnAProfileInUse: the second start is refused, the first browser
// works on.
func TestStartOnAProfileInUse(t *testing.T) {
	t.Parallel()
	o := options(t)
	b := started(t, o)
	if second, err := Start(t.Context(), o); !errors.Is(err, ErrInUse) {
		t.Errorf("second start: %v", err)
		if err == nil {
			second.Close()
		}
	}
	if _, err := b.Look(t.Context(), link("x"), Until{Within: time.Millisecond}); err != nil {
		t.Errorf("the first browser: %v", err)
	}
}

// TestStartAfterACrash: a lock whose process is gone is nobody's.
func TestStartAfterACrash(t *testing.T) {
	t.Parallel()
	o := options(t)
	gone := exec.Command("true")
	if err := gone.Run(); err != nil {
		t.Fatal(err)
	}
	host, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	lock := filepath.Join(o.Profile, "SingletonLock")
	if err := os.Symlink(host+"-"+strconv.Itoa(gone.ProcessState.Pid()), lock); err != nil {
		t.Fatal(err)
	}
	started(t, o)
}

// TestOccupied: who holds a profile, by its lock and by whether somebody listens.
func TestOccupied(t *testing.T) {
	host, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	me := strconv.Itoa(os.Getpid())
	for target, want := range map[string]Holder{
		host + "-" + me:            HeldByBrowser,
		"another-computer-" + me:   HeldElsewhere,
		host + "-0":                0,
		host + "--1":               HeldElsewhere, // a host whose name ends in a dash, and not this one
		host + "-99999999":         0,
		host + "-x":                0,
		"nonsense":                 0,
		"":                         0,
		host + "-" + me + "-" + me: HeldElsewhere,
	} {
		for _, listening := range []bool{true, false} {
			dir := t.TempDir()
			if target != "" {
				if err := os.Symlink(target, filepath.Join(dir, "SingletonLock")); err != nil {
					t.Fatal(err)
				}
			}
			want := want
			if listening {
				l, err := net.Listen("unix", filepath.Join(dir, "SingletonSocket"))
				if err != nil {
					t.Fatal(err)
				}
				defer l.Close()
			} else if want == HeldByBrowser {
				want = 0 // another program has the number by now
			}
			var got Holder
			if busy := occupied(dir); busy != nil {
				got = busy.By
			}
			if got != want {
				t.Errorf("lock %q, listening %v: held by %v, want %v", target, listening, got, want)
			}
		}
	}
}

// TestStartWithoutADisplay wants a window where there can be none.
func TestStartWithoutADisplay(t *testing.T) {
	o := options(t)
	t.Setenv("DISPLAY", "")
	t.Setenv("WAYLAND_DISPLAY", "")
	o.Headless = false
	b, err := Start(t.Context(), o)
	if !errors.Is(err, ErrNoDisplay) {
		t.Errorf("error %v", err)
	}
	if err == nil {
		b.Close()
	}
}

// TestStartOfWhatIsNoBrowser: each ends in time, with an error that says what it
// is, and leaves no process behind.
func TestStartOfWhatIsNoBrowser(t *testing.T) {
	browserPath(t) // these do not need it, but take as long as those that do
	t.Parallel()   // and do nothing but wait
	script := func(text string) string {
		dir, err := os.MkdirTemp(t.TempDir(), "")
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, "browser")
		if err := os.WriteFile(path, []byte("#!/bin/sh\n"+text+"\n"), 0o755); err != nil {
			t.Fatal(err)
		}
		return path
	}
	const note = "echo $$ > $(dirname $0)/pid\n"
	ended := func(t *testing.T, path string) {
		raw, err := os.ReadFile(filepath.Join(filepath.Dir(path), "pid"))
		if err != nil {
			return // it notes none
		}
		if pid, err := strconv.Atoi(strings.TrimSpace(string(raw))); err != nil || alive(pid) {
			t.Errorf("process %s lives on", raw)
		}
	}
	plain := filepath.Join(t.TempDir(), "plain")
	if err := os.WriteFile(plain, []byte("not a program"), 0o644); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name, path string
		want       error
		within     time.Duration
	}{
		{"true", "/bin/true", ErrStart, 2 * time.Second},
		{"false", "/bin/false", ErrStart, 2 * time.Second},
		{"cat", "/bin/cat", ErrStart, 2 * time.Second},
		{"missing", filepath.Join(t.TempDir(), "missing"), ErrStart, time.Second},
		{"no program", plain, ErrStart, time.Second},
		{"a directory", t.TempDir(), ErrStart, time.Second},
		{"garbage", script(note + "printf 'hello\\000' >&4; exec sleep 60"), ErrStart, 9 * time.Second},
		{"garbage at once, then the end", script(note + "printf 'hello' >&4"), ErrStart, 3 * time.Second},
		{"closes its pipes and stays", script(note + "exec 3<&- 4>&-; exec sleep 60"), ErrStart, 9 * time.Second},
		{"ends with an error", script("exit 3"), ErrStart, 2 * time.Second},
		{"complains of a lock", script("echo 'Failed to create a ProcessSingleton for your profile directory' >&2; exit 21"), ErrInUse, 2 * time.Second},
		{"complains of the screen", script("echo 'Missing X server or $DISPLAY' >&2; exit 1"), ErrNoDisplay, 2 * time.Second},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			begin := time.Now()
			b, err := Start(t.Context(), Options{Path: tt.path, Profile: t.TempDir(), Headless: true, Fleeting: true})
			took := time.Since(begin)
			if err == nil {
				b.Close()
			}
			if !errors.Is(err, tt.want) {
				t.Errorf("error %v, want %v", err, tt.want)
			}
			if took > tt.within {
				t.Errorf("took %s", took)
			}
			ended(t, tt.path)
		})
	}
	t.Run("says nothing", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
		defer cancel()
		path := script(note + "exec sleep 60")
		begin := time.Now()
		_, err := Start(ctx, Options{Path: path, Profile: t.TempDir(), Headless: true, Fleeting: true})
		if err == nil || time.Since(begin) > 9*time.Second {
			t.Errorf("error %v after %s", err, time.Since(begin))
		}
		ended(t, path)
	})
}

// TestStartOnABadProfile: the place of the profile is a file, or below one.
func TestStartOnABadProfile(t *testing.T) {
	o := options(t)
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{file, filepath.Join(file, "profile")} {
		o.Profile = dir
		if _, err := Start(t.Context(), o); !errors.Is(err, syscall.ENOTDIR) {
			t.Errorf("%s: %v", filepath.Base(dir), err)
		}
	}
}

// TestProfileIsTheOwners: nobody else may read it, and an existing one stays.
func TestProfileIsTheOwners(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "profile")
	if err := prepareProfile(dir); err != nil {
		t.Fatal(err)
	}
	prefs := filepath.Join(dir, "Default", "Preferences")
	for path, want := range map[string]os.FileMode{dir: 0o700, prefs: 0o600} {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v %v", filepath.Base(path), info.Mode(), err)
		}
	}
	if err := os.WriteFile(prefs, []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := prepareProfile(dir); err != nil {
		t.Fatal(err)
	}
	if raw, _ := os.ReadFile(prefs); string(raw) != "{}" {
		t.Errorf("an existing profile was changed: %s", raw)
	}
}

// TestBrowserIsNotDisguised compares what a page can read of the browser with
// what a browser says that nobody drives. It is not hidden either that a program
// drives it: navigator.webdriver is true because of the pipe.
func TestBrowserIsNotDisguised(t *testing.T) {
	t.Parallel()
	path := browserPath(t)
	const ask = `[navigator.userAgent, navigator.platform, navigator.language, innerWidth, outerWidth, outerHeight, devicePixelRatio, navigator.maxTouchPoints].join(' | ')`
	say := func(h *hand) string { return fmt.Sprint(h.on(t).eval(ask)) }
	w, err := serveWeb()
	if err != nil {
		t.Fatal(err)
	}
	defer w.close()
	w.put("/test/plain/", "<!doctype html><title>plain</title>")
	const address = "https://www.facebook.com/test/plain/"

	h, err := newHand()
	if err != nil {
		t.Fatal(err)
	}
	o := options(t, append(w.args(), h.arg())...)
	b := started(t, o)
	if err := b.Open(t.Context(), address); err != nil {
		t.Fatal(err)
	}
	driven := say(h)

	plain, err := newHand()
	if err != nil {
		t.Fatal(err)
	}
	args := []string{"--headless=new", "--window-size=1280,1000", "--no-first-run", "--user-data-dir=" + t.TempDir(), "--" + plain.arg()}
	if os.Geteuid() == 0 {
		args = append(args, "--no-sandbox")
	}
	for _, a := range w.args() {
		args = append(args, "--"+a)
	}
	cmd := exec.Command(path, append(args, address)...)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { cmd.Process.Signal(syscall.SIGTERM); _ = cmd.Wait() }()
	until(t, 20*time.Second, "the plain browser's port", func() bool {
		c, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", plain.port))
		if err == nil {
			c.Close()
		}
		return err == nil
	})
	if undriven := say(plain); driven != undriven {
		t.Errorf("driven:   %s\nundriven: %s", driven, undriven)
	}
	if got := h.on(t).eval(`navigator.webdriver`); got != true {
		t.Errorf("navigator.webdriver is %v", got)
	}
}

// TestCloseLeavesNothing: no process, no goroutine that still answers, and
// closing twice is no harm.
func TestCloseLeavesNothing(t *testing.T) {
	t.Parallel()
	o := options(t)
	b := started(t, o)
	pid := b.proc.cmd.Process.Pid
	begin := time.Now()
	for range 2 {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	}
	t.Logf("closed in %s", time.Since(begin).Round(time.Millisecond))
	if alive(pid) {
		t.Error("the browser lives on")
	}
	until(t, 20*time.Second, "its helpers end", func() bool { return syscall.Kill(-pid, 0) != nil })
	if _, err := os.Readlink(filepath.Join(o.Profile, "SingletonLock")); err == nil {
		t.Error("the profile is still locked")
	}
	if _, err := b.Look(t.Context(), link("x"), Until{Within: time.Second}); !errors.Is(err, ErrGone) {
		t.Errorf("a look after the end: %v", err)
	}
}

// TestTheBrowserEndsWithItsPipe: that is what happens when this program dies.
func TestTheBrowserEndsWithItsPipe(t *testing.T) {
	t.Parallel()
	b := started(t, options(t))
	begin := time.Now()
	b.proc.pipe.out.Close()
	select {
	case <-b.proc.done:
		t.Logf("after %s", time.Since(begin).Round(time.Millisecond))
	case <-time.After(10 * time.Second): // a tenth of a second on a quiet machine
		t.Fatal("it lives on")
	}
	select {
	case <-b.Gone():
	case <-time.After(time.Second):
		t.Error("the program does not notice")
	}
	if _, err := b.Look(t.Context(), link("x"), Until{Within: time.Second}); !errors.Is(err, ErrGone) {
		t.Errorf("a look after the end: %v", err)
	}
}

// TestABrowserThatIsKilled: every call ends with ErrGone, at once.
func TestABrowserThatIsKilled(t *testing.T) {
	t.Parallel()
	b := started(t, options(t))
	looking := make(chan error, 1)
	go func() {
		_, err := b.Look(t.Context(), link("x"), Until{Within: 20 * time.Second, Not: "y"})
		looking <- err
	}()
	killTree(b.proc.cmd)
	select {
	case err := <-looking:
		if !errors.Is(err, ErrGone) {
			t.Errorf("look: %v", err)
		}
	case <-time.After(5 * time.Second):
		t.Error("a look goes on after the browser's end")
	}
	if err := b.Close(); err != nil {
		t.Error(err)
	}
}

func TestSwitches(t *testing.T) {
	got := strings.Join(switches(Options{Headless: true, Sandbox: true}, []string{"headless=old", "lang=fr", "lang=de"}), " ")
	for _, want := range []string{"--no-startup-window", "--headless=old", "--lang=fr --lang=de"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in %s", want, got)
		}
	}
	for _, never := range []string{"headless=new", "no-sandbox", "password-store", "use-mock-keychain", "enable-automation", "user-agent", "remote-allow-origins"} {
		if strings.Contains(got, never) {
			t.Errorf("%s in %s", never, got)
		}
	}
}

func TestFind(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"brave-browser", "chromium", "my-browser"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", dir)
	for wanted, want := range map[string]string{
		"": "chromium", "chromium": "chromium", "brave": "brave-browser", "my-browser": "my-browser",
		"edge": "", "netscape": "", filepath.Join(dir, "my-browser"): "my-browser", "./nothing": "", dir + "/": "",
	} {
		if want != "" {
			want = filepath.Join(dir, want)
		}
		got, err := Find(wanted, os.LookupEnv)
		if got != want || errors.Is(err, ErrNoBrowser) != (want == "") {
			t.Errorf("Find(%q) = %q, %v; want %q", wanted, got, err, want)
		}
	}
}

// TestOverAnotherProxy: a proxy of the caller's is followed, and the way is shut
// all the same.
func TestOverAnotherProxy(t *testing.T) {
	if !*thorough {
		t.Skip("the proxy's own tests show it every day without a browser: run with -thorough")
	}
	t.Parallel()
	w, err := serveWeb()
	if err != nil {
		t.Fatal(err)
	}
	defer w.close()
	theirs, err := proxy.Start(proxy.ParseRules(strings.TrimPrefix(w.args()[0], "host-resolver-rules=")), func(*url.URL) (*url.URL, error) { return nil, nil })
	if err != nil {
		t.Fatal(err)
	}
	defer theirs.Close()
	h, err := newHand()
	if err != nil {
		t.Fatal(err)
	}
	b := started(t, options(t, "proxy-server=http://"+theirs.Address(), w.args()[1], h.arg()))
	if err := b.Open(t.Context(), w.page("<h1>far away</h1>")); err != nil {
		t.Fatal(err)
	}
	tab := h.on(t)
	if got := tab.eval(`document.querySelector('h1').textContent`); got != "far away" {
		t.Errorf("the page says %v", got)
	}
	if !theirs.Asked("www.facebook.com") || !b.Outlet("www.facebook.com") {
		t.Error("it was not reached over both")
	}
	b.Arm()
	tab.try(`new WebTransport('https://www.facebook.com/sent/transport').ready.catch(() => {}); fetch('/sent/fetch').catch(() => {})`)
	quiet(t, 500*time.Millisecond, func() bool { return w.total() > 0 })
	if n := w.total(); n > 0 {
		t.Errorf("%d left", n)
	}
}
