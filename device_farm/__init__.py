"""Device farm: leases, resets, heals and observes phones and desktops. See docs/design/device_farm.md."""

__version__ = "0.1.0"
