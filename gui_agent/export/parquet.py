"""One Parquet row a step, with the screen's bytes; needs the `export` extra."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from device_farm.errors import PrerequisiteError
from device_farm.types.action import Action
from device_farm.types.codec.json import dumps_value, encode
from device_farm.types.trajectory import Scored, Step
from gui_agent.export.base import ExportResult, selected
from gui_agent.store.reader import RunReader
from gui_agent.store.record import StoredEpisode


def require_pyarrow() -> None:
    """Raises PrerequisiteError with the command that installs it."""
    try:
        import pyarrow  # noqa: F401 - only whether it is there
    except ImportError as error:
        fix = "pip install 'gui-agent-farm[export]'"
        raise PrerequisiteError("Parquet needs pyarrow, which is not installed", field="--format", fix=fix) from error


def export_parquet(reader: RunReader, out: Path, *, success_only: bool) -> ExportResult:
    """Writes `steps.parquet`, one row group an episode. Raises PrerequisiteError without pyarrow."""
    require_pyarrow()
    import pyarrow
    import pyarrow.parquet

    text, number = pyarrow.string(), pyarrow.int64()
    columns = {"episode": text, "task": text, "template": text, "goal": text, "platform": text, "step": number}
    columns |= {"action": text, "thought": text, "text": text, "error": text, "outcome": text}
    columns |= {"reward": pyarrow.float64(), "image": pyarrow.binary(), "width": number, "height": number}
    schema = pyarrow.schema(list(columns.items()))
    target = out / "steps.parquet"
    count = rows = 0
    with pyarrow.parquet.ParquetWriter(target, schema) as writer:
        for stored in selected(reader, success_only=success_only):
            lines = [_row(reader, stored, step) for step in stored.episode.steps]
            if lines:
                writer.write_table(pyarrow.Table.from_pylist(lines, schema=schema))
            count += 1
            rows += len(lines)
    return ExportResult(files=(target,), episodes=count, rows=rows)


def _row(reader: RunReader, stored: StoredEpisode, step: Step) -> dict[str, Any]:
    episode, shot, turn = stored.episode, step.observation.screenshot, step.turn
    outcome = episode.outcome
    return {
        "episode": episode.id,
        "task": episode.task.id,
        "template": episode.task.template,
        "goal": episode.task.goal,
        "platform": episode.task.platform,
        "step": step.index,
        "action": None if step.action is None else dumps_value(encode(step.action, Action)),
        "thought": "" if turn is None else turn.thought,
        "text": "" if turn is None else turn.text,
        "error": step.error,
        "outcome": outcome.kind,
        "reward": outcome.reward if isinstance(outcome, Scored) else None,
        "image": None if shot is None else reader.pixels(shot),
        "width": step.observation.screen.width,
        "height": step.observation.screen.height,
    }
