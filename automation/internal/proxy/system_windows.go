package proxy

import "golang.org/x/sys/windows/registry"

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
		detect = len(raw) > 8 && raw[8]&8 != 0
	}
	return internetSettings(enabled != 0, server, override, script, detect)
}
