"""Labelled step judgements: correct steps, and wrong ones made of them, balanced (MagicGUI-RMS, arXiv 2601.13060)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from statistics import median
from typing import Final, Literal, TypeAlias, get_args

from device_farm.types.action import Action, Answer, Terminate, TypeText
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

    `origin` names it: episode and index. `more_to_do`: the attempt does more behind it that the goal needs. `previous`
    is the action before, None at the start.
    """

    proposal: Proposal
    app: str
    origin: str
    more_to_do: bool
    previous: Action | None = None

    @property
    def episode(self) -> str:
        """The attempt that it is part of."""
        return self.origin.rpartition("/")[0]

    @property
    def place(self) -> str:
        """What was in front, as memory writes it."""
        return self.proposal.memory.final


@dataclass(frozen=True, slots=True, kw_only=True)
class StepJudgement:
    """A proposal and whether it is right; `corrected` is the right action, None where the proposed one is, or
    none is known.

    `origin` is that of the step that it was made of.
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
    """`dropped` counts changed actions that may be as right as the original, by kind."""

    judgements: tuple[StepJudgement, ...]
    dropped: Mapping[str, int]


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
    finds different where its kind is a right one. So is what the same attempt does later in the same place: where two
    fields are filled in, either may come first. The same steps, seed and tries give the same judgements.
    """
    known = list(steps)
    ahead = _ahead(known)
    judgements: list[StepJudgement] = []
    dropped: Counter[str] = Counter()
    for step in known:
        judgements.append(_judgement(step, "correct", step.proposal.action))
        for kind, perturb in perturbations.items():
            rng, seen = Random(f"{seed}/{step.origin}/{kind}"), {step.proposal.action}
            for _ in range(tries):
                action = perturb(step, rng)
                if action is None or action in seen:
                    continue
                seen.add(action)
                right = kind in RIGHT_KINDS
                comes_later = not right and any(equivalent(later, action) for later in ahead[step.origin])
                if equivalent(step, action) is not right or comes_later:
                    dropped[kind] += 1
                    continue
                judgements.append(_judgement(step, kind, action))
    return Made(judgements=tuple(judgements), dropped=dict(dropped))


def _ahead(steps: Sequence[CorrectStep]) -> Mapping[str, tuple[CorrectStep, ...]]:
    """By origin the later steps of the same attempt in the same place, whose order may be free.

    What is typed, answered or claimed is not: it goes to where the focus is, or ends the attempt.
    """
    found: dict[str, tuple[CorrectStep, ...]] = {}
    behind: dict[tuple[str, str], tuple[CorrectStep, ...]] = defaultdict(tuple)
    for step in reversed(steps):
        key = step.episode, step.place
        found[step.origin] = behind[key]
        if not isinstance(step.proposal.action, TypeText | Answer | Terminate):
            behind[key] = (step, *behind[key])
    return found


def split_by_goal(
    steps: Iterable[CorrectStep], *, share: float, seed: int
) -> tuple[tuple[CorrectStep, ...], tuple[CorrectStep, ...]]:
    """The steps to train with and those to test with; all attempts at one goal are on the same side.

    A share of the goals, drawn by `seed`, is for the test: of two or more at least one. Of a single one none is.
    """
    known = list(steps)
    goals = sorted({step.proposal.goal for step in known})
    Random(f"{seed}/split").shuffle(goals)
    count = min(len(goals) - 1, max(1, round(share * len(goals)))) if len(goals) > 1 else 0
    held_out = set(goals[:count])
    train = tuple(step for step in known if step.proposal.goal not in held_out)
    return train, tuple(step for step in known if step.proposal.goal in held_out)


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
    action; no kind gives more than twice the median size of the kinds. For each of them one right judgement with the
    same type of action is taken, of another type where none is left; so the type alone tells little. Nothing right or
    nothing wrong gives nothing.
    """
    rng = Random(f"{seed}/balanced")
    right = _Pool([each for each in judgements if each.right], rng)
    wrong = _Pool([each for each in judgements if not each.right], rng)
    sizes = Counter(each.kind for each in judgements if not each.right)
    cap = int(2 * median(sizes.values())) if sizes else 0
    pairs = min(len(right), sum(min(size, cap) for size in sizes.values()))
    pairs = pairs if most is None else min(pairs, most // 2)
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
