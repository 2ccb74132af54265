package chrome

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/nonmerci/nonmerci/automation/internal/proxy"
)

// Options says how to start a browser.
type Options struct {
	Path     string   // the browser's binary
	Profile  string   // the user data dir; made where it is missing
	Headless bool     // no window
	Args     []string // further switches as NAME or NAME=VALUE, without dashes; they win
	Sandbox  bool     // false only for rehearsals and tests as root, where Chromium cannot use it
	Fleeting bool     // the profile is thrown away: no mark, and no keyring is asked

	// Lookup is the environment, in the manner of os.LookupEnv: a browser on Linux
	// reads its proxies there.
	Lookup func(string) (string, bool)

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
	outlet *proxy.Proxy  // its only way to the network; nil: it has its own
	done   chan struct{} // closed when the process has ended
	shown  []string      // switches for the record, without the profile's path
	stderr *tail
}

// Start starts a browser on its own profile and opens one empty tab, with every
// lock on before the tab exists. It never starts on a profile that is in use.
func Start(ctx context.Context, o Options) (*Browser, error) {
	l, err := o.take(ctx)
	if err != nil {
		return nil, err
	}
	if _, named := o.named("password-store"); l.store != "" && !named {
		o.Args = append(slices.Clone(o.Args), "password-store="+l.store)
	}
	return o.launch(ctx, l)
}

// launch starts the browser's process and connects to it. The profile is given
// back when the process has ended; where it did not start, after it was undone.
func (o Options) launch(ctx context.Context, l *lease) (*Browser, error) {
	way, given, followed, err := outlet(o)
	if err != nil {
		l.undo()
		return nil, fmt.Errorf("%w: %w", ErrStart, err)
	}
	cmd := exec.Command(o.Path, append(given, "--user-data-dir="+o.Profile)...)
	proc := &process{cmd: cmd, outlet: way, done: make(chan struct{}), shown: slices.Concat(given, followed), stderr: &tail{}}
	cmd.Stderr = proc.stderr
	cmd.WaitDelay = time.Second
	p, err := plug(cmd)
	if err != nil {
		way.Close()
		l.undo()
		return nil, fmt.Errorf("%w: %w", ErrStart, err)
	}
	proc.pipe = p
	started, released := make(chan struct{}), make(chan struct{})
	go func() {
		_ = cmd.Wait()
		p.Close()
		way.Close()
		select {
		case <-started:
			o.learn()
			l.end() // who waits for the end may start the next browser
		default:
		}
		close(proc.done)
		<-released
		l.end()
	}()
	defer close(released)
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	b, err := connect(ctx, proc, o)
	if err != nil {
		err = proc.explain(err, o.Profile)
		l.undo()
		return nil, err
	}
	close(started)
	return b, nil
}

// preferences switch off what loads pages before anybody asks for them
// (prefetch, prerender): such loads pass no request gate. And the question
// whether to save the password: it lies over the page where the site asks for a
// code, and takes the Enter that the person presses there for a yes (measured).
const preferences = `{"net":{"network_prediction_options":2},"credentials_enable_service":false,"profile":{"password_manager_enabled":false}}`

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
	case errors.Is(err, ErrTooOld):
		return err
	case strings.Contains(said, "$DISPLAY"), strings.Contains(said, "X server"):
		return ErrNoDisplay
	case occupied(profile) != nil:
		return occupied(profile)
	case strings.Contains(said, "ProcessSingleton"):
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
