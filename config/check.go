package config

import (
	"errors"
	"io"
	"io/fs"
	"net"
	"net/mail"
	"net/url"
	"os"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/nonmerci/nonmerci/internal/hint"
	"golang.org/x/text/language"
)

const (
	maxFile        = 64 << 10 // bytes, of the settings file and of the explanation's
	maxLine        = 4096     // bytes
	maxEmail       = 254      // bytes, RFC 5321 §4.5.3.1.3 less the angle brackets
	maxExplanation = 5000     // characters
	maxAccount     = 100      // characters
)

// fits applies the key's check.
func (k key) fits(c *Config) bool {
	if k.check != nil {
		return k.check(c)
	}
	value, ok := c.field(k.name).Interface().(string)
	return !ok || isLine(value)
}

func isLine(s string) bool {
	return len(s) <= maxLine && utf8.ValidString(s) && !strings.ContainsFunc(s, unicode.IsControl)
}

// checkEmail wants what net/mail takes as a bare address with a dotted domain.
// Letters of every script are fine; what cannot be seen is not.
func checkEmail(c *Config) bool {
	c.Email = strings.TrimSpace(c.Email)
	if c.Email == "" {
		return true
	}
	unseen := func(r rune) bool { return unicode.IsSpace(r) || unicode.In(r, unicode.Cc, unicode.Cf) }
	if len(c.Email) > maxEmail || !utf8.ValidString(c.Email) || strings.ContainsFunc(c.Email, unseen) {
		return false
	}
	address, err := mail.ParseAddress(c.Email)
	if err != nil || address.Name != "" || address.Address != c.Email {
		return false
	}
	_, domain, _ := strings.Cut(c.Email, "@")
	labels := strings.Split(domain, ".")
	for _, label := range labels {
		if label == "" || strings.HasPrefix(label, "-") || strings.HasSuffix(label, "-") || strings.ContainsAny(label, `@[]"_`) {
			return false
		}
	}
	return len(labels) > 1
}

// checkExplain leaves the characters as they are; only the line ends of Windows
// become \n, as a text area would make them.
func checkExplain(c *Config) bool {
	c.Explain = strings.ReplaceAll(c.Explain, "\r\n", "\n")
	strange := func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }
	return utf8.ValidString(c.Explain) &&
		utf8.RuneCountInString(c.Explain) <= maxExplanation &&
		!strings.ContainsFunc(c.Explain, strange)
}

// readExplanation fills Explain from ExplainFile. Not even the file's name
// stands in the message: the explanation itself could be there by mistake.
func (c *Config) readExplanation() error {
	if c.ExplainFile == "" {
		return nil
	}
	from := c.origins["explain-file"]
	problem := func(why hint.Text) error {
		return hint.New(
			hint.Say("The file with your explanation, given %s, %s. Nothing was started.", from.place(), why),
			hint.Say("Check the file, or give the explanation itself with --explain, then start again."))
	}
	data, err := readUpTo(c.ExplainFile, maxFile)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return problem(hint.Say("was not found"))
	case errors.Is(err, errTooLong):
		return problem(hint.Say("is larger than 64 KB"))
	case err != nil:
		return problem(hint.Say("could not be read"))
	}
	c.Explain = strings.TrimRight(strings.TrimPrefix(string(data), byteOrderMark), "\r\n")
	switch {
	case !utf8.ValidString(c.Explain):
		return problem(hint.Say("is not a text file in UTF-8"))
	case !checkExplain(c):
		return problem(hint.Say("must hold text of at most 5000 characters, without control characters"))
	}
	return nil
}

var errTooLong = errors.New("too long")

const byteOrderMark = "\uFEFF" // some editors on Windows put it in front

func readUpTo(path string, limit int64) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, limit+1))
	if err == nil && int64(len(data)) > limit {
		err = errTooLong
	}
	return data, err
}

// byFlag tells whether a flag gave the value.
func (c *Config) byFlag(key string) bool { return c.origins[key].rank == byFlag }

// checkAccount takes a name as people write it: of every script, on one line.
func checkAccount(c *Config) bool {
	c.Account = strings.TrimSpace(c.Account)
	if c.Account == "" {
		return !c.byFlag("account") // an empty shell variable must not mean anybody
	}
	return isLine(c.Account) && utf8.RuneCountInString(c.Account) <= maxAccount && strings.Trim(c.Account, "@ ") != ""
}

