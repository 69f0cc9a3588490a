"""A sketcher behind the port of predictors."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

from world_model.predictors.base import Prediction, Question, Spent, failed
from world_model.sketcher.model import Sketcher
from world_model.sketcher.said import scene_of


class SketcherPredictor:
    """Repeatable. Questions of a batch are answered together, in a thread; no token is spent."""

    def __init__(self, model: Sketcher) -> None:
        self._model = model

    @property
    def name(self) -> str:
        return self._model.name

    @property
    def repeatable(self) -> bool:
        return True

    @property
    def most_tokens(self) -> int:
        return 0

    async def predict(self, questions: Sequence[Question]) -> tuple[Prediction, ...]:
        """A prediction of no line is `empty`: there is no such screen."""
        if not questions:
            return ()
        return await asyncio.to_thread(self._predicted, questions)

    def _predicted(self, questions: Sequence[Question]) -> tuple[Prediction, ...]:
        began_s = time.monotonic()
        sketches = self._model.sketches([scene_of(question) for question in questions])
        # The batch is one piece of work; each question carries its share.
        spent = Spent(ms=(time.monotonic() - began_s) * 1000 / len(questions))
        return tuple(
            Prediction(sketch=sketch, spent=spent) if sketch.lines else failed("empty", "no line", spent=spent)
            for sketch in sketches
        )
