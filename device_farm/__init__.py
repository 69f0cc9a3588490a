"""Device farm: leases, resets, heals and observes phones and desktops. See docs/design/device_farm.md."""

import os

__version__ = "0.1.0"

# gRPC reads these when it is first imported. Its information lines go to stderr, between those of a command; its fork
# handlers serve children that use gRPC, which ours (X servers, applications) never do, and complain at every start.
os.environ.setdefault("GRPC_VERBOSITY", "ERROR")
os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "0")
