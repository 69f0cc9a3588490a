"""Labelled step judgements: correct steps, and wrong ones made of them, balanced (MagicGUI-RMS, arXiv 2601.13060)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Final, Literal, TypeAlias, get_args

from device_farm.types.action import Action
from device_farm.types.codec.json import type_name
from verifier.reward_model.critic import Proposal

Kind: TypeAlias = Literal[
    "correct",
    "shifted_inside",
    "outside_box",
    "neighbour",
    "wrong_text",
    "other_direction",
    "premature_end",
    "wrong_app",
    "repeated",
    "disagreement",
]
"""How a judgement was made. The first two are right: the expert's own action, and a tap elsewhere in the same box. A
disagreement between two judges has the label that the second one gave."""
RIGHT_KINDS: Final[tuple[Kind, ...]] = ("correct", "shifted_inside")
WRONG_KINDS: Final[tuple[Kind, ...]] = tuple(
    kind for kind in get_args(Kind) if kind not in RIGHT_KINDS and kind != "disagreement"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectStep:
    """A step of an attempt that succeeded; the proposal's action is the one that was carried out.

    `more_to_do`: a later step still taps, types or answers, so that the goal cannot be reached yet. `previous` is the
    action before, None at the start.
    """

    proposal: Proposal
    app: str
    origin: str
    more_to_do: bool
    previous: Action | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StepJudgement:
    """A proposal and whether it is right; `corrected` is the right action, None where the proposed one is, or
    none is known.

    `origin` names the step that it was made of: episode and index.
    """

    proposal: Proposal
    right: bool
    kind: Kind
    why: str
    corrected: Action | None
    app: str
    origin: str


Equivalent: TypeAlias = Callable[[CorrectStep, Action], bool]
"""Whether another action at a correct step is as right as its own; a matcher's rules, handed in from above."""
Perturbation: TypeAlias = Callable[[CorrectStep, Random], Action | None]
"""Another action for a step; None where this kind of change does not apply to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """`still_right` counts changed actions that were dropped, by kind, because they were as right as the original."""

    judgements: tuple[StepJudgement, ...]
    still_right: Mapping[str, int]


def make_judgements(
    steps: Iterable[CorrectStep],
    perturbations: Mapping[Kind, Perturbation],
    equivalent: Equivalent,
    *,
    seed: int,
    tries: int = 1,
) -> Made:
    """The correct step itself and `tries` changed ones of every kind that applies, in the order of `steps`.

    A change that the matcher finds as right as the original is dropped where its kind is a wrong one, and one that it
    finds different where its kind is a right one. The same steps, seed and tries give the same judgements.
    """
    judgements: list[StepJudgement] = []
    still_right: Counter[str] = Counter()
    for step in steps:
        judgements.append(_judgement(step, "correct", step.proposal.action))
        for kind, perturb in perturbations.items():
            rng, seen = Random(f"{seed}/{step.origin}/{kind}"), {step.proposal.action}
            for _ in range(tries):
                action = perturb(step, rng)
                if action is None or action in seen:
                    continue
                seen.add(action)
                if equivalent(step, action) is not (kind in RIGHT_KINDS):
                    still_right[kind] += 1
                    continue
                judgements.append(_judgement(step, kind, action))
    return Made(judgements=tuple(judgements), still_right=dict(still_right))


def _judgement(step: CorrectStep, kind: Kind, action: Action) -> StepJudgement:
    whole, right = step.proposal, kind in RIGHT_KINDS
    return StepJudgement(
        proposal=Proposal(
            goal=whole.goal, platform=whole.platform, memory=whole.memory, screen=whole.screen, action=action
        ),
        right=right,
        kind=kind,
        why=_WHY[kind],
        corrected=None if right else whole.action,
        app=step.app,
        origin=step.origin,
    )


_WHY: Final[Mapping[Kind, str]] = {
    "correct": "an attempt that succeeded did this",
    "shifted_inside": "a tap on the same element",
    "outside_box": "the tap misses the element",
    "neighbour": "another element is tapped",
    "wrong_text": "another text is entered",
    "other_direction": "the other direction",
    "premature_end": "the goal is not reached yet",
    "wrong_app": "another application is opened",
    "repeated": "the step before is done again",
    "disagreement": "two judges disagree",
}


def balanced(judgements: Sequence[StepJudgement], *, seed: int, most: int | None = None) -> tuple[StepJudgement, ...]:
    """As many right as wrong ones, at most `most` together, in a seeded order.

    Wrong ones are taken in turn from every kind, within a kind in turn from every pair of application and type of
    action. For each of them one right judgement with the same type of action is taken, of another type where none is
    left; so the type alone tells hardly anything. Nothing right or nothing wrong gives nothing.
    """
    rng = Random(f"{seed}/balanced")
    right = _Pool([each for each in judgements if each.right], rng)
    wrong = _Pool([each for each in judgements if not each.right], rng)
    pairs = min(len(right), len(wrong)) if most is None else min(len(right), len(wrong), most // 2)
    chosen: list[StepJudgement] = []
    for _ in range(pairs):
        bad = wrong.next()
        chosen += [bad, right.next(type_name(type(bad.proposal.action)))]
    rng.shuffle(chosen)
    return tuple(chosen)


class _Pool:
    """Judgements to be taken in turn from kinds and, within them, from cells of application and action type."""

    def __init__(self, judgements: Sequence[StepJudgement], rng: Random) -> None:
        self._left = len(judgements)
        self._taken: Counter[tuple[str, ...]] = Counter()
        self._cells: dict[tuple[str, str, str], list[StepJudgement]] = defaultdict(list)
        for each in judgements:
            self._cells[(each.kind, each.app, type_name(type(each.proposal.action)))].append(each)
        for cell in self._cells.values():
            rng.shuffle(cell)

    def __len__(self) -> int:
        return self._left

    def next(self, action_type: str | None = None) -> StepJudgement:
        """One of the kind, and of its cells, that was taken from least so far; ties in order of name."""
        there = [key for key, cell in self._cells.items() if cell]
        key = min([key for key in there if key[2] == action_type] or there, key=lambda key: (*self._used(key), key))
        self._left -= 1
        self._taken[key[:1]] += 1
        self._taken[key] += 1
        return self._cells[key].pop()

    def _used(self, key: tuple[str, str, str]) -> tuple[int, int]:
        return self._taken[key[:1]], self._taken[key]


def counts(judgements: Iterable[StepJudgement]) -> dict[str, dict[str, int]]:
    """How many there are: `label` right and wrong, `kind`, `app`, `action`."""
    found: dict[str, Counter[str]] = {name: Counter() for name in ("label", "kind", "app", "action")}
    for each in judgements:
        found["label"]["right" if each.right else "wrong"] += 1
        found["kind"][each.kind] += 1
        found["app"][each.app] += 1
        found["action"][type_name(type(each.proposal.action))] += 1
    return {name: dict(sorted(counter.items())) for name, counter in found.items()}
