"""Questions about screens, made from their UI trees, and looks back at what led to them, for training elsewhere.

One dialogue a line, in the messages that LLaMA-Factory reads. Coordinates are those of the image after Qwen2.5-VL's
resize, which the trainer's processor does itself.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from device_farm.types.codec.dialects import dialect_by_name
from device_farm.types.codec.space import CoordinateSpace
from gui_agent.datasets.backtracking import backtracking_dialogues
from gui_agent.datasets.episodes import load_episodes
from gui_agent.datasets.perception import perception_dialogues
from gui_agent.datasets.questions import Dialogue
from gui_agent.datasets.types import ExpertStep
from gui_agent.export.base import ExportResult, ImageFolder
from gui_agent.export.sharegpt import DEFAULT_DIALECT, write_dataset_info
from gui_agent.store.reader import RunReader


def export_qa(reader: RunReader, out: Path, *, success_only: bool, dialect: str | None, seed: int) -> ExportResult:
    """Writes `qa.jsonl` and `dataset_info.json`; of each different screen one dialogue, of each step at most one more.

    Raises:
        ConfigError: the dialect is unknown.
        DataError: a UI tree or a screen is lost or damaged.
    """
    episodes = load_episodes(reader.layout.root, verifier=reader.verifier)
    trajectories = [each for each in episodes if each.success or not success_only]
    dialogues = perception_dialogues(trajectories, _space, seed=seed)
    for platform, default in DEFAULT_DIALECT.items():
        mine = [each for each in trajectories if each.platform == platform]
        dialogues += backtracking_dialogues(mine, dialect_by_name(dialect or default, field="--dialect"), _space)
    images, target = ImageFolder(reader, out), out / "qa.jsonl"
    with target.open("w", encoding="utf-8") as file:
        for dialogue in dialogues:
            file.write(json.dumps(_line(dialogue, images), ensure_ascii=False) + "\n")
    info = write_dataset_info(target)
    return ExportResult(files=(target, info), episodes=len(trajectories), rows=len(dialogues))


def _space(step: ExpertStep) -> CoordinateSpace:
    return CoordinateSpace.resized(step.screen.size)


def _line(dialogue: Dialogue, images: ImageFolder) -> dict[str, Any]:
    messages = [{"role": "system", "content": dialogue.system}]
    shown = "\n".join([*([dialogue.head] if dialogue.head else []), "<image>" * len(dialogue.screens)])
    for turn, exchange in enumerate(dialogue.exchanges):
        question = f"{shown}\n{exchange.question}" if turn == 0 else exchange.question
        messages.append({"role": "user", "content": question})
        messages.append({"role": "assistant", "content": exchange.answer})
    paths = [images.path_of_screen(step.screen) for step in dialogue.screens]
    kinds = [exchange.kind for exchange in dialogue.exchanges]
    return {"messages": messages, "images": paths, "kinds": kinds, "origin": dialogue.origin}
