"""ShareGPT messages as LLaMA-Factory reads them: one sample a step, the reply in a model dialect.

Coordinates are those of the image after Qwen2.5-VL's resize, which the trainer's processor does itself.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from device_farm.errors import DialectError
from device_farm.types.codec.dialects import dialect_by_name
from device_farm.types.codec.space import CoordinateSpace
from device_farm.types.task import Task
from device_farm.types.trajectory import Step
from gui_agent.export.base import ExportResult, ImageFolder, selected
from gui_agent.policies.pointer import pointer_after
from gui_agent.policies.prompts import first_message, system_prompt
from gui_agent.store.reader import RunReader

DEFAULT_DIALECT = {"android": "mobile_use", "desktop": "computer_use"}


def export_sharegpt(reader: RunReader, out: Path, *, success_only: bool, dialect: str | None) -> ExportResult:
    """Writes `sharegpt.json` and the `dataset_info.json` that LLaMA-Factory wants beside it.

    Raises:
        ConfigError: the dialect is unknown.
    """
    if dialect is not None:
        dialect_by_name(dialect, field="--dialect")
    images = ImageFolder(reader, out)
    samples: list[dict[str, Any]] = []
    count = skipped = 0
    for stored in selected(reader, success_only=success_only):
        name = dialect or DEFAULT_DIALECT[stored.episode.task.platform]
        made, left_out = _samples(stored.episode.task, stored.episode.steps, images, name)
        samples += made
        skipped += left_out
        count += 1
    target = out / "sharegpt.json"
    target.write_text(json.dumps(samples, ensure_ascii=False, indent=1) + "\n", "utf-8")
    info = write_dataset_info(target)
    return ExportResult(files=(target, info), episodes=count, rows=len(samples), skipped_steps=skipped)


def write_dataset_info(target: Path) -> Path:
    """The file beside `target` that tells LLaMA-Factory how it is to be read."""
    info = target.parent / "dataset_info.json"
    tags = {"role_tag": "role", "content_tag": "content", "user_tag": "user", "assistant_tag": "assistant"}
    columns = {"messages": "messages", "images": "images"}
    described = {"file_name": target.name, "formatting": "sharegpt", "columns": columns}
    described["tags"] = {**tags, "system_tag": "system"}
    info.write_text(json.dumps({"farm": described}, indent=1) + "\n", "utf-8")
    return info


def _samples(
    task: Task, steps: tuple[Step, ...], images: ImageFolder, dialect_name: str
) -> tuple[list[dict[str, Any]], int]:
    dialect = dialect_by_name(dialect_name)
    made: list[dict[str, Any]] = []
    history: list[str] = []
    skipped, pointer = 0, None
    for step in steps:
        image = images.path_of(step.observation)
        if step.action is None or image is None:
            skipped += 1
            continue
        resized = CoordinateSpace.resized(step.observation.screen)
        space = CoordinateSpace(native=resized.native, model=resized.model, pointer=pointer)
        thought = step.turn.thought if step.turn is not None else ""
        try:
            reply = dialect.format(step.action, thought, space)
        except DialectError:
            skipped += 1
            continue
        pointer = pointer_after(step.action, pointer)
        before = "\nSteps so far:\n" + "\n".join(history) if history else ""
        messages = [
            {"role": "system", "content": system_prompt(dialect.name, space)},
            {"role": "user", "content": f"<image>{first_message(task.goal)}{before}"},
            {"role": "assistant", "content": reply},
        ]
        made.append({"messages": messages, "images": [image]})
        history.append(f"{len(history) + 1}. {dialect.format(step.action, '', space)}".replace("\n", " "))
    return made, skipped
