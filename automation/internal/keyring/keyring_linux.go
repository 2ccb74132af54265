package keyring

import (
	"context"
	"time"

	"github.com/godbus/dbus/v5"
)

const (
	service    = "org.freedesktop.secrets"
	root       = dbus.ObjectPath("/org/freedesktop/secrets")
	readAlias  = "org.freedesktop.Secret.Service.ReadAlias"
	lockedProp = "org.freedesktop.Secret.Collection.Locked"
)

// Ask looks at the store. It takes three seconds at most. lookup is the
// environment, in the manner of os.LookupEnv.
func Ask(ctx context.Context, lookup func(string) (string, bool)) State {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	address := busAddress(lookup)
	if address == "" {
		return Absent
	}
	bus, err := dbus.Connect(address, dbus.WithContext(ctx))
	if err != nil {
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
