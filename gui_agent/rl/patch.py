"""The Patch Module (UI-S1, arXiv 2509.11543, section 3.2): what takes a wrong reply's place in the later history.

    thought_free    a*                    the expert's action alone
    off_policy      thought', a*          with a thought that another wrote: the data set, or another model
    on_policy       thought, a*           with a thought that the policy writes itself, when told a*

ε bounds the patches of one rollout: 0 ends it at its first error, ∞ never. A thought is written at mismatches only (the
released code writes one at every step, which is what makes its on-policy runs 2.3 times as long). Where no usable
thought comes, the patch is thought-free, and says so.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import assert_never

from device_farm.errors import ConfigError, DialectError
from device_farm.types.codec.dialect import Dialect
from device_farm.types.codec.space import CoordinateSpace
from gui_agent.datasets.types import ExpertStep
from gui_agent.history.base import PromptBuilder, Scene
from gui_agent.models.base import Model, Sampling
from gui_agent.rl.types import PatchKind

EPSILON = 1.0
"""Patches a rollout: the paper's main runs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patch:
    """A reply in the model's dialect with the expert's action. `kind` is what it came to be."""

    reply: str
    thought: str
    kind: PatchKind


@dataclass(frozen=True, slots=True, kw_only=True)
class PatchModule:
    """`epsilon` patches a rollout, `math.inf` for no bound. `thinker` writes the thoughts of `off_policy` where the
    data has none.

    Raises:
        ConfigError: `epsilon` is negative or no number.
    """

    kind: PatchKind = "thought_free"
    epsilon: float = EPSILON
    thinker: Model | None = None

    def __post_init__(self) -> None:
        if math.isnan(self.epsilon) or self.epsilon < 0:
            raise ConfigError(f"must be 0 or more, got {self.epsilon}", field="patch.epsilon", fix="inf for no bound")

    def allows(self, used: int) -> bool:
        """Whether a rollout that was patched `used` times may be again."""
        return used < self.epsilon

    async def patch(
        self,
        step: ExpertStep,
        scene: Scene,
        *,
        policy: Model,
        builder: PromptBuilder,
        dialect: Dialect,
        space: CoordinateSpace,
        sampling: Sampling,
    ) -> Patch:
        """Raises DialectError where the dialect has no word for the action, PolicyError where a model fails."""
        bare = dialect.format(step.action, "", space)
        match self.kind:
            case "thought_free":
                thought = ""
            case "off_policy":
                thought = step.thought
                if not thought and self.thinker is not None:
                    thought = await _hinted_thought(self.thinker, bare, scene, builder, dialect, space, sampling)
            case "on_policy":
                thought = await _hinted_thought(policy, bare, scene, builder, dialect, space, sampling)
            case _:
                assert_never(self.kind)
        try:
            if thought:
                return Patch(reply=dialect.format(step.action, thought, space), thought=thought, kind=self.kind)
        except DialectError:
            # A thought may hold the dialect's own tags; the action is what the rollout cannot go on without.
            pass
        return Patch(reply=bare, thought="", kind="thought_free")


def hint(reply: str) -> str:
    """What the model is told besides the screen to make it write the thought of a given action."""
    return f"The next action is known to be:\n{reply}\nGive the reasoning that leads to it, then this same action."


async def _hinted_thought(
    model: Model,
    reply: str,
    scene: Scene,
    builder: PromptBuilder,
    dialect: Dialect,
    space: CoordinateSpace,
    sampling: Sampling,
) -> str:
    """The thought of a reply to the hinted prompt; empty where the reply does not parse."""
    prompt = builder.build(replace(scene, note="\n".join(part for part in (scene.note, hint(reply)) if part)))
    completions = await model.generate(prompt, sampling)
    try:
        return dialect.parse(completions[0].text, space).thought
    except DialectError:
        return ""
