"""How well a predictor foretells the transitions of a run, beside a copy of the screen before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from gui_agent.transitions.recorded import Recorded
from world_model.matching.scores import Comparison, Means, Scores, compare, mean_of
from world_model.predictors.base import NOTHING_SPENT, Predictor, Spent

_BATCH: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class PredictorScores:
    """`copy` is what predicting no change gets on the same transitions. `faults` counts predictions that there are none
    of, by kind: each scores as an empty screen; `first_fault` is what went wrong first. `line_faults` counts repaired
    and lost lines of the others. `spent` is over all predictions; asked side by side, they take less wall clock than
    its sum.
    """

    predictor: str
    means: Means
    copy: Means
    faults: Mapping[str, int]
    line_faults: int
    spent: Spent
    first_fault: str = ""

    def to_json(self) -> dict[str, Any]:
        n = max(1, self.means.n)
        return {
            "predictor": self.predictor,
            **means_json(self.means),
            "copy": means_json(self.copy),
            "faults": dict(sorted(self.faults.items())),
            "first_fault": self.first_fault,
            "line_faults": self.line_faults,
            "ms_per_prediction": round(self.spent.ms / n, 3),
            "tokens_per_prediction": round(self.spent.tokens / n, 1),
        }


async def score_predictor(predictor: Predictor, transitions: Sequence[Recorded]) -> PredictorScores:
    """Every transition counts alike; without any, `n` is 0 and so is everything else."""
    return (await compared(predictor, transitions))[0]


async def compared(
    predictor: Predictor, transitions: Sequence[Recorded]
) -> tuple[PredictorScores, dict[str, Comparison]]:
    """The scores, and by the origin of every transition what they are means of."""
    found: list[Comparison] = []
    faults: Counter[str] = Counter()
    line_faults, spent, first_fault = 0, NOTHING_SPENT, ""
    for at in range(0, len(transitions), _BATCH):
        batch = [one.transition for one in transitions[at : at + _BATCH]]
        predictions = await predictor.predict([transition.question for transition in batch])
        for transition, prediction in zip(batch, predictions, strict=True):
            found.append(compare(transition.before, prediction.sketch, transition.after))
            line_faults += len(prediction.line_faults)
            spent += prediction.spent
            if prediction.fault is not None:
                faults[prediction.fault.kind] += 1
                first_fault = first_fault or str(prediction.fault)
    told = [one.transition for one in transitions]
    scores = PredictorScores(
        predictor=predictor.name,
        means=mean_of(found),
        copy=mean_of(compare(one.before, one.before, one.after) for one in told),
        faults=faults,
        line_faults=line_faults,
        spent=spent,
        first_fault=first_fault,
    )
    return scores, {one.origin: each for one, each in zip(transitions, found, strict=True)}


def means_json(means: Means) -> dict[str, Any]:
    """Over all elements, and with `_changed` over changed ones: null where no transition has any."""
    return {
        "n": means.n,
        **_scores_json(means.whole, ""),
        "n_changed": means.n_changed,
        **_scores_json(means.changed, "_changed"),
    }


def _scores_json(scores: Scores | None, suffix: str) -> dict[str, float | None]:
    names = ("f1", "precision", "recall", "miou", "text_similarity")
    return {f"{name}{suffix}": None if scores is None else round(getattr(scores, name), 4) for name in names}
