"""Scores of predictors with intervals: steps of one episode are no independent draws."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from world_model.matching.scores import Comparison

FIGURES: Final = ("f1", "miou", "text_similarity", "precision", "recall")
_RESAMPLES: Final = 4000
Scored = dict[str, dict[str, float]]
"""By the origin of a transition, its scores; those on changed elements, where it has any, end in `_changed`."""


def scored(comparisons: Mapping[str, Comparison]) -> Scored:
    """As numbers that a file can keep."""
    found: Scored = {}
    for origin, one in comparisons.items():
        found[origin] = {name: getattr(one.whole, name) for name in FIGURES}
        if one.changed is not None:
            found[origin] |= {f"{name}_changed": getattr(one.changed, name) for name in FIGURES}
    return found


def summary(seeds: Sequence[Scored]) -> dict[str, Any]:
    """Means over transitions and training seeds, with `_95` intervals, and the numbers of transitions; null where there
    is none.
    """
    found: dict[str, Any] = {"n": len(_shared(seeds, "f1")), "n_changed": len(_shared(seeds, "f1_changed"))}
    for name in (*FIGURES, *(f"{name}_changed" for name in FIGURES)):
        mean, interval = interval_of(seeds, name)
        found[name] = mean
        if name.partition("_changed")[0] == "f1":
            found[f"{name}_95"] = interval
    return found


def difference(seeds: Sequence[Scored], others: Sequence[Scored], name: str) -> dict[str, Any]:
    """Mean of `seeds` − `others` over the same transitions, seed by seed, with its interval."""
    pairs = [
        {origin: {name: one[origin][name] - other[origin][name]} for origin in _shared([one, other], name)}
        for one, other in zip(seeds, others, strict=True)
    ]
    mean, interval = interval_of(pairs, name)
    return {"difference": mean, "interval_95": interval}


def interval_of(seeds: Sequence[Scored], name: str) -> tuple[float | None, list[float] | None]:
    """The mean over S seeds and N transitions, and its 95 % percentile interval by the bootstrap: episodes are drawn
    again with all of their transitions, and seeds, where there are several. (None, None) without a transition.
    """
    origins = _shared(seeds, name)
    if not origins:
        return None, None
    values_SN = np.array([[one[origin][name] for origin in origins] for one in seeds], dtype=np.float64)
    episodes, of_N = np.unique([origin.rpartition("/")[0] for origin in origins], return_inverse=True)
    sums_SE = _summed(values_SN, of_N, len(episodes))
    counts_E = np.bincount(of_N, minlength=len(episodes)).astype(np.float64)
    rng = np.random.default_rng(0)
    drawn_RE = rng.multinomial(len(episodes), np.full(len(episodes), 1 / len(episodes)), _RESAMPLES)
    drawn_RS = rng.multinomial(len(seeds), np.full(len(seeds), 1 / len(seeds)), _RESAMPLES) / len(seeds)
    means_R = ((drawn_RS @ sums_SE) * drawn_RE).sum(axis=1) / (drawn_RE @ counts_E)
    low, high = np.percentile(means_R, [2.5, 97.5])
    return round(float(values_SN.mean()), 4), [round(float(low), 4), round(float(high), 4)]


def _summed(values_SN: NDArray[np.float64], of_N: NDArray[np.int64], episodes: int) -> NDArray[np.float64]:
    return np.stack([np.bincount(of_N, weights=row, minlength=episodes) for row in values_SN])


def _shared(seeds: Sequence[Scored], name: str) -> list[str]:
    """The transitions that every seed has the figure of."""
    sets = [{origin for origin, told in one.items() if name in told} for one in seeds]
    return sorted(set.intersection(*sets)) if sets else []
