"""The walls of a desktop: namespaces by bubblewrap, or, where the kernel refuses them, only a private home.

Confined: own mount, PID, IPC, network, UTS and user namespaces; the system directories read-only and without
`/usr/local`; `/home/user`, `/tmp` and `/run` are memory of the desktop. Nothing that is writable on the host is seen,
no host process, no host port. Where the farm runs as root it gives root up first: user id 0 in a user namespace is
still user id 0 to `/proc/sys`.

Unconfined: a private directory tree, a clean environment, and, where the farm runs as root, an unprivileged user.
"""

from __future__ import annotations

import asyncio
import os
import pwd
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from device_farm.desktop.applications import APPLICATIONS
from device_farm.desktop.packages import SYSTEM_PATH

GUEST_UID = 1000
GUEST_HOME = "/home/user"
# Used in place of root. In the range that systemd keeps for short-lived users (61184 to 65519): it owns nothing.
HOST_UID = 65501
HOME_LIMIT_BYTES = 2 << 30
TMP_LIMIT_BYTES = 1 << 30
PROBE_TIMEOUT_S = 10.0

_ETC = (
    "alternatives", "bash.bashrc", "default/locale", "fonts", "gimp", "gtk-3.0", "inputrc", "ld.so.cache", "ld.so.conf",
    "ld.so.conf.d", "libreoffice", "locale.alias", "localtime", "mailcap", "mime.types", "pango", "profile", "terminfo",
    "timezone", "X11", "xdg",
)  # fmt: skip
_FILES = {
    "/etc/passwd": f"root:x:0:0:root:/root:/bin/sh\nuser:x:{GUEST_UID}:{GUEST_UID}:User:{GUEST_HOME}:/bin/bash\n",
    "/etc/group": f"root:x:0:\nuser:x:{GUEST_UID}:\n",
    "/etc/hosts": "127.0.0.1 localhost desktop\n",
    "/etc/hostname": "desktop\n",
    "/etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
    "/etc/machine-id": "6d0f9b9be0a44a6f9d3b6c1f5f7a2c11\n",
    "/etc/shells": "/bin/sh\n/bin/bash\n",
}


