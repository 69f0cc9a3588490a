"""Which files a device holds, each with a digest of its content."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from device_farm.device import Device
from device_farm.errors import VerifierError
from verifier.rules.base import complaint

DIGEST_CHARACTERS: Final = 16
_SHARED: Final = "/storage/emulated/0"
_DATA: Final = (
    "/data/data/*/databases/*",
    "/data/data/*/shared_prefs/*",
    "/data/data/*/files/*",
    "/data/misc/apexdata/com.android.wifi/*",
)
_LEFT_OUT: Final = "-not -path '*/.cache/*' -not -path '*/.config/xfce4*'"
"""Of a desktop's home: caches, and what its session writes once it is up, on a busy machine a minute later."""

_HASHED_KIB: Final = 4096
"""Larger files count by their size: a phone may hold gigabytes of video."""
_SUM: Final = re.compile(r"(\\?)([0-9a-f]{64}) [ *](/.*)", re.DOTALL)
_STAT: Final = re.compile(r"(\d+) ([a-z ]+) (/.*)", re.DOTALL)
_FIND_S: Final = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Some facts of a state, and what could not be read, each with why."""

    facts: Mapping[str, str] = field(default_factory=dict)
    unread: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """`listed` are facts already; `private` are applications' own files by path, with their whole digests."""

    listed: Part
    private: Mapping[str, str] = field(default_factory=dict)


async def phone_files(device: Device) -> Files:
    """Raises VerifierError where the shared storage cannot be listed."""
    facts = await _tree(device, _SHARED)
    private, why = await _sums(device, f"sha256sum {' '.join(_DATA)}")
    return Files(listed=Part(facts=facts, unread={} if private else {"application data": why}), private=private)


async def desktop_files(device: Device) -> Files:
    """Raises VerifierError where the home folder cannot be listed."""
    return Files(listed=Part(facts=await _tree(device, '"$HOME"', _LEFT_OUT)))


async def _tree(device: Device, root: str, left_out: str = "") -> dict[str, str]:
    """Every folder and file below `root`."""
    find = f"find {root} {left_out}".rstrip()
    result = await device.shell(
        f"{find} '(' -type d -o -type f -size +{_HASHED_KIB - 1}k ')' -exec stat -c '%s %F %n' '{{}}' +",
        timeout_s=_FIND_S,
    )
    facts: dict[str, str] = {}
    for entry in _entries(result.stdout, re.compile(r"\d+ [a-z ]+ /")):
        if (found := _STAT.fullmatch(entry)) is not None:
            size, kind, path = found.groups()
            facts[f"file {path}"] = "folder" if kind == "directory" else f"{size} bytes"
    if not facts:
        raise VerifierError(f"no files are seen below {root}: {complaint(result)}")
    sums, _ = await _sums(device, f"{find} -type f -size -{_HASHED_KIB}k -exec sha256sum '{{}}' +")
    return facts | {f"file {path}": digest[:DIGEST_CHARACTERS] for path, digest in sums.items()}


async def _sums(device: Device, command: str) -> tuple[dict[str, str], str]:
    """Path to SHA-256 as `command` prints them, and what it complained of: some files may not be readable."""
    result = await device.shell(command, timeout_s=_FIND_S)
    sums: dict[str, str] = {}
    for entry in _entries(result.stdout, re.compile(r"\\?[0-9a-f]{64} [ *]/")):
        if (found := _SUM.fullmatch(entry)) is not None:
            escaped, digest, path = found.groups()
            # GNU's tools mark a name that holds a line feed or a backslash, and write both as escapes.
            sums[path.replace("\\n", "\n").replace("\\\\", "\\") if escaped else path] = digest
    return sums, complaint(result) if not sums else ""


def _entries(output: bytes, start: re.Pattern[str]) -> Iterator[str]:
    """The output by entries: a line that does not begin one belongs to the name before it."""
    entry: list[str] = []
    for line in output.decode("utf-8", "surrogateescape").splitlines():
        if start.match(line) and entry:
            yield "\n".join(entry)
            entry.clear()
        entry.append(line)
    if entry:
        yield "\n".join(entry)
