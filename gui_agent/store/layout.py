"""Where things lie in a run folder, and what an episode is called."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from device_farm.errors import DataError

_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_DIGEST = re.compile(r"[0-9a-f]{32}")
TEMPORARY = ".tmp-"
"""Prefix of what is being written; such entries are discarded at the next start."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Paths of one run folder."""

    root: Path

    @property
    def config(self) -> Path:
        return self.root / "config.toml"

    @property
    def events(self) -> Path:
        return self.root / "events.jsonl"

    @property
    def metrics(self) -> Path:
        return self.root / "metrics.jsonl"

    @property
    def report(self) -> Path:
        return self.root / "report.html"

    @property
    def lock(self) -> Path:
        return self.root / ".lock"

    @property
    def episodes(self) -> Path:
        return self.root / "episodes"

    @property
    def blobs(self) -> Path:
        return self.root / "blobs"

    def episode(self, episode_id: str) -> Path:
        return self.episodes / episode_id

    def blob(self, digest: str, suffix: str) -> Path:
        """Raises DataError for what is no digest; a stored name never becomes a path unchecked."""
        if not _DIGEST.fullmatch(digest):
            raise DataError(f"{digest[:80]!r} is not a content digest", field="digest")
        return self.blobs / f"{digest}.{suffix}"


def episode_id(task_id: str, attempt: int) -> str:
    """The folder name of one attempt at a task: the same at every start, so that a resumed run knows its own.

    A task id whose characters had to be replaced gets a short hash, so that two ids never share a folder.
    """
    plain = _UNSAFE.sub("-", task_id.replace("/", ".")).strip(".-")[:120]
    if plain != task_id.replace("/", "."):
        plain += "-" + hashlib.blake2b(task_id.encode("utf-8", "surrogatepass"), digest_size=4).hexdigest()
    return f"{plain}.a{attempt}"
