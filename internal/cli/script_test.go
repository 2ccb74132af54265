package cli_test

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"image"
	"image/png"
	"net/http/httptest"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/nonmerci/nonmerci/automation"
	"github.com/nonmerci/nonmerci/internal/authority"
	"github.com/nonmerci/nonmerci/internal/cli"
	"github.com/nonmerci/nonmerci/internal/record"
)

// TestMain makes the program a command of the scripts. It is what cmd/nonmerci
// does, but that AS_USER hides that the tests run as root, and PUBLISHERS are those
// whose flow files are taken over.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"nonmerci": func() {
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
		w := cli.World{
			Args: os.Args[1:], Stdin: os.Stdin, Stdout: heard(os.Stdout, "stdout"), Stderr: heard(os.Stderr, "stderr"), Lookup: os.LookupEnv,
			Root: os.Geteuid() == 0 && os.Getenv("AS_USER") == "",
		}
		run := cli.Main
		if keys := os.Getenv("PUBLISHERS"); keys != "" {
			run = func(ctx context.Context, w cli.World) int { return cli.MainTrusting(ctx, w, strings.Split(keys, ",")) }
		}
		code := run(ctx, w)
		stop()
		os.Exit(code)
	}})
}

func TestScripts(t *testing.T) { scripts(t, "script") }

func TestScriptsWithBrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("starts browsers")
	}
	if _, err := automation.FindBrowser("", os.LookupEnv); err != nil {
		t.Skip("needs a browser of the Chromium family")
	}
	if runtime.GOOS != "linux" {
		t.Skip("looks for the browser's processes in /proc and sends them signals")
	}
	scripts(t, filepath.Join("script", "browser"))
}

// deadline is how long a script waits for what must happen. It is for a machine
// that does much else; nothing takes that long.
const deadline = 40 * time.Second

func scripts(t *testing.T, dir string) {
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("testdata", dir),
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Condition: func(cond string) (bool, error) {
			if cond == "root" {
				return os.Geteuid() == 0, nil
			}
			return false, fmt.Errorf("unknown condition %q", cond)
		},
		Setup: func(env *testscript.Env) error {
			home := filepath.Join(env.WorkDir, "home")
			env.Setenv("HOME", home)
			env.Setenv("USERPROFILE", home)
			env.Setenv("LOCALAPPDATA", home)
			env.Setenv("APPDATA", home)
			said := filepath.Join(env.WorkDir, ".said")
			env.Setenv("SAID", said)
			brought, err := filesBelow(env.WorkDir)
			if err != nil {
				return err
			}
			env.Defer(func() { checkSecrets(env.T(), env.WorkDir, brought) })
			publishers := map[string]cli.Publisher{}
			for _, name := range []string{"current", "next", "stranger"} {
				if publishers[name], err = cli.NewPublisher(); err != nil {
					return err
				}
			}
			env.Values["publishers"] = publishers
			env.Values["running"] = &running{vars: func() []string { return slices.Clone(env.Vars) }}
			return errors.Join(os.Mkdir(home, 0o700), os.Mkdir(said, 0o700))
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits, "result": result, "screen": screen, "write-record": writeRecord, "authority": runAuthority, "publish": publish, "newest": newest,
			"start": start, "await": await, "signal": send, "finish": finish, "browser": browser,
		},
	})
}

// runAuthority is authority [known]: a time stamp authority runs from now on, its
// address is in AUTHORITY, and this computer knows its root or not.
func runAuthority(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) > 1 || len(args) == 1 && args[0] != "known" {
		ts.Fatalf("usage: authority [known]")
	}
	a, err := authority.New(nil)
	ts.Check(err)
	server := httptest.NewServer(a)
	ts.Defer(server.Close)
	ts.Setenv("AUTHORITY", server.URL)
	if len(args) == 1 {
		roots := filepath.Join(ts.Getenv("WORK"), ".roots.pem")
		ts.Check(os.WriteFile(roots, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.Root.Raw}), 0o600))
		ts.Setenv("SSL_CERT_FILE", roots)
	}
}

