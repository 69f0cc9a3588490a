"""The folder of an offline evaluation: what it was begun with, every finished task, the predictions."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from device_farm.errors import ConfigError, DataError
from gui_agent.config import RunConfig
from gui_agent.datasets.types import Trajectory
from gui_agent.matching.offline import Played
from gui_agent.store.files import LocalFiles, storage_errors
from gui_agent.store.layout import TEMPORARY, Layout
from gui_agent.store.lines import append_line, mend, read_lines
from gui_agent.store.lock import RunLock
from gui_agent.store.toml import dump_toml
from gui_agent.store.writer import read_config

NOT_ATTEMPTED: Final = "not attempted"
_SERVING: Final = frozenset(
    {"base_url", "base_urls", "api_key_env", "concurrency", "timeout_s", "retries", "backoff_s", "rest_s"}
    | {"device", "batch", "window_ms", "malformed_limit"}
)
"""What of a policy may change when a run goes on: where and how it is served, not what it is."""


class OfflineFolder:
    """`tasks.jsonl` grows by a line a task, also by those that broke; the last line of a task counts. Use as `with`."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.predictions = root / "predictions.jsonl"
        self._journal = root / "tasks.jsonl"
        self._data = root / "data.json"
        self._config = root / "config.toml"
        self._lock = RunLock(root / ".lock")
        self._files = LocalFiles()

    def __enter__(self) -> OfflineFolder:
        with storage_errors(self.root):
            self.root.mkdir(parents=True, exist_ok=True)
        self._lock.acquire()
        return self

    def __exit__(self, *_: object) -> None:
        self._lock.release()

    def open(self, config: RunConfig, data: Mapping[str, Any], *, resume: bool) -> dict[int, Played]:
        """The finished tasks, by their index. Writes down what the run is of.

        Raises:
            ConfigError: the folder holds a run, and `resume` is off or the run is of other data or another policy.
        """
        if self._config.exists() and not self._data.exists():
            raise ConfigError(f"{self.root} holds a run of another kind", field="--out", fix="name another folder")
        if self._journal.exists() and not resume:
            raise ConfigError(f"{self.root} holds a run", field="--out", fix="add --resume, or name another folder")
        if self._data.exists():
            self._check_same(config, data)
        with storage_errors(self.root):
            self._replace(self._config, dump_toml(config.model_dump(mode="json", exclude_none=True)))
            self._replace(self._data, json.dumps(data, indent=1) + "\n")
            mend(self._journal)
        return {index: played for index, played in self.tasks().items() if not played.error}

    def _check_same(self, config: RunConfig, data: Mapping[str, Any]) -> None:
        before = json.loads(self._data.read_text("utf-8"))
        if before.get("digest") != data["digest"]:
            fix = "name the data that the run was begun with, or another folder"
            raise ConfigError("differs from what the run in --out was begun with", field="--data", fix=fix)
        stored = read_config(Layout(self.root)).get("policy", {})
        wanted = config.policy.model_dump(mode="json", exclude_none=True)
        for key in sorted({*stored, *wanted} - _SERVING):
            if stored.get(key) != wanted.get(key):
                fix = "leave it as it is, or name another folder"
                raise ConfigError("differs from what the run in --out was begun with", field=f"policy.{key}", fix=fix)

    def add(self, index: int, task_id: str, played: Played) -> None:
        """Raises StorageError where the disk is full."""
        tokens = [turn for turn in played.turns if turn.token_ids]
        record: dict[str, Any] = {"task": index, "id": task_id, "outputs": list(played.outputs)}
        record["said"] = [turn.text for turn in played.turns]
        record["prompt_tokens"] = sum(turn.prompt_tokens or 0 for turn in played.turns)
        record["completion_tokens"] = sum(turn.completion_tokens or 0 for turn in played.turns)
        if tokens:
            record["token_ids"] = [list(turn.token_ids) for turn in played.turns]
            record["logprobs"] = [list(turn.logprobs) for turn in played.turns]
        if played.error:
            record["error"] = played.error
        with storage_errors(self._journal):
            append_line(self._files, self._journal, record)

    def records(self) -> dict[int, dict[str, Any]]:
        """By task; the last line of each. Raises DataError for a line that is none of ours."""
        found: dict[int, dict[str, Any]] = {}
        for number, record in enumerate(read_lines(self._journal), 1):
            outputs = record.get("outputs")
            if not isinstance(record.get("task"), int) or not isinstance(outputs, list):
                raise DataError(f"{self._journal}:{number} is no task", field="tasks.jsonl", fix="remove the line")
            found[record["task"]] = record
        return found

    def tasks(self) -> dict[int, Played]:
        return {
            index: Played(outputs=tuple(record["outputs"]), error=str(record.get("error", "")))
            for index, record in self.records().items()
        }

    def write_predictions(self, count: int) -> None:
        """One line a task, in the data's order. A task that is not finished says why in `error`."""
        tasks = self.tasks()
        lines = [prediction(tasks.get(index)) for index in range(count)]
        with storage_errors(self.predictions):
            self._replace(self.predictions, "".join(json.dumps(line) + "\n" for line in lines))

    def _replace(self, path: Path, text: str) -> None:
        partial = path.parent / f"{TEMPORARY}{os.getpid()}-{path.name}"
        partial.write_text(text, encoding="utf-8")
        partial.replace(path)


def prediction(played: Played | None) -> dict[str, Any]:
    if played is None:
        return {"outputs": [], "error": NOT_ATTEMPTED}
    if played.error:
        return {"outputs": [*played.outputs, None], "error": played.error}
    return {"outputs": list(played.outputs)}


def digest_of(trajectories: Sequence[Trajectory]) -> str:
    """Of all that a policy is shown and compared with."""
    found = hashlib.blake2b(digest_size=16)
    for trajectory in trajectories:
        found.update(repr((trajectory.id, trajectory.goal)).encode("utf-8", "backslashreplace"))
        for step in trajectory.steps:
            parts = (step.action, step.boxes, step.screen.key, step.screen.size)
            found.update(repr(parts).encode("utf-8", "backslashreplace"))
    return found.hexdigest()
