"""A labelled episode as data: what was done to which task, and whether the task was then truly done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal, TypeAlias

from device_farm.types.action import Action, Answer, Terminate, TerminateStatus
from device_farm.types.geometry import Size
from device_farm.types.observation import Foreground, Observation
from device_farm.types.task import JsonValue, Platform, Task
from device_farm.types.trajectory import Step
from gui_agent.benchmarks.base import Suite

Kind: TypeAlias = Literal[
    "expert",
    "detour",
    "leaves_screen",
    "wrong_value",
    "wrong_field",
    "stopped_early",
    "not_saved",
    "done_then_undone",
    "side_effect",
    "false_claim",
    "random",
    "imperfect",
    "mini",
]
KINDS: Final[Mapping[Kind, str]] = {
    "expert": "the template's own expert",
    "detour": "the expert, after a look at another application",
    "leaves_screen": "the expert, then away from the screen that shows the result",
    "wrong_value": "the expert with another value",
    "wrong_field": "the right value in another place, or another entry changed",
    "stopped_early": "the expert's first steps only",
    "not_saved": "the expert without its last action, the one that saves",
    "done_then_undone": "the expert, then what undoes it",
    "side_effect": "the expert, and something else changed as well",
    "false_claim": "nothing done, success claimed",
    "random": "random actions",
    "imperfect": "the expert with taps that miss, double or are left out",
    "mini": "the shipped miniature policy",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """`success` is the truth, `why` its reason. `reward` is what the task's own evaluator gave.

    `extra` are differences of the final state from that of the expert alone on the same task, at most a few, shortened.
    `state` is the digest of the final state (`state.digest_of`): whoever does the episode again can tell whether it
    ended as it did here.
    """

    success: bool
    why: str
    reward: float
    state: str
    extra: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledEpisode:
    """`fronts` are the windows in front before each action: what a desktop's replay waits for; empty on phones.

    `note` says what exactly was done wrong, where the kind leaves it open.
    """

    id: str
    suite: str
    template: str
    seed: int
    params: Mapping[str, JsonValue]
    platform: Platform
    kind: Kind
    note: str
    actions: tuple[Action, ...]
    label: Label
    fronts: tuple[Foreground, ...] = ()

    @property
    def answer(self) -> str | None:
        """The last one given."""
        return next((action.text for action in reversed(self.actions) if isinstance(action, Answer)), None)

    @property
    def claimed(self) -> TerminateStatus | None:
        last = self.actions[-1] if self.actions else None
        return last.status if isinstance(last, Terminate) else None


def task_of(episode: LabelledEpisode, suite: Suite) -> Task:
    """The task under the episode's id; one that ends without a claim ends on its step budget.

    Raises:
        ConfigError: the suite has no such template.
    """
    template = suite.template(episode.template)
    task = template.task(episode.suite, episode.seed, episode.params)
    return replace(task, id=episode.id, max_steps=max(1, len(episode.actions)))


def steps_of(episode: LabelledEpisode) -> list[Step]:
    """Steps without screens, as a replay takes them."""
    fronts: Sequence[Foreground] = episode.fronts or [Foreground(app="")] * len(episode.actions)
    return [
        Step(index=index, observation=_front_only(front), action=action)
        for index, (action, front) in enumerate(zip(episode.actions, fronts, strict=True))
    ]


def _front_only(front: Foreground) -> Observation:
    return Observation(sequence=0, screen=Size(1, 1), orientation="portrait", device_time_s=0.0, foreground=front)