// publish FILE REVISION current|next|stranger [OLD NEW] writes flow files and their
// signature. From then on the first two are the publishers.
func publish(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 && len(args) != 5 {
		ts.Fatalf("usage: publish FILE REVISION current|next|stranger [OLD NEW]")
	}
	all, ok := ts.Value("publishers").(map[string]cli.Publisher)
	if !ok {
		ts.Fatalf("no publishers")
	}
	ts.Setenv("PUBLISHERS", all["current"].Line+","+all["next"].Line)
	revision, err := strconv.Atoi(args[1])
	ts.Check(err)
	edit := append(args[3:], "", "")
	if edit[0] == "" {
		edit[0] = "\x00" // which stands nowhere
	}
	data, err := cli.Published(revision, edit[0], edit[1])
	ts.Check(err)
	file := ts.MkAbs(args[0])
	ts.Check(os.WriteFile(file, data, 0o600))
	ts.Check(os.WriteFile(file+".minisig", all[args[2]].Sign(data, revision), 0o600))
}

// exits CODE COMMAND… runs a command and wants its exit code.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND [ARGS...]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		exit, ok := errors.AsType[*exec.ExitError](err)
		if !ok {
			ts.Fatalf("%v", err)
		}
		got = exit.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

// result [KEY VALUE]… wants one JSON object as the last line of standard output,
// with these values.
func result(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args)%2 != 0 {
		ts.Fatalf("usage: result [KEY VALUE]...")
	}
	out := strings.TrimSuffix(ts.ReadFile("stdout"), "\n")
	var got map[string]any
	if err := json.Unmarshal([]byte(out[strings.LastIndex(out, "\n")+1:]), &got); err != nil {
		ts.Fatalf("last line of standard output: %v", err)
	}
	for pair := range slices.Chunk(args, 2) {
		var value any = got
		for _, key := range strings.Split(pair[0], ".") {
			object, _ := value.(map[string]any)
			v, ok := object[key]
			if !ok {
				ts.Fatalf("no %s in %v", pair[0], got)
			}
			value = v
		}
		if said := fmt.Sprint(value); said != pair[1] {
			ts.Fatalf("%s is %q, want %q", pair[0], said, pair[1])
		}
	}
}

// screen wants the last standard output to fit into 24 lines of 80 characters.
func screen(ts *testscript.TestScript, _ bool, _ []string) {
	lines := strings.Split(strings.TrimSuffix(ts.ReadFile("stdout"), "\n"), "\n")
	if len(lines) > 24 {
		ts.Fatalf("%d lines", len(lines))
	}
	for _, line := range lines {
		if utf8.RuneCountInString(line) > 80 {
			ts.Fatalf("more than 80 characters: %s", line)
		}
	}
}

// write-record DIR [open] writes a record; with open it is never sealed.
func writeRecord(ts *testscript.TestScript, _ bool, args []string) {
	clock := time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)
	r, err := record.Create(ts.MkAbs(args[0]), record.Meta{
		Service: "instagram", Rehearsal: true, Tool: "nonmerci", Driver: "none", Flow: "built-in", Revision: 2026112001, Language: "en",
		Clock: func() time.Time { clock = clock.Add(time.Second); return clock },
	})
	ts.Check(err)
	ts.Setenv("REC", r.Dir())
	form := map[string]any{"place": "form", "address": "https://help.instagram.com/contact/767264225370182"}
	var shot bytes.Buffer
	ts.Check(png.Encode(&shot, image.NewGray(image.Rect(0, 0, 4, 3))))
	ts.Check(r.Event(record.EventPlace, record.BasisPage, form))
	ts.Check(r.Event(record.EventForm, record.BasisPage, form))
	_, err = r.Picture("form", record.Caption{Place: "form", Areas: []record.Area{{Kind: record.KindEmail, X: 1, Y: 1, W: 2, H: 1}}}, shot.Bytes())
	ts.Check(err)
	ts.Check(r.Values([]record.Field{{Label: "Email", Target: "email", Value: "marie.canary@mail.example"}}))
	ts.Check(r.Event(record.EventPrepared, record.BasisProgram, nil))
	if len(args) == 1 {
		ts.Check(r.Close("ready", "The form is ready."))
	}
}

// newest DIR puts the one record in DIR into $REC.
func newest(ts *testscript.TestScript, _ bool, args []string) {
	entries, err := os.ReadDir(ts.MkAbs(args[0]))
	ts.Check(err)
	if len(entries) != 1 {
		ts.Fatalf("%d records, want 1", len(entries))
	}
	ts.Setenv("REC", filepath.Join(ts.MkAbs(args[0]), entries[0].Name()))
}

