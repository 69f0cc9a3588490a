"""Fills a mirror: downloads what tasks need, each file once, and writes the digests."""

from __future__ import annotations

import asyncio
import os
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from device_farm.errors import ConfigError
from gui_agent.benchmarks.osworld.mirror import Asset, assets_of, digest_of, read_digests, write_digests
from gui_agent.benchmarks.osworld.taskfile import TaskFile

_AT_ONCE: Final = 4
_TRIES: Final = 3
_TIMEOUT_S: Final = 60.0
_CHUNK: Final = 1 << 18
FILE_MAX_BYTES: Final = 2 << 30
_AGENT: Final = "farm-osworld-fetch"


@dataclass(slots=True)
class Fetched:
    """What a call did. `failed` is path to reason; `changed` are files that are not what the digests say."""

    fetched: int = 0
    already: int = 0
    size_bytes: int = 0
    failed: dict[str, str] = field(default_factory=dict)
    changed: list[str] = field(default_factory=list)


async def fetch(tasks: Sequence[TaskFile], folder: Path, tell: Callable[[str], None]) -> Fetched:
    """Downloads the assets of `tasks` that `folder` does not hold; those that it holds are compared with their digests.

    Raises:
        ConfigError: the folder cannot be made, or its list of digests cannot be read.
    """
    try:
        await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(f"{folder} cannot be made: {error.strerror}", field="--assets") from error
    digests = read_digests(folder)
    wanted = {asset.path: asset for task in tasks for asset in assets_of(task)}
    done = Fetched()
    gate = asyncio.Semaphore(_AT_ONCE)

    async def bring(asset: Asset) -> None:
        path = folder / asset.path
        async with gate:
            if path.is_file():
                done.already += 1
                if asset.path in digests and await asyncio.to_thread(digest_of, path) != digests[asset.path]:
                    done.changed.append(asset.path)
                return
            try:
                size = await asyncio.to_thread(_download, asset.url, path)
            except (OSError, ValueError) as error:
                done.failed[asset.path] = f"{asset.url}: {error}"
                return
            entry = {"url": asset.url, "size_bytes": size, "sha256": await asyncio.to_thread(digest_of, path)}
            write_digests(folder, {asset.path: entry})
            done.fetched += 1
            done.size_bytes += size
            tell(f"{asset.path}  {size} bytes")

    await asyncio.gather(*(bring(asset) for asset in wanted.values()))
    return done


def _download(url: str, path: Path) -> int:
    """Raises OSError or ValueError; leaves no half file behind."""
    if not url.startswith(("http://", "https://")):
        raise ValueError("no address of the web")
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"{path.name}.part")
    for attempt in range(1, _TRIES + 1):
        try:
            size = _copy(url, beside)
        except urllib.error.HTTPError as error:
            beside.unlink(missing_ok=True)
            if error.code < 500 or attempt == _TRIES:
                raise
        except OSError:
            beside.unlink(missing_ok=True)
            if attempt == _TRIES:
                raise
        else:
            os.replace(beside, path)
            return size
    raise AssertionError("the last try returns or raises")


def _copy(url: str, path: Path) -> int:
    request = urllib.request.Request(url, headers={"User-Agent": _AGENT})
    size = 0
    with urllib.request.urlopen(request, timeout=_TIMEOUT_S) as answer, path.open("wb") as file:
        announced = answer.headers.get("Content-Length")
        while piece := answer.read(_CHUNK):
            size += len(piece)
            if size > FILE_MAX_BYTES:
                raise OSError(f"it is larger than {FILE_MAX_BYTES} bytes")
            file.write(piece)
    if announced is not None and announced.isdigit() and int(announced) != size:
        raise OSError(f"it ended after {size} of {announced} bytes")
    return size
