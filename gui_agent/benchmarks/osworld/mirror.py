"""The mirror of the files that tasks download: OSWorld's own cache layout, with digests beside it."""

from __future__ import annotations

import hashlib
import json
import os
import posixpath
import shutil
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from device_farm.errors import ConfigError, DataError
from gui_agent.benchmarks.osworld.taskfile import TaskFile

DIGESTS: Final = "digests.json"
_CHUNK: Final = 1 << 20
_HISTORY_URL: Final = (
    "https://huggingface.co/datasets/xlangai/ubuntu_osworld_file_cache/resolve/main/chrome/"
    "44ee5668-ecd5-4366-a6ce-c1c9b8d4e938/history_empty.sqlite?download=true"
)
"""What OSWorld's step `update_browse_history` downloads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """One file of a task: where it comes from, and its path in a cache of OSWorld's."""

    url: str
    path: str


def assets_of(task: TaskFile) -> list[Asset]:
    """Every file that OSWorld would download for the task, each path once.

    Raises:
        ConfigError: a name would lead out of the cache.
    """
    found: dict[str, str] = {}
    for step in (*task.steps, *task.closing_steps):
        for name, url in _of_step(step):
            found.setdefault(name, url)
    for getter in task.getters():
        for name, url in _of_getter(getter):
            found.setdefault(name, url)
    for name in found:
        if posixpath.normpath(name) != name or name.startswith(("/", "..")):
            raise ConfigError(f"{task.name} names the file {name!r:.100}", field="--tasks-dir", fix="use a plain name")
    return [Asset(url=url, path=f"{task.id}/{name}") for name, url in found.items()]


def _of_step(step: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if step["type"] == "download":
        for file in step["parameters"].get("files") or ():
            url, path = str(file.get("url", "")), str(file.get("path", ""))
            yield f"{uuid.uuid5(uuid.NAMESPACE_URL, url)}_{posixpath.basename(path)}", url
    if step["type"] == "update_browse_history":
        yield "history_new.sqlite", _HISTORY_URL


def _of_getter(getter: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if getter["type"] != "cloud_file":
        return
    path, dest = getter.get("path"), getter.get("dest")
    pairs = zip(path, dest, strict=False) if isinstance(path, list) and isinstance(dest, list) else [(path, dest)]
    for url, name in pairs:
        yield str(name), str(url)


class Mirror:
    """A folder of assets; None holds none. `missing` and `seed` read it, `farm osworld fetch` fills it."""

    def __init__(self, folder: Path | None) -> None:
        """Raises ConfigError where the folder, or its list of digests, cannot be read."""
        self.folder = folder
        self.digests: dict[str, str] = {}
        if folder is None:
            return
        if not folder.is_dir():
            fix = "farm osworld fetch --tasks-dir DIR --assets DIR makes one"
            raise ConfigError(f"{folder} is no folder", field="--assets", fix=fix)
        self.digests = read_digests(folder)

    def missing(self, task: TaskFile) -> list[Asset]:
        """The assets of the task that the folder does not hold."""
        wanted = assets_of(task)
        return [asset for asset in wanted if self.folder is None or not (self.folder / asset.path).is_file()]

    def seed(self, task: TaskFile, cache: Path) -> None:
        """Copies the task's files into a cache of OSWorld's, which it then does not download.

        Raises:
            DataError: a file is gone, or not the one that the list of digests names.
        """
        (cache / task.id).mkdir(parents=True, exist_ok=True)
        for asset in assets_of(task):
            source = (self.folder or Path()) / asset.path
            if not source.is_file():
                raise DataError(f"{source} is not there", field="--assets", fix="farm osworld fetch brings it")
            target = cache / asset.path
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
            expected = self.digests.get(asset.path)
            if expected is not None and digest_of(target) != expected:
                fix = "delete it, and farm osworld fetch brings it anew"
                raise DataError(f"{source} is not the file of {DIGESTS}", field="--assets", fix=fix)


def digest_of(path: Path) -> str:
    """SHA-256 of a file, in hex."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_CHUNK):
            digest.update(piece)
    return digest.hexdigest()


def read_digests(folder: Path) -> dict[str, str]:
    """Path in the mirror to SHA-256; empty where there is no list. Raises ConfigError."""
    path = folder / DIGESTS
    if not path.exists():
        return {}
    try:
        listed = json.loads(path.read_text("utf-8"))
        return {str(name): str(entry["sha256"]) for name, entry in listed.items()}
    except (OSError, ValueError, AttributeError, KeyError, TypeError) as error:
        raise ConfigError(f"{path} is no list of digests: {error}", field="--assets", fix="delete it") from error


def write_digests(folder: Path, entries: Mapping[str, Mapping[str, Any]]) -> None:
    """Adds entries (`url`, `sha256`, `size_bytes`) to the list, which is replaced as a whole."""
    path = folder / DIGESTS
    listed: dict[str, Any] = json.loads(path.read_text("utf-8")) if path.exists() else {}
    listed.update(entries)
    beside = path.with_suffix(".part")
    beside.write_text(json.dumps(listed, indent=1, sort_keys=True) + "\n", "utf-8")
    os.replace(beside, path)
