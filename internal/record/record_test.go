package record

import (
	"bytes"
	"encoding/json"
	"errors"
	"image"
	"image/color"
	"image/png"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nonmerci/nonmerci/internal/hint"
)

const (
	formAddress = "https://help.instagram.com/contact/767264225370182"
	email       = "anna.canary@mail.example"
	explanation = "My photographs are of my children,\nand I do not want a machine to learn from them."
)

// ticking is a clock that goes on by a second at each look, an hour from UTC.
func ticking() func() time.Time {
	t := time.Date(2026, 11, 23, 11, 41, 12, 123e6, time.FixedZone("", 3600))
	return func() time.Time {
		t = t.Add(time.Second)
		return t
	}
}

func meta() Meta {
	return Meta{
		Service: "instagram", Tool: "nonmerci 0.1.0", Driver: "rod v0.116.2", Flow: "built-in", Revision: 2026110101,
		Language: "en", Clock: ticking(),
	}
}

func picture(t testing.TB, side int) []byte {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, side, side))
	for i := range side {
		m.Set(i, i, color.RGBA{R: 200, A: 255})
	}
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func values() []Field {
	return []Field{
		{Label: "Email address", Target: "email", Value: email, Prefilled: true},
		{Label: "Explain", Target: "explanation", Value: explanation, Changed: true},
	}
}

// run writes a whole small record, up to the first error.
func run(t testing.TB, root string, d disk) (dir string, err error) {
	t.Helper()
	return runWith(t, root, meta(), d)
}

func runWith(t testing.TB, root string, m Meta, d disk) (dir string, err error) {
	t.Helper()
	r, err := create(root, m, d)
	if err != nil {
		return "", err
	}
	shot := picture(t, 12)
	event := func(e Event, b Basis, fields map[string]any) func() error {
		return func() error { return r.Event(e, b, fields) }
	}
	shoot := func(place string) func() error {
		return func() error {
			_, err := r.Picture(place, Caption{Place: place, Address: formAddress + "?x=1", Areas: []Area{{KindEmail, 1, 2, 6, 3}}}, shot)
			return err
		}
	}
	for _, step := range []func() error{
		func() error { return r.SetBrowser("Chromium 156.0.8078.79", []string{"lang=fr"}) },
		event(EventPlace, BasisPage, map[string]any{"place": "privacy_center", "address": "https://www.facebook.com/privacy/center"}),
		shoot("privacy_center"),
		event(EventForm, BasisPage, map[string]any{"address": formAddress}),
		func() error { return r.Values(values()) },
		shoot("form"),
		event(EventPrepared, BasisProgram, nil),
		event(EventHandedOver, BasisProgram, nil),
		event(EventSubmitSeen, BasisNetwork, map[string]any{"method": "POST", "address": formAddress}),
		event(EventAnswerSeen, BasisNetwork, map[string]any{"status": 200}),
		event(EventConfirmationSeen, BasisPage, nil),
		shoot("thanks"),
		func() error { return r.Close("sent", "It was sent.") },
	} {
		if err := step(); err != nil {
			again := r.Event(EventNote, BasisProgram, nil)
			if !errors.Is(again, errors.Unwrap(err)) || r.Close("failed", "") == nil {
				t.Errorf("after %v the record took more: %v", err, again)
			}
			return r.Dir(), err
		}
	}
	return r.Dir(), nil
}

