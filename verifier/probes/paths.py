"""Which paths of a guest a probe may read."""

from __future__ import annotations

import posixpath

from verifier.probes.refusal import ProbeRefused

_PROC = frozenset({"cpuinfo", "filesystems", "loadavg", "meminfo", "mounts", "stat", "uptime", "version"})
MAX_CHARACTERS = 1024


def check_readable(path: str, *, field: str = "path") -> None:
    """Raises ProbeRefused for device nodes and processes: reading there may never end, or may have an effect.

    A link that leads there gets past this; the time limit of a call is what ends such a read.
    """
    if len(path) > MAX_CHARACTERS or "\0" in path:
        raise ProbeRefused(f"{path[:40]!r}… is no path", field=field, fix=f"use at most {MAX_CHARACTERS} characters")
    parts = posixpath.normpath("/" + path.lstrip("/")).split("/")[1:]
    if parts[0] == "dev" and parts != ["dev"] and parts != ["dev", "null"]:
        raise ProbeRefused(f"{path[:80]} is a device node", field=field, fix="probes read files")
    if parts[0] == "proc" and parts != ["proc"] and not (len(parts) == 2 and parts[1] in _PROC):
        raise ProbeRefused(
            f"{path[:80]} is of a process", field=field, fix="use ps, or /proc/" + ", ".join(sorted(_PROC))
        )
    if parts[0] == "sys" and len(parts) > 1:
        raise ProbeRefused(f"{path[:80]} is of the kernel", field=field, fix="use getprop, settings or dumpsys")


def check_tree(path: str, *, field: str = "path") -> None:
    """For what reads every file below `path`. Raises ProbeRefused where device nodes or processes lie below it."""
    if posixpath.normpath("/" + path.lstrip("/")) in ("/", "/dev", "/proc", "/sys"):
        raise ProbeRefused(f"the whole tree below {path[:80]!r}", field=field, fix="name a folder such as /sdcard")
    check_readable(path, field=field)


def check_absolute(path: str, *, field: str = "path") -> None:
    """`check_readable`, for an argument that is a path and nothing else. Raises ProbeRefused."""
    if not path.startswith("/"):
        raise ProbeRefused(f"{path[:80]!r} is not absolute", field=field, fix="begin it with /")
    check_readable(path, field=field)
