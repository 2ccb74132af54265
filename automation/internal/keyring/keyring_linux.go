package keyring

import (
	"context"
	"strconv"
	"time"

	"github.com/godbus/dbus/v5"
)

const (
	service    = "org.freedesktop.secrets"
	root       = dbus.ObjectPath("/org/freedesktop/secrets")
	readAlias  = "org.freedesktop.Secret.Service.ReadAlias"
	lockedProp = "org.freedesktop.Secret.Collection.Locked"

	searchItems    = "org.freedesktop.Secret.Service.SearchItems"
	attributesProp = "org.freedesktop.Secret.Item.Attributes"
	createdProp    = "org.freedesktop.Secret.Item.Created"

	// browserKey is the schema of the key of Chromium's cookies
	// (components/os_crypt's key_storage_libsecret.cc; measured with Chromium 156).
	browserKey = "chrome_libsecret_os_crypt_password_v2"

	patience = 3 * time.Second
)

// reach connects with the session bus; nil: there is none.
func reach(ctx context.Context, lookup func(string) (string, bool)) *dbus.Conn {
	address := busAddress(lookup)
	if address == "" {
		return nil
	}
	bus, err := dbus.Connect(address, dbus.WithContext(ctx))
	if err != nil {
		return nil
	}
	return bus
}

// Ask looks at the store. It takes three seconds at most. lookup is the
// environment, in the manner of os.LookupEnv.
func Ask(ctx context.Context, lookup func(string) (string, bool)) State {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	bus := reach(ctx, lookup)
	if bus == nil {
		return Absent
	}
	defer bus.Close()
	var collection dbus.ObjectPath
	if err := bus.Object(service, root).CallWithContext(ctx, readAlias, 0, "default").Store(&collection); err != nil || collection == "/" {
		return Absent
	}
	var locked bool
	if err := bus.Object(service, collection).StoreProperty(lockedProp, &locked); err != nil {
		return Absent
	}
	if locked {
		return Locked
	}
	return Open
}

// Keys names the keys of browsers that the store holds, each with the time when it
// was made, which nobody else's key has. It takes three seconds at most.
func Keys(ctx context.Context, lookup func(string) (string, bool)) []string {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	bus := reach(ctx, lookup)
	if bus == nil {
		return nil
	}
	defer bus.Close()
	var open, locked []dbus.ObjectPath
	search := map[string]string{"xdg:schema": browserKey}
	if err := bus.Object(service, root).CallWithContext(ctx, searchItems, 0, search).Store(&open, &locked); err != nil {
		return nil
	}
	var keys []string
	for _, path := range append(open, locked...) {
		var of map[string]string
		var made uint64 // seconds since 1970
		item := bus.Object(service, path)
		if item.StoreProperty(attributesProp, &of) == nil && item.StoreProperty(createdProp, &made) == nil {
			keys = append(keys, of["application"]+" "+strconv.FormatUint(made, 10))
		}
	}
	return keys
}

// busAddress is the session bus: what the environment says, else the place that
// systemd gives it.
func busAddress(lookup func(string) (string, bool)) string {
	if address, _ := lookup("DBUS_SESSION_BUS_ADDRESS"); address != "" {
		return address
	}
	if dir, _ := lookup("XDG_RUNTIME_DIR"); dir != "" {
		return "unix:path=" + dir + "/bus"
	}
	return ""
}
