//go:build linux

package automation_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/nonmerci/nonmerci/automation"
	"github.com/nonmerci/nonmerci/internal/hint"
	"github.com/nonmerci/nonmerci/internal/record"
	"github.com/nonmerci/nonmerci/selectors"
)

// evidence is all that is known about a case when it is over.
type evidence struct {
	outcome automation.Outcome // zero: the program did not tell
	message string
	err     error // a fault of the program
	took    time.Duration
	hung    bool

	sent    int  // submissions that the person made
	others  int  // submissions that nobody asked for
	inputs  int  // clicks of the program's on Send
	leaks   int  // requests that left while the form was filled in
	handed  bool // the person's input was on again
	met     bool // the fault happened
	killed  bool // it was the program that was killed
	stopped bool // Ctrl-C came

	records  int // folders in the place of the records
	verdict  record.Verdict
	findings string
	told     string // outcome in the record; empty: it has no end
	alive    bool   // the browser's process is
	calls    []string
	said     string // by the program, for people and log
}

// call names of the trace, in order.
func readTrace(dir string, e *evidence) (pid int) {
	raw, _ := os.ReadFile(filepath.Join(dir, "trace"))
	for line := range strings.Lines(string(raw)) {
		line = strings.TrimSuffix(line, "\n")
		kind, rest, _ := strings.Cut(line, " ")
		switch {
		case kind == "call":
			e.calls = append(e.calls, rest)
		case kind == "pid":
			fmt.Sscan(rest, &pid)
		case kind == "fault":
			e.met = true
		case line == "sent person":
			e.sent++
		case line == "sent page":
			e.others++
		case line == "input on send":
			e.inputs++
		case line == "leak":
			e.leaks++
		case line == "handed":
			e.handed = true
		case kind == "hook", kind == "unreadable", kind == "unwritable":
			e.err = fmt.Errorf("the stand-in: %s", line)
		}
	}
	return pid
}

// faultFlow is the flow of every case.
var faultFlow = sync.OnceValues(func() (*selectors.Flow, error) {
	f, _, err := selectors.Load("", "instagram")
	return f, err
})

// faultRequest is what every case asks for.
func faultRequest(dir string) (automation.Request, error) {
	self, err := os.Executable()
	if err != nil {
		return automation.Request{}, err
	}
	f, err := faultFlow()
	return automation.Request{
		Flow: f, Email: "marie@courrier.example", Explanation: "Non merci.", Country: "FR", Route: "settings", Wait: 6 * time.Second,
		Rehearsal: true, Records: filepath.Join(dir, "records"), Language: "en", Program: "test",
		Browser: automation.Browser{Path: self, Profile: filepath.Join(dir, "profile"), Headless: true, Args: []string{"standin=" + dir}},
	}, err
}

// walker is the program as a process of its own, with Ctrl-C as in cmd/nonmerci.
func walker(dir string) int {
	req, err := faultRequest(dir)
	if err != nil {
		return 3
	}
	var lines int
	if raw, err := os.ReadFile(filepath.Join(dir, "kill-at-line")); err == nil {
		fmt.Sscan(string(raw), &lines)
		go killAtLine(req.Records, lines)
	}
	if raw, err := os.ReadFile(filepath.Join(dir, "room")); err == nil {
		var room int
		fmt.Sscan(string(raw), &room)
		fillDisk(uint64(max(room, 0)))
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	context.AfterFunc(ctx, stop)
	res, err := automation.Object(ctx, req)
	if err != nil {
		return 1
	}
	roomAgain()
	raw, _ := json.Marshal(map[string]any{"outcome": res.Outcome, "message": res.Message.String()})
	if os.WriteFile(filepath.Join(dir, "result"), raw, 0o600) != nil {
		return 3
	}
	return 0
}

// fillDisk makes every file end at so many bytes: to this process, the disk is full.
func fillDisk(room uint64) {
	signal.Ignore(syscall.SIGXFSZ)
	limitFiles(func(l *syscall.Rlimit) { l.Cur = room })
}

// roomAgain takes it back, also for the stand-in, whose trace must be whole.
func roomAgain() { limitFiles(func(l *syscall.Rlimit) { l.Cur = l.Max }) }

func limitFiles(change func(*syscall.Rlimit)) {
	var l syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &l); err != nil {
		panic(err)
	}
	change(&l)
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &l); err != nil {
		panic(err)
	}
}

// killAtLine kills this process when its journal has so many lines.
func killAtLine(records string, lines int) {
	for {
		if journals, _ := filepath.Glob(filepath.Join(records, "*", "journal.jsonl")); len(journals) == 1 {
			if raw, _ := os.ReadFile(journals[0]); strings.Count(string(raw), "\n") >= lines {
				syscall.Kill(os.Getpid(), syscall.SIGKILL)
			}
		}
		<-time.After(50 * time.Microsecond)
	}
}

