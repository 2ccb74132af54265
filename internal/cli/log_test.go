package cli

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/zap"
)

const (
	canaryEmail = "Marie.Canary+kx7@mail.example"
	canaryText  = "Je m'oppose à l'usage de <mes> \"photos\" & textes.\nCanari numéro sept."
)

// logged returns what the file and standard error hold after use.
func logged(t *testing.T, private []string, use func(*zap.Logger)) (file, console string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "run", "log.jsonl")
	var stderr bytes.Buffer
	log, end, err := newLog(path, true, &stderr, private)
	if err != nil {
		t.Fatal(err)
	}
	use(log)
	if err := end(); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data), stderr.String()
}

// TestPrivateValuesAreRedacted puts each spelling of a private value into each
// part of an entry, and looks at the bytes.
func TestPrivateValuesAreRedacted(t *testing.T) {
	quote := func(s string) string { b, _ := json.Marshal(s); return string(b) }
	spellings := map[string]func(string) string{
		"as it is":     func(s string) string { return s },
		"lower case":   strings.ToLower,
		"upper case":   strings.ToUpper,
		"query":        url.QueryEscape,
		"path":         url.PathEscape,
		"JSON":         quote,
		"JSON in JSON": func(s string) string { return quote(quote(s)) },
		"Go ASCII":     func(s string) string { return fmt.Sprintf("%+q", s) },
		"base64":       func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) },
		"inner base64": func(s string) string { return base64.URLEncoding.EncodeToString([]byte("{\"a\":\"" + s + "\"}")) },
		"all at once":  func(s string) string { return quote(url.QueryEscape(quote(`{"a":` + quote(s) + `}`))) },
		"query twice":  func(s string) string { return url.QueryEscape(url.QueryEscape(s)) },
	}
	parts := func(l *zap.Logger, s string) {
		l.Info("message " + s + " after")
		l.Info("field", zap.String("f", "before\n"+s+" after"))
		l.Info("key", zap.Int(s, 1))
		l.Error("error", zap.Error(errors.New(s)))
		l.With(zap.String("f", s)).Info("With")
		l.With(zap.Namespace("n")).Info("namespace", zap.ByteString("f", []byte(s)))
		l.Info("reflection", zap.Any("f", map[string]any{"x": []string{s}}))
		l.Named(s).Info("name")
	}
	for name, spell := range spellings {
		t.Run(name, func(t *testing.T) {
			for _, value := range []string{canaryEmail, canaryText} {
				spelt := spell(value)
				file, console := logged(t, []string{canaryEmail, canaryText}, func(l *zap.Logger) { parts(l, spelt) })
				wantJSON(t, file, 8)
				wantRedacted(t, file, spelt)
				wantRedacted(t, console, spelt)
			}
		})
	}
	// A binary field is base64 of what it holds.
	for _, name := range []string{"as it is", "lower case", "upper case", "query", "path", "JSON"} {
		t.Run(name+" in binary", func(t *testing.T) {
			for _, value := range []string{canaryEmail, canaryText} {
				spelt := []byte(spellings[name](value))
				file, console := logged(t, []string{canaryEmail, canaryText}, func(l *zap.Logger) { l.Info("m", zap.Binary("f", spelt)) })
				inner := base64.StdEncoding.EncodeToString(spelt)[4:16]
				wantRedacted(t, file, inner)
				wantRedacted(t, console, inner)
			}
		})
	}
}

func wantRedacted(t *testing.T, out, spelt string) {
	t.Helper()
	for line := range strings.Lines(out) {
		for _, canary := range []string{"canar", "kx7", "oppose", spelt} {
			if strings.Contains(strings.ToLower(line), strings.ToLower(canary)) {
				t.Errorf("%q is left in %s", canary, line)
			}
		}
		if !strings.Contains(line, "[redacted]") {
			t.Errorf("nothing says that something is missing in %s", line)
		}
	}
}

func wantJSON(t *testing.T, file string, lines int) {
	t.Helper()
	if got := strings.Count(file, "\n"); got != lines {
		t.Errorf("%d lines, want %d: %s", got, lines, file)
	}
	for line := range strings.Lines(file) {
		if !json.Valid([]byte(line)) {
			t.Errorf("not JSON: %s", line)
		}
	}
}

