"""The one writer of a run folder."""

from __future__ import annotations

import os
import shutil
import time
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from device_farm.errors import ConfigError, DataError
from device_farm.types.trajectory import Episode
from gui_agent.store.blobs import BlobWriter
from gui_agent.store.files import Files, LocalFiles, storage_errors
from gui_agent.store.layout import TEMPORARY, Layout
from gui_agent.store.lines import append_line, mend, read_lines
from gui_agent.store.lock import RunLock
from gui_agent.store.metrics import episode_metrics
from gui_agent.store.record import pack, unpack
from gui_agent.store.toml import dump_toml


class RunWriter:
    """Opens (or, with `resume`, opens again) a run folder for writing. Use as a context manager.

    Not thread-safe: one thread at a time calls it. `identity` are the config keys that a resumed run must share.
    """

    def __init__(
        self,
        root: Path,
        config: Mapping[str, Any],
        *,
        resume: bool = False,
        identity: tuple[str, ...] = (),
        files: Files | None = None,
        now_s: Callable[[], float] = time.time,
    ) -> None:
        self.layout = Layout(root)
        self._config = config
        self._resume = resume
        self._identity = identity
        self._files = files or LocalFiles()
        self._lock = RunLock(self.layout.lock)
        self._blobs = BlobWriter(self.layout, self._files)
        self._now_s = now_s

    def __enter__(self) -> Self:
        with storage_errors(self.layout.root):
            self.check()
            self.layout.episodes.mkdir(parents=True, exist_ok=True)
            self.layout.blobs.mkdir(exist_ok=True)
            self._lock.acquire()
            try:
                self._tidy()
                self._write_config()
                self._mend_lines()
            except BaseException:
                self._lock.release()
                raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._lock.release()

    def check(self) -> None:
        """Raises ConfigError when the folder holds a run and `resume` is off, or a run of another kind."""
        if not self.layout.config.exists():
            if self.layout.root.exists() and any(self.layout.root.iterdir()) and not self.layout.episodes.exists():
                message = f"{self.layout.root} is not empty and holds no run"
                raise ConfigError(message, field="--out", fix="choose a new folder")
            return
        if not self._resume:
            if not self.layout.episodes.exists() or not self.episode_ids():
                return  # a run that ended before its first episode has nothing to lose
            message = f"{self.layout.root} holds a run already"
            raise ConfigError(message, field="--out", fix="add --resume to go on with it, or choose a new folder")
        stored = read_config(self.layout)
        wanted = tomllib.loads(dump_toml(self._config))
        for key in self._identity:
            before, now = _at(stored, key), _at(wanted, key)
            if before != now and (before is not None or "." not in key):
                message = f"the run was made with {before!r}, now it is {now!r}"
                raise ConfigError(message, field=key, fix="resume with the same value, or choose a new folder")

    def _tidy(self) -> None:
        for entry in self.layout.episodes.glob(f"{TEMPORARY}*"):
            shutil.rmtree(entry)
        for entry in self.layout.blobs.glob(f"{TEMPORARY}*"):
            entry.unlink()

    def _write_config(self) -> None:
        partial = self.layout.root / f"{TEMPORARY}config.toml"
        self._files.write(partial, dump_toml(self._config).encode("utf-8"))
        self._files.sync([partial])
        self._files.rename(partial, self.layout.config)
        self._files.sync([self.layout.root])

    def _mend_lines(self) -> None:
        mend(self.layout.events)
        mend(self.layout.metrics)
        known = {record.get("episode") for record in read_lines(self.layout.metrics)}
        for name in sorted(self.episode_ids()):
            if name not in known:
                append_line(
                    self._files, self.layout.metrics, episode_metrics(unpack(self.layout.episode(name)).episode)
                )

    def episode_ids(self) -> list[str]:
        return [entry.name for entry in self.layout.episodes.iterdir() if not entry.name.startswith(".")]

    def add(self, episode: Episode) -> None:
        """Stores `episode`; it is on the disk, whole, when this returns.

        Raises:
            DataError: it is stored already, or a screenshot has no pixels.
            StorageError: the disk is full or not writable; nothing of the episode is to be seen then.
        """
        target = self.layout.episode(episode.id)
        if target.exists():
            raise DataError(f"episode {episode.id} is stored already", field="episode.id")
        partial = self.layout.episodes / f"{TEMPORARY}{os.getpid()}-{episode.id}"
        with storage_errors(target):
            try:
                partial.mkdir()
                written = pack(episode, self._blobs)
                self._blobs.flush()
                for name, data in written.items():
                    self._files.write(partial / name, data)
                self._files.sync([partial / name for name in written])
                self._files.sync([partial])
                self._files.rename(partial, target)
                self._files.sync([self.layout.episodes])
            except BaseException:
                self._blobs.discard()
                shutil.rmtree(partial, ignore_errors=True)
                raise
            append_line(self._files, self.layout.metrics, episode_metrics(episode))

    def event(self, kind: str, **fields: Any) -> None:
        """Appends to `events.jsonl`; `time_s` is Unix seconds."""
        with storage_errors(self.layout.events):
            append_line(self._files, self.layout.events, {"time_s": self._now_s(), "event": kind, **fields})


def read_config(layout: Layout) -> dict[str, Any]:
    """The resolved config of a run. Raises DataError."""
    try:
        return tomllib.loads(layout.config.read_text("utf-8"))
    except FileNotFoundError as error:
        fix = "give the folder that --out named"
        raise ConfigError(f"{layout.root} holds no run", field="RUN", fix=fix) from error
    except (OSError, ValueError) as error:
        raise DataError(f"cannot read {layout.config}: {error}", field="config.toml") from error


def _at(table: Mapping[str, Any], key: str) -> Any:
    """The value at a dotted key; None where there is none."""
    value: Any = table
    for part in key.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value
