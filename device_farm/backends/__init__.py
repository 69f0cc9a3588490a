"""Sources of devices: a port, a union of configs, and one module a kind of device."""
