"""`metrics.jsonl` and the table of a training run."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol, TextIO

from device_farm.errors import DataError
from gui_agent.store.files import storage_errors

_HEAD_EVERY = 20
_KEPT = "checkpoints stand"
_SHOWN = (
    *("reward", "success", "matched", "progress", "patched", "steps", "staleness", "epoch", "samples"),
    *("gradient_norm", "kl", "skipped", "sampling_s", "training_s"),
)


class MetricsLog:
    """One JSON object an update, written out before the next begins."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def append(self, record: Mapping[str, Any]) -> None:
        """What is no finite number is written as null: JSON knows no other. Raises StorageError, as `cut` does."""
        clean = {name: None if _is_wild(value) else value for name, value in record.items()}
        with storage_errors(self._path, kept=_KEPT), self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(clean) + "\n")

    def read(self) -> list[dict[str, Any]]:
        """The whole lines; a torn last one, from a killed process, is left out. Raises DataError for others."""
        if not self._path.exists():
            return []
        text = self._path.read_bytes()
        records = []
        for number, line in enumerate(text[: text.rfind(b"\n") + 1].splitlines(), 1):
            try:
                records.append(json.loads(line))
            except ValueError as error:
                raise DataError(f"{self._path}:{number} is no JSON: {error}", field="metrics.jsonl") from error
        return records

    def cut(self, updates: int) -> None:
        """Keeps the lines of the first `updates` updates: those behind the checkpoint are done again."""
        kept = [record for record in self.read() if record["update"] <= updates]
        whole = self._path.with_suffix(".jsonl.new")
        with storage_errors(self._path, kept=_KEPT):
            whole.write_text("".join(json.dumps(record) + "\n" for record in kept), encoding="utf-8")
            whole.replace(self._path)


class Listener(Protocol):
    """Is told what a run does."""

    def on_update(self, record: Mapping[str, Any]) -> None: ...

    def on_note(self, text: str) -> None: ...


class ProgressTable:
    """Rows of figures on a stream, with their names above now and then. `updates` None: the number is not known."""

    def __init__(self, stream: TextIO, updates: int | None) -> None:
        self._stream = stream
        self._updates = updates
        self._rows = 0
        self._columns: tuple[str, ...] = ()

    def on_update(self, record: Mapping[str, Any]) -> None:
        # The columns stay those of the first row: an update that was skipped has fewer figures.
        columns = self._columns = self._columns or _columns(record)
        if self._rows % _HEAD_EVERY == 0:
            self._stream.write("  ".join(f"{name:>12}" for name in columns) + "\n")
        self._stream.write("  ".join(f"{self._cell(name, record.get(name)):>12}" for name in columns) + "\n")
        self._stream.flush()
        self._rows += 1

    def on_note(self, text: str) -> None:
        self._rows, self._columns = 0, ()
        self._stream.write(text + "\n")
        self._stream.flush()

    def _cell(self, name: str, value: object) -> str:
        if name == "update" and self._updates is not None:
            return f"{value}/{self._updates}"
        return f"{value:.4g}" if isinstance(value, float) else "–" if value is None else str(value)


def _is_wild(value: object) -> bool:
    return isinstance(value, float) and not math.isfinite(value)


def _columns(record: Mapping[str, Any]) -> tuple[str, ...]:
    return ("update", "loss", "lr", *(name for name in _SHOWN if name in record))
