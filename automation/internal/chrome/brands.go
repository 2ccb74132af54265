package chrome

// build is one browser of the Chromium family, in one channel, and where it
// stands on each system when it is installed. An empty field: it is not there,
// or nobody has written down where.
type build struct {
	brand   string // as people name it for --browser
	channel string
	name    string // as its maker calls it
	own     bool   // it counts its versions by itself, not with Chromium's

	linux   linuxPlaces
	mac     macPlaces
	windows windowsPlaces
}

type linuxPlaces struct {
	programs []string // of one installation, the surest first: looked up on PATH, or absolute
	config   string   // everyday user data dir, below ~/.config
	policies []string // folders that hold managed/ and recommended/
	snap     string   // the snap's name; its program is called the same
	snapData string   // its everyday user data dir, below ~/snap, where that is not config in the snap's own home
	snapOwn  bool     // the snap counts its versions by itself
	flatpak  string   // the application's id
}

type macPlaces struct {
	app    string // the bundle; the program in it is called the same
	data   string // below ~/Library/Application Support
	domain string // of its managed preferences
}

type windowsPlaces struct {
	machine  string // the program, below Program Files
	user     string // the program, below %LOCALAPPDATA%
	data     string // everyday user data dir, below %LOCALAPPDATA%
	roaming  string // the same, below %APPDATA%
	policies string // key below HKLM and HKCU
}

// The channels, as steady as can be first. Brave calls its last Nightly, Vivaldi
// Snapshot, Opera Developer.
const (
	stable = "stable"
	beta   = "beta"
	dev    = "dev"
	canary = "canary"
)

var channels = []string{stable, beta, dev, canary}

