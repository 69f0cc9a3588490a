"""The trajectory format of UI-S1: `{goal, is_successful, steps: [{action_content, screenshot, thought}]}`.

Coordinates are pixels of the screenshot; `check_options` has the box of what a click meant. Left out are steps that the
device did not carry out, episodes without a step, and whole episodes that hold an action `mobile_use` has no word for:
a trajectory with a hole teaches the wrong thing.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from device_farm.errors import DialectError
from device_farm.types.codec.mobile_use import format_action
from device_farm.types.codec.space import CoordinateSpace
from device_farm.types.trajectory import Step
from gui_agent.datasets.episodes import action_boxes
from gui_agent.export.base import ExportResult, ImageFolder, selected, succeeded
from gui_agent.store.reader import RunReader


def export_ui_s1(reader: RunReader, out: Path, *, success_only: bool) -> ExportResult:
    """Writes `ui_s1.jsonl`, one line an episode."""
    images, target = ImageFolder(reader, out), out / "ui_s1.jsonl"
    count = rows = skipped = 0
    with target.open("w", encoding="utf-8") as file:
        for stored in selected(reader, success_only=success_only):
            try:
                pairs = zip(stored.episode.steps, stored.trees, strict=True)
                steps = [_step(reader, step, tree, images) for step, tree in pairs if step.action and not step.error]
            except DialectError:
                skipped += 1
                continue
            if not steps:
                skipped += 1
                continue
            line = {"goal": stored.episode.task.goal, "is_successful": succeeded(stored), "steps": steps}
            # Readers cannot tell from the coordinates whether the finger's way or the content's is meant.
            marks = {"episode_id": stored.episode.id, "swipes": "finger"}
            file.write(json.dumps({**line, **marks}, ensure_ascii=False) + "\n")
            count += 1
            rows += len(steps)
    return ExportResult(files=(target,), episodes=count, rows=rows, skipped_episodes=skipped)


def _step(reader: RunReader, step: Step, tree: str | None, images: ImageFolder) -> dict[str, Any]:
    assert step.action is not None
    content = format_action(step.action, CoordinateSpace.exact(step.observation.screen))
    thought = step.turn.thought if step.turn is not None else ""
    line: dict[str, Any] = {"action_content": content, "screenshot": images.path_of(step.observation)}
    boxes = action_boxes(step.action, None if tree is None else reader.tree(tree), step.observation.screen)
    if boxes:
        corners = [[box.left, box.top, box.right, box.bottom] for box in boxes]
        line["check_options"] = {**content, "candidate_bbox": corners}
    return {**line, "thought": thought} if thought else line