func checkCountry(c *Config) bool {
	if c.Country == "" {
		return true
	}
	code := strings.ToUpper(c.Country)
	if !regexp.MustCompile(`^[A-Z]{2}$`).MatchString(code) {
		return false
	}
	region, err := language.ParseRegion(code)
	if err != nil || !region.IsCountry() {
		return false
	}
	c.Country = region.Canonicalize().String() // "UK" is GB
	return len(c.Country) == 2
}

func checkRoute(c *Config) bool {
	return c.Route == RouteSettings || c.Route == RoutePolicy || c.Route == RouteDirect
}

func checkLanguage(c *Config) bool {
	c.Language = strings.ToLower(c.Language)
	return c.Language == "" || c.Language == "en" || c.Language == "fr"
}

func checkWait(c *Config) bool { return c.Wait > 0 && c.Wait <= longestWait }

// checkAttach looks at the shape alone; whether a browser answers there is for
// those who attach.
func checkAttach(c *Config) bool {
	if c.Attach == "" || c.Attach == AttachAuto {
		return c.Attach != "" || !c.byFlag("attach") // as with account
	}
	_, ok := attachHost(c.Attach)
	return ok
}

// attachHost is the host of an address to attach to.
func attachHost(attach string) (host string, ok bool) {
	if !isLine(attach) {
		return "", false
	}
	host, port := "127.0.0.1", attach
	if scheme, _, ok := strings.Cut(attach, "://"); ok {
		address, err := url.Parse(attach)
		web := scheme == "ws" || scheme == "wss" || scheme == "http" || scheme == "https"
		if err != nil || !web || address.Hostname() == "" || address.User != nil {
			return "", false
		}
		return address.Hostname(), true
	}
	if strings.Contains(attach, ":") {
		var err error
		if host, port, err = net.SplitHostPort(attach); err != nil {
			return "", false
		}
	}
	number, err := strconv.ParseUint(port, 10, 16)
	return host, err == nil && number > 0 && host != "" && !strings.ContainsAny(host, "/ ")
}

// checkNear refuses a browser of another computer, unless the person has said that
// they mean it.
func (c *Config) checkNear() error {
	if c.Attach == "" || c.Attach == AttachAuto || c.AttachAnywhere {
		return nil
	}
	host, _ := attachHost(c.Attach)
	if ip := net.ParseIP(host); strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback() {
		return nil
	}
	return hint.New(
		hint.Say("The address to attach to, given %s, is another computer's. Nothing was started.", c.origins["attach"].place()),
		hint.Say("Name an address of this computer, such as 127.0.0.1:9222. If you know what you do, add --attach-anywhere (its help says what that means)."))
}

func checkTimestamp(c *Config) bool {
	if c.Timestamp == "" {
		return true
	}
	u, err := url.Parse(c.Timestamp)
	return err == nil && isLine(c.Timestamp) && (u.Scheme == "https" || u.Scheme == "http") && u.Hostname() != "" && u.User == nil && u.Fragment == ""
}

func checkBrowserArgs(c *Config) bool {
	form := regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9-]*(=.*)?$`)
	for _, arg := range c.BrowserArgs {
		if !isLine(arg) || !form.MatchString(arg) {
			return false
		}
	}
	return true
}

// checkOwnSwitches refuses what nonmerci itself must decide. Chromium on
// Windows reads switches without regard to case.
func (c *Config) checkOwnSwitches() error {
	for _, arg := range c.BrowserArgs {
		name, _, _ := strings.Cut(strings.ToLower(arg), "=")
		var next hint.Text
		switch name {
		case "user-data-dir":
			next = hint.Say("Leave it out. To use another browser profile, give its folder with --profile.")
		case "remote-debugging-pipe":
			next = hint.Say("Leave it out. It is how nonmerci talks to the browser that it starts, so it is always on.")
		default:
			continue
		}
		return hint.New(
			hint.Say("The browser switch %s, given %s, is set by nonmerci itself. Nothing was started.", name, c.origins["browser-arg"].place()),
			next)
	}
	return nil
}