// builds is the whole table, in the order in which brands are preferred and,
// within a brand, channels. Where it comes from:
//
//   - programs: the file lists of the makers' .deb and .rpm packages, and of
//     Debian's, Fedora's, Arch's and Ubuntu's for Chromium. The names without a
//     channel (google-chrome, microsoft-edge, …) are Debian alternatives, which
//     may lead to any channel.
//   - config, data: chrome_paths_linux.cc, chrome_paths_mac.mm, chrome_paths_win.cc
//     and install_static's install modes, and the same files in Brave's sources; for
//     Edge, Vivaldi and Opera what their help pages call the profile path.
//   - snap, flatpak: snapcraft.io and flathub.org. A snap has its own home below
//     ~/snap/NAME, a Flatpak its own ~/.config below ~/.var/app/ID.
//   - app: the Homebrew casks, which unpack the makers' own disk images.
//   - machine, user: the installers' folders, as the winget packages register them.
//   - policies, domain: DIR_POLICY_FILES in chrome_paths.cc and in Brave's
//     brave_main_delegate.cc, chromium.org's Linux quick start for Ubuntu, the .admx
//     templates of the makers, chrome_browser_policy_connector.cc (all channels of
//     Chrome obey com.google.Chrome). Opera documents none.
//
// Nothing here but Debian's Chromium was ever run by nonmerci's makers.
var builds = []build{
	{brand: "chrome", channel: stable, name: "Google Chrome",
		linux:   linuxPlaces{programs: []string{"google-chrome-stable", "google-chrome", "/opt/google/chrome/chrome"}, config: "google-chrome", policies: []string{"/etc/opt/chrome/policies"}, flatpak: "com.google.Chrome"},
		mac:     macPlaces{app: "Google Chrome", data: "Google/Chrome", domain: "com.google.Chrome"},
		windows: windowsPlaces{machine: "Google/Chrome/Application/chrome.exe", user: "Google/Chrome/Application/chrome.exe", data: "Google/Chrome/User Data", policies: `Software\Policies\Google\Chrome`}},
	{brand: "chrome", channel: beta, name: "Google Chrome Beta",
		linux:   linuxPlaces{programs: []string{"google-chrome-beta", "/opt/google/chrome-beta/chrome"}, config: "google-chrome-beta", policies: []string{"/etc/opt/chrome/policies"}},
		mac:     macPlaces{app: "Google Chrome Beta", data: "Google/Chrome Beta", domain: "com.google.Chrome"},
		windows: windowsPlaces{machine: "Google/Chrome Beta/Application/chrome.exe", user: "Google/Chrome Beta/Application/chrome.exe", data: "Google/Chrome Beta/User Data", policies: `Software\Policies\Google\Chrome`}},
	{brand: "chrome", channel: dev, name: "Google Chrome Dev",
		linux:   linuxPlaces{programs: []string{"google-chrome-unstable", "/opt/google/chrome-unstable/chrome"}, config: "google-chrome-unstable", policies: []string{"/etc/opt/chrome/policies"}, flatpak: "com.google.ChromeDev"},
		mac:     macPlaces{app: "Google Chrome Dev", data: "Google/Chrome Dev", domain: "com.google.Chrome"},
		windows: windowsPlaces{machine: "Google/Chrome Dev/Application/chrome.exe", user: "Google/Chrome Dev/Application/chrome.exe", data: "Google/Chrome Dev/User Data", policies: `Software\Policies\Google\Chrome`}},
	{brand: "chrome", channel: canary, name: "Google Chrome Canary",
		linux:   linuxPlaces{programs: []string{"google-chrome-canary", "/opt/google/chrome-canary/chrome"}, config: "google-chrome-canary", policies: []string{"/etc/opt/chrome/policies"}},
		mac:     macPlaces{app: "Google Chrome Canary", data: "Google/Chrome Canary", domain: "com.google.Chrome"},
		windows: windowsPlaces{user: "Google/Chrome SxS/Application/chrome.exe", data: "Google/Chrome SxS/User Data", policies: `Software\Policies\Google\Chrome`}},

	{brand: "chromium", channel: stable, name: "Chromium",
		linux: linuxPlaces{programs: []string{"chromium", "chromium-browser"}, config: "chromium", policies: []string{"/etc/chromium/policies", "/etc/chromium-browser/policies"},
			snap: "chromium", snapData: "chromium/common/chromium", flatpak: "org.chromium.Chromium"},
		mac:     macPlaces{app: "Chromium", data: "Chromium", domain: "org.chromium.Chromium"},
		windows: windowsPlaces{machine: "Chromium/Application/chrome.exe", user: "Chromium/Application/chrome.exe", data: "Chromium/User Data", policies: `Software\Policies\Chromium`}},

	{brand: "edge", channel: stable, name: "Microsoft Edge",
		linux:   linuxPlaces{programs: []string{"microsoft-edge-stable", "microsoft-edge", "/opt/microsoft/msedge/microsoft-edge"}, config: "microsoft-edge", policies: []string{"/etc/opt/edge/policies"}, flatpak: "com.microsoft.Edge"},
		mac:     macPlaces{app: "Microsoft Edge", data: "Microsoft Edge", domain: "com.microsoft.Edge"},
		windows: windowsPlaces{machine: "Microsoft/Edge/Application/msedge.exe", user: "Microsoft/Edge/Application/msedge.exe", data: "Microsoft/Edge/User Data", policies: `Software\Policies\Microsoft\Edge`}},
	{brand: "edge", channel: beta, name: "Microsoft Edge Beta",
		linux:   linuxPlaces{programs: []string{"microsoft-edge-beta", "/opt/microsoft/msedge-beta/microsoft-edge-beta"}, config: "microsoft-edge-beta", policies: []string{"/etc/opt/edge/policies"}},
		mac:     macPlaces{app: "Microsoft Edge Beta", data: "Microsoft Edge Beta", domain: "com.microsoft.Edge"},
		windows: windowsPlaces{machine: "Microsoft/Edge Beta/Application/msedge.exe", user: "Microsoft/Edge Beta/Application/msedge.exe", data: "Microsoft/Edge Beta/User Data", policies: `Software\Policies\Microsoft\Edge`}},
	{brand: "edge", channel: dev, name: "Microsoft Edge Dev",
		linux:   linuxPlaces{programs: []string{"microsoft-edge-dev", "/opt/microsoft/msedge-dev/microsoft-edge-dev"}, config: "microsoft-edge-dev", policies: []string{"/etc/opt/edge/policies"}, flatpak: "com.microsoft.EdgeDev"},
		mac:     macPlaces{app: "Microsoft Edge Dev", data: "Microsoft Edge Dev", domain: "com.microsoft.Edge"},
		windows: windowsPlaces{machine: "Microsoft/Edge Dev/Application/msedge.exe", user: "Microsoft/Edge Dev/Application/msedge.exe", data: "Microsoft/Edge Dev/User Data", policies: `Software\Policies\Microsoft\Edge`}},
	{brand: "edge", channel: canary, name: "Microsoft Edge Canary",
		linux:   linuxPlaces{programs: []string{"microsoft-edge-canary", "/opt/microsoft/msedge-canary/microsoft-edge-canary"}, config: "microsoft-edge-canary", policies: []string{"/etc/opt/edge/policies"}},
		mac:     macPlaces{app: "Microsoft Edge Canary", data: "Microsoft Edge Canary", domain: "com.microsoft.Edge"},
		windows: windowsPlaces{user: "Microsoft/Edge SxS/Application/msedge.exe", data: "Microsoft/Edge SxS/User Data", policies: `Software\Policies\Microsoft\Edge`}},

	{brand: "brave", channel: stable, name: "Brave",
		linux: linuxPlaces{programs: []string{"brave-browser-stable", "brave-browser", "brave", "/opt/brave.com/brave/brave-browser"}, config: "BraveSoftware/Brave-Browser", policies: []string{"/etc/brave/policies"},
			snap: "brave", snapOwn: true, flatpak: "com.brave.Browser"},
		mac:     macPlaces{app: "Brave Browser", data: "BraveSoftware/Brave-Browser", domain: "com.brave.Browser"},
		windows: windowsPlaces{machine: "BraveSoftware/Brave-Browser/Application/brave.exe", user: "BraveSoftware/Brave-Browser/Application/brave.exe", data: "BraveSoftware/Brave-Browser/User Data", policies: `Software\Policies\BraveSoftware\Brave`}},
	{brand: "brave", channel: beta, name: "Brave Beta",
		linux:   linuxPlaces{programs: []string{"brave-browser-beta", "/opt/brave.com/brave-beta/brave-browser-beta"}, config: "BraveSoftware/Brave-Browser-Beta", policies: []string{"/etc/brave/policies"}},
		mac:     macPlaces{app: "Brave Browser Beta", data: "BraveSoftware/Brave-Browser-Beta", domain: "com.brave.Browser.beta"},
		windows: windowsPlaces{machine: "BraveSoftware/Brave-Browser-Beta/Application/brave.exe", user: "BraveSoftware/Brave-Browser-Beta/Application/brave.exe", data: "BraveSoftware/Brave-Browser-Beta/User Data", policies: `Software\Policies\BraveSoftware\Brave`}},
	{brand: "brave", channel: canary, name: "Brave Nightly",
		linux:   linuxPlaces{programs: []string{"brave-browser-nightly", "/opt/brave.com/brave-nightly/brave-browser-nightly"}, config: "BraveSoftware/Brave-Browser-Nightly", policies: []string{"/etc/brave/policies"}},
		mac:     macPlaces{app: "Brave Browser Nightly", data: "BraveSoftware/Brave-Browser-Nightly", domain: "com.brave.Browser.nightly"},
		windows: windowsPlaces{machine: "BraveSoftware/Brave-Browser-Nightly/Application/brave.exe", user: "BraveSoftware/Brave-Browser-Nightly/Application/brave.exe", data: "BraveSoftware/Brave-Browser-Nightly/User Data", policies: `Software\Policies\BraveSoftware\Brave`}},

	{brand: "vivaldi", channel: stable, name: "Vivaldi", own: true,
		linux:   linuxPlaces{programs: []string{"vivaldi-stable", "vivaldi", "/opt/vivaldi/vivaldi"}, config: "vivaldi", policies: []string{"/etc/vivaldi/policies"}, snap: "vivaldi", flatpak: "com.vivaldi.Vivaldi"},
		mac:     macPlaces{app: "Vivaldi", data: "Vivaldi", domain: "com.vivaldi.Vivaldi"},
		windows: windowsPlaces{machine: "Vivaldi/Application/vivaldi.exe", user: "Vivaldi/Application/vivaldi.exe", data: "Vivaldi/User Data", policies: `Software\Policies\Vivaldi`}},
	{brand: "vivaldi", channel: dev, name: "Vivaldi Snapshot", own: true,
		linux: linuxPlaces{programs: []string{"vivaldi-snapshot", "/opt/vivaldi-snapshot/vivaldi-snapshot"}, config: "vivaldi-snapshot", policies: []string{"/etc/vivaldi/policies"}},
		mac:   macPlaces{app: "Vivaldi Snapshot", data: "Vivaldi Snapshot", domain: "com.vivaldi.Vivaldi.snapshot"}},

	{brand: "opera", channel: stable, name: "Opera", own: true,
		linux:   linuxPlaces{programs: []string{"opera-stable", "opera", "/usr/lib/x86_64-linux-gnu/opera-stable/opera"}, config: "opera", snap: "opera", flatpak: "com.opera.Opera"},
		mac:     macPlaces{app: "Opera", data: "com.operasoftware.Opera"},
		windows: windowsPlaces{machine: "Opera/opera.exe", user: "Programs/Opera/opera.exe", roaming: "Opera Software/Opera Stable"}},
	{brand: "opera", channel: beta, name: "Opera Beta", own: true,
		linux:   linuxPlaces{programs: []string{"opera-beta"}, config: "opera-beta", snap: "opera-beta"},
		mac:     macPlaces{app: "Opera Beta", data: "com.operasoftware.OperaNext"},
		windows: windowsPlaces{machine: "Opera beta/opera.exe", user: "Programs/Opera beta/opera.exe", roaming: "Opera Software/Opera Next"}},
	{brand: "opera", channel: dev, name: "Opera Developer", own: true,
		linux:   linuxPlaces{programs: []string{"opera-developer"}, config: "opera-developer", snap: "opera-developer"},
		mac:     macPlaces{app: "Opera Developer", data: "com.operasoftware.OperaDeveloper"},
		windows: windowsPlaces{machine: "Opera developer/opera.exe", user: "Programs/Opera developer/opera.exe", roaming: "Opera Software/Opera Developer"}},
}
