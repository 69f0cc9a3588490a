"""How well a critic judges steps whose truth is known, and what it brings when its corrections are carried out."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from device_farm.types.action import Wait
from device_farm.types.codec.json import type_name
from verifier.calibration.intervals import Interval
from verifier.reward_model.critic import Critic, Critique
from verifier.reward_model.data import CorrectStep, Equivalent, StepJudgement


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What a critic said of a judgement. `mended`: its correction is as right as the true action; None where it gave
    none, or only a wait, or the action was right.
    """

    judgement: StepJudgement
    said: Critique
    mended: bool | None

    @property
    def hit(self) -> bool:
        """No judgement is a miss."""
        return self.said.right is self.judgement.right

    @property
    def held(self) -> bool:
        """Whether a wrong action was answered by a wait: it does no harm, and the policy decides anew."""
        return not self.judgement.right and isinstance(self.said.corrected, Wait)


async def ask(
    critic: Critic, judgements: Sequence[StepJudgement], steps: Mapping[str, CorrectStep], equivalent: Equivalent
) -> list[Answered]:
    """`steps` are those that the judgements were made of, by origin; `equivalent` is the matcher that made them."""
    found: list[Answered] = []
    for judgement in judgements:
        said = await critic.criticise(judgement.proposal)
        mended = None
        if not judgement.right and said.corrected is not None and not isinstance(said.corrected, Wait):
            mended = equivalent(steps[judgement.origin], said.corrected)
        found.append(Answered(judgement=judgement, said=said, mended=mended))
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """Shares of what was asked; the wrong actions are the positive class.

    `precision` is None where nothing was called wrong. `held` is the share of the wrong actions that are answered by a
    wait, `corrected` by another action, and `mended` which share of these is right, None where there is none. `kinds`
    is the share of hits by kind. `interval_95` is that of the accuracy, by resampling goals.
    """

    n: int
    accuracy: float
    interval_95: Interval
    precision: float | None
    recall: float
    false_alarms: float
    held: float
    corrected: float
    mended: float | None
    kinds: Mapping[str, float]


def scores(answered: Sequence[Answered], *, seed: int = 0) -> Scores:
    """Raises ValueError where there is no right or no wrong judgement: then no rate says anything."""
    wrong = [each for each in answered if not each.judgement.right]
    right = [each for each in answered if each.judgement.right]
    if not wrong or not right:
        raise ValueError(f"{len(right)} right and {len(wrong)} wrong judgements")
    called = [each for each in answered if each.said.right is False]
    given = [each.mended for each in wrong if each.mended is not None]
    goals: dict[str, list[float]] = defaultdict(list)
    kinds: dict[str, list[bool]] = defaultdict(list)
    for each in answered:
        goals[each.judgement.proposal.goal].append(each.hit)
        kinds[each.judgement.kind].append(each.hit)
    return Scores(
        n=len(answered),
        accuracy=sum(each.hit for each in answered) / len(answered),
        interval_95=resampled_interval(list(goals.values()), seed=seed),
        precision=sum(not each.judgement.right for each in called) / len(called) if called else None,
        recall=sum(each.said.right is False for each in wrong) / len(wrong),
        false_alarms=sum(each.said.right is False for each in right) / len(right),
        held=sum(each.held for each in wrong) / len(wrong),
        corrected=len(given) / len(wrong),
        mended=sum(given) / len(given) if given else None,
        kinds={kind: sum(hits) / len(hits) for kind, hits in sorted(kinds.items())},
    )


def by_type_alone(judgements: Sequence[StepJudgement]) -> float:
    """The accuracy of whoever knows of each type of action only whether it is more often right or wrong here.

    What a critic must beat: it tells how far the data can be judged without a look at screen and goal. Raises
    ValueError for no judgement.
    """
    if not judgements:
        raise ValueError("no judgement")
    counts = Counter((type_name(type(each.proposal.action)), each.right) for each in judgements)
    types = {name for name, _ in counts}
    return sum(max(counts[name, True], counts[name, False]) for name in types) / len(judgements)


def resampled_interval(groups: Sequence[Sequence[float]], *, seed: int, draws: int = 4000) -> Interval:
    """The 95% percentile interval of the mean of all values, whole groups drawn with replacement.

    B. Efron, R. Tibshirani, An Introduction to the Bootstrap (1993), ch. 13, with clusters as units: values of one
    group may hang together, groups do not. Equal values, or a single group, give an interval without width. Raises
    ValueError for no value.
    """
    sums_G = np.array([sum(group) for group in groups], dtype=np.float64)
    sizes_G = np.array([len(group) for group in groups], dtype=np.float64)
    if not sizes_G.sum():
        raise ValueError("no value")
    drawn_DG = np.random.default_rng(seed).integers(0, len(sums_G), size=(draws, len(sums_G)))
    totals_D = sizes_G[drawn_DG].sum(axis=1)
    means_D = sums_G[drawn_DG].sum(axis=1)[totals_D > 0] / totals_D[totals_D > 0]
    low, high = np.quantile(means_D, (0.025, 0.975))
    return float(low), float(high)