class Confinement(Enum):
    """How well a desktop is walled in."""

    NAMESPACES = "namespaces"
    UNCONFINED = "unconfined"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a desktop lives. Paths as its own processes see them; `host_dir` is what to remove at the end."""

    confinement: Confinement
    home: str
    runtime: str
    tmp: str
    uid: int
    host_dir: str = ""

    @property
    def roots(self) -> tuple[str, ...]:
        """What file requests are held to: nothing more where the namespace is the wall."""
        return (self.home, self.tmp, self.runtime) if self.confinement is Confinement.UNCONFINED else ()


def host_uid(confinement: Confinement) -> int:
    """The user of this machine that a desktop runs as."""
    if os.geteuid() != 0:
        return os.geteuid()
    # Message buses drop users that the machine does not know; behind the walls the user is another one anyway.
    return HOST_UID if confinement is Confinement.NAMESPACES else pwd.getpwnam("nobody").pw_uid


def user_arguments(confinement: Confinement) -> dict[str, int | list[int]]:
    """Arguments of `subprocess` that give root up; empty for anyone else."""
    if os.geteuid() != 0:
        return {}
    uid = host_uid(confinement)
    return {"user": uid, "group": uid, "extra_groups": []}


def bubblewrap_argv(data_fds: Sequence[tuple[int, str]], status_fd: int, *, root: str = "") -> list[str]:
    """The command before the program to run. `data_fds` are (descriptor, guest path) of files to show.

    `root` is a folder with a root file system, whose programs are used instead of this machine's.
    """
    # fmt: off
    argv = [
        "/usr/bin/bwrap", "--unshare-user", "--uid", str(GUEST_UID), "--gid", str(GUEST_UID), "--disable-userns",
        "--unshare-pid", "--unshare-ipc", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try",
        "--hostname", "desktop", "--die-with-parent", "--new-session", "--clearenv", "--cap-drop", "ALL",
        "--ro-bind", f"{root}/usr", "/usr", "--tmpfs", "/usr/local", "--tmpfs", "/usr/src",
        "--proc", "/proc", "--dev", "/dev",
    ]
    # fmt: on
    for name in ("bin", "sbin", "lib", "lib32", "lib64", "libx32"):
        path = f"/{name}"
        if os.path.islink(root + path):
            argv += ["--symlink", os.readlink(root + path).lstrip("/"), path]
        elif os.path.isdir(root + path):
            argv += ["--ro-bind", root + path, path]
    argv += ["--dir", "/etc", "--dir", "/etc/default"]
    for name in _ETC:
        argv += ["--ro-bind-try", f"{root}/etc/{name}", f"/etc/{name}"]
    for path in ("/var/cache/fontconfig", "/var/lib/libreoffice"):
        argv += ["--ro-bind-try", root + path, path]
    # The menu and the file associations of every machine are the same: this desktop's applications.
    argv += ["--tmpfs", "/usr/share/applications"]
    for application in APPLICATIONS:
        path = f"/usr/share/applications/{application.desktop_id}"
        argv += ["--ro-bind-try", root + path, path]
    for path, mode, size in (
        ("/tmp", "1777", TMP_LIMIT_BYTES),
        ("/run", "0755", TMP_LIMIT_BYTES),
        (GUEST_HOME, "0700", HOME_LIMIT_BYTES),
    ):
        argv += ["--perms", mode, "--size", str(size), "--tmpfs", path]
    argv += ["--perms", "1777", "--dir", "/tmp/.X11-unix", "--perms", "1777", "--dir", "/tmp/.ICE-unix"]
    argv += ["--perms", "0700", "--dir", f"/run/user/{GUEST_UID}", "--dir", "/var/tmp"]
    for descriptor, path in data_fds:
        argv += ["--ro-bind-data", str(descriptor), path]
    return [*argv, "--remount-ro", "/", "--chdir", GUEST_HOME, "--json-status-fd", str(status_fd), "--"]


def data_file(content: bytes) -> int:
    """An inheritable descriptor, at its start, of a nameless file with `content`."""
    descriptor = os.memfd_create("farm", 0)
    os.write(descriptor, content)
    os.lseek(descriptor, 0, os.SEEK_SET)
    os.set_inheritable(descriptor, True)
    return descriptor


def system_files() -> dict[str, bytes]:
    """The files of `/etc` that a confined desktop has of its own."""
    return {path: text.encode() for path, text in _FILES.items()}


def unconfined_place() -> Place:
    """Makes the private directories. Short names: a Unix socket's path has 107 bytes."""
    top = tempfile.mkdtemp(prefix=f"farm-desktop-{os.getpid()}-")
    paths = {name: os.path.join(top, name) for name in ("home", "run", "tmp")}
    uid = host_uid(Confinement.UNCONFINED)
    for path in (top, *paths.values()):
        os.makedirs(path, mode=0o700, exist_ok=True)
        if os.geteuid() == 0:
            os.chown(path, uid, uid)
    return Place(
        confinement=Confinement.UNCONFINED,
        home=paths["home"],
        runtime=paths["run"],
        tmp=paths["tmp"],
        uid=uid,
        host_dir=top,
    )


def confined_place() -> Place:
    return Place(
        confinement=Confinement.NAMESPACES,
        home=GUEST_HOME,
        runtime=f"/run/user/{GUEST_UID}",
        tmp="/tmp",
        uid=GUEST_UID,
    )


def remove_place(place: Place) -> None:
    """Removes the private directories of an unconfined desktop. Idempotent."""
    if place.host_dir:
        shutil.rmtree(place.host_dir, ignore_errors=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxProbe:
    """What this machine allows, and why not more."""

    confinement: Confinement
    reason: str = ""


async def probe(root: str = "") -> SandboxProbe:
    """Starts a program behind the walls; that the kernel has namespaces is no proof that it gives them to us."""
    if shutil.which("bwrap", path=SYSTEM_PATH) is None:
        return SandboxProbe(confinement=Confinement.UNCONFINED, reason="bubblewrap is not installed")
    # Nobody reads the status, but bwrap must find a reader: it would die of SIGPIPE and leave its child waiting.
    read, write = os.pipe()
    try:
        return await _probe(write, root)
    finally:
        os.close(read)
        os.close(write)


async def _probe(status_fd: int, root: str) -> SandboxProbe:
    process = await asyncio.create_subprocess_exec(
        *bubblewrap_argv((), status_fd, root=root),
        "/bin/true",
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        pass_fds=(status_fd,),
        cwd="/",
        **user_arguments(Confinement.NAMESPACES),  # type: ignore[arg-type]
    )
    try:
        async with asyncio.timeout(PROBE_TIMEOUT_S):
            _, complaint = await process.communicate()
    except TimeoutError:
        return SandboxProbe(confinement=Confinement.UNCONFINED, reason=f"bwrap hung for {PROBE_TIMEOUT_S:g} s")
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode != 0:
        return SandboxProbe(confinement=Confinement.UNCONFINED, reason=complaint.decode(errors="replace").strip())
    return SandboxProbe(confinement=Confinement.NAMESPACES)