func sealed(t testing.TB) (dir string) {
	t.Helper()
	dir, err := run(t, t.TempDir(), newDisk())
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

func mustVerify(t testing.TB, dir string, want Verdict) []Finding {
	t.Helper()
	got, findings, err := Verify(dir)
	if err != nil || got != want {
		t.Fatalf("verdict %v, %v, want %v; findings %v", got, err, want, findings)
	}
	return findings
}

func read(t testing.TB, dir, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestWholeRecord(t *testing.T) {
	dir := sealed(t)
	if findings := mustVerify(t, dir, Verified); len(findings) != 0 {
		t.Errorf("findings %v, want none", findings)
	}
	if base := filepath.Base(dir); !strings.HasPrefix(base, "2026-11-23T104113Z-instagram-") || !folderName.MatchString(base) {
		t.Errorf("folder %s", base)
	}
	s, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if s.Outcome != "sent" || s.Message != "It was sent." || s.Form != formAddress || !s.Sealed || s.Zone != "+01:00" {
		t.Errorf("summary %+v", s)
	}
	if len(s.Pictures) != 3 || s.Pictures[0].File != "shots/01-privacy-center.png" || s.Pictures[0].Caption.Address != formAddress {
		t.Errorf("pictures %+v", s.Pictures)
	}
	if len(s.Readings) != 1 || !slices.Equal(s.Readings[0].Fields, values()) {
		t.Errorf("readings %+v", s.Readings)
	}
	if !slices.Equal(s.Route, []string{"privacy_center"}) || s.Meta.Browser != "Chromium 156.0.8078.79" {
		t.Errorf("route %v, browser %q", s.Route, s.Meta.Browser)
	}
	var provenance map[string]any
	if err := json.Unmarshal([]byte(read(t, dir, provenanceFile)), &provenance); err != nil || provenance["journal_head"] != s.Head {
		t.Errorf("provenance %v, %v", provenance, err)
	}
}

func TestStockToolChecksTheSeal(t *testing.T) {
	tool, err := exec.LookPath("sha256sum")
	if err != nil {
		t.Skip("there is no sha256sum on this system")
	}
	cmd := exec.Command(tool, "--strict", "-c", manifestFile)
	cmd.Dir = sealed(t)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestOnlyThisUserMayRead(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no such permissions; the folder of the user protects")
	}
	root := filepath.Join(t.TempDir(), "new", "records")
	dir, err := run(t, root, newDisk())
	if err != nil {
		t.Fatal(err)
	}
	err = filepath.WalkDir(filepath.Dir(root), func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := e.Info()
		want := fs.FileMode(0o600)
		if e.IsDir() {
			want = 0o700
		}
		if err == nil && info.Mode().Perm() != want {
			t.Errorf("%s is %v, want %v", path, info.Mode().Perm(), want)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if findings := mustVerify(t, dir, Verified); len(findings) != 1 {
		t.Errorf("findings %v, want a remark that others may look in", findings)
	}
}

func TestPrivateTextsStayInFieldsAndReport(t *testing.T) {
	root := t.TempDir()
	m := meta()
	m.Browser, m.BrowserArgs = "Chromium 156", []string{
		"--user-data-dir=/home/anna/.local/share", "--profile-directory=Anna", "--proxy-server=http://anna:pw@proxy.example:1", "--lang=fr-FR",
	}
	r, err := Create(root, m)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Values(values()); err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{
		"https://user:pw@www.facebook.com/privacy?canary=1#canary", "help.instagram.com/contact/1?canary", "open /home/anna/canary: no",
		`C:\Users\Anna Smith\canary`, "write to " + email + ", please", "filled in: " + strings.ReplaceAll(explanation, "\n", " "), explanation,
		"c_user=100012345678; xs=12%3Acanary", "fb_dtsg: NAcanary", "Cookie: datr=canary", "/login/?next=canary", "EAAcanarycanarycanarycanarycanary",
	} {
		if err := r.Event(EventNote, BasisPage, map[string]any{"why": text, "list": []any{map[string]string{"deep": text}}}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := r.Picture("form", Caption{Place: email, Address: "https://www.facebook.com/a?canary"}, picture(t, 4)); err != nil {
		t.Fatal(err)
	}
	if err := r.Close("failed", "Look at https://www.facebook.com/?canary=1 with m…@mail.example."); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{journalFile, provenanceFile} {
		text := read(t, r.Dir(), name)
		for _, private := range []string{"canary", "anna", "Anna", "pw@", "?", "photographs"} {
			if strings.Contains(text, private) {
				t.Errorf("%s holds %q:\n%s", name, private, text)
			}
		}
		if !strings.Contains(text, "lang=fr-FR") {
			t.Errorf("%s has lost a harmless switch", name)
		}
	}
	if !strings.Contains(read(t, r.Dir(), journalFile), "https://www.facebook.com/ with m…@mail.example.") {
		t.Error("the masked address of the message was lost")
	}
	if !strings.Contains(read(t, r.Dir(), "fields.json"), email) || !strings.Contains(read(t, r.Dir(), reportFile), email) {
		t.Error("the values are missing where they belong")
	}
}

func TestSecretsKeepTheSealAway(t *testing.T) {
	for _, secret := range []string{
		"c_user=100012345678", `"datr","value":"abcdefgh"`, "fb_dtsg=NAcPxyz12", `{"lsd": "AVqabcdef"}`, "access_token%3DEAAB12",
		"EAAabcdefghijklmnopqrstuvwx12", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abc", "Authorization: Bearer abcdefghijklmnopqrstuv", "Set-Cookie: sb=abc",
	} {
		r, err := Create(t.TempDir(), meta())
		if err != nil {
			t.Fatal(err)
		}
		if err := r.Values([]Field{{Label: "Explain", Target: "explanation", Value: secret}}); err != nil {
			t.Fatal(err)
		}
		err = r.Close("failed", "")
		if _, told := hint.Of(err); !told || strings.Contains(err.Error(), secret) {
			t.Errorf("%s: error %v, want a problem without the secret", secret, err)
		}
		if again := r.Close("failed", ""); again != err {
			t.Errorf("second close: %v", again)
		}
		mustVerify(t, r.Dir(), Incomplete)
	}
}

func TestNoClaimWithoutGrounds(t *testing.T) {
	r, err := Create(t.TempDir(), meta())
	if err != nil {
		t.Fatal(err)
	}
	refused := func(what string, err error) {
		t.Helper()
		if err == nil {
			t.Errorf("%s was taken", what)
		}
	}
	taken := func(what string, err error) {
		t.Helper()
		if err != nil {
			t.Errorf("%s was refused: %v", what, err)
		}
	}
	event := func(e Event) error { return r.Event(e, BasisProgram, nil) }
	refused("prepared without values", event(EventPrepared))
	taken("read back by itself", event(EventReadBack))
	refused("prepared without a file of values", event(EventPrepared))
	taken("values", r.Values(values()))
	refused("hand-over before the form is prepared", event(EventHandedOver))
	refused("ready before the form is prepared", r.Close("ready", ""))
	taken("a submission that leaves on its own", event(EventSubmitSeen))
	taken("prepared", event(EventPrepared))
	refused("not sent without a hand-over", r.Close("not_sent", ""))
	taken("hand-over", event(EventHandedOver))
	refused("sent, on a submission from before the hand-over", r.Close("sent_unconfirmed", ""))
	taken("submission", event(EventSubmitSeen))
	refused("not sent after a submission", r.Close("not_sent", ""))
	taken("confirmation", event(EventConfirmationSeen))
	refused("sent without an answer", r.Close("sent", ""))
	taken("answer", event(EventAnswerSeen))
	taken("still asking", event(EventStillAsking))
	refused("sent while the page still asks", r.Close("sent", ""))
	refused("unknown outcome", r.Close("accepted", ""))
	refused("unknown event", r.Event("done", BasisPage, nil))
	refused("event of the record's own", event(EventEnded))
	refused("no basis", r.Event(EventNote, "", nil))
	refused("taken field", r.Event(EventNote, BasisPage, map[string]any{"sha256": "x"}))
	refused("field name", r.Event(EventNote, BasisPage, map[string]any{"a b": "x"}))
	refused("value that is no JSON", r.Event(EventNote, BasisPage, map[string]any{"x": func() {}}))
	for _, name := range []string{"", "../x", "A", "a/b", "anna@mail.example", strings.Repeat("a", 50)} {
		_, err := r.Picture(name, Caption{}, picture(t, 4))
		refused("picture named "+name, err)
	}
	shot := picture(t, 4)
	_, err = r.Picture("form", Caption{}, shot[:len(shot)-1])
	refused("half a picture", err)
	_, err = r.Picture("form", Caption{}, []byte("<html>"))
	refused("no picture", err)
	taken("sent, not confirmed", r.Close("sent_unconfirmed", ""))
	taken("closing again", r.Close("sent_unconfirmed", ""))
	refused("event after the end", event(EventNote))
	mustVerify(t, r.Dir(), Verified)
}

func TestSeveralReadings(t *testing.T) {
	r, err := Create(t.TempDir(), meta())
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := r.Values(values()); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.Close("failed", ""); err != nil {
		t.Fatal(err)
	}
	if s, err := Open(r.Dir()); err != nil || len(s.Readings) != 2 || s.Readings[1].File != "fields-2.json" {
		t.Errorf("summary %+v, %v", s, err)
	}
	mustVerify(t, r.Dir(), Verified)
}

// TestTheReportTellsWhoChangedWhat: what stands in a field at Send and did not at
// the hand-over is not the program's doing.
func TestTheReportTellsWhoChangedWhat(t *testing.T) {
	r, err := Create(t.TempDir(), meta())
	if err != nil {
		t.Fatal(err)
	}
	at := []Field{{Label: "Email", Target: "email", Value: "marie@courrier.example", Prefilled: true}, {Label: "Why", Target: "explanation"}}
	sent := []Field{at[0], {Label: "Why", Target: "explanation", Value: "Because.", Changed: true}}
	for _, fields := range [][]Field{at, sent} {
		if err := r.Values(fields); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.Close("failed", ""); err != nil {
		t.Fatal(err)
	}
	s, err := Open(r.Dir())
	if err != nil {
		t.Fatal(err)
	}
	b, err := s.Report("en")
	if err != nil || bytes.Contains(b, []byte("Filled in by the program")) || bytes.Count(b, []byte("Changed after the hand-over, not by the program")) != 1 ||
		bytes.Count(b, []byte("Filled in by the site, left as it was")) != 2 {
		t.Errorf("the report tells who changed what otherwise: %v\n%s", err, b)
	}
}

func TestCrashedRecordTellsWhatWasSeen(t *testing.T) {
	root := t.TempDir()
	r, err := Create(root, meta())
	if err != nil {
		t.Fatal(err)
	}
	defer r.journal.Close() // Windows removes no open file
	s, err := Open(r.Dir())
	if err != nil || s.Outcome != "" || len(s.Lines) != 1 {
		t.Errorf("new record: %+v, %v", s, err)
	}
	for _, err := range []error{r.Values(values()), r.Event(EventPrepared, BasisProgram, nil), r.Event(EventHandedOver, BasisProgram, nil)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	s, err = Open(r.Dir())
	if err != nil || s.Outcome != "unknown" || s.Sealed {
		t.Errorf("after the hand-over: %+v, %v", s, err)
	}
	if b, err := s.Report("en"); err != nil || !bytes.Contains(b, []byte("What happened then was not seen")) {
		t.Errorf("report of a crashed run: %v", err)
	}
}

func TestWhatIsNoRecord(t *testing.T) {
	newer := t.TempDir()
	line, err := Line{Seq: 1, Prev: genesis(), Zone: "+01:00", Event: EventStarted, Basis: BasisProgram, Fields: map[string]any{"schema": 2}}.encode()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(newer, journalFile), line, 0o600); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(newer, journalFile)
	for _, dir := range []string{t.TempDir(), newer, file, filepath.Join(newer, "nothing")} {
		verdict, _, err := Verify(dir)
		if _, told := hint.Of(err); !told || verdict != 0 {
			t.Errorf("%s: %v, %v, want a problem", dir, verdict, err)
		}
		if _, err := Open(dir); err == nil {
			t.Errorf("%s was opened", dir)
		}
	}
}

func TestCreateRefusals(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Create(file, meta()); err == nil {
		t.Error("a file was taken for a folder")
	} else if _, told := hint.Of(err); !told {
		t.Errorf("no problem for the person: %v", err)
	}
	m := meta()
	m.Service = "../x"
	if _, err := Create(t.TempDir(), m); err == nil {
		t.Error("a service with a path was taken")
	}
}

// TestAreas come back as they were filed, and none is taken that is not a part of
// its picture.
func TestAreas(t *testing.T) {
	r, err := Create(t.TempDir(), meta())
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range []Area{
		{"email", 0, 0, 13, 1}, {"email", 0, 0, 1, 13}, {"email", -1, 0, 2, 2}, {"email", 0, 0, 0, 4}, {"cookie", 0, 0, 2, 2},
	} {
		if _, err := r.Picture("form", Caption{Areas: []Area{bad}}, picture(t, 12)); err == nil {
			t.Errorf("%v was taken", bad)
		}
	}
	want := []Area{{KindEmail, 1, 2, 3, 4}, {KindImage, 0, 0, 12, 12}}
	if _, err := r.Picture("form", Caption{Place: "form", Areas: want}, picture(t, 12)); err != nil {
		t.Fatal(err)
	}
	if err := r.Close("failed", ""); err != nil {
		t.Fatal(err)
	}
	s, err := Open(r.Dir())
	if err != nil || len(s.Pictures) != 1 || !slices.Equal(s.Pictures[0].Caption.Areas, want) {
		t.Errorf("%+v, %v", s.Pictures, err)
	}
	if verdict, findings, err := Verify(r.Dir()); verdict != Verified {
		t.Errorf("%v %v %v", verdict, findings, err)
	}
}
