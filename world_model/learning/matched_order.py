"""(c) The target in the order of the model's own prediction (MobileDreamer, arXiv 2601.04035)."""

from __future__ import annotations

from dataclasses import replace

from world_model.matching.assignment import DEFAULT_WEIGHTS, match
from world_model.matching.cost import Weights
from world_model.sketch.ranking import reading_key
from world_model.sketch.sketch import Sketch


def matched_order(true: Sketch, predicted: Sketch | None, weights: Weights = DEFAULT_WEIGHTS) -> Sketch:
    """`true` permuted to the optimal match: each line at the place at which the model wrote the line that `match` pairs
    with it; those that pair with none follow in reading order. Loss = cross-entropy of that text.

    With σ = argmin over pairings of Σ cost(predicted_i, true_σ(i)), the target is true_σ(1), true_σ(2), …, so that a
    right set in another order is no error. Assumes a prediction of the same model, or nearly: a stale one only orders
    worse. Without a prediction, or where nothing pairs, it is the fixed order.
    """
    guess = predicted.lines if predicted is not None else ()
    pairs = match(guess, true.lines, weights)
    paired = [pair.right for pair in pairs]
    rest = sorted(set(range(len(true.lines))) - set(paired), key=lambda at: reading_key(true.lines[at]))
    return replace(true, lines=tuple(true.lines[at] for at in (*paired, *rest)))
