"""Files and folders of a device, phone or desktop."""

from __future__ import annotations

import difflib
import shlex
from dataclasses import dataclass

from device_farm.device import Device
from device_farm.errors import VerifierError
from device_farm.types.trajectory import Evidence
from verifier.rules.base import complaint, guest_output, shown


async def exists(device: Device, path: str) -> bool:
    """Whether a file or folder lies at `path`. Raises VerifierError when the shell cannot tell."""
    quoted = shlex.quote(path)
    result = await device.shell(f"ls -d {quoted}")
    if result.exit_code == 0:
        return True
    if "no such file" in complaint(result).lower():
        return False
    raise VerifierError(f"cannot tell whether {path} exists: {complaint(result)}")


async def read_text(device: Device, path: str) -> str | None:
    """The file as UTF-8 text (undecodable bytes replaced), or None where there is none."""
    if not await exists(device, path):
        return None
    return (await device.pull(path)).decode("utf-8", "replace")


@dataclass(frozen=True, slots=True, kw_only=True)
class FileExists:
    path: str

    async def check(self, device: Device) -> Evidence:
        found = await exists(device, self.path)
        observed = "present" if found else "absent"
        return Evidence(probe=f"file {self.path}", observed=observed, expected="present", holds=found)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileAbsent:
    path: str

    async def check(self, device: Device) -> Evidence:
        found = await exists(device, self.path)
        observed = "present" if found else "absent"
        return Evidence(probe=f"file {self.path}", observed=observed, expected="absent", holds=not found)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileEquals:
    """The file's text is `expected`; `strip` lets blanks and line ends at both ends differ."""

    path: str
    expected: str
    strip: bool = True

    async def check(self, device: Device) -> Evidence:
        text = await read_text(device, self.path)
        same = text is not None and (text.strip() == self.expected.strip() if self.strip else text == self.expected)
        return _content(self.path, "content of", text, self.expected, same)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileContains:
    """The file's text holds every one of `parts`."""

    path: str
    parts: tuple[str, ...]

    async def check(self, device: Device) -> Evidence:
        text = await read_text(device, self.path)
        holds = text is not None and all(part in text for part in self.parts)
        return _content(self.path, "text within", text, " and ".join(map(repr, self.parts)), holds)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileResembles:
    """The file's text is like `expected`: difflib ratio of at least `ratio` (0 to 1), blanks and case aside."""

    path: str
    expected: str
    ratio: float = 0.9

    async def check(self, device: Device) -> Evidence:
        text = await read_text(device, self.path)
        like = 0.0 if text is None else _likeness(text, self.expected)
        expected = f"{self.expected} (likeness {self.ratio:.2f}; found {like:.2f})"
        return _content(self.path, "text like", text, expected, text is not None and like >= self.ratio)


def _likeness(one: str, other: str) -> float:
    words = [" ".join(text.casefold().split()) for text in (one, other)]
    return difflib.SequenceMatcher(None, words[0], words[1], autojunk=False).ratio()


def _content(path: str, what: str, text: str | None, expected: str, holds: bool) -> Evidence:
    observed = "no such file" if text is None else shown(text)
    return Evidence(probe=f"{what} {path}", observed=observed, expected=shown(expected), holds=holds)


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectoryHolds:
    """The folder's entries (names, hidden ones aside) are `expected`; with `exactly` no others either."""

    path: str
    expected: frozenset[str]
    exactly: bool = False

    async def check(self, device: Device) -> Evidence:
        names: set[str] | None = None
        if await exists(device, self.path):
            names = set((await guest_output(device, f"ls {shlex.quote(self.path)}")).splitlines())
        holds = names is not None and (names == self.expected if self.exactly else self.expected <= names)
        return Evidence(
            probe=f"entries of {self.path}",
            observed="no such folder" if names is None else shown(", ".join(sorted(names))),
            expected=("exactly " if self.exactly else "") + ", ".join(sorted(self.expected)),
            holds=holds,
        )