// TestPatternsAreRedacted: nobody told the log about these values.
func TestPatternsAreRedacted(t *testing.T) {
	tests := []struct{ name, text, canary, stays string }{
		{"address", "sent to someone.else@mail.example, thanks", "someone", "thanks"},
		{"address after a line break", "to\nsomeone@mail.example", "someone", "to"},
		{"address in a query", "email=someone%40mail.example&x", "someone", "email="},
		{"escaped address", `{"to":"someone\u0040mail.example"}`, "someone", "to"},
		{"address in Cyrillic", "почта@пример.испытание", "почта", ""},
		{"query", "at https://www.facebook.com/help/contact/12?apc=kx7&b=c#frag done", "kx7", "https://www.facebook.com/help/contact/12?[redacted] done"},
		{"fragment", "https://www.instagram.com/x#kx7", "kx7", "https://www.instagram.com/x#[redacted]"},
		{"query with quotes", `fetch("https://a.example/x?n=O'kx7&y=\u0026z") ok`, "kx7", " ok"},
		{"query with escaped ampersand", `{"url":"https:\/\/a.example\/x?a=1\u0026b=kx7"}`, "kx7", "a.example"},
		{"relative query", "GET /challenge/?token_of=kx7 200", "kx7", "/challenge/"},
		{"user in an address", "https://someone:kx7@a.example/", "kx7", "https://"},
		{"address in an address", "next=https%3A%2F%2Fa.example%2F%3Fid%3Dkx7 end", "kx7", "end"},
		{"form token", "body fb_dtsg=kx7:12&jazoest=2kx7&lsd=Akx7 end", "kx7", "end"},
		{"form token after a line break", "body\nlsd=kx7 end", "kx7", "end"},
		{"percent-encoded token", "a%26fb_dtsg%3Dkx7%26b", "kx7", ""},
		{"JSON token", `{"fb_dtsg":"kx7 and kx7","apc":"kx7"}`, "kx7", "fb_dtsg"},
		{"nested token", `["DTSGInitialData",[],{"token":"kx7"}]`, "kx7", "DTSGInitialData"},
		{"hidden field", `<input name="lsd" value="kx7">`, "kx7", "input"},
		{"cookie", "Cookie: c_user=kx7; xs=kx7; datr=kx7", "kx7", "Cookie"},
		{"access token", "EAAkx7" + strings.Repeat("Zb", 20) + " end", "kx7", "end"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			file, console := logged(t, nil, func(l *zap.Logger) {
				l.With(zap.String("with", test.text)).Info(test.text, zap.Error(errors.New(test.text)), zap.Any("any", []any{test.text}))
			})
			for out, text := range map[string]string{"file": file, "stderr": console} {
				if strings.Contains(text, test.canary) {
					t.Errorf("%s holds %q: %s", out, test.canary, text)
				}
				if !strings.Contains(text, test.stays) {
					t.Errorf("%s has lost %q: %s", out, test.stays, text)
				}
			}
			wantJSON(t, file, 1)
		})
	}
	t.Run("field named like a token", func(t *testing.T) {
		file, console := logged(t, nil, func(l *zap.Logger) {
			l.Info("m", zap.String("lsd", "kx7 kx7"), zap.Strings("apc", []string{"kx7"}))
		})
		if strings.Contains(file+console, "kx7") {
			t.Errorf("got %s%s", file, console)
		}
		wantJSON(t, file, 1)
	})
}

func TestOrdinaryEntriesStay(t *testing.T) {
	const text = `place "form" after 2.3 s: module@v1.2.3 has 3 votes, C:\dir\new, 50 % at 12:30, see https://help.instagram.com/contact/767264225370182`
	file, console := logged(t, []string{canaryEmail, "", "ab"}, func(l *zap.Logger) {
		for range 300 { // more than sampling would let through
			l.Debug(text, zap.Int("n", 4), zap.Strings("list", []string{"ab", "x"}))
		}
	})
	if strings.Contains(file+console, "[redacted]") {
		t.Errorf("redacted too much: %.500s", file)
	}
	wantJSON(t, file, 300)
	var entry struct{ Level, Msg string }
	if err := json.Unmarshal([]byte(file[:strings.Index(file, "\n")]), &entry); err != nil || entry.Msg != text || entry.Level != "debug" {
		t.Errorf("got %+v, %v", entry, err)
	}
	if got := strings.Count(console, "\n"); got != 300 {
		t.Errorf("%d lines on stderr, want 300", got)
	}
}

func TestEntryThatCannotStayWhole(t *testing.T) {
	file, _ := logged(t, []string{"12345"}, func(l *zap.Logger) {
		l.With(zap.Int("port", 12345)).Warn("m")
		l.Info("next")
	})
	wantJSON(t, file, 2)
	if strings.Contains(file, "12345") || !strings.Contains(file, `"level":"warn"`) || !strings.Contains(file, "next") {
		t.Errorf("got %s", file)
	}
}

func TestLogOutputs(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log.jsonl")
	if err := os.WriteFile(path, []byte("{}\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	var stderr bytes.Buffer
	log, end, err := newLog(path, false, &stderr, nil)
	if err != nil {
		t.Fatal(err)
	}
	log.Debug("hello")
	if err := end(); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil || !strings.HasPrefix(string(data), "{}\n") || !strings.Contains(string(data), "hello") {
		t.Errorf("got %q, %v", data, err)
	}
	if info, err := os.Stat(path); err != nil || os.PathSeparator == '/' && info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if stderr.Len() > 0 {
		t.Errorf("quiet, but stderr got %s", stderr.String())
	}

	log, end, err = newLog("", false, &stderr, nil)
	if err != nil {
		t.Fatal(err)
	}
	log.Error("nowhere")
	if err := end(); err != nil || stderr.Len() > 0 {
		t.Errorf("no outputs: %v, %q", err, stderr.String())
	}

	if _, _, err := newLog(filepath.Join(path, "below"), false, &stderr, nil); err == nil {
		t.Error("a file as folder is accepted")
	}
}

// FuzzRedact: a private value never comes through, and JSON stays JSON.
func FuzzRedact(f *testing.F) {
	f.Add("a private value", "before ", " after")
	f.Add("name", "\n", "\\")
	f.Add("\\\"x\\", "lsd=", "\u2028")
	f.Add("a\nb\nc\xff", "?", "#")
	f.Fuzz(func(t *testing.T, private, before, after string) {
		private = strings.ToValidUTF8(private, "")
		file, _ := logged(t, []string{private}, func(l *zap.Logger) {
			l.Info(before+private+after, zap.String("f", private))
		})
		wantJSON(t, file, 1)
		var entry map[string]any
		if err := json.Unmarshal([]byte(file), &entry); err != nil {
			t.Fatal(err)
		}
		if value := strings.TrimSpace(private); len(value) >= shortest && !strings.Contains(redacted, value) {
			if msg, _ := entry["msg"].(string); strings.Contains(msg, value) {
				t.Errorf("msg holds %q: %q", value, msg)
			}
		}
	})
}