// suffer runs one case.
func suffer(t *testing.T, dir string, c faultCase) (e evidence) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	hook, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer hook.Close()
	go func() {
		for {
			conn, err := hook.Accept()
			if err != nil {
				return
			}
			cancel()
			conn.Close()
		}
	}()
	c.Hook = hook.Addr().String()
	raw, err := json.Marshal(c.script)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "script.json"), raw, 0o600); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	if c.walker {
		sufferApart(t, dir, c, &e)
	} else {
		sufferHere(ctx, t, dir, &e, cancel)
	}
	e.took = time.Since(began)
	pid := readTrace(dir, &e)
	e.stopped = strings.HasPrefix(c.Kind, "Ctrl-C") || c.Kind == "interrupt"
	if pid > 0 {
		e.alive = !gone(pid)
		if e.alive {
			syscall.Kill(pid, syscall.SIGKILL)
		}
	}
	e.readRecord(dir)
	return e
}

// hung is whether a case has hung before: once is enough to see where.
var hung atomic.Bool

func sufferHere(ctx context.Context, t *testing.T, dir string, e *evidence, cancel func()) {
	t.Helper()
	req, err := faultRequest(dir)
	if err != nil {
		t.Fatal(err)
	}
	var said sync.Mutex
	var log []string
	req.Tell = func(s hint.Text) { said.Lock(); log = append(log, "told: "+s.String()); said.Unlock() }
	req.Log = func(m string, f map[string]any) {
		said.Lock()
		log = append(log, fmt.Sprint("log: ", m, f))
		said.Unlock()
	}
	done := make(chan evidence, 1)
	go func() {
		res, err := automation.Object(ctx, req)
		done <- evidence{outcome: res.Outcome, message: res.Message.String(), err: err}
	}()
	select {
	case *e = <-done:
	case <-time.After(acceptable):
		if hung.CompareAndSwap(false, true) {
			t.Logf("it hangs:\n%s", mine(stacks()))
		}
		cancel()
		select {
		case *e = <-done:
		case <-time.After(10 * time.Second):
		}
		e.hung = true
	}
	said.Lock()
	e.said = strings.Join(log, "\n")
	said.Unlock()
}

// sufferApart runs the program as a process of its own.
func sufferApart(t *testing.T, dir string, c faultCase, e *evidence) {
	t.Helper()
	if c.journal > 0 {
		if err := os.WriteFile(filepath.Join(dir, "kill-at-line"), fmt.Append(nil, c.journal), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if c.room != 0 {
		if err := os.WriteFile(filepath.Join(dir, "room"), fmt.Append(nil, c.room), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), acceptable)
	defer cancel()
	cmd := exec.CommandContext(ctx, self, "--walker="+dir)
	said, err := cmd.CombinedOutput()
	e.said = fmt.Sprintf("%s%v", said, err)
	e.hung = ctx.Err() != nil
	status, _ := cmd.ProcessState.Sys().(syscall.WaitStatus)
	e.killed = status.Signaled()
	raw, err := os.ReadFile(filepath.Join(dir, "result"))
	switch {
	case err == nil:
		var got struct {
			Outcome automation.Outcome
			Message string
		}
		e.err = json.Unmarshal(raw, &got)
		e.outcome, e.message = got.Outcome, got.Message
	case !e.killed:
		e.err = fmt.Errorf("the program ended with %v and said %s", cmd.ProcessState, said)
	}
}

func (e *evidence) readRecord(dir string) {
	made, _ := filepath.Glob(filepath.Join(dir, "records", "*"))
	e.records = len(made)
	if e.records != 1 {
		return
	}
	verdict, findings, err := record.Verify(made[0])
	if err != nil {
		e.verdict, e.findings = record.Altered, err.Error()
		return
	}
	e.verdict = verdict
	for _, f := range findings {
		e.findings += fmt.Sprintf("%s: %s; ", f.File, f.What)
	}
	if s, err := record.Open(made[0]); err == nil {
		e.told = s.Outcome
	}
}

// gone waits for a process to end. One that nobody has fetched yet has ended.
func gone(pid int) bool {
	state := regexp.MustCompile(`(?m)^State:\s+Z`)
	for until := time.Now().Add(5 * time.Second); time.Now().Before(until); {
		raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
		if err != nil || state.Match(raw) {
			return true
		}
		<-time.After(2 * time.Millisecond)
	}
	return false
}

func stacks() string {
	buf := make([]byte, 4<<20)
	return string(buf[:runtime.Stack(buf, true)])
}

// mine keeps the goroutines that run code of the program's.
func mine(stacks string) string {
	var out []string
	for g := range strings.SplitSeq(stacks, "\n\n") {
		if strings.Contains(g, "nonmerci/automation.") || strings.Contains(g, "nonmerci/automation/internal") {
			out = append(out, g)
		}
	}
	return strings.Join(out, "\n\n")
}