// running is the command in the background of one script.
type running struct {
	vars  func() []string // the environment
	cmd   *exec.Cmd
	ended chan struct{}
}

func background(ts *testscript.TestScript) *running {
	r, ok := ts.Value("running").(*running)
	if !ok {
		ts.Fatalf("no place for a command in the background")
	}
	return r
}

// start COMMAND… starts a command in the background. Its output goes to the
// files out and err.
func start(ts *testscript.TestScript, _ bool, args []string) {
	r := background(ts)
	out, err := os.Create(ts.MkAbs("out"))
	ts.Check(err)
	said, err := os.Create(ts.MkAbs("err"))
	ts.Check(err)
	r.cmd = exec.Command(args[0], args[1:]...)
	r.cmd.Dir, r.cmd.Env, r.cmd.Stdout, r.cmd.Stderr = ts.MkAbs("."), r.vars(), out, said
	ts.Check(r.cmd.Start())
	r.ended = make(chan struct{})
	go func() {
		_ = r.cmd.Wait()
		_ = errors.Join(out.Close(), said.Close())
		close(r.ended)
	}()
	ts.Defer(func() {
		_ = r.cmd.Process.Kill()
		<-r.ended
	})
}

// await FILE PATTERN waits until the file holds the pattern.
func await(ts *testscript.TestScript, _ bool, args []string) {
	r, pattern := background(ts), regexp.MustCompile(args[1])
	until(ts, func() bool {
		data, err := os.ReadFile(ts.MkAbs(args[0]))
		if err == nil && pattern.Match(data) {
			return true
		}
		select {
		case <-r.ended:
			ts.Fatalf("the command ended before %s held %s:\n%s", args[0], args[1], data)
		default:
		}
		return false
	})
}

// until waits for a condition.
func until(ts *testscript.TestScript, true func() bool) {
	over := time.After(deadline)
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for !true() {
		select {
		case <-again.C:
		case <-over:
			ts.Fatalf("waited %v in vain", deadline)
		}
	}
}

// signal interrupt|kill goes to the command in the background alone.
func send(ts *testscript.TestScript, _ bool, args []string) {
	s := map[string]os.Signal{"interrupt": os.Interrupt, "kill": os.Kill}[args[0]]
	ts.Check(background(ts).cmd.Process.Signal(s))
}

// finish CODE waits for the end of the command in the background. Standard
// output and error are then as after exec. The code of a killed command is -1.
func finish(ts *testscript.TestScript, _ bool, args []string) {
	r := background(ts)
	select {
	case <-r.ended:
	case <-time.After(deadline):
		ts.Fatalf("the command goes on after %v", deadline)
	}
	ts.Logf("[stdout]\n%s[stderr]\n%s", ts.ReadFile("out"), ts.ReadFile("err"))
	if got := strconv.Itoa(r.cmd.ProcessState.ExitCode()); got != args[0] {
		ts.Fatalf("exit code %s, want %s", got, args[0])
	}
}

// browser kill|gone PROFILE kills the browser on a profile, or waits until
// nothing runs on it any more.
func browser(ts *testscript.TestScript, _ bool, args []string) {
	on := "--user-data-dir=" + ts.MkAbs(args[1])
	switch args[0] {
	case "kill":
		pids := processes(ts, func(args []string) bool {
			return slices.Contains(args, on) && !slices.ContainsFunc(args, func(a string) bool { return strings.HasPrefix(a, "--type=") })
		})
		if len(pids) != 1 {
			ts.Fatalf("%d browsers run on the profile, want 1", len(pids))
		}
		p, err := os.FindProcess(pids[0])
		ts.Check(err)
		ts.Check(p.Kill())
	case "gone":
		until(ts, func() bool {
			return len(processes(ts, func(args []string) bool { return slices.Contains(args, on) })) == 0
		})
	}
}

// processes lists the processes whose arguments fit.
func processes(ts *testscript.TestScript, fit func(args []string) bool) (pids []int) {
	dirs, err := filepath.Glob("/proc/[0-9]*/cmdline")
	ts.Check(err)
	for _, name := range dirs {
		line, err := os.ReadFile(name)
		if err != nil {
			continue // it has ended meanwhile
		}
		if pid, err := strconv.Atoi(filepath.Base(filepath.Dir(name))); err == nil && fit(strings.Split(string(line), "\x00")) {
			pids = append(pids, pid)
		}
	}
	return pids
}
