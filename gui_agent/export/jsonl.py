"""One line an episode: the canonical JSON of the episode, each screen by the path of its image."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from device_farm.types.codec.json import dumps_value, to_document
from gui_agent.export.base import ExportResult, ImageFolder, selected
from gui_agent.store.reader import RunReader


def export_jsonl(reader: RunReader, out: Path, *, success_only: bool) -> ExportResult:
    """Writes `episodes.jsonl`; every step gets an `image` beside its `observation`."""
    images, target = ImageFolder(reader, out), out / "episodes.jsonl"
    count = rows = 0
    with target.open("w", encoding="ascii") as file:
        for stored in selected(reader, success_only=success_only):
            document: dict[str, Any] = to_document(stored.episode)
            for line, step in zip(document["steps"], stored.episode.steps, strict=True):
                line["image"] = images.path_of(step.observation)
            final = stored.episode.final
            document["final_image"] = None if final is None else images.path_of(final)
            file.write(dumps_value(document) + "\n")
            count += 1
            rows += len(stored.episode.steps)
    return ExportResult(files=(target,), episodes=count, rows=rows)
