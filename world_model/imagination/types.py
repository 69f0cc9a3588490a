"""What looking ahead is made of, and the record that it leaves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from device_farm.errors import ConfigError
from device_farm.types.action import Action
from device_farm.types.task import Platform
from device_farm.types.ui_tree import UiTree
from world_model.predictors.base import NOTHING_SPENT, Prediction, Spent
from world_model.sketch.sketch import Sketch

Reason: TypeAlias = Literal[
    "chosen",
    "sure",
    "one_candidate",
    "outcomes_agree",
    "proposer_failed",
    "prediction_failed",
    "chooser_failed",
    "budget",
    "unreadable",
    "broken",
]
FELL_BACK: Final[frozenset[Reason]] = frozenset(
    {"proposer_failed", "prediction_failed", "chooser_failed", "budget", "unreadable", "broken"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """`candidates` (K) distinct first actions are followed `depth` (D) actions far, with `follow_ups` different next
    actions at every step after the first. At most `tokens` and `ms` a decision. K = 3 and D = 2 are MobileDreamer's
    (arXiv 2601.04035). With `sure`, nothing is imagined where the policy gives its own action that probability or more.

    Raises:
        ConfigError: a value leaves nothing to compare; names the field.
    """

    candidates: int = 3
    depth: int = 2
    follow_ups: int = 1
    tokens: int = 100_000
    ms: float = 30_000.0
    sure: float | None = None

    def __post_init__(self) -> None:
        if self.sure is not None and not 0 < self.sure <= 1:
            raise ConfigError(f"{self.sure} is no probability", field="sure", fix="use more than 0, at most 1")
        for name, least in (("candidates", 2), ("depth", 1), ("follow_ups", 1)):
            if getattr(self, name) < least:
                raise ConfigError(f"{getattr(self, name)} is too few", field=name, fix=f"use {least} or more")
        if not (self.tokens >= 0 and self.ms > 0):
            raise ConfigError("there is no budget", field="tokens" if self.ms > 0 else "ms", fix="use more than 0")


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A screen to act on: the real one where `path` is empty, else the one imagined after `path`.

    `tree` is the device's own where the predictor has one; a sketch says less.
    """

    sketch: Sketch
    path: tuple[Action, ...]
    goal: str
    platform: Platform
    tree: UiTree | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """Actions that a policy would take, its favourite first, and what they cost.

    `logprobs` are their natural logarithms of probability, for as many of them as the policy can say, from the first.
    """

    actions: tuple[Action, ...]
    spent: Spent = NOTHING_SPENT
    logprobs: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ImaginedStep:
    """`prediction` is what `action` would lead to, `logprob` how likely the policy is to take it; None: unknown."""

    action: Action
    prediction: Prediction
    logprob: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """One future, a step at least. Only its last step may lack a sketch."""

    steps: tuple[ImaginedStep, ...]

    @property
    def first(self) -> Action:
        return self.steps[0].action

    @property
    def path(self) -> tuple[Action, ...]:
        return tuple(step.action for step in self.steps)

    @property
    def outcome(self) -> Sketch | None:
        """The last screen that is known; None where not even the first was predicted."""
        known = [step.prediction.sketch for step in self.steps if step.prediction.sketch is not None]
        return known[-1] if known else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """`index` is into the branches that were shown; `values` are one a branch, none where nothing was valued."""

    index: int
    why: str = ""
    values: tuple[float, ...] = ()
    spent: Spent = NOTHING_SPENT


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookahead:
    """One decision: what would have been done without looking ahead, what is done, why, and all that was imagined.

    `shown` are indices of the branches that the choice was between; `choice` is None where none was made. `faults` are
    what went wrong, each as "Kind: message". `depth` is how many actions deep the deepest branch is.
    """

    reactive: Action
    chosen: Action
    reason: Reason
    branches: tuple[Branch, ...] = ()
    shown: tuple[int, ...] = ()
    choice: Choice | None = None
    faults: tuple[str, ...] = ()
    spent: Spent = NOTHING_SPENT

    @property
    def fell_back(self) -> bool:
        """Whether something failed, so that the reactive action was taken unseen."""
        return self.reason in FELL_BACK

    @property
    def depth(self) -> int:
        return max((len(branch.steps) for branch in self.branches), default=0)


def blind(reactive: Action, fault: str, *, reason: Literal["unreadable", "broken"] = "unreadable") -> Lookahead:
    """The record of a decision on a screen that no sketch can be made of, or in which something broke that should not:
    a part that raises what its port does not allow.
    """
    return Lookahead(reactive=reactive, chosen=reactive, reason=reason, faults=(fault,))
