"""Predictions that need not be asked for again."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace

from device_farm.errors import ConfigError
from world_model.predictors.base import NOTHING_SPENT, Prediction, Predictor, Question
from world_model.sketch.digest import sketch_digest


class CachedPredictor:
    """Keeps the last `capacity` predictions of a repeatable predictor by the digest of their question.

    Equal questions of one batch are asked once. Failures are not kept: the next time may go better.

    Raises:
        ConfigError: the predictor depends on more than the question, or there is no capacity.
    """

    def __init__(self, predictor: Predictor, *, capacity: int = 4096) -> None:
        if not predictor.repeatable:
            fix = "use it without a cache"
            raise ConfigError(f"{predictor.name} depends on more than the screen", field="cache", fix=fix)
        if capacity < 1:
            raise ConfigError(f"{capacity} keeps nothing", field="capacity", fix="use 1 or more")
        self._predictor = predictor
        self._capacity = capacity
        self._kept: OrderedDict[str, Prediction] = OrderedDict()

    @property
    def name(self) -> str:
        return self._predictor.name

    @property
    def repeatable(self) -> bool:
        return True

    @property
    def most_tokens(self) -> int:
        return self._predictor.most_tokens

    async def predict(self, questions: Sequence[Question]) -> tuple[Prediction, ...]:
        keys = [question_digest(question) for question in questions]
        asked = {key: question for key, question in zip(keys, questions, strict=True) if key not in self._kept}
        # Held here: a small cache may drop them before the batch is put together.
        held = {key: self._kept[key] for key in keys if key in self._kept}
        answers = await self._predictor.predict(list(asked.values())) if asked else ()
        fresh = dict(zip(asked, answers, strict=True))
        for key in dict.fromkeys(keys):
            self._keep(key, held[key] if key in held else fresh[key])
        return tuple(self._given(key, held, fresh) for key in keys)

    def _given(self, key: str, held: dict[str, Prediction], fresh: dict[str, Prediction]) -> Prediction:
        """The first of equal questions carries what the answer cost."""
        if key in fresh:
            prediction = fresh.pop(key)
            held[key] = prediction
            return prediction
        return replace(held[key], cached=True, spent=NOTHING_SPENT)

    def _keep(self, key: str, prediction: Prediction) -> None:
        if prediction.sketch is None:
            return
        self._kept[key] = prediction
        self._kept.move_to_end(key)
        while len(self._kept) > self._capacity:
            self._kept.popitem(last=False)


def question_digest(question: Question) -> str:
    """BLAKE2b-128 of the sketch, whatever its order, with action, goal and platform; the path is no part of it."""
    told = repr((sketch_digest(question.sketch), question.action, question.goal, question.platform))
    return hashlib.blake2b(told.encode("utf-8", "backslashreplace"), digest_size=16).hexdigest()
