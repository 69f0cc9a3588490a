"""A labelled set as a file: gzip over lines of canonical JSON, a head first, then an episode a line.

No screens: an episode is its task's seed and its actions, and can be done again step by step, so that a whole set takes
some tens of kilobytes. The head says how many lines follow, which tells a file that was cut short.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Final

from device_farm.errors import DataError
from device_farm.types.codec.json import decode, dumps_value, encode, loads_value
from gui_agent.labelled.episode import LabelledEpisode

SHIPPED: Final = "basics.jsonl.gz"
_FIX: Final = "make it again with scripts/make_labelled.py"


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """`left_out` are the attempts that no device could finish, or whose expert failed: id → reason."""

    episodes: int
    left_out: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledSet:
    """Episodes in the order of their ids; `left_out` as in `Head`."""

    episodes: tuple[LabelledEpisode, ...]
    left_out: Mapping[str, str] = field(default_factory=dict)


def write_labelled(path: Path, episodes: Iterable[LabelledEpisode], left_out: Mapping[str, str] | None = None) -> None:
    """The same episodes give the same lines, in the order of their ids."""
    ordered = sorted(episodes, key=lambda episode: episode.id)
    head = Head(episodes=len(ordered), left_out=dict(sorted((left_out or {}).items())))
    text = "".join(f"{dumps_value(encode(line))}\n" for line in (head, *ordered))
    # Without the time of writing in it, so that the file changes only where its episodes do.
    path.write_bytes(gzip.compress(text.encode("ascii"), compresslevel=9, mtime=0))


def read_labelled(path: Path | None = None) -> LabelledSet:
    """The labelled set in `path`, None for the one that the package brings along.

    Raises:
        DataError: the file cannot be read, was cut short, or a line is no labelled episode; names the line.
    """
    source = files("gui_agent.labelled").joinpath(SHIPPED) if path is None else path
    try:
        data = source.read_bytes()
    except OSError as error:
        raise DataError(f"cannot be read: {error}", field=str(source), fix=_FIX) from error
    text, cut = _unpacked(str(source), data)
    lines = text.split(b"\n")
    # What follows the last line's end is empty in a whole file.
    torn = lines.pop()
    head: Head | None = None
    episodes: list[LabelledEpisode] = []
    for number, line in enumerate(lines, start=1):
        try:
            if head is None:
                head = decode(Head, loads_value(line))
            else:
                episodes.append(decode(LabelledEpisode, loads_value(line)))
        except DataError as error:
            what = f"{source}, line {number}: {error.message}"
            raise DataError(what, field=error.field, fix=_FIX) from error
    wanted = 1 if head is None else head.episodes + 1
    if head is None or cut or torn or len(lines) != wanted:
        what = f"{source}, line {len(lines) + 1}: the file was cut short" if len(lines) <= wanted else "too many lines"
        said = "" if head is None else f"; its head promises {head.episodes} episodes, {len(episodes)} are whole"
        raise DataError(what + said, fix=_FIX)
    return LabelledSet(episodes=tuple(episodes), left_out=head.left_out)


def _unpacked(name: str, data: bytes) -> tuple[bytes, bool]:
    """What can be unpacked, and whether the file ends too early. Raises DataError for what is no gzip file."""
    unpacker = zlib.decompressobj(wbits=31)  # 16 for gzip and 15 for its largest window
    try:
        text = unpacker.decompress(data)
    except zlib.error as error:
        raise DataError(f"{name} is damaged, or no gzip file: {error}", fix=_FIX) from error
    if unpacker.unused_data:
        raise DataError(f"{name} goes on after its end", fix=_FIX)
    return text, not unpacker.eof
