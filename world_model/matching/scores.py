"""How far a predicted sketch agrees with the true one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import fsum
from typing import Final

from world_model.matching.assignment import DEFAULT_WEIGHTS, Pair, match
from world_model.matching.changed import changed_lines
from world_model.matching.cost import Weights
from world_model.sketch.sketch import Sketch, SketchLine


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """When a pair is a hit: IoU and text similarity are at least these, the label is the same, and so are the states
    where `states` is true. The values are this project's.
    """

    iou: float = 0.5
    similarity: float = 0.8
    states: bool = True

    def hit(self, pair: Pair) -> bool:
        close = pair.iou >= self.iou and pair.similarity >= self.similarity
        return close and pair.same_label and (pair.same_states or not self.states)


DEFAULT_THRESHOLDS: Final = Thresholds()


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """All in [0, 1]. `miou` and `text_similarity` are means over matched pairs, whether hits or not."""

    precision: float
    recall: float
    f1: float
    miou: float
    text_similarity: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A prediction against the truth: over all elements, and over changed ones. `changed` is None where the true
    screen has no changed element: then there is nothing to find, and what was made up counts in `whole` alone.
    """

    whole: Scores
    changed: Scores | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """Means over `n` predictions, and over those `n_changed` of them whose true screen has changed elements.

    `changed` is None where there are none of the latter.
    """

    whole: Scores
    n: int
    changed: Scores | None
    n_changed: int


PERFECT: Final = Scores(precision=1.0, recall=1.0, f1=1.0, miou=1.0, text_similarity=1.0)
NOTHING: Final = Scores(precision=0.0, recall=0.0, f1=0.0, miou=0.0, text_similarity=0.0)


def score_lines(
    predicted: Sequence[SketchLine],
    true: Sequence[SketchLine],
    *,
    weights: Weights = DEFAULT_WEIGHTS,
    thresholds: Thresholds = DEFAULT_THRESHOLDS,
) -> Scores:
    """precision = hits / predicted, recall = hits / true, F1 their harmonic mean = 2·hits / (predicted + true);
    mIoU and text similarity are means over the pairs of `match`.

    Both empty: all 1. One of them empty, or no pairs: all 0. Swapping the sides swaps precision and recall and nothing
    else; the order of the lines does not matter.
    """
    if not predicted and not true:
        return PERFECT
    pairs = match(predicted, true, weights)
    if not pairs:
        return NOTHING
    hits = sum(map(thresholds.hit, pairs))
    return Scores(
        precision=hits / len(predicted),
        recall=hits / len(true),
        f1=2 * hits / (len(predicted) + len(true)),
        miou=fsum(pair.iou for pair in pairs) / len(pairs),
        text_similarity=fsum(pair.similarity for pair in pairs) / len(pairs),
    )


def compare(
    before: Sketch,
    predicted: Sketch | None,
    true: Sketch,
    *,
    weights: Weights = DEFAULT_WEIGHTS,
    thresholds: Thresholds = DEFAULT_THRESHOLDS,
) -> Comparison:
    """Scores of one prediction; `before` is the screen on which the action was taken, `predicted` None where the
    predictor failed, which counts as an empty sketch.

    *Changed* elements are those of `changed_lines`: the changed lines of the prediction are compared with the changed
    lines of the truth. A copy of `before` has none, so it scores 0 wherever anything changed.
    """
    guess = predicted or Sketch(screen=true.screen)
    whole = score_lines(guess.lines, true.lines, weights=weights, thresholds=thresholds)
    wanted = changed_lines(before, true)
    if not wanted:
        return Comparison(whole=whole, changed=None)
    found = changed_lines(before, guess)
    return Comparison(whole=whole, changed=score_lines(found, wanted, weights=weights, thresholds=thresholds))


def mean_of(comparisons: Iterable[Comparison]) -> Means:
    """Every prediction counts alike, whatever its number of elements. Without any, all is 0 and `n` says so."""
    whole, changed = [], []
    for comparison in comparisons:
        whole.append(comparison.whole)
        if comparison.changed is not None:
            changed.append(comparison.changed)
    return Means(whole=_mean(whole), n=len(whole), changed=_mean(changed) if changed else None, n_changed=len(changed))


def _mean(scores: Sequence[Scores]) -> Scores:
    if not scores:
        return NOTHING
    count = len(scores)
    return Scores(
        precision=sum(one.precision for one in scores) / count,
        recall=sum(one.recall for one in scores) / count,
        f1=sum(one.f1 for one in scores) / count,
        miou=sum(one.miou for one in scores) / count,
        text_similarity=sum(one.text_similarity for one in scores) / count,
    )
