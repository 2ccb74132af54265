package chrome

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

// madeUp is a computer that does not exist. A file that begins with "-> " is a
// symbolic link, one that is "text" cannot be started, all others can.
func madeUp(system string, env, files map[string]string) *computer {
	tree := fstest.MapFS{}
	for name, text := range files {
		file := &fstest.MapFile{Data: []byte(text), Mode: 0o755}
		if target, ok := strings.CutPrefix(text, "-> "); ok {
			file = &fstest.MapFile{Data: []byte(target), Mode: 0o777 | fs.ModeSymlink}
		}
		if text == "text" {
			file.Mode = 0o644
		}
		tree[strings.TrimPrefix(name, "/")] = file
	}
	return &computer{
		system: system, files: tree,
		lookup:   func(name string) (string, bool) { v, ok := env[name]; return v, ok },
		registry: func(string, string) (uint64, bool) { return 0, false },
		say:      func(context.Context, string) (string, error) { return "", errors.New("nobody may be asked") },
	}
}

func (b Installed) line() string {
	return fmt.Sprintf("%s-%s %s %s %s %s", b.Brand, b.Channel, b.Kind, b.Path, cmp.Or(b.Version, "?"), b.UserData)
}

var (
	linuxEnv   = map[string]string{"HOME": "/home/marie", "PATH": "/usr/local/bin:/usr/bin:bin::/snap/bin"}
	macEnv     = map[string]string{"HOME": "/Users/marie", "PATH": "/usr/bin"}
	windowsEnv = map[string]string{"ProgramFiles": `C:\Program Files`, "ProgramFiles(x86)": `C:\Program Files (x86)`, "ProgramW6432": `C:\Program Files`,
		"LOCALAPPDATA": `C:\Users\marie\AppData\Local`, "APPDATA": `C:\Users\marie\AppData\Roaming`, "PATH": `C:\Windows;D:\tools`}
)

