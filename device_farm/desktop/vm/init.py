"""The first process of a desktop's virtual machine: mounts, addresses, the broker; it buries the dead.

A script of the standard library, started as root by `/usr/lib/farm/init` of the image; the host never imports it.
The machine ends when the broker does.

    python3 -I -S init.py
"""

from __future__ import annotations

import ctypes
import fcntl
import json
import os
import socket
import struct
import subprocess
import sys

_LIBC = ctypes.CDLL(None, use_errno=True)
_IFF_UP = 1
_SIOCSIFADDR, _SIOCSIFNETMASK, _SIOCSIFFLAGS = 0x8916, 0x891C, 0x8914
_POWER_OFF = 0x4321FEDC
_UID = 1000


def mount(kind: str, path: str, options: str) -> None:
    os.makedirs(path, exist_ok=True)
    if _LIBC.mount(kind.encode(), path.encode(), kind.encode(), 0, options.encode()) != 0:
        sys.stderr.write(f"init: {path}: {os.strerror(ctypes.get_errno())}\n")


def up(interface: str, address: str = "", netmask: str = "") -> None:
    """Switches a network interface on, with an address where one is given."""
    name = interface.encode()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as handle:
        for request, value in ((_SIOCSIFADDR, address), (_SIOCSIFNETMASK, netmask)):
            if value:
                fields = struct.pack("16sHH4s8x", name, socket.AF_INET, 0, socket.inet_aton(value))
                fcntl.ioctl(handle, request, fields)
        fcntl.ioctl(handle, _SIOCSIFFLAGS, struct.pack("16sh", name, _IFF_UP))


def folder(path: str, mode: int, owner: int = 0) -> None:
    os.makedirs(path, exist_ok=True)
    os.chmod(path, mode)
    os.chown(path, owner, owner)


def main() -> None:
    here = os.path.dirname(os.path.abspath(__file__))
    with open(os.path.join(here, "machine.json"), encoding="utf-8") as file:
        machine = json.load(file)
    os.umask(0o022)
    if not os.path.exists("/dev/pts/ptmx"):
        mount("devpts", "/dev/pts", "gid=5,mode=620,ptmxmode=666")
    mount("tmpfs", "/dev/shm", "mode=1777")
    mount("tmpfs", "/tmp", f"mode=1777,size={machine['tmp_bytes']}")
    for path in ("/tmp/.X11-unix", "/tmp/.ICE-unix"):
        folder(path, 0o1777)
    # Debian's initrd mounts /run without the right to run what lies there; programs of ours do.
    mount("tmpfs", f"/run/user/{_UID}", f"mode=0700,uid={_UID},gid={_UID},size={machine['tmp_bytes']}")
    folder("/home/user", 0o700, _UID)
    # What only root may know: the word that lets the host in.
    os.chmod(here, 0o700)
    socket.sethostname("desktop")
    subprocess.run(["/usr/sbin/modprobe", "virtio_net"], check=False)
    up("lo")
    up("eth0", machine["address"], "255.255.255.0")
    broker = os.fork()
    if broker == 0:
        script = os.path.join(here, "broker.py")
        os.execv(sys.executable, [sys.executable, "-I", "-S", script, os.path.join(here, "machine.json")])
    while os.wait()[0] != broker:
        pass
    os.sync()
    _LIBC.reboot(_POWER_OFF)


if __name__ == "__main__":
    main()
