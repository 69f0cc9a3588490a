"""Step judgements as JSON Lines: one canonical document a line, its screen by path, its UI tree by path."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from device_farm.errors import DataError
from device_farm.types.codec.json import decode, dumps_value, encode, from_document, loads_value, to_document
from device_farm.types.codec.space import CoordinateSpace
from device_farm.types.observation import Observation, image_digest
from device_farm.types.task import JsonValue
from device_farm.types.ui_tree import UiTree
from gui_agent.datasets.lines import read_lines
from gui_agent.export.base import ImageFolder
from verifier.port import Text
from verifier.reward_model.data import StepJudgement
from verifier.reward_model.model_critic import Asking, lesson_of

TREE_FOLDER = "trees"


class JudgementLines:
    """Makes the lines of files under `out`; every screen and every tree is stored once."""

    def __init__(self, images: ImageFolder, out: Path) -> None:
        self._images = images
        self._out = out
        self._trees: dict[int, tuple[UiTree, str]] = {}
        (out / TREE_FOLDER).mkdir(parents=True, exist_ok=True)

    def line(self, judgement: StepJudgement, more: Mapping[str, JsonValue] | None = None) -> str:
        """With `image`, `tree` and what `more` adds. Raises DataError for a lost or damaged screen."""
        screen = judgement.proposal.screen
        light = replace(judgement, proposal=replace(judgement.proposal, screen=_light(screen)))
        places = {"image": self._images.path_of(screen), "tree": self._tree(screen.ui_tree)}
        return dumps_value({**to_document(light), **places, **(more or {})})

    def lesson(self, judgement: StepJudgement) -> str:
        """The same as a dialogue for LLaMA-Factory: what a model is asked as a critic, and what it should say.

        Coordinates are those of the image after Qwen2.5-VL's resize, which the trainer's processor does itself. ""
        where there is neither a picture nor a UI tree to ask about. Raises DataError for a lost or damaged screen.
        """
        proposal = judgement.proposal
        if proposal.screen.screenshot is None and proposal.screen.ui_tree is None:
            return ""
        image = self._images.path_of(proposal.screen)
        if proposal.screen.screenshot is not None:
            # The pixels lie in the image file; a part with them in the prompt stands for it.
            shot = replace(proposal.screen.screenshot, data=b"")
            proposal = replace(proposal, screen=replace(proposal.screen, screenshot=shot))
        told = lesson_of(replace(judgement, proposal=proposal), Asking(space=CoordinateSpace.resized))
        asked = "\n".join(part.text if isinstance(part, Text) else "<image>" for part in told.parts)
        messages = [
            {"role": "system", "content": told.system},
            {"role": "user", "content": asked},
            {"role": "assistant", "content": told.reply},
        ]
        about = {"kind": judgement.kind, "origin": judgement.origin}
        shown = [image] if image else []
        return json.dumps({"messages": messages, "images": shown, **about}, ensure_ascii=False) + "\n"

    def _tree(self, tree: UiTree | None) -> str | None:
        if tree is None:
            return None
        if id(tree) not in self._trees:
            # The tree is kept beside its path, so that no other one can come to have its id.
            text = dumps_value(encode(tree)).encode("ascii")
            path = f"{TREE_FOLDER}/{image_digest(text)}.json"
            (self._out / path).write_bytes(text)
            self._trees[id(tree)] = (tree, path)
        return self._trees[id(tree)][1]


def _light(observation: Observation) -> Observation:
    shot = observation.screenshot
    return replace(observation, ui_tree=None, screenshot=None if shot is None else replace(shot, data=None))


def read_judgements(path: Path, *, pixels: bool = False) -> Iterator[StepJudgement]:
    """What a file of such lines holds, with UI trees and, if asked for, pixels.

    Raises:
        DataError: a line, or a tree or screen that it names, is missing or damaged; names file and line.
    """
    root, trees = path.parent, dict[str, UiTree]()
    for line in read_lines(path):
        values = dict(line.values)
        values.pop("review", None)
        tree_path, image_path = values.pop("tree", None), values.pop("image", None)
        try:
            judgement = from_document(StepJudgement, values)
            screen = judgement.proposal.screen
            if tree_path is not None:
                if tree_path not in trees:
                    trees[tree_path] = decode(UiTree, loads_value(_beside(root, tree_path)))
                screen = replace(screen, ui_tree=trees[tree_path])
            if pixels and image_path is not None and screen.screenshot is not None:
                screen = replace(screen, screenshot=replace(screen.screenshot, data=_beside(root, image_path)))
        except DataError as error:
            raise line.error(error.message, error.field or "line") from error
        yield replace(judgement, proposal=replace(judgement.proposal, screen=screen))


def _beside(root: Path, name: Any) -> bytes:
    """A file under `root`; a name that leads elsewhere is refused, as the file may come from anywhere."""
    if not isinstance(name, str) or not (root / name).resolve().is_relative_to(root.resolve()):
        raise DataError(f"{name!r} is no path in this folder", field="tree")
    try:
        return (root / name).read_bytes()
    except OSError as error:
        raise DataError(f"{name} cannot be read: {error.strerror}", field="tree") from error
