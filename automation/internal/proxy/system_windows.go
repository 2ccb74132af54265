package proxy

import (
	"unsafe"

	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/registry"
)

// System reads the proxies that the browser would take: those of Windows'
// Internet Settings of this user. Automatic detection stands in a binary value
// (DefaultConnectionSettings, byte 8, bit 3).
func System(func(string) (string, bool)) Settings {
	const path = `Software\Microsoft\Windows\CurrentVersion\Internet Settings`
	key, err := registry.OpenKey(registry.CURRENT_USER, path, registry.QUERY_VALUE)
	if err != nil {
		return Settings{}
	}
	defer key.Close()
	enabled, _, _ := key.GetIntegerValue("ProxyEnable")
	server, _, _ := key.GetStringValue("ProxyServer")
	override, _, _ := key.GetStringValue("ProxyOverride")
	script, _, _ := key.GetStringValue("AutoConfigURL")
	detect := false
	if more, err := registry.OpenKey(registry.CURRENT_USER, path+`\Connections`, registry.QUERY_VALUE); err == nil {
		defer more.Close()
		raw, _, _ := more.GetBinaryValue("DefaultConnectionSettings")
		detect = len(raw) > 8 && raw[8]&8 != 0 && announced()
	}
	return internetSettings(enabled != 0, server, override, script, detect)
}

// announced tells whether the network names a script, as Windows looks for it:
// "detect settings automatically" is on from the start, and most networks have
// none. Nobody has run this on Windows yet.
func announced() bool {
	const byDHCP, byDNS = 1, 2 // WINHTTP_AUTO_DETECT_TYPE_*
	var address *uint16        // a few bytes that Windows made and nobody frees
	found, _, _ := windows.NewLazySystemDLL("winhttp.dll").NewProc("WinHttpDetectAutoProxyConfigUrl").
		Call(byDHCP|byDNS, uintptr(unsafe.Pointer(&address)))
	return found != 0
}
