"""The ceiling: the action is really carried out, on a copy of the device."""

from __future__ import annotations

import time
from collections.abc import Sequence

from device_farm.errors import BackendError, DataError, FarmError
from world_model.predictors.base import Prediction, Question, Spent, failed
from world_model.predictors.forks import CannotForkError, Forks, Tried
from world_model.sketch.observed import sketch_of


class OraclePredictor:
    """Exact, as far as the copies of `forks` are. Asks the device as it is now: `path` and action start there.

    Not repeatable: a screen does not show all of a device's state. One batch after the other. A batch of which every
    question has a path goes on from the batch before it: the device must not have moved in between.
    """

    def __init__(self, forks: Forks) -> None:
        self._forks = forks

    @property
    def name(self) -> str:
        return "oracle"

    @property
    def repeatable(self) -> bool:
        return False

    @property
    def most_tokens(self) -> int:
        return 0

    async def predict(self, questions: Sequence[Question]) -> tuple[Prediction, ...]:
        """Raises BackendError where the device could not be brought back to its state."""
        if not questions:
            return ()
        began_s = time.monotonic()
        try:
            tried = await self._forks.outcomes(
                [(*question.path, question.action) for question in questions],
                onward=all(question.path for question in questions),
            )
        except CannotForkError as error:
            return tuple(failed("no_fork", str(error)) for _ in questions)
        except BackendError:
            raise
        except FarmError as error:
            return tuple(failed("no_fork", f"{type(error).__name__}: {error}") for _ in questions)
        # The batch is one piece of work; each question carries its share.
        spent = Spent(ms=(time.monotonic() - began_s) * 1000 / len(questions))
        return tuple(_prediction(one, spent) for one in tried)


def _prediction(tried: Tried, spent: Spent) -> Prediction:
    try:
        return Prediction(
            sketch=sketch_of(tried.observation),
            refused=tried.refused,
            spent=spent,
            tree=tried.observation.ui_tree,
            worth=tried.worth,
        )
    except DataError as error:
        return failed("sketch", str(error), spent=spent)
