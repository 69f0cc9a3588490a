"""The baseline: nothing changes."""

from __future__ import annotations

from collections.abc import Sequence

from world_model.predictors.base import Prediction, Question


class CopyPredictor:
    """Predicts the screen before the action, at no cost. What a predictor is worth is what it is better than this."""

    @property
    def name(self) -> str:
        return "copy"

    @property
    def repeatable(self) -> bool:
        return True

    @property
    def most_tokens(self) -> int:
        return 0

    async def predict(self, questions: Sequence[Question]) -> tuple[Prediction, ...]:
        return tuple(Prediction(sketch=question.sketch) for question in questions)
