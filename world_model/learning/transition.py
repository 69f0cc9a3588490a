"""One example: what a screen was, what was done, what it became."""

from __future__ import annotations

from dataclasses import dataclass

from device_farm.types.action import Action
from device_farm.types.task import Platform
from world_model.predictors.base import Question
from world_model.sketch.sketch import Sketch


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """`before` and `after` are whole sketches; order and budget are put on when they are asked or taught. `template`
    and `before.app` are what data is split by, so that screens of unseen applications and tasks can be measured.
    """

    before: Sketch
    action: Action
    after: Sketch
    goal: str
    platform: Platform
    template: str = ""

    @property
    def question(self) -> Question:
        return Question(sketch=self.before, action=self.action, goal=self.goal, platform=self.platform)
