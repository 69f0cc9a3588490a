"""A policy whose model is somebody else's dialogue: every turn adds the new screen to all that was said before."""

from __future__ import annotations

import asyncio
from typing import Protocol

from device_farm.device import DeviceInfo
from device_farm.errors import DialectError, PolicyError
from device_farm.types.codec.dialect import Dialect
from device_farm.types.codec.space import CoordinateSpace
from device_farm.types.observation import Observation
from device_farm.types.task import Task
from device_farm.types.trajectory import ModelTurn
from gui_agent.models.prompt import ImagePart
from gui_agent.policies.base import Decision, LocalPolicy, LocalSession
from gui_agent.policies.images import model_image
from gui_agent.policies.prompts import first_message, refused, system_prompt, unreadable

MALFORMED_LIMIT = 3


class Dialogue(Protocol):
    """A dialogue with a model that only grows."""

    async def say(self, system: str, text: str, screen: ImagePart | None) -> str:
        """The model's reply; `system` counts with the first call. Raises PolicyError where no room is left."""
        ...


class DialoguePolicy(LocalPolicy):
    """For one episode. `screens` off: the model reads the goal and its own words only, as a text model has to."""

    name = "dialogue"

    def __init__(self, dialogue: Dialogue, dialect: Dialect, *, max_pixels: int, screens: bool = True) -> None:
        self.dialect = dialect.name
        self._dialogue, self._spoken = dialogue, dialect
        self._max_pixels, self._screens = max_pixels, screens

    async def start(self, task: Task, info: DeviceInfo, *, attempt: int = 1) -> DialogueSession:
        return DialogueSession(self._dialogue, self._spoken, task, self._max_pixels, screens=self._screens)


class DialogueSession(LocalSession):
    """One episode."""

    def __init__(self, dialogue: Dialogue, dialect: Dialect, task: Task, max_pixels: int, *, screens: bool) -> None:
        self._dialogue, self._dialect, self._task = dialogue, dialect, task
        self._max_pixels, self._screens = max_pixels, screens
        self._said = first_message(task.goal)
        self._malformed = 0

    async def decide(self, observation: Observation, *, refused: str = "") -> Decision:
        space = CoordinateSpace.resized(observation.screen, max_pixels=self._max_pixels)
        note = "\n".join(part for part in (self._said, _told(refused)) if part)
        screen = await asyncio.to_thread(model_image, observation, space.model, "png") if self._screens else None
        text = await self._dialogue.say(system_prompt(self._dialect.name, space), note, screen)
        try:
            parsed = self._dialect.parse(text, space)
        except DialectError as error:
            self._malformed += 1
            if self._malformed >= MALFORMED_LIMIT:
                message = f"{self._malformed} replies in a row did not parse; the last: {error}"
                raise PolicyError(message, field="dialect") from error
            self._said = unreadable(str(error))
            return Decision(action=None, turn=ModelTurn(text=text), error=str(error))
        self._malformed, self._said = 0, ""
        return Decision(action=parsed.action, turn=ModelTurn(text=text, thought=parsed.thought))


def _told(error: str) -> str:
    return refused(error) if error else ""
