package chrome

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// Options says how to start a browser.
type Options struct {
	Path     string   // the browser's binary
	Profile  string   // the user data dir; made where it is missing
	Headless bool     // no window
	Args     []string // further switches as NAME or NAME=VALUE, without dashes; they win
	Sandbox  bool     // false only for rehearsals and tests as root, where Chromium cannot use it

	saved *Saved // show this page and nothing else
	off   locks
}

// Errors of a start that a person can do something about.
var (
	ErrInUse     = errors.New("the browser profile is in use")
	ErrNoDisplay = errors.New("there is no display to show a window on")
	ErrStart     = errors.New("the browser did not start")
)

// process is a started browser.
type process struct {
	cmd    *exec.Cmd
	pipe   *pipe
	done   chan struct{} // closed when the process has ended
	shown  []string      // switches for the record, without the profile's path
	stderr *tail
}

// Start starts a browser on its own profile and opens one empty tab, with every
// lock on before the tab exists. It never starts on a profile that is in use.
func Start(ctx context.Context, o Options) (*Browser, error) {
	if err := prepareProfile(o.Profile); err != nil {
		return nil, err
	}
	if inUse(o.Profile) {
		return nil, ErrInUse
	}
	args := switches(o)
	cmd := exec.Command(o.Path, append(args, "--user-data-dir="+o.Profile)...)
	proc := &process{cmd: cmd, done: make(chan struct{}), shown: args, stderr: &tail{}}
	cmd.Stderr = proc.stderr
	cmd.WaitDelay = time.Second
	p, err := plug(cmd)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrStart, err)
	}
	proc.pipe = p
	go func() {
		defer close(proc.done)
		_ = cmd.Wait()
		p.Close()
	}()
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	b, err := connect(ctx, proc, o)
	if err != nil {
		return nil, proc.explain(err, o.Profile)
	}
	return b, nil
}

// switches are the browser's arguments. The caller's win: Chromium takes the
// last of two, and a switch of ours that they name is left out.
func switches(o Options) []string {
	own := []string{
		"no-first-run", "no-default-browser-check", "hide-crash-restore-bubble",
		// No tab may exist before the network lock does.
		"no-startup-window",
		// Ways out that no lock sees (measured, Chromium 156): the sockets of shared
		// workers, the packets of WebRTC, and what the browser itself fetches for
		// payments and sign-in offers at an address that the page makes up.
		"disable-shared-workers", "webrtc-ip-handling-policy=disable_non_proxied_udp", "disable-features=FedCm,WebPayments",
	}
	if o.Headless {
		own = append(own, "headless=new", "window-size=1280,1000")
	}
	if !o.Sandbox {
		own = append(own, "no-sandbox")
	}
	theirs := map[string]bool{}
	for _, a := range o.Args {
		name, _, _ := strings.Cut(a, "=")
		theirs[name] = true
	}
	var out []string
	for _, a := range own {
		if name, _, _ := strings.Cut(a, "="); !theirs[name] {
			out = append(out, "--"+a)
		}
	}
	for _, a := range o.Args {
		out = append(out, "--"+a)
	}
	return out
}

// preferences switch off what loads pages before anybody asks for them
// (prefetch, prerender): such loads pass no request gate.
const preferences = `{"net":{"network_prediction_options":2}}`

// prepareProfile makes a new profile, readable by its owner only. An existing
// one is left as it is.
func prepareProfile(dir string) error {
	if _, err := os.Stat(filepath.Join(dir, "Default")); err == nil {
		return nil
	}
	if err := os.MkdirAll(filepath.Join(dir, "Default"), 0o700); err != nil {
		return fmt.Errorf("make the browser profile: %w", err)
	}
	if err := os.WriteFile(filepath.Join(dir, "Default", "Preferences"), []byte(preferences), 0o600); err != nil {
		return fmt.Errorf("make the browser profile: %w", err)
	}
	return nil
}

// end waits for the browser to end and makes it end after the grace.
func (p *process) end(grace time.Duration) error {
	timer := time.NewTimer(grace)
	defer timer.Stop()
	select {
	case <-p.done:
		return nil
	case <-timer.C:
	}
	p.pipe.Close() // Chromium ends when its pipe does
	timer.Reset(time.Second)
	select {
	case <-p.done:
	case <-timer.C:
		killTree(p.cmd)
		<-p.done
	}
	return nil
}

// explain turns what a browser that did not start printed into an error that a
// person can act on. Exit codes and messages: Chromium's process_singleton and
// ozone_platform_x11.
func (p *process) explain(err error, profile string) error {
	select {
	case <-p.done:
	default:
		return err
	}
	said := p.stderr.String()
	switch {
	case strings.Contains(said, "$DISPLAY"), strings.Contains(said, "X server"):
		return ErrNoDisplay
	case inUse(profile), strings.Contains(said, "ProcessSingleton"):
		return ErrInUse
	}
	return fmt.Errorf("%w: exit code %d", ErrStart, p.cmd.ProcessState.ExitCode())
}

// tail keeps the end of what the browser prints.
type tail struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.buf.Write(b)
	if over := t.buf.Len() - 16<<10; over > 0 {
		t.buf.Next(over)
	}
	return len(b), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.buf.String()
}