func plist(version string) string {
	return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0"><dict>
	<key>CFBundleDocumentTypes</key><array><dict><key>CFBundleShortVersionString</key><string>1.1</string></dict></array>
	<key>CFBundleShortVersionString</key><string>` + version + `</string>
</dict></plist>`
}

func TestInstalled(t *testing.T) {
	local, roaming := `C:\Users\marie\AppData\Local\`, `C:\Users\marie\AppData\Roaming\`
	for _, test := range []struct {
		name, system string
		env, files   map[string]string
		want         []string
	}{
		{"nothing", "linux", linuxEnv, map[string]string{"/usr/bin/firefox": ""}, nil},
		{"packages of the makers", "linux", linuxEnv, map[string]string{
			"/usr/bin/google-chrome":                 "-> ../../etc/alternatives/google-chrome",
			"/etc/alternatives/google-chrome":        "-> ../../usr/bin/google-chrome-stable",
			"/usr/bin/google-chrome-stable":          "-> ../../opt/google/chrome/google-chrome",
			"/opt/google/chrome/google-chrome":       "#!/bin/bash",
			"/opt/google/chrome/chrome":              "ELF",
			"/usr/bin/google-chrome-beta":            "ELF",
			"/usr/bin/google-chrome-unstable":        "ELF",
			"/usr/bin/google-chrome-canary":          "ELF",
			"/usr/bin/microsoft-edge-stable":         "ELF",
			"/usr/bin/microsoft-edge-dev":            "ELF",
			"/usr/bin/brave-browser":                 "ELF",
			"/usr/bin/brave-browser-nightly":         "ELF",
			"/usr/bin/vivaldi-stable":                "ELF",
			"/usr/bin/vivaldi-snapshot":              "ELF",
			"/usr/bin/opera":                         "ELF",
			"/usr/bin/opera-developer":               "ELF",
			"/opt/microsoft/msedge/microsoft-edge":   "ELF",
			"/opt/brave.com/brave/brave-browser":     "ELF",
			"/opt/microsoft/msedge-beta/other-thing": "ELF",
		}, []string{
			"chrome-stable package /usr/bin/google-chrome-stable ? /home/marie/.config/google-chrome",
			"edge-stable package /usr/bin/microsoft-edge-stable ? /home/marie/.config/microsoft-edge",
			"brave-stable package /usr/bin/brave-browser ? /home/marie/.config/BraveSoftware/Brave-Browser",
			"vivaldi-stable package /usr/bin/vivaldi-stable ? /home/marie/.config/vivaldi",
			"opera-stable package /usr/bin/opera ? /home/marie/.config/opera",
			"chrome-beta package /usr/bin/google-chrome-beta ? /home/marie/.config/google-chrome-beta",
			"chrome-dev package /usr/bin/google-chrome-unstable ? /home/marie/.config/google-chrome-unstable",
			"edge-dev package /usr/bin/microsoft-edge-dev ? /home/marie/.config/microsoft-edge-dev",
			"vivaldi-dev package /usr/bin/vivaldi-snapshot ? /home/marie/.config/vivaldi-snapshot",
			"opera-dev package /usr/bin/opera-developer ? /home/marie/.config/opera-developer",
			"chrome-canary package /usr/bin/google-chrome-canary ? /home/marie/.config/google-chrome-canary",
			"brave-canary package /usr/bin/brave-browser-nightly ? /home/marie/.config/BraveSoftware/Brave-Browser-Nightly",
		}},
		{"a name without a channel that leads to a channel", "linux", linuxEnv, map[string]string{
			"/usr/bin/google-chrome":      "-> google-chrome-beta",
			"/usr/bin/google-chrome-beta": "ELF",
		}, []string{"chrome-beta package /usr/bin/google-chrome-beta ? /home/marie/.config/google-chrome-beta"}},
		{"not on PATH", "linux", map[string]string{"HOME": "/home/marie", "XDG_CONFIG_HOME": "/data/config"}, map[string]string{
			"/opt/google/chrome/chrome": "ELF", "/opt/vivaldi/vivaldi": "ELF", "/usr/bin/chromium": "ELF",
		}, []string{
			"chrome-stable package /opt/google/chrome/chrome ? /data/config/google-chrome",
			"vivaldi-stable package /opt/vivaldi/vivaldi ? /data/config/vivaldi",
		}},
		{"not a program, and a folder that is no folder of PATH's", "linux", linuxEnv, map[string]string{
			"/usr/bin/chromium": "text", "/bin/brave": "ELF", "/opera": "ELF", "/usr/bin/vivaldi/file": "ELF",
		}, nil},
		{"put there by hand", "linux", linuxEnv, map[string]string{"/usr/local/bin/chromium": "#!/bin/sh"},
			[]string{"chromium-stable other /usr/local/bin/chromium ? /home/marie/.config/chromium"}},
		{"snaps", "linux", linuxEnv, map[string]string{
			"/usr/bin/snap":                             "ELF",
			"/snap/bin/chromium":                        "-> ../../usr/bin/snap",
			"/snap/chromium/3001/meta/snap.yaml":        "name: chromium\nversion: 156.0.8078.79\nsummary: x\n",
			"/snap/chromium/current":                    "-> 3001",
			"/usr/bin/chromium-browser":                 "#!/bin/sh\nif ! [ -x /snap/bin/chromium ]; then exit 1; fi\nexec /snap/bin/chromium \"$@\"\n",
			"/snap/bin/brave":                           "-> ../../usr/bin/snap",
			"/snap/brave/current/meta/snap.yaml":        "name: brave\nversion: '1.85.111'\n",
			"/snap/bin/opera-developer":                 "-> ../../usr/bin/snap",
			"/var/lib/snapd/snap/bin/vivaldi":           "-> ../../../../../usr/bin/snap",
			"/var/lib/snapd/snap/vivaldi/current/dummy": "",
		}, []string{
			"chromium-stable snap /snap/bin/chromium 156.0.8078.79 /home/marie/snap/chromium/common/chromium",
			"brave-stable snap /snap/bin/brave 1.85.111 /home/marie/snap/brave/current/.config/BraveSoftware/Brave-Browser",
			"vivaldi-stable snap /var/lib/snapd/snap/bin/vivaldi ? /home/marie/snap/vivaldi/current/.config/vivaldi",
			"opera-dev snap /snap/bin/opera-developer ? /home/marie/snap/opera-developer/current/.config/opera-developer",
		}},
		{"Flatpaks come last", "linux", linuxEnv, map[string]string{
			"/var/lib/flatpak/exports/bin/com.google.Chrome":               "#!/bin/sh",
			"/var/lib/flatpak/exports/bin/com.brave.Browser":               "#!/bin/sh",
			"/home/marie/.local/share/flatpak/exports/bin/com.opera.Opera": "#!/bin/sh",
			"/usr/bin/opera-beta":                                          "ELF",
		}, []string{
			"opera-beta package /usr/bin/opera-beta ? /home/marie/.config/opera-beta",
			"chrome-stable flatpak /var/lib/flatpak/exports/bin/com.google.Chrome ? /home/marie/.var/app/com.google.Chrome/config/google-chrome",
			"brave-stable flatpak /var/lib/flatpak/exports/bin/com.brave.Browser ? /home/marie/.var/app/com.brave.Browser/config/BraveSoftware/Brave-Browser",
			"opera-stable flatpak-user /home/marie/.local/share/flatpak/exports/bin/com.opera.Opera ? /home/marie/.var/app/com.opera.Opera/config/opera",
		}},
		{"bundles", "darwin", macEnv, map[string]string{
			"/Applications/Google Chrome.app/Contents/MacOS/Google Chrome":                       "Mach-O",
			"/Applications/Google Chrome.app/Contents/Info.plist":                                plist("156.0.8078.79"),
			"/Applications/Google Chrome Canary.app/Contents/MacOS/Google Chrome Canary":         "Mach-O",
			"/Applications/Google Chrome Canary.app/Contents/Info.plist":                         "bplist00\xd1\x01\x02",
			"/Users/marie/Applications/Brave Browser.app/Contents/MacOS/Brave Browser":           "Mach-O",
			"/Users/marie/Applications/Brave Browser.app/Contents/Info.plist":                    plist("156.1.95.1"),
			"/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge":                     "Mach-O",
			"/Applications/Vivaldi.app/Contents/MacOS/Vivaldi":                                   "Mach-O",
			"/Applications/Opera.app/Contents/MacOS/Opera":                                       "Mach-O",
			"/Applications/Chromium.app/Contents/MacOS/Chromium":                                 "Mach-O",
			"/Applications/Chromium.app/Contents/Info.plist":                                     "<plist><dict><key>CFBundleShortVersionString",
			"/Applications/Firefox.app/Contents/MacOS/firefox":                                   "Mach-O",
			"/Applications/Opera Beta.app/Contents/MacOS/Opera/this is a folder, not a program.": "",
		}, []string{
			"chrome-stable app /Applications/Google Chrome.app/Contents/MacOS/Google Chrome 156.0.8078.79 /Users/marie/Library/Application Support/Google/Chrome",
			"chromium-stable app /Applications/Chromium.app/Contents/MacOS/Chromium ? /Users/marie/Library/Application Support/Chromium",
			"edge-stable app /Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge ? /Users/marie/Library/Application Support/Microsoft Edge",
			"brave-stable app /Users/marie/Applications/Brave Browser.app/Contents/MacOS/Brave Browser 156.1.95.1 /Users/marie/Library/Application Support/BraveSoftware/Brave-Browser",
			"vivaldi-stable app /Applications/Vivaldi.app/Contents/MacOS/Vivaldi ? /Users/marie/Library/Application Support/Vivaldi",
			"opera-stable app /Applications/Opera.app/Contents/MacOS/Opera ? /Users/marie/Library/Application Support/com.operasoftware.Opera",
			"chrome-canary app /Applications/Google Chrome Canary.app/Contents/MacOS/Google Chrome Canary ? /Users/marie/Library/Application Support/Google/Chrome Canary",
		}},
		{"installers", "windows", windowsEnv, map[string]string{
			"C:/Program Files/Google/Chrome/Application/chrome.exe":                             "MZ",
			"C:/Program Files/Google/Chrome/Application/99.0.4844.51/chrome.dll":                "MZ",
			"C:/Program Files/Google/Chrome/Application/156.0.8078.79/chrome.dll":               "MZ",
			"C:/Program Files/Google/Chrome/Application/SetupMetrics/x":                         "",
			"C:/Program Files/Google/Chrome/Application/999.0.old/x":                            "",
			"C:/Users/marie/AppData/Local/Google/Chrome/Application/chrome.exe":                 "MZ",
			"C:/Users/marie/AppData/Local/Google/Chrome SxS/Application/chrome.exe":             "MZ",
			"C:/Program Files (x86)/Microsoft/Edge/Application/msedge.exe":                      "MZ",
			"C:/Program Files (x86)/Microsoft/Edge/Application/155.0.1.2/msedge.dll":            "MZ",
			"C:/Users/marie/AppData/Local/BraveSoftware/Brave-Browser/Application/brave.exe":    "MZ",
			"C:/Users/marie/AppData/Local/BraveSoftware/Brave-Browser/Application/156.1.95.1/x": "",
			"C:/Users/marie/AppData/Local/Vivaldi/Application/vivaldi.exe":                      "MZ",
			"C:/Users/marie/AppData/Local/Vivaldi/Application/7.7.3851.48/x":                    "",
			"C:/Users/marie/AppData/Local/Programs/Opera/opera.exe":                             "MZ",
			"C:/Program Files/Opera developer/opera.exe":                                        "MZ",
			"C:/Program Files/Mozilla Firefox/firefox.exe":                                      "MZ",
		}, []string{
			`chrome-stable installer C:\Program Files\Google\Chrome\Application\chrome.exe 156.0.8078.79 ` + local + `Google\Chrome\User Data`,
			`chrome-stable installer-user ` + local + `Google\Chrome\Application\chrome.exe ? ` + local + `Google\Chrome\User Data`,
			`edge-stable installer C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe 155.0.1.2 ` + local + `Microsoft\Edge\User Data`,
			`brave-stable installer-user ` + local + `BraveSoftware\Brave-Browser\Application\brave.exe 156.1.95.1 ` + local + `BraveSoftware\Brave-Browser\User Data`,
			`vivaldi-stable installer-user ` + local + `Vivaldi\Application\vivaldi.exe 7.7.3851.48 ` + local + `Vivaldi\User Data`,
			`opera-stable installer-user ` + local + `Programs\Opera\opera.exe ? ` + roaming + `Opera Software\Opera Stable`,
			`opera-dev installer C:\Program Files\Opera developer\opera.exe ? ` + roaming + `Opera Software\Opera Developer`,
			`chrome-canary installer-user ` + local + `Google\Chrome SxS\Application\chrome.exe ? ` + local + `Google\Chrome SxS\User Data`,
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			for _, b := range madeUp(test.system, test.env, test.files).installed() {
				got = append(got, b.line())
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("found\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(test.want, "\n"))
			}
		})
	}
}

// TestEveryBuildIsFound puts each program of the table alone on a computer: it is
// found under its own brand and channel, and has an everyday folder.
func TestEveryBuildIsFound(t *testing.T) {
	found := 0
	alone := func(b build, system string, env map[string]string, file string) {
		t.Helper()
		got := madeUp(system, env, map[string]string{file: "program"}).installed()
		if len(got) != 1 || got[0].Brand != b.brand || got[0].Channel != b.channel || got[0].UserData == "" {
			t.Errorf("%s on %s: %+v", file, system, got)
		}
		found++
	}
	for _, b := range builds {
		for _, p := range b.linux.programs {
			if !filepath.IsAbs(p) {
				p = "/usr/bin/" + p
			}
			alone(b, "linux", linuxEnv, p)
		}
		if b.linux.snap != "" {
			alone(b, "linux", linuxEnv, "/snap/bin/"+b.linux.snap)
		}
		if b.linux.flatpak != "" {
			alone(b, "linux", linuxEnv, "/var/lib/flatpak/exports/bin/"+b.linux.flatpak)
		}
		alone(b, "darwin", macEnv, "/Applications/"+b.mac.app+".app/Contents/MacOS/"+b.mac.app)
		if b.windows.machine != "" {
			alone(b, "windows", windowsEnv, "C:/Program Files/"+b.windows.machine)
		}
		if b.windows.user != "" {
			alone(b, "windows", windowsEnv, "C:/Users/marie/AppData/Local/"+b.windows.user)
		}
	}
	if found < 3*len(builds) {
		t.Errorf("only %d places were tried", found)
	}
}

func TestFindOnAMadeUpComputer(t *testing.T) {
	locked := `{"RemoteDebuggingAllowed": false}`
	all := map[string]string{
		"/usr/bin/google-chrome-stable": "ELF", "/usr/bin/google-chrome-beta": "ELF", "/usr/bin/chromium": "ELF", "/usr/bin/opera": "ELF",
		"/var/lib/flatpak/exports/bin/com.brave.Browser": "#!/bin/sh", "/usr/local/bin/my-browser": "ELF", "/usr/bin/data": "-> nowhere",
	}
	with := func(more ...string) map[string]string {
		files := map[string]string{}
		for name, text := range all {
			files[name] = text
		}
		for pair := range slices.Chunk(more, 2) {
			files[pair[0]] = pair[1]
		}
		return files
	}
	for _, test := range []struct {
		name, system, wanted string
		files                map[string]string
		want                 string
		err                  error
	}{
		{"the first", "linux", "", all, "/usr/bin/google-chrome-stable", nil},
		{"a brand", "linux", "opera", all, "/usr/bin/opera", nil},
		{"a brand, in Flatpak", "linux", "brave", all, "/var/lib/flatpak/exports/bin/com.brave.Browser", nil},
		{"brand and channel", "linux", "chrome-beta", all, "/usr/bin/google-chrome-beta", nil},
		{"a program on PATH", "linux", "my-browser", all, "/usr/local/bin/my-browser", nil},
		{"a path", "linux", "/usr/local/bin/my-browser", all, "/usr/local/bin/my-browser", nil},
		{"a path of the table", "linux", "/usr/bin/chromium", all, "/usr/bin/chromium", nil},
		{"not there", "linux", "edge", all, "", ErrNoBrowser},
		{"a path that is not there", "linux", "/usr/bin/netscape", all, "", ErrNoBrowser},
		{"a link to nowhere", "linux", "/usr/bin/data", all, "", ErrNoBrowser},
		{"the first is locked", "linux", "", with("/etc/opt/chrome/policies/managed/corp.json", locked), "/usr/bin/chromium", nil},
		{"the brand is locked", "linux", "chrome", with("/etc/opt/chrome/policies/managed/corp.json", locked), "", ErrLocked},
		{"the path is locked", "linux", "/usr/bin/chromium", with("/etc/chromium/policies/managed/corp.json", locked), "", ErrLocked},
		{"the only one is locked", "linux", "", map[string]string{"/usr/bin/chromium": "ELF", "/etc/chromium/policies/managed/a.json": locked}, "", ErrLocked},
		{"the first is too old", "windows", "", map[string]string{
			"C:/Program Files/Google/Chrome/Application/chrome.exe": "MZ", "C:/Program Files/Google/Chrome/Application/112.0.5615.49/x": "",
			"C:/Program Files/Microsoft/Edge/Application/msedge.exe": "MZ", "C:/Program Files/Microsoft/Edge/Application/113.0.1774.35/x": "",
		}, `C:\Program Files\Microsoft\Edge\Application\msedge.exe`, nil},
		{"too old", "darwin", "", map[string]string{
			"/Applications/Chromium.app/Contents/MacOS/Chromium": "Mach-O", "/Applications/Chromium.app/Contents/Info.plist": plist("112.0.1"),
		}, "", ErrTooOld},
		{"a snap's own number is not too old", "linux", "", map[string]string{
			"/usr/bin/snap": "ELF", "/snap/bin/brave": "-> ../../usr/bin/snap", "/snap/brave/current/meta/snap.yaml": "version: 1.85.111",
		}, "/snap/bin/brave", nil},
		{"a number of its own is not too old", "darwin", "", map[string]string{
			"/Applications/Opera.app/Contents/MacOS/Opera": "Mach-O", "/Applications/Opera.app/Contents/Info.plist": plist("100.0"),
		}, "/Applications/Opera.app/Contents/MacOS/Opera", nil},
		{"a program of Windows", "windows", "mine", map[string]string{"D:/tools/mine.exe": "MZ"}, `D:\tools\mine.exe`, nil},
		{"a path of Windows", "windows", `D:\tools\mine.exe`, map[string]string{"D:/tools/mine.exe": "MZ"}, `D:\tools\mine.exe`, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			env := map[string]map[string]string{"linux": linuxEnv, "darwin": macEnv, "windows": windowsEnv}[test.system]
			found, err := madeUp(test.system, env, test.files).find(test.wanted)
			var taken []string
			for _, b := range found {
				if b.Taken {
					taken = append(taken, b.Path)
				}
			}
			if got := strings.Join(taken, " "); got != test.want || !errors.Is(err, test.err) || (err == nil) != (test.err == nil) {
				t.Errorf("took %q, %v; want %q, %v", got, err, test.want, test.err)
			}
		})
	}
}

func TestPolicies(t *testing.T) {
	no, yes := `{"RemoteDebuggingAllowed": false}`, `{"RemoteDebuggingAllowed": true}`
	list := func(value string) string {
		return `<plist version="1.0"><dict><key>Other</key><false/><key>RemoteDebuggingAllowed</key><` + value + `/></dict></plist>`
	}
	for _, test := range []struct {
		name, system, program string
		files                 map[string]string
		locked                bool
	}{
		{"none", "linux", "/usr/bin/chromium", nil, false},
		{"managed", "linux", "/usr/bin/chromium", map[string]string{"/etc/chromium/policies/managed/x.json": no}, true},
		{"recommended", "linux", "/usr/bin/chromium", map[string]string{"/etc/chromium/policies/recommended/x.json": no}, true},
		{"allowed", "linux", "/usr/bin/chromium", map[string]string{"/etc/chromium/policies/managed/x.json": yes}, false},
		{"managed wins", "linux", "/usr/bin/chromium", map[string]string{"/etc/chromium/policies/managed/x.json": yes, "/etc/chromium/policies/recommended/x.json": no}, false},
		{"the last file wins", "linux", "/usr/bin/chromium", map[string]string{"/etc/chromium/policies/managed/1.json": yes, "/etc/chromium/policies/managed/2.json": no}, true},
		{"another policy", "linux", "/usr/bin/chromium", map[string]string{"/etc/chromium/policies/managed/x.json": `{"DeveloperToolsAvailability": 0}`}, false},
		{"broken", "linux", "/usr/bin/chromium", map[string]string{"/etc/chromium/policies/managed/x.json": no + "}"}, false},
		{"no boolean", "linux", "/usr/bin/chromium", map[string]string{"/etc/chromium/policies/managed/x.json": `{"RemoteDebuggingAllowed": "false"}`}, false},
		{"of another brand", "linux", "/usr/bin/chromium", map[string]string{"/etc/opt/chrome/policies/managed/x.json": no}, false},
		{"Ubuntu's", "linux", "/snap/bin/chromium", map[string]string{"/etc/chromium-browser/policies/managed/x.json": no}, true},
		{"Chrome", "linux", "/usr/bin/google-chrome-beta", map[string]string{"/etc/opt/chrome/policies/managed/x.json": no}, true},
		{"Edge", "linux", "/usr/bin/microsoft-edge", map[string]string{"/etc/opt/edge/policies/managed/x.json": no}, true},
		{"Brave", "linux", "/usr/bin/brave-browser", map[string]string{"/etc/brave/policies/managed/x.json": no}, true},
		{"not seen from a Flatpak", "linux", "/var/lib/flatpak/exports/bin/com.google.Chrome", map[string]string{"/etc/opt/chrome/policies/managed/x.json": no}, false},
		{"managed preferences", "darwin", "/Applications/Google Chrome Beta.app/Contents/MacOS/Google Chrome Beta", map[string]string{"/Library/Managed Preferences/com.google.Chrome.plist": list("false")}, true},
		{"of the person", "darwin", "/Applications/Chromium.app/Contents/MacOS/Chromium", map[string]string{"/Library/Managed Preferences/marie/org.chromium.Chromium.plist": list("false")}, true},
		{"of another person", "darwin", "/Applications/Chromium.app/Contents/MacOS/Chromium", map[string]string{"/Library/Managed Preferences/nina/org.chromium.Chromium.plist": list("false")}, false},
		{"allowed there", "darwin", "/Applications/Chromium.app/Contents/MacOS/Chromium", map[string]string{"/Library/Managed Preferences/org.chromium.Chromium.plist": list("true")}, false},
		{"binary", "darwin", "/Applications/Chromium.app/Contents/MacOS/Chromium", map[string]string{"/Library/Managed Preferences/org.chromium.Chromium.plist": "bplist00"}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			files := map[string]string{test.program: "program"}
			for name, text := range test.files {
				files[name] = text
			}
			env := map[string]map[string]string{"linux": linuxEnv, "darwin": macEnv}[test.system]
			got := madeUp(test.system, env, files).installed()
			if len(got) != 1 || got[0].Locked != test.locked {
				t.Errorf("%+v, want locked: %t", got, test.locked)
			}
		})
	}
	for key, want := range map[string]bool{`Software\Policies\Microsoft\Edge`: true, `Software\Policies\Microsoft\Edge\Recommended`: true, `Software\Policies\Google\Chrome`: false} {
		c := madeUp("windows", windowsEnv, map[string]string{"C:/Program Files (x86)/Microsoft/Edge/Application/msedge.exe": "MZ"})
		c.registry = func(k, v string) (uint64, bool) { return 0, k == key && v == "RemoteDebuggingAllowed" }
		if got := c.installed(); len(got) != 1 || got[0].Locked != want {
			t.Errorf("%s: %+v, want locked: %t", key, got, want)
		}
		c.registry = func(k, v string) (uint64, bool) { return 1, k == key && v == "RemoteDebuggingAllowed" }
		if got := c.installed(); len(got) != 1 || got[0].Locked {
			t.Errorf("%s allows it: %+v", key, got)
		}
	}
}

func TestAsking(t *testing.T) {
	c := madeUp("linux", linuxEnv, map[string]string{
		"/usr/bin/chromium": "ELF", "/usr/bin/google-chrome-stable": "ELF", "/usr/bin/opera": "ELF", "/usr/bin/vivaldi": "ELF",
		"/usr/bin/microsoft-edge": "ELF", "/usr/bin/brave-browser": "ELF", "/usr/local/bin/mine": "ELF",
		"/usr/bin/snap": "ELF", "/snap/bin/chromium": "-> ../../usr/bin/snap", "/snap/chromium/current/meta/snap.yaml": "version: 140.0.1.1",
	})
	c.say = func(_ context.Context, program string) (string, error) {
		said, ok := map[string]string{
			"/usr/bin/chromium": "Chromium 156.0.8078.79 built on Debian GNU/Linux 12 (bookworm)\nmore 1.2\n", "/usr/bin/google-chrome-stable": "Google Chrome 156.0.1.2 \n",
			"/usr/bin/opera": "115.0.5322.68\n", "/usr/bin/vivaldi": "Vivaldi 7.7.3851.48 stable\n", "/usr/bin/brave-browser": "hello\n",
			"/usr/local/bin/mine": "Brave Browser 99.1.2.3\x1b[31m\n",
		}[program]
		if !ok {
			return "", errors.New("no answer")
		}
		return said, nil
	}
	all, err := c.find("/usr/local/bin/mine")
	if err != nil {
		t.Fatal(err)
	}
	c.ask(t.Context(), all)
	var got []string
	for _, b := range all {
		mute := ""
		if b.Mute != nil {
			mute = b.Mute.Error()
		}
		got = append(got, fmt.Sprintf("%s %s %q %s %d %s", b.Brand, b.Kind, b.Name, b.Version, b.Major, mute))
	}
	want := []string{
		`chrome package "Google Chrome" 156.0.1.2 156 `, `chromium package "Chromium" 156.0.8078.79 156 `, `chromium snap "Chromium" 140.0.1.1 140 `,
		`edge package "Microsoft Edge"  0 no answer`, `brave package "Brave"  0 the answer holds no version`,
		`vivaldi package "Vivaldi" 7.7.3851.48 0 `, `opera package "Opera" 115.0.5322.68 0 `, `brave other "Brave Browser" 99.1.2.3 99 `,
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestWhoIsNotAsked: on Windows an answer would be a window, and a bundle on
// macOS whose list cannot be read stays without a version.
func TestWhoIsNotAsked(t *testing.T) {
	for _, c := range []*computer{
		madeUp("darwin", macEnv, map[string]string{"/Applications/Chromium.app/Contents/MacOS/Chromium": "Mach-O"}),
		madeUp("windows", windowsEnv, map[string]string{"C:/Program Files/Chromium/Application/chrome.exe": "MZ"}),
	} {
		all := c.installed()
		c.ask(t.Context(), all)
		if len(all) != 1 || all[0].Mute != nil {
			t.Errorf("%s: %+v", c.system, all)
		}
	}
}

func TestProfiles(t *testing.T) {
	for state, want := range map[string]string{
		`{"profile":{"info_cache":{"Profile 10":{"name":"Work"},"Default":{"name":"Marie","user_name":"marie@mail.example","gaia_name":"Marie M"},"Profile 2":{"name":"Verein"}}}}`: "Default=Marie Profile 2=Verein Profile 10=Work",
		`{"profile":{"info_cache":{"Default":{"name":"marie@mail.example"},"Profile 1":{},"Guest Profile":{"name":"Guest","is_ephemeral":true}}}}`:                                  "Default=Default Profile 1=Profile 1",
		`{"profile":{"info_cache":{"Default":{"name":"a\u001b[31mb\u009bc\nd\u202ee"}}}}`:                                                                                           "Default=a[31mbcde",
		`{"profile":{"info_cache":{"Default":{"name":7}}}}`:                                                                                                                         "",
		`{"profile":{"info_cache":{"Default":{"na`:                                                                                                                                  "",
		`{"profile":{}}`: "",
		`[]`:             "",
		"":               "",
	} {
		c := madeUp("linux", linuxEnv, map[string]string{"/home/marie/.config/chromium/Local State": state})
		var got []string
		for _, p := range c.profiles("/home/marie/.config/chromium") {
			got = append(got, p.Dir+"="+p.Name)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: %q, want %q", state, got, want)
		}
	}
	if got := madeUp("windows", windowsEnv, map[string]string{"C:/x/Local State": `{"profile":{"info_cache":{"Default":{"name":"Marie"}}}}`}).profiles(`C:\x`); len(got) != 1 {
		t.Errorf("on Windows: %v", got)
	}
}

// TestThisComputer: the same on the real file system.
func TestThisComputer(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("uses shell scripts as browsers")
	}
	dir := t.TempDir()
	script := func(name, text string) string {
		t.Helper()
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte("#!/bin/sh\n"+text+"\n"), 0o755); err != nil {
			t.Fatal(err)
		}
		return file
	}
	chromium, mute := script("chromium", "echo Chromium 135.0.1.2"), script("brave-browser", "exit 3")
	if err := os.Symlink(chromium, filepath.Join(dir, "mine")); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(dir, ".config", "chromium"), 0o700); err != nil {
		t.Fatal(err)
	}
	state := `{"profile":{"info_cache":{"Default":{"name":"Marie"}}}}`
	if err := os.WriteFile(filepath.Join(dir, ".config", "chromium", "Local State"), []byte(state), 0o600); err != nil {
		t.Fatal(err)
	}
	lookup := func(name string) (string, bool) {
		v, ok := map[string]string{"PATH": dir, "HOME": dir}[name]
		return v, ok
	}
	t.Chdir(dir)
	all, err := Survey(t.Context(), "./mine", lookup)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]Installed{}
	for _, b := range all {
		seen[b.Path] = b
	}
	got := seen[chromium]
	if !got.Taken || got.Kind != Other || got.Version != "135.0.1.2" || got.Major != 135 || len(got.Profiles) != 1 && runtime.GOOS == "linux" {
		t.Errorf("named by a link to it: %+v", got)
	}
	if got := seen[mute]; got.Mute == nil || got.Taken {
		t.Errorf("a browser that does not say its version: %+v", got)
	}
	if _, err := Survey(t.Context(), "./nothing", lookup); !errors.Is(err, ErrNoBrowser) {
		t.Errorf("a path that is not there: %v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	begin := time.Now()
	if _, err := sayVersion(ctx, script("slow", "sleep 30")); err == nil || time.Since(begin) > 5*time.Second {
		t.Errorf("a browser that does not answer: %v after %v", err, time.Since(begin))
	}
}

// TestTooOld: what a browser tells when it is connected decides, before a tab is
// opened.
func TestTooOld(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("uses a shell script as browser")
	}
	for version, want := range map[string]bool{"Chrome/112.0.5615.49": true, "HeadlessChrome/99.0.1": true, "Chrome/113.0.5672.63": false, "Other": false} {
		path := filepath.Join(t.TempDir(), "browser")
		script := `#!/bin/sh
heard() { dd bs=65536 count=1 <&3 >/dev/null 2>&1; }
heard; printf '{"id":1,"result":{}}\000' >&4
heard; printf '{"id":2,"result":{"product":"` + version + `"}}\000' >&4
heard
`
		if err := os.WriteFile(path, []byte(script), 0o755); err != nil {
			t.Fatal(err)
		}
		b, err := Start(t.Context(), Options{Path: path, Profile: t.TempDir()})
		if err == nil {
			b.Close()
		}
		if errors.Is(err, ErrTooOld) != want {
			t.Errorf("%s: %v", version, err)
		}
	}
}
