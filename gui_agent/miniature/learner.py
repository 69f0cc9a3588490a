"""The miniature as a `Learner`: what every recipe of the trainer takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from device_farm.errors import DataError, DialectError
from device_farm.types.action import Action
from device_farm.types.codec.space import CoordinateSpace
from gui_agent.datasets.types import ExpertStep
from gui_agent.history.base import Scene
from gui_agent.miniature.dialect import MiniDialect
from gui_agent.miniature.kinds import encode
from gui_agent.miniature.policy import MiniModel, MiniPolicy, screen_prompt
from gui_agent.miniature.shape import Shape
from gui_agent.models.prompt import Prompt, ScreenPrompt
from gui_agent.rl.patch import hint
from gui_agent.rl.screens import UnreadScreens
from gui_agent.training.learner import Learner

_DIALECT = MiniDialect()


@dataclass(frozen=True, slots=True, kw_only=True)
class MiniBuilder:
    """Scenes as `ScreenPrompt`s. Without `history` the model does not learn what it did before."""

    history: bool = True

    def build(self, scene: Scene) -> Prompt:
        """Raises DataError for a scene without a UI tree."""
        if scene.tree is None:
            raise DataError("the miniature needs the screen's UI tree", field="tree")
        size = scene.native or scene.screen.size
        shown = [turn for turn in scene.past if turn.action is not None] if self.history else []
        return ScreenPrompt(
            goal=scene.goal,
            screen=size,
            tree=scene.tree,
            actions=tuple(turn.action for turn in shown if turn.action is not None),
            thoughts=tuple(turn.thought for turn in shown),
            given=_given(scene.note, CoordinateSpace.exact(size)) if scene.note else None,
        )


def _given(note: str, space: CoordinateSpace) -> Action | None:
    """The action of a hint (`gui_agent.rl.patch.hint`); None for notes that are none."""
    before, after = hint("\0").split("\0")
    if before not in note or after not in note:
        return None
    try:
        return _DIALECT.parse(note.split(before, 1)[1].split(after, 1)[0], space).action
    except DialectError:
        return None


def _space(step: ExpertStep) -> CoordinateSpace:
    return CoordinateSpace.exact(step.screen.size)


def _encode(prompt: Prompt, reply: str) -> Sequence[int]:
    screen = screen_prompt(prompt)
    return encode(_DIALECT.parse(reply, CoordinateSpace.exact(screen.screen)).action, screen)


def make_learner(
    weights: str = "",
    seed: int = 0,
    width: int = 64,
    layers: int = 2,
    history: bool = True,
    reference: bool = True,
    word_noise: float = 0.0,
) -> Learner:
    """A fresh miniature, or one with the `weights` of a file or folder. What a training config's `policy` names.

    Raises:
        DataError: the weights cannot be read, or are of another shape.
    """
    policy = MiniPolicy(Shape(width=width, layers=layers, inner=2 * width), seed=seed, word_noise=word_noise)
    if weights:
        policy.load(Path(weights))
    return Learner(
        policy=policy,
        model=MiniModel(policy),
        builder=MiniBuilder(history=history),
        dialect=_DIALECT,
        space=_space,
        screens=UnreadScreens(),
        encode=_encode,
        reference=policy.copy() if reference else None,
    )
