"""Checks of files and folders, with what they held at the start."""

from __future__ import annotations

import posixpath
import shlex
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from device_farm.device import Device
from device_farm.errors import VerifierError
from device_farm.types.trajectory import Evidence
from verifier.planner.plan import Given
from verifier.rules.base import AllOf, Probe, guest_output, shown
from verifier.rules.files import DirectoryHolds, FileAbsent, exists, read_text


@dataclass(frozen=True, slots=True, kw_only=True)
class FileLines:
    """The file's text is one of `accepted`; blank lines and line ends at its end do not count."""

    path: str
    accepted: tuple[str, ...]

    async def check(self, device: Device) -> Evidence:
        text = await read_text(device, self.path)
        return Evidence(
            probe=f"content of {self.path}",
            observed="no such file" if text is None else shown(text),
            expected=shown(" or ".join(self.accepted)),
            holds=text is not None and _trimmed(text) in {_trimmed(wanted) for wanted in self.accepted},
        )


def _trimmed(text: str) -> str:
    return text.replace("\r\n", "\n").rstrip()


@dataclass(frozen=True, slots=True, kw_only=True)
class SameBytes:
    """The file is `data`, byte by byte."""

    path: str
    data: bytes

    async def check(self, device: Device) -> Evidence:
        found = await device.pull(self.path) if await exists(device, self.path) else None
        return Evidence(
            probe=f"bytes of {self.path}",
            observed="no such file" if found is None else shown(found.decode("utf-8", "replace")),
            expected=shown(self.data.decode("utf-8", "replace")),
            holds=found == self.data,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """The file at `path` says `text` and nothing else."""

    path: str
    text: str

    async def bind(self, given: Given) -> Probe:
        return FileLines(path=given.path(self.path), accepted=(self.text,))


@dataclass(frozen=True, slots=True, kw_only=True)
class Edited:
    """The file at `path` says what `edit` makes of what it said at the start; it may have a `new` name.

    Raises (when bound) VerifierError where there was no such file.
    """

    path: str
    edit: Callable[[str], str]
    new: str = ""

    async def bind(self, given: Given) -> Probe:
        path = given.path(self.path)
        before = await read_text(given.before(), path)
        if before is None:
            raise VerifierError(f"there was no {path} at the start")
        target = given.path(self.new or self.path)
        written = FileLines(path=target, accepted=(self.edit(_trimmed(before)),))
        return written if target == path else AllOf(probes=(FileAbsent(path=path), written))


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """What lay at `source` lies at `target`, unchanged, and no longer at `source`."""

    source: str
    target: str

    async def bind(self, given: Given) -> Probe:
        source, before = given.path(self.source), given.before()
        if not await exists(before, source):
            raise VerifierError(f"there was no {source} at the start")
        kept = SameBytes(path=given.path(self.target), data=await before.pull(source))
        return AllOf(probes=(FileAbsent(path=source), kept))


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """Nothing lies at `path` any more. Raises (when bound) VerifierError where nothing did at the start either."""

    path: str

    async def bind(self, given: Given) -> Probe:
        path = given.path(self.path)
        if given.start is not None and not await exists(given.start, path):
            raise VerifierError(f"there was no {path} at the start")
        return FileAbsent(path=path)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewFolder:
    """A folder without anything in it lies at `path`. The dot keeps a file of that name from counting."""

    path: str

    async def bind(self, given: Given) -> Probe:
        return DirectoryHolds(path=f"{given.path(self.path)}/.", expected=frozenset(), exactly=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Emptied:
    """The folder holds no file any more."""

    path: str

    async def bind(self, given: Given) -> Probe:
        return FilesBelow(path=given.path(self.path))


@dataclass(frozen=True, slots=True, kw_only=True)
class FilesBelow:
    """These files, each with its digest, lie in the folder or below it, and no others; empty folders do not count."""

    path: str
    expected: Mapping[str, str] = field(default_factory=dict)

    async def check(self, device: Device) -> Evidence:
        found = await _digests(device, self.path)
        changed = sorted(name for name in found.keys() & self.expected.keys() if found[name] != self.expected[name])
        observed = ", ".join(sorted(found)) or "none"
        return Evidence(
            probe=f"files below {self.path}",
            observed=shown(f"{observed}{f'; other content: {changed}' if changed else ''}"),
            expected=shown(", ".join(sorted(self.expected)) or "none"),
            holds=found == self.expected,
        )


async def _digests(device: Device, folder: str) -> dict[str, str]:
    lines = await guest_output(device, f"find {shlex.quote(folder)} -type f -exec sha256sum '{{}}' +")
    return {path: digest for digest, _, path in (line.partition("  ") for line in lines.splitlines())}


@dataclass(frozen=True, slots=True, kw_only=True)
class NewestGone:
    """Of the files in `folder` at the start the one changed last is gone, and only that.

    Raises (when bound) VerifierError where there was none.
    """

    folder: str

    async def bind(self, given: Given) -> Probe:
        folder = given.path(self.folder)
        before = await _digests(given.before(), folder)
        listed = (await guest_output(given.before(), f"ls -t {shlex.quote(folder)}")).splitlines()
        files = [path for name in listed if (path := posixpath.join(folder, name)) in before]
        if not files:
            raise VerifierError(f"there was nothing in {folder} at the start")
        return FilesBelow(path=folder, expected={path: digest for path, digest in before.items() if path != files[0]})


@dataclass(frozen=True, slots=True, kw_only=True)
class CountOfLines:
    """The file at `path` holds just the number of lines of `source` that contain `part`."""

    source: str
    part: str
    path: str

    async def bind(self, given: Given) -> Probe:
        lines = (await _text(given, self.source)).splitlines()
        return FileLines(path=given.path(self.path), accepted=(str(sum(self.part in line for line in lines)),))


@dataclass(frozen=True, slots=True, kw_only=True)
class SortedLines:
    """The file at `path` holds the lines of `source`, sorted by code points or by letters whatever their case."""

    source: str
    path: str

    async def bind(self, given: Given) -> Probe:
        lines = (await _text(given, self.source)).splitlines()
        orders = ("\n".join(sorted(lines)), "\n".join(sorted(lines, key=lambda line: (line.casefold(), line))))
        return FileLines(path=given.path(self.path), accepted=tuple(Counter(orders)))


async def _text(given: Given, path: str) -> str:
    text = await read_text(given.source, given.path(path))
    if text is None:
        raise VerifierError(f"there was no {given.path(path)} to work from")
    return text
