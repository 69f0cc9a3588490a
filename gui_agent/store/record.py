"""An episode as files: `episode.json` without its steps, `steps.jsonl` without pixels and UI trees.

`episode.json` names the count and the digest of `steps.jsonl`, so that a file cut short is noticed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from device_farm.errors import DataError
from device_farm.types.codec.json import VERSION, decode, describe, dumps_value, encode, loads_value
from device_farm.types.observation import Observation, image_digest
from device_farm.types.trajectory import Episode, Step
from gui_agent.store.blobs import BlobWriter
from gui_agent.store.files import read_bytes

EPISODE_FILE = "episode.json"
STEPS_FILE = "steps.jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEpisode:
    """An episode whose screenshots have no data and whose observations have no UI tree: those are blobs.

    `trees` holds the digest of each step's UI tree (None: there was none), `final_tree` that of the last screen.
    """

    episode: Episode
    trees: tuple[str | None, ...]
    final_tree: str | None


def pack(episode: Episode, blobs: BlobWriter) -> dict[str, bytes]:
    """Puts pixels and trees into `blobs` and gives the episode's files by name.

    Raises:
        DataError: a screenshot came without data.
        OSError: a blob cannot be written.
    """
    lines = []
    for step in episode.steps:
        light, tree = _lighten(step.observation, blobs)
        lines.append(dumps_value({"step": encode(replace(step, observation=light)), "ui_tree": tree}))
    steps = "".join(line + "\n" for line in lines).encode("ascii")
    final, final_tree = (None, None) if episode.final is None else _lighten(episode.final, blobs)
    head = {
        "version": VERSION,
        "type": "stored_episode",
        "episode": encode(replace(episode, steps=(), final=final)),
        "final_ui_tree": final_tree,
        "steps": len(episode.steps),
        "steps_digest": image_digest(steps),
    }
    return {STEPS_FILE: steps, EPISODE_FILE: (dumps_value(head) + "\n").encode("ascii")}


def _lighten(observation: Observation, blobs: BlobWriter) -> tuple[Observation, str | None]:
    tree = None if observation.ui_tree is None else blobs.put_tree(observation.ui_tree)
    screenshot = observation.screenshot
    if screenshot is not None:
        if screenshot.data is None:
            raise DataError(f"screenshot {screenshot.digest} came without its pixels", field="observation.screenshot")
        digest = blobs.put_image(screenshot.data, screenshot.format)
        screenshot = replace(screenshot, digest=digest, data=None)
    return replace(observation, ui_tree=None, screenshot=screenshot), tree


def unpack(folder: Path) -> StoredEpisode:
    """The inverse of `pack`, without the blobs.

    Raises:
        DataError: a file is missing, cut short, malformed or of another version; names the file and the fix.
    """
    fix = f"remove {folder} and run again with --resume to collect it anew"
    try:
        return _unpack(read_bytes(folder / EPISODE_FILE, fix=fix), read_bytes(folder / STEPS_FILE, fix=fix))
    except DataError as error:
        if error.fix == fix:
            raise
        raise DataError(f"{folder}: {error}", field=folder.name, fix=fix) from error


def _unpack(head_bytes: bytes, step_bytes: bytes) -> StoredEpisode:
    head = loads_value(head_bytes)
    if not isinstance(head, Mapping):
        raise DataError(f"{EPISODE_FILE} holds {describe(head)}, not an episode")
    version = head.get("version")
    if version != VERSION or type(version) is not int:
        raise DataError(f"{EPISODE_FILE}: unknown version {describe(version)}; this release reads {VERSION}")
    expected = {"version", "type", "episode", "final_ui_tree", "steps", "steps_digest"}
    if set(head) != expected or head["type"] != "stored_episode":
        raise DataError(f"{EPISODE_FILE} has other fields than {', '.join(sorted(expected))}")
    lines = step_bytes.split(b"\n")
    if image_digest(step_bytes) != head["steps_digest"] or lines[-1] or len(lines) - 1 != head["steps"]:
        raise DataError(f"{STEPS_FILE} is truncated or altered: {len(lines) - 1} of {describe(head['steps'])} steps")
    pairs = [_unpack_step(line, index) for index, line in enumerate(lines[:-1])]
    bare: Episode = decode(Episode, head["episode"])
    return StoredEpisode(
        episode=replace(bare, steps=tuple(step for step, _ in pairs)),
        trees=tuple(tree for _, tree in pairs),
        final_tree=_digest_or_none(head["final_ui_tree"]),
    )


def _unpack_step(line: bytes, index: int) -> tuple[Step, str | None]:
    data = loads_value(line)
    if not isinstance(data, Mapping) or set(data) != {"step", "ui_tree"}:
        raise DataError(f"{STEPS_FILE} line {index + 1} is no step")
    step: Step = decode(Step, data["step"])
    return step, _digest_or_none(data["ui_tree"])


def _digest_or_none(value: object) -> str | None:
    if value is not None and not isinstance(value, str):
        raise DataError(f"expected a digest, found {describe(value)}", field="ui_tree")
    return value
